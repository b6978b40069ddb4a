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
from itertools import groupby

from admin.questionnaire_words import Kind, kind, kind_of
from casework.core.access import Actor
from casework.core.db import clean, transaction
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.questionnaires.definitions import Choice, Definition
from casework.questionnaires.editing import normal, outline
from casework.questionnaires.editing.choices import uses_list
from casework.questionnaires.matching import choice_keys, key_names
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
CHOICES = Kind(N_("choices"), "☰", "")
LONGEST_HEADING = 90


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
        return self.revision > max(revision, 1)

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
    """What of it is to be stored, and by key what clashes: the text that its editor wants."""

    texts: dict[str, str] = field(default_factory=dict)
    fits: list[str] = field(default_factory=list)
    clashes: dict[str, str] = field(default_factory=dict)


def settle(rows: Mapping[str, Row], sent: Sent) -> Settled:
    """Compare what was sent with the `rows` as they are now; untouched texts are left out."""
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
            found.clashes[key] = text if is_new else row.target
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


def rows_of(stand: Stand, tag: str, source: str = "") -> list[Row]:
    """All rows of the table, each list of choices after the first question that uses it."""
    places = {prefix: place for place, prefix in enumerate(headings(stand.definition))}
    rows = table(stand.definition, stand.sources, tag, source=source)
    return sorted(rows, key=lambda row: places[prefix_of(row.key)])


@dataclass(frozen=True)
class Heading:
    """What a block of texts belongs to: the kind of question, its words and its name."""

    kind: Kind
    text: str
    tag: str
    name: str


def headings(definition: Definition) -> dict[str, Heading]:
    """The heading of every text by the beginning of its key, from top to bottom."""
    definition = normal(definition)
    main, names = definition.default_language, key_names(definition)
    found = {"settings": Heading(Kind(N_("the form itself"), "▣", ""), "", main, "")}
    for line in outline(definition):
        text, tag = definition.text(line.item.label, main)
        words = " ".join(text.split())
        short = words if len(words) <= LONGEST_HEADING else words[: LONGEST_HEADING - 1] + "…"
        name = line.item.name
        found[f"survey/{names[line.item.row]}"] = Heading(
            kind(kind_of(line.item)), short, tag, name
        )
        if uses_list(line.item):
            list_name = getattr(line.item, "list_name", "")
            choices = definition.choices.get(list_name, ())
            _add_list(found, list_name, choices, Heading(CHOICES, short, tag, list_name))
    for list_name, choices in definition.choices.items():
        _add_list(found, list_name, choices, Heading(CHOICES, "", main, list_name))
    return found


def _add_list(
    found: dict[str, Heading], list_name: str, choices: tuple[Choice, ...], heading: Heading
) -> None:
    for name in choice_keys(choices):
        found.setdefault(f"choices/{list_name}/{name}", heading)


def prefix_of(key: str) -> str:
    """What the text called `key` belongs to."""
    return key.rpartition("/")[0]


@dataclass(frozen=True)
class Filled:
    """What stands in the fields in place of what is stored, and what is to be said about it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    fits: frozenset[str] = frozenset()
    clashes: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One field: its row, which text it is, what it shows and what is said beside it.

    `theirs` is what somebody else stored meanwhile, None where nobody did.
    """

    row: Row
    word: str
    text: str
    stamp: str
    fits: bool
    theirs: str | None
    problem: Refusal | None


@dataclass(frozen=True)
class Block:
    """The fields that belong together."""

    heading: Heading
    cells: list[Cell]

    @property
    def shows_label(self) -> bool:
        """Whether the words of the heading stand among the texts below it anyway."""
        return any(cell.row.column == "label" for cell in self.cells)


def blocks_of(
    stand: Stand, rows: Iterable[Row], stored: Mapping[str, Row], filled: Filled
) -> list[Block]:
    """The fields for `rows` under their headings; `stored` are all rows by key."""
    known = headings(stand.definition)
    return [
        Block(heading, [_cell(row, stored[row.key], filled) for row in found])
        for heading, found in groupby(rows, key=lambda row: known[prefix_of(row.key)])
    ]


def _cell(row: Row, stored: Row, filled: Filled) -> Cell:
    key = row.key
    word = COLUMNS.get(row.column, row.column)
    return Cell(
        row, N_("Choice") if key.startswith("choices/") and row.column == "label" else word,
        filled.clashes.get(key, filled.texts.get(key, row.target)), stamp(stored),
        key in filled.fits, row.target if key in filled.clashes else None,
        filled.problems.get(key),
    )  # fmt: skip
