"""What states mean to the person who waits: what happens next, and whose turn it is."""

from __future__ import annotations

from datetime import date, datetime

from babel import Locale
from flask import g
from flask_babel import gettext as _
from markupsafe import Markup

from casework.appointment_states import STATES as APPOINTMENT_STATES
from casework.consent import PURPOSES, SHAREABLE, Release
from casework.consent import STATES as RELEASE_STATES
from casework.core import i18n
from casework.core.i18n import N_
from casework.needs import Need
from casework.referrals import STATES as REFERRAL_STATES
from casework.referrals import Referral
from casework.registrations import registration_of
from casework.submissions import DECLINE_REASONS, Submission
from casework.submissions import STATES as SUBMISSION_STATES
from casework.volunteers import STATES as OFFER_STATES
from casework.volunteers import Offer
from portal.centre import local

YOU, US = N_("It is your turn."), N_("It is our turn.")
SUBMISSIONS = {
    "received": (N_("Your request has arrived. We read it and answer here."), US),
    "needs_info": (N_("We have a question before we can go on."), YOU),
    "linked": (N_("We have added this to what we already do for you."), US),
    "accepted": (N_("We are working on your request."), US),
    "declined": (N_("We cannot take on this request."), ""),
    "withdrawn": (N_("You have withdrawn your request. We do nothing more about it."), ""),
}
LISTED = N_("Thank you. We have added your organisation to our directory.")
OVER = N_("Our work on this request is finished. Do you need something again? Write to us.")
OFFERS = {
    "new": (N_("Thank you for your offer. We look at it and get in touch with you."), US),
    "approved": (N_("Your offer is on our list. We write to you when somebody needs it."), US),
    "paused": (N_("Your offer rests. Write to us when you want to go on."), ""),
    "full": (N_("You are helping already. We do not ask you for more."), ""),
    "ended": (N_("Your offer has ended. Thank you."), ""),
}
NEEDS = {
    "open": N_("We are looking for help with this."),
    "covered": N_("Somebody is taking care of this."),
    "met": N_("This is done."),
    "dropped": N_("We do nothing more about this."),
}
REFERRALS = {
    "sent": N_("We have asked them and wait for their answer."),
    "acknowledged": N_("They have seen the request. We wait for their answer."),
    "accepted": N_("They will help you. They will get in touch with you."),
    "waitlisted": N_("You are on the waiting list until there is a free place."),
    "needs_client_action": N_("They need something from you. Please get in touch with them."),
    "in_progress": N_("They are helping you now."),
    "got_help": N_("You got help. We are glad about that."),
    "not_eligible": N_("They cannot help in your case. We look for another way."),
    "no_capacity": N_("They have no free place. We look for another way."),
    "no_contact": N_("They could not reach you. Please write to us."),
    "declined_by_client": N_("You did not want this."),
    "redirected": N_("They have passed the request on to another place."),
    "revoked": N_("This was taken back. They can no longer see your details."),
    "expired": N_("They did not answer. We look for another way."),
}
GOOD = ("got_help", "accepted", "in_progress", "kept", "given", "approved", "linked")
BAD = ("declined", "no_contact", "needs_info", "needs_client_action", "missed")


def state_of(submission: Submission, offer: Offer | None) -> str:
    """The name of the state, of the offer where there is one."""
    if offer is not None and submission.state != "withdrawn":
        return _(OFFER_STATES.names[offer.state])
    return _(SUBMISSION_STATES.names[submission.state])


def next_of(
    submission: Submission, offer: Offer | None, *, is_over: bool, is_asked: bool = False
) -> list[str]:
    """What happens next and whose turn it is, a sentence each; `is_asked` by us for a release."""
    if offer is not None and submission.state != "withdrawn":
        sentences = OFFERS[offer.state]
    elif submission.state == "accepted" and registration_of(submission) is not None:
        sentences = (LISTED, "")
    elif is_over and submission.state in ("linked", "accepted"):
        sentences = (OVER, "")
    else:
        sentences = SUBMISSIONS[submission.state]
    if is_asked:
        sentences = (sentences[0], YOU)
    return [_(sentence) for sentence in sentences if sentence]


def reason_of(submission: Submission) -> str:
    """Why a request was declined, where there is more to say than that it was."""
    reason = submission.decline_reason
    return _(DECLINE_REASONS[reason]) if reason in DECLINE_REASONS and reason != "other" else ""


def need_state(need: Need) -> str:
    """How a need stands, in a sentence."""
    return _(NEEDS[need.state])


def referral_state(referral: Referral) -> str:
    """The name of a referral's state."""
    return _(REFERRAL_STATES.names[referral.state])


def referral_next(referral: Referral) -> str:
    """What a referral's state means to the person."""
    return _(REFERRALS[referral.state])


def appointment_state(state: str) -> str:
    """The name of an appointment's state."""
    return _(APPOINTMENT_STATES.names[state])


def release_state(release: Release) -> str:
    """The name of a release's state."""
    return _(RELEASE_STATES.names[release.state])


def release_purpose(release: Release) -> str:
    """What a release is for."""
    return _(PURPOSES[release.purpose]) if release.purpose in PURPOSES else release.purpose


def release_fields(release: Release) -> list[str]:
    """What a release covers."""
    return [_(SHAREABLE[name]) for name in release.fields if name in SHAREABLE]


def tone(state: str) -> str:
    """The class in which a state is shown; its words say the same."""
    return "good" if state in GOOD else "bad" if state in BAD else ""


def language_name(tag: str) -> str:
    """What a language is called in the language of the page, with its own name for itself."""
    own = i18n.LANGUAGES.get(tag)
    names = Locale.parse(i18n.language(g.language).folder).languages
    name = names.get(tag.replace("-", "_"), tag)
    return f"{name} ({own.autonym})" if own and own.autonym != name else name


def moment(at: datetime) -> Markup:
    """Day and time at the centre, on the 24-hour clock, the same in text of either direction."""
    return _time(at.isoformat(timespec="seconds"), local(at).strftime("%d.%m.%Y, %H:%M"))


def day(at: date) -> Markup:
    """A day; of a moment, the one that it is at the centre."""
    if isinstance(at, datetime):
        at = local(at).date()
    return _time(at.isoformat(), f"{at:%d.%m.%Y}")


def _time(machine: str, shown: str) -> Markup:
    return Markup('<time datetime="{}"><bdi dir="ltr">{}</bdi></time>').format(machine, shown)
