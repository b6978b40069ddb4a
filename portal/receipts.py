"""The receipt: reference, PIN, what happens next. And going on with a draft on another device."""

from __future__ import annotations

from datetime import timedelta

import segno
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from casework.core.throttles import address_prefix, allow
from casework.drafts import Draft, draft_by_code, rekey_draft
from casework.questionnaires.answers import digits_of
from casework.submissions import receipt_pin, submission_of
from portal.centre import now
from portal.journeys import RECEIPT, Journey

SHOWN_FOR = timedelta(hours=1)
WINDOW = timedelta(minutes=15)
TRIES = 20


def register(door: Blueprint) -> None:
    """Put these pages onto the door."""
    both = ("GET", "POST")
    door.add_url_rule(f"/<lang>/form/<slug>/{RECEIPT}", "receipt", receipt, methods=both)
    door.add_url_rule("/<lang>/resume", "resume", resume, methods=both)


def receipt(slug: str) -> Response:
    """What the person keeps. The browser that sent the form can show it again for an hour."""
    journey = Journey(slug, sent=True)
    if request.method == "POST":
        return journey.forget_cookie(redirect(url_for("portal.start"), 303))
    sent = submission_of(journey.token) if journey.token else None
    if sent is None or now() - sent.received_at > SHOWN_FOR or journey.draft is not None:
        return redirect(url_for("portal.status"), 303)
    body = render_template(
        "portal/receipt.html", submission=sent, pin=receipt_pin(journey.token), journey=journey,
        qr=qr_code(url_for("portal.status")),
    )  # fmt: skip
    return Response(body, mimetype="text/html", headers={"Cache-Control": "no-store"})


def qr_code(path: str) -> Markup:
    """The address of the status page for a camera; it names nobody."""
    base = current_app.extensions["lotse"]["config"].base_url
    code = segno.make_qr(base + path, error="m")
    return Markup(code.svg_inline(omitsize=True, svgclass=None, lineclass=None, border=2))  # noqa: S704  segno draws it


def resume() -> Response:
    """Go on with a draft whose code was written down."""
    if request.method == "GET":
        return resume_page()
    code = request.form.get("code", "")[:100]
    if not allowed():
        problem = _("Too many tries. Please wait a quarter of an hour and try again.")
        return resume_page(code, problem, 429)
    draft = draft_by_code(digits_of(code), at=now())
    if draft is None:
        return resume_page(code, _("We do not know this code. Please check every letter."), 422)
    return take_over(draft)


def resume_page(code: str = "", problem: str = "", status: int = 200) -> Response:
    """The form for the code, with what was typed."""
    body = render_template("portal/resume.html", problem=problem, code=code, failed=bool(problem))
    return Response(body, status, mimetype="text/html")


def take_over(draft: Draft) -> Response:
    """This device has the draft now; the code can bring it to another one again."""
    slug = draft.version.questionnaire.slug
    journey = Journey(slug, rekey_draft(draft), draft.invited_as)
    return journey.set_cookie(redirect(journey.address(journey.first_open()), 303))


def allowed() -> bool:
    """Whether this visitor may try another code."""
    visitor = address_prefix(request.remote_addr)
    return allow("resume", visitor, limit=TRIES, window=WINDOW, at=now())
