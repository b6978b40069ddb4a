"""Figures of a quarter are counted once, when it is over, and then stand for good.

So nothing can be learnt by looking twice: neither from a request that came in between, nor from
a correction, nor from what was deleted since. Only what may be shown is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from peewee import CharField, DateField, IntegrityError, JSONField, ModelSelect, fn

from casework.cases import Case
from casework.core.access import SYSTEM, Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.core.settings import setting
from casework.insight.statistics import reports  # fills the registry
from casework.insight.statistics.counting import Counts, counted, counts_from
from casework.insight.statistics.registry import REPORTS, Quarter, Report, quarter_of
from casework.submissions import Submission

__all__ = [
    "QuarterNotOver",
    "ReportFigures",
    "count_next",
    "counts_of",
    "fixed_quarters",
    "reports",
]
# How far back figures are counted when there are none yet.
QUARTERS_BACK = 8


class QuarterNotOver(Refusal):
    """Only a quarter that is over has figures."""

    msgid = N_("This quarter is not over yet. Its figures are counted on the day after its end.")


class ReportFigures(Base):
    """A report of one quarter as it is shown."""

    report = CharField(max_length=32)
    quarter = DateField()
    counted_at = UtcField()
    content = JSONField()

    class Meta:
        table_name = "report_figures"
        indexes = ((("quarter", "report"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who may see statistics: nobody can be found in them."""
        rows = cls.select()
        return rows if staff.may("statistics:read") else rows.where(cls.id.is_null())


@recorded("statistics:fixed", needs="statistics:edit")
def fix_figures(
    report: Report, quarter: Quarter, counts: Counts, *, by: Actor, at: datetime
) -> ReportFigures:
    """Store the figures of a quarter that is over; those that stand already stay.

    Raises `QuarterNotOver`.
    """
    if quarter.end > at:
        raise QuarterNotOver()
    row, _ = ReportFigures.get_or_create(
        report=report.name,
        quarter=quarter.first,
        defaults={"counted_at": at, "content": counts.as_json()},
    )
    return row


def count_next(*, at: datetime) -> bool:
    """Count one report of one quarter that is over and has no figures; whether there was one."""
    todo = next(_missing(at), None)
    if todo is None:
        return False
    report, quarter = todo
    counts = counted(report, quarter)  # takes its time, and therefore no writer's turn
    try:
        fix_figures(report, quarter, counts, by=SYSTEM, at=at)
    except IntegrityError:
        # Another process was quicker; its figures stand.
        return True
    return True


def fixed_quarters(*, by: Actor) -> list[Quarter]:
    """The quarters that have figures, the newest first. Raises `NotFound`."""
    if not by.may("statistics:read"):
        raise NotFound()
    zone = setting("site_zone")
    rows = ReportFigures.scope(by).select(ReportFigures.quarter).distinct()
    return sorted((Quarter(first, zone) for (first,) in rows.tuples()), reverse=True)


def counts_of(quarters: list[Quarter], *, by: Actor) -> dict[Quarter, dict[str, Counts]]:
    """The figures of each of `quarters` by the name of the report, one statement for all.

    A quarter or report without figures is not among them. Raises `NotFound` for who may not
    see statistics.
    """
    if not by.may("statistics:read"):
        raise NotFound()
    known = {quarter.first: quarter for quarter in quarters}
    found: dict[Quarter, dict[str, Counts]] = {}
    rows = ReportFigures.scope(by).where(ReportFigures.quarter << list(known))
    for row in rows:
        found.setdefault(known[row.quarter], {})[row.report] = counts_from(row.content)
    return found


def _missing(at: datetime) -> Iterator[tuple[Report, Quarter]]:
    """What is over and not counted yet, the newest quarter first."""
    zone = setting("site_zone")
    first = min(
        (moment for moment in (
            Case.select(fn.MIN(Case.opened_at)).scalar(),
            Submission.select(fn.MIN(Submission.received_at)).scalar(),
        ) if moment is not None),
        default=None,
    )  # fmt: skip
    if first is None:
        return
    rows = ReportFigures.select(ReportFigures.report, ReportFigures.quarter).tuples()
    known = set(rows)
    quarter = quarter_of(local_date(at, zone), zone).before
    for _ in range(QUARTERS_BACK):
        if quarter.end <= first:
            return
        for each in REPORTS.values():
            if (each.name, quarter.first) not in known:
                yield each, quarter
        quarter = quarter.before
