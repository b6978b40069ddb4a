"""Classes with round borders in which nobody stands alone."""

from hypothesis import given
from hypothesis import strategies as st

from casework.insight.classes import core, month_classes, number_classes
from casework.insight.suppression import LEAST


def counted(classes, values):
    return [(each.label, sum(map(each.holds, values))) for each in classes]


def test_few_whole_numbers_have_a_class_each():
    values = [1.0] * 8 + [2.0] * 9 + [3.0] * 7
    assert counted(number_classes(values, whole=True), values) == [("≤ 1", 8), ("2", 9), ("≥ 3", 7)]


def test_many_whole_numbers_share_classes_of_a_round_width():
    values = [float(value) for value in range(18, 90)]
    found = counted(number_classes(values, whole=True), values)
    assert found[0] == ("≤ 29", 12)
    assert found[1] == ("30–39", 10)
    assert found[-1] == ("≥ 80", 10)


def test_classes_with_too_few_are_put_together_with_their_neighbours():
    values = [1.0] * 9 + [2.0] * 2 + [3.0] * 4 + [4.0] * 9
    found = counted(number_classes(values, whole=True), values)
    assert found == [("≤ 1", 9), ("2–3", 6), ("≥ 4", 9)]


def test_the_lowest_and_the_highest_value_are_not_seen():
    values = [-500.0, *[10.0] * 9, *[20.0] * 9, 99_999.0]
    labels = [each.label for each in number_classes(values, whole=True)]
    assert not [label for label in labels if "500" in label or "99" in label]
    assert core(values) == (10.0, 20.0)


def test_months_become_years_and_decades_when_they_are_many():
    months = [2026 * 12 + month for month in range(12) for _ in range(6)]
    assert counted(month_classes(months), months)[1] == ("2026-02", 6)
    years = [year * 12 for year in range(2015, 2025) for _ in range(6)]
    assert counted(month_classes(years), years)[1] == ("2016", 6)
    births = [year * 12 for year in range(1940, 2010) for _ in range(2)]
    assert counted(month_classes(births), births)[1] == ("1950 – 1959", 20)


def test_too_few_values_have_no_classes():
    assert number_classes([1.0] * (LEAST - 1), whole=True) == []
    assert month_classes([]) == []


NUMBERS = st.lists(
    st.integers(-10_000, 10_000).map(float)
    | st.floats(-100, 100, allow_nan=False).map(lambda each: round(each, 2)),
    min_size=LEAST, max_size=200,
)  # fmt: skip


@given(NUMBERS, st.booleans())
def test_every_value_has_exactly_one_class(values, whole):
    values = [float(round(value)) if whole else value for value in values]
    classes = number_classes(values, whole=whole)
    assert all(sum(each.holds(value) for each in classes) == 1 for value in values)


@given(st.lists(st.integers(-10_000, 10_000).map(float), min_size=LEAST, max_size=200))
def test_each_class_has_nobody_or_at_least_five(values):
    counts = [count for _, count in counted(number_classes(values, whole=True), values)]
    assert not [count for count in counts if 0 < count < LEAST]
    assert len(counts) <= 12


@given(st.lists(st.integers(1900 * 12, 2030 * 12), min_size=LEAST, max_size=100))
def test_each_class_of_months_has_nobody_or_at_least_five(months):
    counts = [count for _, count in counted(month_classes(months), months)]
    assert sum(counts) == len(months)
    assert not [count for count in counts if 0 < count < LEAST]
