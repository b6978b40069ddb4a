"""Positions on the earth as people write them: decimals, or degrees, minutes and seconds."""

from __future__ import annotations

import re

NUMBER = re.compile(r"[+-]?[0-9]{1,7}(?:\.[0-9]{1,12})?")
COMMA_NUMBER = re.compile(r"[+-]?[0-9]{1,7}(?:,[0-9]{1,12})?")
MARKS = str.maketrans({"′": "'", "’": "'", "´": "'", "″": '"', "”": '"', "“": '"', "º": "°"})
SIDE = "(?P<side>[NSEW])"
DEGREES = (
    r"(?P<sign>[+-])?(?P<degrees>[0-9]{1,3}(?:[.,][0-9]{1,12})?) ?°? ?"
    r"(?:(?P<minutes>[0-9]{1,2}(?:[.,][0-9]{1,12})?) ?' ?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:[.,][0-9]{1,12})?) ?\" ?)?)?"
)
SIDE_FIRST = re.compile(f"{SIDE} ?{DEGREES}", re.IGNORECASE)
SIDE_LAST = re.compile(f"{DEGREES}{SIDE}?", re.IGNORECASE)
ACROSS, UPWARDS = ("E", "W"), ("N", "S")
PLACES = 7


def read_position(text: str) -> str | None:
    """`latitude longitude`, perhaps with altitude and accuracy, as ODK stores it; else None.

    `text` has ASCII digits. Decimals with point or comma are read, also 48°06'12"N; where
    two readings are possible, as in `48,1,9,2`, there is none.
    """
    plain = " ".join(text.translate(MARKS).replace("''", '"').split())
    if re.search("[°'\"NSEWnsew]", plain):
        return _from_angles(plain)
    numbers = _numbers(plain)
    if not 2 <= len(numbers) <= 4 or not all(NUMBER.fullmatch(each) for each in numbers):
        return None
    return " ".join(numbers) if _is_on_earth(float(numbers[0]), float(numbers[1])) else None


def _numbers(plain: str) -> list[str]:
    """The numbers of a text, with points, however they are told apart."""
    parts = [part for part in re.split(r"\s*;\s*|,?\s+", plain) if part]
    if len(parts) == 1:
        inner = parts[0].split(",")
        return inner if "." in parts[0] or len(inner) == 2 else []
    if any("." in part for part in parts):
        return parts
    is_decimal = all(COMMA_NUMBER.fullmatch(part) for part in parts)
    return [part.replace(",", ".") for part in parts] if is_decimal else []


def _from_angles(plain: str) -> str | None:
    found = []
    rest = plain
    angle = SIDE_FIRST if plain[:1].isalpha() else SIDE_LAST
    for _ in range(2):
        match = angle.match(rest)
        if match is None:
            return None
        found.append(match)
        rest = re.sub("^ ?[,;]? ?", "", rest[match.end() :])
    if rest:
        return None
    values = [_degrees(match) for match in found]
    sides = [(match["side"] or "").upper() for match in found]
    if sides[0] in ACROSS and sides[1] in UPWARDS:
        values, sides = values[::-1], sides[::-1]
    if None in values or sides[0] in ACROSS or sides[1] in UPWARDS:
        return None
    latitude, longitude = (float(value or 0) for value in values)
    if not _is_on_earth(latitude, longitude):
        return None
    return " ".join(f"{each:.{PLACES}f}".rstrip("0").rstrip(".") for each in (latitude, longitude))


def _degrees(match: re.Match[str]) -> float | None:
    """The angle of a match; None where minutes or seconds reach sixty."""
    degrees, minutes, seconds = (
        float((match[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
    )
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    side = (match["side"] or "").upper()
    return -value if match["sign"] == "-" or side in ("S", "W") else value


def _is_on_earth(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 180
