"""What a referral can be, what may follow, whose turn it is, and what a provider can answer."""

from __future__ import annotations

from casework.core.i18n import N_
from casework.core.states import Machine

FINAL = (
    "got_help", "not_eligible", "no_capacity", "no_contact", "declined_by_client",
    "redirected", "revoked", "expired",
)  # fmt: skip
WAITING = ("sent", "acknowledged", "accepted", "waitlisted", "needs_client_action", "in_progress")
UNDER_WAY = ("draft", *WAITING)
STATES = Machine(
    {
        "draft": N_("draft"),
        "sent": N_("sent"),
        "acknowledged": N_("seen by the provider"),
        "accepted": N_("accepted"),
        "waitlisted": N_("on the waiting list"),
        "needs_client_action": N_("waits for the person"),
        "in_progress": N_("in progress"),
        "got_help": N_("got help"),
        "not_eligible": N_("not eligible"),
        "no_capacity": N_("no free place"),
        "no_contact": N_("no contact"),
        "declined_by_client": N_("declined by the person"),
        "redirected": N_("passed on elsewhere"),
        "revoked": N_("taken back"),
        "expired": N_("expired without an answer"),
    },
    {
        "draft": ("sent", "revoked"),
        "sent": ("acknowledged", *WAITING[2:], *FINAL),
        "acknowledged": (*WAITING[2:], *FINAL),
        "accepted": ("waitlisted", "needs_client_action", "in_progress", *FINAL),
        "waitlisted": ("accepted", "needs_client_action", "in_progress", *FINAL),
        "needs_client_action": ("accepted", "waitlisted", "in_progress", *FINAL),
        "in_progress": ("waitlisted", "needs_client_action", *FINAL),
    },
)
# What a provider can answer, in the provider's own words.
ANSWERS = {
    "accepted": N_("Yes, we will help. We get in touch with the person."),
    "waitlisted": N_("Yes, but there is a waiting list. The person is on it now."),
    "needs_client_action": N_("We need something from the person first."),
    "in_progress": N_("We have begun."),
    "got_help": N_("Done: the person got help."),
    "not_eligible": N_("No: the person does not meet the conditions."),
    "no_capacity": N_("No: we have no free place."),
    "no_contact": N_("We could not reach the person."),
    "redirected": N_("We have passed the request on to another place."),
}
TURNS = {
    "draft": "us",
    "sent": "provider",
    "acknowledged": "provider",
    "accepted": "provider",
    "waitlisted": "system",
    "needs_client_action": "person",
    "in_progress": "provider",
}
# How staff told the person an outcome; stands in the steps like a state, and changes none.
TELLINGS = ("told_by_phone", "told_in_person", "told_by_letter", "told_by_companion")
# What a provider reads beside each released detail, in the order of a release.
DETAILS = {
    "name": N_("Name"),
    "phone": N_("Phone number"),
    "email": N_("E-mail address"),
    "language": N_("Language"),
    "interpreter": N_("Interpreter needed"),
    "need": N_("Need"),
    "note": N_("Note of the welcome centre"),
}
INTERPRETERS = {"yes": N_("yes"), "sometimes": N_("sometimes"), "no": N_("no")}


def answers_after(state: str) -> dict[str, str]:
    """The answers that may follow `state`, with the provider's words for them."""
    return {name: words for name, words in ANSWERS.items() if STATES.allows(state, name)}
