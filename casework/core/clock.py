"""Time: UTC inside, the site's zone outside. The clock is handed over, never read deep inside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def in_zone(moment: datetime, zone: str) -> datetime:
    """`moment` (aware) in the site's zone."""
    return moment.astimezone(ZoneInfo(zone))


def local_date(moment: datetime, zone: str) -> date:
    """The calendar day on which `moment` falls at the site."""
    return in_zone(moment, zone).date()


def from_local(naive: datetime, zone: str) -> datetime:
    """An aware UTC moment from what somebody typed as local time at the site."""
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_begins(day: date, zone: str) -> datetime:
    """The moment, aware in UTC, at which `day` begins at the site."""
    return from_local(datetime.combine(day, time()), zone)
