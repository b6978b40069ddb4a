"""The table of translations as a file for translators, and back: XLSX, or PO with the key as
msgctxt.

Reading takes nothing by itself: it gives the texts that can be stored and, row by row, what is
wrong with the others.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from babel.messages import pofile
from babel.messages.catalog import Catalog

from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.formats.tables import rearmed, xlsx_bytes
from casework.formats.xlsform.workbooks import OLE, ZIP, open_sheets
from casework.questionnaires.definitions import Definition
from casework.questionnaires.translating import (
    OUTDATED,
    PRESENT,
    Row,
    Sources,
    checked,
    table,
    texts_of,
)

MAX_FILE = 5 * 1024 * 1024
SHEET = "translations"
PO_HEADER = """msgid ""
msgstr ""
"Language: %s\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
HEADINGS = re.compile(r"(source|translation)\s*\(([\w-]+)\)", re.IGNORECASE)
# Babel forgets the language of a catalogue that it has no locale for.
LANGUAGE = re.compile(rb'^"Language:\s*([A-Za-z0-9_-]+)', re.MULTILINE)


class TranslationsRefused(Refusal):
    """The file is no table of translations; nothing was taken from it."""

    msgid = N_(
        "This is not a table of translations of this form. Please use the file that the export "
        "gave, as .xlsx or .po."
    )


class OtherLanguage(TranslationsRefused):
    """The file holds another language."""

    msgid = N_("This file holds translations into “%(found)s”, not into “%(wanted)s”.")


class SourceChanged(Refusal):
    """The original text is another one by now."""

    msgid = N_(
        "The original text was changed after the file was made. It is now: %(source)s. Please "
        "check the translation."
    )


class KeyTwice(Refusal):
    """Two rows for one text."""

    msgid = N_("The text “%(key)s” stands in the file twice; only the first one was looked at.")


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row of a file; `row` counts from 1, in PO lines."""

    row: int
    key: str
    refusal: Refusal


@dataclass(frozen=True)
class Imported:
    """What a file holds: new texts by key, outdated translations that it confirms, problems by
    row, and how many rows say what the form says already."""

    texts: dict[str, str] = field(default_factory=dict)
    confirmed: list[tuple[str, str]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    unchanged: int = 0


@dataclass(frozen=True)
class _Entry:
    row: int
    key: str
    source: str
    target: str
    is_confirmed: bool


def write_xlsx(rows: Iterable[Row], tag: str) -> bytes:
    """The table as a workbook; cells that a spreadsheet would take for a formula are disarmed."""
    rows = list(rows)
    source = rows[0].source_tag if rows else "und"
    header = ["key", "state", f"source ({source})", f"translation ({tag})"]
    cells = [[row.key, row.state, row.source, row.target] for row in rows]
    return xlsx_bytes({SHEET: (header, cells)})


def write_po(rows: Iterable[Row], tag: str) -> bytes:
    """The table as a PO file: the source as msgid, the key as msgctxt; outdated ones are fuzzy
    and name what the source was."""
    catalogue = Catalog()
    for row in rows:
        if not row.source:
            continue
        outdated = row.state == OUTDATED
        was = [f"source was: {' '.join(row.was.split())}"] if outdated else []
        catalogue.add(
            row.source, row.target, context=row.key, auto_comments=was,
            flags=("fuzzy",) if outdated else (),
        )  # fmt: skip
    stream = io.BytesIO()
    pofile.write_po(stream, catalogue, width=0, omit_header=True)
    return (PO_HEADER % tag.replace("-", "_")).encode() + stream.getvalue()


def read_file(
    data: bytes, definition: Definition, translated_from: Sources | None, tag: str
) -> Imported:
    """What a translator's file would change, as .xlsx, .xls or .po, seen by its content.

    Empty translations change nothing. Raises `TranslationsRefused` or one of its kinds,
    `WorkbookRefused`, `NotThisLanguage`.
    """
    rows = {row.key: row for row in table(definition, translated_from, tag)}
    if len(data) > MAX_FILE:
        raise TranslationsRefused()
    entries = _from_workbook(data, tag) if data.startswith((ZIP, OLE)) else _from_po(data, tag)
    return _taken(list(entries), definition, rows, tag)


def _taken(
    entries: list[_Entry], definition: Definition, rows: dict[str, Row], tag: str
) -> Imported:
    known = texts_of(definition)
    found = Imported()
    unchanged = 0
    seen: set[str] = set()
    for entry in entries:
        try:
            if entry.key in seen:
                raise KeyTwice(key=entry.key[:200])
            seen.add(entry.key)
            text = checked(definition, known, entry.key, tag, entry.target)
            sources = {each for spoken, each in known[entry.key].items() if spoken != tag}
            row = rows[entry.key]
            if not text or (text == row.target and not _confirms(entry, row)):
                unchanged += 1
            elif entry.source not in sources:
                raise SourceChanged(source=row.source[:300])
            elif text == row.target:
                found.confirmed.append((entry.key, tag))
            else:
                found.texts[entry.key] = text
        except Refusal as refusal:
            found.problems.append(RowProblem(entry.row, entry.key, refusal))
    return Imported(found.texts, found.confirmed, found.problems, unchanged)


def _confirms(entry: _Entry, row: Row) -> bool:
    return entry.is_confirmed and row.state == OUTDATED


def _from_workbook(data: bytes, tag: str) -> Iterator[_Entry]:
    sheets = open_sheets(data)
    table_rows = sheets.get(SHEET) or next(iter(sheets.values()), [])
    header = [cell.strip().lower() for cell in table_rows[0]] if table_rows else []
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        if heading := HEADINGS.fullmatch(cell):
            places[heading[1]] = place
            if heading[1] == "translation" and heading[2] != tag.lower():
                raise OtherLanguage(found=heading[2], wanted=tag)
        elif cell in ("key", "state"):
            places[cell] = place
    if not {"key", "source", "translation"} <= set(places):
        raise TranslationsRefused()
    for number, row in enumerate(table_rows[1:], 2):
        cells = {name: rearmed(row[at]) if at < len(row) else "" for name, at in places.items()}
        if cells["key"]:
            is_confirmed = cells.get("state", "").strip().lower() == PRESENT
            yield _Entry(number, cells["key"], cells["source"], cells["translation"], is_confirmed)


def _from_po(data: bytes, tag: str) -> Iterator[_Entry]:
    try:
        catalogue = pofile.read_po(io.BytesIO(data), abort_invalid=True)
    except (pofile.PoFileError, UnicodeError, ValueError, LookupError) as error:
        raise TranslationsRefused() from error
    spoken = LANGUAGE.search(data[:4000])
    if spoken and spoken[1].decode().lower().replace("_", "-") != tag.lower():
        raise OtherLanguage(found=spoken[1].decode()[:40], wanted=tag)
    entries = [message for message in catalogue if message.id]
    if not entries or not any(message.context for message in entries):
        raise TranslationsRefused()
    for message in entries:
        if isinstance(message.id, str) and isinstance(message.string, str):
            yield _Entry(
                message.lineno or 0, message.context or "", clean(message.id).strip(),
                message.string, not message.fuzzy,
            )  # fmt: skip
