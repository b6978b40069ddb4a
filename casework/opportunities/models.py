"""An opportunity with what it asks for. Nothing here is about a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from peewee import (
    CharField,
    DateField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    ModelSelect,
)

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.db import Base, LineField, ProseField, UtcField
from casework.core.i18n import N_
from casework.core.states import Machine
from casework.opportunities.kinds import KINDS
from casework.people import Person
from casework.providers import Service
from casework.referrals import Referral

STATES = Machine(
    {
        "open": N_("open"),
        "full": N_("full"),
        "expired": N_("past its deadline"),
        "withdrawn": N_("withdrawn"),
    },
    {
        "open": ("full", "expired", "withdrawn"),
        "full": ("open", "expired", "withdrawn"),
        "expired": ("open", "withdrawn"),
        "withdrawn": ("open",),
    },
)
# Referrals that hold a place.
TAKING = ("accepted", "in_progress", "got_help")


@dataclass(frozen=True)
class Requirement:
    """One thing that is asked of a person: a language with a least level, a skill, a licence.

    `kind` and `code` are those of `casework.strengths`; without `must` it is only welcome.
    """

    kind: str
    code: str
    level: int = 0
    must: bool = False


class Opportunity(Base):
    """Places that can be matched to what people can and want (Chance).

    `hours` are a week, ages are whole years, `min_people` and `max_people` the household's
    size; each bound counts as fitting. `taken` is kept by `offering.recount`.
    """

    kind = CharField(max_length=16, choices=list(KINDS.items()))
    service = ForeignKeyField(Service, backref="opportunities", on_delete="RESTRICT")
    title = LineField(max_length=200)
    description = ProseField(default="")
    places = IntegerField(default=1)
    taken = IntegerField(default=0)
    deadline = DateField(null=True)
    starts_on = DateField(null=True)
    place = LineField(max_length=200, default="")
    hours = IntegerField(null=True)
    rooms = DoubleField(null=True)
    occupation = CharField(max_length=32, default="")
    requirements = JSONField(default=list)
    min_age = IntegerField(null=True)
    max_age = IntegerField(null=True)
    min_people = IntegerField(null=True)
    max_people = IntegerField(null=True)
    state = CharField(max_length=16, default="open")
    state_since = UtcField()
    created_at = UtcField()
    created_by = CharField(max_length=200, default="")
    revision = IntegerField(default=0)

    class Meta:
        table_name = "opportunities"
        indexes = ((("state", "deadline"), False), (("kind", "state", "created_at"), False))

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for whoever may read opportunities; there are no secrets about people in them."""
        rows = cls.select()
        return rows if staff.may("opportunity:read") else rows.where(cls.id.is_null())

    @classmethod
    def offered(cls, staff: Actor, today: date) -> ModelSelect:
        """Those that can still be offered on `today`, the nearest deadline first."""
        return (
            cls.scope(staff)
            .where((cls.state == "open") & (cls.deadline.is_null() | (cls.deadline >= today)))
            .order_by(cls.deadline.is_null(), cls.deadline, cls.id)
        )

    @property
    def asks(self) -> list[Requirement]:
        """What is asked of a person."""
        return [Requirement(**each) for each in self.requirements]

    @property
    def free(self) -> int:
        """How many places nobody holds."""
        return max(0, self.places - self.taken)

    def __str__(self) -> str:
        return self.title


class OpportunityOffer(CaseModel):
    """An opportunity put before the household of a case: the referral that does it."""

    case = ForeignKeyField(Case, backref="opportunity_offers", on_delete="CASCADE")
    opportunity = ForeignKeyField(Opportunity, backref="offers", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
    referral = ForeignKeyField(Referral, unique=True, on_delete="CASCADE")
    created_at = UtcField()

    class Meta:
        table_name = "opportunity_offers"


def stored(requirements: Iterable[Requirement]) -> list[dict[str, Any]]:
    """`requirements` as the column holds them, what must be first."""
    ordered = sorted(requirements, key=lambda each: (not each.must, each.kind, each.code))
    return [asdict(each) for each in ordered]
