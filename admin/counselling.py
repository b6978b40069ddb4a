"""Lists about the end of counselling, and what changes without code: deadlines, checklist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from markupsafe import Markup
from peewee import ModelSelect
from wtforms import validators

from admin.auth import current_actor
from admin.base import CaseworkView, ChoiceFilter
from admin.base.shown import show_date
from admin.case_page import called, with_people
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.settings import LABELS, Coded
from admin.words import left_words, today, word
from casework.cases import STATES, Case
from casework.counselling import running_out
from casework.deadlines import LONGEST_NOTICE, DeadlineKind
from casework.handovers import HandoverTask

SPANS = {"0": _l("has ended"), "90": _l("within three months"), "180": _l("within half a year")}
NEAR_DAYS = 90


class EndsFilter(ChoiceFilter):
    """Cases whose counselling ends within so many days."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        day = today() + timedelta(days=int(value))
        late = Case.counselling_until < day if value == "0" else Case.counselling_until <= day
        return query.where(late)


def show_end(case: Any) -> Markup:
    """The day on which counselling ends, and how long that is."""
    words = left_words(case.counselling_until)
    near = (case.counselling_until - today()).days <= NEAR_DAYS
    shown = (
        tag(words, "accent") if near else Markup('<span class="quiet-text">{}</span>').format(words)
    )
    return Markup("<span>{} {}</span>").format(show_date(case.counselling_until), shown)


class Clocks(CaseworkView):
    """Cases by the end of their counselling, the first to end first."""

    model = Case
    resource = "counselling"
    path = "counselling"
    title = _l("End of counselling")
    intro = _l("Counselling takes three years as a rule, exceptionally four. Begin the handover "
               "early: regular services have waiting times.")  # fmt: skip
    can_create = can_edit = can_view_details = False
    records_reads = True
    related = (with_people(Case.household), Case.organization, Case.assigned_to)
    column_list = ("link", "contact", "counselling_until", "counselling_from", "state", "charge")
    column_labels = {
        "link": _l("Case"), "contact": _l("Contact person"), "counselling_until": _l("Ends"),
        "counselling_from": _l("Since"), "state": _l("State"), "charge": _l("Who works on it"),
        "organization": _l("Organisation in charge"), "assigned_to": _l("Assigned to"),
        "site": _l("Site"),
    }  # fmt: skip
    column_sortable_list = ("counselling_until", "counselling_from")
    column_default_order = ("counselling_until", False)
    column_formatters = {
        "link": lambda view, _context, row, _name: Markup(
            '<a class="whole" href="{}">{}</a>'
        ).format(view.get_url("case.handover", id=row.id), row.reference),
        "contact": lambda _view, _context, row, _name: called(row),
        "counselling_until": lambda _view, _context, row, _name: show_end(row),
        "counselling_from": lambda _view, _context, row, _name: show_date(row.counselling_from),
        "state": lambda _view, _context, row, _name: word(STATES.names, row.state),
        "charge": lambda _view, _context, row, _name: str(
            row.assigned_to or row.organization or _("nobody yet")
        ),
    }
    column_filters = (
        EndsFilter(Case.counselling_until, _l("Ends"), "ends", SPANS.items),
        "site", "organization", "assigned_to",
    )  # fmt: skip
    statement_budget = 18

    def get_query(self) -> ModelSelect:
        """Live cases with a clock."""
        return running_out(current_actor()).order_by()


class DeadlineKinds(Coded):
    """Kinds of deadlines, and how early each of them is near."""

    model = DeadlineKind
    resource = "deadline_kind"
    title = _l("Kinds of deadlines")
    intro = _l("What has a day that must not pass, and how many days before it somebody is asked.")
    new_title = _l("New kind of deadline")
    column_list = ("labels", "notice_days", "code", "position", "active")
    column_labels = Coded.column_labels | {"notice_days": _l("Near so many days before")}
    column_default_order = "position"
    form_columns = ("code", "labels", "notice_days", "position", "active")
    form_args = Coded.form_args | {
        "notice_days": {"validators": [validators.NumberRange(min=1, max=LONGEST_NOTICE)]},
    }


class HandoverTasks(Coded):
    """The lines that every checklist of a handover begins with."""

    model = HandoverTask
    resource = "handover_task"
    title = _l("Handover checklist")
    intro = _l("What is settled when a case goes to regular services. A change counts for "
               "handovers that begin afterwards.")  # fmt: skip
    new_title = _l("New line")
    column_list = ("labels", "life_area", "code", "position", "active")
    column_default_order = "position"
    form_columns = ("code", "labels", "life_area", "position", "active")
    form_args = Coded.form_args | {"labels": LABELS}
