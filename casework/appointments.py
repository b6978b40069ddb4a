"""Appointments (Termine): planned, kept, missed or cancelled, as dated facts."""

from __future__ import annotations

from datetime import datetime, timedelta

from peewee import CharField, ForeignKeyField, IntegerField, ModelSelect

from casework.cases import Case, CaseModel, note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.states import Machine
from casework.people import Person

STATES = Machine(
    {
        "planned": N_("planned"),
        "kept": N_("kept"),
        "missed": N_("missed"),
        "cancelled": N_("cancelled"),
    },
    {
        "planned": ("kept", "missed", "cancelled"),
        "missed": ("kept",),
        "kept": ("missed",),
    },
)
CANCELLERS = {"person": N_("by the person"), "provider": N_("by the provider"), "us": N_("by us")}


class TimeRefused(Refusal):
    """Too far away in either direction."""

    msgid = N_("The appointment must be within the next two years. Please check the date.")


class Appointment(CaseModel):
    """One meeting at a place and a time."""

    case = ForeignKeyField(Case, backref="appointments", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
    starts_at = UtcField(index=True)
    minutes = IntegerField(default=30)
    subject = SealedField(max_length=300)
    place = SealedField(max_length=300, null=True)
    with_whom = LineField(max_length=200, default="")
    interpreter_language = CharField(max_length=16, default="")
    state = CharField(max_length=16, default="planned")
    state_since = UtcField()
    cancelled_by = CharField(max_length=16, default="")
    created_at = UtcField()

    class Meta:
        table_name = "appointments"
        indexes = ((("state", "starts_at"), False),)

    @classmethod
    def ahead(cls, staff: Actor, at: datetime, days: int = 1) -> ModelSelect:
        """Planned ones within the next days, the next first."""
        return (
            cls.scope(staff)
            .where(
                (cls.state == "planned")
                & (cls.starts_at >= at)
                & (cls.starts_at < at + timedelta(days=days))
            )
            .order_by(cls.starts_at)
        )


@recorded("appointment:planned", needs="appointment:create")
def plan_appointment(
    case: Case,
    subject: str,
    starts_at: datetime,
    *,
    minutes: int = 30,
    place: str = "",
    with_whom: str = "",
    person: Person | None = None,
    interpreter_language: str = "",
    by: Actor,
    at: datetime,
) -> Appointment:
    """A new appointment. Raises `TimeRefused` outside of two years from now or in the past."""
    if not at - timedelta(days=1) <= starts_at <= at + timedelta(days=731):
        raise TimeRefused()
    return Appointment.create(
        case=case, subject=subject, starts_at=starts_at, minutes=minutes, place=place or None,
        with_whom=with_whom, person=person, interpreter_language=interpreter_language,
        created_at=at, state_since=at,
    )  # fmt: skip


@recorded("appointment:moved", open_to=("system", "person"))
def settle_appointment(
    appointment: Appointment, state: str, *, cancelled_by: str = "", by: Actor, at: datetime
) -> Appointment:
    """Kept, missed or cancelled. Raises `InvalidTransition`."""
    STATES.move(
        appointment, state, at=at, cancelled_by=cancelled_by if cancelled_by in CANCELLERS else ""
    )
    if state == "kept":
        note_contact(appointment.case, at=at)
    return appointment
