"""`directory import`: the directory of somebody else becomes entries of ours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import transaction
from casework.formats.hsds.planning import Plan, make_plan
from casework.formats.hsds.report import Report
from casework.formats.hsds.sources import read_package
from casework.formats.hsds.values import one_line
from casework.providers import DIRECTORY_MODELS

PERMISSION = "organization:edit"
MAX_SOURCE = 64


def import_directory(path: Path, *, by: Actor, at: datetime, source: str = "") -> Report:
    """Import the directory at `path`; returns the report.

    `path` is a folder of CSV tables (HSDS 1.1 to 3.2, or Ohana), a .zip of one, a
    datapackage.json or an HSDS document in JSON. `source` names the data set that the rows
    belong to, by default the name of the folder or file. All or nothing: what cannot be
    read raises `DirectoryRefused` or `TableRefused`, and nothing was changed then. Data
    that were imported before are left exactly as they are.
    """
    if by.kind != "system":
        by.require(PERMISSION)
    report = Report()
    package = read_package(path, report)
    report.source = one_line(source or package.name)[:MAX_SOURCE]
    with transaction():
        plan = make_plan(package, report)
        if plan:
            _carry_out(plan=plan, by=by, at=at)
    return report


@recorded("organization:imported", needs=PERMISSION)
def _carry_out(*, plan: Plan, by: Actor, at: datetime) -> None:
    """Write what was planned: one audit row for the whole import."""
    for row in plan.removed:
        row.delete_instance()
    for model in DIRECTORY_MODELS:
        rows = plan.created.get(model, [])
        model.insert_rows(rows)
    for row in plan.updated:
        row.save()
