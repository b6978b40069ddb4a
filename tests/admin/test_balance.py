"""The support balance on the desk: read by eye and ear, acted on, and never a foreign file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from casework.cases import Case
from casework.conferences import Conference
from casework.core.access import Role
from casework.insight.balance.past import count_next_spread
from casework.named_supports import NamedSupport
from casework.plans.writing import Doer
from casework.transfers import Transfer
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World

BUDGET = 22


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _page(desk: Any, case: Case) -> str:
    return f"/admin/balance/{case.household.id}"


def test_who_has_an_open_need_and_nobody_stands_first(desk, world: World) -> None:
    helped = world.case(given_name="Helped")
    world.referral(world.need(helped))
    alone = world.case(given_name="Alone")
    world.need(alone)
    page = text_of(desk.get("/admin/balance/"))
    assert page.index("Alone") < page.index("Helped")
    assert "0 help, 1 open need, nobody helps" in page
    assert "1 helps</span>" in page


def test_filters_narrow_by_flag_area_site_and_organisation(desk, world: World) -> None:
    site, organization = world.site(), world.organization()
    here = world.case(organization, given_name="Here", household=world.household(site=site))
    world.need(here, "debt")
    world.case(given_name="There")
    asked = {
        "flag=under": ("Here", "There"), "area=money": ("Here", "There"),
        f"site={site.id}": ("Here", "There"), f"organization={organization.id}": ("Here", "There"),
    }  # fmt: skip
    for query, (shown, hidden) in asked.items():
        page = text_of(desk.get(f"/admin/balance/?{query}"))
        assert shown in page, query
        assert hidden not in page, query
    both = text_of(desk.get("/admin/balance/?flag=alone"))
    assert "Here" in both
    assert "There" in both


@pytest.mark.parametrize(
    "query", ["flag=x", "area=%00", "site=1", "organization=x", "page=-1", "page=99999999999"]
)
def test_what_nobody_can_mean_is_passed_over(desk, world: World, query: str) -> None:
    world.case()
    assert desk.get(f"/admin/balance/?{query}").status_code == 200
    assert desk.get(f"/admin/balance/spread?{query}").status_code == 200


def test_the_heat_map_keeps_its_budget_while_rows_grow(desk, world: World) -> None:
    counts = []
    for number in (2, 20):
        for _ in range(number):
            world.need(world.case(world.organization()))
        with statements() as seen:
            assert desk.get("/admin/balance/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= BUDGET, counts


def test_an_organisation_sees_that_somebody_else_helps_and_not_who(app, world: World) -> None:
    manager, household = world.manager(), world.household()
    own = world.case(manager.organization, household=household)
    other = world.organization("Fremdwort e. V.")
    foreign = world.case(other, household=household)
    world.step(foreign, Doer("provider", organization=other), text="Fremdschritt")
    world.need(foreign, "debt")
    world.need(own)
    world.case(other, given_name="Fremdname")
    desk = desk_of(app, manager)
    pages = [text_of(desk.get(each)) for each in (
        "/admin/balance/", _page(desk, own), f"/admin/case/{own.id}", "/admin/balance/spread",
    )]  # fmt: skip
    # Elsewhere on the case page organisations can be chosen from the whole directory.
    pages[2] = pages[2][pages[2].index('<section id="support"') :].partition("</section>")[0]
    for page in pages:
        for secret in ("Fremdwort", "Fremdschritt", "Fremdname", foreign.reference):
            assert secret not in page
    for page in pages[1:3]:
        assert "Somebody else helps here, too." in page
    assert "1 helps" in pages[0]
    assert "Money" not in pages[1]


def test_a_foreign_household_does_not_exist(app, world: World) -> None:
    case = world.case(world.organization())
    desk = desk_of(app, world.manager())
    for address in (_page(desk, case), f"{_page(desk, case)}/x"):
        assert desk.get(address).status_code == 404
    for name in ("hand-over", "conference"):
        assert send(desk, f"{_page(desk, case)}/{name}").status_code == 404


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR])
def test_the_screen_is_not_there_for_who_sees_no_file(app, world: World, role: Role) -> None:
    desk = desk_of(app, world.staff(role))
    assert desk.get("/admin/balance/").status_code == 404
    assert desk.get("/admin/balance/spread").status_code == 404
    assert "Support balance" not in text_of(desk.get("/admin/"))


def test_help_is_handed_over_by_its_own_button_and_a_circle_is_refused(desk, world) -> None:
    case = world.case()
    a, b = world.organization("A e. V."), world.organization("B e. V.")
    first, back = (world.step(case, Doer("provider", organization=each)) for each in (a, b))
    assert "Hand over" in text_of(desk.get(_page(desk, case)))

    def over(step: Any, to: Any) -> Any:
        fields = {"to": f"provider:{to.id}", "seen": "planned", "note": "agreed by phone"}
        named = {f"to-{step.id.hex}-{key}": value for key, value in fields.items()}
        return send(desk, f"{_page(desk, case)}/hand-over", {"work": str(step.id), **named})

    assert over(first, b).status_code == 303
    assert first.refresh().state == "cancelled"
    assert "Help handed over" in text_of(desk.get(f"/admin/case/{case.id}"))
    world.step(case, Doer("provider", organization=a))
    response = over(back, a)
    assert response.status_code == 422
    assert "This would go in a circle: “A e. V.” handed over to “B e. V.”" in text_of(response)
    assert "agreed by phone" in text_of(response)
    assert Transfer.select().count() == 1


@pytest.mark.parametrize("to", ["", "provider:x", "nobody:1", "x" * 20_000, "provider:\0"])
def test_a_hand_over_to_nobody_changes_nothing(desk, world: World, to: str) -> None:
    case = world.case()
    step = world.step(case, Doer("provider", organization=world.organization()))
    world.named_support(case)
    fields = {"work": str(step.id), f"to-{step.id.hex}-to": to,
              f"to-{step.id.hex}-seen": "planned"}  # fmt: skip
    assert send(desk, f"{_page(desk, case)}/hand-over", fields).status_code == 422
    assert send(desk, f"{_page(desk, case)}/hand-over", {"work": to}).status_code == 404
    assert step.refresh().state == "planned"


def test_everybody_who_helps_is_invited_to_one_table(desk, world: World) -> None:
    case = world.case()
    organization = world.organization(email="desk@provider.example")
    world.step(case, Doer("provider", organization=organization))
    fields = {
        "conference-starts_at": "2026-11-20T10:00", "conference-venue": "centre",
        "conference-place": "Room 12", "conference-with_person": "y",
        "conference-invited": f"provider:{organization.id}",
    }  # fmt: skip
    assert send(desk, f"{_page(desk, case)}/conference", fields).status_code == 303
    made = Conference.get()
    page = text_of(desk.get(f"/admin/case/{case.id}"))
    for text in (
        "Case conferences",
        "knows only that the centre invites",
        "told by mail",
        "Room 12",
    ):
        assert text in page
    address = f"/admin/case/{case.id}/conference/{made.id}"
    assert send(desk, address, {"state": "cancelled"}).status_code == 303
    assert send(desk, address, {"state": "held"}).status_code == 409
    assert send(desk, address, {"state": "x"}).status_code == 404


def test_of_two_who_invite_at_once_the_second_is_told_and_loses_nothing(desk, world) -> None:
    case = world.case()
    world.named_support(case)
    named = f"named:{NamedSupport.get().id}"
    page = text_of(desk.get(_page(desk, case)))
    assert 'name="conference-seen" type="hidden" value="0"' in page
    fields = {"conference-starts_at": "2026-11-20T10:00", "conference-venue": "centre",
              "conference-invited": named, "conference-seen": "0"}  # fmt: skip
    assert send(desk, f"{_page(desk, case)}/conference", fields).status_code == 303
    later = fields | {"conference-starts_at": "2026-11-21T10:00", "conference-place": "Room 12"}
    response = send(desk, f"{_page(desk, case)}/conference", later)
    assert response.status_code == 422
    page = text_of(response)
    for text in ("20.11.2026 10:00", "Room 12", "A case conference is planned for"):
        assert text in page
    assert 'name="conference-seen" type="hidden" value="1"' in page
    again = send(desk, f"{_page(desk, case)}/conference", later | {"conference-seen": "1"})
    assert again.status_code == 303
    assert send(desk, f"{_page(desk, case)}/conference", fields | {"conference-seen": "2"}
                ).status_code == 422  # fmt: skip
    assert Conference.select().count() == 2


def test_an_invitation_that_is_wrong_comes_back_as_it_was_typed(desk, world: World) -> None:
    case = world.case()
    world.named_support(case)
    fields = {"conference-starts_at": "2020-01-01T10:00", "conference-venue": "centre",
              "conference-place": "Room 12"}  # fmt: skip
    response = send(desk, f"{_page(desk, case)}/conference", fields)
    assert response.status_code == 422
    assert "Room 12" in text_of(response)
    assert not Conference.select().exists()


def test_the_spread_shows_the_curve_beside_its_table(desk, world: World) -> None:
    world.case()
    world.named_support(world.case())
    page = text_of(desk.get("/admin/balance/spread"))
    for text in ("Lorenz curve", "<polyline", "0.50", "2 households", "Gini coefficient"):
        assert text in page
    assert desk.get("/admin/balance/spread?area=language").status_code == 200


def test_earlier_quarters_are_there_once_the_worker_has_counted_them(desk, world: World) -> None:
    world.named_support(world.case(), since=date(2025, 1, 1))
    Case.update(opened_at=datetime(2025, 1, 1, tzinfo=UTC)).execute()
    waits = "Earlier quarters are still being counted."
    page = text_of(desk.get("/admin/balance/spread"))
    assert waits in page
    assert "01.07.2025" not in page
    while count_next_spread(at=world.at):
        pass
    page = text_of(desk.get("/admin/balance/spread"))
    assert waits not in page
    row = page[page.index("01.07.2025") :].partition("</tr>")[0]
    assert '<td data-label="Households">1</td>' in row
    assert '<td data-label="Help per household">1.0</td>' in row


def test_a_far_page_is_there_too(desk, world: World, monkeypatch) -> None:
    monkeypatch.setattr("admin.base.paging.FAR", 20)
    for _ in range(27):
        world.case()
    page = text_of(desk.get("/admin/balance/?page=1"))
    assert page.count('<th scope="row"') == 2
    assert "Previous page" in page
    assert "No household fits." not in page
    assert desk.get("/admin/balance/?page=3999").status_code == 200


def test_an_area_with_a_need_and_nobody_leads_to_a_service(desk, world: World) -> None:
    case = world.need().case
    page = text_of(desk.get(_page(desk, case)))
    assert f'href="/admin/case/{case.id}#needs">Find a service' in page
    world.named_support(case)
    assert "Find a service" not in text_of(desk.get(_page(desk, case)))
