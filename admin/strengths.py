"""Strengths on the page of a case: one thing added quickly, or all of a person on one page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base.refusals import refusals_in
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.participation import CaseParticipation
from admin.settings import Coded
from admin.strength_forms import QuickStrengthForm, StrengthsForm
from admin.strength_words import STRENGTH_WORDS
from admin.words import PAGE_WORDS
from casework.core.audit import record_read
from casework.core.refusals import NotFound, StaleEdit
from casework.people import Person
from casework.skills import KINDS, Skill
from casework.strengths import add_strengths, save_strengths, strengths_of


class CaseStrengths(CaseParticipation):
    """The part of the case screen that deals with strengths."""

    FORMS: ClassVar[dict[str, type]] = CaseParticipation.FORMS | {"strength": QuickStrengthForm}
    permissions: ClassVar[dict[str, str]] = CaseParticipation.permissions | {
        "add_strength": "strength:edit",
        "strengths": "strength:edit",
    }

    render: Callable[..., str]
    get_url: Callable[..., str]

    @expose("/<uuid:id>/strength", methods=("POST",))
    def add_strength(self, id: uuid.UUID) -> ResponseReturnValue:
        """Add what was just heard to what is known."""

        def do(case: Any, form: Any) -> None:
            key = form.person.data
            people = case.household.people
            person = next((each for each in people if not key or str(each.id) == key), None)
            if person is None:
                raise NotFound()
            add_strengths(person, form.coded(), by=current_actor(), at=now())

        return self._sent(id, "strength", do, _("The strength was added."), "strengths")

    @expose("/<uuid:id>/strengths/<uuid:row>", methods=("GET", "POST"))
    def strengths(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """All strengths of one person; the second of two editors is told and keeps the typed."""
        case: Any = self.case_or_404(id)
        person = next((each for each in case.household.people if each.id == row), None)
        if person is None:
            abort(404)
        form = self._form(case, person, request.form if request.method == "POST" else None)
        if request.method == "GET":
            record_read("strength:read", person, by=current_actor(), at=now())
        elif form.validate():
            with refusals_in(form):
                save_strengths(person, form.given(), by=current_actor(), at=now())
                flash(_("Saved."), "success")
                return redirect(f"{self.get_url('.show', id=case.id)}#strengths", 303)
            if isinstance(form.refusal, StaleEdit):
                form.revision.data = str(strengths_of([person])[person.id].revision)
        page = self.render(
            "desk/strengths.html", case=case, person=person, form=form,
            **STRENGTH_WORDS, **PAGE_WORDS,
        )  # fmt: skip
        return page, 422 if form.errors else 200

    def _form(self, case: Any, person: Person, posted: Any) -> StrengthsForm:
        known = strengths_of([person])[person.id]
        tongues = [tag for tag in person.languages or [person.language] if tag and tag != "other"]
        return StrengthsForm(posted, known, case.language, tongues)


class Skills(Coded):
    """What people can do and have worked in, by which opportunities are matched."""

    model = Skill
    resource = "skill"
    title = _l("Skills and fields of work")
    intro = _l("What people can do and have worked in: strengths and opportunities choose from "
               "this list. Staff read the names, so German is enough.")  # fmt: skip
    new_title = _l("New skill or field of work")
    column_list = ("labels", "kind", "code", "position", "active")
    column_labels = Coded.column_labels | {"kind": _l("Kind")}
    column_choices = {"kind": [(key, _l(name)) for key, name in KINDS.items()]}
    column_filters: Any = ("kind", "active")
    column_default_order = [("kind", False), ("position", False)]
    form_columns = ("code", "labels", "kind", "position", "active")
    form_args = Coded.form_args | {"kind": {"choices": column_choices["kind"]}}
