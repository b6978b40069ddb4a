"""Days begin at the site's midnight: summer, winter, and where the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.core.clock import day_begins, local_date

BERLIN = "Europe/Berlin"
# The last two move their clocks at midnight itself, so that some days have no 0:00.
ZONES = (BERLIN, "UTC", "America/St_Johns", "Asia/Kathmandu", "Asia/Beirut", "America/Santiago")
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(("moment", "day"), [
    (datetime(2026, 7, 30, 21, 59, 59, tzinfo=UTC), date(2026, 7, 30)),
    (datetime(2026, 7, 30, 22, 0, tzinfo=UTC), date(2026, 7, 31)),
    (datetime(2026, 7, 30, 22, 30, tzinfo=UTC), date(2026, 7, 31)),
    (datetime(2026, 1, 30, 22, 30, tzinfo=UTC), date(2026, 1, 30)),
    (datetime(2026, 1, 30, 23, 0, tzinfo=UTC), date(2026, 1, 31)),
    (datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31)),
])  # fmt: skip
def test_a_day_ends_two_hours_before_utc_in_summer_and_one_in_winter(moment, day):
    assert local_date(moment, BERLIN) == day


@pytest.mark.parametrize(("day", "hours"), [
    (date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 3, 30), 24),
    (date(2026, 10, 24), 24), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24),
])  # fmt: skip
def test_the_days_on_which_clocks_change_have_23_and_25_hours(day, hours):
    length = day_begins(day + timedelta(days=1), BERLIN) - day_begins(day, BERLIN)
    assert length == timedelta(hours=hours)


@given(DAYS, st.sampled_from(ZONES))
def test_a_day_begins_where_the_day_before_ends(day, zone):
    begins = day_begins(day, zone)
    assert local_date(begins, zone) == day
    assert local_date(begins - timedelta(microseconds=1), zone) == day - timedelta(days=1)
