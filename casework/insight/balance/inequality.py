"""How evenly support is spread over households: Lorenz curve and Gini coefficient."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import SQL, Value, fn

from casework.core.access import Actor
from casework.insight.balance.models import Balance, BalanceCell

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


def spread_now(
    staff: Actor, *, today: date, site: uuid.UUID | None = None, area: uuid.UUID | None = None
) -> Spread:
    """The distribution as it stands in the sums that `staff` may see; at most two statements."""
    if area is None:
        return Spread(today, _counted(Balance.scope(staff), Balance, Balance.supporters, site))
    each = BalanceCell
    helpers: Any = each.provider + each.staff + each.volunteer + each.named + each.others
    cells = each.scope(staff).where(each.life_area == area)
    found = _counted(cells, each, helpers, site)
    whole = _counted(Balance.scope(staff), Balance, Value(0), site)
    # A household without a cell has neither a need nor help there.
    if others := whole.total() - found.total():
        found[0] += others
    return Spread(today, found)


def quarters(today: date, number: int) -> list[date]:
    """The first days of the last `number` quarters up to that of `today`, the oldest first."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    found = [first]
    while len(found) < number:
        before = found[-1] - timedelta(days=1)
        found.append(date(before.year, (before.month - 1) // 3 * 3 + 1, 1))
    return found[::-1]


def _counted(rows: Any, model: Any, number: Any, site: uuid.UUID | None) -> Counter[int]:
    """How many of `rows`, at `site` if one is named, have each `number`."""
    if site is not None:
        rows = rows.where(model.site == site)
    counted = rows.select(number, fn.COUNT(SQL("*"))).group_by(SQL("1"))
    return Counter({key: each for key, each in counted.tuples() if each})
