"""A whole plan as it is read: goals by life area with their steps, in a few statements."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from casework.life_areas import LifeArea
from casework.plans.models import Goal, Hold, Plan, Step
from casework.plans.reviews import GoalProgress, PlanReview
from casework.plans.states import GONE, OPEN_STEPS


@dataclass
class Part:
    """A goal with its steps, and how it went at the reviews, the latest first."""

    goal: Goal
    steps: list[Step] = field(default_factory=list)
    progress: list[GoalProgress] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it is still worked on."""
        return self.goal.state == "open"


class WholePlan:
    """A plan with everything in it, each kind of row one statement, read when asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def goals(self) -> list[Goal]:
        """The goals in the order of the life areas, then as they were written."""
        rows: Any = Goal.select().where(Goal.plan == self.plan)
        found = list(rows.order_by(Goal.position, Goal.id).with_related(Goal.life_area))
        return sorted(found, key=lambda each: (each.life_area.position, each.position))

    @cached_property
    def steps(self) -> list[Step]:
        """The steps of all goals as they were written, with who does them."""
        mine = Goal.select(Goal.id).where(Goal.plan == self.plan)
        rows: Any = Step.select().where(Step.goal << mine)
        ordered = rows.order_by(Step.position, Step.created_at, Step.id)
        return list(ordered.with_related(Step.staff, Step.organization, Step.service))

    @cached_property
    def holds(self) -> dict[uuid.UUID, Hold]:
        """What steps wait for, by step."""
        waiting = [step.id for step in self.steps if step.state == "on_hold"]
        if not waiting:
            return {}
        rows: Any = Hold.select().where((Hold.step << waiting) & Hold.ended_at.is_null())
        return {row.__data__["step"]: row for row in rows.with_related(Hold.blocker)}

    @cached_property
    def reviews(self) -> list[PlanReview]:
        """The reviews, the latest first."""
        rows = PlanReview.select().where(PlanReview.plan == self.plan)
        return list(rows.order_by(PlanReview.at.desc(), PlanReview.id.desc()))

    @cached_property
    def parts(self) -> list[Part]:
        """The goals with their steps and how they went."""
        parts = {goal.id: Part(goal) for goal in self.goals}
        for step in self.steps:
            parts[step.__data__["goal"]].steps.append(step)
        marks = {}
        if self.reviews:
            found = GoalProgress.select().where(GoalProgress.review << self.reviews)
            marks = {(row.__data__["review"], row.__data__["goal"]): row for row in found}
        for review in self.reviews:
            for key, part in parts.items():
                if mark := marks.get((review.id, key)):
                    part.progress.append(mark)
        return list(parts.values())

    @property
    def areas(self) -> list[tuple[LifeArea, list[Part]]]:
        """The goals that were not dropped, by life area."""
        grouped: dict[uuid.UUID, tuple[LifeArea, list[Part]]] = {}
        for part in self.parts:
            if part.goal.state != "dropped":
                area = part.goal.life_area
                grouped.setdefault(area.id, (area, []))[1].append(part)
        return list(grouped.values())

    @property
    def dropped(self) -> list[Part]:
        """The goals that were dropped."""
        return [part for part in self.parts if part.goal.state == "dropped"]

    @property
    def standing(self) -> list[tuple[Goal, list[Step]]]:
        """What stands in the plan: no dropped goal, no cancelled or obsolete step."""
        return [
            (part.goal, [step for step in part.steps if step.state not in GONE])
            for part in self.parts
            if part.goal.state != "dropped"
        ]

    @property
    def open_steps(self) -> list[Step]:
        """Steps of open goals that are still to be done."""
        parts = [part for part in self.parts if part.is_open]
        return [step for part in parts for step in part.steps if step.state in OPEN_STEPS]
