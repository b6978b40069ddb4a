"""Builders: a small town for tests, made by the verbs that the program itself uses."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from casework.appointments import Appointment, plan_appointment
from casework.cases import Case, open_case
from casework.consent import Release, give_release
from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.db import transaction
from casework.deadlines import Deadline, add_deadline
from casework.deadlines import kind_of as deadline_kind
from casework.drafts import start_draft
from casework.engagements import Engagement, agree_engagement, begin_engagement, propose_engagement
from casework.handovers import Handover, begin_handover
from casework.life_areas import LifeArea
from casework.named_supports import NamedSupport, name_support
from casework.needs import Need, add_need, category_of
from casework.network.contacts import NetworkContact, add_contact
from casework.opportunities.models import Opportunity
from casework.opportunities.writing import Details, announce_opportunity
from casework.people import Household, Person, add_person, create_household
from casework.plans.models import Plan, Step
from casework.plans.templates import template_of
from casework.plans.writing import Doer, add_goal, add_step, begin_plan
from casework.providers import Organization, Service, save_organization, save_service
from casework.questionnaires.models import live
from casework.referral_drafts import draft_referral
from casework.referrals import Referral, answer_referral, send_referral
from casework.reply_links import ReplyLink, reply_by_link
from casework.sites import Site
from casework.staff import Staff, add_staff
from casework.strengths import save_strengths, strengths_of
from casework.submissions import Submission, submit
from casework.volunteers import Offer, move_offer

PASSWORD = "a long and quiet sentence"
PROVIDER = Actor("provider", name="Sprachhaus")
PERSON = Actor("person", name="L0000000")

HELP_ANSWERS: dict[str, Any] = {
    "filled_by": "self",
    "given_name": "Amal",
    "family_name": "Beispiel",
    "birth_date": "1990-05-17",
    "housing": "shared",
    "alone": "yes",
    "need_areas": ["language"],
    "need_language": ["integration_course"],
    "urgent": "this_week",
    "contact_channels": ["phone"],
    "phone": "+497621415000",
    "release_provider": "yes",
}


class World:
    """Makes rows with sensible defaults; every name given wins over a default.

    What takes several verbs is one transaction: what follows from them is worked out once.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._count = itertools.count(1)

    @property
    def at(self) -> datetime:
        return self.clock()

    def staff(self, role: Role = Role.COORDINATOR, *, organization: Organization | None = None,
              email: str = "", password: str | None = PASSWORD) -> Staff:  # fmt: skip
        email = email or f"{role.value.replace('_', '.')}{next(self._count)}@example.org"
        return add_staff(
            email, role, password, name=email.split("@")[0], organization=organization,
            by=SYSTEM, at=self.at,
        )  # fmt: skip

    def coordinator(self) -> Staff:
        return self.staff(Role.COORDINATOR)

    def manager(self, organization: Organization | None = None) -> Staff:
        return self.staff(
            Role.INTEGRATION_MANAGER, organization=organization or self.organization()
        )

    def site(self, name: str = "") -> Site:
        with transaction():
            return Site.create(name=name or f"Site {next(self._count)}", capacity=50)

    def organization(self, name: str = "", **columns: Any) -> Organization:
        row = Organization(name=name or f"Organisation {next(self._count)}", **columns)
        return save_organization(row, by=SYSTEM, at=self.at)

    def service(self, organization: Organization | None = None, name: str = "",
                **columns: Any) -> Service:  # fmt: skip
        row = Service(
            organization=organization or self.organization(),
            name=name or f"Service {next(self._count)}", **columns,
        )  # fmt: skip
        return save_service(row, by=SYSTEM, at=self.at)

    def household(self, name: str = "Beispiel", **columns: Any) -> Household:
        return create_household(name=name, by=SYSTEM, at=self.at, **columns)

    def person(self, household: Household | None = None, **columns: Any) -> Person:
        columns = {"given_name": "Amal", "family_name": "Beispiel", "language": "ar"} | columns
        return add_person(household or self.household(), by=SYSTEM, at=self.at, **columns)

    @transaction()
    def case(self, organization: Organization | None = None, *,
             household: Household | None = None, assigned_to: Staff | None = None,
             language: str = "ar", **person: Any) -> Case:  # fmt: skip
        household = household or self.household()
        if not household.people.exists():
            self.person(household, **{"is_contact": True, "phone": "+497621415000"} | person)
        return open_case(
            household, organization=organization, assigned_to=assigned_to, language=language,
            by=SYSTEM, at=self.at,
        )  # fmt: skip

    @transaction()
    def need(self, case: Case | None = None, category: str = "integration_course",
             **columns: Any) -> Need:  # fmt: skip
        columns = {"person": None} | columns
        return add_need(
            case or self.case(), category_of(category), by=SYSTEM, at=self.at, **columns
        )

    def release(self, case: Case, organization: Organization | None = None,
                **columns: Any) -> Release:  # fmt: skip
        columns = {"text_version": "test", "language": "ar", "channel": "paper"} | columns
        return give_release(case=case, organization=organization, by=SYSTEM, at=self.at, **columns)

    @transaction()
    def referral(self, need: Need | None = None, service: Service | None = None, *,
                 sent: bool = True, **columns: Any) -> Referral:  # fmt: skip
        need = need or self.need()
        referral = draft_referral(
            need.case, need, service or self.service(email="desk@provider.example"),
            by=SYSTEM, at=self.at, **columns,
        )  # fmt: skip
        if not sent:
            return referral
        self.release(need.case)
        return send_referral(referral, by=SYSTEM, at=self.at)

    def answer(self, referral: Referral, state: str, *, by: Actor = SYSTEM,
               note: str = "") -> Referral:  # fmt: skip
        return answer_referral(referral, state, note=note, by=by, at=self.at)

    def reply(self, link: ReplyLink, state: str, note: str = "") -> Referral:
        return reply_by_link(link, state, note=note, by=PROVIDER, at=self.at)

    @transaction()
    def plan(self, case: Case | None = None, template: str = "new_alone",
             **columns: Any) -> Plan:  # fmt: skip
        return begin_plan(
            case or self.case(), template=template_of(template) if template else None,
            by=SYSTEM, at=self.at, **columns,
        )  # fmt: skip

    def strengths(self, person: Person, **given: Any) -> Person:
        known = strengths_of([person])[person.id]
        return save_strengths(person, replace(known, **given), by=SYSTEM, at=self.at)

    @transaction()
    def opportunity(self, kind: str = "job", service: Service | None = None,
                    **details: Any) -> Opportunity:  # fmt: skip
        return announce_opportunity(
            service or self.service(email="desk@provider.example"),
            Details(**{"kind": kind, "title": f"Chance {next(self._count)}"} | details),
            by=SYSTEM, at=self.at,
        )  # fmt: skip

    def area(self, code: str = "language") -> LifeArea:
        return LifeArea.get(LifeArea.code == code)

    @transaction()
    def step(self, case: Case, doer: Doer, area: str = "language", text: str = "",
             plan: Plan | None = None) -> Step:  # fmt: skip
        """A step of its own goal in the running plan of a case, or in a new one."""
        who = {"by": SYSTEM, "at": self.at}
        plan = plan or Plan.running(case).first() or self.plan(case, template="")
        goal = add_goal(plan, self.area(area), "Goal", language="en", **who)
        text = text or f"Step {next(self._count)}"
        return add_step(goal, text, language="en", doer=doer, **who)

    @transaction()
    def offer(self, name: str = "Franka", state: str = "approved", **answers: Any) -> Offer:
        answers = {"given_name": name, "family_name": "Frei", "places": "1"} | answers
        offer = Offer.get(Offer.submission == self.submission("offer", answers=answers))
        return offer if state == "new" else move_offer(offer, state, by=SYSTEM, at=self.at)

    @transaction()
    def engagement(self, case: Case | None = None, area: str = "language", *,
                   offer: Offer | None = None, state: str = "running") -> Engagement:  # fmt: skip
        who = {"by": SYSTEM, "at": self.at}
        made = propose_engagement(
            case or self.case(), offer or self.offer(), self.area(area), **who
        )
        if state != "proposed":
            agree_engagement(made, **who)
        return begin_engagement(made, **who) if state == "running" else made

    def named_support(self, case: Case | None = None, area: str = "language",
                      who: str = "an aunt", **columns: Any) -> NamedSupport:  # fmt: skip
        return name_support(
            case or self.case(), self.area(area), who, by=SYSTEM, at=self.at, **columns
        )

    def appointment(self, case: Case | None = None, starts_at: datetime | None = None,
                    **columns: Any) -> Appointment:  # fmt: skip
        return plan_appointment(
            case or self.case(), "First talk", starts_at or self.at, by=SYSTEM, at=self.at,
            **columns,
        )  # fmt: skip

    def contact(self, **columns: Any) -> NetworkContact:
        columns = {"kind": "jobcenter", "office": "Jobcenter", "name": "Frau Beispiel"} | columns
        return add_contact(by=SYSTEM, at=self.at, **columns)

    def deadline(self, case: Case | None = None, due_on: date | None = None,
                 kind: str = "residence_permit", **columns: Any) -> Deadline:  # fmt: skip
        return add_deadline(
            case or self.case(), deadline_kind(kind), due_on or self.at.date(), by=SYSTEM,
            at=self.at, **columns,
        )  # fmt: skip

    def handover(self, case: Case | None = None) -> Handover:
        return begin_handover(case or self.case(), by=SYSTEM, at=self.at)

    @transaction()
    def submission(self, slug: str = "help", *, language: str = "ar",
                   answers: dict[str, Any] | None = None) -> Submission:  # fmt: skip
        version = live(slug)
        _, token = start_draft(version, language, at=self.at)
        return submit(
            version, answers if answers is not None else dict(HELP_ANSWERS), token=token,
            language=language, suspicion=[], by=PUBLIC, at=self.at,
        )  # fmt: skip
