"""What an editor sent about one question, brought into the definition.

Names in the form: `c:<cell>` is a cell of the item (or of the settings), `k:<number>:<cell>`
one of a choice, `k:new<number>:<cell>` of a new choice; `w:…`, `r:…`, `x:…` are rules in rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from admin.questionnaire_conditions import HERE, IS, WITHOUT_VALUE, Condition, Conditions
from admin.questionnaire_rules import PREFIXES, rule_cell
from admin.questionnaire_words import kind_of
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Definition, Item, Question
from casework.questionnaires.editing import (
    CellsRefused,
    Edited,
    add,
    add_choice,
    add_list,
    cells_of,
    change,
    change_choice,
    change_settings,
    choice_cells_of,
    copy_list,
    delete,
    duplicate,
    item_at,
    move_choice,
    move_down,
    move_into,
    move_out,
    move_to,
    move_up,
    remove_choice,
    settings_cells,
)
from casework.questionnaires.editing.choices import uses_list
from casework.questionnaires.editing.names import free_name, name_from
from casework.questionnaires.editing.names import taken as taken_names
from casework.questionnaires.question_types import QUESTION_TYPES

MOST_CONDITIONS = 20
MOST_CHOICES = 400  # in one form; a page of them is far below
NEW_CHOICES = 3
MOVES = {"up": move_up, "down": move_down, "out": move_out}


@dataclass(frozen=True)
class Sent:
    """One form of the editor as it arrived."""

    values: MultiDict[str, str]

    @property
    def place(self) -> str:
        """The item that the fields belong to; empty for the form as a whole."""
        return self.values.get("place", "")

    @property
    def revision(self) -> int:
        """The revision that the page was made from; 0 where that is no number."""
        text = self.values.get("revision", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    @property
    def wish(self) -> tuple[str, str]:
        """The button: what to do, and with what."""
        name, _, value = self.values.get("do", "save").partition(":")
        return name, value

    @property
    def cells(self) -> dict[str, str]:
        """The cells of the item as typed."""
        found = {key[2:]: text for key, text in self.values.items() if key.startswith("c:")}
        mode = self.values.get("c:required")
        if mode == "formula":
            found["required"] = self.values.get("required-formula", "")
        elif mode == "simple":
            del found["required"]
        return found

    def conditions(self, column: str) -> Conditions:
        """The rows of a rule, those without a question or left as they were offered left out."""
        prefix, rows = PREFIXES[column], []
        for number in range(MOST_CONDITIONS):
            at = f"{prefix}:{number}:"
            row = Condition(
                self.values.get(f"{at}question", ""), self.values.get(f"{at}sign", IS),
                self.values.get(f"{at}value", "").strip(), self.values.get(f"{at}other", ""),
            )  # fmt: skip
            if row.sign in WITHOUT_VALUE or row.other:
                row = replace(row, value="")
            if row.question and row != Condition(HERE):
                rows.append(row)
        return Conditions(tuple(rows), "or" if self.values.get(f"{prefix}:join") == "or" else "and")

    def mode(self, column: str) -> str:
        """How a rule is given: `always`, `simple`, `formula`; empty where none was sent."""
        if column != "required":
            return self.values.get(f"{PREFIXES[column]}:mode", "")
        mode = self.values.get("c:required", "")
        return mode if mode in ("simple", "formula") else ""

    @property
    def listing(self) -> dict[str, str]:
        """Which page of a long list of choices was open."""
        found = {name: self.values.get(name, "") for name in ("choices", "find")}
        return {name: text for name, text in found.items() if text}

    @property
    def choice_numbers(self) -> list[int]:
        """The places of the choices that were sent."""
        found = (re.match(r"k:(\d{1,5}):", key, re.ASCII) for key in self.values)
        return sorted({int(each[1]) for each in found if each})[:MOST_CHOICES]

    def choices(self, number: str) -> dict[str, str]:
        """The cells of a choice as typed."""
        prefix = f"k:{number}:"
        return {
            key.removeprefix(prefix): text
            for key, text in self.values.items()
            if key.startswith(prefix)
        }


def taken(definition: Definition, sent: Sent) -> Edited:
    """The definition with everything that was typed, and with what the button asked for.

    Raises `CellsRefused` with the problem of each field, `StillMentioned`, and what the single
    edits refuse.
    """
    name, value = sent.wish
    place = sent.place
    if name == "delete":
        gone = delete(definition, place, even_if_mentioned=value == "anyway")
        return Edited(gone, neighbour(gone, place))
    edited = typed(definition, sent)
    return pressed(edited.definition, edited.place, sent)


def typed(definition: Definition, sent: Sent) -> Edited:
    """The definition with what stands in the fields."""
    if not sent.place:
        known = settings_cells(definition)
        cells = {cell: text for cell, text in sent.cells.items() if cell in known}
        return Edited(change_settings(definition, cells), "")
    item = item_at(definition, sent.place)
    problems: dict[str, Refusal] = {}
    cells = {k: v for k, v in sent.cells.items() if k in cells_of(definition, sent.place)}
    for column in PREFIXES:
        try:
            cells |= rule_cell(definition, item, column, sent.mode(column), sent.conditions(column))
        except Refusal as refusal:
            problems[column] = refusal
    cells |= first_name(definition, item, cells)
    definition = with_choices(definition, sent, problems)
    definition, cells = with_list(definition, item, cells)
    try:
        edited = change(definition, sent.place, cells)
    except CellsRefused as refused:
        raise CellsRefused(refused.problems | problems) from refused
    if problems:
        raise CellsRefused(problems)
    return edited


def first_name(definition: Definition, item: Item, cells: Mapping[str, str]) -> dict[str, str]:
    """A name made of the first text, for an item that only has one made of its kind."""
    main = definition.default_language
    text = cells.get(f"label::{main}", "")
    stem = kind_of(item).replace("-", "_")
    made_up = re.fullmatch(rf"{stem}(_\d+)?", item.name)
    if not text.strip() or item.label.get(main) or not made_up:
        return {}
    if cells.get("name", item.name) != item.name:
        return {}
    wish = name_from(text, item.name)
    return {"name": wish if wish == item.name else free_name(taken_names(definition), wish)}


def with_list(
    definition: Definition, item: Item, cells: dict[str, str]
) -> tuple[Definition, dict[str, str]]:
    """A list of its own for a question that has come to need one."""
    kind = QUESTION_TYPES.get(cells.get("type", ""))
    if kind is None or not kind.needs_list or cells.get("list_name"):
        return definition, cells
    if isinstance(item, Question) and uses_list(item) and "list_name" not in cells:
        return definition, cells
    name = free_list_name(definition, cells.get("name") or item.name)
    return add_list(definition, name), cells | {"list_name": name}


def free_list_name(definition: Definition, wanted: str) -> str:
    """`wanted`, or with a number behind it where a list has that name."""
    names = (wanted, *(f"{wanted}_{number}" for number in range(2, len(definition.choices) + 3)))
    return next(name for name in names if name not in definition.choices)


def with_choices(
    definition: Definition, sent: Sent, problems: dict[str, Refusal]
) -> Definition:  # fmt: skip
    """The list of choices as typed; what is wrong with one goes into `problems`."""
    list_name = sent.values.get("list", "")
    if list_name not in definition.choices:
        return definition
    anyway = sent.wish == ("save", "anyway")
    for index in sent.choice_numbers:
        if index >= len(definition.choices[list_name]):
            break
        now = choice_cells_of(definition, list_name, index)
        cells = {k: v for k, v in sent.choices(str(index)).items() if now.get(k, v) != v.strip()}
        if cells:
            definition = _with_choice(definition, list_name, index, cells, problems, anyway)
    for number in range(NEW_CHOICES):
        cells = {k: v for k, v in sent.choices(f"new{number}").items() if v.strip()}
        if cells:
            definition = _with_choice(definition, list_name, None, cells, problems, anyway, number)
    return definition


def _with_choice(
    definition: Definition, list_name: str, index: int | None, cells: Mapping[str, str],
    problems: dict[str, Refusal], anyway: bool, number: int = 0,
) -> Definition:  # fmt: skip
    try:
        if index is None:
            return add_choice(definition, list_name, cells)
        return change_choice(definition, list_name, index, cells, even_if_mentioned=anyway)
    except CellsRefused as refused:
        row = f"new{number}" if index is None else str(index)
        problems |= {f"k:{row}:{cell}": each for cell, each in refused.problems.items()}
        return definition


def pressed(definition: Definition, place: str, sent: Sent) -> Edited:
    """What the button asks for beyond storing."""
    name, value = sent.wish
    if name == "add":
        return added(definition, place, sent)
    if name in MOVES:
        return MOVES[name](definition, place)
    if name == "to":
        return moved_to(definition, place, sent.values.get("target", ""))
    if name == "duplicate":
        return duplicate(definition, place)
    if name.startswith("choice-"):
        return Edited(with_choice_pressed(definition, sent, name, value), place)
    if name == "own-list":
        item = item_at(definition, place)
        list_name = sent.values.get("list", "")
        own = copy_list(definition, list_name, free_list_name(definition, item.name), place)
        return Edited(own, place)
    return Edited(definition, place)


def with_choice_pressed(definition: Definition, sent: Sent, name: str, value: str) -> Definition:
    """One choice moved or removed."""
    list_name = sent.values.get("list", "")
    index = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else -1
    if name in ("choice-up", "choice-down"):
        step = -1 if name == "choice-up" else 1
        return move_choice(definition, list_name, index, index + step)
    anyway = name == "choice-remove-anyway"
    return remove_choice(definition, list_name, index, even_if_mentioned=anyway)


def added(definition: Definition, place: str, sent: Sent) -> Edited:
    """A new item: inside the group that is chosen, below the question that is chosen, or last."""
    wanted = sent.values.get("kind", "text")
    parent, index = "", None
    if place:
        item = item_at(definition, place)
        if hasattr(item, "items") and sent.values.get("where") != "below":
            parent = place
        else:
            parent, _, last = place.rpartition("/")
            index = int(last) + 1
    edited = add(definition, wanted, parent=parent, index=index)
    kind = QUESTION_TYPES.get(wanted)
    if kind is None or not kind.needs_list:
        return edited
    new = item_at(edited.definition, edited.place)
    name = free_list_name(edited.definition, new.name)
    return change(add_list(edited.definition, name), edited.place, {"list_name": name})


def moved_to(definition: Definition, place: str, target: str) -> Edited:
    """To the end of the group at `target`, or of the form."""
    if target:
        return move_into(definition, place, target)
    others = len(definition.items) - (0 if "/" in place else 1)
    return move_to(definition, place, "", others)


def neighbour(definition: Definition, place: str) -> str:
    """What to show once the item at `place` is gone: the one that moved up, else its group."""
    parent, _, last = place.rpartition("/")
    siblings = item_at(definition, parent).items if parent else definition.items  # type: ignore[attr-defined]
    if not siblings:
        return parent
    step = min(int(last), len(siblings) - 1)
    return f"{parent}/{step}".lstrip("/")


def same(one: str, other: str) -> bool:
    """Whether two texts are the same but for how a browser sends line ends."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
