"""People and the households they live in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from peewee import (
    BooleanField,
    CharField,
    ForeignKeyField,
    JSONField,
    ModelSelect,
    UUIDField,
)

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.lookups import birth_keys, email_keys, find_all, name_keys, phone_keys, remember
from casework.core.refusals import Refusal
from casework.sites import Site

GENDERS = {
    "female": N_("female"),
    "male": N_("male"),
    "diverse": N_("diverse"),
    "not_said": N_("not stated"),
}
ROLES_AT_HOME = {
    "self": N_("contact person"),
    "partner": N_("partner"),
    "child": N_("child"),
    "parent": N_("parent"),
    "sibling": N_("sibling"),
    "relative": N_("other relative"),
    "other": N_("housemate"),
}
HOUSING = {
    "shared": N_("shared accommodation"),
    "flat": N_("own flat or follow-up accommodation"),
    "friends_family": N_("with friends or family"),
    "no_home": N_("no home"),
    "other": N_("other"),
}


class NameMissing(Refusal):
    """A person without any name."""

    msgid = N_("A person needs at least one name. Please enter a given name or a family name.")


class Household(Base):
    """People who live together and are supported together."""

    name = SealedField(max_length=200, null=True)
    site = ForeignKeyField(Site, null=True, backref="households", on_delete="SET NULL")
    housing = CharField(max_length=16, default="", choices=list(HOUSING.items()))
    place = SealedField(max_length=300, null=True)
    created_at = UtcField()

    class Meta:
        table_name = "households"
        indexes = ((("created_at", "id"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for the coordinator; for an integration manager those in the organisation's care."""
        rows = cls.select()
        if staff.sees_all:
            return rows
        return rows.where(cls.id << Care.households_of(staff))

    def __str__(self) -> str:
        return self.name or "–"


# Who lives where, without reading a row.
Household.add_index(Household.index(Household.site, Household.id, name="household_at_site"))


class Care(Base):
    """An organisation works with a household, since when and until when.

    Written by the verbs on cases; who may see people and households is decided by it.
    """

    household = ForeignKeyField(Household, backref="care", on_delete="CASCADE")
    organization_id = UUIDField()
    case_id = UUIDField(index=True)
    since = UtcField()
    until = UtcField(null=True)

    class Meta:
        table_name = "care"
        indexes = ((("organization_id", "until", "household"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The rows of one's own organisation, all for the coordinator."""
        rows = cls.select()
        return rows if staff.sees_all else rows.where(cls.organization_id == staff.organization_id)

    @classmethod
    def households_of(cls, staff: Actor) -> ModelSelect:
        """Ids of the households that the organisation of `staff` cares for now."""
        permitted = staff.may("household:read") and staff.organization_id is not None
        return cls.select(cls.household).where(
            permitted & (cls.organization_id == staff.organization_id) & cls.until.is_null()
            if permitted
            else cls.id.is_null()
        )


class Person(Base):
    """One human being. Whatever identifies or describes them is sealed."""

    household = ForeignKeyField(Household, backref="people", on_delete="RESTRICT")
    given_name = SealedField(max_length=200, null=True)
    family_name = SealedField(max_length=200, null=True)
    birth_date = SealedField(max_length=10, null=True)
    nationality = SealedField(max_length=2, null=True)
    gender = CharField(max_length=16, default="", choices=list(GENDERS.items()))
    role_at_home = CharField(max_length=16, default="self", choices=list(ROLES_AT_HOME.items()))
    phone = SealedField(max_length=40, null=True)
    email = SealedField(max_length=254, null=True)
    language = CharField(max_length=16, default="")
    languages = JSONField(default=list)
    interpreter = CharField(max_length=16, default="")
    channels = JSONField(default=list)
    times = JSONField(default=list)
    notes = SealedField(max_length=4000, null=True)
    is_contact = BooleanField(default=False)
    created_at = UtcField()

    class Meta:
        table_name = "people"
        indexes = ((("created_at", "id"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The people of the households that `staff` may see."""
        rows = cls.select()
        if staff.sees_all:
            return rows
        return rows.where(cls.household << Care.households_of(staff))

    @classmethod
    def named(cls, staff: Actor, words: str) -> ModelSelect:
        """People within the scope of `staff` who have all these name words, whole words each."""
        return cls.scope(staff).where(cls.id << list(find_all("people", name_keys(words))))

    @property
    def name(self) -> str:
        """Given name and family name, as far as there are any."""
        return " ".join(part for part in (self.given_name, self.family_name) if part) or "–"

    def __str__(self) -> str:
        return self.name


PERSON_FIELDS = (
    "given_name", "family_name", "birth_date", "nationality", "gender", "role_at_home", "phone",
    "email", "language", "languages", "interpreter", "channels", "times", "notes", "is_contact",
)  # fmt: skip


@recorded("household:created", needs="household:create")
def create_household(
    *,
    name: str,
    site: Site | None = None,
    housing: str = "",
    place: str = "",
    by: Actor,
    at: datetime,
) -> Household:
    """A new household without people."""
    return Household.create(
        name=name or None, site=site, housing=housing, place=place or None, created_at=at
    )


@recorded("household:changed", needs="household:edit")
def change_household(household: Household, *, by: Actor, at: datetime, **columns: Any) -> Household:
    """Change name, site, housing or place; returns the household."""
    for name, value in columns.items():
        if name not in ("name", "site", "housing", "place"):
            raise KeyError(name)
        setattr(household, name, value)
    if household.is_dirty():
        household.save()
    return household


@recorded("person:created", needs="person:create")
def add_person(household: Household, *, by: Actor, at: datetime, **columns: Any) -> Person:
    """A new person in `household`. Raises `NameMissing`, KeyError for an unknown column."""
    unknown = set(columns) - set(PERSON_FIELDS)
    if unknown:
        raise KeyError(sorted(unknown)[0])
    if not (columns.get("given_name") or columns.get("family_name")):
        raise NameMissing()
    person = Person.create(household=household, created_at=at, **columns)
    index_person(person)
    return person


@recorded("person:changed", needs="person:edit")
def change_person(person: Person, *, by: Actor, at: datetime, **columns: Any) -> Person:
    """Change columns of a person; returns the person. Raises `NameMissing`, KeyError."""
    for name, value in columns.items():
        if name not in (*PERSON_FIELDS, "household"):
            raise KeyError(name)
        setattr(person, name, value)
    if not (person.given_name or person.family_name):
        raise NameMissing()
    if person.is_dirty():
        person.save()
    index_person(person)
    return person


def index_person(person: Person) -> None:
    """Make the person findable by name, phone, e-mail and birth date."""
    remember(
        person,
        [
            *name_keys(person.given_name, person.family_name),
            *phone_keys(person.phone),
            *email_keys(person.email),
            *birth_keys(person.birth_date),
        ],
    )


def take_into_care(
    household: Household, organization_id: uuid.UUID, case_id: uuid.UUID, *, at: datetime
) -> None:
    """Note that an organisation works with the household from now on; part of a case verb."""
    known = Care.select().where(
        (Care.household == household)
        & (Care.organization_id == organization_id)
        & (Care.case_id == case_id)
        & Care.until.is_null()
    )
    if not known.exists():
        Care.create(household=household, organization_id=organization_id, case_id=case_id, since=at)


def end_care(case_id: uuid.UUID, *, at: datetime, keep: uuid.UUID | None = None) -> None:
    """End the care that a case gave, except by the organisation `keep`; part of a case verb."""
    current = (Care.case_id == case_id) & Care.until.is_null()
    if keep is not None:
        current &= Care.organization_id != keep
    Care.update(until=at).where(current).execute()
