"""The starter forms in use: what an upgrade brings, and what each of the newer ones asks."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

import pytest
from pyxform.xls2xform import convert

from casework.commands.starter import FORMS, load_starter_content
from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.core.i18n import LANGUAGES
from casework.core.refusals import NotFound
from casework.formats.templates import FOLDER, template, templates
from casework.formats.xlsform import read_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.filling import Filling
from casework.questionnaires.forms import Form
from casework.questionnaires.mapping import mapping
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, live
from casework.questionnaires.places import places, questions, row_places
from casework.questionnaires.publishing import import_definition, retire
from casework.questionnaires.steps import accept, add_row, begin
from casework.questionnaires.validating import problems
from casework.skills import Skill
from casework.strength_answers import take_in
from casework.strengths import MOTHER_TONGUE, strengths_of

NEWER = ("assessment", "follow-up", "provider")
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@functools.cache
def form(name: str) -> Form:
    return compile_form(template(name))


def told(filling: Filling, page: Any, given: dict[str, list[str]]) -> Filling:
    """The filling after a page was sent, once more where something appeared on it."""
    outcome = accept(filling, page, given)
    if outcome.appeared:
        outcome = accept(outcome.filling, page, given)
    assert outcome.problems == []
    return outcome.filling


def filled_in(name: str, **answers: Any) -> Filling:
    """The form with these answers, page after page; a list of dicts adds rows."""
    filling = begin(form(name), now=NOW, language="de")
    given = {key: value if isinstance(value, list) else [value] for key, value in answers.items()}
    number = 0
    while number < len(places(filling)):
        page = places(filling)[number]
        number += 1
        if page.page.is_repeat:
            for row in given.get(page.page.about.key, []):
                filling, row_id = add_row(filling, page)
                raw = {k: v if isinstance(v, list) else [v] for k, v in row.items()}
                count = 0
                while count < len(row_places(filling, page, row_id)):
                    filling = told(filling, row_places(filling, page, row_id)[count], raw)
                    count += 1
        else:
            filling = told(filling, page, given)
    assert problems(filling) == []
    return filling


def asked(filling: Filling) -> list[str]:
    """The names of all questions that are asked with these answers."""
    return [node.spec.name for each in places(filling) for node in questions(filling, each)]


def forget(slug: str) -> None:
    row = Questionnaire.get(Questionnaire.slug == slug)
    QuestionnaireVersion.delete().where(QuestionnaireVersion.questionnaire == row).execute()
    row.delete_instance()


@pytest.mark.parametrize("name", NEWER)
def test_the_check_of_forms_finds_nothing(name: str) -> None:
    reading = read_xlsform((FOLDER / f"{name}.xlsx").read_bytes(), name=name)
    assert reading.findings == []
    assert reading.is_wholly_supported


@pytest.mark.parametrize("name", NEWER)
def test_other_software_accepts_the_file_as_it_is(name: str) -> None:
    made = convert(str(FOLDER / f"{name}.xlsx"), validate=False)
    assert f'id="{name}"' in made.xform
    # Its table of languages knows no tags with a region.
    assert [each for each in made.warnings if "(fa-AF)" not in each] == []


def test_every_starter_form_can_serve_as_a_template() -> None:
    assert set(templates()) == set(FORMS)
    for name, titles in templates().items():
        assert set(titles) == set(LANGUAGES)
        assert template(name).title == titles
    with pytest.raises(NotFound):
        template("../help")


class TestUpgrade:
    def test_a_new_installation_has_all_forms_ready(self, db: None) -> None:
        assert {row.slug: row.purpose for row in Questionnaire.select()} == FORMS
        assert {row.state for row in Questionnaire.select()} == {"published"}

    def test_what_is_not_for_everybody_is_not_on_the_portal(self, db: None) -> None:
        assert {row.slug for row in Questionnaire.public()} == {"help", "offer", "provider"}

    def test_later_it_brings_new_forms_and_puts_none_on_the_portal(self, db: None) -> None:
        for slug in NEWER:
            forget(slug)
        load_starter_content(at=NOW)
        rows = {row.slug: row.state for row in Questionnaire.select()}
        assert rows == dict.fromkeys(FORMS, "published") | {"provider": "draft"}
        with pytest.raises(NotFound):
            live("provider")

    def test_what_the_coordinator_made_of_a_form_stays(self, db: None) -> None:
        row = Questionnaire.get(Questionnaire.slug == "assessment")
        version = import_definition("assessment", template("offer"), by=SYSTEM, at=NOW)
        retire(Questionnaire.get(Questionnaire.slug == "follow-up"), by=SYSTEM, at=NOW)
        load_starter_content(at=NOW)
        assert [each.number for each in row.versions] == [1, version.number]
        assert Questionnaire.get(Questionnaire.slug == "follow-up").state == "retired"

    def test_skills_of_before_learn_the_languages_that_nobody_named_them_in(self, db) -> None:
        row = Skill.get(Skill.code == "kitchen")
        with transaction():
            row.labels = {"de": "Großküche", "en": "Kitchen", "fr": ""}
            row.save()
        load_starter_content(at=NOW)
        labels = row.refresh().labels
        assert (labels["de"], labels["fr"], labels["fa-AF"]) == ("Großküche", "", "آشپزخانه")
        assert set(labels) == set(LANGUAGES)

    def test_a_form_of_ones_own_with_the_same_name_stays(self, db: None) -> None:
        forget("provider")
        import_definition("provider", template("offer"), purpose="offer", by=SYSTEM, at=NOW)
        load_starter_content(at=NOW)
        row = Questionnaire.get(Questionnaire.slug == "provider")
        assert (row.purpose, row.state, row.versions.count()) == ("offer", "draft", 1)


class TestAssessment:
    def test_every_question_may_be_left_out(self) -> None:
        assert filled_in("assessment").final() == {}

    def test_it_begins_with_what_the_person_brings_along(self) -> None:
        order = asked(begin(form("assessment"), now=NOW, language="de"))
        assert order.index("skills") < order.index("wishes") < order.index("situation_language")
        assert order.index("situation_community") < order.index("danger_housing")

    def test_details_are_asked_only_where_it_is_difficult(self) -> None:
        filling = filled_in(
            "assessment", situation_housing="1", situation_work="3", situation_health="5"
        )
        names = asked(filling)
        assert [each for each in names if each.startswith("need_")] == ["need_housing"]
        found = [each for each in names if each.startswith("support_")]
        assert found == ["support_work", "support_housing", "support_who"]

    def test_help_and_urgency_are_offered_only_where_there_is_a_danger(self) -> None:
        assert "urgent" not in asked(filled_in("assessment", feels_safe="not_said"))
        assert "urgent" not in asked(filled_in("assessment", feels_safe="yes"))
        assert "urgent" in asked(filled_in("assessment", feels_safe="no"))
        assert "urgent" in asked(filled_in("assessment", danger_housing="yes"))

    def test_answers_find_their_place_in_the_domain(self) -> None:
        filling = filled_in(
            "assessment",
            languages_well=["ar"], languages_some=["en", "de"], interpreter="sometimes",
            situation_housing="2", need_housing=["flat_search"], support_housing=["nobody"],
            situation_language="1", need_language=["literacy"],
            danger_housing="yes", urgent="this_week", permit_until=["31", "3", "2027"],
        )  # fmt: skip
        assert mapping(form("assessment"), filling.final()) == {
            "person.languages": ["ar", "en", "de"],
            "person.interpreter": "sometimes",
            "need.category": ["literacy", "flat_search"],
            "need.urgency": "this_week",
        }

    def test_what_the_person_brings_along_becomes_strengths(self, world) -> None:
        filling = filled_in(
            "assessment", german="b1", school="vocational", work_so_far="Schreiner",
            looking_for=["job", "training"], wishes="Eine eigene Werkstatt",
        )  # fmt: skip
        person = world.person()
        answers = mapping(form("assessment"), filling.final())
        assert take_in(person, answers, language="de", by=SYSTEM, at=NOW)
        has = strengths_of([person])[person.id]
        assert has.languages == {"de": 3}
        assert (has.schooling, has.wishes) == ("vocational", {"job", "training"})
        assert (has.experience, has.hopes) == ("Schreiner", "Eine eigene Werkstatt")

    def test_fields_and_skills_are_asked_in_the_words_of_the_list(self, world) -> None:
        lists = template("assessment").choices
        for kind, name in (("field", "field"), ("skill", "skill")):
            rows = Skill.select().where(Skill.kind == kind).order_by(Skill.position)
            assert [(each.name, each.label) for each in lists[name]] == [
                (row.code, row.labels) for row in rows
            ]
        filling = filled_in(
            "assessment", fields_of_work=["kitchen", "care"], able_to=["cooking", "team"]
        )
        person = world.person()
        answers = mapping(form("assessment"), filling.final())
        assert take_in(person, answers, language="de", by=SYSTEM, at=NOW)
        has = strengths_of([person])[person.id]
        assert (has.fields, has.skills) == ({"kitchen", "care"}, {"cooking", "team"})

    def test_the_level_is_asked_of_those_languages_only_that_somebody_named(self, world) -> None:
        filling = filled_in(
            "assessment", languages_well=["ar", "fa-AF", "other"], languages_some=["en", "de"],
            level_ar="native", level_fa_af="c1", level_en="a2", german="b1",
        )  # fmt: skip
        names = [each for each in asked(filling) if each.startswith("level_")]
        assert names == ["level_ar", "level_fa_af", "level_en"]
        person = world.person()
        answers = mapping(form("assessment"), filling.final())
        take_in(person, answers, language="de", by=SYSTEM, at=NOW)
        has = strengths_of([person])[person.id]
        assert has.languages == {"ar": MOTHER_TONGUE, "fa-AF": 5, "en": 2, "de": 3}

    def test_who_names_no_language_is_asked_for_no_level(self) -> None:
        assert not [each for each in asked(filled_in("assessment")) if each.startswith("level_")]


class TestFollowUp:
    def test_it_has_at_most_eight_questions(self) -> None:
        everything = filled_in("follow-up", got_help="in_part", areas=["work", "housing"])
        assert len(asked(everything)) == 8

    def test_without_an_area_nobody_is_asked_what_changed_there(self) -> None:
        assert not {"better", "worse"} & set(asked(filled_in("follow-up", got_help="yes")))

    def test_better_and_worse_are_asked_only_of_the_areas_that_were_named(self) -> None:
        filling = filled_in("follow-up", areas=["work", "housing"], better=["work"])
        nodes = {n.spec.name: n for each in places(filling) for n in questions(filling, each)}
        for name in ("better", "worse"):
            assert [each.name for each in filling.choices(nodes[name])] == ["work", "housing"]
        assert filling.final()["better"] == ["work"]

    def test_an_area_that_was_not_named_cannot_be_sent(self) -> None:
        page = places(filled_in("follow-up", areas=["work"]))[1]
        outcome = accept(filled_in("follow-up", areas=["work"]), page, {"better": ["money"]})
        assert [each.path for each in outcome.problems] == [("better",)]

    def test_no_answer_is_required(self) -> None:
        assert filled_in("follow-up").final() == {}


class TestProvider:
    def test_an_organisation_and_its_services_find_their_place(self) -> None:
        filling = filled_in(
            "provider",
            organisation_name="Sprachhaus", email="post@sprachhaus.example",
            address_public="yes", publish="OK", confirm_by="email",
            services=[
                {"service_name": "Café", "service_areas": ["language"],
                 "service_need_language": ["conversation"], "service_free": "0"},
                {"service_name": "Beratung", "service_areas": ["money", "housing"],
                 "service_need_money": ["debt"], "service_need_housing": ["housing_costs"],
                 "service_languages": ["ar", "de"]},
            ],
        )  # fmt: skip
        mapped = mapping(form("provider"), filling.final())
        assert mapped["organization.name"] == "Sprachhaus"
        assert [{k: v for k, v in row.items() if k != "_row"} for row in mapped["service"]] == [
            {"name": "Café", "category": ["conversation"], "free": "0"},
            {"name": "Beratung", "category": ["housing_costs", "debt"], "languages": ["ar", "de"]},
        ]

    @pytest.mark.parametrize(
        ("page", "answers", "wrong"),
        [
            (0, {}, {"organisation_name"}),
            (1, {"address_public": ["no"]}, {"email"}),
            (1, {"email": ["no address"], "address_public": ["no"]}, {"email"}),
            (2, {"contact_name": ["Nele"]}, {"contact_public"}),
            (4, {"confirm_by": ["email"]}, {"publish"}),
        ],
    )
    def test_what_the_directory_cannot_do_without_is_required(
        self, page: int, answers: dict[str, list[str]], wrong: set[str]
    ) -> None:
        filling = begin(form("provider"), now=NOW, language="de")
        outcome = accept(filling, places(filling)[page], answers)
        assert {each.path[-1] for each in outcome.problems} == wrong

    @pytest.mark.parametrize("free", ["-1", "10000", "2.5", "many"])
    def test_free_places_are_a_whole_number(self, free: str) -> None:
        filling = begin(form("provider"), now=NOW, language="de")
        services = next(each for each in places(filling) if each.page.is_repeat)
        filling, row_id = add_row(filling, services)
        details = row_places(filling, services, row_id)[-1]
        outcome = accept(filling, details, {"service_free": [free]})
        assert [each.path[-1] for each in outcome.problems] == ["service_free"]
