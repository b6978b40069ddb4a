"""What is said about services by hand: where they are given, in which languages."""

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import transaction
from casework.core.refusals import Forbidden, NotFound
from casework.providers import (
    LanguageMissing,
    Location,
    ServiceAtLocation,
    SpokenLanguage,
    place_service,
    set_languages,
)


@pytest.fixture
def service(world):
    return world.service()


@pytest.fixture
def houses(world, service):
    with transaction():
        return [Location.create(organization=service.organization, name=name) for name in "ab"]


def places(service):
    return {row.location.name for row in service.places}


def tongues(service):
    return {row.name for row in service.spokenlanguage_set}


def told(event):
    return [row.subject_id for row in AuditEntry.select().where(AuditEntry.event == event)]


def test_a_service_moves_and_what_is_known_of_a_place_that_stays_is_kept(world, service, houses):
    one, other = houses
    place_service(service, [one], by=SYSTEM, at=world.at)
    row = ServiceAtLocation.get()
    with transaction():
        row.description = "Second floor"
        row.save()
    place_service(service, [one, other], by=SYSTEM, at=world.at)
    assert places(service) == {"a", "b"}
    assert row.refresh().description == "Second floor"
    place_service(service, [other], by=SYSTEM, at=world.at)
    assert places(service) == {"b"}
    assert told("service:placed") == [service.id] * 3


def test_a_service_can_be_given_nowhere(world, service, houses):
    place_service(service, houses, by=SYSTEM, at=world.at)
    place_service(service, [], by=SYSTEM, at=world.at)
    assert places(service) == set()


def test_languages_are_set_in_place_of_what_was_said_before(world, service):
    arabic, dari = SpokenLanguage(name="Arabic", code="ar"), SpokenLanguage(name="Dari")
    set_languages(service, [arabic, dari], by=SYSTEM, at=world.at)
    assert tongues(service) == {"Arabic", "Dari"}
    kept = SpokenLanguage.get(SpokenLanguage.name == "Arabic")
    kept.note = "Tuesdays"
    set_languages(service, [kept], by=SYSTEM, at=world.at)
    assert [(row.id, row.note) for row in service.spokenlanguage_set] == [(kept.id, "Tuesdays")]
    assert told("service:languages_set") == [service.id] * 2


@pytest.mark.parametrize("name", ["", "  "])
def test_a_language_without_a_name_is_refused_and_nothing_changes(world, service, name):
    set_languages(service, [SpokenLanguage(name="Dari")], by=SYSTEM, at=world.at)
    with pytest.raises(LanguageMissing):
        set_languages(
            service, [SpokenLanguage(name="Arabic"), SpokenLanguage(name=name)],
            by=SYSTEM, at=world.at,
        )  # fmt: skip
    assert tongues(service) == {"Dari"}


def test_a_language_of_another_service_stays_there(world, service):
    other = world.service()
    set_languages(other, [SpokenLanguage(name="Dari")], by=SYSTEM, at=world.at)
    with pytest.raises(NotFound):
        set_languages(service, [SpokenLanguage.get()], by=SYSTEM, at=world.at)
    assert tongues(other) == {"Dari"}


def test_only_who_keeps_the_directory_changes_it(world, service, houses):
    for role in (role for role in Role if role is not Role.COORDINATOR):
        actor = world.staff(role, organization=service.organization).actor
        with pytest.raises(Forbidden):
            place_service(service, houses, by=actor, at=world.at)
        with pytest.raises(Forbidden):
            set_languages(service, [SpokenLanguage(name="Dari")], by=actor, at=world.at)
