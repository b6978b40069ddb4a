"""The forms of the inbox: accept, link, ask back, decline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wtforms import BooleanField, Form, SelectField, validators

from admin.base import DeskForm, RowField
from admin.base.fields import options_of
from admin.case_forms import (
    NeedsField,
    active_organizations,
    active_sites,
    caseworkers,
    check_belongs,
)
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.person_fields import (
    NEEDED,
    READ_IN,
    BirthField,
    MailField,
    PhoneField,
    line,
    prose,
    words,
)
from casework.acceptance import Intake
from casework.cases import URGENCIES
from casework.messages import MAX_LENGTH
from casework.people import GENDERS, HOUSING, ROLES_AT_HOME
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff
from casework.submissions import DECLINE_REASONS

PERSON_COLUMNS = (
    "given_name", "family_name", "birth_date", "gender", "role_at_home", "phone", "email",
    "language",
)  # fmt: skip
CASE_COLUMNS = (
    "description", "urgency", "housing", "place", "site", "organization", "assigned_to",
)  # fmt: skip


class PersonForm(DeskForm):
    """One person of the request, to be kept or left out."""

    keep = BooleanField(_l("Take into the household"), default=True)
    given_name = line(_l("Given name"), 200)
    family_name = line(_l("Family name"), 200)
    birth_date = BirthField(_l("Date of birth"), [validators.Optional()])
    gender = words(_l("Gender"), GENDERS, blank=True)
    role_at_home = words(_l("In the household"), ROLES_AT_HOME)
    phone = PhoneField(_l("Phone"), [validators.Optional()])
    email = MailField(_l("E-mail"), [validators.Optional()])
    language = SelectField(_l("Language"), choices=options_of([("", "–"), *READ_IN]), default="")

    def validate_keep(self, field: Any) -> None:
        """Who is kept has a name."""
        if field.data and not (self.given_name.data or self.family_name.data):
            raise validators.ValidationError(_("A person needs at least one name."))


class AcceptForm(DeskForm):
    """What becomes of a request, apart from its people."""

    needs = NeedsField(_l("Needs"))
    description = prose(_l("In their own words"), 8000)
    urgency = words(_l("How urgent"), URGENCIES, blank=True)
    housing = words(_l("Housing"), HOUSING, blank=True)
    place = line(_l("Place"), 300)
    site = RowField(_l("Site"), model=Site, rows=active_sites, allow_blank=True)
    organization = RowField(
        _l("Organisation in charge"), model=Organization, rows=active_organizations,
        allow_blank=True,
    )  # fmt: skip
    assigned_to = RowField(_l("Assigned to"), model=Staff, rows=caseworkers, allow_blank=True)

    def validate_assigned_to(self, field: Any) -> None:
        """Who works on a case can see it."""
        check_belongs(field, self.organization.data)


class AcceptPage:
    """The whole page: one form for the case and one for each person of the request."""

    def __init__(self, prepared: Intake, posted: Any) -> None:
        self.prepared = prepared
        start = {name: getattr(prepared, name) for name in (*CASE_COLUMNS, "needs")}
        self.case = AcceptForm(posted, data=start)
        self.people = [
            PersonForm(posted, prefix=f"person{number}-", data={"keep": True} | person)
            for number, person in enumerate(prepared.people)
        ]

    def validate(self) -> bool:
        """Whether everything fits; each form holds its own errors."""
        return not [each for each in (self.case, *self._kept()) if not each.validate()]

    @property
    def wrong(self) -> bool:
        """Whether anything does not fit."""
        return any(each.errors for each in (self.case, *self.people))

    @property
    def intake(self) -> Intake:
        """What was prepared, with what the form says instead."""
        people = [
            person | {name: _column(form, name) for name in PERSON_COLUMNS if name in form}
            for person, form in zip(self.prepared.people, self.people, strict=True)
            if form.keep.data
        ]
        for number, person in enumerate(people):
            person["is_contact"] = number == 0
        chosen = {name: self.case[name].data for name in CASE_COLUMNS}
        for name in ("description", "urgency", "housing", "place"):
            chosen[name] = chosen[name] or ""
        return replace(self.prepared, people=people, needs=self.case.needs.data or [], **chosen)

    def _kept(self) -> list[Form]:
        return [form for form in self.people if form.keep.data]


def _column(form: Any, name: str) -> Any:
    """The value of a column: codes are never null, sealed texts never empty."""
    if name in ("gender", "language"):
        return form[name].data or ""
    return form[name].data or None


class LinkForm(DeskForm):
    """The case that a request belongs to, and what is new in it."""

    reference = line(_l("Case"), 20, NEEDED(), description=_l("Its number, such as F-2026-0001."))
    needs = NeedsField(_l("Needs to add"))


class AskForm(DeskForm):
    """A question back."""

    body = prose(_l("Your question"), MAX_LENGTH, NEEDED(), rows=5)
    language = SelectField(_l("Written in"), choices=options_of(READ_IN))


class DeclineForm(DeskForm):
    """Why a request is declined; the person reads the reason."""

    reason = words(_l("Reason"), DECLINE_REASONS, blank=True)

    def validate_reason(self, field: Any) -> None:
        """A person is told why."""
        if not field.data:
            raise validators.ValidationError(_("Please choose a reason."))
