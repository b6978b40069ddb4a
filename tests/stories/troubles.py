"""Troubles that are planted by the program's own verbs, each in a household that else runs well.

A plant says what it must bring about: entries of the queue with the day on which each appears,
and flags in the support balance. Whatever stands at its threshold appears on that very day.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from casework.acceptance import link_submission
from casework.appointments import settle_appointment
from casework.cases import Case, assign_case, move_case
from casework.core.access import SYSTEM, Actor
from casework.core.db import transaction
from casework.counselling import set_counselling_start
from casework.engagements import end_engagement
from casework.insight.attention.decisions import snooze
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.upkeep import judge_all
from casework.insight.balance.models import Balance
from casework.messages import receive_message
from casework.named_supports import end_support
from casework.needs import Need, move_need
from casework.network.meetings import add_decision, hold_meeting, plan_meeting
from casework.participation.accounts import tell_account
from casework.people import Household
from casework.plans.agreements import ask_agreement, note_agreement
from casework.plans.blockers import Blocker
from casework.plans.models import Plan, Step
from casework.plans.reviews import review_plan
from casework.plans.steps import hold_step, move_step
from casework.plans.writing import Doer, add_goal, add_step, change_step
from casework.providers import report_capacity
from casework.referrals import Referral
from casework.submissions import withdraw_submission
from tests.world import World

Expected = tuple[str, uuid.UUID]
PLANTS: list[Callable[[Troubles], None]] = []


def plant(build: Callable[[Troubles], None]) -> Callable[[Troubles], None]:
    """One kind of trouble, in as many cases as the function likes."""
    PLANTS.append(build)
    return build


@dataclass
class Troubles:
    """Plants in a world whose clock stands at today, and remembers what must be found."""

    world: World
    clock: Any
    today: date
    entries: dict[Expected, date] = field(default_factory=dict)
    flags: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    cases: set[uuid.UUID] = field(default_factory=set)
    origins: dict[uuid.UUID, str] = field(default_factory=dict)
    awake: set[Expected] = field(default_factory=set)

    @contextlib.contextmanager
    def ago(self, days: float) -> Iterator[dict[str, Any]]:
        """So many days ago; gives what every verb wants to know."""
        now = self.clock.moment
        self.clock.moment = now - timedelta(days=days)
        yield self.who
        self.clock.moment = now

    @property
    def who(self) -> dict[str, Any]:
        return {"by": SYSTEM, "at": self.world.at}

    def expect(self, rule: str, row: Any, since: int = 0) -> None:
        """An entry about `row` that has stood for `since` days; -1 for one of tomorrow."""
        self.entries[rule, row.id] = self.today - timedelta(days=since)

    def called(self, day: date) -> set[Expected]:
        """What the queue must hold on a day."""
        return {key for key, appears in self.entries.items() if appears <= day}

    def flag(self, name: str, case: Case) -> None:
        self.flags.setdefault(name, set()).add(case.__data__["household"])

    def plant_all(self) -> None:
        """Each plant in one transaction: what it adds up to is counted once."""
        for build in PLANTS:
            before = self._rows()
            with transaction():
                build(self)
            self.origins |= dict.fromkeys(self._rows() - before, build.__name__)

    def _rows(self) -> set[uuid.UUID]:
        """Everything that an entry or a flag can be about."""
        return {
            key
            for model in (Household, Case, Need, Plan, Step, Referral)
            for (key,) in model.select(model.id).tuples()
        }

    def case(self, opened: int = 100, **columns: Any) -> Case:
        """A live case without a plan and without anybody who helps."""
        with self.ago(opened) as who:
            case = move_case(self.world.case(**columns), "active", **who)
        with self.ago(min(opened, 6)) as who:
            settle_appointment(self.world.appointment(case), "kept", **who)
        self.cases.add(case.id)
        return case.refresh()

    def helped(self, opened: int = 100, **columns: Any) -> Case:
        """A live case with a plan that is agreed and reviewed, and with an aunt nearby."""
        case = self.case(opened, **columns)
        self.plan(case, opened)
        with self.ago(opened):
            self.world.named_support(case, "community")
        return case

    def plan(self, case: Case, begun: int = 100, *, agreed: bool = True,
             reviewed: bool = True) -> Plan:  # fmt: skip
        """A plan in good order: agreed to when it was begun, looked at ten days ago."""
        with self.ago(begun) as who:
            ahead = self.today + timedelta(days=60)
            plan = self.world.plan(case, template="", review_on=ahead)
            goal = add_goal(plan, self.world.area("community"), "Ziel", language="de", **who)
            add_step(goal, "Verein", language="de", doer=Doer("person"), due_on=ahead, **who)
            if agreed:
                note_agreement(plan, "paper", "de", **who)
        if reviewed:
            with self.ago(min(begun, 10)) as who:
                review_plan(plan, {}, next_on=ahead, seen=0, **who)
        return plan

    def step(self, case: Case, doer: Doer, due: int | None = None, written: int = 90,
             area: str = "work") -> Step:  # fmt: skip
        """A step in the case's plan, due so many days from today."""
        with self.ago(written) as who:
            plan = Plan.running(case).first() or self.plan(case, written)
            goal = add_goal(plan, self.world.area(area), "Ziel", language="de", **who)
            text = f"Schritt {Step.select().count()}"
            day = None if due is None else self.today + timedelta(days=due)
            return add_step(goal, text, language="de", doer=doer, due_on=day, **who)

    def referral(self, case: Case, answer: str = "", sent: int = 0, answered: int = 0,
                 service: Any = None, category: str = "integration_course",
                 **columns: Any) -> Referral:  # fmt: skip
        """A referral of a new need that was sent and answered so many days ago."""
        with self.ago(sent):
            row = self.world.referral(self.world.need(case, category), service, **columns)
        if answer:
            with self.ago(answered):
                self.world.answer(row, answer)
        return row.refresh()

    def person(self, case: Case) -> tuple[Any, Actor]:
        """The request that the case came from, and the person as who opens the status page."""
        request = self.world.submission()
        link_submission(request, case, **self.who)
        return request, Actor("person", id=request.id, name=request.reference)


@plant
def overdue_steps(town: Troubles) -> None:
    colleague = town.world.coordinator()
    doers = (Doer(), Doer("staff", staff=colleague),
             Doer("provider", organization=town.world.organization()))  # fmt: skip
    for doer, days in zip(doers, (3, 3, 25), strict=True):
        town.expect("step_overdue", town.step(town.helped(), doer, due=-days), days - 3)


@plant
def stalled_steps(town: Troubles) -> None:
    """On hold, on hold and overdue as well, and begun without an end."""
    for due, turn, days in ((None, "provider", 30), (-50, "system", 44)):
        step = town.step(town.helped(), Doer(), due=due)
        with town.ago(days) as who:
            hold_step(step, Blocker.select().first(), turn, **who)
        town.expect("step_stalled", step, days - 30)
    step = town.step(town.helped(), Doer("volunteer", name="Vera"))
    with town.ago(30) as who:
        move_step(step, "in_progress", **who)
    town.expect("step_stalled", step)
    course = town.step(town.helped(), Doer())
    with town.ago(90) as who:
        columns = {"text": "Kurs", "language": "de", "doer": Doer(), "due_on": None}
        course = change_step(course, **columns, type="course", revision=0, **who)
        move_step(course, "in_progress", **who)
    town.expect("step_stalled", course)


@plant
def unanswered_referrals(town: Troubles) -> None:
    for days in (14, 15, 40):
        town.expect("referral_unanswered", town.referral(town.helped(), sent=days), days - 14)


@plant
def accepted_and_idle(town: Troubles) -> None:
    for days in (28, 50):
        row = town.referral(town.helped(), "accepted", sent=days + 3, answered=days)
        town.expect("referral_idle", row, days - 28)


@plant
def accepted_and_to_be_looked_at_today(town: Troubles) -> None:
    row = town.referral(town.helped(), "accepted", sent=60, answered=55, follow_up_on=town.today)
    town.expect("referral_idle", row)


@plant
def persons_to_bring_something(town: Troubles) -> None:
    for days in (7, 12):
        row = town.referral(town.helped(), "needs_client_action", sent=days + 1, answered=days)
        town.expect("referral_person", row, days - 7)


@plant
def still_waiting_lists(town: Troubles) -> None:
    for days in (60, 61, 75):
        row = town.referral(town.helped(), "waitlisted", sent=days + 2, answered=days)
        town.expect("waitlist_still", row, days - 60)


@plant
def places_that_opened(town: Troubles) -> None:
    """One waits on the list, one was refused and has nobody yet; both could have the place now."""
    service = town.world.service(email="desk@provider.example")
    rows = [
        town.referral(town.helped(), answer, sent=9, answered=5, service=service)
        for answer in ("waitlisted", "no_capacity")
    ]
    refused = town.referral(town.helped(), "not_eligible", sent=9, answered=2, service=service,
                            category="forms")  # fmt: skip
    with town.ago(3) as who:
        report_capacity(service, places=12, free=2, waiting=2, **who)
    for row in rows:
        town.expect("place_free", row, 3)
    for row in (rows[1], refused):
        town.flag("under", row.case)


@plant
def needs_without_anybody(town: Troubles) -> None:
    for days, urgency in ((7, ""), (8, "today"), (30, "can_wait")):
        case = town.helped()
        with town.ago(days):
            need = town.world.need(case, "debt", urgency=urgency)
        town.expect("need_alone", need, days - 7)
        town.flag("under", case)


@plant
def a_need_whose_volunteer_has_gone(town: Troubles) -> None:
    """And one whose aunt has moved away: nobody is left."""
    for leave in (_volunteer_leaves, _aunt_leaves):
        case = town.helped()
        with town.ago(20):
            need = town.world.need(case, "debt")
        leave(town, case)
        town.expect("need_alone", need, 13)
        town.flag("under", case)


def _volunteer_leaves(town: Troubles, case: Case) -> None:
    with town.ago(20):
        made = town.world.engagement(case, "money")
    with town.ago(2) as who:
        end_engagement(made, "no_time", **who)


def _aunt_leaves(town: Troubles, case: Case) -> None:
    with town.ago(20):
        made = town.world.named_support(case, "money")
    with town.ago(2) as who:
        end_support(made, **who)


@plant
def plans_that_nobody_agreed_to(town: Troubles) -> None:
    for days in (28, 50):
        case = town.case()
        plan = town.plan(case, days, agreed=False)
        town.world.engagement(case)
        town.expect("plan_not_agreed", plan, days - 28)


@plant
def a_plan_that_the_person_was_asked_about(town: Troubles) -> None:
    case = town.case()
    town.person(case)
    plan = town.plan(case, 26, agreed=False)
    town.world.engagement(case)
    with town.ago(10) as who:
        ask_agreement(plan, **who)
    town.expect("plan_not_agreed", plan)


@plant
def late_reviews(town: Troubles) -> None:
    for days in (7, 30):
        case = town.helped()
        plan = Plan.running(case).first()
        with town.ago(60) as who:
            review_plan(plan, {}, next_on=town.today - timedelta(days=days), seen=1, **who)
        town.expect("plan_review_overdue", plan, days - 7)


@plant
def plans_never_reviewed(town: Troubles) -> None:
    for days in (120, 150):
        case = town.case(160)
        plan = town.plan(case, days, reviewed=False)
        town.world.engagement(case)
        town.expect("plan_never_reviewed", plan, days - 120)


@plant
def missed_in_a_row(town: Troubles) -> None:
    """Twice, three times, and twice with an excused one in between."""
    for story in ((3, "missed"), (1, "missed")), ((5, "missed"), (3, "missed"), (1, "missed")), (
        (5, "missed"), (3, "excused"), (1, "missed"),
    ):  # fmt: skip
        case = town.helped()
        for days, state in story:
            with town.ago(days) as who:
                row = town.world.appointment(case, town.world.at - timedelta(minutes=30))
                settle_appointment(row, state, **who)
        town.expect("appointments_missed", case, story[-1][0])


@plant
def unanswered_messages(town: Troubles) -> None:
    """Today is a Monday: what came on Thursday waits since today, two working days."""
    for days, since in ((4, 0), (6, 4)):
        case = town.helped()
        request, _person = town.person(case)
        with town.ago(days) as who:
            receive_message("?", case=case, submission=request, language="ar", **who)
        town.expect("message_unanswered", case, since)


@plant
def silence(town: Troubles) -> None:
    for days in (60, 90):
        with town.ago(days):
            case = town.world.case()
            town.world.engagement(case)
        town.cases.add(case.id)
        town.expect("no_contact", case, days - 60)


@plant
def near_deadlines(town: Troubles) -> None:
    for kind, days, since in (("residence_permit", 60, 0), ("objection", -2, 16)):
        with town.ago(40):
            row = town.world.deadline(town.helped(), town.today + timedelta(days=days), kind)
        town.expect("deadline_near", row, since)


@plant
def clocks_that_run_out(town: Troubles) -> None:
    for rule, days, since in (("counselling_ends", 120, 0), ("counselling_over", -1, 0)):
        case = town.helped()
        end = town.today + timedelta(days=days)
        set_counselling_start(case, end.replace(year=end.year - 3), seen=case.counselling_until,
                              **town.who)  # fmt: skip
        town.expect(rule, case, since)


@plant
def doubled_support(town: Troubles) -> None:
    """The same service twice at once, the same again after it ended, the same step by two."""
    first, again, steps = town.helped(), town.helped(), town.helped()
    service = town.world.service(email="desk@provider.example")
    for case, ended in ((first, False), (again, True)):
        for days in (9, 4):
            row = town.referral(case, "in_progress", sent=days, answered=days, service=service)
            if ended and days == 9:
                with town.ago(6):
                    town.world.answer(row, "got_help")
        town.expect("support_doubled", case, 4)
        town.flag("double", case)
    with town.ago(8) as who:
        goal = add_goal(Plan.running(steps).first(), town.world.area("work"), "Ziel",
                        language="de", **who)  # fmt: skip
        for doer in (Doer("staff", staff=town.world.coordinator()),
                     Doer("provider", organization=town.world.organization())):  # fmt: skip
            add_step(goal, "Lebenslauf schreiben", language="de", doer=doer,
                     due_on=town.today + timedelta(days=9), **who)  # fmt: skip
    town.expect("support_doubled", steps, 8)
    town.flag("double", steps)


@plant
def too_many_in_one_area(town: Troubles) -> None:
    for _ in range(2):
        case = town.helped()
        town.step(case, Doer("staff", staff=town.world.coordinator()), due=20)
        with town.ago(20):
            town.world.engagement(case, "work")
            town.world.named_support(case, "work")
        town.flag("over", case)


@plant
def nobody_at_all(town: Troubles) -> None:
    """One whose plan names nobody yet, and one for whom only the family itself acts."""
    for doer in (Doer("staff"), Doer()):
        case = town.case()
        town.plan(case)
        town.step(case, doer, due=15)
        town.flag("alone", case)


@plant
def a_case_that_was_closed_and_opened_again(town: Troubles) -> None:
    """What was late before is late again, and counts from its own day."""
    case = town.helped()
    step = town.step(case, Doer(), due=-30)
    with town.ago(20) as who:
        move_case(case, "closed", reason="moved_away", **who)
    with town.ago(2) as who:
        move_case(case.refresh(), "reopened", **who)
    town.expect("step_overdue", step, 27)


@plant
def a_case_that_went_to_another_organisation(town: Troubles) -> None:
    case = town.helped(organization=town.world.organization())
    step = town.step(case, Doer(), due=-10)
    with town.ago(1) as who:
        assign_case(case, organization=town.world.organization(), assigned_to=None, **who)
    town.expect("step_overdue", step, 7)


@plant
def a_request_that_was_withdrawn_while_the_plan_was_asked_about(town: Troubles) -> None:
    """The question went with the request, so that nobody waits for the person any more."""
    case = town.case()
    request, person = town.person(case)
    plan = town.plan(case, 40, agreed=False)
    town.world.named_support(case)
    with town.ago(30) as who:
        ask_agreement(plan, **who)
    with town.ago(1) as who:
        withdraw_submission(request, by=person, at=who["at"])
    town.expect("plan_not_agreed", plan, 12)


@plant
def a_snoozed_need_that_had_somebody_in_between(town: Troubles) -> None:
    """It rests until long from now; but it was met and has come anew."""
    case = town.helped()
    with town.ago(40):
        need = town.world.need(case, "debt")
    with town.ago(30) as who:
        judge_all(at=who["at"])
        entry = AttentionEntry.get(AttentionEntry.subject_id == need.id)
        snooze(entry, town.today + timedelta(days=60), "Urlaub", **who)
    for state, days in (("covered", 25), ("open", 9)):
        with town.ago(days) as who:
            move_need(need.refresh(), state, **who)
    town.expect("need_alone", need, 2)
    town.awake.add(("need_alone", need.id))
    town.flag("under", case)


@plant
def places_that_went_and_came(town: Troubles) -> None:
    """Free, taken, free again: called since the last report; and one that went and stayed away."""
    for reports in (((4, 2), (3, 0), (1, 1)), ((4, 2), (3, 0))):
        service = town.world.service(email="desk@provider.example")
        row = town.referral(town.helped(), "waitlisted", sent=9, answered=6, service=service)
        for days, free in reports:
            with town.ago(days) as who:
                report_capacity(service, places=12, free=free, waiting=1, **who)
        if reports[-1][1]:
            town.expect("place_free", row, reports[-1][0])


@plant
def words_that_nobody_read(town: Troubles) -> None:
    case = town.helped()
    request, person = town.person(case)
    with town.ago(1) as who:
        account = tell_account(case, "…", language="ar", submission=request,
                               by=person, at=who["at"])  # fmt: skip
    town.expect("account_unread", account, 1)


@plant
def the_network(town: Troubles) -> None:
    """A contact goes cold, and nobody has done what a meeting decided."""
    for days in (97, 110, 96):
        with town.ago(days):
            contact = town.world.contact()
        town.expect("contact_cold", contact, days - 97)
    with town.ago(10) as who:
        meeting = plan_meeting("Runder Tisch", town.world.at, **who)
        hold_meeting(meeting, "…", revision=0, **who)
        decision = add_decision(meeting, "Liste", town.today - timedelta(days=1),
                                staff=town.world.coordinator(), **who)  # fmt: skip
    town.expect("decision_due", decision)


def homes_flagged(flag: str) -> set[uuid.UUID]:
    """The households that carry a flag in the support balance, as the coordinator sees it."""
    rows: Any = Balance.select(Balance.household).where(Balance.organization.is_null())
    return {home for (home,) in rows.where(Balance.flagged(flag)).tuples()}
