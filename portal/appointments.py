"""An appointment as a calendar file, for who has opened the page of their request."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from casework.appointments import Appointment
from casework.core.i18n import language
from casework.core.refusals import NotFound as RowNotFound
from casework.formats.ics import Event, write_calendar
from portal.centre import now, settings
from portal.standing import Standing
from portal.status import holder

REMIND = timedelta(days=1)


def register(door: Blueprint) -> None:
    """Put the calendar file beside the status page."""
    door.add_url_rule("/<lang>/status/<wanted>.ics", "calendar_file", calendar_file)


def calendar_file(wanted: str) -> ResponseReturnValue:
    """The file of an appointment that lies ahead; where the page is not open, the page asks.

    It says day, time and place, and that it is with the centre. What it is about stays on the
    page: calendars are read over shoulders and copied to servers of others.
    """
    submission = holder()
    if submission is None:
        return redirect(url_for("portal.status"), 303)
    standing = Standing(submission)
    try:
        appointment = standing.appointment(wanted)
    except RowNotFound as error:
        raise NotFound() from error
    if not standing.is_ahead(appointment, now()):
        raise NotFound()
    tongue = language(g.language)
    response = Response(
        write_calendar([_event(appointment)], language=tongue.lang),
        content_type="text/calendar; charset=utf-8",
    )
    response.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


def _event(appointment: Appointment) -> Event:
    page = current_app.extensions["lotse"]["config"].base_url + url_for("portal.status")
    title = _("Appointment")
    return Event(
        uid=f"p-{appointment.id.hex}@{urlsplit(page).hostname}",
        starts_at=appointment.starts_at, ends_at=appointment.ends_at,
        changed_at=max(appointment.arranged_at, appointment.state_since),
        title=f"{title} · {settings()['centre_name']}",
        revision=appointment.revision, place=appointment.place or "", link=page, remind=REMIND,
    )  # fmt: skip
