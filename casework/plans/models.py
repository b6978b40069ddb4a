"""Plan, goal, step and hold. Whatever says something about the person is sealed."""

from __future__ import annotations

from datetime import date
from typing import Any

from peewee import CharField, DateField, ForeignKeyField, IntegerField, ModelSelect

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.crypto import SealedField, SealedJSONField
from casework.core.db import LineField, UtcField
from casework.core.i18n import pick
from casework.life_areas import LifeArea
from casework.people import Person
from casework.plans.blockers import Blocker
from casework.plans.states import OPEN_STEPS, PERSON, STAFF, VOLUNTEER
from casework.providers import Organization, Service
from casework.staff import Staff

MOST_TEXT = 1000


class Plan(CaseModel):
    """The integration plan of a household or of one person in it; it runs until `ended_at`."""

    case = ForeignKeyField(Case, backref="plans", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, backref="plans", on_delete="SET NULL")
    started_at = UtcField()
    ended_at = UtcField(null=True)
    review_on = DateField(null=True)
    reviews = IntegerField(default=0)

    class Meta:
        table_name = "plans"
        indexes = (
            (("ended_at", "review_on"), False),
            (("case", "ended_at", "review_on"), False),
        )

    @classmethod
    def running(cls, case: Case) -> ModelSelect:
        """The plans of a case that have not ended, the household's first."""
        mine = cls.select().where((cls.case == case) & cls.ended_at.is_null())
        return mine.order_by(cls.person.is_null(False), cls.started_at, cls.id)

    @classmethod
    def due(cls, staff: Actor, today: date) -> ModelSelect:
        """Plans whose review is due, the oldest first."""
        mine = cls.scope(staff).where(cls.ended_at.is_null() & (cls.review_on <= today))
        return mine.order_by(cls.review_on, cls.id)


class Goal(CaseModel):
    """What is to be reached in a life area (Ziel).

    `texts` says it by language tag, `wish` is what the person wants in their own words, and
    `baseline` and `target` say where they stand and how one will see that it is reached.
    """

    case = ForeignKeyField(Case, backref="goals", on_delete="CASCADE")
    plan = ForeignKeyField(Plan, backref="goals", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, backref="goals", on_delete="RESTRICT")
    position = IntegerField(default=0)
    texts = SealedJSONField(max_length=MOST_TEXT)
    wish = SealedField(max_length=4000, null=True)
    wish_language = CharField(max_length=16, default="")
    baseline = SealedField(max_length=MOST_TEXT, null=True)
    target = SealedField(max_length=MOST_TEXT, null=True)
    state = CharField(max_length=16, default="open")
    state_since = UtcField()
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "goals"
        indexes = ((("life_area", "state"), False),)

    def text(self, tag: str) -> tuple[str, str]:
        """What is to be reached, in the language `tag` or the nearest one, and its tag."""
        return pick(self.texts, tag)


class GoalArea(CaseModel):
    """The life area that a goal belonged to until `until`."""

    case = ForeignKeyField(Case, on_delete="CASCADE")
    goal = ForeignKeyField(Goal, backref="earlier_areas", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
    until = UtcField()
    noted_by = LineField(max_length=200)

    class Meta:
        table_name = "goal_areas"


class Step(CaseModel):
    """One measure (Maßnahme) on the way to a goal: who does it, until when.

    `type` is the code of a `StepType`, if it has one.
    """

    case = ForeignKeyField(Case, backref="steps", on_delete="CASCADE")
    goal = ForeignKeyField(Goal, backref="steps", on_delete="CASCADE")
    position = IntegerField(default=0)
    texts = SealedJSONField(max_length=MOST_TEXT)
    doer = CharField(max_length=16, default=PERSON)
    staff = ForeignKeyField(Staff, null=True, backref="steps", on_delete="SET NULL")
    organization = ForeignKeyField(Organization, null=True, on_delete="SET NULL")
    service = ForeignKeyField(Service, null=True, on_delete="SET NULL")
    name = SealedField(max_length=200, null=True)
    type = CharField(max_length=32, null=True)
    due_on = DateField(null=True)
    state = CharField(max_length=16, default="planned")
    state_since = UtcField()
    cancelled_by = CharField(max_length=16, default="")
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "steps"
        indexes = ((("state", "due_on"), False), (("state", "state_since"), False))

    @classmethod
    def overdue(cls, staff: Actor, today: date) -> ModelSelect:
        """Open steps whose day is past, the oldest first."""
        late = (cls.state << OPEN_STEPS) & (cls.due_on < today)
        return cls.scope(staff).where(late).order_by(cls.due_on, cls.id)

    def text(self, tag: str) -> tuple[str, str]:
        """What is done, in the language `tag` or the nearest one, and its tag."""
        return pick(self.texts, tag)

    @property
    def doer_name(self) -> str:
        """Who does it, by name; empty for the person and for somebody who is not named yet."""
        if self.doer == STAFF:
            return str(self.staff) if self.staff else ""
        if self.doer == VOLUNTEER:
            return self.name or ""
        return _provider_name(self.service, self.organization)


class Hold(CaseModel):
    """A time in which a step could not go on: what was in the way, and whose turn it was."""

    case = ForeignKeyField(Case, backref="holds", on_delete="CASCADE")
    step = ForeignKeyField(Step, backref="holds", on_delete="CASCADE")
    blocker = ForeignKeyField(Blocker, backref="holds", on_delete="RESTRICT")
    turn = CharField(max_length=16)
    since = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        table_name = "holds"
        indexes = ((("ended_at", "turn", "since"), False),)


def _provider_name(service: Any, organization: Any) -> str:
    names = [str(each.name) for each in (service, organization) if each is not None]
    return ", ".join(names)
