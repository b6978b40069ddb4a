"""iCalendar (RFC 5545): appointments as calendars on phones and desks read them.

Times are written in UTC, which every calendar shows in its own zone: no rule repeats here,
so no zone has to travel along. The library folds lines and escapes texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar
from icalendar import Event as Component

PRODUCT = "-//Lotse//Welcome centre//DE"


@dataclass(frozen=True)
class Event:
    """One appointment as a calendar shows it; moments are aware, `revision` rises with changes.

    `remind` is how long before the calendar gives notice, or None.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    title: str
    revision: int = 0
    cancelled: bool = False
    place: str = ""
    text: str = ""
    link: str = ""
    remind: timedelta | None = None


def write_calendar(events: Iterable[Event], *, name: str = "", language: str = "") -> bytes:
    """A whole iCalendar file in UTF-8 with CRLF line ends."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
    for each in events:
        calendar.add_component(_component(each, language))
    return bytes(calendar.to_ical())


def read_calendar(data: bytes) -> list[Event]:
    """The events of a file that `write_calendar` made. Raises ValueError for anything else."""
    return [_event(each) for each in Calendar.from_ical(data).walk("VEVENT")]


def _component(event: Event, language: str) -> Component:
    component = Component()
    component.add("uid", event.uid)
    component.add("dtstamp", event.changed_at.astimezone(UTC))
    component.add("last-modified", event.changed_at.astimezone(UTC))
    component.add("dtstart", event.starts_at.astimezone(UTC))
    component.add("dtend", event.ends_at.astimezone(UTC))
    component.add("sequence", event.revision)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("class", "PRIVATE")
    spoken = {"language": language} if language else {}
    for key, value in (
        ("summary", event.title), ("location", event.place), ("description", event.text),
    ):  # fmt: skip
        if value:
            component.add(key, value, parameters=spoken)
    if event.link:
        component.add("url", event.link)
    if event.remind is not None and not event.cancelled:
        component.add_component(_alarm(event.title, event.remind))
    return component


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def _event(component: Any) -> Event:
    alarms = component.walk("VALARM")
    return Event(
        uid=str(component["uid"]),
        starts_at=component["dtstart"].dt,
        ends_at=component["dtend"].dt,
        changed_at=component["dtstamp"].dt,
        title=str(component.get("summary", "")),
        revision=int(component["sequence"]),
        cancelled=component["status"] == "CANCELLED",
        place=str(component.get("location", "")),
        text=str(component.get("description", "")),
        link=str(component.get("url", "")),
        remind=-alarms[0]["trigger"].dt if alarms else None,
    )
