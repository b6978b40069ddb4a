"""Our evaluator beside the one of the field: where they differ is known, and why is written down.

The reasons are those of the table in docs/questionnaires.md, "Differences from ODK".
"""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import settings

from casework.formats.xlsform import read_xlsform
from casework.questionnaires.compiling import build
from casework.questionnaires.definitions import Choice
from casework.questionnaires.expressions.functions import FUNCTIONS
from casework.questionnaires.filling import Filling, fill
from tests.answering import Answering
from tests.casework.questionnaires.samples import NOW, definition, question, repeat
from tests.oracles import expressions
from tests.oracles.openrosa import (
    Difference,
    Question,
    Result,
    compare,
    questions_of,
    require_evaluator,
)

EMPTY_LISTS = "A path that leads nowhere"
WHOLE_TEXT = "`regex`"
ISO_ONLY = "Dates that do not exist"
WALL_CLOCK = "`date-time`"
WHOLE_DAYS = "`date` of a moment"
PLAIN_NUMBERS = "Numbers written like"
DOUBLE_MINUS = "`--5`"
UNANSWERED = "`sum` over unanswered"
NOT_ASKED = "A question that is not asked"
FAR_YEARS = "A day after the year 9999"
FAR_YEAR = re.compile(r"\b[0-9]{5,}\b")
# Part of an expression → the reason why we differ there.
OWN = {
    "--5": DOUBLE_MINUS,
    "number('1e3')": PLAIN_NUMBERS,
    "number('+5')": PLAIN_NUMBERS,
    "date('2020-02-29') = date('2020-02-29T10:00')": WHOLE_DAYS,
    "date('2021-02-29')": ISO_ONLY,
    "date-time('2020-02-29T10:11:12')": WALL_CLOCK,
    "date-time(18000.5)": WALL_CLOCK,
    "sum(../row/some)": UNANSWERED,
}
IN_FORMS = {
    "join(',', ${visited_date})": NOT_ASKED,
    "../context_vars/tt_received_ctx != 'yes'": EMPTY_LISTS,
    "new_risks = ''": EMPTY_LISTS,
    "my_filter_admin=${enum_team}": EMPTY_LISTS,
    "${gps_1} = ''": EMPTY_LISTS,
    "${dk_ref_1} != null": EMPTY_LISTS,
    "format-date-time(../dob_raw": ISO_ONLY,
    "regex(": WHOLE_TEXT,
}
ROUNDS = 8
FRESH_ROUNDS = 2


@pytest.fixture(scope="module", autouse=True)
def _evaluator():
    require_evaluator()


@pytest.fixture(scope="module")
def forms(shared_data):
    paths = sorted((shared_data / "xlsforms").glob("*.xls*"))
    read = {path.name: read_xlsform(path.read_bytes(), name=path.stem) for path in paths}
    made = {name: build(found.definition)[0] for name, found in read.items()}
    return made.items  # a function: what a failing test shows of a whole form would take hours


def sample() -> Filling:
    kinds = (("a", "x"), ("b", "y"), ("c", "x"))
    listed = tuple(
        Choice(name=name, label={"en": name.upper()}, extra={"kind": kind}) for name, kind in kinds
    )
    row = (question("integer", "value"), question("text", "blank"), question("integer", "some"))
    items = (
        question("text", "text"), question("integer", "n"), question("text", "empty"),
        question("select_one", "one", list_name="list"),
        question("select_multiple", "several", list_name="list"), question("date", "day"),
        repeat("row", *row), question("text", "here"),
    )  # fmt: skip
    form, _ = build(definition(*items, choices={"list": listed}, version="7"))
    rows = [
        {"_row": "r1", "value": "1", "some": "1"}, {"_row": "r2", "value": "2", "blank": "x"},
        {"_row": "r3", "value": "3", "some": "3"},
    ]  # fmt: skip
    answers = {
        "text": "Amal", "n": "5", "one": "b", "several": ["a", "b"], "day": "2020-05-06",
        "here": "2", "row": rows,
    }  # fmt: skip
    return fill(form, answers, now=NOW)


def compared(forms, seed: str, rounds: int) -> Result:
    """Both evaluators on the answers that `seed` gives."""
    fillings = []
    for name, form in forms():
        for number in range(rounds):
            answering = Answering(form, f"{name} {seed} {number}")
            filling = fill(form, answering.answers(), now=NOW)
            if asked := list(questions_of(filling)):
                fillings.append((filling, asked))
    return compare(fillings)


def unexplained(result: Result) -> list[str]:
    return [str(each) for each in result.differences if not is_explained(each)]


def is_explained(difference: Difference) -> bool:
    if "format-date" in difference.text and FAR_YEAR.search(str(difference.theirs)):
        return difference.ours["text"] == ""
    return any(part in difference.text for part in IN_FORMS)


def test_our_own_expressions_differ_only_where_we_say_so():
    filling = sample()
    node = filling.by_path[("here",)]
    texts = [text for group in expressions.GROUPS for text in expressions.lines(group)]
    result = compare([(filling, [Question(text, "text", node, node) for text in texts])])
    assert result.compared > 300
    assert {each.text for each in result.differences} == set(OWN)


def test_every_function_is_among_our_own_expressions():
    text = "".join(expressions.GROUPS.values())
    called = set(re.findall(r"([a-z][a-z0-9:-]*)\(", text))
    # The evaluator knows `area`, and not the name that ODK has for it now.
    assert set(FUNCTIONS) - called == {"digest", "base64-decode", "enclosed-area"}


@pytest.mark.slow
def test_the_expressions_of_real_forms_agree(forms):
    result = compared(forms, "fixed", ROUNDS)
    print(f"{result.compared} evaluations, {result.agreement:.2%} agree")
    assert result.compared > 6000
    assert result.agreement >= 0.995
    assert unexplained(result) == []


@pytest.mark.slow
def test_they_agree_on_answers_that_nobody_has_tried_before(forms):
    """Others each time with `--hypothesis-profile searching`, as properties are."""
    is_searching = settings.get_current_profile_name() == "searching"
    seed = os.urandom(4).hex() if is_searching else "d3678e93"
    result = compared(forms, seed, FRESH_ROUNDS)
    assert unexplained(result) == [], f"seed {seed}"
    assert result.agreement >= 0.99, f"seed {seed}"


def test_every_difference_is_explained_in_the_documentation(pytestconfig):
    text = (pytestconfig.rootpath / "docs" / "questionnaires.md").read_text(encoding="utf-8")
    table = text.partition("### Differences from ODK")[2]
    for reason in {*OWN.values(), *IN_FORMS.values(), FAR_YEARS}:
        assert f"| {reason}" in table
