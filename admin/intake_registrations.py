"""Organisations that registered themselves: looked through, and made into entries."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, validators

from admin.auth import current_actor, now
from admin.base import CodesField, DeskForm
from admin.base.fields import options_of
from admin.base.refusals import refusals_in
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.words import PAGE_WORDS
from casework.insight.known_providers import REASONS, Known, known_organizations
from casework.life_areas import NeedCategory
from casework.providers import Organization
from casework.registrations import (
    CONFIRM_BY,
    Registration,
    accept_registration,
    organization_of,
    registration_of,
)
from casework.submissions import Submission

NEW = "new"
MOST_KNOWN = 8


class RegistrationForm(DeskForm):
    """What becomes of a registration: a new organisation, or services of a known one."""

    into = RadioField(_l("Where it belongs"), validate_choice=False)
    rows = CodesField(_l("Services to take"))

    def __init__(
        self, posted: Any, registration: Registration, known: list[Known], **kwargs: Any
    ) -> None:
        self.organizations = {str(each.row.id): each.row for each in known}
        kept = [each.row for each in registration.services]
        start = {"into": None if known or posted is not None else NEW, "rows": kept}
        super().__init__(posted, data=start, **kwargs)
        self.into.choices = options_of((key, "") for key in (NEW, *self.organizations))
        self.rows.choices = options_of((each.row, each.name) for each in registration.services)

    def validate_into(self, field: Any) -> None:
        """One of those that were offered: none is taken for chosen by itself."""
        if field.data != NEW and field.data not in self.organizations:
            raise validators.ValidationError(_("Please choose where it belongs."))

    @property
    def organization(self) -> Organization | None:
        """The organisation that was chosen; None for a new one."""
        return self.organizations.get(self.into.data)


def registration_values(submission: Submission) -> dict[str, Any]:
    """What the page of a request says more when an organisation sent it."""
    registration = registration_of(submission)
    if registration is None:
        return {"registration": None}
    return {
        "registration": registration,
        "known": _known(registration),
        "organization": organization_of(submission),
        "known_by": REASONS,
        "confirm_by": CONFIRM_BY,
    }


def accept_page(
    view: Any, submission: Submission, registration: Registration
) -> ResponseReturnValue:
    """What the registration becomes, to look through; a POST makes the entry."""
    known = _known(registration)
    posted = request.form if request.method == "POST" else None
    form = RegistrationForm(posted, registration, known)
    if posted is not None and form.validate() and _accepted(form, submission):
        organization: Any = organization_of(submission)
        flash(_("The entry was made. It counts as not checked yet."), "success")
        return redirect(view.get_url("organization.details_view", id=organization.id), 303)
    shown = view.render(
        "desk/registration.html", row=submission, registration=registration, form=form,
        known=known, known_by=REASONS, confirm_by=CONFIRM_BY,
        categories=_categories(registration), new=NEW, **PAGE_WORDS,
    )  # fmt: skip
    return shown, 422 if form.errors else 200


def _accepted(form: RegistrationForm, submission: Submission) -> bool:
    """Whether it went through; a refusal stands in the form then."""
    with refusals_in(form):
        accept_registration(
            submission, into=form.organization, rows=form.rows.data or (),
            by=current_actor(), at=now(),
        )  # fmt: skip
    return form.refusal is None


def _known(registration: Registration) -> list[Known]:
    return known_organizations(registration, current_actor())[:MOST_KNOWN]


def _categories(registration: Registration) -> dict[str, str]:
    """What the services help with, in the reader's words, by code."""
    codes = {code for each in registration.services for code in each.categories}
    rows: Any = NeedCategory.select().where(NeedCategory.code << codes)
    return {each.code: each.label(reading_language()) for each in rows}
