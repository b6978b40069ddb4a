"""Who has come: arrived, is being served, has left; each a moment of the appointment's day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from peewee import ModelSelect

from casework.appointment_states import STATES
from casework.appointments import Appointment, refuse_over
from casework.cases import note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import from_local
from casework.core.i18n import N_

# How far somebody is, in the order in which it happens.
STAGES = {
    "expected": N_("expected"),
    "arrived": N_("is waiting"),
    "served": N_("is being served"),
    "left": N_("has left"),
}


def stage_of(appointment: Appointment) -> str:
    """How far the person is: a key of `STAGES`."""
    if appointment.left_at:
        return "left"
    if appointment.served_at:
        return "served"
    return "arrived" if appointment.arrived_at else "expected"


def appointments_of_day(staff: Actor, day: date, zone: str) -> ModelSelect:
    """Appointments within scope on a calendar day of the site, in order; in whatever state."""
    return Appointment.between(staff, *day_in(zone, day))


def day_in(zone: str, day: date, days: int = 1) -> tuple[datetime, datetime]:
    """Where `days` calendar days of the site begin and end, as moments."""
    start, end = (datetime.combine(each, time.min) for each in (day, day + timedelta(days=days)))
    return from_local(start, zone), from_local(end, zone)


@recorded("appointment:arrived", needs="appointment:edit")
def note_arrival(appointment: Appointment, *, by: Actor, at: datetime) -> Appointment:
    """The person is here and waits; a second time changes nothing. Raises `AppointmentOver`."""
    return _note(appointment, at=at, arrived_at=appointment.arrived_at or at)


@recorded("appointment:served", needs="appointment:edit")
def begin_service(appointment: Appointment, *, by: Actor, at: datetime) -> Appointment:
    """The person is being served; also without having been noted as arrived.

    Raises `AppointmentOver`.
    """
    return _note(
        appointment, at=at, arrived_at=appointment.arrived_at or at,
        served_at=appointment.served_at or at,
    )  # fmt: skip


@recorded("appointment:expected", needs="appointment:edit")
def take_arrival_back(appointment: Appointment, *, by: Actor, at: datetime) -> Appointment:
    """The wrong button was pressed: the person is still expected. Raises `AppointmentOver`."""
    return _note(appointment, at=at, arrived_at=None, served_at=None)


@recorded("appointment:left", needs="appointment:edit")
def note_leaving(appointment: Appointment, *, by: Actor, at: datetime) -> Appointment:
    """The person has left: the appointment was kept. Raises `InvalidTransition`."""
    STATES.move(
        appointment, "kept", at=at, left_at=at, arrived_at=appointment.arrived_at or at,
        revision=appointment.revision + 1, cancelled_by="", reason="", note=None,
    )  # fmt: skip
    note_contact(appointment.case, at=at)
    return appointment


def _note(appointment: Appointment, *, at: datetime, **moments: Any) -> Appointment:
    """Write moments of a planned appointment; it is read anew, because two may press at once."""
    refuse_over(appointment)
    planned = (Appointment.id == appointment.id) & (Appointment.state == "planned")
    if not Appointment.update(**moments).where(planned).execute():
        refuse_over(appointment.refresh())
    for name, moment in moments.items():
        setattr(appointment, name, moment)
    appointment._dirty.clear()
    return appointment
