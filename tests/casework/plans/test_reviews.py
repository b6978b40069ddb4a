"""Looking at a plan together: progress, the next day, and the second reviewer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.core.access import SYSTEM
from casework.core.refusals import NotFound, StaleEdit
from casework.plans.models import Plan
from casework.plans.reviews import GoalProgress, PlanReview, ReviewOnMissing, review_plan
from casework.plans.whole import WholePlan
from casework.plans.writing import DayRefused, PlanEnded, end_plan


@pytest.fixture
def plan(world) -> Plan:
    return world.plan()


def _review(world, plan, progress, **given):
    said = {"next_on": world.at.date() + timedelta(days=60), "seen": plan.reviews}
    return review_plan(plan, progress, **(said | given), by=SYSTEM, at=world.at)


def test_each_review_is_kept_with_how_every_goal_went(world, clock, plan):
    one, two, *_rest = WholePlan(plan).goals
    _review(world, plan, {one: "worse", two: "same"}, remark="Schwierig")
    clock.forward(days=60)
    _review(world, plan, {one: "better"})
    whole = WholePlan(plan.refresh())
    assert [each.remark for each in whole.reviews] == [None, "Schwierig"]
    part = next(part for part in whole.parts if part.goal == one)
    assert [each.progress for each in part.progress] == ["better", "worse"]
    assert plan.review_on == world.at.date() + timedelta(days=60)
    assert plan.case.refresh().last_contact_at == world.at


def test_a_goal_that_is_reached_closes_and_opens_again_where_it_slips(world, plan):
    goal = WholePlan(plan).goals[0]
    _review(world, plan, {goal: "reached"})
    assert goal.refresh().state == "reached"
    _review(world, plan, {goal.refresh(): "worse"})
    assert goal.refresh().state == "open"


def test_of_two_reviewers_the_second_is_told(world, plan):
    goal = WholePlan(plan).goals[0]
    other = Plan.get_by_id(plan.id)
    _review(world, plan, {goal: "better"})
    with pytest.raises(StaleEdit):
        _review(world, other, {goal: "worse"})
    assert PlanReview.select().count() == GoalProgress.select().count() == 1


@pytest.mark.parametrize(("days", "error"), [
    (None, ReviewOnMissing), (0, ReviewOnMissing), (-5, ReviewOnMissing), (3000, DayRefused),
])  # fmt: skip
def test_a_review_says_when_to_look_again(world, plan, days, error):
    day = None if days is None else world.at.date() + timedelta(days=days)
    with pytest.raises(error):
        _review(world, plan, {}, next_on=day)
    assert not PlanReview.select().exists()


def test_a_goal_of_another_plan_or_a_progress_of_nobody_is_not_found(world, plan):
    other = WholePlan(world.plan()).goals[0]
    with pytest.raises(NotFound):
        _review(world, plan, {other: "better"})
    with pytest.raises(NotFound):
        _review(world, plan, {WholePlan(plan).goals[0]: "splendid"})
    assert (plan.refresh().reviews, PlanReview.select().count()) == (0, 0)


def test_a_plan_that_has_ended_is_not_reviewed(world, plan):
    end_plan(plan, by=SYSTEM, at=world.at)
    with pytest.raises(PlanEnded):
        _review(world, plan, {})
