"""What forms say about strengths: it adds, and what nobody declared is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.acceptance import accept_submission, prepare_intake
from casework.core.access import SYSTEM
from casework.core.tongues import NAMED
from casework.formats.templates import template
from casework.people import Person
from casework.strength_answers import NAMES, known_answers, take_in, with_answer
from casework.strengths import (
    MOST_TEXT,
    MOTHER_TONGUE,
    Strengths,
    add_strengths,
    strengths_of,
)


def _take(world, person, **answers) -> Strengths:
    named = {f"strength.{name}": value for name, value in answers.items()}
    take_in(person, named, language="ar", by=SYSTEM, at=world.at)
    return strengths_of([person])[person.id]


def test_answers_become_strengths_with_levels(world) -> None:
    has = _take(
        world, world.person(), wish=["job", "course"], field=["kitchen"], skill=["sewing"],
        licence=["b"], mother_tongue=["ar", "ku"], level_de="b1", level_en="a2",
        schooling="vocational", recognition="applied", literacy="latin", hours="20",
        experience="Koch", education="Schule", hopes="Restaurant",
    )  # fmt: skip
    assert (has.wishes, has.fields, has.skills) == ({"job", "course"}, {"kitchen"}, {"sewing"})
    assert has.languages == {"ar": 7, "ku": 7, "de": 3, "en": 2}
    assert (has.schooling, has.recognition, has.literacy) == ("vocational", "applied", "latin")
    assert (has.hours, has.licences, has.text_language) == (20, {"b"}, "ar")
    assert (has.experience, has.education, has.hopes) == ("Koch", "Schule", "Restaurant")


@pytest.mark.parametrize("tag", NAMED)
def test_the_level_of_every_language_that_can_be_named_is_kept(world, tag: str) -> None:
    has = _take(world, world.person(), **{f"level_{tag}": "c1"})
    assert has.languages == {tag: 5}
    native = with_answer(has, f"strength.level_{tag}", "native", language="de")
    assert native.languages == {tag: MOTHER_TONGUE}


def test_every_language_that_a_form_offers_has_a_name_for_its_level() -> None:
    offered = {
        choice.name
        for slug in ("help", "assessment")
        for choice in template(slug).choices["language"]
    }
    assert offered - {"other"} <= set(NAMED)


def test_an_answer_adds_to_what_is_known_and_takes_nothing_away(world) -> None:
    person = world.person()
    add_strengths(person, {("wish", "job"): 0, ("language", "de"): 2}, by=SYSTEM, at=world.at)
    _take(world, person, experience="Koch")
    has = _take(world, person, wish=["course"], level_de="b2", experience="Fahrer")
    assert has.wishes == {"job", "course"}
    assert has.languages == {"de": 4}
    assert has.experience == "Koch\nFahrer"
    assert not take_in(
        person, {"strength.wish": ["job"], "strength.experience": "Koch"}, language="de",
        by=SYSTEM, at=world.at,
    )  # fmt: skip


@pytest.mark.parametrize("answers", [
    {"wish": ["palace"]}, {"field": ["sewing"]}, {"skill": ["kitchen"]}, {"hours": "200"},
    {"hours": "٢٠"}, {"level_de": "none"}, {"level_de": ["b1"]}, {"schooling": "little"},
    {"mother_tongue": ["other", "'; DROP", "x" * 50]}, {"experience": "x" * (MOST_TEXT + 1)},
    {"hopes": "   "}, {"licence": [3]}, {"literacy": ["latin"]},
])  # fmt: skip
def test_what_nobody_declared_says_nothing(world, answers) -> None:
    assert _take(world, world.person(), **answers) == Strengths()


def test_what_is_known_answers_the_form_and_says_nothing_new(world) -> None:
    has = _take(
        world, world.person(), wish=["job"], mother_tongue=["ar"], level_de="b1", hours="20",
        schooling="upper", hopes="Restaurant",
    )  # fmt: skip
    known = known_answers(has)
    assert known == {
        "strength.wish": ["job"], "strength.mother_tongue": ["ar"], "strength.level_de": "b1",
        "strength.level_ar": "native", "strength.hours": "20", "strength.schooling": "upper",
        "strength.hopes": "Restaurant",
    }  # fmt: skip
    for name, answer in known.items():
        assert with_answer(has, name, answer, language="de") == has


def test_a_request_that_is_accepted_brings_strengths_along(world, monkeypatch) -> None:
    submission = world.submission()
    mapped = submission.mapped | {"strength.wish": ["training"], "strength.level_de": "a2"}
    monkeypatch.setattr(type(submission), "mapped", mapped)
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    has = strengths_of(Person.select())
    assert [(each.wishes, dict(each.languages)) for each in has.values()] == [
        ({"training"}, {"de": 2})
    ]


@given(
    st.sampled_from([n for n in NAMES if n not in ("strength.field", "strength.skill")]),
    st.one_of(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=5), st.none()),
)
def test_no_answer_breaks_and_the_same_again_adds_nothing(name, answer) -> None:
    once = with_answer(Strengths(), name, answer, language="de")
    assert with_answer(once, name, answer, language="de") == once
