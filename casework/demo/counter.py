"""The counter of the demo town: who comes today, and who came in the last weeks without asking."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from casework.appointments import (
    Appointment,
    order_interpreter,
    plan_appointment,
    settle_appointment,
)
from casework.attendance import begin_service, note_arrival, note_leaving
from casework.cases import Case
from casework.core.clock import from_local, local_date
from casework.core.settings import setting
from casework.insight.counter import monday_of
from casework.life_areas import LifeArea
from casework.staff import Staff
from casework.visits import note_visit

if TYPE_CHECKING:
    from casework.demo.town import Town

# When, what about, which kind, minutes, whether somebody interprets, and how far it is.
TODAY: tuple[tuple[time, str, str, int, bool, str], ...] = (
    (time(8, 30), "Erstgespräch", "first_talk", 45, True, "left"),
    (time(9, 15), "Hilfe mit einem Brief", "papers", 30, False, "left"),
    (time(9, 45), "Gespräch zum Integrationsplan", "plan_talk", 45, True, "missed"),
    (time(10, 30), "Bescheid vom Jobcenter", "papers", 30, False, "served"),
    (time(11, 0), "Gespräch zum Integrationsplan", "plan_talk", 45, True, "arrived"),
    (time(11, 15), "Anmeldung in der Kita", "papers", 30, False, "arrived"),
    (time(13, 30), "Erstgespräch", "first_talk", 45, True, "expected"),
    (time(14, 30), "Begleitung zur Ausländerbehörde", "authority", 90, True, "expected"),
    (time(16, 0), "Gespräch zum Integrationsplan", "plan_talk", 45, False, "expected"),
)
PLACES = ("Rathaus, Zimmer 12", "Rathaus, Zimmer 14", "Welcome-Center, Beratung 1")
INTERPRETERS = ("Sprachmittlerpool", "Frau Haddad (Sprachmittlerpool)", "")
VISITS_A_DAY = (9, 15)
DAYS_BACK = 20
OUTCOMES = (("answered", 10), ("appointment", 4), ("request", 2), ("sent_on", 3), ("again", 1))
LANGUAGES = ("uk", "ar", "fa-AF", "tr", "ti", "so", "de", "en")
KNOWN = 0.6


def tell_counter(town: Town) -> None:
    """Today's appointments, those of the days around, and visits of the last three weeks."""
    cases = list(Case.live().order_by(Case.opened_at, Case.reference).limit(80))
    if not cases:
        return
    town.random.shuffle(cases)
    _tell_today(town, cases)
    _tell_days_around(town, cases)
    _tell_visits(town, cases)


def _tell_today(town: Town, cases: list[Case]) -> None:
    zone = setting("site_zone")
    day = local_date(town.at, zone)
    for number, (clock, subject, kind, minutes, needs, stage) in enumerate(TODAY):
        case = cases[number % len(cases)]
        starts = from_local(datetime.combine(day, clock), zone)
        appointment = plan_appointment(
            case, subject, starts, minutes=minutes, kind=kind, place=PLACES[number % len(PLACES)],
            staff=_who(town, case, number), despite_overlap=True,
            interpreter_language=case.language if needs else "",
            by=town.coordinator, at=starts - timedelta(days=town.random.randint(4, 12)),
        )  # fmt: skip
        if needs and number % 3:
            order_interpreter(
                appointment, INTERPRETERS[number % len(INTERPRETERS)],
                by=town.coordinator, at=town.ago(1, 3),
            )  # fmt: skip
        _tell_stage(town, appointment, stage)


def _tell_days_around(town: Town, cases: list[Case]) -> None:
    """Two or three appointments of the coordinator on each other working day of three weeks."""
    zone, coordinator = setting("site_zone"), Staff.get_by_id(town.coordinator.id)
    today = local_date(town.at, zone)
    for back in range(-4, 12):
        day = today + timedelta(days=back)
        if day.weekday() > 4 or day == today:
            continue
        for hour in town.random.sample((9, 10, 11, 14, 15), town.random.choice((2, 2, 3))):
            case = town.random.choice(cases)
            starts = from_local(datetime.combine(day, time(hour)), zone)
            _clock, subject, kind, minutes, needs, _stage = town.random.choice(TODAY)
            appointment = plan_appointment(
                case, subject, starts, minutes=min(minutes, 45), kind=kind, staff=coordinator,
                place=town.random.choice(PLACES), despite_overlap=True,
                interpreter_language=case.language if needs else "",
                by=town.coordinator, at=starts - timedelta(days=town.random.randint(16, 20)),
            )  # fmt: skip
            if needs and (back < 0 or town.random.random() < 0.5):
                order_interpreter(
                    appointment, INTERPRETERS[0], by=town.coordinator, at=town.ago(5, 6)
                )
            if starts < town.at:
                state = town.random.choices(("kept", "excused", "missed"), (8, 1, 1))[0]
                settle_appointment(appointment, state, by=town.coordinator, at=appointment.ends_at)


def _who(town: Town, case: Case, number: int) -> Any:
    """Who works on the case, and of every other one the coordinator."""
    if case.assigned_to is not None and number % 2:
        return case.assigned_to
    return Staff.get_by_id(town.coordinator.id)


def _tell_stage(town: Town, appointment: Appointment, stage: str) -> None:
    by = town.coordinator
    came = min(appointment.starts_at - timedelta(minutes=town.random.randint(2, 12)), town.at)
    if stage == "missed":
        settle_appointment(appointment, "missed", by=by, at=min(appointment.ends_at, town.at))
    if stage in ("arrived", "served", "left"):
        note_arrival(appointment, by=by, at=came)
    if stage in ("served", "left"):
        begin_service(appointment, by=by, at=max(came, min(appointment.starts_at, town.at)))
    if stage == "left":
        note_leaving(appointment, by=by, at=max(came, min(appointment.ends_at, town.at)))


def _tell_visits(town: Town, cases: list[Case]) -> None:
    """Nine to fifteen visits on each working day, the rest of this week still to come."""
    areas = list(LifeArea.in_order())
    weights = [3 if area.code in ("authorities", "housing", "language") else 1 for area in areas]
    codes, shares = [code for code, _ in OUTCOMES], [share for _, share in OUTCOMES]
    zone = setting("site_zone")
    today = local_date(town.at, zone)
    day = monday_of(today - timedelta(days=DAYS_BACK))
    while day <= today:
        for _ in range(
            town.random.randint(*VISITS_A_DAY) if day.weekday() < 5 or day == today else 0
        ):
            clock = time(town.random.randint(8, 15), town.random.randint(0, 59))
            at = min(from_local(datetime.combine(day, clock), zone), town.at)
            known = town.random.random() < KNOWN
            note_visit(
                town.random.choice(cases) if known else None,
                outcome=town.random.choices(codes, shares)[0],
                life_area=town.random.choices(areas, weights)[0],
                language="" if known else town.random.choice(LANGUAGES), by=town.coordinator, at=at,
            )  # fmt: skip
        day += timedelta(days=1)
