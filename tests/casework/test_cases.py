"""Cases: made from requests or by hand, seen by who works on them, closed for a reason."""

from datetime import timedelta

import pytest

from casework.cases import (
    LIVE_STATES,
    STATES,
    Case,
    ClosingReasonMissing,
    FollowUp,
    assign_case,
    finish_follow_up,
    move_case,
    next_reference,
    plan_follow_up,
)
from casework.core.access import SYSTEM, Role
from casework.core.db import transaction
from casework.core.refusals import InvalidTransition
from casework.needs import Need
from casework.people import Household, Person

# The life of a case


def test_case_numbers_run_on_within_the_year(world):
    assert [world.case().reference for _ in range(2)] == ["F-2026-0001", "F-2026-0002"]
    with transaction():
        assert next_reference(world.at + timedelta(days=100)) == "F-2027-0001"


def test_a_case_is_closed_for_a_reason_only(world):
    case = world.case()
    for reason in ("", "no such reason"):
        with pytest.raises(ClosingReasonMissing):
            move_case(case, "closed", reason=reason, by=SYSTEM, at=world.at)
    assert case.refresh().is_live
    move_case(case, "closed", reason="goals_reached", by=SYSTEM, at=world.at)
    again = case.refresh()
    assert (again.is_live, again.closing_reason, again.closed_at) == (
        False,
        "goals_reached",
        world.at,
    )


def test_a_reopened_case_has_no_closing_reason_any_more(world):
    case = world.case()
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    again = case.refresh()
    assert (again.is_live, again.closing_reason, again.closed_at) == (True, "", None)


def test_a_closed_case_is_not_among_the_live_ones(world):
    live, closed = world.case(), world.case()
    move_case(closed, "closed", reason="other", by=SYSTEM, at=world.at)
    assert list(Case.live()) == [live]


def test_live_states_are_all_but_closed():
    assert set(LIVE_STATES) == set(STATES.states) - {"closed"}


@pytest.mark.parametrize("state", ["", "new", "open", "deleted", "x" * 300])
def test_a_case_goes_to_no_state_that_the_table_does_not_allow(world, state):
    case = world.case()
    with pytest.raises(InvalidTransition):
        move_case(case, state, by=SYSTEM, at=world.at)
    assert case.refresh().state == "new"


# Who sees it


def test_an_organisation_sees_its_own_cases_only(world):
    ours, theirs = world.manager(), world.manager()
    mine = world.case(ours.organization)
    world.case(theirs.organization)
    world.case()
    assert list(Case.scope(ours.actor)) == [mine]
    assert Case.scope(world.coordinator().actor).count() == 3
    for role in (Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR):
        assert not Case.scope(world.staff(role).actor).exists()


def test_what_belongs_to_a_case_is_seen_by_who_sees_the_case(world):
    ours, theirs = world.manager(), world.manager()
    need = world.need(world.case(ours.organization))
    world.need(world.case(theirs.organization))
    assert list(Need.scope(ours.actor)) == [need]


def test_an_organisation_that_loses_a_case_sees_neither_case_nor_people(world):
    ours, theirs = world.manager(), world.manager()
    case = world.case(ours.organization)
    assert Person.scope(ours.actor).exists()
    assign_case(case, organization=theirs.organization, assigned_to=theirs, by=SYSTEM, at=world.at)
    assert not Case.scope(ours.actor).exists()
    assert not Person.scope(ours.actor).exists()
    assert not Household.scope(ours.actor).exists()
    assert list(Case.scope(theirs.actor)) == [case]
    assert Person.scope(theirs.actor).exists()


def test_a_closed_case_ends_the_care_and_reopening_begins_it_again(world):
    ours = world.manager()
    case = world.case(ours.organization)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert not Person.scope(ours.actor).exists()
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    assert Person.scope(ours.actor).exists()


def test_a_second_case_of_another_organisation_keeps_its_own_care(world):
    ours, theirs = world.manager(), world.manager()
    household = world.household()
    first = world.case(ours.organization, household=household)
    world.case(theirs.organization, household=household)
    move_case(first, "closed", reason="other", by=SYSTEM, at=world.at)
    assert not Person.scope(ours.actor).exists()
    assert Person.scope(theirs.actor).exists()


# Follow-ups


def test_what_is_due_today_or_earlier_is_overdue_until_it_is_done(world):
    coordinator = world.coordinator().actor
    today = world.at.date()
    case = world.case()

    def plan(days):
        return plan_follow_up(case, "Call", today + timedelta(days=days), by=SYSTEM, at=world.at)

    late, now, _later = plan(-2), plan(0), plan(1)
    assert list(FollowUp.overdue(coordinator, today)) == [late, now]
    finish_follow_up(late, by=coordinator, at=world.at)
    assert list(FollowUp.overdue(coordinator, today)) == [now]


def test_ticking_off_twice_keeps_the_first_time(world, clock):
    follow_up = plan_follow_up(world.case(), "Call", world.at.date(), by=SYSTEM, at=world.at)
    first = world.at
    finish_follow_up(follow_up, by=SYSTEM, at=first)
    clock.forward(days=1)
    finish_follow_up(follow_up, by=SYSTEM, at=world.at)
    assert follow_up.refresh().done_at == first
