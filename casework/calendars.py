"""Calendars that staff subscribe to: a secret address for each, and what stands in them.

The address is the only key, so the database keeps its digest; it is shown once, when it is
made. What lies in calendars of others names no person: case number and kind, day and time.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from peewee import CharField, ForeignKeyField, ModelSelect

from casework.appointments import Appointment
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, UtcField
from casework.core.refusals import Forbidden
from casework.staff import Staff

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
BACK, AHEAD = timedelta(days=30), timedelta(days=400)
MOST = 1000


class CalendarLink(Base):
    """The address under which a member of staff's calendar is read; one at a time."""

    staff = ForeignKeyField(Staff, unique=True, on_delete="CASCADE")
    digest = CharField(max_length=64, unique=True)
    created_at = UtcField()

    class Meta:
        table_name = "calendar_links"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """One's own."""
        return cls.select().where(cls.staff == staff.id)


def _digest(token: str) -> str:
    """What is stored of a token of 256 random bits: those need neither salt nor slowness."""
    return hashlib.sha256(token.encode()).hexdigest()


@recorded("calendar:opened", needs="calendar:create")
def open_calendar(staff: Staff, *, by: Actor, at: datetime) -> str:
    """A new secret for one's own calendar, 43 characters; the one before ends at once.

    Raises `Forbidden` for somebody else's.
    """
    _refuse_others(staff, by)
    token = secrets.token_urlsafe(32)
    CalendarLink.delete().where(CalendarLink.staff == staff).execute()
    CalendarLink.create(staff=staff, digest=_digest(token), created_at=at)
    return token


@recorded("calendar:closed", needs="calendar:delete")
def close_calendar(staff: Staff, *, by: Actor, at: datetime) -> None:
    """The address works no longer. Raises `Forbidden` for somebody else's."""
    _refuse_others(staff, by)
    CalendarLink.delete().where(CalendarLink.staff == staff).execute()


def calendar_of(token: str) -> Staff | None:
    """Whose calendar a secret opens; None for none, and where the account may not any more."""
    if not TOKEN.fullmatch(token):
        return None
    link = (
        CalendarLink.select(CalendarLink, Staff)
        .join(Staff)
        .where((CalendarLink.digest == _digest(token)) & Staff.active)
        .first()
    )
    if link is None or not link.staff.actor.may("appointment:read"):
        return None
    return link.staff


def appointments_for(staff: Staff, *, at: datetime) -> list[Appointment]:
    """The appointments of a member of staff around now, in order, with their cases.

    Cancelled ones are among them, so that calendars take them out; those of a case that went
    to another organisation are not.
    """
    mine = Appointment.between(staff.actor, at - BACK, at + AHEAD).where(Appointment.staff == staff)
    return list(mine.limit(MOST).with_related(Appointment.case))


def _refuse_others(staff: Staff, by: Actor) -> None:
    if by.id != staff.id:
        raise Forbidden()
