"""Life areas (Lebensbereiche) and the need categories inside them, with their translations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base
from casework.core.i18n import pick


class LifeArea(Base):
    """One area of life that needs, goals and support are seen by."""

    code = CharField(max_length=32, unique=True)
    icon = CharField(max_length=32)
    position = IntegerField(default=0)
    labels = JSONField(default=dict)
    active = BooleanField(default=True)

    class Meta:
        table_name = "life_areas"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """No secrets here: every member of staff sees them."""
        return cls.select()

    @classmethod
    def in_order(cls) -> ModelSelect:
        """The active ones, in the order of the desk."""
        return cls.select().where(cls.active).order_by(cls.position, cls.code)

    def label(self, tag: str) -> str:
        """The name in the language `tag`, or in the nearest one there is."""
        return pick(self.labels, tag)[0] or self.code

    def __str__(self) -> str:
        return self.label("de")


class NeedCategory(Base):
    """What somebody can need within a life area."""

    code = CharField(max_length=64, unique=True)
    life_area = ForeignKeyField(LifeArea, backref="categories", on_delete="RESTRICT")
    position = IntegerField(default=0)
    labels = JSONField(default=dict)
    active = BooleanField(default=True)

    class Meta:
        table_name = "need_categories"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """No secrets here: every member of staff sees them."""
        return cls.select()

    def label(self, tag: str) -> str:
        """The name in the language `tag`, or in the nearest one there is."""
        return pick(self.labels, tag)[0] or self.code

    def __str__(self) -> str:
        return self.label("de")


@recorded("life_area:loaded", needs="life_area:edit")
def load_life_areas(content: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Put the starter life areas and categories in; what exists already stays as it is."""
    areas = {row.code: row for row in LifeArea.select()}
    for area in content["life_areas"]:
        if area["code"] not in areas:
            areas[area["code"]] = LifeArea.create(
                code=area["code"], icon=area["icon"], position=area["order"],
                labels=area["labels"],
            )  # fmt: skip
    known = {row.code for row in NeedCategory.select(NeedCategory.code)}
    NeedCategory.insert_rows(
        [
            NeedCategory(
                code=category["code"],
                life_area=areas[category["life_area"]],
                position=category["order"],
                labels=category["labels"],
            )
            for category in content["need_categories"]
            if category["code"] not in known
        ]
    )
