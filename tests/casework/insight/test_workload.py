from datetime import date

import pytest

from casework.cases import move_case
from casework.core.access import SYSTEM
from casework.insight.workload import by_manager, by_organization, by_site, managers_needed, shares
from casework.sites import announce_arrival
from tests.databases import statements


def test_people_are_counted_by_manager_organisation_and_site(world):
    caritas, site = world.organization("Caritas"), world.site("Lindenweg")
    manager, idle = world.manager(caritas), world.manager(caritas)
    case = world.case(caritas, household=world.household(site=site), assigned_to=manager)
    world.person(case.household)
    world.case(caritas)
    announce_arrival(site, 150, date(2027, 2, 1), by=SYSTEM, at=world.at)
    found = shares(SYSTEM)
    managers = by_manager(found, SYSTEM)
    assert [(load.row, load.cases, load.people) for load in managers] == [
        (manager, 1, 2), (idle, 0, 0), (None, 1, 1),
    ]  # fmt: skip
    (organization,) = by_organization(found, managers)
    assert (organization.row, organization.people, organization.managers) == (caritas, 3, 2)
    first, rest = by_site(found)
    assert (first.row, first.people, first.announced) == (site, 2, 150)
    assert (rest.row, rest.people) == (None, 1)


def test_closed_cases_and_cases_of_others_are_no_load(world):
    caritas = world.organization()
    closed = world.case(caritas)
    move_case(closed, "closed", reason="other", by=SYSTEM, at=world.at)
    world.case(world.organization())
    assert shares(world.manager(caritas).actor) == []


@pytest.mark.parametrize(("people", "needed"), [(0, 0), (1, 1), (120, 1), (121, 2), (1400, 12)])
def test_one_manager_for_120_people_rounded_up(people, needed):
    assert managers_needed(people, 120) == needed


def test_the_statements_stay_the_same_however_many_cases_there_are(world):
    def asked():
        with statements() as seen:
            found = shares(SYSTEM)
            by_organization(found, by_manager(found, SYSTEM))
            by_site(found)
        return len(seen)

    world.case(world.organization(), assigned_to=world.manager())
    before = asked()
    for _ in range(5):
        world.case(world.organization(), assigned_to=world.manager())
    assert asked() == before <= 7
