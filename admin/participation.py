"""Taking part, on the page of a case: facts, the person's account, agreed steps, the ladder."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base.refusals import refusals_in, refusals_told
from admin.handover import CaseHandovers
from admin.i18n import gettext as _
from admin.interpreting import is_on
from admin.participation_page import (
    PARTICIPATION_WORDS,
    Given,
    ParticipationPage,
    form_of,
)
from admin.words import PAGE_WORDS
from casework.core.audit import record_read
from casework.core.refusals import StaleEdit
from casework.participation.accounts import (
    accept_account,
    agree_step,
    move_agreed_step,
    note_account,
    note_read,
    take_acceptance_back,
)
from casework.participation.facts import fact_of, note_fact, remove_fact
from casework.participation.ladder import decide_rung, revision_of, take_rung_back, taken_rungs
from casework.participation.models import STEP_STATES, Account, AgreedStep, NotedFact, TakenRung

ACCOUNT_VERBS: dict[str, Callable[..., Any]] = {
    "read": note_read, "accept": accept_account, "reopen": take_acceptance_back,
}  # fmt: skip


class CaseParticipation(CaseHandovers):
    """The part of the case screen about taking part.

    A form that is wrong, or that a verb refuses, comes back with what was typed (422); a button
    that comes too late says so (409). Rows of other cases are 404.
    """

    permissions: ClassVar[dict[str, str]] = CaseHandovers.permissions | {
        "participation": "participation:read",
        "note_fact": "participation:create",
        "remove_fact": "participation:edit",
        "note_account": "participation:create",
        "settle_account": "participation:edit",
        "agree_step": "participation:create",
        "move_agreed_step": "participation:edit",
        "decide_rung": "participation:edit",
        "take_rung_back": "participation:edit",
    }

    @expose("/<uuid:id>/participation")
    def participation(self, id: uuid.UUID) -> ResponseReturnValue:
        """Facts with the person's account beside them, what was agreed, and the ladder."""
        case = self.case_or_404(id)
        record_read("participation:read", case, by=current_actor(), at=now())
        return self.participation_page(case, {})

    @expose("/<uuid:id>/noted-fact", methods=("POST",))
    def note_fact(self, id: uuid.UUID) -> ResponseReturnValue:
        """A fact that no appointment and no step tells."""

        def do(case: Any, form: Any) -> None:
            person = next((p for p in case.household.people if str(p.id) == form.person.data), None)
            note_fact(
                case, form.kind.data, form.on.data, note=form.note.data or "", person=person,
                by=current_actor(), at=now(),
            )  # fmt: skip

        return self._take(id, "fact", do, _("The fact was noted."), "facts")

    @expose("/<uuid:id>/noted-fact/<uuid:row>/remove", methods=("POST",))
    def remove_fact(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A fact was typed by mistake."""

        def do(fact: NotedFact) -> None:
            remove_fact(fact, by=current_actor(), at=now())

        return self._push(id, NotedFact, row, do, _("The fact was removed."), "facts")

    @expose("/<uuid:id>/account", methods=("POST",))
    def note_account(self, id: uuid.UUID) -> ResponseReturnValue:
        """What the person said in a talk."""

        def do(case: Any, form: Any) -> None:
            fact = fact_of(case, form.fact.data, at=now()) if form.fact.data else None
            note_account(
                case, form.body.data, language=form.language.data, told_on=form.told_on.data,
                fact=fact, by=current_actor(), at=now(),
            )  # fmt: skip

        return self._take(id, "account", do, _("The account was noted."), "facts")

    @expose("/<uuid:id>/account/<uuid:row>", methods=("POST",))
    def settle_account(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """An account was read, or the reason counts, or counts no longer."""
        verb = ACCOUNT_VERBS.get(request.form.get("verb", "")) or abort(404)

        def do(account: Account) -> None:
            verb(account, by=current_actor(), at=now())

        return self._push(id, Account, row, do, _("Noted."), "facts")

    @expose("/<uuid:id>/agreed-step", methods=("POST",))
    def agree_step(self, id: uuid.UUID) -> ResponseReturnValue:
        """What the person and we do next."""

        def do(case: Any, form: Any) -> None:
            agree_step(
                case, form.what.data, language=form.language.data,
                agreed_on=form.agreed_on.data, due_on=form.due_on.data,
                by=current_actor(), at=now(),
            )  # fmt: skip

        said = _("The person can read it on the status page now.")
        return self._take(id, "agreed", do, said, "agreed")

    @expose("/<uuid:id>/agreed-step/<uuid:row>", methods=("POST",))
    def move_agreed_step(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """An agreed step is done, dropped or open again."""
        state = request.form.get("state", "")
        if state not in STEP_STATES.states:
            abort(404)

        def do(step: AgreedStep) -> None:
            move_agreed_step(step, state, by=current_actor(), at=now())

        return self._push(id, AgreedStep, row, do, _("Saved."), "agreed")

    @expose("/<uuid:id>/taken-rung", methods=("POST",))
    def decide_rung(self, id: uuid.UUID) -> ResponseReturnValue:
        """Somebody decides on a rung."""

        def do(case: Any, form: Any) -> None:
            decide_rung(
                case, form.rung.data, form.reason.data, seen=form.seen.data or "",
                by=current_actor(), at=now(),
            )  # fmt: skip

        said = _("The decision was recorded. The person reads it on the status page.")
        return self._take(id, "rung", do, said, "ladder")

    @expose("/<uuid:id>/taken-rung/<uuid:row>/back", methods=("POST",))
    def take_rung_back(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A rung does not count any more."""
        taken = self._part(TakenRung, self.case_or_404(id), row)

        def do(case: Any, form: Any) -> None:
            take_rung_back(taken, form.reason.data, by=current_actor(), at=now())

        return self._take(id, "back", do, _("It was taken back."), "ladder", taken)

    def participation_page(self, case: Any, given: Given) -> str:
        """The page, with the forms in `given` as they were sent and all others new."""
        page = ParticipationPage(case, current_actor(), now(), given)
        return self.render(
            "desk/participation.html", page=page, case=case, offers_machine=is_on(),
            **PARTICIPATION_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def _take(
        self, id: uuid.UUID, name: str, do: Callable[[Any, Any], Any], said: str, anchor: str,
        row: Any = None,
    ) -> ResponseReturnValue:  # fmt: skip
        """Check a form, do what it asks, and go back to where it was done."""
        case = self.case_or_404(id)
        page = ParticipationPage(case, current_actor(), now(), {})
        form = form_of(name, page, request.form, row)
        if form.validate():
            with refusals_in(form):
                do(case, form)
                return self._there(case, said, anchor)
            if isinstance(form.refusal, StaleEdit):
                form.seen.data = revision_of(taken_rungs(case, at=now()))
        return self.participation_page(case, {(name, row and row.id): form}), 422

    def _push(
        self, id: uuid.UUID, model: Any, row: uuid.UUID, do: Callable[[Any], Any], said: str,
        anchor: str,
    ) -> ResponseReturnValue:  # fmt: skip
        """Do what a button asks; one that comes too late is told so."""
        case = self.case_or_404(id)
        part = self._part(model, case, row)
        with refusals_told():
            do(part)
            return self._there(case, said, anchor)
        return self.participation_page(case, {}), 409

    def _there(self, case: Any, said: str, anchor: str) -> ResponseReturnValue:
        flash(said, "success")
        return redirect(f"{self.get_url('.participation', id=case.id)}#{anchor}", 303)
