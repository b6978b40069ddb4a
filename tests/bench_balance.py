"""Figures of the support balance: its pages for 2,000 households with 20,000 steps, and for
100,000 cases; what summing up one household and all of them costs.

`python -m tests.bench_balance`; `tests.bench` prints the same rows with its own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app import create_app
from casework.cases import Case
from casework.commands import load_starter_content
from casework.core.access import SYSTEM, Role
from casework.core.config import from_environment
from casework.core.db import connection, database, migrate, transaction
from casework.insight.balance.counting import CHUNK, recount
from casework.insight.balance.models import Balance
from casework.people import Household
from casework.plans.models import Step
from casework.staff import add_staff
from tests.bench_attention import EMAIL, NOW, SIZES, Row, Seed, measured, opened, show_attention
from tests.conftest import environment
from tests.world import PASSWORD


def balance_rows() -> list[Row]:
    """Name, milliseconds, limit and statements of each figure; 0 where there is no limit."""
    rows: list[Row] = []
    for cases, steps in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            rows += _rows_at(Path(folder), cases, steps)
    return rows


def _rows_at(folder: Path, cases: int, steps: int) -> list[Row]:
    address = f"sqlite:///{folder / 'balance.sqlite3'}"
    app = create_app(from_environment(environment(folder, address), folder))
    app.extensions["lotse"]["clock"] = lambda: NOW
    with connection():
        migrate()
        load_starter_content(at=NOW)
        staff = add_staff(EMAIL, Role.COORDINATOR, PASSWORD, by=SYSTEM, at=NOW)
        Seed().add(cases, steps)
        with transaction():
            # Every other step is done by somebody; the others still look for somebody.
            Step.update(staff=staff).where(Step.position % 2 == 0).execute()
        whole = _count_everything()
        if Balance.select().count() != cases:
            raise SystemExit("not every household has its sums; the bench measures nothing.")
        home = Case.select().order_by(Case.reference).first().household
    name = f"{cases:,} cases, {cases * steps:,} steps"
    found = [opened(app, path, f"{name}: {title}") for title, path in (
        ("heat map", "/admin/balance/"),
        ("heat map, page 40", "/admin/balance/?page=39"),
        ("heat map, double in one area", "/admin/balance/?flag=double&area=language"),
        ("one household", f"/admin/balance/{home.id}"),
    )]  # fmt: skip
    if cases < 10_000:
        found.append(opened(app, "/admin/balance/spread", f"{name}: curve and eight quarters"))
    with connection():
        found.append(measured(f"{name}: sum up one household", lambda: _sum_up([home.id])))
    found.append((f"{name}: sum up everything", whole, 0.0, 0))
    database.close_all()
    return found


def _count_everything() -> float:
    begun = time.perf_counter()
    for chunk in _chunks():
        _sum_up(chunk)
    return (time.perf_counter() - begun) * 1000


def _chunks() -> Iterator[list]:
    ids = [key for (key,) in Household.select(Household.id).tuples()]
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _sum_up(households: list) -> None:
    with transaction():
        recount(households, at=NOW)


if __name__ == "__main__":
    show_attention(balance_rows(), "support balance")
