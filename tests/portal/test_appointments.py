"""An appointment on the person's page: shown first when it is near, and as a calendar file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.appointments import settle_appointment
from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.core.settings import change_setting
from casework.formats.ics import read_calendar
from tests.portal.visits import page, sign_in


@pytest.fixture
def case(client, accepted):
    submission = accepted()
    sign_in(client, submission)
    return case_of(submission)


def file_of(client, appointment, tag="en"):
    return client.get(f"/{tag}/status/{appointment.id.hex}.ics")


def test_an_appointment_that_is_near_stands_first(client, world, case):
    world.appointment(case, world.at + timedelta(days=9), place="Later room")
    world.appointment(case, world.at + timedelta(days=3), place="Next room")
    text = page(client)
    start = text.index("Your next appointment")
    assert start < text.index("Next room") < text.index("What you need")
    assert text.count("Your next appointment") == 1


@pytest.mark.parametrize(("days", "span"), [(0, 3), (7, 8)])
def test_how_near_is_a_setting(client, world, case, days, span):
    change_setting("remind_page_days", days, by=SYSTEM, at=world.at)
    world.appointment(case, world.at + timedelta(days=span))
    assert "Your next appointment" not in page(client)


def test_what_is_cancelled_or_over_is_not_the_next(client, world, case):
    settle_appointment(
        world.appointment(case, world.at + timedelta(days=1)), "cancelled", by=SYSTEM, at=world.at
    )
    world.appointment(case, world.at)
    assert "Your next appointment" not in page(client)


def test_the_calendar_file_says_when_and_where_and_not_what_about(client, world, case):
    appointment = world.appointment(
        case, world.at + timedelta(days=3), place="Rathaus, Zimmer 12", minutes=45
    )
    assert f"/en/status/{appointment.id.hex}.ics" in page(client)
    response = file_of(client, appointment)
    assert response.content_type == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    [event] = read_calendar(response.data)
    assert event.starts_at == appointment.starts_at
    assert event.ends_at - event.starts_at == timedelta(minutes=45)
    assert event.place == "Rathaus, Zimmer 12"
    assert event.remind == timedelta(days=1)
    assert event.title.startswith("Appointment")
    for word in (b"First talk", b"Amal", b"Beispiel"):
        assert word not in response.data


def test_without_the_pin_there_is_no_file(app, client, world, case):
    appointment = world.appointment(case, world.at + timedelta(days=3))
    response = file_of(app.test_client(), appointment)
    assert response.status_code == 303
    assert response.location.endswith("/en/status")


def test_the_appointment_of_another_case_is_not_found(client, world, case):
    other = world.appointment(world.case(), world.at + timedelta(days=3))
    assert file_of(client, other).status_code == 404
    for wanted in ("x", "0" * 32, "%00", "x" * 5000):
        assert client.get(f"/en/status/{wanted}.ics").status_code == 404


def test_what_is_not_planned_any_more_gives_no_file(client, world, case):
    appointment = world.appointment(case, world.at + timedelta(days=3))
    settle_appointment(appointment, "cancelled", by=SYSTEM, at=world.at)
    assert file_of(client, appointment).status_code == 404


def test_an_excused_appointment_reads_as_such(client, world, case):
    settle_appointment(world.appointment(case), "excused", reason="ill", by=SYSTEM, at=world.at)
    text = page(client)
    assert "excused" in text
    assert "was ill" not in text
