"""Distances and areas on the globe, digests, and a shuffled order.

Earth is a sphere with the equatorial radius, as in ODK; the area follows Chamberlain and
Duquette, "Some algorithms for polygons on a sphere" (2007).
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import math
from collections.abc import Sequence
from typing import TypeVar

from casework.questionnaires.expressions.functions.registry import (
    ANY,
    function,
    nodes_of,
)
from casework.questionnaires.expressions.trees import Context
from casework.questionnaires.expressions.values import NAN, Value, texts, to_number, to_text

RADIUS = 6_378_100.0
Position = tuple[float, float]
T = TypeVar("T")
ALGORITHMS = {
    "MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512",
}  # fmt: skip
# The generator of Park and Miller, so that a seed gives the order that it gives in ODK.
MODULUS, MULTIPLIER = 2_147_483_647, 16_807


@function("distance", 1, ANY)
def _distance(context: Context, *places: Value) -> Value:
    points = _points(places)
    if points is None:
        return NAN
    legs = itertools.pairwise(points)
    return round(sum(_between(start, end) for start, end in legs), 2)


@function("enclosed-area", 1, ANY)  # what area was called before
@function("area", 1, ANY)
def _area(context: Context, *places: Value) -> Value:
    points = _points(places)
    if points is None:
        return NAN
    if len(points) < 3:
        return 0.0
    total = sum(
        (east[1] - west[1]) * (2 + math.sin(west[0]) + math.sin(east[0]))
        for west, east in itertools.pairwise([*points, points[0]])
    )
    return round(abs(total) * RADIUS * RADIUS / 2, 2)


def _points(places: tuple[Value, ...]) -> list[Position] | None:
    """Latitudes and longitudes in radians; None where a place is none."""
    written = [part.split() for text in texts(places) for part in text.split(";") if part.strip()]
    points = []
    for part in written:
        latitude, longitude = (to_number(each) for each in (*part, "", "")[:2])
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            return None
        points.append((math.radians(latitude), math.radians(longitude)))
    return points or None


def _between(start: Position, end: Position) -> float:
    """Metres along the great circle, by the haversine formula."""
    across = math.sin((end[0] - start[0]) / 2) ** 2
    along = math.sin((end[1] - start[1]) / 2) ** 2
    chord = across + math.cos(start[0]) * math.cos(end[0]) * along
    return 2 * RADIUS * math.asin(min(1.0, math.sqrt(chord)))


@function("digest", 2, 3)
def _digest(context: Context, text: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    name = ALGORITHMS.get(to_text(algorithm).upper())
    if name is None:
        return ""
    found = hashlib.new(name, to_text(text).encode(), usedforsecurity=False).digest()
    if to_text(encoding).lower() == "hex":
        return found.hex()
    return base64.b64encode(found).decode()


@function("base64-decode", 1)
def _base64_decode(context: Context, text: Value) -> Value:
    try:
        return base64.b64decode(to_text(text), validate=True).decode()
    except ValueError:  # no such text
        return ""


@function("randomize", 1, 2)
def _randomize(context: Context, nodes: Value, *seed: Value) -> Value:
    number = to_number(seed[0]) if seed else NAN
    if not math.isfinite(number):
        number = float(context.chance().randrange(1, MODULUS))
    return shuffled(nodes_of(nodes), number)


def shuffled(things: Sequence[T], seed: float) -> list[T]:
    """The things in the order that ODK's programs give them for a finite seed."""
    state = int(seed) % MODULUS or MODULUS - 1
    found: list[T] = []
    for place, thing in enumerate(things):
        state = state * MULTIPLIER % MODULUS
        chosen = (state - 1) * (place + 1) // (MODULUS - 1)
        found.append(thing)
        found[chosen], found[place] = thing, found[chosen]
    return found
