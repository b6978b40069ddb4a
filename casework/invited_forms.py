"""Filling in a form on a case: from the link that begins it to the answers on the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from casework.cases import note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import in_zone
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.core.settings import setting
from casework.drafts import Draft, draft_of_invitation, keep_draft, rekey_draft, start_draft
from casework.invitations import (
    FormNotOffered,
    Invitation,
    InvitationOver,
    InvitationUsed,
    LinkUsed,
    check_open,
    claim,
)
from casework.questionnaires.models import QuestionnaireVersion, live
from casework.questionnaires.prefilling import prefilled
from casework.questionnaires.steps import begin
from casework.record_facts import Difference, differences, facts, take_over
from casework.submissions import Submission, keep_with_case, submission_of

# Who begins at the last moment has this long to finish.
TO_FINISH = timedelta(days=1)


class NotAnswered(Refusal):
    """There are no answers yet."""

    msgid = N_("Nothing was answered yet.")


@recorded("invitation:begun", open_to=("system", "person"))
def begin_form(invitation: Invitation, *, by: Actor, at: datetime) -> tuple[Draft, str]:
    """The draft of an invitation and its new secret token; another device has it no more.

    What staff fill in begins with what the record knows. Raises `LinkUsed`, `InvitationOver`,
    `InvitationUsed`, `CaseIsClosed`, `FormNotOffered`.
    """
    check_open(invitation, at=at)
    fresh = Invitation.token.is_null(False) & (Invitation.expires_at > at)
    taken: dict[str, Any] = {"begun_at": invitation.begun_at or at}
    if invitation.is_for_staff:
        taken["token"] = None
    else:
        taken["expires_at"] = max(invitation.expires_at, at + TO_FINISH)
    if not claim(invitation, fresh, **taken):
        raise LinkUsed() if invitation.is_for_staff else InvitationOver()
    draft = draft_of_invitation(invitation.id, at=at)
    if draft is not None:
        return draft, rekey_draft(draft)
    return _new_draft(invitation, at=at)


def send_form(
    invitation: Invitation,
    version: QuestionnaireVersion,
    answers: dict[str, Any],
    *,
    token: str,
    language: str,
    by: Actor,
    at: datetime,
) -> Submission:
    """What was answered, once, however often it is sent from the draft with this token.

    Raises `InvitationUsed` where it was answered elsewhere, `InvitationOver`, `CaseIsClosed`.
    """
    sent = submission_of(token)
    if sent is not None and invitation.refresh().submission == sent:
        return sent
    try:
        done = answer_form(
            invitation, version, answers, token=token, language=language, by=by, at=at
        )
    except InvitationUsed:
        sent = submission_of(token)
        if sent is None or invitation.refresh().submission != sent:
            raise
        return sent
    return done.submission


@recorded("invitation:answered", open_to=("system", "person"))
def answer_form(
    invitation: Invitation,
    version: QuestionnaireVersion,
    answers: dict[str, Any],
    *,
    token: str,
    language: str,
    by: Actor,
    at: datetime,
) -> Invitation:
    """Keep the answers with the case and use the invitation up.

    `send_form` gives the first answer again. Raises `InvitationUsed`, `InvitationOver`,
    `CaseIsClosed`.
    """
    now = invitation.refresh()
    check_open(now, at=at)
    if not claim(now, used_at=at):
        raise InvitationUsed()
    submission = keep_with_case(version, answers, token=token, language=language, at=at)
    Invitation.update(submission=submission).where(Invitation.id == now.id).execute()
    if not now.is_for_staff:
        note_contact(now.case, at=at)
    return now.refresh()


def differences_of(invitation: Invitation) -> list[Difference]:
    """Where the answers say what the record does not; none before they are sent."""
    submission = invitation.submission
    if submission is None:
        return []
    form, answers = submission.version.form, submission.answers
    return differences(invitation.case, invitation.person, form, answers)


@recorded("invitation:taken_over", needs="person:edit")
def take_over_answer(
    invitation: Invitation, key: str, seen: str, *, by: Actor, at: datetime
) -> Invitation:
    """Bring one answer into the record of the person or the household.

    `key` and `seen` are those of the `Difference` that somebody looked at. Raises
    `NotAnswered`, `NothingDiffers`, `StaleEdit`.
    """
    now = invitation.refresh()
    if now.submission is None:
        raise NotAnswered()
    take_over(differences_of(now), key, seen, language=now.submission.language, by=by, at=at)
    return invitation


def _new_draft(invitation: Invitation, *, at: datetime) -> tuple[Draft, str]:
    try:
        version = live(invitation.questionnaire.slug)
    except NotFound as error:
        raise FormNotOffered() from error
    draft, token = start_draft(version, invitation.language, at=at)
    draft.invitation_id = invitation.id
    moment = in_zone(at, setting("site_zone"))
    answers = begin(version.form, now=moment, language=invitation.language).answers
    if invitation.is_for_staff:
        known = facts(invitation.case, invitation.person)
        answers = answers | prefilled(version.form, known, today=moment.date())
    return keep_draft(draft, {"answers": answers}, invitation.language, at=at), token
