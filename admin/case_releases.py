"""Releases on the case page: noted from paper or talk, asked for on the status page, ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import validators

from admin.auth import current_actor, now
from admin.base import DeskForm, RowField
from admin.case_forms import active_organizations
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.person_fields import NEEDED, codes
from casework.cases import Case
from casework.consent import (
    SHAREABLE,
    USUAL,
    WORDING,
    Release,
    give_release,
    version_shown,
    withdraw_release,
)
from casework.providers import Organization
from casework.referrals import Referral
from casework.release_questions import ask_release, note_answer, take_question_back


class AskReleaseForm(DeskForm):
    """What the person is asked for on the status page."""

    organization = RowField(
        _l("For"), [NEEDED()], model=Organization, rows=active_organizations, allow_blank=True
    )
    covers = codes(_l("What may be passed on"), SHAREABLE, default=list(USUAL))

    def validate_covers(self, field: Any) -> None:
        """A question about nothing is none."""
        if not field.data:
            raise validators.ValidationError(_("Please choose at least one."))


class CaseReleases:
    """The part of the case screen that deals with releases."""

    permissions: ClassVar[dict[str, str]] = {
        "give_release": "release:create",
        "withdraw_release": "release:edit",
        "ask_release": "release:create",
        "ask_for_draft": "release:create",
        "take_question_back": "release:edit",
        "note_answer": "release:edit",
    }

    _sent: Callable[..., Any]
    _pressed: Callable[..., Any]
    _part: Callable[..., Any]

    @expose("/<uuid:id>/release", methods=("POST",))
    def give_release(self, id: uuid.UUID) -> ResponseReturnValue:
        """An agreement given on paper or in person."""
        return self._sent(id, "release", _give_release, _("The release was noted."), "releases")

    @expose("/<uuid:id>/release/<uuid:row>", methods=("POST",))
    def withdraw_release(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """An agreement is withdrawn: what hangs on it ends at once."""

        def do(case: Case) -> None:
            withdraw_release(_release_of(case, row), by=current_actor(), at=now())

        return self._pressed(id, do, _("The release was withdrawn."), "releases")

    @expose("/<uuid:id>/release/ask", methods=("POST",))
    def ask_release(self, id: uuid.UUID) -> ResponseReturnValue:
        """The question goes onto the person's status page."""
        said = _("The question stands on the person's status page now.")
        return self._sent(id, "ask", _ask_release, said, "releases")

    @expose("/<uuid:id>/referral/<uuid:row>/ask", methods=("POST",))
    def ask_for_draft(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The same for what a drafted referral would pass on."""

        def do(case: Case) -> None:
            draft = self._part(Referral, case, row)
            ask_release(
                case, draft.organization, fields=tuple(draft.fields), by=current_actor(), at=now()
            )

        said = _("The question stands on the person's status page now.")
        return self._pressed(id, do, said, "releases")

    @expose("/<uuid:id>/release/<uuid:row>/back", methods=("POST",))
    def take_question_back(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The person is asked no longer."""

        def do(case: Case) -> None:
            take_question_back(_release_of(case, row), by=current_actor(), at=now())

        return self._pressed(id, do, _("The question was taken back."), "releases")

    @expose("/<uuid:id>/release/<uuid:row>/noted", methods=("POST",))
    def note_answer(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """The answer was seen and leaves the home page."""

        def do(case: Case) -> None:
            note_answer(_release_of(case, row), by=current_actor(), at=now())

        return self._pressed(id, do, _("Noted."), "releases")


def _release_of(case: Case, row: uuid.UUID) -> Release:
    """A release of the household of `case`, within scope; anything else is 404."""
    rows = Release.scope(current_actor()).where(Release.household == case.household)
    return rows.where(Release.id == row).first() or abort(404)


def _give_release(case: Case, form: Any) -> None:
    give_release(
        case=case, organization=form.organization.data, fields=tuple(form.covers.data),
        text_version=version_shown(WORDING, form.language.data), language=form.language.data,
        channel=form.channel.data, by=current_actor(), at=now(),
    )  # fmt: skip


def _ask_release(case: Case, form: Any) -> None:
    ask_release(
        case, form.organization.data, fields=tuple(form.covers.data), by=current_actor(), at=now()
    )
