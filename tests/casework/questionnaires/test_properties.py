"""Whatever comes in: expressions and answers end in a value or in the one error there is."""

import functools
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.questionnaires.answers import read_value
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.expressions import Context, ExpressionError, Node, evaluate, parse
from casework.questionnaires.expressions.patterns import compiled
from casework.questionnaires.filling import fill
from casework.questionnaires.forms import Form
from casework.questionnaires.places import entries, places
from casework.questionnaires.question_types import QUESTION_TYPES
from casework.questionnaires.steps import accept
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import HOUSEHOLD, NOW, question
from tests.casework.questionnaires.test_expressions import Around

TOKENS = """
${age} ${years} ${nowhere} . .. / // [ ] ( ) , + - * div mod = != < > <= >= and or |
'a' '' "b" 1 0 -1 2.5 9999999999 1e5 '2026-01-01' today() now() true() not( if( count( sum(
selected( regex( round( date( add-date( difference-in-months( substr( concat( join( position(
indexed-repeat( once( coalesce( format-date( int( pow( string( number( name member years * @x
ancestor::* instance('cities') '(a*)*' '%Y%q'
"""
PIECES = st.sampled_from(TOKENS.split())
EXPRESSIONS = st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=40)
ANY_TEXT = st.text(max_size=60) | st.text("0123456789٠١٢۳۴.-/:+ ,T'", max_size=20)


def people() -> Node:
    root = Node("data")
    for name, value in (("age", "25"), ("name", "A"), ("empty", None)):
        Node(name, root, value, is_number=name == "age")
    for years in ("3", "x"):
        Node("years", Node("member", root), years)
    return root


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_gives_a_value_or_an_expression_error(text):
    try:
        result = evaluate(parse(text), Context(people().children["age"][0], Around()))
    except ExpressionError:
        return
    assert isinstance(result, str | float | bool | list)


@settings(max_examples=300, deadline=None)
@given(st.text("ab[](){}*+?|\\^$.-,0123dwp<=!:", max_size=16), st.text("ab01 ", max_size=12))
def test_a_pattern_gives_an_answer_or_an_expression_error(pattern, text):
    try:
        found = compiled(pattern).fits(text)
    except ExpressionError:
        return
    assert found in (True, False)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(QUESTION_TYPES)),
    st.lists(ANY_TEXT, max_size=5),
    st.sampled_from([(), ("multiline",), ("birth-date",)]),
)
def test_reading_never_raises_and_reading_again_changes_nothing(type_, raw, appearance):
    asked = question(type_, "x", appearance=appearance)
    value, problem = read_value(asked, raw, today=NOW.date())
    if value is not None and problem is None:
        again = value if isinstance(value, list) else [value]
        assert read_value(asked, again, today=NOW.date()) == (value, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["given", "born", "size", "member", "needs", "needs_other", "welcome", "age", "zzz"]
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_answers_in_any_shape_can_be_looked_at(answers):
    filling = fill(household(), answers, now=NOW, language="ar")
    assert isinstance(problems(filling), list)
    assert all(entries(filling, place) is not None for place in places(filling))
    again = fill(household(), filling.final(), now=NOW)
    assert again.final() == filling.final()


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, st.lists(ANY_TEXT, max_size=4), max_size=6))
def test_a_page_takes_whatever_arrives(raw):
    filling = fill(household(), {"size": "3"}, now=datetime(2026, 1, 1, tzinfo=UTC))
    for place in places(filling):
        outcome = accept(filling, place, raw)
        assert outcome.filling.final() is not None


@functools.cache
def household() -> Form:
    return compile_form(HOUSEHOLD)
