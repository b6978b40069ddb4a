"""Households that look for somebody, and the volunteers who could be there for them."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base import DeskPage
from admin.case_page import called, loaded
from admin.engagement_words import about, room_words
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.icons import show_area
from admin.volunteers import area_choices, areas, show_times
from admin.words import PAGE_WORDS
from casework.cases import Case
from casework.core.db import transaction
from casework.core.refusals import Forbidden, NotFound, Refusal
from casework.engagements import Engagement, NoRoomLeft, propose_engagement
from casework.insight.companions import Fit, Sought, fits, sought, sought_by
from casework.volunteer_questions import ask_volunteer

MOST_HANDLE = 64


class Companions(DeskPage):
    """Where a need is open and nobody helps: the list, and one household with who fits."""

    title = _l("Households without help")
    path = "companion"
    resource = "offer"
    permissions = {"propose": "engagement:create"}

    @expose("/")
    def index_view(self) -> str:
        """The households, the longest wait first; of one area of life where one is chosen."""
        code = request.args.get("area", "")
        area = areas().get(code)
        found = sought(current_actor(), areas=[area.id] if area else None)
        return self.render(
            "desk/sought.html", found=found, chosen=code if area else "", choices=area_choices(),
            **_words(found),
        )  # fmt: skip

    @expose("/<handle>")
    def show(self, handle: str) -> ResponseReturnValue:
        """Volunteers for one of these households, who fits best first."""
        one = _named(handle)
        return self.page(one, fits(one))

    @expose("/<handle>", methods=("POST",))
    def propose(self, handle: str) -> ResponseReturnValue:
        """Propose one of them, and put it before them where that is ticked."""
        one = _named(handle)
        found = fits(one)
        wanted = next((fit for fit in found if fit.offer.id.hex == request.form.get("offer")), None)
        if wanted is None:
            flash(_("Please choose one of the volunteers in the list."), "error")
            return self.page(one, found), 422
        try:
            made = _propose(one, wanted)
        except (NotFound, Forbidden):
            abort(404)
        except Refusal as refusal:
            flash(refusal.text(reading_language()), "error")
            return self.page(one, fits(one), full=isinstance(refusal, NoRoomLeft)), 409
        flash(_("The engagement was proposed."), "success")
        return redirect(self.get_url("engagement.show", id=made.id), 303)

    def page(self, one: Sought, found: list[Fit], *, full: bool = False) -> str:
        """A household with its volunteers; `full` asks whether somebody really wants more."""
        return self.render(
            "desk/sought_offers.html", one=one, found=found, full=full,
            chosen=request.form.get("offer", ""), show_times=show_times, room=room_words,
            **_words([one]),
        )  # fmt: skip


def _named(handle: str) -> Sought:
    if len(handle) > MOST_HANDLE:
        abort(404)
    return sought_by(current_actor(), handle) or abort(404)


def _propose(one: Sought, fit: Fit) -> Engagement:
    by, at = current_actor(), now()
    with transaction():
        made = propose_engagement(
            Case.get_by_id(one.case), fit.offer, one.area,
            beyond=bool(request.form.get("beyond")), by=by, at=at,
        )  # fmt: skip
        if request.form.get("ask") and fit.offer.submission is not None:
            ask_volunteer(made, by=by, at=at)
    return made


def _words(found: list[Sought]) -> dict[str, Any]:
    """What the pages say of households; who sees cases reads names and gets a link, too."""
    cases: dict[uuid.UUID, Case] = {}
    if current_actor().may("case:read") and found:
        rows = Case.scope(current_actor()).where(Case.id << [one.case for one in found])
        cases = {case.id: case for case in loaded(rows)}
    return {"cases": cases, "called": called, "about": about, "show_area": show_area, **PAGE_WORDS}
