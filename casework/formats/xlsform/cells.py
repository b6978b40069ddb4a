"""Rows of a sheet by what their columns mean."""

from __future__ import annotations

from typing import Any

from casework.formats.xlsform.columns import Column
from casework.formats.xlsform.workbooks import Rows
from casework.questionnaires.tidying import INVISIBLE


def first_row(rows: Rows) -> int | None:
    """Where the headings stand: the first row with any content."""
    return next((place for place, row in enumerate(rows) if any(row)), None)


def used_places(rows: Rows) -> set[int]:
    """The columns with any content."""
    return {place for row in rows for place, text in enumerate(row) if text}


def read_cells(columns: list[Column], row: list[str]) -> dict[str, Any]:
    """A row by field: texts and media by language, unknown columns under `extra`."""
    cells: dict[str, Any] = {}
    for column in columns:
        text = row[column.place] if column.place < len(row) else ""
        if not text:
            continue
        if column.kind == "field":
            cells.setdefault(column.name, INVISIBLE.sub("", text).replace("\xa0", " ").strip())
        elif column.kind == "text":
            cells.setdefault(column.name, {}).setdefault(column.tag, text)
        elif column.kind == "media":
            cells.setdefault("media", {}).setdefault(column.name, {}).setdefault(column.tag, text)
        else:
            cells.setdefault("extra", {}).setdefault(column.name, text)
    return cells
