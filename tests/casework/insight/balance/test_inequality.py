"""Gini and Lorenz: what must hold for every distribution, and figures that one can check."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.insight.balance.inequality import gini, lorenz, quarters, spread_now
from tests.world import World

HISTOGRAMS = st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=12)
HELPED = HISTOGRAMS.filter(lambda found: any(count and each for count, each in found.items()))


def _values(households: dict[int, int]) -> list[int]:
    return sorted(count for count, each in households.items() for _ in range(each))


def _pairs(values: list[int]) -> float:
    """The definition: half the mean absolute difference over the mean."""
    number, total = len(values), sum(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * number * total)


@given(HELPED)
def test_it_is_half_the_mean_difference_over_the_mean(households: dict[int, int]) -> None:
    assert gini(households) == pytest.approx(_pairs(_values(households)))


@given(HELPED)
def test_it_lies_between_nought_and_all_for_one(households: dict[int, int]) -> None:
    number = sum(households.values())
    found = gini(households)
    assert found is not None
    assert -1e-12 <= found <= (number - 1) / number + 1e-12


@given(st.integers(1, 30), st.integers(1, 40))
def test_it_is_nought_where_all_have_the_same(count: int, number: int) -> None:
    assert gini({count: number}) == 0


@given(HELPED, st.integers(2, 9))
def test_it_does_not_depend_on_scale_nor_on_the_size_of_the_town(
    households: dict[int, int], factor: int
) -> None:
    bigger = {count * factor: each for count, each in households.items()}
    more = {count: each * factor for count, each in households.items()}
    assert gini(bigger) == pytest.approx(gini(households))
    assert gini(more) == pytest.approx(gini(households))


@given(HELPED)
def test_the_curve_rises_below_the_diagonal_and_holds_the_coefficient(
    households: dict[int, int],
) -> None:
    points = lorenz(households)
    assert (points[0], points[-1]) == ((0, 0), (1, 1))
    steepness = 0.0
    for (x, y), (next_x, next_y) in pairwise(points):
        assert next_x > x
        slope = (next_y - y) / (next_x - x)
        assert slope >= steepness - 1e-9
        steepness = slope
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
    assert 1 - 2 * area == pytest.approx(gini(households))


@pytest.mark.parametrize("households", [{}, {0: 7}, {3: 0}])
def test_where_nobody_is_helped_there_is_nothing_to_share(households: dict[int, int]) -> None:
    assert gini(households) is None
    assert lorenz(households) == [(0, 0), (1, 1)]


def test_a_figure_that_one_can_check_by_hand() -> None:
    assert gini({0: 1, 1: 1, 3: 1}) == pytest.approx(0.5)
    assert lorenz({0: 2, 2: 2}) == [(0, 0), (0.5, 0), (1, 1)]


def test_quarters_go_back_over_the_turn_of_the_year() -> None:
    assert quarters(date(2026, 2, 28), 4) == [
        date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1),
    ]  # fmt: skip
    assert quarters(date(2026, 12, 31), 1) == [date(2026, 10, 1)]


def test_today_is_read_from_the_sums_as_a_whole_by_site_and_by_area(world: World) -> None:
    site = world.site()
    helped, other = world.case(household=world.household(site=site)), world.case()
    world.named_support(helped)
    world.need(other)
    staff, today = world.coordinator().actor, world.at.date()

    def found(**where) -> dict[int, int]:
        return dict(spread_now(staff, today=today, **where).households)

    assert found() == {1: 1, 0: 1}
    assert found(site=site.id) == {1: 1}
    assert found(area=world.area().id) == {1: 1, 0: 1}
    away = world.area("money")
    assert found(area=away.id) == {0: 2}
    manager = world.manager().actor
    assert not spread_now(manager, today=today).households
    assert not spread_now(manager, today=today, area=away.id).households
