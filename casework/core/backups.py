"""Backup and restore: one archive with the database and the documents, without the keys.

The archive is a gzipped tar: the database's snapshot, the sealed documents, and last
`manifest.json` with row counts, digests and a value sealed under the keys in use, so
that a restore without the right keys is refused before anything is touched.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from casework.core import snapshots
from casework.core.crypto import SealError, keyring
from casework.core.snapshots import SnapshotError

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
DOCUMENT = re.compile(r"documents/[0-9a-f]{32}")
SEAL_PLACE = "backup/keys/check"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """It could not be done and nothing was changed; the text is one sentence."""


@dataclass(frozen=True)
class Archive:
    """What an archive holds: rows over all tables, documents, and when it was written."""

    rows: int
    documents: int
    written_at: str


def write_backup(target: Path, *, documents: Path, at: datetime) -> Archive:
    """Write an archive of database and documents into the new file `target`, also under load.

    The database comes first: a document that is added meanwhile may be in the archive
    without its row, never the other way round. Raises `BackupError`.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; please name a new file.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist; please create it first.")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            return _write(target, Path(folder), documents, at)
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror}).") from error
    except SnapshotError as error:
        raise BackupError(str(error)) from error


def restore_backup(source: Path, *, documents: Path, replace: bool) -> Archive:
    """Put database and documents back as they are in the archive `source`.

    Everything is unpacked and checked beside its place first. Raises `BackupError`: for
    an installation in use unless `replace`, for a damaged or foreign archive, for other
    keys; nothing is changed then.
    """
    if not replace and (snapshots.in_use() or _names(documents)):
        raise BackupError(
            "This installation holds data already; with --replace everything in it is "
            "replaced by the archive."
        )
    documents.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=documents.parent) as folder:
            return _restore(source, Path(folder), documents)
    except SnapshotError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"The archive cannot be restored ({error.strerror or error}).") from error


def _write(target: Path, folder: Path, documents: Path, at: datetime) -> Archive:
    rows = snapshots.save(folder / DATABASE)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "written_at": at.isoformat(timespec="seconds"),
        "database": snapshots.kind(),
        "migrations": snapshots.applied_migrations(),
        "rows": rows,
        "keys": base64.b64encode(keyring().seal(b"lotse", SEAL_PLACE)).decode(),
        "files": {},
    }
    partial = folder / "archive"
    with (
        open(partial, "xb", opener=_private) as file,
        tarfile.open(fileobj=file, mode="w:gz") as tar,
    ):
        _add(tar, manifest, folder / DATABASE, DATABASE)
        for name in _names(documents):
            _add(tar, manifest, documents / name, f"documents/{name}")
        path = folder / MANIFEST
        path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        tar.add(path, MANIFEST, filter=_anonymous)
        tar.close()
        file.flush()
        os.fsync(file.fileno())
    partial.rename(target)
    return _summary(manifest)


def _add(tar: tarfile.TarFile, manifest: dict[str, Any], path: Path, name: str) -> None:
    """One file; a document that was deleted meanwhile is left out."""
    try:
        digest = _digest(path)
        tar.add(path, name, filter=_anonymous)
    except FileNotFoundError:
        if name == DATABASE:
            raise
        return
    manifest["files"][name] = digest


def _restore(source: Path, folder: Path, documents: Path) -> Archive:
    _unpack(source, folder)
    manifest = _manifest(folder)
    _check_files(folder, manifest)
    snapshots.check(folder / DATABASE, manifest["rows"])
    wanted = _names(folder / "documents")
    documents.mkdir(exist_ok=True, mode=0o700)
    for name in wanted:
        (folder / "documents" / name).replace(documents / name)
    snapshots.load(folder / DATABASE, manifest["rows"])
    for name in set(_names(documents)) - set(wanted):
        (documents / name).unlink()
    return _summary(manifest)


def _unpack(source: Path, folder: Path) -> None:
    """Take the files out that an archive has, and refuse every other name or kind."""
    foreign = BackupError(f"{source} is not an archive that “backup” wrote.")
    (folder / "documents").mkdir()
    try:
        with tarfile.open(source, "r:gz") as tar:
            for member in tar:
                known = member.name in (DATABASE, MANIFEST) or DOCUMENT.fullmatch(member.name)
                packed = tar.extractfile(member) if known and member.isreg() else None
                if packed is None:
                    raise foreign
                with open(folder / member.name, "xb", opener=_private) as file:
                    shutil.copyfileobj(packed, file, CHUNK)
    except FileNotFoundError as error:
        raise BackupError(f"{source} does not exist; please check the name.") from error
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, FileExistsError) as error:
        raise foreign from error


def _manifest(folder: Path) -> dict[str, Any]:
    """What the archive says about itself, checked against this installation."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sealed = base64.b64decode(manifest["keys"])
        rows, files = manifest["rows"], manifest["files"]
        newer = set(manifest["migrations"]) - snapshots.known_migrations()
        kind, version = manifest["database"], manifest["format"]
    except (FileNotFoundError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BackupError("The archive has no readable manifest; it is damaged.") from error
    if not isinstance(rows, dict) or not isinstance(files, dict):
        raise BackupError("The archive has no readable manifest; it is damaged.")
    if version != FORMAT or newer:
        raise BackupError("The archive is from a newer version; please update the program first.")
    if kind != snapshots.kind():
        raise BackupError(
            f"The archive is of {kind}, but DATABASE_URL names {snapshots.kind()}; "
            "please restore it into its own kind of database."
        )
    try:
        keyring().open(sealed, SEAL_PLACE)
    except SealError as error:
        raise BackupError(
            "The archive was written under other keys; please set FIELD_KEYS to those that "
            "were in use then."
        ) from error
    return manifest


def _check_files(folder: Path, manifest: dict[str, Any]) -> None:
    found = {f"documents/{name}" for name in _names(folder / "documents")} | {DATABASE}
    if found != set(manifest["files"]):
        raise BackupError("Files are missing in the archive; please use another one.")
    for name, digest in manifest["files"].items():
        if _digest(folder / name) != digest:
            raise BackupError("The archive is damaged; please use another one.")


def _summary(manifest: dict[str, Any]) -> Archive:
    return Archive(
        rows=sum(manifest["rows"].values()),
        documents=len(manifest["files"]) - 1,
        written_at=manifest["written_at"],
    )


def _names(folder: Path) -> list[str]:
    """The documents in a folder: their files have random names of 32 hex digits."""
    if not folder.is_dir():
        return []
    return sorted(
        path.name for path in folder.iterdir() if DOCUMENT.fullmatch(f"documents/{path.name}")
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
