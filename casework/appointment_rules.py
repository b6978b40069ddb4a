"""What an appointment can be about, why one did not take place, and what is refused."""

from __future__ import annotations

from casework.core.i18n import N_
from casework.core.refusals import Refusal

KINDS = {
    "first_talk": N_("first talk"),
    "plan_talk": N_("talk about the plan"),
    "papers": N_("help with papers"),
    "authority": N_("going along to an authority"),
    "visit": N_("visit at home"),
    "phone": N_("talk by phone"),
    "other": N_("appointment"),
}
# Why, by state. Only "missed" counts as missed: who was ill or was never told is excused.
REASONS: dict[str, dict[str, str]] = {
    "missed": {
        "no_show": N_("did not come, nothing heard"),
        "forgot": N_("had forgotten it"),
        "late": N_("came too late"),
        "other": N_("other reason"),
    },
    "excused": {
        "ill": N_("was ill"),
        "family": N_("a child or relative was ill"),
        "elsewhere": N_("had to be at an authority, at work or in a course"),
        "journey": N_("bus or train did not come"),
        "not_told": N_("did not know of the appointment"),
        "other": N_("other reason"),
    },
    "cancelled": {
        "other_time": N_("another time is needed"),
        "ill": N_("was ill"),
        "no_interpreter": N_("no interpreter was free"),
        "staff_away": N_("nobody of us was there"),
        "settled": N_("it was not needed any more"),
        "other": N_("other reason"),
    },
}
USUAL = {"missed": "no_show"}
LEAST_MINUTES, MOST_MINUTES = 5, 720


class TimeRefused(Refusal):
    """Too far away in either direction."""

    msgid = N_("The appointment must be within the next two years. Please check the date.")


class DurationRefused(Refusal):
    """An appointment ends after it begins, and on the same day."""

    msgid = N_("An appointment takes 5 minutes to 12 hours. Please check how long it takes.")


class ReasonRefused(Refusal):
    """A reason that does not belong to the state."""

    msgid = N_("This reason does not fit. Please choose one from the list.")


class AppointmentOver(Refusal):
    """Only what is still planned can be changed, moved or attended."""

    msgid = N_("This appointment is “%(state)s” already. Please load the page again.")


class Overlap(Refusal):
    """A colleague cannot be in two places; whoever plans may still say that it is meant."""

    msgid = N_(
        "%(name)s has another appointment at that time: %(times)s. Please choose another time, "
        "or tick that it is meant."
    )


class NotInCharge(Refusal):
    """Who has an appointment can see its case."""

    msgid = N_(
        "%(name)s works for another organisation and would not see the case. "
        "Please choose somebody else."
    )


class InterpreterNotNeeded(Refusal):
    """Nobody is ordered for a language that is not named."""

    msgid = N_("No interpreter is asked for here. Please choose the language first.")
