"""A definition to an XLSForm file that other XLSForm software reads."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from casework.core.db import clean
from casework.formats.xlsform.languages import heading_text
from casework.questionnaires.definitions import (
    UNDETERMINED,
    Choice,
    Definition,
    Group,
    Item,
    Question,
    Repeat,
    Texts,
)

TEXT_COLUMNS = {
    "label": "label",
    "hint": "hint",
    "guidance": "guidance_hint",
    "required_message": "required_message",
    "constraint_message": "constraint_message",
}
PLAIN_COLUMNS = (
    "required", "relevant", "constraint", "calculation", "choice_filter", "default", "read_only",
    "repeat_count", "trigger", "appearance", "parameters",
)  # fmt: skip
# XLSForm has no such types, or means something else by them: written as text, told by appearance.
WRITTEN_AS_TEXT = ("tel", "email")
WRITTEN_TYPES = {"device_email": "email"}

Row = dict[str, str]


def write_xlsform(definition: Definition) -> bytes:
    """The definition as an .xlsx file, which `read_xlsform` reads as the same definition.

    Our `save_to` names, those with a dot, stand in the column `lotse_save_to`: other
    software wants one entity for each group of them and refuses a name that is used twice.
    """
    survey = list(_survey(definition, definition.items))
    sheets: dict[str, list[Row]] = {"survey": survey, "choices": list(_choices(definition))}
    sheets["settings"] = [_settings(definition)]
    sheets["entities"] = [dict(row) for row in definition.entities]
    book = Workbook(write_only=True)
    fixed = {"survey": ["type", "name"], "choices": ["list_name", "name"]}
    for name, rows in sheets.items():
        if rows or name == "survey":
            columns = _columns(fixed.get(name, []), rows, definition)
            _write(book, name, [columns, *([row.get(c, "") for c in columns] for row in rows)])
    for name, table in definition.sheets.items():
        _write(book, name, table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _columns(fixed: list[str], rows: Iterable[Row], definition: Definition) -> list[str]:
    """All headings in use; texts stand language by language in the form's own order."""
    used = dict.fromkeys(name for row in rows for name in row if row[name])
    order = [
        _heading(base, tag, definition)
        for base in TEXT_COLUMNS.values()
        for tag in _tags(definition)
    ]
    always = [_heading("label", tag, definition) for tag in definition.languages]
    texts = [name for name in order if name in used or name in always]
    rest = [name for name in used if name not in (*fixed, *texts)]
    return [*fixed, *texts, *rest]


def _tags(definition: Definition) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*definition.languages, definition.default_language)))


def _write(book: Workbook, name: str, rows: Iterable[Sequence[str]]) -> None:
    sheet = book.create_sheet(name)
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, clean(text) or None)
            if text:
                cell.data_type = "s"  # never a formula, whatever the text begins with
            cells.append(cell)
        sheet.append(cells)


def _heading(base: str, tag: str, definition: Definition) -> str:
    if tag == UNDETERMINED:
        return base
    return f"{base}::{heading_text(tag, definition.language_names.get(tag, ''))}"


def _settings(definition: Definition) -> Row:
    row = {"form_id": definition.form_id, "version": definition.version}
    for tag, text in definition.title.items():
        is_default = tag == definition.default_language
        row["form_title" if is_default else _heading("label", tag, definition)] = text
    if definition.default_language != UNDETERMINED:
        name = definition.language_names.get(definition.default_language, "")
        row["default_language"] = heading_text(definition.default_language, name)
    return row | definition.settings


def _survey(definition: Definition, items: Iterable[Item]) -> Iterator[Row]:
    for item in items:
        if isinstance(item, Group):
            kind = "repeat" if isinstance(item, Repeat) else "group"
            yield {"type": f"begin {kind}", "name": item.name, **_cells(item, definition)}
            yield from _survey(definition, item.items)
            yield {"type": f"end {kind}"}
        elif isinstance(item, Question):
            yield {"type": _type(item), "name": item.name, **_cells(item, definition)}


def _type(question: Question) -> str:
    if question.type in WRITTEN_AS_TEXT:
        return "text"
    words = [WRITTEN_TYPES.get(question.type, question.type), question.list_name]
    if question.or_other:
        words.append("or_other")
    return " ".join(word for word in words if word)


def _cells(item: Item, definition: Definition) -> Row:
    cells: Row = {}
    for name, base in TEXT_COLUMNS.items():
        for tag, text in getattr(item, name).items():
            cells[_heading(base, tag, definition)] = text
    for name in PLAIN_COLUMNS:
        cells[name] = _plain(name, getattr(item, name))
    if isinstance(item, Question) and item.type in WRITTEN_AS_TEXT:
        cells["appearance"] = " ".join([*item.appearance, item.type])
    cells["lotse_save_to" if "." in item.save_to else "save_to"] = item.save_to
    return cells | _media(item.media, definition) | item.extra


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if name == "appearance":
        return " ".join(value)
    if name == "parameters":
        return " ".join(f"{key}={text}" if text else key for key, text in value.items())
    return str(value)


def _media(media: dict[str, Texts], definition: Definition) -> Row:
    return {
        _heading(f"media::{kind}", tag, definition): text
        for kind, texts in media.items()
        for tag, text in texts.items()
    }


def _choices(definition: Definition) -> Iterator[Row]:
    for list_name, choices in definition.choices.items():
        for choice in choices:
            yield {"list_name": list_name, "name": choice.name, **_choice_cells(choice, definition)}


def _choice_cells(choice: Choice, definition: Definition) -> Row:
    labels = {_heading("label", tag, definition): text for tag, text in choice.label.items()}
    return labels | _media(choice.media, definition) | choice.extra
