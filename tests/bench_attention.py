"""Figures of the attention queue: first pages for 2,000 people with 20,000 steps, and for 100,000
cases; what judging one changed case and everything costs.

`python -m tests.bench_attention`; `tests.bench` prints the same rows with its own.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from app import create_app
from casework.cases import Case
from casework.commands import load_starter_content
from casework.core.access import SYSTEM, Role
from casework.core.config import from_environment
from casework.core.db import connection, database, migrate, transaction
from casework.insight.attention.entries import AttentionEntry, AttentionMark
from casework.insight.attention.upkeep import catch_up, judge_all
from casework.life_areas import LifeArea, NeedCategory
from casework.needs import Need
from casework.people import Household, Person
from casework.plans.models import Goal, Plan, Step
from casework.providers import Organization, Service
from casework.referrals import Referral
from casework.staff import add_staff
from tests.admin.desk import statements
from tests.conftest import environment
from tests.pages import csrf_token
from tests.world import PASSWORD

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
EMAIL = "bench.attention@example.org"
ROUNDS = 9
LIMIT = 300.0
SIZES = ((2_000, 10), (100_000, 2))
Row = tuple[str, float, float, int]


class Seed:
    """Rows by the thousand, without verbs: every fifth case has a plan that stalls, every third a
    need that nobody helps with, every fourth a referral that nobody answered."""

    def __init__(self) -> None:
        self.area = LifeArea.select().first()
        self.category = NeedCategory.select().first()
        with transaction():
            home = Organization.create(name="Bench")
            self.service = Service.create(organization=home, name="Bench")

    def add(self, count: int, steps: int) -> None:
        """Add `count` cases, each with a plan of `steps` steps."""
        for begin in range(0, count, 2_000):
            with transaction():
                self._batch(range(begin, min(begin + 2_000, count)), steps)

    def _batch(self, numbers: range, steps: int) -> None:
        homes = [Household(name=f"Household {n}", created_at=NOW) for n in numbers]
        people = [
            Person(household=home, given_name="Amal", family_name=f"Example {n}", is_contact=True,
                   created_at=NOW)
            for n, home in zip(numbers, homes, strict=True)
        ]  # fmt: skip
        start = Case.select().count()
        cases = [
            Case(reference=f"A-{start + n:07d}", household=home, state="active", state_since=NOW,
                 opened_at=NOW - timedelta(days=n % 50), last_contact_at=NOW)
            for n, home in enumerate(homes)
        ]  # fmt: skip
        Household.insert_rows(homes)
        Person.insert_rows(people)
        Case.insert_rows(cases)
        self._work(list(zip(numbers, cases, strict=True)), steps)

    def _work(self, cases: list[tuple[int, Case]], steps: int) -> None:
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
                    due_on=due, state_since=NOW, created_at=NOW,
                ))  # fmt: skip
            days = 20 if number % 3 == 0 else 1
            need = Need(case=case, category=self.category, life_area=self.area,
                        state_since=NOW - timedelta(days=days), opened_at=NOW)  # fmt: skip
            needs.append(need)
            if number % 4 == 0:
                sent = NOW - timedelta(days=15 if number % 8 == 0 else 3)
                referrals.append(Referral(
                    case=case, need=need, service=self.service,
                    organization=self.service.organization, state="sent", state_since=sent,
                    created_at=sent, sent_at=sent,
                ))  # fmt: skip
        for model, found in ((Plan, plans), (Goal, goals), (Step, rows), (Need, needs),
                             (Referral, referrals)):  # fmt: skip
            model.insert_rows(found)


def attention_rows() -> list[Row]:
    """Name, milliseconds, limit and statements of each figure; 0 where there is no limit."""
    rows: list[Row] = []
    for cases, steps in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            rows += _rows_at(Path(folder), cases, steps)
    return rows


def _rows_at(folder: Path, cases: int, steps: int) -> list[Row]:
    address = f"sqlite:///{folder / 'attention.sqlite3'}"
    app = create_app(from_environment(environment(folder, address), folder))
    app.extensions["lotse"]["clock"] = lambda: NOW
    with connection():
        migrate()
        load_starter_content(at=NOW)
        add_staff(EMAIL, Role.COORDINATOR, PASSWORD, by=SYSTEM, at=NOW)
        Seed().add(cases, steps)
        AttentionMark.delete().execute()
        begun = time.perf_counter()
        entries = judge_all(at=NOW)
        whole = (time.perf_counter() - begun) * 1000
    name = f"{cases:,} cases, {cases * steps:,} steps, {entries:,} entries"
    found = [opened(app, path, f"{name}: {title}") for title, path in (
        ("first page of the queue", "/admin/attention/"),
        ("queue, our turn only", "/admin/attention/?turn=us"),
        ("home page", "/admin/"),
    )]  # fmt: skip
    with connection():
        case = Case.select().order_by(Case.reference).first()
        found.append(measured(f"{name}: judge one changed case", lambda: _one(case)))
    found.append((f"{name}: judge everything", whole, 0.0, 0))
    database.close_all()
    return found


def _one(case: Case) -> None:
    AttentionMark.create(case_id=case.id)
    if not catch_up(at=NOW) or not AttentionEntry.select().exists():
        raise SystemExit("nothing was judged; the bench measures nothing.")


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


def measured(name: str, call: Callable[[], None]) -> Row:
    """The median of several rounds, with the statements of one."""
    call()
    with statements() as found:
        call()
    spans = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        spans.append((time.perf_counter() - begun) * 1000)
    return name, statistics.median(spans), LIMIT, len(found)


def show_attention(rows: list[Row], what: str = "attention queue") -> None:
    """Print the table."""
    print(f"\n| {what} | ms | limit | statements |\n|---|---|---|---|")
    for name, figure, limit, count in rows:
        print(f"| {name} | {figure:.1f} | {limit or '–'} | {count or '–'} |")


if __name__ == "__main__":
    show_attention(attention_rows())
