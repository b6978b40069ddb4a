"""Single values as sources write them, brought into the form that HSDS asks for.

Each reader takes the trimmed text of a cell and returns the value with a sentence about
what was wrong, empty where nothing was. A value that makes no sense comes back empty.
"""

from __future__ import annotations

import functools
import html
import math
import re
from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import urlsplit

import nh3
from babel import Locale

from casework.core.db import clean
from casework.core.i18n import N_

Reading = tuple[str, str]
Reader = Callable[[str], Reading]

NOTHING = frozenset({"-", "–", "—", "null", "NULL", "NaN", "\\N"})
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

MARKUP_REMOVED = N_("Markup was turned into plain text.")
NO_ADDRESS = N_("“%(value)s” is no web address and was left out. Please give one with https://.")
ADDRESS_COMPLETED = N_("The web address lacked https:// and was completed.")
NO_EMAIL = N_("“%(value)s” is no e-mail address and was left out. Please correct it in the source.")
NO_NUMBER = N_("“%(value)s” is no number and was left out. Please correct it in the source.")
DECIMAL_COMMA = N_("The number was written with a decimal comma and was read as such.")
NO_DATE = N_("“%(value)s” is no date and was left out. Please write 2026-12-31.")
DATE_READ = N_("The date “%(value)s” was read as %(result)s. Please write it like that.")
EVERY_YEAR = N_("“%(value)s” has no real year and was read as a day of every year.")
NO_TIME = N_("“%(value)s” is no time and was left out. Please write 09:30.")
TIME_READ = N_("Times were brought into the form 09:30.")
NO_DAY = N_("“%(value)s” is no weekday and was left out. Please write MO, TU, WE and so on.")
DAY_READ = N_("Weekdays were brought into the form MO, TU, WE.")
NO_CHOICE = N_("“%(value)s” is not one of the values that the standard allows and was replaced.")

_BREAKS = re.compile(r"(?i)<br\s*/?>|</(?:p|div|li|ul|ol|tr|h[1-6])\s*>")
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&#?\w{1,32};")
_EMAIL = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\s@<>,;:\"()]{2,}")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?")
_TIME = re.compile(
    r"(?i)(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*([ap]\.?m\.?|uhr)?\s*(z|[+-]\d{2}:?\d{2})?"
)
_DATE_FORMATS = ("%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_BYDAY = re.compile(rf"[+-]?\d{{0,2}}({'|'.join(DAYS)})")
_DAY_NAMES = {
    name: code
    for code, names in zip(
        DAYS,
        (
            "monday montag mon mo 1", "tuesday dienstag tue tues di tu 2",
            "wednesday mittwoch wed mi we 3", "thursday donnerstag thu thur thurs do th 4",
            "friday freitag fri fr 5", "saturday samstag sonnabend sat sa 6",
            "sunday sonntag sun so su 7",
        ),
        strict=True,
    )
    for name in names.split()
}  # fmt: skip


def tidy(text: str) -> str:
    """Text in NFC, trimmed, without blank runs; a lone dash or NULL is nothing."""
    lines = [line.rstrip() for line in clean(text).strip().split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return "" if text in NOTHING else text


def one_line(text: str) -> str:
    """The same on a single line."""
    return " ".join(tidy(text).split())


def is_markup(text: str) -> bool:
    """Whether the text holds tags or character references."""
    return bool(_MARKUP.search(text))


def plain(text: str) -> Reading:
    """Text without markup."""
    if not is_markup(text):
        return text, ""
    stripped = nh3.clean(_BREAKS.sub("\n", text), tags=set())
    return tidy(html.unescape(stripped)), MARKUP_REMOVED


def protected(text: str) -> str:
    """Text that `plain` gives back as it is, even where it looks like markup."""
    return html.escape(text, quote=False) if is_markup(text) else text


def web_address(text: str) -> Reading:
    """An http or https address; a bare host is completed."""
    if _HOST.fullmatch(text):
        return f"https://{text}", ADDRESS_COMPLETED
    try:
        parts = urlsplit(text)
    except ValueError:
        return "", NO_ADDRESS
    good = parts.scheme.lower() in ("http", "https") and parts.netloc and not re.search(r"\s", text)
    return (text, "") if good else ("", NO_ADDRESS)


def email(text: str) -> Reading:
    """One e-mail address."""
    text = re.sub(r"(?i)\Amailto:", "", text)
    return (text, "") if _EMAIL.fullmatch(text) else ("", NO_EMAIL)


def number(text: str) -> Reading:
    """A finite number, as text that Python and JSON read."""
    found, said = text, ""
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        found, said = text.replace(",", "."), DECIMAL_COMMA
    try:
        value = float(found)
    except ValueError:
        return "", NO_NUMBER
    return (found, said) if math.isfinite(value) and "_" not in found else ("", NO_NUMBER)


def day(text: str) -> Reading:
    """An ISO date, or `--MM-DD` for a day of every year (sources write year 1)."""
    if re.fullmatch(r"--\d\d-\d\d", text):
        return (text, "") if _date_of(f"2000{text[1:]}") else ("", NO_DATE)
    found = _date_of(text)
    if found is None:
        return "", NO_DATE
    if found.year == 1:
        return f"--{found:%m-%d}", EVERY_YEAR
    iso = found.isoformat()
    return iso, "" if text == iso else DATE_READ


def _date_of(text: str) -> date | None:
    slashes = _SLASHES.fullmatch(text)
    if slashes:
        first, second, year = slashes.groups()
        month, day_ = (second, first) if int(first) > 12 else (first, second)
        text = f"{year if len(year) == 4 else f'20{year}'}-{month:0>2}-{day_:0>2}"
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def moment(text: str) -> Reading:
    """A date with time in ISO form."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return "", NO_DATE
    return text, ""


def time_of_day(text: str) -> Reading:
    """`HH:MM`, with the offset behind it where the source gives one."""
    found = _TIME.fullmatch(text)
    if found is None:
        return "", NO_TIME
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "").lower().replace(".", "")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return "", NO_TIME
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return "", NO_TIME
    result = f"{hour:02}:{minute:02}{(found[4] or '').upper()}"
    return result, "" if text in (result, f"{result}:00") else TIME_READ


def weekdays(text: str) -> Reading:
    """Codes of RFC 5545, separated by commas: `MO,WE` or `1FR`."""
    found: list[str] = []
    for part in re.split(r"[\s,;/]+", re.sub(r"(?<=\w)\s*[-–]\s*(?=[A-Za-z])", "-", text)):
        first, _, last = part.partition("-") if part[:1].isalpha() else (part, "", "")
        codes = [_day_code(name) for name in (first, last) if name]
        if not all(codes) or not codes:
            return "", NO_DAY
        found += _days_between(*codes) if len(codes) == 2 else codes
    result = ",".join(found)
    return result, "" if result == text else DAY_READ


def _day_code(name: str) -> str:
    upper = name.upper()
    return upper if _BYDAY.fullmatch(upper) else _DAY_NAMES.get(name.lower().rstrip("."), "")


def _days_between(first: str, last: str) -> list[str]:
    start, end = DAYS.index(first[-2:]), DAYS.index(last[-2:])
    return [DAYS[(start + step) % 7] for step in range((end - start) % 7 + 1)]


def coordinate(text: str, limit: int) -> Reading:
    """Degrees within ± `limit`."""
    found, said = number(text)
    if found and abs(float(found)) > limit:
        return "", N_("“%(value)s” lies outside the earth; the coordinates were left out.")
    return found, said


@functools.cache
def _language_codes() -> dict[str, str]:
    """Language names in English and German, lower case, with their codes (CLDR)."""
    codes: dict[str, str] = {}
    for tag in ("de", "en"):
        names = Locale(tag).languages.items()
        codes |= {name.lower(): code.replace("_", "-") for code, name in names}
    return codes


def language_code(name: str) -> str:
    """The code of a language named in English or German, else nothing."""
    return _language_codes().get(name.strip().lower(), "")


def is_true(text: str) -> bool:
    """Whether a cell says yes."""
    return text.strip().lower() in ("true", "t", "yes", "y", "1", "ja", "wahr")


READERS: dict[str, Reader] = {
    "uri": web_address,
    "email": email,
    "number": number,
    "date": day,
    "datetime": moment,
    "time": time_of_day,
    "days": weekdays,
}
