"""A whole database as one file, and back: consistent while others write.

SQLite through its online backup, PostgreSQL through `pg_dump` and `pg_restore`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

from peewee import SQL, Database, DatabaseProxy, PeeweeException, SqliteDatabase, Table, fn
from playhouse.migrations import Runner

from casework.core.db import MIGRATIONS, connection, database, is_sqlite, migrate

HISTORY = "schema_migration"
# An installation that has a row in one of these is in use.
TELLING = ("staff", "people", "cases", "submissions", "volunteers", "organizations")
SQLITE_WAIT = 60


class SnapshotError(Exception):
    """It could not be done and nothing was changed; the text is one sentence."""


def kind() -> str:
    """`sqlite` or `postgresql`: a snapshot goes back into its own kind."""
    return "sqlite" if is_sqlite() else "postgresql"


def counts(db: Database | None = None) -> dict[str, int]:
    """How many rows each table has."""
    db = db or _real()
    return {
        name: Table(name).bind(db).select(fn.COUNT(SQL("*"))).scalar()
        for name in sorted(db.get_tables())
    }


def in_use() -> bool:
    """Whether the database holds accounts, people or a directory."""
    known = set(database.get_tables())
    return any(
        Table(name, ("id",)).bind(_real()).select(fn.COUNT(SQL("*"))).scalar()
        for name in TELLING
        if name in known
    )


def known_migrations() -> set[str]:
    """Names of the migrations that this program brings."""
    return {step.name for step in Runner(_real(), str(MIGRATIONS)).migrations()}


def applied_migrations() -> list[str]:
    """Names of those that were applied, in order."""
    return sorted(Runner(_real(), str(MIGRATIONS)).applied())


def save(target: Path) -> dict[str, int]:
    """Write the database into `target`; returns the rows of each table in it.

    Raises `SnapshotError` where the tools of PostgreSQL are missing or refuse.
    """
    return _save_sqlite(target) if is_sqlite() else _save_postgresql(target)


def check(source: Path, rows: dict[str, int]) -> None:
    """Make sure that `source` is whole, holds `rows` and suits this program; touches nothing.

    On SQLite the copy is brought up to date. Raises `SnapshotError`.
    """
    if is_sqlite():
        _check_sqlite(source, rows)
    else:
        _run("pg_restore", "--list", str(source))


def load(source: Path, rows: dict[str, int]) -> None:
    """Replace everything in the database by a checked snapshot. Raises `SnapshotError`."""
    if is_sqlite():
        _load_sqlite(source)
    else:
        _load_postgresql(source, rows)


def _real() -> Any:
    """The database behind the proxy."""
    return cast(DatabaseProxy, database).obj


def _save_sqlite(target: Path) -> dict[str, int]:
    with _opened(Path(_real().database)) as source, _opened(target) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    with closing(SqliteDatabase(str(target))) as written:
        return counts(written)


def _check_sqlite(source: Path, rows: dict[str, int]) -> None:
    damaged = "The database in this archive is damaged; please use another archive."
    copy = SqliteDatabase(str(source), pragmas={"foreign_keys": 0})
    try:
        with closing(copy):
            sound = copy.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not sound or counts(copy) != rows:
                raise SnapshotError(damaged)
            Runner(copy, str(MIGRATIONS)).up()
            if copy.execute_sql("PRAGMA foreign_key_check").fetchall():
                raise SnapshotError(damaged)
    except PeeweeException as error:
        raise SnapshotError(damaged) from error


def _load_sqlite(source: Path) -> None:
    """One transaction of SQLite's own: who reads meanwhile sees the old rows or the new ones."""
    with _opened(source) as copy, _opened(Path(_real().database)) as target:
        copy.backup(target)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=SQLITE_WAIT)) as opened:
        yield opened


def _save_postgresql(target: Path) -> dict[str, int]:
    """Rows are counted in the very snapshot that is written."""
    with connection(), database.atomic():
        database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        (snapshot,) = database.execute_sql("SELECT pg_export_snapshot()").fetchone()
        rows = counts()
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public",
             f"--snapshot={snapshot}", f"--file={target}")  # fmt: skip
    return rows


def _load_postgresql(source: Path, rows: dict[str, int]) -> None:
    """The old tables step aside until the new ones stand; a failure brings them back."""
    with connection():
        _step_aside()
        try:
            database.execute_sql("CREATE SCHEMA public")
            _run(
                "pg_restore",
                *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
                # Only what is ours: a database may hold schemas of others.
                "--schema=public",
                *(f"--dbname={_real().database}", str(source)),
            )
            if counts() != rows:
                raise SnapshotError("The archive does not hold the rows that it should.")
            migrate()
        except BaseException:
            with database.atomic():
                database.execute_sql("DROP SCHEMA IF EXISTS public CASCADE")
                database.execute_sql("ALTER SCHEMA lotse_before_restore RENAME TO public")
            raise
        database.execute_sql("DROP SCHEMA lotse_before_restore CASCADE")


def _step_aside() -> None:
    try:
        database.execute_sql("ALTER SCHEMA public RENAME TO lotse_before_restore")
    except PeeweeException as error:
        raise SnapshotError(
            "The schema “public” cannot be set aside; please restore as the owner of the database, "
            "and look whether an earlier restore left a schema “lotse_before_restore”."
        ) from error


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password travels in the environment."""
    path = shutil.which(program)
    if path is None:
        raise SnapshotError(
            f"The program {program} is missing; please install the client programs of PostgreSQL "
            "(Debian: apt-get install postgresql-client) in the version of the server."
        )
    environment = {**os.environ, **_environment()}
    done = subprocess.run(  # noqa: S603
        [path, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise SnapshotError(f"{program} refused: {reason}")


def _parameters() -> dict[str, Any]:
    return {**_real().connect_params, "dbname": _real().database}


def _environment() -> dict[str, str]:
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
             "dbname": "PGDATABASE", "sslmode": "PGSSLMODE"}  # fmt: skip
    given = _parameters()
    return {variable: str(given[name]) for name, variable in names.items() if given.get(name)}
