"""Outcomes of referrals that staff tell the person, who perhaps cannot look themselves."""

from __future__ import annotations

from datetime import datetime

from peewee import ModelSelect

from casework.cases import Case, CaseSubmission
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, Term
from casework.referral_states import STATES, TELLINGS
from casework.referrals import Referral, local_day, locked, note_step
from casework.submissions import Submission


class OutcomeMissing(Refusal):
    """There is nothing yet that the person could be told."""

    msgid = N_("This referral is “%(state)s”: there is no outcome yet that can be told.")


class PersonAlreadyTold(Refusal):
    """The person has been shown the outcome, or was told."""

    msgid = N_("The person has known the outcome since %(day)s. Nothing was changed.")


@recorded("referral:told")
def tell_person(referral: Referral, how: str, *, by: Actor, at: datetime) -> Referral:
    """Staff told the person how it ended, who perhaps cannot look: `how` is one of `TELLINGS`.

    Who tells has seen the outcome, so that the sender's half closes with it. Raises `NotFound`,
    `OutcomeMissing`, `PersonAlreadyTold`.
    """
    if how not in TELLINGS:
        raise NotFound()
    current = locked(referral)
    if not current.is_final or current.sent_at is None:
        raise OutcomeMissing(state=Term(STATES.names[current.state]))
    if current.shown_to_person_at is not None:
        raise PersonAlreadyTold(day=local_day(current.shown_to_person_at))
    current.shown_to_person_at = at
    current.shown_to_sender_at = current.shown_to_sender_at or at
    current.save()
    note_step(current, how, by=by, at=at)
    return current


def with_status_page() -> ModelSelect:
    """The ids of the cases whose people have a status page on which outcomes stand.

    None without a request of their own: a helper who filled in sees no more than was entered.
    """
    own = (Submission.state != "withdrawn") & ~Submission.by_helper
    return CaseSubmission.select(CaseSubmission.case).join(Submission).where(own)


def can_look(case: Case) -> bool:
    """Whether the person has a status page on which outcomes stand."""
    return with_status_page().where(CaseSubmission.case == case).exists()
