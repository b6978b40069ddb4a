"""The integration plan of a case: one page that shows and edits all of it, and its print."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base.refusals import refusals_in, refusals_told
from admin.case_invitations import CaseInvitations
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.interpreting import is_on
from admin.plan_forms import AgreedForm, GoalForm, ReviewForm
from admin.plan_page import (
    PLAN_WORDS,
    PlanFile,
    PlanPage,
    begin_form,
    goal_form,
    step_form,
)
from admin.words import PAGE_WORDS
from casework.cases import Case
from casework.core.audit import record_read
from casework.core.i18n import DEFAULT, language
from casework.core.refusals import StaleEdit
from casework.life_areas import LifeArea
from casework.plans import printed
from casework.plans.agreements import (
    PlanAgreement,
    ask_agreement,
    note_agreement,
    note_answer,
    take_question_back,
)
from casework.plans.blockers import Blocker
from casework.plans.models import Goal, Plan, Step
from casework.plans.reviews import review_plan
from casework.plans.states import CANCELLERS, GOAL_STATES, PROGRESS, STEP_STATES
from casework.plans.steps import hold_step, move_step
from casework.plans.templates import template_of
from casework.plans.writing import (
    add_goal,
    add_step,
    begin_plan,
    change_goal,
    change_step,
    end_plan,
    move_goal,
)

Given = dict[tuple[str, Any], Any]


class CasePlans(CaseInvitations):
    """The part of the case screen that deals with plans.

    A form that is wrong, or that a verb refuses, comes back on the page of the plan with what
    was typed (422); a button that comes too late says so (409). Rows of other cases are 404.
    """

    permissions: ClassVar[dict[str, str]] = CaseInvitations.permissions | {
        "plan": "plan:read",
        "print_plan": "plan:read",
        "begin_plan": "plan:create",
        "end_plan": "plan:edit",
        "add_goal": "plan:edit",
        "change_goal": "plan:edit",
        "move_goal": "plan:edit",
        "add_step": "plan:edit",
        "change_step": "plan:edit",
        "move_step": "plan:edit",
        "review_plan": "plan:edit",
        "note_agreement": "plan:edit",
        "ask_agreement": "plan:edit",
        "note_plan_answer": "plan:edit",
        "take_plan_back": "plan:edit",
    }

    render: Callable[..., str]
    get_url: Callable[..., str]

    @expose("/<uuid:id>/plan")
    def plan(self, id: uuid.UUID) -> ResponseReturnValue:
        """The plan: of several the one that `which` names, or else the first that runs."""
        case = self.case_or_404(id)
        page = PlanPage(case, None, current_actor(), {})
        wanted = request.args.get("which", "")
        chosen = next((each for each in page.plans if each.id.hex == wanted), None)
        if wanted and chosen is None:
            abort(404)
        plan = chosen or next(iter(page.plans), None)
        record_read("plan:read", plan or case, by=current_actor(), at=now())
        return self.plan_page(case, plan, {})

    @expose("/<uuid:id>/plan/<uuid:row>/print")
    def print_plan(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The plan in German and in the person's language side by side, to print and sign."""
        case = self.case_or_404(id)
        plan = self._part(Plan, case, row)
        record_read("plan:read", plan, by=current_actor(), at=now())
        whole, tags = PlanFile(plan), list(dict.fromkeys((DEFAULT, case.language)))
        return self.render(
            "desk/plan_print.html", case=case, plan=plan, printed=printed,
            tongues=[language(tag) for tag in tags],
            goals=list(zip(*(printed.said_in(whole, tag) for tag in tags), strict=True)),
            **PAGE_WORDS,
        )  # fmt: skip

    @expose("/<uuid:id>/plan", methods=("POST",))
    def begin_plan(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new plan, from a template or empty."""
        case = self.case_or_404(id)
        form = begin_form(case, request.form)
        if form.validate():
            with refusals_in(form):
                plan = begin_plan(
                    case, template=template_of(form.template.data) if form.template.data else None,
                    person=_member(case, form.person.data), review_on=form.review_on.data,
                    by=current_actor(), at=now(),
                )  # fmt: skip
                return self._back(case, plan, _("The plan was begun."), "content")
        return self.plan_page(case, None, {("begin", None): form}), 422

    @expose("/<uuid:id>/plan/<uuid:row>/end", methods=("POST",))
    def end_plan(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The plan is over."""

        def do(plan: Plan) -> None:
            end_plan(plan, by=current_actor(), at=now())

        return self._press(id, Plan, row, do, _("The plan has ended."))

    @expose("/<uuid:id>/plan/<uuid:row>/goal", methods=("POST",))
    def add_goal(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A new goal."""

        def do(plan: Plan, form: Any) -> Goal:
            return add_goal(
                plan, form.life_area(), language=reading_language(), **form.columns(),
                by=current_actor(), at=now(),
            )  # fmt: skip

        form = GoalForm(request.form, prefix="goal-")
        return self._save(id, Plan, row, ("add_goal", None), form, do, _("The goal was added."))

    @expose("/<uuid:id>/goal/<uuid:row>", methods=("POST",))
    def change_goal(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """Other words or another life area for a goal."""
        goal = self._part(Goal, self.case_or_404(id), row)
        agreed = PlanFile(goal.plan).agreed is not None

        def do(goal: Goal, form: Any) -> Goal:
            moves = form.area.data != goal.life_area.code
            changed = change_goal(
                goal, language=reading_language(), revision=_number(form.revision),
                area=LifeArea.get(LifeArea.code == form.area.data), **form.columns(),
                by=current_actor(), at=now(),
            )  # fmt: skip
            if moves and agreed:
                flash(_("The person agreed to the plan as it was. Please ask them again."), "info")
            return changed

        form = goal_form(goal, request.form, agreed=agreed)
        return self._save(id, Goal, row, ("goal", row), form, do, _("Saved."))

    @expose("/<uuid:id>/goal/<uuid:row>/state", methods=("POST",))
    def move_goal(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A goal is reached, dropped or open again."""

        def do(goal: Goal) -> None:
            seen = request.form.get("seen", "")
            move_goal(goal, _chosen(GOAL_STATES.states), seen=seen, by=current_actor(), at=now())

        return self._press(id, Goal, row, do, _("Saved."))

    @expose("/<uuid:id>/goal/<uuid:row>/step", methods=("POST",))
    def add_step(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A new step."""
        goal = self._part(Goal, self.case_or_404(id), row)

        def do(goal: Goal, form: Any) -> Step:
            return add_step(
                goal, form.text.data, language=reading_language(), doer=form.who,
                due_on=form.due_on.data, type=form.type.data or "", by=current_actor(), at=now(),
            )  # fmt: skip

        form = step_form(goal, request.form)
        return self._save(id, Goal, row, ("add_step", row), form, do, _("The step was added."))

    @expose("/<uuid:id>/step/<uuid:row>", methods=("POST",))
    def change_step(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """Other words, somebody else or another day for a step."""
        step = self._part(Step, self.case_or_404(id), row)

        def do(step: Step, form: Any) -> Step:
            return change_step(
                step, text=form.text.data, language=reading_language(), doer=form.who,
                due_on=form.due_on.data, type=form.type.data or "",
                revision=_number(form.revision), by=current_actor(), at=now(),
            )  # fmt: skip

        form = step_form(step, request.form)
        return self._save(id, Step, row, ("step", row), form, do, _("Saved."))

    @expose("/<uuid:id>/step/<uuid:row>/state", methods=("POST",))
    def move_step(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A step goes on, waits for something and somebody, or ends."""

        def do(step: Step) -> None:
            state, by, at = _chosen(STEP_STATES.states), current_actor(), now()
            seen = request.form.get("seen", "")
            if state == "on_hold":
                blocker = Blocker.get_or_none(Blocker.code == request.form.get("blocker", ""))
                turn = request.form.get("turn") or (blocker.turn if blocker else "")
                hold_step(step, blocker, turn, seen=seen, by=by, at=at)
            else:
                whose = _chosen(("", *CANCELLERS), "by")
                move_step(step, state, seen=seen, cancelled_by=whose, by=by, at=at)

        return self._press(id, Step, row, do, _("Saved."))

    @expose("/<uuid:id>/plan/<uuid:row>/review", methods=("POST",))
    def review_plan(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """How the goals go, and when to look again."""

        def do(plan: Plan, form: Any) -> None:
            goals = {goal.id.hex: goal for goal in PlanFile(plan).goals}
            marks = {goals[key]: how for key, how in _marks().items() if key in goals}
            review_plan(
                plan, marks, next_on=form.next_on.data, remark=form.remark.data or "",
                seen=_number(form.seen), by=current_actor(), at=now(),
            )  # fmt: skip

        form = ReviewForm(request.form, prefix="review-")
        return self._save(id, Plan, row, ("review", None), form, do, _("The review was noted."))

    @expose("/<uuid:id>/plan/<uuid:row>/agreed", methods=("POST",))
    def note_agreement(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The person has agreed on paper or in a talk."""

        def do(plan: Plan, form: Any) -> None:
            note_agreement(
                plan, form.channel.data, form.language.data, by=current_actor(), at=now()
            )

        form = AgreedForm(request.form, prefix="agreed-")
        said = _("The agreement was noted.")
        return self._save(id, Plan, row, ("agreed", None), form, do, said)

    @expose("/<uuid:id>/plan/<uuid:row>/ask", methods=("POST",))
    def ask_agreement(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The person is asked on the status page."""

        def do(plan: Plan) -> None:
            ask_agreement(plan, by=current_actor(), at=now())

        said = _("The plan stands on the person's status page now, with the question.")
        return self._press(id, Plan, row, do, said)

    @expose("/<uuid:id>/agreement/<uuid:row>/noted", methods=("POST",))
    def note_plan_answer(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """Somebody has seen the answer."""

        def do(agreement: PlanAgreement) -> None:
            note_answer(agreement, by=current_actor(), at=now())

        return self._press(id, PlanAgreement, row, do, _("Noted."))

    @expose("/<uuid:id>/agreement/<uuid:row>/back", methods=("POST",))
    def take_plan_back(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The person is asked no longer."""

        def do(agreement: PlanAgreement) -> None:
            take_question_back(agreement, by=current_actor(), at=now())

        return self._press(id, PlanAgreement, row, do, _("The person is not asked any more."))

    def plan_page(self, case: Any, plan: Plan | None, given: Given) -> str:
        """The page, with the forms in `given` as they were sent and all others as stored."""
        page = PlanPage(case, plan, current_actor(), given)
        page.marks = _marks()
        return self.render(
            "desk/plan.html",
            page=page,
            case=case,
            file=page.file,
            offers_machine=is_on(),
            **PLAN_WORDS,
            **PAGE_WORDS,
        )

    def _save(
        self, id: uuid.UUID, model: Any, row: uuid.UUID, name: tuple[str, Any], form: Any,
        do: Callable[..., Any], said: str,
    ) -> ResponseReturnValue:  # fmt: skip
        """Check a form, do what it asks, and go back to where it was done."""
        case = self.case_or_404(id)
        part = self._part(model, case, row)
        if form.validate():
            with refusals_in(form):
                done = do(part, form)
                return self._back(case, _plan_of(part), said, _anchor(done or part))
            if isinstance(form.refusal, StaleEdit):
                _renew(form, part.refresh())
        return self.plan_page(case, _plan_of(part).refresh(), {name: form}), 422

    def _press(
        self, id: uuid.UUID, model: Any, row: uuid.UUID, do: Callable[[Any], Any], said: str
    ) -> ResponseReturnValue:
        """Do what a button asks; one that comes too late or lacks something is told so."""
        case = self.case_or_404(id)
        part = self._part(model, case, row)
        with refusals_told():
            do(part)
            return self._back(case, _plan_of(part), said, _anchor(part))
        return self.plan_page(case, _plan_of(part).refresh(), {}), 409

    def _back(self, case: Case, plan: Plan, text: str, anchor: str) -> ResponseReturnValue:
        flash(text, "success")
        address = self.get_url(".plan", id=case.id, which=plan.id.hex)
        return redirect(f"{address}#{anchor}", 303)


def _plan_of(row: Any) -> Any:
    """The plan that a row belongs to."""
    if isinstance(row, Plan):
        return row
    return row.goal.plan if isinstance(row, Step) else row.plan


def _anchor(row: Any) -> str:
    """Where on the page a row stands."""
    if isinstance(row, Goal | Step):
        return f"{row._meta.table_name[0]}-{row.id.hex}"
    return "content"


def _renew(form: Any, row: Any) -> None:
    """What the form was read against is what is stored now: sent again, it counts."""
    if "seen" in form:
        form.seen.data = str(row.reviews)
    else:
        form.revision.data = str(row.revision)


def _member(case: Any, key: str) -> Any:
    return next((each for each in case.household.people if str(each.id) == key), None)


def _number(field: Any) -> int:
    return int(field.data) if str(field.data or "").isdecimal() else -1


def _marks() -> dict[str, str]:
    """How each goal goes, by the key of the goal, as far as the form says so."""
    found = {key.removeprefix("progress-"): how for key, how in request.form.items()
             if key.startswith("progress-")}  # fmt: skip
    return {key: how for key, how in found.items() if how in PROGRESS}


def _chosen(known: tuple[str, ...], name: str = "state") -> str:
    """The value of a button; one that no page offers is 404."""
    value = request.form.get(name, "")
    return value if value in known else abort(404)
