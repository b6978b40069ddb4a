"""What an agreement can be, and why nobody is asked for one: words that staff read."""

from __future__ import annotations

from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.states import Machine

STATES = Machine(
    {
        "asked": N_("asked"),
        "agreed": N_("agreed"),
        "wants_talk": N_("wants to talk about it first"),
        "taken_back": N_("taken back"),
    },
    {"asked": ("agreed", "wants_talk", "taken_back")},
)


class NothingToAgreeTo(Refusal):
    """An empty plan is none."""

    msgid = N_("The plan has no goals yet. Please write down at least one.")


class AskedAlready(Refusal):
    """The person has the plan before them."""

    msgid = N_("The person has been asked already and can answer on the status page.")


class NoStatusPage(Refusal):
    """Nobody would read the question there."""

    msgid = N_(
        "Nobody would read this on the status page: it belongs to the contact person, and to a "
        "request that stands. Please talk about the plan and note the agreement here."
    )
