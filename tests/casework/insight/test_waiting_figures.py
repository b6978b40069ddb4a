"""Waiting time of many cases: counted by the worker once a day, and shown with the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework.core.access import SYSTEM, Actor, Role
from casework.insight import waiting_figures as room
from casework.insight.waiting_figures import (
    SPANS,
    WaitingFigures,
    count_next_waiting,
    overview,
)
from casework.plans.blockers import blocker_of
from casework.plans.steps import hold_step
from casework.plans.whole import WholePlan
from tests.databases import statements
from tests.world import World


@pytest.fixture
def many(monkeypatch):
    """Two cases are many already."""
    monkeypatch.setattr(room, "LIVE_CASES", 1)


def wait(world: World, organization=None, days: int = 10) -> None:
    step = WholePlan(world.plan(world.case(organization))).steps[0]
    hold_step(step, blocker_of("no_place"), "system", by=SYSTEM, at=world.at)
    world.clock.forward(days=days)


def count_all(world: World) -> int:
    done = 0
    while count_next_waiting(at=world.at):
        done += 1
    return done


def days_of(world: World, by: Actor = SYSTEM, days: int = 365) -> list[float]:
    return [row.days for row in overview(by, days, at=world.at).rows["all"]]


def test_few_cases_are_counted_when_somebody_looks(world: World) -> None:
    wait(world)
    assert count_all(world) == 0
    found = overview(SYSTEM, 365, at=world.at)
    assert [row.days for row in found.rows["all"]] == [10]
    assert found.at == world.at


def test_many_cases_show_what_was_counted_and_when(world: World, many) -> None:
    wait(world)
    wait(world)
    assert count_all(world) == len(SPANS)
    counted = world.at
    live = room._count(None, 365, counted)
    world.clock.forward(hours=5)
    found = overview(SYSTEM, 365, at=world.at)
    assert found.at == counted
    assert found.rows == live
    assert days_of(world) == [30]


def test_before_the_first_count_many_cases_are_counted_at_once(world: World, many) -> None:
    wait(world)
    wait(world)
    assert overview(SYSTEM, 90, at=world.at).at == world.at


def test_it_is_counted_anew_each_day_of_the_site(world: World, many) -> None:
    wait(world)
    wait(world)
    world.clock.moment = datetime(2027, 1, 30, 22, 30, tzinfo=UTC)
    assert count_all(world) == len(SPANS)
    world.clock.forward(minutes=29)
    assert count_all(world) == 0
    world.clock.forward(minutes=1)
    assert count_all(world) == len(SPANS)
    assert WaitingFigures.select().count() == len(SPANS)


def test_an_organisation_sees_the_figures_of_its_own_cases(world: World, many) -> None:
    own, other = world.organization(), world.organization()
    for organization, days in ((own, 1), (own, 2), (other, 30)):
        wait(world, organization, days)
    assert count_all(world) == 2 * len(SPANS)
    manager = world.manager(own).actor
    assert days_of(world, manager) == [33 + 32]
    world.clock.forward(hours=1)
    # The other one has a single case, which is counted while somebody looks.
    assert days_of(world, world.manager(other).actor) == [pytest.approx(30 + 1 / 24)]
    assert days_of(world) == [33 + 32 + 30]
    assert {row.organization for row in WaitingFigures.scope(manager)} == {own}


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_who_sees_no_case_sees_no_figures(world: World, many, role) -> None:
    wait(world)
    wait(world)
    count_all(world)
    actor = world.staff(role).actor
    assert not WaitingFigures.scope(actor).exists()
    assert days_of(world, actor) == []


def test_counted_figures_are_read_in_two_statements(world: World, many) -> None:
    for _ in range(3):
        wait(world)
    count_all(world)
    with statements() as seen:
        overview(SYSTEM, 365, at=world.at + timedelta(hours=1))
    assert len(seen) == 2
