"""Life areas (Lebensbereiche) and the need categories inside them, with their translations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.vocabularies import Vocabulary


class LifeArea(Vocabulary):
    """One area of life that needs, goals and support are seen by."""

    code = CharField(max_length=32, unique=True)
    icon = CharField(max_length=32)

    class Meta:
        table_name = "life_areas"


class NeedCategory(Vocabulary):
    """What somebody can need within a life area."""

    code = CharField(max_length=64, unique=True)
    life_area = ForeignKeyField(LifeArea, backref="categories", on_delete="RESTRICT")

    class Meta:
        table_name = "need_categories"


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
