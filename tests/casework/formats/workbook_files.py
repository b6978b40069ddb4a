"""Workbooks for the tests of XLSForm, made in memory."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook


def workbook(**sheets: str) -> bytes:
    """An .xlsx whose sheets are written as lines of cells with `|` between them."""
    book = Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row, line in enumerate(table.strip("\n").splitlines(), 1):
            for column, text in enumerate(line.split("|"), 1):
                if text.strip():
                    cell = sheet.cell(row, column, text.strip().replace("\\n", "\n"))
                    cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The package with one part replaced or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


SMALL = """
type | name | label::English (en)
text | a    | What?
"""
