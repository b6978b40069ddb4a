"""What is due across all cases: follow-ups, messages, needs; rows lead to cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup
from peewee import Load, ModelSelect

from admin.auth import current_actor
from admin.base import CaseworkView, ChoiceFilter
from admin.base.lists import Asked
from admin.base.shown import show_date
from admin.case_forms import areas_in_order
from admin.case_page import called, with_people
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.icons import show_area
from admin.words import ago, language_name, overdue, today, word
from casework.cases import URGENCIES, Case, FollowUp
from casework.messages import INBOUND, Message
from casework.needs import NEED_STATES, Need

SHORT = 120


def with_case(model: Any) -> Any:
    """The case of each row, with the people that it is called by."""
    return Load(model.case).then(with_people(Case.household))


def case_link(section: str) -> Any:
    """The case of a row as a link to a section of its page."""

    def link(view: Any, _context: Any, row: Any, _name: str) -> Markup:
        address = view.get_url("case.show", id=row.__data__["case"])
        return Markup('<a href="{}#{}">{}</a> <span class="quiet-text whole">{}</span>').format(
            address, section, called(row.case), row.case.reference
        )

    return link


class Agenda(CaseworkView):
    """A list over all cases within scope; what is done is done on the case's page."""

    can_create = can_edit = can_view_details = False
    records_reads = True


class FollowUps(Agenda):
    """What is to be done, the longest due first."""

    model = FollowUp
    resource = "follow_up"
    path = "follow_up"
    title = _l("Follow-ups")
    related = (with_case(FollowUp), FollowUp.assigned_to)
    column_list = ("what", "due_on", "case", "assigned_to")
    column_labels = {
        "case": _l("Case"),
        "what": _l("What is to be done"),
        "due_on": _l("Due"),
        "assigned_to": _l("Who does it"),
    }
    column_sortable_list = ("due_on",)
    column_default_order = ("due_on", False)
    column_filters = ("due_on", "assigned_to")
    column_formatters = {
        "case": case_link("follow-ups"),
        "due_on": lambda _view, _context, row, _name: due(row.due_on),
    }

    def get_query(self) -> ModelSelect:
        """What is not done yet."""
        return super().get_query().where(FollowUp.done_at.is_null())


class Messages(Agenda):
    """What people wrote and nobody has read yet, the oldest first."""

    model = Message
    resource = "message"
    path = "message"
    title = _l("Unread messages")
    related = (with_case(Message), Message.submission)
    column_list = ("from", "text", "language", "at")
    column_labels = {
        "from": _l("From"),
        "text": _l("Message"),
        "language": _l("Language"),
        "at": _l("Since"),
    }
    column_sortable_list = ("at",)
    column_default_order = ("at", False)
    column_formatters = {
        "from": lambda view, _context, row, _name: sender(view, row),
        "text": lambda _view, _context, row, _name: shortened(row.body),
        "language": lambda _view, _context, row, _name: language_name(row.language),
        "at": lambda _view, _context, row, _name: ago(row.at),
    }

    def get_query(self) -> ModelSelect:
        """Unread ones."""
        unread = (Message.direction == INBOUND) & Message.read_at.is_null()
        return super().get_query().where(unread)


class Needs(Agenda):
    """Needs over all cases; without a filter those that are open, the oldest first."""

    model = Need
    resource = "need"
    path = "need"
    title = _l("Needs")
    intro = _l("Open needs. The filter also finds those that are covered, met or dropped.")
    related = (with_case(Need), Need.category, Need.life_area, Need.person)
    column_list = ("category", "area", "case", "person", "urgency", "state", "state_since")
    column_labels = {
        "case": _l("Case"),
        "category": _l("Need"),
        "area": _l("Life area"),
        "person": _l("Who"),
        "urgency": _l("How urgent"),
        "state": _l("State"),
        "state_since": _l("Since"),
    }
    column_sortable_list = ("state_since",)
    column_default_order = ("state_since", False)
    column_formatters = {
        "case": case_link("needs"),
        "area": lambda _view, _context, row, _name: show_area(row.life_area),
        "urgency": lambda _view, _context, row, _name: word(URGENCIES, row.urgency) or "–",
        "state": lambda _view, _context, row, _name: word(NEED_STATES.names, row.state),
        "state_since": lambda _view, _context, row, _name: ago(row.state_since),
    }
    column_filters = (
        ChoiceFilter(Need.state, _l("State"), "state", NEED_STATES.names.items),
        ChoiceFilter(
            Need.life_area, _l("Life area"), "area", lambda: [
                (str(area.id), area.label(reading_language())) for area in areas_in_order()
            ],
        ),
        ChoiceFilter(Need.urgency, _l("How urgent"), "urgency", URGENCIES.items),
    )  # fmt: skip

    def selected(self, asked: Asked) -> ModelSelect:
        """What was asked for; without a state only open needs of cases that are not closed."""
        query = super().selected(asked)
        if "state" in asked.filters:
            return query
        return query.where((Need.state == "open") & Case.live_in(Need.case))


def due(day: date) -> str:
    """The day, and how long it has passed."""
    return f"{show_date(day)} · {overdue(day)}" if day <= today() else show_date(day)


def shortened(body: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(body.split())
    return line if len(line) <= SHORT else f"{line[:SHORT]}…"


def sender(view: Any, message: Any) -> Markup:
    """Who wrote a message, as a link to where it is answered."""
    actor = current_actor()
    if message.__data__["case"] is not None:
        address = view.get_url("case.show", id=message.case.id)
        return Markup('<a href="{}#messages">{}</a>').format(address, called(message.case))
    request = message.submission
    name = request.sender or request.reference
    if request.purpose == "offer" and actor.may("offer:read"):
        address = view.get_url("offer.of_request", id=request.id)
        return Markup('<a href="{}">{}</a>').format(address, name)
    if not actor.may("submission:read"):
        return Markup("{}").format(name)
    address = view.get_url("submission.show", id=request.id)
    return Markup('<a href="{}#messages">{}</a>').format(address, name)
