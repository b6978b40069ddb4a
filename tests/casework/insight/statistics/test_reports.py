"""Each report counts what it says, at the end of a quarter or during it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.cases import move_case
from casework.core.access import SYSTEM
from casework.insight.statistics.registry import REPORTS, Quarter, Row, quarter_of, report
from casework.insight.statistics.reports import evenness
from casework.needs import move_need
from casework.plans.blockers import blocker_of
from casework.plans.reviews import review_plan
from casework.plans.steps import hold_step, move_step
from casework.plans.whole import WholePlan
from tests.databases import statements
from tests.world import World

ZONE = "Europe/Berlin"


@pytest.fixture
def quarter(world: World) -> Quarter:
    """A quarter that has just begun; each test lives in it and then lets it end."""
    found = quarter_of((world.at + timedelta(days=92)).date(), ZONE)
    world.clock.forward(days=(found.start - world.at) / timedelta(days=1) + 1)
    return found


def rows_of(name: str, quarter: Quarter) -> list[Row]:
    return list(REPORTS[name].find(quarter))


def test_a_step_that_waits_for_places_counts_in_its_life_area(world: World, quarter) -> None:
    plan = world.plan()
    step = WholePlan(plan).steps[0]
    hold_step(step, blocker_of("document"), "system", by=SYSTEM, at=world.at)
    (row,) = rows_of("places", quarter)
    assert row.unit == plan.case.household_id
    assert row.kind == str(step.goal.life_area_id)
    assert row.days == pytest.approx((quarter.end - world.at) / timedelta(days=1))
    move_step(step, "in_progress", by=SYSTEM, at=world.at + timedelta(days=1))
    assert rows_of("places", quarter) == []


def test_a_waiting_list_counts_until_the_referral_goes_on(world: World, quarter) -> None:
    referral = world.referral()
    world.answer(referral, "waitlisted")
    assert len(rows_of("places", quarter)) == 1
    world.answer(referral, "in_progress")
    assert rows_of("places", quarter) == []


def test_no_place_counts_while_the_need_is_open(world: World, quarter) -> None:
    referral = world.referral()
    world.answer(referral, "no_capacity")
    assert len(rows_of("places", quarter)) == 1
    move_need(referral.need.refresh(), "met", by=SYSTEM, at=world.at)
    assert rows_of("places", quarter) == []


def test_a_need_counts_when_nobody_answered_it_for_four_weeks(world: World, quarter) -> None:
    need = world.need()
    assert [row.unit for row in rows_of("places", quarter)] == [need.case.household_id]
    assert rows_of("places", quarter.before) == []
    world.engagement(need.case, "language")
    assert rows_of("places", quarter) == []


def test_a_fresh_need_is_no_gap_yet(world: World, quarter) -> None:
    world.clock.forward(days=(quarter.end - world.at) / timedelta(days=1) - 10)
    world.need()
    assert rows_of("places", quarter) == []


def test_a_closed_case_waits_for_nothing(world: World, quarter) -> None:
    need = world.need()
    move_case(need.case, "active", by=SYSTEM, at=world.at)
    move_case(need.case, "closed", reason="wish", by=SYSTEM, at=world.at)
    assert rows_of("places", quarter) == []


def test_goals_count_as_they_stood_at_the_last_look(world: World, quarter) -> None:
    plan = world.plan()
    goal = plan.goals.first()
    for number, how in enumerate(("worse", "better")):
        next_on = (world.at + timedelta(days=30)).date()
        review_plan(plan.refresh(), {goal: how}, next_on=next_on, seen=number, by=SYSTEM,
                    at=world.at + timedelta(hours=number))  # fmt: skip
    (row,) = rows_of("goals", quarter)
    assert (row.kind, row.marked, row.area) == ("better", True, goal.life_area_id)
    assert rows_of("goals", quarter.after) == []


def test_an_outcome_counts_in_the_quarter_in_which_it_was_noted(world: World, quarter) -> None:
    referral = world.referral()
    world.clock.forward(days=5)
    world.answer(referral, "got_help")
    (row,) = rows_of("referrals", quarter)
    assert (row.kind, row.marked) == ("got_help", True)
    assert row.days == pytest.approx(5, abs=0.1)
    assert rows_of("referrals", quarter.after) == []


def test_a_plan_is_used_while_its_steps_are_touched(world: World, quarter) -> None:
    world.case()
    plan = world.plan()
    assert sorted(row.kind for row in rows_of("plans", quarter)) == ["idle", "none"]
    world.clock.forward(days=60)
    move_step(WholePlan(plan).steps[0], "in_progress", by=SYSTEM, at=world.at)
    assert sorted(row.kind for row in rows_of("plans", quarter)) == ["none", "used"]
    assert sorted(row.kind for row in rows_of("plans", quarter.after)) == ["idle", "none"]


def test_waiting_counts_each_side_of_a_household(world: World, quarter) -> None:
    plan = world.plan()
    first, second = WholePlan(plan).steps[:2]
    hold_step(first, blocker_of("document"), "us", by=SYSTEM, at=world.at)
    hold_step(second, blocker_of("document"), "system", by=SYSTEM, at=world.at)
    found = {row.kind: row for row in rows_of("waiting", quarter)}
    assert set(found) == {"us", "system"}
    assert found["system"].marked
    assert not found["us"].marked


def test_support_counts_who_helps_each_household(world: World, quarter) -> None:
    world.case()
    world.engagement()
    assert sorted((row.kind, row.marked) for row in rows_of("support", quarter)) == [
        ("0", True), ("1", False),
    ]  # fmt: skip


def test_the_coefficient_is_reckoned_from_what_is_shown() -> None:
    assert evenness({"0": 0, "1": 10, "2": 0}) == pytest.approx(0)
    assert evenness({"0": 10, "1": 10}) == pytest.approx(0.5)
    assert evenness({"0": 10}) is None


def test_requests_count_when_they_come_in(world: World, quarter) -> None:
    world.submission(language="uk")
    world.submission("offer", answers={"given_name": "Franka", "family_name": "Frei"})
    assert [row.kind for row in rows_of("requests", quarter)] == ["uk"]
    assert rows_of("requests", quarter.before) == []


def test_needs_count_when_they_are_noted(world: World, quarter) -> None:
    need = world.need()
    move_need(need, "met", by=SYSTEM, at=world.at)
    (row,) = rows_of("needs", quarter)
    assert (row.kind, row.marked) == (str(need.life_area_id), True)


def test_the_caseload_counts_households_and_people_by_site(world: World, quarter) -> None:
    household = world.household()
    for _ in range(3):
        world.person(household)
    case = world.case(household=household)
    (row,) = rows_of("caseload", quarter)
    assert (row.people, row.marked, row.kind) == (3, True, str(case.site_id or ""))
    assert rows_of("caseload", quarter.before) == []


def test_a_name_is_given_once_and_dimensions_are_known() -> None:
    for name, by in (("places", ()), ("new", ("person",))):
        with pytest.raises(ValueError, match=name):
            report(name, title="", about="", sentences=(), kinds={}, by=by)(lambda quarter: ())
    assert "new" not in REPORTS


def test_statements_do_not_grow_with_the_rows(world: World, quarter) -> None:
    def fill() -> None:
        world.answer(world.referral(), "waitlisted")
        world.plan()

    fill()
    counted = []
    for _ in range(2):
        with statements() as sent:
            for name in REPORTS:
                rows_of(name, quarter)
        counted.append(len(sent))
        fill()
        fill()
    assert counted[0] == counted[1]
