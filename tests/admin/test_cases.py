"""The list of cases and the page from which a case is worked on."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest

from admin.timeline import EVENTS
from casework.appointments import Appointment
from casework.cases import (
    Case,
    FollowUp,
    Need,
    assign_case,
    link_submission,
    move_case,
    plan_follow_up,
)
from casework.consent import Release
from casework.core.access import SYSTEM, Role
from casework.core.audit import RECORDED, AuditEntry
from casework.messages import Message, receive_message, send_message
from casework.people import Household, Person
from casework.referrals import answer_referral
from tests.admin.desk import statements
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _page(case: Case, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *(str(part) for part in parts)])


def _search(client, words: str) -> str:
    return text_of(client.get("/admin/case/", query_string={"search": words}))


# The list


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


# The page


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


# What is done there


def test_a_need_is_added_for_a_member_of_the_household(desk, world: World) -> None:
    case = world.case()
    person = case.household.people.get()
    fields = {"need-category": "kita_place", "need-person": str(person.id),
              "need-urgency": "today", "need-description": "from next month"}  # fmt: skip
    response = send(desk, _page(case, "need"), fields)
    assert response.location.endswith("#needs")
    need = Need.get()
    assert (need.category.code, need.person, need.urgency, need.description) == (
        "kita_place", person, "today", "from next month",
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [
    {"need-category": ""}, {"need-category": "forged"}, {"need-person": str(uuid.uuid4())},
    {"need-urgency": "never"}, {"need-description": "x" * 20_000},
])  # fmt: skip
def test_a_wrong_need_is_told_on_the_page_with_what_was_typed(
    desk, world: World, wrong: dict[str, str]
) -> None:
    case = world.case()
    fields = {"need-category": "kita_place", "need-description": "typed words"} | wrong
    response = send(desk, _page(case, "need"), fields)
    page = text_of(response)
    assert response.status_code == 422
    assert "-error" in page
    assert fields["need-description"] in page
    assert Need.select().count() == 0


def test_a_person_of_another_household_cannot_be_chosen(desk, world: World) -> None:
    case, stranger = world.case(), world.person()
    fields = {"need-category": "kita_place", "need-person": str(stranger.id)}
    assert send(desk, _page(case, "need"), fields).status_code == 422
    assert Need.select().count() == 0


def test_a_need_moves_by_a_button(desk, world: World) -> None:
    need = world.need()
    assert send(desk, _page(need.case, "need", need.id), {"state": "met"}).status_code == 303
    assert need.refresh().state == "met"


@pytest.mark.parametrize(("state", "status"), [
    ("forged", 404), ("", 404), ("x" * 20_000, 404), ("covered", 409),
])  # fmt: skip
def test_a_forged_or_late_state_of_a_need_changes_nothing(
    desk, world: World, state: str, status: int
) -> None:
    need = world.need()
    send(desk, _page(need.case, "need", need.id), {"state": "met"})
    response = send(desk, _page(need.case, "need", need.id), {"state": state})
    assert response.status_code == status
    assert need.refresh().state == "met"


def test_rows_of_another_case_are_not_found_under_this_one(desk, world: World) -> None:
    case, other = world.case(), world.case()
    need, appointment = world.need(other), world.appointment(other)
    release = world.release(other)
    follow_up = plan_follow_up(other, "Call", world.at.date(), by=SYSTEM, at=world.at)
    for part, row, data in (
        ("need", need, {"state": "met"}), ("appointment", appointment, {"state": "kept"}),
        ("release", release, {}), ("follow-up", follow_up, {}), ("message", need, {}),
    ):  # fmt: skip
        assert send(desk, _page(case, part, row.id), data).status_code == 404, part
    assert need.refresh().state == "open"
    assert release.refresh().state == "given"


def test_a_follow_up_is_planned_and_ticked_off(desk, world: World) -> None:
    case = world.case()
    fields = {"follow_up-what": "Call", "follow_up-due_on": "2026-11-20"}
    assert send(desk, _page(case, "follow-up"), fields).status_code == 303
    follow_up = FollowUp.get()
    assert send(desk, _page(case, "follow-up", follow_up.id)).status_code == 303
    assert follow_up.refresh().done_at == world.at


@pytest.mark.parametrize("day", ["", "31.02.2026", "tomorrow", "9999-99-99", "0001-01-01"])
def test_a_follow_up_on_no_day_is_refused(desk, world: World, day: str) -> None:
    fields = {"follow_up-what": "Call", "follow_up-due_on": day}
    response = send(desk, _page(world.case(), "follow-up"), fields)
    assert response.status_code == 422
    assert 'id="follow_up-due_on-error"' in text_of(response)
    assert FollowUp.select().count() == 0


def test_a_message_goes_out_and_what_came_in_counts_as_read(desk, world: World) -> None:
    case, submission = world.case(), world.submission()
    asked = receive_message(
        "؟", case=case, submission=submission, language="ar", by=SYSTEM, at=world.at
    )
    fields = {"message-body": "Wir rufen an.", "message-language": "de"}
    assert send(desk, _page(case, "message"), fields).status_code == 303
    sent = Message.get(Message.direction == "out")
    assert (sent.body, sent.language, sent.case) == ("Wir rufen an.", "de", case)
    assert asked.refresh().read_at is not None
    assert case.refresh().last_contact_at == world.at


def test_opening_the_page_does_not_count_as_reading_a_message(desk, world: World) -> None:
    case, submission = world.case(), world.submission()
    asked = receive_message(
        "؟", case=case, submission=submission, language="ar", by=SYSTEM, at=world.at
    )
    desk.get(_page(case))
    assert asked.refresh().read_at is None
    assert send(desk, _page(case, "message", asked.id)).status_code == 303
    assert asked.refresh().read_at is not None


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 5_000])
def test_a_message_that_is_empty_or_too_long_is_not_sent(desk, world: World, body: str) -> None:
    fields = {"message-body": body, "message-language": "de"}
    response = send(desk, _page(world.case(), "message"), fields)
    assert response.status_code == 422
    assert Message.select().count() == 0


def test_an_appointment_is_planned_in_the_zone_of_the_site(desk, world: World) -> None:
    case = world.case()
    fields = {
        "appointment-subject": "Plan", "appointment-starts_at": "2026-11-20T14:30",
        "appointment-minutes": "45", "appointment-place": "Room 12",
        "appointment-interpreter_language": "ar",
    }  # fmt: skip
    assert send(desk, _page(case, "appointment"), fields).status_code == 303
    appointment = Appointment.get()
    assert appointment.starts_at.isoformat() == "2026-11-20T13:30:00+00:00"
    assert (appointment.minutes, appointment.interpreter_language) == (45, "ar")
    assert "20.11.2026 14:30" in text_of(desk.get(_page(case)))


@pytest.mark.parametrize("wrong", [
    {"appointment-starts_at": "2019-01-01T10:00"}, {"appointment-starts_at": "soon"},
    {"appointment-minutes": "-5"}, {"appointment-minutes": "many"},
    {"appointment-subject": ""}, {"appointment-interpreter_language": "klingon"},
])  # fmt: skip
def test_an_impossible_appointment_is_refused(
    desk, world: World, wrong: dict[str, str]
) -> None:
    fields = {
        "appointment-subject": "Plan", "appointment-starts_at": "2026-11-20T14:30",
        "appointment-minutes": "45",
    }  # fmt: skip
    response = send(desk, _page(world.case(), "appointment"), fields | wrong)
    assert response.status_code == 422
    assert Appointment.select().count() == 0


def test_an_appointment_is_noted_as_missed_or_cancelled_by_somebody(desk, world: World) -> None:
    case = world.case()
    missed, cancelled = world.appointment(case), world.appointment(case)
    send(desk, _page(case, "appointment", missed.id), {"state": "missed"})
    fields = {"state": "cancelled", "by": "person"}
    send(desk, _page(case, "appointment", cancelled.id), fields)
    assert missed.refresh().state == "missed"
    assert (cancelled.refresh().state, cancelled.refresh().cancelled_by) == ("cancelled", "person")


def test_a_release_on_paper_is_noted_with_the_wording_that_was_read(desk, world: World) -> None:
    case, organization = world.case(), world.organization()
    fields = {"release-organization": str(organization.id), "release-channel": "paper",
              "release-language": "ar", "release-covers": ["name", "phone"]}  # fmt: skip
    assert send(desk, _page(case, "release"), fields).status_code == 303
    release = Release.get()
    assert (release.organization, release.channel, release.language) == (
        organization, "paper", "ar",
    )  # fmt: skip
    assert release.fields == ["name", "phone"]
    assert release.text_version.startswith("ar-")


@pytest.mark.parametrize("wrong", [
    {"release-channel": "portal"}, {"release-covers": []}, {"release-covers": ["everything"]},
    {"release-language": "klingon"}, {"release-organization": str(uuid.uuid4())},
])  # fmt: skip
def test_a_release_through_a_forged_way_or_to_nobody_known_is_refused(
    desk, world: World, wrong: dict[str, Any]
) -> None:
    fields = {"release-channel": "paper", "release-language": "ar", "release-covers": ["name"]}
    response = send(desk, _page(world.case(), "release"), fields | wrong)
    assert response.status_code == 422
    assert Release.select().count() == 0


def test_withdrawing_a_release_takes_the_referral_back(desk, world: World) -> None:
    referral = world.referral()
    general = Release.get(Release.organization.is_null())
    response = send(desk, _page(referral.case, "release", general.id))
    assert response.status_code == 303
    assert general.refresh().state == "withdrawn"
    assert referral.refresh().state == "revoked"


def test_closing_a_case_needs_a_reason(desk, world: World) -> None:
    case = world.case()
    response = send(desk, _page(case, "state"), {"state-state": "closed"})
    assert response.status_code == 422
    assert "needs a reason" in text_of(response)
    fields = {"state-state": "closed", "state-reason": "goals_reached"}
    assert send(desk, _page(case, "state"), fields).status_code == 303
    assert (case.refresh().state, case.refresh().closing_reason) == ("closed", "goals_reached")
    late = send(desk, _page(case, "state"), {"state-state": "active"})
    assert late.status_code == 422
    assert case.refresh().state == "closed"


def test_a_forged_state_of_a_case_changes_nothing(desk, world: World) -> None:
    case = world.case()
    for state in ("forged", "", "reopened", "x" * 20_000):
        assert send(desk, _page(case, "state"), {"state-state": state}).status_code == 422
    assert case.refresh().state == "new"


def _revision(case: Case) -> str:
    return str(case.refresh().revision)


def test_assigning_gives_the_case_to_an_organisation_and_its_staff(
    desk, app, world: World
) -> None:
    case, organization = world.case(), world.organization()
    manager = world.manager(organization)
    fields = {"assign-revision": _revision(case), "assign-organization": str(organization.id),
              "assign-assigned_to": str(manager.id)}  # fmt: skip
    assert send(desk, _page(case, "assign"), fields).status_code == 303
    assert case.refresh().assigned_to == manager
    assert desk_of(app, manager).get(_page(case)).status_code == 200


def test_two_who_assign_at_once_the_second_is_told_and_overwrites_nobody(
    desk, world: World
) -> None:
    case, first, second = world.case(), world.organization(), world.organization()
    shown = _revision(case)
    assign_case(case, organization=first, assigned_to=None, by=SYSTEM, at=world.at)
    fields = {"assign-revision": shown, "assign-organization": str(second.id)}
    response = send(desk, _page(case, "assign"), fields)
    page = text_of(response)
    assert response.status_code == 422
    assert "changed this in the meantime" in page
    assert f'name="assign-revision" type="hidden" value="{_revision(case)}"' in page
    assert case.refresh().organization == first
    again = fields | {"assign-revision": _revision(case)}
    assert send(desk, _page(case, "assign"), again).status_code == 303
    assert case.refresh().organization == second


def test_an_integration_manager_cannot_give_a_case_away(app, world: World) -> None:
    mine, other = world.organization(), world.organization()
    case, colleague = world.case(mine), world.manager(mine)
    client = desk_of(app, world.manager(mine))
    assert "assign-organization" not in text_of(client.get(_page(case)))
    fields = {"assign-revision": _revision(case), "assign-organization": str(other.id),
              "assign-assigned_to": str(colleague.id)}  # fmt: skip
    assert send(client, _page(case, "assign"), fields).status_code == 303
    assert (case.refresh().organization, case.refresh().assigned_to) == (mine, colleague)
    stranger = world.manager(other)
    fields |= {"assign-revision": _revision(case), "assign-assigned_to": str(stranger.id)}
    assert send(client, _page(case, "assign"), fields).status_code == 422


ACTIONS = {
    "need": {"need-category": "kita_place"},
    "follow-up": {"follow_up-what": "x", "follow_up-due_on": "2026-12-01"},
    "message": {"message-body": "x", "message-language": "de"},
    "appointment": {"appointment-subject": "x", "appointment-starts_at": "2026-12-01T10:00",
                    "appointment-minutes": "30"},
    "release": {"release-channel": "paper", "release-language": "de", "release-covers": ["name"]},
    "document": {"document-title": "x"},
    "state": {"state-state": "active"},
    "assign": {"assign-revision": "0"},
}  # fmt: skip


@pytest.mark.parametrize("action", list(ACTIONS))
def test_no_action_reaches_a_case_of_another_organisation(app, world: World, action: str) -> None:
    foreign = world.case(world.organization())
    client = desk_of(app, world.manager())
    before = AuditEntry.select().where(AuditEntry.case_id == foreign.id).count()
    assert send(client, _page(foreign, action), dict(ACTIONS[action])).status_code == 404
    assert AuditEntry.select().where(AuditEntry.case_id == foreign.id).count() == before


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR,
])  # fmt: skip
def test_who_works_on_no_case_finds_no_page_of_one(app, world: World, role: Role) -> None:
    case = world.case()
    client = desk_of(app, world.staff(role))
    for address in ("/admin/case/", _page(case), "/admin/need/", "/admin/follow_up/",
                    "/admin/appointment/", "/admin/message/"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for action, fields in ACTIONS.items():
        assert send(client, _page(case, action), dict(fields)).status_code == 404, action


BAD = ("x" * 20_000, "a\0b", b"\xff\xfe\xc3", "file")


@pytest.mark.parametrize("action", list(ACTIONS))
def test_bad_input_is_never_a_server_error(desk, world: World, action: str) -> None:
    case = world.case()
    for field in ACTIONS[action]:
        for bad in BAD:
            value: Any = (io.BytesIO(b"\x89PNG"), "x.png") if bad == "file" else bad
            response = send(desk, _page(case, action), ACTIONS[action] | {field: value})
            assert response.status_code in (303, 422), (field, bad)


def test_null_bytes_and_doubled_fields_leave_plain_text(desk, world: World) -> None:
    fields = {"follow_up-what": ["Ca\0ll", "second"], "follow_up-due_on": "2026-12-01"}
    assert send(desk, _page(world.case(), "follow-up"), fields).status_code == 303
    assert FollowUp.get().what == "Call"


def test_every_post_needs_its_token(desk, world: World) -> None:
    case = world.case()
    for action, fields in ACTIONS.items():
        assert desk.post(_page(case, action), data=dict(fields)).status_code == 400, action
    assert Need.select().count() == FollowUp.select().count() == 0


# The timeline


def test_the_timeline_tells_changes_and_steps_of_referrals_in_words(desk, world: World) -> None:
    referral = world.referral()
    answer_referral(referral, "waitlisted", note="March", by=SYSTEM, at=world.at)
    page = text_of(desk.get(_page(referral.case)))
    timeline = page[page.index('id="timeline"') :]
    for text in ("Referral: sent", "Referral: on the waiting list", "March", "Need added"):
        assert text in timeline, text
    assert "case:read" not in timeline


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


# Lists over all cases


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
