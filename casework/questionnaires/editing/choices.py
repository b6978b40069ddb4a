"""Lists of choices: new, shared, copied; their choices added, changed, moved, removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.questionnaires.compiling import EXPRESSION_COLUMNS, build
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, Texts
from casework.questionnaires.editing.cells import (
    CellsRefused,
    choice_cells,
    choice_with_cells,
    plain_of,
)
from casework.questionnaires.editing.names import BadName, NameTaken, is_name, name_from
from casework.questionnaires.editing.naming import Mention, StillMentioned
from casework.questionnaires.editing.trees import item_at, normal, outline, path_of, spliced
from casework.questionnaires.expressions import Literal, Reference, walk
from casework.questionnaires.forms import PIPED, Spec
from casework.questionnaires.question_types import QUESTION_TYPES

OWN_CHOICE_CELLS = ("icon",)
# Headings that mean something in the choices sheet, so that no column of one's own is called so.
RESERVED = re.compile(
    r"(?:list_?name|list|name|value|label|caption|image|audio|video|media_.*)", re.IGNORECASE
)
MAX_CHOICE_NAME = 100


class NoSuchList(NotFound):
    """The list or the choice in it does not exist, perhaps not any more."""

    msgid = N_("This list of choices has changed. Please load the page again.")


class ListInUse(Refusal):
    """Questions take their choices from the list."""

    msgid = N_("The list “%(list)s” is used by: %(names)s. Please give them another list first.")


class LastChoice(Refusal):
    """A list without choices is none."""

    msgid = N_("A list needs at least one choice. Please remove the list, or add a choice first.")


class BadChoiceName(Refusal):
    """Not usable as what is stored for a choice."""

    msgid = N_(
        "“%(name)s” cannot be the name of a choice. Please use 1 to 100 characters without spaces."
    )


def lists_in_use(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Each list, and each `${name}` that choices come from, with the questions that use it."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(definition.choices, ())
    for question in definition.questions():
        name = question.list_name
        if uses_list(question) and (name in found or PIPED.fullmatch(name)):
            found[name] = (*found.get(name, ()), question.name)
    return found


def uses_list(item: Item) -> bool:
    """Whether the item takes its choices from a list, or from the answers of a repeat."""
    if not isinstance(item, Question) or item.type not in QUESTION_TYPES:
        return False
    return QUESTION_TYPES[item.type].needs_list


def add_list(
    definition: Definition, name: str, labels: Sequence[Texts] | None = None
) -> Definition:
    """A new list with a choice for each of `labels`, at least one.

    Raises `BadName`, `NameTaken`, `CellsRefused`.
    """
    _check_list_name(definition, name)
    changed = replace(definition, choices={**definition.choices, name: ()})
    for texts in labels or [{}]:
        changed = add_choice(changed, name, {f"label::{tag}": text for tag, text in texts.items()})
    return changed


def copy_list(
    definition: Definition, list_name: str, new_name: str, question_place: str | None = None
) -> Definition:
    """The same choices under another name; the question at `question_place` uses the copy.

    Raises `NoSuchList`, `BadName`, `NameTaken`, `NoSuchPlace`.
    """
    choices = _list(definition, list_name)
    _check_list_name(definition, new_name)
    changed = replace(definition, choices={**definition.choices, new_name: choices})
    if question_place is not None:
        question = item_at(definition, question_place)
        if not uses_list(question):
            raise NoSuchList()
        own = replace(question, list_name=new_name)  # type: ignore[call-arg]
        items = spliced(changed.items, path_of(question_place), (own,))
        changed = replace(changed, items=items)
    return normal(changed)


def rename_list(definition: Definition, old: str, new: str) -> Definition:
    """The list under another name, its questions and `instance('…')` following.

    Raises `NoSuchList`, `BadName`, `NameTaken`.
    """
    _list(definition, old)
    if new == old:
        return definition
    _check_list_name(definition, new)
    choices = {(new if name == old else name): found for name, found in definition.choices.items()}
    items = tuple(_following(item, old, new) for item in definition.items)
    return normal(replace(definition, items=items, choices=choices))


def remove_list(definition: Definition, name: str) -> Definition:
    """The definition without the list. Raises `NoSuchList`, `ListInUse`."""
    _list(definition, name)
    if names := lists_in_use(definition)[name]:
        raise ListInUse(list=name, names=", ".join(names)[:500])
    rest = {each: found for each, found in definition.choices.items() if each != name}
    return normal(replace(definition, choices=rest))


def choice_cells_of(definition: Definition, list_name: str, index: int) -> dict[str, str]:
    """All cells of one choice as text, empty ones included. Raises `NoSuchList`."""
    choice = _choice(definition, list_name, index)
    return choice_cells(definition, choice, choice_headings(definition))


def choice_headings(definition: Definition) -> list[str]:
    """The form's own columns of the choices sheet, and ours."""
    known = dict.fromkeys(OWN_CHOICE_CELLS)
    for choices in definition.choices.values():
        known |= dict.fromkeys(heading for choice in choices for heading in choice.extra)
    return list(known)


def add_choice(
    definition: Definition,
    list_name: str,
    cells: Mapping[str, Any] | None = None,
    index: int | None = None,
) -> Definition:
    """One choice more, by default the last; without a name it gets one made of its text.

    Raises `NoSuchList`, `CellsRefused`.
    """
    held = _list(definition, list_name)
    cells = dict(cells or {})
    name = cells.pop("name", "")
    choice = _with_cells(definition, Choice(name=""), cells, name)
    if not choice.name:
        text = definition.text(choice.label, definition.default_language)[0]
        choice = replace(choice, name=_free_choice_name(held, name_from(text, "choice")))
    _check_choice_name(definition, held, choice)
    index = len(held) if index is None else min(max(index, 0), len(held))
    return _with_list(definition, list_name, (*held[:index], choice, *held[index:]))


def change_choice(
    definition: Definition,
    list_name: str,
    index: int,
    cells: Mapping[str, Any],
    *,
    even_if_mentioned: bool = False,
) -> Definition:
    """The choice with these cells: `name`, `label::de`, `media::image::de`, columns of the form.

    Raises `CellsRefused`, `NoSuchList`, and `StillMentioned` for a new name while conditions
    compare with the old one, unless told otherwise.
    """
    before = _choice(definition, list_name, index)
    rest = {cell: value for cell, value in cells.items() if cell != "name"}
    choice = _with_cells(definition, before, rest, cells.get("name", before.name))
    held = _list(definition, list_name)
    if choice.name != before.name:
        _check_choice_name(definition, held[:index] + held[index + 1 :], choice)
        if not even_if_mentioned:
            _refuse_mentioned(definition, list_name, before.name)
    return _with_list(definition, list_name, (*held[:index], choice, *held[index + 1 :]))


def move_choice(definition: Definition, list_name: str, index: int, to: int) -> Definition:
    """The choice at another position, counted among the others. Raises `NoSuchList`."""
    choice = _choice(definition, list_name, index)
    held = _list(definition, list_name)
    rest = (*held[:index], *held[index + 1 :])
    to = min(max(to, 0), len(rest))
    return _with_list(definition, list_name, (*rest[:to], choice, *rest[to:]))


def remove_choice(
    definition: Definition, list_name: str, index: int, *, even_if_mentioned: bool = False
) -> Definition:
    """The list without the choice.

    Raises `LastChoice`, `NoSuchList`, and `StillMentioned` where conditions compare with it,
    unless told otherwise.
    """
    choice = _choice(definition, list_name, index)
    held = _list(definition, list_name)
    if len(held) == 1:
        raise LastChoice()
    if not even_if_mentioned:
        _refuse_mentioned(definition, list_name, choice.name)
    return _with_list(definition, list_name, (*held[:index], *held[index + 1 :]))


def choice_mentions(definition: Definition, list_name: str, name: str) -> list[Mention]:
    """Where an expression that looks at a question of this list writes the choice's name."""
    users = set(lists_in_use(definition).get(list_name, ()))
    form, _ = build(definition)
    specs = {id(spec.item): spec for spec in form.specs if spec.item is not None}
    found = []
    for line in outline(definition):
        spec = specs.get(id(line.item))
        for column in _comparing(spec, users, name) if spec else ():
            text = str(getattr(line.item, column))
            found.append(Mention("survey", line.place, line.item.name, column, text, name))
    return found


def _comparing(spec: Spec, users: set[str], name: str) -> Iterable[str]:
    """The columns whose expression holds `name` as a text and looks at one of `users`."""
    for column, tree in spec.expressions.items():
        parts = list(walk(tree))
        looks = spec.name in users or any(
            isinstance(part, Reference) and part.name in users for part in parts
        )
        if looks and any(isinstance(part, Literal) and part.value == name for part in parts):
            yield column


def _refuse_mentioned(definition: Definition, list_name: str, name: str) -> None:
    if found := choice_mentions(definition, list_name, name):
        raise StillMentioned(found)


def _list(definition: Definition, name: str) -> tuple[Choice, ...]:
    if name not in definition.choices:
        raise NoSuchList()
    return definition.choices[name]


def _choice(definition: Definition, list_name: str, index: int) -> Choice:
    held = _list(definition, list_name)
    if not 0 <= index < len(held):
        raise NoSuchList()
    return held[index]


def _with_list(definition: Definition, list_name: str, choices: tuple[Choice, ...]) -> Definition:
    return normal(replace(definition, choices={**definition.choices, list_name: choices}))


def _with_cells(definition: Definition, choice: Choice, cells: dict[str, Any], name: Any) -> Choice:
    problems: dict[str, Refusal] = {}
    headings = [
        *choice_headings(definition),
        *(cell for cell in cells if is_name(cell) and not RESERVED.fullmatch(cell)),
    ]
    try:
        choice = choice_with_cells(definition, choice, cells, headings)
    except CellsRefused as refused:
        problems = refused.problems
    text = plain_of(name)
    if text and text != choice.name and (text.split() != [text] or len(text) > MAX_CHOICE_NAME):
        problems["name"] = BadChoiceName(name=text[:80])
    if problems:
        raise CellsRefused(problems)
    return replace(choice, name=text or choice.name)


def _check_choice_name(definition: Definition, others: tuple[Choice, ...], choice: Choice) -> None:
    doubles_meant = definition.settings.get("allow_choice_duplicates", "").lower() in (
        "yes",
        "true",
    )
    if not doubles_meant and any(each.name == choice.name for each in others):
        raise CellsRefused({"name": NameTaken(name=choice.name)})


def _free_choice_name(held: tuple[Choice, ...], wish: str) -> str:
    names = {choice.name for choice in held}
    numbered = (f"{wish}_{number}" for number in range(2, len(names) + 3))
    return next(name for name in (wish, *numbered) if name not in names)


def _check_list_name(definition: Definition, name: str) -> None:
    if not is_name(name) or name in ("or_other", "or_specify_other"):
        raise BadName(name=name[:100])
    if name in definition.choices:
        raise NameTaken(name=name)


def _following(item: Item, old: str, new: str) -> Item:
    """The item with a list renamed, and everything inside it."""
    pattern = re.compile(rf"(instance\(\s*(['\"])){re.escape(old)}(\2\s*\))")
    columns: dict[str, Any] = {
        column: pattern.sub(rf"\g<1>{new}\g<3>", value)
        for column in (*EXPRESSION_COLUMNS, "default")
        if isinstance(value := getattr(item, column), str)
    }
    if isinstance(item, Group):
        columns["items"] = tuple(_following(each, old, new) for each in item.items)
    elif isinstance(item, Question) and uses_list(item) and item.list_name == old:
        columns["list_name"] = new
    return replace(item, **columns)
