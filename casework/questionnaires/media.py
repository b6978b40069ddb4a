"""Files that belong to a questionnaire: lists of choices, pictures and sounds of questions.

A definition names each file with the digest of its content, so that a version stays what
it was; the contents lie here once, by digest. They are public, like the form itself.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from peewee import BlobField, CharField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import Base, UtcField
from casework.core.file_types import content_type
from casework.core.files import MEGABYTE, FileRefused, FileTooLarge
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Choice, Definition, Item, Question, Texts
from casework.questionnaires.lists import ENDINGS, Row, ending_of, read_list
from casework.questionnaires.question_types import FROM_FILE

MAX_BYTES = 5 * MEGABYTE
MAX_FILES = 200
SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif")
HEARD = ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav")
SEEN = ("video/mp4", "video/webm")
KINDS = "CSV, XML, GeoJSON, JPEG, PNG, WebP, GIF, MP3, M4A, OGG, WAV, MP4, WebM"
NAME = re.compile(r"[^\W.][\w .()+-]{0,90}\.[A-Za-z0-9]{2,7}")
PULLED = re.compile(r"pulldata\s*\(\s*['\"]([^'\"]+)['\"]")
EXPRESSIONS = (
    "calculation", "relevant", "constraint", "default", "required", "read_only", "choice_filter",
    "repeat_count",
)  # fmt: skip
CACHED_LISTS = 32

NO_FILE = N_("The file “%(name)s” is missing; what needs it is left out or stays empty.")
ADD_FILE = N_("Please put it beside the form before importing, or upload it with the form.")


class NameRefused(Refusal):
    """Not what a form calls a file."""

    msgid = N_(
        "“%(name)s” cannot be the name of a form's file. Please use letters, digits, _ and -, "
        "and an ending such as .csv or .png."
    )


class TooManyMedia(Refusal):
    """More files than a form needs."""

    msgid = N_("A form can bring %(limit)s files at most.")


class MediaFile(Base):
    """One content, known by its digest."""

    digest = CharField(max_length=64, unique=True)
    content_type = CharField(max_length=80)
    data = BlobField()
    at = UtcField()

    class Meta:
        table_name = "questionnaire_media"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for who edits forms."""
        rows = cls.select()
        return rows if staff.may("questionnaire:read") else rows.where(cls.id.is_null())


@dataclass(frozen=True)
class Needed:
    """A file that a form mentions: its name, by which row and column, and whether for choices."""

    name: str
    row: int
    column: str
    is_list: bool = False
    sheet: str = "survey"


@recorded("questionnaire:attached", needs="questionnaire:create")
def attach_file(
    definition: Definition, name: str, data: bytes, *, by: Actor, at: datetime
) -> Definition:
    """The definition with the file `name`; one of the same name gives way to it.

    Raises `NameRefused`, `FileTooLarge`, `TooManyMedia`, `FileRefused` for a kind that forms
    do not bring, and `ListRefused` for a list that cannot be read.
    """
    if not NAME.fullmatch(name):
        raise NameRefused(name=name[:100])
    if len(data) > MAX_BYTES:
        raise FileTooLarge(most=MAX_BYTES // MEGABYTE)
    if len(definition.files) >= MAX_FILES and name not in definition.files:
        raise TooManyMedia(limit=MAX_FILES)
    kind = "text/plain" if ending_of(name) in ENDINGS else content_type(data, SHOWN + HEARD + SEEN)
    if kind is None:
        raise FileRefused(kinds=KINDS)
    if kind == "text/plain":
        read_list(name, data)
    digest = hashlib.sha256(data).hexdigest()
    if not MediaFile.select().where(MediaFile.digest == digest).exists():
        MediaFile.create(digest=digest, content_type=kind, data=data, at=at)
    return replace(definition, files={**definition.files, name: digest})


def detach_file(definition: Definition, name: str) -> Definition:
    """The definition without the file `name`."""
    return replace(definition, files={n: d for n, d in definition.files.items() if n != name})


def contents(definition: Definition) -> dict[str, bytes]:
    """All files of a definition by name, for an export."""
    rows = MediaFile.select().where(MediaFile.digest << list(definition.files.values()))
    by_digest = {row.digest: bytes(row.data) for row in rows}
    return {n: by_digest[d] for n, d in definition.files.items() if d in by_digest}


def beside(form: Path, definition: Definition) -> dict[str, bytes]:
    """The files that a form needs, as far as they lie where XLSForm tools put them.

    That is beside `form`, in `<its name>-media` and in `media`; nothing else is opened.
    Raises `FileTooLarge`.
    """
    folders = (form.parent, form.parent / f"{form.stem}-media", form.parent / "media")
    found = {}
    for name in dict.fromkeys(each.name for each in needed(definition)):
        path = next((f / name for f in folders if (f / name).is_file()), None)
        if path is None or not NAME.fullmatch(name):
            continue
        if path.stat().st_size > MAX_BYTES:
            raise FileTooLarge(most=MAX_BYTES // MEGABYTE)
        found[name] = path.read_bytes()
    return found


def needed(definition: Definition) -> Iterator[Needed]:
    """Every mention of a file in a form, from top to bottom."""
    for item in definition.walk():
        yield from _lists_of(definition, item)
        for name in _media_names(item.media):
            yield Needed(name, item.row, "media")
    for choices in definition.choices.values():
        for choice in choices:
            for name in _media_names(choice.media):
                yield Needed(name, choice.row, "media", sheet="choices")


def missing(definition: Definition) -> Iterator[Needed]:
    """The first mention of each file that a form needs and does not have."""
    seen: set[str] = set()
    for each in needed(definition):
        if each.name not in definition.files and each.name not in seen:
            seen.add(each.name)
            yield each


def _lists_of(definition: Definition, item: Item) -> Iterator[Needed]:
    if isinstance(item, Question):
        if item.type in FROM_FILE and item.list_name and item.type != "select_one_external":
            yield Needed(item.list_name, item.row, "type", is_list=True)
        if item.type in ("csv-external", "xml-external"):
            yield Needed(f"{item.name}.{item.type[:3]}", item.row, "type", is_list=True)
    for column in EXPRESSIONS:
        text = getattr(item, column)
        for name in PULLED.findall(text) if isinstance(text, str) else ():
            stem = name.removesuffix(".csv")
            known = definition.files.keys() | definition.choices.keys()
            if stem not in known and not {f"{stem}.xml", f"{stem}.geojson"} & known:
                yield Needed(f"{stem}.csv", item.row, column, is_list=True)


def looked_into(definition: Definition) -> Iterator[str]:
    """The files whose lists an expression names in quotes, as `instance` and `pulldata` do."""
    texts = [
        text
        for item in definition.walk()
        for column in EXPRESSIONS
        if isinstance(text := getattr(item, column), str) and ("'" in text or '"' in text)
    ]
    for name in definition.files:
        stem = re.escape(name.rpartition(".")[0])
        if any(re.search(f"['\"]{stem}(?:[.]csv)?['\"]", text) for text in texts):
            yield name


def _media_names(media: dict[str, Texts]) -> Iterator[str]:
    for texts in media.values():
        yield from dict.fromkeys(name for name in texts.values() if name)


def rows_of(definition: Definition, name: str) -> tuple[Row, ...]:
    """The rows of a list that the definition brings; none where the file is missing."""
    digest = definition.files.get(name)
    if not digest or ending_of(name) not in ENDINGS:
        return ()
    try:
        return _rows(name, digest)
    except MediaFile.DoesNotExist:
        return ()


@functools.lru_cache(maxsize=CACHED_LISTS)
def _rows(name: str, digest: str) -> tuple[Row, ...]:
    """Raises `DoesNotExist`, which is not remembered: the file may still come."""
    found = MediaFile.get(MediaFile.digest == digest)
    return read_list(name, bytes(found.data))


def choices_of(definition: Definition, question: Question) -> tuple[Choice, ...] | None:
    """The choices of a question that takes them from a file; None where the file is missing."""
    if question.type == "select_one_external":
        rows = _external(definition, question.list_name)
        return as_choices(definition, rows, {}, "name") if rows else None
    if question.list_name not in definition.files:
        return None
    is_map = ending_of(question.list_name) == ".geojson"
    rows = rows_of(definition, question.list_name)
    return as_choices(definition, rows, question.parameters, "id" if is_map else "name")


def as_choices(
    definition: Definition, rows: tuple[Row, ...], parameters: Texts, value: str
) -> tuple[Choice, ...]:
    """Rows as choices: `parameters` may name the columns of value and label, as ODK's do."""
    value = parameters.get("value", value)
    label = parameters.get("label", "title" if value == "id" else "label")
    tags = {
        heading: tag
        for tag in definition.languages
        for heading in (f"label::{tag}", f"label::{definition.language_names.get(tag, tag)}")
    }
    found = []
    for row in rows:
        if name := row.get(value, ""):
            texts = {tags[key]: text for key, text in row.items() if key in tags and text}
            texts.setdefault(definition.default_language, row.get(label) or name)
            found.append(Choice(name=name, label=texts, extra=row))
    return tuple(found)


def _external(definition: Definition, list_name: str) -> tuple[Row, ...]:
    """The rows of the sheet `external_choices` that belong to a list."""
    header, *rows = definition.sheets.get("external_choices") or ((),)
    columns = [str(cell).strip() for cell in header]
    key = next((name for name in ("list_name", "list name") if name in columns), "")
    read = (dict(zip(columns, map(str, row), strict=False)) for row in rows)
    return tuple(row for row in read if key and row.get(key, "").strip() == list_name)
