"""Types of steps: how long one may stay as it is before somebody looks. Changed without code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, IntegerField

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.vocabularies import Vocabulary


class StepType(Vocabulary):
    """One type of step. After `days` without a change it counts as stalled; None means never."""

    code = CharField(max_length=32, unique=True)
    days = IntegerField(null=True)

    class Meta:
        table_name = "step_types"


@recorded("step_type:loaded", needs="step_type:edit")
def load_step_types(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter list in; what exists already stays as it is."""
    known = {row.code for row in StepType.select(StepType.code)}
    for position, each in enumerate(content, 1):
        if each["code"] not in known:
            StepType.create(
                code=each["code"], position=position, labels=each["labels"], days=each["days"]
            )
