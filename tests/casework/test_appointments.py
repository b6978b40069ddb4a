"""Appointments: dated facts, settled once."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.appointments import (
    STATES,
    Appointment,
    TimeRefused,
    plan_appointment,
    settle_appointment,
)
from casework.core.access import PUBLIC, Actor
from casework.core.refusals import Forbidden, InvalidTransition

PERSON = Actor("person")


def settle(appointment, state, world, by=PERSON, **kwargs):
    return settle_appointment(appointment, state, by=by, at=world.at, **kwargs)


def test_subject_and_place_are_kept_and_do_not_lie_open(world):
    appointment = world.appointment(place="Rathaus", with_whom="Frau Muster").refresh()
    assert (appointment.subject, appointment.place, appointment.minutes) == (
        "First talk",
        "Rathaus",
        30,
    )
    assert "Rathaus" not in str(Appointment.select().tuples().get())


@pytest.mark.parametrize("days", [-1, 0, 731])
def test_an_appointment_lies_within_the_next_two_years(world, days):
    assert world.appointment(starts_at=world.at + timedelta(days=days)).state == "planned"


@pytest.mark.parametrize("days", [-2, 732, 40_000])
def test_any_other_time_is_refused(world, days):
    with pytest.raises(TimeRefused):
        world.appointment(starts_at=world.at + timedelta(days=days))
    assert not Appointment.select().exists()


def test_a_time_without_zone_is_an_error(world):
    with pytest.raises(TypeError):
        world.appointment(starts_at=datetime(2026, 11, 3, 9, 0))
    assert not Appointment.select().exists()


def test_an_appointment_after_the_change_of_the_clocks_keeps_its_moment(world):
    moment = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert world.appointment(starts_at=moment).refresh().starts_at == moment


def test_kept_appointments_are_a_contact(world):
    case = world.case()
    settle(world.appointment(case), "missed", world)
    assert case.refresh().last_contact_at is None
    settle(world.appointment(case), "kept", world)
    assert case.refresh().last_contact_at == world.at


def test_who_cancelled_is_noted(world):
    for who, noted in (
        ("person", "person"),
        ("us", "us"),
        ("provider", "provider"),
        ("x" * 99, ""),
    ):
        appointment = settle(world.appointment(), "cancelled", world, cancelled_by=who)
        assert appointment.refresh().cancelled_by == noted


def test_kept_and_missed_can_be_corrected_and_cancelled_stays(world):
    appointment = settle(world.appointment(), "missed", world)
    assert settle(appointment, "kept", world).refresh().state == "kept"
    cancelled = settle(world.appointment(), "cancelled", world)
    for state in STATES.states:
        with pytest.raises(InvalidTransition):
            settle(cancelled, state, world)
    assert cancelled.refresh().state == "cancelled"


@pytest.mark.parametrize("state", ["", "planned", "done", "\x00"])
def test_an_unknown_state_is_refused(world, state):
    appointment = world.appointment()
    with pytest.raises(InvalidTransition):
        settle(appointment, state, world)
    assert appointment.refresh().state == "planned"


def test_what_lies_ahead_is_planned_and_soon_the_next_first(world):
    coordinator, case = world.coordinator().actor, world.case()

    def at(hours):
        return world.appointment(case, world.at + timedelta(hours=hours))

    later, sooner, _tomorrow, gone = at(20), at(2), at(24), at(3)
    settle(gone, "cancelled", world)
    assert list(Appointment.ahead(coordinator, world.at)) == [sooner, later]
    assert Appointment.ahead(coordinator, world.at, days=2).count() == 3


def test_appointments_are_seen_by_who_sees_the_case(world):
    ours, theirs = world.manager(), world.manager()
    appointment = world.appointment(world.case(ours.organization))
    assert list(Appointment.scope(ours.actor)) == [appointment]
    assert not Appointment.scope(theirs.actor).exists()
    assert not Appointment.scope(PUBLIC).exists()


def test_a_person_can_cancel_and_not_plan(world):
    case = world.case()
    with pytest.raises(Forbidden):
        plan_appointment(case, "x", world.at, by=PERSON, at=world.at)
    with pytest.raises(Forbidden):
        settle(world.appointment(case), "cancelled", world, by=PUBLIC)
