"""Curves drawn on the server: what they show stands in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 720, 180, 8


@dataclass(frozen=True)
class Curve:
    """One line in steps over `WIDTH` × `HEIGHT`, with where zero and an upper mark lie."""

    path: str
    zero: float
    mark: float | None
    top: int
    bottom: int


def step_curve(values: Sequence[int], *, mark: int | None = None) -> Curve:
    """A line in equal steps through `values`; `mark` is a level to compare with."""
    levels = [0, *values, *([mark] if mark is not None else [])]
    top, bottom = max(levels), min(levels)
    span = (top - bottom) or 1
    room = HEIGHT - 2 * EDGE

    def height(level: int) -> float:
        return round(EDGE + room * (top - level) / span, 1)

    wide = WIDTH / max(len(values), 1)
    drawn = [
        f"{'L' if place else 'M'}{place * wide:.1f} {height(value)}H{(place + 1) * wide:.1f}"
        for place, value in enumerate(values)
    ]
    level = height(mark) if mark is not None else None
    return Curve("".join(drawn), height(0), level, top, bottom)
