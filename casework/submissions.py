"""Submissions: what people send through the public door (Erstanfragen)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from peewee import (
    BooleanField,
    CharField,
    ForeignKeyField,
    IntegrityError,
    JSONField,
    ModelSelect,
)

from casework.codes import (
    ALPHABET,
    PIN_LENGTH,
    REFERENCE_LENGTH,
    crockford,
    grouped,
    normal_reference,
    pins_meant,
    with_check,
)
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField, SealedJSONField, keyring
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.lookups import birth_keys, email_keys, name_keys, phone_keys, remember
from casework.core.refusals import NotFound, Refusal
from casework.core.states import Machine
from casework.drafts import Draft, token_digest
from casework.questionnaires.mapping import mapping
from casework.questionnaires.models import QuestionnaireVersion
from casework.staff import hash_secret, verify_password
from casework.uploads import move_uploads

STATES = Machine(
    {
        "received": N_("received"),
        "needs_info": N_("waiting for your answer"),
        "linked": N_("added to an existing case"),
        "accepted": N_("accepted"),
        "declined": N_("declined"),
        "withdrawn": N_("withdrawn"),
    },
    {
        "received": ("needs_info", "linked", "accepted", "declined", "withdrawn"),
        "needs_info": ("received", "linked", "accepted", "declined", "withdrawn"),
        "linked": ("withdrawn",),
        "accepted": ("withdrawn",),
        "declined": ("received",),
    },
)
DECLINE_REASONS = {
    "not_responsible": N_("Another office is responsible."),
    "no_offer": N_("We have no offer for this at the moment."),
    "duplicate": N_("You have already sent us this request."),
    "not_reachable": N_("We could not reach you."),
    "spam": N_("This was not a request for help."),
    "other": N_("other reason"),
}


class CodeRefused(Refusal):
    """Reference and PIN do not fit; the same answer whatever is wrong."""

    msgid = N_(
        "We could not find a request with this reference and PIN. Please check both; "
        "they stand on your receipt."
    )


class PinMistyped(CodeRefused):
    """No PIN reads like this: a letter is wrong, missing or too many."""


class Submission(Base):
    """What was sent, pinned to the version of the form that it was made with."""

    version = ForeignKeyField(QuestionnaireVersion, backref="submissions", on_delete="RESTRICT")
    purpose = CharField(max_length=16, index=True)
    reference = CharField(max_length=16, unique=True)
    pin_hash = CharField(max_length=200)
    draft_digest = CharField(max_length=32, unique=True)
    language = CharField(max_length=16)
    state = CharField(max_length=16, default="received", index=True)
    state_since = UtcField()
    received_at = UtcField(index=True)
    answers = SealedJSONField()
    sender = SealedField(max_length=400, null=True)
    by_helper = BooleanField(default=False)
    urgency = CharField(max_length=16, default="")
    suspicion = JSONField(default=list)
    suspicious = BooleanField(default=False, index=True)
    decline_reason = CharField(max_length=32, default="")
    seen_by_person_at = UtcField(null=True)

    class Meta:
        table_name = "submissions"
        indexes = ((("purpose", "state", "received_at"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Requests for who works the inbox, offers for who works with volunteers."""
        rows = cls.select()
        if staff.may("submission:read"):
            return rows
        if staff.may("offer:read"):
            return rows.where(cls.purpose == "offer")
        return rows.where(cls.id.is_null())

    @classmethod
    def inbox(cls, staff: Actor) -> ModelSelect:
        """Requests that wait for somebody here, the oldest first."""
        return (
            cls.scope(staff)
            .where((cls.purpose != "offer") & (cls.state << ("received", "needs_info")))
            .order_by(cls.received_at)
        )

    @property
    def mapped(self) -> dict[str, Any]:
        """The answers by their `save_to` names."""
        return mapping(self.version.form, self.answers)

    def __str__(self) -> str:
        return self.reference


def receipt_pin(token: str) -> str:
    """The PIN of the submission that this draft becomes: the same however often it is sent."""
    return grouped(with_check(crockford(keyring().code("pin", token), PIN_LENGTH)))


@recorded("submission:received", open_to=("system", "public"))
def receive_submission(
    version: QuestionnaireVersion,
    answers: dict[str, Any],
    *,
    token: str,
    pin_hash: str,
    language: str,
    suspicion: list[str],
    by: Actor,
    at: datetime,
) -> Submission:
    """Store what was sent and return its row; the draft is gone in the same transaction.

    The token makes it unique: use `submit`, which gives the first answer again.
    """
    mapped = mapping(version.form, answers)
    sender = " ".join(
        part for part in (mapped.get("person.given_name"), mapped.get("person.family_name")) if part
    )
    submission = Submission.create(
        version=version,
        purpose=version.questionnaire.purpose,
        reference=new_reference(),
        pin_hash=pin_hash,
        draft_digest=token_digest(token),
        language=language,
        state_since=at,
        received_at=at,
        answers=answers,
        sender=sender or None,
        by_helper=bool(mapped.get("helper.name")),
        urgency=str(mapped.get("need.urgency") or "")[:16],
        suspicion=suspicion,
        suspicious=bool(suspicion),
    )
    remember(submission, submission_keys(mapped))
    move_uploads(token_digest(token), submission, answers)
    Draft.delete().where(Draft.token_digest == token_digest(token)).execute()
    return submission


def keep_with_case(
    version: QuestionnaireVersion,
    answers: dict[str, Any],
    *,
    token: str,
    language: str,
    at: datetime,
) -> Submission:
    """Store the answers to a form on a case; part of the verb that takes them.

    Nobody has a PIN for them, they wait in no inbox, and no look-up finds their names: the
    case has the people already.
    """
    submission = Submission.create(
        version=version,
        purpose=version.questionnaire.purpose,
        reference=new_reference(),
        pin_hash="",
        draft_digest=token_digest(token),
        language=language,
        state="linked",
        state_since=at,
        received_at=at,
        answers=answers,
    )
    move_uploads(token_digest(token), submission, answers)
    Draft.delete().where(Draft.token_digest == token_digest(token)).execute()
    return submission


def submit(
    version: QuestionnaireVersion,
    answers: dict[str, Any],
    *,
    token: str,
    language: str,
    suspicion: list[str],
    by: Actor,
    at: datetime,
) -> Submission:
    """One submission for each draft, however often and however parallel it is sent."""
    known = submission_of(token)
    if known:
        return known
    pin_hash = hash_secret(receipt_pin(token))
    try:
        return receive_submission(
            version,
            answers,
            token=token,
            pin_hash=pin_hash,
            language=language,
            suspicion=suspicion,
            by=by,
            at=at,
        )
    except IntegrityError:
        known = submission_of(token)
        if known is None:
            raise
        return known


def submission_of(token: str) -> Submission | None:
    """What was sent from the draft with this token."""
    return Submission.get_or_none(Submission.draft_digest == token_digest(token))


def submission_keys(mapped: dict[str, Any]) -> list[tuple[str, str]]:
    """Under which keys a submission is found, as its person would be."""
    return [
        *name_keys(mapped.get("person.given_name"), mapped.get("person.family_name")),
        *phone_keys(mapped.get("person.phone")),
        *email_keys(mapped.get("person.email")),
        *birth_keys(mapped.get("person.birth_date")),
    ]


def new_reference() -> str:
    """A reference that nobody has: `L` and seven characters, so that it reads the same
    in text of either direction."""
    while True:
        reference = "L" + "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))
        if not Submission.select().where(Submission.reference == reference).exists():
            return reference


def open_with_pin(reference: str, pin: str) -> Submission:
    """The submission of a reference and its PIN.

    Raises `CodeRefused`, in equal time whether or not the reference exists; `PinMistyped`,
    which reads the same, before anything is looked up.
    """
    meant = pins_meant(pin)
    if not meant:
        raise PinMistyped()
    found = Submission.get_or_none(Submission.reference == normal_reference(reference))
    hashed = found.pin_hash if found else None
    fits = any(verify_password(hashed, each) for each in meant)
    if found is None or not fits:
        raise CodeRefused()
    return found


@recorded("submission:visited", needs="submission:read", open_to=("system", "person"))
def note_visit(submission: Submission, *, by: Actor, at: datetime) -> Submission:
    """The person has opened the page that shows what became of the request."""
    submission.seen_by_person_at = at
    submission.save()
    return submission


@recorded("submission:returned", needs="submission:edit")
def ask_back(submission: Submission, *, by: Actor, at: datetime) -> Submission:
    """Wait for the person's answer to a question that goes out as a message."""
    STATES.move(submission, "needs_info", at=at)
    return submission


@recorded("submission:answered", open_to=("system", "person"))
def note_answer(submission: Submission, *, by: Actor, at: datetime) -> Submission:
    """The person has answered: it is our turn again."""
    STATES.move(submission, "received", at=at)
    return submission


@recorded("submission:declined", needs="submission:edit")
def decline_submission(
    submission: Submission, reason: str, *, by: Actor, at: datetime
) -> Submission:
    """Decline with one of `DECLINE_REASONS`. Raises `NotFound` for another reason."""
    if reason not in DECLINE_REASONS:
        raise NotFound()
    STATES.move(submission, "declined", at=at, decline_reason=reason)
    return submission


@recorded("submission:reopened", needs="submission:edit")
def reopen_submission(submission: Submission, *, by: Actor, at: datetime) -> Submission:
    """Take a declined request back into the inbox."""
    STATES.move(submission, "received", at=at, decline_reason="")
    return submission


@recorded("submission:cleared", needs="submission:edit")
def clear_suspicion(submission: Submission, *, by: Actor, at: datetime) -> Submission:
    """Somebody looked: this is no spam."""
    submission.suspicious = False
    submission.save()
    return submission


@recorded("submission:withdrawn", needs="submission:edit", open_to=("system", "person"))
def withdraw_submission(submission: Submission, *, by: Actor, at: datetime) -> Submission:
    """The person takes the request back; listeners end what was built on it."""
    STATES.move(submission, "withdrawn", at=at)
    return submission
