"""What needs somebody today: the lists of the home page, each one bounded query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import ModelSelect

from casework.appointments import Appointment
from casework.cases import Case, FollowUp
from casework.consent import Release
from casework.core.access import Actor
from casework.engagements import Engagement
from casework.insight.companions import calling
from casework.invitations import Invitation
from casework.messages import Message
from casework.outcomes import with_status_page
from casework.plans.agreements import PlanAgreement, unseen
from casework.referral_states import FINAL
from casework.referrals import WAITING, Referral
from casework.release_questions import unseen_answers
from casework.submissions import Submission
from casework.volunteers import Offer

MOST = 8
TO_LOOK = timedelta(days=7)


@dataclass(frozen=True)
class Shelf:
    """One list of the home page: its first rows, and how many there are in all."""

    name: str
    rows: list[Any]
    count: int


def shelves(staff: Actor, *, at: datetime, today: date) -> list[Shelf]:
    """The lists that `staff` may see, in the order of the desk; empty ones included."""
    found = []
    if staff.may("submission:read"):
        found.append(_shelf("inbox", Submission.inbox(staff).where(~Submission.suspicious)))
        found.append(_shelf("suspicious", Submission.inbox(staff).where(Submission.suspicious)))
    if staff.may("message:read"):
        found.append(_shelf("messages", Message.unread(staff)))
    if staff.may("follow_up:read"):
        found.append(_shelf("follow_ups", _with_case(FollowUp, FollowUp.overdue(staff, today))))
    if staff.may("referral:read"):
        found.append(_shelf("overdue_referrals", _related(overdue_referrals(staff, today))))
        found.append(_shelf("answers", _related(unseen_outcomes(staff))))
        found.append(_shelf("untold", _related(untold_outcomes(staff, at=at))))
    if staff.may("release:read"):
        found.append(_shelf("release_answers", _released(staff)))
    if staff.may("plan:read"):
        found.append(_shelf("plan_answers", _with_case(PlanAgreement, unseen(staff))))
    if staff.may("invitation:read"):
        answered = Invitation.unseen(staff).with_related(Invitation.questionnaire)
        found.append(_shelf("form_answers", answered))
    if staff.may("referral:read"):
        # They run by themselves: how many there are is all that the page says.
        under_way = Referral.waiting(staff).order_by().count()
        found.append(Shelf("referrals", [], under_way))
    if staff.may("appointment:read"):
        found.append(_shelf("appointments", _with_case(Appointment, Appointment.ahead(staff, at))))
    if staff.may("engagement:read"):
        rows = calling(staff, at=at, today=today)
        found.append(_shelf("engagements", rows.with_related(Engagement.volunteer)))
    if staff.may("offer:read"):
        found.append(_shelf("offers", _new_offers(staff)))
    return found


def overdue_referrals(staff: Actor, today: date) -> ModelSelect:
    """Referrals on their way whose day to follow up has come, the oldest first."""
    return Referral.waiting(staff).where(Referral.follow_up_on <= today)


def unseen_outcomes(staff: Actor) -> ModelSelect:
    """Final answers that nobody here has looked at yet."""
    return (
        Referral.scope(staff)
        .where(
            Referral.answered_at.is_null(False)
            & Referral.shown_to_sender_at.is_null()
            & Referral.state.not_in(("draft", *WAITING))
        )
        .order_by(Referral.answered_at)
    )


def untold_outcomes(staff: Actor, *, at: datetime) -> ModelSelect:
    """Outcomes in live cases that we have seen and the person does not know, the oldest first.

    Who has a status page is given `TO_LOOK` to look there before somebody here has to tell.
    """
    return (
        Referral.scope(staff)
        .where(
            (Referral.state << FINAL)
            & Referral.sent_at.is_null(False)
            & Referral.shown_to_sender_at.is_null(False)
            & Referral.shown_to_person_at.is_null()
            & Case.live_in(Referral.case)
            & ((Referral.state_since <= at - TO_LOOK) | Referral.case.not_in(with_status_page()))
        )
        .order_by(Referral.state_since)
    )


def _new_offers(staff: Actor) -> ModelSelect:
    rows = Offer.scope(staff).where(Offer.state == "new").order_by(Offer.created_at)
    return rows.with_related(Offer.volunteer)


def _related(query: ModelSelect) -> ModelSelect:
    return query.with_related(Referral.service, Referral.organization, Referral.case, Referral.need)


def _released(staff: Actor) -> ModelSelect:
    return unseen_answers(staff).with_related(Release.organization, Release.case)


def _with_case(model: Any, query: ModelSelect) -> ModelSelect:
    return query.with_related(model.case)


def _shelf(name: str, query: ModelSelect) -> Shelf:
    """The first rows; only where there may be more are they counted."""
    rows = list(query.limit(MOST))
    return Shelf(name, rows, len(rows) if len(rows) < MOST else query.clone().order_by().count())
