"""How stored values look on the desk: times in the site's zone, words instead of codes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import g
from markupsafe import Markup, escape
from peewee import Field

from admin.i18n import gettext as _
from admin.i18n import reading_language
from casework.core.clock import in_zone
from casework.core.db import Base
from casework.core.i18n import pick
from casework.core.settings import setting

NOTHING = "–"


def site_zone() -> str:
    """The name of the site's time zone, read once a request."""
    if "site_zone" not in g:
        g.site_zone = setting("site_zone")
    return g.site_zone


def show_moment(moment: datetime | None) -> str:
    """DD.MM.YYYY HH:MM at the site."""
    return in_zone(moment, site_zone()).strftime("%d.%m.%Y %H:%M") if moment else NOTHING


def show_date(day: date | None) -> str:
    """DD.MM.YYYY; of a moment, the day that it is at the site."""
    if isinstance(day, datetime):
        day = in_zone(day, site_zone()).date()
    return day.strftime("%d.%m.%Y") if day else NOTHING


def show_value(value: Any, field: Field | None = None) -> str | Markup:
    """`value` of a column as text, escaped where it is put into a page."""
    if value is None or value == "":
        return NOTHING
    if field is not None and field.choices:
        return _(str(dict(field.choices).get(value, value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return show_moment(value)
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, dict):
        return pick(value, reading_language())[0] or NOTHING
    if isinstance(value, list | tuple | set):
        return ", ".join(str(show_value(each)) for each in value) or NOTHING
    if isinstance(value, Base) and hasattr(value, "label"):
        return value.label(reading_language())
    return str(value)


def show_prose(text: str | None) -> Markup:
    """Text of several lines, with its line breaks, in its own direction."""
    lines = Markup("<br>").join(escape(line) for line in (text or NOTHING).splitlines())
    return Markup('<span dir="auto">{}</span>').format(lines)


def name_of(row: Base | None) -> str:
    """How a row is called in links and choices."""
    return NOTHING if row is None else str(show_value(row))


def column_of(model: type[Base], name: str) -> Field | None:
    """The column of `model` called `name`, if it is one."""
    return model._meta.fields.get(name)
