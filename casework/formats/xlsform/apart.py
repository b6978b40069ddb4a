"""Cells of a workbook as texts; run as a program, in a process of its own with little memory.

An old .xls of a few kB can declare a table that fills the memory, and the library that reads
it then ends its whole process. So that is another one: `python apart.py` takes the workbook by
standard input and answers JSON. It imports nothing of ours, so that it starts quickly.
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MAX_ROWS = 20_000
MAX_CELLS = 2_000_000
MEMORY = 512 * 1024 * 1024
SECONDS = 10


# How large a sheet says it is: record 0x0200 of [MS-XLS], first and last row, first and last
# column. LibreOffice writes 1,048,576 rows for a form of twenty, and the library reserves them all.
DIMENSIONS = re.compile(rb"\x00\x02\x0e\x00(.{4})(.{4})(.{2})(.{2})\x00\x00", re.DOTALL)
DECLARED = struct.Struct("<IIHH")
MOST_DECLARED = 200_000


class SheetSizeError(Exception):
    """The sheet of this name has more rows or cells than are read."""


class UnreadableError(Exception):
    """The workbook is damaged."""


def texts_of(data: bytes) -> dict[str, list[list[str]]]:
    """The cells of each sheet, by sheet name. Raises `SheetSizeError`, `UnreadableError`."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {name: _rows(book, name) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableError() from error


def without_boasts(data: bytes) -> bytes:
    """The workbook without declared sizes that are far beyond a form; the cells stay."""

    def declared(found: re.Match[bytes]) -> bytes:
        first, last, left, right = DECLARED.unpack(found[0][4:16])
        is_size = first <= last <= 1_048_576 and left <= right <= 16_384
        if not is_size or (last - first) * (right - left) <= MOST_DECLARED:
            return found[0]
        return found[0][:4] + DECLARED.pack(0, 0, 0, 0) + found[0][16:]

    return DIMENSIONS.sub(declared, data)


def _rows(book: CalamineWorkbook, name: str) -> list[list[str]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_height * sheet.total_width > MAX_CELLS:
        raise SheetSizeError(name)
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: Any) -> str:
    """A cell as the text that somebody would have typed."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat() if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def main() -> None:
    """Answer `{"sheets": …}`, or `{"too_large": name of the sheet}`."""
    import resource  # only where there are Unix processes; the server imports this module, too

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, object] = {"sheets": texts_of(without_boasts(sys.stdin.buffer.read()))}
    except SheetSizeError as large:
        answer = {"too_large": str(large)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
