"""Opens .xlsx and .xls by content, after looking for what could hurt.

An .xlsx is unpacked piece by piece against a limit before any library sees it, its XML may not
declare entities, and no cell may lie so far out that the table would fill the memory. An .xls
says nothing of the kind in advance: it is read in a process of its own (`apart`).
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
import zlib

from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.formats.xlsform import apart
from casework.formats.xlsform.apart import MAX_ROWS, SheetSizeError, UnreadableError, texts_of

MAX_FILE = 5 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_PARTS = 1000
MAX_COLUMNS = 1000
CHUNK = 1024 * 1024
APART_SECONDS = 20

ZIP = b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

TOO_LARGE = N_("The file is larger than %(limit)s MB. Please make it smaller.")
UNPACKS_TOO_LARGE = N_("The file unpacks to more than %(limit)s MB. It was not opened.")
NOT_EXCEL = N_("This is not an Excel file. Please save the form as .xlsx and try again.")
DAMAGED = N_(
    "The Excel file is damaged and cannot be read. Please save it again and try once more."
)
PROTECTED = N_(
    "The file is protected by a password. Please save it without a password and try again."
)
HOSTILE = N_("The file contains XML declarations that do not belong in a form. It was not opened.")
TOO_MANY_ROWS = N_("The sheet “%(sheet)s” is larger than %(limit)s rows. Please divide the form.")
TOO_WIDE = N_("A sheet has cells beyond row %(rows)s or column %(columns)s. Please remove them.")

CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^>]*(?<!/)>")
ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"']([0-9]{1,9})[\"'][^>]*(?<!/)>")
VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)\b")
ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

Rows = list[list[str]]


class WorkbookRefused(Refusal):
    """The file is no workbook, or one that is not opened."""

    msgid = NOT_EXCEL


def open_sheets(data: bytes) -> dict[str, Rows]:
    """The cells of each sheet as texts, by sheet name. Raises `WorkbookRefused`."""
    if len(data) > MAX_FILE:
        raise WorkbookRefused(TOO_LARGE, limit=MAX_FILE // CHUNK)
    if data.startswith(ZIP):
        _inspect_package(data)
    elif not data.startswith(OLE):
        raise WorkbookRefused()
    elif ENCRYPTED in data:
        raise WorkbookRefused(PROTECTED)
    try:
        sheets = texts_of(data) if data.startswith(ZIP) else _read_apart(data)
    except SheetSizeError as large:
        raise WorkbookRefused(TOO_MANY_ROWS, sheet=str(large), limit=MAX_ROWS) from large
    except UnreadableError as error:
        raise WorkbookRefused(DAMAGED) from error
    return {name: [[clean(cell).strip() for cell in row] for row in rows]
            for name, rows in sheets.items()}  # fmt: skip


def _read_apart(data: bytes) -> dict[str, Rows]:
    """The sheets of an old .xls, read by a process that can neither grow nor last."""
    try:
        done = subprocess.run(  # noqa: S603 - our own file, and the workbook only as input
            [sys.executable, "-I", "-X", "utf8", apart.__file__], input=data,
            capture_output=True, env={}, timeout=APART_SECONDS, check=True,
        )  # fmt: skip
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise UnreadableError() from error
    if "too_large" in answer:
        raise SheetSizeError(answer["too_large"])
    sheets: dict[str, Rows] = answer["sheets"]
    return sheets


def _inspect_package(data: bytes) -> None:
    """Refuse what unpacks too large, declares entities or reaches too far."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if any(part.filename == "mimetype" for part in parts):  # OpenDocument
                raise WorkbookRefused()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise WorkbookRefused(UNPACKS_TOO_LARGE, limit=MAX_UNPACKED // CHUNK)
            left = MAX_UNPACKED
            for part in parts:
                left -= _inspect_part(package, part, left)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise WorkbookRefused(DAMAGED) from error


def _inspect_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """How many bytes the part really unpacks to."""
    chunks = []
    size = 0
    with package.open(part) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise WorkbookRefused(UNPACKS_TOO_LARGE, limit=MAX_UNPACKED // CHUNK)
            chunks.append(chunk)
    if part.filename.lower().endswith((".xml", ".rels")):
        _inspect_xml(b"".join(chunks), is_sheet="worksheets/" in part.filename.lower())
    return size


def _inspect_xml(content: bytes, *, is_sheet: bool) -> None:
    if b"\0" in content[:200]:  # UTF-16: no spreadsheet program writes it
        raise WorkbookRefused(HOSTILE)
    if ENTITY.search(content):
        raise WorkbookRefused(HOSTILE)
    if not is_sheet:
        return
    far = any(
        int(found[2]) > MAX_ROWS or _column_number(found[1]) > MAX_COLUMNS
        for found in CELL.finditer(content)
    )
    if far or any(_has_value(content, found) for found in ROW.finditer(content)):
        raise WorkbookRefused(TOO_WIDE, rows=MAX_ROWS, columns=MAX_COLUMNS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _has_value(content: bytes, row: re.Match[bytes]) -> bool:
    """Whether a row beyond the limit holds anything but empty, formatted cells."""
    if int(row[1]) <= MAX_ROWS:
        return False
    end = ROW.search(content, row.end())
    return VALUE.search(content, row.end(), end.start() if end else len(content)) is not None
