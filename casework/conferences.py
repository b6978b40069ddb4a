"""Case conferences (Fallkonferenzen): everybody who helps one household at one table.

Everybody concerned is told only what they may know (`conference_seats`), again when time or place
change, and when it is called off. No mail says whom it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from peewee import Load

from casework.appointment_rules import TimeRefused
from casework.appointment_states import STATES as APPOINTMENT_STATES
from casework.appointments import settle_appointment, shift_appointment
from casework.cases import Case
from casework.conference_seats import (
    FOLLOW_UP_MOVED,
    FOLLOW_UP_OFF,
    SEATS,
    STATES,
    TO_CALL,
    TO_CALL_AGAIN,
    TO_CALL_OFF,
    Conference,
    Seat,
    note_again,
    remind_to_call,
    seat_person,
    take_seat,
    where_it_is,
)
from casework.core.access import SYSTEM, Actor
from casework.core.audit import recorded
from casework.core.clock import in_zone
from casework.core.db import clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit, Term
from casework.core.settings import setting
from casework.life_areas import LifeArea
from casework.staff import Staff
from casework.supporters import Supporter
from casework.venues import VENUES

MOST_IN_A_CALENDAR = 200


class NobodyInvited(Refusal):
    """A conference is of two or more."""

    msgid = N_("Please choose at least one who is to come to the case conference.")


class ConferenceCalled(Refusal):
    """Two who invite at once would tell everybody twice."""

    msgid = N_(
        "In the meantime there is an invitation to a case conference on %(moment)s. What you "
        "entered is still here; please send it again if a second one is meant."
    )


class ConferenceOver(Refusal):
    """Only what is still planned can be moved."""

    msgid = N_("This case conference cannot be moved any more: it is “%(state)s”.")


@recorded("conference:called", needs="conference:create")
def call_conference(
    case: Case,
    starts_at: datetime,
    invited: Iterable[Supporter],
    *,
    with_person: bool = True,
    with_others: bool = False,
    area: LifeArea | None = None,
    venue: str = "centre",
    place: str = "",
    seen: int | None = None,
    by: Actor,
    at: datetime,
) -> Conference:
    """Invite to a case conference; returns it with its seats.

    `with_others` asks the centre to invite those who help in cases that `by` does not see;
    `seen` is how many conferences of the case the reader knew of (`count_conferences`). Raises
    `ConferenceCalled` where there is another one by now or already one at the very time,
    `NobodyInvited`, `NotFound` for somebody unknown, and `TimeRefused` for a time that is past
    or more than two years away.
    """
    _refuse_second(case, starts_at, seen)
    wanted = dict.fromkeys(invited)
    if not wanted and not with_others:
        raise NobodyInvited()
    _check_time(starts_at, at=at)
    conference = Conference.create(
        case=case, life_area=area, starts_at=starts_at,
        venue=venue if venue in VENUES else "elsewhere",
        place=_place(place), state_since=at,
        invited_by=by.name[:200], created_at=at,
    )  # fmt: skip
    if with_person:
        seat_person(conference, by=by, at=at)
    for supporter in wanted:
        SEATS[supporter.kind](conference, supporter, at=at)
    if with_others:
        take_seat(conference, "others", knows="invited", told="by_hand")
    remind_to_call(conference, TO_CALL, at=at)
    return conference


def count_conferences(case: Case) -> int:
    """How many conferences a case has had, those called off too."""
    return Conference.select().where(Conference.case == case).count()


def planned_conferences(case: Case, *, at: datetime) -> list[Conference]:
    """Those that are still to come, the next one first."""
    mine = (Conference.case == case) & (Conference.state == "planned")
    rows = Conference.select().where(mine & (Conference.starts_at >= at))
    return list(rows.order_by(Conference.starts_at, Conference.id))


def conferences_for(staff: Staff, start: datetime, end: datetime) -> list[Seat]:
    """The seats of a colleague at conferences that begin from `start` until before `end`, those
    called off too, so that calendars take them out."""
    rows: Any = (
        Seat.select()
        .join(Conference)
        .where(
            (Seat.staff == staff) & (Conference.starts_at >= start) & (Conference.starts_at < end)
        )
    )
    ordered = rows.order_by(Conference.starts_at, Seat.id).limit(MOST_IN_A_CALENDAR)
    return list(ordered.with_related(Load(Seat.conference).then(Conference.case)))


def _refuse_second(
    case: Case, starts_at: datetime, seen: int | None, *, but: Conference | None = None
) -> None:
    """Raise `ConferenceCalled` for a doubled invitation; two at once take their turns. The one
    `but` is the one that is moved itself."""
    if not is_sqlite():
        Case.select(Case.id).where(Case.id == case.id).for_update().get()
    mine = Conference.select().where(Conference.case == case)
    if but is not None:
        mine = mine.where(Conference.id != but.id)
    same = mine.where((Conference.starts_at == starts_at) & (Conference.state == "planned")).first()
    if same is None and seen is not None and count_conferences(case) != seen:
        same = mine.order_by(Conference.created_at.desc(), Conference.id.desc()).first()
    if same is not None:
        local = in_zone(same.starts_at, setting("site_zone"))
        raise ConferenceCalled(moment=f"{local:%d.%m.%Y %H:%M}")


@recorded("conference:moved", needs="conference:edit")
def move_conference(
    conference: Conference,
    starts_at: datetime,
    *,
    venue: str,
    place: str,
    revision: int,
    by: Actor,
    at: datetime,
) -> Conference:
    """Another time or place for a conference that was read as `revision`; whoever was told hears
    of it the same way.

    The person's appointment moves with it, so that calendars put the newer version in place of
    the older. Raises `ConferenceOver`, `StaleEdit`, `ConferenceCalled` where another one begins at
    the very time, and `TimeRefused`.
    """
    if conference.state != "planned":
        raise ConferenceOver(state=Term(STATES.names[conference.state]))
    _check_time(starts_at, at=at)
    _refuse_second(conference.case, starts_at, None, but=conference)
    _claim(conference, revision)
    conference.starts_at, conference.moved_at = starts_at, at
    conference.venue = venue if venue in VENUES else "elsewhere"
    conference.place = _place(place)
    conference.save()
    appointment = conference.appointment
    if appointment is not None and appointment.state == "planned":
        shift_appointment(
            appointment, starts_at, minutes=appointment.minutes, place=where_it_is(conference),
            revision=appointment.revision, despite_overlap=True, by=by, at=at,
        )  # fmt: skip
    note_again(conference, FOLLOW_UP_MOVED, at=at)
    remind_to_call(conference, TO_CALL_AGAIN, at=at)
    return conference


def _check_time(starts_at: datetime, *, at: datetime) -> None:
    if not at <= starts_at <= at + timedelta(days=731):
        raise TimeRefused()


def _place(text: str) -> str | None:
    return clean(text).strip()[:300] or None


def _claim(conference: Conference, revision: int) -> None:
    """Count the revision up, if it is still the one that was read. Raises `StaleEdit`."""
    mine = (Conference.id == conference.id) & (Conference.state == "planned")
    count = Conference.update(revision=revision + 1)
    if not count.where(mine & (Conference.revision == revision)).execute():
        raise StaleEdit()
    conference.revision = revision + 1


@recorded("conference:held", needs="conference:edit")
def note_held(conference: Conference, *, by: Actor, at: datetime) -> Conference:
    """It took place. Raises `InvalidTransition`."""
    STATES.move(conference, "held", at=at)
    return conference


@recorded("conference:cancelled", needs="conference:edit")
def cancel_conference(conference: Conference, *, by: Actor, at: datetime) -> Conference:
    """It does not take place; whoever was told hears of it. Raises `InvalidTransition`."""
    STATES.move(conference, "cancelled", at=at)
    appointment = conference.appointment
    if appointment is not None and APPOINTMENT_STATES.allows(appointment.state, "cancelled"):
        settle_appointment(appointment, "cancelled", cancelled_by="us", by=SYSTEM, at=at)
    conference.revision += 1
    conference.save()
    note_again(conference, FOLLOW_UP_OFF, at=at)
    remind_to_call(conference, TO_CALL_OFF, at=at)
    return conference
