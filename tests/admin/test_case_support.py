"""Who helps, on the case page: noted, changed without losing anything, proposed and ended."""

from __future__ import annotations

from typing import Any

import pytest

from casework.engagements import Engagement
from casework.named_supports import NamedSupport
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
