"""Forms on a case: staff fill one in, or a person gets one as a link (Fragebogen-Link).

Either way it is an invitation: to one questionnaire, once. Its answers belong to the case
as soon as they are sent. A person's link begins empty: whoever holds it learns nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from peewee import CharField, ForeignKeyField, ModelSelect

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import on, recorded
from casework.core.crypto import SealedField, keyring
from casework.core.db import UtcField, new_id, transaction
from casework.core.i18n import LANGUAGES, N_
from casework.core.refusals import NotFound, Refusal
from casework.drafts import Draft, discard_draft, draft_of_invitation
from casework.people import Person
from casework.questionnaires.models import Questionnaire
from casework.staff import Staff
from casework.submissions import Submission

STAFF, PERSON = "staff", "person"
PURPOSES = {STAFF: ("assessment", "follow_up", "request", "other"), PERSON: ("follow_up",)}
TO_BEGIN = timedelta(minutes=15)
LEAST_DAYS, MOST_DAYS = 1, 60


class InvitationOver(Refusal):
    """The link's time is over, or it was taken back."""

    msgid = N_("This link is no longer valid. Please ask the welcome centre for a new one.")


class InvitationUsed(Refusal):
    """What it was for has been done."""

    msgid = N_("This form was sent already. There is nothing more to do.")


class LinkUsed(Refusal):
    """A link for staff begins a filling once."""

    msgid = N_("This link was used already. Please open the form from the case again.")


class CaseIsClosed(Refusal):
    """Nothing is added to a closed case."""

    msgid = N_("This case is closed. Nothing was sent. Please reopen the case first.")


class FormNotOffered(Refusal):
    """The questionnaire is not published, or not meant for this."""

    msgid = N_(
        "This form is not open any more. If you have questions, please ask the welcome centre."
    )


class DaysOutOfRange(Refusal):
    """A link lives for some days."""

    msgid = N_("Please choose %(least)s to %(most)s days.")


class Invitation(CaseModel):
    """One questionnaire to be filled in once for a case, by `staff` or by `person`.

    `kind` is `staff` or `person`; `staff` is who fills in, or who sent the link; `person` is
    whom the answers are about. A link for staff loses its token when it is used.
    """

    case = ForeignKeyField(Case, backref="invitations", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, backref="invitations", on_delete="SET NULL")
    questionnaire = ForeignKeyField(Questionnaire, backref="invitations", on_delete="RESTRICT")
    kind = CharField(max_length=8)
    staff = ForeignKeyField(Staff, null=True, backref="invitations", on_delete="SET NULL")
    language = CharField(max_length=16)
    token = SealedField(max_length=300, null=True)
    token_digest = CharField(max_length=32, unique=True)
    created_at = UtcField()
    expires_at = UtcField()
    begun_at = UtcField(null=True)
    used_at = UtcField(null=True)
    revoked_at = UtcField(null=True)
    seen_at = UtcField(null=True)
    submission = ForeignKeyField(
        Submission, null=True, unique=True, backref="invitations", on_delete="RESTRICT"
    )

    class Meta:
        table_name = "invitations"
        indexes = ((("case", "created_at"), False), (("seen_at", "used_at"), False))

    @classmethod
    def unseen(cls, staff: Actor) -> ModelSelect:
        """What people have answered and nobody here has looked at, the oldest first."""
        return (
            cls.scope(staff)
            .where((cls.kind == PERSON) & cls.used_at.is_null(False) & cls.seen_at.is_null())
            .order_by(cls.used_at)
        )

    @classmethod
    def submissions(cls) -> ModelSelect:
        """Ids of the submissions that belong to cases: no inbox shows them."""
        return cls.select(cls.submission).where(cls.submission.is_null(False))

    @property
    def is_for_staff(self) -> bool:
        """Whether staff fill it in themselves."""
        return self.kind == STAFF

    def state(self, at: datetime) -> str:
        """Where it stands: `waiting`, `begun`, `answered`, `expired` or `revoked`."""
        if self.used_at:
            return "answered"
        if self.revoked_at:
            return "revoked"
        if self.is_for_staff and self.begun_at:
            return "begun"
        if self.expires_at <= at:
            return "expired"
        return "begun" if self.begun_at else "waiting"


def offered(kind: str) -> ModelSelect[Questionnaire]:
    """The published questionnaires for one kind of invitation, by slug."""
    wanted = (Questionnaire.state == "published") & (Questionnaire.purpose << PURPOSES[kind])
    return Questionnaire.select().where(wanted).order_by(Questionnaire.slug)


@recorded("invitation:opened", needs="invitation:create")
def open_form(
    case: Case,
    questionnaire: Questionnaire,
    *,
    person: Person | None = None,
    language: str,
    by: Actor,
    at: datetime,
) -> Invitation:
    """Let the member of staff `by` fill in a form on a case; its link begins within minutes.

    Raises `CaseIsClosed`, `FormNotOffered`, `NotFound` for a person of another household.
    """
    _check(case, questionnaire, person, language, STAFF)
    return _create(
        STAFF, case, questionnaire, person, language=language, by=by, at=at, until=at + TO_BEGIN
    )


@recorded("invitation:resumed")
def resume_form(invitation: Invitation, *, by: Actor, at: datetime) -> Invitation:
    """A new link to what the same member of staff has begun; older ones act no more.

    Raises `InvitationUsed`, `InvitationOver`, `CaseIsClosed`, `NotFound` for somebody else's.
    """
    if not invitation.is_for_staff or invitation.__data__["staff"] != by.id:
        raise NotFound()
    check_open(invitation, at=at)
    invitation.token = _token(invitation.id)
    invitation.token_digest = _digest(invitation.token)
    invitation.expires_at = at + TO_BEGIN
    invitation.save()
    return invitation


@recorded("invitation:sent", needs="invitation:create")
def invite(
    case: Case,
    questionnaire: Questionnaire,
    person: Person,
    *,
    language: str,
    days: int,
    by: Actor,
    at: datetime,
) -> Invitation:
    """A link with which `person` answers a questionnaire once, within `days` days.

    Raises `CaseIsClosed`, `FormNotOffered`, `DaysOutOfRange`, `NotFound` for a person of another
    household.
    """
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise DaysOutOfRange(least=LEAST_DAYS, most=MOST_DAYS)
    _check(case, questionnaire, person, language, PERSON)
    until = at + timedelta(days=days)
    return _create(
        PERSON, case, questionnaire, person, language=language, by=by, at=at, until=until
    )


@recorded("invitation:revoked")
def revoke_invitation(invitation: Invitation, *, by: Actor, at: datetime) -> Invitation:
    """The link acts no more, and what was typed is deleted; a second time changes nothing.

    Raises `InvitationUsed`.
    """
    if not claim(invitation, revoked_at=at) and invitation.refresh().used_at:
        raise InvitationUsed()
    draft = draft_of_invitation(invitation.id, at=at)
    if draft is not None:
        discard_draft(draft)
    return invitation.refresh()


@recorded("invitation:noted")
def note_answers(invitation: Invitation, *, by: Actor, at: datetime) -> Invitation:
    """Somebody has looked at what came in; a second time changes nothing."""
    if invitation.used_at and invitation.seen_at is None:
        invitation.seen_at = at
        invitation.save()
    return invitation


def invitation_by_token(token: str, *, at: datetime) -> Invitation:
    """The invitation of a signed link that still acts.

    Raises `NotFound` for a token that is none of ours, `InvitationOver`, `InvitationUsed`,
    `LinkUsed`, `CaseIsClosed`.
    """
    try:
        _signer().loads(token)
    except BadSignature as error:
        raise NotFound() from error
    invitation = Invitation.get_or_none(Invitation.token_digest == _digest(token))
    if invitation is None:
        raise NotFound()
    check_open(invitation, at=at)
    if invitation.token is None:
        raise LinkUsed()
    if invitation.expires_at <= at:
        raise InvitationOver()
    return invitation


def invitation_by_key(key: str) -> Invitation | None:
    """The invitation with this key in 32 hex digits, whatever became of it."""
    return Invitation.get_or_none(Invitation.id == uuid.UUID(key))


def check_open(invitation: Invitation, *, at: datetime) -> None:
    """Refuse an invitation that takes no answers any more.

    Raises `InvitationUsed`, `InvitationOver`, `CaseIsClosed`.
    """
    state = invitation.state(at)
    if state == "answered":
        raise InvitationUsed()
    if state == "revoked" or (state == "expired" and not invitation.is_for_staff):
        raise InvitationOver()
    if not invitation.case.is_live:
        raise CaseIsClosed() if invitation.is_for_staff else InvitationOver()


def claim(invitation: Invitation, *also: Any, **columns: Any) -> bool:
    """Change an invitation that is neither used nor taken back; whether it still was neither.

    `also` are further conditions. Of several who try at once, one succeeds; part of a verb.
    """
    untouched = [Invitation.used_at.is_null(), Invitation.revoked_at.is_null(), *also]
    changed = Invitation.update(**columns).where(Invitation.id == invitation.id, *untouched)
    return bool(changed.execute())


def end_invitations(*, at: datetime) -> int:
    """Delete what staff opened and never sent, once nothing of it is left; returns how many."""
    drafts = Draft.select(Draft.invitation_id).where(Draft.invitation_id.is_null(False))
    over = (
        (Invitation.kind == STAFF)
        & Invitation.used_at.is_null()
        & (Invitation.expires_at <= at)
        & Invitation.id.not_in(drafts)
    )
    with transaction():
        return Invitation.delete().where(over).execute()


@on("case:moved")
def close_with_case(case: Case, *, by: Actor, at: datetime) -> None:
    """When a case is closed, the links that people have for it act no more."""
    if not case.is_live:
        Invitation.update(revoked_at=at).where(
            (Invitation.case == case)
            & (Invitation.kind == PERSON)
            & Invitation.used_at.is_null()
            & Invitation.revoked_at.is_null()
        ).execute()


def _check(
    case: Case, questionnaire: Questionnaire, person: Person | None, language: str, kind: str
) -> None:
    if not case.is_live:
        raise CaseIsClosed()
    if not offered(kind).where(Questionnaire.id == questionnaire.id).exists():
        raise FormNotOffered()
    if person is not None and person.__data__["household"] != case.__data__["household"]:
        raise NotFound()
    if language not in LANGUAGES:
        raise NotFound()


def _create(
    kind: str, case: Case, questionnaire: Questionnaire, person: Person | None, *,
    language: str, by: Actor, at: datetime, until: datetime,
) -> Invitation:  # fmt: skip
    row_id = new_id()
    token = _token(row_id)
    return Invitation.create(
        id=row_id, kind=kind, case=case, questionnaire=questionnaire, person=person,
        staff=by.id if by.kind == "staff" else None, language=language, token=token,
        token_digest=_digest(token), created_at=at, expires_at=until,
    )  # fmt: skip


def _token(row_id: uuid.UUID) -> str:
    return str(_signer().dumps([row_id.hex, secrets.token_urlsafe(9)]))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(keyring().code("invitation", "signature"), salt="invitation")


def _digest(token: str) -> str:
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest()
