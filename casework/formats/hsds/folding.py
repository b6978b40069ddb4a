"""What our entries say and the tables of HSDS cannot, folded into columns that they have.

Three things: the postal address of an organisation (HSDS knows addresses of locations
only), the places of a service with their time stamp, and days on which something is
closed or that come every year. `fold` is for the export, `unfold` for the import;
one undoes the other exactly, so that an export can be read back without loss.
"""

from __future__ import annotations

import re
import uuid

from casework.formats.hsds.sources import Package

Values = dict[str, str]
Tables = dict[str, list[Values]]

NAMESPACE = uuid.UUID("5b0e4a7c-6c0f-4d1c-9a3e-7d2f41c0a9b6")
PLACES = str(uuid.uuid5(NAMESPACE, "unit:places"))
CAPACITY = ("capacity_places", "capacity_free", "capacity_waiting", "capacity_at")

_NOTES = re.compile(
    r"\A(?P<closed>closed)?"
    r"(?:\s?every year (?P<first>--\d\d-\d\d)?/(?P<last>--\d\d-\d\d)?)?(?:\n|\Z)"
)
_WAITING = re.compile(r"waiting: (\d+)")


def stand_in(organization: str) -> str:
    """The id of the location that stands for an organisation's own postal address."""
    return str(uuid.uuid5(NAMESPACE, f"postal:{organization}"))


def capacity_id(service: str) -> str:
    """The id of the row that holds the places of a service."""
    return str(uuid.uuid5(NAMESPACE, f"capacity:{service}"))


def fold(tables: Tables) -> None:
    """Move what HSDS has no column for into its tables, in place."""
    owners = set()
    for address in tables.get("address", []):
        organization = address.pop("organization_id", "")
        if organization and not address.get("location_id"):
            address["location_id"] = stand_in(organization)
            owners.add(organization)
    tables.setdefault("location", []).extend(
        {"id": stand_in(owner), "location_type": "postal", "organization_id": owner}
        for owner in sorted(owners)
    )
    for service in tables.get("service", []):
        _fold_capacity(tables, service)
    for schedule in tables.get("schedule", []):
        _fold_schedule(schedule)


def _fold_capacity(tables: Tables, service: Values) -> None:
    places, free, waiting, at = (service.pop(name, "") for name in CAPACITY)
    if not (free and at):
        return
    row = {
        "id": capacity_id(service["id"]), "service_id": service["id"], "unit_id": PLACES,
        "available": free, "maximum": places, "updated": at,
        "description": f"waiting: {waiting}" if waiting else "",
    }  # fmt: skip
    tables.setdefault("service_capacity", []).append(row)
    units = tables.setdefault("unit", [])
    if not any(unit["id"] == PLACES for unit in units):
        units.append({"id": PLACES, "name": "places"})


def _fold_schedule(schedule: Values) -> None:
    yearly = {
        name: schedule.pop(name)
        for name in ("valid_from", "valid_to")
        if schedule.get(name, "").startswith("--")
    }
    words = ["closed"] if schedule.pop("closed", "") == "true" else []
    if yearly:
        words.append(f"every year {yearly.get('valid_from', '')}/{yearly.get('valid_to', '')}")
    lines = [" ".join(words), schedule.get("notes", "")]
    if words:
        schedule["notes"] = "\n".join(line for line in lines if line)


def unfold(package: Package) -> None:
    """Put back what `fold` moved, in place; rows of other origin stay as they are."""
    _unfold_stand_ins(package)
    _unfold_capacity(package)
    for row in package.rows.get("schedule", ()):
        _unfold_schedule(row.values)


def _unfold_stand_ins(package: Package) -> None:
    owners = {}
    kept = []
    for row in package.rows.get("location", ()):
        organization = row.values.get("organization_id", "")
        if organization and row.values.get("id") == stand_in(organization):
            owners[row.values["id"]] = organization
        else:
            kept.append(row)
    if not owners:
        return
    package.rows["location"] = kept
    for row in package.rows.get("address", ()):
        organization = owners.get(row.values.get("location_id", ""), "")
        if organization:
            del row.values["location_id"]
            row.values["organization_id"] = organization


def _unfold_capacity(package: Package) -> None:
    services = {row.values.get("id"): row.values for row in package.rows.get("service", ())}
    kept = []
    for row in package.rows.get("service_capacity", ()):
        service = services.get(row.values.get("service_id", ""))
        if service is None or row.values.get("id") != capacity_id(service["id"]):
            kept.append(row)
            continue
        waiting = _WAITING.fullmatch(row.values.get("description", ""))
        found = (
            row.values.get("maximum", ""), row.values.get("available", ""),
            waiting[1] if waiting else "", row.values.get("updated", ""),
        )  # fmt: skip
        service |= {name: value for name, value in zip(CAPACITY, found, strict=True) if value}
    if "service_capacity" in package.rows:
        package.rows["service_capacity"] = kept
        package.rows["unit"] = [
            row for row in package.rows.get("unit", ()) if row.values.get("id") != PLACES
        ]


def _unfold_schedule(values: Values) -> None:
    found = _NOTES.match(values.get("notes", ""))
    if found is None or not found[0].strip():
        return
    rest = values.pop("notes")[found.end() :]
    if rest:
        values["notes"] = rest
    if found["closed"]:
        values["closed"] = "true"
    for name, group in (("valid_from", "first"), ("valid_to", "last")):
        if found[group]:
            values[name] = found[group]
