"""The inbox and the page of a request: looked at, accepted, linked, asked back, declined."""

from __future__ import annotations

import io
import re
import uuid

import pytest

from casework.cases import Case, case_of
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.messages import Message, receive_message
from casework.needs import Need
from casework.people import Household, Person
from casework.submissions import Submission, decline_submission, withdraw_submission
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import HELP_ANSWERS, World

FAMILY = HELP_ANSWERS | {
    "alone": "no",
    "members": [
        {"_row": "r1", "member_given_name": "Noor", "member_birth_date": "2015",
         "member_relation": "child"},
        {"_row": "r2", "member_given_name": "Samir", "member_family_name": "Haddad",
         "member_relation": "partner"},
    ],
    "need_text": "أحتاج إلى مكان في الروضة",
}  # fmt: skip


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _page(submission: Submission, action: str = "") -> str:
    return f"/admin/submission/{submission.id}" + (f"/{action}" if action else "")


def _accept_fields(**changed: str) -> dict[str, str]:
    fields = {
        "person0-keep": "y", "person0-given_name": "Amal", "person0-family_name": "Beispiel",
        "person0-birth_date": "17.05.1990", "person0-role_at_home": "self",
        "person0-language": "ar", "needs": ["integration_course", "kita_place"],
        "description": "", "urgency": "this_week", "housing": "shared",
    }  # fmt: skip
    return fields | changed


def test_the_inbox_shows_what_waits_the_oldest_first(desk, world: World, clock) -> None:
    first = world.submission(answers=HELP_ANSWERS | {"given_name": "Erste"})
    clock.forward(minutes=5)
    world.submission(answers=HELP_ANSWERS | {"given_name": "Zweite"})
    page = text_of(desk.get("/admin/submission/"))
    assert page.index("Erste") < page.index("Zweite")
    assert _page(first) in page


def test_offers_of_volunteers_do_not_stand_in_the_inbox(desk, world: World) -> None:
    offer = world.submission("offer", answers={"given_name": "Petra", "family_name": "Weber"})
    assert "Petra" not in text_of(desk.get("/admin/submission/"))
    assert "Petra" not in text_of(desk.get("/admin/all_submissions/"))
    assert desk.get(_page(offer)).status_code == 404


def test_what_looks_like_spam_waits_in_a_tab_of_its_own(desk, world: World) -> None:
    submission = world.submission()
    Submission.update(suspicious=True, suspicion=["fast"]).execute()
    assert submission.reference not in text_of(desk.get("/admin/submission/"))
    assert submission.reference in text_of(desk.get("/admin/review/"))
    response = send(desk, _page(submission, "clear"))
    assert response.status_code == 303
    assert submission.reference in text_of(desk.get("/admin/submission/"))


def test_a_closed_request_is_found_among_all_by_reference_and_by_name(desk, world: World) -> None:
    submission = world.submission()
    decline_submission(submission, "duplicate", by=SYSTEM, at=world.at)
    reference = submission.reference
    for words in (reference, reference.lower(), "beispiel amal", "07621 415000"):
        found = desk.get("/admin/all_submissions/", query_string={"search": words})
        assert submission.reference in text_of(found), words
    nothing = desk.get("/admin/all_submissions/", query_string={"search": "beispiel karim"})
    assert submission.reference not in text_of(nothing)


def test_the_list_filters_by_language_and_state(desk, world: World) -> None:
    arabic, turkish = world.submission(language="ar"), world.submission(language="tr")
    page = text_of(desk.get("/admin/submission/?flt_language=tr&flt_state=received"))
    assert turkish.reference in page
    assert arabic.reference not in page


def test_the_page_shows_each_answer_in_both_languages(desk, world: World) -> None:
    page = text_of(desk.get(_page(world.submission(answers=FAMILY))))
    assert "17.05.1990" in page
    for text in ("Noor", "Samir", "Haddad", "أحتاج إلى مكان في الروضة", 'lang="ar"'):
        assert text in page, text
    assert "Family name" in page
    assert "اسم العائلة" in page


def test_reading_a_request_is_recorded(desk, world: World) -> None:
    submission = world.submission()
    desk.get(_page(submission))
    reads = AuditEntry.select().where(AuditEntry.event == "submission:read")
    assert [row.subject_id for row in reads] == [submission.id]


def test_likely_duplicates_stand_beside_the_request_with_reason_and_case(
    desk, world: World
) -> None:
    case = world.case()
    page = text_of(desk.get(_page(world.submission())))
    assert "the same phone number" in page
    assert case.reference in page


def test_accepting_makes_household_people_case_and_needs_in_one_step(desk, world: World) -> None:
    submission = world.submission(answers=FAMILY)
    site, organization = world.site(), world.organization()
    manager = world.manager(organization)
    fields = _accept_fields(
        **{"person1-keep": "y", "person1-given_name": "Noor", "person1-family_name": "Beispiel",
           "person1-birth_date": "2015", "person1-role_at_home": "child",
           "site": str(site.id), "organization": str(organization.id),
           "assigned_to": str(manager.id)}
    )  # fmt: skip
    response = send(desk, _page(submission, "accept"), fields)
    case = case_of(submission)
    assert response.location == f"/admin/case/{case.id}"
    assert (case.site, case.organization, case.assigned_to) == (site, organization, manager)
    people = list(case.household.people.order_by(Person.created_at, Person.id))
    assert [(p.given_name, p.birth_date) for p in people] == [
        ("Amal", "1990-05-17"), ("Noor", "2015"),
    ]  # fmt: skip
    assert people[0].channels == ["phone"]
    assert people[0].is_contact
    assert sorted(need.category.code for need in case.needs) == ["integration_course", "kita_place"]
    assert submission.refresh().state == "accepted"


def test_the_prepared_form_proposes_what_the_answers_say(desk, world: World) -> None:
    page = text_of(desk.get(_page(world.submission(answers=FAMILY), "accept")))
    assert 'value="+497621415000"' in page
    assert 'value="Samir"' in page
    ticked = re.findall(r'<input checked[^>]*name="needs"[^>]*value="(\w+)"', page)
    assert ticked == ["integration_course"]
    assert page.count("Take into the household") == 3


def test_a_wrong_birth_date_is_told_beside_its_field_and_nothing_typed_is_lost(
    desk, world: World
) -> None:
    submission = world.submission()
    fields = _accept_fields(**{"person0-birth_date": "31.02.1990", "description": "typed words"})
    response = send(desk, _page(submission, "accept"), fields)
    page = text_of(response)
    assert response.status_code == 422
    assert "does not have this day" in page
    assert 'aria-describedby="person0-birth_date-error"' in page
    assert "31.02.1990" in page
    assert "typed words" in page
    assert Case.select().count() == Household.select().count() == 0


def test_accepting_nobody_is_refused(desk, world: World) -> None:
    submission = world.submission()
    fields = _accept_fields()
    del fields["person0-keep"]
    response = send(desk, _page(submission, "accept"), fields)
    assert response.status_code == 422
    assert "keep at least one person" in text_of(response)
    assert submission.refresh().state == "received"


def test_a_colleague_of_another_organisation_cannot_be_assigned(desk, world: World) -> None:
    manager, other = world.manager(), world.organization()
    fields = _accept_fields(organization=str(other.id), assigned_to=str(manager.id))
    response = send(desk, _page(world.submission(), "accept"), fields)
    assert response.status_code == 422
    assert "works for another organisation" in text_of(response)


def test_two_who_accept_at_once_make_one_case(desk, world: World) -> None:
    submission = world.submission()
    assert send(desk, _page(submission, "accept"), _accept_fields()).status_code == 303
    second = send(desk, _page(submission, "accept"), _accept_fields())
    assert second.status_code == 409
    assert "already" in text_of(second)
    assert Case.select().count() == 1


def test_a_request_is_added_to_a_case_with_only_what_is_new(desk, world: World) -> None:
    case, submission = world.case(), world.submission()
    world.need(case, "integration_course")
    found = send(desk, _page(submission, "link"), {"find": "1", "search": "Beispiel"})
    assert case.reference in text_of(found)
    fields = {"reference": case.reference.lower(), "needs": ["integration_course", "kita_place"]}
    response = send(desk, _page(submission, "link"), fields)
    assert response.location == f"/admin/case/{case.id}"
    assert sorted(need.category.code for need in case.needs) == ["integration_course", "kita_place"]
    assert submission.refresh().state == "linked"


@pytest.mark.parametrize("reference", ["F-2026-9999", "nonsense", "", "F" * 20_000])
def test_a_case_that_does_not_exist_is_told_beside_the_field(
    desk, world: World, reference: str
) -> None:
    submission = world.submission()
    response = send(desk, _page(submission, "link"), {"reference": reference})
    assert response.status_code == 422
    assert 'id="reference-error"' in text_of(response)
    assert submission.refresh().state == "received"


def test_a_question_back_goes_out_and_the_request_waits_for_the_person(desk, world: World) -> None:
    submission = world.submission()
    response = send(desk, _page(submission, "ask"), {"body": "متى تصل؟", "language": "ar"})
    assert response.status_code == 303
    message = Message.get()
    assert (message.body, message.language, message.direction) == ("متى تصل؟", "ar", "out")
    assert submission.refresh().state == "needs_info"


def test_a_second_question_while_waiting_is_a_further_message(desk, world: World) -> None:
    submission = world.submission()
    for body in ("one", "two"):
        send(desk, _page(submission, "ask"), {"body": body, "language": "de"})
    assert Message.select().count() == 2


def test_a_question_without_words_changes_nothing_and_says_so(desk, world: World) -> None:
    submission = world.submission()
    response = send(desk, _page(submission, "ask"), {"body": "  ", "language": "de"})
    assert response.status_code == 422
    assert 'id="body-error"' in text_of(response)
    assert submission.refresh().state == "received"
    assert Message.select().count() == 0


def test_declining_needs_a_reason(desk, world: World) -> None:
    submission = world.submission()
    assert send(desk, _page(submission, "decline"), {"reason": ""}).status_code == 422
    assert send(desk, _page(submission, "decline"), {"reason": "forged"}).status_code == 422
    assert submission.refresh().state == "received"
    assert send(desk, _page(submission, "decline"), {"reason": "no_offer"}).status_code == 303
    assert submission.refresh().decline_reason == "no_offer"


def test_a_declined_request_can_be_taken_back(desk, world: World) -> None:
    submission = world.submission()
    decline_submission(submission, "other", by=SYSTEM, at=world.at)
    assert "Take it back into the inbox" in text_of(desk.get(_page(submission)))
    assert send(desk, _page(submission, "reopen")).status_code == 303
    assert submission.refresh().state == "received"


def test_a_button_that_comes_too_late_says_so_and_changes_nothing(desk, world: World) -> None:
    submission = world.submission()
    withdraw_submission(submission, by=SYSTEM, at=world.at)
    response = send(desk, _page(submission, "reopen"))
    assert response.status_code == 409
    assert "withdrawn" in text_of(response)
    refused = send(desk, _page(submission, "ask"), {"body": "?", "language": "de"})
    assert refused.status_code == 422
    assert Message.select().count() == 0


def test_what_the_person_answered_is_noted_as_read_by_hand_only(desk, world: World) -> None:
    submission = world.submission()
    message = receive_message(
        "نعم", case=None, submission=submission, language="ar", by=SYSTEM, at=world.at
    )
    desk.get(_page(submission))
    assert message.refresh().read_at is None
    assert send(desk, _page(submission, "messages")).status_code == 303
    assert message.refresh().read_at is not None


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_MANAGER, Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR,
    Role.ADMINISTRATOR,
])  # fmt: skip
def test_nobody_but_the_coordinator_opens_a_request(app, world: World, role: Role) -> None:
    submission = world.submission()
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    client = desk_of(app, world.staff(role, organization=organization))
    for address in ("/admin/submission/", "/admin/review/", "/admin/all_submissions/",
                    _page(submission), _page(submission, "accept")):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for action in ("accept", "link", "ask", "decline", "clear", "reopen"):
        assert send(client, _page(submission, action)).status_code == 404, action
    assert submission.refresh().state == "received"


def test_a_request_that_does_not_exist_is_not_found(desk) -> None:
    assert desk.get(f"/admin/submission/{uuid.uuid4()}").status_code == 404
    assert desk.get("/admin/submission/nonsense").status_code == 404


BAD = {
    "20 kB": "x" * 20_000,
    "null bytes": "a\0b\0",
    "invalid UTF-8": b"\xff\xfe\xc3",
    "a file": (io.BytesIO(b"\x89PNG"), "x.png"),
}


@pytest.mark.parametrize("bad", list(BAD))
@pytest.mark.parametrize("action", ["accept", "link", "ask", "decline"])
def test_bad_input_is_never_a_server_error_and_makes_no_case(
    desk, world: World, action: str, bad: str
) -> None:
    submission = world.submission()
    value = BAD[bad]
    for name in ("person0-given_name", "person0-birth_date", "person0-phone", "needs",
                 "assigned_to", "reference", "body", "reason", "language"):  # fmt: skip
        if isinstance(value, tuple):
            value = (io.BytesIO(b"\x89PNG"), "x.png")
        fields = {"person0-keep": "y", name: value, "person0-role_at_home": "nonsense"}
        response = send(desk, _page(submission, action), fields)
        assert 400 <= response.status_code < 500, (name, response.status_code)
    assert Case.select().count() == Need.select().count() == Message.select().count() == 0


def test_doubled_fields_give_one_value(desk, world: World) -> None:
    submission = world.submission()
    fields = {"body": ["first", "second"], "language": ["de", "ar"]}
    assert send(desk, _page(submission, "ask"), fields).status_code == 303
    assert Message.get().body == "first"


def test_a_form_without_its_token_is_refused(desk, world: World) -> None:
    submission = world.submission()
    response = desk.post(_page(submission, "decline"), data={"reason": "other"})
    assert response.status_code == 400
    assert submission.refresh().state == "received"


def test_lists_and_pages_take_the_same_statements_for_any_number_of_rows(
    desk, world: World
) -> None:
    def fill() -> Submission:
        submission = world.submission(answers=FAMILY)
        receive_message(
            "?", case=None, submission=submission, language="ar", by=SYSTEM, at=world.at
        )
        world.case()
        return submission

    first = fill()
    fill()
    addresses = ["/admin/submission/", _page(first), _page(first, "accept"), _page(first, "link")]
    few = {}
    for address in addresses:
        with statements() as seen:
            desk.get(address)
        few[address] = len(seen)
    for _ in range(4):
        fill()
        receive_message("!", case=None, submission=first, language="ar", by=SYSTEM, at=world.at)
    for address in addresses:
        with statements() as seen:
            desk.get(address)
        assert len(seen) == few[address], address
