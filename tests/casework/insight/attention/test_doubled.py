"""Who is helped twice with the same calls for somebody, until one of the two stops."""

from __future__ import annotations

from casework.core.access import SYSTEM
from casework.plans.steps import move_step
from casework.plans.writing import Doer
from tests.casework.insight.attention.queue import entries
from tests.world import World


def test_the_same_step_twice_calls_in_both_cases_until_one_stops(world: World) -> None:
    a, b, household = world.organization(), world.organization(), world.household()
    cases = [world.case(each, household=household) for each in (a, b)]
    steps = [
        world.step(case, Doer("provider", organization=each), text="Register for the course")
        for case, each in zip(cases, (a, b), strict=True)
    ]
    world.case(household=world.household())
    found = entries(world, "support_doubled")
    assert {each.__data__["case"] for each in found} == {case.id for case in cases}
    assert {each.turn for each in found} == {"us"}
    move_step(steps[0], "cancelled", cancelled_by="us", by=SYSTEM, at=world.at)
    assert entries(world, "support_doubled") == []


def test_a_double_in_a_case_of_nobody_calls_too(world: World) -> None:
    case = world.case()
    for organization in (world.organization(), world.organization()):
        world.step(case, Doer("provider", organization=organization), text="The same")
    (entry,) = entries(world, "support_doubled")
    assert entry.__data__["case"] == case.id
