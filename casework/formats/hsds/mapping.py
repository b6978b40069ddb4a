"""Between rows of HSDS and our models: which column is which field, in both directions."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import BooleanField, CharField, DoubleField, Field, IntegerField

from casework.core.db import UtcField
from casework.formats.hsds.folding import CAPACITY
from casework.formats.hsds.specification import TABLES
from casework.formats.hsds.values import is_true
from casework.providers import (
    Address,
    Contact,
    DirectoryModel,
    DirectoryRecord,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    SpokenLanguage,
)

Fields = dict[str, Any]
Values = dict[str, str]

# In `extra`, beside the columns of the source that no field holds: for each field a digest
# of what the source last said, so that a later import sees who changed it.
SEEN = "_seen"
OWNERS = ("organization", "service", "location")


@dataclass(frozen=True)
class Mapped:
    """A model, the HSDS columns that are its fields by the same name, and its keys."""

    model: type[DirectoryModel]
    columns: tuple[str, ...]
    links: tuple[str, ...] = OWNERS


MAPPED: dict[str, Mapped] = {
    "organization": Mapped(
        Organization,
        ("name", "alternate_name", "description", "email", "website", "legal_status", "active"),
        (),
    ),
    "service": Mapped(
        Service,
        ("name", "alternate_name", "description", "url", "email", "status",
         "interpretation_services", "application_process", "fees_description",
         "eligibility_description", "wait_time", *CAPACITY),
        ("organization",),
    ),
    "location": Mapped(
        Location,
        ("name", "alternate_name", "description", "location_type", "transportation", "latitude",
         "longitude", "url"),
        ("organization",),
    ),
    "service_at_location": Mapped(ServiceAtLocation, ("description",), ("service", "location")),
    "contact": Mapped(Contact, ("name", "title", "department", "email")),
    "phone": Mapped(Phone, ("number", "extension", "type", "description"), (*OWNERS, "contact")),
    "address": Mapped(
        Address,
        ("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code",
         "country", "address_type"),
    ),
    "schedule": Mapped(
        Schedule,
        ("byday", "opens_at", "closes_at", "valid_from", "valid_to", "description", "closed"),
    ),
    "language": Mapped(SpokenLanguage, ("name", "code", "note"), (*OWNERS, "contact")),
}  # fmt: skip
# Tables whose rows mean nothing without the row that they belong to.
BELONGING = ("contact", "phone", "address", "schedule", "language")
REQUIRED_LINKS = {"service": ("organization",), "service_at_location": ("service", "location")}


def model_of(kind: str) -> type[DirectoryModel]:
    """The model that holds rows of `kind`."""
    return MAPPED[kind].model if kind in MAPPED else DirectoryRecord


def kind_of(row: DirectoryModel) -> str:
    """The HSDS table of a stored row."""
    if isinstance(row, DirectoryRecord):
        return row.kind
    return next(kind for kind, mapped in MAPPED.items() if mapped.model is type(row))


def room_of(kind: str, column: str) -> int:
    """How many characters the field of a one-line column holds; 0 for text of any length."""
    mapped = MAPPED.get(kind)
    if mapped is None or column not in mapped.columns:
        return 0
    found = mapped.model._meta.fields[column]
    return found.max_length if isinstance(found, CharField) else 0


def to_fields(kind: str, values: Values) -> Fields:
    """Fields of the model from cleaned and linked values; what equals the default is left out.

    Keys hold UUIDs of ours. Columns without a field are under `extra`.
    """
    mapped = MAPPED.get(kind)
    if mapped is None:
        return _record_fields(kind, values)
    rest = dict(values)
    rest.pop("id", None)
    fields: Fields = {}
    for link in mapped.links:
        key = rest.pop(f"{link}_id", "")
        if key:
            fields[link] = uuid.UUID(key)
    for column in mapped.columns:
        field = mapped.model._meta.fields[column]
        text = rest.pop(column, "")
        value = _typed(field, text) if text else None
        if value is not None and value != field.default:
            fields[column] = value
    if rest:
        fields["extra"] = rest
    return fields


def _record_fields(kind: str, values: Values) -> Fields:
    data = {name: text for name, text in values.items() if name != "id"}
    links = {
        link: uuid.UUID(values[f"{link}_id"])
        for link in OWNERS
        if f"{link}_id" in TABLES[kind].references and values.get(f"{link}_id")
    }
    content = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return {"kind": kind, "data": content, **links}


def _typed(field: Field, text: str) -> Any:
    if isinstance(field, DoubleField):
        return float(text)
    if isinstance(field, IntegerField):
        return int(float(text))
    if isinstance(field, BooleanField):
        return is_true(text)
    if isinstance(field, UtcField):
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else None
    return text


def stored_fields(row: DirectoryModel) -> Fields:
    """What `to_fields` would give for the row as it is stored now."""
    kind = kind_of(row)
    mapped = MAPPED.get(kind)
    if mapped is None:
        names: tuple[str, ...] = ("kind", "data", *OWNERS)
    else:
        names = (*mapped.links, *mapped.columns)
    found = {name: row.__data__.get(name) for name in names}
    fields = {
        name: value
        for name, value in found.items()
        if value is not None and value != row._meta.fields[name].default
    }
    extra = foreign_columns(row)
    return fields | ({"extra": extra} if extra else {})


def foreign_columns(row: DirectoryModel) -> Values:
    """The columns of the source that no field holds, as they came."""
    return {name: text for name, text in row.extra.items() if name != SEEN}


def present(row: DirectoryModel) -> Values:
    """The row in the words of HSDS, without empty columns; ids and keys are our UUIDs.

    May hold columns that HSDS has no place for (`closed`, an address's `organization_id`):
    `folding.fold` moves them.
    """
    if isinstance(row, DirectoryRecord):
        return {"id": str(row.id), **json.loads(row.data)}
    fields = stored_fields(row)
    extra = fields.pop("extra", {})
    links = MAPPED[kind_of(row)].links
    values = {
        f"{name}_id" if name in links else name: _text(value) for name, value in fields.items()
    }
    return {"id": str(row.id), **extra, **values}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def marks(fields: Fields) -> dict[str, str]:
    """A short digest of each field, 32 bits: it only has to differ from the one before."""
    return {name: _digest(_plain(value), 4) for name, value in fields.items()}


def digest(found: dict[str, str]) -> str:
    """One digest over all marks: 32 hex digits."""
    return _digest(found, 16)


def _plain(value: Any) -> Any:
    return value if isinstance(value, dict) else _text(value)


def _digest(value: Any, size: int) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()
