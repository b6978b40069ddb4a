"""What is done on the page of a case: small forms and buttons, refused where they do not fit."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest

from casework.appointments import Appointment
from casework.cases import Case, FollowUp, assign_case, plan_follow_up
from casework.consent import Release
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.messages import Message, receive_message
from casework.needs import Need
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _page(case: Case, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *(str(part) for part in parts)])


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
def test_an_impossible_appointment_is_refused(desk, world: World, wrong: dict[str, str]) -> None:
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


def test_assigning_gives_the_case_to_an_organisation_and_its_staff(desk, app, world: World) -> None:
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
    "release/ask": {"ask-organization": str(uuid.uuid4()), "ask-covers": ["name"]},
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
                    "/admin/appointment/"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    reads = role is Role.VOLUNTEER_COORDINATOR
    assert client.get("/admin/message/").status_code == (200 if reads else 404)
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
