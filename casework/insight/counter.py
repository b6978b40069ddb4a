"""Figures of the counter, week by week: how many came, what about, in which language.

For who sees the visits themselves: nothing is hidden here as it is in published figures.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from peewee import Case as When
from peewee import fn

from casework.appointments import Appointment
from casework.attendance import day_in
from casework.core.access import Actor
from casework.visits import Visit

WEEK = 7


@dataclass(frozen=True)
class Week:
    """What one week brought; `areas` by key of the life area, None where none was named."""

    monday: date
    visits: int = 0
    unknown: int = 0
    areas: Counter[uuid.UUID | None] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    appointments: Counter[str] = field(default_factory=Counter)


def monday_of(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


def week_of(staff: Actor, monday: date, zone: str) -> Week:
    """The figures of the week that begins on `monday`, in two statements."""
    start, end = day_in(zone, monday, WEEK)
    groups = (Visit.life_area, Visit.language, Visit.outcome, Visit.case.is_null())
    rows = (
        Visit.scope(staff)
        .select(*groups, fn.COUNT(Visit.id))
        .where((Visit.at >= start) & (Visit.at < end))
        .group_by(*groups)
    )
    found: dict[str, Any] = {
        "areas": Counter(), "languages": Counter(), "outcomes": Counter(), "unknown": 0,
    }  # fmt: skip
    for area, language, outcome, is_unknown, count in rows.tuples():
        found["areas"][area] += count
        found["languages"][language] += count
        found["outcomes"][outcome] += count
        found["unknown"] += count if is_unknown else 0
    visits = sum(found["outcomes"].values())
    return Week(monday, visits, appointments=_appointments(staff, start, end), **found)


def visits_by_week(staff: Actor, monday: date, zone: str, weeks: int = 8) -> list[tuple[date, int]]:
    """Visits in each of the last `weeks` weeks up to that of `monday`, in one statement."""
    mondays = [monday - timedelta(days=WEEK * back) for back in reversed(range(weeks))]
    spans = [day_in(zone, each, WEEK) for each in mondays]
    sums = [
        fn.SUM(When(None, [((Visit.at >= start) & (Visit.at < end), 1)], 0)) for start, end in spans
    ]
    rows = (
        Visit.scope(staff)
        .select(*sums)
        .where((Visit.at >= spans[0][0]) & (Visit.at < spans[-1][1]))
    )
    return list(zip(mondays, (count or 0 for count in rows.tuples().get()), strict=True))


def _appointments(staff: Actor, start: Any, end: Any) -> Counter[str]:
    """How many appointments of a time are in which state."""
    rows = (
        Appointment.scope(staff)
        .select(Appointment.state, fn.COUNT(Appointment.id))
        .where((Appointment.starts_at >= start) & (Appointment.starts_at < end))
        .group_by(Appointment.state)
    )
    return Counter(dict(rows.tuples()))
