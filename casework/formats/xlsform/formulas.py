"""Cells of a workbook whose formula has no stored value, or failed: they read as empty."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator

from casework.core.i18n import N_
from casework.questionnaires.findings import WARNING, Finding

REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
FAILED = b't="e"'
VALUE = re.compile(rb"<(?:v|t)\b[^<>]*>[^<]")
# Bounded, so that no file makes them slow.
SHEETS = re.compile(
    r'<(?:\w+:)?sheet\b[^<>]{0,500}?\bname="([^"<>]{0,200})"[^<>]{0,500}?\b\w+:id="([^"<>]{0,99})"'
)
RELATION = re.compile(r"<Relationship\b([^<>]{0,2000})>")
ATTRIBUTE = re.compile(r'\b(Id|Target)="([^"<>]{0,500})"')
MOST_TOLD = 20

NO_VALUE = N_("The cell %(column)s%(row)s holds a formula without a result; it counts as empty.")
TYPE_VALUE = N_("Please replace the formula by what it should give, and save the file again.")


def empty_formulas(data: bytes) -> list[Finding]:
    """A warning for each such cell of an .xlsx that was inspected before; nothing for an .xls."""
    if not data.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        found = [
            Finding(WARNING, NO_VALUE, TYPE_VALUE, {"column": column, "row": row}, sheet, row)
            for sheet, part in _parts(package)
            for column, row in _empty(package.read(part))
        ]
    return found[:MOST_TOLD]


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and the part of the package that holds it."""
    names = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    relations = package.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    found = [dict(ATTRIBUTE.findall(each)) for each in RELATION.findall(relations)]
    targets = {each.get("Id", ""): each.get("Target", "") for each in found}
    workbook = package.read("xl/workbook.xml").decode(errors="replace")
    for name, key in SHEETS.findall(workbook):
        path = targets.get(key, "").lstrip("/")
        part = path if path.startswith("xl/") else f"xl/{path}"
        if part in names:
            yield html.unescape(name), part


def _empty(sheet: bytes) -> Iterator[tuple[str, int]]:
    if b"<f" not in sheet and FAILED not in sheet:
        return
    for cell in sheet.split(b"<c ")[1:]:
        attributes, _, inside = cell.partition(b">")
        inside = inside.partition(b"</c>")[0]
        is_lost = FAILED in attributes or (b"<f" in inside and not VALUE.search(inside))
        if is_lost and (place := REFERENCE.search(b" " + attributes)):
            yield place[1].decode(), int(place[2])
