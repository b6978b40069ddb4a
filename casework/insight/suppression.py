"""Which figures stay hidden, so that nobody can be found in a table, not even by subtraction.

The source of the rule: counts below five are withheld and a second cell with them (primary and
secondary cell suppression, as in the handbooks of official statistics). Which cells are hidden
depends on the values alone, never on their order, so that knowing the rule does not help either:
hidden values could always be exchanged for one another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

LEAST = 5


def hidden_cells(counts: Sequence[int], also: Collection[int] = ()) -> frozenset[int] | None:
    """The places of the cells to hide in a row of counts whose total is shown.

    None where not even the total may be shown. Zeros are shown unless a count of one to four
    stands beside them. `also` are cells that must be hidden for another reason. What is hidden
    adds up to five or more, and holds two different values or is everything there is.
    """
    total = sum(counts)
    if total == 0:
        return frozenset()
    if total < LEAST or (also and len(counts) == 1):
        return None
    small = {place for place, count in enumerate(counts) if count < LEAST}
    hidden = set(also)
    if any(counts[place] for place in small):
        hidden |= small
    while hidden and len(hidden) < len(counts) and not _protected(counts, hidden):
        rest = set(range(len(counts))) - hidden
        lowest = min(counts[place] for place in rest)
        hidden |= {place for place in rest if counts[place] == lowest}
    return frozenset(hidden)


def _protected(counts: Sequence[int], hidden: Collection[int]) -> bool:
    values = [counts[place] for place in hidden]
    return sum(values) >= LEAST and len(set(values)) > 1


@dataclass(eq=False)
class Table:
    """Cells that add up to a total. Each cell is a set of submissions, one bit for each.

    `within` is the cell of another table that these cells divide, or None for a table that
    divides all submissions. `hidden` is None where nothing of the table is shown.
    """

    cells: list[int]
    within: tuple[Table, int] | None = None
    also: set[int] = field(default_factory=set)
    hidden: frozenset[int] | None = frozenset()

    @property
    def counts(self) -> list[int]:
        """How many submissions there are in each cell."""
        return [cell.bit_count() for cell in self.cells]

    @property
    def total(self) -> int:
        """The submissions of all cells."""
        found = 0
        for cell in self.cells:
            found |= cell
        return found

    def shown(self, place: int) -> int | None:
        """The count of a cell; None where it is hidden."""
        return self.cells[place].bit_count() if self.shows(place) else None

    def shows(self, place: int) -> bool:
        """Whether the count of a cell is shown."""
        return self.hidden is not None and place not in self.hidden

    def settle(self) -> None:
        """Decide anew what is hidden: nothing is shown of a total that is not."""
        above, place = self.within or (None, 0)
        is_known = above is None or above.shows(place)
        self.hidden = hidden_cells(self.counts, self.also) if is_known else None


def suppress(tables: Sequence[Table], everybody: int) -> None:
    """Hide in `tables` what must be hidden, also across any two of them.

    `everybody` has a bit for each submission; tables come after those that they divide. A
    question that is asked only after certain answers tells how often these were given: where
    shown cells of one table make up the same submissions as cells of another, hidden ones
    among them, more is hidden until nothing follows any longer.
    """
    while True:
        for table in tables:
            table.settle()
        closed = [table for table in tables if table.hidden]
        open_ = [table for table in tables if table.hidden is not None]
        if not any(
            _hide_what_tells(teller, table, everybody)
            for table in closed
            for teller in open_
            if teller is not table
        ):
            return


def _hide_what_tells(teller: Table, table: Table, everybody: int) -> bool:
    """Hide one more cell of `teller` if it gives hidden cells of `table` away; whether it did."""
    parts = _known_parts(teller, table, everybody)
    touched = [part for part in parts if _hidden_in(table, part)]
    bad = [part for part in touched if not _is_safe(_hidden_in(table, part))]
    if len(touched) < 2 or not bad:
        return False
    for part in (*bad, *touched):
        shown = [
            place for place, cell in enumerate(teller.cells) if cell & part and teller.shows(place)
        ]
        if shown:
            teller.also.add(min(shown, key=lambda place: teller.cells[place].bit_count()))
            return True
    if teller.within is None:
        return False
    above, place = teller.within
    above.also.add(place)
    return True


def _known_parts(teller: Table, table: Table, everybody: int) -> list[int]:
    """The smallest sets that are made of known blocks of `teller` and of cells of `table` alike.

    The size of each follows from `teller`: its shown cells, the hidden ones together, the rest.
    """
    together = 0
    parts = [everybody & ~teller.total]
    for place, cell in enumerate(teller.cells):
        if teller.shows(place):
            parts.append(cell)
        else:
            together |= cell
    parts.append(together)
    for cell in (*table.cells, everybody & ~table.total):
        merged = 0
        apart = []
        for part in parts:
            if part & cell:
                merged |= part
            elif part:
                apart.append(part)
        parts = [*apart, merged] if merged else apart
    return parts


def _hidden_in(table: Table, part: int) -> list[int]:
    """The sizes of the hidden cells of `table` that lie in `part`, empty ones left out."""
    return [
        cell.bit_count()
        for place, cell in enumerate(table.cells)
        if cell & part and not table.shows(place)
    ]


def _is_safe(sizes: list[int]) -> bool:
    return len(sizes) > 1 and sum(sizes) >= LEAST
