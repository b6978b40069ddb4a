"""Cases: made from requests or by hand, seen by who works on them, closed for a reason."""

from datetime import timedelta

import pytest

from casework.cases import (
    LIVE_STATES,
    STATES,
    Case,
    ClosingReasonMissing,
    FollowUp,
    Need,
    NothingToAccept,
    accept_submission,
    add_need,
    assign_case,
    case_of,
    category_of,
    finish_follow_up,
    is_origin,
    link_submission,
    move_case,
    move_need,
    next_reference,
    plan_follow_up,
    prepare_intake,
)
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import transaction
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.people import Household, Person
from tests.world import HELP_ANSWERS

FAMILY = HELP_ANSWERS | {
    "alone": "no",
    "members": [
        {
            "_row": "a",
            "member_given_name": "Nour",
            "member_relation": "child",
            "member_birth_date": "2019",
        },
        {"_row": "b", "member_given_name": "Sami", "member_family_name": "Anders"},
    ],
    "need_areas": ["language", "childcare"],
    "need_childcare": ["kita_place"],
    "need_text": "أحتاج إلى مكان",
}


def accept(submission, world, by=SYSTEM, **columns):
    intake = prepare_intake(submission)
    for name, value in columns.items():
        setattr(intake, name, value)
    return accept_submission(submission, intake, by=by, at=world.at)


# From a request


def test_a_request_becomes_household_people_case_and_needs_in_one_action(world):
    submission = accept(world.submission(answers=FAMILY), world)
    case = case_of(submission)
    people = list(case.household.people.order_by(Person.id))
    assert [person.name for person in people] == ["Amal Beispiel", "Nour Beispiel", "Sami Anders"]
    assert [person.role_at_home for person in people] == ["self", "child", "other"]
    assert people[1].birth_date == "2019"
    assert people[0].is_contact
    assert people[0].phone == HELP_ANSWERS["phone"]
    assert {need.category.code for need in case.needs} == {"integration_course", "kita_place"}
    assert {need.description for need in case.needs} == {"أحتاج إلى مكان"}
    assert {need.description_language for need in case.needs} == {"ar"}
    assert (case.state, case.language, case.household.housing) == ("new", "ar", "shared")
    assert submission.refresh().state == "accepted"
    assert is_origin(submission, case)


def test_what_the_coordinator_changed_before_accepting_counts(world):
    submission = world.submission(answers=FAMILY)
    organization, site = world.organization(), world.site()
    people = prepare_intake(submission).people[:1]
    accept(
        submission, world, people=people, needs=["debt", "debt"], organization=organization,
        site=site, urgency="today",
    )  # fmt: skip
    case = case_of(submission)
    assert case.household.people.count() == 1
    assert [(need.category.code, need.urgency) for need in case.needs] == [("debt", "today")]
    assert (case.organization, case.site) == (organization, site)


def test_when_accepting_fails_nothing_is_left(world):
    submission = world.submission()
    with pytest.raises(NotFound):
        accept(submission, world, needs=["integration_course", "no_such_need"])
    assert submission.refresh().state == "received"
    assert not Household.select().exists()
    assert not Case.select().exists()
    assert (
        not AuditEntry.select()
        .where(AuditEntry.event << ["case:opened", "person:created"])
        .exists()
    )


@pytest.mark.parametrize("people", [[], [{"given_name": None, "family_name": ""}]])
def test_a_request_without_anybody_is_not_accepted(world, people):
    submission = world.submission()
    with pytest.raises(NothingToAccept):
        accept(submission, world, people=people)
    assert submission.refresh().state == "received"


def test_a_request_is_accepted_once(world):
    submission = accept(world.submission(), world)
    with pytest.raises(InvalidTransition):
        accept(submission, world)
    assert Case.select().count() == 1


def test_answers_that_no_column_knows_are_left_out(world):
    odd = HELP_ANSWERS | {"gender": "x" * 40, "housing": "castle", "urgent": "yesterday"}
    case = case_of(accept(world.submission(answers=odd), world))
    person = case.household.people.get()
    assert (person.gender, case.household.housing, case.urgency) == ("", "", "")


def test_a_request_is_added_to_a_case_with_what_is_new_in_it(world, clock):
    case = case_of(accept(world.submission(), world))
    clock.forward(days=1)
    second = world.submission(answers=FAMILY)
    link_submission(
        second, case, needs=("integration_course", "kita_place"), by=SYSTEM, at=world.at
    )
    assert sorted(need.category.code for need in case.needs) == ["integration_course", "kita_place"]
    assert case_of(second) == case
    assert second.refresh().state == "linked"
    assert not is_origin(second, case)


def test_a_need_that_was_met_before_is_added_anew(world):
    case = case_of(accept(world.submission(), world))
    move_need(case.needs.get(), "met", by=SYSTEM, at=world.at)
    link_submission(world.submission(), case, needs=("integration_course",), by=SYSTEM, at=world.at)
    assert sorted(need.state for need in case.needs) == ["met", "open"]


def test_a_request_that_became_nothing_has_no_case(world):
    assert case_of(world.submission()) is None


def test_only_who_works_the_inbox_accepts(world):
    submission = world.submission()
    with pytest.raises(Forbidden):
        accept(submission, world, by=world.manager().actor)
    assert submission.refresh().state == "received"


# The life of a case


def test_case_numbers_run_on_within_the_year(world):
    assert [world.case().reference for _ in range(2)] == ["F-2026-0001", "F-2026-0002"]
    with transaction():
        assert next_reference(world.at + timedelta(days=100)) == "F-2027-0001"


def test_a_case_is_closed_for_a_reason_only(world):
    case = world.case()
    for reason in ("", "no such reason"):
        with pytest.raises(ClosingReasonMissing):
            move_case(case, "closed", reason=reason, by=SYSTEM, at=world.at)
    assert case.refresh().is_live
    move_case(case, "closed", reason="goals_reached", by=SYSTEM, at=world.at)
    again = case.refresh()
    assert (again.is_live, again.closing_reason, again.closed_at) == (
        False,
        "goals_reached",
        world.at,
    )


def test_a_reopened_case_has_no_closing_reason_any_more(world):
    case = world.case()
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    again = case.refresh()
    assert (again.is_live, again.closing_reason, again.closed_at) == (True, "", None)


def test_a_closed_case_is_not_among_the_live_ones(world):
    live, closed = world.case(), world.case()
    move_case(closed, "closed", reason="other", by=SYSTEM, at=world.at)
    assert list(Case.live()) == [live]


def test_live_states_are_all_but_closed():
    assert set(LIVE_STATES) == set(STATES.states) - {"closed"}


@pytest.mark.parametrize("state", ["", "new", "open", "deleted", "x" * 300])
def test_a_case_goes_to_no_state_that_the_table_does_not_allow(world, state):
    case = world.case()
    with pytest.raises(InvalidTransition):
        move_case(case, state, by=SYSTEM, at=world.at)
    assert case.refresh().state == "new"


def test_a_need_carries_the_area_of_its_category_and_only_known_urgencies(world):
    need = add_need(
        world.case(), category_of("kita_place"), person=None, urgency="soonish",
        description="", language="ar", by=SYSTEM, at=world.at,
    )  # fmt: skip
    assert (need.life_area.code, need.urgency) == ("childcare", "")
    assert (need.description, need.description_language) == (None, "")


@pytest.mark.parametrize("code", ["", "no_such_need", "KITA_PLACE", "\x00", "x" * 300])
def test_an_unknown_category_is_not_found(db, code):
    with pytest.raises(NotFound):
        category_of(code)


# Who sees it


def test_an_organisation_sees_its_own_cases_only(world):
    ours, theirs = world.manager(), world.manager()
    mine = world.case(ours.organization)
    world.case(theirs.organization)
    world.case()
    assert list(Case.scope(ours.actor)) == [mine]
    assert Case.scope(world.coordinator().actor).count() == 3
    for role in (Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR):
        assert not Case.scope(world.staff(role).actor).exists()


def test_what_belongs_to_a_case_is_seen_by_who_sees_the_case(world):
    ours, theirs = world.manager(), world.manager()
    need = world.need(world.case(ours.organization))
    world.need(world.case(theirs.organization))
    assert list(Need.scope(ours.actor)) == [need]


def test_an_organisation_that_loses_a_case_sees_neither_case_nor_people(world):
    ours, theirs = world.manager(), world.manager()
    case = world.case(ours.organization)
    assert Person.scope(ours.actor).exists()
    assign_case(case, organization=theirs.organization, assigned_to=theirs, by=SYSTEM, at=world.at)
    assert not Case.scope(ours.actor).exists()
    assert not Person.scope(ours.actor).exists()
    assert not Household.scope(ours.actor).exists()
    assert list(Case.scope(theirs.actor)) == [case]
    assert Person.scope(theirs.actor).exists()


def test_a_closed_case_ends_the_care_and_reopening_begins_it_again(world):
    ours = world.manager()
    case = world.case(ours.organization)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert not Person.scope(ours.actor).exists()
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    assert Person.scope(ours.actor).exists()


def test_a_second_case_of_another_organisation_keeps_its_own_care(world):
    ours, theirs = world.manager(), world.manager()
    household = world.household()
    first = world.case(ours.organization, household=household)
    world.case(theirs.organization, household=household)
    move_case(first, "closed", reason="other", by=SYSTEM, at=world.at)
    assert not Person.scope(ours.actor).exists()
    assert Person.scope(theirs.actor).exists()


# Follow-ups


def test_what_is_due_today_or_earlier_is_overdue_until_it_is_done(world):
    coordinator = world.coordinator().actor
    today = world.at.date()
    case = world.case()

    def plan(days):
        return plan_follow_up(case, "Call", today + timedelta(days=days), by=SYSTEM, at=world.at)

    late, now, _later = plan(-2), plan(0), plan(1)
    assert list(FollowUp.overdue(coordinator, today)) == [late, now]
    finish_follow_up(late, by=coordinator, at=world.at)
    assert list(FollowUp.overdue(coordinator, today)) == [now]


def test_ticking_off_twice_keeps_the_first_time(world, clock):
    follow_up = plan_follow_up(world.case(), "Call", world.at.date(), by=SYSTEM, at=world.at)
    first = world.at
    finish_follow_up(follow_up, by=SYSTEM, at=first)
    clock.forward(days=1)
    finish_follow_up(follow_up, by=SYSTEM, at=world.at)
    assert follow_up.refresh().done_at == first
