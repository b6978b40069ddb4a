"""Forms on the case page: open, send, take back, read, take over."""

from __future__ import annotations

import html
import re

import pytest

from casework.cases import move_case
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.drafts import Draft
from casework.invitations import Invitation, note_answers, revoke_invitation
from casework.invited_forms import begin_form, send_form
from casework.messages import OutboxMail
from casework.people import Person
from casework.uploads import add_upload
from tests.admin.pressing import desk_of, send, text_of
from tests.invited import ANSWERS, answered, check_up, first_talk, invited, opened
from tests.portal.questionnaires import publish, question

PERSON = Actor("person", name="link")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def talk(world):
    return first_talk(world.at).questionnaire


@pytest.fixture
def check(world):
    return check_up(world.at).questionnaire


@pytest.fixture
def coordinator(world):
    return world.coordinator()


@pytest.fixture
def desk(app, coordinator):
    return desk_of(app, coordinator)


@pytest.fixture
def case(world):
    return world.case()


def page_of(case):
    return f"/admin/case/{case.id}"


def contact(case):
    return case.household.people.get()


def fill_data(case, slug="talk", **more):
    person = contact(case)
    return {"fill-questionnaire": slug, "fill-person": str(person.id), "fill-language": "en"} | more


def invite_data(case, slug="check-up", **more):
    person = contact(case)
    return {
        "invite-questionnaire": slug, "invite-person": str(person.id), "invite-language": "ar",
        "invite-days": "14",
    } | more  # fmt: skip


# Filling in


def test_one_press_leads_from_the_case_into_the_form(desk, case, talk):
    response = send(desk, f"{page_of(case)}/fill", fill_data(case))
    assert response.status_code == 307
    address = response.headers["Location"]
    assert address.startswith("/en/invite/")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text_of(desk.get("/admin/")))[1]
    begun = desk.post(address, data={"csrf_token": token, **fill_data(case)})
    assert begun.status_code == 303
    page = text_of(desk.get(begun.headers["Location"]))
    assert f"You fill this in for the case {case.reference}." in page
    assert 'value="Amal"' in page


def test_the_form_opens_in_the_language_that_was_chosen(desk, case, talk):
    response = send(desk, f"{page_of(case)}/fill", fill_data(case, **{"fill-language": "ar"}))
    assert response.headers["Location"].startswith("/ar/invite/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"fill-questionnaire": "offer"},
        {"fill-questionnaire": "nothing"},
        {"fill-questionnaire": ""},
        {"fill-person": "00000000-0000-0000-0000-000000000000"},
        {"fill-person": ""},
        {"fill-language": "tlh"},
    ],
)
def test_what_the_page_does_not_offer_opens_no_form(desk, case, talk, wrong):
    response = send(desk, f"{page_of(case)}/fill", fill_data(case, **wrong))
    assert response.status_code == 422
    assert not Invitation.select().exists()


def test_a_begun_form_goes_on_from_the_case(desk, case, talk, coordinator, world):
    filling = opened(world, case, coordinator.actor, talk)
    begin_form(filling, by=coordinator.actor, at=world.at)
    assert "Go on filling in" in text_of(desk.get(page_of(case)))
    response = send(desk, f"{page_of(case)}/invitation/{filling.id}/resume")
    assert response.status_code == 307
    assert response.headers["Location"].startswith("/en/invite/")


def test_a_colleague_sees_it_but_cannot_go_on_with_it(app, world, desk, case, talk, coordinator):
    filling = opened(world, case, coordinator.actor, talk)
    begin_form(filling, by=coordinator.actor, at=world.at)
    other = desk_of(app, world.coordinator())
    page = text_of(other.get(page_of(case)))
    assert "First talk" in page
    assert "Go on filling in" not in page
    address = f"{page_of(case)}/invitation/{filling.id}/resume"
    assert send(other, address).status_code == 404


def test_a_form_that_was_sent_meanwhile_is_not_opened_again(desk, case, talk, coordinator, world):
    filling = answered(world, opened(world, case, coordinator.actor, talk), coordinator.actor)
    response = send(desk, f"{page_of(case)}/invitation/{filling.id}/resume")
    assert response.status_code == 409
    assert "sent already" in text_of(response)


# Links


def test_a_form_is_sent_and_its_link_stands_on_the_page(desk, case, check):
    response = send(desk, f"{page_of(case)}/invitation", invite_data(case))
    assert response.status_code == 303
    link = Invitation.get()
    assert (link.language, link.person, link.kind) == ("ar", contact(case), "person")
    page = text_of(desk.get(page_of(case)))
    assert f"/ar/invite/{link.token}" in page
    assert "16.11.2026" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"invite-questionnaire": "talk"},
        {"invite-days": "0"},
        {"invite-days": "61"},
        {"invite-days": "soon"},
        {"invite-days": ""},
        {"invite-person": "x"},
        {"invite-language": "tlh"},
    ],
)
def test_a_wrong_link_form_comes_back_with_what_to_correct(desk, case, talk, check, wrong):
    response = send(desk, f"{page_of(case)}/invitation", invite_data(case, **wrong))
    assert response.status_code == 422
    assert not Invitation.select().exists()


def test_a_person_who_wishes_e_mails_gets_one_without_a_word_about_anybody(world, desk, check):
    case = world.case(email="amal@example.org", channels=["email"])
    send(desk, f"{page_of(case)}/invitation", invite_data(case))
    mail = OutboxMail.get()
    assert mail.recipient == "amal@example.org"
    assert Invitation.get().token in mail.body
    for word in ("Amal", "Beispiel", case.reference, "How are you?"):
        assert word not in mail.subject + mail.body


@pytest.mark.parametrize("person", [{"email": "amal@example.org"}, {"channels": ["email"]}])
def test_without_address_or_wish_no_mail_leaves(world, desk, check, person):
    case = world.case(**person)
    send(desk, f"{page_of(case)}/invitation", invite_data(case))
    assert Invitation.select().count() == 1
    assert not OutboxMail.select().exists()


def test_a_link_is_taken_back_on_the_page(desk, case, check, coordinator, world):
    link = invited(world, case, coordinator.actor, check)
    address = f"{page_of(case)}/invitation/{link.id}/revoke"
    assert send(desk, address).status_code == 303
    assert link.refresh().state(world.at) == "revoked"
    page = text_of(desk.get(page_of(case)))
    assert "taken back" in page
    assert link.token not in page


def test_what_was_answered_is_not_taken_back(desk, case, check, coordinator, world):
    link = answered(world, invited(world, case, coordinator.actor, check), PERSON)
    response = send(desk, f"{page_of(case)}/invitation/{link.id}/revoke")
    assert response.status_code == 409


def test_a_closed_case_offers_no_forms_and_takes_none(desk, case, talk, check):
    move_case(case, "closed", reason="other", by=SYSTEM, at=case.opened_at)
    page = text_of(desk.get(page_of(case)))
    assert "Fill in a form" not in page
    assert "Send a form as a link" not in page
    for address, data in (("fill", fill_data(case)), ("invitation", invite_data(case))):
        response = send(desk, f"{page_of(case)}/{address}", data)
        assert response.status_code == 422
        assert "This case is closed" in text_of(response)
    assert not Invitation.select().exists()


# Answers


@pytest.fixture
def link(world, case, coordinator, check):
    return answered(world, invited(world, case, coordinator.actor, check), PERSON)


def answers_page(case, link):
    return f"{page_of(case)}/invitation/{link.id}"


def take(desk, case, link, key):
    """Press the button beside an answer."""
    page = text_of(desk.get(answers_page(case, link)))
    found = re.search(
        rf'name="key" value="{key}"><input type="hidden" name="seen" value="(\w+)"', page
    )
    data = {"key": key, "seen": found[1] if found else ""}
    return send(desk, f"{answers_page(case, link)}/take", data)


def test_the_answers_stand_with_their_questions_mapped_or_not(desk, case, link):
    page = text_of(desk.get(answers_page(case, link)))
    for word in ("The wish", "A course in the evening", "The first", "Amina"):
        assert word in page


def test_reading_answers_is_recorded(desk, case, link, coordinator):
    desk.get(answers_page(case, link))
    row = AuditEntry.select().where(AuditEntry.event == "invitation:read").get()
    assert (row.actor_id, row.subject_id, row.case_id) == (coordinator.id, link.id, case.id)


def test_what_differs_from_the_record_is_named_beside_the_answer(desk, case, link):
    page = text_of(desk.get(answers_page(case, link)))
    assert page.count("Differs from the record") == 2
    assert "+497621415000" in html.unescape(page)


def test_one_press_takes_one_answer_over(desk, case, link):
    response = take(desk, case, link, "number")
    assert response.status_code == 303
    person = contact(case).refresh()
    assert (person.phone, person.given_name) == ("+497621415111", "Amal")
    page = text_of(desk.get(response.headers["Location"]))
    assert "The answer stands in the record now." in page
    assert page.count("Differs from the record") == 1


def test_taking_over_twice_says_that_nothing_differs(desk, case, link):
    assert take(desk, case, link, "number").status_code == 303
    again = take(desk, case, link, "number")
    assert again.status_code == 409
    assert "Nothing was changed" in text_of(again)


@pytest.mark.parametrize("key", ["", "wish", "first/x", "x" * 5000, "person.given_name"])
def test_a_key_that_no_button_has_takes_nothing_over(desk, case, link, key):
    data = {"key": key, "seen": "x"}
    assert send(desk, f"{answers_page(case, link)}/take", data).status_code == 409
    assert contact(case).given_name == "Amal"


def test_a_record_that_changed_since_the_page_was_opened_is_kept(desk, case, link):
    data = {"key": "first", "seen": "0123456789abcdef"}
    response = send(desk, f"{answers_page(case, link)}/take", data)
    assert response.status_code == 409
    assert "Someone else changed this" in text_of(response)
    assert contact(case).given_name == "Amal"


def test_an_unanswered_form_has_a_page_that_says_so(desk, case, check, coordinator, world):
    link = invited(world, case, coordinator.actor, check)
    assert "There are no answers yet." in text_of(desk.get(answers_page(case, link)))


def test_nothing_of_a_draft_is_shown(desk, case, check, coordinator, world):
    link = invited(world, case, coordinator.actor, check)
    draft, _token = begin_form(link, by=PERSON, at=world.at)
    draft.answers = {"answers": {"wish": "not yet sent"}}
    draft.save()
    pages = text_of(desk.get(page_of(case))) + text_of(desk.get(answers_page(case, link)))
    assert "not yet sent" not in pages
    assert Draft.select().count() == 1


def test_answers_of_the_person_wait_on_the_home_page_until_noted(desk, case, link):
    assert f"/invitation/{link.id}" in text_of(desk.get("/admin/"))
    assert send(desk, f"{answers_page(case, link)}/noted").status_code == 303
    assert f"/invitation/{link.id}" not in text_of(desk.get("/admin/"))


def test_looking_alone_does_not_take_the_answers_off_the_home_page(desk, case, link):
    desk.get(answers_page(case, link))
    assert f"/invitation/{link.id}" in text_of(desk.get("/admin/"))


def test_answers_on_a_case_stand_in_no_inbox(desk, case, link):
    for path in ("submission", "all_submissions", "review"):
        assert link.submission.reference not in text_of(desk.get(f"/admin/{path}/"))


def test_the_timeline_tells_what_happened_to_the_form(desk, case, link, coordinator, world):
    note_answers(link, by=coordinator.actor, at=world.at)
    revoke_invitation(
        invited(world, case, coordinator.actor, link.questionnaire),
        by=coordinator.actor, at=world.at,
    )  # fmt: skip
    page = text_of(desk.get(page_of(case)))
    for word in ("Form sent as a link", "Form answered", "Answers looked at", "Form taken back"):
        assert word in page, word


def test_a_file_among_the_answers_is_only_ever_downloaded(app, desk, case, coordinator, world):
    version = publish(
        "paper", question("file", "letter"), at=world.at, purpose="follow_up", title="Paper"
    )
    link = invited(world, case, coordinator.actor, version.questionnaire)
    draft, token = begin_form(link, by=PERSON, at=world.at)
    folder = app.extensions["lotse"]["config"].instance_dir / "documents"
    upload = add_upload(draft, "file", "letter.pdf", PDF, folder=folder, at=world.at)
    send_form(link, version, {"letter": upload.answer}, token=token, language="en", by=PERSON,
              at=world.at)  # fmt: skip
    address = f"{page_of(case)}/invitation-file/{upload.id}"
    assert address in text_of(desk.get(answers_page(case, link)))
    response = desk.get(address)
    assert response.data == PDF
    assert response.headers["Content-Disposition"].startswith("attachment")
    other = world.case()
    assert desk.get(f"{page_of(other)}/invitation-file/{upload.id}").status_code == 404


# Who


def test_an_integration_manager_works_with_forms_of_own_cases_only(app, world, talk, check):
    one, two = world.organization(), world.organization()
    manager = world.manager(one)
    mine, theirs = world.case(one), world.case(two)
    link = answered(world, invited(world, theirs, SYSTEM, check), PERSON)
    desk = desk_of(app, manager)
    assert send(desk, f"{page_of(mine)}/fill", fill_data(mine)).status_code == 307
    assert send(desk, f"{page_of(mine)}/invitation", invite_data(mine)).status_code == 303
    assert send(desk, f"{page_of(theirs)}/fill", fill_data(theirs)).status_code == 404
    assert desk.get(answers_page(theirs, link)).status_code == 404
    assert desk.get(answers_page(mine, link)).status_code == 404
    assert send(desk, f"{answers_page(mine, link)}/take", {"key": "first"}).status_code == 404
    assert str(link.id) not in text_of(desk.get("/admin/"))
    own = answered(world, invited(world, mine, SYSTEM, check), PERSON)
    assert "A course in the evening" in text_of(desk.get(answers_page(mine, own)))
    assert take(desk, mine, own, "first").status_code == 303
    assert contact(mine).refresh().given_name == ANSWERS["first"]


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR]
)
def test_for_other_roles_there_are_no_forms(app, world, case, link, role):
    desk = desk_of(app, world.staff(role))
    assert desk.get(answers_page(case, link)).status_code == 404
    for end in ("/take", "/noted", "/revoke", "/resume"):
        assert send(desk, answers_page(case, link) + end).status_code == 404
    assert send(desk, f"{page_of(case)}/fill", fill_data(case)).status_code == 404
    assert str(link.id) not in text_of(desk.get("/admin/"))
    assert Person.select().where(Person.id == contact(case).id).get().given_name == "Amal"
