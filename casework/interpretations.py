"""Translations of what people wrote: beside the original, never in its place."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from datetime import datetime

from peewee import CharField, ModelSelect, UUIDField

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal

SOURCES = ("staff", "machine")
TIMEOUT_SECONDS = 15
# What LibreTranslate calls languages that our table knows by another tag.
SERVICE_CODES = {"fa-AF": "fa"}


class MachineUnavailable(Refusal):
    """The translation service is off, away, or does not know the language."""

    msgid = N_("The translation service gave no translation. Please try later or type one.")


class Interpretation(Base):
    """The translation of one text of one row into one language, with who or what made it."""

    table = CharField(max_length=32)
    row_id = UUIDField()
    field = CharField(max_length=120)
    language = CharField(max_length=16)
    source = CharField(max_length=16)
    body = SealedField(max_length=12000)
    author = CharField(max_length=200, default="")
    at = UtcField()

    class Meta:
        table_name = "interpretations"
        indexes = ((("row_id", "field", "language", "source"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Never listed; read beside a row that passed its own scope (`of_rows`)."""
        return cls.select().where(cls.id.is_null())


Translations = dict[tuple[uuid.UUID, str], list[Interpretation]]


def of_rows(rows: Iterable[Base]) -> Translations:
    """All translations of texts of `rows`, by row and field, in one statement.

    `rows` have passed their own scope; translations by people come before those by machines.
    """
    found: Translations = {}
    query = Interpretation.select().where(Interpretation.row_id << [row.id for row in rows])
    for each in query.order_by(Interpretation.source.desc(), Interpretation.at.desc()):
        found.setdefault((each.row_id, each.field), []).append(each)
    return found


@recorded("translation:saved", needs="translation:create")
def keep_interpretation(
    row: Base, field: str, language: str, body: str, *, source: str, by: Actor, at: datetime
) -> Interpretation:
    """Store a translation of `row`'s `field`; an earlier one of the same source is replaced.

    Raises `NotFound` for an unknown source.
    """
    if source not in SOURCES:
        raise NotFound()
    Interpretation.delete().where(
        (Interpretation.row_id == row.id)
        & (Interpretation.field == field)
        & (Interpretation.language == language)
        & (Interpretation.source == source)
    ).execute()
    return Interpretation.create(
        table=row._meta.table_name, row_id=uuid.UUID(str(row.id)), field=field,
        language=language, source=source, body=body, author=by.name[:200], at=at,
    )  # fmt: skip


def ask_machine(body: str, source: str, target: str, *, url: str, key: str = "") -> str:
    """The translation of `body` by a LibreTranslate service at `url` (`POST /translate`).

    Raises `MachineUnavailable` where none is set, it does not answer, or it refuses.
    """
    if not url:
        raise MachineUnavailable()
    question = {
        "q": body,
        "source": SERVICE_CODES.get(source, source),
        "target": SERVICE_CODES.get(target, target),
        "format": "text",
    } | ({"api_key": key} if key else {})
    request = urllib.request.Request(  # noqa: S310 - Config admits http and https only
        f"{url}/translate",
        data=json.dumps(question).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            text = json.load(answer)["translatedText"]
    except (urllib.error.URLError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise MachineUnavailable() from error
    if not isinstance(text, str):
        raise MachineUnavailable()
    return text
