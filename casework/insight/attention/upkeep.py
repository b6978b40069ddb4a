"""Keeping the queue: marked cases are judged anew, and everything once in a while.

A change marks its case (`marks`); `catch_up` judges the marked cases only. What time alone
brings about comes with `judge_all`, one statement a rule over everything.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from casework.cases import LIVE_STATES, Case
from casework.core.clock import local_date
from casework.core.db import database, is_sqlite, transaction
from casework.core.settings import all_settings
from casework.insight.attention.entries import AttentionEntry, AttentionMark
from casework.insight.attention.kept import (
    forget_old_decisions,
    forget_those_that_stand,
    restore_decisions,
)
from casework.insight.attention.registry import RULES, Candidate, Context, Rule, answers
from casework.insight.attention.talks import Booked, Reckoning, bookings
from casework.insight.attention.thresholds import Tuning, tunings

# Cases that are judged in one go; more would only make statements longer.
BATCH = 400
# Marks that a reader works off before the page; the worker takes the rest within a minute.
MOST_WHILE_READING = 2_000
EVERYTHING = "*"
LOCK = 4_051_961
ASKED = ("person", "provider")
Key = tuple[str, uuid.UUID]


def catch_up(*, at: datetime, most: int = MOST_WHILE_READING, wait: bool = True) -> int:
    """Judge what was marked; returns how many marks were worked off. Nothing marked costs one
    statement and takes no turn of a writer. Who reads does not `wait` for another computation:
    the queue is then as it was a moment ago, and the worker follows."""
    if not AttentionMark.select(AttentionMark.id).exists():
        return 0
    with transaction():
        if not _alone(wait):
            return 0
        marks = list(AttentionMark.select().order_by(AttentionMark.id).limit(most))
        rules = {each.rule for each in marks if each.rule}
        whole = RULES.keys() if EVERYTHING in rules else rules & RULES.keys()
        desk = _Desk(at)
        for name in whole:
            _judge_rule(RULES[name], desk)
        if EVERYTHING not in rules:
            cases = _cases(marks)
            for start in range(0, len(cases), BATCH):
                _judge_cases(cases[start : start + BATCH], desk)
        ids = [each.id for each in marks]
        for start in range(0, len(ids), BATCH):
            AttentionMark.delete().where(AttentionMark.id << ids[start : start + BATCH]).execute()
    return len(marks)


def judge_all(*, at: datetime) -> int:
    """Ask every rule about everything; returns how many entries there are then.

    Each rule is a transaction of its own, so that nobody waits for long.
    """
    desk = _Desk(at)
    for each in RULES.values():
        with transaction():
            _alone()
            _judge_rule(each, desk)
    forget_old_decisions(at=at)
    return AttentionEntry.select().count()


def found_by(each: Rule, tuning: Tuning, *, at: datetime) -> list[Candidate]:
    """What a rule would find if it were set like this, each subject once; nothing is stored."""
    found = answers(each, _Desk(at).of(each, tuning)) if tuning.on else []
    return list(_once(found).values())


class _Desk:
    """Day, zone and settings of one round: read once, handed to every rule."""

    def __init__(self, at: datetime) -> None:
        settings = all_settings()
        self.at, self.zone = at, settings["site_zone"]
        self.federal_state = str(settings["federal_state"])
        self.today = local_date(at, self.zone)
        self.answer_days = int(settings["attention_answer_days"])
        self.tunings = tunings()
        self.reckoning = Reckoning(self.zone, self.federal_state, self.answer_days)

    def of(
        self, each: Rule, tuning: Tuning | None = None, cases: Sequence[uuid.UUID] | None = None
    ) -> Context:
        """The context of a rule."""
        values = (tuning or self.tunings[each.name]).values
        return Context(each, self.at, self.today, self.zone, values, cases, self.federal_state)


def _judge_rule(each: Rule, desk: _Desk) -> None:
    found = answers(each, desk.of(each)) if desk.tunings[each.name].on else []
    stored = AttentionEntry.select().where(AttentionEntry.rule == each.name)
    _store(found, stored, desk)
    forget_those_that_stand(each.name)


def _judge_cases(cases: Sequence[uuid.UUID], desk: _Desk) -> None:
    found: list[Candidate] = []
    for each in RULES.values():
        if each.of_case and desk.tunings[each.name].on:
            found += answers(each, desk.of(each, cases=cases))
    _store(found, AttentionEntry.select().where(AttentionEntry.case << list(cases)), desk)


def _store(found: Iterable[Candidate], stored: Iterable[AttentionEntry], desk: _Desk) -> None:
    """Bring what is stored to what was found, in a few statements whatever the number.

    A subject that a rule finds twice is one entry, with the older cause.
    """
    known: dict[Key, AttentionEntry] = {(each.rule, each.subject_id): each for each in stored}
    made, changed, gone = [], [], []
    single = _once(found)
    booked = bookings(single.values(), desk.reckoning)
    for key, each in single.items():
        entry = known.pop(key, None)
        if entry is None:
            made.append(_made(each, booked.get(key), desk))
        elif not _says(entry, each, booked.get(key)):
            gone.append(entry.id)
            changed.append(_changed(entry, each, booked.get(key), desk))
    gone += [entry.id for entry in known.values()]
    restore_decisions(made)
    for start in range(0, len(gone), BATCH):
        AttentionEntry.delete().where(AttentionEntry.id << gone[start : start + BATCH]).execute()
    AttentionEntry.insert_rows(changed + made)


def _once(found: Iterable[Candidate]) -> dict[Key, Candidate]:
    """The candidates by what they are about."""
    single: dict[Key, Candidate] = {}
    for each in found:
        key = each.rule, each.subject
        if key not in single or each.since < single[key].since:
            single[key] = each
    return single


def _says(entry: AttentionEntry, each: Candidate, booked: Booked | None) -> bool:
    """Whether the entry says exactly what was found."""
    columns = entry.__data__
    return (
        columns["case"] == each.case
        and entry.since == each.since
        and entry.turn == each.turn
        and entry.rank == each.rank
        and entry.due_on == each.due_on
        and entry.details == each.details
        and entry.subject_table == each.table
        and _booking(entry) == booked
    )


def _booking(entry: AttentionEntry) -> Booked | None:
    return Booked(entry.booked_id, entry.booked_until) if entry.booked_id else None


def _made(each: Candidate, booked: Booked | None, desk: _Desk) -> AttentionEntry:
    """A new entry; where somebody is asked first, it waits for the answer. Who has booked an
    appointment has taken it in hand, and no machine asks beside them."""
    entry = AttentionEntry(
        case=each.case, rule=each.rule, subject_table=each.table, subject_id=each.subject,
        since=each.since, due_on=each.due_on, turn=each.turn, rank=each.rank,
        details=each.details, first_seen_at=desk.at,
    )  # fmt: skip
    if booked is not None:
        entry.booked_id, entry.booked_until = booked.appointment, booked.until
    elif RULES[each.rule].asks and each.turn in ASKED:
        entry.asking = "due"
        entry.quiet_until = desk.today + timedelta(days=desk.answer_days)
    entry.settle()
    return entry


def _changed(
    entry: AttentionEntry, each: Candidate, booked: Booked | None, desk: _Desk
) -> AttentionEntry:
    """The entry as it is now. Another cause is a new entry; of the same one, what was decided
    stays, and somebody else whose turn it is gets a reminder of their own."""
    made = _made(each, booked, desk)
    made.id = entry.id
    if entry.since != each.since:
        return made
    made.first_seen_at = entry.first_seen_at
    for name in ("snoozed_until", "state", "decided_at", "decided_by", "reason"):
        setattr(made, name, getattr(entry, name))
    if entry.turn == each.turn and not (booked and entry.asking == "due"):
        for name in ("asking", "asked_at", "quiet_until"):
            setattr(made, name, getattr(entry, name))
    made.settle()
    return made


def _cases(marks: Sequence[AttentionMark]) -> list[uuid.UUID]:
    """The cases that the marks mean: all of the households that something happened to.

    Closed ones are among them, so that what they had in the queue goes.
    """
    named = {each.case_id for each in marks if each.case_id}
    homes: set[Any] = {each.household_id for each in marks if each.household_id}
    for some in _batches(list(named)):
        homes |= {home for (home,) in Case.select(Case.household).where(Case.id << some).tuples()}
    found = set(named)
    for some in _batches(list(homes)):
        mine = Case.select(Case.id).where((Case.household << some) & (Case.state << LIVE_STATES))
        found |= {key for (key,) in mine.tuples()}
    return sorted(found)


def _batches(ids: list[Any]) -> Iterable[list[Any]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _alone(wait: bool = True) -> bool:
    """One computation at a time, or an older answer could be stored over a newer one; SQLite
    has one writer at a time anyway. Without `wait` whether it is our turn right now."""
    if is_sqlite():
        return True
    if wait:
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        return True
    return bool(database.execute_sql("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone()[0])
