"""A fresh database for each test: a copy of one that was brought up to date once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from casework.commands import load_starter_content
from casework.core.db import connection, database, migrate, open_database
from casework.insight.attention.upkeep import catch_up

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class SqliteCopies:
    """Copies of one file."""

    def __init__(self) -> None:
        self.place = tempfile.TemporaryDirectory(prefix="lotse-", dir=quickest_folder())
        self.folder = folder = Path(self.place.name)
        self.url = f"sqlite:///{folder / 'test.sqlite3'}"
        self.template = folder / "template.sqlite3"

    def prepare(self) -> None:
        open_database(self.url)
        _fill()
        shutil.copy(self.folder / "test.sqlite3", self.template)

    def renew(self) -> None:
        database.close_all()
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"test.sqlite3{suffix}").unlink(missing_ok=True)
        shutil.copy(self.template, self.folder / "test.sqlite3")


class PostgresCopies:
    """One database that is emptied and filled anew; made again where a test changed its tables.

    Rows of the starter content stand once more in the schema `kept`: putting them back
    takes a tenth of the time that copying a database takes.
    """

    def __init__(self, server: str, worker: str) -> None:
        parts = urlsplit(server)
        self.admin = server
        self.name, self.template = f"lotse_{worker}", f"lotse_{worker}_template"
        self.url = urlunsplit(parts._replace(path=f"/{self.name}"))
        self.session: psycopg.Connection | None = None
        self.tables: set[str] = set()
        self.renewals = 0

    def prepare(self) -> None:
        self._run(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
            f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}"',
        )
        open_database(self.url)
        _fill()
        with psycopg.connect(self.url, autocommit=True) as session:
            self.tables = _tables(session)
            _keep(session, self.tables)
        self._run(f'ALTER DATABASE "{self.name}" RENAME TO "{self.template}"')

    def renew(self) -> None:
        database.close_all()
        if self.session is None or not self._refill(self.session):
            self._make()

    def _refill(self, session: psycopg.Connection) -> bool:
        """Put the starter content in place of all rows; False where that cannot be done."""
        self.renewals += 1
        try:
            if _tables(session) != self.tables:
                return False
            session.execute("SELECT kept.refill()")
            if self.renewals % 50 == 0:
                session.execute("VACUUM")
        except psycopg.Error:
            return False
        return True

    def _make(self) -> None:
        if self.session is not None:
            self.session.close()
        self._run(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"',
        )
        self.session = psycopg.connect(self.url, autocommit=True)
        self.session.execute("SET session_replication_role = replica")
        self.session.execute("SET lock_timeout = '5s'")

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as server:
            for statement in statements:
                server.execute(statement)  # type: ignore[arg-type]


def _keep(session: psycopg.Connection, tables: set[str]) -> None:
    """Keep the rows of `tables` apart, and how to put them back: planned once for all tests."""
    names = sorted(tables - {"schema_migration"})
    session.execute("CREATE SCHEMA kept")
    steps = [f'DELETE FROM public."{name}";' for name in names]
    for name in names:
        session.execute(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')  # type: ignore[arg-type]
        if session.execute(f'SELECT FROM kept."{name}"').rowcount:  # type: ignore[arg-type]
            steps.append(f'INSERT INTO public."{name}" SELECT * FROM kept."{name}";')
    body = "BEGIN " + "\n".join(steps) + " END"
    session.execute(f"CREATE FUNCTION kept.refill() RETURNS void LANGUAGE plpgsql AS $${body}$$")  # type: ignore[arg-type]


def _tables(session: psycopg.Connection) -> set[str]:
    found = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row[0] for row in found.fetchall()}


def quickest_folder() -> str | None:
    """A folder in memory where there is one with room, so that no test waits for a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - only test data, in a folder of its own
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2**30:
        return None
    return str(memory)


def copies(worker: str) -> SqliteCopies | PostgresCopies:
    """Copies on the database that `LOTSE_TEST_DATABASE` names, on SQLite without it."""
    server = os.environ.get("LOTSE_TEST_DATABASE", "")
    return PostgresCopies(server, worker) if server else SqliteCopies()


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of the block."""
    seen: list[str] = []
    real = database.obj
    run = real.execute_sql

    def listening(sql: str, *args: Any, **kwargs: Any) -> Any:
        seen.append(sql)
        return run(sql, *args, **kwargs)

    real.execute_sql = listening
    try:
        yield seen
    finally:
        del real.execute_sql


def _fill() -> None:
    with connection():
        migrate()
        load_starter_content(at=AT)
        # The first reader of a new instance has everything judged; no test is that reader.
        catch_up(at=AT)
    database.close_all()
