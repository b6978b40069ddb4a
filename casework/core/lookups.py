"""Exact look-up in sealed columns: keyed digests of names, phones, e-mails and birth dates.

The table gives nothing away by itself. Names are folded word by word, so that order
and case do not matter; a phone counts by its last eight digits.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from peewee import CharField, ModelSelect, UUIDField

from casework.core.access import Actor
from casework.core.crypto import keyring
from casework.core.db import Base

Key = tuple[str, str]


class LookupKey(Base):
    """One digest under which a row can be found."""

    table = CharField(max_length=32)
    row_id = UUIDField()
    kind = CharField(max_length=16)
    digest = CharField(max_length=32)

    class Meta:
        table_name = "lookup_keys"
        indexes = ((("digest", "table"), False), (("row_id",), False))

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Nobody reads the keys themselves; rows found by them pass their own scope."""
        return cls.select().where(cls.id.is_null())


def fold(text: str) -> str:
    """Lower case, compatibility form, accents off, letters and digits only."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", kept))


def name_keys(*names: str | None) -> list[Key]:
    """A key for each word of the names."""
    words = {word for name in names if name for word in fold(name).split()}
    return [("name", word) for word in sorted(words)]


def phone_keys(*phones: str | None) -> list[Key]:
    """A key of the last eight digits of each phone number that has as many."""
    digits = ["".join(str(int(c)) for c in phone if c.isdecimal()) for phone in phones if phone]
    return [("phone", number[-8:]) for number in digits if len(number) >= 8]


def email_keys(*addresses: str | None) -> list[Key]:
    """A key of each address, without regard to case."""
    return [("email", address.strip().casefold()) for address in addresses if address]


def birth_keys(*dates: str | None) -> list[Key]:
    """A key of each full date. 1 January gives none: it stands in too many papers."""
    return [("birth", day) for day in dates if day and len(day) == 10 and day[5:] != "01-01"]


def contact_keys(row: Any, *, birth: bool = False) -> list[Key]:
    """The keys of a row with a name, a phone and an e-mail; with `birth`, of its birth date too."""
    return [
        *name_keys(row.given_name, row.family_name),
        *phone_keys(row.phone),
        *email_keys(row.email),
        *(birth_keys(row.birth_date) if birth else ()),
    ]


def remember(row: Base, keys: Iterable[Key]) -> None:
    """Make `row` findable under `keys`, and under nothing else."""
    table = row._meta.table_name
    LookupKey.delete().where(LookupKey.row_id == row.id).execute()
    LookupKey.insert_rows(
        [
            LookupKey(table=table, row_id=row.id, kind=kind, digest=keyring().digest(kind, text))
            for kind, text in dict.fromkeys(keys)
        ]
    )


def find(table: str, keys: Iterable[Key], *, limit: int = 500) -> dict[uuid.UUID, set[str]]:
    """Rows of `table` that share a key, with the kinds that they share."""
    digests = [digest for kind, text in keys for digest in keyring().digests(kind, text)]
    if not digests:
        return {}
    found: dict[uuid.UUID, set[str]] = {}
    query = (
        LookupKey.select(LookupKey.row_id, LookupKey.kind)
        .where((LookupKey.table == table) & (LookupKey.digest << digests))
        .limit(limit)
    )
    for row in query:
        found.setdefault(row.row_id, set()).add(row.kind)
    return found


def find_all(table: str, keys: Iterable[Key], *, limit: int = 500) -> set[uuid.UUID]:
    """Rows of `table` that have every one of `keys`: what a search box means."""
    result: set[uuid.UUID] | None = None
    for kind, text in keys:
        rows = set(find(table, [(kind, text)], limit=limit))
        result = rows if result is None else result & rows
    return result or set()
