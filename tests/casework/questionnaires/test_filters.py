"""Long lists are filtered through an index, and give what going through them all would give."""

import pytest

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice
from casework.questionnaires.filling import fill
from casework.questionnaires.filters import likely
from tests.casework.questionnaires.samples import NOW, definition, question

LONG = tuple(
    Choice(name=f"v{n}", label={"en": str(n)}, extra={"a": f"a{n % 7}", "n": str(n % 5)})
    for n in range(200)
)


def filling(choice_filter, answers, kind="text"):
    form = definition(
        question(kind, "x"), question("text", "y"),
        question("select_one", "v", list_name="l", choice_filter=choice_filter),
        choices={"l": LONG},
    )  # fmt: skip
    return fill(compile_form(form), answers, now=NOW, language="en")


@pytest.mark.parametrize(
    ("choice_filter", "answers", "wanted"),
    [
        ("a = ${x}", {"x": "a3"}, lambda c: c["a"] == "a3"),
        ("${x} = a", {"x": "a3"}, lambda c: c["a"] == "a3"),
        ("a = ${x} and n = ${y}", {"x": "a3", "y": "2"}, lambda c: (c["a"], c["n"]) == ("a3", "2")),
        ("a = 'a1'", {}, lambda c: c["a"] == "a1"),
        ("a = ${x}", {}, lambda c: False),
        ("b = ${x}", {"x": "a3"}, lambda c: False),
        ("a = ${x} or n = '2'", {"x": "a3"}, lambda c: c["a"] == "a3" or c["n"] == "2"),
        ("a != ${x}", {"x": "a3"}, lambda c: c["a"] != "a3"),
        ("a = ${x} and position() > 100", {"x": "a3"}, lambda c: c["a"] == "a3" and c["i"] > 100),
        ("n = 2", {}, lambda c: c["n"] == "2"),
    ],
)
def test_the_index_gives_what_looking_at_each_gives(choice_filter, answers, wanted):
    filled = filling(choice_filter, answers)
    found = [each.name for each in filled.choices(filled.by_path["v",])]
    rows = [{**each.extra, "i": place} for place, each in enumerate(LONG, 1)]
    assert found == [each.name for each, row in zip(LONG, rows, strict=True) if wanted(row)]
    assert not filled.faults


def test_an_answer_that_is_a_number_is_compared_as_one():
    filled = filling("n = ${x}", {"x": "2"}, "decimal")
    assert len(filled.choices(filled.by_path["v",])) == 40


def test_only_what_may_pass_is_looked_at():
    filled = filling("a = ${x}", {"x": "a3"})
    node = filled.by_path["v",]
    tree = node.spec.expressions["choice_filter"]
    assert len(list(likely(node.spec, tree, lambda each: "a3"))) < 40
    assert len(list(likely(node.spec, tree, lambda each: 1.0))) == 200
