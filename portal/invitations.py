"""Forms by link: staff fill one in on a case, or a person answers what the centre asks.

The pages are those of every questionnaire, with the key of the invitation as `for` in their
address: two forms that are open in two tabs never mix. The key opens nothing by itself;
the draft's secret in the browser does, and for staff their sign-in besides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases import Case
from casework.core.access import Actor
from casework.core.refusals import NotFound, Refusal
from casework.drafts import draft_of, token_digest
from casework.invitations import (
    CaseIsClosed,
    FormNotOffered,
    Invitation,
    InvitationOver,
    InvitationUsed,
    LinkUsed,
    check_open,
    invitation_by_key,
    invitation_by_token,
)
from casework.invited_forms import begin_form, send_form
from casework.questionnaires.definitions import Question
from casework.questionnaires.models import QuestionnaireVersion, live
from portal.centre import local, now
from portal.journeys import Journey, cookie_name, invited_as
from portal.language import FORM_PAGES

SECONDS_A_QUESTION = 20
OVER = {
    InvitationUsed: 409,
    LinkUsed: 409,
    CaseIsClosed: 409,
    InvitationOver: 410,
    FormNotOffered: 410,
}


class NotSignedIn(Exception):  # noqa: N818 - no error: the page that follows asks to sign in
    """A form of staff is open in a browser in which nobody is signed in."""


def register(door: Blueprint) -> None:
    """Put the links onto the door, and what guards the pages that they lead to."""
    door.add_url_rule("/<lang>/invite/<token>", "invitation", show)
    door.add_url_rule("/<lang>/invite/<token>", "begin_invitation", begin, methods=["POST"])
    door.before_request(admit)
    door.url_defaults(stay_invited)
    door.context_processor(invited)
    door.register_error_handler(NotSignedIn, ask_to_sign_in)
    for refusal in OVER:
        door.register_error_handler(refusal, show_over)


def show(token: str) -> ResponseReturnValue:
    """What the form is and how long it takes; changes nothing, however often it is opened."""
    invitation = found(token)
    version = live_of(invitation)
    title, tag = version.form.definition.text(version.form.definition.title, g.language)
    page = render_template(
        "portal/invitation.html", title=title, title_language=tag, questions=count_of(version),
        minutes=minutes_of(version), until=local(invitation.expires_at),
    )  # fmt: skip
    return unlisted(Response(page, mimetype="text/html"))


def begin(token: str) -> ResponseReturnValue:
    """Lead to the form: to its beginning, or to where the same link stopped before."""
    invitation = found(token)
    slug = invitation.questionnaire.slug
    held = request.cookies.get(cookie_name(slug, invitation.id.hex), "")
    draft = draft_of(held, at=now()) if held else None
    if draft is None or draft.invitation_id != invitation.id:
        _draft, held = begin_form(invitation, by=filler(invitation), at=now())
    journey = Journey(slug, held, invitation.id.hex)
    response = redirect(journey.address(journey.first_open()), 303)
    return unlisted(journey.set_cookie(response))


def found(token: str) -> Invitation:
    """The invitation of a link that acts, for the one who may open it; else 404."""
    try:
        invitation = invitation_by_token(token, at=now())
    except NotFound:
        abort(404)
    filler(invitation)
    g.invitation = invitation
    return invitation


def live_of(invitation: Invitation) -> QuestionnaireVersion:
    """What is published now. Raises `FormNotOffered`."""
    try:
        return live(invitation.questionnaire.slug)
    except NotFound as error:
        raise FormNotOffered() from error


def admit() -> ResponseReturnValue | None:
    """Let only who began a form by its link onto its pages, and only while it takes answers."""
    key = invited_as()
    if request.endpoint not in FORM_PAGES or not key:
        return None
    slug = (request.view_args or {})["slug"]
    invitation = invitation_by_key(key)
    if invitation is None or invitation.questionnaire.slug != slug:
        abort(404)
    filler(invitation)
    g.invitation = invitation
    held = request.cookies.get(cookie_name(slug, key), "")
    if request.endpoint == "portal.receipt":
        return thanks(invitation) if sent_from(invitation, held) else abort(404)
    if sent_from(invitation, held):
        return redirect(url_for("portal.receipt", slug=slug), 303)
    check_open(invitation, at=now())
    draft = draft_of(held, at=now()) if held else None
    return None if draft is not None and draft.invited_as == key else show_lost()


def sent_from(invitation: Invitation, token: str) -> bool:
    """Whether the answers came from the draft with this secret."""
    sent = invitation.submission
    return bool(token) and sent is not None and sent.draft_digest == token_digest(token)


def filler(invitation: Invitation) -> Actor:
    """Who fills in. Staff are signed in, are the ones who opened the form, and may see the case.

    Raises `NotSignedIn`; for anybody else the page does not exist.
    """
    if not invitation.is_for_staff:
        return Actor("person", id=invitation.id, name="link")
    signed_in: Callable[[], Actor] = current_app.extensions["lotse"]["signed_in"]
    staff = signed_in()
    if staff.kind != "staff":
        raise NotSignedIn()
    sees = Case.scope(staff).where(Case.id == invitation.__data__["case"])
    if staff.id != invitation.__data__["staff"] or not sees.exists():
        abort(404)
    return staff


def send(journey: Journey, answers: dict[str, Any]) -> None:
    """Keep the answers with the case, once."""
    invitation = g.invitation
    send_form(
        invitation, journey.version, answers, token=journey.token, language=g.language,
        by=filler(invitation), at=now(),
    )  # fmt: skip


def way_out() -> str:
    """Where somebody goes who leaves a form: back to the case, or to the start page."""
    invitation = g.get("invitation")
    if invitation is None or not invitation.is_for_staff:
        return url_for("portal.start")
    return case_page(invitation)


def case_page(invitation: Invitation) -> str:
    """The case in the back office, at its forms."""
    return url_for("case.show", id=invitation.__data__["case"], _anchor="invitations")


def stay_invited(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses of a form's pages keep the key of its invitation."""
    invitation = g.get("invitation")
    if endpoint in FORM_PAGES and invitation is not None and "for" not in values:
        values["for"] = invitation.id.hex


def invited() -> dict[str, Any]:
    """What the banner of every page of a form by link needs."""
    invitation = g.get("invitation")
    is_staffs = invitation is not None and invitation.is_for_staff
    return {
        "invitation": invitation,
        "filled_for": invitation.case.reference if is_staffs else "",
        "back_to_case": case_page(invitation) if is_staffs else "",
    }


def thanks(invitation: Invitation) -> Response:
    """What happens next, or the way back to the case: there is no PIN for these answers."""
    if request.method == "POST":
        abort(405)
    page = render_template("portal/invitation_thanks.html")
    return Response(page, mimetype="text/html", headers={"Cache-Control": "no-store"})


def show_over(refusal: Refusal) -> Response:
    """Why the link or the form takes nothing any more, without anything of what was typed."""
    return over_page(refusal.text(g.language), OVER[type(refusal)])


def show_lost() -> Response:
    """The address is right, but the answers are not in this browser."""
    text = _("This form is not open in this browser any more. Please open your link again.")
    if g.invitation.is_for_staff:
        text = _("This form is not open in this browser. Please open it from the case again.")
    return over_page(text, 410)


def over_page(text: str, status: int) -> Response:
    """A page that says why nothing can be filled in here."""
    page = render_template("portal/invitation_over.html", text=text)
    return unlisted(Response(page, status, mimetype="text/html"))


def ask_to_sign_in(_needed: NotSignedIn) -> Response:
    """What staff have begun is kept; they sign in and come back to the case."""
    text = _("You are not signed in any more. What you entered is kept: sign in and open the case.")
    page = render_template("portal/invitation_over.html", text=text, sign_in=url_for("desk.login"))
    return unlisted(Response(page, 403, mimetype="text/html"))


def count_of(version: QuestionnaireVersion) -> int:
    """How many questions may be asked, lists counted once."""
    return sum(
        isinstance(spec.item, Question) and spec.type is not None and spec.type.fillable
        for spec in version.form.specs
    )


def minutes_of(version: QuestionnaireVersion) -> int:
    """About how long that takes."""
    return max(1, round(count_of(version) * SECONDS_A_QUESTION / 60))


def unlisted(response: Response) -> Response:
    """The address of a link is a key: nobody else may learn it or list it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
