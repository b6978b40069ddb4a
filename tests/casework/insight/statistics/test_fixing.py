"""Figures of a quarter are counted once, when it is over, and stand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import tasks
from casework.core.access import SYSTEM, Role
from casework.core.refusals import Forbidden, NotFound
from casework.insight.statistics.counting import Count, Counts
from casework.insight.statistics.fixing import (
    QUARTERS_BACK,
    QuarterNotOver,
    ReportFigures,
    count_next,
    counts_of,
    fix_figures,
    fixed_quarters,
)
from casework.insight.statistics.registry import REPORTS, Quarter, quarter_of
from tests.databases import statements
from tests.world import World

ZONE = "Europe/Berlin"


def count_everything(world: World) -> int:
    number = 0
    while count_next(at=world.at):
        number += 1
    return number


def over(world: World, quarters: int = 1) -> Quarter:
    """The quarter of now, after it is over."""
    found = quarter_of(world.at.date(), ZONE)
    last = found
    for _ in range(quarters - 1):
        last = last.after
    world.clock.forward(days=(last.end - world.at) / timedelta(days=1) + 0.1)
    return found


def test_each_report_is_counted_when_the_quarter_is_over(world: World) -> None:
    world.case()
    assert count_everything(world) == 0
    quarter = over(world)
    assert count_everything(world) == len(REPORTS)
    assert fixed_quarters(by=SYSTEM) == [quarter]
    assert set(counts_of([quarter], by=SYSTEM)[quarter]) == set(REPORTS)


def test_without_cases_there_is_nothing_to_count(world: World) -> None:
    over(world)
    assert not count_next(at=world.at)


def test_not_more_than_two_years_are_made_up_for(world: World) -> None:
    world.case()
    over(world, QUARTERS_BACK + 3)
    assert count_everything(world) == QUARTERS_BACK * len(REPORTS)


def test_what_happens_later_changes_nothing(world: World) -> None:
    for _ in range(7):
        world.case()
    quarter = over(world)
    count_everything(world)
    before = counts_of([quarter], by=SYSTEM)
    world.clock.forward(days=-10)
    world.case()
    world.clock.forward(days=20)
    assert count_everything(world) == 0
    assert counts_of([quarter], by=SYSTEM) == before
    assert before[quarter]["caseload"].whole.units == 7


def test_figures_that_stand_are_not_replaced(world: World) -> None:
    quarter, report = over(world), REPORTS["needs"]
    first = fix_figures(report, quarter, Counts(Count(7)), by=SYSTEM, at=world.at)
    again = fix_figures(report, quarter, Counts(Count(9)), by=SYSTEM, at=world.at)
    assert again.id == first.id
    assert counts_of([quarter], by=SYSTEM)[quarter]["needs"].whole.units == 7


def test_a_quarter_that_runs_has_no_figures(world: World) -> None:
    quarter = quarter_of(world.at.date(), ZONE)
    with pytest.raises(QuarterNotOver):
        fix_figures(REPORTS["needs"], quarter, Counts(Count(7)), by=SYSTEM, at=world.at)


def test_only_who_may_see_statistics_reads_figures_and_nobody_writes_them(world: World) -> None:
    quarter = over(world)
    fix_figures(REPORTS["needs"], quarter, Counts(Count(7)), by=SYSTEM, at=world.at)
    for role in Role:
        actor = world.staff(role, organization=world.organization()).actor
        if role in (Role.COORDINATOR, Role.INTEGRATION_COMMISSIONER):
            assert fixed_quarters(by=actor) == [quarter]
        else:
            assert not ReportFigures.scope(actor).exists()
            for read in (lambda by: fixed_quarters(by=by), lambda by: counts_of([], by=by)):
                with pytest.raises(NotFound):
                    read(actor)
        with pytest.raises(Forbidden):
            fix_figures(REPORTS["needs"], quarter, Counts(Count(1)), by=actor, at=world.at)


def test_reading_many_quarters_is_one_statement(world: World) -> None:
    world.case()
    over(world, 4)
    count_everything(world)
    quarters = fixed_quarters(by=SYSTEM)
    with statements() as sent:
        assert len(counts_of(quarters, by=SYSTEM)) == 4
    assert len(sent) == 1


def test_the_worker_counts_one_report_at_a_time(config, world: World) -> None:
    world.case()
    over(world)
    tasks.register(config, world.clock)
    tasks.count_figures()
    assert ReportFigures.select().count() == 1


def test_what_is_stored_names_nobody(world: World) -> None:
    cases = [world.case() for _ in range(6)]
    for case in cases:
        world.need(case)
    over(world)
    count_everything(world)
    text = " ".join(str(row.content) for row in ReportFigures.select())
    for case in cases:
        assert str(case.id) not in text
        assert str(case.household_id) not in text
        assert case.reference not in text
