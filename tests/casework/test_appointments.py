"""Appointments: dated facts, settled once."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.appointment_rules import (
    AppointmentOver,
    DurationRefused,
    InterpreterNotNeeded,
    NotInCharge,
    Overlap,
    ReasonRefused,
    TimeRefused,
)
from casework.appointment_states import STATES
from casework.appointments import (
    Appointment,
    AppointmentShift,
    change_appointment,
    order_interpreter,
    plan_appointment,
    remind_of,
    settle_appointment,
    shift_appointment,
)
from casework.core.access import PUBLIC, SYSTEM, Actor
from casework.core.refusals import Forbidden, InvalidTransition, StaleEdit

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


# Who has it, and for how long


@pytest.mark.parametrize("minutes", [-30, 0, 4, 721, 10**9])
def test_an_appointment_that_ends_before_it_begins_or_takes_days_is_refused(world, minutes):
    with pytest.raises(DurationRefused):
        world.appointment(minutes=minutes)
    assert not Appointment.select().exists()


def test_a_colleague_who_is_busy_is_told_with_the_times_and_not_with_the_case(world):
    staff = world.coordinator()
    world.appointment(starts_at=world.at, minutes=60, staff=staff)
    with pytest.raises(Overlap) as refused:
        world.appointment(starts_at=world.at + timedelta(minutes=59), staff=staff)
    assert "10:00–11:00" in refused.value.text("en")
    assert "F-2026" not in refused.value.text("en")


@pytest.mark.parametrize("minutes", [60, -30])
def test_appointments_that_only_touch_do_not_overlap(world, minutes):
    staff = world.coordinator()
    world.appointment(starts_at=world.at + timedelta(hours=1), minutes=60, staff=staff)
    begins = world.at + timedelta(hours=1, minutes=minutes)
    assert world.appointment(starts_at=begins, minutes=30, staff=staff).staff == staff


def test_an_overlap_that_is_meant_is_planned(world):
    staff = world.coordinator()
    world.appointment(staff=staff)
    assert world.appointment(staff=staff, despite_overlap=True).staff == staff


def test_cancelled_appointments_and_those_of_others_take_no_time(world):
    staff = world.coordinator()
    settle(world.appointment(staff=staff), "cancelled", world)
    world.appointment(staff=world.coordinator())
    world.appointment()
    assert world.appointment(staff=staff).state == "planned"


def test_who_would_not_see_the_case_cannot_have_its_appointment(world):
    ours, theirs = world.manager(), world.manager()
    case = world.case(ours.organization)
    with pytest.raises(NotInCharge):
        world.appointment(case, staff=theirs)
    assert world.appointment(case, staff=ours).staff == ours
    assert world.appointment(case, staff=world.coordinator()).staff.role == "coordinator"


# Another time


def shift(appointment, world, **columns):
    columns = {
        "starts_at": world.at + timedelta(days=2), "minutes": 45, "place": "Rathaus",
        "revision": appointment.revision,
    } | columns  # fmt: skip
    return shift_appointment(appointment, by=SYSTEM, at=world.at, **columns)


def test_what_was_before_a_change_of_time_stays_on_record(world):
    appointment = world.appointment(place="Zimmer 3")
    shift(appointment, world, wished_by="person")
    again = appointment.refresh()
    assert (again.starts_at, again.minutes, again.place, again.revision) == (
        world.at + timedelta(days=2), 45, "Rathaus", 1,
    )  # fmt: skip
    [before] = again.shifts
    assert (before.starts_at, before.minutes, before.place, before.wished_by) == (
        world.at, 30, "Zimmer 3", "person",
    )  # fmt: skip


def test_of_two_who_move_an_appointment_the_second_is_told(world):
    appointment = world.appointment()
    same = appointment.refresh()
    shift(appointment, world)
    with pytest.raises(StaleEdit):
        shift(same, world, revision=0, minutes=60)
    assert appointment.refresh().minutes == 45
    assert AppointmentShift.select().count() == 1


def test_an_impossible_new_time_changes_nothing(world):
    appointment = world.appointment()
    for wrong in (
        {"starts_at": world.at + timedelta(days=800)}, {"starts_at": world.at - timedelta(days=3)},
        {"minutes": 0},
    ):  # fmt: skip
        with pytest.raises((TimeRefused, DurationRefused)):
            shift(appointment.refresh(), world, **wrong)
    again = appointment.refresh()
    assert (again.starts_at, again.minutes, again.revision) == (world.at, 30, 0)
    assert not AppointmentShift.select().exists()


@pytest.mark.parametrize("state", ["kept", "missed", "excused", "cancelled"])
def test_what_is_over_is_not_moved_and_not_changed(world, state):
    appointment = settle(world.appointment(), state, world)
    with pytest.raises(AppointmentOver):
        shift(appointment, world)
    with pytest.raises(AppointmentOver):
        change(appointment, world)


def test_an_interpreter_was_ordered_for_the_old_time_and_is_missing_at_the_new(world):
    appointment = world.appointment(interpreter_language="ar")
    assert appointment.lacks_interpreter
    order_interpreter(appointment, "Frau Übersetzer", by=SYSTEM, at=world.at)
    assert not appointment.refresh().lacks_interpreter
    shift(appointment, world)
    again = appointment.refresh()
    assert again.lacks_interpreter
    assert again.interpreter_by == "Frau Übersetzer"


def test_another_place_at_the_same_time_keeps_the_interpreter(world):
    appointment = world.appointment(interpreter_language="ar")
    order_interpreter(appointment, "", by=SYSTEM, at=world.at)
    shift(appointment, world, starts_at=world.at)
    assert not appointment.refresh().lacks_interpreter


def test_nobody_is_ordered_where_no_language_is_named(world):
    with pytest.raises(InterpreterNotNeeded):
        order_interpreter(world.appointment(), "x", by=SYSTEM, at=world.at)


def change(appointment, world, **columns):
    columns = {
        "subject": "Second talk", "with_whom": "", "staff": None, "kind": "plan_talk",
        "interpreter_language": "", "revision": appointment.revision,
    } | columns  # fmt: skip
    return change_appointment(appointment, by=SYSTEM, at=world.at, **columns)


def test_particulars_are_changed_and_a_busy_colleague_is_told(world):
    staff = world.coordinator()
    world.appointment(staff=staff)
    appointment = world.appointment(interpreter_language="ar")
    order_interpreter(appointment, "Somebody", by=SYSTEM, at=world.at)
    with pytest.raises(Overlap):
        change(appointment, world, staff=staff)
    change(appointment.refresh(), world, staff=staff, despite_overlap=True,
           interpreter_language="fa")  # fmt: skip
    again = appointment.refresh()
    assert (again.subject, again.kind, again.staff, again.interpreter_by) == (
        "Second talk", "plan_talk", staff, None,
    )  # fmt: skip


# Why it did not take place


def test_excused_is_not_missed_and_can_follow_it(world):
    appointment = settle(world.appointment(), "missed", world)
    assert appointment.refresh().reason == "no_show"
    settle(appointment, "excused", world, reason="ill", note="Fieber, rief später an")
    again = appointment.refresh()
    assert (again.state, again.reason, again.note) == ("excused", "ill", "Fieber, rief später an")
    assert "Fieber" not in str(Appointment.select().tuples().get())


@pytest.mark.parametrize("reason", ["ill", "forged", "\x00", "x" * 20_000])
def test_a_reason_of_another_state_is_refused(world, reason):
    appointment = world.appointment()
    with pytest.raises(ReasonRefused):
        settle(appointment, "missed", world, by=SYSTEM, reason=reason)
    assert appointment.refresh().state == "planned"


# Reminding


def test_a_person_is_reminded_once_of_each_day_and_time(world):
    appointment = world.appointment(starts_at=world.at + timedelta(days=1))
    same = appointment.refresh()
    remind_of(appointment, by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        remind_of(same, by=SYSTEM, at=world.at)
    shift(appointment, world)
    assert remind_of(appointment.refresh(), by=SYSTEM, at=world.at).reminded_at == world.at


def test_a_reminder_that_was_read_before_the_time_changed_is_refused(world):
    appointment = world.appointment()
    stale = appointment.refresh()
    world.clock.forward(minutes=1)
    shift(appointment, world)
    with pytest.raises(StaleEdit):
        remind_of(stale, by=SYSTEM, at=world.at)
    assert appointment.refresh().reminded_at is None
