"""Tables out of lists: CSV and XLSX whose cells no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def harmless(value: Any) -> str:
    """`value` as text that starts no formula (a leading ' is put before one)."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(titles: list[str], rows: Iterable[list[str]]) -> bytes:
    """UTF-8 with a mark at the start, so that spreadsheets read umlauts right."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([harmless(title) for title in titles])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(titles: list[str], rows: Iterable[list[str]]) -> bytes:
    """One sheet with the titles in its first row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([_printable(title) for title in titles])
    for row in rows:
        sheet.append([_printable(cell) for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _printable(value: Any) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", harmless(value))[:32_000]


WRITERS = {"csv": as_csv, "xlsx": as_xlsx}
