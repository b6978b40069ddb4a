"""How evenly support is spread over households: Lorenz curve and Gini coefficient."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.core.clock import day_begins
from casework.core.settings import setting
from casework.insight.balance.models import Balance
from casework.people import Household
from casework.supporters import Supporter, running, spans

Histogram = Mapping[int, int]


@dataclass(frozen=True)
class Spread:
    """How many households had how many distinct supporters on a day, and how unevenly."""

    day: date
    households: Histogram

    @property
    def gini(self) -> float | None:
        """The Gini coefficient; None where nobody is helped at all."""
        return gini(self.households)

    @property
    def mean(self) -> float:
        """Supporters per household."""
        number = sum(self.households.values())
        given = sum(count * each for count, each in self.households.items())
        return given / number if number else 0.0


def gini(households: Histogram) -> float | None:
    """The Gini coefficient of a distribution given as {supporters: number of households}.

    Half the mean absolute difference between all pairs, divided by the mean: with values x in
    ascending order G = 2 Σ i·x_i / (n Σ x_i) - (n + 1) / n (C. Gini, Variabilità e mutabilità,
    1912; A. Sen, On Economic Inequality, 1973, §2). It is 0 where all have the same, below 1
    always, and (n - 1) / n where one of n has everything. None where there is nothing to share.
    """
    number = sum(households.values())
    total = sum(count * each for count, each in households.items())
    if not total:
        return None
    weighted, before = 0, 0
    for count in sorted(households):
        each = households[count]
        # The sum of the ranks before + 1 … before + each.
        weighted += count * (each * before + each * (each + 1) // 2)
        before += each
    return (2 * weighted - (number + 1) * total) / (number * total)


def lorenz(households: Histogram) -> list[tuple[float, float]]:
    """The Lorenz curve: the share of support that the least supported share of households has.

    Points (households, support) from (0, 0) to (1, 1), one for each number of supporters that
    occurs; twice the area between the curve and the diagonal is the Gini coefficient. Only the
    two ends where there is nothing to share (M. O. Lorenz, Publications of the American
    Statistical Association 9, 1905).
    """
    number = sum(households.values())
    total = sum(count * each for count, each in households.items())
    if not total:
        return [(0.0, 0.0), (1.0, 1.0)]
    points, people, given = [(0.0, 0.0)], 0, 0
    for count in sorted(count for count, each in households.items() if each):
        people += households[count]
        given += count * households[count]
        points.append((people / number, given / total))
    return points


def spread_now(staff: Actor, *, today: date, site: uuid.UUID | None = None) -> Spread:
    """The distribution as it stands in the sums that `staff` may see."""
    rows: Any = Balance.scope(staff)
    if site is not None:
        rows = rows.where(Balance.site == site)
    counted = rows.select(Balance.supporters).tuples()
    return Spread(today, Counter(count for (count,) in counted))


def spreads(
    staff: Actor,
    days: Sequence[date],
    *,
    site: uuid.UUID | None = None,
    area: uuid.UUID | None = None,
) -> list[Spread]:
    """The distribution at the beginning of each of `days`, from the dates of what was done.

    Households with a case that was open then count, as far as `staff` may see them now; a case
    that was closed and opened again counts as open in between. Seven statements for all days.
    """
    periods = _periods(staff, site)
    zone = setting("site_zone")
    helped = _helped(list(periods), days, area, zone)
    found = []
    for day in days:
        moment = day_begins(day, zone)
        there = [
            household
            for household, spells in periods.items()
            if any(opened <= moment and (end is None or end > moment) for opened, end in spells)
        ]
        found.append(Spread(day, Counter(len(helped[day].get(each, ())) for each in there)))
    return found


def quarters(today: date, number: int) -> list[date]:
    """The first days of the last `number` quarters up to that of `today`, the oldest first."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    found = [first]
    while len(found) < number:
        before = found[-1] - timedelta(days=1)
        found.append(date(before.year, (before.month - 1) // 3 * 3 + 1, 1))
    return found[::-1]


def _periods(
    staff: Actor, site: uuid.UUID | None
) -> dict[uuid.UUID, list[tuple[datetime, datetime | None]]]:
    """From when until when each household had a case."""
    seen: Any = Household.scope(staff).select(Household.id)
    if site is not None:
        seen = seen.where(Household.site == site)
    rows: Any = Case.select(Case.household, Case.opened_at, Case.state, Case.closed_at)
    if site is not None or not staff.sees_all:
        rows = rows.where(Case.household << seen)
    found: dict[uuid.UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for household, opened, state, closed in rows.tuples():
        found[household].append((opened, None if state in LIVE_STATES else closed))
    return dict(found)


def _helped(
    households: list[uuid.UUID], days: Sequence[date], area: uuid.UUID | None, zone: str
) -> dict[date, dict[uuid.UUID, set[Supporter]]]:
    """Who helped which household on each of the days."""
    known = set(households)
    every = [
        span
        for span in spans()
        if span.household in known and (area is None or span.area == area)
    ]  # fmt: skip
    found: dict[date, dict[uuid.UUID, set[Supporter]]] = {}
    for day in days:
        helped: dict[uuid.UUID, set[Supporter]] = defaultdict(set)
        for span in running(every, day_begins(day, zone)):
            helped[span.household].add(span.supporter)
        found[day] = helped
    return found
