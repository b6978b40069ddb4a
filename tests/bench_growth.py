"""Figures of what grows with the years: forecast, workload, sites, counter and week.

The counter has five years of sixty visits a week behind it, and as many appointments.

`python -m tests.bench_growth`; `tests.bench` prints the same rows with its own.
"""

from __future__ import annotations

from datetime import timedelta

from casework.appointments import Appointment
from casework.cases import Case
from casework.core.db import connection, transaction
from casework.insight.statistics.fixing import count_next
from casework.insight.statistics.registry import REPORTS
from casework.visits import Visit
from tests.bench_town import NOW, Row, Town, in_all_towns, once, opened, put, show_rows

WEEKS, A_WEEK = 260, 60
PAGES = (
    ("forecast", "/admin/forecast/"),
    ("workload", "/admin/workload/"),
    ("sites and who is announced", "/admin/growth/"),
    ("counter", "/admin/counter/"),
    ("my week", "/admin/week/"),
)


def growth_rows(town: Town) -> list[Row]:
    """Name, milliseconds, limit and statements of each figure."""
    found = []
    with connection():
        _five_years(town)
        if not town.is_large:
            title = f"{town.name}: count all reports of a quarter (worker)"
            found.append(once(title, lambda: [count_next(at=NOW) for _report in REPORTS]))
    for title, path in PAGES:
        found.append(opened(town.app, path, f"{town.name}: {title}"))
    return found


def _five_years(town: Town) -> None:
    cases = list(Case.select(Case.id).limit(A_WEEK))
    visits, appointments = [], []
    for week in range(WEEKS):
        for place, case in enumerate(cases):
            at = NOW - timedelta(weeks=week, minutes=7 * place)
            visits.append(
                Visit(at=at, case=case, staff=town.staff, language="ar", outcome="helped")
            )
            appointments.append(Appointment(
                case=case, staff=town.staff, starts_at=at + timedelta(minutes=90), subject="Talk",
                state="kept" if week else "planned", state_since=at, arranged_at=at, created_at=at,
            ))  # fmt: skip
    with transaction():
        put(visits)
        put(appointments)


if __name__ == "__main__":
    show_rows(in_all_towns(growth_rows), "growth and counter")
