"""Opportunities: the list, the quick entry, and the page with the people whom one fits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from peewee import Load, ModelSelect

from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter, show_date
from admin.base.ajax import parse_id
from admin.base.lists import Asked
from admin.base.refusals import refusals_told
from admin.base.shown import NOTHING
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import ngettext, reading_language
from admin.opportunity_forms import OpportunityForm, providers
from admin.referral_words import state_name
from admin.strength_words import STRENGTH_WORDS, bounds, requirement_text, skill_name
from admin.words import PAGE_WORDS, today, word
from casework.cases import Case
from casework.core.access import Actor
from casework.core.db import Base, transaction
from casework.core.refusals import Forbidden, NotFound, Refusal
from casework.insight.opportunities import Found, people_for
from casework.opportunities.kinds import HOUSEHOLD, KINDS
from casework.opportunities.models import STATES, Opportunity
from casework.opportunities.offering import AlreadyOffered, offer_opportunity, offers_of
from casework.opportunities.writing import (
    DayRefused,
    RangeRefused,
    TitleMissing,
    announce_opportunity,
    change_opportunity,
    free_provider,
    reopen_opportunity,
    withdraw_opportunity,
)
from casework.people import Person
from casework.providers import Service
from casework.referral_drafts import ReferralAlreadyUnderWay

MOST_SHOWN = 30
STATE_KINDS = {"open": "good", "expired": "accent"}


def show_places(row: Opportunity) -> str:
    """How many places are free: “2 of 3 free”."""
    return ngettext(
        "%(free)s of %(count)s place free", "%(free)s of %(count)s places free", row.places,
        free=row.free,
    )  # fmt: skip


class Opportunities(CaseworkView):
    """Work, training, courses, flats and childcare places, and whom they fit."""

    model = Opportunity
    resource = "opportunity"
    path = "opportunity"
    title = _l("Opportunities")
    intro = _l(
        "Work, training, courses, flats and childcare places that are open. The page of each "
        "shows whom it fits, and why. The filter also finds those that are over."
    )
    new_title = _l("New opportunity")
    records_reads = True
    related = (Load(Opportunity.service).then(Service.organization),)
    statement_budget = 14
    permissions = {"offer": "referral:create", "withdraw": "edit", "reopen": "edit"}
    column_list = ("title", "kind", "provider", "free", "deadline", "starts_on", "state")
    column_labels = {
        "title": _l("Opportunity"), "kind": _l("What it is"), "provider": _l("Who gives it"),
        "free": _l("Places"), "deadline": _l("Offer until"), "starts_on": _l("Begins"),
        "state": _l("State"),
    }  # fmt: skip
    column_sortable_list = ("title", "kind", "deadline", "starts_on", "state")
    column_default_order = ("created_at", True)
    column_searchable_list = ("title", "place")
    column_formatters = {
        "kind": lambda _view, _context, row, _name: word(KINDS, row.kind),
        "provider": lambda _view, _context, row, _name: row.service.organization.name,
        "free": lambda _view, _context, row, _name: show_places(row),
        "state": lambda _view, _context, row, _name: show_state(row.state),
        "deadline": lambda _view, _context, row, _name: show_date(row.deadline) or NOTHING,
        "starts_on": lambda _view, _context, row, _name: show_date(row.starts_on) or NOTHING,
    }
    column_filters = (
        ChoiceFilter(Opportunity.state, _l("State"), "state", STATES.names.items),
        ChoiceFilter(Opportunity.kind, _l("What it is"), "kind", KINDS.items),
    )
    refusal_fields = {TitleMissing: "title", DayRefused: "deadline", RangeRefused: "min_age"}
    create_template = edit_template = "desk/opportunity_form.html"
    details_template = "desk/opportunity.html"

    def get_create_form(self) -> type:
        """Our own form: a few words, who gives it, what it asks for."""
        return OpportunityForm

    def get_edit_form(self) -> type:
        """The same."""
        return OpportunityForm

    def revision(self, row: Base) -> str:
        """What somebody wrote; a place that is taken meanwhile is no other wording."""
        return str(getattr(row, "revision", ""))

    def selected(self, asked: Asked) -> ModelSelect:
        """What was asked for; without a search or a state only what is not over."""
        query = super().selected(asked)
        if asked.search or "state" in asked.filters:
            return query
        return query.where(Opportunity.state << ("open", "full"))

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """Through the verbs; a provider outside the directory is stored hidden."""
        service = form.service or free_provider(
            form.provider.data or "", form.email.data or "", by=by, at=at
        )
        if created:
            return announce_opportunity(service, form.details(), by=by, at=at)
        return change_opportunity(row, service, form.details(), revision=row.revision, by=by, at=at)

    def render(self, template: str, **kwargs: Any) -> str:
        """The form proposes the directory's services while somebody types."""
        if template == self.create_template:
            kwargs |= {"providers": providers(current_actor())}
        return super().render(template, **kwargs)

    @expose("/<uuid:id>/offer", methods=("POST",))
    def offer(self, id: uuid.UUID) -> ResponseReturnValue:
        """Draft the referral with which somebody is offered a place, and go there."""
        row: Any = self.get_one(id) or abort(404)
        case, person = self._named(Case, "case"), self._named(Person, "person")
        try:
            made = offer_opportunity(row, case, person, by=current_actor(), at=now())
        except (NotFound, Forbidden):
            abort(404)
        except AlreadyOffered as refusal:
            flash(refusal.text(reading_language()), "error")
            return self._to_referral(refusal.offer.referral)
        except ReferralAlreadyUnderWay as refusal:
            flash(refusal.text(reading_language()), "error")
            return self._to_referral(refusal.referral)
        except Refusal as refusal:
            flash(refusal.text(reading_language()), "error")
            return self.page(self.get_one(id)), 409
        flash(_("The offer is drafted. Nothing has left yet: please look at it and send it."),
              "success")  # fmt: skip
        return self._to_referral(made.referral)

    @expose("/<uuid:id>/withdraw", methods=("POST",))
    def withdraw(self, id: uuid.UUID) -> ResponseReturnValue:
        """It is not to be had any more."""
        return self._press(id, withdraw_opportunity, _("Withdrawn."))

    @expose("/<uuid:id>/reopen", methods=("POST",))
    def reopen(self, id: uuid.UUID) -> ResponseReturnValue:
        """It is to be had after all."""
        return self._press(id, reopen_opportunity, _("Open again."))

    def _press(self, id: uuid.UUID, verb: Any, said: str) -> ResponseReturnValue:
        row = self.get_one(id) or abort(404)
        with refusals_told():
            with transaction():
                verb(row, by=current_actor(), at=now())
            flash(said, "success")
            return redirect(self.get_url(".details_view", id=id), 303)
        return self.page(self.get_one(id)), 409

    def _to_referral(self, referral: Any) -> ResponseReturnValue:
        return redirect(self.get_url("referral.show", id=referral.id), 303)

    def _named(self, model: Any, name: str) -> Any:
        """The row that a button names, within the reader's scope; anything else is 404."""
        key = parse_id(request.form.get(name))
        rows = model.scope(current_actor())
        return (key and rows.where(model.id == key).first()) or abort(404)

    def page(self, row: Any) -> str:
        """The page of an opportunity."""
        return self.render(self.details_template, **self.details_values(row))

    def details_values(self, row: Any) -> dict[str, Any]:
        """The opportunity, whom it fits as far as the reader sees them, and its offers."""
        actor = current_actor()
        is_open = row.state == "open"
        found = people_for(row, actor, today()) if is_open else Found([])
        asks = row.asks
        return {
            "row": row, "found": found, "shown": found.matches[:MOST_SHOWN],
            "offers": offers_of(row, actor), "facts": facts(row),
            "needed": [requirement_text(each) for each in asks if each.must],
            "welcome": welcome_of(row), "show_places": show_places, "show_state": show_state,
            "state_name": state_name, "household": row.kind == HOUSEHOLD,
        } | STRENGTH_WORDS | PAGE_WORDS  # fmt: skip


def show_state(state: str) -> Any:
    """The state of an opportunity."""
    return tag(word(STATES.names, state), STATE_KINDS.get(state, ""))


def welcome_of(row: Opportunity) -> list[str]:
    """What is good to have."""
    found = [requirement_text(each) for each in row.asks if not each.must]
    if row.occupation:
        found.insert(0, _("experience in: %(field)s", field=skill_name(row.occupation)))
    return found


def facts(row: Opportunity) -> list[tuple[str, str]]:
    """What is known of an opportunity, as label and words."""
    ages, people = (row.min_age, row.max_age), (row.min_people, row.max_people)
    known = (
        (_("Begins"), show_date(row.starts_on) if row.starts_on else ""),
        (_("Offer until"), show_date(row.deadline) if row.deadline else ""),
        (_("Where"), row.place),
        (_("Hours a week"), row.hours),
        (_("Age"), bounds(*ages) if ages != (None, None) else ""),
        (_("Rooms"), f"{row.rooms:g}" if row.rooms else ""),
        (_("People in the household"), bounds(*people) if people != (None, None) else ""),
    )
    return [(label, str(text)) for label, text in known if text]
