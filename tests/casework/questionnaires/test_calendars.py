"""Birth dates of three calendars; the anchor dates come from published calendar tables."""

from datetime import date, timedelta

import pytest

from casework.questionnaires.calendars import (
    CALENDARS,
    CalendarError,
    from_iso,
    to_iso,
    year_to_iso,
)


@pytest.mark.parametrize(
    ("day", "month", "year", "calendar", "iso"),
    [
        (29, 2, 2000, "gregorian", "2000-02-29"),
        (1, 1, 1359, "persian", "1980-03-21"),
        (30, 12, 1375, "persian", "1997-03-20"),
        (1, 1, 1403, "persian", "2024-03-20"),
        (31, 6, 1400, "persian", "2021-09-22"),
        (1, 1, 2000, "ethiopian", "2007-09-12"),
        (6, 13, 2011, "ethiopian", "2019-09-11"),
        (1, 1, 1972, "ethiopian", "1979-09-12"),
    ],
)
def test_known_days_of_each_calendar(day, month, year, calendar, iso):
    assert to_iso(day, month, year, calendar) == iso
    assert from_iso(iso, calendar) == (day, month, year)


@pytest.mark.parametrize(
    ("day", "month", "year", "calendar"),
    [
        (31, 2, 1990, "gregorian"),
        (29, 2, 1900, "gregorian"),
        (0, 1, 1990, "gregorian"),
        (1, 13, 1990, "gregorian"),
        (30, 12, 1376, "persian"),
        (31, 7, 1370, "persian"),
        (1, 13, 1370, "persian"),
        (6, 13, 2012, "ethiopian"),
        (31, 1, 2000, "ethiopian"),
        (1, 1, 0, "gregorian"),
        (1, 1, 9999, "persian"),
        (1, 1, 1990, "maya"),
        (1, -1, 1990, "ethiopian"),
    ],
)
def test_days_that_a_calendar_does_not_have_are_refused(day, month, year, calendar):
    with pytest.raises(CalendarError):
        to_iso(day, month, year, calendar)


def test_every_day_of_five_years_goes_there_and_back():
    for offset in range(5 * 366):
        iso = (date(1995, 1, 1) + timedelta(days=offset)).isoformat()
        for calendar in CALENDARS:
            assert to_iso(*from_iso(iso, calendar), calendar) == iso


def test_a_year_alone_becomes_the_gregorian_year_that_it_mostly_lies_in():
    assert year_to_iso(1980) == "1980"
    assert year_to_iso(1359, "persian") == "1980"
    assert year_to_iso(1972, "ethiopian") == "1980"
