"""Files that people send with a form: kept with the draft, then with the submission.

The answer to a question of this kind is a name such as `0190…af.jpg`: the row's id and an
ending. What the file was called on somebody's phone is sealed.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from peewee import CharField, DeferredForeignKey, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField, clean, transaction
from casework.core.file_types import DOCX, ENDINGS, ODT, content_type
from casework.core.files import (
    MEGABYTE,
    FileRefused,
    FileTooLarge,
    delete_file,
    read_file,
    stored,
)
from casework.core.i18n import N_
from casework.core.pictures import PICTURES, without_traces
from casework.core.refusals import Refusal
from casework.core.settings import setting
from casework.drafts import Draft
from casework.questionnaires.answers import FILE_ANSWER

MAX_FILES = 30
MAX_TOTAL = 60 * MEGABYTE
LONGEST_NAME = 100
SOUNDS = ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/webm", "audio/amr")
FILMS = ("video/mp4", "video/3gpp", "video/quicktime", "video/webm")


@dataclass(frozen=True)
class Kind:
    """What a type of question takes, and how that is called."""

    types: tuple[str, ...]
    names: str


KINDS = {
    "image": Kind(PICTURES, "JPEG, PNG, WebP"),
    "audio": Kind(SOUNDS, "MP3, M4A, OGG, WAV, WebM, AMR"),
    "video": Kind(FILMS, "MP4, 3GP, MOV, WebM"),
    "file": Kind(("application/pdf", *PICTURES, DOCX, ODT), "PDF, JPEG, PNG, WebP, DOCX, ODT"),
}


class FileEmpty(Refusal):
    """Nothing is in it: often a file that still lies in somebody's cloud."""

    msgid = N_("The file “%(name)s” is empty. Please choose it again.")


class TooManyFiles(Refusal):
    """A draft holds as much as it can."""

    msgid = N_("There is no room for more files in this form. Please remove one first.")


class Upload(Base):
    """One file, sealed on disk under its id."""

    draft = ForeignKeyField(Draft, null=True, backref="uploads", on_delete="CASCADE")
    submission = DeferredForeignKey(
        "Submission", null=True, backref="uploads", on_delete="CASCADE"
    )  # by name: submissions stand above this room
    name = SealedField(max_length=LONGEST_NAME)
    content_type = CharField(max_length=80)
    size = IntegerField()
    sha256 = CharField(max_length=64)
    at = UtcField()

    class Meta:
        table_name = "uploads"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The files of submissions that `staff` may see; what was not sent is nobody's."""
        submissions: Any = cls.submission.rel_model
        return cls.select().where(cls.submission << submissions.scope(staff).select(submissions.id))

    @property
    def answer(self) -> str:
        """What stands in the answers for this file."""
        return f"{self.id.hex}{ENDINGS.get(self.content_type, '')}"

    @property
    def download_name(self) -> str:
        """A name that tells nothing: what it is called stands with the answer."""
        return f"answer-{self.id.hex[-8:]}{ENDINGS.get(self.content_type, '')}"


def add_upload(
    draft: Draft, kind: str, name: str, data: bytes, *, folder: Path, most_pixels: int = 0,
    at: datetime,
) -> Upload:  # fmt: skip
    """Keep a file with `draft`, for a question of the type `kind` (one of `KINDS`).

    Pictures lose everything but the picture; a longest side of `most_pixels` is kept where
    given. Raises `FileRefused`, `FileEmpty`, `FileTooLarge`, `TooManyFiles`, `StoreFull`.
    """
    name = shown_name(name)
    if not data:
        raise FileEmpty(name=name)
    check_size(len(data))
    found = content_type(data, KINDS[kind].types)
    if found is None:
        raise FileRefused(kinds=KINDS[kind].names)
    if found in PICTURES:
        data = without_traces(data, most_pixels)
    digest = hashlib.sha256(data).hexdigest()
    again = (row for row in draft.uploads if row.sha256 == digest and row.name == name)
    if known := next(again, None):  # a page that was sent twice
        return known
    upload = Upload(
        draft=draft, name=name, content_type=found, size=len(data), sha256=digest, at=at
    )
    with stored(folder, upload.id, data), transaction():
        _check_room(draft, len(data))
        upload.save(force_insert=True)
    return upload


def check_size(size: int) -> None:
    """Refuse more bytes than the setting allows. Raises `FileTooLarge`."""
    most = int(setting("upload_megabytes"))
    if size > most * MEGABYTE:
        raise FileTooLarge(most=most)


def _check_room(draft: Draft, size: int) -> None:
    sizes = [row.size for row in Upload.select(Upload.size).where(Upload.draft == draft)]
    if len(sizes) >= MAX_FILES or sum(sizes) + size > MAX_TOTAL:
        raise TooManyFiles()


def read_upload(upload: Upload, *, folder: Path) -> bytes:
    """The file as it was kept. Raises `FileMissing`."""
    return read_file(folder, upload.id)


def uploads_of(owner: Base) -> dict[str, Upload]:
    """The files of a draft or a submission by the answers that stand for them."""
    found: Any = owner.uploads  # type: ignore[attr-defined]
    return {each.answer: each for each in found}


def keep_only(draft: Draft, answers: Collection[str], *, folder: Path) -> int:
    """Delete the files of `draft` that none of `answers` stands for; returns how many."""
    unused = [row for name, row in uploads_of(draft).items() if name not in answers]
    with transaction():
        for row in unused:
            row.delete_instance()
    delete_files(unused, folder=folder)
    return len(unused)


def delete_files(rows: Iterable[Upload], *, folder: Path) -> None:
    """Delete the files of rows that are gone."""
    for row in rows:
        delete_file(folder, row.id)


def move_uploads(token_digest: str, submission: Base, answers: Any) -> None:
    """Hand the files that `answers` mention from the draft to its submission.

    A part of the transaction that makes the submission; the rest goes with the draft.
    """
    ids = [UUID(hex=name[:32]) for name in file_answers(answers)]
    drafts = Draft.select(Draft.id).where(Draft.token_digest == token_digest)
    if ids:
        Upload.update(draft=None, submission=submission).where(
            (Upload.id << ids) & (Upload.draft << drafts)
        ).execute()


def file_answers(answers: Any) -> Iterator[str]:
    """All texts in nested answers that have the form of a file's answer."""
    if isinstance(answers, str):
        if FILE_ANSWER.fullmatch(answers):
            yield answers
    elif isinstance(answers, dict | list):
        for each in answers.values() if isinstance(answers, dict) else answers:
            yield from file_answers(each)


def shown_name(name: str) -> str:
    """What a file was called, without folders and without signs that turn text around."""
    last = clean(name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if unicodedata.category(c) not in ("Cf", "Cc"))
    stem, dot, ending = " ".join(plain.split()).rpartition(".")
    if not dot:
        stem, ending = ending, ""
    return f"{stem[: LONGEST_NAME - 10]}{dot}{ending[:9]}".strip() or "?"
