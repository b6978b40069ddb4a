"""Volunteers: what they offer, in which state each offer is, and what we write to them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from markupsafe import Markup
from peewee import ModelSelect

from admin.answers import parts_of
from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter
from admin.base.refusals import refusals_in, refusals_told
from admin.case_forms import MessageForm
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.icons import show_area
from admin.interpreting import is_on
from admin.person_fields import SPOKEN
from admin.uploads import download
from admin.words import PAGE_WORDS, ago, spoken, word
from casework.core.db import transaction
from casework.core.i18n import N_, pick
from casework.core.lookups import email_keys, find_all, name_keys, phone_keys
from casework.core.refusals import NotFound
from casework.engagements import STATES as ENGAGEMENT_STATES
from casework.engagements import Engagement, households_of
from casework.interpretations import of_rows
from casework.life_areas import LifeArea
from casework.messages import INBOUND, Message, conversation, mark_read, send_message
from casework.questionnaires.models import live
from casework.volunteers import STATES, Offer, move_offer

# What bringing an offer into a state is called on its button.
MOVES = {
    "approved": N_("Approve"),
    "paused": N_("Pause"),
    "full": N_("No more room"),
    "ended": N_("End"),
}
DONE = {
    "approved": N_("Approved: the volunteer can be asked."),
    "paused": N_("Paused: nobody asks for now."),
    "full": N_("Noted as full."),
    "ended": N_("Ended."),
}
KINDS = {"new": "accent", "approved": "good"}
AVAILABILITY = "offer.availability"


class HasCode(ChoiceFilter):
    """Rows whose list of codes has one."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        return query.where(self.column.contains([value]))


def areas() -> dict[str, LifeArea]:
    """The active life areas by code, in the order of the desk, read once a request."""
    if "life_areas" not in g:
        g.life_areas = {area.code: area for area in LifeArea.in_order()}
    return g.life_areas


def area_choices() -> list[tuple[str, str]]:
    """Life areas as pairs of code and name."""
    return [(code, area.label(reading_language())) for code, area in areas().items()]


def times() -> dict[str, str]:
    """What the form for volunteers calls the times that can be chosen, by code."""
    if "offer_times" not in g:
        g.offer_times = _times()
    return g.offer_times


def _times() -> dict[str, str]:
    try:
        form = live("offer").parsed
    except NotFound:
        return {}
    lists = {each.list_name for each in form.questions() if each.save_to == AVAILABILITY}
    return {
        choice.name: pick(choice.label, reading_language())[0]
        for name in lists
        for choice in form.choices.get(name, ())
    }


def show_offer_areas(codes: Iterable[str]) -> Markup:
    """Life areas with drawing and name, one beneath the other."""
    shown = [show_area(areas()[code]) if code in areas() else code for code in codes]
    return Markup("<br>").join(shown) if shown else Markup("–")


def show_times(codes: Iterable[str]) -> str:
    """Times in the words of the form."""
    return ", ".join(times().get(code) or code for code in codes) or "–"


def show_state(state: str) -> Markup:
    """The state of an offer; a new one waits for us."""
    return tag(word(STATES.names, state), KINDS.get(state, ""))


def show_places(offer: Offer) -> Any:
    """For how many the volunteer offered to be there, and how many that is now."""
    taken = len(g.households[offer.id]) if "households" in g else 0
    if not taken:
        return offer.places
    words = _("%(taken)s of %(places)s", taken=taken, places=offer.places)
    return tag(words, "accent") if taken > offer.places else words


class Offers(CaseworkView):
    """What volunteers offer; the page of an offer is the page of its volunteer, too."""

    model = Offer
    resource = "offer"
    path = "offer"
    title = _l("Volunteers")
    intro = _l("Offers that came through the portal. Approve an offer when you have spoken "
               "with the volunteer.")  # fmt: skip
    records_reads = True
    can_create = can_edit = False
    can_export = True
    permissions = {
        "move": "edit", "send": "message:create", "read_messages": "message:edit",
        "of_request": "read", "file": "read",
    }  # fmt: skip
    details_template = "desk/offer.html"
    related = (Offer.volunteer,)
    statement_budget = 16
    column_list = (
        "volunteer", "areas", "languages", "availability", "places", "state", "state_since",
    )  # fmt: skip
    column_export_list = (
        "volunteer", "area_names", "languages", "availability", "places", "state_name",
        "state_since",
    )  # fmt: skip
    column_labels = {
        "volunteer": _l("Name"), "areas": _l("Helps with"), "area_names": _l("Helps with"),
        "languages": _l("Languages"), "availability": _l("When"), "places": _l("People at once"),
        "state": _l("State"), "state_name": _l("State"), "state_since": _l("Since"),
    }  # fmt: skip
    column_sortable_list = ("places", "state", "state_since")
    column_default_order = ("state_since", True)
    column_formatters = {
        "areas": lambda _view, _context, row, _name: show_offer_areas(row.areas),
        "area_names": lambda _view, _context, row, _name: ", ".join(
            areas()[code].label(reading_language()) if code in areas() else code
            for code in row.areas
        ),
        "languages": lambda _view, _context, row, _name: spoken(row.languages) or "–",
        "places": lambda _view, _context, row, _name: show_places(row),
        "availability": lambda _view, _context, row, _name: show_times(row.availability),
        "state": lambda _view, _context, row, _name: show_state(row.state),
        "state_name": lambda _view, _context, row, _name: word(STATES.names, row.state),
        "state_since": lambda _view, _context, row, _name: ago(row.state_since),
    }
    column_filters = (
        ChoiceFilter(Offer.state, _l("State"), "state", STATES.names.items),
        HasCode(Offer.areas, _l("Helps with"), "area", area_choices),
        HasCode(Offer.languages, _l("Language"), "language", lambda: SPOKEN),
    )

    def list_values(self, asked: Any, page: Any) -> dict[str, Any]:
        """The list, with how many households each volunteer on the page is beside."""
        g.households = households_of(page.rows)
        return super().list_values(asked, page)

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """By whole words of the name, by phone number or by e-mail address."""
        digits = "".join(c for c in words if c.isdigit())
        keys = name_keys(words)
        if "@" in words:
            keys = email_keys(words)
        elif len(digits) >= 8:
            keys = phone_keys(words)
        return query.where(Offer.volunteer << list(find_all("volunteers", keys)))

    @action("approved", _l("Approve"))
    def action_approve(self, ids: list[Any]) -> None:
        """Approve the chosen offers, all of them or none."""
        self._move_all(ids, "approved")

    @action("paused", _l("Pause"))
    def action_pause(self, ids: list[Any]) -> None:
        """Pause the chosen offers, all of them or none."""
        self._move_all(ids, "paused")

    @action("full", _l("No more room"))
    def action_full(self, ids: list[Any]) -> None:
        """Mark the chosen offers as full, all of them or none."""
        self._move_all(ids, "full")

    @action("ended", _l("End"), _l("End the chosen offers? This is final."))
    def action_stop(self, ids: list[Any]) -> None:
        """End the chosen offers, all of them or none."""
        self._move_all(ids, "ended")

    def _move_all(self, ids: list[Any], state: str) -> None:
        rows = self.rows(ids)
        for row in rows:
            move_offer(row, state, by=current_actor(), at=now())
        flash(_("%(count)s changed.", count=len(rows)), "success")

    @expose("/request/<uuid:id>")
    def of_request(self, id: uuid.UUID) -> ResponseReturnValue:
        """From what was sent to the offer that it became."""
        found = Offer.scope(current_actor()).where(Offer.submission == id).first() or abort(404)
        return redirect(f"{self.get_url('.details_view', id=found.id)}#messages", 303)

    @expose("/<uuid:id>/file/<uuid:row>")
    def file(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A file that came with an offer."""
        offer = self.get_query().where(Offer.id == id).first()
        if offer is None or offer.submission is None:
            abort(404)
        back = redirect(self.get_url(".details_view", id=offer.id), 303)
        return download(offer.submission, row) or back

    @expose("/move/", methods=("POST",))
    def move(self) -> ResponseReturnValue:
        """Bring one offer into another state; who comes too late is told so."""
        row, state = self.row_or_404(), request.form.get("state", "")
        if state not in MOVES:
            abort(404)
        with refusals_told():
            move_offer(row, state, by=current_actor(), at=now())
            return self._done(row, _(DONE[state]))
        return self.page(self.row_or_404()), 409

    @expose("/message/", methods=("POST",))
    def send(self) -> ResponseReturnValue:
        """Write to the volunteer, who reads it with reference and PIN; their messages are read."""
        row, form = self.row_or_404(), MessageForm(request.form)
        if row.submission is None:
            abort(404)
        if form.validate():
            with refusals_in(form):
                self._send(row, form)
                return self._done(row, _("Your message stands on the volunteer's page now."))
        return self.page(row, form), 422

    def _send(self, row: Offer, form: MessageForm) -> None:
        by, at = current_actor(), now()
        with transaction():
            send_message(
                form.body.data, submission=row.submission, language=form.language.data,
                by=by, at=at,
            )  # fmt: skip
            if by.may("message:edit"):
                self._read_all(row)

    @expose("/messages/", methods=("POST",))
    def read_messages(self) -> ResponseReturnValue:
        """What the volunteer wrote was read."""
        row = self.row_or_404()
        with transaction():
            self._read_all(row)
        return self._done(row, _("Noted as read."))

    def _read_all(self, row: Offer) -> None:
        for message in messages_of(row):
            if message.direction == INBOUND:
                mark_read(message, by=current_actor(), at=now())

    def _done(self, row: Offer, text: str) -> ResponseReturnValue:
        flash(text, "success")
        return redirect(self.get_url(".details_view", id=row.id), 303)

    def page(self, row: Offer, form: Any = None) -> str:
        """The page of an offer, with the message as it was typed."""
        return self.render(self.details_template, **self.details_values(row, form))

    def details_values(self, row: Any, form: Any = None) -> dict[str, Any]:
        """The offer with its answers, the conversation and the volunteer's other offers."""
        messages = messages_of(row)
        texts = [*messages, *([row.submission] if row.submission else [])]
        others = Offer.scope(current_actor()).where(
            (Offer.volunteer == row.volunteer) & (Offer.id != row.id)
        )
        return {
            "row": row,
            "answers": parts_of(row.submission, at=now()) if row.submission else [],
            "messages": messages,
            "translations": of_rows(texts),
            "others": list(others.order_by(Offer.created_at.desc()).limit(20)),
            "engagements": engagements_of(row) if current_actor().may("engagement:read") else [],
            "taken": len(households_of([row])[row.id]),
            "form": form or MessageForm(None, data={"language": row.volunteer.language}),
            "opened": form is not None,
            "moves": [(name, MOVES[name]) for name in STATES.transitions.get(row.state, ())],
            "offers_machine": is_on(),
            "engagement_states": ENGAGEMENT_STATES.names,
            "show_areas": show_offer_areas,
            "show_times": show_times,
            "show_state": show_state,
            **PAGE_WORDS,
        }


def engagements_of(row: Offer) -> list[Engagement]:
    """Where the volunteer is or was, as far as the reader may see it, what stands first."""
    rows: Any = Engagement.scope(current_actor()).where(Engagement.offer == row)
    newest = rows.order_by(Engagement.state == "ended", Engagement.created_at.desc())
    return list(newest.limit(20).with_related(Engagement.life_area))


def messages_of(row: Offer) -> list[Message]:
    """The conversation about an offer that has passed its own scope, the oldest first."""
    if row.submission is None:
        return []
    return list(conversation(case=None, submission=row.submission).limit(200))
