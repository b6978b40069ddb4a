"""Volunteers (Ehrenamtliche) and what they offer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, JSONField, ModelSelect

from casework.core.access import PUBLIC, Actor
from casework.core.audit import on, recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.lookups import email_keys, name_keys, phone_keys, remember
from casework.core.states import Machine
from casework.submissions import Submission

STATES = Machine(
    {
        "new": N_("new"),
        "approved": N_("approved"),
        "paused": N_("paused"),
        "full": N_("full"),
        "ended": N_("ended"),
    },
    {
        "new": ("approved", "ended"),
        "approved": ("paused", "full", "ended"),
        "paused": ("approved", "ended"),
        "full": ("approved", "paused", "ended"),
    },
)
MAX_PLACES = 100


class Volunteer(Base):
    """Somebody who helps without pay."""

    given_name = SealedField(max_length=200, null=True)
    family_name = SealedField(max_length=200, null=True)
    phone = SealedField(max_length=40, null=True)
    email = SealedField(max_length=254, null=True)
    language = CharField(max_length=16, default="de")
    created_at = UtcField()

    class Meta:
        table_name = "volunteers"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who works with volunteers."""
        rows = cls.select()
        return rows if staff.may("offer:read") else rows.where(cls.id.is_null())

    @property
    def name(self) -> str:
        """Given name and family name, as far as there are any."""
        return " ".join(part for part in (self.given_name, self.family_name) if part) or "–"

    def __str__(self) -> str:
        return self.name


class Offer(Base):
    """What a volunteer offers, when and for how many people."""

    volunteer = ForeignKeyField(Volunteer, backref="offers", on_delete="CASCADE")
    submission = ForeignKeyField(
        Submission, null=True, unique=True, backref="offers", on_delete="SET NULL"
    )
    state = CharField(max_length=16, default="new", index=True)
    state_since = UtcField()
    areas = JSONField(default=list)
    languages = JSONField(default=list)
    availability = JSONField(default=list)
    places = IntegerField(default=1)
    description = SealedField(max_length=8000, null=True)
    description_language = CharField(max_length=16, default="")
    created_at = UtcField()

    class Meta:
        table_name = "offers"
        indexes = ((("state", "created_at"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who works with volunteers."""
        rows = cls.select()
        return rows if staff.may("offer:read") else rows.where(cls.id.is_null())


@recorded("offer:moved")
def move_offer(offer: Offer, state: str, *, by: Actor, at: datetime) -> Offer:
    """Approve, pause, mark as full or end an offer. Raises `InvalidTransition`."""
    STATES.move(offer, state, at=at)
    return offer


@recorded("offer:received", needs="offer:create", open_to=("system", "public"))
def register_offer(submission: Submission, *, by: Actor, at: datetime) -> Offer:
    """The volunteer and the offer that a submission of the form `offer` describes."""
    mapped = submission.mapped
    volunteer = Volunteer.create(
        given_name=mapped.get("person.given_name") or None,
        family_name=mapped.get("person.family_name") or None,
        phone=mapped.get("person.phone") or None,
        email=mapped.get("person.email") or None,
        language=submission.language,
        created_at=at,
    )
    remember(
        volunteer,
        [
            *name_keys(volunteer.given_name, volunteer.family_name),
            *phone_keys(volunteer.phone),
            *email_keys(volunteer.email),
        ],
    )
    return Offer.create(
        volunteer=volunteer,
        submission=submission,
        areas=mapped.get("offer.category") or [],
        languages=mapped.get("offer.languages") or mapped.get("person.languages") or [],
        availability=mapped.get("offer.availability") or [],
        places=_places(mapped.get("offer.places")),
        description=mapped.get("offer.description") or None,
        description_language=submission.language,
        created_at=at,
        state_since=at,
    )


def _places(answer: Any) -> int:
    """For how many people, within what one volunteer can mean."""
    digits = str(answer or "1")
    return min(max(int(digits), 1), MAX_PLACES) if digits.isdecimal() else 1


@on("submission:received")
def register_from_form(submission: Submission, *, by: Actor, at: datetime) -> None:
    """An offer that comes through the portal stands in the list at once."""
    if submission.purpose == "offer":
        register_offer(submission, by=PUBLIC, at=at)


@on("submission:withdrawn")
def end_offer(submission: Submission, *, by: Actor, at: datetime) -> None:
    """Who takes the registration back is asked no more."""
    offer = Offer.get_or_none(Offer.submission == submission)
    if offer is not None and STATES.allows(offer.state, "ended"):
        STATES.move(offer, "ended", at=at)
