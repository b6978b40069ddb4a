"""My week: appointments day by day, and the address under which a calendar subscribes to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from babel.dates import format_date
from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_security import current_user
from werkzeug.exceptions import TooManyRequests

from admin.agenda import with_case
from admin.appointments import APPOINTMENT_WORDS
from admin.auth import config, current_actor, now
from admin.base import DeskPage
from admin.base.shown import site_zone
from admin.case_page import called
from admin.counter import clock_time
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.words import PAGE_WORDS, today
from casework.appointment_rules import KINDS
from casework.appointments import Appointment
from casework.attendance import day_in
from casework.calendars import (
    AHEAD,
    BACK,
    CalendarLink,
    appointments_for,
    calendar_of,
    close_calendar,
    open_calendar,
)
from casework.cases import Case
from casework.conference_seats import CONFERENCE
from casework.conferences import conferences_for
from casework.core import throttles
from casework.core.clock import local_date
from casework.core.i18n import gettext_in, language
from casework.core.settings import setting
from casework.formats.ics import Event, write_calendar
from casework.insight.counter import monday_of
from casework.staff import Staff
from casework.venues import VENUES

DAYS = 7
MOST_SHOWN = 300
EARLIEST, LATEST = date(2020, 1, 1), date(2200, 1, 1)
# Wrong addresses for each network, and readings of one calendar, in a quarter of an hour.
WRONG_TRIES, READINGS, WINDOW = 20, 60, timedelta(minutes=15)
KEEP_SECONDS = 600


@dataclass(frozen=True)
class Day:
    """One day of the week with its appointments."""

    day: date
    name: str
    appointments: list[Any]


class MyWeek(DeskPage):
    """The week of the reader, or of everybody whose cases the reader sees."""

    title = _l("My week")
    path = "week"
    resource = "appointment"
    permissions: ClassVar[dict[str, str]] = {
        "open_calendar": "calendar:create", "close_calendar": "calendar:delete",
    }  # fmt: skip
    statement_budget = 16

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Seven days; Saturday and Sunday only where there is something."""
        return self._page()

    @expose("/calendar", methods=("POST",))
    def open_calendar(self) -> ResponseReturnValue:
        """A new address for one's own calendar; it is shown this once."""
        token = open_calendar(self._me(), by=current_actor(), at=now())
        return self._page(address=config().base_url + url_for("desk.calendar", token=token))

    @expose("/calendar/close", methods=("POST",))
    def close_calendar(self) -> ResponseReturnValue:
        """The address works no longer."""
        close_calendar(self._me(), by=current_actor(), at=now())
        flash(_("The calendar address works no longer."), "success")
        return redirect(self.get_url(".index_view") + "#calendar", 303)

    def _me(self) -> Staff:
        return Staff.get_by_id(current_user.id)

    def _page(self, address: str = "") -> str:
        monday, of_all = self._monday(), request.args.get("of") == "all"
        return self.render(
            "desk/week.html", days=self._days(monday, of_all), monday=monday, of_all=of_all,
            before=monday - timedelta(days=DAYS), after=monday + timedelta(days=DAYS),
            this=monday_of(today()), today=today(), address=address, called=called,
            link=CalendarLink.scope(current_actor()).first(), clock=clock_time,
            **APPOINTMENT_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def _days(self, monday: date, of_all: bool) -> list[Day]:
        start, end = day_in(site_zone(), monday, DAYS)
        rows: Any = Appointment.between(current_actor(), start, end)
        if not of_all:
            rows = rows.where(Appointment.staff == current_actor().id)
        by_day: dict[date, list[Any]] = {monday + timedelta(days=n): [] for n in range(DAYS)}
        found = rows.limit(MOST_SHOWN).with_related(with_case(Appointment), Appointment.staff)
        for each in found:
            by_day[local_date(each.starts_at, site_zone())].append(each)
        locale = language(reading_language()).folder
        return [
            Day(day, format_date(day, "EEEE d.M.", locale=locale), mine)
            for day, mine in by_day.items()
            if mine or day.weekday() < 5
        ]

    def _monday(self) -> date:
        """The week that was asked for; this one where nothing else makes sense."""
        try:
            wanted = date.fromisoformat(request.args.get("from", ""))
        except ValueError:
            wanted = today()
        return monday_of(wanted if EARLIEST <= wanted <= LATEST else today())


def register_calendar(desk: Blueprint) -> None:
    """Put the calendars that staff subscribe to onto the desk; they need no session."""
    desk.add_url_rule("/calendar/<token>.ics", "calendar", show_calendar)


def show_calendar(token: str) -> Response:
    """The calendar behind a secret address; any other address is 404, and too many are 429.

    It names nobody: case number and kind, day and time, and a link behind the sign-in.
    """
    at, staff = now(), calendar_of(token)
    kind, key, limit = (
        ("calendar", str(staff.id), READINGS) if staff
        else ("no calendar", throttles.address_prefix(request.remote_addr), WRONG_TRIES)
    )  # fmt: skip
    if not throttles.allow(kind, key, limit=limit, window=WINDOW, at=at):
        raise TooManyRequests(retry_after=throttles.retry_after(kind, key, at=at))
    if staff is None:
        abort(404)
    name = f"{setting('centre_name')} · {staff}"
    events = [_event(each, staff.language) for each in appointments_for(staff, at=at)]
    seats = conferences_for(staff, at - BACK, at + AHEAD)
    rows = Case.scope(staff.actor).where(Case.id << [each.__data__["case"] for each in seats])
    seen = {each.id for each in rows} if seats else set()
    events += [_conference(each, seen, staff.language) for each in seats]
    response = Response(
        write_calendar(events, name=name, language=staff.language),
        content_type="text/calendar; charset=utf-8",
    )
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _event(row: Any, tag: str) -> Event:
    base = config().base_url
    return Event(
        uid=f"{row.id.hex}@{urlsplit(base).hostname}",
        starts_at=row.starts_at, ends_at=row.ends_at,
        changed_at=max(row.arranged_at, row.state_since),
        title=f"{row.case.reference} · {gettext_in(tag, KINDS.get(row.kind, KINDS['other']))}",
        revision=row.revision, cancelled=row.state == "cancelled",
        link=base + url_for("appointment.show", id=row.id),
    )  # fmt: skip


def _conference(seat: Any, seen: set[Any], tag: str) -> Event:
    """A case conference; who does not see the case learns nothing of it but when and where."""
    base, row = config().base_url, seat.conference
    sees = row.__data__["case"] in seen
    name = gettext_in(tag, CONFERENCE)
    return Event(
        uid=f"{row.id.hex}@{urlsplit(base).hostname}",
        starts_at=row.starts_at, ends_at=row.ends_at, changed_at=row.changed_at,
        title=f"{row.case.reference} · {name}" if sees else name,
        revision=row.revision, cancelled=row.state == "cancelled",
        place=gettext_in(tag, VENUES[row.venue]),
        link=base + url_for("case.show", id=row.case.id) if sees else "",
    )  # fmt: skip
