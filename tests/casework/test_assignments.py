"""A case does not go back and forth between two organisations."""

from __future__ import annotations

import pytest

from casework.assignments import CircularAssignment
from casework.cases import assign_case, plan_follow_up
from casework.core.access import SYSTEM
from casework.core.audit import record_read
from tests.conftest import Clock
from tests.world import World


@pytest.fixture
def given_on(world: World, clock: Clock):
    """A case that A has given to B, half a day ago."""
    giver, holder = world.organization("Alpha"), world.organization("Beta")
    case = world.case(giver)
    clock.forward(days=3)
    _give(case, holder, world)
    clock.forward(hours=12)
    return case, giver, holder


def _give(case, organization, world: World) -> None:
    assign_case(case, organization=organization, assigned_to=None, by=SYSTEM, at=world.at)


def test_it_does_not_go_straight_back(world: World, given_on) -> None:
    case, giver, holder = given_on
    record_read("case:read", case, by=SYSTEM, at=world.at)
    with pytest.raises(CircularAssignment, match=r"“Alpha” gave this case to “Beta” on 05\.11\."):
        _give(case, giver, world)
    assert case.refresh().organization == holder


def test_it_goes_back_once_something_was_done(world: World, given_on) -> None:
    case, giver, _holder = given_on
    plan_follow_up(case, "Mit beiden gesprochen", world.at.date(), by=SYSTEM, at=world.at)
    _give(case, giver, world)
    assert case.refresh().organization == giver


def test_it_goes_on_to_a_third_or_to_nobody(world: World, given_on, clock: Clock) -> None:
    case, giver, _holder = given_on
    _give(case, world.organization("Gamma"), world)
    clock.forward(hours=12)
    _give(case, None, world)
    _give(case, giver, world)
    assert case.refresh().organization == giver


def test_it_does_not_come_round_over_others(world: World, given_on, clock: Clock) -> None:
    case, giver, holder = given_on
    third = world.organization("Gamma")
    _give(case, third, world)
    clock.forward(days=2)
    with pytest.raises(CircularAssignment, match=r"“Alpha” gave this case to “Beta” on 05\.11\."):
        _give(case, giver, world)
    with pytest.raises(CircularAssignment, match="“Beta” gave this case to “Gamma”"):
        _give(case, holder, world)
    plan_follow_up(case, "Mit allen gesprochen", world.at.date(), by=SYSTEM, at=world.at)
    _give(case, giver, world)
    assert case.refresh().organization == giver


def test_who_had_it_by_mistake_may_get_it_later(world: World, clock: Clock) -> None:
    giver, mistaken, third = (world.organization() for _ in range(3))
    case = world.case(giver)
    clock.forward(days=3)
    for organization, minutes in ((mistaken, 20), (giver, 600), (third, 600), (mistaken, 1)):
        _give(case, organization, world)
        clock.forward(minutes=minutes)
    assert case.refresh().organization == mistaken


def test_a_mistake_is_taken_back_at_once(world: World, clock: Clock) -> None:
    giver, holder = world.organization(), world.organization()
    case = world.case(giver)
    clock.forward(days=3)
    _give(case, holder, world)
    clock.forward(minutes=20)
    _give(case, giver, world)
    assert case.refresh().organization == giver


def test_another_colleague_of_the_same_organisation_is_no_circle(world: World, given_on) -> None:
    case, _giver, holder = given_on
    manager = world.manager(holder)
    assign_case(case, organization=holder, assigned_to=manager, by=SYSTEM, at=world.at)
    assert case.refresh().assigned_to == manager
