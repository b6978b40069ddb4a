"""Cases: the list, and the page of one case from which a coordinator works."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from markupsafe import Markup
from peewee import Load, ModelSelect

from admin.attention import in_case
from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter, show_date
from admin.base.lists import Asked
from admin.bookings import offer
from admin.case_deadlines import extend_form
from admin.case_forms import NewCaseForm, areas_in_order
from admin.case_page import CaseFile, called, loaded, with_people
from admin.case_support import CaseSupportWork, conference_form, support_form
from admin.case_words import CASE_WORDS
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.icons import show_areas
from admin.interpreting import is_on
from admin.participation_page import PARTICIPATION_WORDS
from admin.person_fields import READ_IN
from admin.strength_words import STRENGTH_WORDS
from admin.waiting import WAITED_FOR, days_in_words
from admin.words import PAGE_WORDS, ago, language_name, word
from admin.workload import AssignManyForm, assign_page, loaded_cases
from casework.cases import STATES, Case, CaseSubmission, open_case
from casework.core.access import Actor
from casework.core.audit import record_read
from casework.core.db import transaction
from casework.core.lookups import email_keys, find_all, phone_keys
from casework.life_areas import LifeArea
from casework.needs import Need, add_need, category_of
from casework.people import NameMissing, Person, add_person, create_household
from casework.providers import Organization
from casework.submissions import Submission

CASE_REFERENCE = re.compile(r"F-?(\d{4})-?(\d{1,6})", re.IGNORECASE)
REQUEST_REFERENCE = re.compile(r"L[0-9A-Z]{7}", re.IGNORECASE)


class AreaFilter(ChoiceFilter):
    """Cases with an open need in a life area."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        open_needs = (
            Need.select(Need.case)
            .join(LifeArea)
            .where((Need.state == "open") & (LifeArea.code == value))
        )
        return query.where(Case.id << open_needs)


def _areas() -> list[tuple[str, str]]:
    return [(area.code, area.label(reading_language())) for area in areas_in_order()]


def with_open_needs() -> Load:
    """Loads the open needs of cases with their life areas."""
    known: Any = Case
    return Load(known.needs, Need.select().where(Need.state == "open")).then(Need.life_area)


def people_found(actor: Actor, words: str) -> ModelSelect:
    """People within scope who have all name words, or this phone number, or this address."""
    digits = re.sub(r"\D", "", words)
    if "@" in words:
        keys = email_keys(words)
    elif len(digits) >= 8 and not re.search(r"[^\W\d_]", words):
        keys = phone_keys(words)
    else:
        return Person.named(actor, words)
    return Person.scope(actor).where(Person.id << list(find_all("people", keys)))


class Cases(CaseSupportWork, CaseworkView):
    """The cases that `actor` may see; closed ones only where somebody looks for them."""

    model = Case
    resource = "case"
    path = "case"
    title = _l("Cases")
    intro = _l("Cases that are not closed. The search and the filter also find closed ones.")
    records_reads = True
    can_edit = can_view_details = False
    can_export = True
    new_title = _l("New case")
    related = (
        with_people(Case.household), Case.site, Case.organization, Case.assigned_to,
        with_open_needs(),
    )  # fmt: skip
    column_list = (
        "link", "contact", "state", "open_needs", "charge", "site", "opened_at",
        "last_contact_at",
    )  # fmt: skip
    column_export_list = (
        "reference", "contact", "state", "need_names", "site", "organization", "assigned_to",
        "language", "opened_at", "last_contact_at",
    )  # fmt: skip
    column_labels = {
        "link": _l("Case"),
        "reference": _l("Case"),
        "contact": _l("Contact person"),
        "state": _l("State"),
        "open_needs": _l("Open needs"),
        "need_names": _l("Open needs"),
        "charge": _l("Who works on it"),
        "site": _l("Site"),
        "organization": _l("Organisation in charge"),
        "assigned_to": _l("Assigned to"),
        "language": _l("Language"),
        "opened_at": _l("Since"),
        "last_contact_at": _l("Last contact"),
    }
    column_sortable_list = (("link", "reference"), "state", "opened_at", "last_contact_at")
    column_default_order = ("opened_at", True)
    column_formatters = {
        "link": lambda view, _context, row, _name: Markup(
            '<a class="whole" href="{}">{}</a>'
        ).format(view.get_url(".show", id=row.id), row.reference),
        "contact": lambda _view, _context, row, _name: called(row),
        "state": lambda _view, _context, row, _name: word(STATES.names, row.state),
        "open_needs": lambda _view, _context, row, _name: show_areas(areas_of(row.needs)),
        "need_names": lambda _view, _context, row, _name: ", ".join(
            need.life_area.label(reading_language()) for need in row.needs
        ),
        "language": lambda _view, _context, row, _name: language_name(row.language),
        "charge": lambda _view, _context, row, _name: in_charge(row),
        "opened_at": lambda _view, _context, row, _name: show_date(row.opened_at),
        "last_contact_at": lambda _view, _context, row, _name: ago(row.last_contact_at) or "–",
    }
    column_filters = (
        ChoiceFilter(Case.state, _l("State"), "state", STATES.names.items),
        "site",
        "organization",
        "assigned_to",
        AreaFilter(Case.id, _l("Open need in"), "area", _areas),
        ChoiceFilter(Case.language, _l("Language"), "language", lambda: READ_IN),
    )
    statement_budget = 18
    action_permissions = {"assign": "workload:edit"}

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """By reference of the case or of a request, or by name, phone or e-mail of a person."""
        actor, words = current_actor(), words.strip()
        if found := CASE_REFERENCE.fullmatch(words):
            return query.where(Case.reference == f"F-{found[1]}-{int(found[2]):04d}")
        if REQUEST_REFERENCE.fullmatch(words):
            asked = CaseSubmission.select(CaseSubmission.case).join(Submission)
            linked = asked.where(Submission.reference == words.upper())
            people = Person.named(actor, words).select(Person.household)
            return query.where((Case.id << linked) | (Case.household << people))
        return query.where(Case.household << people_found(actor, words).select(Person.household))

    def selected(self, asked: Asked) -> ModelSelect:
        """What was asked for; without a search or a state only cases that are not closed."""
        query = super().selected(asked)
        if asked.search or "state" in asked.filters:
            return query
        # Not by state: then the database would sort all live cases instead of walking the index.
        return query.where(Case.closed_at.is_null())

    @action("assign", _l("Give to somebody"))
    def action_assign(self, ids: list[uuid.UUID]) -> str:
        """The page that shows what giving these cases to somebody would mean."""
        rows = self.get_query().where(Case.id << ids).order_by(Case.opened_at, Case.id)
        return assign_page(self, loaded_cases(rows), AssignManyForm())

    @expose("/<uuid:id>")
    def show(self, id: uuid.UUID) -> ResponseReturnValue:
        """The page of one case."""
        case = self.case_or_404(id)
        record_read("case:read", case, by=current_actor(), at=now())
        return self.page(case, {})

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A case of somebody who came in person: household, person, case and needs in one step."""
        posted = request.form if request.method == "POST" else None
        form = NewCaseForm(posted, data={"language": reading_language()})
        if posted is not None and form.validate():
            try:
                case = open_new_case(form)
            except NameMissing as refusal:
                form.family_name.errors = [refusal.text(reading_language())]
            else:
                flash(_("The case %(case)s was opened.", case=case), "success")
                return redirect(self.get_url(".show", id=case.id), 303)
        page = self.render("desk/new_case.html", form=form, **PAGE_WORDS)
        return page, 422 if form.errors else 200

    def case_or_404(self, id: uuid.UUID) -> Case:
        """The case with everything it is called by, within scope."""
        rows: list[Case] = list(loaded(self.get_query().where(Case.id == id)))
        return rows[0] if rows else abort(404)

    def page(self, case: Case, given: dict[str, Any]) -> str:
        """The page, with the forms in `given` as they were sent and all others empty."""
        older = request.args.get("older", 0, type=int)
        forms = {name: given.get(name) or self.form_of(name, case, None) for name in self.FORMS}
        found, opened = in_case(case), set(given)
        if offer(forms["appointment"], found["calling"], case):
            opened.add("appointment")
        return self.render(
            "desk/case.html", case=case, file=CaseFile(case, current_actor(), page=older),
            at=now(), forms=forms, opened=opened, extend_form=extend_form,
            support_form=lambda row, key: given.get(key) or support_form(row, None),
            conference_form=lambda row, key: given.get(key) or conference_form(row, None),
            offers_machine=is_on(), next_states=STATES.transitions[case.state],
            **found, waited_for=WAITED_FOR, days_in_words=days_in_words,
            **CASE_WORDS, **PARTICIPATION_WORDS, **STRENGTH_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def done(self, case: Case, text: str, section: str) -> ResponseReturnValue:
        """Back to the section of the page in which something was done."""
        flash(text, "success")
        return redirect(f"{self.get_url('.show', id=case.id)}#{section}", 303)


def in_charge(case: Case) -> Markup:
    """Who works on a case: the member of staff, and the organisation under the name."""
    if case.assigned_to is None and case.organization is None:
        return Markup('<span class="quiet-text">{}</span>').format(_("nobody yet"))
    return Markup('<span>{}<br><span class="quiet-text">{}</span></span>').format(
        case.assigned_to or _("nobody yet"), case.organization or ""
    )


def areas_of(needs: list[Need]) -> list[tuple[LifeArea, int]]:
    """The life areas of needs in the order of the desk, with how many needs each has."""
    counted: dict[str, tuple[LifeArea, int]] = {}
    for need in needs:
        area, count = counted.get(need.life_area.code, (need.life_area, 0))
        counted[area.code] = (area, count + 1)
    return sorted(counted.values(), key=lambda each: (each[0].position, each[0].code))


def open_new_case(form: Any) -> Case:
    """Household, contact person, case and needs of a checked form, in one transaction."""
    by, at = current_actor(), now()
    person = {
        name: form[name].data
        for name in ("given_name", "family_name", "birth_date", "phone", "email", "language")
    }
    with transaction():
        household = create_household(
            name=person["family_name"] or person["given_name"], site=form.site.data,
            housing=form.housing.data or "", place=form.place.data or "", by=by, at=at,
        )  # fmt: skip
        contact = add_person(
            household, **person, gender=form.gender.data or "", role_at_home="self",
            interpreter=form.interpreter.data or "", is_contact=True, by=by, at=at,
        )  # fmt: skip
        own = Organization.get_or_none(Organization.id == by.organization_id)
        case = open_case(
            household, organization=form.organization.data if "organization" in form else own,
            assigned_to=form.assigned_to.data, language=form.language.data,
            urgency=form.urgency.data or "", by=by, at=at,
        )  # fmt: skip
        for code in form.needs.data or ():
            add_need(
                case, category_of(code), person=contact, urgency=form.urgency.data or "",
                description=form.description.data, language=reading_language(), by=by, at=at,
            )  # fmt: skip
    return case
