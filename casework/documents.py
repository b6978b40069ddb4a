"""Documents of a case: encrypted files with random names, served only as attachments."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from peewee import CharField, ForeignKeyField, IntegerField

from casework.cases import Case, CaseModel
from casework.core import file_types
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import UtcField
from casework.core.files import (
    MEGABYTE,
    FileRefused,
    FileTooLarge,
    delete_file,
    read_file,
    stored,
)

MAX_BYTES = 8 * MEGABYTE
TYPES = ("application/pdf", "image/jpeg", "image/png", "image/webp")
KINDS = "PDF, JPEG, PNG, WebP"


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
        return f"document-{self.id.hex[:8]}{file_types.ENDINGS.get(self.content_type, '')}"


def add_document(
    case: Case, title: str, data: bytes, *, folder: Path, by: Actor, at: datetime
) -> Document:
    """Store a file in `folder`, sealed. Raises `FileRefused`, `FileTooLarge`, `StoreFull`.

    The file is written first and goes again if its row cannot be stored.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(most=MAX_BYTES // MEGABYTE)
    document = Document(
        case=case, title=title, content_type=content_type(data), size=len(data),
        sha256=hashlib.sha256(data).hexdigest(), added_by=by.name[:200], at=at,
    )  # fmt: skip
    with stored(folder, document.id, data):
        return _keep(document, by=by, at=at)


@recorded("document:added", needs="document:create")
def _keep(document: Document, *, by: Actor, at: datetime) -> Document:
    document.save(force_insert=True)
    return document


def read_document(document: Document, *, folder: Path) -> bytes:
    """The file as it was stored. Raises `FileMissing`."""
    return read_file(folder, document.id)


def remove_document(document: Document, *, folder: Path, by: Actor, at: datetime) -> Document:
    """Delete a document's row, and its file once that is certain."""
    _forget(document, by=by, at=at)
    delete_file(folder, document.id)
    return document


@recorded("document:removed", needs="document:delete")
def _forget(document: Document, *, by: Actor, at: datetime) -> Document:
    document.delete_instance()
    return document


def content_type(data: bytes) -> str:
    """The type by content, one of `TYPES`. Raises `FileRefused`."""
    found = file_types.content_type(data, TYPES)
    if found is None:
        raise FileRefused(kinds=KINDS)
    return found
