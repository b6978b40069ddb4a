"""Definitions as data: nothing is lost on the way to JSON and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.questionnaires.definitions import (
    Choice,
    Definition,
    Group,
    Question,
    Repeat,
    from_json,
    text_in,
    to_json,
)
from tests.casework.questionnaires.samples import HOUSEHOLD

TEXT = st.text(max_size=8)
TEXTS = st.dictionaries(st.sampled_from(["en", "ar", "fa-AF"]), TEXT, max_size=2)
COLUMNS = {
    "name": TEXT,
    "label": TEXTS,
    "hint": TEXTS,
    "required": st.booleans() | TEXT,
    "read_only": st.booleans(),
    "relevant": TEXT,
    "parameters": TEXTS,
    "extra": TEXTS,
    "media": st.dictionaries(st.just("image"), TEXTS, max_size=1),
    "row": st.integers(0, 99),
    "appearance": st.lists(TEXT, max_size=2).map(tuple),
}
QUESTIONS = st.builds(Question, type=TEXT, list_name=TEXT, or_other=st.booleans(), **COLUMNS)
ITEMS = st.recursive(
    QUESTIONS,
    lambda inner: (
        st.builds(Group, items=st.lists(inner, max_size=3).map(tuple), **COLUMNS)
        | st.builds(Repeat, items=st.lists(inner, max_size=3).map(tuple), **COLUMNS)
    ),
    max_leaves=5,
)
DEFINITIONS = st.builds(
    Definition,
    form_id=TEXT,
    version=TEXT,
    title=TEXTS,
    default_language=TEXT,
    languages=st.lists(TEXT, max_size=2).map(tuple),
    language_names=TEXTS,
    items=st.lists(ITEMS, max_size=3).map(tuple),
    choices=st.dictionaries(
        TEXT,
        st.lists(st.builds(Choice, name=TEXT, label=TEXTS, extra=TEXTS), max_size=2).map(tuple),
        max_size=2,
    ),
    settings=TEXTS,
    entities=st.lists(TEXTS, max_size=2).map(tuple),
    sheets=st.dictionaries(
        TEXT, st.lists(st.lists(TEXT, max_size=2).map(tuple), max_size=2).map(tuple), max_size=1
    ),
)


@settings(max_examples=60, deadline=None)
@given(DEFINITIONS)
def test_json_gives_back_an_equal_definition(definition):
    again = from_json(to_json(definition))
    assert again == definition
    assert [item.row for item in again.walk()] == [item.row for item in definition.walk()]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"form_id": "x", "items": [{"name": "a"}]}', '{"x": 1}', "1"]
)
def test_other_json_is_refused(text):
    with pytest.raises(ValueError):
        from_json(text)


def test_a_text_falls_back_and_says_in_which_language_it_really_is():
    assert text_in({"fa": "سلام", "en": "Hello"}, "fa-AF", "en") == ("سلام", "fa")
    assert text_in({"en": "Hello", "de": "Hallo"}, "ti", "de") == ("Hallo", "de")
    assert text_in({"sw": "Jambo"}, "ti", "de") == ("Jambo", "sw")
    assert text_in({"de": ""}, "ti", "de") == ("", "ti")
    assert text_in({}, "ti", "de") == ("", "ti")


def test_walking_visits_every_item_from_top_to_bottom():
    names = [item.name for item in HOUSEHOLD.walk()]
    assert names[:3] == ["welcome", "you", "given"]
    assert names[-2:] == ["total", "needs"]
    assert "member" not in [item.name for item in HOUSEHOLD.questions()]
