"""Another key (Schlüsselwechsel): everything sealed is brought under the newest one.

It goes on while the program runs: each batch is a transaction of its own, a value that
changed meanwhile is left as it is, and what is under the newest key already is passed by.
So it can be stopped at any moment and started again. What older keys derived from texts
that are stored nowhere (recovery codes, signatures of links, PINs) stays valid: the keys
of these purposes are kept in the settings, sealed under the newest key.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peewee import ModelSelect

from casework.core.crypto import (
    Heritage,
    Keyring,
    Sealed,
    SealedField,
    SealError,
    inherit_from,
    keyring,
)
from casework.core.db import Base, database, is_sqlite, transaction
from casework.core.files import NAME, FileMissing, read_file, stored
from casework.core.lookups import Key, LookupKey, remember
from casework.core.settings import Setting

BATCH = 200
HERITAGE = "retired_keys"
HERITAGE_PLACE = "settings/retired_keys/value"
# Enough for the name of a key and the checks of a sealed value's form.
HEAD = 64


@dataclass
class Tally:
    """What was found in one table or store: how much under which key, what was done."""

    name: str
    under: Counter[str] = field(default_factory=Counter)
    done: int = 0
    stale: int = 0
    broken: list[str] = field(default_factory=list)


def inherited(ring: Keyring) -> Heritage:
    """What earlier keys left behind in this database. Raises `SealError`."""
    row = Setting.get_or_none(Setting.key == HERITAGE)
    if row is None:
        return Heritage()
    kept = json.loads(ring.open(base64.b64decode(row.value), HERITAGE_PLACE))
    return Heritage(tuple(map(bytes.fromhex, kept["digests"])), bytes.fromhex(kept["codes"]))


def keep_heritage() -> None:
    """Store what the keys in use leave behind, sealed under the newest."""
    left = keyring().heritage
    kept = {
        "digests": [key.hex() for key in left.digest_keys],
        "codes": (left.code_key or b"").hex(),
    }
    sealed = keyring().seal(json.dumps(kept).encode(), HERITAGE_PLACE)
    value = base64.b64encode(sealed).decode()
    with transaction():
        Setting.insert(key=HERITAGE, value=value).on_conflict(
            conflict_target=[Setting.key], update={Setting.value: value}
        ).execute()


def heritage_tally() -> Tally:
    """Under which key the heritage lies, if there is one."""
    tally = Tally("settings")
    row = Setting.get_or_none(Setting.key == HERITAGE)
    if row is not None:
        tally.under[keyring().key_of(base64.b64decode(row.value))] += 1
    return tally


def sealed_tables() -> list[tuple[Any, list[SealedField]]]:
    """Each model of this database that has sealed columns, with these, by name of the table."""
    present = set(database.get_tables())
    found = {
        model._meta.table_name: (model, sealed)
        for model in _models(Base)
        if (sealed := _sealed_columns(model)) and model._meta.table_name in present
    }
    return [found[name] for name in sorted(found)]


def reseal_table(model: Any, columns: list[SealedField], *, write: bool) -> Tally:
    """Count the values of a table by their key; with `write`, seal them anew where needed."""
    tally = Tally(model._meta.table_name)
    for batch in _batches(model.select(model.id, *columns)):
        changes = [change for row in batch for change in _changes(row, columns, tally, write)]
        if changes:
            with transaction():
                tally.done += sum(_exchange(model, *change) for change in changes)
    return tally


def reseal_files(folder: Path, *, write: bool) -> Tally:
    """The same for files in a folder."""
    tally = Tally(folder.name)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if NAME.fullmatch(path.name):
            _reseal_file(folder, path, tally, write)
    return tally


def redigest_table(model: Any, keys_of: Callable[[Any], list[Key]], *, write: bool) -> Tally:
    """Count rows that are not found under the newest key; with `write`, see that they are."""
    tally = Tally(f"lookup_keys of {model._meta.table_name}")
    for ids in _ids(model):
        with transaction():
            rows = list(_held(model.select().where(model.id << ids)))
            stale = list(_stale_keys(rows, keys_of, tally))
            for row, keys in stale if write else ():
                remember(row, keys)
        tally.stale += len(stale)
        tally.done += len(stale) if write else 0
    return tally


def redigest_column(
    model: Any, column: str, kind: str, text_of: Callable[[Any], str], *, write: bool
) -> Tally:
    """The same for a column that holds the digest of a sealed text in its own row."""
    tally = Tally(f"{model._meta.table_name}.{column}")
    for ids in _ids(model):
        with transaction():
            for row in _held(model.select().where(model.id << ids)):
                try:
                    wanted = keyring().digest(kind, text_of(row))
                except SealError:
                    tally.broken.append(f"{model._meta.table_name}/{row.id}")
                    continue
                if getattr(row, column) != wanted:
                    tally.stale += 1
                    setattr(row, column, wanted)
                    tally.done += row.save() if write else 0
    return tally


def _models(model: Any) -> Iterator[Any]:
    for each in model.__subclasses__():
        yield from _models(each)
        yield each


def _sealed_columns(model: Any) -> list[SealedField]:
    return [each for each in model._meta.sorted_fields if isinstance(each, SealedField)]


def _batches(query: ModelSelect) -> Iterator[list[Any]]:
    """The rows of `query` in pieces, by key: a row that is added meanwhile does no harm."""
    model: Any = query.model
    last: uuid.UUID | None = None
    while batch := list(
        (query if last is None else query.where(model.id > last)).order_by(model.id).limit(BATCH)
    ):
        yield batch
        last = batch[-1].id


def _ids(model: Any) -> Iterable[list[uuid.UUID]]:
    return ([row.id for row in batch] for batch in _batches(model.select(model.id)))


def _held(rows: ModelSelect) -> ModelSelect:
    """`rows` kept from others until the transaction ends; SQLite has one writer anyway."""
    return rows if is_sqlite() else rows.for_update()


def _changes(
    row: Any, columns: list[SealedField], tally: Tally, write: bool
) -> Iterator[tuple[uuid.UUID, SealedField, bytes, bytes]]:
    """Row, column, old and new bytes of each value that is not under the newest key."""
    for column in columns:
        held = row.__data__.get(column.name)
        if held is None:
            continue
        place = f"{tally.name}/{row.id}/{column.column_name}"
        try:
            key = keyring().key_of(held.data)
            tally.under[key] += 1
            if write and key != keyring().newest:
                new = keyring().seal(keyring().open(held.data, place), place)
                yield row.id, column, held.data, new
        except SealError:
            tally.broken.append(place)


def _exchange(model: Any, row_id: uuid.UUID, column: SealedField, old: bytes, new: bytes) -> int:
    """Write `new` where `old` still stands."""
    return int(
        model.update({column: Sealed(new)})
        .where((model.id == row_id) & (column == Sealed(old)))
        .execute()
    )


def _reseal_file(folder: Path, path: Path, tally: Tally, write: bool) -> None:
    try:
        with path.open("rb") as file:
            key = keyring().key_of(file.read(HEAD))
        tally.under[key] += 1
        if write and key != keyring().newest:
            row_id = uuid.UUID(path.name)
            with stored(folder, row_id, read_file(folder, row_id)):
                tally.done += 1
    except SealError:
        tally.broken.append(f"{folder.name}/{path.name}")
    except (FileNotFoundError, FileMissing):
        return  # deleted meanwhile


def _stale_keys(
    rows: list[Any], keys_of: Callable[[Any], list[Key]], tally: Tally
) -> Iterator[tuple[Any, list[Key]]]:
    """The rows of a batch that are found under other digests than those of the newest key."""
    stored_digests: dict[uuid.UUID, set[tuple[str, str]]] = {row.id: set() for row in rows}
    for each in LookupKey.select().where(LookupKey.row_id << list(stored_digests)):
        stored_digests[each.row_id].add((each.kind, each.digest))
    for row in rows:
        try:
            keys = keys_of(row)
        except SealError:
            tally.broken.append(f"{row._meta.table_name}/{row.id}")
            continue
        wanted = {(kind, keyring().digest(kind, text)) for kind, text in keys}
        if wanted != stored_digests[row.id]:
            yield row, keys


inherit_from(inherited)
