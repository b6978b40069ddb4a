"""Templates are changed as a whole, and what is not meant is refused as a whole."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.commands.starter import load_starter_content
from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.core.i18n import LANGUAGES
from casework.core.refusals import NotFound, StaleEdit
from casework.plans.template_writing import (
    change_template,
    completed,
    moved_up,
    put_goal,
    put_step,
    without,
)
from casework.plans.templates import PlanTemplate, template_of
from casework.plans.whole import WholePlan
from casework.plans.writing import DayRefused, TextMissing, TooMuch
from tests.world import World

STEP = {"texts": {"de": "tun"}, "doer": "person", "days": 3}
TWO = [
    {
        "area": "work",
        "texts": {"de": "eins"},
        "steps": [STEP, STEP | {"days": 5, "type": "search"}],
    },
    {"area": "health", "texts": {"de": "zwei"}, "steps": []},
]


def _change(world: World, content: Any) -> PlanTemplate:
    row = template_of("work")
    return change_template(row, content, revision=row.revision, by=SYSTEM, at=world.at)


def test_every_text_of_every_template_exists_in_every_language(world: World) -> None:
    for template in PlanTemplate.in_order():
        for goal in template.content:
            for row in (goal, *goal["steps"]):
                assert set(row["texts"]) == set(LANGUAGES), row["texts"]["de"]


def test_new_plans_begin_with_the_new_content_and_old_ones_stay(world: World) -> None:
    old = world.plan(template="work")
    _change(world, TWO)
    new = world.plan(template="work")
    assert {goal.texts["de"] for goal in WholePlan(new).goals} == {"eins", "zwei"}
    assert "eins" not in {goal.texts["de"] for goal in WholePlan(old).goals}


def test_of_two_editors_the_second_is_told(world: World) -> None:
    row = template_of("work")
    _change(world, TWO)
    with pytest.raises(StaleEdit):
        change_template(row, [], revision=row.revision, by=SYSTEM, at=world.at)
    assert template_of("work").content == TWO


@pytest.mark.parametrize(("content", "refusal"), [
    ([{"area": "work", "texts": {"en": "x"}, "steps": []}], TextMissing),
    ([{"area": "work", "texts": {"de": "x" * 1001}, "steps": []}], TextMissing),
    ([{"area": "moon", "texts": {"de": "x"}, "steps": []}], NotFound),
    ([{"area": "work", "texts": {"de": "x", "xx": "y"}, "steps": []}], NotFound),
    ([{"area": "work", "texts": {"de": "x"}, "steps": [STEP | {"doer": "police"}]}], NotFound),
    ([{"area": "work", "texts": {"de": "x"}, "steps": [STEP | {"days": -1}]}], DayRefused),
    ([{"area": "work", "texts": {"de": "x"}, "steps": [STEP | {"type": "moon"}]}], NotFound),
    ([{"area": "work", "texts": {"de": "x"}, "steps": [STEP | {"days": 9999}]}], DayRefused),
    ([{"area": "work", "texts": {"de": "x"}, "steps": []}] * 41, TooMuch),
])  # fmt: skip
def test_what_is_not_meant_is_refused(world: World, content, refusal) -> None:
    with pytest.raises(refusal):
        _change(world, content)


def test_a_step_keeps_what_else_it_knows() -> None:
    changed = put_step(TWO, 0, 1, {"de": "neu", "fr": " "}, "staff", 9)
    assert changed[0]["steps"][1] == {"texts": {"de": "neu"}, "doer": "staff", "days": 9,
                                      "type": "search"}  # fmt: skip
    assert put_goal(TWO, 0, {"de": "neu"}, "health")[0]["steps"] == TWO[0]["steps"]


def test_the_type_of_a_step_is_chosen_changed_and_taken_away() -> None:
    for kind in ("course", "talk"):
        content = put_step(TWO, 0, 1, {"de": "neu"}, "staff", 9, kind)
        assert content[0]["steps"][1]["type"] == kind
    assert "type" not in put_step(content, 0, 1, {"de": "neu"}, "staff", 9, "")[0]["steps"][1]
    assert put_step(TWO, 0, None, {"de": "neu"}, "staff", 9, "talk")[0]["steps"][-1]["type"] == (
        "talk"
    )


PATHS = st.tuples(st.integers(-1, 3), st.one_of(st.none(), st.integers(-1, 3)))


@given(PATHS, st.sampled_from(("up", "without", "put")))
def test_no_change_of_content_touches_the_one_before(path, what) -> None:
    before = copy.deepcopy(TWO)
    changes = {
        "up": lambda: moved_up(TWO, *path),
        "without": lambda: without(TWO, *path),
        "put": lambda: put_step(TWO, path[0], path[1], {"de": "x"}, "person", 1),
    }
    try:
        after = changes[what]()
    except NotFound:
        after = None
    assert before == TWO
    if after is not None and what == "up":
        assert sorted(map(str, after)) == sorted(map(str, TWO)) or path[1] is not None


def test_languages_that_came_later_are_added_and_own_words_stay(world: World) -> None:
    row = template_of("work")
    content = copy.deepcopy(row.content)
    del content[0]["texts"]["ti"]
    content[0]["texts"]["fr"] = "mes mots"
    content[0]["steps"][0]["texts"] = {"de": "eigene Worte"}
    with transaction():
        row.content = content
        row.save()
    load_starter_content(at=world.at)
    again = template_of("work").content
    assert again[0]["texts"]["ti"]
    assert again[0]["texts"]["fr"] == "mes mots"
    assert again[0]["steps"][0]["texts"] == {"de": "eigene Worte"}
    assert completed(again, {}) == again
