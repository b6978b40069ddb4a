"""Appointments over all cases, and the page of one: its facts, another time, how it ended."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from peewee import ModelSelect

from admin.agenda import Agenda, case_link, with_case
from admin.appointment_forms import ENDS, ChangeForm, InterpreterForm
from admin.attention_words import Line, lines
from admin.auth import current_actor, now
from admin.base import ChoiceFilter
from admin.base.lists import Asked
from admin.base.refusals import refusals_in
from admin.base.shown import show_moment
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.words import PAGE_WORDS, language_name, word
from casework.appointment_rules import KINDS, REASONS, Overlap
from casework.appointment_states import CANCELLERS, STATES
from casework.appointments import (
    Appointment,
    AppointmentShift,
    change_appointment,
    order_interpreter,
    settle_appointment,
    shift_appointment,
)
from casework.core.audit import record_read
from casework.core.db import transaction
from casework.core.i18n import N_
from casework.core.refusals import StaleEdit
from casework.insight.attention.talks import talked_about
from casework.insight.attention.upkeep import catch_up

PARTICULARS = ("subject", "kind", "staff", "with_whom", "interpreter_language")
WHEN_AND_WHERE = ("starts_at", "minutes", "place")
VERBS = {
    "kept": N_("Was kept"),
    "missed": N_("Was missed"),
    "excused": N_("Was excused"),
    "cancelled": N_("Was cancelled"),
}


class Appointments(Agenda):
    """Appointments from yesterday on, unless somebody asks for others.

    A form that is wrong, or that a verb refuses, comes back with what was typed (422).
    """

    model = Appointment
    resource = "appointment"
    path = "appointment"
    title = _l("Appointments")
    related = (with_case(Appointment), Appointment.staff)
    column_list = ("starts_at", "subject", "case", "place", "staff", "interpreter", "state")
    column_labels = {
        "case": _l("Case"),
        "starts_at": _l("Begins"),
        "subject": _l("What about"),
        "place": _l("Where"),
        "staff": _l("Who of us"),
        "interpreter": _l("Interpreter"),
        "state": _l("State"),
    }
    column_sortable_list = ("starts_at",)
    column_default_order = ("starts_at", False)
    column_filters = (
        "starts_at",
        "staff",
        ChoiceFilter(Appointment.state, _l("State"), "state", STATES.names.items),
    )
    column_formatters = {
        "case": case_link("appointments"),
        "starts_at": lambda view, _context, row, _name: Markup('<a href="{}">{}</a>').format(
            view.get_url(".show", id=row.id), show_moment(row.starts_at)
        ),
        "interpreter": lambda _view, _context, row, _name: interpreter_of(row) or "–",
        "state": lambda _view, _context, row, _name: word(STATES.names, row.state),
    }
    permissions: ClassVar[dict[str, str]] = {
        "show": "read", "change": "edit", "settle": "edit", "order": "edit",
    }  # fmt: skip

    def selected(self, asked: Asked) -> ModelSelect:
        """What was asked for; without a filter what lies ahead."""
        query = super().selected(asked)
        if asked.filters:
            return query
        return query.where(Appointment.starts_at >= now() - timedelta(days=1))

    @expose("/<uuid:id>")
    def show(self, id: uuid.UUID) -> ResponseReturnValue:
        """The page of one appointment."""
        row = self._row(id)
        record_read("appointment:read", row, by=current_actor(), at=now())
        return self._page(row, {})

    @expose("/<uuid:id>/change", methods=("POST",))
    def change(self, id: uuid.UUID) -> ResponseReturnValue:
        """Another time or place, or other particulars."""
        row = self._row(id)
        form = ChangeForm(request.form, prefix="change-")
        if form.validate():
            with refusals_in(form):
                changed = _change(row, form)
                said = _("The appointment was changed.") if changed else _("Nothing was changed.")
                return self._done(row, said)
            form.overlaps = isinstance(form.refusal, Overlap)
            row = self._row(id)
            if isinstance(form.refusal, StaleEdit):
                form.revision.data = str(row.revision)
        return self._page(row, {"change": form}), 422

    @expose("/<uuid:id>/settle", methods=("POST",))
    def settle(self, id: uuid.UUID) -> ResponseReturnValue:
        """It was kept, missed, excused or cancelled, and why."""
        row, state = self._row(id), request.form.get("state", "")
        if state not in STATES.states:
            abort(404)
        form = ENDS[state](request.form, prefix=f"{state}-") if state in ENDS else None
        if form is None or form.validate():
            columns = {} if form is None else {
                "reason": form.reason.data, "note": form.note.data or "",
                "cancelled_by": form.by.data if "by" in form else "",
            }  # fmt: skip
            settle_appointment(row, state, by=current_actor(), at=now(), **columns)
            return self._done(row, _("Saved."))
        return self._page(row, {state: form}), 422

    @expose("/<uuid:id>/interpreter", methods=("POST",))
    def order(self, id: uuid.UUID) -> ResponseReturnValue:
        """An interpreter has been asked for."""
        row, form = self._row(id), InterpreterForm(request.form)
        if form.validate():
            order_interpreter(row, form.whom.data or "", by=current_actor(), at=now())
            return self._done(row, _("The interpreter is noted as ordered."))
        return self._page(row, {"interpreter": form}), 422

    def page_before(self) -> str:
        """What comes too late is told on the appointment's own page."""
        row = (request.view_args or {}).get("id")
        return self.get_url(".show", id=row) if row else super().page_before()

    def _row(self, id: uuid.UUID) -> Any:
        rows: Any = self.get_query().where(Appointment.id == id)
        found = list(rows.with_related(*self.related, Appointment.person))
        return found[0] if found else abort(404)

    def _done(self, row: Any, said: str) -> ResponseReturnValue:
        flash(said, "success")
        return redirect(self.get_url(".show", id=row.id), 303)

    def _page(self, row: Any, given: dict[str, Any]) -> str:
        forms: dict[str, Any] = {
            name: given.get(name) or form(prefix=f"{name}-") for name, form in ENDS.items()
        }
        forms["change"] = given.get("change") or _change_form(row)
        forms["interpreter"] = given.get("interpreter") or InterpreterForm(
            data={"whom": row.interpreter_by}
        )
        return self.render(
            "desk/appointment.html", row=row, forms=forms, given=set(given),
            shifts=list(row.shifts.order_by(AppointmentShift.at.desc())),
            moves=STATES.transitions.get(row.state, ()), matters=_matters(row),
            **APPOINTMENT_WORDS, **PAGE_WORDS,
        )  # fmt: skip


def interpreter_of(row: Appointment) -> str:
    """For which language somebody interprets, and whether anybody has been ordered."""
    if not row.interpreter_language:
        return ""
    name = language_name(row.interpreter_language)
    if row.lacks_interpreter:
        return _("%(language)s, not ordered yet", language=name)
    if row.interpreter_ordered_at is None:
        return name
    return _("%(language)s, ordered", language=name)


def reason_of(row: Appointment) -> str:
    """Why it did not take place."""
    return word(REASONS.get(row.state, {}), row.reason)


def _matters(row: Appointment) -> list[Line]:
    """What called and is to be settled here, as far as it still stands and the reader sees it."""
    if not current_actor().may("attention:read"):
        return []
    catch_up(at=now(), wait=False)
    return lines(talked_about(row))


def _change_form(row: Any) -> ChangeForm:
    start = {name: getattr(row, name) for name in (*PARTICULARS, *WHEN_AND_WHERE)}
    return ChangeForm(prefix="change-", data={**start, "revision": str(row.revision)})


def _change(row: Any, form: Any) -> bool:
    """Change what the form changes; whether that is anything. Raises refusals of the verbs."""
    by, at = current_actor(), now()
    text = str(form.revision.data or "")
    revision = int(text) if text.isdecimal() and len(text) < 10 else -1
    said: dict[str, Any] = {
        name: form[name].data or "" for name in ("subject", "kind", "with_whom", "place")
    }
    said |= {name: form[name].data for name in ("staff", "starts_at", "minutes")}
    said["interpreter_language"] = form.interpreter_language.data or ""
    differs = {name for name in said if said[name] != (getattr(row, name) or _nothing(name))}
    if differs and revision != row.revision:
        raise StaleEdit()
    anyway = form.anyway.data
    with transaction():
        if differs & set(PARTICULARS):
            columns = {name: said[name] for name in PARTICULARS}
            change_appointment(
                row, **columns, revision=row.revision, despite_overlap=anyway, by=by, at=at
            )
        if differs & set(WHEN_AND_WHERE):
            shift_appointment(
                row, said["starts_at"], minutes=said["minutes"], place=said["place"],
                wished_by=form.wished_by.data, revision=row.revision, despite_overlap=anyway,
                by=by, at=at,
            )  # fmt: skip
    return bool(differs)


def _nothing(name: str) -> str | None:
    """What an empty column is compared as."""
    return None if name == "staff" else ""


APPOINTMENT_WORDS = {
    "kinds": KINDS,
    "states": STATES.names,
    "verbs": VERBS,
    "cancellers": CANCELLERS,
    "interpreter_of": interpreter_of,
    "reason_of": reason_of,
}
