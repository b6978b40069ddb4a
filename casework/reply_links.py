"""Signed links (Antwortlinks) for somebody without an account: each acts once, for a while.

A referral that is sent gets its link here, and one that is over loses it: this room listens
to what happens to referrals, so that they know nothing of links.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from peewee import CharField, ForeignKeyField, ModelSelect

from casework.cases import note_contact
from casework.core.access import Actor
from casework.core.audit import on, recorded
from casework.core.crypto import SealedField, keyring
from casework.core.db import Base, UtcField, new_id
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, Term
from casework.core.settings import setting
from casework.messages import OutboxMail
from casework.referral_states import STATES, WAITING
from casework.referrals import Referral, answer_referral, locked

# Mails of one moment that are looked through for a link; a round of mails has far fewer.
MOST_MAILS = 50


class ReferralAlreadyAnswered(Refusal):
    """The link was used, or the referral went on without it."""

    msgid = N_("This request was already answered. The answer was: %(answer)s.")


class LinkExpired(Refusal):
    """The link's time is over or it was taken back."""

    msgid = N_(
        "This link is no longer valid. If you still want to answer, please call the welcome centre."
    )


class ReplyLink(Base):
    """A signed link for somebody without an account. It acts once."""

    referral = ForeignKeyField(Referral, null=True, backref="links", on_delete="CASCADE")
    purpose = CharField(max_length=32, default="referral")
    token = SealedField(max_length=300)
    token_digest = CharField(max_length=32, unique=True)
    created_at = UtcField()
    expires_at = UtcField()
    used_at = UtcField(null=True)
    revoked_at = UtcField(null=True)

    class Meta:
        table_name = "reply_links"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the referrals within scope."""
        return cls.select().where(cls.referral << Referral.scope(staff).select(Referral.id))

    @property
    def is_open(self) -> bool:
        """Whether it was neither used nor taken back."""
        return self.used_at is None and self.revoked_at is None


@recorded("referral:link_renewed")
def renew_link(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """A new link for the provider while the referral is on its way; the old one acts no more.

    Raises `LinkExpired` when there is nothing left to answer.
    """
    current = _on_its_way(referral)
    make_link(current, at=at)
    return current


@recorded("referral:reminded")
def remind_provider(referral: Referral, *, by: Actor, at: datetime) -> Referral:
    """The provider is reminded kindly, with a new link; the old one acts no more.

    Raises `LinkExpired` when there is nothing left to answer.
    """
    current = _on_its_way(referral)
    make_link(current, at=at)
    return current


def _on_its_way(referral: Referral) -> Referral:
    """The row as it is now: a page from before the end opens no link. Raises `LinkExpired`."""
    current = locked(referral)
    if current.state not in WAITING:
        raise LinkExpired()
    return current


def make_link(referral: Referral, *, at: datetime) -> ReplyLink:
    """A new signed link for the provider; older ones of the referral close."""
    close_links(referral, at=at)
    link_id = new_id()
    token = _signer().dumps(link_id.hex)
    return ReplyLink.create(
        id=link_id,
        referral=referral,
        token=token,
        token_digest=_digest(token),
        created_at=at,
        expires_at=at + timedelta(days=setting("reply_link_days")),
    )


def link_of(token: str, *, at: datetime) -> ReplyLink:
    """The link of a token whose signature and time are right, used or not.

    Raises `NotFound` for a token that is none of ours, `LinkExpired` when its time is over.
    """
    try:
        _signer().loads(token)
    except BadSignature as error:
        raise NotFound() from error
    link = ReplyLink.get_or_none(ReplyLink.token_digest == _digest(token))
    if link is None:
        raise NotFound()
    if link.used_at is None and (link.revoked_at is not None or link.expires_at <= at):
        raise LinkExpired()
    return link


@recorded("referral:replied", open_to=("provider",))
def reply_by_link(link: ReplyLink, answer: str, *, note: str, by: Actor, at: datetime) -> Referral:
    """Answer a referral with a link, which is used up by it.

    Raises `ReferralAlreadyAnswered`, `LinkExpired`, `NotFound`, `InvalidTransition`.
    """
    fresh = (
        ReplyLink.update(used_at=at)
        .where(
            (ReplyLink.id == link.id)
            & ReplyLink.used_at.is_null()
            & ReplyLink.revoked_at.is_null()
            & (ReplyLink.expires_at > at)
        )
        .execute()
    )
    if not fresh:
        now = link.refresh()
        if now.used_at is None:
            raise LinkExpired()
        raise ReferralAlreadyAnswered(answer=Term(STATES.names[now.referral.state]))
    referral = answer_referral(link.referral, answer, note=note, by=by, at=at)
    if not referral.is_final:
        make_link(referral, at=at)
    note_contact(referral.case, at=at)
    return referral


def current_link(referral: Referral) -> ReplyLink | None:
    """The link that still acts, if there is one."""
    open_links = (
        ReplyLink.select()
        .where(
            (ReplyLink.referral == referral)
            & ReplyLink.used_at.is_null()
            & ReplyLink.revoked_at.is_null()
        )
        .order_by(ReplyLink.created_at.desc())
    )
    return open_links.first()


def mail_state(link: ReplyLink) -> str:
    """How far the mail with this very link has come: the state of the outbox row, "" without one.

    Only the state leaves this function: who may see the referral may know whether the mail
    left, and nothing else of it.
    """
    mails = OutboxMail.select().where(
        (OutboxMail.created_at == link.created_at) & OutboxMail.kind.startswith("referral")
    )
    return next((mail.state for mail in mails.limit(MOST_MAILS) if link.token in mail.body), "")


def close_links(referral: Referral, *, at: datetime) -> None:
    """No link of this referral acts from now on."""
    ReplyLink.update(revoked_at=at).where(
        (ReplyLink.referral == referral)
        & ReplyLink.used_at.is_null()
        & ReplyLink.revoked_at.is_null()
    ).execute()


@on("referral:sent")
def open_link(referral: Referral, *, by: Actor, at: datetime) -> None:
    """The provider answers by a link. Rooms above, such as the mails, find it made already."""
    make_link(referral, at=at)


@on("referral:answered")
@on("referral:revoked")
@on("referral:declined")
@on("referral:expired")
def close_with_outcome(referral: Referral, *, by: Actor, at: datetime) -> None:
    """With a final outcome, no link acts any more."""
    if referral.is_final:
        close_links(referral, at=at)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(keyring().code("reply link", "signature"), salt="reply")


def _digest(token: str) -> str:
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest()
