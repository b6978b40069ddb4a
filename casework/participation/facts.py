"""The dated facts of a case: read from appointments, steps and messages, or typed by hand.

Nothing is stored twice: an appointment that turns out to have been kept is a fact no longer.
A step counts only where the person was to do it; a message only where the person has a page to
read it on and has not opened it. What is older than the setting `fact_days` is not shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from casework.appointments import Appointment
from casework.cases import Case
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.core.settings import setting
from casework.messages import OUTBOUND, Message
from casework.participation.models import KINDS, Account, NotedFact, shown_since
from casework.people import Person
from casework.plans.models import Goal, Plan, Step
from casework.plans.states import PERSON
from casework.release_questions import asked_through

MOST = 100


class FactDayRefused(Refusal):
    """A fact has happened, and not long ago."""

    msgid = N_(
        "The day must lie in the past %(days)s days: older facts are not shown any more. "
        "Please check the date."
    )


@dataclass(frozen=True)
class Fact:
    """One fact: of which row, what happened and when, and what the person says about it."""

    table: str
    id: uuid.UUID
    kind: str
    on: date
    row: Any
    person: uuid.UUID | None = None
    accounts: list[Account] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What forms call it."""
        return f"{self.table}.{self.id.hex}"

    @property
    def is_excused(self) -> bool:
        """Whether the person told us in time, or their reason was accepted."""
        return self.kind == "excused" or any(each.accepted_at for each in self.accounts)


def facts_of(case: Case, *, at: datetime) -> list[Fact]:
    """The facts of a case that are still shown, the latest first, each with its accounts."""
    since, zone = shown_since(at), setting("site_zone")
    first = local_date(since, zone)
    found = [
        *_appointments(case, since, at, zone), *_steps(case, since, zone),
        *_messages(case, since, at, zone), *_noted(case, first),
    ]  # fmt: skip
    found.sort(key=lambda each: (each.on, each.key), reverse=True)
    beside = {each.key: each for each in found}
    for account in accounts_of(case, at=at):
        if account.fact_id and (fact := beside.get(f"{account.fact_table}.{account.fact_id.hex}")):
            fact.accounts.append(account)
    return found[:MOST]


def accounts_of(case: Case, *, at: datetime) -> list[Account]:
    """What the person said and is still shown, the latest first."""
    mine = (Account.case == case) & (Account.at >= shown_since(at))
    return list(Account.select().where(mine).order_by(Account.at.desc(), Account.id.desc()))


def fact_of(case: Case, key: str, *, at: datetime) -> Fact:
    """The fact of `case` that forms call `key`. Raises `NotFound`."""
    found = next((each for each in facts_of(case, at=at) if each.key == key), None)
    if found is None:
        raise NotFound()
    return found


@recorded("fact:noted", needs="participation:create")
def note_fact(
    case: Case,
    kind: str,
    on: date,
    *,
    note: str = "",
    person: Person | None = None,
    by: Actor,
    at: datetime,
) -> NotedFact:
    """A fact that no appointment and no step tells. Raises `NotFound`, `FactDayRefused`."""
    if kind not in KINDS or (person and person.__data__["household"] != _household(case)):
        raise NotFound()
    zone = setting("site_zone")
    if not local_date(shown_since(at), zone) <= on <= local_date(at, zone):
        raise FactDayRefused(days=setting("fact_days"))
    return NotedFact.create(
        case=case, kind=kind, on=on, note=note.strip() or None, person=person,
        noted_by=by.name[:200], noted_at=at,
    )  # fmt: skip


@recorded("fact:removed", needs="participation:edit")
def remove_fact(fact: NotedFact, *, by: Actor, at: datetime) -> None:
    """A fact that was typed by mistake goes, and what was said about it stays with the case."""
    Account.update(fact_table="", fact_id=None).where(Account.fact_id == fact.id).execute()
    fact.delete_instance()


def _household(case: Case) -> Any:
    return case.__data__["household"]


def _appointments(case: Case, since: datetime, at: datetime, zone: str) -> Iterator[Fact]:
    by_person = (Appointment.state == "cancelled") & (Appointment.cancelled_by == "person")
    rows = Appointment.select().where(
        (Appointment.case == case)
        & ((Appointment.state << ("missed", "excused")) | by_person)
        & (Appointment.starts_at >= since)
    )
    for row in rows.order_by(Appointment.starts_at.desc()).limit(MOST):
        kind = "missed" if row.state == "missed" else "excused"
        day = min(local_date(row.starts_at, zone), local_date(at, zone))
        yield Fact("appointments", row.id, kind, day, row, row.__data__["person"])


def _steps(case: Case, since: datetime, zone: str) -> Iterator[Fact]:
    rows = (
        Step.select(Step, Goal, Plan)
        .join(Goal)
        .join(Plan)
        .where(
            (Step.case == case)
            & (Step.state == "missed")
            & (Step.doer == PERSON)
            & (Step.state_since >= since)
            & (Goal.state == "open")
            & Plan.ended_at.is_null()
        )
    )
    for row in rows.order_by(Step.state_since.desc()).limit(MOST):
        day = local_date(row.state_since, zone)
        yield Fact("steps", row.id, "missed", day, row, row.goal.plan.__data__["person"])


def _messages(case: Case, since: datetime, at: datetime, zone: str) -> Iterator[Fact]:
    """The latest message, if nobody has opened it for `answer_days` and nothing came since."""
    last = (
        Message.select()
        .where((Message.case == case) & (Message.at >= since))
        .order_by(Message.at.desc(), Message.id.desc())
        .first()
    )
    if last is None or last.direction != OUTBOUND or last.read_at is not None:
        return
    if last.at > at - timedelta(days=setting("answer_days")):
        return
    reads = asked_through(case)
    kept = (Appointment.case == case) & (Appointment.state == "kept")
    met = Appointment.select().where(kept & (Appointment.starts_at >= last.at)).exists()
    if reads is not None and not reads.by_helper and not met:
        yield Fact("messages", last.id, "no_answer", local_date(last.at, zone), last)


def _noted(case: Case, first: date) -> Iterator[Fact]:
    rows = NotedFact.select().where((NotedFact.case == case) & (NotedFact.on >= first))
    for row in rows.order_by(NotedFact.on.desc(), NotedFact.id.desc()).limit(MOST):
        yield Fact("noted_facts", row.id, row.kind, row.on, row, row.__data__["person"])
