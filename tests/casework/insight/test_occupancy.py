from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.cases import move_case
from casework.core.access import SYSTEM
from casework.insight.occupancy import free_on, free_over_time, occupied
from casework.sites import Arrival, Site

TODAY = date(2026, 11, 2)


def test_who_lives_at_a_site_and_who_moved_away(world):
    site = world.site()
    case = world.case(household=world.household(site=site))
    world.person(case.household)
    gone = world.case(household=world.household(site=site))
    move_case(gone, "closed", reason="moved_away", by=SYSTEM, at=world.at)
    world.person(world.household(site=site))
    found = occupied()[site.id]
    assert (found.households, found.people) == (2, 3)


def test_places_go_as_announced_people_come():
    site = Site(name="Lindenweg", capacity=200)
    arrivals = [
        Arrival(people=150, arrives_on=TODAY + timedelta(days=30)),
        Arrival(people=10, arrives_on=TODAY - timedelta(days=3)),
        Arrival(people=99, arrives_on=None),
    ]
    changes = free_over_time(site, 60, arrivals, today=TODAY)
    assert [(each.people, each.free) for each in changes] == [(70, 130), (220, -20)]
    assert free_on(changes, TODAY + timedelta(days=29)).free == 130


@given(
    st.integers(0, 500),
    st.lists(st.tuples(st.integers(1, 300), st.none() | st.integers(-400, 800)), max_size=8),
)
def test_at_the_end_everybody_with_a_day_lives_there(lives, announced):
    arrivals = [
        Arrival(people=people, arrives_on=None if days is None else TODAY + timedelta(days=days))
        for people, days in announced
    ]
    changes = free_over_time(Site(capacity=100), lives, arrivals, today=TODAY)
    expected = lives + sum(people for people, days in announced if days is not None)
    assert changes[-1].people == expected
    assert all(each.people + each.free == 100 for each in changes)
    assert changes[0].day == TODAY
