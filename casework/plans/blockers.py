"""What can be in the way of a step (Hemmnisse): a list that changes without code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.refusals import NotFound
from casework.core.vocabularies import Vocabulary
from casework.plans.states import TURNS


class Blocker(Vocabulary):
    """One kind of obstacle; `turn` is whose turn it usually is."""

    code = CharField(max_length=32, unique=True)
    turn = CharField(max_length=16, default="us")

    class Meta:
        table_name = "blockers"


@recorded("blocker:loaded", needs="blocker:edit")
def load_blockers(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter list in; what exists already stays as it is."""
    known = {row.code for row in Blocker.select(Blocker.code)}
    for position, each in enumerate(content, 1):
        if each["turn"] not in TURNS:
            raise ValueError(f"{each['code']}: nobody is called {each['turn']}.")
        if each["code"] not in known:
            Blocker.create(
                code=each["code"], turn=each["turn"], position=position, labels=each["labels"]
            )


def blocker_of(code: str) -> Blocker:
    """The active blocker with this code. Raises `NotFound`."""
    row = Blocker.get_or_none((Blocker.code == code) & Blocker.active)
    if row is None:
        raise NotFound()
    return row
