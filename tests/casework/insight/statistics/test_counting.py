"""Rows become counts: everything small is hidden, over all views of a report together."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.insight.statistics.counting import Counts, _Tables, counts_from, largest
from casework.insight.statistics.registry import LANGUAGE, SITE, Report, Row, quarter_of

SITES = [UUID(int=n) for n in (1, 2)]
REPORT = Report(
    "test", "", "", (), {"a": "A", "b": "B"}, lambda quarter: (), by=(SITE, LANGUAGE),
    marked="marked", days_about="Days", has_people=True,
)  # fmt: skip


def counts_of(units: list[tuple[str, bool, int, str]]) -> Counts:
    rows, places = [], {}
    for number, (kind, marked, site, language) in enumerate(units, 100):
        unit = UUID(int=number)
        rows.append(Row(unit, kind, marked, float(number), people=2))
        places[unit] = (SITES[site], language)
    return _Tables(REPORT, rows, places).counts()


def test_counts_medians_and_people_of_large_groups_are_shown() -> None:
    found = counts_of([("a", True, 0, "ar")] * 6 + [("a", False, 0, "ar")] * 5)
    assert found.whole.units == 11
    assert (found.whole.marked, found.whole.days, found.whole.people) == (6, 105, 22)
    assert found.kinds["b"].units == 0
    assert found.by["site"][str(SITES[0])].marked == 6


def test_of_a_small_group_nothing_is_shown() -> None:
    found = counts_of([("a", False, 0, "ar")] * 9 + [("b", False, 0, "uk")] * 3)
    small = found.kinds["b"]
    assert (small.units, small.marked, small.days, small.people) == (None, None, None, None)
    assert found.kinds["a"].units is None  # else the small one would follow from the whole
    assert found.whole.units == 12


def test_all_but_a_few_marked_is_hidden_as_well() -> None:
    found = counts_of([("a", True, 0, "ar")] * 12 + [("a", False, 0, "ar")] * 2)
    assert found.whole.units == 14
    assert found.whole.marked is None


def test_an_empty_report_shows_zero() -> None:
    found = counts_of([])
    assert found.whole.units == 0
    assert found.kinds["a"].units == 0


def test_counts_are_written_down_and_read_again() -> None:
    found = counts_of([("a", True, 0, "ar")] * 6 + [("b", False, 1, "uk")] * 7)
    assert counts_from(found.as_json()) == found


def test_the_largest_kind_is_one_that_is_shown() -> None:
    found = counts_of([("a", True, 0, "ar")] * 6 + [("b", False, 1, "uk")] * 7)
    assert largest(found.kinds)[0] == "b"
    assert largest(counts_of([]).kinds) is None


units = st.tuples(
    st.sampled_from("ab"), st.booleans(), st.integers(0, 1), st.sampled_from(["ar", "uk", "ti"])
)


@settings(max_examples=80, deadline=None)
@given(st.lists(units, max_size=60))
def test_no_view_shows_a_small_group_nor_lets_it_be_subtracted(found) -> None:
    """Each way of subtracting: parts from a whole, marked from all, one view from another."""
    counts = counts_of(found)
    views = [counts.kinds, *counts.by.values()]
    every = [counts.whole, *(count for view in views for count in view.values())]
    for count in every:
        assert count.units is None or count.units == 0 or count.units >= 5
        if count.marked is not None and count.units is not None:
            assert count.marked == 0 or count.marked >= 5
            assert count.units == count.marked or count.units - count.marked >= 5
    for view in views:
        for figure in ("units", "marked"):
            whole = getattr(counts.whole, figure)
            parts = [getattr(count, figure) for count in view.values()]
            if whole is not None and None in parts:
                shown = sum(part for part in parts if part is not None)
                assert whole - shown >= 5 or whole == shown
                assert parts.count(None) > 1 or whole == shown


def test_quarters_begin_and_end_at_midnight_where_the_site_is() -> None:
    quarter = quarter_of(date(2026, 5, 17), "Europe/Berlin")
    assert (str(quarter), quarter.number) == ("2026-2", 2)
    assert quarter.start.isoformat() == "2026-03-31T22:00:00+00:00"
    assert quarter.end == quarter.after.start
    assert quarter.after.before == quarter
    assert str(quarter_of(date(2026, 1, 1), "Europe/Berlin").before) == "2025-4"
