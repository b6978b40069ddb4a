"""Figures of every screen of the menu: the first page, for each role that may open it.

The town gets what a town of its size has beside plans: requests, messages, releases, deadlines,
appointments, contacts, volunteers, places, mails and the trail of who did what.

`python -m tests.bench_screens` prints every screen of the small and of the large town, which it
furnishes for ten minutes; `tests.bench` those of the small one, and of them only the homes, the
sums and the slowest other screen of each reader.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from casework.appointments import Appointment
from casework.cases import Case, CaseSubmission, FollowUp
from casework.consent import USUAL, Release
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import connection, transaction
from casework.deadlines import Deadline, DeadlineKind
from casework.engagements import Engagement
from casework.insight.waiting_figures import count_next_waiting
from casework.life_areas import LifeArea
from casework.messages import Message, OutboxMail
from casework.network.contacts import NetworkContact
from casework.network.meetings import Decision, Meeting
from casework.opportunities.models import Opportunity
from casework.people import Care, Person
from casework.plans.blockers import Blocker
from casework.plans.models import Hold, Step
from casework.providers import Location, Organization, Service
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion
from casework.referrals import Referral, ReferralStep
from casework.staff import add_staff
from casework.submissions import Submission
from casework.volunteers import Offer, Volunteer
from tests.bench_town import EMAIL, LIMIT, NOW, Row, Town, in_all_towns, once, put, show_rows
from tests.databases import statements
from tests.pages import csrf_token
from tests.world import PASSWORD

ROUNDS = 5
# What adds up a whole town may take a second.
SUMS = {"/admin/waiting/", "/admin/forecast/", "/admin/reports/"}
SUM_LIMIT = 1000.0
# The screens that `make bench` names; of the others it names the slowest.
NAMED = {"/admin/", "/admin/waiting/", "/admin/reports/", "/admin/answers/"}
READERS = {
    "coordinator": EMAIL,
    "integration manager": "bench.manager@example.org",
    "commissioner": "bench.commissioner@example.org",
}
BATCH = 2_000


def screen_rows(town: Town) -> list[Row]:
    """The figures of `NAMED` for each reader, and of the other screens that of the slowest."""
    with connection():
        furnish(town)
        found = counted(town)
    for reader, email in READERS.items():
        rows = reader_rows(town, reader, email)
        found += [row for path, row in rows if path in NAMED]
        others = [row for path, row in rows if path not in NAMED | SUMS]
        name, *figures = max(others, key=lambda row: row[1])
        found.append((f"{name}, the slowest of {len(others)} other screens", *figures))
    return found


def every_screen(town: Town) -> list[Row]:
    """Name, milliseconds, limit and statements of the first page of each screen."""
    with connection():
        furnish(town)
        found = counted(town)
    readers = READERS.items()
    return found + [row for each in readers for _, row in reader_rows(town, *each)]


def counted(town: Town) -> list[Row]:
    """How long the worker counts what is too much to count while somebody waits."""
    if not town.is_large:
        return []

    def count_all() -> None:
        while count_next_waiting(at=NOW):
            pass

    return [once(f"{town.name}: count all waiting times (worker)", count_all)]


def reader_rows(town: Town, reader: str, email: str) -> list[tuple[str, Row]]:
    """Address and figures of each screen of one reader."""
    client = signed_in(town, email)
    return [
        (path, opened(client, path, f"{town.name}: {title} ({reader})",
                      SUM_LIMIT if path in SUMS else LIMIT))
        for title, path in screens(town, client)
    ]  # fmt: skip


def screens(town: Town, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Title and address of each screen that the menu offers the reader."""
    home = client.get("/admin/").get_data(as_text=True)
    with town.app.test_request_context():
        for view in town.app.extensions["lotse"]["desk"]._views:
            address = view.url.rstrip("/") + "/"
            if f'href="{address}"' in home:
                yield str(view.title), address


def signed_in(town: Town, email: str) -> FlaskClient:
    """A browser in which `email` is signed in."""
    town.app.config["WTF_CSRF_ENABLED"] = True
    client = town.app.test_client()
    token = csrf_token(client.get("/admin/login").get_data(as_text=True))
    client.post("/admin/login", data={"csrf_token": token, "email": email, "password": PASSWORD})
    return client


def opened(client: FlaskClient, path: str, name: str, limit: float) -> Row:
    """The median of several rounds of one page, with its statements."""

    def open_page() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}; the bench measures nothing.")

    open_page()
    with statements() as found:
        open_page()
    spans = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        open_page()
        spans.append((time.perf_counter() - begun) * 1000)
    return name, statistics.median(spans), limit, len(found)


def furnish(town: Town) -> None:
    """Everything beside the plans, and one reader of each role."""
    partner = Organization.create(name="Bench partner")
    _, manager, commissioner = READERS.values()
    add_staff(manager, Role.INTEGRATION_MANAGER, PASSWORD, organization=partner, by=SYSTEM, at=NOW)
    add_staff(commissioner, Role.INTEGRATION_COMMISSIONER, PASSWORD, by=SYSTEM, at=NOW)
    Case.update(organization=partner).where(Case.reference.endswith("7")).execute()
    rooms = Rooms(town, partner)
    rooms.add_directory()
    rooms.add_network()
    cases = list(Case.select(Case.id, Case.household, Case.organization, Case.reference))
    for begin in range(0, len(cases), BATCH):
        with transaction():
            for rows in rooms.of_cases(list(enumerate(cases))[begin : begin + BATCH]):
                put(rows)
    with transaction():
        put(rooms.holds())
        put(rooms.referral_steps())


class Rooms:
    """Rows by the thousand for the rooms of the desk."""

    def __init__(self, town: Town, partner: Organization) -> None:
        self.town, self.partner = town, partner
        self.area = LifeArea.select().first()
        self.kind = DeadlineKind.select().first()
        self.version = (
            QuestionnaireVersion.select().join(Questionnaire).where(Questionnaire.slug == "help")
        ).first()  # fmt: skip
        self.offers: list[Offer] = []

    def add_directory(self) -> None:
        """A service in 200 cases, a place in 500, a volunteer in 50."""
        count = self.town.cases
        homes = [Organization(name=f"Organisation {n}") for n in range(count // 200)]
        services = [Service(organization=home, name=f"Service {n}") for n, home in enumerate(homes)]
        houses = [Location(organization=home, name=f"House {n}") for n, home in enumerate(homes)]
        places = [
            Opportunity(kind="job", service=services[n % len(services)], title=f"Job {n}", places=2,
                        state="open", state_since=NOW, created_at=NOW)
            for n in range(count // 500)
        ]  # fmt: skip
        people = [Volunteer(given_name="Vera", family_name=f"Volunteer {n}", created_at=NOW)
                  for n in range(count // 50)]  # fmt: skip
        self.offers = [
            Offer(volunteer=each, state="approved", state_since=NOW, areas=[self.area.code],
                  languages=["de", "ar"], places=2, created_at=NOW - timedelta(minutes=n))
            for n, each in enumerate(people)
        ]  # fmt: skip
        with transaction():
            for rows in (homes, services, houses, places, people, self.offers):
                put(rows)

    def add_network(self) -> None:
        """Contacts, meetings and decisions: one in 100 cases each."""
        count, today = self.town.cases // 100, NOW.date()
        contacts = [
            NetworkContact(kind="office", office=f"Office {n}", name=f"Contact {n}",
                           interval_days=90, next_due_on=today + timedelta(days=n % 180 - 30),
                           last_contact_on=today - timedelta(days=n % 180), created_at=NOW)
            for n in range(count)
        ]  # fmt: skip
        meetings = [
            Meeting(title=f"Meeting {n}", starts_at=NOW + timedelta(days=n % 400 - 300),
                    added_by=self.town.staff, state_since=NOW, created_at=NOW)
            for n in range(count)
        ]  # fmt: skip
        decisions = [
            Decision(meeting=each, what=f"Decision {n}", staff=self.town.staff, created_at=NOW,
                     due_on=today + timedelta(days=n % 90 - 10))
            for n, each in enumerate(meetings)
        ]  # fmt: skip
        with transaction():
            for rows in (contacts, meetings, decisions):
                put(rows)

    def of_cases(self, cases: list[tuple[int, Case]]) -> Iterator[list[Any]]:
        """What belongs to each of these cases."""
        yield from self._requests(cases)
        yield [self._mate(case, n) for number, case in cases for n in range(number % 2 * 2)]
        yield [
            Care(household=case.__data__["household"], organization_id=self.partner.id,
                 case_id=case.id, since=NOW)
            for _, case in cases if case.__data__["organization"]
        ]  # fmt: skip
        yield [self._release(case) for _, case in cases]
        yield [self._deadline(number, case) for number, case in cases if number % 2]
        yield [self._follow_up(number, case) for number, case in cases if number % 4 == 0]
        yield [self._appointment(number, case) for number, case in cases if number % 10 == 0]
        yield [self._engagement(number, case) for number, case in cases if number % 50 == 0]
        yield [self._entry(number, case, n) for number, case in cases for n in range(3)]
        yield [self._mail(number) for number, _ in cases if number % 2]

    def _requests(self, cases: list[tuple[int, Case]]) -> Iterator[list[Any]]:
        sent, origins, messages = [], [], []
        for number, case in cases:
            waits = number % 100 == 0
            at = NOW - timedelta(minutes=number)
            request = Submission(
                version=self.version, purpose="help", reference=f"R{number:08d}", pin_hash="-",
                draft_digest=uuid4().hex, language="ar", state="received" if waits else "accepted",
                state_since=at, received_at=at, answers={},
            )  # fmt: skip
            sent.append(request)
            if not waits:
                origins.append(CaseSubmission(case=case, submission=request, at=at))
            messages.append(Message(
                case=case, submission=request, direction="in" if number % 3 else "out",
                body="Guten Tag", language="ar", at=at, read_at=None if number % 100 == 1 else NOW,
            ))  # fmt: skip
        yield from (sent, origins, messages)

    def _mate(self, case: Case, place: int) -> Person:
        return Person(household=case.__data__["household"], given_name=f"Child {place}",
                      family_name="Example", created_at=NOW)  # fmt: skip

    def _release(self, case: Case) -> Release:
        return Release(case=case, household=case.__data__["household"], fields=list(USUAL),
                       state_since=NOW, text_version="-", language="ar", channel="paper",
                       given_at=NOW, expires_on=NOW.date() + timedelta(days=300))  # fmt: skip

    def _deadline(self, number: int, case: Case) -> Deadline:
        return Deadline(case=case, kind=self.kind, due_on=NOW.date() + timedelta(days=number % 700),
                        state_since=NOW, created_at=NOW)  # fmt: skip

    def _follow_up(self, number: int, case: Case) -> FollowUp:
        return FollowUp(case=case, what="Ask again", created_at=NOW,
                        due_on=NOW.date() + timedelta(days=number % 120 - 10),
                        done_at=NOW if number % 8 else None)  # fmt: skip

    def _appointment(self, number: int, case: Case) -> Appointment:
        starts = NOW + timedelta(days=number // 10 % 300 - 200, minutes=number % 480)
        past = starts < NOW
        return Appointment(
            case=case, staff=self.town.staff, starts_at=starts, subject="Talk",
            interpreter_language="ar", state="kept" if past else "planned", state_since=NOW,
            arranged_at=NOW, created_at=NOW,
        )  # fmt: skip

    def _engagement(self, number: int, case: Case) -> Engagement:
        offer = self.offers[number // 50]
        return Engagement(
            case=case, offer=offer, volunteer=offer.volunteer, life_area=self.area,
            state="running", state_since=NOW, since=NOW.date(), created_at=NOW,
        )  # fmt: skip

    def _entry(self, number: int, case: Case, place: int) -> AuditEntry:
        return AuditEntry(
            at=NOW - timedelta(minutes=number * 3 + place), actor_kind="staff",
            actor_id=self.town.staff.id, actor_name=EMAIL, subject_table="cases",
            event=("case:read", "case:edited", "case:moved")[place], subject_id=case.id,
            case_id=case.id, details={},
        )  # fmt: skip

    def _mail(self, number: int) -> OutboxMail:
        at = NOW - timedelta(minutes=number)
        return OutboxMail(kind="receipt", recipient="someone@example.org", subject="Betreff",
                          body="Text", message_id=f"<{number}@bench>", state="sent", created_at=at,
                          next_try_at=at, sent_at=at)  # fmt: skip

    def holds(self) -> list[Hold]:
        """Every tenth step has waited once, every twentieth still does."""
        blockers = list(Blocker.select())
        steps = Step.select(Step.id, Step.case).order_by(Step.id).tuples()
        return [
            Hold(case=case, step=step, blocker=(which := blockers[n % len(blockers)]),
                 turn=which.turn, since=NOW - timedelta(days=40 + n % 90),
                 ended_at=NOW - timedelta(days=n % 30) if n % 20 else None)
            for n, (step, case) in enumerate(steps) if n % 10 == 0
        ]  # fmt: skip

    def referral_steps(self) -> list[ReferralStep]:
        """Each referral was sent once."""
        rows = Referral.select(Referral.id, Referral.case, Referral.sent_at).tuples()
        return [
            ReferralStep(case=case, referral=referral, at=sent, state="sent", actor_kind="staff")
            for referral, case, sent in rows
        ]


if __name__ == "__main__":
    show_rows(in_all_towns(every_screen), "screens of the menu")
