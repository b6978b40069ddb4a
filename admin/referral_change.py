"""Changing a draft: another service, other details; a second editor is told and loses nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base import show_date
from admin.base.refusals import refusals_in
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.referral_forms import ChangeForm
from admin.referral_rows import earlier_at, referral_or_404, service_or_404
from admin.referral_words import shown_details
from admin.words import today, word
from casework.consent import SHAREABLE, release_for
from casework.core.refusals import StaleEdit, Term
from casework.providers import Service
from casework.referral_drafts import NoLongerDraft, change_draft
from casework.referral_states import STATES
from casework.referrals import Referral, shared_details


class ChangeDraft:
    """The part of the referral screen that changes a draft."""

    get_url: Callable[..., str]
    _choose: Callable[..., str]
    _page: Callable[..., str]
    page: Callable[..., str]

    @expose("/<uuid:id>/service")
    def change_service(self, id: uuid.UUID) -> ResponseReturnValue:
        """Which service is to be asked instead."""
        draft = referral_or_404(id)
        return self._choose(draft.need, draft) if draft.state == "draft" else self._left(draft)

    @expose("/<uuid:id>/change", methods=("GET", "POST"))
    def change(self, id: uuid.UUID) -> ResponseReturnValue:
        """What the draft would ask, to be changed; the address may name another service."""
        draft = referral_or_404(id)
        if request.method == "GET":
            if draft.state != "draft":
                return self._left(draft)
            return self._change_page(draft, _service_for(draft), ChangeForm(None, draft))
        service, form = _service_for(draft), ChangeForm(request.form, draft)
        if not form.validate():
            return self._change_page(draft, service, form), 422
        with refusals_in(form):
            change_draft(
                draft, service=service, fields=tuple(form.shared.data), note=form.note.data,
                follow_up_on=form.follow_up_on.data, seen=form.seen.data,
                by=current_actor(), at=now(),
            )  # fmt: skip
            flash(_("Changed. Nothing has left yet."), "success")
            return redirect(self.get_url(".show", id=id), 303)
        return self._refused(id, service, form), 409

    def _refused(self, id: uuid.UUID, service: Service, form: ChangeForm) -> str:
        """The form as it was typed, beside what is stored now; saving again is a decision."""
        draft = referral_or_404(id)
        present = {}
        if isinstance(form.refusal, StaleEdit):
            present = _present(draft, service, form)
            form.seen.data = draft.revision
        return self._change_page(draft, service, form, present)

    def _change_page(
        self,
        draft: Referral,
        service: Service,
        form: ChangeForm,
        present: dict[str, str] | None = None,
    ) -> str:
        planned = Referral(
            case=draft.case, need=draft.need, service=service,
            organization=service.organization, fields=list(SHAREABLE), note="…",
        )  # fmt: skip
        release = release_for(draft.case, service.organization, today=today())
        return self._page(
            "desk/referral_change.html", draft.need, row=draft, service=service, form=form,
            present=present or {}, covered=release.fields if release else (),
            earlier=earlier_at(draft.need, service),
            values={name: shown for name, _label, shown in shown_details(shared_details(planned))},
        )  # fmt: skip

    def _left(self, referral: Referral) -> ResponseReturnValue:
        """What is no draft any more is shown as it is now."""
        refusal = NoLongerDraft(state=Term(STATES.names[referral.state]))
        flash(refusal.text(reading_language()), "error")
        return self.page(referral), 409


def _service_for(draft: Referral) -> Service:
    """The service that the address names, or the one that the draft has."""
    named = request.args.get("service")
    return service_or_404(named) if named else draft.service


def _present(draft: Referral, service: Service, form: Any) -> dict[str, str]:
    """What is stored now, where it differs from what was typed."""
    present = {}
    if draft.service != service:
        present["service"] = draft.service.name
    if sorted(draft.fields) != sorted(form.shared.data or ()):
        present["shared"] = ", ".join(word(SHAREABLE, name) for name in draft.fields)
    if (draft.note or "") != form.note.data:
        present["note"] = draft.note or "–"
    if draft.follow_up_on != form.follow_up_on.data:
        present["follow_up_on"] = show_date(draft.follow_up_on)
    return present
