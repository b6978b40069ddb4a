"""Booking an appointment on a case, and saying which entries of the queue it is to settle."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import request

from admin.appointment_forms import AppointmentForm
from admin.attention_words import Line
from admin.auth import current_actor, now
from admin.base import CodesField
from admin.base.ajax import parse_id
from admin.base.fields import options_of
from admin.i18n import lazy_gettext as _l
from casework.appointments import Appointment, plan_appointment
from casework.cases import Case
from casework.core.db import transaction
from casework.core.i18n import DEFAULT, gettext_in
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.talks import book_for, is_settled_by_a_talk
from casework.people import Person
from casework.plans.models import Step
from casework.venues import TALK

MOST_SUBJECT = 300


class BookingForm(AppointmentForm):
    """A meeting, and what it is for."""

    settles = CodesField(
        _l("What is settled there"), choices=[], validate_choice=False,
        description=_l("What is ticked is quiet until the day of the appointment. If nothing comes "
                       "of it, it calls again and says so."),
    )  # fmt: skip


def offer(form: Any, lines: Iterable[Line], case: Case) -> bool:
    """Offer what calls in a case as something that the appointment may settle; whether the
    address names one of the entries, for which the form then begins filled in."""
    open_ones = [each for each in lines if is_settled_by_a_talk(each.entry) and not each.resting]
    if not open_ones:
        del form.settles
        return False
    form.settles.choices = options_of(
        (str(each.entry.id), " · ".join(filter(None, (each.why, each.about)))) for each in open_ones
    )
    meant = parse_id(request.args.get("book"))
    entry = next((each.entry for each in open_ones if each.entry.id == meant), None)
    if entry is None:
        return False
    form.settles.data = [str(entry.id)]
    form.subject.data = _subject(entry, case)
    if entry.subject_table == "plans":
        form.kind.data = "plan_talk"
    return True


def book(case: Case, person: Person | None, form: Any) -> Appointment:
    """Plan the appointment of a checked form, tied to what it is to settle. Raises the refusals
    of `plan_appointment`; an entry that has gone meanwhile is left out."""
    by, at = current_actor(), now()
    with transaction():
        row = plan_appointment(
            case, form.subject.data, form.starts_at.data, minutes=form.minutes.data,
            place=form.place.data or "", with_whom=form.with_whom.data or "",
            person=person, staff=form.staff.data, kind=form.kind.data,
            interpreter_language=form.interpreter_language.data,
            despite_overlap=form.anyway.data, by=by, at=at,
        )  # fmt: skip
        wanted = [key for key in map(parse_id, form.settles.data or ()) if key]
        entries = _entries(case, wanted)
        if entries:
            book_for(row, entries, by=by, at=at)
    return row


def _entries(case: Case, wanted: list[uuid.UUID]) -> list[AttentionEntry]:
    mine = AttentionEntry.scope(current_actor()).where(AttentionEntry.case == case)
    return list(mine.where(AttentionEntry.id << wanted)) if wanted else []


def _subject(entry: AttentionEntry, case: Case) -> str:
    """What the person reads of it: the step that it is about, or else that we want to talk. In
    German too, so that whoever plans it and whoever is shown it can read it."""
    step, tags = None, (case.language, DEFAULT)
    if entry.subject_table == "steps":
        step = Step.get_or_none((Step.id == entry.subject_id) & (Step.case == case))
    said = (step.text(tag)[0] if step else gettext_in(tag, TALK) for tag in tags)
    return " · ".join(dict.fromkeys(said))[:MOST_SUBJECT]
