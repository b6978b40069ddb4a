"""The welcome centre as pages see it: its settings, its clock, its zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import current_app, g
from peewee import PeeweeException

from casework.core.clock import in_zone, local_date
from casework.core.settings import DEFAULTS, all_settings


def settings() -> dict[str, Any]:
    """The settings, read once a request; the defaults while the database is away."""
    if "centre" not in g:
        try:
            g.centre = all_settings()
        except PeeweeException as error:
            current_app.logger.error("no settings: %s", type(error).__name__)
            g.centre = DEFAULTS
    return g.centre


def now() -> datetime:
    """The time of this request, aware, in UTC."""
    return current_app.extensions["lotse"]["clock"]()


def local(moment: datetime) -> datetime:
    """`moment` in the centre's zone."""
    return in_zone(moment, settings()["site_zone"])


def today() -> date:
    """The day at the centre."""
    return local_date(now(), settings()["site_zone"])


def text_values() -> dict[str, str]:
    """What placeholders in page texts stand for."""
    held = settings()
    return {
        "centre": held["centre_name"],
        "phone": held["centre_phone"],
        "email": held["centre_email"],
        "hours": held["centre_hours"],
    }


def phone_link(number: str) -> str:
    """The number as `tel:` takes it."""
    return "".join(char for char in number if char.isdigit() or char == "+")
