from __future__ import annotations

from datetime import date

import pytest

from casework.core.access import SYSTEM, Role
from casework.sites import Arrival, Site, announce_arrival, move_arrival
from tests.admin.desk import sign_in
from tests.databases import statements
from tests.pages import csrf_token


def body(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def coordinator(client, world):
    sign_in(client, world.coordinator())
    return client


@pytest.fixture
def site(world) -> Site:
    return world.site("Neubau Lindenweg")


def announce(client, data):
    token = csrf_token(body(client.get("/admin/growth/")))
    return client.post("/admin/growth/announce", data={"csrf_token": token, **data})


def test_people_are_announced_and_the_places_left_are_shown(coordinator, site):
    data = {"site": str(site.id), "people": "60", "arrives_on": "2026-12-01"}
    answer = announce(coordinator, data)
    assert answer.status_code == 303
    page = body(coordinator.get("/admin/growth/"))
    assert "10 places too few" in page or "10 Plätze" in page
    assert "<svg" in page


@pytest.mark.parametrize(
    "wrong",
    [{"people": "0"}, {"people": "many"}, {"people": "999999999999"}, {"arrives_on": "31.02.2027"},
     {"arrives_on": "0001-01-01"}, {"arrives_on": "2099-01-01"}, {"site": "x"}, {"site": ""},
     {"note": "x" * 20_000}],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_stays_typed(coordinator, site, wrong):
    data = {"site": str(site.id), "people": "60", "arrives_on": "2026-12-01"} | wrong
    assert announce(coordinator, data).status_code == 422
    assert not Arrival.select().exists()


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(coordinator, world, site):
    arrival = announce_arrival(site, 60, date(2026, 12, 1), by=SYSTEM, at=world.at)
    path = f"/admin/growth/{arrival.id}"
    token = csrf_token(body(coordinator.get(path)))
    data = {"csrf_token": token, "people": "55", "arrives_on": "2026-12-01", "revision": "0"}
    assert coordinator.post(path, data=data).status_code == 303
    second = coordinator.post(path, data=data | {"people": "44"})
    assert second.status_code == 422
    assert 'value="44"' in body(second)
    assert Arrival.get().people == 55


def test_who_has_come_is_moved_once(coordinator, world, site):
    arrival = announce_arrival(site, 60, by=SYSTEM, at=world.at)
    token = csrf_token(body(coordinator.get("/admin/growth/")))
    data = {"csrf_token": token, "state": "arrived", "revision": "0"}
    path = f"/admin/growth/{arrival.id}/move"
    assert coordinator.post(path, data=data).status_code == 303
    coordinator.post(path, data=data)
    assert (arrival.refresh().state, arrival.refresh().revision) == ("arrived", 1)
    assert coordinator.post(path, data=data | {"state": "moon"}).status_code == 404


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.COORDINATOR])
def test_arrivals_lists_and_the_forecast_are_for_the_coordinator(client, world, role):
    sign_in(client, world.staff(role, organization=world.organization()))
    for path in ("growth/", "arrival_list/", "arrival_list/look", "forecast/", "workload/choose"):
        assert client.get(f"/admin/{path}").status_code == 404, path


def test_the_page_asks_the_same_however_many_come(coordinator, world, site):
    def asked() -> int:
        with statements() as seen:
            assert coordinator.get("/admin/growth/").status_code == 200
        return len(seen)

    gone = announce_arrival(site, 9, by=SYSTEM, at=world.at)
    move_arrival(gone, "cancelled", revision=0, by=SYSTEM, at=world.at)
    announce_arrival(site, 1, by=SYSTEM, at=world.at)
    before = asked()
    for number in range(5):
        announce_arrival(world.site(f"Haus {number}"), 5, by=SYSTEM, at=world.at)
    assert asked() <= before <= 16


def test_the_forecast_takes_what_is_supposed_from_the_address(coordinator, world, site):
    world.need()
    announce_arrival(site, 150, date(2026, 12, 1), by=SYSTEM, at=world.at)
    page = body(coordinator.get("/admin/forecast/"))
    assert "+150" in page
    fewer = "?months=12&household_size=2.5&share=50&others=0&years=3"
    assert "+75" in body(coordinator.get(f"/admin/forecast/{fewer}"))


@pytest.mark.parametrize(
    "asked",
    ["months=13", "share=101", "years=0", "others=-1", "household_size=nan", "household_size=x"],
)
def test_impossible_assumptions_are_told_and_the_usual_ones_shown(coordinator, asked):
    usual = {"months": "24", "household_size": "2.5", "share": "100", "others": "0", "years": "3"}
    name, value = asked.split("=")
    query = "&".join(f"{key}={text}" for key, text in (usual | {name: value}).items())
    assert coordinator.get(f"/admin/forecast/?{query}").status_code == 422
