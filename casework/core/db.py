"""The database: one proxy, one kind of transaction, the base of all models."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from peewee import (
    CharField,
    Database,
    DatabaseProxy,
    DateTimeField,
    Model,
    ModelSelect,
    SqliteDatabase,
    TextField,
    UUIDField,
)
from playhouse.db_url import connect as connect_url
from playhouse.migrations import Runner
from playhouse.pool import PooledSqliteDatabase

from casework.core.crypto import Column

if TYPE_CHECKING:
    from casework.core.access import Actor

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "busy_timeout": 15000,
    "synchronous": 2,
    "cache_size": -64000,
    "temp_store": 2,
}
MAX_CONNECTIONS = 64
WAIT_SECONDS = 30

database: Database = DatabaseProxy()
_writer = threading.RLock()
_open = threading.local()


def open_database(url: str) -> Database:
    """Point the proxy at `url` (`sqlite:///file` or `postgresql://…`); opens no connection yet."""
    if url.startswith("sqlite"):
        real: Database = PooledSqliteDatabase(
            url.removeprefix("sqlite:///"),
            pragmas=SQLITE_PRAGMAS,
            check_same_thread=False,
            autoconnect=False,
            max_connections=MAX_CONNECTIONS,
            timeout=WAIT_SECONDS,
        )
    else:
        scheme, rest = url.split("://", 1)
        real = connect_url(
            f"{scheme}+pool://{rest}",
            unquote_user=True,
            unquote_password=True,
            prefer_psycopg3=True,
            autoconnect=False,
            max_connections=MAX_CONNECTIONS,
            stale_timeout=300,
            timeout=WAIT_SECONDS,
        )
    database.initialize(real)
    return real


@contextlib.contextmanager
def connection() -> Iterator[None]:
    """A connection for this thread, for code outside a request."""
    opened = database.is_closed()
    if opened:
        database.connect()
    try:
        yield
    finally:
        if opened and not database.is_closed():
            database.close()


def is_sqlite() -> bool:
    """Whether the application runs on SQLite."""
    return isinstance(database.obj, SqliteDatabase)


@contextlib.contextmanager
def transaction() -> Iterator[None]:
    """One unit of work; nested ones are savepoints.

    On SQLite the outermost begins IMMEDIATE, so that a writer waits its turn at the
    start and never fails half-way with "database is locked". Within one process
    writers queue on a lock, which keeps the waiting short and fair.
    """
    if not is_sqlite():
        with database.atomic(), _ending():
            yield
        return
    with _writer, database.atomic("IMMEDIATE"), _ending():
        yield


def before_commit(work: Callable[[set[Any]], None], what: Hashable) -> None:
    """Have `work` called once with everything named for it, at the end of the open transaction.

    It is a part of the transaction: many changes of one thing are then summed up once, and
    undone with them. Raises `RuntimeError` outside of `transaction`.
    """
    if not getattr(_open, "depth", 0):
        raise RuntimeError("before_commit needs an open transaction.")
    _open.waiting.setdefault(work, set()).add(what)


def kept_until_commit() -> dict[Hashable, Any] | None:
    """What this thread's open transaction has read and may read again; None outside of one.

    Forgotten at the end of the transaction, and as soon as a part of it is undone.
    """
    return _open.kept if getattr(_open, "depth", 0) else None


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """Counts how deep this thread is, and does what waits for the end of the outermost."""
    _open.depth = getattr(_open, "depth", 0) + 1
    if _open.depth == 1:
        _open.waiting, _open.kept = {}, {}
    try:
        yield
        while _open.depth == 1 and _open.waiting:
            work = next(iter(_open.waiting))
            work(_open.waiting.pop(work))
    except BaseException:
        _open.kept.clear()
        raise
    finally:
        _open.depth -= 1


def migrate() -> list[str]:
    """Bring the schema up to date; returns the names of what was applied, in order."""
    return Runner(database.obj, str(MIGRATIONS)).up()


def pending_migrations() -> list[str]:
    """Names of migrations that have not been applied."""
    return [
        step.name for step in Runner(database.obj, str(MIGRATIONS)).status() if not step.applied
    ]


def new_id() -> uuid.UUID:
    """A UUID of version 7: sorted by creation, not to be guessed.

    Twelve bits count 4,096 parts of the millisecond (RFC 9562, 6.2, method 3), so that the rows
    of one transaction keep their order; 62 bits are random.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    part = rest * 4096 // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (part << 64) | (0x2 << 62) | secrets.randbits(62)
    return uuid.UUID(int=value)


class IdField(Column, UUIDField):
    """The key of every table."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("default", new_id)
        super().__init__(**kwargs)


class UtcField(Column, DateTimeField):
    """An aware moment, stored as UTC."""

    def db_value(self, value: Any) -> Any:
        """The moment in UTC, without its zone. Raises `ValueError` for one that has none."""
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{self.name} needs a time with its zone.")
            value = value.astimezone(UTC).replace(tzinfo=None)
        return super().db_value(value)

    def python_value(self, value: Any) -> Any:
        """The stored moment, aware, in UTC."""
        value = super().python_value(value)
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


class _NormalForm(Column):
    """Stored text is NFC and carries no control characters."""

    def db_value(self, value: Any) -> Any:
        return super().db_value(clean(value) if isinstance(value, str) else value)  # type: ignore[misc]


class LineField(_NormalForm, CharField):
    """Short text on one line."""


class ProseField(_NormalForm, TextField):
    """Text of any length."""


def clean(text: str) -> str:
    """`text` in NFC, with line breaks and tabs but without what no page may hold.

    That is other control characters, halves of surrogate pairs and noncharacters
    (The Unicode Standard, section 23.7).
    """
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in normal if each in "\n\t" or _is_character(each))


def _is_character(each: str) -> bool:
    code = ord(each)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return False
    return unicodedata.category(each) not in ("Cc", "Cs")


class Base(Model):
    """What all tables have in common."""

    id = IdField()

    class Meta:
        database = database
        legacy_table_names = False
        only_save_dirty = True

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The rows that `staff` may see. Forgetting to say so fails closed."""
        raise NotImplementedError(f"{cls.__name__} does not state its scope.")

    @classmethod
    def insert_rows(cls, rows: list[Self], size: int = 200) -> None:
        """Insert many rows with their sealed columns, a few statements for all."""
        fields = list(cls._meta.sorted_fields)
        for start in range(0, len(rows), size):
            values = [
                tuple(row.__data__.get(field.name) for field in fields)
                for row in rows[start : start + size]
            ]
            cls.insert_many(values, fields=fields).execute()

    def refresh(self) -> Self:
        """The same row, read anew."""
        return type(self).get_by_id(self.id)
