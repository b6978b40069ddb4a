"""How referrals read on the desk: their states, what a provider sees, who waits for whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup

from admin.directory_shown import quiet, tag
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.words import language_name, overdue, today, word
from casework.core.i18n import N_
from casework.life_areas import NeedCategory
from casework.referral_states import DETAILS, INTERPRETERS, STATES, UNDER_WAY, WAITING
from casework.referrals import Referral

ACTORS = {
    "staff": N_("the desk"),
    "person": N_("the person"),
    "provider": N_("the provider"),
    "system": N_("Lotse"),
}
# How the person was told an outcome, as a choice and in the list of steps.
TELLINGS = {
    "told_by_phone": N_("by telephone"),
    "told_in_person": N_("in person"),
    "told_by_letter": N_("by letter"),
    "told_by_companion": N_("through somebody who helps them"),
}
STEPS = STATES.names | {
    "told_by_phone": N_("told by telephone"),
    "told_in_person": N_("told in person"),
    "told_by_letter": N_("told by letter"),
    "told_by_companion": N_("told through a helper"),
}
MAILS = {
    "waiting": N_("The mail is on its way."),
    "sent": N_("The mail has left."),
    "failed": N_("The mail could not be delivered. Please pass the link on yourself."),
}
GOOD = ("got_help",)
HELD_UP = ("no_capacity", "not_eligible", "no_contact", "expired", "redirected")


def state_name(state: str) -> str:
    """A state of a referral, or a step, in the reader's words."""
    return word(STEPS, state)


def show_state(state: str) -> Markup:
    """A state of a referral, or a step: a good end is green, an open question stands out."""
    kind = "good" if state in GOOD else "accent" if state in HELD_UP else ""
    return tag(state_name(state), kind)


def show_follow_up(referral: Referral) -> Markup:
    """The day to follow up, and whether it has come; nothing once the referral is over."""
    day = referral.follow_up_on
    if day is None or referral.state not in UNDER_WAY:
        return Markup()
    return tag(overdue(day), "accent") if day <= today() else quiet(overdue(day))


def is_overdue(referral: Referral, day: date) -> bool:
    """Whether a referral is on its way and its day to follow up has come."""
    due = referral.follow_up_on
    return referral.state in WAITING and due is not None and due <= day


def shown_details(shared: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What leaves, as a provider reads it: name of the detail, label, text."""
    return [
        (name, _(DETAILS[name]), _detail(name, str(shared[name])))
        for name in DETAILS
        if name in shared
    ]


def _detail(name: str, value: str) -> str:
    if name == "need":
        category = NeedCategory.get_or_none(NeedCategory.code == value)
        return category.label(reading_language()) if category else value
    if name == "language":
        return language_name(value)
    return word(INTERPRETERS, value) if name == "interpreter" else value
