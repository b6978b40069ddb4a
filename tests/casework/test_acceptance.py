"""A request becomes a case, or is added to one."""

import pytest

from casework.acceptance import NothingToAccept, accept_submission, link_submission, prepare_intake
from casework.cases import (
    Case,
    case_of,
    is_origin,
)
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.needs import move_need
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
