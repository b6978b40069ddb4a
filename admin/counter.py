"""The counter: who comes today, who came without an appointment, and how many in a week."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from wtforms import HiddenField, RadioField

from admin.agenda import with_case
from admin.appointments import APPOINTMENT_WORDS
from admin.auth import current_actor, now
from admin.base import DeskForm, DeskPage
from admin.base.ajax import parse_id
from admin.base.fields import WordsField
from admin.base.shown import site_zone
from admin.case_forms import areas_in_order
from admin.case_page import called, with_people
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import SPOKEN, line, show_birth, words
from admin.words import PAGE_WORDS, language_name, today
from casework.appointments import Appointment, settle_appointment
from casework.attendance import (
    STAGES,
    appointments_of_day,
    begin_service,
    day_in,
    note_arrival,
    note_leaving,
    stage_of,
    take_arrival_back,
)
from casework.cases import Case
from casework.core.access import Actor
from casework.core.audit import record_read
from casework.core.clock import in_zone
from casework.core.db import new_id
from casework.core.i18n import N_
from casework.insight.counter import Week, monday_of, visits_by_week, week_of
from casework.life_areas import LifeArea
from casework.visits import OUTCOMES, Visit, cases_of, note_visit, remove_visit

MOST_WORDS = 200
EARLIEST = date(2020, 1, 1)
UNKNOWN = "unknown"


def _missed(appointment: Appointment, *, by: Actor, at: datetime) -> Appointment:
    return settle_appointment(appointment, "missed", by=by, at=at)


# What a button at the counter does, and what it says.
STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "arrived": (note_arrival, N_("Has arrived")),
    "served": (begin_service, N_("Is being served")),
    "left": (note_leaving, N_("Has left, was kept")),
    "missed": (_missed, N_("Did not come")),
    "expected": (take_arrival_back, N_("Take back")),
}
# Which buttons somebody has who is that far.
OFFERED = {
    "expected": ("arrived", "missed"),
    "arrived": ("served", "left", "expected"),
    "served": ("left", "expected"),
    "left": (),
}


class VisitForm(DeskForm):
    """Somebody at the counter: who, what about, how it ended."""

    who = line(
        _l("Who"), MOST_WORDS,
        description=_l("Name, date of birth, phone or case number. Empty: somebody unknown."),
    )  # fmt: skip
    case = RadioField(_l("Which of them"), choices=[], validate_choice=False)
    area = WordsField(
        _l("What about"), choices=lambda: [
            (area.code, area.label(reading_language())) for area in areas_in_order()
        ], blank=True,
    )  # fmt: skip
    language = WordsField(
        _l("Language"), choices=SPOKEN, blank=True,
        description=_l("Empty: as in the case."),
    )  # fmt: skip
    outcome = words(_l("How it ended"), OUTCOMES, default="answered")
    key = HiddenField(default=lambda: str(new_id()))

    def life_area(self) -> LifeArea | None:
        """The area that was chosen."""
        return next((area for area in areas_in_order() if area.code == self.area.data), None)


class CounterDay:
    """What the page shows, each part one bounded read."""

    def __init__(self, actor: Actor, monday: date) -> None:
        self.actor, self.monday = actor, monday

    @cached_property
    def appointments(self) -> list[Any]:
        """Today's appointments in order, with their people."""
        if not self.actor.may("appointment:read"):
            return []
        rows: Any = appointments_of_day(self.actor, today(), site_zone())
        return list(rows.with_related(with_case(Appointment), Appointment.staff))

    @property
    def lacking(self) -> int:
        """How many of today's wait for an interpreter to be ordered."""
        return sum(each.lacks_interpreter for each in self.appointments)

    @cached_property
    def visits(self) -> list[Any]:
        """Today's visits, the latest first."""
        rows: Any = Visit.between(self.actor, *day_in(site_zone(), today()))
        return list(rows.limit(100).with_related(with_case(Visit), Visit.life_area))

    @cached_property
    def week(self) -> Week:
        """The figures of the week that was asked for."""
        return week_of(self.actor, self.monday, site_zone())

    @cached_property
    def weeks(self) -> list[tuple[date, int]]:
        """Visits in the last eight weeks."""
        return visits_by_week(self.actor, self.monday, site_zone())

    def areas(self) -> list[tuple[str, int]]:
        """What the visits of the week were about, the most frequent first."""
        names = {area.id: area.label(reading_language()) for area in LifeArea.select()}
        return [
            (names.get(key, _("not said")) if key else _("not said"), count)
            for key, count in self.week.areas.most_common()
        ]

    def languages(self) -> list[tuple[str, int]]:
        """In which languages, the most frequent first."""
        return [
            (language_name(tag) if tag else _("not said"), count)
            for tag, count in self.week.languages.most_common()
        ]


class Counter(DeskPage):
    """Who comes today: one screen for the desk at the entrance."""

    title = _l("Counter")
    path = "counter"
    resource = "visit"
    permissions: ClassVar[dict[str, str]] = {
        "note": "create", "step": "appointment:edit", "remove": "delete",
    }  # fmt: skip
    statement_budget = 24

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The day, an empty form, the week; after one visit the next can be typed at once."""
        form = VisitForm()
        if "next" in request.args:
            form.who.render_kw = {**form.who.render_kw, "autofocus": True}
        return self._page(form)

    @expose("/visit", methods=("POST",))
    def note(self) -> ResponseReturnValue:
        """Note a visit; where the words fit several people or nobody, ask."""
        form = VisitForm(request.form)
        by, at = current_actor(), now()
        chosen, asked = self._choose(form)
        for case in asked:
            if case is not UNKNOWN:  # names and birthdays of whoever fits are about to be shown
                record_read("case:read", case, by=by, at=at)
        if asked or not form.validate():
            return self._page(form, asked), 422
        visit = note_visit(
            chosen, outcome=form.outcome.data, life_area=form.life_area(),
            language=form.language.data or "", key=parse_id(form.key.data), by=by, at=at,
        )  # fmt: skip
        if chosen is not None:
            record_read("case:read", chosen, by=by, at=at)
        flash(self._said(visit, chosen), "success")
        return redirect(self.get_url(".index_view", next=1) + "#visit", 303)

    @expose("/appointment/<uuid:row>", methods=("POST",))
    def step(self, row: uuid.UUID) -> ResponseReturnValue:
        """Somebody arrived, is served, has left or did not come."""
        wanted = STEPS.get(request.form.get("step", ""))
        mine: Any = Appointment.scope(current_actor()).where(Appointment.id == row)
        appointment = mine.first()
        if wanted is None or appointment is None:
            abort(404)
        wanted[0](appointment, by=current_actor(), at=now())
        return redirect(f"{self.get_url('.index_view')}#a-{row.hex}", 303)

    @expose("/visit/<uuid:row>/remove", methods=("POST",))
    def remove(self, row: uuid.UUID) -> ResponseReturnValue:
        """A visit that was entered by mistake today."""
        start, end = day_in(site_zone(), today())
        mine: Any = Visit.between(current_actor(), start, end).where(Visit.id == row)
        remove_visit(mine.first() or abort(404), by=current_actor(), at=now())
        flash(_("The visit was taken out."), "success")
        return redirect(self.get_url(".index_view") + "#visits", 303)

    def _choose(self, form: VisitForm) -> tuple[Case | None, list[Any]]:
        """The case that is meant, or those that it has to be chosen from."""
        who, picked = form.who.data or "", form.case.data or ""
        if not who or picked == UNKNOWN:
            return None, []
        query: Any = cases_of(current_actor(), who)
        found = list(query.with_related(with_people(Case.household)))
        if key := parse_id(picked):
            chosen = next((case for case in found if case.id == key), None)
            return (chosen, []) if chosen else (None, found)
        if len(found) == 1:
            return found[0], []
        form.form_errors = [
            *form.form_errors,
            _("Several people fit. Please choose one.") if found else
            _("Nobody was found. Please check the spelling, or note somebody unknown."),
        ]  # fmt: skip
        form.case.choices = [
            *((str(case.id), described(case)) for case in found), (UNKNOWN, _("somebody unknown")),
        ]  # fmt: skip
        return None, found or [UNKNOWN]

    def _said(self, visit: Visit, case: Any) -> Markup | str:
        """What was noted, with the way to what follows from it."""
        if case is None:
            return _("Noted: somebody unknown.")
        section = "appointments" if visit.outcome == "appointment" else "needs"
        address = f"{self.get_url('case.show', id=case.id)}#{section}"
        return Markup('{} <a href="{}">{}</a>').format(
            _("Noted: %(name)s.", name=called(case)), address, _("To the case")
        )

    def _page(self, form: VisitForm, asked: list[Any] | None = None) -> str:
        day = CounterDay(current_actor(), self._monday())
        return self.render(
            "desk/counter.html", day=day, form=form, asked=asked or [], stages=STAGES,
            stage_of=stage_of, steps=STEPS, offered=OFFERED, outcomes=OUTCOMES,
            called=called, waited=waited, clock=clock_time, today=today(), week=timedelta(days=7),
            **APPOINTMENT_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def _monday(self) -> date:
        """The week that was asked for; this one where nothing else makes sense."""
        this = monday_of(today())
        try:
            wanted = date.fromisoformat(request.args.get("week", ""))
        except ValueError:
            return this
        return monday_of(wanted) if EARLIEST <= wanted <= this else this


def described(case: Any) -> str:
    """A case among several: names, born when, number."""
    people = list(case.household.people)[:4]
    born = show_birth(people[0].birth_date) if people and people[0].birth_date else ""
    names = ", ".join(person.name for person in people) or str(case.household)
    return " · ".join(filter(None, (names, born, case.reference)))


def waited(appointment: Any) -> str:
    """Since when somebody has been waiting."""
    return _("waits since %(clock)s", clock=clock_time(appointment.arrived_at))


def clock_time(moment: datetime) -> str:
    """HH:MM at the site."""
    return in_zone(moment, site_zone()).strftime("%H:%M")
