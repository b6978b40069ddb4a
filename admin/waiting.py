"""Whose turn it was, and for how long: an overview by life area, provider and organisation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base import DeskPage
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import ngettext, reading_language
from admin.words import PAGE_WORDS
from casework.core.i18n import N_
from casework.insight.waiting import WaitRow
from casework.insight.waiting_figures import overview
from casework.life_areas import LifeArea
from casework.plans.states import TURNS
from casework.providers import Organization

WAITED_FOR = {
    "person": N_("for the person"),
    "provider": N_("for a provider"),
    "us": N_("for us"),
    "system": N_("for a free place anywhere"),
}
# How far back, in days.
SPANS = {"90": N_("3 months"), "365": N_("12 months"), "1461": N_("4 years")}
USUAL = "365"
MOST_PROVIDERS = 25


@dataclass(frozen=True)
class Line:
    """One group of the overview: its name, its figures by turn, and the longest median."""

    name: str
    by_turn: dict[str, WaitRow]

    @property
    def weight(self) -> float:
        """All days of the group, which the order follows."""
        return sum(row.days for row in self.by_turn.values())


class Waiting(DeskPage):
    """Waiting time of the cases that the reader may see."""

    title = _l("Waiting time")
    path = "waiting"
    resource = "plan"

    @expose("/")
    def index_view(self) -> str:
        """The overview for the past months that `days` names."""
        chosen = request.args.get("days", USUAL)
        chosen = chosen if chosen in SPANS else USUAL
        moment = now()
        found = overview(current_actor(), int(chosen), at=moment)
        tag = reading_language()
        areas = {row.id: row.label(tag) for row in LifeArea.select()}
        return self.render(
            "desk/waiting.html", chosen=chosen, spans=SPANS, turns=TURNS, waited_for=WAITED_FOR,
            whole=_lines(found.rows["all"], {}, _("All together")),
            areas=_lines(found.rows["area"], areas, _("Requests and messages")),
            providers=_providers(found.rows["provider"]),
            organizations=self._organizations(found.rows["organization"]),
            counted_at=found.at, moment=moment, days_in_words=days_in_words, **PAGE_WORDS,
        )  # fmt: skip

    def _organizations(self, rows: list[WaitRow]) -> list[Line]:
        """By organisation in charge, for who sees more than one."""
        if not current_actor().sees_all:
            return []
        return _lines(rows, _names(rows), _("No organisation in charge"))


def days_in_words(days: float) -> str:
    """“less than a day”, “1 day”, “34 days”."""
    whole = round(days)
    return ngettext("%(count)s day", "%(count)s days", whole) if whole else _("less than a day")


def _lines(rows: list[WaitRow], names: dict[uuid.UUID, str], other: str) -> list[Line]:
    """The rows by group, the group that waited most first."""
    grouped: dict[Any, dict[str, WaitRow]] = {}
    for row in rows:
        grouped.setdefault(row.group, {})[row.turn] = row
    lines = [Line(names.get(group, other), by_turn) for group, by_turn in grouped.items()]
    return sorted(lines, key=lambda line: (-line.weight, line.name))


def _providers(rows: list[WaitRow]) -> list[Line]:
    """The providers that cases waited for longest."""
    mine = [row for row in rows if row.turn == "provider" and row.group is not None]
    most = sorted(mine, key=lambda row: -row.days)[:MOST_PROVIDERS]
    return _lines(most, _names(most), "–")


def _names(rows: list[WaitRow]) -> dict[uuid.UUID, str]:
    ids = [row.group for row in rows if row.group is not None]
    return {row.id: row.name for row in Organization.select().where(Organization.id << ids)}
