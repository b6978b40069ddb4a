"""The network of the demo town, its deadlines, clocks, handovers and closings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from casework.cases import Case, years_after
from casework.closings import close_case, left_open
from casework.core.access import SYSTEM
from casework.counselling import extend_counselling, set_counselling_start
from casework.deadlines import DeadlineKind, add_deadline, extend_deadline, move_deadline
from casework.demo.places import CONTACTS, DECISIONS, MEETINGS, TALKS
from casework.handovers import HandoverPoint, begin_handover, settle_point
from casework.life_areas import LifeArea
from casework.network.contacts import NetworkContact, add_contact, note_acquaintance
from casework.network.meetings import add_decision, finish_decision, hold_meeting, plan_meeting
from casework.network.talks import note_talk
from casework.staff import Staff

if TYPE_CHECKING:
    from casework.demo.town import Town

BONDS = ("well", "known", "name")
RECIPIENTS = ("Migrationsberatung (MBE)", "Jobcenter, Frau Sommer", "Grundschule Mitte", "Hausarzt")
# Days until counselling ends, for cases whose clock runs out.
ENDING = (18, 75)


def tell_network(town: Town) -> None:
    """Contacts with talks, meetings with decisions; some contacts go cold."""
    areas = {area.code: area for area in LifeArea.select()}
    coordinator = Staff.get_by_id(town.coordinator.id)
    colleagues, contacts = [coordinator, *town.managers], []
    for number, (kind, office, name, role, codes, purpose) in enumerate(CONTACTS):
        contact = add_contact(
            kind=kind, office=office, name=name, role=role, purpose=purpose, languages=["de"],
            phone=f"+49 7000 {100 + number}", email=f"kontakt{number}@demo.example",
            interval_days=(60, 90, 180)[number % 3], areas=[areas[code] for code in codes],
            by=town.coordinator, at=town.ago(200, 300),
        )  # fmt: skip
        contacts.append(contact)
        for staff in town.random.sample(colleagues, number % 3):
            bond = town.random.choice(BONDS)
            note_acquaintance(contact, staff, bond, by=town.coordinator, at=town.at)
        for days in (150, 20)[: 1 + (number % 4 > 0)]:
            about, agreed = town.random.choice(TALKS)
            note_talk(
                contact, about, agreed=agreed, channel=town.random.choice(("call", "visit")),
                by=town.random.choice(colleagues).actor, at=town.ago(days, days + 9),
            )  # fmt: skip
    _tell_meetings(town, contacts, colleagues)


def _tell_meetings(town: Town, contacts: list[NetworkContact], colleagues: list[Staff]) -> None:
    decisions = iter(DECISIONS)
    for days, title, place, agenda, notes in MEETINGS:
        starts = town.at.replace(hour=13, minute=0, second=0, microsecond=0) - timedelta(days=days)
        planned = min(starts, town.at) - timedelta(days=20)
        there = town.random.sample(contacts, 4)
        meeting = plan_meeting(
            title, starts, minutes=90, place=place, agenda=agenda, contacts=there,
            staff=colleagues[:2], by=town.coordinator, at=planned,
        )  # fmt: skip
        if starts > town.at:
            continue
        hold_meeting(meeting, notes, revision=0, by=town.coordinator, at=starts)
        for number in range(3):
            what, after = next(decisions)
            doer = {"staff": colleagues[number % 2]} if number < 2 else {"contact": there[0]}
            due = starts.date() + timedelta(days=after)
            decision = add_decision(meeting, what, due, **doer, by=town.coordinator, at=starts)
            if number == 0:
                finish_decision(decision, by=town.coordinator, at=town.at)


def tell_handovers(town: Town) -> None:
    """Deadlines near and far, two clocks that run out, a handover half done, one closed well."""
    _spread_clocks(town)
    cases = list(
        Case.live().where(Case.assigned_to.is_null(False) & (Case.state == "active"))
        .order_by(Case.opened_at.desc(), Case.reference).limit(60)
    )  # fmt: skip
    _tell_deadlines(town, cases)
    chosen = cases[:4]
    for days, case in zip(ENDING, chosen, strict=False):
        begun = years_after(town.at.date() + timedelta(days=days), -3)
        _set_clock(case, begun, town)
    if len(chosen) == 4:
        _extend(town, chosen[2])
        _hand_over(town, chosen[2], half=True)
        _hand_over(town, chosen[3], half=False)
        _close_well(town, chosen[3])
    for case in Case.live().where(Case.state == "handover").limit(20):
        if not HandoverPoint.select().where(HandoverPoint.case == case).exists():
            begin_handover(case, by=SYSTEM, at=town.ago(5, 20))


def _spread_clocks(town: Town) -> None:
    """In the invented past nobody's time is over already, except by a few days for one."""
    over = Case.live().where(Case.counselling_until < town.at.date()).order_by(Case.reference)
    for case in list(over)[1:]:
        _set_clock(case, town.ago(300, 900).date(), town)


def _set_clock(case: Case, begun: date, town: Town) -> None:
    set_counselling_start(case, begun, seen=case.counselling_until, by=town.coordinator, at=town.at)


def _tell_deadlines(town: Town, cases: list[Case]) -> None:
    kinds = list(DeadlineKind.in_order())
    for number, case in enumerate(cases[4:40]):
        kind = kinds[number % len(kinds)]
        days = (-6, 9, 25, 120, 200, 400, 300)[number % 7]
        by = case.assigned_to.actor
        person = case.household.people.first() if number % 2 else None
        deadline = add_deadline(
            case, kind, town.at.date() + timedelta(days=days), person=person,
            note="Termin ist angefragt" if number % 3 == 0 else "", by=by, at=town.ago(10, 60),
        )  # fmt: skip
        if number % 5 == 4:
            later = deadline.due_on + timedelta(days=180)
            reason = "Verlängerung ist eingetragen"
            extend_deadline(deadline, later, reason=reason, revision=0, by=by, at=town.ago(0, 9))
        elif number % 6 == 5:
            move_deadline(deadline, "done", by=by, at=town.ago(0, 9))


def _extend(town: Town, case: Case) -> None:
    _set_clock(case, years_after(town.at.date() - timedelta(days=40), -3), town)
    until = case.counselling_until + timedelta(days=180)
    reason = "Lange Krankheit; der Sprachkurs hat erst im dritten Jahr begonnen."
    extend_counselling(
        case, until, reason=reason, seen=case.counselling_until, by=town.coordinator, at=town.at
    )


def _hand_over(town: Town, case: Case, *, half: bool) -> None:
    by = case.assigned_to.actor
    handover = begin_handover(case, by=by, at=town.ago(12, 20))
    rows = handover.points.order_by(HandoverPoint.position)
    for number, point in enumerate(list(rows)):
        if half and number % 2:
            continue
        if number % 5 == 3:
            settle_point(point, "not_needed", reason="Trifft nicht zu", by=by, at=town.ago(1, 9))
        else:
            to_whom = RECIPIENTS[number % len(RECIPIENTS)]
            settle_point(point, "done", recipient=to_whom, by=by, at=town.ago(1, 9))


def _close_well(town: Town, case: Case) -> None:
    marks = {
        goal: ("reached", "better", "same")[number % 3]
        for number, goal in enumerate(left_open(case).goals)
    }
    remark = "Die Familie kommt gut allein zurecht und weiß, wen sie fragen kann."
    close_case(case, "handed_over", marks, remark=remark, by=case.assigned_to.actor, at=town.at)
