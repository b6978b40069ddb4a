"""Organisations of the directory that somebody who registers may be: hints, with reasons."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from casework.core.access import Actor
from casework.core.i18n import N_
from casework.core.lookups import fold, phone_keys
from casework.providers import Organization, Phone
from casework.registrations import Registration

REASONS = {
    "name": N_("the same name"),
    "website": N_("the same web page"),
    "phone": N_("the same phone number"),
    "email": N_("the same e-mail address"),
}
LEGAL_FORMS = frozenset({"e", "v", "ev", "gmbh", "ggmbh", "ug", "gug", "ag", "gag", "kg"})


@dataclass(frozen=True)
class Known:
    """An organisation of the directory that may be the same; `reasons` are keys of `REASONS`."""

    row: Organization
    reasons: tuple[str, ...]


def known_organizations(registration: Registration, staff: Actor) -> list[Known]:
    """Organisations within the scope of `staff` that may be the same, most reasons first."""
    by_phone = set(_organizations_with(registration.phone))
    found = []
    for row in Organization.scope(staff):
        same = {
            "name": _name_key(row.name) == _name_key(registration.name),
            "website": bool(registration.website)
            and _web_key(row.website) == _web_key(registration.website),
            "phone": row.id in by_phone,
            "email": bool(registration.email)
            and row.email.casefold() == registration.email.casefold(),
        }
        reasons = tuple(name for name in REASONS if same[name])
        if reasons:
            found.append(Known(row, reasons))
    return sorted(found, key=lambda each: (-len(each.reasons), each.row.name))


def _organizations_with(phone: str) -> Iterator[uuid.UUID]:
    """Organisations with this number, at whatever of theirs it stands."""
    ending = phone_keys(phone)
    if not ending:
        return
    for row in Phone.select():
        if phone_keys(row.number) == ending:
            owners = (row.service or row.location, row)
            yield from (each.organization.id for each in owners if each and each.organization)


def _web_key(address: str) -> str:
    """What is the same for addresses of one page."""
    parts = urlsplit(address.casefold())
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"


def _name_key(name: str) -> frozenset[str]:
    """The words of a name without those that only say what kind of body it is."""
    words = set(fold(name).split())
    return frozenset(words - LEGAL_FORMS or words)
