"""Workload: how many people each integration manager works with, and what room there is.

The rule that it is shown against is one integration manager for 120 people (Baden-Württemberg,
Pakt für Integration); the figure is a setting. People count, not cases: everybody of a household
with a live case. A household with two live cases counts for both who work on it.
"""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from casework.cases import Case
from casework.core.access import Actor, Role
from casework.people import Person
from casework.providers import Organization
from casework.sites import Arrival, Site
from casework.staff import Staff

Key = uuid.UUID | None


@dataclass(frozen=True)
class Share:
    """Live cases and people of one part: by who works on them, for whom and where."""

    assigned_to: Key
    organization: Key
    site: Key
    cases: int
    people: int


@dataclass(frozen=True)
class Load:
    """What one integration manager, organisation or site carries.

    `row` is None for what nobody has yet; `announced` are people still to come there.
    """

    row: Any
    cases: int
    people: int
    managers: int = 0
    announced: int = 0


def shares(staff: Actor) -> list[Share]:
    """The live cases within scope, counted in one statement along one index."""
    size = people_of_case()
    rows = (
        Case.scope(staff)
        .select(
            Case.assigned_to, Case.organization, Case.site, fn.COUNT(SQL("*")), fn.SUM(size)
        )
        .where(Case.closed_at.is_null())
        .group_by(Case.assigned_to, Case.organization, Case.site)
    )  # fmt: skip
    return [
        Share(assigned_to, organization, site, cases, int(people or 0))
        for assigned_to, organization, site, cases, people in rows.tuples()
    ]


def people_of_case() -> Any:
    """How many people the household of a case has, as part of a query on cases.

    Counted are rows, not ids: so the index on the household is enough.
    """
    return Person.select(fn.COUNT(SQL("*"))).where(Person.household == Case.household)


def by_manager(found: list[Share], staff: Actor) -> list[Load]:
    """Each colleague who works on cases, the fullest first, then what nobody has yet."""
    summed = _summed(found, lambda share: share.assigned_to)
    rows = Staff.scope(staff).where(
        (Staff.active & (Staff.role == Role.INTEGRATION_MANAGER.value))
        | (Staff.id << [key for key in summed if key])
    )
    loads = [Load(row, *summed.get(row.id, (0, 0)), managers=1) for row in
             rows.with_related(Staff.organization)]  # fmt: skip
    loads.sort(key=lambda load: (-load.people, str(load.row)))
    nobody = summed.get(None)
    return [*loads, Load(None, *nobody)] if nobody else loads


def by_organization(found: list[Share], managers: list[Load]) -> list[Load]:
    """Each organisation with cases or managers, then what no organisation has yet."""
    summed = _summed(found, lambda share: share.organization)
    heads: dict[Key, int] = defaultdict(int)
    for load in managers:
        if load.row is not None and load.row.role == Role.INTEGRATION_MANAGER.value:
            heads[load.row.__data__["organization"]] += 1
    return _loads(Organization, summed, {}, heads)


def by_site(found: list[Share]) -> list[Load]:
    """Each site with cases or announced people, then the cases without a site."""
    summed = _summed(found, lambda share: share.site)
    rows = (
        Arrival.select(Arrival.site, fn.SUM(Arrival.people))
        .where(Arrival.state == "announced")
        .group_by(Arrival.site)
    )
    return _loads(Site, summed, dict(rows.tuples()), {})


def managers_needed(people: int, per_manager: int) -> int:
    """How many integration managers the staffing rule asks for, rounded up."""
    return math.ceil(people / max(per_manager, 1))


def _summed(found: list[Share], key: Callable[[Share], Key]) -> dict[Key, tuple[int, int]]:
    totals: dict[Key, tuple[int, int]] = {}
    for share in found:
        cases, people = totals.get(key(share), (0, 0))
        totals[key(share)] = (cases + share.cases, people + share.people)
    return totals


def _loads(
    model: Any, summed: dict[Key, tuple[int, int]], announced: dict[Key, int],
    heads: dict[Key, int],
) -> list[Load]:  # fmt: skip
    ids = {key for key in (*summed, *announced, *heads) if key is not None}
    loads = [
        Load(row, *summed.get(row.id, (0, 0)), managers=heads.get(row.id, 0),
             announced=announced.get(row.id, 0))
        for row in model.select().where(model.id << list(ids))
    ]  # fmt: skip
    loads.sort(key=lambda load: (-load.people, str(load.row)))
    return [*loads, Load(None, *summed[None])] if None in summed else loads
