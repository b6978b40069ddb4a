"""Figures of the attention queue: first pages, one changed case, and everything.

`python -m tests.bench_attention`; `tests.bench` prints the same rows with its own.
"""

from __future__ import annotations

from casework.cases import Case
from casework.core.db import connection
from casework.insight.attention.entries import AttentionEntry, AttentionMark
from casework.insight.attention.upkeep import catch_up, judge_all
from tests.bench_town import NOW, Row, Town, in_all_towns, measured, once, opened, show_rows


def attention_rows(town: Town) -> list[Row]:
    """Name, milliseconds, limit and statements of each figure."""
    with connection():
        whole = once("", lambda: judge_all(at=NOW))[1]
        entries = AttentionEntry.select().count()
        case = Case.select().order_by(Case.reference).first()
    name = f"{town.name}, {entries:,} entries"
    found = [opened(town.app, path, f"{name}: {title}") for title, path in (
        ("first page of the queue", "/admin/attention/"),
        ("queue, our turn only", "/admin/attention/?turn=us"),
        ("home page", "/admin/"),
    )]  # fmt: skip
    with connection():
        found.append(measured(f"{name}: judge one changed case", lambda: _one(case)))
    return [*found, (f"{name}: judge everything", whole, 0.0, 0)]


def _one(case: Case) -> None:
    AttentionMark.create(case_id=case.id)
    if not catch_up(at=NOW) or not AttentionEntry.select().exists():
        raise SystemExit("nothing was judged; the bench measures nothing.")


if __name__ == "__main__":
    show_rows(in_all_towns(attention_rows), "attention queue")
