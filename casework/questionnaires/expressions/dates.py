"""Dates and times in expressions: ISO texts, wall clock of the site, days since 1970.

Everything is the wall clock of the place: a text with an offset is first brought to the
site's zone, a date without a time is its midnight.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta, tzinfo

ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?[0-9]*)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
EPOCH = datetime(1970, 1, 1)
DAY = timedelta(days=1)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def moment_of(text: str, zone: tzinfo | None = None) -> datetime | None:
    """The wall clock moment (without zone) that an ISO text names, or None."""
    if len(text) < 10 or text[4] != "-":
        return None
    found = ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
        )
        if offset is None or zone is None:
            return moment
        aware = moment.replace(tzinfo=datetime.strptime(offset, "%z").tzinfo)
        return aware.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):  # no such day, or beyond the calendar's ends
        return None


def days_of(text: str, zone: tzinfo | None = None) -> float | None:
    """Days since 1970-01-01, with the time as a fraction; None where `text` is no date."""
    moment = moment_of(text, zone)
    return None if moment is None else (moment - EPOCH) / DAY


def moment_after(days: float) -> datetime | None:
    """The moment `days` after 1970-01-01; None beyond the years 1 to 9999."""
    if not math.isfinite(days):
        return None
    try:
        return EPOCH + timedelta(milliseconds=round(days * 86_400_000))
    except OverflowError:
        return None


def iso_moment(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmm`, wall clock; a midnight is just its day."""
    if moment == datetime(moment.year, moment.month, moment.day):
        return moment.date().isoformat()
    return moment.isoformat(timespec="milliseconds")


def formatted(moment: datetime, pattern: str) -> str:
    """`moment` by ODK's pattern letters; names of months and days are English. None of others."""
    letters = {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "n": str(moment.month),
        "b": MONTHS[moment.month - 1],
        "d": f"{moment.day:02d}",
        "e": str(moment.day),
        "a": WEEKDAYS[moment.weekday()],
        "W": str(moment.isocalendar().week),
        "H": f"{moment.hour:02d}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "3": f"{moment.microsecond // 1000:03d}",
        "%": "%",
    }
    return re.sub("%(.)", lambda found: letters.get(found[1], found[0]), pattern)


def shifted(moment: datetime, years: int, months: int, days: int, minutes: int) -> datetime | None:
    """`moment` moved by years and months first, then days and minutes.

    A day that the new month does not have flows over into the next month, as in the
    evaluator that XLSForm's `add-date` comes from.
    """
    month_count = moment.year * 12 + moment.month - 1 + years * 12 + months
    year, month = divmod(month_count, 12)
    try:
        first = moment.replace(year=year, month=month + 1, day=1)
        return first + timedelta(days=moment.day - 1 + days, minutes=minutes)
    except (ValueError, OverflowError):
        return None


def whole_months(start: datetime, end: datetime) -> int:
    """Full months from `start` to `end`, negative when `end` comes first."""
    if end < start:
        return -whole_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    anchor = shifted_to_month(start, months)
    return months if anchor <= end else months - 1


def shifted_to_month(start: datetime, months: int) -> datetime:
    """`start` moved by whole months, at most to the last day of the month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(
        year=year, month=month + 1, day=min(start.day, _month_length(year, month + 1))
    )


def _month_length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else None
    return 31 if following is None else (following - timedelta(days=1)).day
