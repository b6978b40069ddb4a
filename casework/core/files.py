"""Files that belong to rows: sealed on disk under the id of their row.

The file is written before its row and deleted after it. Whatever stops the program in
between leaves at most a file without a row, which `strays` finds.
"""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casework.core.crypto import keyring
from casework.core.i18n import N_
from casework.core.refusals import Refusal

MEGABYTE = 1024 * 1024
NAME = re.compile("[0-9a-f]{32}")
UNFINISHED = ".part"
# A row may still be on its way to the database while its file lies there already.
SETTLED = timedelta(hours=1)


class FileRefused(Refusal):
    """A type that is not taken, judged by content and not by name."""

    msgid = N_("This kind of file cannot be taken. Possible are: %(kinds)s.")


class FileTooLarge(Refusal):
    """More than fits."""

    msgid = N_("The file is larger than %(most)s MB. Please send a smaller one.")


class FileMissing(Refusal):
    """The row is there, the file is not."""

    msgid = N_("The file is missing from the store. Please tell the administrator.")


class StoreFull(Refusal):
    """The disk took no more."""

    msgid = N_("The file could not be stored. Please try again later, or go on without it.")


@contextlib.contextmanager
def stored(folder: Path, row_id: uuid.UUID, data: bytes) -> Iterator[None]:
    """Write `data` sealed, then run the block that stores its row; without row no file.

    Raises `StoreFull` where the disk refuses.
    """
    path = _path(folder, row_id)
    try:
        _write(path, keyring().seal(data, _place(row_id)))
    except OSError as error:
        path.with_suffix(UNFINISHED).unlink(missing_ok=True)
        raise StoreFull() from error
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read_file(folder: Path, row_id: uuid.UUID) -> bytes:
    """The file as it was stored. Raises `FileMissing`."""
    try:
        sealed = _path(folder, row_id).read_bytes()
    except FileNotFoundError as error:
        raise FileMissing() from error
    return keyring().open(sealed, _place(row_id))


def delete_file(folder: Path, row_id: uuid.UUID) -> None:
    """Delete a file whose row is gone; one that is gone already is fine."""
    _path(folder, row_id).unlink(missing_ok=True)


def strays(folder: Path, known: Collection[uuid.UUID], *, at: datetime) -> list[Path]:
    """Files without a row that have lain there for an hour; `known` are the ids of all rows."""
    if not folder.is_dir():
        return []
    names = {each.hex for each in known}
    found = []
    for path in folder.iterdir():
        is_ours = NAME.fullmatch(path.stem) and path.suffix in ("", UNFINISHED)
        if is_ours and path.name not in names and _is_settled(path, at):
            found.append(path)
    return sorted(found)


def _is_settled(path: Path, at: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < at - SETTLED
    except FileNotFoundError:
        return False


def _write(path: Path, sealed: bytes) -> None:
    """All of it or nothing: readers never see half a file, a crash leaves none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(UNFINISHED)
    with open(unfinished, "wb", opener=_private) as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _path(folder: Path, row_id: uuid.UUID) -> Path:
    return folder / row_id.hex


def _place(row_id: uuid.UUID) -> str:
    return f"file/{row_id}"
