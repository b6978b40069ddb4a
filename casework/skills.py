"""Occupation fields and skills that people and opportunities are matched by: a list of our own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import BooleanField, CharField, IntegerField, JSONField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base
from casework.core.i18n import N_, pick

FIELD, SKILL = "field", "skill"
KINDS = {FIELD: N_("field of work"), SKILL: N_("skill")}


class Skill(Base):
    """A field of work, or something that somebody can do in whichever field."""

    code = CharField(max_length=32, unique=True)
    kind = CharField(max_length=8, default=SKILL, choices=list(KINDS.items()))
    position = IntegerField(default=0)
    labels = JSONField(default=dict)
    active = BooleanField(default=True)

    class Meta:
        table_name = "skills"

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


@recorded("skill:loaded", needs="skill:edit")
def load_skills(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter list in; what exists already stays as it is."""
    known = {row.code for row in Skill.select(Skill.code)}
    Skill.insert_rows(
        [
            Skill(code=each["code"], kind=each["kind"], position=position, labels=each["labels"])
            for position, each in enumerate(content, 1)
            if each["code"] not in known
        ]
    )
