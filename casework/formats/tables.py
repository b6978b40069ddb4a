"""Tables in and out: CSV as people really save it, and XLSX.

Reading guesses encoding and delimiter, counts lines as a text editor does and refuses
what is too large before it is in memory. Writing disarms cells that a spreadsheet would
take for a formula (OWASP ASVS 1.2.10).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from python_calamine import CalamineError, CalamineWorkbook, ZipError

from casework.core.i18n import N_
from casework.core.refusals import Refusal

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELLS = 5_000_000
DELIMITERS = (",", ";", "\t", "|")

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_END = "\x1eend of table\x1e"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBERS_ONLY = re.compile(r"[+-][\d\s()./,+-]*\Z")
_CELL_PLACE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')

Guard = Callable[[str], str]


class TableRefused(Refusal):
    """A file cannot be read as a table; nothing was taken from it."""

    msgid = N_("“%(file)s” cannot be read as a table. Please save it anew as CSV (UTF-8) or XLSX.")


class EmptyTable(TableRefused):
    """There is no row at all."""

    msgid = N_("“%(file)s” is empty. A table needs a row of column names.")


class FileTooLarge(TableRefused):
    """More bytes, packed or unpacked, than are read."""

    msgid = N_(
        "“%(file)s” is larger than %(most)s MB, which is the most that is read. "
        "Please split it into smaller files."
    )


class TooManyRows(TableRefused):
    """More rows than are read."""

    msgid = N_(
        "“%(file)s” has more than %(most)s rows, which is the most that is read. "
        "Please split it into smaller files."
    )


class UnclosedQuote(TableRefused):
    """A quoted cell runs to the end of the file and swallows the rows behind it."""

    msgid = N_(
        "“%(file)s”, line %(line)s: a quotation mark is opened here and never closed. "
        "Please close it and try again."
    )


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row and the line (from 1) on which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read. `encoding` is what the bytes were; rows without any text are left out."""

    name: str
    header: list[str]
    rows: list[TableRow]
    encoding: str = "utf-8"

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row as line and cells by column; cells beyond the header are `column N`."""
        names = column_names(self.header)
        for row in self.rows:
            cells = dict(zip(names, row.cells, strict=False))
            for place, cell in enumerate(row.cells[len(names) :], len(names) + 1):
                if cell.strip():
                    cells[f"column {place}"] = cell
            yield row.line, cells


def column_names(header: Sequence[str]) -> list[str]:
    """Column names as they are looked up: trimmed, lower case, each only once."""
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(header, 1):
        name = re.sub(r"\s+", "_", cell.strip().lower()) or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def read_bytes(path: Path, name: str = "") -> bytes:
    """The content of `path`. Raises `FileTooLarge`, or `TableRefused` where it cannot be read."""
    name = name or path.name
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TableRefused(file=name) from error
    return checked_size(data, name)


def checked_size(data: bytes, name: str) -> bytes:
    """`data` itself. Raises `FileTooLarge` for more than is read."""
    if len(data) > MAX_BYTES:
        raise FileTooLarge(file=name, most=MAX_BYTES // 1024**2)
    return data


def read_csv(data: bytes, name: str, *, delimiter: str = "") -> Table:
    """The table in `data`: UTF-8, UTF-16 with its mark, else Windows-1252.

    Without a `delimiter` it is the candidate that the first line has most of.

    Raises `TableRefused` or one of its kinds, which name the file and the line.
    """
    text, encoding = _decoded(checked_size(data, name), name)
    rows = _parsed(text, name, delimiter or _delimiter(text))
    header = next(rows, None)
    if header is None:
        raise EmptyTable(file=name)
    kept: list[TableRow] = []
    for row in rows:
        if len(kept) >= MAX_ROWS:
            raise TooManyRows(file=name, most=f"{MAX_ROWS:,}")
        kept.append(row)
    return Table(name, header.cells, kept, encoding)


def read_xlsx(
    data: bytes, name: str, *, most_cells: int = MAX_CELLS, spread_merged: bool = False
) -> list[Table]:
    """The sheets of a workbook that have a row of column names, cells as text.

    Whole numbers come without a fraction, dates in ISO form. With `spread_merged` a cell merged
    over several rows stands in each of them. Raises `TableRefused` or
    one of its kinds; sizes are checked before anything is unpacked into memory.
    """
    _check_workbook(checked_size(data, name), name, most_cells)
    tables = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for title in book.sheet_names:
            sheet = book.get_sheet_by_name(title)
            rows = sheet.to_python(skip_empty_area=False)
            texts = [[_as_text(cell) for cell in row] for row in rows]
            if spread_merged:
                _spread(texts, sheet.merged_cell_ranges or [])
            kept = [TableRow(n, row) for n, row in enumerate(texts, 1) if any(map(str.strip, row))]
            if kept:
                tables.append(Table(f"{name}/{title}", kept[0].cells, kept[1:], "xlsx"))
    except (CalamineError, ZipError) as error:
        raise TableRefused(file=name) from error
    return tables


def disarmed(text: str) -> str:
    """`text` with a leading ' where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def disarmed_data(text: str) -> str:
    """The same for tables that programs read: `+49 761 …` and `-122.3` stay as they are.

    A cell of digits and signs alone cannot call anything; the rest is disarmed.
    `rearmed` gives back exactly what was there.
    """
    return text if _NUMBERS_ONLY.match(text) else disarmed(text)


def rearmed(text: str) -> str:
    """A cell as it was before `disarmed` or `disarmed_data`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, guard: Guard = disarmed,
    mark: bool = False,
) -> bytes:  # fmt: skip
    """A CSV file (RFC 4180, UTF-8). `mark` puts the byte order mark before it that Excel wants."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    for row in rows:
        writer.writerow([guard(cell) if isinstance(cell, str) else _as_text(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig" if mark else "utf-8")


def xlsx_bytes(sheets: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """A workbook: for each sheet its title, column names and rows."""
    book = Workbook(write_only=True)
    for title, (header, rows) in sheets.items():
        sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "1")
        sheet.append(list(header))
        for row in rows:
            sheet.append([_as_cell(value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _spread(texts: list[list[str]], merged: Iterable[tuple[Any, Any]]) -> None:
    """Write what stands in a merged cell into each row that it covers, in its first column."""
    for (top, left), (bottom, _right) in merged:
        for row in texts[top + 1 : bottom + 1]:
            if left < len(row) and left < len(texts[top]) and not row[left]:
                row[left] = texts[top][left]


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _as_cell(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return disarmed(ILLEGAL_CHARACTERS_RE.sub("", str(value)))


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    encoding = next((found for mark, found in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise TableRefused(file=name) from error
    return data.decode("cp1252", "replace"), "cp1252"


def _parsed(text: str, name: str, delimiter: str) -> Iterator[TableRow]:
    """Rows with text in them. A last line of ours shows whether an open quote swallowed it."""
    lines = io.StringIO(text if text.endswith(("\n", "\r")) else f"{text}\n", newline="")
    reader = csv.reader(_with_end(lines), delimiter=delimiter)
    began = 1
    try:
        for cells in reader:
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(_END):
                raise UnclosedQuote(file=name, line=began)
            if any(cell.strip() for cell in cells):
                yield TableRow(began, cells)
            began = reader.line_num + 1
    except csv.Error as error:
        message = N_(
            "“%(file)s” cannot be read as a table from line %(line)s on. "
            "Please check the quotation marks there."
        )
        raise TableRefused(message, file=name, line=began) from error


def _with_end(lines: Iterable[str]) -> Iterator[str]:
    yield from lines
    yield _END


def _delimiter(text: str) -> str:
    """What separates the column names: the candidate that the first line has most of."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(DELIMITERS, key=first.count)


def _check_workbook(data: bytes, name: str, most_cells: int) -> None:
    """Unpack piece by piece and count, so that neither size nor a far cell fills the memory."""
    room = MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                room -= entry.file_size
                if room < 0:
                    raise FileTooLarge(file=name, most=MAX_BYTES // 1024**2)
                content = archive.read(entry)
                if entry.filename.endswith(".xml"):
                    _check_extent(content, name, most_cells)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise TableRefused(file=name) from error


def _check_extent(sheet: bytes, name: str, most_cells: int) -> None:
    columns = rows = 0
    for found in _CELL_PLACE.finditer(sheet):
        columns = max(columns, _column_number(found[1]))
        rows = max(rows, int(found[2]))
    if rows > MAX_ROWS:
        raise TooManyRows(file=name, most=f"{MAX_ROWS:,}")
    if rows * columns > most_cells:
        raise FileTooLarge(
            N_("“%(file)s” spans more than %(most)s cells. Please delete what lies far outside."),
            file=name, most=f"{most_cells:,}",
        )  # fmt: skip


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
