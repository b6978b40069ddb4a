"""Meetings and decisions on the desk."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from casework.core.access import SYSTEM
from casework.network.meetings import Decision, Meeting, Participant, add_decision, plan_meeting
from tests.admin.pressing import desk_of, send, text_of, token_of
from tests.world import World


@pytest.fixture
def coordinator(world: World):
    return world.coordinator()


@pytest.fixture
def desk(app, coordinator):
    return desk_of(app, coordinator)


def _post(desk: Any, address: str, data: dict[str, Any]) -> Any:
    return desk.post(address, data={"csrf_token": token_of(desk), **data})


def _meeting(world: World, hours: int = -3, **given: Any) -> Meeting:
    starts = world.at + timedelta(hours=hours)
    return plan_meeting("Runder Tisch", starts, **{"by": SYSTEM, "at": world.at} | given)


def test_a_meeting_is_planned_with_contacts_and_colleagues(desk, world, coordinator) -> None:
    contact = world.contact()
    fields = {"title": "Runder Tisch", "starts_at": "2026-11-10T14:00", "minutes": "90",
              "place": "Rathaus", "agenda": "Wohnen", "contacts": [str(contact.id)],
              "colleagues": [str(coordinator.id)]}  # fmt: skip
    assert _post(desk, "/admin/meeting/new/", fields).status_code == 303
    meeting = Meeting.get()
    assert Participant.select().count() == 2
    page = text_of(desk.get(f"/admin/meeting/details/?id={meeting.id}"))
    for text in ("Frau Beispiel", coordinator.name, "10.11.2026 14:00", "Wohnen", "lies ahead"):
        assert text in page
    edit = text_of(desk.get(f"/admin/meeting/edit/?id={meeting.id}"))
    assert edit.count("checked") == 2
    fields |= {"contacts": [], "place": "Kirche"}
    assert _post(desk, f"/admin/meeting/edit/?id={meeting.id}", fields).status_code == 303
    assert Participant.select().count() == 1


@pytest.mark.parametrize("wrong", [
    {"title": ""}, {"starts_at": "2026-02-31T10:00"}, {"starts_at": "2199-01-01T10:00"},
    {"minutes": "0"}, {"minutes": "x"}, {"contacts": ["forged"]}, {"title": "x" * 20_000},
])  # fmt: skip
def test_a_wrong_meeting_comes_back(desk, world: World, wrong) -> None:
    fields = {"title": "Getippt", "starts_at": "2026-11-10T14:00", "minutes": "90", "place": "Hier"}
    response = _post(desk, "/admin/meeting/new/", fields | wrong)
    assert response.status_code == 422
    assert 'value="Hier"' in text_of(response)
    assert not Meeting.select().exists()


def test_notes_and_decisions_become_tasks_that_are_ticked_off(desk, world, coordinator) -> None:
    contact = world.contact()
    meeting = _meeting(world, contacts=[contact])
    send(desk, f"/admin/meeting/{meeting.id}/held", {"notes-notes": "Alle da", "revision": "0"})
    held = meeting.refresh()
    assert (held.state, held.notes) == ("held", "Alle da")
    for who in (f"staff {coordinator.id}", f"contact {contact.id}"):
        fields = {"decision-what": "Liste", "decision-who": who, "decision-due_on": "2026-11-20"}
        assert send(desk, f"/admin/meeting/{meeting.id}/decision", fields).status_code == 303
    listed = text_of(desk.get("/admin/decision/"))
    assert listed.count("Liste") == 2
    own = Decision.get(Decision.staff == coordinator)
    assert send(desk, f"/admin/meeting/{meeting.id}/decision/{own.id}").status_code == 303
    assert text_of(desk.get("/admin/decision/")).count("Liste") == 1
    assert "have promised" in text_of(desk.get(f"/admin/network/details/?id={contact.id}"))


@pytest.mark.parametrize("wrong", [
    {"what": ""}, {"who": "police 1"}, {"who": ""}, {"due_on": "31.02.2027"}, {"due_on": ""},
    {"due_on": "2199-01-01"}, {"what": "x" * 20_000},
])  # fmt: skip
def test_a_wrong_decision_comes_back(desk, world: World, coordinator, wrong) -> None:
    meeting = _meeting(world)
    said = {"what": "Getippt", "who": f"staff {coordinator.id}", "due_on": "2026-11-20"} | wrong
    fields = {f"decision-{name}": value for name, value in said.items()}
    response = send(desk, f"/admin/meeting/{meeting.id}/decision", fields)
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert not Decision.select().exists()


def test_a_meeting_that_lies_ahead_was_not_held(desk, world: World) -> None:
    meeting = _meeting(world, hours=3)
    response = send(desk, f"/admin/meeting/{meeting.id}/held", {"revision": "0"})
    assert response.status_code == 422
    assert meeting.refresh().state == "planned"
    assert send(desk, f"/admin/meeting/{meeting.id}/state",
                {"state": "cancelled"}).status_code == 303  # fmt: skip
    late = send(desk, f"/admin/meeting/{meeting.id}/state", {"state": "cancelled"})
    assert late.status_code == 409
    for state in ("held", "", "x" * 20_000):
        address = f"/admin/meeting/{meeting.id}/state"
        assert send(desk, address, {"state": state}).status_code == 404


def test_the_second_who_writes_the_notes_is_told_and_loses_nothing(desk, world: World) -> None:
    meeting = _meeting(world)
    address = f"/admin/meeting/{meeting.id}/held"
    send(desk, address, {"notes-notes": "Erste", "revision": "0"})
    response = send(desk, address, {"notes-notes": "Zweite", "revision": "0"})
    assert response.status_code == 422
    for text in ("Someone else changed this", "Erste", "Zweite"):
        assert text in text_of(response)


def test_a_manager_finds_only_meetings_at_which_they_sit(app, world: World) -> None:
    manager = world.manager()
    foreign = _meeting(world)
    own = plan_meeting("Eigenes", world.at, staff=[manager], by=SYSTEM, at=world.at)
    decision = add_decision(foreign, "Fremd", date(2026, 11, 20), staff=world.coordinator(),
                            by=SYSTEM, at=world.at)  # fmt: skip
    add_decision(foreign, "Meins", date(2026, 11, 20), staff=manager, by=SYSTEM, at=world.at)
    desk = desk_of(app, manager)
    page = text_of(desk.get("/admin/meeting/"))
    assert "Eigenes" in page
    assert "Runder Tisch" not in page
    for address in (f"details/?id={foreign.id}", f"edit/?id={foreign.id}"):
        assert desk.get(f"/admin/meeting/{address}").status_code == 404
    address = f"/admin/meeting/{own.id}/decision/{decision.id}"
    assert send(desk, address).status_code == 404
    listed = text_of(desk.get("/admin/decision/"))
    assert "Meins" in listed
    assert "Fremd" not in listed
