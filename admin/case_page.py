"""What the case page shows, each part one bounded statement, read when it is asked for."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any

from peewee import Load

from admin.auth import now
from admin.base.shown import show_moment
from admin.i18n import reading_language
from admin.participation_page import ParticipationFile
from admin.plan_page import PlanFile, short_plans
from admin.support_file import CaseSupport
from admin.timeline import Timeline, timeline
from admin.words import today
from casework.appointments import Appointment
from casework.cases import Case, CaseSubmission, FollowUp
from casework.conferences import Conference, Seat
from casework.consent import Release
from casework.core.access import Actor
from casework.deadlines import Deadline, DeadlineChange
from casework.documents import Document
from casework.handovers import Handover, HandoverPoint
from casework.insight.opportunities import Match, chances_for
from casework.insight.waiting import CaseWaiting, waiting_of
from casework.interpretations import Translations, of_rows
from casework.invitations import Invitation
from casework.life_areas import LifeArea
from casework.messages import Message
from casework.needs import Need
from casework.people import Household, Person
from casework.referrals import WAITING, Referral
from casework.release_questions import standing
from casework.strengths import Strengths, strengths_of

MOST = 100
MOST_DONE = 10
UNSETTLED = ("open", "covered")


def loaded(query: Any) -> Any:
    """Cases with what a page calls them by: household, people, site, who works on them."""
    return query.with_related(
        with_people(Case.household), Case.site, Case.organization, Case.assigned_to
    )


def in_order() -> Any:
    """People, the contact person of their household first."""
    return Person.select().order_by(Person.is_contact.desc(), Person.created_at, Person.id)


def with_people(household: Any) -> Load:
    """Loads the household that a reference such as `Case.household` names, and its people."""
    known: Any = Household
    return Load(household).then(Load(known.people, in_order()))


def contact_of(case: Any) -> Person | None:
    """The one to speak to; `case` comes from `loaded`."""
    return next(iter(case.household.people), None)


def called(case: Any) -> str:
    """The contact person's name, or what the household is called."""
    contact = contact_of(case)
    return contact.name if contact else str(case.household)


class CaseFile:
    """A case with what belongs to it, as far as `actor` may see it; `case` comes from `loaded`."""

    def __init__(self, case: Any, actor: Actor, *, page: int = 0) -> None:
        self.case, self.actor, self.page = case, actor, page

    @property
    def people(self) -> list[Person]:
        """Who lives in the household, the contact person first."""
        return list(self.case.household.people)

    @cached_property
    def needs(self) -> list[Need]:
        """All needs, those that are open first."""
        rows = self._own(Need).order_by(Need.opened_at, Need.id).limit(MOST)
        found = list(rows.with_related(Need.category, Need.life_area, Need.person))
        return sorted(found, key=lambda need: need.state not in UNSETTLED)

    @property
    def areas(self) -> list[tuple[LifeArea, list[Need]]]:
        """The needs by life area: areas with open needs first, each in the order of the desk."""
        grouped: dict[uuid.UUID, tuple[LifeArea, list[Need]]] = {}
        for need in self.needs:
            grouped.setdefault(need.life_area.id, (need.life_area, []))[1].append(need)
        return sorted(
            grouped.values(),
            key=lambda each: (not any(n.state in UNSETTLED for n in each[1]), each[0].position),
        )

    @cached_property
    def _strengths(self) -> dict[uuid.UUID, Strengths]:
        return strengths_of(self.people)

    @property
    def strengths(self) -> list[tuple[Person, Strengths]]:
        """What the people of the household can and want, as far as somebody has entered it."""
        known = [(person, self._strengths[person.id]) for person in self.people]
        return [(person, has) for person, has in known if has.coded or has.says_something]

    @property
    def unknown(self) -> list[Person]:
        """Grown people of whose strengths nothing is known yet."""
        known = {person.id for person, _has in self.strengths}
        grown = [each for each in self.people if each.role_at_home != "child"]
        return [person for person in grown if person.id not in known]

    @cached_property
    def chances(self) -> list[Match]:
        """What could be offered to somebody of the household, what fits best first."""
        return chances_for(self.case, self.people, self.actor, today(), known=self._strengths)

    @cached_property
    def referrals(self) -> dict[uuid.UUID, list[Referral]]:
        """The referrals by need, the latest first."""
        rows = self._own(Referral).order_by(Referral.created_at.desc()).limit(MOST)
        found: dict[uuid.UUID, list[Referral]] = {}
        for each in rows.with_related(Referral.service, Referral.organization):
            found.setdefault(each.__data__["need"], []).append(each)
        return found

    def nobody_helps(self, need: Need) -> bool:
        """Whether an open need waits for us: no referral is on its way."""
        mine = self.referrals.get(need.id, ())
        return need.state == "open" and not any(each.state in WAITING for each in mine)

    @cached_property
    def follow_ups(self) -> list[FollowUp]:
        """What is to be done, the next first."""
        rows = self._own(FollowUp).where(FollowUp.done_at.is_null())
        return list(rows.order_by(FollowUp.due_on).limit(MOST).with_related(FollowUp.assigned_to))

    @cached_property
    def done(self) -> list[FollowUp]:
        """What was done last."""
        rows = self._own(FollowUp).where(FollowUp.done_at.is_null(False))
        return list(rows.order_by(FollowUp.done_at.desc()).limit(MOST_DONE))

    @cached_property
    def origins(self) -> list[CaseSubmission]:
        """The requests that the case came from, the latest first."""
        rows = self._own(CaseSubmission).order_by(CaseSubmission.at.desc()).limit(MOST)
        return list(rows.with_related(CaseSubmission.submission))

    @cached_property
    def messages(self) -> list[Message]:
        """The conversation, also from before the request became a case; the latest last."""
        requests = [origin.__data__["submission"] for origin in self.origins]
        rows: Any = Message.scope(self.actor).where(
            (Message.case == self.case) | (Message.submission << requests)
        )
        return list(rows.order_by(Message.at.desc(), Message.id.desc()).limit(MOST))[::-1]

    @cached_property
    def translations(self) -> Translations:
        """Translations of messages, needs and what is told of strengths."""
        told = [has.profile for _person, has in self.strengths if has.profile is not None]
        return of_rows([*self.messages, *self.needs, *told])

    @cached_property
    def appointments(self) -> list[Appointment]:
        """Appointments, the latest first."""
        rows = self._own(Appointment).order_by(Appointment.starts_at.desc()).limit(MOST)
        return list(rows.with_related(Appointment.person, Appointment.staff))

    @cached_property
    def releases(self) -> list[Release]:
        """Agreements of the household, the latest first."""
        rows: Any = Release.scope(self.actor).where(Release.household == self.case.household)
        newest = rows.order_by(Release.given_at.desc(), Release.id.desc()).limit(MOST)
        return list(newest.with_related(Release.organization, Release.case))

    def standing_of(self, draft: Referral) -> str:
        """Whether a draft can leave: `ready`, `asked`, `declined`, or `missing` a release."""
        organization = draft.__data__["organization"]
        return standing(organization, draft.fields, self.releases, today=today())

    @cached_property
    def documents(self) -> list[Document]:
        """Files, the latest first."""
        return list(self._own(Document).order_by(Document.at.desc()).limit(MOST))

    @cached_property
    def invitations(self) -> list[Invitation]:
        """Forms that staff fill in or that people got as links, the latest first."""
        rows = self._own(Invitation).order_by(Invitation.created_at.desc(), Invitation.id.desc())
        return list(
            rows.limit(MOST).with_related(
                Invitation.questionnaire, Invitation.person, Invitation.staff
            )
        )

    @cached_property
    def earlier(self) -> list[Case]:
        """Other cases of the same household."""
        rows: Any = Case.scope(self.actor).where(
            (Case.household == self.case.household) & (Case.id != self.case.id)
        )
        return list(rows.order_by(Case.opened_at.desc()).limit(MOST))

    @cached_property
    def plans(self) -> list[PlanFile]:
        """The running plans in short."""
        return short_plans(self.case, self.actor)

    @cached_property
    def deadlines(self) -> list[Deadline]:
        """Days that must not pass, those that are open first, each kind by its day."""
        rows = self._own(Deadline).order_by(
            Deadline.state != "open", Deadline.due_on, Deadline.id
        ).limit(MOST)  # fmt: skip
        return list(rows.with_related(Deadline.kind, Deadline.person))

    @cached_property
    def deadline_changes(self) -> dict[uuid.UUID, list[DeadlineChange]]:
        """What became of the deadlines, the latest first."""
        found: dict[uuid.UUID, list[DeadlineChange]] = {}
        for row in self._own(DeadlineChange).order_by(DeadlineChange.at.desc()).limit(MOST):
            found.setdefault(row.__data__["deadline"], []).append(row)
        return found

    @cached_property
    def handover_points(self) -> list[HandoverPoint]:
        """The lines of the handover that runs."""
        rows = self._own(HandoverPoint).join(Handover)
        return list(rows.where(Handover.ended_at.is_null()).order_by(HandoverPoint.position))

    @cached_property
    def waiting(self) -> CaseWaiting:
        """How long the case has waited, and for whom."""
        return waiting_of(self.case, at=now())

    @cached_property
    def participation(self) -> ParticipationFile:
        """Whether the person takes part, in short."""
        return ParticipationFile(self.case, now())

    @cached_property
    def support(self) -> CaseSupport:
        """Who helps the household."""
        return CaseSupport(self.case, self.actor, at=now())

    @cached_property
    def conferences(self) -> list[Conference]:
        """Case conferences with whoever was invited, the latest first."""
        known: Any = Conference
        rows = self._own(Conference).order_by(Conference.starts_at.desc()).limit(MOST_DONE)
        return list(
            rows.with_related(
                Load(known.seats).then(Seat.staff),
                Load(known.seats).then(Seat.organization),
                Load(known.seats).then(Seat.volunteer),
                Load(known.seats).then(Seat.support),
            )
        )

    @cached_property
    def timeline(self) -> Timeline:
        """What happened, the newest first."""
        return timeline(self.case, self.page, self._names())

    def _names(self) -> dict[uuid.UUID | None, str]:
        """What the rows on this page are called, for the timeline."""
        tag = reading_language()
        names: dict[uuid.UUID | None, str] = {}
        names |= {need.id: need.category.label(tag) for need in self.needs}
        names |= {person.id: person.name for person in self.people}
        names |= {each.id: each.what for each in (*self.follow_ups, *self.done)}
        names |= {each.id: each.title for each in self.documents}
        names |= {each.id: each.questionnaire.label(tag) for each in self.invitations}
        names |= {each.id: each.kind.label(tag) for each in self.deadlines}
        names |= {each.id: each.text(tag)[0] for each in self.handover_points}
        for plan in self.plans:
            names |= {row.id: row.text(tag)[0] for row in (*plan.goals, *plan.steps)}
        for each in self.appointments:
            names[each.id] = f"{each.subject}, {show_moment(each.starts_at)}"
        for release in self.releases:
            names[release.id] = str(release.organization or "")
        return names

    def _own(self, model: Any) -> Any:
        return model.scope(self.actor).where(model.case == self.case)
