"""People of a list who are perhaps known already: found for the whole list in a few statements."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import fn

from casework.arrival_lists.entries import Entry
from casework.core.access import Actor
from casework.core.crypto import keyring
from casework.core.lookups import (
    Key,
    LookupKey,
    birth_keys,
    email_keys,
    fold,
    name_keys,
    phone_keys,
)
from casework.insight.duplicates import ENOUGH, WEIGHTS
from casework.people import Person

AT_ONCE = 400
MOST_EACH = 5


@dataclass(frozen=True)
class Match:
    """A person of ours who may be the one in the list; `reasons` are keys of `REASONS`.

    `certain` is who has every word of the name and the same full date of birth.
    """

    person: Person
    reasons: tuple[str, ...]
    certain: bool


def likely_known(entries: Sequence[Entry], staff: Actor) -> dict[int, list[Match]]:
    """For each line of the list the people within scope who may be the same, likeliest first.

    By phone, e-mail and full date of birth, together with words of the name; where a line
    has none of the three, by the whole name. The name alone is never certain.
    """
    sharp = {entry.line: _sharp_keys(entry) for entry in entries}
    names = {entry.line: name_keys(entry.name) for entry in entries}
    found = _sharing(key for keys in sharp.values() for key in keys)
    hits = {line: _hits(keys, found) for line, keys in sharp.items()}
    for entry in entries:
        if not sharp[entry.line] and len(names[entry.line]) > 1:
            hits[entry.line] = {row_id: {"name"} for row_id in _with_whole_name(names[entry.line])}
    people = _people({row_id for each in hits.values() for row_id in each}, staff)
    return {
        entry.line: matches
        for entry in entries
        if (matches := _matches(entry, hits[entry.line], people))
    }


def _matches(
    entry: Entry, hits: dict[uuid.UUID, set[str]], people: dict[uuid.UUID, Person]
) -> list[Match]:
    words, found = set(fold(entry.name).split()), []
    for row_id, kinds in hits.items():
        person = people.get(row_id)
        if person is None:
            continue
        own = set(fold(person.name).split())
        kinds = kinds | ({"name"} if words & own else set())
        whole_name = words == own and len(words) > 1
        score = sum(WEIGHTS[kind] for kind in kinds)
        if score >= ENOUGH or (whole_name and kinds == {"name"}):
            reasons = tuple(sorted(kinds, key=lambda kind: -WEIGHTS[kind]))
            found.append((-score, row_id, Match(person, reasons, whole_name and "birth" in kinds)))
    return [match for *_, match in sorted(found, key=lambda each: each[:2])[:MOST_EACH]]


def _sharp_keys(entry: Entry) -> list[Key]:
    person = entry.person
    return [
        *phone_keys(person["phone"]),
        *email_keys(person["email"]),
        *birth_keys(person["birth_date"]),
    ]


def _sharing(keys: Iterable[Key]) -> dict[Key, set[uuid.UUID]]:
    """The people that have each key, asked for many keys at once."""
    digests = {d: key for key in dict.fromkeys(keys) for d in keyring().digests(*key)}
    found: dict[Key, set[uuid.UUID]] = defaultdict(set)
    for some in _portions(list(digests)):
        rows = LookupKey.select(LookupKey.row_id, LookupKey.digest).where(
            (LookupKey.table == "people") & (LookupKey.digest << some)
        )
        for row_id, digest in rows.tuples():
            found[digests[digest]].add(row_id)
    return found


def _hits(keys: list[Key], found: dict[Key, set[uuid.UUID]]) -> dict[uuid.UUID, set[str]]:
    hits: dict[uuid.UUID, set[str]] = {}
    for key in keys:
        for row_id in found.get(key, ()):
            hits.setdefault(row_id, set()).add(key[0])
    return hits


def _with_whole_name(keys: list[Key]) -> list[uuid.UUID]:
    """People who have every one of these name words."""
    digests = {d: word for word in keys for d in keyring().digests(*word)}
    rows = (
        LookupKey.select(LookupKey.row_id)
        .where((LookupKey.table == "people") & (LookupKey.digest << list(digests)))
        .group_by(LookupKey.row_id)
        .having(fn.COUNT(LookupKey.digest.distinct()) >= len(keys))
        .limit(MOST_EACH * 4)
    )
    return [row_id for (row_id,) in rows.tuples()]


def _people(ids: set[uuid.UUID], staff: Actor) -> dict[uuid.UUID, Person]:
    found: dict[uuid.UUID, Person] = {}
    for some in _portions(list(ids)):
        rows = Person.scope(staff).where(Person.id << some).with_related(Person.household)
        found |= {person.id: person for person in rows}
    return found


def _portions(every: list[Any]) -> Iterable[list[Any]]:
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
