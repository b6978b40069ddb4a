"""From a path to rows: folders, zip files and data packages of CSV tables, JSON documents.

Whatever the wrapping, the result is the same: for each HSDS table its rows, each with
the file and the line (or JSON path) it came from. Nothing is unpacked to disk.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.formats.hsds.documents import flatten
from casework.formats.hsds.report import DOUBTFUL, Report
from casework.formats.hsds.specification import FILES, OLD_COLUMNS, TABLES
from casework.formats.tables import (
    MAX_BYTES,
    MAX_ROWS,
    checked_size,
    column_names,
    read_bytes,
    read_csv,
    rearmed,
)

MAX_UNPACKED = 4 * MAX_BYTES
MAX_ENTRIES = 1000
# Tables that older versions split over several files, each counting its ids from 1.
NUMBERED_BY_FILE = ("address", "schedule")
UNREMARKABLE = ("license", "licence", "readme", "sources", "datapackage", "changelog", ".")


class DirectoryRefused(Refusal):
    """The path holds no directory that can be read; nothing was changed."""

    msgid = N_("“%(path)s” cannot be read. Please check the file and try again.")


class NoDirectory(DirectoryRefused):
    """Nothing there, or nothing of a directory."""

    msgid = N_(
        "“%(path)s” holds no directory. Expected is a folder or a .zip with tables such as "
        "organizations.csv and services.csv, a datapackage.json, or an HSDS file in JSON."
    )


class DirectoryTooLarge(DirectoryRefused):
    """More than is read at once."""

    msgid = N_("“%(path)s” is too large: at most %(most)s are read. Please split it into parts.")


@dataclass(slots=True)
class SourceRow:
    """One row: table, origin and non-empty cells by HSDS column."""

    kind: str
    file: str
    place: int | str
    values: dict[str, str]


@dataclass
class Package:
    """What a source holds. `headers` has the column names of each file."""

    name: str
    rows: dict[str, list[SourceRow]] = field(default_factory=dict)
    headers: dict[str, set[str]] = field(default_factory=dict)

    def add(self, row: SourceRow) -> None:
        """Take in one more row."""
        self.rows.setdefault(row.kind, []).append(row)

    def __iter__(self) -> Iterator[SourceRow]:
        for rows in self.rows.values():
            yield from rows


def read_package(path: Path, report: Report) -> Package:
    """The rows under `path`; files that are no table of a directory are noted in `report`.

    Raises `DirectoryRefused` or `TableRefused`, each with one sentence.
    """
    path = path.absolute()
    try:
        package = _read(path, report)
    except OSError as error:
        raise DirectoryRefused(path=clean(path.name)) from error
    if not package.rows:
        raise NoDirectory(path=clean(path.name))
    return package


def _read(path: Path, report: Report) -> Package:
    if path.is_dir():
        return _from_files(path.resolve().name, _folder(path, report), report)
    if not path.is_file():
        raise NoDirectory(path=clean(path.name))
    if zipfile.is_zipfile(path):
        return _from_files(path.stem, _archive(path, report), report)
    return _from_json(path, report)


def _from_files(name: str, files: Iterator[tuple[str, str, bytes]], report: Report) -> Package:
    package = Package(name)
    room = MAX_ROWS
    for file, table, data in files:
        room -= _add_table(package, file, table, data, report)
        if room < 0:
            raise DirectoryTooLarge(path=clean(name), most=f"{MAX_ROWS:,} rows")
    return package


def _add_table(package: Package, file: str, table: str, data: bytes, report: Report) -> int:
    """Read one CSV file into `package`; returns the number of rows."""
    content = read_csv(data, file)
    if content.encoding == "cp1252":
        report.note(
            DOUBTFUL, file, "",
            N_("The file is not UTF-8 and was read as Windows-1252. Please check special letters."),
        )  # fmt: skip
    kind, fixed = FILES[table]
    count = 0
    own_numbers = kind in NUMBERED_BY_FILE and f"{table}.csv" != TABLES[kind].file
    known = TABLES[kind].columns.keys() if kind in TABLES else set()
    if not set(column_names(content.header)) & (known | OLD_COLUMNS):
        _pass_over(file, report)
        return 0
    for line, cells in content.records():
        values = {name: rearmed(cell) for name, cell in cells.items() if cell.strip()}
        if own_numbers and "id" in values and not _is_uuid(values["id"]):
            values["id"] = f"{table}:{values['id'].strip()}"
        package.add(SourceRow(kind, file, line, fixed | values))
        package.headers.setdefault(file, set()).update(cells)
        count += 1
    return count


def _folder(folder: Path, report: Report) -> Iterator[tuple[str, str, bytes]]:
    for path in sorted(folder.iterdir()):
        table = _table_name(path.name)
        if table and path.is_file():
            yield path.name, table, read_bytes(path)
        else:
            _pass_over(path.name, report)


def _archive(path: Path, report: Report) -> Iterator[tuple[str, str, bytes]]:
    """The tables of a zip file, at whatever depth one folder of it holds them."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_archive(entries, path)
            for entry in entries:
                file = PurePosixPath(entry.filename)
                table = _table_name(file.name) if "__MACOSX" not in file.parts else ""
                if table:
                    yield str(file), table, checked_size(archive.read(entry), file.name)
                else:
                    _pass_over(str(file), report)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise DirectoryRefused(path=clean(path.name)) from error


def _check_archive(entries: list[zipfile.ZipInfo], path: Path) -> None:
    """Python's zipfile reads no more of an entry than its stated size, so these can be trusted."""
    unpacked = sum(entry.file_size for entry in entries)
    largest = max((entry.file_size for entry in entries), default=0)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or largest > MAX_BYTES:
        raise DirectoryTooLarge(
            path=clean(path.name), most=f"{MAX_ENTRIES} files, {MAX_BYTES // 1024**2} MB each"
        )
    names = [entry.filename for entry in entries if _table_name(PurePosixPath(entry.filename).name)]
    if len({str(PurePosixPath(name).parent) for name in names if "__MACOSX" not in name}) > 1:
        raise DirectoryRefused(
            N_("“%(path)s” holds tables in several folders. Please pack one directory at a time."),
            path=clean(path.name),
        )


def _from_json(path: Path, report: Report) -> Package:
    data = read_bytes(path)
    package = Package(path.stem)
    try:
        document = json.loads(data)
        if isinstance(document, dict) and isinstance(document.get("resources"), list):
            files = _resources(path, document["resources"], report)
            return _from_files(path.resolve().parent.name, files, report)
        for row in flatten(document, path.name):
            package.add(SourceRow(*row))
    except (ValueError, RecursionError) as error:
        raise NoDirectory(path=clean(path.name)) from error
    if sum(map(len, package.rows.values())) > MAX_ROWS:
        raise DirectoryTooLarge(path=clean(path.name), most=f"{MAX_ROWS:,} rows")
    return package


def _resources(
    path: Path, resources: list[Any], report: Report
) -> Iterator[tuple[str, str, bytes]]:
    """The tables that a data package names, only from its own folder."""
    absent = []
    for resource in resources:
        known = resource if isinstance(resource, dict) else {}
        name, place = (str(known.get(key) or "") for key in ("name", "path"))
        table = _table_name(PurePosixPath(place).name) or _table_name(f"{name}.csv")
        inside = place and ".." not in PurePosixPath(place).parts and not place.startswith("/")
        file = path.parent / place
        if not table or not inside or "://" in place:
            _pass_over(place or name, report)
        elif file.is_file():
            yield place, table, read_bytes(file, place)
        else:
            absent.append(place)
    if absent:
        report.note(
            DOUBTFUL, path.name, "", N_("These tables are listed but not there: %(files)s"),
            files=", ".join(absent),
        )  # fmt: skip


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _table_name(file: str) -> str:
    stem, _, ending = file.lower().rpartition(".")
    stem = stem.replace("-", "_").replace(" ", "_")
    if ending != "csv":
        return ""
    if stem == "taxonomy":
        return "taxonomy_term"
    return stem if stem in FILES else ""


def _pass_over(file: str, report: Report) -> None:
    if file and not PurePosixPath(file).name.lower().startswith(UNREMARKABLE):
        report.note(DOUBTFUL, file, "", N_("This is no table of a directory and was not read."))
