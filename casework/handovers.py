"""Handing a case over to regular services (Regeldienste).

A handover is a checklist: what the household goes on with, at which service, or why it is not
needed. It runs exactly as long as the case is in the state `handover`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import (
    CharField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
)

from casework.cases import Case, CaseModel, move_case
from casework.core.access import Actor
from casework.core.audit import on, recorded
from casework.core.crypto import SealedField, SealedJSONField
from casework.core.db import LineField, UtcField, clean
from casework.core.i18n import N_, pick
from casework.core.refusals import Refusal
from casework.core.states import Machine
from casework.core.vocabularies import Vocabulary
from casework.life_areas import LifeArea
from casework.providers import Organization

POINT_STATES = Machine(
    {"open": N_("open"), "done": N_("handed over"), "not_needed": N_("not needed")},
    {"open": ("done", "not_needed"), "done": ("open",), "not_needed": ("open",)},
)
MOST_POINTS = 60


class HandoverRuns(Refusal):
    """One handover at a time."""

    msgid = N_("This case is being handed over already. Please go on with that checklist.")


class HandoverEnded(Refusal):
    """What is over stays as it is."""

    msgid = N_("This handover has ended and stays as it is.")


class PointMissing(Refusal):
    """A line of the list says something."""

    msgid = N_("Please write what has to be handed over.")


class RecipientMissing(Refusal):
    """What is handed over goes to somebody."""

    msgid = N_("Please name to whom it goes: a service, an office or a person there.")


class WhyNotMissing(Refusal):
    """What is left out has a reason."""

    msgid = N_("Please write why this is not needed.")


class ListTooLong(Refusal):
    """A list that nobody works through helps nobody."""

    msgid = N_("A checklist has at most %(most)s lines.")


class HandoverTask(Vocabulary):
    """A line that every new checklist begins with; it changes without code."""

    code = CharField(max_length=32, unique=True)
    life_area = ForeignKeyField(LifeArea, null=True, backref="tasks", on_delete="RESTRICT")

    class Meta:
        table_name = "handover_tasks"


class Handover(CaseModel):
    """One handover of a case; it runs until `ended_at`, `outcome` says how it ended."""

    case = ForeignKeyField(Case, backref="handovers", on_delete="CASCADE")
    begun_at = UtcField()
    begun_by = LineField(max_length=200, default="")
    ended_at = UtcField(null=True)
    outcome = CharField(max_length=16, default="")

    class Meta:
        table_name = "handovers"
        indexes = ((("ended_at", "begun_at"), False),)

    @classmethod
    def running(cls, case: Case) -> Handover | None:
        """The handover of a case that has not ended, if there is one."""
        rows = cls.select().where((cls.case == case) & cls.ended_at.is_null())
        return rows.order_by(cls.begun_at.desc()).first()

    @classmethod
    def of(cls, case: Case) -> ModelSelect:
        """The handovers of a case, the latest first."""
        rows = cls.select().where(cls.case == case)
        return rows.order_by(cls.begun_at.desc(), cls.id.desc())


class HandoverPoint(CaseModel):
    """One line of a checklist: what, to whom, or why not."""

    case = ForeignKeyField(Case, backref="handover_points", on_delete="CASCADE")
    handover = ForeignKeyField(Handover, backref="points", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, null=True, backref="+", on_delete="RESTRICT")
    position = IntegerField(default=0)
    texts = SealedJSONField(max_length=1000)
    state = CharField(max_length=16, default="open")
    state_since = UtcField()
    organization = ForeignKeyField(Organization, null=True, backref="+", on_delete="SET NULL")
    recipient = SealedField(max_length=300, null=True)
    reason = SealedField(max_length=1000, null=True)
    settled_by = LineField(max_length=200, default="")

    class Meta:
        table_name = "handover_points"
        indexes = ((("handover", "position"), False),)

    def text(self, tag: str) -> tuple[str, str]:
        """What is handed over, in the language `tag` or the nearest one, and its tag."""
        return pick(self.texts, tag)

    @property
    def to_whom(self) -> str:
        """The organisation and the words beside it, as far as there are any."""
        return ", ".join(filter(None, (str(self.organization or ""), self.recipient or "")))


@recorded("handover:begun", needs="handover:create")
def begin_handover(case: Case, *, by: Actor, at: datetime) -> Handover:
    """Begin to hand a case over: it changes its state and gets the checklist.

    Raises `HandoverRuns`, `InvalidTransition` for a case that is closed.
    """
    if Handover.running(case) is not None:
        raise HandoverRuns()
    handover = Handover.create(case=case, begun_at=at, begun_by=by.name[:200])
    HandoverPoint.insert_rows([
        HandoverPoint(
            case=case, handover=handover, life_area=task.life_area, position=number,
            texts=task.labels, state_since=at,
        )
        for number, task in enumerate(HandoverTask.in_order(), 1)
    ])  # fmt: skip
    if case.state != "handover":
        move_case(case, "handover", by=by, at=at)
    return handover


@on("case:moved")
def follow_state(case: Case, *, by: Actor, at: datetime) -> None:
    """The checklist begins and ends with the state of the case, whoever changes it."""
    running = Handover.running(case)
    if case.state == "handover":
        if running is None:
            begin_handover(case, by=by, at=at)
    elif running is not None:
        running.ended_at = at
        running.outcome = "closed" if case.state == "closed" else "called_off"
        running.save()


@recorded("handover:extended", needs="handover:edit")
def add_point(
    handover: Handover, text: str, *, language: str, area: LifeArea | None = None,
    by: Actor, at: datetime,
) -> HandoverPoint:  # fmt: skip
    """A further line. Raises `PointMissing`, `HandoverEnded`, `ListTooLong`."""
    _refuse_ended(handover)
    words = clean(text).strip()
    if not words:
        raise PointMissing()
    count = HandoverPoint.select().where(HandoverPoint.handover == handover).count()
    if count >= MOST_POINTS:
        raise ListTooLong(most=MOST_POINTS)
    return HandoverPoint.create(
        case=handover.case, handover=handover, life_area=area, position=count + 1,
        texts={language: words}, state_since=at,
    )  # fmt: skip


@recorded("handover:settled", needs="handover:edit")
def settle_point(
    point: HandoverPoint,
    state: str,
    *,
    organization: Organization | None = None,
    recipient: str = "",
    reason: str = "",
    by: Actor,
    at: datetime,
) -> HandoverPoint:
    """A line is handed over to somebody, not needed for a reason, or open again.

    Raises `RecipientMissing`, `WhyNotMissing`, `HandoverEnded`, `InvalidTransition`.
    """
    _refuse_ended(point.handover)
    words, why = clean(recipient).strip(), clean(reason).strip()
    if state == "done" and not words and organization is None:
        raise RecipientMissing()
    if state == "not_needed" and not why:
        raise WhyNotMissing()
    POINT_STATES.move(
        point, state, at=at, settled_by="" if state == "open" else by.name[:200],
        organization=organization if state == "done" else None,
        recipient=(words or None) if state == "done" else None,
        reason=(why or None) if state != "open" else None,
    )  # fmt: skip
    return point


@recorded("handover:called_off", needs="handover:edit")
def call_off_handover(handover: Handover, *, by: Actor, at: datetime) -> Handover:
    """The case stays with us for now; the list is kept. Raises `HandoverEnded`."""
    _refuse_ended(handover)
    move_case(handover.case, "active", by=by, at=at)
    return handover.refresh()


@recorded("handover_task:loaded", needs="handover_task:edit")
def load_handover_tasks(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter lines in; what exists already stays as it is."""
    known = {row.code for row in HandoverTask.select(HandoverTask.code)}
    areas = {row.code: row for row in LifeArea.select()}
    for position, each in enumerate(content, 1):
        if each["code"] not in known:
            HandoverTask.create(
                code=each["code"], position=position, labels=each["labels"],
                life_area=areas.get(each["area"]),
            )  # fmt: skip


def _refuse_ended(handover: Handover) -> None:
    if handover.ended_at is not None:
        raise HandoverEnded()
