"""Small directories on disk for tests, and what the database holds after an import."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.formats.hsds import Report, import_directory
from casework.providers import DIRECTORY_MODELS

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

Row = dict[str, Any]


def write_tables(folder: Path, **tables: list[Row]) -> Path:
    """CSV files in `folder`, one a table; columns are those that any row has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def small(folder: Path, **more: list[Row]) -> Path:
    """One organisation with one service at one location, and what `more` adds or replaces."""
    tables: dict[str, list[Row]] = {
        "organizations": [{"id": "o1", "name": "Caritas Lindau", "description": "Help"}],
        "services": [
            {"id": "s1", "organization_id": "o1", "name": "Counselling", "status": "active"}
        ],
        "locations": [{"id": "l1", "organization_id": "o1", "name": "Main house"}],
    }
    return write_tables(folder, **tables | more)


def bring_in(path: Path, **options: Any) -> Report:
    """Import as the system."""
    return import_directory(path, by=SYSTEM, at=AT, **options)


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the directory and of the audit trail."""
    models = (*DIRECTORY_MODELS, AuditEntry)
    return {
        model.__name__: sorted(map(repr, model.select().order_by(model.id).tuples()))
        for model in models
    }


def read_table(folder: Path, name: str) -> list[Row]:
    """The rows of an exported file."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said(report: Report, fate: str = "") -> list[tuple[str, int | str, str]]:
    """File, place and sentence of the remarks, of one fate or of all."""
    return [
        (remark.file, remark.place, remark.sentence())
        for remark in report.remarks
        if fate in ("", remark.fate)
    ]
