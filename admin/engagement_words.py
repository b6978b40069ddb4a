"""Engagements in words: the household as far as one may know it, what is waited for, the room."""

from __future__ import annotations

from typing import Any

from flask import g
from markupsafe import Markup

from admin.auth import current_actor
from admin.case_page import called
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import ngettext
from admin.words import ago, spoken, today, word
from casework.core.settings import setting
from casework.engagements import REASON_NAMES, STATES
from casework.insight.companions import Beside

KINDS = {"proposed": "accent", "running": "good"}


def sees_cases() -> bool:
    """Whether the reader has cases; who works with volunteers only has none."""
    return current_actor().may("case:read")


def about(known: Beside) -> str:
    """A household in a few words that name nobody."""
    people = ngettext("%(count)s person", "%(count)s people", known.people)
    return " · ".join(filter(None, (people, spoken(list(known.languages)), known.site)))


def show_household(row: Any) -> Any:
    """The family for who sees the case; for others what they may know, and whom to speak with."""
    if sees_cases():
        return called(row.case)
    known = g.beside[row.id]
    return Markup('<span>{}<br><span class="quiet-text">{}</span></span>').format(
        about(known), known.in_charge or _("nobody in charge yet")
    )


def show_standing(row: Any) -> Markup:
    """The state, and on a second line what is waited for."""
    line = waits_for(row)
    shown = tag(word(STATES.names, row.state), KINDS.get(row.state, ""))
    return (
        Markup('<span>{}<br><span class="quiet-text">{}</span></span>').format(shown, line)
        if line
        else shown
    )


def waits_for(row: Any) -> str:
    """What comes next, in one sentence; for one that has ended why it did."""
    if row.state == "ended":
        return word(REASON_NAMES, row.reason)
    if row.state == "agreed":
        return _("They have not met yet.")
    if row.state == "running":
        quiet = (today() - (row.heard_on or row.since)).days >= _quiet_days()
        return _("Nothing was heard for a while.") if quiet else ""
    if row.answer == "yes":
        return _("The volunteer says yes; the household is to be asked.")
    if row.asked_at:
        return _("The volunteer was asked: %(when)s.", when=ago(row.asked_at))
    return _("Nobody was asked yet.")


def room_words(room: int) -> str:
    """How many more households a volunteer offered to be beside."""
    if room < 0:
        return ngettext("%(count)s more than offered", "%(count)s more than offered", -room)
    if not room:
        return _("no room left")
    return ngettext("room for %(count)s more", "room for %(count)s more", room)


def _quiet_days() -> int:
    """Days without news after which one is asked about, read once a request."""
    if "quiet_days" not in g:
        g.quiet_days = int(setting("engagement_quiet_days"))
    return int(g.quiet_days)
