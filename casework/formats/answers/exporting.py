"""Writes answers to files row by row: memory does not grow with the number of submissions."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Self

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from peewee import fn

from casework.core.access import Actor
from casework.core.audit import record
from casework.core.db import transaction
from casework.formats.answers.columns import Options, Sheet, sheets_of
from casework.formats.answers.rows import Cells, Numbering, as_object, table_rows
from casework.formats.tables import disarmed
from casework.questionnaires.definitions import UNDETERMINED
from casework.questionnaires.forms import Form
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, without_text
from casework.submissions import Submission

CHUNK = 200
LONGEST_CELL = 32_767  # the most that a cell of a workbook takes
# Digits, signs and blanks call nothing: `-5`, `+49761…` and `-12.3 45.6` stay as they are.
PLAIN_NUMBERS = re.compile(r"[+-]?\d+(?:\.\d+)?(?:;? [+-]?\d+(?:\.\d+)?)*\Z")
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?\Z")
EXACT_DIGITS = 15


@dataclass(frozen=True)
class Export:
    """What was written: the files, the first of which was asked for, and how many submissions."""

    files: tuple[Path, ...]
    number: int


@dataclass
class _Source:
    """The submissions that are written, their tables, and how many were read so far."""

    questionnaire: Questionnaire
    options: Options
    by: Actor
    number: int = 0

    def sheets(self) -> dict[str, Sheet]:
        return sheets_of(forms_of(self.questionnaire), self.options)

    def submissions(self) -> Iterator[Submission]:
        """All that the actor may see, the oldest first, a chunk in memory at a time."""
        last: Submission | None = None
        while chunk := list(self._after(last)):
            self.number += len(chunk)
            yield from chunk
            last = chunk[-1]

    def _after(self, last: Submission | None) -> Any:
        version = QuestionnaireVersion
        rows = (
            Submission.scope(self.by)
            .select(Submission, version.id, version.number)
            .join(version)
            .where(version.questionnaire == self.questionnaire)
        )
        if last is not None:
            later = Submission.received_at > last.received_at
            same = (Submission.received_at == last.received_at) & (Submission.id > last.id)
            rows = rows.where(later | same)
        return rows.order_by(Submission.received_at, Submission.id).limit(CHUNK)

    def rows(self) -> Iterator[tuple[str, Cells]]:
        numbering = Numbering()
        for submission in self.submissions():
            yield from table_rows(submission, self.options, numbering)


def forms_of(questionnaire: Questionnaire) -> list[Form]:
    """The forms of all versions that could be answered, the newest first."""
    answered = Submission.select(Submission.version).where(
        Submission.version == QuestionnaireVersion.id
    )
    versions = (
        without_text()
        .where(
            (QuestionnaireVersion.questionnaire == questionnaire)
            & (QuestionnaireVersion.published_at.is_null(False) | fn.EXISTS(answered))
        )
        .order_by(QuestionnaireVersion.number.desc())
    )
    return [version.form for version in versions]


def languages_of(questionnaire: Questionnaire) -> list[str]:
    """The tags of all languages that any version has texts in, those of the newest first."""
    found: dict[str, None] = {}
    for form in forms_of(questionnaire):
        found[form.definition.default_language] = None
        found.update(dict.fromkeys(form.definition.languages))
    return [tag for tag in found if tag != UNDETERMINED]


def export_answers(
    questionnaire: Questionnaire, target: Path, options: Options | None = None, *,
    by: Actor, at: datetime,
) -> Export:  # fmt: skip
    """Write all submissions of `questionnaire` that `by` may see into `target`, and record it.

    The suffix decides: `.csv` (a file beside it for each repeat), `.zip` (the same in one
    archive), `.json`, anything else is a workbook. Files appear when all is written, readable
    by their owner only. Raises `Forbidden` without the permission `submission:export`, and
    `OSError` where the folder cannot be written into.
    """
    if by.kind != "system":
        by.require("submission:export")
    source = _Source(questionnaire, options or Options(), by)
    write = WRITERS.get(target.suffix.lower(), _write_workbook)
    with _Files() as files:
        write(source, target, files)
        with transaction():
            record("submission:exported", questionnaire, by=by, at=at, number=source.number)
            files.finish()
        return Export(tuple(files.partial), source.number)


class _Files:
    """Files under other names until everything is written; what is left over is removed."""

    def __init__(self) -> None:
        self.partial: dict[Path, Path] = {}
        self._open: list[IO[Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()
        for partial in self.partial.values():
            partial.unlink(missing_ok=True)

    def open(self, target: Path, mode: str = "wb", **how: Any) -> IO[Any]:
        """A file that becomes `target`."""
        partial = target.with_name(f".{target.name}.part")
        file = open(partial, mode, opener=_private, **how)  # noqa: SIM115 closed by the block
        self.partial[target] = partial
        self._open.append(file)
        return file

    def finish(self) -> None:
        """Give the files their names."""
        self._close()
        for target, partial in self.partial.items():
            partial.replace(target)

    def _close(self) -> None:
        while self._open:
            self._open.pop().close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_json(source: _Source, target: Path, files: _Files) -> None:
    """A list with an object for each submission, one a line."""
    file = files.open(target, "w", encoding="utf-8")
    file.write("[")
    between = "\n"
    for submission in source.submissions():
        file.write(between)
        file.write(json.dumps(as_object(submission, source.options), ensure_ascii=False))
        between = ",\n"
    file.write("\n]\n")


def _write_csv(source: _Source, target: Path, files: _Files) -> None:
    """`target` for the submissions, `<target>.<repeat>.csv` beside it for each repeat."""
    sheets = source.sheets()
    tables = {}
    for path, sheet in sheets.items():
        place = target if not path else target.with_suffix(f".{sheet.name}{target.suffix}")
        tables[path] = csv.writer(files.open(place, "w", encoding="utf-8", newline=""))
        tables[path].writerow([_guarded(head) for head in sheet.heads()])
    for path, cells in source.rows():
        tables[path].writerow([_as_text(cells.get(name)) for name in sheets[path].columns])


def _write_archive(source: _Source, target: Path, files: _Files) -> None:
    """The CSV files in one archive."""
    with tempfile.TemporaryDirectory() as folder, _Files() as parts:
        _write_csv(source, Path(folder) / f"{source.questionnaire.slug}.csv", parts)
        parts.finish()
        with zipfile.ZipFile(files.open(target), "w", zipfile.ZIP_DEFLATED) as archive:
            for path in parts.partial:
                archive.write(path, path.name)


def _write_workbook(source: _Source, target: Path, files: _Files) -> None:
    """A sheet for the submissions and one for each repeat."""
    sheets = source.sheets()
    book = Workbook(write_only=True)
    pages = {}
    for path, title in _titles(sheets).items():
        pages[path] = book.create_sheet(title)
        pages[path].append([_as_cell(head) for head in sheets[path].heads()])
    for path, cells in source.rows():
        sheet = sheets[path]
        pages[path].append(
            [_as_cell(cells.get(name), name in sheet.numbers) for name in sheet.columns]
        )
    book.save(files.open(target))


WRITERS: dict[str, Callable[[_Source, Path, _Files], None]] = {
    ".csv": _write_csv,
    ".zip": _write_archive,
    ".json": _write_json,
    ".xlsx": _write_workbook,
}


def _titles(sheets: dict[str, Sheet]) -> dict[str, str]:
    """Names for the sheets of a workbook: at most 31 characters, each only once."""
    found: dict[str, str] = {}
    for path, sheet in sheets.items():
        title, number = re.sub(r"[\\/*?:\[\]']", " ", sheet.name)[:31], 1
        while title.lower() in {each.lower() for each in found.values()}:
            number += 1
            title = f"{title[:27]} {number}"
        found[path] = title
    return found


def _guarded(text: str) -> str:
    return text if PLAIN_NUMBERS.match(text) else disarmed(text)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return _guarded(str(value))


def _as_cell(value: Any, is_number: bool = False) -> Any:
    """Numbers as numbers where a spreadsheet keeps all their digits."""
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    if is_number and NUMBER.match(text) and len(text) <= EXACT_DIGITS:
        return float(text) if "." in text else int(text)
    return _guarded(text)[:LONGEST_CELL]
