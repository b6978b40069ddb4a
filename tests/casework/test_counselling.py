"""The counselling clock: three years, exceptionally four, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases import Case, move_case, years_after
from casework.core.access import SYSTEM
from casework.core.refusals import Forbidden, StaleEdit
from casework.core.settings import change_setting
from casework.counselling import (
    CounsellingExtension,
    ExtensionRefused,
    ReasonMissing,
    StartRefused,
    extend_counselling,
    running_out,
    set_counselling_start,
)
from tests.conftest import Clock
from tests.world import World

END = date(2029, 11, 2)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(-10, 10))
def test_years_keep_the_day_or_the_last_of_february(day: date, years: int) -> None:
    after = years_after(day, years)
    assert (after.year, after.month) == (day.year + years, day.month)
    assert after.day == day.day or (day.month, day.day, after.day) == (2, 29, 28)


def test_a_new_case_counts_three_years(world: World) -> None:
    case = world.case()
    assert (case.counselling_from, case.counselling_until) == (date(2026, 11, 2), END)


def test_how_long_is_a_setting(world: World) -> None:
    change_setting("counselling_years", 2, by=SYSTEM, at=world.at)
    assert world.case().counselling_until == date(2028, 11, 2)


def test_an_extension_needs_a_reason_and_ends_after_four_years(world: World) -> None:
    case = world.case()
    who = {"seen": END, "by": world.coordinator().actor, "at": world.at}
    for reason in ("", " \n ", "\x00"):
        with pytest.raises(ReasonMissing):
            extend_counselling(case, date(2030, 5, 1), reason=reason, **who)
    for day in (END, date(2028, 1, 1), date(2030, 11, 3), date.max):
        with pytest.raises(ExtensionRefused, match=r"02\.11\.2030"):
            extend_counselling(case, day, reason="x", **who)
    assert not CounsellingExtension.select().exists()
    extension = extend_counselling(case, date(2030, 11, 2), reason="Schwer krank", **who)
    assert case.refresh().counselling_until == date(2030, 11, 2)
    assert (extension.was_until, extension.author) == (END, who["by"].name)
    with pytest.raises(ExtensionRefused):
        extend_counselling(case.refresh(), date(2031, 1, 1), reason="x",
                           **who | {"seen": date(2030, 11, 2)})  # fmt: skip


def test_only_the_coordinator_makes_the_exception(world: World) -> None:
    organization = world.organization()
    case, manager = world.case(organization), world.manager(organization)
    with pytest.raises(Forbidden):
        extend_counselling(case, date(2030, 1, 1), reason="x", seen=END, by=manager.actor,
                           at=world.at)  # fmt: skip
    set_counselling_start(case, date(2026, 1, 1), seen=END, by=manager.actor, at=world.at)
    assert case.refresh().counselling_until == date(2029, 1, 1)


def test_of_two_who_move_the_clock_the_second_is_told(world: World) -> None:
    case = world.case()
    theirs = Case.get_by_id(case.id)
    extend_counselling(case, date(2030, 1, 1), reason="x", seen=END, by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        extend_counselling(theirs, date(2030, 2, 1), reason="x", seen=END, by=SYSTEM, at=world.at)
    assert CounsellingExtension.select().count() == 1


def test_another_start_moves_the_end_with_it(world: World) -> None:
    case = world.case()
    set_counselling_start(case, date(2024, 2, 29), seen=END, by=SYSTEM, at=world.at)
    assert case.refresh().counselling_until == date(2027, 2, 28)
    for day in (date(2026, 11, 3), date(2016, 11, 1), date.min):
        with pytest.raises(StartRefused):
            set_counselling_start(case, day, seen=date(2027, 2, 28), by=SYSTEM, at=world.at)


def test_an_extension_survives_another_start_as_far_as_four_years_go(world: World) -> None:
    case = world.case()
    extend_counselling(case, date(2030, 11, 2), reason="x", seen=END, by=SYSTEM, at=world.at)
    seen = date(2030, 11, 2)
    set_counselling_start(case, date(2026, 5, 1), seen=seen, by=SYSTEM, at=world.at)
    assert case.refresh().counselling_until == date(2030, 5, 1)


def test_a_case_that_is_opened_again_goes_on_with_its_clock(world: World, clock: Clock) -> None:
    case = world.case()
    clock.forward(days=400)
    move_case(case, "closed", reason="moved_away", by=SYSTEM, at=world.at)
    clock.forward(days=400)
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    assert case.refresh().counselling_until == END


def test_the_clock_begins_on_the_day_at_the_site(world: World, clock: Clock) -> None:
    clock.moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert world.case().counselling_from == date(2027, 1, 1)


def test_clocks_are_listed_by_their_end_within_scope(world: World) -> None:
    organization = world.organization()
    mine, other, closed = world.case(organization), world.case(), world.case()
    set_counselling_start(other, date(2024, 1, 1), seen=END, by=SYSTEM, at=world.at)
    move_case(closed, "closed", reason="other", by=SYSTEM, at=world.at)
    assert list(running_out(SYSTEM)) == [other, mine]
    assert list(running_out(world.manager(organization).actor)) == [mine]
    assert END - mine.counselling_from > timedelta(days=1000)
