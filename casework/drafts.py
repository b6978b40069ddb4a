"""Drafts: forms that somebody is filling in (angefangene Formulare)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from peewee import CharField, ForeignKeyField, IntegerField, ModelSelect, UUIDField

from casework.codes import new_code, normal_code
from casework.core.access import Actor
from casework.core.crypto import SealedField, SealedJSONField, keyring
from casework.core.db import Base, UtcField, transaction
from casework.core.settings import setting
from casework.questionnaires.models import QuestionnaireVersion


class Draft(Base):
    """A form that somebody is filling in; found by the secret in the browser or by its code."""

    version = ForeignKeyField(QuestionnaireVersion, on_delete="RESTRICT")
    token_digest = CharField(max_length=32, unique=True)
    code_digest = CharField(max_length=32, unique=True)
    code = SealedField(max_length=24)
    language = CharField(max_length=16)
    answers = SealedJSONField()
    started_at = UtcField()
    changed_at = UtcField()
    expires_at = UtcField(index=True)
    revision = IntegerField(default=0)
    invitation_id = UUIDField(null=True, index=True)  # by key: invitations stand above this room

    class Meta:
        table_name = "drafts"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Nobody in the back office reads what was not sent."""
        return cls.select().where(cls.id.is_null())

    @property
    def invited_as(self) -> str:
        """The key of the invitation that it belongs to; empty for a form that is open to all."""
        return self.invitation_id.hex if self.invitation_id else ""


def start_draft(version: QuestionnaireVersion, language: str, *, at: datetime) -> tuple[Draft, str]:
    """A new draft and its secret token, which only the browser keeps."""
    token = secrets.token_urlsafe(24)
    code = new_code()
    with transaction():
        draft = Draft.create(
            version=version,
            token_digest=token_digest(token),
            code_digest=keyring().digest("draft code", code),
            code=code,
            language=language,
            answers={},
            started_at=at,
            changed_at=at,
            expires_at=at + timedelta(days=setting("draft_days")),
        )
    return draft, token


def draft_of(token: str, *, at: datetime) -> Draft | None:
    """The draft of a browser's token, unless it has expired.

    Its version comes without the text of the definition, which is compiled and kept already.
    """
    draft = Draft.get_or_none((Draft.token_digest == token_digest(token)) & (Draft.expires_at > at))
    if draft is not None:
        fields = QuestionnaireVersion._meta.sorted_fields
        light = QuestionnaireVersion.select(*(each for each in fields if each.name != "definition"))
        draft.version = light.where(QuestionnaireVersion.id == draft.__data__["version"]).get()
    return draft


def draft_of_invitation(invitation_id: UUID, *, at: datetime) -> Draft | None:
    """What has been typed into the form of an invitation, unless it has expired."""
    found = (Draft.invitation_id == invitation_id) & (Draft.expires_at > at)
    return Draft.select().where(found).order_by(Draft.started_at.desc()).first()


def draft_by_code(code: str, *, at: datetime) -> Draft | None:
    """The draft of a code that was written down to go on with on another device."""
    digests = keyring().digests("draft code", normal_code(code))
    return Draft.get_or_none((Draft.code_digest << digests) & (Draft.expires_at > at))


def keep_draft(draft: Draft, answers: dict[str, Any], language: str, *, at: datetime) -> Draft:
    """Store the answers so far; the time until the draft is deleted starts anew."""
    with transaction():
        draft.answers = answers
        draft.language = language
        draft.changed_at = at
        draft.expires_at = at + timedelta(days=setting("draft_days"))
        draft.revision += 1
        draft.save()
    return draft


def rekey_draft(draft: Draft) -> str:
    """A new token for a draft that another device goes on with; the code stays the same."""
    token = secrets.token_urlsafe(24)
    with transaction():
        draft.token_digest = token_digest(token)
        draft.save()
    return token


def discard_draft(draft: Draft) -> None:
    """Delete what was typed."""
    with transaction():
        draft.delete_instance()


def token_digest(token: str) -> str:
    """What the database knows of a secret token: 32 hex digits."""
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest()


def purge_drafts(*, at: datetime) -> int:
    """Delete drafts whose time is over; returns how many."""
    with transaction():
        return Draft.delete().where(Draft.expires_at <= at).execute()
