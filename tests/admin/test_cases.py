"""The list of cases and the page from which a case is worked on."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from admin.timeline import EVENTS
from casework.acceptance import link_submission
from casework.cases import Case, move_case, plan_follow_up
from casework.core.access import SYSTEM
from casework.core.audit import RECORDED, AuditEntry, record
from casework.core.db import transaction
from casework.messages import receive_message, send_message
from casework.needs import move_need
from casework.people import Household, Person
from casework.referrals import answer_referral
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _page(case: Case, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *(str(part) for part in parts)])


def _search(client, words: str) -> str:
    return text_of(client.get("/admin/case/", query_string={"search": words}))


def test_the_list_shows_who_a_case_is_about_and_what_is_open(desk, world: World) -> None:
    case = world.case(world.organization("Caritas"))
    world.need(case, "kita_place")
    page = text_of(desk.get("/admin/case/"))
    for text in (case.reference, "Amal Beispiel", "Caritas", "blocks", _page(case)):
        assert text in page, text


@pytest.mark.parametrize("words", ["Amal", "beispiel AMAL", "+49 7621 415000", "07621/415000"])
def test_a_case_is_found_by_whole_words_of_a_name_and_by_phone(
    desk, world: World, words: str
) -> None:
    case = world.case()
    other = world.case(household=world.household(), given_name="Karim", phone="+497621999999")
    page = _search(desk, words)
    assert case.reference in page
    assert other.reference not in page


def test_a_case_is_found_by_its_reference_and_by_that_of_its_request(desk, world: World) -> None:
    case, submission = world.case(), world.submission()
    link_submission(submission, case, by=SYSTEM, at=world.at)
    year, number = case.reference.split("-")[1:]
    for words in (case.reference, case.reference.lower(), f"F{year}{number}", submission.reference):
        assert _page(case) in _search(desk, words), words
    assert _page(case) not in _search(desk, f"F-{year}-9999")


def test_closed_cases_are_found_but_not_listed(desk, world: World) -> None:
    case = world.case()
    move_case(case, "closed", reason="moved_away", by=SYSTEM, at=world.at)
    assert case.reference not in text_of(desk.get("/admin/case/"))
    assert case.reference in text_of(desk.get("/admin/case/?flt_state=closed"))
    assert case.reference in _search(desk, "Amal")


def test_the_list_filters_by_site_organisation_staff_area_and_language(desk, world: World) -> None:
    site, organization = world.site(), world.organization()
    manager = world.manager(organization)
    case = world.case(
        organization, household=world.household(site=site), assigned_to=manager, language="tr"
    )
    other = world.case(language="ar")
    world.need(case, "kita_place")
    world.need(other, "integration_course")
    for condition in (f"flt_site={site.id}", f"flt_organization={organization.id}",
                      f"flt_assigned_to={manager.id}", "flt_area=childcare",
                      "flt_language=tr"):  # fmt: skip
        page = text_of(desk.get(f"/admin/case/?{condition}"))
        assert case.reference in page, condition
        assert other.reference not in page, condition


@pytest.mark.parametrize("words", ["Theirs", "+49 7621 888888", "F-2026-0002", "x@theirs.example"])
def test_an_integration_manager_finds_nothing_of_another_organisation(
    app, world: World, words: str
) -> None:
    mine, other = world.organization(), world.organization()
    own = world.case(mine)
    foreign = world.case(
        other, given_name="Theirs", phone="+497621888888", email="x@theirs.example"
    )
    assert foreign.reference == "F-2026-0002"
    client = desk_of(app, world.manager(mine))
    for address in ("/admin/case/", "/admin/person/", "/admin/household/"):
        page = text_of(client.get(address, query_string={"search": words}))
        assert str(foreign.id) not in page, address
        assert "Theirs Beispiel" not in page, address
    assert own.reference in text_of(client.get("/admin/case/"))
    assert foreign.reference not in text_of(client.get("/admin/case/export/csv/"))
    assert client.get(_page(foreign)).status_code == 404


def test_the_export_names_things_in_words_and_is_recorded(desk, world: World) -> None:
    case = world.case()
    world.need(case, "kita_place")
    table = text_of(desk.get("/admin/case/export/csv/"))
    assert f"{case.reference},Amal Beispiel" in table
    assert "<" not in table
    assert AuditEntry.select().where(AuditEntry.event == "case:exported").exists()


def test_a_person_who_came_by_gets_a_case_in_one_step(desk, world: World) -> None:
    fields = {"given_name": "Hodan", "family_name": "Warsame", "birth_date": "1988",
              "language": "so", "phone": "07621 415000", "needs": ["kita_place", "job_search"],
              "urgency": "this_week", "description": "Came to the desk"}  # fmt: skip
    response = send(desk, "/admin/case/new/", fields)
    case = Case.get()
    assert response.location == _page(case)
    person = case.household.people.get()
    assert (person.name, person.birth_date, person.phone) == (
        "Hodan Warsame", "1988", "+497621415000",
    )  # fmt: skip
    assert sorted(need.category.code for need in case.needs) == ["job_search", "kita_place"]
    assert _page(case) in _search(desk, "Warsame")


def test_a_new_case_of_an_integration_manager_belongs_to_their_organisation(
    app, world: World
) -> None:
    mine, other = world.organization(), world.organization()
    client = desk_of(app, world.manager(mine))
    fields = {"family_name": "Warsame", "language": "so", "organization": str(other.id)}
    assert send(client, "/admin/case/new/", fields).status_code == 303
    assert Case.get().organization == mine


def test_a_case_of_nobody_is_refused(desk) -> None:
    response = send(desk, "/admin/case/new/", {"language": "so"})
    assert response.status_code == 422
    assert "at least one name" in text_of(response)
    assert Household.select().count() == 0


def test_the_page_shows_everything_that_belongs_to_the_case(desk, world: World) -> None:
    referral = world.referral()
    case = referral.case
    world.person(case.household, given_name="Noor", role_at_home="child", birth_date="2015-03-04")
    send_message("Guten Tag", case=case, language="de", by=SYSTEM, at=world.at)
    plan_follow_up(case, "Call the course", world.at.date(), by=SYSTEM, at=world.at)
    world.appointment(case, place="Room 12")
    page = text_of(desk.get(_page(case)))
    for text in ("Amal Beispiel", "Noor", "04.03.2015", referral.service.name, "Guten Tag",
                 "Call the course", "First talk", "Room 12", "valid until",
                 f"/admin/referral/{referral.id}", "provider&#39;s turn",
                 "Case opened"):  # fmt: skip
        assert text in page, text


def test_an_open_need_without_a_referral_says_that_it_is_our_turn(desk, world: World) -> None:
    need = world.need()
    page = text_of(desk.get(_page(need.case)))
    assert "nobody helps yet" in page
    assert f"/admin/referral/new?need={need.id}" in page


def test_reading_a_case_is_recorded(desk, world: World) -> None:
    case = world.case()
    desk.get(_page(case))
    assert AuditEntry.select().where(
        (AuditEntry.event == "case:read") & (AuditEntry.case_id == case.id)
    ).count() == 1  # fmt: skip


def test_a_case_that_does_not_exist_is_not_found(desk) -> None:
    assert desk.get(f"/admin/case/{uuid.uuid4()}").status_code == 404
    assert desk.get("/admin/case/nonsense").status_code == 404


def test_what_the_request_said_before_stands_in_the_conversation(desk, world: World) -> None:
    case, submission = world.case(), world.submission()
    receive_message("قبل", case=None, submission=submission, language="ar", by=SYSTEM, at=world.at)
    link_submission(submission, case, by=SYSTEM, at=world.at)
    page = text_of(desk.get(_page(case)))
    assert "قبل" in page
    assert f"/admin/submission/{submission.id}" in page


def test_earlier_cases_of_the_household_are_linked(desk, world: World) -> None:
    earlier = world.case()
    now = world.case(household=earlier.household)
    assert f'href="{_page(earlier)}"' in text_of(desk.get(_page(now)))


def test_the_timeline_tells_changes_and_steps_of_referrals_in_words(desk, world: World) -> None:
    referral = world.referral()
    answer_referral(referral, "waitlisted", note="March", by=SYSTEM, at=world.at)
    page = text_of(desk.get(_page(referral.case)))
    timeline = page[page.index('id="timeline"') :]
    for text in ("Referral: sent", "Referral: on the waiting list", "March", "Need added"):
        assert text in timeline, text
    assert "case:read" not in timeline


def test_the_timeline_says_into_which_state_something_moved(desk, world: World) -> None:
    need = world.need()
    name = need.category.label("en")
    move_need(need, "covered", by=SYSTEM, at=world.at)
    move_case(need.case, "active", by=SYSTEM, at=world.at)
    page = text_of(desk.get(_page(need.case)))
    assert f"Need “{name}”: open → covered" in page
    assert "Case: new → active" in page


def test_a_move_from_before_states_were_noted_is_still_told(desk, world: World) -> None:
    need = world.need()
    with transaction():
        record("need:moved", need, by=SYSTEM, at=world.at)
        record("need:moved", need.case, by=SYSTEM, at=world.at, **{"from": "open", "to": "lost"})
    timeline = text_of(desk.get(_page(need.case))).split('id="timeline"')[1]
    assert "State of a need changed" in timeline
    assert "open → lost" in timeline


def test_the_timeline_is_bounded_and_goes_on_with_older(desk, world: World, clock) -> None:
    case = world.case()
    for number in range(30):
        clock.forward(minutes=1)
        plan_follow_up(case, f"Number {number}.", world.at.date(), by=SYSTEM, at=world.at)
    first = text_of(desk.get(_page(case)))
    second = text_of(desk.get(_page(case) + "?older=1"))
    cut = 'id="timeline"'
    assert "Number 29." in first[first.index(cut) :]
    assert "Number 0." not in first[first.index(cut) :]
    assert "Number 0." in second[second.index(cut) :]
    for strange in ("?older=x", "?older=-1", "?older=99999999999"):
        assert desk.get(_page(case) + strange).status_code == 200


def test_every_change_to_what_belongs_to_a_case_has_words_in_the_timeline(world: World) -> None:
    subjects = ("case", "need", "follow_up", "message", "appointment", "release", "document",
                "person", "household")  # fmt: skip
    told = {event for event in RECORDED if event.split(":")[0] in subjects}
    assert told <= set(EVENTS)


def test_the_lists_lead_to_the_cases(desk, world: World) -> None:
    case = world.case()
    world.need(case)
    world.appointment(case, world.at + timedelta(days=2))
    plan_follow_up(case, "Call", world.at.date(), by=SYSTEM, at=world.at)
    submission = world.submission()
    receive_message("؟", case=case, submission=submission, language="ar", by=SYSTEM, at=world.at)
    for path in ("need", "appointment", "follow_up", "message"):
        page = text_of(desk.get(f"/admin/{path}/"))
        assert f'href="{_page(case)}#' in page, path
        assert "Amal Beispiel" in page, path


def test_the_lists_hold_nothing_of_another_organisation(app, world: World) -> None:
    foreign = world.case(world.organization())
    world.need(foreign)
    world.appointment(foreign, world.at + timedelta(days=2))
    plan_follow_up(foreign, "Call", world.at.date(), by=SYSTEM, at=world.at)
    client = desk_of(app, world.manager())
    for path in ("need", "appointment", "follow_up", "message"):
        assert str(foreign.id) not in text_of(client.get(f"/admin/{path}/")), path


def test_lists_and_pages_take_the_same_statements_for_any_number_of_rows(
    desk, world: World, clock
) -> None:
    organization = world.organization()
    case = world.case(organization, household=world.household(site=world.site()),
                      assigned_to=world.manager(organization))  # fmt: skip

    def fill() -> None:
        other = world.case(organization, household=world.household(site=world.site()),
                           assigned_to=world.manager(organization))  # fmt: skip
        for each in (case, other):
            somebody = world.person(each.household)
            world.referral(world.need(each, "kita_place", person=somebody))
            world.appointment(each, world.at + timedelta(days=2), person=somebody)
            plan_follow_up(each, "Call", world.at.date(), by=SYSTEM, at=world.at)
            send_message("x", case=each, language="de", by=SYSTEM, at=world.at)
            receive_message(
                "?", case=each, submission=world.submission(), language="ar", by=SYSTEM, at=world.at
            )
        link_submission(world.submission(), case, by=SYSTEM, at=world.at)
        world.case(household=case.household)
        clock.forward(seconds=1)

    addresses = ["/admin/case/", "/admin/need/", "/admin/appointment/", "/admin/follow_up/",
                 "/admin/message/", _page(case), "/admin/case/?search=Amal"]  # fmt: skip
    fill()
    fill()
    few = {}
    for address in addresses:
        with statements() as seen:
            desk.get(address)
        few[address] = len(seen)
    for _ in range(3):
        fill()
    for address in addresses:
        with statements() as seen:
            desk.get(address)
        assert len(seen) == few[address], address
    assert Person.select().count() > 10
