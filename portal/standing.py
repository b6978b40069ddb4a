"""What the holder of a reference and a PIN gets to see, and nothing else.

Two rules narrow it. Who filled in for somebody else sees what they entered and how each of
those needs stands: not who helps, no appointments, nothing else that was said in the case.
And where several requests belong to one case, what was written or agreed to with another
request stays there.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar

from peewee import JOIN

from casework.appointments import Appointment
from casework.cases import Case, case_of
from casework.consent import Release
from casework.core.access import Actor
from casework.core.db import Base
from casework.core.refusals import NotFound
from casework.engagements import Engagement
from casework.interpretations import Interpretation
from casework.invitations import PERSON, Invitation
from casework.life_areas import LifeArea, NeedCategory
from casework.messages import OUTBOUND, Message, conversation
from casework.needs import Need
from casework.opportunities.models import Opportunity
from casework.opportunities.offering import opportunities_of
from casework.people import Person
from casework.plans.agreements import PlanAgreement
from casework.providers import Organization, Phone, Service
from casework.questionnaires.models import Questionnaire
from casework.referrals import Referral
from casework.release_questions import is_open
from casework.submissions import Submission
from casework.volunteer_questions import languages_beside, shown_to
from casework.volunteers import Offer
from portal.centre import now
from portal.participation import ShownParticipation
from portal.plans import ShownPlan, shown_plans

MANY = 30
Row = TypeVar("Row", bound=Base)


class Standing:
    """One request and what has become of it, each part read when the page asks for it."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.case = case_of(submission)
        self.by_helper = submission.by_helper

    @property
    def person(self) -> Actor:
        """The holder, as the one who acts."""
        return Actor("person", id=self.submission.id, name=self.submission.reference)

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.case is not None and not self.case.is_live

    @cached_property
    def offer(self) -> Offer | None:
        """What a volunteer has registered with this form."""
        return Offer.get_or_none(Offer.submission == self.submission)

    @cached_property
    def engagements(self) -> list[Engagement]:
        """What a volunteer is asked and where they help; none of an offer that was taken back."""
        if self.offer is None or self.submission.state == "withdrawn":
            return []
        return shown_to(self.offer)

    @cached_property
    def languages_beside(self) -> dict[uuid.UUID, list[str]]:
        """In which languages one can speak with whoever a volunteer is asked to help."""
        asked = [each for each in self.engagements if each.state == "proposed"]
        return languages_beside(asked) if asked else {}

    @property
    def is_asked_to_help(self) -> bool:
        """Whether a question to a volunteer waits for an answer."""
        return any(each.state == "proposed" and not each.answer for each in self.engagements)

    def engagement(self, wanted: str) -> Engagement:
        """An engagement of this volunteer, also one that is over. Raises `NotFound`."""
        if self.offer is None:
            raise NotFound()
        return _one(wanted, list(Engagement.select().where(Engagement.offer == self.offer)))

    @cached_property
    def needs(self) -> list[Need]:
        """The needs in the case, none of a request that was taken back; for a helper those
        that were entered."""
        if self.case is None or self.submission.state == "withdrawn":
            return []
        query = (
            Need.select(Need, NeedCategory, LifeArea)
            .join(NeedCategory)
            .switch(Need)
            .join(LifeArea)
            .where(Need.case == self.case)
            .order_by(LifeArea.position, Need.opened_at, Need.id)
        )
        if self.by_helper:
            entered = self.submission.mapped.get("need.category") or []
            query = query.where(NeedCategory.code << list(entered))
        return list(query)

    @cached_property
    def referrals(self) -> dict[uuid.UUID, list[Referral]]:
        """What was sent to a provider, by need, the latest first; for a helper only outcomes."""
        query = (
            Referral.select(Referral, Service, Organization)
            .join(Service)
            .switch(Referral)
            .join(Organization)
            .where((Referral.need << self.needs) & Referral.sent_at.is_null(False))
            .order_by(Referral.sent_at.desc(), Referral.id.desc())
        )
        found: dict[uuid.UUID, list[Referral]] = defaultdict(list)
        for referral in query if self.needs else ():
            if referral.is_final or not self.by_helper:
                found[referral.__data__["need"]].append(referral)
        return found

    @cached_property
    def chances(self) -> dict[uuid.UUID, Opportunity]:
        """The opportunity that a referral offers, for those that offer one."""
        shown = [referral for each in self.referrals.values() for referral in each]
        return {} if self.by_helper else opportunities_of(shown)

    @cached_property
    def phones(self) -> dict[uuid.UUID, str]:
        """A public number for each service or organisation that has one; none of a place."""
        shown = [referral for each in self.referrals.values() for referral in each]
        services = {referral.__data__["service"] for referral in shown}
        organizations = {referral.__data__["organization"] for referral in shown}
        if not shown or self.by_helper:
            return {}
        query = Phone.select().where(
            ((Phone.service << services) | (Phone.organization << organizations))
            & Phone.location.is_null()
            & Phone.contact.is_null()
        )
        return {
            row.__data__["service"] or row.__data__["organization"]: str(row)
            for row in query.order_by(Phone.id.desc())
        }

    def phone_of(self, referral: Referral) -> str:
        """The number under which the one who helps is reached, empty where none is public."""
        data = referral.__data__
        return self.phones.get(data["service"]) or self.phones.get(data["organization"]) or ""

    @cached_property
    def messages(self) -> list[Message]:
        """The conversation, the oldest first."""
        case = None if self.by_helper else self.case
        mine = Message.submission.is_null() | (Message.submission == self.submission)
        return list(conversation(case=case, submission=self.submission).where(mine))

    @cached_property
    def question(self) -> Message | None:
        """What the centre wants to know before it can go on."""
        if self.submission.state != "needs_info":
            return None
        return next((each for each in reversed(self.messages) if each.direction == OUTBOUND), None)

    def translations(self, tag: str) -> dict[uuid.UUID, Interpretation]:
        """Translations of the centre's messages into `tag`; a person's before a machine's."""
        foreign = [row.id for row in self.messages if row.language != tag]
        if not foreign:
            return {}
        query = Interpretation.select().where(
            (Interpretation.row_id << foreign)
            & (Interpretation.field == "body")
            & (Interpretation.language == tag)
        )
        return {row.row_id: row for row in query.order_by(Interpretation.source)}

    @cached_property
    def appointments(self) -> list[Appointment]:
        """The latest appointments, the last one first; none for a helper."""
        if self.case is None or self.by_helper:
            return []
        query = Appointment.select().where(Appointment.case == self.case)
        return list(query.order_by(Appointment.starts_at.desc()).limit(MANY))

    def next_appointment(self, at: datetime, days: int) -> Appointment | None:
        """The next one that is planned within so many days."""
        near = [
            each
            for each in self.appointments
            if self.is_ahead(each, at) and each.starts_at <= at + timedelta(days=days)
        ]
        return near[-1] if near else None

    def forms(self, at: datetime) -> list[Invitation]:
        """Forms that the contact person is asked to fill in, the oldest first; none for a helper.

        What somebody else in the household is asked stays between them and the centre.
        """
        if self.case is None or self.by_helper or self.submission.state == "withdrawn":
            return []
        query = (
            Invitation.select(Invitation, Questionnaire)
            .join(Questionnaire)
            .switch(Invitation)
            .join(Person)
            .where((Invitation.case == self.case) & (Invitation.kind == PERSON) & Person.is_contact)
            .order_by(Invitation.created_at)
        )
        return [each for each in query if each.state(at) in ("waiting", "begun")]

    @cached_property
    def agreements(self) -> list[Release]:
        """What was agreed to, declined or asked; for a helper only what they were asked."""
        mine = Release.submission == self.submission
        if self.by_helper:
            mine &= Release.organization.is_null() | Release.asked_at.is_null(False)
        elif self.case is not None:
            mine |= (Release.case == self.case) & Release.submission.is_null()
        query = (
            Release.select(Release, Organization, Case)
            .join(Organization, JOIN.LEFT_OUTER)
            .switch(Release)
            .join(Case, JOIN.LEFT_OUTER)
        )
        return list(query.where(mine).order_by(Release.given_at.desc(), Release.id.desc()))

    @cached_property
    def plans(self) -> list[ShownPlan]:
        """Integration plans that were put before the person; none for a helper."""
        if self.case is None or self.by_helper or self.submission.state == "withdrawn":
            return []
        return shown_plans(self.case)

    @cached_property
    def participation(self) -> ShownParticipation | None:
        """Letters, facts and the person's own words; None for a helper."""
        if self.case is None or self.by_helper or self.submission.state == "withdrawn":
            return None
        return ShownParticipation(self.case, self.submission, now())

    @property
    def is_asked_about_plan(self) -> bool:
        """Whether a plan waits for an answer."""
        return any(each.question for each in self.plans)

    def plan_question(self, wanted: str) -> PlanAgreement:
        """A question about a plan on this page, answered or not. Raises `NotFound`."""
        return _one(wanted, [row for each in self.plans for row in each.agreements])

    @property
    def releases(self) -> list[Release]:
        """What was agreed to, also where it has ended since."""
        said_no = ("asked", "declined")
        return [row for row in self.agreements if row.was_answered and row.state not in said_no]

    @property
    def refused(self) -> list[Release]:
        """What the person did not agree to."""
        return [row for row in self.agreements if row.state == "declined"]

    def asked(self, today: date) -> list[Release]:
        """What the person is asked to agree to, the oldest question first."""
        if self.case is None or self.submission.state == "withdrawn":
            return []
        return [row for row in reversed(self.agreements) if is_open(row, today=today)]

    def unread(self) -> list[Message]:
        """Messages of the centre that nobody has marked as read."""
        return [row for row in self.messages if row.direction == OUTBOUND and not row.read_at]

    def untold(self) -> list[Referral]:
        """Outcomes that the person has not been shown."""
        return [
            referral
            for each in self.referrals.values()
            for referral in each
            if referral.is_final and not referral.shown_to_person_at
        ]

    def message(self, wanted: str) -> Message:
        """A message of the centre on this page. Raises `NotFound`."""
        return _one(wanted, [row for row in self.messages if row.direction == OUTBOUND])

    def referral(self, wanted: str) -> Referral:
        """A referral on this page. Raises `NotFound`."""
        return _one(wanted, [row for each in self.referrals.values() for row in each])

    def release(self, wanted: str) -> Release:
        """A release on this page. Raises `NotFound`."""
        return _one(wanted, self.agreements)

    def appointment(self, wanted: str) -> Appointment:
        """An appointment on this page. Raises `NotFound`."""
        return _one(wanted, self.appointments)

    def is_ahead(self, appointment: Appointment, at: datetime) -> bool:
        """Whether it can still be cancelled."""
        return appointment.state == "planned" and appointment.starts_at > at


def _one(wanted: str, rows: list[Row]) -> Row:
    found = next((row for row in rows if row.id.hex == wanted), None)
    if found is None:
        raise NotFound()
    return found
