"""Beginning a plan and writing goals and steps. Of two editors the second is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from casework.cases import Case
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.life_areas import LifeArea
from casework.people import Person
from casework.plans.models import Goal, GoalArea, Plan, Step
from casework.plans.states import (
    DOERS,
    GOAL_STATES,
    PERSON,
    PROVIDER,
    STAFF,
    STEP_STATES,
    VOLUNTEER,
)
from casework.plans.step_types import StepType
from casework.plans.templates import PlanTemplate
from casework.providers import Organization, Service
from casework.staff import Staff

REVIEW_DAYS = 90
FARTHEST = timedelta(days=4 * 366)
MOST_GOALS = 40
MOST_STEPS = 40


class PlanExists(Refusal):
    """One plan for each person, and one for the household."""

    msgid = N_("There is a plan for this already. Please change that one.")


class PlanEnded(Refusal):
    """A plan that has ended stays as it is."""

    msgid = N_("This plan has ended and stays as it is. Please begin a new one.")


class TextMissing(Refusal):
    """A goal or a step says something."""

    msgid = N_("Please write what is meant: without words nobody can do it.")


class DayRefused(Refusal):
    """A day that nobody can mean."""

    msgid = N_("The day must be within four years from now. Please check the date.")


class DoerRefused(Refusal):
    """Somebody does a step."""

    msgid = N_("Please choose who does it: the person, we, an organisation or a volunteer.")


class TooMuch(Refusal):
    """A plan that nobody reads helps nobody."""

    msgid = N_("A plan has at most %(most)s goals, and a goal at most as many steps.")


@dataclass(frozen=True)
class Doer:
    """Who does a step: the person, a colleague, an organisation or its service, a volunteer.

    Without a name it is somebody of that kind, to be found yet.
    """

    kind: str = PERSON
    staff: Staff | None = None
    organization: Organization | None = None
    service: Service | None = None
    name: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of a step, without names that do not fit. Raises `DoerRefused`."""
        if self.kind not in DOERS:
            raise DoerRefused()
        organization = self.service.organization if self.service else self.organization
        return {
            "doer": self.kind,
            "staff": self.staff if self.kind == STAFF else None,
            "organization": organization if self.kind == PROVIDER else None,
            "service": self.service if self.kind == PROVIDER else None,
            "name": (clean(self.name).strip()[:200] or None) if self.kind == VOLUNTEER else None,
        }


@recorded("plan:begun", needs="plan:create")
def begin_plan(
    case: Case,
    *,
    person: Person | None = None,
    template: PlanTemplate | None = None,
    review_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Plan:
    """A new plan, with the goals and steps of `template`; who looks after the case does our steps.

    It is reviewed on `review_on`, by default after `REVIEW_DAYS` days. Raises `PlanExists`,
    `NotFound` for a person of another household, `DayRefused`.
    """
    _locked(Case, case.id)
    if person is not None and person.__data__["household"] != case.__data__["household"]:
        raise NotFound()
    same = Plan.person.is_null() if person is None else Plan.person == person
    if Plan.running(case).where(same).exists():
        raise PlanExists()
    review_on = review_on or site_day(at) + timedelta(days=REVIEW_DAYS)
    plan = Plan.create(
        case=case, person=person, started_at=at, review_on=checked_day(review_on, at=at)
    )
    if template is not None:
        _fill(plan, template, case.assigned_to, at=at)
    return plan


def _fill(plan: Plan, template: PlanTemplate, ours: Staff | None, *, at: datetime) -> None:
    """Goals and steps of a template; `ours` does the steps of staff."""
    areas = {row.code: row for row in LifeArea.select()}
    goals, steps, today = [], [], site_day(at)
    for number, each in enumerate(template.content, 1):
        goal = Goal(case=plan.case, plan=plan, life_area=areas[each["area"]], position=number,
                    texts=each["texts"], state_since=at, created_at=at)  # fmt: skip
        goals.append(goal)
        for position, step in enumerate(each["steps"], 1):
            steps.append(Step(
                case=plan.case, goal=goal, position=position, texts=step["texts"],
                doer=step["doer"], staff=ours if step["doer"] == STAFF else None,
                type=step.get("type"), due_on=today + timedelta(days=step["days"]),
                state_since=at, created_at=at,
            ))  # fmt: skip
    Goal.insert_rows(goals)
    Step.insert_rows(steps)


@recorded("plan:ended")
def end_plan(plan: Plan, *, by: Actor, at: datetime) -> Plan:
    """The plan is over and stays to be read; a second time changes nothing."""
    if plan.ended_at is None:
        plan.ended_at = at
        plan.save()
    return plan


@recorded("goal:added", needs="plan:edit")
def add_goal(
    plan: Plan,
    area: LifeArea,
    text: str,
    *,
    language: str,
    wish: str = "",
    wish_language: str = "",
    baseline: str = "",
    target: str = "",
    by: Actor,
    at: datetime,
) -> Goal:
    """A new goal at the end of the plan. Raises `TextMissing`, `PlanEnded`, `TooMuch`."""
    _refuse_ended(plan)
    count = Goal.select().where(Goal.plan == plan).count()
    if count >= MOST_GOALS:
        raise TooMuch(most=MOST_GOALS)
    return Goal.create(
        case=plan.case, plan=plan, life_area=area, position=count + 1,
        texts=_text(text, language), wish=wish.strip() or None,
        wish_language=wish_language if wish.strip() else "",
        baseline=baseline.strip() or None, target=target.strip() or None,
        state_since=at, created_at=at,
    )  # fmt: skip


@recorded("goal:changed", needs="plan:edit")
def change_goal(
    goal: Goal,
    *,
    text: str,
    language: str,
    wish: str,
    wish_language: str,
    baseline: str,
    target: str,
    revision: int,
    area: LifeArea | None = None,
    by: Actor,
    at: datetime,
) -> Goal:
    """Other words, or another life area, for a goal that was read as `revision`.

    Which area it was in stays on record. Both are part of what a person agrees to, so that an
    agreement from before is one to another plan (`has_changed`). Raises `StaleEdit`,
    `TextMissing`, `PlanEnded`.
    """
    _refuse_ended(goal.plan)
    texts = _changed_text(goal, text, language)
    _claim(goal, revision)
    if area is not None and area.id != goal.__data__["life_area"]:
        GoalArea.create(case=goal.case, goal=goal, life_area=goal.life_area, until=at,
                        noted_by=by.name[:200])  # fmt: skip
        goal.life_area = area
    goal.texts = texts
    goal.wish, goal.wish_language = wish.strip() or None, wish_language if wish.strip() else ""
    goal.baseline, goal.target = baseline.strip() or None, target.strip() or None
    goal.save()
    return goal


@recorded("goal:moved", needs="plan:edit")
def move_goal(goal: Goal, state: str, *, seen: str = "", by: Actor, at: datetime) -> Goal:
    """A goal is reached, dropped, or open again; `seen` is the state in which the reader saw it.

    Raises `StaleEdit`, `InvalidTransition`, `PlanEnded`.
    """
    _refuse_ended(goal.plan)
    if seen and seen != goal.state:
        raise StaleEdit()
    GOAL_STATES.move(goal, state, at=at)
    return goal


@recorded("step:added", needs="plan:edit")
def add_step(
    goal: Goal,
    text: str,
    *,
    language: str,
    doer: Doer,
    due_on: date | None = None,
    type: str = "",
    by: Actor,
    at: datetime,
) -> Step:
    """A new step at the end of a goal; `type` is the code of a `StepType` or nothing.

    Raises `NotFound` for another type, `TextMissing`, `DoerRefused`, `DayRefused`, `PlanEnded`,
    `TooMuch`.
    """
    _refuse_ended(goal.plan)
    count = Step.select().where(Step.goal == goal).count()
    if count >= MOST_STEPS:
        raise TooMuch(most=MOST_STEPS)
    return Step.create(
        case=goal.case, goal=goal, position=count + 1, texts=_text(text, language),
        due_on=checked_day(due_on, at=at), type=_known_type(type), state_since=at,
        created_at=at, **doer.columns(),
    )  # fmt: skip


@recorded("step:changed", needs="plan:edit")
def change_step(
    step: Step,
    *,
    text: str,
    language: str,
    doer: Doer,
    due_on: date | None,
    type: str | None = None,
    revision: int,
    by: Actor,
    at: datetime,
) -> Step:
    """Other words, somebody else, another day, for a step that was read as `revision`.

    `type` stays as it is where none is named. Raises `NotFound` for a type that is not there,
    `StaleEdit`, `TextMissing`, `DoerRefused`, `DayRefused`, `PlanEnded`.
    """
    _refuse_ended(step.goal.plan)
    columns = doer.columns()
    texts = _changed_text(step, text, language)
    day = due_on if due_on == step.due_on else checked_day(due_on, at=at)
    kind = step.type if type is None else _known_type(type)
    _claim(step, revision)
    step.texts, step.due_on, step.type = texts, day, kind
    for name, value in columns.items():
        setattr(step, name, value)
    step.save()
    return step


def checked_day(day: date | None, *, at: datetime) -> date | None:
    """`day` if somebody can mean it. Raises `DayRefused` beyond four years in either direction."""
    if day is not None and abs(day - site_day(at)) > FARTHEST:
        raise DayRefused()
    return day


def next_states(step: Step) -> tuple[str, ...]:
    """What may follow the state of a step."""
    return STEP_STATES.transitions[step.state]


def _changed_text(row: Goal | Step, text: str, language: str) -> dict[str, str]:
    """The texts with another wording; translations of the wording before go with it."""
    shown, _tag = row.text(language)
    return row.texts if clean(text).strip() == shown else _text(text, language)


def _text(text: str, language: str) -> dict[str, str]:
    text = clean(text).strip()
    if not text:
        raise TextMissing()
    return {language: text}


def _known_type(code: str) -> str | None:
    """The code of a type of step; None for none. Raises `NotFound`."""
    if not code:
        return None
    if not StepType.select().where(StepType.code == code).exists():
        raise NotFound()
    return code


def _claim(row: Goal | Step, revision: int) -> None:
    """Count the revision up, if it is still the one that was read. Raises `StaleEdit`."""
    model: Any = type(row)
    mine = (model.id == row.id) & (model.revision == revision)
    if not model.update(revision=revision + 1).where(mine).execute():
        raise StaleEdit()
    row.revision = revision + 1


def _refuse_ended(plan: Plan) -> None:
    if plan.ended_at is not None:
        raise PlanEnded()


def _locked(model: Any, key: Any) -> None:
    """Wait until nobody else works on the row; SQLite has one writer at a time anyway."""
    if not is_sqlite():
        model.select(model.id).where(model.id == key).for_update().get()
