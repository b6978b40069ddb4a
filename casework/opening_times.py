"""Opening times of services and locations, kept by hand in the terms of HSDS.

HSDS has them from RFC 5545: weekdays as `MO,TU`, one row for all days of the same hours,
times as `HH:MM`. What an import brought beyond that stays with its row.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.providers import Location, Schedule, Service

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY_WEEK = {"freq": "WEEKLY"}
COLUMNS = ("byday", "opens_at", "closes_at", "description")
_TIME = re.compile(r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)(?:Z|[+-]\d\d:\d\d)?")


class OpeningTimesRefused(Refusal):
    """One row of opening times cannot be; `column` says which part of it."""

    column: ClassVar[str] = "byday"


class DaysMissing(OpeningTimesRefused):
    """Hours without a day."""

    msgid = N_("Please choose the days on which these hours apply.")


class NoSuchDay(OpeningTimesRefused):
    """A day that no week has."""

    msgid = N_("“%(value)s” is no day of the week. Please choose the days once more.")


class HoursMissing(OpeningTimesRefused):
    """Days without hours."""

    column = "opens_at"
    msgid = N_("Please write from when to when it is open, such as 09:00 and 12:30.")


class NoSuchTime(OpeningTimesRefused):
    """Something that no clock shows."""

    column = "opens_at"
    msgid = N_("“%(value)s” is no time. Please write it like 09:30.")


class ClosesBeforeOpening(OpeningTimesRefused):
    """The hours end before they begin."""

    column = "closes_at"
    msgid = N_(
        "It would close at %(closes)s, but open only at %(opens)s. Please correct one of the two; "
        "hours after midnight get a row of their own on the next day."
    )


class OpeningTimesOverlap(OpeningTimesRefused):
    """Two rows say something about the same hour."""

    column = "opens_at"
    msgid = N_(
        "These hours overlap with %(opens)s to %(closes)s on the same day. "
        "Please correct or remove one of the two."
    )


@dataclass(frozen=True)
class OpeningTime:
    """Hours on some days of the week, or a remark in place of them.

    `row` is the stored row that this stands for. `place` tells the locations of one service
    apart. Irregular rows (every second week, a holiday) come from imports: their hours
    are not compared with others.
    """

    byday: str = ""
    opens_at: str = ""
    closes_at: str = ""
    description: str = ""
    row: uuid.UUID | None = None
    place: str = ""
    valid_from: str = ""
    valid_to: str = ""
    regular: bool = True

    @property
    def days(self) -> tuple[str, ...]:
        """The codes in `byday`, as they stand there."""
        return tuple(part for part in self.byday.split(",") if part)

    @property
    def has_hours(self) -> bool:
        """Whether it says more than a remark."""
        return bool(self.days or self.opens_at or self.closes_at)


def opening_times_of(owner: Service | Location) -> list[OpeningTime]:
    """The opening times of a service or a location: by the first day and hour, remarks last."""
    return read_times(_rows_of(owner))


def read_times(rows: Iterable[Schedule]) -> list[OpeningTime]:
    """The same from rows that are loaded already."""
    times = [_time_of(row) for row in rows]
    return sorted(times, key=lambda each: (_first_day(each), each.opens_at, each.description))


def faults(
    times: Sequence[OpeningTime], known: Sequence[OpeningTime] = ()
) -> list[tuple[int, OpeningTimesRefused]]:
    """What is wrong with `times`: for each faulty one its index and why.

    What stands in `known` just so is not judged by itself: an import may bring rows that
    nobody would enter here, and they must not stop somebody who changes another one.
    """
    found = []
    for index, each in enumerate(times):
        if each in known:
            continue
        others = [*times[:index], *(later for later in times[index + 1 :] if later in known)]
        fault = _own_fault(each) or _overlap(each, others)
        if fault:
            found.append((index, fault))
    return found


@recorded("opening_times:set", needs="service:edit")
def set_opening_times(
    owner: Service | Location, times: Sequence[OpeningTime], *, by: Actor, at: datetime
) -> Service | Location:
    """Store `times` in place of what was said before, and return the owner.

    Raises the first of `faults`, and `NotFound` for a `row` that is not the owner's.
    """
    rows = {row.id: row for row in _rows_of(owner)}
    for _index, refusal in faults(times, [_time_of(row) for row in rows.values()]):
        raise refusal
    for each in times:
        if each.row is not None and each.row not in rows:
            raise NotFound()
        _store(owner, rows.pop(each.row) if each.row else None, each)
    for gone in rows.values():
        gone.delete_instance(recursive=False)
    return owner


def _store(owner: Service | Location, row: Schedule | None, time: OpeningTime) -> None:
    """Write what is new or differs; the other columns of a row stay."""
    if row is not None and _time_of(row) == time:
        return
    created = row is None
    link = "service" if isinstance(owner, Service) else "location"
    row = row or Schedule(extra=dict(EVERY_WEEK) if time.days else {}, **{link: owner})
    for column in COLUMNS:
        setattr(row, column, getattr(time, column))
    row.save(force_insert=created)


def _rows_of(owner: Service | Location) -> list[Schedule]:
    link = Schedule.service if isinstance(owner, Service) else Schedule.location
    return list(Schedule.select().where(link == owner))


def _time_of(row: Schedule) -> OpeningTime:
    """A stored row; irregular where one week is not like the other."""
    extra = row.extra
    place = extra.get("service_at_location_id") or row.__data__.get("location")
    weekly = extra.get("freq", "WEEKLY") == "WEEKLY" and "interval" not in extra
    plain = all(day in WEEKDAYS for day in row.byday.split(",") if day)
    yearly = row.valid_from.startswith("--") or row.valid_to.startswith("--")
    return OpeningTime(
        byday=row.byday, opens_at=row.opens_at, closes_at=row.closes_at,
        description=row.description, row=row.id, place=str(place or ""),
        valid_from=row.valid_from, valid_to=row.valid_to,
        regular=weekly and plain and not yearly and not row.closed,
    )  # fmt: skip


def _own_fault(time: OpeningTime) -> OpeningTimesRefused | None:
    """Why a row cannot be as it is, whatever the others say."""
    for text in (time.opens_at, time.closes_at):
        if text and not _TIME.fullmatch(text):
            return NoSuchTime(value=text[:40])
    if not time.regular:
        return None
    strange = [day for day in time.days if day not in WEEKDAYS]
    if strange:
        return NoSuchDay(value=strange[0][:40])
    if (time.has_hours or not time.description) and not (time.opens_at and time.closes_at):
        return HoursMissing()
    if time.has_hours and not time.days:
        return DaysMissing()
    if time.has_hours and time.closes_at[:5] <= time.opens_at[:5]:
        return ClosesBeforeOpening(opens=time.opens_at[:5], closes=time.closes_at[:5])
    return None


def _overlap(time: OpeningTime, others: Sequence[OpeningTime]) -> OpeningTimesRefused | None:
    """The first of `others` that is about the same hours of the same days."""
    for other in others:
        if _meet(time, other):
            return OpeningTimesOverlap(opens=other.opens_at[:5], closes=other.closes_at[:5])
    return None


def _meet(one: OpeningTime, other: OpeningTime) -> bool:
    """Whether two rows share place, season, day and hour; touching is not sharing."""
    if not (one.regular and other.regular) or one.place != other.place:
        return False
    if not (other.opens_at and other.closes_at and set(one.days) & set(other.days)):
        return False
    apart = (one.valid_to and other.valid_from and one.valid_to < other.valid_from) or (
        other.valid_to and one.valid_from and other.valid_to < one.valid_from
    )
    return not apart and (
        one.opens_at[:5] < other.closes_at[:5] and other.opens_at[:5] < one.closes_at[:5]
    )


def _first_day(time: OpeningTime) -> int:
    """Where in the week it begins; what names no day comes last."""
    found = [WEEKDAYS.index(day[-2:]) for day in time.days if day[-2:] in WEEKDAYS]
    return min(found, default=len(WEEKDAYS))
