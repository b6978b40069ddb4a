"""Forms on a case: who may open them, what a link opens, and that it is answered once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from casework.cases import Case, assign_case, move_case
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.db import connection, transaction
from casework.core.refusals import Forbidden, NotFound, StaleEdit
from casework.drafts import Draft, draft_of_invitation, keep_draft
from casework.insight.duplicates import likely_submissions
from casework.invitations import (
    MOST_DAYS,
    CaseIsClosed,
    DaysOutOfRange,
    FormNotOffered,
    Invitation,
    InvitationOver,
    InvitationUsed,
    LinkUsed,
    end_invitations,
    invitation_by_token,
    note_answers,
    offered,
    open_form,
    resume_form,
    revoke_invitation,
)
from casework.invited_forms import (
    NotAnswered,
    begin_form,
    differences_of,
    send_form,
    take_over_answer,
)
from casework.questionnaires.models import live
from casework.questionnaires.publishing import retire
from casework.record_facts import NothingDiffers
from casework.strengths import strengths_of
from casework.submissions import CodeRefused, Submission, open_with_pin
from tests.invited import ANSWERS, answered, check_up, first_talk, invited, opened

PERSON = Actor("person", name="link")


@pytest.fixture
def talk(world):
    return first_talk(world.at).questionnaire


@pytest.fixture
def check(world):
    return check_up(world.at).questionnaire


@pytest.fixture
def staff(world):
    return world.coordinator().actor


@pytest.fixture
def case(world):
    return world.case()


def typed(invitation, at):
    draft = draft_of_invitation(invitation.id, at=at)
    return draft.answers["answers"]


# Opening a form as staff


def test_a_form_that_staff_open_begins_with_what_the_record_knows(world, talk, staff, case):
    world.person(case.household, given_name="Sami", role_at_home="child")
    filling = opened(world, case, staff, talk)
    begin_form(filling, by=staff, at=world.at)
    answers = typed(filling, world.at)
    assert answers["first"] == "Amal"
    assert answers["number"] == "+497621415000"
    assert [row["called"] for row in answers["family"]] == ["Sami"]


def test_it_begins_with_the_person_who_was_chosen(world, talk, staff, case):
    child = world.person(case.household, given_name="Sami", gender="male")
    filling = opened(world, case, staff, talk, child)
    begin_form(filling, by=staff, at=world.at)
    answers = typed(filling, world.at)
    assert (answers["first"], answers["gender"]) == ("Sami", "male")
    assert [row["called"] for row in answers["family"]] == ["Amal"]


def test_the_link_for_staff_begins_once(world, talk, staff, case):
    filling = opened(world, case, staff, talk)
    token = filling.token
    begin_form(filling, by=staff, at=world.at)
    with pytest.raises(LinkUsed):
        invitation_by_token(token, at=world.at)
    with pytest.raises(LinkUsed):
        begin_form(filling.refresh(), by=staff, at=world.at)


def test_the_link_for_staff_begins_within_minutes(world, talk, staff, case, clock):
    filling = opened(world, case, staff, talk)
    clock.forward(minutes=15)
    with pytest.raises(InvitationOver):
        invitation_by_token(filling.token, at=world.at)


def test_what_staff_have_begun_goes_on_with_a_new_link(world, talk, staff, case):
    filling = opened(world, case, staff, talk)
    draft, first = begin_form(filling, by=staff, at=world.at)
    keep_draft(draft, {"answers": {"wish": "a flat"}}, "en", at=world.at)
    again = resume_form(filling.refresh(), by=staff, at=world.at)
    _draft, second = begin_form(again, by=staff, at=world.at)
    assert typed(filling, world.at) == {"wish": "a flat"}
    assert first != second
    assert Draft.select().where(Draft.invitation_id == filling.id).count() == 1


def test_nobody_goes_on_with_what_a_colleague_has_begun(world, talk, staff, case):
    filling = opened(world, case, staff, talk)
    with pytest.raises(NotFound):
        resume_form(filling, by=world.coordinator().actor, at=world.at)


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR]
)
def test_a_role_without_cases_opens_and_sends_no_form(world, talk, check, case, role):
    by = world.staff(role).actor
    with pytest.raises(Forbidden):
        opened(world, case, by, talk)
    with pytest.raises(Forbidden):
        invited(world, case, by, check)
    assert not Invitation.select().exists()


def test_the_answers_belong_to_the_case_at_once(world, talk, staff, case):
    filling = answered(world, opened(world, case, staff, talk), staff)
    sent = filling.submission
    assert sent.answers == ANSWERS
    assert (sent.purpose, sent.state) == ("assessment", "linked")
    assert list(Submission.inbox(staff)) == []
    events = AuditEntry.select(AuditEntry.event).where(AuditEntry.case_id == case.id)
    assert "invitation:answered" in [row.event for row in events]
    assert not Draft.select().exists()


def test_nobody_opens_answers_on_a_case_with_a_pin(world, talk, staff, case):
    filling = answered(world, opened(world, case, staff, talk), staff)
    with pytest.raises(CodeRefused):
        open_with_pin(filling.submission.reference, "0000-0000-0000-00")


def test_answers_on_a_case_are_no_request_of_a_second_person(world, talk, staff, case):
    answered(world, opened(world, case, staff, talk), staff, ANSWERS | {"first": "Amal"})
    assert likely_submissions(world.submission(), staff) == []


def test_a_form_is_sent_once_however_often(world, talk, staff, case):
    filling = opened(world, case, staff, talk)
    draft, token = begin_form(filling, by=staff, at=world.at)
    sent = [
        send_form(filling, draft.version, {"wish": each}, token=token, language="en", by=staff,
                  at=world.at)
        for each in ("one", "two")
    ]  # fmt: skip
    assert sent[0] == sent[1]
    assert Submission.get().answers == {"wish": "one"}


# Which forms


def test_only_published_forms_for_the_purpose_are_offered(world, talk, check):
    assert [row.slug for row in offered("person") if row.slug in ("talk", "check-up")] == [
        "check-up"
    ]
    slugs = [row.slug for row in offered("staff")]
    assert {"talk", "check-up", "help"} <= set(slugs)
    assert "offer" not in slugs


def test_a_retired_form_is_neither_opened_nor_sent(world, talk, check, staff, case):
    for each in (talk, check):
        retire(each, by=SYSTEM, at=world.at)
    with pytest.raises(FormNotOffered):
        opened(world, case, staff, talk)
    with pytest.raises(FormNotOffered):
        invited(world, case, staff, check)


def test_a_form_that_was_retired_since_the_link_was_sent_does_not_begin(world, check, staff, case):
    link = invited(world, case, staff, check)
    retire(check, by=SYSTEM, at=world.at)
    with pytest.raises(FormNotOffered):
        begin_form(link, by=PERSON, at=world.at)
    assert link.refresh().begun_at is None


def test_a_form_for_staff_is_not_sent_as_a_link(world, talk, staff, case):
    with pytest.raises(FormNotOffered):
        invited(world, case, staff, talk)


def test_somebody_from_another_household_is_not_asked(world, talk, check, staff, case):
    stranger = world.person()
    with pytest.raises(NotFound):
        invited(world, case, staff, check, person=stranger)
    with pytest.raises(NotFound):
        opened(world, case, staff, talk, stranger)


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1])
def test_a_link_lives_for_a_number_of_days_that_makes_sense(world, check, staff, case, days):
    with pytest.raises(DaysOutOfRange):
        invited(world, case, staff, check, days=days)


def test_an_unknown_language_is_refused(world, check, staff, case):
    with pytest.raises(NotFound):
        invited(world, case, staff, check, language="tlh")


def test_no_form_is_opened_or_sent_on_a_closed_case(world, talk, check, staff, case):
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    with pytest.raises(CaseIsClosed):
        opened(world, case, staff, talk)
    with pytest.raises(CaseIsClosed):
        invited(world, case, staff, check)


# A link for a person


def test_a_link_tells_its_bearer_nothing_about_anybody(world, check, staff, case):
    link = invited(world, case, staff, check)
    begin_form(link, by=PERSON, at=world.at)
    assert typed(link, world.at) == {}


def test_a_link_goes_on_where_it_stopped_and_the_other_device_has_it_no_more(
    world, check, staff, case
):
    link = invited(world, case, staff, check)
    draft, first = begin_form(link, by=PERSON, at=world.at)
    keep_draft(draft, {"answers": {"wish": "rest"}}, "en", at=world.at)
    again, second = begin_form(link.refresh(), by=PERSON, at=world.at)
    assert again.answers == {"answers": {"wish": "rest"}}
    assert first != second


def test_a_link_ends_on_its_day(world, check, staff, case, clock):
    link = invited(world, case, staff, check, days=3)
    clock.forward(days=3, seconds=-1)
    assert invitation_by_token(link.token, at=world.at) == link
    clock.forward(seconds=1)
    with pytest.raises(InvitationOver):
        invitation_by_token(link.token, at=world.at)


def test_who_begins_at_the_last_moment_has_a_day_to_finish(world, check, staff, case, clock):
    link = invited(world, case, staff, check, days=3)
    clock.forward(days=3, minutes=-1)
    draft, token = begin_form(link, by=PERSON, at=world.at)
    clock.forward(hours=23)
    send_form(link, draft.version, ANSWERS, token=token, language="en", by=PERSON, at=world.at)
    assert link.refresh().state(world.at) == "answered"


def test_what_is_sent_too_late_is_refused(world, check, staff, case, clock):
    link = invited(world, case, staff, check, days=1)
    draft, token = begin_form(link, by=PERSON, at=world.at)
    clock.forward(days=1)
    with pytest.raises(InvitationOver):
        send_form(link, draft.version, ANSWERS, token=token, language="en", by=PERSON, at=world.at)
    assert not Submission.select().exists()


def test_a_link_that_was_taken_back_takes_nothing_and_keeps_nothing(world, check, staff, case):
    link = invited(world, case, staff, check)
    draft, token = begin_form(link, by=PERSON, at=world.at)
    revoke_invitation(link, by=staff, at=world.at)
    assert not Draft.select().exists()
    with pytest.raises(InvitationOver):
        invitation_by_token(link.token, at=world.at)
    with pytest.raises(InvitationOver):
        send_form(link, draft.version, ANSWERS, token=token, language="en", by=PERSON, at=world.at)


def test_taking_back_twice_changes_nothing(world, check, staff, case, clock):
    link = invited(world, case, staff, check)
    first = revoke_invitation(link, by=staff, at=world.at).revoked_at
    clock.forward(hours=1)
    assert revoke_invitation(link, by=staff, at=world.at).revoked_at == first


def test_what_was_answered_cannot_be_taken_back(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    with pytest.raises(InvitationUsed):
        revoke_invitation(link, by=staff, at=world.at)


def test_an_answered_link_takes_no_second_answer(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    with pytest.raises(InvitationUsed):
        invitation_by_token(link.token, at=world.at)
    with pytest.raises(InvitationUsed):
        send_form(link, link.submission.version, {"wish": "more"}, token="another", language="en",
                  by=PERSON, at=world.at)  # fmt: skip
    assert Submission.get().answers == ANSWERS


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "x", lambda t: "", lambda t: "a.b"]
)
def test_a_token_that_was_tampered_with_is_none_of_ours(world, check, staff, case, spoil):
    link = invited(world, case, staff, check)
    with pytest.raises(NotFound):
        invitation_by_token(spoil(link.token), at=world.at)


def test_a_signed_token_whose_invitation_is_gone_is_none_of_ours(world, check, staff, case):
    link = invited(world, case, staff, check)
    with transaction():
        link.delete_instance()
    with pytest.raises(NotFound):
        invitation_by_token(link.token, at=world.at)


def test_closing_the_case_closes_its_links(world, check, staff, case):
    link = invited(world, case, staff, check)
    other = invited(world, world.case(), staff, check)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert link.refresh().state(world.at) == "revoked"
    assert other.refresh().state(world.at) == "waiting"


def test_what_staff_began_waits_until_the_case_is_open_again(world, talk, staff, case):
    filling = opened(world, case, staff, talk)
    draft, token = begin_form(filling, by=staff, at=world.at)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)

    def send():
        return send_form(filling, draft.version, ANSWERS, token=token, language="en", by=staff,
                         at=world.at)  # fmt: skip

    with pytest.raises(CaseIsClosed):
        send()
    move_case(Case.get_by_id(case.id), "reopened", by=SYSTEM, at=world.at)
    assert send().answers == ANSWERS


@pytest.mark.slow
def test_of_many_who_send_at_once_one_submission_remains(world, check, staff, case):
    link = invited(world, case, staff, check)
    draft, token = begin_form(link, by=PERSON, at=world.at)
    version, found, ready = draft.version, [], threading.Barrier(6)
    assert version.form

    def send(number):
        with connection():
            mine = Invitation.get_by_id(link.id)
            ready.wait()
            found.append(
                send_form(mine, version, {"wish": str(number)}, token=token, language="en",
                          by=PERSON, at=world.at).id
            )  # fmt: skip

    threads = [threading.Thread(target=send, args=(n,)) for n in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert Submission.select().count() == 1


# Looking at answers


def test_answers_wait_on_the_desk_until_somebody_has_looked(world, check, staff, case):
    waiting = invited(world, case, staff, check)
    came = answered(world, invited(world, case, staff, check), PERSON)
    assert list(Invitation.unseen(staff)) == [came]
    note_answers(came, by=staff, at=world.at)
    assert list(Invitation.unseen(staff)) == []
    note_answers(waiting, by=staff, at=world.at)
    assert waiting.refresh().seen_at is None


def test_what_staff_fill_in_themselves_is_no_news(world, talk, staff, case):
    answered(world, opened(world, case, staff, talk), staff)
    assert list(Invitation.unseen(staff)) == []


def test_an_integration_manager_sees_the_forms_of_their_own_cases_only(world, check):
    one, two = world.organization(), world.organization()
    manager = world.manager(one).actor
    mine = invited(world, world.case(one), manager, check)
    theirs = invited(world, world.case(two), SYSTEM, check)
    nobodys = invited(world, world.case(), SYSTEM, check)
    assert list(Invitation.scope(manager)) == [mine]
    assign_case(theirs.case, organization=one, assigned_to=None, by=SYSTEM, at=world.at)
    assert set(Invitation.scope(manager)) == {mine, theirs}
    assert nobodys not in Invitation.scope(manager)


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR]
)
def test_roles_without_cases_see_no_forms(world, check, case, role):
    answered(world, invited(world, case, SYSTEM, check), PERSON)
    actor = world.staff(role).actor
    assert list(Invitation.scope(actor)) == []
    assert list(Invitation.unseen(actor)) == []


# What differs from the record


def keys(invitation):
    return {each.key: (each.recorded, each.answered) for each in differences_of(invitation)}


def test_an_answer_that_the_record_contradicts_is_named(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    assert keys(link) == {
        "first": ("Amal", "Amina"), "number": ("+497621415000", "+497621415111"),
    }  # fmt: skip


def test_what_is_the_same_or_was_not_answered_does_not_differ(world, check, staff, case):
    answers = {"first": "Amal", "wish": "rest"}
    link = answered(world, invited(world, case, staff, check), PERSON, answers)
    assert keys(link) == {}


def test_what_the_record_does_not_know_yet_differs(world, talk, staff, case):
    filling = answered(world, opened(world, case, staff, talk), staff, {"gender": "female"})
    assert keys(filling) == {"gender": ("", "female")}


def test_what_somebody_can_and_looks_for_is_taken_over_and_begins_the_next_form(world, staff, case):
    talk = live("assessment").questionnaire
    given = {"german": "b1", "looking_for": ["job"], "work_so_far": "Koch", "skills": "Kochen"}
    filling = answered(world, opened(world, case, staff, talk), staff, given)
    assert keys(filling) == {
        "german": ("", "b1"), "looking_for": ("", ["job"]), "work_so_far": ("", "Koch"),
        "skills": ("", "Kochen"),
    }  # fmt: skip
    for name in given:
        seen = next(each.seen for each in differences_of(filling) if each.key == name)
        take_over_answer(filling, name, seen, by=staff, at=world.at)
    assert keys(filling.refresh()) == {}
    person = case.household.people.get()
    has = strengths_of([person])[person.id]
    assert (has.languages, has.wishes, has.experience) == ({"de": 3}, {"job"}, "Koch\nKochen")
    again = opened(world, case, staff, talk)
    begin_form(again, by=staff, at=world.at)
    assert typed(again, world.at)["german"] == "b1"


def test_people_of_the_household_are_compared_row_by_row(world, talk, staff, case):
    child = world.person(case.household, given_name="Sami")
    rows = [
        {"_row": child.id.hex, "called": "Samy"},
        {"_row": "r1", "called": "Somebody new"},
        {"_row": world.person().id.hex, "called": "A stranger"},
    ]
    filling = answered(world, opened(world, case, staff, talk), staff, {"family": rows})
    assert keys(filling) == {f"family/{child.id.hex}/called": ("Sami", "Samy")}


def test_nothing_is_taken_over_until_somebody_says_so(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    person = case.household.people.get()
    assert person.given_name == "Amal"
    phone = next(each for each in differences_of(link) if each.key == "number")
    take_over_answer(link, "number", phone.seen, by=staff, at=world.at)
    person = person.refresh()
    assert (person.given_name, person.phone) == ("Amal", "+497621415111")
    events = [row.event for row in AuditEntry.select().order_by(AuditEntry.id)]
    assert events[-2:] == ["person:changed", "invitation:taken_over"]
    assert "number" not in keys(link.refresh())


def test_taking_over_twice_says_that_nothing_differs(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    seen = differences_of(link)[0].seen
    take_over_answer(link, "first", seen, by=staff, at=world.at)
    with pytest.raises(NothingDiffers):
        take_over_answer(link, "first", seen, by=staff, at=world.at)


def test_a_record_that_changed_since_it_was_shown_is_not_overwritten(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    seen = differences_of(link)[0].seen
    person = case.household.people.get()
    with transaction():
        person.given_name = "Amaal"
        person.save()
    with pytest.raises(StaleEdit):
        take_over_answer(link, "first", seen, by=staff, at=world.at)
    assert person.refresh().given_name == "Amaal"


def test_an_answer_that_no_column_takes_cannot_be_taken_over(world, talk, staff, case):
    answers = {"gender": "other", "first": "x" * 201, "number": ["1"]}
    filling = answered(world, opened(world, case, staff, talk), staff, answers)
    assert keys(filling) == {}


def test_nothing_is_taken_over_before_there_are_answers(world, check, staff, case):
    link = invited(world, case, staff, check)
    assert differences_of(link) == []
    with pytest.raises(NotAnswered):
        take_over_answer(link, "first", "", by=staff, at=world.at)


def test_a_person_with_the_link_takes_nothing_over(world, check, staff, case):
    link = answered(world, invited(world, case, staff, check), PERSON)
    seen = differences_of(link)[0].seen
    with pytest.raises(Forbidden):
        take_over_answer(link, "first", seen, by=PERSON, at=world.at)


# The end


def test_what_staff_opened_and_never_sent_goes_when_its_draft_has_gone(
    world, talk, check, staff, case, clock
):
    kept = opened(world, case, staff, talk)
    begin_form(kept, by=staff, at=world.at)
    opened(world, case, staff, talk)
    link = invited(world, case, staff, check)
    done = answered(world, opened(world, case, staff, talk), staff)
    clock.forward(minutes=15)
    assert end_invitations(at=world.at) == 1
    assert set(Invitation.select()) == {kept, link, done}


def test_a_link_stays_known_when_the_person_is_gone(world, check, staff, case):
    child = world.person(case.household, given_name="Sami")
    link = invited(world, case, staff, check, person=child)
    with transaction():
        child.delete_instance()
    assert link.refresh().person is None


def test_times_are_kept(world, check, staff, case):
    link = invited(world, case, staff, check, days=5)
    assert link.expires_at - link.created_at == timedelta(days=5)


def test_open_form_needs_its_permission(world, talk, case):
    with pytest.raises(Forbidden):
        open_form(case, talk, language="en", by=PERSON, at=world.at)
