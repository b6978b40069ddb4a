"""Page and mail texts, edited in the back office, one row for each key and language."""

from __future__ import annotations

import hashlib
from datetime import datetime

from peewee import CharField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, LineField, ProseField, UtcField
from casework.core.i18n import pick

REVIEW_STATES = ("draft", "machine", "reviewed")


class Text(Base):
    """One text in one language. `subject` is a page's title or a mail's subject."""

    key = CharField(max_length=64)
    language = CharField(max_length=16)
    subject = LineField(max_length=300, default="")
    body = ProseField(default="")
    review = CharField(max_length=16, default="draft", choices=[(s, s) for s in REVIEW_STATES])
    changed_at = UtcField()

    class Meta:
        table_name = "texts"
        indexes = ((("key", "language"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Every member of staff may read what the public reads."""
        return cls.select()

    @property
    def version(self) -> str:
        """Eight characters that name this very wording: recorded with each consent to it."""
        wording = f"{self.subject}\n{self.body}".encode()
        return hashlib.blake2b(wording, digest_size=4).hexdigest()


def text(key: str, tag: str) -> Text | None:
    """The text of `key` in the language `tag` or the nearest one there is."""
    rows = {row.language: row for row in Text.select().where(Text.key == key)}
    _, found = pick({language: row.body for language, row in rows.items()}, tag)
    return rows.get(found)


@recorded("text:changed", needs="text:edit")
def change_text(
    key: str,
    tag: str,
    *,
    subject: str = "",
    body: str,
    review: str = "draft",
    by: Actor,
    at: datetime,
) -> Text:
    """Set the text of `key` in `tag`; returns its row."""
    row = Text.get_or_none((Text.key == key) & (Text.language == tag))
    if row is None:
        return Text.create(
            key=key, language=tag, subject=subject, body=body, review=review, changed_at=at
        )
    row.subject, row.body, row.review, row.changed_at = subject, body, review, at
    row.save()
    return row


@recorded("text:loaded", needs="text:edit")
def load_texts(content: dict[str, dict[str, dict[str, str]]], *, by: Actor, at: datetime) -> None:
    """Put starter texts in (`{key: {tag: {title or subject, body}}}`); what exists stays."""
    known = {(row.key, row.language) for row in Text.select(Text.key, Text.language)}
    Text.insert_rows(
        [
            Text(
                key=key,
                language=tag,
                subject=wording.get("subject") or wording.get("title") or "",
                body=wording["body"],
                changed_at=at,
            )
            for key, languages in content.items()
            for tag, wording in languages.items()
            if (key, tag) not in known
        ]
    )
