"""Figures of the support balance: its pages, the spread and its quarters, summing up.

`python -m tests.bench_balance`; `tests.bench` prints the same rows with its own.
"""

from __future__ import annotations

import uuid

from casework.cases import Case
from casework.core.db import connection, transaction
from casework.insight.balance.counting import recount
from casework.insight.balance.inequality import quarters
from casework.insight.balance.models import Balance, BalanceCell
from casework.insight.balance.past import QUARTERS_BACK, keep_spread
from casework.life_areas import LifeArea
from casework.people import Household
from tests.bench_town import NOW, Row, Town, in_all_towns, measured, once, opened, put, show_rows

# Everything is measured in the small town, and so many households in the large one.
PART = 5_000


def balance_rows(town: Town) -> list[Row]:
    """Name, milliseconds, limit and statements of each figure."""
    part = min(town.cases, PART)
    with connection():
        ids = [key for (key,) in Household.select(Household.id).limit(part).tuples()]
        name = town.name
        found = [once(f"{name}: sum up {part:,} households", lambda: _sum_up(ids))]
        if Balance.select().count() != part:
            raise SystemExit("not every household has its sums; the bench measures nothing.")
        home = Case.get(Case.household == ids[0]).household
        found.append(measured(f"{name}: sum up one household", lambda: _sum_up([home.id])))
        days = quarters(NOW.date(), QUARTERS_BACK)
        title = f"{name}: count the beginning of a quarter (worker)"
        found.append(once(title, lambda: keep_spread(days[-1], at=NOW)))
        if town.is_large:
            _fill(set(ids))
        else:
            for day in days[:-1]:
                keep_spread(day, at=NOW)
    return found + [opened(town.app, path, f"{name}: {title}") for title, path in (
        ("heat map", "/admin/balance/"),
        ("heat map, page 40", "/admin/balance/?page=39"),
        ("heat map, double in one area", "/admin/balance/?flag=double&area=language"),
        ("one household", f"/admin/balance/{home.id}"),
        ("curve and eight quarters", "/admin/balance/spread"),
        ("curve and eight quarters of one area", "/admin/balance/spread?area=language"),
    )]  # fmt: skip


def _fill(summed: set[uuid.UUID]) -> None:
    """Plain sums for all other households, so that the pages are read from a full table."""
    area = LifeArea.get(LifeArea.code == "language")
    others = [key for (key,) in Household.select(Household.id).tuples() if key not in summed]
    where = {"place": 7, "needs": 1, "doubled": 0}
    with transaction():
        put([Balance(household=key, supporters=1, counted_at=NOW, **where) for key in others])
        put([BalanceCell(household=key, life_area=area, staff=1, **where) for key in others])


def _sum_up(households: list[uuid.UUID]) -> None:
    with transaction():
        recount(households, at=NOW)


if __name__ == "__main__":
    show_rows(in_all_towns(balance_rows), "support balance")
