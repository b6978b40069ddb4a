from __future__ import annotations

import pytest

from casework.cases import assign_case
from casework.core.access import SYSTEM
from tests.admin.desk import sign_in
from tests.databases import statements
from tests.pages import csrf_token


def body(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def coordinator(client, world):
    sign_in(client, world.coordinator())
    return client


def sent(client, *cases, **data):
    token = csrf_token(body(client.get("/admin/workload/")) or "") or csrf_token(
        body(client.get("/admin/workload/choose"))
    )
    rows = [f"{case.id}:{case.revision}" for case in cases]
    return client.post("/admin/workload/assign", data={"csrf_token": token, "case": rows} | data)


def test_a_manager_sees_the_own_load_and_nobody_elses(client, world):
    manager, other = world.manager(), world.manager(world.organization("Andere"))
    world.case(manager.organization, assigned_to=manager)
    world.case(other.organization, assigned_to=other)
    sign_in(client, manager)
    page = body(client.get("/admin/workload/"))
    assert str(manager) in page
    assert str(other) not in page
    assert "Andere" not in page


def test_nothing_changes_before_somebody_agrees_to_what_was_shown(coordinator, world):
    old, new = world.manager(), world.manager()
    case = world.case(old.organization, assigned_to=old)
    look = sent(coordinator, case, assigned_to=str(new.id), action="look")
    assert look.status_code == 200
    assert str(old) in body(look)
    assert case.refresh().assigned_to == old
    done = sent(coordinator, case, assigned_to=str(new.id), action="assign")
    assert done.status_code == 303
    assert case.refresh().assigned_to == new
    assert case.refresh().organization == new.organization


def test_who_was_changed_meanwhile_is_named_and_left(coordinator, world):
    new, third, case = world.manager(), world.manager(), world.case()
    assign_case(
        case.refresh(), organization=third.organization, assigned_to=third, by=SYSTEM, at=world.at
    )
    sent(coordinator, case, assigned_to=str(new.id), action="assign")
    assert case.refresh().assigned_to == third
    assert case.reference in body(coordinator.get("/admin/workload/"))


def test_a_colleague_of_another_organisation_is_refused(coordinator, world):
    case, other = world.case(), world.manager()
    data = {"assigned_to": str(other.id), "organization": str(world.organization().id)}
    assert sent(coordinator, case, action="assign", **data).status_code == 422
    assert case.refresh().assigned_to is None


def test_cases_chosen_in_the_list_lead_to_the_same_page(coordinator, world):
    case = world.case()
    token = csrf_token(body(coordinator.get("/admin/case/")))
    data = {"csrf_token": token, "action": "assign", "rowid": str(case.id)}
    answer = coordinator.post("/admin/case/action/", data=data)
    assert answer.status_code == 200
    assert f"{case.id}:{case.revision}" in body(answer)


def test_a_manager_gives_no_cases_away_in_bulk(client, world):
    manager = world.manager()
    case = world.case(manager.organization)
    sign_in(client, manager)
    page = body(client.get("/admin/case/"))
    assert 'value="assign"' not in page
    data = {"csrf_token": csrf_token(page), "action": "assign", "rowid": str(case.id)}
    assert client.post("/admin/case/action/", data=data).status_code == 404
    assert client.post("/admin/workload/assign", data=data).status_code == 404


@pytest.mark.parametrize("case", ["", "nonsense", "x:y", "0193:0", "\x00:1", "a" * 20_000])
def test_a_case_that_is_none_is_nothing(coordinator, world, case):
    token = csrf_token(body(coordinator.get("/admin/workload/")))
    data = {"csrf_token": token, "case": case, "action": "assign"}
    assert coordinator.post("/admin/workload/assign", data=data).status_code == 303


def test_the_page_asks_the_same_however_many_colleagues_there_are(coordinator, world):
    def asked() -> int:
        with statements() as seen:
            assert coordinator.get("/admin/workload/").status_code == 200
        return len(seen)

    world.case(world.organization(), assigned_to=world.manager())
    before = asked()
    for _ in range(4):
        world.case(world.organization(), assigned_to=world.manager())
    assert asked() <= before <= 16


def test_looking_at_many_cases_asks_no_more_than_at_two(coordinator, world):
    def asked(cases) -> int:
        with statements() as seen:
            assert sent(coordinator, *cases, action="look").status_code == 200
        return len(seen)

    cases = [world.case(world.organization(), assigned_to=world.manager()) for _ in range(6)]
    assert asked(cases) <= asked(cases[:2]) + 1
