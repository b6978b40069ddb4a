"""The overview of waiting time, and its part of the case page."""

from __future__ import annotations

import pytest

from casework.core.access import SYSTEM, Role
from casework.plans.blockers import blocker_of
from casework.plans.steps import hold_step
from casework.plans.whole import WholePlan
from tests.admin.pressing import desk_of, text_of
from tests.databases import statements
from tests.world import World


def _wait(world: World, organization=None, days: int = 34) -> object:
    plan = world.plan(world.case(organization))
    step = WholePlan(plan).steps[0]
    hold_step(step, blocker_of("no_place"), "system", by=SYSTEM, at=world.at)
    world.clock.forward(days=days)
    return plan.case


def test_the_case_page_says_how_long_it_waited_and_for_whom(app, world: World) -> None:
    case = _wait(world)
    page = text_of(desk_of(app, world.coordinator()).get(f"/admin/case/{case.id}"))
    section = page[page.index('<section id="waiting"') :].partition("</section>")[0]
    for text in ("for a free place anywhere", "34 days", "1 thing waits now"):
        assert text in section


def test_a_case_that_never_waited_says_nothing(app, world: World) -> None:
    case = world.case()
    page = text_of(desk_of(app, world.coordinator()).get(f"/admin/case/{case.id}"))
    assert '<section id="waiting"' not in page


def test_the_overview_names_areas_providers_and_organisations(app, world: World) -> None:
    own = world.organization("Eigenwort")
    _wait(world, own)
    world.referral(world.need(world.case(own)), world.service(world.organization("Fremdhilfe")))
    world.clock.forward(days=3)
    page = text_of(desk_of(app, world.coordinator()).get("/admin/waiting/?days=1461"))
    for text in ("37 days", "3 days", "Fremdhilfe", "Eigenwort", "for a provider"):
        assert text in page


def test_a_manager_sees_the_own_cases_only(app, world: World) -> None:
    manager = world.manager()
    _wait(world, manager.organization, days=5)
    _wait(world, world.organization("Fremdwort"), days=50)
    page = text_of(desk_of(app, manager).get("/admin/waiting/?days=1461"))
    assert "55 days" in page
    assert "50 days" not in page
    assert "Fremdwort" not in page


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR,
])  # fmt: skip
def test_who_works_on_no_case_sees_no_overview(app, world: World, role) -> None:
    assert desk_of(app, world.staff(role)).get("/admin/waiting/").status_code == 404


@pytest.mark.parametrize("days", ["", "0", "-1", "1e9", "x" * 20_000, "%00"])
def test_another_span_shows_the_usual_one(app, world: World, days) -> None:
    page = desk_of(app, world.coordinator()).get(f"/admin/waiting/?days={days}")
    assert page.status_code == 200
    assert "Nobody waited." in text_of(page)


def test_the_overview_takes_as_many_statements_for_many_cases(app, world: World) -> None:
    desk = desk_of(app, world.coordinator())

    def count() -> int:
        with statements() as seen:
            desk.get("/admin/waiting/")
        return len(seen)

    few = count()
    for _ in range(4):
        _wait(world, days=1)
        world.referral()
    assert count() <= few + 1 <= 35
