"""Who fits an opportunity, and which opportunities fit a household: both ways, with reasons.

The database leaves only those who look for the kind and meet what is needed, who has most of
what is welcome first; at most `LOOKED_AT` of them are then scored. Nobody beyond the scope of
`staff` is looked at.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import JOIN, SQL, ModelSelect, NodeList, fn

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.insight.fitting import Fit, Seeker, ages_of, fit
from casework.life_areas import NeedCategory
from casework.needs import Need
from casework.opportunities.kinds import ANSWERED, CHILD, HOUSEHOLD, PERSONAL
from casework.opportunities.models import Opportunity, OpportunityOffer, Requirement
from casework.people import Person
from casework.strengths import WISH, Strength, Strengths, strengths_of

LOOKED_AT = 400
OPEN = "open"
KIND_OF = {
    code: [kind for kind in ANSWERED if code in ANSWERED[kind]]
    for codes in ANSWERED.values()
    for code in codes
}
Since = tuple[uuid.UUID | None, datetime]


@dataclass(frozen=True)
class Match:
    """Somebody in a case, an opportunity, and how they fit."""

    person: Person
    case: Case
    opportunity: Opportunity
    fit: Fit

    @property
    def order(self) -> tuple[Any, ...]:
        """Best fit first; then who waits longest, then the key, so that it never changes."""
        return (-self.fit.score, self.case.opened_at, self.person.id, self.opportunity.id)


@dataclass(frozen=True)
class Found:
    """Matches, the best first; `more` where there were more to look at than `LOOKED_AT`."""

    matches: list[Match]
    more: bool = False


def people_for(opportunity: Opportunity, staff: Actor, today: date) -> Found:
    """Who fits an opportunity and was not offered it yet, in five statements at most."""
    rows = list(_seekers(opportunity, staff).limit(LOOKED_AT + 1))
    people = list({each.id: each for each in reversed(rows[:LOOKED_AT])}.values())
    needs = _needs_since(people, opportunity.kind)
    known = strengths_of(people) if opportunity.kind in PERSONAL else {}
    sizes = _sizes(people) if opportunity.kind == HOUSEHOLD else {}
    matches = []
    for person in people:
        household = person.__data__["household"]
        seeker = Seeker(
            strengths=known.get(person.id, Strengths()),
            needs=_needed(opportunity.kind, person, needs.get(household, [])),
            ages=_ages(opportunity, person, today),
            people=sizes.get(household, 1),
        )
        found = fit(opportunity, seeker)
        if found is not None:
            matches.append(Match(person, person.live_case, opportunity, found))
    return Found(sorted(matches, key=lambda each: each.order), len(rows) > LOOKED_AT)


def chances_for(
    case: Case,
    people: list[Person],
    staff: Actor,
    today: date,
    *,
    known: dict[uuid.UUID, Strengths] | None = None,
) -> list[Match]:
    """Which opportunities fit the `people` of a case that `staff` sees, the best first.

    What somebody was offered already is left out for them. `known` are their strengths, if
    they were read before. Six statements at most, however much there is.
    """
    if not people or not case.is_live:
        return []
    strengths = strengths_of(people) if known is None else known
    needs = _needs_of(case)
    sought = {kind for each in strengths.values() for kind in each.wishes}
    sought |= {kind for kind, found in needs.items() if found}
    if not sought:
        return []
    rows = Opportunity.offered(staff, today).where(Opportunity.kind << sorted(sought))
    opportunities = list(rows.limit(LOOKED_AT).with_related(Opportunity.service))
    offered = {
        (row.__data__["opportunity"], row.__data__["person"])
        for row in OpportunityOffer.select().where(OpportunityOffer.case == case)
    }
    matches = []
    for opportunity in opportunities:
        for person in people:
            if (opportunity.id, person.id) in offered or not _asks(opportunity.kind, person):
                continue
            seeker = Seeker(
                strengths=strengths.get(person.id, Strengths()),
                needs=_needed(opportunity.kind, person, needs[opportunity.kind]),
                ages=_ages(opportunity, person, today),
                people=len(people),
            )
            found = fit(opportunity, seeker)
            if found is not None:
                matches.append(Match(person, case, opportunity, found))
    return sorted(matches, key=lambda each: each.order)


def _asks(kind: str, person: Person) -> bool:
    """Who asks for the kind: the contact person for a flat, a child for a childcare place."""
    if kind == HOUSEHOLD:
        return bool(person.is_contact)
    return kind != CHILD or person.role_at_home == "child"


def _needed(kind: str, person: Person, needs: list[Since]) -> dict[str, datetime]:
    """Since when this person needs the kind, by one of the household's open needs.

    A flat is needed by all; what is needed for nobody in particular, by the contact person or,
    where it is for children, by each child.
    """
    moments = [
        moment
        for whose, moment in needs
        if kind == HOUSEHOLD
        or whose == person.id
        or (whose is None and (kind == CHILD or person.is_contact))
    ]
    return {kind: min(moments)} if moments else {}


def _needs_of(case: Case) -> dict[str, list[Since]]:
    """Whose need is open since when in a case, by the kind that answers it."""
    found: dict[str, list[Since]] = {kind: [] for kind in ANSWERED}
    for row in _open_needs(KIND_OF).where(Need.case == case):
        for kind in KIND_OF[row.category.code]:
            found[kind].append((_whose(row, kind), row.opened_at))
    return found


def _needs_since(people: list[Any], kind: str) -> dict[uuid.UUID, list[Since]]:
    """By household: whose need of the kind is open since when."""
    households = {each.live_case.id: each.__data__["household"] for each in people}
    found: dict[uuid.UUID, list[Since]] = {}
    for row in _open_needs(ANSWERED[kind]).where(Need.case << list(households)):
        whose = (_whose(row, kind), row.opened_at)
        found.setdefault(households[row.__data__["case"]], []).append(whose)
    return found


def _whose(need: Any, kind: str) -> uuid.UUID | None:
    """For whom a need is; what a parent needs for children is for each of them."""
    person = need.person
    if person is None or (kind == CHILD and person.role_at_home != "child"):
        return None
    return person.id


def _open_needs(codes: Iterable[str]) -> ModelSelect:
    return (
        Need.select(Need, NeedCategory, Person)
        .join(NeedCategory)
        .switch(Need)
        .join(Person, JOIN.LEFT_OUTER)
        .where((Need.state == OPEN) & (NeedCategory.code << list(codes)))
        .order_by(Need.opened_at)
    )


def _seekers(opportunity: Opportunity, staff: Actor) -> ModelSelect:
    """People with a live case within scope who look for the kind and meet what is needed."""
    query = (
        Person.select(Person, Case)
        .join(Case, on=(Case.household == Person.household), attr="live_case")
        .where(
            (Person.id << _looking(opportunity.kind))
            & (Case.id << Case.ids(staff))
            & (Case.state << LIVE_STATES)
            & Person.id.not_in(
                OpportunityOffer.select(OpportunityOffer.person).where(
                    (OpportunityOffer.opportunity == opportunity)
                    & OpportunityOffer.person.is_null(False)
                )
            )
        )
    )
    for each in opportunity.asks:
        if each.must:
            query = query.where(Person.id << _who_have(each))
    if opportunity.kind == HOUSEHOLD:
        query = query.where(_size_fits(opportunity))
    welcome = [each for each in opportunity.asks if not each.must]
    if welcome or opportunity.occupation:
        query = query.order_by(NodeList((_how_many(opportunity, welcome), SQL("DESC"))))
    return query.order_by_extend(Case.opened_at, Case.id, Person.id)


def _looking(kind: str) -> ModelSelect:
    """Ids of people who want the kind, or for whom a need of it is open."""
    codes = ANSWERED[kind]
    needs = (
        Need.select(Need.person)
        .join(NeedCategory)
        .where((Need.state == OPEN) & (NeedCategory.code << codes))
    )
    if kind in (HOUSEHOLD, CHILD):
        households = _households(codes)
        role = Person.is_contact if kind == HOUSEHOLD else Person.role_at_home == "child"
        return Person.select(Person.id).where(role & (Person.household << households))
    wishes = Strength.select(Strength.person).where(
        (Strength.kind == WISH) & (Strength.code == kind)
    )
    for_contact = Person.select(Person.id).where(
        Person.is_contact & (Person.household << _households(codes, Need.person.is_null()))
    )
    return wishes | needs.where(Need.person.is_null(False)) | for_contact


def _households(codes: Iterable[str], *more: Any) -> ModelSelect:
    """Households in which a need of one of `codes` is open."""
    return (
        Case.select(Case.household)
        .join(Need, on=(Need.case == Case.id))
        .join(NeedCategory)
        .where((Need.state == OPEN) & (NeedCategory.code << list(codes)), *more)
    )


def _who_have(asked: Requirement) -> ModelSelect:
    return Strength.select(Strength.person).where(
        (Strength.kind == asked.kind)
        & (Strength.code == asked.code)
        & (Strength.level >= asked.level)
    )


def _how_many(opportunity: Opportunity, welcome: list[Requirement]) -> Any:
    """How many of the things that are welcome a person has: the database sorts by it."""
    wanted = [
        *welcome,
        *([Requirement("field", opportunity.occupation)] if opportunity.occupation else []),
    ]
    hit = None
    for each in wanted:
        one = (
            (Strength.kind == each.kind)
            & (Strength.code == each.code)
            & (Strength.level >= each.level)
        )
        hit = one if hit is None else hit | one
    return Strength.select(fn.COUNT(Strength.id)).where((Strength.person == Person.id) & hit)


def _size_fits(opportunity: Opportunity) -> Any:
    """Households of the size that a flat is for."""
    low, high = opportunity.min_people or 1, opportunity.max_people or 1000
    housemate = Person.alias()
    sizes = (
        housemate.select(housemate.household)
        .group_by(housemate.household)
        .having(fn.COUNT(housemate.id).between(low, high))
    )
    return Person.household << sizes


def _sizes(people: list[Any]) -> dict[uuid.UUID, int]:
    """How many live in the households of `people`."""
    housemate = Person.alias()
    rows = (
        housemate.select(housemate.household, fn.COUNT(housemate.id).alias("size"))
        .where(housemate.household << {each.__data__["household"] for each in people})
        .group_by(housemate.household)
    )
    return {row.__data__["household"]: row.size for row in rows}


def _ages(opportunity: Opportunity, person: Person, today: date) -> tuple[int, int] | None:
    """The person's age, opened only where the opportunity asks for it."""
    if opportunity.min_age is None and opportunity.max_age is None:
        return None
    return ages_of(person.birth_date, today)
