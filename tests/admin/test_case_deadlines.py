"""Deadlines on the page of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.cases import Case
from casework.core.access import SYSTEM
from casework.deadlines import Deadline, extend_deadline, move_deadline
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _at(case: Case, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *map(str, parts)])


def _section(page: str) -> str:
    return page[page.index('<section id="deadlines"') :].partition("</section>")[0]


def _extension(deadline: Deadline, **given: str) -> dict[str, str]:
    name = f"extend-{deadline.id.hex}-"
    return {f"{name}revision": "0"} | {f"{name}{key}": value for key, value in given.items()}


def test_a_deadline_is_entered_for_a_person_and_stands_out_when_it_is_near(desk, world) -> None:
    case = world.case(given_name="Amal")
    person = case.household.people.get()
    fields = {"deadline-kind": "residence_permit", "deadline-due_on": "2026-12-24",
              "deadline-person": str(person.id), "deadline-note": "Termin online"}  # fmt: skip
    assert send(desk, _at(case, "deadline"), fields).status_code == 303
    section = _section(text_of(desk.get(_at(case))))
    for text in ("Residence permit ends", "Amal", "24.12.2026", "near", "Termin online"):
        assert text in section
    assert "Deadline entered" in text_of(desk.get(_at(case)))


@pytest.mark.parametrize("fields", [
    {"deadline-due_on": "31.02.2027"}, {"deadline-due_on": ""}, {"deadline-due_on": "2199-01-01"},
    {"deadline-kind": "forged"}, {"deadline-due_on": "0001-01-01"},
    {"deadline-note": "x" * 20_000},
])  # fmt: skip
def test_a_wrong_deadline_comes_back_with_what_was_typed(desk, world, fields) -> None:
    case = world.case()
    right = {"deadline-kind": "passport", "deadline-due_on": "2027-01-01", "deadline-person": "",
             "deadline-note": "Getippt"}  # fmt: skip
    response = send(desk, _at(case, "deadline"), right | fields)
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert not Deadline.select().exists()


def test_a_person_of_another_household_cannot_be_named(desk, world: World) -> None:
    case, other = world.case(), world.person()
    fields = {"deadline-kind": "passport", "deadline-due_on": "2027-01-01",
              "deadline-person": str(other.id)}  # fmt: skip
    assert send(desk, _at(case, "deadline"), fields).status_code == 422
    assert not Deadline.select().exists()


def test_an_extension_keeps_the_history_and_a_wrong_one_what_was_typed(desk, world) -> None:
    deadline = world.deadline(due_on=date(2026, 12, 24))
    address = _at(deadline.case, "deadline", deadline.id, "extend")
    wrong = send(desk, address, _extension(deadline, due_on="2026-12-01", reason="Getippt"))
    assert wrong.status_code == 422
    assert "after 24.12.2026" in text_of(wrong)
    assert "Getippt" in _section(text_of(wrong))
    fields = _extension(deadline, due_on="24.06.2027", reason="Fiktion")
    assert send(desk, address, fields).status_code == 303
    section = _section(text_of(desk.get(_at(deadline.case))))
    for text in ("24.12.2026 → 24.06.2027", "Fiktion"):
        assert text in section


def test_the_second_of_two_who_extend_is_told_and_can_send_again(desk, world: World) -> None:
    deadline = world.deadline(due_on=date(2026, 12, 24))
    extend_deadline(deadline, date(2027, 1, 1), revision=0, by=SYSTEM, at=world.at)
    address = _at(deadline.case, "deadline", deadline.id, "extend")
    fields = _extension(deadline, due_on="2027-05-01", reason="Zweite")
    response = send(desk, address, fields)
    assert response.status_code == 422
    assert "Someone else changed this" in text_of(response)
    again = fields | {f"extend-{deadline.id.hex}-revision": "1"}
    assert send(desk, address, again).status_code == 303
    assert deadline.refresh().due_on == date(2027, 5, 1)


def test_buttons_tick_off_and_a_late_one_is_told(desk, world: World) -> None:
    deadline = world.deadline()
    address = _at(deadline.case, "deadline", deadline.id)
    assert send(desk, address, {"state": "done"}).status_code == 303
    assert send(desk, address, {"state": "dropped"}).status_code == 409
    for state in ("", "forged", "\x00"):
        assert send(desk, address, {"state": state}).status_code == 404
    assert deadline.refresh().state == "done"


def test_a_deadline_of_another_case_is_not_found(desk, world: World) -> None:
    deadline, case = world.deadline(), world.case()
    for parts in (("deadline", deadline.id), ("deadline", deadline.id, "extend")):
        assert send(desk, _at(case, *parts), {"state": "done"}).status_code == 404
    move_deadline(deadline, "done", by=SYSTEM, at=world.at)
