"""The towns that are measured: 2,000 households with 20,000 steps, and 100,000 cases.

Each size is built once, and every bench that needs it measures there.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from peewee import Node

from app import create_app
from casework.cases import Case
from casework.commands import load_starter_content
from casework.core.access import SYSTEM, Role
from casework.core.config import from_environment
from casework.core.db import connection, database, migrate, transaction
from casework.insight.attention.entries import AttentionMark
from casework.life_areas import LifeArea, NeedCategory
from casework.needs import Need
from casework.people import Household, Person
from casework.plans.models import Goal, Plan, Step
from casework.providers import Organization, Service
from casework.referrals import Referral
from casework.sites import Site
from casework.staff import Staff, add_staff
from tests.conftest import environment
from tests.databases import statements
from tests.pages import csrf_token
from tests.world import PASSWORD

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
EMAIL = "bench.town@example.org"
ROUNDS = 9
LIMIT = 300.0
SIZES = ((2_000, 10), (100_000, 2))
SITES = 10
# Name, milliseconds, limit (0 for none) and statements of a figure.
Row = tuple[str, float, float, int]


@dataclass(frozen=True)
class Town:
    """A town that stands, with its application and one coordinator."""

    app: Flask
    staff: Staff
    cases: int
    steps: int

    @property
    def name(self) -> str:
        """How figures of it begin."""
        return f"{self.cases:,} cases, {self.cases * self.steps:,} steps"

    @property
    def is_large(self) -> bool:
        """Whether it is the one that everything in it is too much to measure of."""
        return self.cases > 10_000


@contextmanager
def town(cases: int, steps: int) -> Iterator[Town]:
    """A town of this size in a database of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        address = f"sqlite:///{folder / 'town.sqlite3'}"
        app = create_app(from_environment(environment(folder, address), folder))
        app.extensions["lotse"]["clock"] = lambda: NOW
        with connection():
            migrate()
            load_starter_content(at=NOW)
            staff = add_staff(EMAIL, Role.COORDINATOR, PASSWORD, by=SYSTEM, at=NOW)
            Seed(staff).add(cases, steps)
            AttentionMark.delete().execute()
        yield Town(app, staff, cases, steps)
        database.close_all()


class Seed:
    """Rows by the thousand, without verbs: every fifth case has a plan that stalls, every third a
    need that nobody helps with, every fourth a referral that nobody answered, and every other
    step is done by somebody."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.area = LifeArea.select().first()
        self.category = NeedCategory.select().first()
        with transaction():
            home = Organization.create(name="Bench")
            self.service = Service.create(organization=home, name="Bench")
            self.sites = [Site.create(name=f"Site {n}", capacity=40_000) for n in range(SITES)]

    def add(self, count: int, steps: int) -> None:
        """Add `count` cases, each with a plan of `steps` steps."""
        for begin in range(0, count, 2_000):
            with transaction():
                self._batch(range(begin, min(begin + 2_000, count)), steps)

    def _batch(self, numbers: range, steps: int) -> None:
        homes = [
            Household(name=f"Household {n}", site=self.sites[n % SITES], created_at=NOW)
            for n in numbers
        ]
        people = [
            Person(household=home, given_name="Amal", family_name=f"Example {n}", is_contact=True,
                   created_at=NOW - timedelta(minutes=n))
            for n, home in zip(numbers, homes, strict=True)
        ]  # fmt: skip
        cases = [
            Case(reference=f"A-{n:07d}", household=home, site=home.site, state="active",
                 state_since=NOW, opened_at=NOW - timedelta(days=n % 50, minutes=n % 1440),
                 last_contact_at=NOW - timedelta(minutes=n % 40_000),
                 counselling_until=NOW.date() + timedelta(days=200 + n % 900))
            for n, home in zip(numbers, homes, strict=True)
        ]  # fmt: skip
        for rows in (
            homes,
            people,
            cases,
            *self._work(list(zip(numbers, cases, strict=True)), steps),
        ):
            put(rows)

    def _work(self, cases: list[tuple[int, Case]], steps: int) -> Iterator[list[Any]]:
        plans, goals, rows, needs, referrals = [], [], [], [], []
        for number, case in cases:
            plan = Plan(case=case, started_at=NOW - timedelta(days=number % 20), reviews=1,
                        review_on=NOW.date() + timedelta(days=number % 90))  # fmt: skip
            goal = Goal(case=case, plan=plan, life_area=self.area, texts={"de": "Ziel"},
                        state_since=NOW, created_at=NOW)  # fmt: skip
            plans.append(plan)
            goals.append(goal)
            for place in range(steps):
                late = number % 5 == 0 and place == 0
                due = NOW.date() + timedelta(days=-20 if late else 30 + place)
                rows.append(Step(
                    case=case, goal=goal, position=place, texts={"de": "Schritt"}, doer="staff",
                    staff=self.staff if place % 2 == 0 else None, due_on=due, state_since=NOW,
                    created_at=NOW,
                ))  # fmt: skip
            waited = timedelta(days=20 if number % 3 == 0 else 1, minutes=number % 600)
            need = Need(case=case, category=self.category, life_area=self.area,
                        state_since=NOW - waited, opened_at=NOW)  # fmt: skip
            needs.append(need)
            if number % 4 == 0:
                sent = NOW - timedelta(days=15 if number % 8 == 0 else 3, minutes=number % 600)
                referrals.append(Referral(
                    case=case, need=need, service=self.service,
                    organization=self.service.organization, state="sent", state_since=sent,
                    created_at=sent, sent_at=sent,
                ))  # fmt: skip
        yield from (plans, goals, rows, needs, referrals)


def put(rows: list[Any]) -> None:
    """Insert many rows with one prepared statement: a town is built in a quarter of the time."""
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.sorted_fields
    values = [[field.db_value(row.__data__.get(field.name)) for field in fields] for row in rows]
    if any(isinstance(value, Node) for value in values[0]):
        model.insert_rows(rows)
        return
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join("?" for _field in fields)
    table = model._meta.table_name
    sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'
    database.cursor().executemany(sql, values)


def opened(app: Flask, path: str, name: str) -> Row:
    """The figure of a page of the desk; stops the bench where it is not there."""
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = csrf_token(client.get("/admin/login").get_data(as_text=True))
    client.post("/admin/login", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD})

    def open_page() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}; the bench measures nothing.")

    return measured(name, open_page)


def measured(name: str, call: Callable[[], object], rounds: int = ROUNDS) -> Row:
    """The median of several rounds, with the statements of one."""
    call()
    with statements() as found:
        call()
    spans = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        spans.append((time.perf_counter() - begun) * 1000)
    return name, statistics.median(spans), LIMIT, len(found)


def once(name: str, call: Callable[[], object]) -> Row:
    """How long something took that is done once; no limit."""
    begun = time.perf_counter()
    call()
    return name, (time.perf_counter() - begun) * 1000, 0.0, 0


def show_rows(rows: list[Row], what: str) -> None:
    """Print the table."""
    print(f"\n| {what} | ms | limit | statements |\n|---|---|---|---|")
    for name, figure, limit, count in rows:
        print(f"| {name} | {figure:.1f} | {limit or '–'} | {count or '–'} |")


def in_all_towns(measure: Callable[[Town], list[Row]]) -> list[Row]:
    """The figures of one bench in each town."""
    found: list[Row] = []
    for size in SIZES:
        with town(*size) as each:
            found += measure(each)
    return found
