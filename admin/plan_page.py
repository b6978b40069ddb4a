"""What the page of a plan shows, and its part of the case page."""

from __future__ import annotations

import uuid
from datetime import date
from functools import cached_property
from typing import Any

from admin.base.fields import options_of
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.plan_forms import (
    AGREED_BY,
    DOER_NAMES,
    AgreedForm,
    BeginForm,
    GoalForm,
    ReviewForm,
    StepForm,
    doers,
)
from admin.words import TURNS, today
from casework.appointment_states import CANCELLERS
from casework.cases import Case
from casework.core.access import Actor
from casework.core.i18n import N_
from casework.interpretations import Translations, of_rows
from casework.plans.agreements import ANSWERS, PlanAgreement, agreements_of, has_changed
from casework.plans.blockers import Blocker
from casework.plans.models import Goal, GoalArea, Plan, Step
from casework.plans.reviews import PROGRESS_NAMES
from casework.plans.states import GOAL_STATES, OPEN_STEPS, STEP_STATES
from casework.plans.steps import seen_as
from casework.plans.whole import WholePlan

STEP_VERBS = {
    "planned": N_("Plan again"),
    "in_progress": N_("Begin"),
    "done": N_("Done"),
    "missed": N_("Was missed"),
    "obsolete": N_("No longer needed"),
}
# What stands beside a step at once; everything else is folded.
FIRST = ("planned", "in_progress", "done")
AGAIN = N_("Open again")
PLAN_WORDS = {
    "step_states": STEP_STATES.names,
    "step_moves": STEP_STATES.transitions,
    "step_verbs": STEP_VERBS,
    "first_moves": FIRST,
    "again": AGAIN,
    "goal_states": GOAL_STATES.names,
    "cancellers": CANCELLERS,
    "turns": TURNS,
    "progress_names": PROGRESS_NAMES,
    "doer_names": DOER_NAMES,
    "agreed_by": AGREED_BY,
    "open_steps": OPEN_STEPS,
    "seen_as": seen_as,
    "today": today,
}


class PlanFile(WholePlan):
    """A plan with what the desk shows beside it."""

    @cached_property
    def agreements(self) -> list[PlanAgreement]:
        """Questions and agreements, the latest first."""
        return agreements_of(self.plan)

    @cached_property
    def translations(self) -> Translations:
        """Translations of what the person wants, in their own words."""
        return of_rows([goal for goal in self.goals if goal.wish])

    @property
    def question(self) -> PlanAgreement | None:
        """What the person has not answered yet."""
        return next((each for each in self.agreements if each.state == "asked"), None)

    @property
    def agreed(self) -> PlanAgreement | None:
        """The last agreement."""
        return next((each for each in self.agreements if each.state == "agreed"), None)

    @property
    def unseen(self) -> PlanAgreement | None:
        """An answer that nobody here has noted."""
        found = (each for each in self.agreements if each.state in ANSWERS)
        return next((each for each in found if each.noted_at is None), None)

    @property
    def wants_talk(self) -> bool:
        """Whether the person's last word is that they want to talk."""
        said = next((each for each in self.agreements if each.state in ANSWERS), None)
        return said is not None and said.state == "wants_talk"

    @property
    def has_changed(self) -> bool:
        """Whether the plan says something else than what was agreed to last."""
        return self.agreed is not None and has_changed(self.agreed, self)

    @cached_property
    def earlier_areas(self) -> dict[uuid.UUID, list[GoalArea]]:
        """The life areas that goals belonged to before, the latest first."""
        found: dict[uuid.UUID, list[GoalArea]] = {}
        rows: Any = GoalArea.select().where(GoalArea.goal << [goal.id for goal in self.goals])
        for row in rows.order_by(GoalArea.until.desc()).with_related(GoalArea.life_area):
            found.setdefault(row.__data__["goal"], []).append(row)
        return found

    @property
    def late(self) -> list[Step]:
        """Open steps whose day is past."""
        return [step for step in self.open_steps if step.due_on and step.due_on < today()]

    def is_late(self, step: Step) -> bool:
        """Whether the day of an open step is past."""
        return bool(step.due_on and step.due_on < today() and step.state in OPEN_STEPS)

    @property
    def next_step(self) -> Step | None:
        """The open step that is due first."""
        return min(self.open_steps, key=lambda each: each.due_on or date.max, default=None)


class PlanPage:
    """The running plans of a case and the one that is read, with its forms.

    `given` holds the forms that came back, by name and row.
    """

    def __init__(
        self, case: Any, plan: Plan | None, actor: Actor, given: dict[tuple[str, Any], Any]
    ) -> None:
        self.case, self.actor, self.given = case, actor, given
        self.file = PlanFile(plan) if plan else None
        self.marks: dict[str, str] = {}

    @cached_property
    def plans(self) -> list[Plan]:
        """All plans of the case, those that run first."""
        rows: Any = Plan.scope(self.actor).where(Plan.case == self.case)
        ordered = rows.order_by(Plan.ended_at.is_null(False), Plan.started_at, Plan.id)
        return list(ordered.with_related(Plan.person))

    @cached_property
    def blockers(self) -> list[Blocker]:
        """What a step can wait for."""
        return list(Blocker.in_order())

    @cached_property
    def doers(self) -> list[str]:
        """The names to choose from."""
        return doers(self.actor)

    @property
    def may_edit(self) -> bool:
        """Whether the reader may change the plan."""
        plan = self.file.plan if self.file else None
        return plan is not None and plan.ended_at is None and self.actor.may("plan:edit")

    def is_given(self, name: str, row: Any = None) -> bool:
        """Whether this form came back with what was typed."""
        return (name, row and row.id) in self.given

    def begin(self) -> Any:
        """The form for a new plan."""
        return self.given.get(("begin", None)) or begin_form(self.case, None)

    def add_goal(self) -> Any:
        """The form for a new goal."""
        start = {"wish_language": self.case.language}
        return self.given.get(("add_goal", None)) or GoalForm(None, prefix="goal-", data=start)

    def goal(self, goal: Goal) -> Any:
        """The form of a goal as it is now, or as it was typed."""
        return self.given.get(("goal", goal.id)) or goal_form(
            goal, None, agreed=bool(self.file and self.file.agreed)
        )

    def add_step(self, goal: Goal) -> Any:
        """The form for a new step of a goal."""
        return self.given.get(("add_step", goal.id)) or step_form(goal, None)

    def step(self, step: Step) -> Any:
        """The form of a step as it is now, or as it was typed."""
        return self.given.get(("step", step.id)) or step_form(step, None)

    def review(self) -> Any:
        """The form of a review."""
        plan = self.file.plan if self.file else None
        start = {"seen": str(plan.reviews if plan else 0)}
        return self.given.get(("review", None)) or ReviewForm(None, prefix="review-", data=start)

    def agree(self) -> Any:
        """The form for an agreement on paper."""
        start = {"language": self.case.language}
        return self.given.get(("agreed", None)) or AgreedForm(None, prefix="agreed-", data=start)


def begin_form(case: Any, posted: Any) -> Any:
    """The form for a new plan of a case."""
    form = BeginForm(posted, prefix="begin-")
    people = [(str(person.id), person.name) for person in case.household.people]
    form.person.choices = options_of([("", str(case.household)), *people])
    return form


def goal_form(goal: Goal, posted: Any, *, agreed: bool = False) -> Any:
    """The form of a goal; its life area stays in the list even where it is out of use."""
    area = goal.life_area
    start = {
        "area": area.code,
        "text": goal.text(reading_language())[0], "wish": goal.wish,
        "wish_language": goal.wish_language or goal.case.language, "baseline": goal.baseline,
        "target": goal.target, "revision": str(goal.revision),
    }  # fmt: skip
    form = GoalForm(posted, prefix=f"goal-{goal.id.hex}-", data=start)
    if area.code not in {code for code, _label in form.area.offered}:
        form.area.offered.append((area.code, area.label(reading_language())))
    form.area.description = _("Who helps in which area is counted by it.")
    if agreed:
        form.area.description = _(
            "The person has agreed to this plan. With another area it is another plan: please ask "
            "them to agree again."
        )
    return form


def step_form(row: Goal | Step, posted: Any) -> Any:
    """The form of a step, or of a new one in a goal."""
    if isinstance(row, Goal):
        return StepForm(posted, prefix=f"new-{row.id.hex}-")
    start = {
        "text": row.text(reading_language())[0], "doer": row.doer, "name": row.doer_name,
        "due_on": row.due_on, "type": row.type or "", "revision": str(row.revision),
    }  # fmt: skip
    return StepForm(posted, prefix=f"step-{row.id.hex}-", data=start)


def short_plans(case: Case, actor: Actor) -> list[PlanFile]:
    """The running plans of a case in short."""
    rows: Any = Plan.scope(actor).where((Plan.case == case) & Plan.ended_at.is_null())
    ordered = rows.order_by(Plan.started_at, Plan.id).limit(10).with_related(Plan.person)
    return [PlanFile(plan) for plan in ordered]
