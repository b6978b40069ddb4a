"""Documents of a case: encrypted files with random names, served only as attachments."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from pathlib import Path

import puremagic
from peewee import CharField, ForeignKeyField, IntegerField

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField, keyring
from casework.core.db import UtcField
from casework.core.i18n import N_
from casework.core.refusals import Refusal

MAX_BYTES = 8 * 1024 * 1024
TYPES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}


class FileRefused(Refusal):
    """A type that is not taken, judged by content and not by name."""

    msgid = N_("This kind of file cannot be stored. Please use PDF, JPEG, PNG or WebP.")


class FileTooLarge(Refusal):
    """More than fits."""

    msgid = N_("The file is larger than %(most)s MB. Please send a smaller one.")


class FileMissing(Refusal):
    """The row is there, the file is not."""

    msgid = N_("The file is missing from the store. Please tell the administrator.")


class Document(CaseModel):
    """One file, sealed on disk under its id."""

    case = ForeignKeyField(Case, backref="documents", on_delete="CASCADE")
    title = SealedField(max_length=200)
    content_type = CharField(max_length=64)
    size = IntegerField()
    sha256 = CharField(max_length=64)
    added_by = CharField(max_length=200, default="")
    at = UtcField()

    class Meta:
        table_name = "documents"

    @property
    def download_name(self) -> str:
        """A name that tells nothing: what it is called stands on the case page."""
        return f"document-{self.id.hex[:8]}{TYPES.get(self.content_type, '')}"


def add_document(
    case: Case, title: str, data: bytes, *, folder: Path, by: Actor, at: datetime
) -> Document:
    """Store a file in `folder`, sealed. Raises `FileRefused`, `FileTooLarge`.

    The file is written first and goes again if its row cannot be stored.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(most=MAX_BYTES // 1024 // 1024)
    document = Document(
        case=case, title=title, content_type=content_type(data), size=len(data),
        sha256=hashlib.sha256(data).hexdigest(), added_by=by.name[:200], at=at,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _path(folder, document.id)
    try:
        path.write_bytes(keyring().seal(data, f"file/{document.id}"))
        return _keep(document, by=by, at=at)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@recorded("document:added", needs="document:create")
def _keep(document: Document, *, by: Actor, at: datetime) -> Document:
    document.save(force_insert=True)
    return document


def read_document(document: Document, *, folder: Path) -> bytes:
    """The file as it was stored. Raises `FileMissing`."""
    path = _path(folder, document.id)
    if not path.is_file():
        raise FileMissing()
    return keyring().open(path.read_bytes(), f"file/{document.id}")


def remove_document(document: Document, *, folder: Path, by: Actor, at: datetime) -> Document:
    """Delete a document's row, and its file once that is certain."""
    _forget(document, by=by, at=at)
    _path(folder, document.id).unlink(missing_ok=True)
    return document


@recorded("document:removed", needs="document:delete")
def _forget(document: Document, *, by: Actor, at: datetime) -> Document:
    document.delete_instance()
    return document


def content_type(data: bytes) -> str:
    """The type by content, one of `TYPES`. Raises `FileRefused`."""
    try:
        found = puremagic.from_string(data, mime=True)
    except puremagic.PureError as error:
        raise FileRefused() from error
    except ValueError as error:
        raise FileRefused() from error
    if found not in TYPES:
        raise FileRefused()
    return found


def _path(folder: Path, document_id: uuid.UUID) -> Path:
    return folder / document_id.hex
