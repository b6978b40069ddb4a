"""What people decide about an entry: ask for it later, know of it, or let it call again.

It holds as long as the same cause stands: when something new brings the entry about, it calls.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.db import clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.core.settings import setting
from casework.insight.attention.entries import MOST_REASON, AttentionEntry

LONGEST = timedelta(days=366)


class ReasonMissing(Refusal):
    """Who reads it later wants to know why."""

    msgid = N_("Please write why, so that others understand it later.")


class SnoozeRefused(Refusal):
    """Not a day on which somebody will look again."""

    msgid = N_("Please choose a day after today and within a year.")


class EntrySettled(Refusal):
    """There is nothing left to decide."""

    msgid = N_("This has been settled in the meantime: the entry is gone. Nothing was changed.")


class ProviderUnreachable(Refusal):
    """No mail would get there."""

    msgid = N_("There is no request on its way to a provider with an e-mail address. Please call.")


class PersonUnreachable(Refusal):
    """Nobody would read it."""

    msgid = N_("The person has no status page for this case. Please call, or speak with them.")


@recorded("attention:snoozed", needs="attention:edit")
def snooze(
    entry: AttentionEntry, until: date | None, reason: str, *, seen: str = "",
    by: Actor, at: datetime,
) -> AttentionEntry:  # fmt: skip
    """Let an entry rest until a day. `seen` is the `cause` that the reader had before them.

    Raises `ReasonMissing`, `SnoozeRefused`, `EntrySettled`, and `StaleEdit` for another cause.
    """
    row = _current(entry, seen)
    today = local_date(at, setting("site_zone"))
    if until is None or not today < until <= today + LONGEST:
        raise SnoozeRefused()
    row.snoozed_until = until
    return _decided(row, _said(reason), by=by, at=at)


@recorded("attention:known", needs="attention:edit")
def mark_known(
    entry: AttentionEntry, reason: str, *, seen: str = "", by: Actor, at: datetime
) -> AttentionEntry:
    """It is known and stays as it is. Raises `ReasonMissing`, `EntrySettled`, `StaleEdit`."""
    row = _current(entry, seen)
    row.state = "known"
    return _decided(row, _said(reason), by=by, at=at)


@recorded("attention:woken", needs="attention:edit")
def wake(entry: AttentionEntry, *, by: Actor, at: datetime) -> AttentionEntry:
    """Let it call again at once. Raises `EntrySettled`."""
    row = _current(entry, "")
    row.state, row.snoozed_until, row.quiet_until = "open", None, None
    return _decided(row, None, by=by, at=at)


@recorded("attention:asked", needs="attention:edit")
def note_asked(entry: AttentionEntry, *, by: Actor, at: datetime) -> AttentionEntry:
    """Whoever's turn it is was reminded: the entry is quiet until the answer should be there.

    Raises `EntrySettled`.
    """
    row = _current(entry, "")
    today = local_date(at, setting("site_zone"))
    row.asking, row.asked_at = "asked", at
    row.quiet_until = today + timedelta(days=int(setting("attention_answer_days")))
    row.settle()
    row.save()
    return row


@recorded("attention:unreachable", needs="attention:edit")
def note_unreachable(entry: AttentionEntry, *, by: Actor, at: datetime) -> AttentionEntry:
    """Nobody can be reminded, so that it calls at once. Raises `EntrySettled`."""
    row = _current(entry, "")
    row.asking, row.quiet_until = "unreachable", None
    row.settle()
    row.save()
    return row


def cause(entry: AttentionEntry) -> str:
    """What tells this cause from the next one about the same thing."""
    return entry.since.isoformat()


def _current(entry: AttentionEntry, seen: str) -> AttentionEntry:
    """The row as it is now; nobody else changes it before this transaction ends."""
    rows = AttentionEntry.select().where(AttentionEntry.id == entry.id)
    row = (rows if is_sqlite() else rows.for_update()).first()
    if row is None:
        raise EntrySettled()
    if seen and seen != cause(row):
        raise StaleEdit()
    return row


def _said(reason: str) -> str:
    reason = clean(reason).strip()[:MOST_REASON]
    if not reason:
        raise ReasonMissing()
    return reason


def _decided(row: AttentionEntry, reason: str | None, *, by: Actor, at: datetime) -> AttentionEntry:
    row.reason, row.decided_at, row.decided_by = reason, at, by.name[:200]
    row.settle()
    row.save()
    return row
