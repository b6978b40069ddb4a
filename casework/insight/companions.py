"""Where a household looks for somebody, who could be there, and which engagements call.

Who works with volunteers and not with cases learns here what bringing two together needs:
life area, languages, how many people, site, and the colleague to speak with. Names, case number,
needs in words and everything else stay with the file, so a household is named by a keyed handle.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import JOIN, ModelSelect, fn

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.core.crypto import keyring
from casework.core.settings import all_settings
from casework.engagements import STANDING, Engagement, households_of, open_offers
from casework.insight.balance.models import Balance, BalanceCell
from casework.life_areas import LifeArea
from casework.needs import Need
from casework.people import Household, Person
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff
from casework.volunteers import Offer

MOST_SOUGHT = 100
MOST_OFFERS = 200


@dataclass(frozen=True)
class Beside:
    """A household as far as who works with volunteers may know it."""

    site: str
    people: int
    languages: tuple[str, ...]
    in_charge: str


@dataclass(frozen=True)
class Sought:
    """A household in which nobody helps in an area where a need is open since that moment.

    `alone` says that nobody helps it in any other area either. `case` is for verbs, and for the
    pages of those who see cases.
    """

    case: uuid.UUID
    beside: Beside
    area: LifeArea
    since: datetime
    alone: bool

    @property
    def handle(self) -> str:
        """What names the household and the area in an address: 32 hex digits that tell nothing."""
        return _handle(self.case, self.area.id)


@dataclass(frozen=True)
class Fit:
    """An offer for a household: whether it names the area, what both speak, how much room is left.

    `taken` counts households, proposals included.
    """

    offer: Offer
    helps: bool
    languages: tuple[str, ...]
    taken: int

    @property
    def room(self) -> int:
        """How many more households the volunteer offered to be beside; none is 0."""
        return max(self.offer.places - self.taken, 0)


def sought(staff: Actor, *, areas: Sequence[uuid.UUID] | None = None) -> list[Sought]:
    """Households in an area with an open need, nobody who helps and nobody proposed.

    The longest wait first, `MOST_SOUGHT` at the most; with `areas` only those. Nothing for who
    may not propose or does not see offers. Five statements.
    """
    if not _may_look(staff):
        return []
    rows = _alone_in_area()
    if areas is not None:
        rows = rows.where(Need.life_area << list(areas))
    return _described(rows.limit(2 * MOST_SOUGHT).tuples())[:MOST_SOUGHT]


def sought_by(staff: Actor, handle: str) -> Sought | None:
    """What a handle names, while that household still looks for somebody there."""
    if not _may_look(staff):
        return None
    rows: Any = _alone_in_area().tuples()
    named = [row for row in rows if _handle(row[0], row[2]) == handle]
    return next(iter(_described(named)), None)


def fits(one: Sought) -> list[Fit]:
    """Open offers for a household: its area, then room, then a common language, then the oldest."""
    rows: Any = open_offers().limit(MOST_OFFERS)
    offers = list(rows.with_related(Offer.volunteer))
    taken = households_of(offers)
    found = [
        Fit(
            each, one.area.code in each.areas,
            tuple(tag for tag in one.beside.languages if _spoken(tag, each.languages)),
            len(taken[each.id]),
        )
        for each in offers
    ]  # fmt: skip
    return sorted(found, key=lambda fit: (not fit.helps, not fit.room, -len(fit.languages)))


def beside(engagements: Iterable[Engagement]) -> dict[uuid.UUID, Beside]:
    """What may be known of the household of each engagement, by its id; scope is the caller's."""
    ids = [each.id for each in engagements]
    rows: Any = Engagement.select(Engagement.id, Engagement.case).where(Engagement.id << ids)
    cases = dict(rows.tuples()) if ids else {}
    known = _beside(set(cases.values()))
    return {id: known[case] for id, case in cases.items()}


def calling(staff: Actor, *, at: datetime, today: date) -> ModelSelect[Engagement]:
    """Engagements in live cases that somebody should look after, the longest first.

    The volunteer has said yes and the household was not asked; nobody answers or begins for
    `engagement_answer_days`; one that runs was not heard of for `engagement_quiet_days`.
    """
    settings = all_settings()
    late = at - timedelta(days=int(settings["engagement_answer_days"]))
    quiet = today - timedelta(days=int(settings["engagement_quiet_days"]))
    asked = fn.COALESCE(Engagement.asked_at, Engagement.state_since)
    heard = fn.COALESCE(Engagement.heard_on, Engagement.since)
    return (
        Engagement.scope(staff)
        .where(
            Case.live_in(Engagement.case)
            & (
                ((Engagement.state == "proposed") & (Engagement.answer == "yes"))
                | ((Engagement.state == "proposed") & (asked <= late))
                | ((Engagement.state == "agreed") & (Engagement.state_since <= late))
                | ((Engagement.state == "running") & (heard <= quiet))
            )
        )
        .order_by(Engagement.state_since, Engagement.id)
    )


def _may_look(staff: Actor) -> bool:
    return staff.may("engagement:create") and staff.may("offer:read")


def _handle(case: uuid.UUID, area: uuid.UUID) -> str:
    return keyring().code("sought", f"{case}/{area}").hex()


def _described(rows: Iterable[tuple[uuid.UUID, uuid.UUID, uuid.UUID, datetime]]) -> list[Sought]:
    """The first row of each household and area, with what may be known of it."""
    first: dict[tuple[uuid.UUID, uuid.UUID], tuple[uuid.UUID, datetime]] = {}
    for case, household, area, since in rows:
        first.setdefault((household, area), (case, since))
    known = _beside({case for case, _since in first.values()})
    alone = _alone({household for household, _area in first})
    named = {each.id: each for each in LifeArea.select()} if first else {}
    return [
        Sought(case, known[case], named[area], since, household in alone)
        for (household, area), (case, since) in first.items()
    ]


def _alone_in_area() -> ModelSelect:
    """Case, household, area and moment of open needs with nobody, by the sums of the balance."""
    under = BalanceCell.select(BalanceCell.id).where(
        (BalanceCell.household == Case.household)
        & (BalanceCell.life_area == Need.life_area)
        & BalanceCell.organization.is_null()
        & BalanceCell.under
    )
    # By the cases of the one household: joined, SQLite looks at everything in the life area.
    same: Any = Case.alias()
    cases = same.select(same.id).where(same.household == Case.household)
    proposed = Engagement.select(Engagement.id).where(
        (Engagement.case << cases)
        & (Engagement.life_area == Need.life_area)
        & (Engagement.state << STANDING)
    )
    rows: ModelSelect = Need.select(Case.id, Case.household, Need.life_area, Need.state_since)
    return (
        rows.join(Case)
        .where(
            (Need.state == "open")
            & (Case.state << LIVE_STATES)
            & fn.EXISTS(under)
            & ~fn.EXISTS(proposed)
        )
        .order_by(Need.state_since, Need.id)
    )


def _alone(households: set[uuid.UUID]) -> set[uuid.UUID]:
    rows: Any = Balance.select(Balance.household).where(
        (Balance.household << households) & Balance.organization.is_null() & Balance.alone
    )
    return {household for (household,) in rows.tuples()} if households else set()


def _beside(cases: set[uuid.UUID]) -> dict[uuid.UUID, Beside]:
    if not cases:
        return {}
    rows: Any = (
        Case.select(
            Case.id, Case.language, Case.household, Site.name, Staff.name, Organization.name
        )
        .join(Household)
        .join(Site, JOIN.LEFT_OUTER)
        .join_from(Case, Staff, JOIN.LEFT_OUTER)
        .join_from(Case, Organization, JOIN.LEFT_OUTER)
        .where(Case.id << cases)
    )  # fmt: skip
    found = list(rows.tuples())
    people: dict[uuid.UUID, list[Any]] = {}
    counted: Any = Person.select(Person.household, Person.languages, Person.is_contact).where(
        Person.household << {row[2] for row in found}
    )
    for household, spoken, is_contact in counted.tuples():
        people.setdefault(household, []).append(spoken if is_contact else None)
    return {
        id: Beside(
            site or "", len(people.get(household, ())),
            _languages(language, people.get(household, ())),
            " · ".join(filter(None, (colleague, organization))),
        )
        for id, language, household, site, colleague, organization in found
    }  # fmt: skip


def _languages(language: str, spoken: Iterable[list[str] | None]) -> tuple[str, ...]:
    """The language of the case and those that the contact person speaks, each once."""
    others = [tag for each in spoken for tag in each or ()]
    return tuple(dict.fromkeys([language, *others]))


def _spoken(tag: str, offered: list[str]) -> bool:
    """Whether `tag` is among the languages offered; Dari and Persian understand each other."""
    return tag in offered or tag.partition("-")[0] in {each.partition("-")[0] for each in offered}
