"""Line drawings of the desk: one file with all of them, named where they are seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from admin.base.shown import NOTHING
from admin.i18n import reading_language
from casework.life_areas import LifeArea


def drawing(name: str) -> Markup:
    """The drawing called `name`, which screen readers pass over; empty for an unknown one."""
    desk_asset: Any = current_app.jinja_env.globals["desk_asset"]
    address = desk_asset("icons.svg")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        address, name
    )


def show_area(area: LifeArea) -> Markup:
    """Drawing and name of a life area."""
    return Markup('<span class="area">{} {}</span>').format(
        drawing(area.icon), area.label(reading_language())
    )


def show_areas(areas: Iterable[tuple[LifeArea, int]]) -> Markup:
    """The drawings of several life areas, each with its name for who cannot see it or hovers."""
    shown = [
        Markup('<li title="{}">{}<span class="unseen">{}</span>{}</li>').format(
            name, drawing(area.icon), name, Markup("×{}").format(count) if count > 1 else ""
        )
        for area, count in areas
        for name in [area.label(reading_language())]
    ]
    if not shown:
        return escape(NOTHING)
    return Markup('<ul class="areas">{}</ul>').format(Markup("").join(shown))
