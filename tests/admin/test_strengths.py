"""Strengths on the desk: above the needs, added in one line, edited whole, never overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from casework.cases import Case
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.interpretations import Interpretation
from casework.strengths import StrengthProfile, Strengths, add_strengths, strengths_of
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def case(world: World) -> Case:
    return world.case()


def _known(case: Case) -> Strengths:
    person = case.household.people.get()
    return strengths_of([person])[person.id]


def _page(case: Case) -> str:
    return f"/admin/case/{case.id}/strengths/{case.household.people.get().id}"


def _section(page: str, name: str) -> str:
    return page[page.index(f'<section id="{name}"') :].partition("</section>")[0]


def _typed(**given: Any) -> dict[str, Any]:
    fields = {"wishes": ["job"], "skills": ["cooking"], "fields_of_work": ["kitchen"],
              "licences": ["b"], "language_1": "de", "level_1": "3", "language_2": "ar",
              "level_2": "7", "schooling": "upper", "recognition": "applied",
              "literacy": "latin", "hours": "20", "available_from": "2027-08-01",
              "hopes": "Ein Café", "experience": "Koch", "education": "", "text_language": "de",
              "revision": "0"} | given  # fmt: skip
    rows = {f"level_{number}": "0" for number in range(3, 13)}
    return {f"strengths-{name}": value for name, value in (rows | fields).items()}


def test_strengths_stand_above_needs(desk, world: World, case: Case) -> None:
    world.strengths(case.household.people.get(), wishes=frozenset({"job"}),
                    languages={"de": 3}, hopes="Ein Café", text_language="de")  # fmt: skip
    page = text_of(desk.get(f"/admin/case/{case.id}"))
    assert page.index('<section id="strengths"') < page.index('<section id="needs"')
    section = _section(page, "strengths")
    for text in ("wants: work", "German (B1)", "Ein Café"):
        assert text in section.replace("&#39;", "'")


def test_who_has_told_nothing_yet_is_named(desk, case: Case) -> None:
    section = _section(text_of(desk.get(f"/admin/case/{case.id}")), "strengths")
    assert "Nothing is known yet" in section
    assert "Amal Beispiel" in section


def test_the_whole_form_keeps_everything(desk, case: Case) -> None:
    response = send(desk, _page(case), _typed())
    assert response.status_code == 303
    known = _known(case)
    assert known.languages == {"de": 3, "ar": 7}
    assert (known.wishes, known.skills, known.fields) == ({"job"}, {"cooking"}, {"kitchen"})
    assert (known.hours, known.hopes, known.recognition) == (20, "Ein Café", "applied")
    page = text_of(desk.get(_page(case)))
    assert 'value="20"' in page
    assert "Ein Café" in page


def test_the_form_begins_with_the_languages_of_the_record(desk, world: World) -> None:
    case = world.case(languages=["ti", "ar"])
    page = text_of(desk.get(_page(case)))
    assert '<option selected value="ti">' in page
    assert '<option selected value="ar">' in page


def test_no_language_is_lost_however_many_there_are(desk, world: World, case: Case) -> None:
    tags = ["de", "en", "fr", "ar", "fa", "ps", "ku", "ti", "so", "uk", "ru", "tr"]
    world.strengths(case.household.people.get(), languages=dict.fromkeys(tags, 1))
    page = text_of(desk.get(_page(case)))
    assert all(f'<option selected value="{tag}">' in page for tag in tags)


def test_the_second_editor_is_told_keeps_what_was_typed_and_can_save_then(desk, case) -> None:
    send(desk, _page(case), _typed())
    response = send(desk, _page(case), _typed(hopes="Zweitens"))
    page = text_of(response)
    assert response.status_code == 422
    assert "Someone else changed this" in page
    assert "Zweitens" in page
    assert _known(case).hopes == "Ein Café"
    send(desk, _page(case), _typed(hopes="Zweitens", revision="1"))
    assert _known(case).hopes == "Zweitens"


@pytest.mark.parametrize("given", [
    {"hours": "0"}, {"hours": "x"}, {"hours": "9" * 30}, {"available_from": "2027-02-30"},
    {"available_from": "0001-01-01"}, {"wishes": ["fame"]}, {"skills": ["kitchen"]},
    {"language_1": "xx"}, {"level_1": "9"}, {"level_1": ""}, {"schooling": "magic"},
    {"hopes": "x" * 20_000}, {"language_2": "de"}, {"text_language": "xx"},
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_stored(desk, case, given) -> None:
    response = send(desk, _page(case), _typed(**given))
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert not StrengthProfile.select().exists()


def test_null_bytes_go_and_the_rest_stays(desk, case: Case) -> None:
    send(desk, _page(case), _typed(hopes="Ein\x00 Café"))
    assert _known(case).hopes == "Ein Café"


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 40, "²"])
def test_a_revision_that_nobody_showed_counts_as_old(desk, case, revision: str) -> None:
    assert send(desk, _page(case), _typed(revision=revision)).status_code == 422
    assert not StrengthProfile.select().exists()


def test_one_line_adds_what_was_just_heard(desk, world: World, case: Case) -> None:
    person = case.household.people.get()
    world.strengths(person, languages={"ar": 7})
    fields = {"strength-person": str(person.id), "strength-wish": "training",
              "strength-tongue": "de", "strength-level": "2", "strength-field_of_work": "",
              "strength-skill": "sewing"}  # fmt: skip
    response = send(desk, f"/admin/case/{case.id}/strength", fields)
    assert response.location.endswith("#strengths")
    known = _known(case)
    assert known.languages == {"ar": 7, "de": 2}
    assert (known.wishes, known.skills) == ({"training"}, {"sewing"})


def test_one_line_without_anything_is_told_so(desk, case: Case) -> None:
    response = send(desk, f"/admin/case/{case.id}/strength", {"strength-level": "0"})
    assert response.status_code == 422
    assert "at least one strength or wish" in text_of(response)


def test_a_person_of_another_household_is_not_found(desk, world: World, case: Case) -> None:
    other = world.person()
    assert desk.get(f"/admin/case/{case.id}/strengths/{other.id}").status_code == 404
    fields = {"strength-person": str(other.id), "strength-wish": "job", "strength-level": "0"}
    assert send(desk, f"/admin/case/{case.id}/strength", fields).status_code in (404, 422)
    assert not StrengthProfile.select().exists()


def test_a_translation_stands_beside_what_somebody_wrote(desk, world: World, case: Case) -> None:
    world.strengths(case.household.people.get(), hopes="أريد العمل", text_language="ar")
    profile = StrengthProfile.get()
    fields = {"table": "strength_profiles", "row": str(profile.id), "field": "hopes",
              "body": "I want to work", "url": f"/admin/case/{case.id}"}  # fmt: skip
    send(desk, "/admin/translation/", fields)
    assert Interpretation.get().body == "I want to work"
    section = _section(text_of(desk.get(f"/admin/case/{case.id}")), "strengths")
    assert "I want to work" in section
    assert send(desk, "/admin/translation/", fields | {"field": "schooling"}).status_code == 404


def test_a_manager_edits_the_own_and_does_not_find_others(app, world: World) -> None:
    manager = world.manager()
    own, other = world.case(manager.organization), world.case()
    desk = desk_of(app, manager)
    assert send(desk, _page(own), _typed()).status_code == 303
    assert desk.get(_page(other)).status_code == 404


def test_reading_all_strengths_is_recorded(desk, case: Case) -> None:
    desk.get(_page(case))
    row = AuditEntry.get(AuditEntry.event == "strength:read")
    assert row.subject_id == case.household.people.get().id


def test_the_timeline_tells_of_them(desk, world: World, case: Case) -> None:
    add_strengths(case.household.people.get(), {("wish", "job"): 0}, by=SYSTEM, at=world.at)
    assert "Strength of a person added" in text_of(desk.get(f"/admin/case/{case.id}"))


def test_the_list_of_skills_changes_without_code(app, world: World, desk) -> None:
    fields = {"code": "beekeeping", "labels-de": "Imkern", "kind": "skill", "position": "99",
              "active": "y"}  # fmt: skip
    assert send(desk, "/admin/skills/new/", fields).status_code == 303
    assert "Imkern" in text_of(desk.get("/admin/skills/?flt_kind=skill"))
    case = world.case()
    assert "Imkern" in text_of(desk.get(_page(case)))
    assert desk_of(app, world.staff(Role.ADMINISTRATOR)).get("/admin/skills/").status_code == 404


@pytest.mark.parametrize("level", ["x" * 20_000, "9" * 5000, "-1", "²", "\x00"])
def test_a_level_that_does_not_exist_is_refused_and_nothing_breaks(desk, case, level) -> None:
    fields = {"strength-tongue": "ar", "strength-level": level}
    assert send(desk, f"/admin/case/{case.id}/strength", fields).status_code < 500
    assert not StrengthProfile.select().exists()
