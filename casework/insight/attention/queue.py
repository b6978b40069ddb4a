"""Reading the queue: its order, its filters, and how many cases are in none of it.

The order can be told in one sentence: first what cannot wait, then what has called the longest.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import ModelSelect, fn

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.insight.attention.entries import AttentionEntry

ORDER = N_(
    "First what cannot wait, then what is soon, then the rest; among equals what has been over "
    "its time the longest."
)
KEY = (
    AttentionEntry.rank, AttentionEntry.due_on, AttentionEntry.since, AttentionEntry.id,
)  # fmt: skip
# Nobody counts further by hand.
MOST_COUNTED = 1_000
RESTING = ("booked", "asked", "snoozed", "known")


@dataclass(frozen=True)
class Wanted:
    """What the reader wants to see; empty values narrow nothing."""

    rule: str = ""
    turn: str = ""
    mine: uuid.UUID | None = None
    site: uuid.UUID | None = None
    organization: uuid.UUID | None = None
    resting: str = ""


def queue(staff: Actor, today: date, wanted: Wanted | None = None) -> ModelSelect:
    """The entries that call for somebody today, in order, as far as `staff` may see them.

    With `resting` those that do not: `booked` (an appointment is to settle it), `asked` (somebody
    was reminded), `snoozed`, `known`.
    """
    wanted = wanted or Wanted()
    rows = AttentionEntry.scope(staff).where(_standing(wanted.resting, today))
    if wanted.rule:
        rows = rows.where(AttentionEntry.rule == wanted.rule)
    if wanted.turn:
        rows = rows.where(AttentionEntry.turn == wanted.turn)
    cases = _cases(wanted)
    if cases is not None:
        rows = rows.where(AttentionEntry.case << cases)
    return rows.order_by(*KEY)


def _standing(resting: str, today: date) -> Any:
    if resting == "known":
        return AttentionEntry.state == "known"
    is_open = AttentionEntry.state == "open"
    if resting == "snoozed":
        return is_open & (AttentionEntry.snoozed_until > today)
    if resting == "booked":
        return is_open & (AttentionEntry.booked_until > today)
    if resting == "asked":
        later = AttentionEntry.snoozed_until.is_null() | (AttentionEntry.snoozed_until <= today)
        return is_open & (AttentionEntry.quiet_until > today) & later
    return is_open & (AttentionEntry.shown_from <= today)


def _cases(wanted: Wanted) -> ModelSelect | None:
    found = Case.select(Case.id)
    columns = {
        Case.assigned_to: wanted.mine,
        Case.site: wanted.site,
        Case.organization: wanted.organization,
    }
    if not any(columns.values()):
        return None
    for column, value in columns.items():
        if value is not None:
            found = found.where(column == value)
    return found


def counted(rows: ModelSelect, most: int = MOST_COUNTED) -> int:
    """How many rows there are, up to `most` + 1."""
    return rows.clone().order_by().limit(most + 1).count()


def of_case(case: Case, staff: Actor) -> list[AttentionEntry]:
    """All entries of a case, resting ones too, in the order of the queue."""
    rows = AttentionEntry.scope(staff).where(AttentionEntry.case == case)
    return list(rows.order_by(AttentionEntry.state.desc(), *KEY).limit(50))


def counts_by_rule() -> dict[str, int]:
    """How many entries each rule has made, resting ones too: numbers only, whoever asks."""
    rows = AttentionEntry.select(AttentionEntry.rule, fn.COUNT(AttentionEntry.id))
    return dict(rows.group_by(AttentionEntry.rule).tuples())


def running_well(staff: Actor) -> int:
    """How many live cases ask for nothing: no entry, not even one that rests."""
    live = Case.scope(staff).where(Case.state << LIVE_STATES)
    called = AttentionEntry.scope(staff).where(AttentionEntry.case.is_null(False))
    all_live = live.select(fn.COUNT(Case.state)).scalar() or 0  # the index alone answers
    calling = called.select(fn.COUNT(AttentionEntry.case.distinct())).scalar() or 0
    return max(int(all_live) - int(calling), 0)
