"""The counter: who comes today, visits in seconds, the week in figures."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from casework.appointments import order_interpreter, settle_appointment
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.visits import Visit, note_visit
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _counter(client, query: str = "") -> str:
    response = client.get(f"/admin/counter/{query}")
    assert response.status_code == 200
    return text_of(response)


def _note(desk, **fields: str):
    return send(desk, "/admin/counter/visit", {"outcome": "answered"} | fields)


def test_todays_appointments_stand_in_order_and_others_do_not(desk, world) -> None:
    for hours, name in ((5, "Late"), (2, "Early"), (24, "Tomorrow")):
        world.appointment(world.case(given_name=name), world.at + timedelta(hours=hours))
    page = _counter(desk)
    assert page.index("Early") < page.index("Late")
    assert "Tomorrow" not in page
    assert "2 appointments today" in page


def test_an_interpreter_who_is_not_ordered_yet_is_seen(desk, world) -> None:
    row = world.appointment(interpreter_language="ar")
    page = _counter(desk)
    assert "Arabic, not ordered yet" in page
    assert "1 interpreter not ordered yet" in page
    order_interpreter(row, "", by=SYSTEM, at=world.at)
    page = _counter(desk)
    assert "Arabic, ordered" in page
    assert "not ordered yet" not in page


def test_buttons_take_somebody_from_the_door_to_the_end(desk, world) -> None:
    row = world.appointment()
    for step, word in (("arrived", "is waiting"), ("served", "is being served"),
                       ("expected", "Has arrived"), ("left", "kept")):  # fmt: skip
        response = send(desk, f"/admin/counter/appointment/{row.id}", {"step": step})
        assert response.location.endswith(f"#a-{row.id.hex}")
        assert word in _counter(desk)
    assert row.refresh().state == "kept"


def test_somebody_who_did_not_come_is_missed_and_can_be_excused_later(desk, world) -> None:
    row = world.appointment()
    send(desk, f"/admin/counter/appointment/{row.id}", {"step": "missed"})
    assert (row.refresh().state, row.refresh().reason) == ("missed", "no_show")
    assert f"/admin/appointment/{row.id}" in _counter(desk)


@pytest.mark.parametrize("step", ["", "forged", "kept", "\x00", "x" * 20_000])
def test_a_forged_step_is_not_found(desk, world, step: str) -> None:
    row = world.appointment()
    address = f"/admin/counter/appointment/{row.id}"
    assert send(desk, address, {"step": step}).status_code == 404
    assert row.refresh().arrived_at is None


def test_a_button_that_comes_too_late_is_told(desk, world) -> None:
    row = settle_appointment(world.appointment(), "cancelled", by=SYSTEM, at=world.at)
    response = send(desk, f"/admin/counter/appointment/{row.id}", {"step": "arrived"})
    assert response.status_code == 303
    assert "already. Please load the page again." in _counter(desk)


def test_a_visit_of_somebody_known_takes_a_name_and_one_button(desk, world) -> None:
    case = world.case(given_name="Bea", language="fa")
    response = _note(desk, who="bea beispiel", area="housing")
    assert response.status_code == 303
    visit = Visit.get()
    assert (visit.case, visit.language, visit.life_area.code) == (case, "fa", "housing")
    page = text_of(desk.get(response.location))
    assert "Noted: Bea Beispiel." in page
    assert f"/admin/case/{case.id}#needs" in page
    assert "autofocus" in page


def test_a_visit_of_somebody_unknown_takes_no_name(desk, world) -> None:
    assert _note(desk, area="language", language="uk", outcome="sent_on").status_code == 303
    visit = Visit.get()
    assert (visit.case, visit.language, visit.outcome) == (None, "uk", "sent_on")
    assert "somebody unknown" in _counter(desk)


def test_where_several_fit_one_is_chosen_and_nothing_typed_is_lost(desk, world) -> None:
    first, second = world.case(given_name="Amal"), world.case(given_name="Amal")
    response = _note(desk, who="Amal", area="housing", outcome="again")
    page = text_of(response)
    assert response.status_code == 422
    assert "Several people fit." in page
    assert first.reference in page
    assert second.reference in page
    assert '<option selected value="housing">' in page
    assert not Visit.select().exists()
    _note(desk, who="Amal", area="housing", outcome="again", case=str(second.id))
    assert Visit.get().case == second


def test_who_searches_at_the_counter_and_sees_names_has_read_these_cases(desk, world) -> None:
    first, second = world.case(given_name="Amal"), world.case(given_name="Amal")
    world.case(given_name="Olena")
    _note(desk, who="Amal", area="housing", outcome="again")
    read = AuditEntry.select().where(AuditEntry.event == "case:read")
    assert {row.subject_id for row in read} == {first.id, second.id}


def test_where_nobody_is_found_the_visit_can_be_noted_all_the_same(desk, world) -> None:
    response = _note(desk, who="Nobody Known", area="housing")
    assert response.status_code == 422
    assert "Nobody was found." in text_of(response)
    _note(desk, who="Nobody Known", area="housing", case="unknown")
    assert Visit.get().case is None


def test_a_double_click_is_one_visit(desk, world) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        assert _note(desk, key=key).status_code == 303
    assert Visit.select().count() == 1


@pytest.mark.parametrize("wrong", [
    {"area": "forged"}, {"outcome": "forged"}, {"outcome": ""}, {"language": "klingon"},
    {"who": "x" * 20_000}, {"who": "Amal", "case": str(uuid.uuid4())},
    {"who": "Amal", "case": "' OR 1=1"}, {"who": "\x00"},
])  # fmt: skip
def test_a_forged_visit_is_told_or_is_somebody_unknown(desk, world, wrong: dict[str, str]) -> None:
    world.case(given_name="Amal"), world.case(given_name="Amal")
    status = _note(desk, **wrong).status_code
    assert status == (303 if wrong == {"who": "\x00"} else 422)
    assert Visit.select().where(Visit.case.is_null(False)).count() == 0


@pytest.mark.parametrize("key", ["", "forged", "\x00", "x" * 20_000])
def test_a_forged_key_is_a_new_one(desk, world, key: str) -> None:
    assert _note(desk, key=key).status_code == 303
    assert Visit.select().count() == 1


def test_a_visit_entered_by_mistake_is_taken_out_the_same_day_only(desk, world, clock) -> None:
    visit = note_visit(None, outcome="answered", by=SYSTEM, at=world.at)
    assert send(desk, f"/admin/counter/visit/{visit.id}/remove").status_code == 303
    assert not Visit.select().exists()
    old = note_visit(None, outcome="answered", by=SYSTEM, at=world.at - timedelta(days=1))
    assert send(desk, f"/admin/counter/visit/{old.id}/remove").status_code == 404
    assert Visit.select().count() == 1


def test_the_week_is_counted_and_other_weeks_are_a_click_away(desk, world) -> None:
    for days in (0, 0, -7):
        at = world.at + timedelta(days=days)
        note_visit(None, outcome="answered", language="uk", by=SYSTEM, at=at)
    page = _counter(desk)
    assert "2 visits without an appointment" in page
    assert "Ukrainian" in page
    assert "1 visit without an appointment" in _counter(desk, "?week=2026-10-26")


@pytest.mark.parametrize("week", ["", "forged", "9999-12-31", "0001-01-01", "2026-02-31", "%00"])
def test_a_week_that_makes_no_sense_is_this_one(desk, world, week: str) -> None:
    assert "The week of 02.11.2026" in _counter(desk, f"?week={week}")


def test_an_integration_manager_sees_and_finds_the_own_cases_only(app, world) -> None:
    ours = world.manager()
    other = world.case(world.organization(), given_name="Theirs")
    row = world.appointment(other)
    visit = note_visit(other, outcome="answered", by=SYSTEM, at=world.at)
    world.appointment(world.case(ours.organization, given_name="Ours"))
    desk = desk_of(app, ours)
    page = _counter(desk)
    assert "Ours" in page
    assert "Theirs" not in page
    assert "0 visits without an appointment" in page
    assert _note(desk, who="Theirs").status_code == 422
    assert _note(desk, who=other.reference).status_code == 422
    for address in (f"appointment/{row.id}", f"visit/{visit.id}/remove"):
        assert send(desk, f"/admin/counter/{address}", {"step": "arrived"}).status_code == 404
    assert Visit.select().count() == 1


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR,
                                  Role.VOLUNTEER_COORDINATOR])  # fmt: skip
def test_who_works_on_no_case_has_no_counter(app, world, role: Role) -> None:
    assert desk_of(app, world.staff(role)).get("/admin/counter/").status_code == 404


def test_the_page_takes_as_many_statements_for_many_rows_as_for_a_few(desk, world) -> None:
    def fill() -> None:
        case = world.case()
        world.appointment(case, interpreter_language="ar", staff=world.coordinator())
        note_visit(case, outcome="answered", by=SYSTEM, at=world.at)
        note_visit(None, outcome="answered", by=SYSTEM, at=world.at)

    counts = []
    for rows in (2, 12):
        for _ in range(rows):
            fill()
        with statements() as seen:
            _counter(desk)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 24
