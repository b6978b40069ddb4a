"""The page of one appointment: another time, who interprets, how it ended."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from casework.appointments import Appointment, AppointmentShift, settle_appointment
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _fields(row: Appointment, **changed: str) -> dict[str, str]:
    fields = {
        "subject": "First talk", "kind": "other", "starts_at": "2026-11-02T10:00", "minutes": "30",
        "place": "", "staff": "", "with_whom": "", "interpreter_language": "",
        "wished_by": "us", "revision": str(row.revision),
    } | changed  # fmt: skip
    return {f"change-{name}": value for name, value in fields.items()}


def _change(desk, row, **changed: str):
    return send(desk, f"/admin/appointment/{row.id}/change", _fields(row, **changed))


def test_the_page_shows_the_facts_and_that_somebody_read_them_is_recorded(desk, world) -> None:
    staff = world.coordinator()
    row = world.appointment(place="Room 12", staff=staff, kind="papers", interpreter_language="ar")
    page = text_of(desk.get(f"/admin/appointment/{row.id}"))
    for text in ("First talk", "02.11.2026 10:00", "Room 12", "help with papers", staff.name,
                 "Arabic, not ordered yet", "Amal Beispiel"):  # fmt: skip
        assert text in page
    assert AuditEntry.select().where(AuditEntry.event == "appointment:read").count() == 1


def test_another_time_is_stored_in_the_zone_of_the_site_with_what_it_was_before(desk, world):
    row = world.appointment(place="Room 3")
    response = _change(desk, row, starts_at="2026-11-05T14:30", place="Room 12", wished_by="person")
    assert response.status_code == 303
    again = row.refresh()
    assert again.starts_at.isoformat() == "2026-11-05T13:30:00+00:00"
    page = text_of(desk.get(f"/admin/appointment/{row.id}"))
    assert "02.11.2026 10:00" in page
    assert "Room 3" in page
    assert "by the person" in page


def test_a_form_that_changes_nothing_changes_nothing(desk, world):
    row = world.appointment()
    assert _change(desk, row).status_code == 303
    assert row.refresh().revision == 0
    assert not AppointmentShift.select().exists()


def test_time_and_particulars_change_together(desk, world):
    row, staff = world.appointment(), world.coordinator()
    _change(desk, row, starts_at="2026-11-05T14:30", subject="Second talk", staff=str(staff.id),
            kind="plan_talk", interpreter_language="fa")  # fmt: skip
    again = row.refresh()
    assert (again.subject, again.kind, again.staff, again.interpreter_language, again.revision) == (
        "Second talk", "plan_talk", staff, "fa", 2,
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [
    {"starts_at": "2027-02-31T10:00"}, {"starts_at": "2027-03-28T02:30"}, {"starts_at": "soon"},
    {"starts_at": "2019-01-01T10:00"}, {"starts_at": "2199-01-01T10:00"}, {"starts_at": ""},
    {"minutes": "-30"}, {"minutes": "100000"}, {"minutes": "many"}, {"subject": ""},
    {"subject": "x" * 20_000}, {"staff": str(uuid.uuid4())}, {"kind": "forged"},
    {"interpreter_language": "klingon"}, {"wished_by": "nobody"},
])  # fmt: skip
def test_what_is_impossible_is_told_and_nothing_is_lost(desk, world, wrong: dict[str, str]) -> None:
    row = world.appointment()
    response = _change(desk, row, **{"place": "typed words", **wrong})
    page = text_of(response)
    assert response.status_code == 422
    assert "typed words" in page
    assert 'role="alert"' in page
    again = row.refresh()
    assert (again.revision, again.subject, again.starts_at) == (0, "First talk", world.at)


def test_a_time_that_the_clocks_leave_out_is_explained(desk, world) -> None:
    page = text_of(_change(desk, world.appointment(), starts_at="2027-03-28T02:30"))
    assert "The clocks are put forward then" in page
    page = text_of(_change(desk, world.appointment(), starts_at="2027-02-31T10:00"))
    assert "This day or time does not exist." in page


def test_of_two_editors_the_second_is_told_and_keeps_what_was_typed(desk, world) -> None:
    row = world.appointment()
    _change(desk, row, starts_at="2026-11-05T14:30")
    stale = _fields(row, place="typed words", starts_at="2026-11-06T09:00")
    response = send(desk, f"/admin/appointment/{row.id}/change", stale)
    page = text_of(response)
    assert response.status_code == 422
    assert "Someone else changed this in the meantime." in page
    assert "typed words" in page
    assert row.refresh().place is None
    stale["change-revision"] = "1"
    assert send(desk, f"/admin/appointment/{row.id}/change", stale).status_code == 303
    assert row.refresh().place == "typed words"


def test_a_colleague_who_is_busy_is_warned_of_once_and_planned_if_it_is_meant(desk, world):
    staff = world.coordinator()
    world.appointment(starts_at=world.at + timedelta(days=1), staff=staff)
    row = world.appointment()
    changed = {"starts_at": "2026-11-03T10:15", "staff": str(staff.id)}
    page = text_of(_change(desk, row, **changed))
    assert "10:00–10:30" in page
    assert 'name="change-anyway"' in page
    assert row.refresh().starts_at == world.at
    assert _change(desk, row, **changed, anyway="y").status_code == 303
    assert row.refresh().staff == staff


def test_the_warning_also_stands_on_the_page_of_the_case(desk, world) -> None:
    staff, case = world.coordinator(), world.case()
    world.appointment(staff=staff)
    fields = {"appointment-subject": "Plan", "appointment-starts_at": "2026-11-02T10:00",
              "appointment-minutes": "30", "appointment-staff": str(staff.id)}  # fmt: skip
    response = send(desk, f"/admin/case/{case.id}/appointment", fields)
    assert response.status_code == 422
    assert 'name="appointment-anyway"' in text_of(response)
    fields["appointment-anyway"] = "y"
    assert send(desk, f"/admin/case/{case.id}/appointment", fields).status_code == 303
    assert Appointment.select().count() == 2


@pytest.mark.parametrize(("state", "fields"), [
    ("kept", {}), ("missed", {"missed-reason": "late"}),
    ("excused", {"excused-reason": "ill", "excused-note": "called at noon"}),
    ("cancelled", {"cancelled-by": "us", "cancelled-reason": "no_interpreter"}),
])  # fmt: skip
def test_how_it_ended_is_noted_with_its_reason(desk, world, state, fields) -> None:
    row = world.appointment()
    address = f"/admin/appointment/{row.id}/settle"
    assert send(desk, address, {"state": state, **fields}).status_code == 303
    again = row.refresh()
    assert again.state == state
    assert again.reason == fields.get(f"{state}-reason", "")
    assert again.note == fields.get(f"{state}-note")


@pytest.mark.parametrize("fields", [
    {"state": "missed", "missed-reason": "ill"}, {"state": "excused"},
    {"state": "excused", "excused-reason": "ill", "excused-note": "x" * 20_000},
    {"state": "cancelled", "cancelled-by": "nobody", "cancelled-reason": "other"},
])  # fmt: skip
def test_a_reason_that_does_not_fit_is_told(desk, world, fields: dict[str, str]) -> None:
    row = world.appointment()
    response = send(desk, f"/admin/appointment/{row.id}/settle", fields)
    assert response.status_code == 422
    assert row.refresh().state == "planned"


@pytest.mark.parametrize("state", ["", "forged", "\x00", "x" * 20_000])
def test_a_forged_state_is_not_found(desk, world, state: str) -> None:
    row = world.appointment()
    assert send(desk, f"/admin/appointment/{row.id}/settle", {"state": state}).status_code == 404


def test_a_button_that_comes_too_late_is_told_on_the_page(desk, world) -> None:
    row = settle_appointment(world.appointment(), "cancelled", by=SYSTEM, at=world.at)
    response = send(desk, f"/admin/appointment/{row.id}/settle", {"state": "kept"})
    assert response.location.endswith(f"/admin/appointment/{row.id}")
    assert "cannot become" in text_of(desk.get(response.location))
    assert row.refresh().state == "cancelled"


def test_an_interpreter_is_noted_as_ordered(desk, world) -> None:
    row = world.appointment(interpreter_language="ar")
    address = f"/admin/appointment/{row.id}/interpreter"
    assert send(desk, address, {"whom": "Language pool"}).status_code == 303
    assert row.refresh().interpreter_by == "Language pool"
    page = text_of(desk.get(f"/admin/appointment/{row.id}"))
    assert "Arabic, ordered" in page
    assert send(desk, address, {"whom": "x" * 20_000}).status_code == 422


def test_an_appointment_of_another_organisation_does_not_exist(app, world) -> None:
    row = world.appointment(world.case(world.organization()))
    desk = desk_of(app, world.manager())
    assert desk.get(f"/admin/appointment/{row.id}").status_code == 404
    for part, fields in (("change", _fields(row)), ("settle", {"state": "kept"}),
                         ("interpreter", {"whom": "x"})):  # fmt: skip
        assert send(desk, f"/admin/appointment/{row.id}/{part}", fields).status_code == 404
    assert row.refresh().state == "planned"


def test_the_list_can_be_narrowed_to_who_has_them(desk, world) -> None:
    staff = world.coordinator()
    world.appointment(world.case(given_name="Mine"), staff=staff)
    world.appointment(world.case(given_name="Other"))
    page = text_of(desk.get(f"/admin/appointment/?flt_staff={staff.id}"))
    assert "Mine" in page
    assert "Other Beispiel" not in page
