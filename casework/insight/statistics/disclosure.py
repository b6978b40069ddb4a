"""Which counts of a report stay hidden, over all its views together.

Cell suppression as in the handbooks of official statistics (A. Hundepool et al., Statistical
Disclosure Control, 2012, chapter 4): counts of one to four are withheld, and others with them
until nothing follows from what is shown. That is not only tried line by line: for each hidden
count there must be another set of counts, at least one each, which fits everything that is shown
just as well and in which the hidden count is a different one.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeVar

from casework.insight.suppression import LEAST

Key = TypeVar("Key", bound=Hashable)
Line = tuple[Key, Sequence[Key]]
Equation = dict[int, int]


def hidden_keys(
    cells: Mapping[Key, int], lines: Iterable[Line[Key]], weights: Mapping[Key, int] | None = None
) -> set[Key]:
    """The keys of the counts that must not be shown.

    A cell is a set of units, one bit for each; two cells of the same units are one count, so
    they are shown or hidden together. A line says that the first cell is made up of the others,
    which may overlap. Counts of zero are always shown. What is hidden beside a small count is
    what weighs least, by default 0, and the smallest of that.
    """
    worth: dict[int, int] = {}
    for key, cell in cells.items():
        worth[cell] = max(worth.get(cell, 0), (weights or {}).get(key, 0))
    counts = _Counts(worth, _sums(cells, lines))
    hidden = counts.settle()
    return {key for key, cell in cells.items() if cell in hidden}


def _sums(cells: Mapping[Key, int], lines: Iterable[Line[Key]]) -> list[_Sum]:
    """The lines as sets of units, without what is empty and what says nothing."""
    found = []
    for total, keys in lines:
        whole = cells[total]
        parts = tuple(dict.fromkeys(cells[key] for key in keys if cells[key]))
        union = 0
        for part in parts:
            union |= part
        if len(parts) > 1 and union == whole:
            found.append(_Sum(whole, parts))
    return found


@dataclass(frozen=True)
class _Sum:
    """A set of units and the sets that it is made up of."""

    whole: int
    parts: tuple[int, ...]

    @property
    def adds_up(self) -> bool:
        """Whether no unit is in two parts."""
        return self.whole.bit_count() == sum(part.bit_count() for part in self.parts)

    def gives_away(self, hidden: Collection[int]) -> bool:
        """Whether the hidden parts follow from the rest: too few, too alike, or alone."""
        covered = [part for part in self.parts if part in hidden]
        if not covered or self.whole in hidden:
            return False
        shown = sum(part.bit_count() for part in self.parts if part not in hidden)
        sizes = [part.bit_count() for part in covered]
        if shown >= self.whole.bit_count():
            return False
        is_mixed = len(set(sizes)) > 1 or (len(sizes) == len(self.parts) and len(sizes) > 1)
        return sum(sizes) < LEAST or not is_mixed


class _Counts:
    """What is counted and how it adds up; hides more until nothing follows any longer."""

    def __init__(self, worth: Mapping[int, int], sums: list[_Sum]) -> None:
        self.worth, self.sums = worth, sums
        self.hidden = {cell for cell in worth if 0 < cell.bit_count() < LEAST}

    def settle(self) -> set[int]:
        """All cells to hide."""
        while self._close_lines() or self._close_system():
            pass
        return self.hidden

    def _close_lines(self) -> bool:
        """Hide one more cell in each line that gives a hidden one away."""
        changed = False
        for line in self.sums:
            while line.gives_away(self.hidden):
                self._hide_least((*line.parts, line.whole))
                changed = True
        return changed

    def _close_system(self) -> bool:
        """Hide one more cell beside a hidden one that follows from several lines together."""
        places = {cell: place for place, cell in enumerate(sorted(self.hidden))}
        exact = [line for line in self.sums if line.adds_up]
        equations = [self._equation(line, places) for line in exact]
        sizes = [cell.bit_count() for cell in places]
        known = certain([each for each in equations if each], sizes)
        for cell, place in places.items():
            if place in known:
                near = [line for line in exact if cell in line.parts or cell == line.whole]
                beside = [each for line in near for each in (*line.parts, line.whole)]
                anywhere = [each for line in exact for each in (*line.parts, line.whole)]
                if self._hide_least(beside) or self._hide_least(anywhere):
                    return True
        return False

    def _hide_least(self, cells: Iterable[int]) -> bool:
        """Hide what weighs least of what is shown, all of the same size; whether there was any."""
        shown = [cell for cell in cells if cell not in self.hidden]
        least = min((self._rank(cell) for cell in shown), default=None)
        self.hidden |= {cell for cell in shown if self._rank(cell) == least}
        return bool(shown)

    def _rank(self, cell: int) -> tuple[int, int]:
        return self.worth[cell], cell.bit_count()

    def _equation(self, line: _Sum, places: Mapping[int, int]) -> Equation:
        found = {places[part]: 1 for part in line.parts if part in places}
        if line.whole in places:
            found[places[line.whole]] = -1
        return found


def certain(equations: Iterable[Equation], sizes: Sequence[int]) -> set[int]:
    """The places of unknowns for which no other solution was found.

    `sizes` solve the equations (coefficients by place, right-hand sides known to the reader);
    another solution is made of whole numbers of at least one.
    """
    moves = _moves(equations, sizes)
    free: set[int] = set()
    for move in moves:
        for sign in (1, -1):
            if all(sizes[place] + sign * step >= 1 for place, step in move.items()):
                free |= move.keys()
    return set(range(len(sizes))) - free


def _moves(equations: Iterable[Equation], sizes: Sequence[int]) -> list[dict[int, int]]:
    """Whole-numbered vectors that span the null space of the equations.

    Large unknowns follow from small ones, because they have room to move.
    """
    pivots: dict[int, dict[int, Fraction]] = {}
    for equation in equations:
        row = {place: Fraction(value) for place, value in equation.items()}
        for place, pivot in pivots.items():
            _subtract(row, pivot, row.get(place, Fraction()))
        if not row:
            continue
        lead = max(row, key=lambda place: (sizes[place], place))
        scale = row[lead]
        row = {place: value / scale for place, value in row.items()}
        for pivot in pivots.values():
            _subtract(pivot, row, pivot.get(lead, Fraction()))
        pivots[lead] = row
    found = []
    for free in (place for place in range(len(sizes)) if place not in pivots):
        move = {free: Fraction(1)}
        move |= {lead: -row[free] for lead, row in pivots.items() if free in row}
        times = lcm(*(value.denominator for value in move.values()))
        found.append({place: int(value * times) for place, value in move.items()})
    return found


def _subtract(row: dict[int, Fraction], other: dict[int, Fraction], times: Fraction) -> None:
    if not times:
        return
    for place, value in other.items():
        left = row.get(place, Fraction()) - times * value
        if left:
            row[place] = left
        else:
            row.pop(place, None)
