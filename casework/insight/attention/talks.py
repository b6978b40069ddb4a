"""Appointments that were booked because something called: until their day the entry is quiet.

A talk ties an appointment to what called (rule, subject, cause) and not to the entry, which can
be made anew at any time. So everything here follows from what is stored, and the full count finds
the same as the one that follows each change.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import CharField, ForeignKeyField, UUIDField

from casework.appointments import Appointment
from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.db import UtcField
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.registry import RULES, Candidate

BATCH = 400
Key = tuple[str, uuid.UUID]
NEEDS_A_TALK = "appointment"


class Talk(CaseModel):
    """What an appointment was booked for: a rule's subject, with the cause of that time."""

    case = ForeignKeyField(Case, on_delete="CASCADE")
    appointment = ForeignKeyField(Appointment, backref="talks", on_delete="CASCADE", index=False)
    rule = CharField(max_length=32)
    subject_id = UUIDField(index=True)
    since = UtcField()

    class Meta:
        table_name = "attention_talks"
        indexes = ((("appointment", "rule", "subject_id"), True),)


@dataclass(frozen=True)
class Booked:
    """The appointment that an entry goes by, and the first day on which it may stand again:
    None where it stands at once, because nothing came of the appointment."""

    appointment: uuid.UUID
    until: date | None


@dataclass(frozen=True)
class Reckoning:
    """How days are counted: the site's zone, its federal state, and how long an answer takes."""

    zone: str
    federal_state: str
    answer_days: int

    def booked(self, each: Candidate, appointment: Appointment) -> Booked:
        """What an appointment means for a candidate.

        A planned one keeps it quiet through its day. After one that was kept it rests as long as
        its rule allows such things to stand, and calls again where the same cause still stands.
        Where the cause is a day that lay ahead, what is later than it does not count.
        """
        day, cause = (local_date(moment, self.zone) for moment in (appointment.starts_at,
                                                                   each.since))  # fmt: skip
        ahead = cause > local_date(appointment.created_at, self.zone)
        until: date | None = None
        if appointment.state == "planned":
            until = day + timedelta(days=1)
        elif appointment.state == "kept":
            days = each.days if each.days > 0 else self.answer_days
            until = RULES[each.rule].due_on(day, days, self.federal_state)
            until = min(until, cause) if ahead else until
        return Booked(appointment.id, None if ahead and day > cause else until)


@recorded("appointment:tied", needs="appointment:create")
def book_for(
    appointment: Appointment, entries: Iterable[AttentionEntry], *, by: Actor, at: datetime
) -> Appointment:
    """Note that an appointment is meant to settle what called; entries of other cases, and of
    rules that no talk settles, are left out."""
    rows = [
        Talk(case=appointment.__data__["case"], appointment=appointment, rule=each.rule,
             subject_id=each.subject_id, since=each.since)
        for each in entries
        if each.__data__["case"] == appointment.__data__["case"] and is_settled_by_a_talk(each)
    ]  # fmt: skip
    Talk.insert_rows(rows)
    return appointment


def is_settled_by_a_talk(entry: AttentionEntry) -> bool:
    """Whether an appointment is one of the next steps that the entry's rule offers."""
    rule = RULES.get(entry.rule)
    return rule is not None and NEEDS_A_TALK in rule.actions


def talked_about(appointment: Appointment) -> list[AttentionEntry]:
    """The entries that still stand, of what an appointment was booked for."""
    rows: Any = AttentionEntry.select().join(
        Talk, on=(Talk.rule == AttentionEntry.rule) & (Talk.subject_id == AttentionEntry.subject_id)
    )
    mine = (Talk.appointment == appointment) & (Talk.since == AttentionEntry.since)
    return list(rows.where(mine).order_by(AttentionEntry.since, AttentionEntry.id))


def bookings(found: Iterable[Candidate], reckoning: Reckoning) -> dict[Key, Booked]:
    """The appointments that were booked for candidates, by rule and subject, in few statements.

    Of several that one counts which keeps the entry quiet the longest, or else the latest.
    """
    asked = [each for each in found if NEEDS_A_TALK in RULES[each.rule].actions]
    best: dict[Key, tuple[tuple, Booked]] = {}
    for each, appointment in (*_tied(asked), *_of_the_case(asked)):
        booked = reckoning.booked(each, appointment)
        weight = (booked.until or date.min, appointment.starts_at, appointment.id)
        key = each.rule, each.subject
        if key not in best or best[key][0] < weight:
            best[key] = weight, booked
    return {key: booked for key, (_weight, booked) in best.items()}


def _tied(asked: list[Candidate]) -> Iterator[tuple[Candidate, Appointment]]:
    """Candidates with the appointments that were booked for this very cause."""
    wanted = {(each.rule, each.subject, each.since): each for each in asked}
    for some in _batches({each.subject for each in asked}):
        rows: Any = Talk.select().where(Talk.subject_id << some)
        for talk in rows.with_related(Talk.appointment):
            each = wanted.get((talk.rule, talk.subject_id, talk.since))
            if each is not None:
                yield each, talk.appointment


def _of_the_case(asked: list[Candidate]) -> Iterator[tuple[Candidate, Appointment]]:
    """Candidates about a case as a whole, with appointments that nobody had to tie to them."""
    whole: dict[Any, list[Candidate]] = {}
    for each in asked:
        if RULES[each.rule].talks:
            whole.setdefault(each.case, []).append(each)
    for some in _batches(set(whole)):
        rows = Appointment.select().where(
            (Appointment.case << some) & (Appointment.state != "kept")
        )
        for row in rows:
            for each in whole[row.__data__["case"]]:
                fresh = RULES[each.rule].talks == "any" or row.created_at >= each.since
                if row.starts_at > each.since and fresh:
                    yield each, row


def _batches(keys: set[Any]) -> Iterator[list[Any]]:
    ordered = sorted(keys)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
