"""Who helps, on the case page: noted, changed without losing anything, proposed and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.conferences import Conference, call_conference, cancel_conference
from casework.core.access import SYSTEM
from casework.engagements import Engagement
from casework.messages import OutboxMail
from casework.named_supports import NamedSupport
from casework.supporters import Supporter
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def test_who_else_helps_is_noted_changed_and_ended(desk, world: World) -> None:
    case = world.case()
    at = f"/admin/case/{case.id}"
    fields = {"support-area": "family", "support-who": "Tante Mariam", "support-kind": "family",
              "support-since": "2024-05-01"}  # fmt: skip
    assert send(desk, f"{at}/support", fields).status_code == 303
    made = NamedSupport.get()
    assert "Tante Mariam" in text_of(desk.get(at))
    named = {"who": "Onkel Sami", "kind": "family", "since": "", "until": "", "revision": "0"}
    fields = {f"named-{made.id.hex}-{key}": value for key, value in named.items()}
    assert send(desk, f"{at}/named-support/{made.id}", fields).status_code == 303
    response = send(desk, f"{at}/named-support/{made.id}", fields)
    assert response.status_code == 422
    assert "Someone else changed this" in text_of(response)
    assert send(desk, f"{at}/named-support/{made.id}", {"end": "1"}).status_code == 303
    assert made.refresh().until == world.at.date()


@pytest.mark.parametrize("who", ["", "\0", "x" * 20_000])
def test_a_name_that_is_none_comes_back(desk, world: World, who: str) -> None:
    fields = {"support-area": "family", "support-who": who, "support-kind": "family"}
    response = send(desk, f"/admin/case/{world.case().id}/support", fields)
    assert response.status_code == 422
    assert not NamedSupport.select().exists()


def test_a_volunteer_is_proposed_agrees_begins_and_ends(desk, world: World) -> None:
    case, offer = world.case(), world.offer()
    at = f"/admin/case/{case.id}"
    fields: dict[str, Any] = {"engagement-offer": str(offer.id), "engagement-area": "language"}
    assert send(desk, f"{at}/engagement", fields).status_code == 303
    assert send(desk, f"{at}/engagement", fields).status_code == 422
    made = Engagement.get()
    for state in ("agreed", "running"):
        address = f"{at}/engagement/{made.id}"
        assert send(desk, address, {"state": state}).status_code == 303
        assert made.refresh().state == state
    assert send(desk, address, {"state": "ended", "reason": ""}).status_code == 409
    assert send(desk, address, {"state": "ended", "reason": "wish"}).status_code == 303
    assert send(desk, address, {"state": "agreed"}).status_code == 409
    assert send(desk, address, {"state": "x"}).status_code == 404
    assert "at the household" in text_of(desk.get(at))


def test_an_offer_that_is_not_open_is_not_proposed(desk, world: World) -> None:
    case, offer = world.case(), world.offer(state="new")
    fields = {"engagement-offer": str(offer.id), "engagement-area": "language"}
    assert send(desk, f"/admin/case/{case.id}/engagement", fields).status_code == 422
    assert not Engagement.select().exists()


def test_an_integration_manager_sees_no_volunteers_to_choose_from(app, world: World) -> None:
    manager, offer = world.manager(), world.offer("Ehrenwort")
    case = world.case(manager.organization)
    desk = desk_of(app, manager)
    assert "Ehrenwort" not in text_of(desk.get(f"/admin/case/{case.id}"))
    fields = {"engagement-offer": str(offer.id), "engagement-area": "language"}
    assert send(desk, f"/admin/case/{case.id}/engagement", fields).status_code == 404


def _called(world: World) -> Conference:
    case = world.case()
    guest = Supporter("provider", world.organization(email="desk@provider.example").id)
    return call_conference(case, world.at + timedelta(days=7), [guest], by=SYSTEM, at=world.at)


def _move(made: Conference, **given: str) -> dict[str, str]:
    fields = {"starts_at": "2026-11-20T14:00", "venue": "phone", "place": "Link comes later",
              "revision": str(made.revision)} | given  # fmt: skip
    return {f"conference-{made.id.hex}-{name}": value for name, value in fields.items()}


def test_a_case_conference_is_moved_and_the_second_editor_loses_nothing(desk, world) -> None:
    made = _called(world)
    at = f"/admin/case/{made.case.id}"
    page = text_of(desk.get(at))
    assert "Move the case conference" in page
    assert f'value="{made.starts_at + timedelta(hours=1):%Y-%m-%dT%H:%M}"' in page
    moved = send(desk, f"{at}/conference/{made.id}/move", _move(made))
    assert moved.status_code == 303
    assert "Whoever was invited hears of it." in text_of(desk.get(at))
    late = _move(made, starts_at="2026-11-21T09:00", place="Room 9")
    response = send(desk, f"{at}/conference/{made.id}/move", late)
    assert response.status_code == 422
    page = text_of(response)
    for text in ("Someone else changed this", "Room 9", "2026-11-21T09:00"):
        assert text in page
    assert made.refresh().revision == 1


def test_a_conference_that_stays_as_it_is_tells_nobody(desk, world: World) -> None:
    made = _called(world)
    count = OutboxMail.select().count()
    same = f"{made.starts_at + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    fields = _move(made, starts_at=same, venue="centre", place="")
    address = f"/admin/case/{made.case.id}/conference/{made.id}/move"
    assert send(desk, address, fields).status_code == 303
    assert "Nothing was changed." in text_of(desk.get(f"/admin/case/{made.case.id}"))
    assert OutboxMail.select().count() == count


@pytest.mark.parametrize(
    "starts_at",
    ["", "2026-02-31T10:00", "2020-01-01T10:00", "2100-01-01T10:00", "x\0", "9" * 20_000],
)
def test_a_time_that_nobody_can_come_to_is_refused(desk, world: World, starts_at: str) -> None:
    made = _called(world)
    address = f"/admin/case/{made.case.id}/conference/{made.id}/move"
    response = send(desk, address, _move(made, starts_at=starts_at))
    assert response.status_code == 422
    assert "Link comes later" in text_of(response)
    assert made.refresh().revision == 0


def test_another_case_and_another_organisation_move_nothing(app, desk, world: World) -> None:
    made, other = _called(world), world.case()
    foreign = f"/admin/case/{other.id}/conference/{made.id}/move"
    assert send(desk, foreign, _move(made)).status_code == 404
    theirs = desk_of(app, world.manager())
    own = f"/admin/case/{made.case.id}/conference/{made.id}/move"
    assert send(theirs, own, _move(made)).status_code == 404


def test_what_is_over_cannot_be_moved_any_more_and_says_so(desk, world: World) -> None:
    made = cancel_conference(_called(world), by=SYSTEM, at=world.at)
    address = f"/admin/case/{made.case.id}/conference/{made.id}/move"
    response = send(desk, address, _move(made))
    assert response.status_code == 409
    assert "This case conference cannot be moved any more" in text_of(response)
