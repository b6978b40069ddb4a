"""Who counts as somebody who helps, from when until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.cases import Case, move_case
from casework.core.access import SYSTEM
from casework.engagements import end_engagement
from casework.named_supports import end_support
from casework.plans.models import Step
from casework.plans.steps import move_step
from casework.plans.writing import Doer, end_plan, move_goal
from casework.supporters import Supporter, names_of, running, spans
from tests.world import World


def _kinds(world: World, case: Case) -> list[str]:
    found = running(spans([case.__data__["household"]]), world.at)
    return sorted(span.supporter.kind for span in found)


@pytest.fixture
def case(world: World) -> Case:
    return world.case(assigned_to=world.coordinator())


def test_to_be_in_charge_of_a_case_is_no_support(world: World, case: Case) -> None:
    assert _kinds(world, case) == []


def test_each_source_gives_a_supporter(world: World, case: Case) -> None:
    world.referral(world.need(case))
    world.step(case, Doer("staff", staff=world.coordinator()))
    world.engagement(case)
    world.named_support(case)
    assert _kinds(world, case) == ["named", "provider", "staff", "volunteer"]


def test_a_draft_and_a_proposal_are_no_support_yet(world: World, case: Case) -> None:
    world.referral(world.need(case), sent=False)
    world.engagement(case, state="proposed")
    assert _kinds(world, case) == []
    world.engagement(case, "work", state="agreed")
    assert _kinds(world, case) == ["volunteer"]


@pytest.mark.parametrize("kind", ["person", "staff", "provider", "volunteer"])
def test_a_step_of_the_person_or_of_nobody_yet_is_no_support(
    world: World, case: Case, kind: str
) -> None:
    world.step(case, Doer(kind))
    assert _kinds(world, case) == []


def test_volunteers_whom_a_plan_names_are_one_and_none_beside_an_engagement(
    world: World, case: Case
) -> None:
    world.step(case, Doer("volunteer", name="Frau A"))
    world.step(case, Doer("volunteer", name="Frau B"))
    found = running(spans(), world.at)
    assert len({span.supporter for span in found}) == 1
    engagement = world.engagement(case)
    found = running(spans(), world.at)
    assert {span.supporter.id for span in found} == {engagement.volunteer.id}


def test_help_ends_with_its_outcome(world: World, case: Case) -> None:
    referral = world.referral(world.need(case))
    step = world.step(case, Doer("staff", staff=world.coordinator()))
    engagement, named = world.engagement(case), world.named_support(case)
    world.answer(referral, "got_help")
    move_step(step, "done", by=SYSTEM, at=world.at)
    end_engagement(engagement, "reached", by=SYSTEM, at=world.at)
    end_support(named, by=SYSTEM, at=world.at)
    assert _kinds(world, case) == []


@pytest.mark.parametrize("end", ["goal", "plan", "case"])
def test_a_step_ends_with_its_goal_its_plan_and_its_case(
    world: World, case: Case, clock, end: str
) -> None:
    step = world.step(case, Doer("staff", staff=world.coordinator()))
    at = clock.forward(days=3)
    if end == "goal":
        move_goal(step.goal, "reached", by=SYSTEM, at=at)
    elif end == "plan":
        end_plan(step.goal.plan, by=SYSTEM, at=at)
    else:
        move_case(case, "closed", reason="other", by=SYSTEM, at=at)
    span = spans()[0]
    assert (span.until, span.runs(at - timedelta(hours=1)), span.runs(at)) == (at, True, False)


def test_what_ended_long_ago_can_be_left_out(world: World, case: Case, clock) -> None:
    world.answer(world.referral(world.need(case)), "got_help")
    world.named_support(case)
    at = clock.forward(days=10)
    assert len(spans()) == 2
    assert len(spans(ended_after=at - timedelta(days=1))) == 1
    assert len(spans(ended_after=at - timedelta(days=11))) == 2
    assert spans([world.household().id]) == []


def test_supporters_have_names_but_for_whom_a_plan_merely_calls_so(
    world: World, case: Case
) -> None:
    named = world.named_support(case, who="Tante Mariam")
    world.step(case, Doer("volunteer", name="Frau A"))
    offer = world.offer("Franka")
    who = [Supporter("named", named.id), Supporter("volunteer", offer.volunteer.id)]
    assert names_of(who) == {who[0]: "Tante Mariam", who[1]: "Franka Frei"}
    assert names_of([Supporter("volunteer", Step.get().case.household.id)]) == {}
