"""Asking whoever's turn it is before asking the coordinator: one kind reminder, once.

A provider gets a fresh link by mail; a person finds a message on the status page and gets a mail
that there is one. Who cannot be reached that way is asked by a human, at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from casework.cases import Case, CaseSubmission
from casework.core.access import SYSTEM, Actor
from casework.core.audit import AuditEntry, recorded
from casework.core.clock import in_zone
from casework.core.db import is_sqlite, transaction
from casework.core.i18n import N_, gettext_in
from casework.core.settings import setting
from casework.insight.attention.decisions import (
    PersonUnreachable,
    ProviderUnreachable,
    note_asked,
    note_unreachable,
)
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.upkeep import catch_up
from casework.messages import INBOUND, Message, send_message
from casework.notices import REMIND_HOURS, fill, reader_of_case
from casework.participation.models import PORTAL, Account
from casework.plans.models import Step
from casework.referral_states import WAITING
from casework.referrals import Referral
from casework.release_questions import asked_through
from casework.reply_links import remind_provider
from casework.texts import text

# Reminders of one round; who has to wait a week takes nobody else's place in it.
BATCH = 500
# Two reminders to one person are at least so far apart, whatever they are about.
APART = timedelta(days=7)
# Said where the thing itself has no words that the person knows.
MATTERS = {
    "plans": N_("Your plan: do you agree with it?"),
    "cases": N_("Appointments that did not take place"),
}


def ask_whoever_has_the_turn(*, at: datetime) -> int:
    """Remind providers and persons whose turn it is, by day only; returns how many entries that
    were. Who cannot be reached comes to the coordinator; who has answered is not asked."""
    local = in_zone(at, setting("site_zone"))
    if not REMIND_HOURS[0] <= local.hour < REMIND_HOURS[1]:
        return 0
    while catch_up(at=at):
        pass
    rows = AttentionEntry.select().where(AttentionEntry.asking == "due")
    due = list(rows.order_by(AttentionEntry.case, AttentionEntry.turn))
    asked = 0
    for turn, mine in itertools.groupby(due, lambda each: (each.__data__["case"], each.turn)):
        if asked >= BATCH:
            break
        with transaction():
            asked += _ask(_still_due(mine), turn[1], at=at)
    return asked


def _still_due(entries: Iterable[AttentionEntry]) -> list[AttentionEntry]:
    """Those not reminded yet; nobody else does it before this transaction ends."""
    ids = [each.id for each in entries]
    rows = AttentionEntry.select().where(
        (AttentionEntry.id << ids) & (AttentionEntry.asking == "due")
    )
    return list((rows if is_sqlite() else rows.for_update()).order_by(AttentionEntry.id))


def _ask(entries: list[AttentionEntry], turn: str, *, at: datetime) -> int:
    """Ask about all that waits for one side of one case."""
    if turn != "person" or not entries:
        return _ask_providers(entries, at=at)
    case = entries[0].case
    if _was_asked_lately(case, at=at) or _wrote_lately(case, at=at):
        return 0
    try:
        if reader_of_case(case) is None:
            raise PersonUnreachable()
        ask_person(case, entries, by=SYSTEM, at=at)
    except PersonUnreachable:
        return _give_up(entries, at=at)
    return len(entries)


def _ask_providers(entries: list[AttentionEntry], *, at: datetime) -> int:
    """Each provider once, whether the referral calls or the step that waits for it, or both."""
    asked, reminded = 0, set()
    for each in entries:
        referral = referral_of(each)
        if referral in reminded or (referral and _was_reminded_lately(referral, at=at)):
            note_asked(each, by=SYSTEM, at=at)
        else:
            try:
                ask_provider(each, by=SYSTEM, at=at)
            except ProviderUnreachable:
                _give_up([each], at=at)
                continue
            reminded.add(referral)
        asked += 1
    return asked


def ask_provider(entry: AttentionEntry, *, by: Actor, at: datetime) -> AttentionEntry:
    """Remind the provider that an entry waits for. Raises `ProviderUnreachable`."""
    referral = referral_of(entry)
    if referral is None or not referral.service.mail_address:
        raise ProviderUnreachable()
    remind_provider(referral, by=by, at=at)
    return note_asked(entry, by=by, at=at)


@recorded("case:reminded", needs="attention:edit")
def ask_person(
    case: Case, entries: Iterable[AttentionEntry], *, by: Actor, at: datetime
) -> list[AttentionEntry]:
    """One message on the person's status page about all of `entries`, in their language.

    Raises `PersonUnreachable` where they have no status page.
    """
    entries = list(entries)
    submission = asked_through(case)
    if submission is None or submission.by_helper:
        raise PersonUnreachable()
    reader = reader_of_case(case)
    tag = reader.language if reader else case.language
    writer = by if by.kind == "staff" else replace(by, name=setting("centre_name"))
    send_message(
        _words(entries, tag), case=case, submission=submission, language=tag,
        is_contact=by.kind == "staff", by=writer, at=at,
    )  # fmt: skip
    return [note_asked(each, by=by, at=at) for each in entries]


def referral_of(entry: AttentionEntry) -> Referral | None:
    """The referral on its way that an entry is about, itself or through its step's service."""
    on_its_way = Referral.state << WAITING
    if entry.subject_table == "referrals":
        return Referral.get_or_none((Referral.id == entry.subject_id) & on_its_way)
    if entry.subject_table != "steps":
        return None
    step = Step.get_or_none(Step.id == entry.subject_id)
    if step is None or step.__data__["service"] is None:
        return None
    same = (Referral.case == step.case) & (Referral.service == step.__data__["service"])
    return Referral.select().where(same & on_its_way).order_by(Referral.created_at.desc()).first()


def _words(entries: list[AttentionEntry], tag: str) -> str:
    """The message: a few words, and what it is about, each on a line."""
    matters = list(dict.fromkeys(filter(None, (_matter(each, tag) for each in entries))))
    lines = "\n".join(f"– {each}" for each in matters)
    wording = text("reminder.person", tag)
    values = {"matters": lines, "centre": setting("centre_name")}
    return fill(wording.body if wording else "%(matters)s", values)


def _matter(entry: AttentionEntry, tag: str) -> str:
    """What an entry is about, in the person's language."""
    if entry.subject_table == "steps":
        step = Step.get_or_none(Step.id == entry.subject_id)
        return step.text(tag)[0] if step else ""
    if entry.subject_table == "referrals":
        referral = Referral.get_or_none(Referral.id == entry.subject_id)
        return referral.service.name if referral else ""
    found = MATTERS.get(entry.subject_table)
    return gettext_in(tag, found) if found else ""


def _was_asked_lately(case: Case, *, at: datetime) -> bool:
    """Whether the person got a reminder, even where what it was about has been settled since."""
    return _was_recorded("case:reminded", case, at=at)


def _was_reminded_lately(referral: Referral, *, at: datetime) -> bool:
    return _was_recorded("referral:reminded", referral, at=at)


def _was_recorded(event: str, row: Case | Referral, *, at: datetime) -> bool:
    about = (AuditEntry.subject_table == row._meta.table_name) & (AuditEntry.subject_id == row.id)
    return (
        AuditEntry.select()
        .where(about & (AuditEntry.event == event) & (AuditEntry.at > at - APART))
        .exists()
    )


def _wrote_lately(case: Case, *, at: datetime) -> bool:
    """Whether the person has just written, or waits for us to read it: then it is our turn."""
    requests = CaseSubmission.select(CaseSubmission.submission).where(CaseSubmission.case == case)
    theirs = (Message.case == case) | (Message.submission << requests)
    fresh = Message.read_at.is_null() | (Message.at > at - APART)
    told = (Account.case == case) & (Account.channel == PORTAL)
    unheard = Account.read_at.is_null() | (Account.at > at - APART)
    return (
        Message.select().where(theirs & (Message.direction == INBOUND) & fresh).exists()
        or Account.select().where(told & unheard).exists()
    )


def _give_up(entries: list[AttentionEntry], *, at: datetime) -> int:
    for each in entries:
        note_unreachable(each, by=SYSTEM, at=at)
    return 0
