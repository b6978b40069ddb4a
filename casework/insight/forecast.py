"""How many cases and needs to expect: a plain calculation, month by month, with what it assumes.

Cases leave when their counselling clock ends, and at once where it has ended already. Announced
people come in the month of their day; they form households of the mean size, get one case each
household, and leave when their own clock ends. Nobody else comes or goes unless somebody says so.
Needs follow people: as many for each person, in each area of life, as were seen so far.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import SQL, fn

from casework.cases import Case
from casework.core.access import Actor
from casework.core.clock import local_date
from casework.core.settings import setting
from casework.insight.workload import managers_needed, people_of_case
from casework.life_areas import LifeArea
from casework.needs import Need
from casework.people import Person
from casework.sites import Arrival

MONTHS = (12, 18, 24)
STANDING_NEEDS = ("open", "covered")
Cohorts = Mapping[date, tuple[int, int]]


@dataclass(frozen=True)
class Assumptions:
    """What a forecast supposes; every value can be changed on its page.

    `share` is how many of a hundred who come get a case, `others` how many people a month come
    without being announced, `years` how long counselling lasts.
    """

    months: int = 24
    household_size: float = 2.5
    years: int = 3
    share: int = 100
    others: int = 0
    per_manager: int = 120


@dataclass(frozen=True)
class Month:
    """One month: who comes and goes in it, and what stands at its end."""

    first: date
    people_in: int
    people_out: int
    people: int
    cases_in: int
    cases_out: int
    cases: int
    managers: int


@dataclass(frozen=True)
class AreaNeeds:
    """Needs of a life area: for each person so far, now, through who comes, and at the end."""

    area: LifeArea
    per_person: float
    now: int
    through_arrivals: int
    at_end: int


@dataclass(frozen=True)
class Basis:
    """What a forecast starts from: live cases by the month in which they leave, and people to come.

    `undated` are announced people whose day is not known: they are not in the forecast.
    """

    leaving: dict[date, tuple[int, int]]
    arriving: dict[date, int]
    undated: int
    household_size: float

    @property
    def cases(self) -> int:
        """Live cases now."""
        return sum(cases for cases, _people in self.leaving.values())

    @property
    def people(self) -> int:
        """People of live cases now."""
        return sum(people for _cases, people in self.leaving.values())


def basis(staff: Actor, years: int) -> Basis:
    """What is known now, within the scope of `staff`, in three statements."""
    leaving = _leaving(staff, years)
    arriving: dict[date, int] = defaultdict(int)
    undated = 0
    rows = Arrival.scope(staff).where(Arrival.state == "announced")
    for people, day in rows.select(Arrival.people, Arrival.arrives_on).tuples():
        if day is None:
            undated += people
        else:
            arriving[day.replace(day=1)] += people
    cases = sum(found[0] for found in leaving.values())
    people = sum(found[1] for found in leaving.values())
    size = people / cases if cases and people else Assumptions.household_size
    return Basis(leaving, dict(arriving), undated, max(1.0, round(size, 1)))


def project(
    start: date, leaving: Cohorts, arriving: Mapping[date, int], assumed: Assumptions
) -> list[Month]:
    """The months from that of `start` on. Whole people and cases, so that the sums agree.

    `leaving` are (cases, people) and `arriving` people by the first day of their month; what
    lies before `start` counts in the first month.
    """
    first = start.replace(day=1)
    last = month_after(first, assumed.months - 1)
    out: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for month, (cases, people) in leaving.items():
        out[max(month, first)][0] += cases
        out[max(month, first)][1] += people
    to_come: dict[date, int] = defaultdict(int)
    for month, people in arriving.items():
        to_come[max(month, first)] += people
    cases = sum(found[0] for found in out.values())
    people = sum(found[1] for found in out.values())
    months = []
    month = first
    while month <= last:
        people_in = (to_come[month] * assumed.share + 50) // 100 + assumed.others
        cases_in = math.ceil(people_in / max(assumed.household_size, 1.0))
        leaves = out[month_after(month, assumed.years * 12)]
        leaves[0] += cases_in
        leaves[1] += people_in
        cases_out, people_out = out[month]
        people, cases = people + people_in - people_out, cases + cases_in - cases_out
        needed = managers_needed(people, assumed.per_manager)
        months.append(
            Month(month, people_in, people_out, people, cases_in, cases_out, cases, needed)
        )
        month = month_after(month, 1)
    return months


def needs_ahead(staff: Actor, months: list[Month], people_now: int) -> list[AreaNeeds]:
    """What to expect in each life area, the most needed first, in two statements."""
    counted = _needs(staff)
    seen = _people_seen(staff)
    come = sum(month.people_in for month in months)
    end = months[-1].people if months else people_now
    found = []
    for area in LifeArea.select().order_by(LifeArea.position):
        ever, standing = counted.get(area.id, (0, 0))
        if not ever:
            continue
        each = ever / seen if seen else 0.0
        at_end = round(standing * end / people_now) if people_now else 0
        found.append(AreaNeeds(area, each, standing, round(each * come), at_end))
    return sorted(found, key=lambda row: (-row.at_end, -row.now, row.area.position))


def month_after(month: date, count: int) -> date:
    """The first day of the month so many months later."""
    years, number = divmod(month.month - 1 + count, 12)
    return date(month.year + years, number + 1, 1)


def _leaving(staff: Actor, years: int) -> dict[date, tuple[int, int]]:
    """Live cases and their people by the month in which they leave, in two statements."""
    found: dict[date, tuple[int, int]] = {}
    # By day, in the order of the index: by month the database would sort all cases first.
    for until, cases, people in _open_by(staff, Case.counselling_until, clock_runs=True):
        _add(found, until.replace(day=1), cases, people)
    without = list(_open_by(staff, Case.opened_at, clock_runs=False))
    zone = setting("site_zone") if without else ""
    for opened, cases, people in without:
        first = local_date(opened, zone).replace(day=1)
        _add(found, month_after(first, years * 12), cases, people)
    return found


def _open_by(staff: Actor, part: Any, *, clock_runs: bool) -> Iterable[tuple[Any, int, int]]:
    """Cases and people by `part`, of the cases that are not closed and have a clock or none."""
    rows = (
        Case.scope(staff)
        .select(part, fn.COUNT(SQL("*")), fn.SUM(people_of_case()))
        .where(Case.closed_at.is_null() & Case.counselling_until.is_null(not clock_runs))
        .group_by(part)
    )
    return rows.tuples()


def _add(found: dict[date, tuple[int, int]], month: date, cases: int, people: int | None) -> None:
    before = found.get(month, (0, 0))
    found[month] = (before[0] + cases, before[1] + int(people or 0))


def _needs(staff: Actor) -> dict[Any, tuple[int, int]]:
    """For each life area the needs of all cases, and those that stand in live ones."""
    closed = Case.select(Case.id).where(Case.closed_at.is_null(False))
    standing = (Need.state << STANDING_NEEDS) & Need.case.not_in(closed)
    every = fn.COUNT(SQL("*"))
    rows = Need.select(Need.life_area, every, every.filter(standing)).group_by(Need.life_area)
    if not staff.sees_all:
        rows = rows.where(Need.case << Case.ids(staff))
    return {area: (ever, now) for area, ever, now in rows.tuples()}


def _people_seen(staff: Actor) -> int:
    """Everybody of a household that has or had a case, counted home by home along two indexes."""
    homes = Case.scope(staff).select(Case.household.alias("id")).distinct().alias("homes")
    size = Person.select(fn.COUNT(SQL("*"))).where(Person.household == homes.c.id)
    return int(Case.select(fn.SUM(size)).from_(homes).scalar() or 0)
