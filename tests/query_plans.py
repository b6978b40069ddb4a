"""How the database would answer: what it would sort, and what it would go through row by row.

Test tables are small, so PostgreSQL is told to sort and to read whole tables only where no index
would do; SQLite, which knows no sizes here, decides as it does for a large table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casework.core.db import database, is_sqlite, transaction

Statement = tuple[str, Any]
UNWILLING = ("enable_sort", "enable_incremental_sort", "enable_seqscan", "enable_hashjoin",
             "enable_mergejoin", "enable_bitmapscan")  # fmt: skip


@contextmanager
def asked() -> Iterator[list[Statement]]:
    """The questions of the block to the database, with their values."""
    seen: list[Statement] = []
    real = database.obj
    run = real.execute_sql

    def listening(sql: str, params: Any = None, *args: Any, **kwargs: Any) -> Any:
        if sql.startswith("SELECT"):
            seen.append((sql, params))
        return run(sql, params, *args, **kwargs)

    real.execute_sql = listening
    try:
        yield seen
    finally:
        del real.execute_sql


def plan_of(sql: str, params: Any) -> list[str]:
    """The steps in which the database would answer."""
    if is_sqlite():
        return [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    with transaction():
        for name in UNWILLING:
            database.execute_sql(f"SET LOCAL {name} = off")
        return [row[0] for row in database.execute_sql(f"EXPLAIN (COSTS OFF) {sql}", params)]


def sorted_steps(sql: str, params: Any) -> list[str]:
    """The steps that put rows in order which no index has in order."""
    marks = ("TEMP B-TREE", "Sort", "Incremental Sort")
    return [each for each in plan_of(sql, params) if any(mark in each for mark in marks)]


def walked_tables(sql: str, params: Any) -> list[str]:
    """The steps that go through a whole table or a whole index."""
    found = []
    for each in plan_of(sql, params):
        step = each.strip().removeprefix("->").strip()
        if step.startswith(("SCAN", "Seq Scan", "Parallel Seq Scan")):
            found.append(each)
    return found


def steps_without_a_key(sql: str, params: Any) -> list[str]:
    """The steps that look rows up by something that many rows have in common, such as a state.

    PostgreSQL knows how large its tables are and decides by that; for it there are none.
    """
    looks = [each for each in plan_of(sql, params) if each.startswith("SEARCH")] * is_sqlite()
    return [each for each in looks if not re.search(r"\((rowid|id|\w+_id)=\?", each)]
