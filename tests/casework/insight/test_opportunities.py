"""Who fits, and what fits a household: the same both ways, bounded, and nobody foreign."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from casework.cases import Case, move_case
from casework.core.access import SYSTEM, Role
from casework.insight import opportunities as insight
from casework.insight.opportunities import Match, chances_for, people_for
from casework.needs import move_need
from casework.opportunities.models import Opportunity, Requirement
from casework.opportunities.offering import offer_opportunity
from casework.people import Person
from tests.databases import statements
from tests.world import World

TODAY = date(2026, 11, 2)
GERMAN = Requirement("language", "de", 3, must=True)


def _people(opportunity: Opportunity, staff=SYSTEM) -> list[Person]:
    return [each.person for each in people_for(opportunity, staff, TODAY).matches]


def _chances(case: Case, staff=SYSTEM) -> list[Match]:
    people = list(case.household.people.order_by(Person.is_contact.desc(), Person.id))
    return chances_for(case, people, staff, TODAY)


def _seeker(world: World, organization=None, wishes=("job",), **strengths) -> Case:
    case = world.case(organization)
    world.strengths(case.household.people.get(), wishes=frozenset(wishes), **strengths)
    return case


def _family(world: World, *born: str, organization=None) -> Case:
    case = world.case(organization)
    for number, day in enumerate(born):
        world.person(case.household, given_name=f"Kind {number}", role_at_home="child",
                     birth_date=day)  # fmt: skip
    return case


def test_both_ways_say_the_same(world: World) -> None:
    good = _seeker(world, languages={"de": 4}, skills=frozenset({"cooking"}))
    _seeker(world, languages={"de": 2})
    fair = _seeker(world, languages={"de": 3})
    job = world.opportunity(requirements=(GERMAN, Requirement("skill", "cooking")))
    assert _people(job) == [case.household.people.get() for case in (good, fair)]
    for case in (good, fair):
        (chance,) = _chances(case)
        match = next(each for each in people_for(job, SYSTEM, TODAY).matches if each.case == case)
        assert (chance.opportunity, chance.fit) == (job, match.fit)


def test_an_open_need_looks_for_work_until_it_is_met(world: World) -> None:
    need = world.need(category="job_search")
    job = world.opportunity()
    person = need.case.household.people.get()
    assert _people(job) == [person]
    assert [each.opportunity for each in _chances(need.case)] == [job]
    move_need(need, "met", by=SYSTEM, at=world.at)
    assert _people(job) == []
    assert _chances(need.case) == []


def test_a_need_of_one_is_not_a_need_of_the_others(world: World) -> None:
    case = world.case()
    son = world.person(case.household, given_name="Omar")
    world.need(case, "apprenticeship", person=son)
    training = world.opportunity("training")
    assert _people(training) == [son]
    assert [each.person for each in _chances(case)] == [son]


def test_a_childcare_place_is_for_the_child_of_the_age(world: World) -> None:
    case = _family(world, "2024-01-05", "2021-03-04", "2012-01-01")
    world.need(case, "kita_place")
    place = world.opportunity("childcare", min_age=3, max_age=6)
    (child,) = _people(place)
    assert child.birth_date == "2021-03-04"
    assert [each.person for each in _chances(case)] == [child]


def test_a_need_for_one_child_is_for_that_child_only(world: World) -> None:
    case = _family(world, "2022-01-05", "2021-03-04")
    child = case.household.people.where(Person.role_at_home == "child").order_by(Person.id).first()
    world.need(case, "kita_place", person=child)
    place = world.opportunity("childcare")
    assert _people(place) == [child]
    assert [each.person for each in _chances(case)] == [child]


def test_a_flat_is_for_a_household_and_asked_for_once(world: World) -> None:
    small, large = _family(world), _family(world, "2021-01-01", "2022-01-01")
    for case in (small, large):
        world.need(case, "flat_search")
    flat = world.opportunity("flat", min_people=3, max_people=5, rooms=4.0)
    (found,) = _people(flat)
    assert (found.household, found.is_contact) == (large.household, True)
    assert _chances(small) == []
    assert [each.opportunity for each in _chances(large)] == [flat]


def test_a_manager_finds_the_people_of_the_own_organisation_only(world: World) -> None:
    own, other = world.manager(), world.manager()
    mine = _seeker(world, own.organization)
    theirs = _seeker(world, other.organization)
    _seeker(world)
    job = world.opportunity()
    assert _people(job, own.actor) == [mine.household.people.get()]
    assert _people(job, other.actor) == [theirs.household.people.get()]
    assert len(_people(job, world.coordinator().actor)) == 3


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR,
                                  Role.VOLUNTEER_COORDINATOR])  # fmt: skip
def test_who_sees_no_case_finds_nobody(world: World, role: Role) -> None:
    _seeker(world)
    assert _people(world.opportunity(), world.staff(role).actor) == []


def test_who_was_offered_it_and_whose_case_is_closed_is_not_found(world: World) -> None:
    offered, closed = _seeker(world), _seeker(world)
    job = world.opportunity()
    offer_opportunity(job, offered, offered.household.people.get(), by=SYSTEM, at=world.at)
    move_case(closed, "closed", reason="wish", by=SYSTEM, at=world.at)
    assert _people(job) == []
    assert _chances(offered) == []
    assert _chances(closed) == []


def test_only_what_is_open_is_a_chance(world: World) -> None:
    case = _seeker(world)
    for state in ("full", "expired", "withdrawn"):
        row = world.opportunity()
        Opportunity.update(state=state).where(Opportunity.id == row.id).execute()
    late = world.opportunity(deadline=TODAY)
    Opportunity.update(deadline=date(2026, 11, 1)).where(Opportunity.id == late.id).execute()
    last = world.opportunity(deadline=TODAY)
    assert [each.opportunity for each in _chances(case)] == [last]


def test_the_best_comes_first_and_equals_by_who_waits_longest(world: World, clock) -> None:
    first = _seeker(world)
    clock.forward(hours=1)
    second = _seeker(world)
    clock.forward(hours=1)
    best = _seeker(world, fields=frozenset({"kitchen"}))
    job = world.opportunity(occupation="kitchen")
    wanted = [case.household.people.get() for case in (best, first, second)]
    assert _people(job) == wanted
    assert _people(job) == wanted


def test_a_second_live_case_of_a_household_makes_no_second_match(world: World) -> None:
    case = _seeker(world)
    world.case(household=case.household)
    assert len(_people(world.opportunity())) == 1


def test_of_too_many_those_with_most_of_what_is_welcome_are_looked_at(world, monkeypatch) -> None:
    monkeypatch.setattr(insight, "LOOKED_AT", 2)
    for _number in range(3):
        _seeker(world)
    best = _seeker(world, skills=frozenset({"cooking"}))
    found = people_for(world.opportunity(requirements=(Requirement("skill", "cooking"),)),
                       SYSTEM, TODAY)  # fmt: skip
    assert found.more
    assert len(found.matches) == 2
    assert found.matches[0].case == best


@pytest.mark.parametrize("kind", ["job", "flat", "childcare"])
def test_statements_do_not_grow_with_people_or_opportunities(world: World, kind: str) -> None:
    counts = []
    codes = {"job": "job_search", "flat": "flat_search", "childcare": "kita_place"}
    for _round in range(2):
        for _number in range(4):
            case = _family(world, "2021-01-01")
            world.need(case, codes[kind])
            row = world.opportunity(kind, min_age=1, max_people=5)
        with statements() as seen:
            people_for(row, SYSTEM, TODAY)
        with statements() as also:
            _chances(case)
        counts.append((len(seen), len(also)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 5
    assert counts[0][1] <= 8


def test_a_case_without_people_has_no_chances(world: World) -> None:
    assert chances_for(Case(id=uuid.uuid4()), [], SYSTEM, TODAY) == []
