from __future__ import annotations

import importlib
import uuid
from datetime import date

import pytest
from peewee import SqliteDatabase
from playhouse.migrate import SqliteMigrator

from casework.core.access import SYSTEM
from casework.core.refusals import Forbidden, InvalidTransition, StaleEdit
from casework.sites import (
    Arrival,
    ArrivalDayRefused,
    PeopleRefused,
    announce_arrival,
    change_arrival,
    move_arrival,
)

DAY = date(2027, 2, 1)


def test_people_are_announced_for_a_day_and_come(world):
    arrival = announce_arrival(world.site(), 150, DAY, by=SYSTEM, at=world.at)
    assert list(Arrival.announced()) == [arrival]
    come = move_arrival(arrival, "arrived", revision=0, by=SYSTEM, at=world.at)
    assert (come.state, come.revision) == ("arrived", 1)
    assert not Arrival.announced().exists()


def test_the_soonest_come_first_and_those_without_a_day_last(world):
    site = world.site()
    for people, day in ((1, None), (2, DAY), (3, DAY.replace(month=1))):
        announce_arrival(site, people, day, by=SYSTEM, at=world.at)
    assert [arrival.people for arrival in Arrival.announced()] == [3, 2, 1]


@pytest.mark.parametrize("people", [0, -1, 5_001])
def test_nobody_and_more_than_a_site_takes_are_refused(world, people):
    with pytest.raises(PeopleRefused):
        announce_arrival(world.site(), people, DAY, by=SYSTEM, at=world.at)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2024, 12, 31), date(2036, 1, 2), date.max])
def test_a_day_that_cannot_be_meant_is_refused(world, day):
    with pytest.raises(ArrivalDayRefused):
        announce_arrival(world.site(), 1, day, by=SYSTEM, at=world.at)


def test_the_second_of_two_editors_is_told(world):
    arrival = announce_arrival(world.site(), 150, DAY, by=SYSTEM, at=world.at)
    change = {"people": 140, "arrives_on": DAY, "by": SYSTEM, "at": world.at}
    change_arrival(arrival, revision=0, **change)
    with pytest.raises(StaleEdit):
        change_arrival(arrival, revision=0, **change)
    with pytest.raises(StaleEdit):
        move_arrival(arrival, "cancelled", revision=0, by=SYSTEM, at=world.at)


def test_who_was_called_off_does_not_come_before_being_announced_anew(world):
    arrival = announce_arrival(world.site(), 50, by=SYSTEM, at=world.at)
    off = move_arrival(arrival, "cancelled", revision=0, by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        move_arrival(off, "arrived", revision=1, by=SYSTEM, at=world.at)


def test_arrivals_are_for_the_coordinator(world):
    arrival = announce_arrival(world.site(), 50, by=SYSTEM, at=world.at)
    manager = world.manager().actor
    assert not Arrival.scope(manager).exists()
    assert Arrival.scope(world.coordinator().actor).get() == arrival
    with pytest.raises(Forbidden):
        announce_arrival(world.site(), 1, by=manager, at=world.at)


def test_what_was_planned_as_a_number_becomes_a_row(tmp_path):
    db = SqliteDatabase(str(tmp_path / "old.sqlite3"), pragmas={"foreign_keys": 1})
    for table in ("organizations", "staff", "people"):
        db.execute_sql(f"CREATE TABLE {table} (id BLOB PRIMARY KEY)")
    db.execute_sql(
        "CREATE TABLE sites (id TEXT PRIMARY KEY, name TEXT,"
        " planned_arrivals INTEGER NOT NULL, planned_on DATE)"
    )
    ids = [uuid.UUID(int=n).hex for n in range(3)]
    for id, people, day in zip(ids, (150, 0, 50), ("2027-02-01", None, None), strict=True):
        db.execute_sql("INSERT INTO sites VALUES (?, ?, ?, ?)", (id, id, people, day))
    importlib.import_module("casework.migrations.0013_growth").up(_Migrator(db), db)
    found = db.execute_sql(
        "SELECT site_id, people, arrives_on, state FROM arrivals ORDER BY site_id"
    )
    assert found.fetchall() == [
        (ids[0], 150, "2027-02-01", "announced"), (ids[2], 50, None, "announced"),
    ]  # fmt: skip
    assert {column.name for column in db.get_columns("sites")} == {"id", "name"}
    assert "nationality" in {column.name for column in db.get_columns("people")}
    db.close()


class _Migrator(SqliteMigrator):
    """As the runner hands it to a migration."""

    def migrate(self, *operations):
        from playhouse.migrate import migrate

        migrate(*operations)
