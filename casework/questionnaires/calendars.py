"""Birth dates as people know them: Gregorian, Persian (Solar Hijri) or Ethiopian, to ISO.

The Persian year begins at the March equinox in Tehran. The Ethiopian calendar is the
Coptic one (twelve months of 30 days and a short thirteenth) with years counted 276 ahead.
"""

from __future__ import annotations

import calendar
import functools
from datetime import date, timedelta

from convertdate import coptic, gregorian, persian

from casework.core.i18n import N_

CALENDARS = {
    "gregorian": N_("Gregorian calendar"),
    "persian": N_("Persian calendar (Solar Hijri)"),
    "ethiopian": N_("Ethiopian calendar"),
}
ETHIOPIAN_AHEAD = 276
LIMITS = {"gregorian": (1, 9999), "persian": (1200, 1600), "ethiopian": (1800, 2200)}


class CalendarError(ValueError):
    """The calendar does not have this day."""


def to_iso(day: int, month: int, year: int, calendar_name: str = "gregorian") -> str:
    """The day as `YYYY-MM-DD` of the Gregorian calendar. Raises `CalendarError`."""
    low, high = LIMITS.get(calendar_name, (1, 0))
    if not low <= year <= high or not 1 <= month <= 13:
        raise CalendarError(f"{calendar_name} {year}-{month}-{day}")
    if not 1 <= day <= _month_length(year, month, calendar_name):
        raise CalendarError(f"{calendar_name} {year}-{month}-{day}")
    if calendar_name == "gregorian":
        return date(year, month, day).isoformat()
    days = _day_of_year(month, day, calendar_name)
    return (_new_year(year, calendar_name) + timedelta(days=days)).isoformat()


def year_to_iso(year: int, calendar_name: str = "gregorian") -> str:
    """The Gregorian year, `YYYY`, that shares most days with `year`. Raises `CalendarError`."""
    if calendar_name == "gregorian":
        return to_iso(1, 1, year)[:4]
    start = date.fromisoformat(to_iso(1, 1, year, calendar_name))
    return f"{(start + timedelta(days=182)).year:04d}"


def from_iso(iso: str, calendar_name: str = "gregorian") -> tuple[int, int, int]:
    """Day, month and year of an ISO date in another calendar. Raises `ValueError`."""
    found = date.fromisoformat(iso)
    if calendar_name == "gregorian":
        return found.day, found.month, found.year
    year = found.year - {"persian": 621, "ethiopian": 7}[calendar_name]
    if found < _new_year(year, calendar_name):
        year -= 1
    passed = (found - _new_year(year, calendar_name)).days
    month = 1
    while passed >= (length := _month_length(year, month, calendar_name)):
        passed -= length
        month += 1
    return passed + 1, month, year


def _month_length(year: int, month: int, calendar_name: str) -> int:
    """Days of the month, 0 where the calendar has no such month."""
    if calendar_name == "ethiopian":
        return int(coptic.month_length(year - ETHIOPIAN_AHEAD, month))
    if month > 12:
        return 0
    if calendar_name == "gregorian":
        return calendar.monthrange(year, month)[1]
    if month == 12:
        return (_new_year(year + 1, "persian") - _new_year(year, "persian")).days - 336
    return int(persian.month_length(year, month))


def _day_of_year(month: int, day: int, calendar_name: str) -> int:
    """Days since the first of the year."""
    if calendar_name == "persian":
        return (month - 1) * 30 + min(month - 1, 6) + day - 1
    return (month - 1) * 30 + day - 1


@functools.lru_cache(maxsize=512)
def _new_year(year: int, calendar_name: str) -> date:
    """The Gregorian day on which a Persian or Ethiopian year begins."""
    if calendar_name == "persian":
        found = gregorian.from_jd(persian.to_jd(year, 1, 1))
    else:
        found = coptic.to_gregorian(year - ETHIOPIAN_AHEAD, 1, 1)
    return date(*found)
