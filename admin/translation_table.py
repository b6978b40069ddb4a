"""The translation table as it stands and as it is filled in: blocks of texts, and two editors.

Every field travels with a stamp of the text and the source that its editor saw. So a text that
nobody touched stays as it is now, and one that two people changed is stored for neither before
the second has seen the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from casework.core.access import Actor
from casework.core.db import clean, transaction
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing import normal
from casework.questionnaires.models import Questionnaire, latest_version, version_of
from casework.questionnaires.translating import Row, Sources, table
from casework.questionnaires.working_copies import (
    ChangedMeanwhile,
    WorkingCopy,
    begin_working_copy,
    store,
    working_copy_of,
)

COLUMNS = {
    "form_title": N_("Title"), "label": N_("Text"), "hint": N_("Hint"),
    "guidance": N_("Further explanation"),
    "required_message": N_("Message when the answer is missing"),
    "constraint_message": N_("Message when the answer does not fit"),
    "media::image": N_("Picture (name of the file)"),
    "media::big-image": N_("Large picture (name of the file)"),
    "media::audio": N_("Sound (name of the file)"), "media::video": N_("Film (name of the file)"),
}  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """A form as it is now: its working copy, else the version that one would begin with."""

    questionnaire: Questionnaire
    definition: Definition
    sources: Sources
    copy: WorkingCopy | None = None

    @property
    def revision(self) -> int:
        """The revision of the working copy, 0 without one."""
        return self.copy.revision if self.copy else 0

    def moved_since(self, revision: int) -> bool:
        """Whether somebody stored since `revision`; beginning a copy changes nothing yet."""
        return self.copy is not None and revision not in (self.revision, self.revision - 1 or -1)

    def to_translate(self) -> list[str]:
        """The languages of the form but its main one."""
        main = self.definition.default_language
        return [tag for tag in self.definition.languages if tag != main]


def stand_of(questionnaire: Questionnaire) -> Stand:
    """The form as it is now. Raises `NotFound` for one without version and working copy."""
    copy = working_copy_of(questionnaire)
    if copy is not None:
        return Stand(questionnaire, copy.parsed, copy.translated_from or {}, copy)
    live = questionnaire.live_version_id
    version = version_of(questionnaire, live) if live else latest_version(questionnaire)
    if version is None:
        raise NotFound()
    return Stand(questionnaire, normal(version.parsed), version.translated_from or {})


def keep(
    stand: Stand, definition: Definition, confirmed: Iterable[tuple[str, str]] = (), *,
    by: Actor, at: datetime,
) -> WorkingCopy:  # fmt: skip
    """Store `definition`, made from `stand`, in the working copy, a new one where there is none.

    Raises `ChangedMeanwhile`, `NotFound` where the copy is gone.
    """
    with transaction():
        copy = stand.copy or begin_working_copy(stand.questionnaire, by=by, at=at)
        if stand.copy is None and copy.parsed != stand.definition:
            raise ChangedMeanwhile(copy)
        revision = stand.revision or copy.revision
        return store(copy, definition, revision=revision, confirmed=confirmed, by=by, at=at)


@dataclass(frozen=True)
class Sent:
    """What an editor or a file sends in: texts by key, their stamps, and what still fits."""

    texts: Mapping[str, str]
    stamps: Mapping[str, str]
    fits: frozenset[str] = frozenset()
    revision: int = 0


@dataclass(frozen=True)
class Settled:
    """What of it is to be stored, and what somebody else changed meanwhile, by key."""

    texts: dict[str, str] = field(default_factory=dict)
    fits: list[str] = field(default_factory=list)
    clashes: dict[str, Row] = field(default_factory=dict)


def settle(rows: Mapping[str, Row], sent: Sent) -> Settled:
    """Compare what was sent with the `rows` as they are now."""
    found = Settled()
    for key, text in sent.texts.items():
        row = rows.get(key)
        seen = sent.stamps.get(key, "")
        if row is None:
            if text.strip():
                found.texts[key] = text
            continue
        is_typed = print_of(text) != seen.partition(".")[0]
        is_new = is_typed and print_of(text) != print_of(row.target)
        fits = key in sent.fits and not is_new
        if (is_new or fits) and seen != stamp(row):
            found.clashes[key] = row
        elif is_new:
            found.texts[key] = text
        elif fits:
            found.fits.append(key)
    return found


def stamp(row: Row) -> str:
    """Short prints of translation and source: they tell whether either changed."""
    return f"{print_of(row.target)}.{print_of(row.source)}"


def print_of(text: str) -> str:
    """A short print of a text, whatever a browser does to its line ends."""
    return hashlib.blake2b(clean(text).strip().encode(), digest_size=6).hexdigest()


@dataclass
class Cell:
    """One field: its row, the text that it shows, and what is to be said beside it."""

    row: Row
    word: str
    text: str
    stamp: str
    theirs: str | None = None
    source_moved: bool = False
    problem: Refusal | None = None
    fits: bool = False


def rows_of(stand: Stand, tag: str, source: str = "") -> list[Row]:
    """All rows of the table, each list of choices after the first question that uses it."""
    return table(stand.definition, stand.sources, tag, source=source)
