"""`make bench`: figures as ratios of rivals in the same run. `python -m tests.bench`.

Each figure is the median of several rounds, the rivals taking turns within a round, so
that a noisy machine is noisy for both.
"""

from __future__ import annotations

import gc
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_admin import Admin
from flask_admin.contrib.peewee import ModelView
from flask_babel import Babel

from app import create_app
from casework.cases import Case
from casework.commands import load_starter_content
from casework.core.access import SYSTEM, Role
from casework.core.config import from_environment
from casework.core.db import connection, database, migrate, transaction
from casework.people import Household, Person
from casework.staff import add_staff
from tests.bench_attention import attention_rows, show_attention
from tests.bench_balance import balance_rows
from tests.bench_forms import editor_row, form_rows, show_limits
from tests.conftest import environment
from tests.pages import csrf_token
from tests.world import PASSWORD

ROUNDS = 15
EMAIL = "bench@example.org"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Table = list[tuple[str, float, float]]


def main() -> None:
    rows: Table = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        config = from_environment(environment(path, f"sqlite:///{path / 'bench.sqlite3'}"), path)
        app = create_app(config)
        app.config["WTF_CSRF_ENABLED"] = True
        with connection():
            migrate()
            load_starter_content(at=NOW)
            add_staff(EMAIL, Role.COORDINATOR, PASSWORD, by=SYSTEM, at=NOW)
        rows += portal_rows(app)
        forms = large_forms(app)
        desk, stock = signed_in(app), checked(stock_app().test_client())
        have = 0
        for count in (1_000, 100_000):
            with connection():
                add_cases(count - have)
            have = count
            rows += list_rows(desk, stock, count)
        database.close_all()
    show(rows)
    show_attention(attention_rows())
    show_attention(balance_rows(), "support balance")
    print()
    show_limits(forms)


def portal_rows(app: Flask) -> Table:
    """Pages of the portal against a bare Flask that says hello."""
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "hello")
    rival, ours = checked(bare.test_client()), checked(app.test_client())
    found = []
    for name, path in (("start page", "/de/"), ("first page of the form", "/ar/form/help")):
        mine, theirs = race(lambda p=path: ours(p), lambda: rival("/"), per_round=10)
        found.append((f"portal: {name} / bare Flask “hello”", mine, theirs))
    return found


def large_forms(app: Flask) -> Table:
    """Large forms in the portal, each figure with its limit; they are sent without a token."""
    app.config["WTF_CSRF_ENABLED"] = False
    found = form_rows(app)
    app.config["WTF_CSRF_ENABLED"] = True
    return [*found, editor_row(signed_in(app))]


def list_rows(desk: Callable[[str], int], stock: Callable[[str], int], count: int) -> Table:
    """The case list against the stock view on the same rows."""
    found = []
    last = count // 50 - 1
    for name, ours, theirs in (
        ("first page", "/admin/case/", "/admin/case/"),
        ("page 15", "/admin/case/?page=14", "/admin/case/?page=14"),
        ("middle page", f"/admin/case/?page={last // 2}", f"/admin/case/?page={last // 2}"),
        ("last page", f"/admin/case/?page={last}", f"/admin/case/?page={last}"),
    ):
        mine, rival = race(lambda p=ours: desk(p), lambda p=theirs: stock(p), per_round=1)
        found.append((f"case list, {count:,} rows, {name} / stock view", mine, rival))
    return found


def race(
    ours: Callable[[], object], theirs: Callable[[], object], *, per_round: int
) -> tuple[float, float]:
    """Medians of both in milliseconds, measured in turn."""
    ours(), theirs()
    mine, rival = [], []
    for _ in range(ROUNDS):
        mine.append(timed(ours, per_round))
        rival.append(timed(theirs, per_round))
    return statistics.median(mine), statistics.median(rival)


def timed(call: Callable[[], object], times: int) -> float:
    gc.collect()
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) * 1000 / times


def signed_in(app: Flask) -> Callable[[str], int]:
    """A function that opens a page of the back office and insists that it is there."""
    client = app.test_client()
    token = csrf_token(client.get("/admin/login").get_data(as_text=True))
    client.post("/admin/login", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD})

    return checked(client)


def checked(client: FlaskClient) -> Callable[[str], int]:
    """A function that opens a page and stops the bench where it is not there."""

    def open_page(path: str) -> int:
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}; the bench measures nothing.")
        return len(answer.data)

    return open_page


def stock_app() -> Flask:
    """Flask-Admin's own view of the same table."""
    app = Flask("stock")
    app.secret_key = "bench"
    Babel(app)
    app.before_request(lambda: database.connect(reuse_if_open=True) and None)
    app.teardown_request(lambda error: None if database.is_closed() else database.close())

    class StockCases(ModelView):
        page_size = 50
        column_list = (
            "reference",
            "household",
            "organization",
            "assigned_to",
            "state",
            "opened_at",
        )

    Admin(app, url="/admin").add_view(StockCases(Case, endpoint="case", url="/admin/case"))
    return app


def add_cases(count: int) -> None:
    start = Case.select().count()
    for begin in range(start, start + count, 5_000):
        numbers = range(begin, min(begin + 5_000, start + count))
        households = [Household(name=f"Household {n}", created_at=NOW) for n in numbers]
        people = [
            Person(household=home, given_name="Amal", family_name=f"Example {n}", is_contact=True,
                   created_at=NOW)
            for n, home in zip(numbers, households, strict=True)
        ]  # fmt: skip
        cases = [
            Case(reference=f"B-{n:07d}", household=home, state="active", state_since=NOW,
                 opened_at=NOW - timedelta(minutes=n))
            for n, home in zip(numbers, households, strict=True)
        ]  # fmt: skip
        with transaction():
            Household.insert_rows(households)
            Person.insert_rows(people)
            Case.insert_rows(cases)


def show(rows: Table) -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}; "
          f"medians of {ROUNDS} rounds, in milliseconds\n")  # fmt: skip
    print("| figure | ours | rival | ratio |\n|---|---|---|---|")
    for name, mine, rival in rows:
        print(f"| {name} | {mine:.2f} | {rival:.2f} | {mine / rival:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
