"""Meetings (Treffen) with contacts, and what was decided there.

A decision is a task of a colleague or of a contact with a day. It is no follow-up of a case:
so no way leads from the network to anybody's file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from peewee import CharField, DateField, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import Actor, Role
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.crypto import SealedField
from casework.core.db import Base, LineField, UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.settings import setting, site_day
from casework.core.states import Machine
from casework.network.contacts import NetworkContact, claim
from casework.network.talks import note_touch
from casework.staff import Staff

MEETING_STATES = Machine(
    {"planned": N_("planned"), "held": N_("held"), "cancelled": N_("cancelled")},
    {"planned": ("held", "cancelled"), "held": (), "cancelled": ("planned",)},
)
FARTHEST = timedelta(days=3 * 366)
MINUTES = (5, 720)
MOST_PEOPLE = 60
MOST_TEXT = 8000


class TitleMissing(Refusal):
    """A meeting is about something."""

    msgid = N_("Please write what the meeting is about.")


class MeetingTimeRefused(Refusal):
    """A time that nobody can mean."""

    msgid = N_("A meeting takes 5 minutes to 12 hours and lies within three years from now.")


class TooManyPeople(Refusal):
    """A table has an end."""

    msgid = N_("A meeting has at most %(most)s participants. Please invite organisations instead.")


class NotBegunYet(Refusal):
    """A meeting that lies ahead was not held."""

    msgid = N_("This meeting lies ahead: it can be noted as held once it has begun.")


class DecisionMissing(Refusal):
    """A decision says something."""

    msgid = N_("Please write what was decided.")


class NobodyDoes(Refusal):
    """Somebody does what was decided."""

    msgid = N_("Please choose one who does it: a colleague or a contact.")


class DecisionDayRefused(Refusal):
    """A decision is done by a day."""

    msgid = N_("Please enter until when it is done: a day within three years from now.")


class Meeting(Base):
    """One meeting; `starts_at` may lie in the past where it is entered afterwards."""

    title = LineField(max_length=200)
    starts_at = UtcField(index=True)
    minutes = IntegerField(default=60)
    place = LineField(max_length=300, default="")
    agenda = SealedField(max_length=MOST_TEXT, null=True)
    notes = SealedField(max_length=MOST_TEXT, null=True)
    state = CharField(max_length=16, default="planned")
    state_since = UtcField()
    added_by = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "network_meetings"
        indexes = ((("state", "starts_at"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for coordinator and commissioner; for others where they take part."""
        rows = cls.select()
        if not staff.may("meeting:read"):
            return rows.where(cls.id.is_null())
        if staff.sees_all or staff.role is Role.INTEGRATION_COMMISSIONER:
            return rows
        mine = Participant.select(Participant.meeting).where(Participant.staff == staff.id)
        return rows.where((cls.added_by == staff.id) | (cls.id << mine))

    def __str__(self) -> str:
        return self.title


class Participant(Base):
    """Somebody who takes part: a contact or a colleague."""

    meeting = ForeignKeyField(Meeting, backref="participants", on_delete="CASCADE")
    contact = ForeignKeyField(
        NetworkContact, null=True, backref="meetings", on_delete="CASCADE"
    )  # fmt: skip
    staff = ForeignKeyField(Staff, null=True, backref="meetings", on_delete="CASCADE")

    class Meta:
        table_name = "network_participants"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the meetings that `staff` may see."""
        return cls.select().where(cls.meeting << Meeting.scope(staff).select(Meeting.id))


class Decision(Base):
    """What was decided, who does it, until when."""

    meeting = ForeignKeyField(Meeting, backref="decisions", on_delete="CASCADE")
    what = SealedField(max_length=1000)
    staff = ForeignKeyField(Staff, null=True, backref="decisions", on_delete="SET NULL")
    contact = ForeignKeyField(
        NetworkContact, null=True, backref="decisions", on_delete="SET NULL"
    )  # fmt: skip
    due_on = DateField()
    done_at = UtcField(null=True)
    created_at = UtcField()

    class Meta:
        table_name = "network_decisions"
        indexes = ((("done_at", "due_on"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the meetings that `staff` may see, and one's own."""
        if not staff.may("meeting:read"):
            return cls.select().where(cls.id.is_null())
        seen = Meeting.scope(staff).select(Meeting.id)
        return cls.select().where((cls.meeting << seen) | (cls.staff == staff.id))

    @classmethod
    def due(cls, staff: Actor, today: date) -> ModelSelect:
        """What should be done by today and is not, the oldest first.

        The coordinator sees what anybody owes, everybody else what they took on themselves.
        """
        rows = cls.scope(staff).where(cls.done_at.is_null() & (cls.due_on <= today))
        if not staff.sees_all:
            rows = rows.where(cls.staff == staff.id)
        return rows.order_by(cls.due_on, cls.id)

    @property
    def doer_name(self) -> str:
        """Who does it, by name; empty for somebody who is gone."""
        return str(self.staff or self.contact or "")


@recorded("meeting:planned", needs="meeting:create")
def plan_meeting(
    title: str,
    starts_at: datetime,
    *,
    minutes: int = 60,
    place: str = "",
    agenda: str = "",
    contacts: Iterable[NetworkContact] = (),
    staff: Iterable[Staff] = (),
    by: Actor,
    at: datetime,
) -> Meeting:
    """A new meeting. Raises `TitleMissing`, `MeetingTimeRefused`, `TooManyPeople`."""
    meeting = Meeting(
        state_since=at, created_at=at, added_by=by.id if by.kind == "staff" else None
    )  # fmt: skip
    _fill(meeting, title, starts_at, minutes, place, agenda, at=at)
    meeting.save(force_insert=True)
    _seat(meeting, contacts, staff)
    return meeting


@recorded("meeting:changed")
def change_meeting(
    meeting: Meeting,
    *,
    title: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    agenda: str,
    contacts: Iterable[NetworkContact],
    staff: Iterable[Staff],
    revision: int,
    by: Actor,
    at: datetime,
) -> Meeting:
    """Another time, place, agenda or table for a meeting that was read as `revision`.

    Raises `StaleEdit` and what `plan_meeting` raises.
    """
    _fill(meeting, title, starts_at, minutes, place, agenda, at=at)
    claim(meeting, revision)
    meeting.save()
    _seat(meeting, contacts, staff)
    return meeting


@recorded("meeting:held", needs="meeting:edit")
def hold_meeting(
    meeting: Meeting, notes: str, *, revision: int, by: Actor, at: datetime
) -> Meeting:
    """Note that a meeting took place and what was said; again to change the notes.

    For every contact at the table it counts as a contact. Raises `StaleEdit`, `NotBegunYet`,
    `InvalidTransition` for a cancelled one.
    """
    if meeting.starts_at > at:
        raise NotBegunYet()
    claim(meeting, revision)
    if meeting.state != "held":
        MEETING_STATES.move(meeting, "held", at=at)
        day = local_date(meeting.starts_at, setting("site_zone"))
        met = Participant.select(Participant.contact).where(Participant.meeting == meeting)
        for contact in NetworkContact.select().where(NetworkContact.id << met):
            note_touch(contact, day)
    meeting.notes = clean(notes).strip() or None
    meeting.save()
    return meeting


@recorded("meeting:moved", needs="meeting:edit")
def move_meeting(meeting: Meeting, state: str, *, by: Actor, at: datetime) -> Meeting:
    """A meeting is cancelled, or planned again. Raises `InvalidTransition`."""
    MEETING_STATES.move(meeting, state, at=at)
    return meeting


@recorded("decision:added", needs="meeting:edit")
def add_decision(
    meeting: Meeting,
    what: str,
    due_on: date | None,
    *,
    staff: Staff | None = None,
    contact: NetworkContact | None = None,
    by: Actor,
    at: datetime,
) -> Decision:
    """What was decided, who does it and until when.

    Raises `DecisionMissing`, `NobodyDoes` unless there is exactly one who does it,
    `DecisionDayRefused`.
    """
    words = clean(what).strip()
    if not words:
        raise DecisionMissing()
    if (staff is None) == (contact is None):
        raise NobodyDoes()
    if due_on is None or abs(due_on - site_day(at)) > FARTHEST:
        raise DecisionDayRefused()
    return Decision.create(
        meeting=meeting, what=words, staff=staff, contact=contact, due_on=due_on, created_at=at
    )


@recorded("decision:done", needs="meeting:edit")
def finish_decision(decision: Decision, *, by: Actor, at: datetime) -> Decision:
    """Tick a decision off; a second time changes nothing."""
    if decision.done_at is None:
        decision.done_at = at
        decision.save()
    return decision


def _fill(
    meeting: Any, title: str, starts_at: datetime, minutes: int, place: str, agenda: str,
    *, at: datetime,
) -> None:  # fmt: skip
    if not title.strip():
        raise TitleMissing()
    if abs(starts_at - at) > FARTHEST or not MINUTES[0] <= minutes <= MINUTES[1]:
        raise MeetingTimeRefused()
    meeting.title, meeting.starts_at, meeting.minutes = title.strip(), starts_at, minutes
    meeting.place, meeting.agenda = place.strip(), clean(agenda).strip() or None


def _seat(
    meeting: Meeting, contacts: Iterable[NetworkContact], staff: Iterable[Staff]
) -> None:  # fmt: skip
    seats = [
        *(Participant(meeting=meeting, contact=each) for each in contacts),
        *(Participant(meeting=meeting, staff=each) for each in staff),
    ]
    if len(seats) > MOST_PEOPLE:
        raise TooManyPeople(most=MOST_PEOPLE)
    Participant.delete().where(Participant.meeting == meeting).execute()
    Participant.insert_rows(seats)
