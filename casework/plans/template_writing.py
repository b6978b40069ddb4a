"""Changing templates of plans without code: goals and steps with their texts by language.

The functions on `content` give a new list and leave the old one as it is; `change_template`
checks and stores it. What a step knows beyond that stays with it.
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import clean
from casework.core.i18n import DEFAULT, LANGUAGES
from casework.core.refusals import NotFound, StaleEdit
from casework.life_areas import LifeArea
from casework.plans.models import MOST_TEXT
from casework.plans.states import DOERS
from casework.plans.step_types import StepType
from casework.plans.templates import PlanTemplate
from casework.plans.writing import MOST_GOALS, MOST_STEPS, DayRefused, TextMissing, TooMuch

MOST_DAYS = 4 * 365
Content = list[dict[str, Any]]


@recorded("plan_template:changed", needs="plan_template:edit")
def change_template(
    template: PlanTemplate, content: Content, *, revision: int, by: Actor, at: datetime
) -> PlanTemplate:
    """Store `content` in a template that was read as `revision`.

    Plans that were begun from it stay as they are. Raises `StaleEdit`, `TextMissing` where a
    German text is missing, `DayRefused`, `TooMuch`, `NotFound` for an area, a doer or a type of
    step that is not there.
    """
    _check(content)
    mine = (PlanTemplate.id == template.id) & (PlanTemplate.revision == revision)
    changed = PlanTemplate.update(content=content, revision=revision + 1).where(mine).execute()
    if not changed:
        raise StaleEdit()
    template.content, template.revision = content, revision + 1
    return template


def put_goal(content: Content, number: int | None, texts: dict[str, str], area: str) -> Content:
    """The content with other words for a goal, or with a new goal at the end."""
    goals = copy.deepcopy(content)
    words = {"area": area, "texts": _cleaned(texts)}
    if number is None:
        return [*goals, {**words, "steps": []}]
    goals[_within(goals, number)] |= words
    return goals


def put_step(
    content: Content, goal: int, number: int | None, texts: dict[str, str], doer: str, days: int,
    type: str | None = None,
) -> Content:  # fmt: skip
    """The content with another step, or with a new one at the end of a goal.

    `type` is the code of a `StepType`, or nothing; it stays as it is where none is named.
    """
    goals = copy.deepcopy(content)
    steps = goals[_within(goals, goal)]["steps"]
    words = {"texts": _cleaned(texts), "doer": doer, "days": days}
    if number is None:
        steps.append(words)
    step = steps[-1 if number is None else _within(steps, number)]
    step |= words | ({} if type is None else {"type": type})
    if not step.get("type"):
        step.pop("type", None)
    return goals


def moved_up(content: Content, goal: int, step: int | None) -> Content:
    """The content with a goal or step one place earlier; the first one stays."""
    goals = copy.deepcopy(content)
    rows = goals if step is None else goals[_within(goals, goal)]["steps"]
    at = _within(rows, goal if step is None else step)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return goals


def without(content: Content, goal: int, step: int | None) -> Content:
    """The content without a goal and its steps, or without one step."""
    goals = copy.deepcopy(content)
    rows = goals if step is None else goals[_within(goals, goal)]["steps"]
    del rows[_within(rows, goal if step is None else step)]
    return goals


def completed(content: Content, texts: dict[str, dict[str, str]]) -> Content:
    """The content with the languages that it lacks, where its German words are those of `texts`."""
    known = {each[DEFAULT]: each for each in texts.values()}
    goals = copy.deepcopy(content)
    for row in [*goals, *(step for goal in goals for step in goal["steps"])]:
        row["texts"] = {**known.get(row["texts"].get(DEFAULT, ""), {}), **row["texts"]}
    return goals


def _check(content: Content) -> None:
    areas = {row.code for row in LifeArea.select(LifeArea.code)}
    types = {None, *(row.code for row in StepType.select(StepType.code))}
    if len(content) > MOST_GOALS or any(len(goal["steps"]) > MOST_STEPS for goal in content):
        raise TooMuch(most=MOST_GOALS)
    for goal in content:
        if goal["area"] not in areas:
            raise NotFound()
        for row in (goal, *goal["steps"]):
            _check_texts(row["texts"])
        for step in goal["steps"]:
            if step["doer"] not in DOERS or step.get("type") not in types:
                raise NotFound()
            if not 0 <= step["days"] <= MOST_DAYS:
                raise DayRefused()


def _check_texts(texts: dict[str, str]) -> None:
    if not texts.get(DEFAULT) or any(len(text) > MOST_TEXT for text in texts.values()):
        raise TextMissing()
    if not set(texts) <= set(LANGUAGES):
        raise NotFound()


def _cleaned(texts: dict[str, str]) -> dict[str, str]:
    found = {tag: clean(text).strip() for tag, text in texts.items()}
    return {tag: text for tag, text in found.items() if text}


def _within(rows: list[Any], number: int) -> int:
    if not 0 <= number < len(rows):
        raise NotFound()
    return number
