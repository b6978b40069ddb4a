"""Needs: what somebody in a case's household needs (Bedarfe)."""

from __future__ import annotations

from datetime import datetime

from peewee import CharField, ForeignKeyField

from casework.cases import URGENCIES, Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import NotFound
from casework.core.states import Machine
from casework.life_areas import LifeArea, NeedCategory
from casework.people import Person

NEED_STATES = Machine(
    {
        "open": N_("open"),
        "covered": N_("covered"),
        "met": N_("met"),
        "dropped": N_("dropped"),
    },
    {
        "open": ("covered", "met", "dropped"),
        "covered": ("open", "met", "dropped"),
        "met": ("open",),
        "dropped": ("open",),
    },
)


class Need(CaseModel):
    """What somebody in the household needs (Bedarf)."""

    case = ForeignKeyField(Case, backref="needs", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, backref="needs", on_delete="SET NULL")
    category = ForeignKeyField(NeedCategory, backref="needs", on_delete="RESTRICT")
    life_area = ForeignKeyField(LifeArea, backref="needs", on_delete="RESTRICT")
    state = CharField(max_length=16, default="open")
    state_since = UtcField()
    urgency = CharField(max_length=16, default="")
    description = SealedField(max_length=8000, null=True)
    description_language = CharField(max_length=16, default="")
    opened_at = UtcField()

    class Meta:
        table_name = "needs"
        indexes = (
            (("case", "state", "state_since"), False),
            (("state", "state_since"), False),
            (("life_area", "state", "case"), False),
        )

    def __str__(self) -> str:
        return str(self.category)


@recorded("need:added", needs="need:create")
def add_need(
    case: Case,
    category: NeedCategory,
    *,
    person: Person | None,
    urgency: str = "",
    description: str = "",
    language: str = "",
    by: Actor,
    at: datetime,
) -> Need:
    """A new need in a case, in the words in which it was told."""
    return Need.create(
        case=case,
        category=category,
        life_area=category.life_area,
        person=person,
        urgency=urgency if urgency in URGENCIES else "",
        description=description or None,
        description_language=language if description else "",
        opened_at=at,
        state_since=at,
    )


@recorded("need:moved", open_to=("system", "provider"))
def move_need(need: Need, state: str, *, by: Actor, at: datetime) -> Need:
    """Bring a need into another state. Raises `InvalidTransition`."""
    NEED_STATES.move(need, state, at=at)
    return need


def category_of(code: str) -> NeedCategory:
    """The category with this code. Raises `NotFound`."""
    category = NeedCategory.get_or_none(NeedCategory.code == clean(code))
    if category is None:
        raise NotFound()
    return category
