"""Closing a case: for a reason, after a last look at every goal, knowing what stays open."""

from __future__ import annotations

import pytest

from casework.cases import ClosingReasonMissing, move_case
from casework.closings import Closing, LastLookMissing, PointsOpen, close_case, left_open
from casework.core.access import SYSTEM
from casework.core.refusals import InvalidTransition, NotFound, StaleEdit
from casework.handovers import Handover, settle_point
from casework.plans.reviews import GoalProgress
from casework.plans.whole import WholePlan
from casework.plans.writing import move_goal
from tests.world import World


def _close(case, reason: str = "goals_reached", marks=None, **given):
    return close_case(case, reason, marks, **{"by": SYSTEM} | given)


def test_every_open_goal_is_looked_at_and_the_plan_ends(world: World) -> None:
    plan = world.plan()
    goals = WholePlan(plan).goals
    move_goal(goals[0], "dropped", by=SYSTEM, at=world.at)
    left = goals[1:]
    with pytest.raises(LastLookMissing, match=str(len(left))):
        _close(plan.case, at=world.at)
    with pytest.raises(LastLookMissing, match="1 still"):
        _close(plan.case, marks=dict.fromkeys(left[1:], "same"), at=world.at)
    marks = dict.fromkeys(left, "better") | {left[0]: "reached"}
    _close(plan.case, marks=marks, remark="Danke.", at=world.at)
    assert plan.case.refresh().state == "closed"
    assert plan.refresh().ended_at == world.at
    assert GoalProgress.select().count() == len(left)
    assert left[0].refresh().state == "reached"
    assert (Closing.get().remark, Closing.get().reason) == ("Danke.", "goals_reached")


def test_a_refused_closing_leaves_nothing_behind(world: World) -> None:
    plan = world.plan()
    goals = WholePlan(plan).goals
    for marks, refusal in (
        ({goals[0]: "wonderful"}, NotFound),
        ({WholePlan(world.plan()).goals[0]: "same"}, NotFound),
        ({goals[0]: "same"}, LastLookMissing),
    ):
        with pytest.raises(refusal):
            _close(plan.case, marks=marks, at=world.at)
    with pytest.raises(ClosingReasonMissing):
        _close(plan.case, "", marks=dict.fromkeys(goals, "same"), at=world.at)
    assert not GoalProgress.select().exists()
    assert not Closing.select().exists()
    assert plan.case.refresh().is_live


def test_who_was_entered_twice_is_not_looked_back_on(world: World) -> None:
    plan = world.plan()
    _close(plan.case, "duplicate", at=world.at)
    assert plan.case.refresh().closing_reason == "duplicate"


def test_what_stays_open_is_named_and_counted(world: World) -> None:
    referral = world.referral()
    case = referral.case
    world.need(case, "debt")
    left = left_open(case)
    assert (len(left.needs), len(left.referrals)) == (2, 1)
    _close(case, "moved_away", seen=left.version, at=world.at)
    assert (Closing.get().needs_open, Closing.get().referrals_open) == (2, 1)


def test_something_that_came_in_since_is_told_before_closing(world: World) -> None:
    case = world.case()
    seen = left_open(case).version
    world.need(case, "debt")
    with pytest.raises(StaleEdit):
        _close(case, seen=seen, at=world.at)
    assert case.refresh().is_live


def test_handed_over_means_that_every_line_is_settled(world: World) -> None:
    handover = world.handover()
    with pytest.raises(PointsOpen):
        _close(handover.case, "handed_over", at=world.at)
    for point in handover.points:
        settle_point(point, "not_needed", reason="x", by=SYSTEM, at=world.at)
    _close(handover.case, "handed_over", at=world.at)
    assert Handover.get().outcome == "closed"


def test_a_household_that_moves_away_is_closed_with_an_open_checklist(world: World) -> None:
    handover = world.handover()
    _close(handover.case, "moved_away", at=world.at)
    assert handover.refresh().outcome == "closed"


def test_reopening_keeps_how_it_was_closed(world: World) -> None:
    case = world.case()
    _close(case, "moved_away", at=world.at)
    with pytest.raises(InvalidTransition):
        _close(case, "other", at=world.at)
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    _close(case, "goals_reached", at=world.at)
    assert [row.reason for row in Closing.of(case)] == ["goals_reached", "moved_away"]
