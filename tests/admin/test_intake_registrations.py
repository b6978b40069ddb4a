"""A registration at the desk: shown beside what is known, made into an entry, or declined."""

from __future__ import annotations

from typing import Any

import pytest

from casework.cases import Case
from casework.core.access import SYSTEM, Role
from casework.providers import Organization, Service
from casework.registrations import accept_registration, organization_of
from casework.submissions import Submission
from tests.admin.pressing import desk_of, send, text_of
from tests.casework.test_registrations import ADVICE, ANSWERS, CAFE
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def register(world: World):
    def register(**changed: Any) -> Submission:
        return world.submission("provider", language="de", answers=ANSWERS | changed)

    return register


def page_of(submission: Submission, action: str = "") -> str:
    return f"/admin/submission/{submission.id}" + (f"/{action}" if action else "")


def test_the_inbox_names_the_organisation(desk, register) -> None:
    submission = register()
    for address in ("/admin/submission/", "/admin/all_submissions/?search=sprachen"):
        page = text_of(desk.get(address))
        assert "Haus der Sprachen e.V." in page
        assert page_of(submission) in page


def test_its_page_says_that_an_organisation_registers_and_how_to_ask(desk, register) -> None:
    page = text_of(desk.get(page_of(register())))
    assert "An organisation registers itself for the directory." in page
    assert "by phone" in page
    assert "Montag 9 bis 12 Uhr" in page
    assert page_of(Submission.get(), "accept") in page
    assert page_of(Submission.get(), "link") not in page


def test_a_request_for_help_is_shown_as_before(desk, world: World) -> None:
    submission = world.submission()
    page = text_of(desk.get(page_of(submission)))
    assert "An organisation registers" not in page
    assert page_of(submission, "link") in page


def test_entries_that_may_be_the_same_stand_beside_it_with_the_reason(
    desk, world: World, register
) -> None:
    submission = register()
    page = text_of(desk.get(page_of(submission)))
    assert "No organisation with the same name" in page
    row = world.organization("Haus der Sprachen", website="https://sprachen.example/haus")
    page = text_of(desk.get(page_of(submission)))
    assert f"/admin/organization/details/?id={row.id}" in page
    assert "the same name, the same web page" in page


def test_what_it_becomes_is_shown_before_anything_is_stored(desk, register) -> None:
    page = text_of(desk.get(page_of(register(address_public="no", contact_public="no"), "accept")))
    for text in (
        "Haus der Sprachen e.V.", "Sprachcafé", "Practise speaking", "Debts and reminders",
        "Arabic, Dari", "kostenlos", "<dt>Free places</dt><dd>0</dd>",
        "The address stays confidential", "does not want to be named",
    ):  # fmt: skip
        assert text in page, text
    assert not Organization.select().exists()


def test_accepting_leads_to_the_entry_which_was_never_checked(desk, register) -> None:
    submission = register()
    response = send(desk, page_of(submission, "accept"), {"into": "new", "rows": ["r1"]})
    row = Organization.get()
    assert response.status_code == 303
    assert response.location == f"/admin/organization/details/?id={row.id}"
    assert [each.name for each in Service.select()] == ["Sprachcafé"]
    page = text_of(desk.get(response.location))
    assert "never checked" in page
    assert "It counts as not checked yet." in page
    assert row.name in text_of(desk.get(page_of(submission)))
    assert "To the entry of the directory" in text_of(desk.get(page_of(submission)))
    assert not Case.select().exists()


def test_its_services_can_go_to_an_organisation_that_is_known(desk, world: World, register) -> None:
    known = world.organization("Haus der Sprachen")
    submission = register()
    assert "Its services belong to Haus der Sprachen" in text_of(
        desk.get(page_of(submission, "accept"))
    )
    fields = {"into": str(known.id), "rows": ["r1", "r2"]}
    assert send(desk, page_of(submission, "accept"), fields).status_code == 303
    assert Organization.select().count() == 1
    assert organization_of(submission) == known


def test_where_something_is_known_somebody_has_to_choose(desk, world: World, register) -> None:
    world.organization("Haus der Sprachen")
    submission = register()
    response = send(desk, page_of(submission, "accept"), {"rows": ["r1"]})
    assert response.status_code == 422
    assert "Please choose where it belongs." in text_of(response)
    assert Organization.select().count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"into": "nobody", "rows": ["r1"]},
        {"into": "new", "rows": ["r9"]},
        {"into": "new", "rows": ["r1", "../r1"]},
        {},
    ],
)
def test_only_what_was_offered_can_be_chosen(desk, register, fields) -> None:
    submission = register()
    assert send(desk, page_of(submission, "accept"), fields).status_code == 422
    assert not Organization.select().exists()
    assert submission.refresh().state == "received"


def test_an_organisation_that_was_not_among_the_hints_cannot_be_chosen(
    desk, world: World, register
) -> None:
    stranger = world.organization("Etwas ganz anderes")
    fields = {"into": str(stranger.id), "rows": ["r1"]}
    assert send(desk, page_of(register(), "accept"), fields).status_code == 422
    assert not stranger.services.exists()


def test_into_a_known_organisation_nothing_but_services_can_go(
    desk, world: World, register
) -> None:
    known = world.organization("Haus der Sprachen")
    response = send(desk, page_of(register(), "accept"), {"into": str(known.id)})
    assert response.status_code == 422
    assert "Please keep at least one service" in text_of(response)


def test_what_was_accepted_is_not_accepted_again(desk, register, world: World) -> None:
    submission = accept_registration(register(), by=SYSTEM, at=world.at)
    response = send(desk, page_of(submission, "accept"), {"into": "new", "rows": ["r1"]})
    assert response.status_code == 409
    assert Organization.select().count() == 1


def test_declining_needs_a_reason_as_for_others(desk, register) -> None:
    submission = register()
    assert send(desk, page_of(submission, "decline"), {"reason": ""}).status_code == 422
    response = send(desk, page_of(submission, "decline"), {"reason": "not_responsible"})
    assert response.status_code == 303
    assert submission.refresh().state == "declined"
    assert not Organization.select().exists()


def test_what_an_organisation_typed_is_never_markup(desk, register) -> None:
    odd = '<script>alert(1)</script>"'
    submission = register(
        organisation_name=odd, contact_name=odd, services=[CAFE | {"service_name": odd}]
    )
    for action in ("", "accept"):
        page = text_of(desk.get(page_of(submission, action)))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_manager_does_not_see_registrations(app, world: World, register) -> None:
    client = desk_of(app, world.manager())
    submission = register()
    for action in ("", "accept"):
        assert client.get(page_of(submission, action)).status_code in (403, 404)
    fields = {"into": "new", "rows": ["r1"]}
    assert send(client, page_of(submission, "accept"), fields).status_code in (403, 404)
    assert submission.refresh().state == "received"
    assert organization_of(submission) is None


def test_the_volunteers_coordinator_does_not_see_them_either(app, world: World, register) -> None:
    client = desk_of(app, world.staff(Role.VOLUNTEER_COORDINATOR))
    assert client.get(page_of(register())).status_code in (403, 404)


def test_the_pages_take_the_same_statements_for_any_number_of_services_and_entries(
    desk, world: World, register
) -> None:
    def count(submission: Submission) -> list[int]:
        found = []
        for action in ("", "accept"):
            with statements() as seen:
                desk.get(page_of(submission, action))
            found.append(len(seen))
        return found

    world.organization("Haus der Sprachen", email=ANSWERS["email"])
    first, second = register(), register(services=[CAFE, ADVICE] * 8)
    few = count(first)
    for number in range(4):
        world.organization(f"Haus {number}", email=ANSWERS["email"])
    assert count(first) == few
    assert count(second) == few
