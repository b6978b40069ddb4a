"""Looking at a plan together: how each goal goes, and when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from peewee import CharField, DateField, ForeignKeyField

from casework.cases import Case, CaseModel, note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import setting
from casework.plans.models import Goal, Plan
from casework.plans.states import GOAL_STATES, PROGRESS
from casework.plans.writing import PlanEnded, checked_day

PROGRESS_NAMES = {
    "worse": N_("worse"),
    "same": N_("the same"),
    "better": N_("better"),
    "reached": N_("reached"),
}


class ReviewOnMissing(Refusal):
    """A plan is looked at again."""

    msgid = N_("Please enter when the plan is looked at again: a day after today.")


class PlanReview(CaseModel):
    """One look at a plan."""

    case = ForeignKeyField(Case, backref="plan_reviews", on_delete="CASCADE")
    plan = ForeignKeyField(Plan, backref="reviewed", on_delete="CASCADE")
    at = UtcField()
    reviewer = LineField(max_length=200, default="")
    remark = SealedField(max_length=4000, null=True)
    next_on = DateField()

    class Meta:
        table_name = "plan_reviews"
        indexes = ((("plan", "at"), False),)


class GoalProgress(CaseModel):
    """How a goal stood at a review."""

    case = ForeignKeyField(Case, backref="goal_progress", on_delete="CASCADE")
    review = ForeignKeyField(PlanReview, backref="progress", on_delete="CASCADE")
    goal = ForeignKeyField(Goal, backref="progress", on_delete="CASCADE")
    progress = CharField(max_length=16)

    class Meta:
        table_name = "goal_progress"
        indexes = ((("review", "goal"), True), (("progress",), False))


@recorded("plan:reviewed")
def review_plan(
    plan: Plan,
    progress: Mapping[Goal, str],
    *,
    next_on: date | None,
    remark: str = "",
    seen: int,
    by: Actor,
    at: datetime,
) -> Plan:
    """Note how the goals go; a goal that is reached is closed, one that is not is open again.

    `seen` is the number of reviews that the reader knew of. Raises `StaleEdit` where there was
    another one since, `NotFound` for a goal of another plan or a progress that is not known,
    `ReviewOnMissing`, `DayRefused`, `PlanEnded`.
    """
    if plan.ended_at is not None:
        raise PlanEnded()
    for goal, how in progress.items():
        if goal.__data__["plan"] != plan.id or how not in PROGRESS:
            raise NotFound()
    if next_on is None or next_on <= local_date(at, setting("site_zone")):
        raise ReviewOnMissing()
    checked_day(next_on, at=at)
    mine = (Plan.id == plan.id) & (Plan.reviews == seen)
    if not Plan.update(reviews=seen + 1, review_on=next_on).where(mine).execute():
        raise StaleEdit()
    plan.reviews, plan.review_on = seen + 1, next_on
    review = PlanReview.create(
        case=plan.case, plan=plan, at=at, reviewer=by.name[:200], remark=remark.strip() or None,
        next_on=next_on,
    )  # fmt: skip
    for goal, how in progress.items():
        GoalProgress.create(case=plan.case, review=review, goal=goal, progress=how)
        state = "reached" if how == "reached" else "open"
        if goal.state != state:
            GOAL_STATES.move(goal, state, at=at)
    note_contact(plan.case, at=at)
    return plan
