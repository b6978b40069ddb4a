"""`directory export`: our entries as an HSDS 3.2 tabular data package.

Ids are our own. A confidential location stays at home, and with it every row that points
to it or to something that does. The same entries give the same bytes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from casework.core.db import database
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.formats.hsds.cleaning import exported, flaw, inactive_organizations
from casework.formats.hsds.folding import Tables, fold
from casework.formats.hsds.mapping import BELONGING, kind_of
from casework.formats.hsds.register import references
from casework.formats.hsds.report import LEFT_OUT, Report
from casework.formats.hsds.specification import LOOSE_LINKS, TABLES, VERSION, Column
from casework.formats.hsds.values import protected
from casework.formats.tables import csv_bytes, disarmed_data
from casework.providers import DIRECTORY_MODELS, Location

PACKAGE_FILE = "datapackage.json"
PACKAGE_NAME = "lotse-directory"
ALWAYS = ("organization", "service", "location", "service_at_location")
UNKNOWN = "–"

Values = dict[str, str]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPES = {"number": "number", "date": "date", "time": "string", "datetime": "datetime"}
_FORMATS = {"uri": "uri", "email": "email"}
NOTHING_TO_HOLD_ON = N_(
    "It belongs to nothing that is exported, or HSDS has no column for what it belongs to."
)
INCOMPLETE = N_("It lacks %(column)s, which HSDS requires.")


class ExportRefused(Refusal):
    """The folder cannot take the export; nothing was written."""

    msgid = N_("“%(folder)s” cannot be written to. Please name a new or an empty folder.")


class FolderInUse(ExportRefused):
    """The folder holds tables that are not an export of ours."""

    msgid = N_(
        "“%(folder)s” holds other tables, which would be overwritten. "
        "Please name a new or an empty folder."
    )


def export_directory(folder: Path) -> Report:
    """Write all entries into `folder`, which is made where it does not exist.

    Gives the CSV files that have rows and `datapackage.json`; an earlier export there is
    replaced. The report counts rows written and left out, by table, and says why. Raises
    `ExportRefused` for a folder that cannot be used.
    """
    _check_folder(folder)
    report = Report()
    with database.atomic():
        tables = _collect(report)
    files = {
        TABLES[kind].file: _csv(kind, rows)
        for kind, rows in tables.items()
        if rows or kind in ALWAYS
    }
    files[PACKAGE_FILE] = _package([kind for kind in TABLES if TABLES[kind].file in files])
    _write(folder, files)
    return report


def _collect(report: Report) -> Tables:
    """Every row that may leave, by table, in the form of HSDS and ordered by id."""
    tables: Tables = {kind: [] for kind in TABLES}
    inactive = inactive_organizations()
    for model in DIRECTORY_MODELS:
        for row in model.select().order_by(model.id):
            kind = kind_of(row)
            values = exported(row, inactive)
            reason = flaw(kind, values)
            if reason:
                _leave_out(kind, values, reason, "", report)
            else:
                tables[kind].append(values)
    fold(tables)
    _hide(tables, {str(row.id) for row in Location.select().where(Location.confidential)})
    _complete(tables, report)
    return tables


def _leave_out(kind: str, values: Values, reason: str, column: str, report: Report) -> None:
    report.count(kind, "left out")
    params = {"column": column} if column else {}
    report.note(LEFT_OUT, TABLES[kind].file, values["id"], reason, **params)


def _hide(tables: Tables, hidden: set[str]) -> None:
    """Take out the rows with these ids and whatever points to them, however far away."""
    found = True
    while found:
        found = False
        for kind, rows in tables.items():
            kept = [row for row in rows if not _points_to(kind, row, hidden)]
            gone = {row["id"] for row in rows} - {row["id"] for row in kept}
            hidden |= gone
            found = found or bool(gone)
            tables[kind] = kept


def _points_to(kind: str, row: Values, hidden: set[str]) -> bool:
    columns = ("id", *references(kind), *LOOSE_LINKS.get(kind, ())[:1])
    return any(row.get(column) in hidden for column in columns)


def _complete(tables: Tables, report: Report) -> None:
    """Keep HSDS's columns only; a row that would be invalid is left out and named."""
    ids = {kind: {row["id"] for row in rows} for kind, rows in tables.items()}
    for kind, table in TABLES.items():
        kept = []
        for row in sorted(tables[kind], key=lambda row: row["id"]):
            values = {name: row[name] for name in table.columns if row.get(name)}
            reason, column = _fault(kind, values, ids)
            if reason:
                _leave_out(kind, row, reason, column, report)
                ids[kind].discard(row["id"])
            else:
                kept.append(values)
        tables[kind] = kept
        if kept:
            report.count(kind, "written", len(kept))


def _fault(kind: str, values: Values, ids: dict[str, set[str]]) -> tuple[str, str]:
    """Fill and clear cells as HSDS asks; why the row cannot be exported, and the column."""
    table = TABLES[kind]
    for name, target in table.references.items():
        if name in values and values[name] not in ids[target]:
            del values[name]
    for column in table.columns.values():
        if column.type == "date" and values.get(column.name, "").startswith("--"):
            del values[column.name]
        if column.required and column.name not in values:
            if column.type != "text" or column.name.endswith("_id"):
                return INCOMPLETE, column.name
            values[column.name] = UNKNOWN
    for name in LOOSE_LINKS.get(kind, ())[:1]:
        if not _UUID.fullmatch(values[name]):
            return INCOMPLETE, name
    owned = kind not in BELONGING or any(name in values for name in table.references)
    return ("", "") if owned else (NOTHING_TO_HOLD_ON, "")


def _csv(kind: str, rows: list[Values]) -> bytes:
    columns = list(TABLES[kind].columns)
    cells = ([protected(row.get(name, "")) for name in columns] for row in rows)
    return csv_bytes(columns, cells, guard=disarmed_data)


def _package(kinds: list[str]) -> bytes:
    """The description of the files (Tabular Data Package)."""
    document = {
        "profile": "tabular-data-package",
        "name": PACKAGE_NAME,
        "title": f"Directory of services, HSDS {VERSION}",
        "version": VERSION,
        "resources": [_resource(kind, kinds) for kind in kinds],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _resource(kind: str, kinds: list[str]) -> dict[str, Any]:
    table = TABLES[kind]
    keys = [
        {"fields": c.name, "reference": {"resource": c.reference, "fields": "id"}}
        for c in table.columns.values()
        if c.hard and c.reference in kinds
    ]
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns.values()]}
    schema |= {"primaryKey": "id"} | ({"foreignKeys": keys} if keys else {})
    return {
        "name": kind, "path": table.file, "profile": "tabular-data-resource", "format": "csv",
        "mediatype": "text/csv", "encoding": "utf-8", "schema": schema,
    }  # fmt: skip


def _field(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.type, "string")}
    if column.name == "id" or (column.name.endswith("_id") and column.name != "tax_id"):
        found["format"] = "uuid"
    elif column.type in _FORMATS:
        found["format"] = _FORMATS[column.type]
    limits: dict[str, Any] = {"required": True} if column.required else {}
    limits |= {"unique": True} if column.name == "id" else {}
    limits |= {"enum": list(column.allowed)} if column.allowed else {}
    return found | ({"constraints": limits} if limits else {})


def _check_folder(folder: Path) -> None:
    ours = {PACKAGE_FILE, *(table.file for table in TABLES.values())}
    try:
        present_files = {path.name for path in folder.iterdir()} if folder.exists() else set()
        if present_files & ours and not _is_ours(folder):
            raise FolderInUse(folder=folder.name)
    except OSError as error:
        raise ExportRefused(folder=folder.name) from error


def _is_ours(folder: Path) -> bool:
    try:
        document = json.loads((folder / PACKAGE_FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return isinstance(document, dict) and document.get("name") == PACKAGE_NAME


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files and take away those of an earlier export that are empty now."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in TABLES.values():
            if table.file not in files:
                (folder / table.file).unlink(missing_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise ExportRefused(folder=folder.name) from error
