"""Meetings with the network, and what was decided there."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import abort, g, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from peewee import Load, ModelSelect
from wtforms import IntegerField, validators

from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter, lists, show_moment
from admin.base.page_forms import PageForms
from admin.base.refusals import refusals_told
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.network_forms import (
    ABOUT_OFFICES,
    ColleaguesField,
    ContactsField,
    DecisionForm,
    NotesForm,
)
from admin.words import PAGE_WORDS, overdue, today, word
from casework.core.access import Actor
from casework.core.db import Base
from casework.network.contacts import NetworkContact
from casework.network.meetings import (
    MEETING_STATES,
    MINUTES,
    Decision,
    Meeting,
    MeetingTimeRefused,
    Participant,
    TitleMissing,
    add_decision,
    change_meeting,
    finish_decision,
    hold_meeting,
    move_meeting,
    plan_meeting,
)

KINDS = {"planned": "accent", "held": "good"}


def show_state(state: str) -> Any:
    """The state of a meeting."""
    return tag(word(MEETING_STATES.names, state), KINDS.get(state, ""))


def show_seats(meeting: Any) -> str:
    """Who sits at the table: contacts, then colleagues."""
    seats = sorted(meeting.participants, key=lambda each: each.__data__["contact"] is None)
    return ", ".join(str(each.contact or each.staff) for each in seats) or "–"


class Meetings(PageForms, CaseworkView):
    """Meetings; those that lie ahead come first."""

    model = Meeting
    resource = "meeting"
    path = "meeting"
    title = _l("Meetings")
    intro = _l("Round tables and meetings with offices. What is decided becomes somebody's task.")
    new_title = _l("New meeting")
    details_template = "desk/meeting.html"
    permissions = {
        "hold": "edit", "move": "edit", "decide": "edit", "finish_decision": "edit",
    }  # fmt: skip
    related = (
        Load(Meeting.participants).then(Participant.contact),  # type: ignore[attr-defined]
        Load(Meeting.participants).then(Participant.staff),  # type: ignore[attr-defined]
    )
    statement_budget = 18
    column_list = ("title", "starts_at", "place", "seats", "state")
    column_labels = {
        "title": _l("What about"), "starts_at": _l("Begins"), "minutes": _l("Minutes"),
        "place": _l("Where"), "seats": _l("Who takes part"), "state": _l("State"),
        "agenda": _l("Agenda"), "contacts": _l("Contacts"), "colleagues": _l("Colleagues"),
    }  # fmt: skip
    column_sortable_list = ("starts_at",)
    column_default_order = ("starts_at", True)
    column_formatters = {
        "starts_at": lambda _view, _context, row, _name: show_moment(row.starts_at),
        "seats": lambda _view, _context, row, _name: show_seats(row),
        "state": lambda _view, _context, row, _name: show_state(row.state),
    }
    column_filters = (
        ChoiceFilter(Meeting.state, _l("State"), "state", MEETING_STATES.names.items),
        "starts_at",
    )
    column_searchable_list = ("title", "place")
    form_columns = ("title", "starts_at", "minutes", "place", "agenda")
    form_extra_fields = {
        "contacts": ContactsField(_l("Contacts")), "colleagues": ColleaguesField(_l("Colleagues")),
    }  # fmt: skip
    form_overrides = {"minutes": IntegerField}
    form_args = {
        "minutes": {"default": 60, "validators": [validators.NumberRange(*MINUTES)]},
        "agenda": {"description": ABOUT_OFFICES},
    }
    refusal_fields = {TitleMissing: "title", MeetingTimeRefused: "starts_at"}

    def edit_form(self, obj: Any = None) -> Any:
        """The form of a meeting with those who sit at the table."""
        form = super().edit_form(obj)
        if obj is not None and request.method == "GET":
            for field in (form.contacts, form.colleagues):
                field.process_data(obj.participants)
        return form

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """The meeting and who takes part."""
        given = {
            "title": form.title.data or "", "starts_at": form.starts_at.data,
            "minutes": form.minutes.data, "place": form.place.data or "",
            "agenda": form.agenda.data or "", "contacts": form.contacts.chosen(),
            "staff": form.colleagues.chosen(), "by": by, "at": at,
        }  # fmt: skip
        if created:
            return plan_meeting(**given)
        return change_meeting(row, revision=row.revision, **given)

    def details_values(self, row: Any, given: Any = None) -> dict[str, Any]:
        """The meeting, who sits there, what was said and decided."""
        given = given or {}
        seats: Any = Participant.select().where(Participant.meeting == row)
        decisions: Any = Decision.select().where(Decision.meeting == row)
        ordered = decisions.order_by(Decision.done_at.is_null(False), Decision.due_on, Decision.id)
        notes = given.get("notes") or NotesForm(None, prefix="notes-", data={"notes": row.notes})
        return {
            "row": row,
            "seats": list(seats.with_related(
                Load(Participant.contact).then(NetworkContact.organization), Participant.staff
            )),
            "decisions": list(ordered.with_related(Decision.staff, Decision.contact)),
            "notes": notes,
            "decision": given.get("decision") or DecisionForm(None, prefix="decision-").offer(row),
            "opened": set(given), "begun": row.starts_at <= now(), "show_state": show_state,
            "moves": MEETING_STATES.transitions[row.state], "overdue": overdue, "today": today,
            **PAGE_WORDS,
        }  # fmt: skip

    @expose("/<uuid:id>/held", methods=("POST",))
    def hold(self, id: uuid.UUID) -> ResponseReturnValue:
        """The meeting took place; what was said is kept."""
        row, form = self._meeting(id), NotesForm(request.form, prefix="notes-")

        def do() -> None:
            seen = request.form.get("revision", "")
            number = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
            hold_meeting(row, form.notes.data or "", revision=number, by=current_actor(), at=now())

        return self.take(row, "notes", form, do, _("The notes were saved."))

    @expose("/<uuid:id>/decision", methods=("POST",))
    def decide(self, id: uuid.UUID) -> ResponseReturnValue:
        """Something was decided."""
        row = self._meeting(id)
        form = DecisionForm(request.form, prefix="decision-").offer(row)

        def do() -> None:
            add_decision(
                row,
                form.what.data or "",
                form.due_on.data,
                **form.doer(),
                by=current_actor(),
                at=now(),
            )

        return self.take(row, "decision", form, do, _("The decision was noted."))

    @expose("/<uuid:id>/decision/<uuid:row>", methods=("POST",))
    def finish_decision(self, id: uuid.UUID, row: uuid.UUID) -> ResponseReturnValue:
        """A decision is done."""
        meeting = self._meeting(id)
        rows = Decision.scope(current_actor()).where(Decision.id == row)
        decision = rows.where(Decision.meeting == meeting).first() or abort(404)
        finish_decision(decision, by=current_actor(), at=now())
        return self.done(meeting, _("Done."))

    @expose("/<uuid:id>/state", methods=("POST",))
    def move(self, id: uuid.UUID) -> ResponseReturnValue:
        """The meeting is cancelled, or planned again."""
        meeting, state = self._meeting(id), request.form.get("state", "")
        if state not in ("cancelled", "planned"):
            abort(404)
        with refusals_told():
            move_meeting(meeting, state, by=current_actor(), at=now())
            return self.done(meeting, _("Saved."))
        return self.render(self.details_template, **self.details_values(self._meeting(id))), 409

    def _meeting(self, id: uuid.UUID) -> Any:
        return self.get_query().where(Meeting.id == id).first() or abort(404)


class Decisions(CaseworkView):
    """What was decided in meetings and is not done yet, the longest due first."""

    model = Decision
    resource = "meeting"
    path = "decision"
    title = _l("Decisions")
    intro = _l("What somebody has promised in a meeting and has not done yet.")
    can_create = can_edit = can_view_details = False
    related = (Decision.meeting, Decision.staff, Decision.contact)
    column_list = ("what", "due_on", "doer_name", "meeting")
    column_labels = {
        "what": _l("What was decided"), "due_on": _l("Until"), "doer_name": _l("Who does it"),
        "meeting": _l("Meeting"),
    }  # fmt: skip
    column_sortable_list = ("due_on",)
    column_default_order = ("due_on", False)
    column_filters = ("due_on", "staff")
    column_formatters = {
        "due_on": lambda _view, _context, row, _name: (
            tag(overdue(row.due_on), "accent") if row.due_on <= today() else overdue(row.due_on)
        ),
    }

    def get_query(self) -> ModelSelect:
        """What is not done yet."""
        return super().get_query().where(Decision.done_at.is_null())

    def list_values(self, asked: lists.Asked, page: lists.Page) -> dict[str, Any]:
        """The list; the meetings on the page that the reader may open are looked up at once."""
        ids = {row.__data__["meeting"] for row in page.rows}
        seen = Meeting.scope(current_actor()).where(Meeting.id << ids) if ids else ()
        g.seen_meetings = {meeting.id for meeting in seen}
        return super().list_values(asked, page)

    def row_address(self, row: Any) -> str:
        """The page of the meeting, where it is ticked off; "" for a meeting of others."""
        seen = row.meeting.id in g.seen_meetings
        return str(self.get_url("meeting.details_view", id=row.meeting.id)) if seen else ""
