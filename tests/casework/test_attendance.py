"""Who has come: each a moment, and a wrong button is taken back."""

from datetime import date, timedelta

import pytest

from casework.appointment_rules import AppointmentOver
from casework.appointments import settle_appointment
from casework.attendance import (
    appointments_of_day,
    begin_service,
    day_in,
    note_arrival,
    note_leaving,
    stage_of,
    take_arrival_back,
)
from casework.core.access import SYSTEM, Actor
from casework.core.refusals import Forbidden, InvalidTransition

ZONE = "Europe/Berlin"


def done(verb, appointment, world, by=SYSTEM):
    return verb(appointment, by=by, at=world.at).refresh()


def test_who_comes_waits_is_served_and_leaves(world, clock):
    appointment = world.appointment()
    assert stage_of(appointment) == "expected"
    for verb, stage in (
        (note_arrival, "arrived"), (begin_service, "served"), (note_leaving, "left"),
    ):  # fmt: skip
        clock.forward(minutes=10)
        appointment = done(verb, appointment, world)
        assert stage_of(appointment) == stage
    assert appointment.state == "kept"
    assert appointment.served_at - appointment.arrived_at == timedelta(minutes=10)
    assert appointment.left_at == world.at
    assert appointment.case.refresh().last_contact_at == world.at


def test_a_second_press_keeps_the_first_moment(world, clock):
    appointment = done(note_arrival, world.appointment(), world)
    first = appointment.arrived_at
    clock.forward(minutes=5)
    assert done(note_arrival, appointment, world).arrived_at == first


def test_who_is_served_at_once_has_arrived_as_well(world):
    appointment = done(begin_service, world.appointment(), world)
    assert appointment.arrived_at == appointment.served_at == world.at


def test_a_wrong_button_is_taken_back(world):
    appointment = done(begin_service, world.appointment(), world)
    assert stage_of(done(take_arrival_back, appointment, world)) == "expected"


@pytest.mark.parametrize("state", ["kept", "missed", "excused", "cancelled"])
def test_nobody_arrives_at_what_is_over(world, state):
    appointment = settle_appointment(world.appointment(), state, by=SYSTEM, at=world.at)
    for verb in (note_arrival, begin_service, take_arrival_back):
        with pytest.raises(AppointmentOver):
            done(verb, appointment, world)


def test_of_two_at_the_counter_the_slower_is_told(world):
    appointment = world.appointment()
    same = appointment.refresh()
    settle_appointment(appointment, "cancelled", by=SYSTEM, at=world.at)
    with pytest.raises(AppointmentOver):
        done(note_arrival, same, world)
    with pytest.raises(InvalidTransition):
        done(note_leaving, same, world)


def test_who_was_noted_as_here_and_did_not_come_after_all_leaves_no_moment(world):
    appointment = done(note_arrival, world.appointment(), world)
    settle_appointment(appointment, "missed", by=SYSTEM, at=world.at)
    assert appointment.refresh().arrived_at is None


def test_a_person_cannot_say_that_they_arrived(world):
    with pytest.raises(Forbidden):
        done(note_arrival, world.appointment(), world, by=Actor("person"))


def test_the_day_of_the_site_begins_at_its_own_midnight(world):
    coordinator, case = world.coordinator().actor, world.case()
    midnight = world.at.replace(hour=23, minute=0)  # 00:00 on the next day in Berlin
    late = world.appointment(case, midnight - timedelta(minutes=1))
    early = world.appointment(case, midnight)
    assert list(appointments_of_day(coordinator, date(2026, 11, 2), ZONE)) == [late]
    assert list(appointments_of_day(coordinator, date(2026, 11, 3), ZONE)) == [early]


def test_the_day_on_which_the_clocks_change_has_23_hours():
    start, end = day_in(ZONE, date(2027, 3, 28))
    assert end - start == timedelta(hours=23)


def test_an_integration_manager_sees_the_day_of_the_own_cases(world):
    ours = world.manager()
    mine = world.appointment(world.case(ours.organization))
    world.appointment(world.case(world.organization()))
    assert list(appointments_of_day(ours.actor, world.at.date(), ZONE)) == [mine]
