"""Templates of plans, one for each usual situation: goals by life area with their steps.

`content` is a list of goals, each `{"area": code, "texts": {tag: text}, "steps": […]}`, each
step `{"texts": {tag: text}, "doer": "person" | "staff" | "provider" | "volunteer", "days": n,
"type": code}` with the days until it should be done, counted from the start of the plan, and the
type of step, if it has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from peewee import CharField, IntegerField, JSONField

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.refusals import NotFound
from casework.core.vocabularies import Vocabulary
from casework.plans.states import DOERS


class PlanTemplate(Vocabulary):
    """The usual plan for one situation."""

    code = CharField(max_length=32, unique=True)
    content = JSONField(default=list)
    revision = IntegerField(default=0)

    class Meta:
        table_name = "plan_templates"


@recorded("plan_template:loaded", needs="plan_template:edit")
def load_templates(content: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Put the starter templates in; what exists already stays as it is.

    Raises `ValueError` for a step of nobody or without a text.
    """
    known = {row.code for row in PlanTemplate.select(PlanTemplate.code)}
    for position, each in enumerate(content["templates"], 1):
        if each["code"] not in known:
            PlanTemplate.create(
                code=each["code"], position=position, labels=each["labels"],
                content=list(_goals(each["goals"], content["texts"], content.get("types_of", {}))),
            )  # fmt: skip


def _goals(
    goals: list[dict[str, Any]], texts: dict[str, dict[str, str]], types: dict[str, str]
) -> Iterator[dict]:
    """The goals with the texts and the types that the names of their steps stand for."""
    for goal in goals:
        steps = []
        for name, doer, days in goal["steps"]:
            if doer not in DOERS:
                raise ValueError(f"{name}: nobody is called {doer}.")
            kind = {"type": types[name]} if name in types else {}
            steps.append({"texts": texts[name], "doer": doer, "days": days, **kind})
        yield {"area": goal["area"], "texts": texts[goal["goal"]], "steps": steps}


def template_of(code: str) -> PlanTemplate:
    """The active template with this code. Raises `NotFound`."""
    row = PlanTemplate.get_or_none((PlanTemplate.code == code) & PlanTemplate.active)
    if row is None:
        raise NotFound()
    return row
