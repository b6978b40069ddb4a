"""Deadlines of a case (Fristen): residence permit, work permit, benefits, school, other.

The day stays clear, so that one query finds what is near; what is noted beside it is sealed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from peewee import (
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
)

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.core.states import Machine
from casework.core.vocabularies import Vocabulary
from casework.people import Person

DEADLINE_STATES = Machine(
    {"open": N_("open"), "done": N_("done"), "dropped": N_("no longer needed")},
    {"open": ("done", "dropped"), "done": ("open",), "dropped": ("open",)},
)
# Papers run out unnoticed for years, and the longest permits count ten.
FARTHEST_BACK = timedelta(days=5 * 366)
FARTHEST_AHEAD = timedelta(days=12 * 366)
LONGEST_NOTICE = 365


class DeadlineDayRefused(Refusal):
    """A day that nobody can mean."""

    msgid = N_("The day must be between five years ago and twelve years from now. Please check it.")


class LaterDayNeeded(Refusal):
    """What is extended ends later than before."""

    msgid = N_("An extension ends after %(day)s. Please enter a later day.")


class DeadlineOver(Refusal):
    """What is done has no new day."""

    msgid = N_("This deadline is done. Please open it again first, or enter a new one.")


class DeadlineKind(Vocabulary):
    """One kind of deadline; it is near `notice_days` before its day."""

    code = CharField(max_length=32, unique=True)
    notice_days = IntegerField(default=30)

    class Meta:
        table_name = "deadline_kinds"


class Deadline(CaseModel):
    """A day by which something has to be done for a household or for one person in it."""

    case = ForeignKeyField(Case, backref="deadlines", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, backref="deadlines", on_delete="SET NULL")
    kind = ForeignKeyField(DeadlineKind, backref="deadlines", on_delete="RESTRICT")
    due_on = DateField()
    note = SealedField(max_length=1000, null=True)
    state = CharField(max_length=16, default="open")
    state_since = UtcField()
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "deadlines"
        indexes = ((("state", "due_on"), False), (("case", "state"), False))

    @classmethod
    def near(cls, staff: Actor, today: date) -> ModelSelect:
        """Open ones whose notice has begun, the next first."""
        rows: Any = cls.scope(staff).where(
            (cls.state == "open") & (cls.due_on <= today + timedelta(days=LONGEST_NOTICE))
        )
        return rows.order_by(cls.due_on, cls.id)


class DeadlineChange(CaseModel):
    """What became of a deadline: another day, and why."""

    case = ForeignKeyField(Case, backref="deadline_changes", on_delete="CASCADE")
    deadline = ForeignKeyField(Deadline, backref="changes", on_delete="CASCADE")
    at = UtcField()
    author = LineField(max_length=200, default="")
    was_on = DateField()
    due_on = DateField()
    reason = SealedField(max_length=1000, null=True)

    class Meta:
        table_name = "deadline_changes"
        indexes = ((("deadline", "at"), False),)


@recorded("deadline:added", needs="deadline:create")
def add_deadline(
    case: Case,
    kind: DeadlineKind,
    due_on: date,
    *,
    person: Person | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Deadline:
    """A new deadline, of the household or of one `person` in it.

    A day that is past is taken: papers that ran out need somebody most. Raises
    `DeadlineDayRefused`, `NotFound` for a person of another household.
    """
    if person is not None and person.__data__["household"] != case.__data__["household"]:
        raise NotFound()
    return Deadline.create(
        case=case, person=person, kind=kind, due_on=_checked(due_on, at=at),
        note=clean(note).strip() or None, state_since=at, created_at=at,
    )  # fmt: skip


@recorded("deadline:extended", needs="deadline:edit")
def extend_deadline(
    deadline: Deadline, due_on: date, *, reason: str = "", revision: int, by: Actor, at: datetime
) -> Deadline:
    """A later day for a deadline that was read as `revision`; the day before stays in its history.

    Raises `LaterDayNeeded`, `DeadlineDayRefused`, `DeadlineOver`, `StaleEdit`.
    """
    if deadline.state != "open":
        raise DeadlineOver()
    if due_on <= deadline.due_on:
        raise LaterDayNeeded(day=f"{deadline.due_on:%d.%m.%Y}")
    _checked(due_on, at=at)
    mine = (Deadline.id == deadline.id) & (Deadline.revision == revision)
    written = Deadline.update(due_on=due_on, revision=revision + 1).where(
        mine & (Deadline.state == "open")
    )
    if not written.execute():
        raise StaleEdit()
    DeadlineChange.create(
        case=deadline.case, deadline=deadline, at=at, author=by.name[:200],
        was_on=deadline.due_on, due_on=due_on, reason=clean(reason).strip() or None,
    )  # fmt: skip
    deadline.due_on, deadline.revision = due_on, revision + 1
    return deadline


@recorded("deadline:moved", needs="deadline:edit")
def move_deadline(deadline: Deadline, state: str, *, by: Actor, at: datetime) -> Deadline:
    """A deadline is done, no longer needed, or open again. Raises `InvalidTransition`."""
    DEADLINE_STATES.move(deadline, state, at=at)
    return deadline


@recorded("deadline_kind:loaded", needs="deadline_kind:edit")
def load_deadline_kinds(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter list in; what exists already stays as it is."""
    known = {row.code for row in DeadlineKind.select(DeadlineKind.code)}
    for position, each in enumerate(content, 1):
        if each["code"] not in known:
            DeadlineKind.create(
                code=each["code"], notice_days=each["notice_days"], position=position,
                labels=each["labels"],
            )  # fmt: skip


def kind_of(code: str) -> DeadlineKind:
    """The active kind with this code. Raises `NotFound`."""
    row = DeadlineKind.get_or_none((DeadlineKind.code == clean(code)) & DeadlineKind.active)
    if row is None:
        raise NotFound()
    return row


def _checked(day: date, *, at: datetime) -> date:
    if not site_day(at) - FARTHEST_BACK <= day <= site_day(at) + FARTHEST_AHEAD:
        raise DeadlineDayRefused()
    return day
