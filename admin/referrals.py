"""Referrals: the list, the page of one, and what is done there until the loop is closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from peewee import ModelSelect

from admin.auth import config, current_actor, now
from admin.base import CaseworkView, ChoiceFilter, ContainsFilter, show_value
from admin.base.refusals import refusals_told
from admin.case_page import called
from admin.cases import CASE_REFERENCE, people_found
from admin.directory_shown import show_capacity, show_languages, two_lines
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.icons import drawing
from admin.referral_change import ChangeDraft
from admin.referral_forms import AnswerForm, PaperReleaseForm, RevokeForm, TellForm
from admin.referral_new import NewReferral
from admin.referral_release import keep_release, wording_for
from admin.referral_rows import LOADS, earlier_at, referral_or_404, waiting_for
from admin.referral_words import (
    ACTORS,
    MAILS,
    is_overdue,
    show_follow_up,
    show_state,
    shown_details,
    state_name,
)
from admin.words import PAGE_WORDS, ago, today, turn
from admin.words import TURNS as TURN_NAMES
from casework.cases import Case
from casework.consent import CHANNELS, SHAREABLE, Release, release_for
from casework.core import audit
from casework.core.db import transaction
from casework.core.i18n import N_
from casework.core.settings import setting
from casework.insight.desk import untold_outcomes
from casework.opportunities.offering import opportunities_of
from casework.outcomes import can_look, tell_person
from casework.people import Person
from casework.providers import Organization, Service
from casework.referral_states import FINAL, STATES, TURNS, WAITING
from casework.referrals import (
    Referral,
    ReferralStep,
    acknowledge_referral,
    answer_referral,
    contact_person,
    decline_referral,
    expire_referral,
    mark_shown,
    revoke_referral,
    send_referral,
    shared_details,
)
from casework.release_questions import standing
from casework.reply_links import ReplyLink, current_link, mail_state, renew_link

SHELVES = {
    "": N_("all"),
    "waiting": N_("on their way"),
    "overdue": N_("follow-up due"),
    "answered": N_("answered, not yet noted"),
    "untold": N_("person not told yet"),
    "draft": N_("drafts"),
}

TURN_CHOICES = [(who, TURN_NAMES[who]) for who in ("us", "provider", "person", "system")]


class ShelfFilter(ChoiceFilter):
    """The usual selections of a day."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        if value == "draft":
            return query.where(Referral.state == "draft")
        if value == "answered":
            return query.where((Referral.state << FINAL) & Referral.shown_to_sender_at.is_null())
        if value == "untold":
            found = untold_outcomes(current_actor(), at=now()).select(Referral.id)
            return query.where(Referral.id << found.order_by())
        query = query.where(Referral.state << WAITING)
        return query if value == "waiting" else query.where(Referral.follow_up_on <= today())


class TurnFilter(ChoiceFilter):
    """Referrals that wait for somebody."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        states = [state for state, who in TURNS.items() if who == value]
        return query.where(Referral.state << states)


class ReferralWork:
    """What is done on the page of a referral: each thing one button or one small form."""

    get_url: Callable[..., str]
    page: Callable[..., str]

    @expose("/<uuid:id>/send", methods=("POST",))
    def send(self, id: uuid.UUID) -> ResponseReturnValue:
        """A draft goes to the provider, as it was on the page."""

        def do(row: Referral, **who: Any) -> None:
            send_referral(row, seen=request.form.get("seen", ""), **who)

        return self._pressed(id, do, _("The request is with the provider now."))

    @expose("/<uuid:id>/release", methods=("POST",))
    def give_release(self, id: uuid.UUID) -> ResponseReturnValue:
        """A release for this provider, given on paper or in person."""
        referral, form = referral_or_404(id), PaperReleaseForm(request.form)
        if referral.state != "draft" or not form.validate():
            return self.page(referral, paper=form), 422
        keep_release(referral.case, referral.organization, form)
        return self._done(referral, _("The release is noted."))

    @expose("/<uuid:id>/answer", methods=("POST",))
    def answer(self, id: uuid.UUID) -> ResponseReturnValue:
        """What the provider said on the phone."""
        referral = referral_or_404(id)
        form = AnswerForm(request.form, referral)
        if not form.validate():
            return self.page(referral, answer=form), 422

        def do(row: Referral, **who: Any) -> None:
            answer_referral(row, form.answer.data, note=form.note.data, **who)

        return self._pressed(id, do, _("The answer is noted."))

    @expose("/<uuid:id>/acknowledge", methods=("POST",))
    def acknowledge(self, id: uuid.UUID) -> ResponseReturnValue:
        """The provider has it and will answer later."""
        return self._pressed(id, acknowledge_referral, _("Noted: the provider has it."))

    @expose("/<uuid:id>/revoke", methods=("POST",))
    def revoke(self, id: uuid.UUID) -> ResponseReturnValue:
        """Take it back; the provider's link closes at once."""
        referral, form = referral_or_404(id), RevokeForm(request.form)
        if not form.validate():
            return self.page(referral, revoke=form), 422

        def do(row: Referral, **who: Any) -> None:
            revoke_referral(row, note=form.note.data, **who)

        return self._pressed(id, do, _("Taken back. The provider's link is closed."))

    @expose("/<uuid:id>/decline", methods=("POST",))
    def decline(self, id: uuid.UUID) -> ResponseReturnValue:
        """The person told us that they do not want it."""
        return self._pressed(id, decline_referral, _("Noted: the person does not want it."))

    @expose("/<uuid:id>/expire", methods=("POST",))
    def expire(self, id: uuid.UUID) -> ResponseReturnValue:
        """Nobody answered, and we wait no longer."""

        def do(row: Referral, **who: Any) -> None:
            expire_referral(row, **who)
            mark_shown(row, **who)

        return self._pressed(id, do, _("Closed without an answer."))

    @expose("/<uuid:id>/noted", methods=("POST",))
    def noted(self, id: uuid.UUID) -> ResponseReturnValue:
        """The sender has seen the outcome."""
        return self._pressed(id, mark_shown, _("Noted. Nothing more is to be done here."))

    @expose("/<uuid:id>/told", methods=("POST",))
    def told(self, id: uuid.UUID) -> ResponseReturnValue:
        """We told the person ourselves how it ended."""
        referral, form = referral_or_404(id), TellForm(request.form)
        if not form.validate():
            return self.page(referral, tell=form), 422

        def do(row: Referral, **who: Any) -> None:
            tell_person(row, form.how.data, **who)

        return self._pressed(id, do, _("Noted: the person knows how it ended."))

    @expose("/<uuid:id>/link", methods=("POST",))
    def renew_link(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new link for the provider; the one before acts no more."""
        if referral_or_404(id).state not in WAITING:
            abort(404)
        return self._pressed(id, renew_link, _("Here is the new link. The old one acts no more."))

    def _pressed(self, id: uuid.UUID, do: Callable[..., Any], said: str) -> ResponseReturnValue:
        """Do what a button asks; who comes too late, or without a release, is told so."""
        referral = referral_or_404(id)
        with refusals_told():
            with transaction():
                do(referral, by=current_actor(), at=now())
            return self._done(referral, said)
        return self.page(referral_or_404(id)), 409

    def _done(self, referral: Referral, said: str) -> ResponseReturnValue:
        flash(said, "success")
        return redirect(self.get_url(".show", id=referral.id), 303)


class Referrals(NewReferral, ChangeDraft, ReferralWork, CaseworkView):
    """Needs that were put before a provider."""

    model = Referral
    resource = "referral"
    path = "referral"
    title = _l("Referrals")
    records_reads = True
    can_create = can_edit = can_view_details = False
    can_export = True
    list_template = "desk/referrals.html"
    # `new` stands in its place: Flask-Admin's own address would differ from it by a slash only.
    create_view = None
    permissions = {
        "new": "create", "show": "read", "change": "edit", "change_service": "edit",
        "send": "edit", "give_release": "release:create", "answer": "edit",
        "acknowledge": "edit", "revoke": "edit", "decline": "edit", "expire": "edit",
        "noted": "edit", "told": "edit", "renew_link": "edit",
    }  # fmt: skip
    related = LOADS
    statement_budget = 24
    column_list = ("need", "whom", "service", "state", "since")
    column_export_list = (
        "need_name", "case", "service_name", "organization", "state_name", "turn", "state_since",
        "sent_at", "answered_at", "follow_up_on",
    )  # fmt: skip
    column_labels = {
        "need": _l("Need"), "need_name": _l("Need"), "whom": _l("For"), "case": _l("Case"),
        "service": _l("Service"), "service_name": _l("Service"),
        "organization": _l("Organisation"), "state": _l("State"), "state_name": _l("State"),
        "turn": _l("Whose turn"), "since": _l("Since"), "state_since": _l("Since"),
        "follow_up_on": _l("Look at it again"), "sent_at": _l("Sent"),
        "answered_at": _l("Answered"),
    }  # fmt: skip
    column_sortable_list = (("since", "state_since"), "state")
    column_default_order = ("state_since", True)
    column_formatters = {
        "need": lambda view, _context, row, _name: view.linked_need(row),
        "service_name": lambda _view, _context, row, _name: row.service.name,
        "need_name": lambda _view, _context, row, _name: str(show_value(row.need.category)),
        "whom": lambda _view, _context, row, _name: called(row.case),
        "service": lambda _view, _context, row, _name: two_lines(row.service, row.organization),
        "state": lambda _view, _context, row, _name: two_lines(
            show_state(row.state), turn(row.turn)
        ),
        "organization": lambda _view, _context, row, _name: row.organization.name,
        "state_name": lambda _view, _context, row, _name: _(STATES.names[row.state]),
        "turn": lambda _view, _context, row, _name: turn(row.turn),
        "since": lambda _view, _context, row, _name: two_lines(
            ago(row.state_since), show_follow_up(row)
        ),
    }
    column_filters = (
        ShelfFilter(Referral.state, _l("Show"), "show", lambda: list(SHELVES.items())[1:]),
        ChoiceFilter(Referral.state, _l("State"), "state", STATES.names.items),
        TurnFilter(Referral.state, _l("Whose turn"), "turn", lambda: TURN_CHOICES),
        ContainsFilter(Organization.name, _l("Organisation"), "organization"),
        ContainsFilter(Service.name, _l("Service"), "service"),
    )

    def linked_need(self, row: Referral) -> Markup:
        """The need with its drawing, as the way to the referral's page."""
        area, category = row.need.life_area, row.need.category
        return Markup('<a class="area" href="{}">{} {}</a>').format(
            self.get_url(".show", id=row.id), drawing(area.icon), category.label(reading_language())
        )

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """By the reference of a case, a person's name or phone, or the name of the service."""
        words = words.strip()
        if found := CASE_REFERENCE.fullmatch(words):
            named = f"F-{found[1]}-{int(found[2]):04d}"
            return query.where(Referral.case << Case.select(Case.id).where(Case.reference == named))
        people = people_found(current_actor(), words).select(Person.household)
        cases = Case.select(Case.id).where(Case.household << people)
        services = Service.select(Service.id).where(Service.name.contains(words))
        organizations = Organization.select(Organization.id)
        return query.where(
            (Referral.case << cases)
            | (Referral.service << services)
            | (Referral.organization << organizations.where(Organization.name.contains(words)))
        )

    def list_values(self, asked: Any, page: Any) -> dict[str, Any]:
        """The list with the usual selections above it."""
        return {**super().list_values(asked, page), "shelves": SHELVES}

    @expose("/<uuid:id>")
    def show(self, id: uuid.UUID) -> ResponseReturnValue:
        """The page of one referral; looking at it changes nothing but the record of reads."""
        referral = referral_or_404(id)
        audit.record_read("referral:read", referral, by=current_actor(), at=now())
        return self.page(referral)

    def page(self, referral: Referral, **given: Any) -> str:
        """The page, with the forms in `given` as they were sent and all others empty."""
        link = current_link(referral)
        release = release_for(referral.case, referral.organization, today=today())
        forms = {
            "answer": given.get("answer") or AnswerForm(None, referral),
            "revoke": given.get("revoke") or RevokeForm(None),
            "tell": given.get("tell") or TellForm(None),
            "paper": given.get("paper")
            or PaperReleaseForm(
                None,
                data={"language": referral.case.language, "covers": wanted_of(referral, release)},
            ),
        }
        shared = referral.shared if referral.shared is not None else shared_details(referral)
        own = Release.scope(current_actor()).where(Release.household == referral.case.household)
        return self.render(
            "desk/referral.html", row=referral, forms_of=forms, opened=set(given),
            person=referral.need.person or contact_person(referral.case), called=called,
            preview=shown_details(shared), missing=missing_fields(referral, release),
            release=release, link=link, address=reply_address(link), at=now(),
            standing=standing(
                referral.organization.id, referral.fields, own.with_related(Release.case),
                today=today(),
            ) if referral.state == "draft" else "",
            mail=mail_state(link) if link else "",
            chance=opportunities_of([referral]).get(referral.id),
            steps=list(referral.steps.order_by(ReferralStep.at, ReferralStep.id)),
            allows=STATES.allows, can_look=can_look(referral.case),
            earlier=earlier_at(referral.need, referral.service)
            if referral.state == "draft" else None,
            others=[each for each in waiting_for(referral.need) if each.id != referral.id],
            overdue_now=is_overdue(referral, today()), wording=wording_for(
                referral.organization, forms["paper"].language.data or referral.case.language
            ),
            show_state=show_state, state_name=state_name, show_follow_up=show_follow_up,
            show_capacity=show_capacity, show_languages=show_languages,
            drawing=drawing, shareable=SHAREABLE,
            channels=CHANNELS, actors=ACTORS, mails=MAILS, states=STATES.names, waiting=WAITING,
            **PAGE_WORDS,
        )  # fmt: skip


def wanted_of(referral: Referral, release: Any) -> list[str]:
    """What a new release should cover: what the draft needs, and what was agreed to before."""
    return [*referral.fields, *(release.fields if release else ())]


def missing_fields(referral: Referral, release: Any) -> list[str]:
    """Details of a draft that no release covers."""
    covered = release.fields if release else ()
    return [name for name in referral.fields if name not in covered]


def reply_address(link: ReplyLink | None) -> str:
    """Where the provider answers."""
    base = setting("base_url") or config().base_url
    return f"{base}/reply/{link.token}" if link else ""
