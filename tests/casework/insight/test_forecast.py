from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from casework.core.access import SYSTEM
from casework.insight.forecast import Assumptions, basis, month_after, needs_ahead, project
from casework.sites import announce_arrival

START = date(2026, 11, 2)
months = st.integers(-30, 40).map(lambda n: month_after(date(2026, 11, 1), n))
cohorts = st.dictionaries(
    months, st.integers(0, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(n, 5 * n))),
    max_size=20,
)  # fmt: skip
arrivals = st.dictionaries(months, st.integers(0, 500), max_size=8)
assumed = st.builds(
    Assumptions, months=st.integers(1, 24), household_size=st.floats(1, 8),
    years=st.integers(1, 6), share=st.integers(0, 100), others=st.integers(0, 50),
    per_manager=st.integers(1, 300),
)  # fmt: skip


@given(cohorts, arrivals, assumed)
def test_nothing_is_ever_negative_and_every_sum_agrees(leaving, arriving, given_values):
    people = sum(found[1] for found in leaving.values())
    cases = sum(found[0] for found in leaving.values())
    found = project(START, leaving, arriving, given_values)
    assert [month.first for month in found] == [
        month_after(date(2026, 11, 1), n) for n in range(given_values.months)
    ]
    for month in found:
        assert min(month.people, month.cases, month.people_out, month.cases_out) >= 0
        assert month.people == people + month.people_in - month.people_out
        assert month.cases == cases + month.cases_in - month.cases_out
        assert month.managers * given_values.per_manager >= month.people
        people, cases = month.people, month.cases


@given(cohorts, st.integers(1, 24))
def test_where_nobody_comes_the_numbers_only_fall(leaving, count):
    found = project(START, leaving, {}, Assumptions(months=count))
    people = [month.people for month in found]
    assert people == sorted(people, reverse=True)


@given(cohorts, arrivals, months, st.integers(1, 300))
def test_who_comes_in_addition_never_makes_it_less(leaving, arriving, month, more):
    less = project(START, leaving, arriving, Assumptions())
    plus = {**arriving, month: arriving.get(month, 0) + more}
    assert all(
        a.people <= b.people
        for a, b in zip(less, project(START, leaving, plus, Assumptions()), strict=True)
    )


def test_announced_people_come_in_their_month_and_leave_with_their_clock():
    found = project(START, {}, {date(2026, 12, 1): 150}, Assumptions(years=1, household_size=3))
    assert [month.people for month in found[:3]] == [0, 150, 150]
    assert found[1].cases_in == 50
    assert (found[12].people, found[13].people) == (150, 0)
    assert found[1].managers == 2


def test_the_basis_is_who_is_there_and_who_is_announced(world):
    case = world.case()
    world.person(case.household)
    site = world.site()
    announce_arrival(site, 150, date(2027, 2, 1), by=SYSTEM, at=world.at)
    announce_arrival(site, 50, by=SYSTEM, at=world.at)
    found = basis(SYSTEM, 3)
    assert found.leaving == {date(2029, 11, 1): (1, 2)}
    assert found.arriving == {date(2027, 2, 1): 150}
    assert (found.undated, found.household_size) == (50, 2.0)


def test_needs_follow_people_in_each_area_of_life(world):
    world.need()
    world.need(category="debt")
    found = basis(SYSTEM, 3)
    ahead = project(START, found.leaving, {date(2026, 12, 1): 10}, Assumptions(household_size=1))
    rows = needs_ahead(SYSTEM, ahead, found.people)
    assert [(row.area.code, row.per_person, row.now, row.through_arrivals) for row in rows] == [
        ("language", 0.5, 1, 5), ("money", 0.5, 1, 5),
    ]  # fmt: skip
    assert rows[0].at_end == 6


def test_a_manager_gets_the_forecast_of_the_own_organisation(world):
    own = world.organization()
    world.case(own)
    world.case(world.organization())
    assert basis(world.manager(own).actor, 3).cases == 1
