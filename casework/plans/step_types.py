"""Types of steps: how long one may stay as it is before somebody looks. Changed without code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import BooleanField, CharField, IntegerField, JSONField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base
from casework.core.i18n import pick


class StepType(Base):
    """One type of step. After `days` without a change it counts as stalled; None means never."""

    code = CharField(max_length=32, unique=True)
    position = IntegerField(default=0)
    labels = JSONField(default=dict)
    days = IntegerField(null=True)
    active = BooleanField(default=True)

    class Meta:
        table_name = "step_types"

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


@recorded("step_type:loaded", needs="step_type:edit")
def load_step_types(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter list in; what exists already stays as it is."""
    known = {row.code for row in StepType.select(StepType.code)}
    for position, each in enumerate(content, 1):
        if each["code"] not in known:
            StepType.create(
                code=each["code"], position=position, labels=each["labels"], days=each["days"]
            )
