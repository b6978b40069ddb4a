"""The directory: organisations, services, locations and what belongs to them.

Tables and columns follow Open Referral HSDS 3.2. What a source brings beyond the
columns is kept in `extra`, whole HSDS tables without one of ours in `DirectoryRecord`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import (
    BooleanField,
    CharField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    ModelSelect,
    TextField,
)

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, LineField, ProseField, UtcField
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.life_areas import NeedCategory

SERVICE_STATES = {
    "active": N_("active"),
    "inactive": N_("inactive"),
    "defunct": N_("no longer exists"),
    "temporarily closed": N_("temporarily closed"),
}


class NotCheckable(Refusal):
    """Only organisations and services are confirmed."""


class LanguageMissing(Refusal):
    """A spoken language has a name."""

    msgid = N_("Please name the language that is spoken, or remove the entry.")


class DirectoryModel(Base):
    """A row of the directory, with where it came from."""

    source = CharField(max_length=64, default="")
    source_id = CharField(max_length=255, null=True)
    source_digest = CharField(max_length=32, null=True)
    extra = JSONField(default=dict)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The directory is open to every member of staff."""
        return cls.select()


class Organization(DirectoryModel):
    """A provider of services (Träger)."""

    name = LineField(max_length=300, index=True)
    alternate_name = LineField(max_length=300, default="")
    description = ProseField(default="")
    email = LineField(max_length=254, default="")
    website = LineField(max_length=1000, default="")
    legal_status = LineField(max_length=200, default="")
    checked_at = UtcField(null=True)
    checked_by = CharField(max_length=200, default="")
    active = BooleanField(default=True)

    class Meta:
        table_name = "organizations"
        indexes = ((("source", "source_id"), True),)

    def __str__(self) -> str:
        return self.name


class Service(DirectoryModel):
    """What an organisation offers (Angebot)."""

    organization = ForeignKeyField(Organization, backref="services", on_delete="RESTRICT")
    name = LineField(max_length=300, index=True)
    alternate_name = LineField(max_length=300, default="")
    description = ProseField(default="")
    url = LineField(max_length=1000, default="")
    email = LineField(max_length=254, default="")
    status = CharField(max_length=32, default="active", choices=list(SERVICE_STATES.items()))
    interpretation_services = ProseField(default="")
    application_process = ProseField(default="")
    fees_description = ProseField(default="")
    eligibility_description = ProseField(default="")
    wait_time = ProseField(default="")
    capacity_places = IntegerField(null=True)
    capacity_free = IntegerField(null=True)
    capacity_waiting = IntegerField(null=True)
    capacity_at = UtcField(null=True)
    checked_at = UtcField(null=True)
    checked_by = CharField(max_length=200, default="")

    class Meta:
        table_name = "services"
        indexes = ((("source", "source_id"), True),)

    @classmethod
    def offered(cls) -> ModelSelect:
        """Active services of active organisations, by name."""
        return (
            cls.select(cls, Organization)
            .join(Organization)
            .where((cls.status == "active") & Organization.active)
            .order_by(cls.name)
        )

    @property
    def mail_address(self) -> str:
        """Where a referral goes: the service's own address, else the organisation's."""
        return self.email or self.organization.email

    def __str__(self) -> str:
        return self.name


class ServiceCategory(Base):
    """A service helps with a need category."""

    service = ForeignKeyField(Service, backref="categories", on_delete="CASCADE")
    category = ForeignKeyField(NeedCategory, backref="services", on_delete="CASCADE")

    class Meta:
        table_name = "service_categories"
        indexes = ((("service", "category"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The directory is open to every member of staff."""
        return cls.select()


class Location(DirectoryModel):
    """A place where services are given. A confidential one never leaves the server."""

    organization = ForeignKeyField(
        Organization, null=True, backref="locations", on_delete="RESTRICT"
    )
    name = LineField(max_length=300, default="")
    alternate_name = LineField(max_length=300, default="")
    description = ProseField(default="")
    location_type = CharField(max_length=16, default="physical")
    transportation = ProseField(default="")
    latitude = DoubleField(null=True)
    longitude = DoubleField(null=True)
    url = LineField(max_length=1000, default="")
    confidential = BooleanField(default=False)

    class Meta:
        table_name = "locations"
        indexes = ((("source", "source_id"), True),)

    def __str__(self) -> str:
        return self.name or "–"


class ServiceAtLocation(DirectoryModel):
    """A service is given at a location."""

    service = ForeignKeyField(Service, backref="places", on_delete="CASCADE")
    location = ForeignKeyField(Location, backref="services", on_delete="CASCADE")
    description = ProseField(default="")

    class Meta:
        table_name = "services_at_locations"
        indexes = ((("service", "location"), True), (("source", "source_id"), False))


class _Belonging(DirectoryModel):
    """A row that belongs to an organisation, a service or a location."""

    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    service = ForeignKeyField(Service, null=True, on_delete="CASCADE")
    location = ForeignKeyField(Location, null=True, on_delete="CASCADE")


class Contact(_Belonging):
    """Somebody to speak to at a provider."""

    name = LineField(max_length=200, default="")
    title = LineField(max_length=200, default="")
    department = LineField(max_length=200, default="")
    email = LineField(max_length=254, default="")

    class Meta:
        table_name = "contacts"
        indexes = ((("source", "source_id"), False),)

    def __str__(self) -> str:
        return self.name or self.title or "–"


class Phone(_Belonging):
    """A phone number; `number` as the source writes it."""

    contact = ForeignKeyField(Contact, null=True, backref="phones", on_delete="CASCADE")
    number = LineField(max_length=60)
    extension = LineField(max_length=20, default="")
    type = CharField(max_length=20, default="")
    description = LineField(max_length=300, default="")

    class Meta:
        table_name = "phones"
        indexes = ((("source", "source_id"), False),)

    def __str__(self) -> str:
        return f"{self.number} {self.extension}".strip()


class Address(_Belonging):
    """A postal or physical address."""

    attention = LineField(max_length=200, default="")
    address_1 = LineField(max_length=500, default="")
    address_2 = LineField(max_length=300, default="")
    city = LineField(max_length=120, default="")
    region = LineField(max_length=120, default="")
    state_province = LineField(max_length=120, default="")
    postal_code = LineField(max_length=20, default="")
    country = LineField(max_length=80, default="")
    address_type = CharField(max_length=16, default="physical")

    class Meta:
        table_name = "addresses"
        indexes = ((("source", "source_id"), False),)

    def __str__(self) -> str:
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.address_1, self.address_2, town) if part)


class Schedule(_Belonging):
    """Opening times; `rule` is an RFC 5545 recurrence where the source has one."""

    byday = LineField(max_length=60, default="")
    opens_at = CharField(max_length=16, default="")
    closes_at = CharField(max_length=16, default="")
    valid_from = CharField(max_length=32, default="")
    valid_to = CharField(max_length=32, default="")
    description = ProseField(default="")
    closed = BooleanField(default=False)

    class Meta:
        table_name = "schedules"
        indexes = ((("source", "source_id"), False),)


class SpokenLanguage(_Belonging):
    """A language that is spoken at a service, a location or by a contact."""

    contact = ForeignKeyField(Contact, null=True, backref="languages", on_delete="CASCADE")
    name = LineField(max_length=120)
    code = CharField(max_length=16, default="")
    note = LineField(max_length=300, default="")

    class Meta:
        table_name = "spoken_languages"
        indexes = ((("source", "source_id"), False),)

    def __str__(self) -> str:
        return self.name


class DirectoryRecord(_Belonging):
    """A row of an HSDS table that has no table of ours yet: kept whole and exported again."""

    kind = CharField(max_length=48, index=True)
    data = TextField()

    class Meta:
        table_name = "directory_records"
        indexes = ((("source", "source_id"), False),)


DIRECTORY_MODELS: tuple[type[DirectoryModel], ...] = (
    Organization, Service, Location, ServiceAtLocation, Contact, Phone, Address, Schedule,
    SpokenLanguage, DirectoryRecord,
)  # fmt: skip


@recorded("organization:saved", needs="organization:edit")
def save_organization(row: Organization, *, by: Actor, at: datetime) -> Organization:
    """Store an organisation that was entered by hand."""
    return _store(row)


@recorded("service:saved", needs="service:edit")
def save_service(row: Service, *, by: Actor, at: datetime) -> Service:
    """Store a service that was entered by hand."""
    return _store(row)


@recorded("service:categorised", needs="service:edit")
def set_categories(
    service: Service, categories: list[NeedCategory], *, by: Actor, at: datetime
) -> Service:
    """Say which needs the service helps with, in place of what was said before."""
    ServiceCategory.delete().where(ServiceCategory.service == service).execute()
    ServiceCategory.insert_rows(
        [ServiceCategory(service=service, category=category) for category in categories]
    )
    return service


@recorded("service:placed", needs="service:edit")
def place_service(
    service: Service, locations: Iterable[Location], *, by: Actor, at: datetime
) -> Service:
    """Say where the service is given, in place of what was said before, and return it.

    What is known about the service at a place that stays is kept.
    """
    wanted = {each.id: each for each in locations}
    known = {each.__data__["location"]: each for each in service.places}
    for key in known.keys() - wanted.keys():
        known[key].delete_instance(recursive=False)
    for key in wanted.keys() - known.keys():
        ServiceAtLocation.create(service=service, location=wanted[key])
    return service


@recorded("service:languages_set", needs="service:edit")
def set_languages(
    service: Service, rows: Iterable[SpokenLanguage], *, by: Actor, at: datetime
) -> Service:
    """Say which languages are spoken at the service, in place of what was said before.

    `rows` are those of the service that stay, changed or not, and new ones. Returns the
    service; raises `LanguageMissing` for a row without a name, `NotFound` for a row of
    something else.
    """
    known = {each.id for each in service.spokenlanguage_set}
    kept = set()
    for row in rows:
        if not row.name.strip():
            raise LanguageMissing()
        if row.id not in known and SpokenLanguage.select().where(SpokenLanguage.id == row.id):
            raise NotFound()
        row.service = service
        kept.add(_store(row).id)
    SpokenLanguage.delete().where(SpokenLanguage.id << (known - kept)).execute()
    return service


@recorded("capacity:reported", needs="capacity:edit", open_to=("system", "provider"))
def report_capacity(
    service: Service,
    *,
    places: int | None,
    free: int | None,
    waiting: int | None,
    by: Actor,
    at: datetime,
) -> Service:
    """Store how many places a service has, how many are free and how many people wait."""
    service.capacity_places = places
    service.capacity_free = free
    service.capacity_waiting = waiting
    service.capacity_at = at
    service.save()
    return service


@recorded("organization:checked", needs="organization:edit", open_to=("system", "provider"))
def confirm_entry(row: Any, *, by: Actor, at: datetime) -> Any:
    """Note that somebody has looked at an organisation or a service and found it true."""
    if not isinstance(row, Organization | Service):
        raise NotCheckable()
    row.checked_at, row.checked_by = at, by.name
    row.save()
    return row


def _store(row: Any) -> Any:
    known = type(row).select().where(type(row).id == row.id).exists()
    if not known or row.is_dirty():
        row.save(force_insert=not known)
    return row
