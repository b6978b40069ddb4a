"""The files of a working copy: what the form names, what is there, adding and removing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from peewee import fn

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.files import FileMissing
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Definition, from_json
from casework.questionnaires.editing.trees import outline
from casework.questionnaires.lists import ENDINGS, ending_of
from casework.questionnaires.media import (
    NAME,
    MediaFile,
    attach_file,
    detach_file,
    looked_into,
    needed,
    rows_of,
)
from casework.questionnaires.working_copies import (
    ChangedMeanwhile,
    WorkingCopy,
    WorkingCopyState,
    store,
)

PLACES_SHOWN = 5


class FileEmpty(Refusal):
    """Nothing arrived, or nothing is in it."""

    msgid = N_("The file is empty. Please choose another one.")


class NoSuchFile(Refusal):
    """The form does not bring a file of this name, or not any more."""

    msgid = N_("The form has no file of this name. Please look at the list of what is there.")


@dataclass
class FormFile:
    """One file by the name that the form gives it.

    `places` are the items that mention it, as places of the outline. `size` is in bytes and
    `entries` counts the rows of a list; both are None where the file is missing.
    """

    name: str
    is_list: bool = False
    digest: str = ""
    content_type: str = ""
    size: int | None = None
    entries: int | None = None
    places: list[str] = field(default_factory=list)
    is_named: bool = False

    @property
    def is_there(self) -> bool:
        """Whether the working copy brings it."""
        return bool(self.digest)

    @property
    def can_be_added(self) -> bool:
        """Whether a file can bear the name that the form writes."""
        return bool(NAME.fullmatch(self.name))


def files_of(definition: Definition) -> list[FormFile]:
    """Every file that a form names or brings, the missing ones first, each once."""
    found: dict[str, FormFile] = {}
    places = {line.item.row: line.place for line in outline(definition)}
    for each in needed(definition):
        file = found.setdefault(each.name, FormFile(each.name, is_named=True))
        file.is_list = file.is_list or each.is_list
        place = places.get(each.row) if each.sheet == "survey" else None
        if place is not None and place not in file.places and len(file.places) < PLACES_SHOWN:
            file.places.append(place)
    asked_for = set(looked_into(definition))
    for name in definition.files:
        file = found.setdefault(name, FormFile(name, is_named=name in asked_for))
        file.is_list = file.is_list or ending_of(name) in ENDINGS
    _look_up(definition, found)
    return sorted(found.values(), key=lambda each: (each.is_there, each.name.lower()))


def _look_up(definition: Definition, found: Mapping[str, FormFile]) -> None:
    rows = MediaFile.select(
        MediaFile.digest, MediaFile.content_type, fn.LENGTH(MediaFile.data)
    ).where(MediaFile.digest << list(definition.files.values()))
    about = {digest: (kind, size) for digest, kind, size in rows.tuples()}
    for name, digest in definition.files.items():
        if digest in about:
            file = found[name]
            file.digest = digest
            file.content_type, file.size = about[digest]
            file.entries = len(rows_of(definition, name)) if file.is_list else None


def content_of(definition: Definition, name: str) -> bytes:
    """What is in a file that the form brings. Raises `FileMissing`."""
    row = MediaFile.get_or_none(MediaFile.digest == definition.files.get(name, ""))
    if row is None:
        raise FileMissing()
    return bytes(row.data)


@recorded("questionnaire:supplied", needs="questionnaire:edit")
def add_file(
    copy: WorkingCopy, name: str, data: bytes, *, revision: int, by: Actor, at: datetime
) -> WorkingCopy:
    """The working copy with the file `name`; published versions keep the one they have.

    `revision` is the one that the editor's page showed. What others changed since stays, as
    long as it is not this very file. Raises `ChangedMeanwhile`, `FileEmpty` and what
    `attach_file` raises.
    """
    if not data:
        raise FileEmpty()
    current = _unless_changed(copy, name, revision)
    definition = attach_file(current.parsed, name, data, by=by, at=at)
    return store(current, definition, revision=current.revision, by=by, at=at)


@recorded("questionnaire:reduced", needs="questionnaire:edit")
def remove_file(
    copy: WorkingCopy, name: str, *, revision: int, by: Actor, at: datetime
) -> WorkingCopy:
    """The working copy without the file `name`. Raises `NoSuchFile`, `ChangedMeanwhile`."""
    current = _unless_changed(copy, name, revision)
    if name not in current.parsed.files:
        raise NoSuchFile()
    definition = detach_file(current.parsed, name)
    return store(current, definition, revision=current.revision, by=by, at=at)


def _unless_changed(copy: WorkingCopy, name: str, revision: int) -> WorkingCopy:
    """The row as it is now, if the file is still the one that the page of `revision` showed."""
    current = WorkingCopy.get_by_id(copy.id)
    if current.revision == revision:
        return current
    shown = WorkingCopyState.get_or_none(
        (WorkingCopyState.working_copy == current) & (WorkingCopyState.revision == revision)
    )
    if shown is None:
        raise ChangedMeanwhile(current)
    if from_json(shown.definition).files.get(name) != current.parsed.files.get(name):
        raise ChangedMeanwhile(current)
    return current


def shown_files(definition: Definition) -> dict[str, list[str]]:
    """The names of the files that a question can show or play, under `image`, `audio`, `video`."""
    found: dict[str, list[str]] = {"image": [], "audio": [], "video": []}
    for file in files_of(definition) if definition.files else ():
        kind = file.content_type.partition("/")[0]
        if kind in found:
            found[kind].append(file.name)
    return found
