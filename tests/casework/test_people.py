"""People and households: sealed, found by exact words, seen by who cares for them."""

import uuid
from datetime import timedelta

import pytest

from casework.core.access import PUBLIC, SYSTEM, Role
from casework.core.db import transaction
from casework.core.refusals import Forbidden
from casework.people import (
    Care,
    Household,
    NameMissing,
    Person,
    add_person,
    change_household,
    change_person,
    create_household,
    end_care,
    take_into_care,
)


def add(world, household=None, **columns):
    return add_person(household or world.household(), by=SYSTEM, at=world.at, **columns)


def test_one_name_of_one_letter_in_any_script_is_enough(world):
    for name in ("X", "አ", "李", "Ó", "’Abd"):
        assert add(world, given_name=name).refresh().name == name
        assert add(world, family_name=name).refresh().name == name


@pytest.mark.parametrize("names", [{}, {"given_name": ""}, {"given_name": None, "family_name": ""}])
def test_a_person_without_any_name_is_refused(world, names):
    with pytest.raises(NameMissing):
        add(world, **names)
    assert not Person.select().exists()


def test_an_unknown_column_is_an_error_and_stores_nothing(world):
    with pytest.raises(KeyError):
        add(world, given_name="Amal", religion="-")
    with pytest.raises(KeyError):
        change_person(world.person(), created_at=None, by=SYSTEM, at=world.at)
    assert Person.select().count() == 1


def test_lists_and_free_text_come_back_as_they_were(world):
    columns = {
        "languages": ["ar", "ku"],
        "channels": ["phone"],
        "times": [],
        "notes": "Zeile 1\nZeile 2",
    }
    person = add(world, given_name="Amal", **columns).refresh()
    assert {name: getattr(person, name) for name in columns} == columns


def test_a_change_keeps_everything_else(world):
    person = world.person(phone="+4976211", notes="note")
    change_person(person, family_name="Neu", by=SYSTEM, at=world.at)
    again = person.refresh()
    assert (again.name, again.phone, again.notes) == ("Amal Neu", "+4976211", "note")


def test_the_last_name_cannot_be_taken_away(world):
    person = world.person(family_name=None)
    with pytest.raises(NameMissing):
        change_person(person, given_name="", by=SYSTEM, at=world.at)
    assert person.refresh().name == "Amal"


def test_a_person_moves_to_another_household(world):
    person, other = world.person(), world.household("Other")
    change_person(person, household=other, by=SYSTEM, at=world.at)
    assert list(other.people) == [person]


def test_people_are_found_by_whole_words_in_any_order(world):
    coordinator = world.coordinator().actor
    amal = world.person(given_name="Amal", family_name="Al Beispiel")
    world.person(given_name="Amalia", family_name="Beispiel")
    for words in ("Amal Beispiel", "beispiel AMAL", "al amal", "Ámal"):
        assert list(Person.named(coordinator, words)) == [amal]
    for words in ("Ama", "Amal Nobody", "", "%", "\x00", "' OR 1=1"):
        assert not Person.named(coordinator, words).exists()


def test_after_a_change_the_old_name_finds_nobody(world):
    coordinator = world.coordinator().actor
    person = world.person(given_name="Amal")
    change_person(person, given_name="Nour", by=SYSTEM, at=world.at)
    assert not Person.named(coordinator, "Amal").exists()
    assert list(Person.named(coordinator, "Nour")) == [person]


def test_a_search_stays_within_what_one_may_see(world):
    ours, theirs = world.manager(), world.manager()
    mine = world.person()
    world.case(ours.organization, household=mine.household)
    world.case(theirs.organization, household=world.person().household)
    assert list(Person.named(ours.actor, "Amal")) == [mine]


# Households and care


def test_a_household_is_made_and_changed_by_verbs(world):
    site = world.site()
    household = create_household(
        name="A", site=site, housing="shared", place="", by=SYSTEM, at=world.at
    )
    assert household.refresh().place is None
    change_household(household, name="B", place="79539 Lörrach", by=SYSTEM, at=world.at)
    again = household.refresh()
    assert (again.name, again.place, again.site) == ("B", "79539 Lörrach", site)
    with pytest.raises(KeyError):
        change_household(household, id=uuid.uuid4(), by=SYSTEM, at=world.at)


def test_a_change_that_changes_nothing_is_fine(world):
    household = world.household()
    assert change_household(household.refresh(), by=SYSTEM, at=world.at) == household


def test_households_and_people_are_seen_by_who_cares_for_them(world):
    ours, theirs = world.manager(), world.manager()
    household = world.household()
    person = world.person(household)
    assert not Person.scope(ours.actor).exists()
    world.case(ours.organization, household=household)
    assert list(Household.scope(ours.actor)) == [household]
    assert list(Person.scope(ours.actor)) == [person]
    assert not Household.scope(theirs.actor).exists()
    assert list(Household.scope(world.coordinator().actor)) == [household]


@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR]
)
def test_roles_without_case_content_see_nobody_even_within_an_organisation(world, role):
    organization = world.organization()
    world.case(organization)
    staff = world.staff(role, organization=organization).actor
    for model in (Household, Person):
        assert not model.scope(staff).exists()
        assert not model.scope(PUBLIC).exists()


def test_care_is_noted_once_and_ends_by_case(world, clock):
    household, organization, case_id = world.household(), uuid.uuid4(), uuid.uuid4()
    with transaction():
        for _ in range(2):
            take_into_care(household, organization, case_id, at=world.at)
    assert Care.select().count() == 1
    clock.forward(days=1)
    with transaction():
        end_care(uuid.uuid4(), at=world.at)
        end_care(case_id, at=world.at, keep=organization)
    assert Care.get().until is None
    with transaction():
        end_care(case_id, at=world.at)
    care = Care.get()
    assert care.until - care.since == timedelta(days=1)


def test_a_volunteer_coordinator_adds_nobody(world):
    household = world.household()
    with pytest.raises(Forbidden):
        add_person(
            household,
            given_name="Amal",
            by=world.staff(Role.VOLUNTEER_COORDINATOR).actor,
            at=world.at,
        )
    assert not Person.select().exists()
