"""Engagements on the desk: what comes next in each state, and no word of a file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.core.access import SYSTEM, Role
from casework.engagements import Engagement, end_engagement
from casework.insight.companions import sought
from casework.volunteer_questions import answer_question, ask_volunteer
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import PERSON, World

LIST = "/admin/engagement/"


@pytest.fixture
def account(world: World):
    return world.staff(Role.VOLUNTEER_COORDINATOR)


@pytest.fixture
def desk(app, account):
    return desk_of(app, account)


def _sealed_case(world: World):
    return world.case(
        world.organization("Caritas"), given_name="Zohra", family_name="Sonderbar",
        language="fa-AF",
    )  # fmt: skip


def _tells_nothing(page: str, case) -> bool:
    return not any(word in page for word in ("Zohra", "Sonderbar", case.reference, str(case.id)))


def test_who_works_with_volunteers_reads_who_is_where_and_no_name(desk, world: World) -> None:
    case = _sealed_case(world)
    made = world.engagement(case, offer=world.offer("Franka"))
    for address in (LIST, f"{LIST}{made.id}"):
        page = text_of(desk.get(address))
        for word in ("Franka Frei", "Language and German courses", "1 person", "Dari", "Caritas"):
            assert word in page, (address, word)
        assert _tells_nothing(page, case), address


def test_the_coordinator_reads_the_name_and_finds_the_case(app, world: World) -> None:
    case = _sealed_case(world)
    made = world.engagement(case)
    desk = desk_of(app, world.coordinator())
    assert "Zohra Sonderbar" in text_of(desk.get(LIST))
    assert f"/admin/case/{case.id}" in text_of(desk.get(f"{LIST}{made.id}"))


def test_an_engagement_of_another_organisation_does_not_exist(app, world: World) -> None:
    made = world.engagement(_sealed_case(world))
    desk = desk_of(app, world.manager())
    assert made.volunteer.name not in text_of(desk.get(LIST))
    assert desk.get(f"{LIST}{made.id}").status_code == 404
    assert send(desk, f"{LIST}{made.id}", {"act": "ask"}).status_code == 404


def test_each_state_offers_what_it_allows_and_refuses_the_rest(desk, world: World) -> None:
    made = world.engagement(state="proposed")
    at = f"{LIST}{made.id}"
    today = world.at.date().isoformat()
    begins, heard, ends = {"since": today}, {"heard_on": today}, {"reason": "wish"}
    ways = [
        ("proposed", {"ask", "agreed", "heard", "ended"}, {"act": "agreed"}),
        ("agreed", {"running", "heard", "ended"}, {"act": "running", **begins}),
        ("running", {"heard", "ended"}, {"act": "ended", **ends}),
        ("ended", set(), None),
    ]
    for state, offered, onward in ways:
        assert made.refresh().state == state
        page = text_of(desk.get(at))
        for act in ("ask", "agreed", "running", "heard", "ended"):
            assert (f'name="act" value="{act}"' in page) == (act in offered), (state, act)
            if act not in offered:
                late = {"act": act, **begins, **heard, **ends}
                if act != "heard":
                    assert send(desk, at, late).status_code == 409, (state, act)
        if onward is not None:
            assert send(desk, at, onward).status_code == 303
    assert made.refresh().reason == "wish"


def test_the_volunteer_is_asked_and_the_answer_stands_on_the_page(desk, world: World) -> None:
    made = world.engagement(state="proposed")
    at = f"{LIST}{made.id}"
    assert "Nobody was asked yet." in text_of(desk.get(at))
    assert send(desk, at, {"act": "ask"}).status_code == 303
    assert "Ask again" in text_of(desk.get(at))
    answer_question(made.refresh(), "yes", by=PERSON, at=world.at)
    page = text_of(desk.get(at))
    assert "The volunteer says yes" in page
    assert 'value="ask"' not in page
    assert made.volunteer.name in text_of(desk.get("/admin/")), "the home page calls"


@pytest.mark.parametrize(
    ("act", "field", "value"),
    [("running", "since", ""), ("running", "since", "2026-02-31"), ("running", "since", "\0"),
     ("heard", "heard_on", "x" * 20_000), ("heard", "heard_on", ""), ("ended", "reason", "because"),
     ("ended", "reason", "")],
)  # fmt: skip
def test_what_cannot_be_meant_comes_back(desk, world: World, act, field, value) -> None:
    made = world.engagement(state="agreed")
    before = made.refresh().__data__
    response = send(desk, f"{LIST}{made.id}", {"act": act, field: value})
    assert response.status_code == 422
    assert made.refresh().__data__ == before


def test_forged_acts_and_foreign_ids_are_404(desk, world: World) -> None:
    made = world.engagement()
    assert send(desk, f"{LIST}{made.id}", {"act": "x"}).status_code == 404
    assert send(desk, f"{LIST}{made.offer.id}", {"act": "ask"}).status_code == 404


def test_the_list_holds_what_stands_and_its_selections_the_rest(app, account, world, clock) -> None:
    world.engagement(offer=world.offer("Rosa"))
    end_engagement(world.engagement(offer=world.offer("Emil")), "wish", by=SYSTEM, at=world.at)
    world.engagement(offer=world.offer("Anna"), state="proposed")
    clock.forward(days=11)
    desk = desk_of(app, account)
    shown = {
        name: {each for each in ("Rosa", "Emil", "Anna") if each in text_of(desk.get(LIST + query))}
        for name, query in {
            "": "", "calling": "?flt_show=calling", "ended": "?flt_show=ended",
            "running": "?flt_show=running", "forged": "?flt_show=x", "area": "?flt_area=work",
        }.items()
    }  # fmt: skip
    assert shown == {
        "": {"Rosa", "Anna"}, "calling": {"Anna"}, "ended": {"Emil"}, "running": {"Rosa"},
        "forged": {"Rosa", "Anna"}, "area": set(),
    }  # fmt: skip


@pytest.mark.parametrize("role", [Role.VOLUNTEER_COORDINATOR, Role.COORDINATOR])
def test_the_list_takes_as_many_statements_for_eight_as_for_two(app, world, role) -> None:
    desk = desk_of(app, world.staff(role))

    def fill(number: int) -> None:
        for _number in range(number):
            world.engagement(world.case(world.organization()), offer=world.offer())

    fill(2)
    desk.get(LIST)
    with statements() as few:
        desk.get(LIST)
    fill(6)
    with statements() as many:
        desk.get(LIST)
    assert len(many) == len(few) <= 18


def test_a_household_without_help_finds_somebody(desk, world: World) -> None:
    case = _sealed_case(world)
    world.need(case)
    offer = world.offer("Franka", offer_areas=["language"], offer_languages=["fa"])
    page = text_of(desk.get("/admin/companion/"))
    assert "1 person · Dari" in page
    assert _tells_nothing(page, case)
    handle = sought(SYSTEM)[0].handle
    at = f"/admin/companion/{handle}"
    page = text_of(desk.get(at))
    assert _tells_nothing(page, case)
    assert "Franka Frei" in page
    assert "both speak Dari" in page
    assert send(desk, at, {}).status_code == 422
    assert send(desk, at, {"offer": case.id.hex}).status_code == 422
    data = {"offer": offer.id.hex, "ask": "1"}
    assert send(desk, at, data).status_code == 303
    made = Engagement.get()
    assert (made.case, made.state) == (case, "proposed")
    assert made.asked_at is not None
    assert send(desk, at, data).status_code == 404, "somebody is proposed by now"
    assert Engagement.select().count() == 1


def test_nobody_is_put_beside_more_than_they_offered_unless_they_want_it(desk, world) -> None:
    world.need(_sealed_case(world))
    offer = world.offer("Franka", offer_areas=["language"])
    world.engagement(offer=offer, area="work")
    at = f"/admin/companion/{sought(SYSTEM)[0].handle}"
    assert "no room left" in text_of(desk.get(at))
    response = send(desk, at, {"offer": offer.id.hex})
    assert response.status_code == 409
    assert 'name="beyond"' in text_of(response)
    assert send(desk, at, {"offer": offer.id.hex, "beyond": "1"}).status_code == 303
    page = text_of(desk.get(f"/admin/offer/details/?id={offer.id}"))
    assert "beside 2 households" in page


@pytest.mark.parametrize("handle", ["0" * 32, "x" * 20_000, "%00", "..%2f"])
def test_a_forged_handle_leads_nowhere(desk, world: World, handle: str) -> None:
    world.need(_sealed_case(world))
    assert desk.get(f"/admin/companion/{handle}").status_code == 404


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_other_roles_have_neither_screen(app, world: World, role) -> None:
    desk = desk_of(app, world.staff(role))
    for address in (LIST, "/admin/companion/"):
        assert desk.get(address).status_code == 404


def test_a_case_page_asks_before_a_volunteer_gets_more_than_offered(app, world: World) -> None:
    desk, case, offer = desk_of(app, world.coordinator()), world.case(), world.offer()
    world.engagement(offer=offer)
    fields = {"engagement-offer": str(offer.id), "engagement-area": "language"}
    response = send(desk, f"/admin/case/{case.id}/engagement", fields)
    assert response.status_code == 422
    assert "offered to be there for 1 at a time" in text_of(response)
    fields |= {"engagement-beyond": "1"}
    assert send(desk, f"/admin/case/{case.id}/engagement", fields).status_code == 303


def test_a_quiet_engagement_calls_on_the_home_page(app, account, world: World, clock) -> None:
    made = world.engagement(offer=world.offer("Rosa"))
    assert "Rosa" not in text_of(desk_of(app, account).get("/admin/"))
    clock.forward(days=61)
    desk = desk_of(app, account)
    page = text_of(desk.get("/admin/"))
    assert "Nothing was heard for a while." in page
    day = (world.at - timedelta(days=2)).date().isoformat()
    send(desk, f"{LIST}{made.id}", {"act": "heard", "heard_on": day})
    assert "Rosa" not in text_of(desk.get("/admin/"))


def test_asking_twice_from_two_pages_is_no_harm(desk, world: World) -> None:
    made = ask_volunteer(world.engagement(state="proposed"), by=SYSTEM, at=world.at)
    answer_question(made, "no", by=PERSON, at=world.at)
    assert send(desk, f"{LIST}{made.id}", {"act": "ask"}).status_code == 409
