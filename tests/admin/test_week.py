"""My week, and the calendar that a program reads by a secret address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from admin.week import READINGS, WRONG_TRIES
from casework.appointments import settle_appointment, shift_appointment
from casework.calendars import CalendarLink, open_calendar
from casework.conferences import call_conference, cancel_conference, move_conference
from casework.core.access import SYSTEM, Role
from casework.formats.ics import read_calendar
from casework.supporters import Supporter
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def staff(world: World):
    return world.coordinator()


@pytest.fixture
def desk(app, staff):
    return desk_of(app, staff)


def _week(client, query: str = "") -> str:
    response = client.get(f"/admin/week/{query}")
    assert response.status_code == 200
    return text_of(response)


def test_the_week_shows_mine_and_on_request_everybodys(desk, staff, world) -> None:
    world.appointment(world.case(given_name="Mine"), staff=staff)
    world.appointment(world.case(given_name="Other"))
    assert "Mine Beispiel" in _week(desk)
    assert "Other" not in _week(desk)
    assert "Other" in _week(desk, "?of=all")


def test_other_weeks_are_a_click_away_and_weekends_only_where_something_is(desk, staff, world):
    saturday = world.at + timedelta(days=5)
    world.appointment(world.case(given_name="Weekend"), saturday, staff=staff)
    page = _week(desk)
    assert "Saturday" in page
    assert "Sunday" not in page
    assert "from=2026-11-09" in page
    assert "Weekend" not in _week(desk, "?from=2026-11-11")


@pytest.mark.parametrize("day", ["", "forged", "9999-12-31", "0001-01-01", "2026-02-31", "%00"])
def test_a_day_that_makes_no_sense_is_this_week(desk, day: str) -> None:
    assert "The week of 02.11.2026" in _week(desk, f"?from={day}")


def test_an_integration_manager_sees_the_own_cases_only(app, world) -> None:
    world.appointment(world.case(world.organization(), given_name="Theirs"))
    assert "Theirs" not in _week(desk_of(app, world.manager()), "?of=all")


def test_the_week_takes_as_many_statements_for_many_rows_as_for_a_few(desk, staff, world) -> None:
    counts = []
    for rows in (2, 12):
        for _ in range(rows):
            world.appointment(staff=staff, despite_overlap=True)
        with statements() as seen:
            _week(desk)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16


# The calendar


def _address(desk) -> str:
    page = text_of(send(desk, "/admin/week/calendar"))
    return re.search(r"<code>http://localhost(/admin/calendar/[\w-]{43}\.ics)</code>", page)[1]


def test_the_address_is_shown_once_and_opens_without_signing_in(app, desk, staff, world) -> None:
    row = world.appointment(world.case(given_name="Amal"), staff=staff, kind="papers",
                            place="At home, Example Street 1")  # fmt: skip
    address = _address(desk)
    assert address not in _week(desk)
    response = app.test_client().get(address)
    assert response.status_code == 200
    assert response.content_type == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"].startswith("private")
    assert "Set-Cookie" not in response.headers
    [event] = read_calendar(response.data)
    assert (event.starts_at, event.ends_at) == (row.starts_at, row.ends_at)
    assert row.case.reference in event.title
    assert event.link == f"http://localhost/admin/appointment/{row.id}"


def test_the_calendar_names_nobody(app, desk, staff, world) -> None:
    world.appointment(
        world.case(given_name="Amal"), staff=staff, place="Example Street 1", with_whom="Dr. Who",
        interpreter_language="ti",
    )  # fmt: skip
    text = app.test_client().get(_address(desk)).get_data(as_text=True).replace("\r\n ", "")
    for word in ("Amal", "Beispiel", "First talk", "Example Street", "Dr. Who", "Tigrinya"):
        assert word not in text


def test_a_change_keeps_the_uid_and_raises_the_sequence(app, desk, staff, world) -> None:
    row = world.appointment(staff=staff)
    address, client = _address(desk), app.test_client()
    [first] = read_calendar(client.get(address).data)
    shift_appointment(row, world.at + timedelta(days=1), minutes=30, place="", revision=0,
                      by=SYSTEM, at=world.at)  # fmt: skip
    [second] = read_calendar(client.get(address).data)
    settle_appointment(row, "cancelled", by=SYSTEM, at=world.at)
    [third] = read_calendar(client.get(address).data)
    assert first.uid == second.uid == third.uid
    assert first.revision < second.revision < third.revision
    assert [first.cancelled, second.cancelled, third.cancelled] == [False, False, True]


def test_a_case_conference_is_in_the_calendar_of_whoever_is_to_come(
    app, desk, staff, world
) -> None:
    """A colleague who does not see the case learns when and where, and no case number."""
    case = world.case(given_name="Amal", family_name="Geheimwort")
    far = world.manager()
    guests = [Supporter("staff", each.id) for each in (staff, far)]
    made = call_conference(case, world.at + timedelta(days=7), guests, place="Geheimwort",
                           by=SYSTEM, at=world.at)  # fmt: skip
    for client, sees in ((desk, True), (desk_of(app, far), False)):
        address = _address(client)
        [first] = read_calendar(app.test_client().get(address).data)
        assert first.starts_at == made.starts_at
        assert (case.reference in first.title, bool(first.link)) == (sees, sees)
        assert "Geheimwort" not in first.title + first.place
    move_conference(made, world.at + timedelta(days=8), venue="centre", place="", revision=0,
                    by=SYSTEM, at=world.at)  # fmt: skip
    [second] = read_calendar(app.test_client().get(address).data)
    assert (second.uid, second.revision) == (first.uid, first.revision + 1)
    assert second.starts_at == first.starts_at + timedelta(days=1)
    cancel_conference(made, by=SYSTEM, at=world.at)
    [third] = read_calendar(app.test_client().get(address).data)
    assert (third.uid, third.revision, third.cancelled) == (first.uid, 2, True)


def test_a_new_address_ends_the_old_one_and_off_is_off(app, desk) -> None:
    old, client = _address(desk), app.test_client()
    new = _address(desk)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert send(desk, "/admin/week/calendar/close").status_code == 303
    assert client.get(new).status_code == 404
    assert not CalendarLink.select().exists()


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 9000, "%00", "..%2f..%2fetc", "ä" * 43])
def test_any_other_address_is_not_found(app, world, token: str) -> None:
    assert app.test_client().get(f"/admin/calendar/{token}.ics").status_code == 404


def test_wrong_addresses_are_held_up_and_right_ones_are_not(app, staff, world, clock) -> None:
    token = open_calendar(staff, by=staff.actor, at=world.at)
    client = app.test_client()
    seen = [client.get("/admin/calendar/wrong.ics").status_code for _ in range(WRONG_TRIES + 1)]
    assert seen == [404] * WRONG_TRIES + [429]
    assert client.get(f"/admin/calendar/{token}.ics").status_code == 200
    clock.forward(minutes=16)
    assert client.get("/admin/calendar/wrong.ics").status_code == 404


def test_a_program_that_reads_without_end_is_held_up(app, staff, world) -> None:
    token = open_calendar(staff, by=staff.actor, at=world.at)
    client = app.test_client()
    for _ in range(READINGS):
        assert client.get(f"/admin/calendar/{token}.ics").status_code == 200
    assert client.get(f"/admin/calendar/{token}.ics").status_code == 429


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_who_has_no_appointments_makes_no_address(app, world, role: Role) -> None:
    desk = desk_of(app, world.staff(role))
    assert send(desk, "/admin/week/calendar").status_code == 404
    assert not CalendarLink.select().exists()
