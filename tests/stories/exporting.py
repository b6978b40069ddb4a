"""Exports read back: every answer in a file by where it stands, whatever the file's kind."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from casework.core.access import SYSTEM
from casework.formats.answers import Options, export_answers, forms_of, sheets_of
from casework.formats.tables import rearmed
from casework.questionnaires.definitions import Definition
from casework.questionnaires.models import Questionnaire
from tests.stories.walking import Walker

# The numbers of the rows that hold an answer, from the outermost repeat in, and its path.
Place = tuple[tuple[int, ...], str]
Told = dict[Place, str]


def typed(journey: Walker) -> Told:
    """What was typed and is asked for, as an export must give it; files have ids of their own."""
    found = {}
    for path, value in journey.typed.items():
        node = journey.filling.by_path[path]
        if value and node.counts and not node.spec.is_file:
            text = " ".join(value) if isinstance(value, list) else str(value)
            found[_numbers(journey, path), node.spec.path] = text
    return found


def _numbers(journey: Walker, path: tuple[str, ...]) -> tuple[int, ...]:
    """A path holds the id of each row behind the name of its repeat; rows count from 1."""
    answers: Any = journey.filling.final()
    found = []
    for name, row in zip(path[:-1:2], path[1::2], strict=True):
        rows = answers[name]
        place = next(number for number, each in enumerate(rows) if each["_row"] == row)
        found.append(place + 1)
        answers = rows[place]
    return tuple(found)


def in_words(told: Told, journey: Walker, definition: Definition, tag: str) -> Told:
    """The same with the texts of choices in place of their names."""
    specs = {spec.path: spec for spec in journey.filling.form.specs}
    found = {}
    for place, text in told.items():
        spec = specs[place[1]]
        held = (*(spec.source.choices if spec.source else ()), *spec.choices)
        words = {each.name: definition.text(each.label, tag)[0].strip() for each in held}
        names = text.split() if spec.type is not None and spec.type.answer == "list" else [text]
        found[place] = ", ".join(words.get(name) or name for name in names) if words else text
    return found


def exported(
    questionnaire: Questionnaire, target: Path, options: Options, at: Any
) -> dict[str, Told]:
    """What stands in an export, by reference; choices in columns of their own are left out."""
    files = export_answers(questionnaire, target, options, by=SYSTEM, at=at).files
    if target.suffix == ".json":
        rows = json.loads(target.read_text("utf-8"))
        return {row["_id"]: dict(_told(row)) for row in rows}
    tables = _sheets(target) if target.suffix == ".xlsx" else [_lines(path) for path in files]
    sheets = sheets_of(forms_of(questionnaire), options)
    assert len(tables) == len(sheets)
    found: dict[str, Told] = {}
    holders: dict[tuple[str, str], tuple[int, ...]] = {}
    for (head, *rows), (path, sheet) in zip(tables, sheets.items(), strict=True):
        assert head == sheet.heads(), path
        counts: Counter[tuple[str, str]] = Counter()
        for row in rows:
            empty = [""] * (len(sheet.columns) - len(row))  # a workbook ends with the last answer
            cells = dict(zip(sheet.columns, [*row, *empty], strict=True))
            reference = cells.get("_id") or cells["_submission__id"]
            numbers: tuple[int, ...] = ()
            if path:
                above = cells["_parent_table_name"], cells["_parent_index"]
                counts[above] += 1
                numbers = (*holders[above], counts[above])
            holders[sheet.name, cells["_index"]] = numbers
            told = found.setdefault(reference, {})
            told |= {(numbers, name): text for name, text in cells.items() if text}
    return found


def _told(row: dict[str, Any], numbers: tuple[int, ...] = ()) -> Iterator[tuple[Place, str]]:
    for name, value in row.items():
        if isinstance(value, list):
            for number, each in enumerate(value, 1):
                yield from _told(each, (*numbers, number))
        else:
            yield (numbers, name), str(value)


def _lines(path: Path) -> Sequence[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [[rearmed(cell) for cell in row] for row in csv.reader(file)]


def _sheets(path: Path) -> Sequence[Sequence[list[str]]]:
    book = load_workbook(path, read_only=True)
    return [
        [["" if cell is None else rearmed(str(cell)) for cell in row] for row in rows]
        for rows in (sheet.iter_rows(values_only=True) for sheet in book.worksheets)
    ]
