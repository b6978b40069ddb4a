"""Older HSDS versions and the CSV files of Ohana, said in the words of HSDS 3.2.

Works on the rows as read; cells that have no place in HSDS keep their own names and are
kept with the entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from casework.core.i18n import N_
from casework.formats.hsds.report import DROPPED, Report
from casework.formats.hsds.sources import Package, SourceRow
from casework.formats.hsds.specification import ELIGIBILITY
from casework.formats.hsds.values import is_true, language_code

NO_SERVICE = N_("It belongs to no service of the data. Please check its service_id.")

# Columns that only Ohana's files have.
OHANA_MARKS = frozenset(
    {"number_type", "vanity_number", "virtual", "short_desc", "admin_emails", "audience",
     "accepted_payments", "date_incorporated"}
)  # fmt: skip
RENAMED = {
    "organization": {"url": "website"},
    "service": {"eligibility": "eligibility_description", "website": "url",
                "fees": "fees_description"},
    "location": {"website": "url"},
    "schedule": {"weekday": "byday", "start_date": "valid_from", "end_date": "valid_to"},
    "language": {"language": "name"},
    "phone": {"number_type": "type"},
    "accessibility": {"accessibility": "description"},
    "service_area": {"service_area": "name"},
    "cost_option": {"payment": "amount_description"},
    "attribute": {"service_id": "link_id", "taxonomy_id": "taxonomy_term_id",
                  "taxonomy_detail": "value"},
    "taxonomy_term": {"vocabulary": "taxonomy"},
}  # fmt: skip


def modernise(package: Package, report: Report) -> None:
    """Bring the rows of `package` into the words of HSDS 3.2, in place.

    What cannot be said in them and has no row to stand with is noted in `report`.
    """
    ohana = any(header & OHANA_MARKS for header in package.headers.values())
    for row in package:
        _rename(row, package.headers.get(row.file) or set(row.values))
    for kind, file in {(row.kind, row.file) for row in package}:
        header = package.headers.get(file, set())
        header |= {new for old, new in RENAMED.get(kind, {}).items() if old in header}
    if ohana:
        _split_ohana(package)
    _attach_eligibility(package, report)
    _attach_programs(package)
    for row in list(package.rows.get("phone", ())):
        links = {name: row.values.get(name, "") for name in ("location_id", "service_id")}
        for part in _items(row.values.pop("language", "")):
            links["phone_id"] = row.values.get("id", "")
            _derive(package, row, "language", name=part, code=language_code(part), **links)


def _rename(row: SourceRow, header: set[str]) -> None:
    """Give old columns their present names, unless the file has the present one too."""
    values = row.values
    if "weekday" in values:
        values.setdefault("freq", "WEEKLY")
    if row.kind == "taxonomy_term" and "id" not in header and "taxonomy_id" in values:
        values["id"] = values.pop("taxonomy_id")
    for old, new in RENAMED.get(row.kind, {}).items():
        if old in values and new not in header:
            values[new] = values.pop(old)


def _attach_eligibility(package: Package, report: Report) -> None:
    """Rows about who may come become part of their services."""
    services = {row.values.get("id"): row.values for row in package.rows.get("service", ())}
    for row in package.rows.pop(ELIGIBILITY, ()):
        service = services.get(row.values.get("service_id"))
        if service is None:
            report.note(DROPPED, row.file, row.place, NO_SERVICE)
            continue
        parts = (service.get("eligibility_description"), row.values.get("eligibility"))
        service["eligibility_description"] = "\n".join(part for part in parts if part)


def _attach_programs(package: Package) -> None:
    """A programme that only stands within a service belongs to the service's organisation."""
    programs = {row.values.get("id"): row.values for row in package.rows.get("program", ())}
    for row in package.rows.get("service", ()):
        program, owner = programs.get(row.values.get("program_id")), "organization_id"
        if program is not None and row.values.get(owner):
            program.setdefault(owner, row.values[owner])


def _split_ohana(package: Package) -> None:
    """Take lists in cells apart, and hang services on their locations' organisations."""
    organization_of = {
        row.values.get("id", ""): row.values.get("organization_id", "")
        for row in package.rows.get("location", ())
    }
    for row in list(package.rows.get("organization", ())):
        _incorporated(row)
        for part in _items(row.values.pop("funding_sources", "")):
            _derive(package, row, "funding", organization_id=row.values.get("id", ""),
                    source=part)  # fmt: skip
    for row in list(package.rows.get("location", ())):
        _split_location(package, row)
    for row in list(package.rows.get("service", ())):
        _split_service(package, row, organization_of)
    for row in package.rows.get("phone", ()):
        if "department" in row.values:
            row.values.setdefault("description", row.values.pop("department"))


def _incorporated(row: SourceRow) -> None:
    year = re.search(r"\b\d{4}\b", row.values.get("date_incorporated", ""))
    if year:
        row.values.setdefault("year_incorporated", year[0])


def _split_location(package: Package, row: SourceRow) -> None:
    values, key = row.values, row.values.get("id", "")
    if is_true(values.pop("virtual", "")):
        values["location_type"] = "virtual"
    for part in _items(values.pop("languages", "")):
        code = language_code(part)
        _derive(package, row, "language", location_id=key, name=part, code=code)
    for part in _items(values.pop("accessibility", "")):
        _derive(package, row, "accessibility", location_id=key, description=part.replace("_", " "))


def _split_service(package: Package, row: SourceRow, organization_of: dict[str, str]) -> None:
    values, key = row.values, row.values.get("id", "")
    location = values.pop("location_id", "")
    if location:
        if organization_of.get(location):
            values.setdefault("organization_id", organization_of[location])
        _derive(package, row, "service_at_location", service_id=key, location_id=location)
    for part in _items(values.pop("languages", "")):
        code = language_code(part)
        _derive(package, row, "language", service_id=key, name=part, code=code)
    for part in _items(values.pop("required_documents", "")):
        _derive(package, row, "required_document", service_id=key, document=part)
    for part in _items(values.pop("service_areas", "")):
        _derive(package, row, "service_area", service_id=key, name=part)
    for part in _items(values.pop("funding_sources", "")):
        _derive(package, row, "funding", service_id=key, source=part)
    for part in _items(values.pop("taxonomy_ids", "")):
        _derive(package, row, "attribute", link_id=key, link_entity="service",
                taxonomy_term_id=part)  # fmt: skip


def _items(cell: str) -> Iterable[str]:
    return [part.strip() for part in cell.split(",") if part.strip()]


def _derive(package: Package, row: SourceRow, kind: str, **values: str) -> None:
    """A row that the source had in a cell; it names the same line."""
    kept = {name: value for name, value in values.items() if value}
    package.add(SourceRow(kind, row.file, row.place, kept))
