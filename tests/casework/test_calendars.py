"""Calendars of staff: one secret address each, digests only, and what stands in them."""

from datetime import timedelta

import pytest

from casework.appointments import settle_appointment
from casework.calendars import (
    CalendarLink,
    appointments_for,
    calendar_of,
    close_calendar,
    open_calendar,
)
from casework.cases import assign_case
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import transaction
from casework.core.refusals import Forbidden


def opened(staff, world):
    return open_calendar(staff, by=staff.actor, at=world.at)


def test_the_database_keeps_a_digest_and_no_address(world):
    staff = world.coordinator()
    token = opened(staff, world)
    assert len(token) == 43
    assert calendar_of(token) == staff
    assert token not in str(list(CalendarLink.select().tuples()))
    assert token not in str(list(AuditEntry.select().tuples()))


def test_a_new_address_ends_the_old_one(world):
    staff = world.coordinator()
    old, new = opened(staff, world), opened(staff, world)
    assert calendar_of(old) is None
    assert calendar_of(new) == staff
    assert CalendarLink.select().count() == 1


def test_a_calendar_that_is_switched_off_is_gone(world):
    staff = world.coordinator()
    token = opened(staff, world)
    close_calendar(staff, by=staff.actor, at=world.at)
    assert calendar_of(token) is None
    close_calendar(staff, by=staff.actor, at=world.at)


@pytest.mark.parametrize(
    "token", ["", "x", "x" * 43, "../" * 20, "\x00" * 43, "ä" * 43, "x" * 9999]
)
def test_any_other_token_opens_nothing(world, token):
    opened(world.coordinator(), world)
    assert calendar_of(token) is None


def test_nobody_opens_or_closes_the_calendar_of_a_colleague(world):
    mine, other = world.coordinator(), world.coordinator()
    with pytest.raises(Forbidden):
        open_calendar(other, by=mine.actor, at=world.at)
    with pytest.raises(Forbidden):
        close_calendar(other, by=mine.actor, at=world.at)
    assert not CalendarLink.select().exists()
    opened(other, world)
    assert not CalendarLink.scope(mine.actor).exists()


def test_who_has_no_appointments_gets_no_calendar(world):
    commissioner = world.staff(Role.INTEGRATION_COMMISSIONER)
    with pytest.raises(Forbidden):
        opened(commissioner, world)


@pytest.mark.parametrize("change", [{"active": False}, {"role": "administrator"}])
def test_an_account_that_was_closed_or_works_elsewhere_takes_its_calendar_with_it(world, change):
    staff = world.coordinator()
    token = opened(staff, world)
    for name, value in change.items():
        setattr(staff, name, value)
    with transaction():
        staff.save()
    assert calendar_of(token) is None


def test_in_a_calendar_stand_ones_own_around_now_with_those_that_were_cancelled(world):
    staff, case = world.coordinator(), world.case()
    world.appointment(case)
    world.appointment(case, staff=world.coordinator())
    mine = world.appointment(case, staff=staff)
    off = world.appointment(case, world.at + timedelta(days=1), staff=staff)
    settle_appointment(off, "cancelled", by=SYSTEM, at=world.at)
    world.appointment(case, world.at + timedelta(days=500), staff=staff)
    assert appointments_for(staff, at=world.at) == [mine, off]
    assert appointments_for(staff, at=world.at + timedelta(days=32)) == []


def test_what_went_to_another_organisation_is_out_of_the_calendar(world):
    staff = world.manager()
    case = world.case(staff.organization)
    world.appointment(case, staff=staff)
    assert len(appointments_for(staff, at=world.at)) == 1
    assign_case(case, organization=world.organization(), assigned_to=None, by=SYSTEM, at=world.at)
    assert appointments_for(staff, at=world.at) == []
