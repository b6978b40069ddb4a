"""Sites: who lives there, what is free, and how that changes with those who are announced."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import SQL, fn

from casework.cases import LIVE_STATES, Case
from casework.people import Household, Person
from casework.sites import Arrival, Site


@dataclass(frozen=True)
class Occupied:
    """How many households and people live at a site."""

    households: int = 0
    people: int = 0


@dataclass(frozen=True)
class Change:
    """From `day` on so many people live at a site and so many places are free.

    `free` is negative where more are announced than there is room for.
    """

    day: date
    people: int
    free: int


def occupied() -> dict[uuid.UUID, Occupied]:
    """Who lives at each site now, by the site's id, in one statement.

    Households whose cases are all closed, one of them because they moved away, live there no
    longer.
    """
    live = Case.select(Case.household).where(Case.state << LIVE_STATES)
    gone = Case.select(Case.household).where(
        (Case.closing_reason == "moved_away")
        & (Case.state == "closed")
        & Case.household.not_in(live)
    )
    # Counted home by home along two indexes: joined, the database would read every person.
    size = Person.select(fn.COUNT(SQL("*"))).where(Person.household == Household.id)
    homes = (
        Household.select(Household.site.alias("site"), size.alias("people"))
        .where(Household.site.is_null(False) & Household.id.not_in(gone))
        .alias("homes")
    )
    rows = (
        Household.select(homes.c.site, fn.COUNT(SQL("*")), fn.SUM(homes.c.people))
        .from_(homes)
        .where(homes.c.people > 0)
        .group_by(homes.c.site)
    )
    return {
        _key(site): Occupied(households, int(people)) for site, households, people in rows.tuples()
    }


def _key(site: Any) -> uuid.UUID:
    return site if isinstance(site, uuid.UUID) else uuid.UUID(site)


def free_over_time(
    site: Site, lives: int, arrivals: Iterable[Arrival], *, today: date
) -> list[Change]:
    """Today and each day on which announced people come to `site`, in order.

    Who should have come already counts today; who has no day does not count. That somebody
    moves out cannot be foreseen and is not.
    """
    people = lives
    coming: dict[date, int] = {today: 0}
    for arrival in arrivals:
        if arrival.arrives_on is not None:
            day = max(arrival.arrives_on, today)
            coming[day] = coming.get(day, 0) + arrival.people
    changes = []
    for day in sorted(coming):
        people += coming[day]
        changes.append(Change(day, people, site.capacity - people))
    return changes


def free_on(changes: Sequence[Change], day: date) -> Change:
    """What holds on `day`: the last change that is not after it."""
    return next((each for each in reversed(changes) if each.day <= day), changes[0])
