"""`docs/questionnaires.md` says what the program does: no name is missing, none is invented."""

import re
from pathlib import Path

import pytest

from casework.questionnaires.expressions.functions import FUNCTIONS
from casework.questionnaires.mapping import SAVE_TO
from casework.questionnaires.question_types import NOT_YET_FILLED_IN, QUESTION_TYPES

DOCUMENT = (Path(__file__).parents[3] / "docs" / "questionnaires.md").read_text(encoding="utf-8")


def part(start, end):
    return DOCUMENT[DOCUMENT.index(start) : DOCUMENT.index(end)]


def quoted(text):
    return set(re.findall(r"`([^`\s]+)`", text))


@pytest.mark.parametrize("name", sorted(SAVE_TO))
def test_every_place_for_answers_is_explained(name):
    assert name in quoted(part("## `save_to`", "## Expressions"))


def test_the_functions_listed_are_those_there_are():
    listed = quoted(part("and these functions:", "An import mends"))
    assert listed == set(FUNCTIONS)


def test_every_question_type_is_listed():
    listed = quoted(part("## Question types", "## Columns"))
    assert set(QUESTION_TYPES) - {"device_email"} <= listed


def test_types_that_are_only_kept_are_listed_as_such():
    listed = quoted(part("**Kept, not yet", "**Filled in by devices"))
    assert listed == set(NOT_YET_FILLED_IN)
