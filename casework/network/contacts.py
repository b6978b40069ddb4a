"""Contacts at organisations and offices (Netzwerkkontakte): who they are, who knows them.

Names, phones, addresses and notes are sealed. The office, the role and what somebody can be
asked for stay clear: they are no secret, and they are what one searches for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from peewee import (
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    ModelSelect,
)

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, LineField, UtcField
from casework.core.i18n import N_
from casework.core.lookups import LookupKey, email_keys, name_keys, phone_keys, remember
from casework.core.refusals import Forbidden, NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.life_areas import LifeArea
from casework.providers import Organization
from casework.staff import Staff

OFFICE_KINDS = {
    "welfare": N_("Welfare organisation"),
    "jobcenter": N_("Jobcenter"),
    "immigration": N_("Immigration office"),
    "police": N_("Police"),
    "town_hall": N_("Town hall"),
    "school": N_("School or childcare"),
    "doctor": N_("Doctor or clinic"),
    "interpreter": N_("Interpreter"),
    "landlord": N_("Landlord"),
    "other": N_("Other"),
}
# How well a colleague knows a contact, the best first.
BONDS = {
    "well": N_("knows them well"),
    "known": N_("has worked with them"),
    "name": N_("knows them by name"),
}
INTERVAL_DAYS = 90
LONGEST_INTERVAL = 730
CONTACT_FIELDS = (
    "kind", "organization", "office", "name", "role", "phone", "email", "languages", "purpose",
    "notes", "interval_days",
)  # fmt: skip


class OfficeMissing(Refusal):
    """A contact works somewhere."""

    msgid = N_(
        "Please choose the organisation or write the name of the office, "
        "so that everybody knows where this contact works."
    )


class NobodyNamed(Refusal):
    """A contact is somebody, at least by their role."""

    msgid = N_("Please enter a name or a role, so that everybody knows whom to ask for.")


class IntervalRefused(Refusal):
    """A rhythm that nobody can keep."""

    msgid = N_("Please enter 0 to %(most)s days; 0 means that no contact is due by itself.")


class NetworkContact(Base):
    """Somebody at an organisation or an office with whom we work.

    `next_due_on` is the day on which somebody should get in touch, None for never.
    """

    kind = CharField(max_length=16, default="other", index=True)
    organization = ForeignKeyField(
        Organization, null=True, backref="network_contacts", on_delete="SET NULL"
    )
    office = LineField(max_length=200, default="")
    name = SealedField(max_length=200, null=True)
    role = LineField(max_length=200, default="")
    phone = SealedField(max_length=60, null=True)
    email = SealedField(max_length=254, null=True)
    languages = JSONField(default=list)
    purpose = LineField(max_length=1000, default="")
    notes = SealedField(max_length=4000, null=True)
    interval_days = IntegerField(default=INTERVAL_DAYS)
    last_contact_on = DateField(null=True)
    next_due_on = DateField(null=True, index=True)
    active = BooleanField(default=True)
    added_by = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "network_contacts"
        indexes = ((("active", "next_due_on"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The whole network for who may read it: it holds nothing of the people we help."""
        rows = cls.select()
        return rows if staff.may("network:read") else rows.where(cls.id.is_null())

    @property
    def office_name(self) -> str:
        """Where they work: the organisation of the directory, or the office by its name."""
        return str(self.organization) if self.organization else self.office

    def __str__(self) -> str:
        return self.name or self.role


class ContactRow(Base):
    """A row of a contact, seen by who sees the network."""

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The rows of the contacts that `staff` may see."""
        rows = cls.select()
        return rows if staff.may("network:read") else rows.where(cls.id.is_null())


class ContactArea(ContactRow):
    """A life area in which a contact can be asked."""

    contact = ForeignKeyField(NetworkContact, backref="areas", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, backref="network_contacts", on_delete="CASCADE")

    class Meta:
        table_name = "network_contact_areas"
        indexes = ((("contact", "life_area"), True),)


class Acquaintance(ContactRow):
    """Which colleague knows a contact, and how well."""

    contact = ForeignKeyField(NetworkContact, backref="known_by", on_delete="CASCADE")
    staff = ForeignKeyField(Staff, backref="knows", on_delete="CASCADE")
    bond = CharField(max_length=8)

    class Meta:
        table_name = "network_acquaintances"
        indexes = ((("contact", "staff"), True),)


@recorded("network:added", needs="network:create")
def add_contact(
    *, areas: Iterable[LifeArea] = (), by: Actor, at: datetime, **columns: Any
) -> NetworkContact:
    """A new contact; who enters it is remembered and may change it.

    Columns are those of `CONTACT_FIELDS`. Raises `OfficeMissing`, `NobodyNamed`,
    `IntervalRefused`, `NotFound` for a kind that is not known, KeyError for another column.
    """
    contact = NetworkContact(created_at=at, added_by=by.id if by.kind == "staff" else None)
    _fill(contact, columns)
    if contact.interval_days:
        contact.next_due_on = site_day(at) + timedelta(days=contact.interval_days)
    contact.save(force_insert=True)
    _settle(contact, areas)
    return contact


@recorded("network:changed", needs="network:create")
def change_contact(
    contact: NetworkContact,
    *,
    areas: Iterable[LifeArea],
    revision: int,
    by: Actor,
    at: datetime,
    **columns: Any,
) -> NetworkContact:
    """Other details of a contact that was read as `revision`.

    Raises `StaleEdit`, `Forbidden` for somebody else's contact without `network:edit`, and what
    `add_contact` raises.
    """
    refuse_foreign(contact, by)
    rhythm = contact.interval_days
    _fill(contact, columns)
    claim(contact, revision)
    if contact.interval_days != rhythm:
        contact.next_due_on = next_due(contact, contact.last_contact_on or site_day(at))
    contact.save()
    _settle(contact, areas)
    return contact


@recorded("network:retired", needs="network:create")
def retire_contact(
    contact: NetworkContact, *, active: bool = False, by: Actor, at: datetime
) -> NetworkContact:
    """Nobody asks this contact any more, or they are asked again; what was said stays."""
    refuse_foreign(contact, by)
    contact.active = active
    contact.save()
    return contact


@recorded("network:forgotten", needs="network:edit")
def forget_contact(contact: NetworkContact, *, by: Actor, at: datetime) -> NetworkContact:
    """Delete a contact with everything that was noted about them, for good."""
    LookupKey.delete().where(LookupKey.row_id == contact.id).execute()
    contact.delete_instance()
    return contact


@recorded("network:acquainted", needs="network:log")
def note_acquaintance(
    contact: NetworkContact, staff: Staff, bond: str, *, by: Actor, at: datetime
) -> NetworkContact:
    """Say how well a colleague knows a contact; an empty `bond` takes it back.

    For others than oneself it needs `network:edit`. Raises `Forbidden`, `NotFound`.
    """
    if bond and bond not in BONDS:
        raise NotFound()
    if staff.id != by.id and not by.may("network:edit"):
        raise Forbidden()
    mine = (Acquaintance.contact == contact) & (Acquaintance.staff == staff)
    Acquaintance.delete().where(mine).execute()
    if bond:
        Acquaintance.create(contact=contact, staff=staff, bond=bond)
    return contact


def next_due(contact: NetworkContact, since: date) -> date | None:
    """When to be in touch again after `since`; None for a contact without a rhythm."""
    return since + timedelta(days=contact.interval_days) if contact.interval_days else None


def refuse_foreign(contact: NetworkContact, by: Actor) -> None:
    """Raise `Forbidden` unless `by` entered the contact or may change any."""
    if not by.may("network:edit") and contact.__data__["added_by"] != by.id:
        raise Forbidden()


def claim(row: Any, revision: int) -> None:
    """Count the revision up, if it is still the one that was read. Raises `StaleEdit`."""
    model = type(row)
    mine = (model.id == row.id) & (model.revision == revision)
    if not model.update(revision=revision + 1).where(mine).execute():
        raise StaleEdit()
    row.revision = revision + 1


def who_knows(staff: Actor) -> dict[uuid.UUID, dict[uuid.UUID, list[Acquaintance]]]:
    """Who knows whom for what: by life area, then by colleague, the best known first.

    Only contacts in use and colleagues with an account count; one statement for each table.
    """
    rows: Any = (
        ContactArea.scope(staff)
        .select(ContactArea.life_area, Acquaintance.id)
        .join(NetworkContact)
        .join(Acquaintance, on=(Acquaintance.contact == NetworkContact.id))
        .join(Staff, on=(Acquaintance.staff == Staff.id))
        .where(NetworkContact.active & Staff.active)
        .tuples()
    )
    pairs = list(rows)
    known: Any = Acquaintance.select().where(Acquaintance.id << {pair[1] for pair in pairs})
    bonds = {row.id: row for row in known.with_related(Acquaintance.contact, Acquaintance.staff)}
    table: dict[uuid.UUID, dict[uuid.UUID, list[Acquaintance]]] = {}
    for area, key in pairs:
        row = bonds[key]
        table.setdefault(area, {}).setdefault(row.__data__["staff"], []).append(row)
    order = list(BONDS)
    for found in table.values():
        for each in found.values():
            each.sort(key=lambda row: (order.index(row.bond), str(row.contact)))
    return table


def _fill(contact: NetworkContact, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        if name not in CONTACT_FIELDS:
            raise KeyError(name)
        setattr(contact, name, value)
    if contact.kind not in OFFICE_KINDS:
        raise NotFound()
    if contact.__data__.get("organization") is None and not contact.office:
        raise OfficeMissing()
    if not (contact.name or contact.role):
        raise NobodyNamed()
    if not 0 <= contact.interval_days <= LONGEST_INTERVAL:
        raise IntervalRefused(most=LONGEST_INTERVAL)


def _settle(contact: NetworkContact, areas: Iterable[LifeArea]) -> None:
    """Life areas and what the contact is found by."""
    ContactArea.delete().where(ContactArea.contact == contact).execute()
    ContactArea.insert_rows([ContactArea(contact=contact, life_area=area) for area in areas])
    remember(
        contact,
        [*name_keys(contact.name), *phone_keys(contact.phone), *email_keys(contact.email)],
    )
