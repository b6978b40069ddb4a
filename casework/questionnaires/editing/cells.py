"""One row of the survey or choices sheet as cells: read as typed, refused in words.

A cell is called by its column: `relevant`, `label::de`, `media::image::de`, or the heading of
a column of the form's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.compiling import is_dynamic
from casework.questionnaires.definitions import Choice, Definition, Item, Question, Texts
from casework.questionnaires.expressions.parsing import MAX_LENGTH
from casework.questionnaires.forms import PIPED
from casework.questionnaires.question_types import FROM_FILE, QUESTION_TYPES
from casework.questionnaires.tidying import (
    BY_APPEARANCE,
    read_parameters,
    settled_type,
    tidy_expression,
    truth_of,
)

TEXT_CELLS = ("label", "hint", "guidance", "required_message", "constraint_message")
EXPRESSION_CELLS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
TRUTH_CELLS = ("required", "read_only")
PLAIN_CELLS = ("trigger", "save_to")
TYPE_CELLS = ("type", "list_name", "or_other")
OTHER_CELLS = ("default", "appearance", "parameters")
MEDIA_KINDS = ("image", "audio", "video", "big-image")
OWN_SURVEY_CELLS = ("autocomplete",)
MAX_TEXT = 10_000
MAX_CELL = 1000

Cells = Mapping[str, Any]
Row = TypeVar("Row", Item, Choice)


class CellsRefused(Refusal):
    """Some cells cannot be stored; `problems` has a refusal for each of them."""

    msgid = N_("%(count)s entries cannot be stored. Please correct them.")

    def __init__(self, problems: Mapping[str, Refusal]) -> None:
        self.problems = dict(problems)
        super().__init__(count=len(self.problems))


class UnknownCell(Refusal):
    """The row has no such column, or the form no such language."""

    msgid = N_("The column “%(column)s” does not belong here. Please load the page again.")


class TextTooLong(Refusal):
    """Longer than is stored."""

    msgid = N_("This text has %(length)s characters; %(limit)s are possible. Please shorten it.")


class UnknownType(Refusal):
    """No such question type."""

    msgid = N_("The question type “%(type)s” is not known. Please choose one from the list.")


class UnknownList(Refusal):
    """No such list of choices."""

    msgid = N_("The list of choices “%(list)s” does not exist. Please choose one or add it first.")


class ParametersRefused(Refusal):
    """Not readable as parameters."""

    msgid = N_(
        "Please write parameters as name=value, separated by spaces, such as start=1 end=10."
    )


def line_of(value: Any, limit: int = MAX_TEXT) -> str:
    """A value as stored: NFC, trimmed, without what no file can hold. Raises `TextTooLong`."""
    text = clean(str(value or "")).replace("\ufffe", "").replace("\uffff", "").strip()
    if len(text) > limit:
        raise TextTooLong(length=len(text), limit=limit)
    return text


def plain_of(value: Any, limit: int = MAX_CELL) -> str:
    """The same for cells that machines read."""
    return line_of(str(value or "").replace("\xa0", " "), limit)


def with_cells(definition: Definition, item: Item, cells: Cells) -> Item:
    """`item` with these cells, its name excepted. Raises `CellsRefused` with every problem."""
    problems: dict[str, Refusal] = {}
    for cell in sorted(cells, key=lambda each: each != "type"):
        try:
            item = _with_cell(definition, item, cell, cells[cell])
        except Refusal as problem:
            problems[cell] = problem
    if problems:
        raise CellsRefused(problems)
    return _settled(item)


def item_cells(definition: Definition, item: Item) -> dict[str, str]:
    """All cells of an item as text, empty ones included, in every language of the form."""
    found: dict[str, str] = {"name": item.name}
    if isinstance(item, Question):
        found |= {"type": item.type, "list_name": item.list_name}
        found["or_other"] = "yes" if item.or_other else ""
    for column in TEXT_CELLS:
        found |= _text_cells(column, getattr(item, column), definition)
    for kind in MEDIA_KINDS:
        found |= _text_cells(f"media::{kind}", item.media.get(kind, {}), definition)
    for column in TRUTH_CELLS:
        value = getattr(item, column)
        found[column] = "yes" if value is True else value or ""
    for column in (*EXPRESSION_CELLS, *PLAIN_CELLS, "default"):
        found[column] = getattr(item, column)
    found["appearance"] = " ".join(item.appearance)
    found["parameters"] = _written(item.parameters)
    return found | {heading: item.extra.get(heading, "") for heading in _headings(definition)}


def choice_with_cells(
    definition: Definition, choice: Choice, cells: Cells, headings: Iterable[str]
) -> Choice:
    """`choice` with these cells, its name excepted. Raises `CellsRefused`."""
    problems: dict[str, Refusal] = {}
    for cell, value in cells.items():
        try:
            column, tag = _parted(cell)
            if column == "label" or column.startswith("media::"):
                choice = _with_text(definition, choice, cell, column, tag, value)
            elif cell in headings:
                choice = replace(choice, extra={**choice.extra, cell: line_of(value, MAX_CELL)})
            else:
                raise UnknownCell(column=cell[:80])
        except Refusal as problem:
            problems[cell] = problem
    if problems:
        raise CellsRefused(problems)
    return choice


def choice_cells(definition: Definition, choice: Choice, headings: Iterable[str]) -> dict[str, str]:
    """All cells of a choice as text, in every language of the form."""
    found = {"name": choice.name, **_text_cells("label", choice.label, definition)}
    for kind in MEDIA_KINDS:
        found |= _text_cells(f"media::{kind}", choice.media.get(kind, {}), definition)
    return found | {heading: choice.extra.get(heading, "") for heading in headings}


def _with_cell(definition: Definition, item: Item, cell: str, value: Any) -> Item:
    column, tag = _parted(cell)
    if column in TEXT_CELLS or column.startswith("media::"):
        return _with_text(definition, item, cell, column, tag, value)
    if cell in TYPE_CELLS and isinstance(item, Question):
        return _with_type(definition, item, cell, value)
    if cell in EXPRESSION_CELLS:
        return _with(item, cell, tidy_expression(plain_of(value, MAX_LENGTH)))
    if cell in TRUTH_CELLS:
        return _with(item, cell, _truth(value))
    if cell in PLAIN_CELLS:
        return _with(item, cell, plain_of(value))
    if cell in OTHER_CELLS:
        return _with(item, cell, _other_value(cell, value))
    if cell in _headings(definition):
        return replace(item, extra={**item.extra, cell: line_of(value, MAX_LENGTH)})
    raise UnknownCell(column=cell[:80])


def _with(row: Row, column: str, value: Any) -> Row:
    columns: dict[str, Any] = {column: value}
    return replace(row, **columns)


def _with_text(
    definition: Definition, row: Row, cell: str, column: str, tag: str, value: Any
) -> Row:
    if tag not in definition.languages:
        raise UnknownCell(column=cell[:80])
    text = line_of(value)
    if column in TEXT_CELLS:
        return _with(row, column, {**getattr(row, column), tag: text})
    kind = column.removeprefix("media::")
    if kind not in MEDIA_KINDS:
        raise UnknownCell(column=cell[:80])
    return replace(row, media={**row.media, kind: {**row.media.get(kind, {}), tag: text}})


def _with_type(definition: Definition, item: Question, cell: str, value: Any) -> Question:
    if cell == "or_other":
        wanted = value is True or truth_of(str(value or "")) is True
        return replace(item, or_other=wanted and item.type in ("select_one", "select_multiple"))
    text = plain_of(value, MAX_CELL)
    if cell == "list_name":
        kind = QUESTION_TYPES.get(item.type)
        if item.type not in FROM_FILE and (kind is None or not kind.needs_list):
            return replace(item, list_name="")
        is_listed = item.type not in FROM_FILE and not PIPED.fullmatch(text)
        if text and is_listed and text not in definition.choices:
            raise UnknownList(list=text[:80])
        return replace(item, list_name=text)
    if text not in QUESTION_TYPES:
        raise UnknownType(type=text[:80])
    keeps_list = _lists_alike(item.type, text)
    return replace(
        item,
        type=text,
        list_name=item.list_name if keeps_list else "",
        or_other=item.or_other and text in ("select_one", "select_multiple"),
    )


def _lists_alike(one: str, other: str) -> bool:
    """Whether both types take their choices from the same kind of list."""
    if one in FROM_FILE or other in FROM_FILE:
        return one in FROM_FILE and other in FROM_FILE
    return QUESTION_TYPES[other].needs_list


def _settled(item: Item) -> Item:
    """The type as an import of the export would read it."""
    if not isinstance(item, Question):
        return item
    if item.type == "device_email" and (any(item.label.values()) or any(item.hint.values())):
        item = replace(item, type="email")
    if item.type in BY_APPEARANCE:  # exported as an appearance of text
        rest = tuple(token for token in item.appearance if token not in BY_APPEARANCE)
        return replace(item, appearance=rest)
    if item.type == "text":
        settled = settled_type(item)
        return item if settled is item else _settled(settled)
    return item


def _truth(value: Any) -> bool | str:
    if isinstance(value, bool):
        return value
    text = plain_of(value, MAX_LENGTH)
    known = truth_of(text) if text else False
    return tidy_expression(text) if known is None else known


def _other_value(cell: str, value: Any) -> Any:
    text = plain_of(value, MAX_LENGTH)
    if cell == "appearance":
        return tuple(text.split())
    if cell == "parameters":
        read = read_parameters(text)
        if read_parameters(_written(read)) != read or "" in read:
            raise ParametersRefused()
        return read
    tidy = tidy_expression(text) if text else ""
    return tidy if is_dynamic(tidy) else text


def _written(parameters: Texts) -> str:
    return " ".join(f"{key}={text}" if text else key for key, text in parameters.items())


def _text_cells(column: str, texts: Texts, definition: Definition) -> dict[str, str]:
    return {f"{column}::{tag}": texts.get(tag, "") for tag in definition.languages}


def _parted(cell: str) -> tuple[str, str]:
    column, _, tag = cell.rpartition("::")
    return (column, tag) if column else (cell, "")


def _headings(definition: Definition) -> list[str]:
    """The columns of the survey sheet that we do not know, and ours."""
    known = dict.fromkeys(OWN_SURVEY_CELLS)
    known |= dict.fromkeys(heading for item in definition.walk() for heading in item.extra)
    return list(known)
