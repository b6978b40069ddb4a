"""Rules made of rows: what is asked, required, accepted; and long lists of choices."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.questionnaire_conditions import (
    HERE,
    JOINS,
    SIGNS,
    TODAY,
    WITHOUT_VALUE,
    BothQuotes,
    Condition,
    Conditions,
    NoNumber,
    read,
    written,
)
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice
from casework.questionnaires.editing import cells_of
from casework.questionnaires.steps import accept, begin
from casework.questionnaires.working_copies import WorkingCopy, create_questionnaire
from tests.admin.pressing import desk_of, send, text_of
from tests.admin.test_questionnaire_editor import _fields_in
from tests.casework.questionnaires.samples import NOW, choices, definition, place, question, repeat
from tests.world import World

EDITOR = "/admin/form-editor/rules/"
MANY = 403
QUESTIONS = {
    "age": question("integer", "age"),
    "born": question("date", "born"),
    "town": question("select_one", "town", list_name="towns"),
    "speaks": question("select_multiple", "speaks", list_name="few"),
    "said": question("text", "said"),
}


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def copy(world: World) -> WorkingCopy:
    towns = tuple(Choice(name=f"t{n}", label={"en": f"Town {n}"}) for n in range(MANY))
    form = definition(
        *QUESTIONS.values(),
        repeat("member", question("text", "called")),
        question("select_one", "oldest", list_name="${called}"),
        choices={"towns": towns, "few": choices("a", "b")},
    )
    return create_questionnaire("rules", form, by=world.coordinator().actor, at=world.at)


def _page(desk: Any, at: str, **more: str) -> str:
    answer = desk.get(EDITOR, query_string={"at": at, **more})
    assert answer.status_code == 200
    return text_of(answer)


def _shown(desk: Any, at: str, **more: str) -> dict[str, str]:
    page = _page(desk, at, **more)
    form = page[page.index('id="fields"') :]
    return _fields_in(form[: form.index("</form>")])


def _save(desk: Any, fields: dict[str, str], do: str = "save") -> Any:
    return send(desk, f"{EDITOR}change", fields | {"do": do})


def _cells(copy: WorkingCopy, at: str) -> dict[str, str]:
    return cells_of(WorkingCopy.get_by_id(copy.id).parsed, at)


def _row(prefix: str, number: int, question: str, sign: str, value: str = "", other: str = ""):
    at = f"{prefix}:{number}:"
    return {f"{at}question": question, f"{at}sign": sign, f"{at}value": value, f"{at}other": other}


@pytest.mark.parametrize(
    ("at", "rows", "expression"),
    [
        ("0", _row("x", 0, HERE, "least", "18") | _row("x", 1, HERE, "most", "99"),
         ". >= 18 and . <= 99"),
        ("1", _row("x", 0, HERE, "most", other=TODAY), ". <= today()"),
        ("1", _row("x", 0, HERE, "more", "1990-01-01"), ". > date('1990-01-01')"),
        ("2", _row("x", 0, HERE, "is_not", "t3"), ". != 't3'"),
        ("3", _row("x", 0, HERE, "is_not", "a"), "not(selected(., 'a'))"),
        ("4", _row("x", 0, HERE, "is_not", other="town"), ". != ${town}"),
        ("4", _row("x", 0, HERE, "contains", "@") | _row("x", 1, "age", "less", "5")
         | {"x:join": "or"}, "contains(., '@') or ${age} < 5"),
    ],
)  # fmt: skip
def test_a_check_of_an_answer_needs_no_formula(desk, copy, at, rows, expression) -> None:
    answer = _save(desk, _shown(desk, at) | {"x:mode": "simple", **rows})
    assert answer.status_code == 303, text_of(answer)[:2000]
    assert _cells(copy, at)["constraint"] == expression
    shown = _shown(desk, at)
    assert shown["x:mode"] == "simple"
    assert {name: shown[name] for name in rows} == rows
    _save(desk, shown)
    assert _cells(copy, at)["constraint"] == expression
    _save(desk, shown | {"x:mode": "always"})
    assert not _cells(copy, at)["constraint"]


def test_an_answer_can_be_required_under_a_condition_in_rows(desk, copy) -> None:
    rows = _row("r", 0, "age", "less", "18")
    assert _save(desk, _shown(desk, "4") | {"c:required": "simple"} | rows).status_code == 303
    assert _cells(copy, "4")["required"] == "${age} < 18"
    shown = _shown(desk, "4")
    assert (shown["c:required"], shown["r:0:question"]) == ("simple", "age")
    _save(desk, shown)
    assert _cells(copy, "4")["required"] == "${age} < 18"
    _save(desk, shown | {"c:required": "formula", "required-formula": "count(${called}) > 1"})
    assert _cells(copy, "4")["required"] == "count(${called}) > 1"
    assert _shown(desk, "4")["c:required"] == "formula"
    _save(desk, _shown(desk, "4") | {"c:required": "yes"})
    assert _cells(copy, "4")["required"] == "yes"
    _save(desk, _shown(desk, "4") | {"c:required": ""})
    assert not _cells(copy, "4")["required"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"x:mode": "simple"} | _row("x", 0, HERE, "more"), "Please choose or enter the answer"),
        ({"x:mode": "simple"} | _row("x", 0, HERE, "more", "tall"), "neither a number nor a date"),
        ({"c:required": "simple"} | _row("r", 0, "age", "is", "'\""), "two kinds of quotes"),
    ],
)
def test_rows_that_cannot_be_keep_what_was_typed(desk, copy, rows, words) -> None:
    answer = _save(desk, _shown(desk, "0") | rows | {"c:hint::en": "My hint"})
    assert answer.status_code == 422
    assert words in text_of(answer)
    page = text_of(answer)
    again = _fields_in(page[page.index('id="fields"') : page.index('class="look"')])
    assert again["c:hint::en"] == "My hint"
    assert {name: again[name] for name in rows if rows[name]} == {
        n: t for n, t in rows.items() if t
    }
    assert WorkingCopy.get_by_id(copy.id).revision == copy.revision


@pytest.mark.parametrize(
    "text", [". > ../age", "regex(., 'a')", "string-length(.) < 3", ". + 1 > 2"]
)
def test_a_check_that_says_more_than_rows_stays_a_formula(desk, copy, text) -> None:
    _save(desk, _shown(desk, "4") | {"x:mode": "formula", "c:constraint": text})
    shown = _shown(desk, "4")
    assert (shown["x:mode"], shown["c:constraint"]) == ("formula", text)
    _save(desk, shown)
    assert _cells(copy, "4")["constraint"] == text


VALUES = ("a", "t1", "5", "-2.5", "2024-02-29", "it's", 'say "x"', "ü ß")
ROWS = st.builds(
    lambda question, sign, value, other: (
        Condition(question, sign) if sign in WITHOUT_VALUE
        else Condition(question, sign, "" if other else value, other)
    ),
    st.sampled_from([HERE, *QUESTIONS]), st.sampled_from(list(SIGNS)), st.sampled_from(VALUES),
    st.sampled_from(["", "", TODAY, "age", "said"]),
)  # fmt: skip


@given(
    st.lists(ROWS, min_size=1, max_size=4), st.sampled_from([*JOINS]), st.sampled_from([*QUESTIONS])
)
def test_what_rows_write_reads_back_as_a_rule_that_writes_the_same(rows, join, own) -> None:
    known = {**QUESTIONS, HERE: QUESTIONS[own]}
    try:
        text = written(Conditions(tuple(rows), join), known)
    except (NoNumber, BothQuotes):
        return
    back = read(text, known)
    assert back is not None, text
    assert written(back, known) == text
    outside = read(text, QUESTIONS)
    assert outside is None or not any(row.looks_elsewhere for row in outside.rows)


def test_a_rule_in_rows_is_obeyed_where_people_fill_in(desk, copy) -> None:
    rows = _row("x", 0, HERE, "least", "18") | {"x:mode": "simple"}
    _save(desk, _shown(desk, "0") | rows)
    filling = begin(compile_form(WorkingCopy.get_by_id(copy.id).parsed), now=NOW, language="en")
    found = accept(filling, place(filling, "age"), {"age": ["17"]}).problems
    assert [each.path for each in found] == [("age",)]
    assert not accept(filling, place(filling, "age"), {"age": ["18"]}).problems


# Choices


def test_choices_that_are_answers_have_no_rows_to_change(desk, copy) -> None:
    page = _page(desk, "6")
    assert "The choices are the answers to “called”." in page
    assert 'id="choices"' not in page
    shown = _shown(desk, "6")
    assert shown["c:list_name"] == "${called}"
    _save(desk, shown)
    assert _cells(copy, "6")["list_name"] == "${called}"


def test_every_choice_of_a_long_list_can_be_reached_and_changed(desk, copy) -> None:
    assert "Page 1 of 3" in _page(desk, "2")
    last = _shown(desk, "2", choices="3")
    assert f"k:{MANY - 1}:name" in last
    assert "k:0:name" not in last
    answer = _save(desk, last | {"k:402:label::en": "The last town"})
    assert answer.location.endswith("at=2&choices=3")
    parsed = WorkingCopy.get_by_id(copy.id).parsed
    assert parsed.choices["towns"][402].label == {"en": "The last town"}
    assert [choice.name for choice in parsed.choices["towns"]] == [f"t{n}" for n in range(MANY)]


def test_a_choice_is_found_by_its_text_and_removed_on_the_spot(desk, copy) -> None:
    found = _shown(desk, "2", find="town 277")
    assert [name for name in found if name.endswith(":name") and not name.startswith("k:new")
            ] == ["k:277:name", "c:name"]  # fmt: skip
    answer = _save(desk, found, "choice-remove:277")
    assert "find=town" in answer.location
    names = [choice.name for choice in WorkingCopy.get_by_id(copy.id).parsed.choices["towns"]]
    assert "t277" not in names
    assert len(names) == MANY - 1


@pytest.mark.parametrize(
    "asked",
    [{"choices": "0"}, {"choices": "99999999999"}, {"choices": "x"}, {"choices": "-1"},
     {"find": "\x00"}, {"find": "x" * 5000}, {"find": "nowhere"}, {"choices": "²"}],
)  # fmt: skip
def test_a_page_of_choices_that_does_not_exist_breaks_nothing(desk, copy, asked) -> None:
    _save(desk, _shown(desk, "2", **asked))
    assert WorkingCopy.get_by_id(copy.id).revision == copy.revision


def test_two_texts_that_are_wrong_stand_on_their_own_page_again(desk, copy) -> None:
    fields = _shown(desk, "2", choices="2") | {"k:150:name": "has space"}
    answer = _save(desk, fields)
    assert answer.status_code == 422
    assert 'value="has space"' in text_of(answer)
    assert "Page 2 of 3" in text_of(answer)
