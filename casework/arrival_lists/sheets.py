"""The uploaded table: one sheet of a workbook or a CSV file, without what we never take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from casework.arrival_lists.columns import FIELDS, SECRET, guess_columns
from casework.core.crypto import keyring
from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.formats.tables import (
    DELIMITERS,
    EmptyTable,
    Table,
    TableRefused,
    TableRow,
    TooManyRows,
    read_csv,
    read_xlsx,
    rearmed,
    xlsx_bytes,
)
from casework.formats.xlsform.workbooks import WorkbookRefused, open_sheets

MOST_PEOPLE = 5_000
MOST_BYTES = 8 * 1024 * 1024
MOST_COLUMNS = 60
MOST_CELLS = 1_000_000
LONGEST_CELL = 500
HEADING_ROWS = 15


class ListTooLarge(TableRefused):
    """More bytes than a list of people can have."""

    msgid = N_(
        "“%(file)s” is larger than %(most)s MB. A list of %(people)s people is far smaller: "
        "please save only the sheet with the people, without pictures, as XLSX or CSV."
    )


class TooManyPeople(TooManyRows):
    """More rows than one list may have."""

    msgid = N_(
        "“%(file)s” has %(rows)s rows; a list may have at most %(most)s people. "
        "Please split it, for example by site or by month, and import one part after the other."
    )


class NoNames(Refusal):
    """No column of the list is known to hold names."""

    msgid = N_(
        "No column with names was found in “%(file)s”. The first row must hold the names of the "
        "columns, for example “Familienname”, “Vorname” and “Geburtsdatum”; found were: "
        "%(found)s. Please add them, or use the template."
    )


class SheetKindRefused(TableRefused):
    """A spreadsheet of a kind that is not read here."""

    msgid = N_(
        "“%(file)s” is a spreadsheet of a kind that cannot be read here. "
        "Please open it and save it as XLSX or CSV (UTF-8)."
    )


@dataclass(frozen=True)
class Sheet:
    """A list as read: headings, rows as (line, cells), and headings that were dropped unread."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    dropped: list[str]

    def digest(self) -> str:
        """A keyed digest of the content: the same list gives the same, however it was saved."""
        cells = [[fold_cell(cell) for cell in row] for _line, row in self.rows]
        text = json.dumps([self.header, cells], ensure_ascii=False)
        return keyring().digest("arrival list", text)

    def stored(self) -> dict[str, Any]:
        """JSON from which `restored` makes the same sheet."""
        return {"header": self.header, "rows": self.rows, "dropped": self.dropped}


def restored(content: dict[str, Any]) -> Sheet:
    """The sheet that `Sheet.stored` gave this for."""
    rows = [(line, cells) for line, cells in content["rows"]]
    return Sheet(content["header"], rows, content["dropped"])


def read_sheet(data: bytes, name: str) -> Sheet:
    """The list in an XLSX, XLS or CSV file, the headings wherever they stand in the first rows.

    Raises `ListTooLarge`, `TooManyPeople`, `SheetKindRefused`, `NoNames` and the other kinds
    of `TableRefused`. Columns that are never taken (numbers of other registers, residence
    status, faith, health) are dropped before anything else sees them.
    """
    if len(data) > MOST_BYTES:
        raise ListTooLarge(file=name, most=MOST_BYTES // 1024**2, people=f"{MOST_PEOPLE:,}")
    table = _table(data, name)
    lines = [(1, table.header), *((row.line, row.cells) for row in table.rows)]
    top = _heading_place([cells for _line, cells in lines[:HEADING_ROWS]])
    if top is None:
        found = ", ".join(cell.strip()[:40] for cell in table.header[:12] if cell.strip())
        raise NoNames(file=name, found=found or "–")
    header = [clean(cell).strip()[:100] for cell in lines[top][1][:MOST_COLUMNS]]
    people = lines[top + 1 :]
    if len(people) > MOST_PEOPLE:
        raise TooManyPeople(file=name, rows=f"{len(people):,}", most=f"{MOST_PEOPLE:,}")
    if not people:
        raise EmptyTable(
            N_("“%(file)s” holds no person below the row of column names. Nothing was read."),
            file=name,
        )
    return _without_secrets(header, people)


def template_workbook(language: str = "de") -> bytes:
    """A workbook to fill in, with one invented household as an example."""
    english = (
        ("Family name", "Given name", "Date of birth", "Gender", "Nationality", "Language",
         "Household number", "In the household", "Site", "Room", "Phone"),
        (("Example", "Amal", "17.05.1990", "female", "Syria", "Arabic", "1", "mother", "", "12",
          "+49 7000 000001"),
         ("Example", "Sami", "2015", "male", "Syria", "Arabic", "1", "child", "", "12", "")),
    )  # fmt: skip
    german = (
        ("Familienname", "Vorname", "Geburtsdatum", "Geschlecht", "Staatsangehörigkeit", "Sprache",
         "Haushaltsnummer", "Stellung im Haushalt", "Unterkunft", "Zimmer", "Telefon"),
        (("Beispiel", "Amal", "17.05.1990", "weiblich", "Syrien", "Arabisch", "1", "Mutter", "",
          "12", "+49 7000 000001"),
         ("Beispiel", "Sami", "2015", "männlich", "Syrien", "Arabisch", "1", "Kind", "", "12", "")),
    )  # fmt: skip
    header, rows = german if language == "de" else english
    return xlsx_bytes({"Personen" if language == "de" else "People": (header, rows)})


def fold_cell(cell: str) -> str:
    """A cell as it is compared: without case and without blanks around or twice within."""
    return " ".join(cell.split()).casefold()


def _table(data: bytes, name: str) -> Table:
    if data[30:90].startswith(b"mimetypeapplication/vnd") or data.lstrip()[:1] == b"<":
        raise SheetKindRefused(file=name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        tables = _old_tables(data, name)
    elif data.startswith(b"PK"):
        tables = read_xlsx(data, name, most_cells=MOST_CELLS, spread_merged=True)
    elif b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableRefused(file=name)
    else:
        return _csv_table(data, name)
    if not tables:
        raise EmptyTable(file=name)
    return next((table for table in tables if _has_headings(table)), tables[0])


def _old_tables(data: bytes, name: str) -> list[Table]:
    """The sheets of an .xls, read in a process of its own."""
    try:
        sheets = open_sheets(data)
    except WorkbookRefused as error:
        raise SheetKindRefused(file=name) from error
    tables = []
    for title, rows in sheets.items():
        kept = [TableRow(line, row) for line, row in enumerate(rows, 1) if any(row)]
        if kept:
            tables.append(Table(f"{name}/{title}", kept[0].cells, kept[1:], "xls"))
    return tables


def _csv_table(data: bytes, name: str) -> Table:
    """The table of a CSV file; a title above the headings may hold other delimiters than they."""
    guessed = read_csv(data, name)
    if _has_headings(guessed):
        return guessed
    others = (read_csv(data, name, delimiter=delimiter) for delimiter in DELIMITERS)
    return next((table for table in others if _has_headings(table)), guessed)


def _has_headings(table: Table) -> bool:
    first = [table.header, *(row.cells for row in table.rows[: HEADING_ROWS - 1])]
    return _heading_place(first) is not None


def _heading_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns: the first with a name and one more heading."""
    for place, cells in enumerate(rows):
        known = [name for name in guess_columns(cells[:MOST_COLUMNS]) if name in FIELDS]
        if {"family_name", "given_name", "full_name"} & set(known) and len(known) > 1:
            return place
    only = guess_columns(rows[0][:MOST_COLUMNS]) if rows else []
    return 0 if {"family_name", "full_name", "given_name"} & set(only) else None


def _without_secrets(header: list[str], people: Sequence[tuple[int, list[str]]]) -> Sheet:
    guessed = guess_columns(header)
    kept = [place for place, name in enumerate(guessed) if name != SECRET and header[place]]
    rows = [
        (line, [_cell(cells[place]) if place < len(cells) else "" for place in kept])
        for line, cells in people
    ]
    dropped = [header[place] for place, name in enumerate(guessed) if name == SECRET]
    return Sheet([header[place] for place in kept], rows, dropped)


def _cell(cell: str) -> str:
    return " ".join(clean(rearmed(cell.strip())).split())[:LONGEST_CELL]
