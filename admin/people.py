"""People and the households they live in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from peewee import Load, ModelSelect

from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter
from admin.base.ajax import parse_id
from admin.base.fields import WordsField
from admin.base.refusals import refusals_in
from admin.base.shown import NOTHING
from admin.case_forms import OpenCaseForm, active_sites
from admin.case_page import in_order
from admin.cases import people_found
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import (
    CHANNELS,
    COUNTRIES,
    INTERPRETER,
    READ_IN,
    SPOKEN,
    TIMES,
    BirthField,
    MailField,
    PhoneField,
    describe_age,
    show_birth,
)
from admin.words import PAGE_WORDS, spoken, word
from casework.cases import STATES as CASE_STATES
from casework.cases import Case, open_case
from casework.core.access import Actor
from casework.core.countries import country_name
from casework.core.db import Base
from casework.people import (
    PERSON_FIELDS,
    ROLES_AT_HOME,
    Household,
    NameMissing,
    Person,
    add_person,
    change_household,
    change_person,
    create_household,
)
from casework.providers import Organization


def households_found(actor: Actor, words: str) -> ModelSelect:
    """Households within scope in which somebody has all these name words."""
    people = people_found(actor, words).select(Person.household)
    return Household.scope(actor).where(Household.id << people).order_by(Household.created_at)


class People(CaseworkView):
    """Everybody within scope, found by whole words of a name, a phone number or an address."""

    model = Person
    resource = "person"
    path = "person"
    title = _l("People")
    new_title = _l("New person")
    intro = _l("Search by whole name, phone number or e-mail address: this data is sealed.")
    records_reads = True
    related = (Load(Person.household).then(Household.site),)
    column_list = ("name", "birth", "household", "role_at_home", "language", "site", "created_at")
    column_details_list = (
        "name", "birth", "nationality", "gender", "role_at_home", "is_contact", "phone", "email",
        "language", "languages", "interpreter", "channels", "times", "notes", "household",
        "created_at",
    )  # fmt: skip
    column_labels = {
        "name": _l("Name"),
        "birth": _l("Date of birth"),
        "household": _l("Household"),
        "role_at_home": _l("In the household"),
        "language": _l("Language"),
        "site": _l("Site"),
        "created_at": _l("Known since"),
        "given_name": _l("Given name"),
        "family_name": _l("Family name"),
        "birth_date": _l("Date of birth"),
        "nationality": _l("Nationality"),
        "gender": _l("Gender"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
        "languages": _l("Speaks"),
        "interpreter": _l("Interpreter"),
        "channels": _l("May be reached by"),
        "times": _l("Best times"),
        "notes": _l("Notes"),
        "is_contact": _l("Contact person of the household"),
    }
    column_sortable_list = ("created_at",)
    column_default_order = ("created_at", True)
    column_formatters = {
        "birth": lambda _view, _context, row, _name: (
            " · ".join(filter(None, (show_birth(row.birth_date), describe_age(row.birth_date))))
            or NOTHING
        ),
        "nationality": lambda _view, _context, row, _name: (
            country_name(row.nationality, reading_language()) or NOTHING
        ),
        "language": lambda _view, _context, row, _name: spoken([row.language]) or NOTHING,
        "languages": lambda _view, _context, row, _name: spoken(row.languages) or NOTHING,
        "interpreter": lambda _view, _context, row, _name: (
            word(INTERPRETER, row.interpreter) or NOTHING
        ),
        "channels": lambda _view, _context, row, _name: _several(CHANNELS, row.channels),
        "times": lambda _view, _context, row, _name: _several(TIMES, row.times),
        "site": lambda _view, _context, row, _name: row.household.site or NOTHING,
        "household": lambda _view, _context, row, _name: str(row.household),
    }
    column_filters = (
        ChoiceFilter(Person.language, _l("Language"), "language", lambda: READ_IN),
        "role_at_home",
        "gender",
        "is_contact",
    )
    form_columns = (*PERSON_FIELDS, "household")
    form_ajax_refs = {"household": {"find": households_found}}
    form_overrides = {
        "birth_date": BirthField, "nationality": WordsField, "phone": PhoneField,
        "email": MailField,
    }  # fmt: skip
    form_choices = {
        "languages": SPOKEN,
        "channels": list(CHANNELS.items()),
        "times": list(TIMES.items()),
    }
    form_args = {
        "language": {"choices": READ_IN},
        "interpreter": {"choices": list(INTERPRETER.items())},
        "birth_date": {"description": _l("17.05.1990, or only the year.")},
        "nationality": {"choices": COUNTRIES, "blank": True},
        "notes": {"description": _l("Nothing about religion, politics or reasons for asylum.")},
        "household": {"description": _l("Search for somebody who lives there.")},
    }
    form_sections = (
        (_l("Person"), ("given_name", "family_name", "birth_date", "nationality", "gender")),
        (_l("Language"), ("language", "languages", "interpreter")),
        (_l("Reaching them"), ("phone", "email", "channels", "times")),
        (_l("Household"), ("household", "role_at_home", "is_contact")),
        (_l("Notes"), ("notes",)),
    )
    refusal_fields = {NameMissing: "family_name"}
    details_template = "desk/person.html"

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """People by all words of a name, by phone number or by e-mail address."""
        return query.where(Person.id << people_found(current_actor(), words).select(Person.id))

    def create_form(self, obj: Any = None) -> Any:
        """The empty form, in the household that the address names."""
        form = super().create_form(obj)
        key = parse_id(request.args.get("household"))
        if request.method == "GET" and key is not None:
            own = Household.scope(current_actor()).where(Household.id == key).first()
            form.household.data = own or abort(404)
        return form

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """Through the verbs, so that look-ups follow the new name."""
        columns = {name: form[name].data for name in PERSON_FIELDS if name in form}
        for name in ("gender", "language", "interpreter"):
            columns[name] = columns.get(name) or ""
        columns["nationality"] = columns.get("nationality") or None
        household = form.household.data
        if created:
            return add_person(household, by=by, at=at, **columns)
        return change_person(row, household=household, by=by, at=at, **columns)

    def details_values(self, row: Any) -> dict[str, Any]:
        """The household's people and cases stand beside the person."""
        return super().details_values(row) | household_values(row.household)


def _several(table: dict[str, str], codes: list[str] | None) -> str:
    return ", ".join(word(table, code) for code in codes or []) or NOTHING


def household_values(household: Household) -> dict[str, Any]:
    """The people and the cases of a household, for the pages about it."""
    actor = current_actor()
    cases = Case.scope(actor).where(Case.household == household).order_by(Case.opened_at.desc())
    people = list(in_order().where(Person.household == household))
    shown = list(cases.with_related(Case.organization, Case.assigned_to))
    return {
        "household": household, "people": people, "cases": shown,
        "case_states": CASE_STATES.names, "roles_at_home": ROLES_AT_HOME,
        "show_birth": show_birth, "describe_age": describe_age,
    } | PAGE_WORDS  # fmt: skip


def with_people_and_cases() -> tuple[Any, ...]:
    """What the list of households loads beside them."""
    known: Any = Household
    cases = Case.select().order_by(Case.opened_at.desc())
    return Household.site, Load(known.people, in_order()), Load(known.cases, cases)


class Households(CaseworkView):
    """People who live together and are supported together."""

    model = Household
    resource = "household"
    path = "household"
    title = _l("Households")
    new_title = _l("New household")
    intro = _l("Search by the whole name of somebody who lives there: this data is sealed.")
    records_reads = True
    related = with_people_and_cases()
    column_list = ("name", "contact", "members", "site", "housing", "case_links", "created_at")
    column_details_list = ("name", "site", "housing", "place", "created_at")
    column_labels = {
        "name": _l("Name"),
        "contact": _l("Contact person"),
        "members": _l("People"),
        "site": _l("Site"),
        "housing": _l("Housing"),
        "place": _l("Place"),
        "case_links": _l("Cases"),
        "created_at": _l("Known since"),
    }
    column_sortable_list = ("created_at",)
    column_default_order = ("created_at", True)
    column_formatters = {
        "contact": lambda _view, _context, row, _name: next((p.name for p in row.people), NOTHING),
        "members": lambda _view, _context, row, _name: len(row.people),
        "case_links": lambda view, _context, row, _name: view.cases_of(row),
    }
    column_filters = ("site", "housing")
    form_columns = ("name", "site", "housing", "place")
    form_rows = {"site": active_sites}
    details_template = "desk/household.html"
    permissions = {"open": "case:create"}

    def allows(self, action: str) -> bool:
        """An organisation sees a household through its case: there both begin together."""
        return super().allows(action) and (action != "create" or current_actor().sees_all)

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """Households by the people in them."""
        people = people_found(current_actor(), words).select(Person.household)
        return query.where(Household.id << people)

    def cases_of(self, row: Any) -> Markup | str:
        """References of the cases within the reader's scope, each on one line."""
        actor = current_actor()
        mine = [
            Markup('<span class="whole">{}</span>').format(case.reference) for case in row.cases
            if actor.sees_all or case.__data__["organization"] == actor.organization_id
        ]  # fmt: skip
        return Markup(", ").join(mine) or NOTHING

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """Through the verbs."""
        columns = {name: form[name].data for name in self.form_columns}
        columns["housing"] = columns["housing"] or ""
        if created:
            given = {name: columns[name] or "" for name in ("name", "place")}
            return create_household(**(columns | given), by=by, at=at)
        return change_household(row, by=by, at=at, **columns)

    def details_values(self, row: Any) -> dict[str, Any]:
        """The people and the cases of the household."""
        return super().details_values(row) | household_values(row)

    @expose("/<uuid:id>/case", methods=("GET", "POST"))
    def open(self, id: uuid.UUID) -> ResponseReturnValue:
        """Open a case for a household that asked in another way than through the portal."""
        household: Any = self.get_one(id) or abort(404)
        people = list(in_order().where(Person.household == household))
        language = people[0].language if people else ""
        posted = request.form if request.method == "POST" else None
        form = OpenCaseForm(posted, data={"language": language or reading_language()})
        if posted is not None and form.validate():
            case = self._open(household, form)
            if case is not None:
                flash(_("The case %(case)s was opened.", case=case.reference), "success")
                return redirect(self.get_url("case.show", id=case.id), 303)
        page = self.render("desk/open_case.html", form=form, household=household, people=people)
        return page, 422 if form.errors else 200

    def _open(self, household: Household, form: Any) -> Case | None:
        actor = current_actor()
        with refusals_in(form):
            if actor.sees_all:
                organization = form.organization.data
            else:
                organization = Organization.get_by_id(actor.organization_id)
            return open_case(
                household, organization=organization, assigned_to=form.assigned_to.data,
                language=form.language.data, urgency=form.urgency.data or "",
                by=actor, at=now(),
            )  # fmt: skip
        return None
