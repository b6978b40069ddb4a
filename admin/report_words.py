"""What a report says in words: its sentence, how it changed, and the names in its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal, format_percent

from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.words import language_name
from casework.core.i18n import N_
from casework.insight.statistics.counting import Count, Counts, largest
from casework.insight.statistics.registry import AREA, LANGUAGE, SITE, Quarter, Report
from casework.life_areas import LifeArea
from casework.sites import Site

DIMENSION_NAMES = {AREA: N_("Life area"), SITE: N_("Site"), LANGUAGE: N_("Language")}


@dataclass(frozen=True)
class Line:
    """One line of a table: a name, its figures, and the length of its bar (0 to 1)."""

    name: str
    count: Count
    share: float


class Names:
    """The names of life areas, sites and languages in the reader's words, two statements."""

    def __init__(self) -> None:
        tag = reading_language()
        areas = list(LifeArea.select().order_by(LifeArea.position, LifeArea.code))
        self.known: dict[str, dict[str, str]] = {
            AREA: {str(row.id): row.label(tag) for row in areas},
            SITE: {str(row.id): row.name for row in Site.select()},
        }

    def value(self, dimension: str, value: str) -> str:
        """What a value of a dimension is called."""
        if not value:
            return _("not known")
        if dimension == LANGUAGE:
            return language_name(value)
        return self.known[dimension].get(value, _("is not there any more"))

    def kind(self, report: Report, kind: str) -> str:
        """What a kind of a report is called."""
        if isinstance(report.kinds, str):
            return self.value(report.kinds, kind)
        return _(report.kinds[kind]) if kind in report.kinds else kind

    def kinds(self, report: Report, counts: Counts) -> list[Line]:
        """The lines of a report: in its own order, or the largest first."""
        names = {kind: self.kind(report, kind) for kind in counts.kinds}
        return list(_lines(names, counts.kinds, ordered=not isinstance(report.kinds, str)))

    def by(self, dimension: str, counts: Counts) -> list[Line]:
        """The lines of one dimension, the largest first."""
        values = counts.by.get(dimension, {})
        names = {value: self.value(dimension, value) for value in values}
        return list(_lines(names, values, ordered=False))


def _lines(
    names: Mapping[str, str], counts: Mapping[str, Count], *, ordered: bool
) -> Iterator[Line]:
    keys = list(counts)
    if not ordered:
        keys.sort(key=lambda key: (-(counts[key].units or 0), names[key]))
    most = max((count.units or 0 for count in counts.values()), default=0)
    for key in keys:
        yield Line(names[key], counts[key], (counts[key].units or 0) / most if most else 0.0)


def sentence(report: Report, counts: Counts, names: Names) -> str:
    """The first sentence of the report whose figures can all be shown."""
    if counts.whole.units == 0:
        return _("There was nothing to count in this quarter.")
    known = {name: value for name, value in _figures(report, counts, names) if value is not None}
    for each in report.sentences:
        text = _(each)
        if all(f"%({name})s" not in text for name in PLACES if name not in known):
            return text % known
    return _("Fewer than five, so nothing is shown.")


PLACES = (
    "count", "marked", "percent", "days", "people", "top", "top_count", "top_days", "measure",
)  # fmt: skip


def _figures(report: Report, counts: Counts, names: Names) -> Iterator[tuple[str, Any]]:
    whole, top = counts.whole, largest(counts.kinds)
    yield "count", whole.units
    yield "marked", whole.marked
    if whole.units and whole.marked is not None:
        yield "percent", percent(whole.marked / whole.units)
    yield "days", whole.days
    yield "people", whole.people
    if top is not None:
        yield "top", names.kind(report, top[0])
        yield "top_count", top[1].units
        yield "top_days", top[1].days
    measured = measure(report, counts)
    yield "measure", None if measured is None else decimal(measured)


def measure(report: Report, counts: Counts) -> float | None:
    """The report's own measure from the counts that are shown; None where one is hidden."""
    shown = {kind: count.units for kind, count in counts.kinds.items() if count.units is not None}
    if report.measure is None or len(shown) < len(counts.kinds):
        return None
    return report.measure(shown)


def change(counts: Counts, before: Counts | None) -> str:
    """How the report's count differs from the quarter before; empty where one is not shown."""
    if before is None or counts.whole.units is None or before.whole.units is None:
        return ""
    more = counts.whole.units - before.whole.units
    if more == 0:
        return _("As many as in the quarter before.")
    text = _("%(count)s more than in the quarter before.")
    if more < 0:
        text = _("%(count)s fewer than in the quarter before.")
    return text % {"count": abs(more)}


def quarter_name(quarter: Quarter) -> str:
    """“3rd quarter of 2026”, as the reader's language numbers quarters."""
    return _("Quarter %(number)s of %(year)s", number=quarter.number, year=quarter.first.year)


def percent(share: float) -> str:
    """A share as it is written in the reader's language."""
    return format_percent(share, locale=reading_language())


def decimal(value: float) -> str:
    """A number with two places as it is written in the reader's language."""
    return format_decimal(value, format="0.00", locale=reading_language())
