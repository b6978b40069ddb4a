"""Dates of birth as they stand in the lists of offices, brought into a form that can be read."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import date, timedelta

from babel import Locale

from casework.core.i18n import N_
from casework.core.lookups import fold
from casework.questionnaires.answers import digits_of

ONLY_YEAR = N_("Of “%(text)s” only the year is certain; %(year)s is taken.")
COUNTED_DAYS = N_(
    "“%(text)s” is a date as spreadsheets count days: it is read as %(day)s. Please check it."
)
READ_AS = N_("“%(text)s” is read as %(day)s. Please check it.")

EXCEL_BEGINS = date(1899, 12, 30)
EARLIEST = 1900
_BEFORE = re.compile(r"\A(?:\*|geb(?:oren)?\.?(?: am)?|born)\s*(?=\d)", re.IGNORECASE)
_TIME_BEHIND = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\Z")
_SHORT_YEAR = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2})\Z")
_NO_DAY = re.compile(r"(?:00?|xx?|\?\??)[./-](?:xx?|\?\??|\d{1,2})[./-](\d{4})\Z", re.IGNORECASE)
_NO_DAY_ISO = re.compile(r"(\d{4})-(?:00-\d{2}|\d{2}-00)\Z")
_MONTH_AND_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])[./ -](\d{4})\Z")
_ABOUT = re.compile(r"(?:ca|circa|etwa|um|about|approx|~|±)[. ]*(\d{4})\Z", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
_COMPACT = re.compile(r"\d{8}\Z")
_COUNTED = re.compile(r"\d{5}\Z")
_WORDS = re.compile(r"\d+|[^\W\d_]+")

Finding = tuple[str, dict[str, str]]
Read = tuple[str, Finding | None]


def plain_birthday(text: str, today: date) -> Read:
    """A date of birth as `DD.MM.YYYY`, `YYYY-MM-DD` or `YYYY`, and what to say about it.

    Read are also a short year, a month by its name, a day and month that stand as zeros in
    papers (only the year is taken then), a number of days as spreadsheets count them, eight
    digits in a row, and a date with the month first where it can be nothing else. Whatever is
    none of these comes back as it was.
    """
    text = _BEFORE.sub("", digits_of(text))
    if found := _TIME_BEHIND.match(text):
        return found[1], None
    for read in (_short_year, _only_year, _with_month_name, _month_first, _compact, _counted):
        done = read(text, today)
        if done is not None:
            return done
    return text, None


def _short_year(text: str, today: date) -> Read | None:
    """`05.03.90` with its century: the latest that is not in the future."""
    found = _SHORT_YEAR.match(text)
    if not found:
        return None
    year = today.year // 100 * 100 + int(found[3])
    return f"{found[1]}.{found[2]}.{year if year <= today.year else year - 100}", None


def _only_year(text: str, today: date) -> Read | None:
    for pattern in (_NO_DAY, _NO_DAY_ISO, _MONTH_AND_YEAR, _ABOUT):
        found = pattern.match(text)
        if found and EARLIEST <= int(found[1]) <= today.year:
            return found[1], (ONLY_YEAR, {"text": text, "year": found[1]})
    return None


def _with_month_name(text: str, today: date) -> Read | None:
    """`17. Mai 1990` and `May 17, 1990`."""
    words = _WORDS.findall(text)
    months = [_months()[fold(word)] for word in words if fold(word) in _months()]
    years = [word for word in words if len(word) == 4 and word.isdecimal()]
    days = [word for word in words if len(word) <= 2 and word.isdecimal()]
    if len(words) != 3 or not (months and years and days):
        return None
    return f"{days[0]}.{months[0]}.{years[0]}", None


def _month_first(text: str, today: date) -> Read | None:
    """`5/17/1990`, which has no other meaning; `5/7/1990` stays day before month."""
    found = _MONTH_FIRST.match(text)
    if not found or int(found[1]) > 12 or int(found[2]) <= 12:
        return None
    return _told(text, _day(int(found[3]), int(found[1]), int(found[2])), today, READ_AS)


def _compact(text: str, today: date) -> Read | None:
    """`17051990` and `19900517`, where only one of the two can be meant."""
    if not _COMPACT.match(text):
        return None
    german = _day(int(text[4:]), int(text[2:4]), int(text[:2]))
    iso = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    meant = {day for day in (german, iso) if day is not None and EARLIEST <= day.year <= today.year}
    return _told(text, meant.pop(), today, READ_AS) if len(meant) == 1 else None


def _counted(text: str, today: date) -> Read | None:
    if not _COUNTED.match(text):
        return None
    return _told(text, EXCEL_BEGINS + timedelta(days=int(text)), today, COUNTED_DAYS)


def _told(text: str, day: date | None, today: date, sentence: str) -> Read | None:
    if day is None or day.year < EARLIEST or day > today:
        return None
    return day.isoformat(), (sentence, {"text": text, "day": f"{day:%d.%m.%Y}"})


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@functools.cache
def _months() -> dict[str, int]:
    """The number of each month by its German and English names, long and short."""
    names: dict[str, int] = {"maerz": 3, "jaenner": 1, "sept": 9}
    for tag in ("de", "de_AT", "en"):
        forms: Callable[[str], dict[int, str]] = Locale.parse(tag).months["format"].__getitem__
        for width in ("wide", "abbreviated"):
            names |= {fold(name): number for number, name in forms(width).items()}
    return names
