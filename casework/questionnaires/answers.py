"""From what somebody typed to the one way in which we store it.

Canonical answers: text is NFC without control characters; numbers are ASCII digits with a
point; dates are `YYYY-MM-DD`, birth dates also `YYYY`; several choices are a list. Reading a
canonical answer again gives the same answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from casework.core.db import clean
from casework.questionnaires import problems as say
from casework.questionnaires.calendars import CalendarError, to_iso, year_to_iso
from casework.questionnaires.definitions import Question
from casework.questionnaires.positions import read_position
from casework.questionnaires.problems import Problem
from casework.questionnaires.question_types import QUESTION_TYPES

Canonical = str | list[str] | None
Result = tuple[Canonical, Problem | None]

MAX_TEXT = 4000
MAX_LONG_TEXT = 8000
MAX_NAME = 200
MAX_RAW = 16_000
MAX_DIGITS = 12
MAX_DECIMALS = 10
MAX_CHOSEN = 500
MAX_TRACE_POINTS = 500
FIRST_BIRTH_YEAR = "1900"
REGION = "DE"
ACKNOWLEDGED = "OK"
BIRTH_DATE = "birth-date"
NAMES = ("name",)

WHOLE = re.compile(r"[+-]?[0-9]+")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[.,' ][0-9]{3})+")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
SPOKEN_DATE = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4})")
TIME = re.compile(
    r"([0-9]{1,2})(?:[:.h ]?([0-9]{2}))?(?::([0-9]{2})(?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})? ?(?:(a|p)\.?m\.?|uhr)?",
    re.IGNORECASE,
)
# What stands in the answers for a file that lies in the store: an id and an ending.
FILE_ANSWER = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,4}")
PHONE = re.compile(r"[0-9+()\-/ ]+")


def read_value(question: Question, raw: Sequence[str], *, today: date) -> Result:
    """The canonical answer to `question` and what is wrong with it, if anything.

    `raw` is what arrived under the question's name: usually one text, several for
    choices, and for dates also day, month, year and calendar. An unusable answer comes
    back cleaned, so that the page can show it again. Never raises.
    """
    kind = QUESTION_TYPES[question.type]
    if not kind.fillable:
        return None, None
    if any(not isinstance(part, str) for part in raw):
        return None, Problem(say.NOT_ENOUGH_READ)
    parts = [clean(part[:MAX_RAW]).strip() for part in raw[:MAX_CHOSEN]]
    if not any(parts):
        return None, None
    if kind.answer == "list":
        return _read_list(parts), None
    if question.type == "date":
        return _read_date(question, parts, today)
    if question.type == "datetime" and len(parts) > 3:
        parts = _pasted(parts)
        return _read_moment(question, " ".join(["-".join(reversed(parts[:3])), *parts[3:4]]))
    first = next(part for part in parts if part)
    return _READERS.get(question.type, _read_text)(question, first)


def digits_of(text: str) -> str:
    """`text` with each decimal digit of any script as an ASCII digit, without bidi marks.

    Ethiopic has no zero and no positions: its signs for one to nine are read, its tens are not.
    """
    kept = []
    for char in unicodedata.normalize("NFKC", text):
        digit = unicodedata.digit(char, None)
        if digit is not None:
            kept.append(str(digit))
        elif unicodedata.category(char) != "Cf":
            kept.append(" " if char.isspace() else _SIGNS.get(char, char))
    return "".join(kept).strip()


_SIGNS = {"−": "-", "‐": "-", "‑": "-", "–": "-", "٫": ".", "٬": "'", "’": "'", "⁄": "/", "،": ","}


def limit_of(question: Question) -> int:
    """How many characters a text answer may have."""
    if "multiline" in question.appearance:
        return MAX_LONG_TEXT
    is_name = question.save_to.endswith(("_name", ".name")) or "name" in question.appearance
    return MAX_NAME if is_name else MAX_TEXT


def is_birth_date(question: Question) -> bool:
    """Whether a date may be a year only, in one of three calendars."""
    return question.type == "date" and BIRTH_DATE in question.appearance


def _read_text(question: Question, text: str) -> Result:
    if "multiline" not in question.appearance:
        text = " ".join(text.split("\n")).replace("\t", " ").strip()
    limit = limit_of(question)
    if len(text) > limit:
        return text, Problem(say.TOO_LONG, {"length": len(text), "limit": limit})
    return text, None


def _read_list(parts: list[str]) -> Canonical:
    chosen = [name for part in parts for name in part.split()]
    return list(dict.fromkeys(chosen))


def _read_choice(question: Question, text: str) -> Result:
    return (text, None) if len(text) <= MAX_NAME else (None, Problem(say.NOT_OFFERED))


def _read_integer(question: Question, text: str) -> Result:
    number = digits_of(text)
    if GROUPED.fullmatch(number):
        number = re.sub(r"[.,' ]", "", number)
    if not WHOLE.fullmatch(number):
        return text[:MAX_NAME], Problem(say.NOT_WHOLE)
    return _within_digits(number, text)


def _read_decimal(question: Question, text: str) -> Result:
    number = _decimal_point(digits_of(text))
    if not re.fullmatch(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", number):
        return text[:MAX_NAME], Problem(say.NOT_NUMBER)
    return _within_digits(number, text)


def _decimal_point(number: str) -> str:
    """One separator is the decimal one; of two kinds the last is."""
    number = re.sub(r"['\s]", "", number)
    if "," in number and "." in number:
        thousands = "," if number.rfind(".") > number.rfind(",") else "."
        number = number.replace(thousands, "")
    return number.replace(",", ".")


def _within_digits(number: str, text: str) -> Result:
    whole, _, decimals = number.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > MAX_DIGITS or len(decimals) > MAX_DECIMALS:
        return text[:MAX_NAME], Problem(say.TOO_MANY_DIGITS, {"limit": MAX_DIGITS})
    return plain_number(Decimal(number)), None


def plain_number(number: Decimal) -> str:
    """A number as answers hold it: no exponent, no zeros at the end."""
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def _read_range(question: Question, text: str) -> Result:
    value, problem = _read_decimal(question, text)
    if problem is not None:
        return value, problem
    start, end, step = range_of(question)
    number = Decimal(str(value))
    low, high = min(start, end), max(start, end)
    if not low <= number <= high or (step and (number - start) % step):
        names = {"start": low, "end": high, "step": step}
        texts = {name: plain_number(each) for name, each in names.items()}
        return value, Problem(say.OUT_OF_RANGE, texts)
    return value, None


def range_of(question: Question) -> tuple[Decimal, Decimal, Decimal]:
    """Start, end and step of a range question; ODK's 1, 10 and 1 where the form says nothing."""

    def number(name: str, default: str) -> Decimal:
        text = question.parameters.get(name, "")
        return Decimal(text if re.fullmatch(r"-?[0-9]{1,12}(?:\.[0-9]{1,10})?", text) else default)

    return number("start", "1"), number("end", "10"), abs(number("step", "1")) or Decimal(1)


def _read_date(question: Question, parts: list[str], today: date) -> Result:
    birth = is_birth_date(question)
    parts = _first_day(question, _pasted(parts))
    calendar = parts[3] if len(parts) > 3 and birth else "gregorian"
    numbers = [digits_of(part) for part in (parts[:3] if len(parts) > 2 else _split_date(parts[0]))]
    if not any(numbers):
        return None, None
    shown = "-".join(reversed([number for number in numbers if number]))[:40]
    incomplete = Problem(say.NOT_A_BIRTH_DATE if birth else say.NOT_A_DATE)
    if not all(re.fullmatch(r"[0-9]{0,4}", number) for number in numbers):
        return shown, incomplete
    day, month, year = numbers
    only_year = birth and not day and not month
    if len(year) != 4 or not (only_year or (day and month)):
        return shown, incomplete
    try:
        if only_year:
            iso = year_to_iso(int(year), calendar)
        else:
            iso = to_iso(int(day), int(month), int(year), calendar)
    except CalendarError:
        return shown, Problem(say.NO_SUCH_DAY)
    return iso, _check_birth(iso, today) if birth else None


def _pasted(parts: list[str]) -> list[str]:
    """Day, month and year, also where a whole date was put into one of the fields or into all."""
    whole = {part for part in parts[:3] if part} if len(parts) > 2 else set()
    found = _split_date(whole.pop()) if len(whole) == 1 else []
    return [*found, *parts[3:]] if any(found[:2]) else parts


def missing_parts(question: Question) -> int:
    """How many parts of a date are not asked for: the day, or day and month."""
    if question.type != "date":
        return 0
    return 2 if "year" in question.appearance else 1 if "month-year" in question.appearance else 0


def _first_day(question: Question, parts: list[str]) -> list[str]:
    """The first day of a month or a year where only that is asked for."""
    missing = missing_parts(question)
    if not missing or len(parts) < 3 or not any(parts[missing:3]):
        return parts
    return ["1"] * missing + parts[missing:]


def _split_date(text: str) -> list[str]:
    """Day, month and year of a date that was typed in one piece."""
    plain = digits_of(text)
    if found := ISO_DATE.fullmatch(plain):
        return [found[3], found[2], found[1]]
    if found := SPOKEN_DATE.fullmatch(plain):
        return [found[1], found[2], found[3]]
    return ["", "", plain]


def _check_birth(iso: str, today: date) -> Problem | None:
    if iso[:4] < FIRST_BIRTH_YEAR:
        return Problem(say.TOO_EARLY)
    return Problem(say.IN_FUTURE) if iso > today.isoformat() else None


def _read_time(question: Question, text: str) -> Result:
    found = TIME.fullmatch(digits_of(text))
    if found is None:
        return text[:40], Problem(say.NOT_A_TIME)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return text[:40], Problem(say.NOT_A_TIME)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or int(found[3] or 0) > 59:
        return text[:40], Problem(say.NOT_A_TIME)
    return f"{hour:02d}:{minute:02d}", None


def _read_moment(question: Question, text: str) -> Result:
    """A day and a time of day, in one piece or put together from the parts of a page."""
    plain = re.sub(r"(?<=[0-9])T(?=[0-9])", " ", digits_of(text), count=1)
    day, _, clock = plain.partition(" ")
    time, problem = _read_time(question, clock)
    try:
        day_number, month, year = (int(part) for part in _split_date(day))
        iso = to_iso(day_number, month, year)
    except ValueError:
        return text[:40], Problem(say.NOT_A_MOMENT)
    if problem is not None:
        return text[:40], Problem(say.NOT_A_MOMENT)
    return f"{iso}T{time}", None


def _read_email(question: Question, text: str) -> Result:
    address = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    try:
        found = validate_email(address[:400], check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        return text[:MAX_NAME], Problem(say.NOT_AN_EMAIL)
    return found.normalized, None


def _read_phone(question: Question, text: str) -> Result:
    number = re.sub(r"\s+", " ", digits_of(text))
    digits = sum(char.isdigit() for char in number)
    if not PHONE.fullmatch(number) or not 5 <= digits <= 20 or len(number) > 40:
        return text[:MAX_NAME], Problem(say.NOT_A_PHONE)
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return number, None
    if not phonenumbers.is_valid_number(parsed):
        return number, None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), None


def _read_acknowledge(question: Question, text: str) -> Result:
    return ACKNOWLEDGED, None


def _read_point(question: Question, text: str) -> Result:
    found = read_position(digits_of(text))
    if found is None:
        return text[:MAX_NAME], Problem(say.NOT_A_PLACE)
    return found, None


def _read_trace(question: Question, text: str) -> Result:
    points = [part for part in text.split(";") if part.strip()][: MAX_TRACE_POINTS + 1]
    read = [_read_point(question, point) for point in points]
    if len(read) > MAX_TRACE_POINTS or not read or any(problem for _, problem in read):
        return text[:MAX_TEXT], Problem(say.NOT_A_PLACE)
    return "; ".join(str(point) for point, _ in read), None


def _read_file(question: Question, text: str) -> Result:
    if not FILE_ANSWER.fullmatch(text):
        return None, Problem(say.NOT_A_FILE)
    return text, None


_READERS: dict[str, Callable[[Question, str], Result]] = {
    "integer": _read_integer,
    "decimal": _read_decimal,
    "range": _read_range,
    "select_one": _read_choice,
    "time": _read_time,
    "datetime": _read_moment,
    "email": _read_email,
    "tel": _read_phone,
    "acknowledge": _read_acknowledge,
    "geopoint": _read_point,
    "geotrace": _read_trace,
    "geoshape": _read_trace,
    "image": _read_file,
    "audio": _read_file,
    "video": _read_file,
    "file": _read_file,
    "select_one_from_file": _read_choice,
    "select_one_external": _read_choice,
}
