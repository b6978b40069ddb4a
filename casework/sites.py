"""Sites (Standorte, Unterkünfte): where people live, with room and planned arrivals."""

from __future__ import annotations

from peewee import BooleanField, CharField, DateField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.db import Base, LineField, ProseField

SITE_KINDS = ("shared_housing", "follow_up_accommodation", "counselling_office", "other")


class Site(Base):
    """One place with a capacity in people."""

    name = LineField(max_length=200, unique=True)
    kind = CharField(
        max_length=32, default="follow_up_accommodation", choices=[(k, k) for k in SITE_KINDS]
    )
    address = LineField(max_length=300, default="")
    capacity = IntegerField(default=0)
    planned_arrivals = IntegerField(default=0)
    planned_on = DateField(null=True)
    notes = ProseField(default="")
    active = BooleanField(default=True)

    class Meta:
        table_name = "sites"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """No secrets here: every member of staff sees them."""
        return cls.select()

    def __str__(self) -> str:
        return self.name
