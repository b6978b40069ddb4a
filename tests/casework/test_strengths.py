"""Strengths: coded where matching asks, sealed where they describe, seen by who sees the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import database
from casework.core.refusals import Forbidden, NotFound, StaleEdit
from casework.skills import Skill, load_skills
from casework.strengths import (
    BeginRefused,
    HoursRefused,
    Strength,
    StrengthProfile,
    Strengths,
    TooManyLanguages,
    add_strengths,
    save_strengths,
    strengths_of,
)
from tests.databases import statements
from tests.world import World


def _of(person) -> Strengths:
    return strengths_of([person])[person.id]


def _save(world: World, person, given: Strengths, by=SYSTEM) -> Strengths:
    save_strengths(person, given, by=by, at=world.at)
    return _of(person)


FULL = Strengths(
    wishes=frozenset({"job"}), fields=frozenset({"kitchen"}), skills=frozenset({"cooking"}),
    licences=frozenset({"b"}), languages={"de": 3, "ar": 7}, schooling="upper",
    recognition="applied", literacy="latin", hours=20, available_from=date(2027, 8, 1),
    experience="Koch in Homs", education="Abitur", hopes="Ein Café", text_language="de",
)  # fmt: skip


def test_what_was_saved_is_what_is_read(world: World) -> None:
    known = _save(world, world.person(), FULL)
    assert replace(known, revision=0, profile=None) == FULL
    assert known.revision == 1


def test_who_has_none_has_an_empty_one(world: World) -> None:
    known = _of(world.person())
    assert (known.coded, known.says_something, known.profile) == ({}, False, None)


def test_words_are_sealed_and_codes_are_not(world: World) -> None:
    _save(world, world.person(), FULL)
    rows = database.execute_sql("select experience, education, hopes from strength_profiles")
    for value in rows.fetchone():
        assert b"Homs" not in bytes(value)
        assert "Café".encode() not in bytes(value)


def test_saving_replaces_and_adding_keeps(world: World) -> None:
    person = world.person()
    _save(world, person, FULL)
    more = {("skill", "sewing"): 0, ("language", "de"): 4, ("language", "ar"): 0}
    add_strengths(person, more, by=SYSTEM, at=world.at)
    known = _of(person)
    assert known.skills == {"cooking", "sewing"}
    assert known.languages == {"de": 4, "ar": 7}
    assert known.experience == "Koch in Homs"
    known = _save(world, person, Strengths(revision=known.revision))
    assert known.coded == {}
    assert known.experience == ""


def test_adding_what_is_there_changes_nothing(world: World) -> None:
    person = world.person()
    before = _save(world, person, FULL)
    add_strengths(person, {("skill", "cooking"): 0}, by=SYSTEM, at=world.at)
    assert _of(person).revision == before.revision


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(world: World) -> None:
    person = world.person()
    seen = _of(person)
    _save(world, person, FULL)
    with pytest.raises(StaleEdit):
        _save(world, person, replace(seen, hopes="Something else"))
    assert _of(person).hopes == "Ein Café"


@pytest.mark.parametrize("given", [
    {"wishes": frozenset({"fame"})}, {"skills": frozenset({"kitchen"})},
    {"fields": frozenset({"cooking"})}, {"licences": frozenset({"x"})}, {"schooling": "magic"},
    {"languages": {"de": 8}}, {"languages": {"de": -1}}, {"languages": {"": 1}},
    {"languages": {"de\x00": 1}}, {"languages": {"x" * 30: 1}}, {"literacy": "perhaps"},
    {"recognition": "x"}, {"experience": "x" * 4001},
])  # fmt: skip
def test_a_code_that_nobody_declared_is_refused_and_nothing_is_stored(world, given) -> None:
    with pytest.raises(NotFound):
        _save(world, world.person(), Strengths(**given))
    assert not Strength.select().exists()
    assert not StrengthProfile.select().exists()


@pytest.mark.parametrize("hours", [0, -1, 61, 10**9])
def test_hours_are_those_of_a_week(world: World, hours: int) -> None:
    with pytest.raises(HoursRefused):
        _save(world, world.person(), Strengths(hours=hours))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2090, 1, 1)])
def test_a_day_that_nobody_can_mean_is_refused(world: World, day: date) -> None:
    with pytest.raises(BeginRefused):
        _save(world, world.person(), Strengths(available_from=day))


def test_a_list_of_languages_ends(world: World) -> None:
    person = world.person()
    tags = ["de", "en", "fr", "ar", "fa", "ps", "ku", "ti", "so", "uk", "ru", "tr", "es"]
    with pytest.raises(TooManyLanguages):
        _save(world, person, Strengths(languages=dict.fromkeys(tags, 1)))
    with pytest.raises(TooManyLanguages):
        add_strengths(person, {("language", tag): 1 for tag in tags}, by=SYSTEM, at=world.at)
    assert not StrengthProfile.select().exists()


def test_null_bytes_do_not_reach_what_is_stored(world: World) -> None:
    assert _save(world, world.person(), Strengths(hopes="a\x00b", text_language="de")).hopes == "ab"


def test_a_skill_out_of_use_stays_where_it_is_and_is_chosen_no_more(world: World) -> None:
    person = world.person()
    known = _save(world, person, FULL)
    Skill.update(active=False).where(Skill.code == "cooking").execute()
    assert _save(world, person, known).skills == {"cooking"}
    with pytest.raises(NotFound):
        _save(world, world.person(), FULL)


def test_strengths_are_seen_by_who_sees_the_person(world: World) -> None:
    own, other = world.manager(), world.manager()
    case = world.case(own.organization)
    _save(world, case.household.people.get(), FULL)
    for model in (Strength, StrengthProfile):
        assert model.scope(own.actor).exists()
        assert model.scope(world.coordinator().actor).exists()
        assert not model.scope(other.actor).exists()
        for role in (Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR):
            assert not model.scope(world.staff(role).actor).exists()


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_a_role_without_cases_cannot_write_them(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        _save(world, world.person(), FULL, by=world.staff(role).actor)


def test_the_trail_names_the_person_and_no_content(world: World) -> None:
    person = world.person()
    _save(world, person, FULL)
    row = AuditEntry.get(AuditEntry.event == "strength:saved")
    assert (row.subject_table, row.subject_id, row.details) == ("people", person.id, {})


def test_reading_many_takes_two_statements(world: World) -> None:
    people = [world.person() for _number in range(5)]
    for person in people:
        _save(world, person, FULL)
    with statements() as seen:
        assert len(strengths_of(people)) == 5
    assert len(seen) == 2


def test_a_person_that_goes_takes_them_along(world: World) -> None:
    person = world.person()
    _save(world, person, FULL)
    person.delete_instance()
    assert not Strength.select().exists()
    assert not StrengthProfile.select().exists()


def test_the_starter_list_is_there_and_loading_it_again_keeps_what_was_changed(world) -> None:
    assert Skill.select().count() >= 40
    Skill.update(labels={"de": "Backstube"}).where(Skill.code == "baking").execute()
    load_skills(
        [{"code": "baking", "kind": "field", "labels": {"de": "x"}}], by=SYSTEM, at=world.at
    )
    assert Skill.get(Skill.code == "baking").label("de") == "Backstube"
