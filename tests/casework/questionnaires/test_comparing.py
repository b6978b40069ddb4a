"""Differences between two definitions, in sentences."""

from dataclasses import replace

import pytest

from casework.questionnaires.comparing import differences
from casework.questionnaires.definitions import Choice, Definition
from casework.questionnaires.editing import (
    add,
    add_choice,
    add_language,
    change,
    change_choice,
    change_settings,
    delete,
    move_choice,
    move_down,
    move_into,
    move_to,
    normal,
    remove_choice,
    remove_language,
    rename,
    rename_list,
    set_default_language,
)
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    choices,
    definition,
    group,
    question,
    repeat,
)
from tests.timing import least_seconds

SMALL = definition(
    question("text", "a"), question("note", "n"),
    group("g", question("text", "b", relevant="${a} = 'x'")),
    repeat("r", question("integer", "c")),
    question("select_one", "d", list_name="colours", save_to="person.gender"),
    choices={"colours": choices("red", "blue")}, languages=("en", "de"),
)  # fmt: skip


def told(old: Definition, new: Definition) -> list[tuple[str, str, bool]]:
    return [(each.kind, each.name, each.flagged) for each in differences(old, new)]


def changed(place: str, **cells: str) -> Definition:
    named = {cell.replace("__", "::"): value for cell, value in cells.items()}
    return change(SMALL, place, named).definition


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (add(SMALL, "text", cells={"name": "z"}).definition, [("added", "z", False)]),
        (delete(SMALL, "4"), [("removed", "d", True)]),
        (delete(SMALL, "1"), [("removed", "n", False)]),
        (move_down(SMALL, "0").definition, [("moved", "n", False)]),
        (move_into(SMALL, "1", "2").definition, [("moved", "n", False)]),
        (move_into(SMALL, "0", "3").definition, [("moved", "a", True)]),
        (move_to(SMALL, "3/0", "", 0).definition, [("moved", "c", True)]),
        (rename(SMALL, "0", "new").definition, [("renamed", "new", True)]),
        (changed("0", type="integer"), [("type", "a", True)]),
        (changed("4", save_to=""), [("save_to", "d", True)]),
        (changed("0", label__de="Neu"), [("text", "a", False)]),
        (changed("0", label__en=""), [("text", "a", False)]),
        (changed("2/0", relevant=""), [("cell", "b", False)]),
        (changed("0", required="yes", autocomplete="name"), [("cell", "a", False)] * 2),
        (add_choice(SMALL, "colours", {"name": "x"}), [("choice_added", "colours", False)]),
        (remove_choice(SMALL, "colours", 0), [("choice_removed", "colours", True)]),
        (move_choice(SMALL, "colours", 0, 1), [("choices_moved", "colours", False)]),
        (change_choice(SMALL, "colours", 0, {"label::de": "Rot"}),
         [("choice_text", "colours", False)]),
        (change_choice(SMALL, "colours", 0, {"icon": "x"}), [("choice_cell", "colours", False)]),
        (rename_list(SMALL, "colours", "shades"), [("list_renamed", "shades", False)]),
        (add_language(SMALL, "ar"), [("language_added", "", False)]),
        (remove_language(SMALL, "de"), [("language_removed", "", False)]),
        (set_default_language(SMALL, "de"), [("main_language", "", False)]),
        (change_settings(SMALL, {"form_title::de": "Neu"}), [("title", "", False)]),
        (change_settings(SMALL, {"form_id": "new"}), [("setting", "", True)]),
        (replace(SMALL, entities=({"list_name": "x"},)), [("sheet", "", True)]),
        (replace(SMALL, sheets={"osm": (("a",),)}), [("sheet", "", False)]),
        (replace(SMALL, languages=("de", "en")), [("languages_moved", "", False)]),
        (replace(SMALL, language_names={"de": "German"}), [("setting", "", False)]),
    ],
)  # fmt: skip
def test_one_change_is_one_difference(new, expected):
    assert told(SMALL, new) == expected
    for each in differences(SMALL, new):
        assert each.sentence("en")
        assert "%(" not in each.sentence("de")


def test_nothing_differs_from_itself_whatever_its_rows_and_the_order_of_its_columns():
    assert differences(HOUSEHOLD, normal(HOUSEHOLD)) == []
    one = definition(
        question("text", "a", label={"en": "A", "de": "B"}, extra={"x": "1", "y": "2"})
    )
    other = definition(
        question("text", "a", label={"de": "B", "en": "A"}, extra={"y": "2", "x": "1"})
    )
    assert differences(one, other) == []


def test_flagged_ones_come_first_and_show_what_stood_there():
    new = changed("0", label__en="Other", type="integer")
    kinds = [(each.kind, each.before, each.after) for each in differences(SMALL, new)]
    assert kinds == [("type", "text", "integer"), ("text", "a?", "Other")]


def test_sentences_name_the_language_and_the_column_in_words():
    (found,) = differences(SMALL, changed("0", hint__de="Wie im Pass"))
    assert found.sentence("en") == "“a”: the hint in Deutsch is new."


def test_a_renamed_question_with_another_text_counts_as_another_one():
    new = change(rename(SMALL, "0", "new").definition, "0", {"label::en": "Else"}).definition
    kinds = {each.kind for each in differences(SMALL, new)}
    assert {"removed", "added"} <= kinds


def test_choices_of_one_name_are_told_apart():
    old = definition(choices={"l": (Choice(name="x", label={"en": "A"}),) * 2})
    new = definition(
        choices={"l": (Choice(name="x", label={"en": "A"}), Choice(name="x", label={"en": "B"}))}
    )
    assert [each.params["name"] for each in differences(old, new)] == ["x#2"]


def test_four_times_as_many_questions_in_another_order_take_about_four_times_as_long():
    items = [question("text", f"q{number}", relevant=f"${{q{number - 1}}} = '1'" if number else "")
             for number in range(1000)]  # fmt: skip

    def compared(count):
        half = count // 2
        new = definition(*items[half:count], *reversed(items[:half]))
        return differences(definition(*items[:count]), new)

    assert {each.kind for each in compared(500)} == {"moved"}
    slower = least_seconds(lambda: compared(1000)) / least_seconds(lambda: compared(250))
    assert slower < 9, "sixteen times is what comparing each with each takes"
    moved = definition(items[499], *items[:499])
    assert len(differences(definition(*items[:500]), moved)) == 1
