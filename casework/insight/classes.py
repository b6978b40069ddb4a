"""Classes for numbers and dates: round borders, and at least five answers in each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from casework.insight.suppression import LEAST

MOST_CLASSES = 10
MONTHS = 12
Label = Callable[[int, int], str]


@dataclass(frozen=True)
class Class:
    """Values from `low` up to, but not including, `high`; open at the ends of the row."""

    label: str
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value belongs here."""
        return self.low <= value < self.high


def number_classes(values: Sequence[float], *, whole: bool) -> list[Class]:
    """Classes of a width of 1, 2 or 5 times a power of ten, narrow ones merged.

    No border gives the lowest or highest value away: the classes at the ends are open.
    """
    if len(values) < LEAST:
        return []
    low, high = core(values)
    width = _round_width((high - low) / (MOST_CLASSES - 1), whole=whole)

    def label(first: int, last: int) -> str:
        start, end = first * width, (last + 1) * width
        if not whole:
            return f"{_plain(start)} – {_plain(end)}"
        return _plain(start) if end - start == 1 else f"{_plain(start)}–{_plain(end - 1)}"

    def open_label(step: int, *, is_first: bool) -> str:
        if is_first:
            end = (step + 1) * width
            return f"≤ {_plain(end - 1)}" if whole else f"< {_plain(end)}"
        return f"≥ {_plain(step * width)}"

    return _classes(values, width, label, open_label)


def month_classes(months: Sequence[int]) -> list[Class]:
    """Classes of months (counted from year 0): single ones, else years, else decades."""
    if len(months) < LEAST:
        return []
    low, high = core(months)
    span = high - low
    width = 1 if span <= 2 * MONTHS else MONTHS if span <= 20 * MONTHS else 10 * MONTHS

    def name(step: int) -> str:
        year, month = divmod(step * width, MONTHS)
        return f"{year:04}-{month + 1:02}" if width == 1 else f"{year:04}"

    def end_name(step: int) -> str:
        return name(step) if width < 10 * MONTHS else f"{(step + 1) * 10 - 1:04}"

    def label(first: int, last: int) -> str:
        return name(first) if name(first) == end_name(last) else f"{name(first)} – {end_name(last)}"

    def open_label(step: int, *, is_first: bool) -> str:
        return f"≤ {end_name(step)}" if is_first else f"≥ {name(step)}"

    return _classes(months, width, label, open_label)


def core(values: Sequence[float]) -> tuple[float, float]:
    """The fifth lowest and the fifth highest value: nobody's alone."""
    ordered = sorted(values)
    place = min(LEAST, (len(ordered) + 1) // 2) - 1
    return ordered[place], ordered[-1 - place]


def _classes(
    values: Sequence[float], width: float, label: Label, open_label: Callable[..., str]
) -> list[Class]:
    counts = Counter(math.floor(value / width) for value in values)
    low, high = (math.floor(each / width) for each in core(values))
    groups = _merged([(step, step) for step in range(low, high + 1)], counts)
    found = []
    for place, (first, last) in enumerate(groups):
        is_first, is_last = place == 0, place == len(groups) - 1
        text = label(first, last)
        if len(groups) > 1 and (is_first or is_last):
            text = open_label(last if is_first else first, is_first=is_first)
        found.append(
            Class(
                text,
                -math.inf if is_first else first * width,
                math.inf if is_last else (last + 1) * width,
            )
        )
    return found


def _merged(steps: list[tuple[int, int]], counts: Counter[int]) -> list[tuple[int, int]]:
    """Neighbours put together until each group has nobody or at least five.

    What lies beyond the ends counts with the first and the last.
    """
    first, last = steps[0][0], steps[-1][0]
    inside = {step: counts[step] for step, _ in steps}
    inside[first] += sum(count for step, count in counts.items() if step < first)
    inside[last] += sum(count for step, count in counts.items() if step > last)
    groups: list[list[int]] = []
    for step, number in inside.items():
        if groups and 0 < groups[-1][2] < LEAST:
            groups[-1][1:] = [step, groups[-1][2] + number]
        else:
            groups.append([step, step, number])
    while len(groups) > 1 and 0 < groups[-1][2] < LEAST:
        _, end, number = groups.pop()
        groups[-1][1:] = [end, groups[-1][2] + number]
    return [(start, end) for start, end, _ in groups]


def _round_width(least: float, *, whole: bool) -> float:
    if least <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(least))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999)
    return max(1, round(width)) if whole else width


def _plain(number: float) -> str:
    return f"{number:.10g}"
