"""Figures on whole quarters for who plans: what is blocked, what becomes of it, never a case."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor
from admin.base import DeskPage
from admin.curves import HEIGHT, WIDTH, points_of
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.report_words import (
    DIMENSION_NAMES,
    Names,
    change,
    decimal,
    measure,
    percent,
    quarter_name,
    sentence,
)
from casework.formats.tables import xlsx_bytes
from casework.insight.balance.inequality import lorenz
from casework.insight.statistics.counting import Count, Counts
from casework.insight.statistics.fixing import counts_of, fixed_quarters
from casework.insight.statistics.registry import REPORTS, Quarter, Report

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS_WIDE, COLUMNS_HIGH = 320, 96
MOST_QUARTERS = 8


@dataclass(frozen=True)
class Column:
    """One quarter in the chart of a report: where its column stands and how high it is."""

    quarter: Quarter
    count: Count | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Shown:
    """A report as it stands on the page."""

    report: Report
    counts: Counts
    sentence: str
    change: str
    columns: list[Column]
    curve: str = ""


class Reports(DeskPage):
    """The reports of one quarter, one report in full, the workbook and the yearly report."""

    title = _l("Reports")
    path = "reports"
    resource = "statistics"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Each report in one sentence with its chart and table."""
        quarters = fixed_quarters(by=current_actor())
        if not quarters:
            return self.render("desk/reports.html", chosen=None, quarters=[], shown=[])
        chosen, names = _chosen(quarters), Names()
        figures = _figures(quarters)
        shown = [
            _shown(report, chosen, figures, names)
            for report in REPORTS.values()
            if report.name in figures.get(chosen, {})
        ]
        return self.render(
            "desk/reports.html", chosen=chosen, quarters=quarters, shown=shown, names=names,
            years=sorted({each.first.year for each in quarters}, reverse=True), **WORDS,
        )  # fmt: skip

    @expose("/report/<which>")
    def of_one(self, which: str) -> ResponseReturnValue:
        """One report by each of its dimensions."""
        report = REPORTS.get(which) or abort(404)
        quarters = fixed_quarters(by=current_actor())
        chosen, names = _chosen(quarters), Names()
        figures = _figures(quarters)
        if which not in figures.get(chosen, {}):
            abort(404)
        return self.render(
            "desk/report.html", chosen=chosen, quarters=quarters, names=names,
            each=_shown(report, chosen, figures, names), **WORDS,
        )  # fmt: skip

    @expose("/workbook")
    def workbook(self) -> ResponseReturnValue:
        """All reports of all quarters that stand, a sheet each."""
        quarters = fixed_quarters(by=current_actor())
        if not quarters:
            abort(404)
        figures = counts_of(quarters, by=current_actor())
        book = BytesIO(xlsx_bytes(_sheets(figures, Names())))
        name = f"{_('reports')}-{quarters[0]}.xlsx"
        return send_file(book, mimetype=XLSX, as_attachment=True, download_name=name)

    @expose("/year/<int:year>")
    def of_year(self, year: int) -> ResponseReturnValue:
        """The quarters of a year in words and tables, to be printed."""
        quarters = [each for each in fixed_quarters(by=current_actor()) if each.first.year == year]
        if not quarters:
            abort(404)
        quarters.sort()
        return self.render(
            "desk/report_year.html", year=year, quarters=quarters, names=Names(),
            figures=counts_of(quarters, by=current_actor()), reports=REPORTS, kinds_of=_kinds_of,
            **WORDS,
        )  # fmt: skip


WORDS: dict[str, Any] = {
    "dimension_names": DIMENSION_NAMES, "quarter_name": quarter_name, "percent": percent,
    "say": sentence, "change": change, "measure": measure, "decimal": decimal,
    "columns_wide": COLUMNS_WIDE, "columns_high": COLUMNS_HIGH, "width": WIDTH, "height": HEIGHT,
}  # fmt: skip


def _chosen(quarters: list[Quarter]) -> Quarter:
    """The quarter that was asked for, or the newest one. Aborts where there is none."""
    if not quarters:
        abort(404)
    wanted = request.args.get("quarter", "")
    return next((each for each in quarters if str(each) == wanted), quarters[0])


def _figures(quarters: list[Quarter]) -> dict[Quarter, dict[str, Counts]]:
    return counts_of(quarters[:MOST_QUARTERS], by=current_actor()) | counts_of(
        [_chosen(quarters)], by=current_actor()
    )


def _shown(
    report: Report, chosen: Quarter, figures: dict[Quarter, dict[str, Counts]], names: Names
) -> Shown:
    counts = figures[chosen][report.name]
    before = figures.get(chosen.before, {}).get(report.name)
    known = {kind: each.units for kind, each in counts.kinds.items() if each.units is not None}
    curve = ""
    if measure(report, counts) is not None:
        curve = points_of(lorenz({int(kind): number for kind, number in known.items()}))
    return Shown(
        report, counts, sentence(report, counts, names), change(counts, before),
        _columns(report, figures), curve,
    )  # fmt: skip


def _columns(report: Report, figures: dict[Quarter, dict[str, Counts]]) -> list[Column]:
    """The report's count over the quarters, the oldest first."""
    found = [(quarter, figures[quarter].get(report.name)) for quarter in sorted(figures)]
    most = max((counts.whole.units or 0 for _, counts in found if counts), default=0)
    wide = COLUMNS_WIDE / max(len(found), 1)
    columns = []
    for place, (quarter, counts) in enumerate(found):
        count = counts.whole if counts else None
        high = COLUMNS_HIGH * (count.units or 0) / most if count and most else 0.0
        columns.append(
            Column(quarter, count, round(place * wide + wide * 0.15, 1),
                   round(COLUMNS_HIGH - high, 1), round(wide * 0.7, 1), round(high, 1))
        )  # fmt: skip
    return columns


def _kinds_of(
    report: Report, figures: dict[Quarter, dict[str, Counts]], names: Names
) -> list[tuple[str, str]]:
    """The kinds that occur in any quarter with their names."""
    found: dict[str, str] = {}
    for counts in (each[report.name] for each in figures.values() if report.name in each):
        found |= {kind: names.kind(report, kind) for kind in counts.kinds}
    is_fixed = not isinstance(report.kinds, str)
    return list(found.items()) if is_fixed else sorted(found.items(), key=lambda each: each[1])


def _sheets(figures: dict[Quarter, dict[str, Counts]], names: Names) -> dict[str, Any]:
    """A sheet with what is hidden and why, then one for each report."""
    sheets: dict[str, Any] = {
        _("About these figures"): (
            [_("About these figures")],
            [
                *([each] for each in _notes()),
                *([f"{_(each.title)}: {_(each.about)}"] for each in REPORTS.values()),
            ],
        )
    }
    for report in REPORTS.values():
        header = [_("Quarter"), _("By"), _("Value"), _(report.unit), _(report.marked)]
        header += [_("Days (middle)")] if report.has_days else []
        header += [_("People")] if report.has_people else []
        rows = [
            [str(quarter), by, value, *_cells(report, count)]
            for quarter in sorted(figures, reverse=True)
            if report.name in figures[quarter]
            for by, value, count in _rows(report, figures[quarter][report.name], names)
        ]
        sheets[_(report.title)] = (header, rows)
    return sheets


def _notes() -> tuple[str, ...]:
    return (
        _("Counted are households, in the report on requests the requests."),
        _(
            "Counts of one to four are hidden, and others with them so that nothing can be "
            "worked out."
        ),
        _("Figures of a quarter are counted once, when it is over, and do not change afterwards."),
    )


def _rows(report: Report, counts: Counts, names: Names) -> list[tuple[str, str, Count]]:
    rows = [(_("All together"), "", counts.whole)]
    rows += [(_(report.heading), line.name, line.count) for line in names.kinds(report, counts)]
    for dimension in report.by:
        rows += [
            (_(DIMENSION_NAMES[dimension]), line.name, line.count)
            for line in names.by(dimension, counts)
        ]
    return rows


def _cells(report: Report, count: Count) -> list[Any]:
    hidden = _("hidden")
    cells: list[Any] = [hidden if count.units is None else count.units]
    cells.append(hidden if count.marked is None else count.marked)
    cells += [count.days] if report.has_days else []
    cells += [hidden if count.people is None else count.people] if report.has_people else []
    return cells
