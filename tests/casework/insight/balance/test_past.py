"""The spread of support in the past: counted once, open to what comes late, then as it was."""

from __future__ import annotations

from datetime import date

import pytest

from casework.cases import Case, assign_case, move_case
from casework.core.access import SYSTEM, Role
from casework.insight.balance.inequality import quarters
from casework.insight.balance.past import (
    QUARTERS_BACK,
    SupportSpread,
    count_next_spread,
    keep_spread,
    past_spreads,
)
from casework.named_supports import end_support
from tests.databases import statements
from tests.world import World


def _found(staff, days: list[date], **where) -> list[dict[int, int]]:
    return [dict(each.households) for each in past_spreads(staff, days, **where)]


def _count_all(world: World) -> int:
    return sum(1 for _ in iter(lambda: count_next_spread(at=world.at), False))


def test_the_past_is_read_from_the_dates_of_help_and_of_cases(world: World, clock) -> None:
    helped, other = world.case(), world.case()
    support = world.named_support(helped)
    clock.forward(days=40)
    end_support(support, by=SYSTEM, at=world.at)
    clock.forward(days=40)
    move_case(other, "closed", reason="other", by=SYSTEM, at=world.at)
    clock.forward(days=40)
    days = [date(2026, 11, 1), date(2026, 11, 20), date(2026, 12, 31), date(2027, 2, 20)]
    for day in days:
        keep_spread(day, at=world.at)
    found = _found(world.coordinator().actor, days)
    assert found == [{}, {1: 1, 0: 1}, {0: 2}, {0: 1}]
    assert _found(world.manager().actor, days) == [{}] * 4


def test_every_part_is_counted_by_itself(world: World, clock) -> None:
    site, own, other = world.site(), world.organization(), world.organization()
    here = world.case(own, household=world.household(site=site))
    world.case(other, household=world.household(site=site))
    world.case()
    world.named_support(here, "language", who="an aunt")
    world.named_support(here, "housing", who="a neighbour")
    clock.forward(days=1)
    day = world.at.date()
    clock.forward(days=1)
    keep_spread(day, at=world.at)
    staff = world.coordinator().actor
    language, money = world.area("language").id, world.area("money").id
    assert _found(staff, [day]) == [{2: 1, 0: 2}]
    assert _found(staff, [day], site=site.id) == [{2: 1, 0: 1}]
    assert _found(staff, [day], area=language) == [{1: 1, 0: 2}]
    assert _found(staff, [day], site=site.id, area=language) == [{1: 1, 0: 1}]
    assert _found(staff, [day], area=money) == [{0: 3}]
    assert _found(staff, [day], site=world.site().id) == [{}]
    assert _found(world.manager(own).actor, [day]) == [{2: 1}]
    assert _found(world.manager(other).actor, [day]) == [{0: 1}]
    assert _found(world.manager(other).actor, [day], site=site.id) == [{0: 1}]


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_who_sees_no_balance_sees_no_past_of_it(world: World, role: Role) -> None:
    world.case(world.organization())
    keep_spread(world.at.date(), at=world.at)
    assert _found(world.staff(role).actor, [world.at.date()]) == [{}]
    assert not SupportSpread.scope(world.staff(role).actor).exists()


def test_an_organisation_keeps_what_it_saw_when_a_case_goes_to_another(world, clock) -> None:
    own, other = world.organization(), world.organization()
    case = world.case(own)
    clock.forward(days=1)
    before = world.at.date()
    clock.forward(days=1)
    assign_case(case, organization=other, assigned_to=None, by=SYSTEM, at=world.at)
    clock.forward(days=1)
    after = world.at.date()
    for day in (before, after):
        keep_spread(day, at=world.at)
    assert _found(world.manager(own).actor, [before, after]) == [{0: 1}, {}]
    assert _found(world.manager(other).actor, [before, after]) == [{}, {0: 1}]


def test_the_worker_counts_eight_quarters_the_newest_first_and_then_rests(world: World) -> None:
    world.case()
    count_next_spread(at=world.at)
    assert {row.day for row in SupportSpread.select()} == {date(2026, 10, 1)}
    assert _count_all(world) == QUARTERS_BACK - 1
    assert not count_next_spread(at=world.at)
    days = quarters(world.at.date(), QUARTERS_BACK)
    assert _found(world.coordinator().actor, days) == [{}] * QUARTERS_BACK


def test_a_day_that_was_not_counted_is_left_out_and_not_shown_as_nothing(world: World) -> None:
    keep_spread(date(2026, 7, 1), at=world.at)
    days = quarters(world.at.date(), QUARTERS_BACK)
    found = past_spreads(world.coordinator().actor, days)
    assert [each.day for each in found] == [date(2026, 7, 1)]


def test_what_comes_late_counts_until_its_quarter_is_over_and_then_no_more(world, clock) -> None:
    staff = world.coordinator().actor
    clock.forward(days=64)  # 5 January 2027
    beginning = [date(2027, 1, 1)]
    case = world.case()
    _count_all(world)
    assert _found(staff, beginning) == [{}]
    Case.update(opened_at=world.at.replace(year=2026)).where(Case.id == case.id).execute()
    clock.forward(days=6)
    assert _count_all(world) == 0
    clock.forward(days=1)
    assert _count_all(world) == 1
    assert _found(staff, beginning) == [{0: 1}]
    world.named_support(case, since=date(2026, 12, 1))
    clock.forward(days=80)  # the next quarter has begun
    assert _count_all(world) == 2
    assert _found(staff, [*beginning, date(2027, 4, 1)]) == [{1: 1}, {1: 1}]
    world.named_support(case, who="an uncle", since=date(2026, 12, 1))
    clock.forward(days=8)
    assert _count_all(world) == 1
    assert _found(staff, [*beginning, date(2027, 4, 1)]) == [{1: 1}, {2: 1}]


def test_reading_costs_the_same_however_much_was_done(world: World, clock) -> None:
    staff, costs = world.coordinator().actor, []
    for number in (1, 12):
        for _ in range(number):
            world.named_support(world.case())
        clock.forward(days=1)
        keep_spread(world.at.date(), at=world.at)
        with statements() as seen:
            past_spreads(staff, [world.at.date()])
        costs.append(len(seen))
    assert costs == [2, 2]
