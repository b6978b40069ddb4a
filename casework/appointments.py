"""Appointments (Termine): planned, kept, missed, excused or cancelled, as dated facts.

Day, time and place concern the person, who is told of each change; who of us has it and
for which language somebody interprets concerns us.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, ModelSelect

from casework.appointment_rules import (
    LEAST_MINUTES,
    MOST_MINUTES,
    REASONS,
    USUAL,
    AppointmentOver,
    DurationRefused,
    InterpreterNotNeeded,
    NotInCharge,
    Overlap,
    ReasonRefused,
    TimeRefused,
)
from casework.appointment_states import CANCELLERS, STATES
from casework.cases import Case, CaseModel, note_contact
from casework.core.access import Actor, Role
from casework.core.audit import recorded
from casework.core.clock import in_zone
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField
from casework.core.refusals import StaleEdit, Term
from casework.core.settings import setting
from casework.people import Person
from casework.staff import Staff

FARTHEST = timedelta(days=731)
JUST_HEARD = timedelta(days=1)
# When the person came, was served and left; nothing of it where they did not come.
PRESENCE = ("arrived_at", "served_at", "left_at")


class Appointment(CaseModel):
    """One meeting at a place and a time.

    `revision` counts changes: it tells two editors apart, and calendars the newer version.
    `arranged_at` says since when day, time and place are as they are.
    """

    case = ForeignKeyField(Case, backref="appointments", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
    staff = ForeignKeyField(
        Staff, null=True, backref="appointments", on_delete="SET NULL", index=False
    )
    kind = CharField(max_length=16, default="other")
    starts_at = UtcField(index=True)
    minutes = IntegerField(default=30)
    subject = SealedField(max_length=300)
    place = SealedField(max_length=300, null=True)
    with_whom = LineField(max_length=200, default="")
    interpreter_language = CharField(max_length=16, default="")
    interpreter_by = SealedField(max_length=200, null=True)
    interpreter_ordered_at = UtcField(null=True)
    state = CharField(max_length=16, default="planned")
    state_since = UtcField()
    cancelled_by = CharField(max_length=16, default="")
    reason = CharField(max_length=24, default="")
    note = SealedField(max_length=1000, null=True)
    arranged_at = UtcField()
    reminded_at = UtcField(null=True)
    arrived_at = UtcField(null=True)
    served_at = UtcField(null=True)
    left_at = UtcField(null=True)
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "appointments"
        indexes = (
            (("state", "starts_at"), False),
            (("staff", "starts_at"), False),
            (("case", "state", "starts_at"), False),
        )

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

    @classmethod
    def between(cls, staff: Actor, start: datetime, end: datetime) -> ModelSelect:
        """Those that begin from `start` until before `end`, in whatever state, in order."""
        return (
            cls.scope(staff)
            .where((cls.starts_at >= start) & (cls.starts_at < end))
            .order_by(cls.starts_at, cls.id)
        )

    @classmethod
    def unreminded(cls, at: datetime, until: datetime) -> ModelSelect:
        """Planned ones from now until before `until` that nobody was reminded of, the next first;
        not those whose time and place are younger than a day: of these the person has just heard.
        """
        return (
            cls.select()
            .where(
                (cls.state == "planned")
                & (cls.starts_at > at)
                & (cls.starts_at < until)
                & (cls.arranged_at <= at - JUST_HEARD)
                & cls.reminded_at.is_null()
            )
            .order_by(cls.starts_at)
        )

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def lacks_interpreter(self) -> bool:
        """Whether it is planned, needs an interpreter and none has been ordered."""
        return (
            self.state == "planned"
            and bool(self.interpreter_language)
            and self.interpreter_ordered_at is None
        )


class AppointmentShift(CaseModel):
    """What an appointment's time and place were before they were changed, and at whose wish."""

    case = ForeignKeyField(Case, on_delete="CASCADE")
    appointment = ForeignKeyField(Appointment, backref="shifts", on_delete="CASCADE")
    at = UtcField()
    starts_at = UtcField()
    minutes = IntegerField()
    place = SealedField(max_length=300, null=True)
    wished_by = CharField(max_length=16)
    noted_by = CharField(max_length=200)

    class Meta:
        table_name = "appointment_shifts"


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
    staff: Staff | None = None,
    kind: str = "other",
    interpreter_language: str = "",
    despite_overlap: bool = False,
    by: Actor,
    at: datetime,
) -> Appointment:
    """A new appointment.

    Raises `TimeRefused` outside of two years from now or in the past, `DurationRefused`,
    `NotInCharge`, and `Overlap` unless that is meant.
    """
    _check_time(starts_at, minutes, at=at)
    _check_staff(staff, case, starts_at, minutes, despite_overlap=despite_overlap)
    return Appointment.create(
        case=case, subject=subject, starts_at=starts_at, minutes=minutes, place=place or None,
        with_whom=with_whom, person=person, staff=staff, kind=kind,
        interpreter_language=interpreter_language,
        created_at=at, state_since=at, arranged_at=at,
    )  # fmt: skip


@recorded("appointment:shifted", needs="appointment:edit")
def shift_appointment(
    appointment: Appointment,
    starts_at: datetime,
    *,
    minutes: int,
    place: str,
    wished_by: str = "us",
    revision: int,
    despite_overlap: bool = False,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Another day, time or place for an appointment that was read as `revision`.

    What was before stays on record. An interpreter was ordered for the old time and has to be
    ordered anew; the person is reminded anew. Raises `AppointmentOver`, `StaleEdit`,
    `TimeRefused`, `DurationRefused`, `Overlap`.
    """
    _claim(appointment, revision)
    _check_time(starts_at, minutes, at=at)
    _check_staff(
        appointment.staff, appointment.case, starts_at, minutes,
        but=appointment.id, despite_overlap=despite_overlap,
    )  # fmt: skip
    AppointmentShift.create(
        case=appointment.case, appointment=appointment, at=at,
        starts_at=appointment.starts_at, minutes=appointment.minutes, place=appointment.place,
        wished_by=wished_by if wished_by in CANCELLERS else "us", noted_by=by.name[:200],
    )  # fmt: skip
    if starts_at != appointment.starts_at:
        appointment.interpreter_ordered_at = None
    appointment.starts_at, appointment.minutes = starts_at, minutes
    appointment.place = place or None
    appointment.arranged_at, appointment.reminded_at = at, None
    appointment.save()
    return appointment


@recorded("appointment:changed", needs="appointment:edit")
def change_appointment(
    appointment: Appointment,
    *,
    subject: str,
    with_whom: str,
    staff: Staff | None,
    kind: str,
    interpreter_language: str,
    revision: int,
    despite_overlap: bool = False,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Other particulars of an appointment that was read as `revision`.

    Raises `AppointmentOver`, `StaleEdit`, `NotInCharge`, `Overlap`.
    """
    _claim(appointment, revision)
    if staff is not None and staff.id != appointment.__data__["staff"]:
        _check_staff(
            staff, appointment.case, appointment.starts_at, appointment.minutes,
            but=appointment.id, despite_overlap=despite_overlap,
        )  # fmt: skip
    if interpreter_language != appointment.interpreter_language:
        appointment.interpreter_language = interpreter_language
        appointment.interpreter_ordered_at = appointment.interpreter_by = None
    appointment.subject, appointment.with_whom = subject, with_whom
    appointment.staff, appointment.kind = staff, kind
    appointment.save()
    return appointment


@recorded("appointment:interpreter_ordered", needs="appointment:edit")
def order_interpreter(
    appointment: Appointment, whom: str, *, by: Actor, at: datetime
) -> Appointment:
    """Note that somebody has been asked to interpret, and who; empty where that is not known.

    Raises `AppointmentOver`, `InterpreterNotNeeded`.
    """
    refuse_over(appointment)
    if not appointment.interpreter_language:
        raise InterpreterNotNeeded()
    appointment.interpreter_by, appointment.interpreter_ordered_at = whom.strip() or None, at
    appointment.save()
    return appointment


@recorded("appointment:moved", open_to=("system", "person"))
def settle_appointment(
    appointment: Appointment,
    state: str,
    *,
    cancelled_by: str = "",
    reason: str = "",
    note: str = "",
    by: Actor,
    at: datetime,
) -> Appointment:
    """Kept, missed, excused or cancelled, why, and what there is to say about it.

    Without a reason a missed one counts as "did not come, nothing heard". Raises
    `ReasonRefused`, `InvalidTransition`.
    """
    if reason and reason not in REASONS.get(state, ()):
        raise ReasonRefused()
    gone: dict[str, Any] = {} if state == "kept" else dict.fromkeys(PRESENCE)
    STATES.move(
        appointment, state, at=at, cancelled_by=cancelled_by if cancelled_by in CANCELLERS else "",
        reason=reason or USUAL.get(state, ""), note=note.strip() or None,
        revision=appointment.revision + 1, **gone,
    )  # fmt: skip
    if state == "kept":
        note_contact(appointment.case, at=at)
    return appointment


@recorded("appointment:reminded", open_to=("system",))
def remind_of(appointment: Appointment, *, by: Actor, at: datetime) -> Appointment:
    """Note that the person is reminded of it, as it was read; once for each day and time.

    Raises `StaleEdit` where it was moved, settled or reminded of since.
    """
    still = (
        (Appointment.id == appointment.id)
        & (Appointment.state == "planned")
        & (Appointment.arranged_at == appointment.arranged_at)
        & Appointment.reminded_at.is_null()
    )
    if not Appointment.update(reminded_at=at).where(still).execute():
        raise StaleEdit()
    appointment.reminded_at = at
    return appointment


def overlapping(
    staff: Staff, starts_at: datetime, minutes: int, but: uuid.UUID | None = None
) -> list[Appointment]:
    """Planned appointments of a colleague that share time with this one; not the one `but`."""
    ends_at = starts_at + timedelta(minutes=minutes)
    near = Appointment.select().where(
        (Appointment.staff == staff)
        & (Appointment.state == "planned")
        & (Appointment.starts_at > starts_at - timedelta(minutes=MOST_MINUTES))
        & (Appointment.starts_at < ends_at)
    )
    rows: list[Any] = list(near.order_by(Appointment.starts_at))
    return [each for each in rows if each.ends_at > starts_at and each.id != but]


def refuse_over(appointment: Appointment) -> None:
    """Raise `AppointmentOver` unless the appointment is planned."""
    if appointment.state != "planned":
        raise AppointmentOver(state=Term(STATES.names[appointment.state]))


def _check_time(starts_at: datetime, minutes: int, *, at: datetime) -> None:
    if not at - timedelta(days=1) <= starts_at <= at + FARTHEST:
        raise TimeRefused()
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise DurationRefused()


def _check_staff(
    staff: Staff | None, case: Case, starts_at: datetime, minutes: int, *,
    but: uuid.UUID | None = None, despite_overlap: bool,
) -> None:  # fmt: skip
    """Raise `NotInCharge` for who would not see the case, `Overlap` for who is busy."""
    if staff is None:
        return
    own = staff.__data__["organization"]
    if staff.role != Role.COORDINATOR.value and own != case.__data__["organization"]:
        raise NotInCharge(name=str(staff))
    busy = [] if despite_overlap else overlapping(staff, starts_at, minutes, but)
    if busy:
        zone = setting("site_zone")
        times = [
            f"{in_zone(each.starts_at, zone):%H:%M}–{in_zone(each.ends_at, zone):%H:%M}"
            for each in busy
        ]
        raise Overlap(name=str(staff), times=tuple(times))


def _claim(appointment: Appointment, revision: int) -> None:
    """Count the revision up, if it is still the one that was read and nothing is settled."""
    refuse_over(appointment)
    mine = (
        (Appointment.id == appointment.id)
        & (Appointment.revision == revision)
        & (Appointment.state == "planned")
    )
    if not Appointment.update(revision=revision + 1).where(mine).execute():
        raise StaleEdit()
    appointment.revision = revision + 1
