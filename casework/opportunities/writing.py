"""Announcing and changing opportunities, and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from casework.core.access import SYSTEM, Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.db import clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit, Term
from casework.core.settings import setting
from casework.opportunities.kinds import CHILD, HOUSEHOLD, KINDS, PERSONAL
from casework.opportunities.models import STATES, TAKING, Opportunity, OpportunityOffer, Requirement
from casework.opportunities.models import stored as stored_requirements
from casework.providers import Organization, Service, save_organization, save_service
from casework.referrals import Referral, revoke_referral
from casework.skills import FIELD as OF_FIELD
from casework.skills import Skill
from casework.strengths import LANGUAGE, LICENCE, LICENCES, MOTHER_TONGUE, SKILL

MOST_PLACES = 500
MOST_REQUIREMENTS = 30
MOST_DESCRIPTION = 4000
FARTHEST = timedelta(days=4 * 366)
FREE_SOURCE = "opportunity"


class TitleMissing(Refusal):
    """Somebody reads it."""

    msgid = N_("Please say in a few words what it is: people read this line.")


class PlacesRefused(Refusal):
    """Nothing to give, or more than anybody has."""

    msgid = N_("Places are a number from 1 to %(most)s.")


class DayRefused(Refusal):
    """A day that nobody can mean, or a deadline that is over."""

    msgid = N_(
        "The deadline must be today or later, and both days within four years. "
        "Please check the dates."
    )


class RangeRefused(Refusal):
    """From more than to."""

    msgid = N_("“From” must not be more than “to”: ages 0 to 120, people 1 to 30, hours 1 to 60.")


class OpportunityOver(Refusal):
    """What is no longer open cannot be offered."""

    msgid = N_("“%(title)s” is %(state)s and cannot be offered now.")

    def __init__(self, opportunity: Opportunity) -> None:
        super().__init__(title=opportunity.title, state=Term(STATES.names[opportunity.state]))


@dataclass(frozen=True)
class Details:
    """What is said about an opportunity: the columns of `Opportunity` that people write."""

    kind: str
    title: str
    description: str = ""
    places: int = 1
    deadline: date | None = None
    starts_on: date | None = None
    place: str = ""
    hours: int | None = None
    rooms: float | None = None
    occupation: str = ""
    requirements: tuple[Requirement, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    min_people: int | None = None
    max_people: int | None = None

    def columns(self) -> dict[str, Any]:
        """The values to store; what a kind cannot ask for is left out."""
        personal, flat = self.kind in PERSONAL, self.kind == HOUSEHOLD
        ages = personal or self.kind == CHILD
        return {
            "kind": self.kind, "title": clean(self.title).strip()[:200],
            "description": clean(self.description).strip()[:MOST_DESCRIPTION],
            "places": self.places, "deadline": self.deadline, "starts_on": self.starts_on,
            "place": clean(self.place).strip()[:200],
            "hours": self.hours if not flat else None,
            "rooms": self.rooms if flat else None,
            "occupation": self.occupation if personal else "",
            "requirements": stored_requirements(self.requirements if personal else ()),
            "min_age": self.min_age if ages else None,
            "max_age": self.max_age if ages else None,
            "min_people": self.min_people if flat else None,
            "max_people": self.max_people if flat else None,
        }  # fmt: skip


@recorded("opportunity:announced", needs="opportunity:create")
def announce_opportunity(
    service: Service, details: Details, *, by: Actor, at: datetime
) -> Opportunity:
    """A new opportunity of a service of the directory, open at once.

    Raises `TitleMissing`, `PlacesRefused`, `DayRefused`, `RangeRefused`, `NotFound`.
    """
    _check(details, at=at)
    return Opportunity.create(
        service=service, **details.columns(), state_since=at, created_at=at,
        created_by=by.name[:200],
    )  # fmt: skip


@recorded("opportunity:changed")
def change_opportunity(
    opportunity: Opportunity,
    service: Service,
    details: Details,
    *,
    revision: int,
    by: Actor,
    at: datetime,
) -> Opportunity:
    """Say something else of an opportunity that was read as `revision`; returns it as it is.

    More places or a later deadline open it again. Raises `StaleEdit`, and what
    `announce_opportunity` raises.
    """
    current = locked(opportunity)
    if current.revision != revision:
        raise StaleEdit()
    _check(details, at=at, known_deadline=current.deadline)
    for name, value in details.columns().items():
        setattr(current, name, value)
    current.service = service
    current.revision += 1
    current.save()
    if current.state == "expired" and not _is_past(current, at):
        move_opportunity(current, "open", by=SYSTEM, at=at)
    recount(current, at=at)
    return current


@recorded("opportunity:moved")
def move_opportunity(
    opportunity: Opportunity, state: str, *, by: Actor, at: datetime
) -> Opportunity:
    """Bring an opportunity into another state. Raises `InvalidTransition`."""
    STATES.move(opportunity, state, at=at)
    return opportunity


@recorded("opportunity:withdrawn", needs="opportunity:edit")
def withdraw_opportunity(opportunity: Opportunity, *, by: Actor, at: datetime) -> Opportunity:
    """It is not to be had any more: offers that hold no place yet are taken back.

    Raises `InvalidTransition`.
    """
    STATES.move(opportunity, "withdrawn", at=at)
    offers = OpportunityOffer.select(OpportunityOffer.referral).where(
        OpportunityOffer.opportunity == opportunity
    )
    for referral in list(Referral.select().where(Referral.id << offers)):
        if not referral.is_final and referral.state not in TAKING:
            revoke_referral(referral, by=by, at=at)
    return opportunity


@recorded("opportunity:reopened", needs="opportunity:edit")
def reopen_opportunity(opportunity: Opportunity, *, by: Actor, at: datetime) -> Opportunity:
    """A withdrawn opportunity is to be had after all.

    Raises `InvalidTransition`, `DayRefused` where its deadline is over.
    """
    if _is_past(opportunity, at):
        raise DayRefused()
    STATES.move(opportunity, "open", at=at)
    recount(opportunity, at=at)
    return opportunity


def expire_opportunities(*, at: datetime) -> int:
    """End opportunities whose deadline is past; returns how many."""
    today = local_date(at, setting("site_zone"))
    over = list(
        Opportunity.select().where(
            (Opportunity.state << ("open", "full")) & (Opportunity.deadline < today)
        )
    )
    for row in over:
        move_opportunity(row, "expired", by=SYSTEM, at=at)
    return len(over)


def free_provider(name: str, email: str, *, by: Actor, at: datetime) -> Service:
    """The service of somebody who is not in the directory, such as a private landlord.

    It is stored hidden, so that nobody finds it there; a second opportunity of the same name
    and address shares it. Raises `TitleMissing` without a name.
    """
    name, email = clean(name).strip()[:300], clean(email).strip()[:254]
    if not name:
        raise TitleMissing()
    same = Organization.select().where(
        (Organization.source == FREE_SOURCE) & (Organization.name == name)
        & (Organization.email == email)
    )  # fmt: skip
    organization = same.first() or save_organization(
        Organization(name=name, email=email, source=FREE_SOURCE, active=False), by=by, at=at
    )
    return organization.services.first() or save_service(
        Service(organization=organization, name=name, status="inactive", source=FREE_SOURCE),
        by=by, at=at,
    )  # fmt: skip


def recount(opportunity: Opportunity, *, at: datetime) -> None:
    """Count the places that are taken anew, and close or open the opportunity by it."""
    current = locked(opportunity)
    taken = (
        OpportunityOffer.select()
        .join(Referral)
        .where((OpportunityOffer.opportunity == current) & (Referral.state << TAKING))
        .count()
    )
    if taken != current.taken:
        current.taken = taken
        current.save()
    if current.state == "open" and not current.free:
        move_opportunity(current, "full", by=SYSTEM, at=at)
    elif current.state == "full" and current.free:
        move_opportunity(current, "expired" if _is_past(current, at) else "open", by=SYSTEM, at=at)


def locked(opportunity: Opportunity) -> Opportunity:
    """The row as it is now, read anew; nobody else changes it before this transaction ends."""
    row = Opportunity.select().where(Opportunity.id == opportunity.id)
    return (row if is_sqlite() else row.for_update()).get()


def _is_past(opportunity: Opportunity, at: datetime) -> bool:
    today = local_date(at, setting("site_zone"))
    return opportunity.deadline is not None and opportunity.deadline < today


def _check(given: Details, *, at: datetime, known_deadline: date | None = None) -> None:
    if given.kind not in KINDS:
        raise NotFound()
    if not clean(given.title).strip():
        raise TitleMissing()
    if not 1 <= given.places <= MOST_PLACES:
        raise PlacesRefused(most=MOST_PLACES)
    _check_days(given, local_date(at, setting("site_zone")), known_deadline)
    _check_range(given.min_age, given.max_age, 0, 120)
    _check_range(given.min_people, given.max_people, 1, 30)
    _check_range(given.hours, None, 1, 60)
    if given.rooms is not None and not 0.5 <= given.rooms <= 30:
        raise RangeRefused()
    _check_requirements(given)


def _check_days(given: Details, today: date, known: date | None) -> None:
    days = [day for day in (given.deadline, given.starts_on) if day is not None]
    if any(abs(day - today) > FARTHEST for day in days):
        raise DayRefused()
    if given.deadline is not None and given.deadline < today and given.deadline != known:
        raise DayRefused()


def _check_range(low: int | None, high: int | None, least: int, most: int) -> None:
    if any(each is not None and not least <= each <= most for each in (low, high)):
        raise RangeRefused()
    if low is not None and high is not None and low > high:
        raise RangeRefused()


def _check_requirements(given: Details) -> None:
    """Everything that is asked for can be entered as a strength, once. Raises `NotFound`."""
    skills = {row.code: row.kind for row in Skill.select(Skill.code, Skill.kind)}
    if given.occupation and skills.get(given.occupation) != OF_FIELD:
        raise NotFound()
    keys = {(each.kind, each.code) for each in given.requirements}
    if len(keys) != len(given.requirements) or len(keys) > MOST_REQUIREMENTS:
        raise NotFound()
    for each in given.requirements:
        known = {
            LANGUAGE: 0 < len(each.code) <= 16 and 0 <= each.level <= MOTHER_TONGUE,
            SKILL: skills.get(each.code) not in (None, OF_FIELD),
            LICENCE: each.code in LICENCES,
        }
        if not known.get(each.kind):
            raise NotFound()
