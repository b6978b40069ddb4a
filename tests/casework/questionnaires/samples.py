"""Definitions that the tests of this folder fill in, and a moment to do so."""

from __future__ import annotations

from datetime import UTC, datetime

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, Repeat
from casework.questionnaires.filling import Answers, Filling, fill
from casework.questionnaires.places import Place, find_place
from casework.questionnaires.problems import Path
from casework.questionnaires.steps import begin

NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def question(type_: str, name: str, **columns) -> Question:
    label = columns.pop("label", {"en": f"{name}?"})
    return Question(type=type_, name=name, label=label, **columns)


def group(name: str, *items: Item, **columns) -> Group:
    return Group(name=name, label={"en": name}, items=items, **columns)


def repeat(name: str, *items: Item, **columns) -> Repeat:
    return Repeat(name=name, label={"en": name}, items=items, **columns)


def choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name=name, label={"en": name.title()}) for name in names)


def definition(*items: Item, **columns) -> Definition:
    given = {"form_id": "sample", "default_language": "en", "languages": ("en",), **columns}
    return Definition(items=items, **given)


def started(*items: Item, **columns) -> Filling:
    return begin(compile_form(definition(*items, **columns)), now=NOW, language="en")


def filled(answers: Answers, *items: Item, **columns) -> Filling:
    return fill(compile_form(definition(*items, **columns)), answers, now=NOW, language="en")


def place(filling: Filling, page_id: str, rows: Path = ()) -> Place:
    found = find_place(filling, page_id, rows)
    assert found is not None, page_id
    return found


AGE = "floor(difference-in-months(${born}, today()) div 12)"
HOUSEHOLD = definition(
    question("note", "welcome"),
    group(
        "you",
        question("text", "given", required=True, save_to="person.given_name"),
        question("date", "born", appearance=("birth-date",), save_to="person.birth_date"),
        question("calculate", "age", calculation=AGE),
        question("text", "school", relevant="${age} < 18"),
    ),
    group(
        "house",
        question(
            "integer",
            "size",
            constraint=". > 0 and . < 20",
            constraint_message={"en": "Up to 19, ${given}", "de": "Bis 19, ${given}"},
        ),
        repeat(
            "member",
            question("text", "name", required=True, save_to="member.given_name"),
            question("integer", "years"),
            relevant="${size} > 1",
        ),
        question("calculate", "total", calculation="sum(${years})"),
    ),
    question("select_multiple", "needs", list_name="needs", or_other=True, save_to="need.category"),
    choices={"needs": choices("work", "home")},
    languages=("en", "de"),
)
