"""Visits: counted in seconds, found by what somebody says of themselves, nothing of strangers."""

import uuid
from datetime import timedelta

import pytest

from casework.acceptance import link_submission
from casework.core.access import PUBLIC, SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import transaction
from casework.core.refusals import Forbidden
from casework.life_areas import LifeArea
from casework.visits import OUTCOMES, OutcomeRefused, Visit, cases_of, note_visit, remove_visit


def note(world, case=None, by=SYSTEM, **columns):
    return note_visit(case, by=by, at=world.at, **{"outcome": "answered"} | columns)


def test_a_visit_of_somebody_known_takes_the_language_of_the_case_and_is_a_contact(world):
    case = world.case(language="fa")
    visit = note(world, case).refresh()
    assert (visit.case, visit.language, visit.at) == (case, "fa", world.at)
    assert case.refresh().last_contact_at == world.at


def test_of_somebody_unknown_there_is_no_column_that_could_tell_who_it_was(world):
    visit = note(world, language="ti", life_area=LifeArea.get(LifeArea.code == "housing"))
    known = {name for name, value in visit.refresh().__data__.items() if value is not None}
    assert known == {"id", "key", "at", "language", "life_area", "outcome"}
    assert set(Visit._meta.fields) == {
        "id", "key", "at", "case", "organization_id", "staff", "language", "life_area", "outcome",
    }  # fmt: skip


def test_a_double_click_is_one_visit(world):
    key = uuid.uuid4()
    assert note(world, key=key) == note(world, key=key, outcome="sent_on")
    assert Visit.get().outcome == "answered"


@pytest.mark.parametrize("outcome", ["", "forged", "\x00", "x" * 20_000])
def test_an_unknown_outcome_is_refused(world, outcome):
    with pytest.raises(OutcomeRefused):
        note(world, outcome=outcome)
    assert not Visit.select().exists()


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_can_be_noted(world, outcome):
    assert note(world, outcome=outcome).outcome == outcome


def test_a_visit_entered_by_mistake_is_taken_out_and_stays_in_the_trail(world):
    visit = note(world, world.case())
    remove_visit(visit, by=world.coordinator().actor, at=world.at)
    assert not Visit.select().exists()
    assert AuditEntry.select().where(AuditEntry.event == "visit:removed").count() == 1


def test_a_case_that_is_deleted_leaves_a_visit_of_somebody_unknown(world):
    visit = note(world, world.case())
    with transaction():
        visit.case.delete_instance()
    assert visit.refresh().case is None


def test_an_organisation_sees_its_own_visits_and_no_others(world):
    ours, theirs = world.manager(), world.manager()
    own_case = note(world, world.case(ours.organization))
    own_unknown = note(world, by=ours.actor)
    note(world, world.case(theirs.organization))
    note(world, by=theirs.actor)
    note(world)
    assert set(Visit.scope(ours.actor)) == {own_case, own_unknown}
    assert Visit.scope(world.coordinator().actor).count() == 5


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR,
                                  Role.VOLUNTEER_COORDINATOR])  # fmt: skip
def test_who_works_on_no_case_sees_no_visit_and_notes_none(world, role):
    note(world)
    staff = world.staff(role).actor
    assert not Visit.scope(staff).exists()
    assert not Visit.scope(PUBLIC).exists()
    with pytest.raises(Forbidden):
        note(world, by=staff)


def test_a_visit_of_a_case_that_goes_to_another_organisation_goes_with_it(world):
    ours, theirs = world.manager(), world.manager()
    case = world.case(ours.organization)
    note(world, case, by=ours.actor)
    case.organization = theirs.organization
    with transaction():
        case.save()
    assert not Visit.scope(ours.actor).exists()
    assert Visit.scope(theirs.actor).count() == 1


# Who is it?


@pytest.fixture
def amal(world):
    return world.case(
        given_name="Amal", family_name="Müller-Özdemir", birth_date="1990-05-17",
        email="amal@example.org",
    )  # fmt: skip


@pytest.mark.parametrize("words", [
    "Amal", "muller", "özdemir amal", "  AMAL ", "17.05.1990", "1990-05-17", "amal 17.5.1990",
    "07621 415000", "+49 7621 415000", "amal@example.org",
])  # fmt: skip
def test_somebody_is_found_by_what_they_say(world, amal, words):
    world.case(given_name="Bea", family_name="Anders", phone="+497621999999")
    assert list(cases_of(world.coordinator().actor, words)) == [amal]


def test_somebody_is_found_by_the_number_of_the_case_or_of_the_request(world, amal):
    submission = world.submission()
    link_submission(submission, amal, by=SYSTEM, at=world.at)
    coordinator = world.coordinator().actor
    for words in (amal.reference, amal.reference.lower().replace("-", ""), submission.reference):
        assert list(cases_of(coordinator, words)) == [amal]


@pytest.mark.parametrize("words", ["", "  ", "Nobody", "31.02.1990", "99.99.9999", "%", "'", "\x00",
                                   "F-9999-999999", "12", "x" * 20_000])  # fmt: skip
def test_whatever_is_typed_finds_nobody_it_does_not_mean(world, amal, words):
    assert list(cases_of(world.coordinator().actor, words)) == []


def test_open_cases_come_before_closed_ones(world, amal):
    with transaction():
        amal.closed_at = world.at
        amal.save()
    other = world.case(given_name="Amal", family_name="Anders")
    assert list(cases_of(world.coordinator().actor, "Amal")) == [other, amal]


def test_nobody_of_another_organisation_is_found(world):
    ours, theirs = world.manager(), world.manager()
    case = world.case(theirs.organization, given_name="Amal")
    assert list(cases_of(ours.actor, "Amal")) == []
    assert list(cases_of(ours.actor, case.reference)) == []


def test_visits_of_a_time_are_the_latest_first(world, clock):
    first = note(world)
    clock.forward(hours=1)
    second = note(world)
    coordinator = world.coordinator().actor
    start = world.at - timedelta(hours=2)
    assert list(Visit.between(coordinator, start, world.at)) == [first]
    later = world.at + timedelta(seconds=1)
    assert list(Visit.between(coordinator, start, later)) == [second, first]
