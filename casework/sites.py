"""Sites (Standorte, Unterkünfte): where people live, how many fit in, and who is announced."""

from __future__ import annotations

from datetime import date, datetime

from peewee import BooleanField, CharField, DateField, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, LineField, ProseField, UtcField, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.core.states import Machine

SITE_KINDS = ("shared_housing", "follow_up_accommodation", "counselling_office", "other")
ARRIVAL_STATES = Machine(
    {"announced": N_("announced"), "arrived": N_("have come"), "cancelled": N_("called off")},
    {
        "announced": ("arrived", "cancelled"),
        "arrived": ("announced",),
        "cancelled": ("announced",),
    },
)
MOST_PEOPLE = 5_000
LATEST_YEARS = 10


class PeopleRefused(Refusal):
    """Nobody, or more than any site takes."""

    msgid = N_("Please enter how many people are to come: a whole number from 1 to %(most)s.")


class ArrivalDayRefused(Refusal):
    """A day that cannot be meant."""

    msgid = N_(
        "People cannot be announced for %(day)s. Please enter a day between %(first)s and "
        "%(last)s, or none if it is not known yet."
    )


class Site(Base):
    """One place with a capacity in people."""

    name = LineField(max_length=200, unique=True)
    kind = CharField(
        max_length=32, default="follow_up_accommodation", choices=[(k, k) for k in SITE_KINDS]
    )
    address = LineField(max_length=300, default="")
    capacity = IntegerField(default=0)
    notes = ProseField(default="")
    active = BooleanField(default=True)

    class Meta:
        table_name = "sites"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """No secrets here: every member of staff sees them."""
        return cls.select()

    def __str__(self) -> str:
        return self.name


class Arrival(Base):
    """People who are announced for a site, as many as come in one go."""

    site = ForeignKeyField(Site, backref="arrivals", on_delete="CASCADE")
    arrives_on = DateField(null=True)
    people = IntegerField()
    note = SealedField(max_length=1000, null=True)
    state = CharField(max_length=16, default="announced")
    state_since = UtcField()
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "arrivals"
        indexes = ((("state", "arrives_on"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All of them for who plans arrivals, nothing for anybody else."""
        rows = cls.select()
        return rows if staff.may("arrival:read") else rows.where(cls.id.is_null())

    @classmethod
    def announced(cls) -> ModelSelect:
        """Who is still to come, the soonest first and those without a day last."""
        return (
            cls.select()
            .where(cls.state == "announced")
            .order_by(cls.arrives_on.is_null(), cls.arrives_on, cls.created_at)
        )

    def __str__(self) -> str:
        return f"{self.people} · {self.site}"


@recorded("arrival:announced", needs="arrival:create")
def announce_arrival(
    site: Site,
    people: int,
    arrives_on: date | None = None,
    *,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Arrival:
    """People are to come to `site`, on a day or on one not known yet.

    Raises `PeopleRefused`, `ArrivalDayRefused`.
    """
    _check(people, arrives_on, at)
    return Arrival.create(
        site=site, people=people, arrives_on=arrives_on, note=note or None,
        state_since=at, created_at=at,
    )  # fmt: skip


@recorded("arrival:changed")
def change_arrival(
    arrival: Arrival,
    *,
    revision: int,
    people: int,
    arrives_on: date | None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Arrival:
    """Another number, day or note, decided on the page that showed `revision`.

    Raises `PeopleRefused`, `ArrivalDayRefused`, `StaleEdit`.
    """
    fresh = locked_arrival(arrival, revision)
    if arrives_on != fresh.arrives_on:
        _check(people, arrives_on, at)
    _check(people, None, at)
    fresh.people, fresh.arrives_on, fresh.note = people, arrives_on, note or None
    fresh.revision += 1
    fresh.save()
    return fresh


@recorded("arrival:moved")
def move_arrival(
    arrival: Arrival, state: str, *, revision: int, by: Actor, at: datetime
) -> Arrival:
    """They have come, or it was called off. Raises `InvalidTransition`, `StaleEdit`."""
    fresh = locked_arrival(arrival, revision)
    ARRIVAL_STATES.move(fresh, state, at=at, revision=fresh.revision + 1)
    return fresh


def locked_arrival(arrival: Arrival, revision: int) -> Arrival:
    """The row as it is now, kept from others until the transaction ends.

    Raises `NotFound`, and `StaleEdit` where it is not what `revision` showed.
    """
    query = Arrival.select().where(Arrival.id == arrival.id)
    fresh = (query if is_sqlite() else query.for_update()).first()
    if fresh is None:
        raise NotFound()
    if fresh.revision != revision:
        raise StaleEdit()
    return fresh


def _check(people: int, day: date | None, at: datetime) -> None:
    if not 1 <= people <= MOST_PEOPLE:
        raise PeopleRefused(most=f"{MOST_PEOPLE:,}")
    first = site_day(at).replace(month=1, day=1)
    first, last = (first.replace(year=first.year + years) for years in (-1, LATEST_YEARS))
    if day is not None and not first <= day <= last:
        raise ArrivalDayRefused(
            day=f"{day:%d.%m.%Y}", first=f"{first:%d.%m.%Y}", last=f"{last:%d.%m.%Y}"
        )
