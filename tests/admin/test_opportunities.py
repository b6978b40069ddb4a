"""The screen of opportunities: entered in a minute, matched with reasons, offered by a button."""

from __future__ import annotations

import re
from typing import Any

import pytest

from casework.core.access import SYSTEM, Role
from casework.opportunities.models import Opportunity, OpportunityOffer, Requirement
from casework.opportunities.writing import withdraw_opportunity
from casework.providers import Organization, Service
from casework.referrals import Referral
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World

LIST = "/admin/opportunity/"
GERMAN = Requirement("language", "de", 3, must=True)


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _details(row: Opportunity) -> str:
    return f"/admin/opportunity/details/?id={row.id}"


def _typed(**given: Any) -> dict[str, Any]:
    rows = {f"{name}_{n}": value for n in (1, 2, 3)
            for name, value in (("language", ""), ("level", "0"), ("how", "must"))}  # fmt: skip
    return rows | {"kind": "job", "title": "Küchenhilfe", "provider": "Gasthaus", "places": "2",
                   "not_listed": "y", "email": "krone@example.org", "licence_how": "must",
                   } | given  # fmt: skip


def _looks(world: World, organization=None, **strengths: Any):
    case = world.case(organization)
    world.strengths(case.household.people.get(), wishes=frozenset({"job"}), **strengths)
    return case


def _offer(desk, row: Opportunity, to, **more: Any):
    fields = {"case": str(to.id), "person": str(to.household.people.get().id)} | more
    return send(desk, f"/admin/opportunity/{row.id}/offer", fields)


def test_an_opportunity_of_the_directory_is_entered_in_one_page(desk, world: World) -> None:
    service = world.service(world.organization("Haus, e. V."), "Kurs, abends")
    fields = _typed(kind="course", provider="Kurs, abends, Haus, e. V.", language_1="de",
                    level_1="3", needed=["team"], welcome=["computer"], licence="b",
                    licence_how="welcome", occupation="office", deadline="2026-12-24")  # fmt: skip
    del fields["not_listed"]
    assert send(desk, LIST + "new/", fields).status_code == 303
    row = Opportunity.get()
    assert row.service == service
    team, computer = Requirement("skill", "team", must=True), Requirement("skill", "computer")
    assert set(row.asks) == {GERMAN, team, computer, Requirement("licence", "b")}
    page = text_of(desk.get(_details(row)))
    for text in ("German B1", "Working in a team", "driving licence for car", "Office work"):
        assert text in page


def test_a_provider_outside_the_directory_is_asked_for_and_kept_out(desk, world: World) -> None:
    fields = _typed()
    del fields["not_listed"]
    response = send(desk, LIST + "new/", fields)
    assert response.status_code == 422
    assert "This is not in the directory" in text_of(response)
    assert not Organization.select().exists()
    send(desk, LIST + "new/", _typed())
    service = Opportunity.get().service
    assert (service.name, service.mail_address) == ("Gasthaus", "krone@example.org")
    assert service not in list(Service.offered())


def test_the_form_shows_what_is_stored_and_stores_what_it_shows(desk, world: World) -> None:
    send(desk, LIST + "new/", _typed(language_1="de", level_1="3", how_1="welcome", licence="b"))
    row = Opportunity.get()
    address = f"{LIST}edit/?id={row.id}"
    page = text_of(desk.get(address))
    for part in ('value="Küchenhilfe"', 'value="Gasthaus"', 'value="krone@example.org"'):
        assert part in page
    before = row.requirements
    fields = _typed(language_1="de", level_1="3", how_1="welcome", licence="b", places="5",
                    _revision="0")  # fmt: skip
    assert send(desk, address, fields).status_code == 303
    assert (row.refresh().places, row.requirements) == (5, before)
    assert Service.select().count() == 1
    response = send(desk, address, fields | {"places": "7"})
    assert response.status_code == 422
    assert "Someone else changed this" in text_of(response)
    assert row.refresh().places == 5


@pytest.mark.parametrize("given", [
    {"title": ""}, {"title": "x" * 20_000}, {"kind": "gold"}, {"places": "0"}, {"places": "501"},
    {"places": "x"}, {"deadline": "2026-02-30"}, {"deadline": "2026-11-01"}, {"min_age": "121"},
    {"starts_on": "0001-01-01"}, {"min_age": "30", "max_age": "20"}, {"hours": "-1"},
    {"rooms": "NaN"}, {"rooms": "0"}, {"needed": ["kitchen"]}, {"occupation": "cooking"},
    {"needed": ["team"], "welcome": ["team"]}, {"language_1": "de", "language_2": "de"},
    {"language_1": "xx"}, {"level_1": "8"}, {"how_1": "perhaps"}, {"licence": "z"},
    {"email": "nobody"}, {"provider": "\x00"}, {"description": "x" * 20_000},
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_stored(desk, given) -> None:
    response = send(desk, LIST + "new/", _typed(**given))
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert not Opportunity.select().exists()
    assert not Organization.select().exists()


def test_the_page_shows_whom_it_fits_and_why(desk, world: World) -> None:
    case = _looks(world, languages={"de": 4})
    row = world.opportunity(requirements=(GERMAN, Requirement("licence", "b")))
    page = text_of(desk.get(_details(row)))
    for text in ("Amal Beispiel", case.reference, "wants this: work",
                 "speaks German B2, asked is B1", "missing: driving licence for car"):  # fmt: skip
        assert text in page


def test_the_case_page_shows_the_best_three_and_offers_them(desk, world: World) -> None:
    case = _looks(world, fields=frozenset({"kitchen"}))
    rows = [world.opportunity(title=f"Stelle {n}") for n in range(4)]
    best = world.opportunity(title="Beste Stelle", occupation="kitchen")
    page = text_of(desk.get(f"/admin/case/{case.id}"))
    section = page[page.index('<section id="chances"') :].partition("</section>")[0]
    assert "Beste Stelle" in section
    assert "2 more fit" in section
    assert len(re.findall(r'name="person"', section)) == 3
    response = _offer(desk, best, case)
    assert response.location.endswith(f"/admin/referral/{Referral.get().id}")
    assert "Beste Stelle" not in re.findall(
        r'<section id="chances".*?</section>', text_of(desk.get(f"/admin/case/{case.id}")), re.S
    )[0]  # fmt: skip
    assert len(rows) == 4


def test_an_empty_list_and_a_page_without_anybody_say_so(desk, world: World) -> None:
    case = world.case()
    assert "what fits stands here" in text_of(desk.get(f"/admin/case/{case.id}"))
    page = text_of(desk.get(_details(world.opportunity())))
    assert "It fits nobody at the moment" in page
    assert "It was offered to nobody yet" in page


def test_an_offer_is_a_draft_and_a_second_one_leads_to_the_first(desk, world: World) -> None:
    case, row = _looks(world), world.opportunity()
    assert _offer(desk, row, case).status_code == 303
    offer = OpportunityOffer.get()
    assert offer.referral.state == "draft"
    assert row.title in text_of(desk.get(f"/admin/referral/{offer.referral.id}"))
    assert str(offer.referral.id) in _offer(desk, row, case).location
    assert OpportunityOffer.select().count() == 1
    page = text_of(desk.get(_details(row)))
    assert page.index("Offered to") < page.index(str(offer.referral.id))


def test_an_offer_of_what_is_over_is_refused_on_the_page(desk, world: World) -> None:
    case, row = _looks(world), world.opportunity()
    withdraw_opportunity(row, by=SYSTEM, at=world.at)
    response = _offer(desk, row, case)
    assert response.status_code == 409
    assert "cannot be offered now" in text_of(response)
    assert not OpportunityOffer.select().exists()


@pytest.mark.parametrize("fields", [
    {"case": ""}, {"person": "x"}, {"person": "0" * 32}, {"case": "\x00"},
])  # fmt: skip
def test_an_offer_to_nobody_is_not_found(desk, world: World, fields) -> None:
    case, row = _looks(world), world.opportunity()
    assert _offer(desk, row, case, **fields).status_code == 404
    assert not OpportunityOffer.select().exists()


def test_a_manager_offers_to_the_own_people_and_sees_no_others(app, world: World) -> None:
    manager = world.manager()
    own, other = _looks(world, manager.organization), _looks(world)
    row, desk = world.opportunity(), desk_of(app, manager)
    page = text_of(desk.get(_details(row)))
    assert own.reference in page
    assert other.reference not in page
    assert _offer(desk, row, other).status_code == 404
    assert _offer(desk, row, own).status_code == 303
    assert desk.get(LIST + "new/").status_code == 404
    assert send(desk, f"/admin/opportunity/{row.id}/withdraw", {}).status_code == 404
    assert row.refresh().state == "open"


def test_withdrawing_and_opening_again(desk, world: World) -> None:
    row = world.opportunity()
    address = f"/admin/opportunity/{row.id}"
    assert send(desk, f"{address}/withdraw", {}).status_code == 303
    assert send(desk, f"{address}/withdraw", {}).status_code == 409
    assert row.title not in text_of(desk.get(LIST))
    assert row.title in text_of(desk.get(LIST + "?flt_state=withdrawn"))
    send(desk, f"{address}/reopen", {})
    assert row.title in text_of(desk.get(LIST))


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR,
                                  Role.VOLUNTEER_COORDINATOR])  # fmt: skip
def test_other_roles_do_not_find_the_screen(app, world: World, role: Role) -> None:
    assert desk_of(app, world.staff(role)).get(LIST).status_code == 404


def test_pages_take_the_same_statements_for_any_number_of_rows(desk, world: World) -> None:
    counts: list[list[int]] = []
    for _round in range(2):
        for _number in range(4):
            case = _looks(world)
            row = world.opportunity(places=9)
            _offer(desk, row, _looks(world))
        found = []
        for address in (LIST, _details(row), f"/admin/case/{case.id}"):
            with statements() as seen:
                assert desk.get(address).status_code == 200
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1]
