"""Signed links for providers: two clicks, no account.

Mail scanners open links before people do, so a GET only shows and a POST acts. A link that
was used, was taken back or is over shows no personal data any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, NotFound

from casework.core import i18n
from casework.core.access import Actor
from casework.core.db import clean, transaction
from casework.core.i18n import STAFF_LANGUAGES
from casework.core.refusals import InvalidTransition, Refusal, Term
from casework.core.refusals import NotFound as RowNotFound
from casework.life_areas import NeedCategory
from casework.opportunities.offering import opportunities_of
from casework.providers import report_capacity
from casework.questionnaires.answers import digits_of
from casework.referral_states import ANSWERS, DETAILS, INTERPRETERS, STATES, answers_after
from casework.referrals import Referral
from casework.reply_links import (
    LinkExpired,
    ReferralAlreadyAnswered,
    ReplyLink,
    current_link,
    link_of,
    reply_by_link,
)
from portal.centre import now
from portal.wording import day, language_name

MAX_NOTE = 2000
MAX_PLACES = 9999


@dataclass(frozen=True)
class Typed:
    """What a provider has filled in, kept as it is until it fits."""

    answer: str = ""
    note: str = ""
    free: str = ""


def register(door: Blueprint) -> None:
    """Put the signed links onto the door."""
    door.add_url_rule("/reply/<token>", "reply", show_reply)
    door.add_url_rule("/reply/<token>", "send_reply", send_reply, methods=["POST"])


def show_reply(token: str) -> ResponseReturnValue:
    """What the centre asks; changes nothing, however often a scanner opens it."""
    return _with_link(token, 410, lambda link, referral: _page(link, referral, Typed()))


def send_reply(token: str) -> ResponseReturnValue:
    """The provider's answer, or the same page in another language."""
    return _with_link(token, 409, _send)


def _with_link(
    token: str, already: int, then: Callable[[ReplyLink, Referral], ResponseReturnValue]
) -> ResponseReturnValue:
    """Do something with a link that still acts; `already` is the status when it was used."""
    g.language = _language()
    try:
        link = link_of(token, at=now())
        referral = link.referral
        if link.purpose != "referral" or referral is None:
            raise NotFound()
        if link.used_at or referral.is_final:
            raise _answered(referral)
        return _private(then(link, referral))
    except RowNotFound as error:
        raise NotFound() from error
    except LinkExpired as refusal:
        return _private(_closed(_("This link is closed"), refusal, 410))
    except (ReferralAlreadyAnswered, InvalidTransition) as refusal:
        return _private(_closed(_("Already answered"), refusal, already))


def _send(link: ReplyLink, referral: Referral) -> ResponseReturnValue:
    typed = Typed(*(clean(request.form.get(name, "")) for name in ("answer", "note", "free")))
    action = request.form.get("action", "send")
    if request.form.get("language") in STAFF_LANGUAGES:
        g.language = request.form["language"]
        return _page(link, referral, typed)
    if action != "send":
        raise BadRequest()
    problems = _problems(referral, typed)
    if problems:
        return _page(link, referral, typed, problems), 422
    answered = _answer(link, referral, typed)
    return render_template(
        "portal/reply_thanks.html",
        answer=_(ANSWERS[answered.state]),
        next_link=current_link(answered),
        reply_address=reply_address,
        day=day,
    )


def _answer(link: ReplyLink, referral: Referral, typed: Typed) -> Referral:
    """Answer and free places together, or neither."""
    by, at = Actor("provider", id=link.id, name=referral.organization.name), now()
    with transaction():
        answered = reply_by_link(link, typed.answer, note=typed.note.strip(), by=by, at=at)
        free = _places(typed.free)
        if free is not None:
            service = answered.service
            report_capacity(
                service, places=service.capacity_places, free=free,
                waiting=service.capacity_waiting, by=by, at=at,
            )  # fmt: skip
    return answered


def _problems(referral: Referral, typed: Typed) -> dict[str, str]:
    """What has to be mended, by field."""
    problems = {}
    if typed.answer not in answers_after(referral.state):
        problems["answer"] = _("Please choose an answer.")
    if len(typed.note) > MAX_NOTE:
        problems["note"] = _(
            "The note is longer than %(most)s characters. Please shorten it.", most=MAX_NOTE
        )
    if typed.free.strip() and _places(typed.free) is None:
        problems["free"] = _(
            "Please write the free places as a whole number from 0 to %(most)s.", most=MAX_PLACES
        )
    return problems


def _places(typed: str) -> int | None:
    """A number of places in digits of any script."""
    digits = digits_of(typed[:20])
    fits = digits.isascii() and digits.isdigit() and int(digits) <= MAX_PLACES
    return int(digits) if fits else None


def _page(
    link: ReplyLink, referral: Referral, typed: Typed, problems: dict[str, str] | None = None
) -> str:
    return render_template(
        "portal/reply.html",
        link=link,
        referral=referral,
        shared=_shared(referral),
        chance=opportunities_of([referral]).get(referral.id),
        answers=answers_after(referral.state),
        typed=typed,
        problems=problems or {},
        failed=bool(problems),
        staff_languages=_staff_languages(),
        day=day,
    )


def _shared(referral: Referral) -> list[tuple[str, str, str]]:
    """What the person has released to this provider: field, label, text."""
    shared = referral.shared or {}
    return [
        (name, _(DETAILS[name]), _shown(name, str(shared[name])))
        for name in DETAILS
        if name in shared
    ]


def _shown(name: str, value: str) -> str:
    if name == "need":
        category = NeedCategory.get_or_none(NeedCategory.code == value)
        return category.label(g.language) if category else ""
    if name == "language":
        return language_name(value)
    if name == "interpreter":
        return _(INTERPRETERS.get(value, value))
    return value


def _answered(referral: Referral) -> ReferralAlreadyAnswered:
    return ReferralAlreadyAnswered(answer=Term(STATES.names[referral.state]))


def _closed(title: str, refusal: Refusal, status: int) -> ResponseReturnValue:
    page = render_template(
        "portal/reply_closed.html",
        title=title,
        text=refusal.text(g.language),
        answered=not isinstance(refusal, LinkExpired),
        staff_languages=_staff_languages(),
    )
    return page, status


def _private(answer: ResponseReturnValue) -> Response:
    """The address is the key: nobody else may learn it or list it."""
    response = make_response(answer)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _language() -> str:
    """German or English: by the switch, else by the browser."""
    wished = request.args.get("lang", "")
    if wished in STAFF_LANGUAGES:
        return wished
    return i18n.negotiate(request.headers.get("Accept-Language", ""), STAFF_LANGUAGES)


def _staff_languages() -> list[i18n.Language]:
    return [i18n.LANGUAGES[tag] for tag in STAFF_LANGUAGES]


def reply_address(token: str) -> str:
    """Where a link's page is, in the language of this one."""
    return url_for("portal.reply", token=token, lang=g.language)
