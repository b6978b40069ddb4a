"""Integration plans of the demo town: begun from templates, some stalled, some agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casework.cases import Case
from casework.core.access import Actor
from casework.plans.agreements import (
    answer_agreement,
    ask_agreement,
    frozen,
    note_agreement,
    version_of,
)
from casework.plans.blockers import Blocker
from casework.plans.models import Plan, Step
from casework.plans.steps import hold_step, move_step
from casework.plans.templates import PlanTemplate
from casework.plans.whole import WholePlan
from casework.plans.writing import begin_plan
from casework.release_questions import asked_through

if TYPE_CHECKING:
    from casework.demo.town import Town

PLANNED, ON_PAPER, WAITED = 0.5, 0.9, 0.5
# Most of what was to be done by now is done: in a town that is looked after few things call.
DONE_IN_TIME = 0.94
# What has become of a step, with how often that happens.
STEPS: tuple[tuple[str, int], ...] = (
    ("planned", 6),
    ("in_progress", 5),
    ("on_hold", 3),
    ("done", 5),
    ("missed", 1),
)


def tell_plans(town: Town) -> None:
    """Half of the live cases have a plan; whoever has a status page was asked about theirs."""
    templates = list(PlanTemplate.select().order_by(PlanTemplate.code))
    blockers = list(Blocker.select().order_by(Blocker.code))
    answers = iter(("agreed", "wants_talk", ""))
    for case in Case.live().order_by(Case.opened_at, Case.reference):
        request = asked_through(case)
        if request is None and town.random.random() >= PLANNED:
            continue
        begun = max(case.opened_at, town.ago(20, 80 if request else 330))
        by = case.assigned_to.actor if case.assigned_to else town.coordinator
        plan = begin_plan(case, template=town.random.choice(templates), by=by, at=begun)
        _tell_steps(town, plan, blockers, by=by, at=begun)
        if request is not None and not request.by_helper:
            person = Actor("person", id=request.id, name=request.reference)
            _ask(plan, next(answers, ""), person, by=by, at=town.ago(0, 4))
        elif town.random.random() < ON_PAPER:
            note_agreement(plan, "paper", case.language, by=by, at=town.ago(1, 15))


def _tell_steps(
    town: Town, plan: Plan, blockers: list[Blocker], *, by: Actor, at: datetime
) -> None:
    names, weights = [name for name, _ in STEPS], [weight for _, weight in STEPS]
    for goal in plan.goals:
        for step in goal.steps:
            state = town.random.choices(names, weights)[0]
            if step.due_on and step.due_on <= town.at.date():
                state = "done" if town.random.random() < DONE_IN_TIME else "planned"
            moved = max(at + timedelta(hours=1), town.ago(1, 18))
            if state == "done":
                moved = _tell_early(town, step, blockers, by=by, at=at)
            if state == "on_hold":
                turn = town.random.choice(("person", "provider", "us", "system"))
                hold_step(step, town.random.choice(blockers), turn, by=by, at=moved)
            elif state != "planned":
                move_step(step, state, by=by, at=moved)


def _tell_early(
    town: Town, step: Step, blockers: list[Blocker], *, by: Actor, at: datetime
) -> datetime:
    """A step that is done by now was begun sooner, and some had to wait; when it was done."""
    begun = _between(town, at, 0.3)
    move_step(step, "in_progress", by=by, at=begun)
    if town.random.random() < WAITED:
        held = _between(town, begun, 0.5)
        turn = town.random.choice(("provider", "system", "system", "us"))
        hold_step(step, town.random.choice(blockers), turn, by=by, at=held)
        begun = _between(town, held, 0.7)
        move_step(step, "in_progress", by=by, at=begun)
    return _between(town, begun, 0.9)


def _between(town: Town, start: datetime, share: float) -> datetime:
    """A moment after `start` within this share of the time that has passed since."""
    return start + (town.at - start) * town.random.uniform(0.02, share)


def _ask(plan: Plan, answer: str, person: Actor, *, by: Actor, at: datetime) -> None:
    """The plan on the status page, with the person's answer unless it is still awaited."""
    question = ask_agreement(plan, by=by, at=at)
    if answer:
        answer_agreement(
            question, answer, version=version_of(frozen(WholePlan(plan))),
            language=plan.case.language, by=person, at=at,
        )  # fmt: skip
