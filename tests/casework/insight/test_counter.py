"""The figures of the counter, week by week."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.appointments import settle_appointment
from casework.core.access import SYSTEM
from casework.insight.counter import monday_of, visits_by_week, week_of
from casework.life_areas import LifeArea
from casework.visits import note_visit

ZONE, MONDAY = "Europe/Berlin", date(2026, 11, 2)


def note(world, case=None, by=SYSTEM, days=0, **columns):
    at = world.at + timedelta(days=days)
    return note_visit(case, by=by, at=at, **{"outcome": "answered"} | columns)


@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)))
def test_a_week_begins_on_its_monday(day):
    monday = monday_of(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7


def test_a_week_is_counted_by_area_language_and_outcome(world):
    housing = LifeArea.get(LifeArea.code == "housing")
    note(world, world.case(language="ar"), life_area=housing)
    note(world, language="uk", life_area=housing, outcome="sent_on")
    note(world, days=6)
    note(world, days=7)
    note(world, days=-1)
    found = week_of(world.coordinator().actor, MONDAY, ZONE)
    assert (found.visits, found.unknown) == (3, 2)
    assert found.areas == {housing.id: 2, None: 1}
    assert found.languages == {"ar": 1, "uk": 1, "": 1}
    assert found.outcomes == {"answered": 2, "sent_on": 1}


def test_appointments_of_the_week_are_counted_by_state(world):
    case = world.case()
    world.appointment(case)
    settle_appointment(world.appointment(case), "kept", by=SYSTEM, at=world.at)
    world.appointment(case, world.at + timedelta(days=7))
    found = week_of(world.coordinator().actor, MONDAY, ZONE)
    assert found.appointments == {"planned": 1, "kept": 1}


def test_an_empty_week_is_nought(world):
    found = week_of(world.coordinator().actor, MONDAY, ZONE)
    assert (found.visits, found.unknown, dict(found.areas)) == (0, 0, {})


def test_the_last_weeks_stand_in_order(world):
    for days in (0, -7, -7, -49, -56):
        note(world, days=days)
    found = visits_by_week(world.coordinator().actor, MONDAY, ZONE)
    assert [count for _monday, count in found] == [1, 0, 0, 0, 0, 0, 2, 1]
    assert found[-1][0] == MONDAY
    assert visits_by_week(world.coordinator().actor, date(2020, 1, 6), ZONE)[0][1] == 0


def test_an_integration_manager_counts_the_own_visits_only(world):
    ours = world.manager()
    note(world, world.case(ours.organization))
    note(world, by=ours.actor)
    note(world)
    assert week_of(ours.actor, MONDAY, ZONE).visits == 2
    assert visits_by_week(ours.actor, MONDAY, ZONE)[-1][1] == 2
