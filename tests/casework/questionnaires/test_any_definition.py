"""Whatever a definition says: findings or a form, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.questionnaires.checking import check
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import (
    Choice,
    Definition,
    Group,
    Question,
    Repeat,
    from_json,
    to_json,
)
from casework.questionnaires.expressions import called_functions
from casework.questionnaires.findings import BrokenDefinition
from casework.questionnaires.places import places
from casework.questionnaires.question_types import QUESTION_TYPES
from casework.questionnaires.steps import begin
from casework.questionnaires.support import lacks
from casework.questionnaires.tidying import tidy_expression
from tests.casework.questionnaires.samples import NOW

NAMES = st.sampled_from(["a", "b", "c", "data", "_row", "", "a b", "ä", "${a}", "x" * 101])
PIECES = """${a} ${b}>1 . .. ../* //a ( ) and 'x' (((((((( ------- [[[ ${last-saved#a} duration()
    regex(.,'(a+)+$') regex(.,'[') instance('l')/root/item[a=current()/..] position(..)
    indexed-repeat(${a},${b},1) jr:choice-name(${a},'${a}') pulldata('l','a','b',${a}) . = .
    count(${b}) if(1,2,3) once(.) coalesce(${a},.) ${a[ 1e999 9999999999999 -.5 @x self::*
    substr(.,0-9999999999,9999999999) round(.,99999) add-date(today(),99999) pow(10,400)
    distance(.) digest(.,'MD5') randomize(${a}) string-length(${a})"""
ODD = st.sampled_from(PIECES.split())
LOGIC = st.just("") | ODD | st.lists(ODD, max_size=3).map(" ".join) | st.text(max_size=20)
TEXTS = st.dictionaries(
    st.sampled_from(["en", "ar", "und", "und-x-a", "", "x" * 40]), st.text(max_size=8) | LOGIC,
    max_size=2,
)  # fmt: skip
COLUMNS = {
    "name": NAMES, "label": TEXTS, "hint": TEXTS, "constraint_message": TEXTS,
    "required": st.booleans() | LOGIC, "read_only": st.booleans() | LOGIC, "relevant": LOGIC,
    "constraint": LOGIC, "calculation": LOGIC, "choice_filter": LOGIC, "default": LOGIC,
    "repeat_count": LOGIC, "trigger": LOGIC, "save_to": NAMES,
    "appearance": st.lists(st.sampled_from(["field-list", "minimal", "w1", ""]), max_size=2)
    .map(tuple),
    "parameters": st.dictionaries(
        st.sampled_from(["start", "end", "step", "x"]), st.sampled_from(["0", "1", "x", "-5", ""]),
        max_size=3,
    ),
}  # fmt: skip
QUESTIONS = st.builds(
    Question, type=st.sampled_from([*QUESTION_TYPES, "caseid", "", "x y"]),
    list_name=st.sampled_from(["l", "", "none", "${a}"]), or_other=st.booleans(), **COLUMNS,
)  # fmt: skip
ITEMS = st.recursive(
    QUESTIONS,
    lambda inner: st.builds(
        lambda shape, items, columns: shape(items=tuple(items), **columns),
        st.sampled_from([Group, Repeat]), st.lists(inner, max_size=3),
        st.fixed_dictionaries(COLUMNS),
    ),
    max_leaves=5,
)  # fmt: skip
CHOICES = st.lists(
    st.builds(Choice, name=NAMES, label=TEXTS, extra=st.dictionaries(NAMES, LOGIC, max_size=2)),
    max_size=3,
)
DEFINITIONS = st.builds(
    lambda items, choices, default: Definition(
        form_id="x", items=tuple(items), choices={"l": tuple(choices)}, default_language=default,
        languages=(default,),
    ),
    st.lists(ITEMS, max_size=4), CHOICES, st.sampled_from(["en", "und", "ar", "x"]),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(DEFINITIONS)
def test_a_definition_gives_findings_or_a_form_that_can_be_begun(definition):
    assert from_json(to_json(definition)) == definition
    assert all(lack.named() for lack in lacks(definition))
    for finding in check(definition):
        assert finding.message("ar")
        assert finding.what_to_do("de")
    try:
        form = compile_form(definition)
    except BrokenDefinition:
        return
    filling = begin(form, now=NOW)
    assert isinstance(places(filling), list)
    assert isinstance(filling.final(), dict)


@settings(max_examples=300, deadline=None)
@given(LOGIC | st.text(max_size=40))
def test_any_expression_is_tidied_and_its_functions_named(text):
    tidy = tidy_expression(text)
    assert tidy_expression(tidy) == tidy
    assert all(isinstance(name, str) for name in called_functions(text))
