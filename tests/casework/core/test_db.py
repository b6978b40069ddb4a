"""The database: one kind of transaction, times in UTC, text in one normal form."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from peewee import IntegrityError

from casework.core.counters import Counter
from casework.core.db import (
    SQLITE_PRAGMAS,
    clean,
    connection,
    database,
    is_sqlite,
    new_id,
    transaction,
)
from casework.core.settings import Setting
from casework.people import Household
from casework.sites import Site


def test_a_failed_transaction_leaves_nothing(db):
    def fail():
        with transaction():
            Counter.create(name="a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Counter.select().exists()


def test_a_failed_inner_transaction_leaves_the_outer_one(db):
    with transaction():
        Counter.create(name="a")
        with pytest.raises(IntegrityError), transaction():
            Counter.create(name="a")
        Counter.create(name="b")
    assert {row.name for row in Counter.select()} == {"a", "b"}


def test_many_threads_that_read_before_they_write_lose_nothing(fresh):
    with connection():
        Counter.create(name="a")

    def add(_):
        with connection(), transaction():
            query = Counter.select().where(Counter.name == "a")
            row = (query if is_sqlite() else query.for_update()).get()
            row.value += 1
            row.save()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(add, range(120)))
    with connection():
        assert Counter.get().value == 120
    database.close_all()


def test_sqlite_commits_are_on_disk_before_they_are_acknowledged(db):
    assert SQLITE_PRAGMAS["synchronous"] == 2
    if is_sqlite():
        assert database.execute_sql("PRAGMA synchronous").fetchone() == (2,)
        assert database.execute_sql("PRAGMA journal_mode").fetchone() == ("wal",)


def test_foreign_keys_hold(db):
    with pytest.raises(IntegrityError), transaction():
        Household.create(site=new_id(), created_at=datetime.now(UTC))


def test_a_connection_is_closed_by_who_opened_it(fresh):
    with connection():
        with connection():
            assert not database.is_closed()
        assert not database.is_closed()
    assert database.is_closed()


def test_ids_are_of_version_seven_and_sorted_by_time():
    first = new_id()
    threading.Event().wait(0.002)
    second = new_id()
    assert (first.version, first.variant) == (7, uuid.RFC_4122)
    assert first < second


def test_ids_do_not_repeat():
    assert len({new_id() for _ in range(5000)}) == 5000


def test_a_time_is_stored_as_utc_and_comes_back_aware(world):
    kabul = datetime(2026, 11, 2, 13, 30, tzinfo=timezone(timedelta(hours=4, minutes=30)))
    with transaction():
        household = Household.create(created_at=kabul)
    again = household.refresh()
    assert again.created_at == kabul
    assert again.created_at.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused(db):
    with pytest.raises(ValueError, match="zone"), transaction():
        Household.create(created_at=datetime(2026, 11, 2))


def test_times_on_either_side_of_the_change_to_winter_time_stay_apart(world):
    early = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    rows = []
    with transaction():
        for hours in (0, 1):
            rows.append(Household.create(created_at=early + timedelta(hours=hours)))
    stored = [row.refresh().created_at for row in rows]
    assert stored[1] - stored[0] == timedelta(hours=1)


def test_stored_text_is_in_normal_form_without_control_characters(db):
    with transaction():
        site = Site.create(name="Cafe\u0301 \x00\x1bNord")
    assert site.refresh().name == "Caf\u00e9 Nord"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("tab\tstays", "tab\tstays"),
        ("null\x00byte", "nullbyte"),
        ("half \ud83d emoji", "half  emoji"),
        ("no\uffff \ufdd0character\U0001fffe", "no character"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", ""),
    ],
)
def test_cleaning_keeps_what_people_write(typed, stored):
    assert clean(typed) == stored


def test_many_rows_are_inserted_with_their_defaults(db):
    with transaction():
        Setting.insert_rows([Setting(key=f"row {n}", value=n) for n in range(450)], size=200)
    assert Setting.select().where(Setting.key.startswith("row ")).count() == 450
    assert Setting.get(Setting.key == "row 449").value == 449


def test_ids_that_follow_each_other_at_once_are_sorted_and_differ(monkeypatch):
    clock = iter(range(1_764_000_000_000_000_000, 1_764_000_001_000_000_000, 250_000))
    monkeypatch.setattr("casework.core.db.time.time_ns", lambda: next(clock))
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 100
    assert {each.version for each in ids} == {7}
    assert {each.variant for each in ids} == {uuid.RFC_4122}
