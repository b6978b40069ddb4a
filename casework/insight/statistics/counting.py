"""Rows of a report become counts, with what must be hidden left out in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any
from uuid import UUID

from casework.cases import Case
from casework.insight.statistics.disclosure import Line, hidden_keys
from casework.insight.statistics.registry import AREA, LANGUAGE, SITE, Quarter, Report, Row
from casework.insight.suppression import LEAST

Key = tuple[str, str, str]
Places = Mapping[UUID, tuple[UUID | None, str]]
ALL, MARKED, REST = "all", "marked", "rest"
WHOLE: Key = ("", "", ALL)


@dataclass(frozen=True)
class Count:
    """Units, how many of them are marked, the median of their days, and the people in them.

    None where a figure is hidden or the report has none.
    """

    units: int | None
    marked: int | None = None
    days: int | None = None
    people: int | None = None


@dataclass(frozen=True)
class Counts:
    """A report of one quarter: as a whole, by kind, and by each value of each dimension.

    Values are ids of sites, codes of languages and ids of life areas as text, empty for what
    has none.
    """

    whole: Count
    kinds: dict[str, Count] = field(default_factory=dict)
    by: dict[str, dict[str, Count]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What `counts_from` reads."""
        return asdict(self)


def counts_from(data: Mapping[str, Any]) -> Counts:
    """Counts as they were written by `as_json`."""
    return Counts(
        Count(**data["whole"]),
        {kind: Count(**each) for kind, each in data["kinds"].items()},
        {
            dimension: {value: Count(**each) for value, each in values.items()}
            for dimension, values in data["by"].items()
        },
    )


def counted(report: Report, quarter: Quarter) -> Counts:
    """The counts of `report` in `quarter` from the rows as they are now, safe to be shown."""
    rows = list(report.find(quarter))
    return _Tables(report, rows, _places() if {SITE, LANGUAGE} & set(report.by) else {}).counts()


def _places() -> Places:
    """Site and language of each household: those of its newest case."""
    rows = Case.select(Case.household, Case.site, Case.language).order_by(Case.opened_at, Case.id)
    return {household: (site, language) for household, site, language in rows.tuples().iterator()}


class _Tables:
    """The sets of units behind every count of one report."""

    def __init__(self, report: Report, rows: Iterable[Row], places: Places) -> None:
        self.report = report
        self.bits: dict[UUID, int] = {}
        self.days: dict[Key, dict[UUID, float]] = defaultdict(dict)
        self.people: dict[UUID, int] = {}
        self.sets: dict[Key, set[UUID]] = defaultdict(set)
        if not isinstance(report.kinds, str):
            for kind in report.kinds:
                self.sets["kind", kind, ALL] = set()
        self.sets[WHOLE] = set()
        for row in rows:
            self._add(row, places)
        self.hidden = self._hidden()

    def _add(self, row: Row, places: Places) -> None:
        site, language = places.get(row.unit, (None, ""))
        values = {AREA: row.area, SITE: site, LANGUAGE: language}
        self.people[row.unit] = row.people
        keys = [("", ""), ("kind", row.kind)]
        keys += [(dimension, str(values[dimension] or "")) for dimension in self.report.by]
        for name, value in keys:
            self.sets[name, value, ALL].add(row.unit)
            if row.marked:
                self.sets[name, value, MARKED].add(row.unit)
            if row.days is not None:
                known = self.days[name, value, ALL]
                known[row.unit] = max(row.days, known.get(row.unit, 0.0))

    def _hidden(self) -> set[Key]:
        places = {unit: place for place, unit in enumerate(self.sets[WHOLE])}
        cells = {}
        for name, value, part in list(self.sets):
            if part == ALL:
                every = self.sets[name, value, ALL]
                marked = self.sets[name, value, MARKED] if self.report.marked else set()
                cells[name, value, ALL] = _bits(every, places)
                cells[name, value, MARKED] = _bits(marked, places)
                cells[name, value, REST] = _bits(every - marked, places)
        weights = {key: _weight(key) for key in cells}
        return hidden_keys(cells, self._lines(list(cells)), weights)

    def _lines(self, keys: list[Key]) -> list[Line[Key]]:
        """What adds up: each count from its two parts, the whole from each dimension's values."""
        lines: list[Line[Key]] = []
        if self.report.marked:
            lines += [
                ((name, value, ALL), [(name, value, MARKED), (name, value, REST)])
                for name, value, part in keys
                if part == ALL
            ]
        for dimension in ("kind", *self.report.by):
            for wanted in (ALL, MARKED, REST):
                parts = [key for key in keys if key[0] == dimension and key[2] == wanted]
                lines.append((("", "", wanted), parts))
        return lines

    def counts(self) -> Counts:
        """Everything that is shown."""
        found: dict[str, dict[str, Count]] = {"kind": {}, **{name: {} for name in self.report.by}}
        for name, value, part in self.sets:
            if part == ALL and name:
                found[name][value] = self._count(name, value)
        kinds = found.pop("kind")
        return Counts(self._count("", ""), kinds, found)

    def _count(self, name: str, value: str) -> Count:
        key = (name, value, ALL)
        if key in self.hidden:
            return Count(None)
        units, days = self.sets[key], self.days.get(key, {})
        marked = self.sets.get((name, value, MARKED), set())
        shows_marked = self.report.marked and (name, value, MARKED) not in self.hidden
        return Count(
            len(units),
            len(marked) if shows_marked else None,
            round(median(days.values())) if len(days) >= LEAST else None,
            sum(self.people[unit] for unit in units) if self.report.has_people else None,
        )


def _weight(key: Key) -> int:
    """What is hidden last: the whole, then counts as such, then what is marked in all."""
    name, _value, part = key
    if part == ALL:
        return 2 if name else 3
    return 0 if name else 1


def _bits(units: set[UUID], places: Mapping[UUID, int]) -> int:
    found = bytearray(len(places) // 8 + 1)
    for unit in units:
        place = places[unit]
        found[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(found, "little")


def largest(values: Mapping[str, Count]) -> tuple[str, Count] | None:
    """The value with the largest count that is shown and not zero; None where there is none."""
    known = [(value, count) for value, count in values.items() if count.units]
    order: Callable[[tuple[str, Count]], Any] = lambda item: (-(item[1].units or 0), item[0])  # noqa: E731
    return min(known, key=order, default=None)
