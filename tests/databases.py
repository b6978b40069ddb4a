"""A fresh database for each test: a copy of one that was brought up to date once."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from casework.commands import load_starter_content
from casework.core.db import connection, database, migrate, open_database

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class SqliteCopies:
    """Copies of one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
    """Databases made from a template."""

    def __init__(self, server: str, worker: str) -> None:
        parts = urlsplit(server)
        self.admin = server
        self.name, self.template = f"lotse_{worker}", f"lotse_{worker}_template"
        self.url = urlunsplit(parts._replace(path=f"/{self.name}"))

    def prepare(self) -> None:
        self._run(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
            f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}"',
        )
        open_database(self.url)
        _fill()
        self._run(f'ALTER DATABASE "{self.name}" RENAME TO "{self.template}"')

    def renew(self) -> None:
        database.close_all()
        self._run(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"',
        )

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as server:
            for statement in statements:
                server.execute(statement)  # type: ignore[arg-type]


def copies(folder: Path, worker: str) -> SqliteCopies | PostgresCopies:
    """Copies on the database that `LOTSE_TEST_DATABASE` names, on SQLite without it."""
    server = os.environ.get("LOTSE_TEST_DATABASE", "")
    return PostgresCopies(server, worker) if server else SqliteCopies(folder)


def _fill() -> None:
    with connection():
        migrate()
        load_starter_content(at=AT)
    database.close_all()
