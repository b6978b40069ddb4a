from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.core.working_days import FEDERAL_STATES, after_working_days, is_working_day

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "state", "works"),
    [
        (date(2026, 10, 3), "", False),
        (date(2026, 5, 1), "", False),
        (date(2026, 4, 3), "", False),  # Good Friday
        (date(2026, 1, 6), "BW", False),
        (date(2026, 1, 6), "BE", True),
        (date(2026, 1, 6), "", True),
        (date(2026, 6, 4), "BW", False),  # Corpus Christi
        (date(2028, 2, 29), "BW", True),
        (date(2026, 11, 2), "nowhere", True),
    ],
)
def test_public_holidays_of_the_federal_state_are_no_working_days(day, state, works):
    assert is_working_day(day, state) is works


def test_what_comes_before_easter_counts_from_the_tuesday_after_it():
    assert after_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert after_working_days(date(2026, 4, 2), 2) == date(2026, 4, 8)


@given(days, st.integers(0, 30), st.sampled_from(["", *FEDERAL_STATES]))
def test_counting_ends_on_a_working_day_with_exactly_so_many_behind(day, count, state):
    end = after_working_days(day, count, state)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(is_working_day(each, state) for each in between) == count
    assert count == 0 or is_working_day(end, state)
