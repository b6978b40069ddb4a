"""Which row of a source is which row of ours: keys, ids, and what is stored already."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from casework.core.db import new_id
from casework.formats.hsds.mapping import MAPPED, kind_of, model_of
from casework.formats.hsds.sources import Package, SourceRow
from casework.formats.hsds.specification import LOOSE_LINKS, TABLES
from casework.providers import DIRECTORY_MODELS, DirectoryModel, ServiceAtLocation

CHUNK = 500

# What tells rows without an id apart, besides what they belong to and their order.
_TELLING = {
    "organization": ("name",),
    "service": ("name",),
    "location": ("name",),
    "service_at_location": (),
    "contact": ("name",),
    "phone": ("type",),
    "address": ("address_type",),
    "schedule": ("byday", "valid_from"),
    "language": ("name",),
}


def references(kind: str) -> dict[str, str]:
    """Columns of a table that hold keys, with the table that they point to.

    More than HSDS has: older versions give addresses and schedules an organisation.
    """
    links = MAPPED[kind].links if kind in MAPPED else ()
    return {f"{link}_id": link for link in links} | TABLES[kind].references


class Keys:
    """Stable keys for rows that come without an id.

    Made of the file, what the row belongs to, what it is called, and its place among those
    alike: so a changed phone number is a change of the row, not another row.
    """

    def __init__(self) -> None:
        self._alike: Counter[str] = Counter()

    def key(self, row: SourceRow) -> str:
        """`#file:digest`; asking twice gives two keys, for the first and the second alike."""
        telling = _TELLING.get(row.kind)
        columns = row.values.keys() if telling is None else (*references(row.kind), *telling)
        content = [row.kind, sorted((name, row.values.get(name, "")) for name in columns)]
        text = prefix(row.file) + json.dumps(content, ensure_ascii=False)
        self._alike[text] += 1
        numbered = f"{text}{self._alike[text]}".encode()
        return f"{prefix(row.file)}{hashlib.blake2b(numbered, digest_size=12).hexdigest()}"


def prefix(file: str) -> str:
    """How keys of rows without an id begin that come from this file."""
    return "#json:" if file.lower().endswith(".json") else f"#{PurePosixPath(file).name[:80]}:"


class Register:
    """Knows for each row of an import the row of ours, and resolves keys between them."""

    def __init__(self, source: str, package: Package) -> None:
        self.source = source
        self.stored: dict[tuple[str, str], DirectoryModel] = {}
        self.ids: dict[tuple[str, str], uuid.UUID] = {}
        self._by_id: dict[tuple[str, uuid.UUID], DirectoryModel] = {}
        self._taken: set[tuple[str, uuid.UUID]] = set()
        wanted = sorted(_uuids(package), key=str)
        for model in DIRECTORY_MODELS:
            for row in model.select().where(model.source == source):
                self.stored[kind_of(row), row.source_id or ""] = row
                self._remember(row)
            for start in range(0, len(wanted), CHUNK):
                for row in model.select().where(model.id << wanted[start : start + CHUNK]):
                    self._remember(row)
        places = ServiceAtLocation.select()
        self.pairs = {
            (str(row.__data__["service"]), str(row.__data__["location"])): row.id for row in places
        }

    def match(self, kind: str, key: str) -> DirectoryModel | None:
        """The stored row: the one of this source with this key, else the one with this id."""
        found = self.stored.get((kind, key))
        own = _as_uuid(key)
        return found or (self._by_id.get((kind, own)) if own else None)

    def assign(self, kind: str, key: str) -> uuid.UUID:
        """Our id for the row: the stored one, else the key itself if it is free, else a new one."""
        stored, own = self.match(kind, key), _as_uuid(key)
        table = model_of(kind)._meta.table_name
        if stored is not None:
            found = stored.id
        elif own is not None and (table, own) not in self._taken:
            found = own
        else:
            found = new_id()
        self._taken.add((table, found))
        self.ids[kind, key] = found
        return found

    def forget(self, kind: str, key: str) -> None:
        """The row was dropped: nothing may point to it."""
        self.ids.pop((kind, key), None)

    def resolve(self, kind: str, key: str) -> uuid.UUID | None:
        """Our id of the row that a key of the source points to."""
        found = self.ids.get((kind, key))
        if found is None:
            row = self.match(kind, key)
            found = row.id if row is not None else None
        return found

    def resolve_any(self, key: str, kind: str) -> uuid.UUID | None:
        """The same where the table may be unknown or misspelt."""
        kinds = [kind] if kind in TABLES else list(TABLES)
        return next((found for each in kinds if (found := self.resolve(each, key))), None)

    def _remember(self, row: DirectoryModel) -> None:
        self._by_id[kind_of(row), row.id] = row
        self._taken.add((row._meta.table_name, row.id))


def _as_uuid(text: str) -> uuid.UUID | None:
    """The UUID that `text` is in its usual form, nothing for other ways to write one."""
    if len(text) != 36:
        return None
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


def _uuids(package: Package) -> set[uuid.UUID]:
    """Every UUID that the rows are called by or point to."""
    return {found for text in _key_cells(package) if (found := _as_uuid(text))}


def _key_cells(package: Package) -> Iterator[str]:
    for row in package:
        columns: Iterable[str] = ("id", *references(row.kind), *LOOSE_LINKS.get(row.kind, ())[:1])
        for column in columns:
            if column in row.values:
                yield row.values[column].strip()
