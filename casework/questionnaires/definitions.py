"""What a questionnaire is: an XLSForm as data, frozen, with nothing of the file lost.

Labels are keyed by BCP 47 tags. Columns that we do not know stay in `extra` by their
header, so that an export can give them back.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from casework.core.i18n import language as known_language

Texts = dict[str, str]
UNDETERMINED = "und"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of a list of choices."""

    name: str
    label: Texts = field(default_factory=dict)
    media: dict[str, Texts] = field(default_factory=dict)
    extra: Texts = field(default_factory=dict)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Item:
    """What every row of the survey sheet can carry; `row` is its row number in the file."""

    name: str
    label: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    guidance: Texts = field(default_factory=dict)
    required_message: Texts = field(default_factory=dict)
    constraint_message: Texts = field(default_factory=dict)
    media: dict[str, Texts] = field(default_factory=dict)
    required: bool | str = False
    read_only: bool | str = False
    relevant: str = ""
    constraint: str = ""
    calculation: str = ""
    choice_filter: str = ""
    default: str = ""
    repeat_count: str = ""
    trigger: str = ""
    save_to: str = ""
    appearance: tuple[str, ...] = ()
    parameters: Texts = field(default_factory=dict)
    extra: Texts = field(default_factory=dict)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Question(Item):
    """A question, a note or a hidden value. `type` is the base type, without list or file name."""

    type: str
    list_name: str = ""
    or_other: bool = False


@dataclass(frozen=True, kw_only=True)
class Group(Item):
    """Questions that belong together."""

    items: tuple[Item, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Repeat(Group):
    """Questions that are asked once for each row, such as each person of a household."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A whole questionnaire.

    `languages` are the tags in the order of the file, `language_names` how the file calls
    them. `settings` and `entities` hold columns by header; `sheets` whole sheets that
    XLSForm knows and we only keep. `files` are the files that belong to the form, the
    digest of each (SHA-256) by its name.
    """

    form_id: str
    version: str = ""
    title: Texts = field(default_factory=dict)
    default_language: str = UNDETERMINED
    languages: tuple[str, ...] = ()
    language_names: Texts = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    settings: Texts = field(default_factory=dict)
    entities: tuple[Texts, ...] = ()
    sheets: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    files: Texts = field(default_factory=dict)

    def text(self, texts: Texts, tag: str) -> tuple[str, str]:
        """The text for `tag` and the tag that it is really in, so that a page can mark it."""
        return text_in(texts, tag, self.default_language)

    def walk(self) -> Iterator[Item]:
        """All items, from top to bottom."""
        return walk(self.items)

    def questions(self) -> Iterator[Question]:
        """All questions, from top to bottom."""
        return (item for item in self.walk() if isinstance(item, Question))


def text_in(texts: Texts, tag: str, default: str) -> tuple[str, str]:
    """The text for `tag` and its tag; else its fallbacks, `default`, English, then any."""
    if not texts:
        return "", tag
    wishes = (tag, *known_language(tag).fallbacks, tag.partition("-")[0], default, "en")
    for wish in wishes:
        if texts.get(wish):
            return texts[wish], wish
    return next(((text, found) for found, text in texts.items() if text), ("", tag))


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """`items` and everything inside them."""
    for item in items:
        yield item
        if isinstance(item, Group):
            yield from walk(item.items)


KINDS: dict[str, type[Item]] = {"question": Question, "group": Group, "repeat": Repeat}


def to_json(definition: Definition) -> str:
    """The definition as JSON text; `from_json` gives back an equal one."""
    return json.dumps(_plain(definition), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {
            each.name: _plain(found)
            for each in dataclasses.fields(value)
            if (found := getattr(value, each.name)) != _default(each)
        }
        kind = next((kind for kind, cls in KINDS.items() if type(value) is cls), None)
        return {"kind": kind, **kept} if kind else kept
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _default(each: dataclasses.Field[Any]) -> Any:
    """What `from_json` fills in by itself."""
    if each.default_factory is not dataclasses.MISSING:
        return each.default_factory()
    return each.default


def from_json(text: str) -> Definition:
    """The definition that `to_json` wrote. Raises `ValueError` for anything else."""
    try:
        data = json.loads(text)
        data["items"] = tuple(_item(each) for each in data.get("items", ()))
        data["choices"] = {
            name: tuple(Choice(**each) for each in choices)
            for name, choices in data.get("choices", {}).items()
        }
        data["languages"] = tuple(data.get("languages", ()))
        data["entities"] = tuple(data.get("entities", ()))
        data["sheets"] = {
            name: tuple(tuple(row) for row in rows) for name, rows in data.get("sheets", {}).items()
        }
        return Definition(**data)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("This is not the definition of a questionnaire.") from error


def _item(data: dict[str, Any]) -> Item:
    kind = KINDS[data.pop("kind")]
    if "appearance" in data:
        data["appearance"] = tuple(data["appearance"])
    if "items" in data:
        data["items"] = tuple(_item(each) for each in data["items"])
    return kind(**data)
