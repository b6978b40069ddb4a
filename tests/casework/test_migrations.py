"""Upgrading an installation that is in use: every row stays, and every new column has a value."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from playhouse.migrations import Runner

from casework.cases import Case
from casework.core.audit import AuditEntry
from casework.core.db import MIGRATIONS, Base, database, is_sqlite, migrate
from casework.demo import town  # every model there is comes with it
from casework.people import Household

FIRST_IN_USE = "0008_plans"
assert town


@pytest.fixture
def in_use(db: None) -> Iterator[dict[str, int]]:
    """A database as it was at `FIRST_IN_USE` with two rows in each table; how many there are."""
    _drop_everything()
    Runner(database.obj, str(MIGRATIONS)).up(FIRST_IN_USE)
    for number in range(2):
        _fill(number)
    yield {name: _count(name) for name in _tables()}
    _drop_everything()
    migrate()


def test_an_upgrade_keeps_every_row_and_leaves_no_column_without_a_value(in_use) -> None:
    assert len(in_use) > 50
    assert set(in_use.values()) == {2}
    assert migrate()[0] == "0009_attention"
    gone = set(in_use) - set(_tables())
    assert not gone
    assert {name: _count(name) for name in in_use} == in_use
    models = list(_models(Base))
    assert len(models) > len(in_use)
    for model in models:
        for field in model._meta.sorted_fields:
            if not field.null:
                empty = (
                    f'SELECT COUNT(*) FROM "{model._meta.table_name}" WHERE "{field.column_name}"'
                )
                assert _number(f"{empty} IS NULL") == 0, (model, field)


def test_an_upgrade_gives_what_was_there_a_meaning(in_use) -> None:
    migrate()
    started, until = database.execute_sql(
        "SELECT counselling_from, counselling_until FROM cases LIMIT 1"
    ).fetchone()
    assert (str(started), str(until)) == ("2024-02-01", "2027-02-01")
    arranged = "SELECT COUNT(*) FROM appointments WHERE arranged_at = created_at"
    assert _number(arranged) == 2


# When a case was opened (UTC), the clock that it has, and the one that it should have.
CLOCKS = [
    # A leap day ends on 28 February, as the program counts; SQLite counted one day more.
    ("2024-02-29 10:00:00", ("2024-02-29", "2027-03-01"), ("2024-02-29", "2027-02-28")),
    ("2024-02-29 10:00:00", ("2024-02-29", "2027-02-28"), ("2024-02-29", "2027-02-28")),
    # A night in summer and one in winter: at the site it was the next day already.
    ("2025-07-30 22:30:00", ("2025-07-30", "2028-07-30"), ("2025-07-31", "2028-07-31")),
    ("2025-01-30 23:30:00", ("2025-01-30", "2028-01-30"), ("2025-01-31", "2028-01-31")),
    ("2024-02-29 23:30:00", ("2024-02-29", "2027-03-01"), ("2024-03-01", "2027-03-01")),
    # By day nothing differs, and what the program itself has set stays as it is.
    ("2025-01-30 10:00:00", ("2025-01-30", "2028-01-30"), ("2025-01-30", "2028-01-30")),
    ("2025-07-30 22:30:00", ("2025-07-31", "2028-07-31"), ("2025-07-31", "2028-07-31")),
    ("2025-07-30 22:30:00", ("2025-07-30", "2029-01-01"), ("2025-07-30", "2029-01-01")),
]


@pytest.mark.parametrize(("opened", "clock", "mended"), CLOCKS)
@pytest.mark.parametrize("touched", [False, True])
def test_clocks_that_began_by_utc_are_mended_unless_somebody_set_them(
    db, opened, clock, mended, touched
) -> None:
    _clock_of(opened, clock, touched=touched)
    _mend()
    wanted = clock if touched else mended
    assert _clocks() == [wanted]
    _mend()
    assert _clocks() == [wanted]


def _mend() -> None:
    script = MIGRATIONS / "0023_growing_towns.py"
    names: dict[str, Any] = {}
    exec(compile(script.read_text(), str(script), "exec"), names)  # noqa: S102  its name is no module's
    names["_mend_clocks"](database.obj)


def _clock_of(opened: str, clock: tuple[str, str], *, touched: bool) -> None:
    """A case with this clock, which somebody has set (`touched`) or not."""
    household = Household.create(created_at=datetime(2024, 1, 1, tzinfo=UTC))
    moment = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    case = Case.create(
        reference="F-1", household=household, opened_at=moment, state_since=moment,
        counselling_from=clock[0], counselling_until=clock[1],
    )  # fmt: skip
    if touched:
        AuditEntry.create(
            at=moment, actor_kind="staff", actor_name="", event="counselling:started",
            subject_table="cases", subject_id=case.id, case_id=case.id,
        )  # fmt: skip


def _clocks() -> list[tuple[str, str]]:
    return [(str(row.counselling_from), str(row.counselling_until)) for row in Case.select()]


def _fill(number: int) -> None:
    """One more row in each table, in an order in which each finds what it refers to."""
    keys: dict[str, str] = {}
    left = set(_tables())
    while left:
        ready = [
            name for name in sorted(left)
            if all(_may_wait(name, each) or each.dest_table not in left - {name}
                   for each in database.get_foreign_keys(name))
        ]  # fmt: skip
        assert ready, left
        for name in ready:
            keys[name] = _insert(name, keys, number)
            left.remove(name)


def _may_wait(table: str, key: Any) -> bool:
    return any(each.name == key.column and each.null for each in database.get_columns(table))


def _insert(table: str, keys: dict[str, str], number: int) -> Any:
    refers = {each.column: each.dest_table for each in database.get_foreign_keys(table)}
    values: dict[str, Any] = {}
    for column in database.get_columns(table):
        if column.name in refers:
            values[column.name] = keys.get(refers[column.name])
        else:
            values[column.name] = _value(column, number)
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join([database.param] * len(values))
    database.execute_sql(
        f'INSERT INTO "{table}" ({names}) VALUES ({places})',
        tuple(values.values()),
    )
    return values.get("id")


def _value(column: Any, number: int) -> Any:
    """Something that the column takes, another one in each row where it may have to be."""
    kind = column.data_type.upper()
    if column.primary_key:
        return number + 1 if "INT" in kind or "SERIAL" in kind else _key()
    if "UUID" in kind:
        return _key()
    if "BLOB" in kind or "BYTEA" in kind:
        return f"sealed {number}".encode()
    if "JSON" in kind:
        return "{}"
    if "TIMESTAMP" in kind or "DATETIME" in kind:
        return datetime(2024, 2, 1, 9)
    if kind == "DATE":
        return date(2024, 2, 1)
    if "BOOL" in kind:
        return True
    if any(word in kind for word in ("INT", "DOUBLE", "REAL", "NUMERIC", "DECIMAL")):
        return number
    return f"{number}{column.name}"[:2] if "16" not in kind else f"x{number}"


def _key() -> Any:
    return uuid.uuid4().hex if is_sqlite() else uuid.uuid4()


def _tables() -> list[str]:
    return [name for name in database.get_tables() if name != "schema_migration"]


def _count(table: str) -> int:
    return _number(f'SELECT COUNT(*) FROM "{table}"')


def _number(statement: str) -> int:
    return int(database.execute_sql(statement).fetchone()[0])


def _models(model: Any) -> Iterator[Any]:
    for each in model.__subclasses__():
        if "table_name" in vars(each._meta) and database.table_exists(each._meta.table_name):
            yield each
        yield from _models(each)


def _drop_everything() -> None:
    if is_sqlite():
        database.execute_sql("PRAGMA foreign_keys = OFF")
        for name in database.get_tables():
            database.execute_sql(f'DROP TABLE "{name}"')
        database.execute_sql("PRAGMA foreign_keys = ON")
    else:
        database.execute_sql("DROP SCHEMA public CASCADE")
        database.execute_sql("CREATE SCHEMA public")
