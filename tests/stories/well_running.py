"""A town in which everything runs well, by the thousand: rows without verbs.

Every household has a plan that is used and somebody who helps. Many stand right on the eve of a
threshold, or look like trouble and are none: a town without such neighbours would prove little.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from casework.appointments import Appointment
from casework.cases import Case
from casework.core.access import SYSTEM
from casework.core.db import Base, transaction
from casework.deadlines import Deadline, kind_of
from casework.insight.balance.counting import recount
from casework.life_areas import LifeArea
from casework.messages import INBOUND, Message
from casework.named_supports import NamedSupport
from casework.needs import Need, category_of
from casework.people import Household, Person
from casework.plans.agreements import PlanAgreement
from casework.plans.blockers import Blocker
from casework.plans.models import Goal, Hold, Plan, Step
from casework.providers import report_capacity
from casework.referrals import Referral
from tests.world import World

PEOPLE_IN = (1, 2, 2, 3, 3, 4)
# Rows are written in this order, because the later ones name the earlier ones.
ORDER = (
    Household, Person, Case, Plan, PlanAgreement, Goal, Step, Hold, Need, Referral, Appointment,
    Message, Deadline, NamedSupport,
)  # fmt: skip
Tomorrow = tuple[str, uuid.UUID]
NEIGHBOURS: list[Any] = []


def eve(rule: str = "") -> Callable[[Any], Any]:
    """A neighbour of trouble; with `rule` it becomes an entry of that rule tomorrow. The function
    returns the row that the entry is then about."""

    def register(build: Any) -> Any:
        build.rule = rule
        NEIGHBOURS.append(build)
        return build

    return register


class Home:
    """One household while it is built: the case, its plan, its goal and the town."""

    def __init__(self, town: WellRunning, number: int) -> None:
        self.town, self.number = town, number
        day, at = town.at.date(), town.at
        long_ago = town.ago(200)
        home = town.add(Household(name=f"Familie {number}", created_at=long_ago))
        for place in range(PEOPLE_IN[number % len(PEOPLE_IN)]):
            self.person = town.add(Person(
                household=home, given_name=f"Amal {place}", family_name=f"Familie {number}",
                is_contact=place == 0, created_at=long_ago,
            ))  # fmt: skip
        self.case = town.add(Case(
            reference=f"W-{number:06d}", household=home, state="active", state_since=long_ago,
            opened_at=long_ago, last_contact_at=town.ago(5), counselling_from=long_ago.date(),
            counselling_until=day + timedelta(days=800),
        ))  # fmt: skip
        self.plan = town.add(Plan(
            case=self.case, started_at=town.ago(150), reviews=1, review_on=day + timedelta(days=30)
        ))  # fmt: skip
        self.agreement = town.add(PlanAgreement(
            case=self.case, plan=self.plan, state="agreed", state_since=town.ago(140)
        ))  # fmt: skip
        self.goal = self.aim("language")
        self.step("staff", staff=town.colleague, due_on=day + timedelta(days=20))
        self.step("person", state="in_progress", due_on=day + timedelta(days=40))
        self.step("person", state="done", due_on=day - timedelta(days=20))
        self.step("staff", state="cancelled", cancelled_by="us", due_on=day - timedelta(days=30))
        self.need("integration_course")
        self.need("debt", state="met")
        self.meet("kept", at - timedelta(days=5))

    def add(self, model: type[Base], **columns: Any) -> Any:
        return self.town.add(model(case=self.case, **columns))

    def aim(self, area: str, **columns: Any) -> Goal:
        columns = {"plan": self.plan, "state_since": self.town.ago(150)} | columns
        return self.add(Goal, life_area=self.town.areas[area], texts={"de": "Ziel"},
                        created_at=self.town.ago(150), **columns)  # fmt: skip

    def step(self, doer: str = "person", text: str = "", **columns: Any) -> Step:
        columns = {"goal": self.goal, "state_since": self.town.ago(10)} | columns
        text = text or f"Schritt {self.town.count(Step)}"
        return self.add(Step, texts={"de": text}, doer=doer, created_at=self.town.ago(100),
                        **columns)  # fmt: skip

    def need(self, code: str, days: int = 100, **columns: Any) -> Need:
        category = self.town.category(code)
        columns = {"person": self.person, "state": "open"} | columns
        return self.add(Need, category=category, life_area=category.life_area,
                        state_since=self.town.ago(days), opened_at=self.town.ago(days),
                        **columns)  # fmt: skip

    def refer(self, state: str, days: int, code: str = "debt", **columns: Any) -> Referral:
        """A referral of a new need, in a state since so many days."""
        since, service = self.town.ago(days), columns.pop("service", self.town.service)
        need = columns.pop("need", None) or self.need(code)
        return self.add(
            Referral, need=need, service=service, organization=service.organization, state=state,
            state_since=since, created_at=since, sent_at=since, **columns,
        )  # fmt: skip

    def meet(self, state: str, starts_at: datetime) -> Appointment:
        return self.add(
            Appointment, subject="Gespräch", starts_at=starts_at, state=state,
            state_since=starts_at, arranged_at=starts_at, created_at=starts_at,
        )  # fmt: skip


class WellRunning:
    """Builds and writes the households; `tomorrow` holds (rule, subject id) of what comes then."""

    def __init__(self, world: World) -> None:
        self.world, self.at = world, world.at
        self.rows: dict[type[Base], list[Any]] = defaultdict(list)
        self.tomorrow: set[Tomorrow] = set()
        self.areas = {each.code: each for each in LifeArea.select()}
        self.colleague, self.service = world.coordinator(), world.service(name="Beratung")
        self.full = world.service(name="Kurs ohne Platz")
        report_capacity(self.full, places=9, free=0, waiting=4, by=SYSTEM, at=self.at)
        self.blocker, self.permit = Blocker.select().first(), kind_of("residence_permit")
        self._categories: dict[str, Any] = {}

    def ago(self, days: float) -> datetime:
        return self.at - timedelta(days=days)

    def day(self, days: int) -> date:
        """The calendar day so many days from now."""
        return self.at.date() + timedelta(days=days)

    def category(self, code: str) -> Any:
        if code not in self._categories:
            self._categories[code] = category_of(code)
        return self._categories[code]

    def add(self, row: Any) -> Any:
        self.rows[type(row)].append(row)
        return row

    def count(self, model: type[Base]) -> int:
        return len(self.rows[model])

    def build(self, people: int) -> None:
        """Households until there are so many people."""
        number = 0
        while self.count(Person) < people:
            home = Home(self, number)
            build = NEIGHBOURS[number % len(NEIGHBOURS)]
            found = build(home)
            if build.rule:
                self.tomorrow.add((build.rule, found.id))
            number += 1
        with transaction():
            for model in ORDER:
                model.insert_rows(self.rows[model])
            recount([each.id for each in self.rows[Household]], at=self.at)


@eve("step_overdue")
def due_two_days_ago(home: Home) -> Step:
    return home.step(due_on=home.town.day(-2))


@eve("step_stalled")
def held_for_29_days_and_long_overdue(home: Home) -> Step:
    since = home.town.ago(29)
    step = home.step(state="on_hold", state_since=since, due_on=home.town.day(-40))
    home.add(Hold, step=step, blocker=home.town.blocker, turn="system", since=since)
    return step


@eve("step_stalled")
def begun_29_days_ago(home: Home) -> Step:
    return home.step(state="in_progress", state_since=home.town.ago(29))


@eve("step_stalled")
def a_course_of_89_days(home: Home) -> Step:
    return home.step(state="in_progress", type="course", state_since=home.town.ago(89))


@eve()
def what_never_stalls(home: Home) -> None:
    home.step(state="in_progress", type="ongoing", state_since=home.town.ago(140))


@eve()
def late_steps_of_what_is_over(home: Home) -> None:
    late = home.town.day(-60)
    ended = home.add(Plan, started_at=home.town.ago(190), ended_at=home.town.ago(90),
                     review_on=late)  # fmt: skip
    home.step(goal=home.aim("work", plan=ended), due_on=late)
    home.step(goal=home.aim("work", state="dropped"), due_on=late)


@eve("plan_not_agreed")
def begun_27_days_ago(home: Home) -> Plan:
    home.town.rows[PlanAgreement].remove(home.agreement)
    home.plan.started_at, home.plan.reviews = home.town.ago(27), 0
    return home.plan


@eve("plan_not_agreed")
def asked_nine_days_ago(home: Home) -> Plan:
    home.agreement.state, home.agreement.state_since = "asked", home.town.ago(9)
    return home.plan


@eve("plan_review_overdue")
def review_six_days_late(home: Home) -> Plan:
    home.plan.review_on = home.town.day(-6)
    return home.plan


@eve("plan_never_reviewed")
def never_reviewed_for_119_days(home: Home) -> Plan:
    home.plan.started_at, home.plan.reviews = home.town.ago(119), 0
    return home.plan


@eve()
def missed_and_kept_in_turn(home: Home) -> None:
    for days, state in ((40, "missed"), (30, "kept"), (20, "missed"), (10, "excused"),
                        (8, "cancelled")):  # fmt: skip
        home.meet(state, home.town.ago(days))


@eve()
def missed_long_ago(home: Home) -> None:
    home.town.rows[Appointment].pop()
    for days in (199, 195):
        home.meet("missed", home.town.ago(days))


@eve("message_unanswered")
def wrote_on_friday(home: Home) -> Case:
    home.add(Message, direction=INBOUND, body="?", language="ar", at=home.town.ago(3))
    home.add(Message, direction=INBOUND, body="!", language="ar", at=home.town.ago(30),
             read_at=home.town.ago(29))  # fmt: skip
    return home.case


@eve("no_contact")
def silent_for_59_days(home: Home) -> Case:
    home.case.last_contact_at = home.town.ago(59)
    return home.case


@eve("deadline_near")
def permit_ends_in_61_days(home: Home) -> Deadline:
    since = {"state_since": home.town.ago(9), "created_at": home.town.ago(9)}
    done = {"kind": home.town.permit, "due_on": home.town.day(5), "state": "done"}
    home.add(Deadline, **done, **since)
    return home.add(Deadline, kind=home.town.permit, due_on=home.town.day(61), **since)


@eve("counselling_ends")
def counselled_for_121_days_more(home: Home) -> Case:
    home.case.counselling_until = home.town.day(121)
    return home.case


@eve("need_alone")
def a_need_of_six_days(home: Home) -> Need:
    """Somebody helps in that area, but not with this: the provider of another need."""
    home.refer("in_progress", 30)
    return home.need("debt", days=6)


@eve()
def needs_with_somebody_beside_them(home: Home) -> None:
    home.need("kita_place")
    home.add(NamedSupport, life_area=home.town.category("kita_place").life_area, who="Tante",
             since=home.town.day(-90), created_at=home.town.ago(90))  # fmt: skip


@eve("referral_unanswered")
def sent_13_days_ago(home: Home) -> Referral:
    return home.refer("sent", 13)


@eve("referral_idle")
def accepted_27_days_ago(home: Home) -> Referral:
    return home.refer("accepted", 27, follow_up_on=home.town.day(-3))


@eve("referral_idle")
def accepted_with_a_follow_up_tomorrow(home: Home) -> Referral:
    return home.refer("accepted", 90, follow_up_on=home.town.day(1))


@eve("referral_person")
def asked_the_person_six_days_ago(home: Home) -> Referral:
    return home.refer("needs_client_action", 6)


@eve("waitlist_still")
def waits_for_59_days(home: Home) -> Referral:
    return home.refer("waitlisted", 59, service=home.town.full)


@eve()
def referrals_that_are_over(home: Home) -> None:
    for state in ("got_help", "revoked", "expired", "declined_by_client", "no_capacity"):
        home.refer(state, 50, need=home.need("debt", state="met"), service=home.town.full)


@eve()
def closed_with_everything_open(home: Home) -> None:
    home.case.state, home.case.closed_at = "closed", home.town.ago(20)
    home.case.counselling_until = home.town.day(-30)
    home.case.last_contact_at = home.town.ago(190)
    home.step(due_on=home.town.day(-50))
    home.need("debt")
    home.refer("sent", 60)
    home.add(Message, direction=INBOUND, body="?", language="ar", at=home.town.ago(30))


@eve()
def two_in_one_area(home: Home) -> None:
    """Two helpers are not too many, and twice the same is none where we took one back."""
    home.step("provider", organization=home.town.service.organization, text="Kurs suchen")
    home.step("staff", staff=home.town.colleague, text="Kurs suchen", state="cancelled",
              cancelled_by="us")  # fmt: skip
