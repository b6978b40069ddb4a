"""Engagements: who stands beside a household, who could, and what each one needs next."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from peewee import ModelSelect

from admin.agenda import with_case
from admin.auth import current_actor, now
from admin.balance_forms import BeginForm, EndEngagementForm, HeardForm
from admin.base import CaseworkView, ChoiceFilter, lists, show_date
from admin.base.refusals import refusals_told
from admin.case_page import called, loaded
from admin.engagement_words import about, room_words, sees_cases, show_household, show_standing
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.icons import show_area
from admin.volunteers import area_choices, areas
from admin.words import PAGE_WORDS, ago, today
from casework.cases import Case
from casework.core.audit import record_read
from casework.core.i18n import N_
from casework.engagements import (
    STANDING,
    STATES,
    Engagement,
    agree_engagement,
    begin_engagement,
    end_engagement,
    households_of,
    note_heard,
)
from casework.insight.companions import beside, calling
from casework.volunteer_questions import ask_volunteer

SHELVES = {
    "": N_("All that stand"),
    "calling": N_("To ask about"),
    "proposed": N_("Proposed"),
    "agreed": N_("Agreed"),
    "running": N_("Running"),
    "ended": N_("Ended"),
}


class ShelfFilter(ChoiceFilter):
    """One state, or what calls."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        if value != "calling":
            return query.where(Engagement.state == value)
        found = calling(current_actor(), at=now(), today=today())
        return query.where(Engagement.id << found.select(Engagement.id).order_by())


class AreaFilter(ChoiceFilter):
    """Engagements in an area of life, by its code."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        return query.where(Engagement.life_area == areas()[value])


class Engagements(CaseworkView):
    """Everything between a proposal and its end, unless somebody asks for what is over.

    Who sees no cases reads of the household what `casework.insight.companions` lets them know.
    """

    model = Engagement
    resource = "engagement"
    path = "engagement"
    title = _l("Engagements")
    intro = _l("Volunteers beside households: asked, agreed, begun, heard of and ended here.")
    can_create = can_edit = can_view_details = False
    list_template = "desk/engagements.html"
    permissions: ClassVar[dict[str, str]] = {
        "show": "read", "act": "edit",
    }  # fmt: skip
    related = (Engagement.volunteer, Engagement.life_area)
    column_list = ("volunteer", "life_area", "household", "state", "since", "heard_on")
    column_labels = {
        "volunteer": _l("Volunteer"), "life_area": _l("Life area"), "household": _l("Household"),
        "state": _l("State"), "since": _l("Runs since"), "heard_on": _l("Last heard of"),
    }  # fmt: skip
    column_sortable_list = ("since", "heard_on")
    column_default_order = ("state_since", False)
    column_filters = (
        ShelfFilter(Engagement.state, _l("Show"), "show", SHELVES.items),
        AreaFilter(Engagement.life_area, _l("Life area"), "area", area_choices),
    )
    column_formatters = {
        "life_area": lambda _view, _context, row, _name: show_area(row.life_area),
        "household": lambda _view, _context, row, _name: show_household(row),
        "state": lambda _view, _context, row, _name: show_standing(row),
        "since": lambda _view, _context, row, _name: show_date(row.since) if row.since else "–",
        "heard_on": lambda _view, _context, row, _name: ago(row.heard_on) or "–",
    }

    def loads(self) -> tuple[Any, ...]:
        """The case, too, for who sees cases."""
        more = (with_case(Engagement),) if sees_cases() else ()
        return (*self.related, *more)

    def selected(self, asked: lists.Asked) -> ModelSelect:
        """What was asked for; without a selection what has not ended."""
        query = super().selected(asked)
        chosen = "show" in asked.filters
        return query if chosen else query.where(Engagement.state << STANDING)

    def list_values(self, asked: lists.Asked, page: lists.Page) -> dict[str, Any]:
        """The list with its selections, and what may be known of the households on the page."""
        g.beside = beside(page.rows)
        return {**super().list_values(asked, page), "shelves": SHELVES}

    def row_address(self, row: Any) -> str:
        """Its own page."""
        return str(self.get_url(".show", id=row.id))

    def page_links(self, row: Any) -> list[tuple[Any, str]]:
        """To the households that nobody helps, for who may propose somebody."""
        if row is not None or not current_actor().may("offer:read"):
            return []
        return [(_("Households without help"), self.get_url("companion.index_view"))]

    @expose("/<uuid:id>")
    def show(self, id: uuid.UUID) -> ResponseReturnValue:
        """The page of one engagement."""
        row = self._row(id)
        record_read("engagement:read", row, by=current_actor(), at=now())
        return self.page(row)

    @expose("/<uuid:id>", methods=("POST",))
    def act(self, id: uuid.UUID) -> ResponseReturnValue:
        """One of the buttons of the page; one that comes too late is told so."""
        name = request.form.get("act", "")
        act = ACTS.get(name) or abort(404)
        row, forms = self._row(id), _forms(request.form)
        form = forms.get(name)
        if form is not None and not form.validate():
            return self.page(row, forms | {"opened": name}), 422
        with refusals_told():
            # The row without its case is for reading; a change is kept with the case it is about.
            flash(act(Engagement.get_by_id(row.id), form), "success")
            return redirect(self.get_url(".show", id=id), 303)
        return self.page(self._row(id)), 409

    def page(self, row: Engagement, given: dict[str, Any] | None = None) -> str:
        """The page of an engagement, with a form as it was sent."""
        offer = row.offer
        taken = len(households_of([offer])[offer.id])
        case, known = _case_of(row), beside([row])[row.id]
        return self.render(
            "desk/engagement.html", row=row, offer=offer, case=case, called=called,
            known=known, about=about(known), taken=taken, steps=next_steps(row),
            opened=(given or {}).get("opened", ""), forms=given or _forms(None),
            show_state=show_standing, show_area=show_area,
            room=room_words(offer.places - taken), **PAGE_WORDS,
        )  # fmt: skip

    def _row(self, id: uuid.UUID) -> Engagement:
        rows: Any = self.get_query().where(Engagement.id == id).limit(1)
        loaded = rows.with_related(Engagement.volunteer, Engagement.offer, Engagement.life_area)
        return next(iter(loaded), None) or abort(404)


def next_steps(row: Engagement) -> tuple[str, ...]:
    """What can be done in this state, by the names of `ACTS`."""
    open_question = row.state == "proposed" and not row.answer
    named = {
        "ask": open_question and row.offer.submission is not None,
        "agreed": STATES.allows(row.state, "agreed"),
        "running": STATES.allows(row.state, "running"),
        "heard": row.state in STANDING,
        "ended": STATES.allows(row.state, "ended"),
    }
    return tuple(name for name, allowed in named.items() if allowed)


def _forms(posted: Any) -> dict[str, Any]:
    return {
        "running": BeginForm(posted, data={"since": today()}),
        "heard": HeardForm(posted, data={"heard_on": today()}),
        "ended": EndEngagementForm(posted),
    }


def _ask(row: Engagement, form: Any) -> str:
    ask_volunteer(row, by=current_actor(), at=now())
    return _("The question stands on the volunteer's page now.")


def _agree(row: Engagement, form: Any) -> str:
    agree_engagement(row, by=current_actor(), at=now())
    return _("Noted: both sides want it.")


def _begin(row: Engagement, form: Any) -> str:
    begin_engagement(row, since=form.since.data, by=current_actor(), at=now())
    return _("Noted: it has begun.")


def _hear(row: Engagement, form: Any) -> str:
    note_heard(row, form.heard_on.data, by=current_actor(), at=now())
    return _("Noted.")


def _end(row: Engagement, form: Any) -> str:
    end_engagement(row, form.reason.data, by=current_actor(), at=now())
    return _("Ended.")


ACTS: dict[str, Callable[[Engagement, Any], str]] = {
    "ask": _ask, "agreed": _agree, "running": _begin, "heard": _hear, "ended": _end,
}  # fmt: skip


def _case_of(row: Engagement) -> Case | None:
    """The case with its people, for who sees it."""
    if not sees_cases():
        return None
    found = loaded(Case.scope(current_actor()).where(Case.id == row.__data__["case"]))
    return next(iter(found), None)
