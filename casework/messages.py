"""Messages between the centre and a person, and the outbox that mails leave through."""

from __future__ import annotations

from datetime import datetime, timedelta

from peewee import CharField, ForeignKeyField, IntegerField, ModelSelect

from casework.cases import Case, note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField, clean, transaction
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.submissions import Submission

INBOUND, OUTBOUND = "in", "out"
MAX_LENGTH = 4000
# Waiting time in minutes before each further try; after the last the mail counts as failed.
RETRY_MINUTES = (1, 5, 15, 60, 60, 120, 240, 480, 960)


class EmptyMessage(Refusal):
    """Nothing was written."""

    msgid = N_("The message is empty. Please write something.")


class LongMessage(Refusal):
    """More than fits."""

    msgid = N_("The message is longer than %(most)s characters. Please shorten it.")


class Message(Base):
    """One message, kept in the words and the language in which it was written."""

    case = ForeignKeyField(Case, null=True, backref="messages", on_delete="CASCADE")
    submission = ForeignKeyField(Submission, null=True, backref="messages", on_delete="CASCADE")
    direction = CharField(max_length=4)
    author = CharField(max_length=200, default="")
    body = SealedField(max_length=MAX_LENGTH)
    language = CharField(max_length=16)
    at = UtcField()
    read_at = UtcField(null=True)

    class Meta:
        table_name = "messages"
        indexes = (
            (("case", "at"), False),
            (("submission", "at"), False),
            (("direction", "read_at"), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the cases and of the submissions within scope.

        For who works with volunteers that is what was written about offers, and no case.
        """
        rows = cls.select()
        if staff.sees_all:
            return rows
        return rows.where(
            (cls.case << Case.ids(staff))
            | (
                cls.case.is_null()
                & (cls.submission << Submission.scope(staff).select(Submission.id))
            )
        )

    @classmethod
    def unread(cls, staff: Actor) -> ModelSelect:
        """Messages from people that nobody has read yet, the oldest first."""
        return (
            cls.scope(staff)
            .where((cls.direction == INBOUND) & cls.read_at.is_null())
            .order_by(cls.at)
        )


class OutboxMail(Base):
    """A mail that is to leave: written with the change that it tells of, sent by the worker.

    `message_id` stays the same through all tries, so that a receiver can see a repetition.
    """

    kind = CharField(max_length=48)
    recipient = SealedField(max_length=254)
    subject = SealedField(max_length=300)
    body = SealedField(max_length=8000)
    language = CharField(max_length=16, default="de")
    message_id = CharField(max_length=120, unique=True)
    state = CharField(max_length=16, default="waiting")
    tries = IntegerField(default=0)
    created_at = UtcField()
    next_try_at = UtcField()
    sent_at = UtcField(null=True)
    last_error = CharField(max_length=200, default="")

    class Meta:
        table_name = "outbox_mails"
        indexes = ((("state", "next_try_at"), False), (("created_at", "id"), False))

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who looks after the mails; their text is not shown."""
        rows = cls.select()
        return rows if staff.may("mail:read") else rows.where(cls.id.is_null())

    @classmethod
    def due(cls, at: datetime) -> ModelSelect:
        """Mails whose next try has come."""
        return (
            cls.select()
            .where((cls.state == "waiting") & (cls.next_try_at <= at))
            .order_by(cls.next_try_at)
        )


@recorded("message:sent", needs="message:create")
def send_message(
    body: str,
    *,
    case: Case | None = None,
    submission: Submission | None = None,
    language: str,
    is_contact: bool = True,
    by: Actor,
    at: datetime,
) -> Message:
    """A message from the centre to the person; one that no human wrote is no contact.

    Raises `EmptyMessage`, `LongMessage`.
    """
    message = Message.create(
        case=case, submission=submission, direction=OUTBOUND, author=by.name[:200],
        body=checked(body), language=language, at=at,
    )  # fmt: skip
    if case is not None and is_contact:
        note_contact(case, at=at)
    return message


@recorded("message:received", needs="message:create", open_to=("system", "person"))
def receive_message(
    body: str,
    *,
    case: Case | None,
    submission: Submission,
    language: str,
    by: Actor,
    at: datetime,
) -> Message:
    """A message from the person to the centre. Raises `EmptyMessage`, `LongMessage`."""
    message = Message.create(
        case=case, submission=submission, direction=INBOUND, body=checked(body),
        language=language, at=at,
    )  # fmt: skip
    if case is not None:
        note_contact(case, at=at)
    return message


@recorded("message:read", open_to=("system", "person"))
def mark_read(message: Message, *, by: Actor, at: datetime) -> Message:
    """The other side has seen the message; a second time changes nothing."""
    if message.read_at is None:
        message.read_at = at
        message.save()
    return message


def conversation(*, case: Case | None, submission: Submission | None) -> ModelSelect[Message]:
    """The messages of a case and of its request, the oldest first."""
    wanted = (Message.case == case) if case else (Message.submission == submission)
    if case and submission:
        wanted |= Message.submission == submission
    return Message.select().where(wanted).order_by(Message.at, Message.id)


def checked(body: str) -> str:
    """`body` in normal form, without outer blanks. Raises `EmptyMessage`, `LongMessage`."""
    body = clean(body).strip()
    if not body:
        raise EmptyMessage()
    if len(body) > MAX_LENGTH:
        raise LongMessage(most=MAX_LENGTH)
    return body


@recorded("mail:queued", needs="mail:create", open_to=("system",))
def queue_mail(
    kind: str,
    recipient: str,
    subject: str,
    body: str,
    *,
    language: str,
    host: str,
    by: Actor,
    at: datetime,
) -> OutboxMail:
    """Put a mail into the outbox, as part of the change that it tells of."""
    mail = OutboxMail(
        kind=kind, recipient=recipient, subject=" ".join(subject.split()), body=body,
        language=language, message_id="", created_at=at, next_try_at=at,
    )  # fmt: skip
    mail.message_id = f"<{mail.id.hex}@{host}>"
    mail.save(force_insert=True)
    return mail


def claim_mail(mail: OutboxMail, *, at: datetime, minutes: int = 10) -> bool:
    """Take a mail for sending, so that no second worker does; whether it was ours to take."""
    with transaction():
        taken = (
            OutboxMail.update(next_try_at=at + timedelta(minutes=minutes), tries=mail.tries + 1)
            .where(
                (OutboxMail.id == mail.id)
                & (OutboxMail.state == "waiting")
                & (OutboxMail.tries == mail.tries)
            )
            .execute()
        )
    mail.tries += bool(taken)
    return bool(taken)


def settle_mail(mail: OutboxMail, *, error: str = "", final: bool = False, at: datetime) -> None:
    """Note that a claimed mail has left, or when it is tried again, or that it failed.

    A `final` error, such as a refused address, is not tried again.
    """
    columns: dict[str, object] = {"last_error": error[:200]}
    if not error:
        columns |= {"state": "sent", "sent_at": at}
    elif final or mail.tries > len(RETRY_MINUTES):
        columns |= {"state": "failed"}
    else:
        columns |= {"next_try_at": at + timedelta(minutes=RETRY_MINUTES[mail.tries - 1])}
    with transaction():
        OutboxMail.update(**columns).where(OutboxMail.id == mail.id).execute()


@recorded("mail:retried", needs="mail:edit")
def retry_mail(mail: OutboxMail, *, by: Actor, at: datetime) -> OutboxMail:
    """Try a failed mail again from the start."""
    mail.state, mail.tries, mail.next_try_at = "waiting", 0, at
    mail.save()
    return mail
