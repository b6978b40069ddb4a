"""What is done on the page of a case: each thing one small form and one verb."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import CombinedMultiDict

from admin.auth import config, current_actor, now
from admin.base.fields import options_of
from admin.base.refusals import refusals_in, refusals_told
from admin.bookings import BookingForm, book
from admin.case_forms import (
    AssignForm,
    DocumentForm,
    FollowUpForm,
    MessageForm,
    NeedForm,
    ReleaseForm,
    StateForm,
)
from admin.case_releases import AskReleaseForm, CaseReleases
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.person_fields import READ_IN
from casework.appointment_rules import Overlap
from casework.appointment_states import CANCELLERS
from casework.appointment_states import STATES as APPOINTMENT_STATES
from casework.appointments import Appointment, settle_appointment
from casework.cases import (
    Case,
    CaseSubmission,
    FollowUp,
    assign_case,
    finish_follow_up,
    move_case,
    plan_follow_up,
)
from casework.closings import close_case
from casework.core.audit import record_read
from casework.core.db import is_sqlite, transaction
from casework.core.refusals import Refusal, StaleEdit
from casework.documents import MAX_BYTES, Document, add_document, read_document, remove_document
from casework.messages import INBOUND, Message, mark_read, send_message
from casework.needs import NEED_STATES, Need, add_need, move_need
from casework.people import Person

DOWNLOAD_POLICY = (
    "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
Done = Callable[[Case, Any], Any]


class CaseWork(CaseReleases):
    """The half of the case screen that changes things.

    A form that is wrong, or that a verb refuses, comes back on the whole page with what
    was typed (422); a button that comes too late says so (409). Rows of other cases are 404.
    """

    FORMS: ClassVar[dict[str, type]] = {
        "need": NeedForm,
        "follow_up": FollowUpForm,
        "message": MessageForm,
        "appointment": BookingForm,
        "release": ReleaseForm,
        "ask": AskReleaseForm,
        "document": DocumentForm,
        "state": StateForm,
        "assign": AssignForm,
    }
    permissions: ClassVar[dict[str, str]] = CaseReleases.permissions | {
        "show": "read",
        "add_need": "need:create",
        "move_need": "need:edit",
        "plan_follow_up": "follow_up:create",
        "finish_follow_up": "follow_up:edit",
        "send_message": "message:create",
        "read_message": "message:edit",
        "plan_appointment": "appointment:create",
        "settle_appointment": "appointment:edit",
        "add_document": "document:create",
        "download": "document:read",
        "remove_document": "document:delete",
        "move": "edit",
        "assign": "edit",
    }

    case_or_404: Callable[[uuid.UUID], Case]
    page: Callable[[Case, dict[str, Any]], str]
    done: Callable[[Case, str, str], ResponseReturnValue]

    def form_of(self, name: str, case: Any, posted: Any) -> Any:
        """The form `name` of the page of `case`, empty or with what was sent."""
        start: dict[str, Any] = {}
        if name == "assign":
            start = {"organization": case.organization, "assigned_to": case.assigned_to,
                     "revision": str(case.revision)}  # fmt: skip
        elif name == "message":
            start = {"language": reading_language()}
        elif name == "appointment":
            start = {"staff": case.assigned_to, "interpreter_language": _tongue_of(case)}
        elif name == "release":
            start = {"language": case.language}
        form = self.FORMS[name](posted, prefix=f"{name}-", data=start)
        if "person" in form:
            people = [(str(person.id), person.name) for person in case.household.people]
            form.person.choices = options_of([("", "–"), *people])
        return form

    def _sent(self, id: uuid.UUID, name: str, do: Done, said: str, section: str) -> Any:
        """Check the form `name`, do what it asks, and go back to its section of the page."""
        case = self.case_or_404(id)
        form = self.form_of(name, case, CombinedMultiDict([request.form, request.files]))
        if form.validate():
            with refusals_in(form):
                do(case, form)
                return self.done(case, said, section)
            if isinstance(form.refusal, Overlap):
                form.overlaps = True
            if name == "assign":
                form.revision.data = str(case.refresh().revision)
        return self.page(case, {name: form}), 422

    def _pressed(self, id: uuid.UUID, do: Callable[[Case], Any], said: str, section: str) -> Any:
        """Do what a button asks; one that comes too late is told so."""
        case = self.case_or_404(id)
        with refusals_told():
            do(case)
            return self.done(case, said, section)
        return self.page(self.case_or_404(id), {}), 409

    def _part(self, model: Any, case: Case, row: uuid.UUID) -> Any:
        """A row that belongs to `case`, within scope; anything else is 404."""
        rows = model.scope(current_actor())
        return rows.where((model.id == row) & (model.case == case)).first() or abort(404)

    @expose("/<uuid:id>/need", methods=("POST",))
    def add_need(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new need."""
        return self._sent(id, "need", _add_need, _("The need was added."), "needs")

    @expose("/<uuid:id>/need/<uuid:row>", methods=("POST",))
    def move_need(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A need is covered, met, dropped or open again."""

        def do(case: Case) -> None:
            need = self._part(Need, case, row)
            move_need(need, _chosen(NEED_STATES.states), by=current_actor(), at=now())

        return self._pressed(id, do, _("Saved."), "needs")

    @expose("/<uuid:id>/follow-up", methods=("POST",))
    def plan_follow_up(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new follow-up."""
        said = _("The follow-up was planned.")
        return self._sent(id, "follow_up", _plan_follow_up, said, "follow-ups")

    @expose("/<uuid:id>/follow-up/<uuid:row>", methods=("POST",))
    def finish_follow_up(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A follow-up is done."""

        def do(case: Case) -> None:
            finish_follow_up(self._part(FollowUp, case, row), by=current_actor(), at=now())

        return self._pressed(id, do, _("Done."), "follow-ups")

    @expose("/<uuid:id>/message", methods=("POST",))
    def send_message(self, id: uuid.UUID) -> ResponseReturnValue:
        """A message to the person; what they wrote counts as read."""
        return self._sent(id, "message", _send_message, _("The message was sent."), "messages")

    @expose("/<uuid:id>/message/<uuid:row>", methods=("POST",))
    def read_message(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A message of the person was read and needs no answer."""

        def do(case: Case) -> None:
            message = _message_of(case, row)
            mark_read(message, by=current_actor(), at=now())

        return self._pressed(id, do, _("Noted as read."), "messages")

    @expose("/<uuid:id>/appointment", methods=("POST",))
    def plan_appointment(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new appointment."""
        said = _("The appointment was planned.")
        return self._sent(id, "appointment", _plan_appointment, said, "appointments")

    @expose("/<uuid:id>/appointment/<uuid:row>", methods=("POST",))
    def settle_appointment(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """An appointment was kept, missed, or cancelled by somebody."""

        def do(case: Case) -> None:
            appointment = self._part(Appointment, case, row)
            settle_appointment(
                appointment, _chosen(APPOINTMENT_STATES.states),
                cancelled_by=_chosen(("", *CANCELLERS), "by"), by=current_actor(), at=now(),
            )  # fmt: skip

        return self._pressed(id, do, _("Saved."), "appointments")

    @expose("/<uuid:id>/document", methods=("POST",))
    def add_document(self, id: uuid.UUID) -> ResponseReturnValue:
        """A new file."""
        return self._sent(id, "document", _add_document, _("The file was stored."), "documents")

    @expose("/<uuid:id>/document/<uuid:row>")
    def download(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A file, only ever as something to store, never to look at in the browser."""
        document = self._part(Document, self.case_or_404(id), row)
        try:
            data = read_document(document, folder=documents_folder())
        except Refusal as refusal:
            flash(refusal.text(reading_language()), "error")
            return self.page(self.case_or_404(id), {}), 404
        record_read("document:read", document, by=current_actor(), at=now())
        name = document.download_name
        response = Response(data, content_type=document.content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
        return response

    @expose("/<uuid:id>/document/<uuid:row>/remove", methods=("POST",))
    def remove_document(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A file goes for good."""

        def do(case: Case) -> None:
            document = self._part(Document, case, row)
            remove_document(document, folder=documents_folder(), by=current_actor(), at=now())

        return self._pressed(id, do, _("The file was removed."), "documents")

    @expose("/<uuid:id>/state", methods=("POST",))
    def move(self, id: uuid.UUID) -> ResponseReturnValue:
        """The case goes into another state."""
        return self._sent(id, "state", _move, _("The state was changed."), "content")

    @expose("/<uuid:id>/assign", methods=("POST",))
    def assign(self, id: uuid.UUID) -> ResponseReturnValue:
        """Somebody else works on the case."""
        return self._sent(id, "assign", _assign, _("The case was assigned."), "content")


def _tongue_of(case: Any) -> str:
    """For which language somebody interprets, where the contact person cannot do without."""
    people = [each for each in case.household.people if each.is_contact]
    needed = any(each.interpreter == "yes" for each in people)
    return case.language if needed and case.language in dict(READ_IN) else ""


def documents_folder() -> Path:
    """Where files lie, sealed."""
    return config().instance_dir / "documents"


def _chosen(known: tuple[str, ...], name: str = "state") -> str:
    """The value of a button; one that no page offers is 404."""
    value = request.form.get(name, "")
    return value if value in known else abort(404)


def _person(case: Any, form: Any) -> Person | None:
    """The member of the household that was chosen."""
    return next((p for p in case.household.people if str(p.id) == form.person.data), None)


def _add_need(case: Case, form: Any) -> None:
    add_need(
        case, form.category.data, person=_person(case, form), urgency=form.urgency.data or "",
        description=form.description.data, language=reading_language(),
        by=current_actor(), at=now(),
    )  # fmt: skip


def _plan_follow_up(case: Case, form: Any) -> None:
    plan_follow_up(
        case, form.what.data, form.due_on.data, assigned_to=form.assigned_to.data,
        by=current_actor(), at=now(),
    )  # fmt: skip


def _send_message(case: Case, form: Any) -> None:
    by, at = current_actor(), now()
    with transaction():
        unread: Any = Message.unread(by).where(_belongs(case))
        for message in list(unread):
            mark_read(message, by=by, at=at)
        send_message(form.body.data, case=case, language=form.language.data, by=by, at=at)


def _message_of(case: Case, row: uuid.UUID) -> Any:
    rows = Message.scope(current_actor()).where(
        (Message.id == row) & (Message.direction == INBOUND) & _belongs(case)
    )
    return rows.first() or abort(404)


def _belongs(case: Case) -> Any:
    """Messages of the case, and those of its requests from before."""
    requests = CaseSubmission.select(CaseSubmission.submission).where(CaseSubmission.case == case)
    return (Message.case == case) | (Message.submission << requests)


def _plan_appointment(case: Case, form: Any) -> None:
    book(case, _person(case, form), form)


def _add_document(case: Case, form: Any) -> None:
    data = form.file.data.read(MAX_BYTES + 1)
    add_document(
        case, form.title.data, data, folder=documents_folder(), by=current_actor(), at=now()
    )


def _move(case: Case, form: Any) -> None:
    by, at, state = current_actor(), now(), form.state.data
    if state == "closed":
        close_case(case, form.reason.data or "", by=by, at=at)
    else:
        move_case(case, state, by=by, at=at)


def _assign(case: Case, form: Any) -> None:
    """Assign, unless somebody else did since the page was shown. Raises `StaleEdit`."""
    with transaction():
        row = Case.select().where(Case.id == case.id)
        fresh = (row if is_sqlite() else row.for_update()).get()
        if form.revision.data != str(fresh.revision):
            raise StaleEdit()
        organization = form.organization.data if "organization" in form else fresh.organization
        assign_case(
            fresh, organization=organization, assigned_to=form.assigned_to.data,
            by=current_actor(), at=now(),
        )  # fmt: skip
