"""Checks of a whole questionnaire: everything at once, each with its place."""

import pytest

from casework.questionnaires import checking, compiling, references
from casework.questionnaires.checking import check
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice
from casework.questionnaires.filling import fill
from casework.questionnaires.findings import BrokenDefinition
from casework.questionnaires.support import lacks
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    NOW,
    choices,
    definition,
    group,
    question,
    repeat,
)


def found(*items, **columns):
    return [(each.severity, each.msgid) for each in check(definition(*items, **columns))]


def test_a_sound_questionnaire_has_no_errors():
    assert [each for each in check(HOUSEHOLD) if each.severity == "error"] == []


@pytest.mark.parametrize(
    ("items", "msgid"),
    [
        ((question("calculate", "x", calculation="1"),), checking.NO_QUESTIONS),
        ((question("text", ""),), checking.NO_NAME),
        ((question("text", "two words"),), checking.BAD_NAME),
        ((question("text", "_row"),), checking.BAD_NAME),
        ((question("text", "a"), question("text", "a")), checking.DOUBLE_NAME),
        ((question("textt", "a"),), checking.UNKNOWN_TYPE),
        ((question("select_one", "a", list_name="nowhere"),), checking.NO_LIST),
        ((question("text", "a", relevant="${nobody} = 1"),), references.UNKNOWN_NAME),
        ((question("text", "a", trigger="${nobody}"),), references.UNKNOWN_NAME),
        ((question("text", "a", relevant="1 +"),), compiling.BAD_EXPRESSION),
        ((question("text", "a", constraint="regex(., '(a')"),), compiling.BAD_EXPRESSION),
        ((question("text", "a", required="nonsense("),), compiling.BAD_EXPRESSION),
        (
            (question("text", "a"), question("calculate", "b", calculation="${b} + 1")),
            references.LOOP,
        ),
        (
            (
                question("text", "a", relevant="${b} = '1'"),
                question("text", "b", relevant="${a} = '1'"),
            ),
            references.LOOP,
        ),
        (
            (
                question("text", "z"),
                question("calculate", "a", calculation="../b"),
                question("calculate", "b", calculation="${c}"),
                question("calculate", "c", calculation="${a}"),
            ),
            references.LOOP,
        ),
    ],
)
def test_an_error_is_found(items, msgid):
    assert ("error", msgid) in found(*items)


@pytest.mark.parametrize(
    ("items", "severity", "msgid"),
    [
        ((question("text", "a", label={}),), "warning", checking.NO_LABEL),
        ((question("text", "a", save_to="person.shoe_size"),), "warning", checking.UNKNOWN_SAVE_TO),
        ((question("text", "a", save_to="member.gender"),), "warning", checking.MEMBER_OUTSIDE),
        ((question("text", "a", relevant="../nowhere = 1"),), "warning", references.UNKNOWN_PATH),
        (
            (question("text", "a", relevant="instance('x')/root/item = 1"),),
            "warning",
            references.UNKNOWN_INSTANCE,
        ),
        (
            (group("g", question("text", "a"), relevant="./a = 'x'"),),
            "warning",
            references.LOOKS_INSIDE,
        ),
        ((question("text", "a", label={"en": "${nobody}"}),), "warning", references.UNKNOWN_NAME),
        ((question("text", "a", appearance=("sparkling",)),), "notice", checking.APPEARANCES_KEPT),
        ((question("text", "a"), question("osm", "b")), "notice", checking.NOT_YET),
        ((question("text", "a"), question("deviceid", "b")), "notice", checking.METADATA),
    ],
)
def test_what_is_odd_does_not_block(items, severity, msgid):
    assert (severity, msgid) in found(*items)
    assert "error" not in {each for each, _ in found(*items)}


def test_everything_is_reported_at_once_with_its_row_and_column():
    broken = definition(
        question("text", "a", relevant="${x}", row=4),
        question("integr", "b", row=5),
        question("text", "c", constraint="(", row=6),
    )
    places = {(each.row, each.column) for each in check(broken) if each.severity == "error"}
    assert places == {(4, "relevant"), (5, "type"), (6, "constraint")}


def test_a_misspelt_type_is_guessed():
    (finding,) = [
        each for each in check(definition(question("select_mutiple", "a"))) if each.column == "type"
    ]
    assert finding.params["guess"] == "select_multiple"
    assert "select_multiple" in finding.what_to_do("en")
    assert "select_mutiple" in finding.message("en")


def test_choices_that_cannot_be_told_apart_are_found():
    lists = {"l": (Choice(name="a b"), Choice(name=""), Choice(name="c"), Choice(name="c"))}
    report = found(question("select_multiple", "q", list_name="l"), choices=lists)
    assert ("error", checking.SPACE_IN_CHOICE) in report
    assert ("error", checking.NO_CHOICE_NAME) in report
    assert ("warning", checking.DOUBLE_CHOICE) in report
    meant = found(
        question("select_one", "q", list_name="l"),
        choices={"l": choices("c", "c")},
        settings={"allow_choice_duplicates": "yes"},
    )
    assert ("warning", checking.DOUBLE_CHOICE) not in meant


def test_missing_translations_are_counted_for_each_language():
    report = check(definition(question("text", "a"), languages=("en", "ar")))
    (finding,) = [each for each in report if each.msgid == checking.MISSING_TEXTS]
    assert finding.params == {"count": 1, "language": "ar"}


def test_a_repeat_may_look_at_its_own_question_in_the_row_before():
    balance = "indexed-repeat(${sum}, ${row}, position(..) - 1) + ${paid}"
    items = (
        repeat(
            "row", question("integer", "paid"), question("calculate", "sum", calculation=balance)
        ),
    )
    assert "error" not in {severity for severity, _ in found(*items)}


def test_a_calculation_may_keep_what_it_has():
    for calculation in ("coalesce(${a}, uuid())", "once(random())", "if(${b} = '', ., ${b})"):
        items = (question("text", "b"), question("calculate", "a", calculation=calculation))
        assert "error" not in {severity for severity, _ in found(*items)}


def test_a_questionnaire_that_is_too_large_or_too_deep_is_refused_whole():
    deep = question("text", "a")
    for level in range(15):
        deep = group(f"g{level}", deep)
    assert ("error", compiling.TOO_BIG) in found(deep)
    many = tuple(question("text", f"q{n}") for n in range(3001))
    assert ("error", compiling.TOO_BIG) in found(*many)


def test_compiling_a_broken_definition_names_its_errors():
    with pytest.raises(BrokenDefinition) as refused:
        compile_form(definition(question("text", "a", relevant="${x}")))
    assert len(refused.value.findings) == 1
    assert "1 error" in str(refused.value)


def test_a_pattern_that_only_we_cannot_read_leaves_the_form_usable_and_is_named():
    backwards = "regex(., '(a)\\1')"
    form = definition(question("text", "a", constraint=f". != 'x' and {backwards}", row=3))
    (finding,) = check(form)
    assert (finding.severity, finding.msgid) == ("warning", compiling.NOT_CHECKED)
    assert (finding.row, finding.column) == (3, "constraint")
    assert "\\1" in finding.message("en")
    assert [(each.kind, each.name, each.count) for each in lacks(form)] == [("pattern", "\\1", 1)]
    filling = fill(compile_form(form), {"a": "anything"}, now=NOW)
    assert problems(filling) == []
    assert ("error", compiling.BAD_EXPRESSION) in found(question("text", "b", relevant=backwards))


def test_a_pattern_that_is_wrong_is_a_mistake_and_no_lack():
    form = definition(question("text", "a", constraint="regex(., '(a')"))
    assert ("error", compiling.BAD_EXPRESSION) in {(f.severity, f.msgid) for f in check(form)}
    assert lacks(form) == ()


def test_a_constraint_where_nothing_is_answered_is_named_and_holds_nobody_up():
    rows = repeat("r", question("integer", "n"), constraint="count(../r) < 2", row=4)
    (finding,) = [f for f in check(definition(rows)) if f.severity != "notice"]
    assert (finding.severity, finding.msgid, finding.row, finding.column) == (
        "warning", checking.ONLY_QUESTIONS, 4, "constraint",
    )  # fmt: skip
    many = fill(compile_form(definition(rows)), {"r": [{"n": "1"}, {"n": "2"}]}, now=NOW)
    assert problems(many) == []


def test_a_required_question_that_nobody_can_be_asked_holds_nobody_up():
    form = compile_form(definition(question("osm", "way", required=True), question("text", "a")))
    assert problems(fill(form, {}, now=NOW)) == []


def test_a_form_whose_questions_wait_for_their_lists_asks_something():
    told = found(question("select_one_from_file", "town", list_name="towns.csv"))
    assert [severity for severity, _msgid in told] == ["warning"]
