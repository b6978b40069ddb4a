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
from casework.core.db import connection, database, migrate
from casework.staff import add_staff
from tests.bench_answers import answer_rows
from tests.bench_attention import attention_rows
from tests.bench_balance import balance_rows
from tests.bench_forms import editor_row, form_rows, show_limits
from tests.bench_growth import growth_rows
from tests.bench_screens import screen_rows
from tests.bench_town import EMAIL, NOW, SIZES, Row, Town, show_rows, town
from tests.conftest import environment
from tests.pages import csrf_token
from tests.world import PASSWORD

ROUNDS = 15
BENCHES = {
    "attention queue": attention_rows,
    "support balance": balance_rows,
    "growth and counter": growth_rows,
}
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
        database.close_all()
    tables = in_towns(rows)
    show(rows)
    for what, found in tables.items():
        show_rows(found, what)
    print()
    show_limits(forms)


def in_towns(lists: Table) -> dict[str, list[Row]]:
    """The rows of each bench in each town, by what they are about; `lists` grows as well."""
    tables: dict[str, list[Row]] = {}
    for size in SIZES:
        with town(*size) as each:
            lists += list_rows(each)
            for what, measure in BENCHES.items():
                tables.setdefault(what, []).extend(measure(each))
            if not each.is_large:  # `tests.bench_screens` furnishes the large one, which takes long
                tables["screens of the menu"] = screen_rows(each)
                tables["answers"] = answer_rows(each)
    return tables


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


def list_rows(town: Town) -> Table:
    """The case list against the stock view on the same rows."""
    town.app.config["WTF_CSRF_ENABLED"] = True
    desk, stock = signed_in(town.app), checked(stock_app().test_client())
    found = []
    last = town.cases // 50 - 1
    for name, page in (("first page", 0), ("page 15", 14), ("middle page", last // 2),
                       ("last page", last)):  # fmt: skip
        address = f"/admin/case/?page={page}" if page else "/admin/case/"
        mine, rival = race(lambda p=address: desk(p), lambda p=address: stock(p), per_round=1)
        found.append((f"case list, {town.cases:,} rows, {name} / stock view", mine, rival))
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


def show(rows: Table) -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}; "
          f"medians of {ROUNDS} rounds, in milliseconds\n")  # fmt: skip
    print("| figure | ours | rival | ratio |\n|---|---|---|---|")
    for name, mine, rival in rows:
        print(f"| {name} | {mine:.2f} | {rival:.2f} | {mine / rival:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
