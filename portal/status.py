"""The page of a person who has sent something: what became of it, opened by reference and PIN.

No GET changes anything, so what counts as "shown" is settled by POST: signing in marks
what the next page will show, and what arrives while the page is open has a button. With
a form that a helper filled in, outcomes wait for the button: the helper holds the PIN,
and only they know whether the person has heard of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, NotFound, TooManyRequests

from casework import appointments, consent, referrals, release_questions, submissions
from casework.codes import normal_reference
from casework.core import i18n
from casework.core.access import Actor
from casework.core.db import clean, transaction
from casework.core.refusals import NotFound as RowNotFound
from casework.core.refusals import Refusal
from casework.core.throttles import address_prefix, allow, give_back, retry_after
from casework.messages import (
    INBOUND,
    EmptyMessage,
    LongMessage,
    checked,
    mark_read,
    receive_message,
)
from casework.opportunities.kinds import KINDS
from casework.participation.ladder import mark_seen
from casework.submissions import CodeRefused, Submission
from casework.texts import Text, text
from portal import engagements, participation, plans, wording
from portal.centre import now, settings, text_values, today
from portal.prose import prose
from portal.standing import Standing

log = logging.getLogger("lotse.access")

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
WINDOW = timedelta(minutes=15)
TRIES = 20
TRIES_OF_ALL = 1000
MESSAGES_AN_HOUR = 20
SAME_MESSAGE = timedelta(minutes=2)
MAX_CODE = 100
KEY = "status"


def register(door: Blueprint) -> None:
    """Put the status page and the confirmation of "withdraw my request" onto the door."""
    door.add_url_rule("/<lang>/status", "status", show_status)
    door.add_url_rule("/<lang>/status", "act_on_status", act_on_status, methods=["POST"])
    door.add_url_rule("/<lang>/status/withdraw", "withdraw", ask_withdraw)
    door.add_url_rule("/<lang>/status/withdraw", "do_withdraw", do_withdraw, methods=["POST"])


def show_status() -> ResponseReturnValue:
    """The state of the request, or the form that asks for reference and PIN."""
    submission = holder()
    return _page(Standing(submission)) if submission else _sign_in_page()


def act_on_status() -> ResponseReturnValue:
    """Sign in, or one of the buttons of the page; one for a language only shows it anew."""
    verb, _separator, target = request.form.get("action", "").partition(":")
    submission = holder()
    if request.form.get("language") in i18n.LANGUAGES:
        g.language = request.form["language"]
        return _page(Standing(submission), typed=_typed()) if submission else _sign_in_page()
    if "reference" in request.form:
        return sign_in()
    if submission is None:
        return _sign_in_page(expired=True, status=403)
    act = ACTIONS.get(verb)
    if act is None:
        raise BadRequest()
    return _guarded(act, Standing(submission), target)


def sign_in() -> ResponseReturnValue:
    """Judge reference and PIN, and remember for a while in this browser that they fit."""
    reference, pin = _code("reference"), _code("pin")
    keys = _throttle_keys(reference)
    for key, limit in keys.items():
        if not allow("status", key, limit=limit, window=WINDOW, at=now()):
            log.warning("refused a status sign-in: too many tries")
            raise TooManyRequests(retry_after=retry_after("status", key, at=now()))
    try:
        submission = submissions.open_with_pin(reference, pin)
    except CodeRefused as refusal:
        log.warning("refused a status sign-in")
        return _sign_in_page(refusal=refusal, status=422)
    for key in keys:
        give_back("status", key)
    _remember(submission)
    standing = Standing(submission)
    _mark_shown(standing)
    if _typed():
        return _page(standing, typed=_typed())
    return redirect(url_for("portal.status"), 303)


def ask_withdraw() -> ResponseReturnValue:
    """What taking the request back means, with the button that does it."""
    submission = holder()
    if submission is None or not _can_withdraw(submission):
        return redirect(url_for("portal.status"), 303)
    return render_template("portal/status_withdraw.html", submission=submission)


def do_withdraw() -> ResponseReturnValue:
    """Take the request back; what was built on it ends by itself."""
    submission = holder()
    if submission is None:
        return _sign_in_page(expired=True, status=403)
    if submission.state == "withdrawn":
        return redirect(url_for("portal.status"), 303)
    return _guarded(_withdraw, Standing(submission), "")


def _withdraw(standing: Standing, target: str) -> ResponseReturnValue:
    submissions.withdraw_submission(standing.submission, by=standing.person, at=now())
    return _back(_("You have withdrawn your request."))


def _write(standing: Standing, target: str) -> ResponseReturnValue:
    """A message to the centre; to a question of the centre it is the answer."""
    submission, at = standing.submission, now()
    body = checked(_typed())
    if _just_sent(standing, body, at):
        return _back(_("Your message was sent."))
    hour = timedelta(hours=1)
    if not allow("message", submission.id.hex, limit=MESSAGES_AN_HOUR, window=hour, at=at):
        raise TooManyRequests(retry_after=retry_after("message", submission.id.hex, at=at))
    with transaction():
        receive_message(
            body, case=standing.case, submission=submission, language=g.language,
            by=standing.person, at=at,
        )  # fmt: skip
        if submission.state == "needs_info":
            submissions.note_answer(submission, by=standing.person, at=at)
    return _back(_("Your message was sent."))


def _seen(standing: Standing, target: str) -> ResponseReturnValue:
    """The person has read how a referral ended."""
    referrals.mark_shown(standing.referral(target), by=standing.person, at=now())
    return _back(_("Thank you."))


def _read(standing: Standing, target: str) -> ResponseReturnValue:
    """The person has read a message of the centre."""
    mark_read(standing.message(target), by=standing.person, at=now())
    return _back(_("Thank you."))


def _cancel(standing: Standing, target: str) -> ResponseReturnValue:
    """The person cannot come. What has begun already is no more to be cancelled."""
    appointment, at = standing.appointment(target), now()
    if appointment.state == "planned" and not standing.is_ahead(appointment, at):
        raise RowNotFound()
    if appointment.state != "cancelled":
        appointments.settle_appointment(
            appointment, "cancelled", cancelled_by="person", by=standing.person, at=at
        )
    return _back(_("The appointment is cancelled."))


def _end_release(standing: Standing, target: str) -> ResponseReturnValue:
    """The person no longer agrees; the provider's link closes at once."""
    release = standing.release(target)
    if release.state == "given":
        consent.withdraw_release(release, by=standing.person, at=now())
    return _back(_("You have withdrawn your agreement."))


def _agree(standing: Standing, target: str) -> ResponseReturnValue:
    """The person agrees that an organisation gets what the page names."""
    _answer(standing.release(target), "given", by=standing.person)
    return _back(_("Thank you. You have agreed. You can withdraw this on this page at any time."))


def _disagree(standing: Standing, target: str) -> ResponseReturnValue:
    """The person does not agree, and nothing else changes for them."""
    _answer(standing.release(target), "declined", by=standing.person)
    return _back(_("Thank you. Nothing is passed on. We go on helping you just the same."))


def _about_plan(verb: str) -> Callable[[Standing, str], ResponseReturnValue]:
    """The button of a plan."""
    return lambda standing, target: _back(plans.ANSWERS[verb](standing, target))


def _about_help(verb: str) -> Callable[[Standing, str], ResponseReturnValue]:
    """The buttons of a question to a volunteer."""
    return lambda standing, target: _back(engagements.ANSWERS[verb](standing, target))


def _about_part(verb: str) -> Callable[[Standing, str], ResponseReturnValue]:
    """The buttons about taking part."""

    def act(standing: Standing, target: str) -> ResponseReturnValue:
        if standing.participation is None:
            raise RowNotFound()
        return _back(participation.ACTIONS[verb](standing, target))

    return act


def _answer(release: consent.Release, answer: str, *, by: Actor) -> None:
    """Keep the answer with the wording that the page showed; a second click is no other one."""
    if release.asked_at is None or release.state != answer:
        read = clean(request.form.get("wording", ""))[:MAX_CODE]
        release_questions.answer_release(
            release, answer, text_version=read, language=g.language, by=by, at=now()
        )


def _forget(standing: Standing, target: str) -> ResponseReturnValue:
    """Leave nothing behind on a device that other people use."""
    session.pop(KEY, None)
    return _back(_("You are signed out on this device."))


ACTIONS: dict[str, Callable[[Standing, str], ResponseReturnValue]] = {
    "write": _write,
    "seen": _seen,
    "read": _read,
    "cancel": _cancel,
    "withdraw_release": _end_release,
    "agree": _agree,
    "disagree": _disagree,
    "forget": _forget,
    **{verb: _about_plan(verb) for verb in plans.ANSWERS},
    **{verb: _about_help(verb) for verb in engagements.ANSWERS},
    **{verb: _about_part(verb) for verb in participation.ACTIONS},
}


def _guarded(
    act: Callable[[Standing, str], ResponseReturnValue], standing: Standing, target: str
) -> ResponseReturnValue:
    """Run an action; what the domain refuses is said on the page, with what was typed."""
    try:
        return act(standing, target)
    except RowNotFound as error:
        raise NotFound() from error
    except (EmptyMessage, LongMessage) as refusal:
        return _page(standing, typed=_typed(), refusal=refusal, status=422)
    except Refusal as refusal:
        return _page(Standing(standing.submission.refresh()), refusal=refusal, status=409)


def _page(
    standing: Standing, *, typed: str = "", refusal: Refusal | None = None, status: int = 200
) -> ResponseReturnValue:
    since = datetime.fromtimestamp(session[KEY]["since"], UTC)
    asked = standing.asked(today())
    read = text(consent.WORDING_ASKED, g.language) if asked else None
    about_part = request.form.get("action") == "account"
    beside = isinstance(refusal, EmptyMessage | LongMessage)
    page = render_template(
        "portal/status.html",
        standing=standing,
        chance_kinds=KINDS,
        submission=standing.submission,
        typed=typed,
        failed=refusal and refusal.text(g.language),
        beside_field=beside and not about_part,
        beside_account=beside and about_part,
        told=clean(request.form.get("account", "")),
        about=clean(request.form.get("about", "")),
        participation=participation,
        at=now(),
        is_new=lambda moment: moment is None or moment >= since,
        translations=standing.translations(g.language),
        can_withdraw=_can_withdraw(standing.submission),
        asked=asked,
        next_appointment=standing.next_appointment(now(), settings()["remind_page_days"]),
        forms=standing.forms(now()),
        wording_read=consent.version_of(read),
        agreement=lambda release: agreement(release, read),
        moment=wording.moment,
        day=wording.day,
        pick=i18n.pick,
        wording=wording,
        language_name=wording.language_name,
    )
    return page, status


def _sign_in_page(
    *, refusal: Refusal | None = None, expired: bool = False, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "portal/status_sign_in.html",
        failed=refusal and refusal.text(g.language),
        expired=expired,
        reference=_code("reference"),
        pin=_code("pin"),
        typed=_typed(),
    )
    return page, status


def agreement(release: consent.Release, read: Text | None) -> Markup:
    """The full text that the person agrees to, filled in."""
    if read is None:
        return Markup()
    values = text_values() | {
        "recipient": str(release.organization), "expires": f"{release.expires_on:%d.%m.%Y}",
    }  # fmt: skip
    return Markup('<div lang="{}">{}</div>').format(
        i18n.language(read.language).lang, prose(read.body, values)
    )


def _mark_shown(standing: Standing) -> None:
    """Note that the person looks, and what the page is about to show them."""
    with transaction():
        submissions.note_visit(standing.submission, by=standing.person, at=now())
        for message in standing.unread():
            mark_read(message, by=standing.person, at=now())
        for taken in standing.participation.rungs if standing.participation else ():
            mark_seen(taken, by=standing.person, at=now())
        for referral in [] if standing.by_helper else standing.untold():
            referrals.mark_shown(referral, by=standing.person, at=now())


def _remember(submission: Submission) -> None:
    at = now().timestamp()
    session[KEY] = {"id": submission.id.hex, "since": at, "seen": at}


def holder() -> Submission | None:
    """Whose page this browser may see; half an hour without a click ends it."""
    held = session.get(KEY)
    if held is None:
        return None
    at = now().timestamp()
    idle, whole = at - held["seen"], at - held["since"]
    found = Submission.get_or_none(Submission.id == held["id"])
    if found is None or not (0 <= idle < IDLE.total_seconds() and whole < LONGEST.total_seconds()):
        session.pop(KEY)
        return None
    session[KEY] = {**held, "seen": at}
    return found


def _throttle_keys(reference: str) -> dict[str, int]:
    """What tries are counted under, and how many each may have; the narrow ones first."""
    return {
        f"address {address_prefix(request.remote_addr)}": TRIES,
        f"reference {normal_reference(reference)}": TRIES,
        "everybody": TRIES_OF_ALL,
    }


def _just_sent(standing: Standing, body: str, at: datetime) -> bool:
    """Whether this is the second click on "send"."""
    last = standing.messages[-1] if standing.messages else None
    return (
        last is not None
        and last.direction == INBOUND
        and last.body == body
        and at - last.at < SAME_MESSAGE
    )


def _can_withdraw(submission: Submission) -> bool:
    return submissions.STATES.allows(submission.state, "withdrawn")


def _code(name: str) -> str:
    return clean(request.form.get(name, ""))[:MAX_CODE]


def _typed() -> str:
    return clean(request.form.get("body", ""))


def _back(done: str) -> ResponseReturnValue:
    flash(done)
    return redirect(url_for("portal.status"), 303)
