"""The form as a whole: its languages and its settings sheet; a form from nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from babel import Locale
from babel.core import parse_locale

from casework.core.i18n import LANGUAGES, N_, canonical
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import (
    UNDETERMINED,
    Choice,
    Definition,
    Group,
    Item,
    Texts,
)
from casework.questionnaires.editing.cells import (
    MAX_CELL,
    TEXT_CELLS,
    CellsRefused,
    UnknownCell,
    line_of,
    plain_of,
)
from casework.questionnaires.editing.trees import normal

KNOWN_SETTINGS = ("style", "allow_choice_duplicates")
FORM_ID = re.compile(r"[\w.\-]{1,100}")
MAX_TITLE = 500
MAX_VERSION = 50

ForTexts = Callable[[Texts], Texts]


class UnknownLanguage(Refusal):
    """No language has this tag, or the form does not have it."""

    msgid = N_(
        "“%(tag)s” is not a language here. Please choose one from the list, or enter its code "
        "such as sr-Latn."
    )


class LanguageKnown(Refusal):
    """The form has the language already."""

    msgid = N_("The form has the language “%(tag)s” already.")


class DefaultLanguageStays(Refusal):
    """The main language cannot go."""

    msgid = N_("This is the form's main language. Please choose another main language first.")


class BadFormId(Refusal):
    """Not usable as form_id."""

    msgid = N_(
        "“%(form_id)s” cannot be a form_id. Please use letters, digits, _, - and . only, at most "
        "100."
    )


def blank(form_id: str, title: str, language: str) -> Definition:
    """A form without questions. Raises `CellsRefused`, `UnknownLanguage`."""
    empty = Definition(form_id="form", default_language=language)
    with_language = add_language(empty, language)
    return change_settings(with_language, {"form_id": form_id, f"form_title::{language}": title})


def add_language(definition: Definition, tag: str) -> Definition:
    """The form with one language more, without texts.

    Any tag of BCP 47 will do whose parts are known, such as `ckb`, `sr-Latn` or `zh-Hant-TW`.
    Raises `UnknownLanguage`, `LanguageKnown`.
    """
    tag = canonical(tag)
    if tag in definition.languages:
        raise LanguageKnown(tag=tag)
    names = {**definition.language_names, tag: name_of(tag)}
    return normal(replace(definition, languages=(*definition.languages, tag), language_names=names))


def name_of(tag: str) -> str:
    """What column headings call a language. Raises `UnknownLanguage` for what is no tag."""
    if tag in language_names():
        return language_names()[tag]
    english = Locale("en")
    try:
        base, territory, script, *rest = parse_locale(tag, sep="-")
    except ValueError as error:
        raise UnknownLanguage(tag=tag[:40]) from error
    places = (english.scripts.get(script or ""), english.territories.get(territory or ""))
    wanted = [part for part in (script, territory) if part]
    name = language_names().get(base)
    if name is None or any(rest) or len(wanted) != sum(map(bool, places)):
        raise UnknownLanguage(tag=tag[:40])
    return f"{name} ({', '.join(place for place in places if place)})"


def remove_language(definition: Definition, tag: str) -> Definition:
    """The form without a language and its texts.

    Raises `UnknownLanguage`, `DefaultLanguageStays`.
    """
    if tag not in definition.languages:
        raise UnknownLanguage(tag=tag[:40])
    if tag == definition.default_language:
        raise DefaultLanguageStays()
    languages = tuple(each for each in definition.languages if each != tag)
    without = _with_texts(
        definition, lambda texts: {each: t for each, t in texts.items() if each != tag}
    )
    return normal(replace(without, languages=languages))


def set_default_language(definition: Definition, tag: str) -> Definition:
    """The form with another main language; texts that had none become texts of it.

    Raises `UnknownLanguage` for a language that the form does not have and cannot get.
    """
    undetermined = definition.default_language == UNDETERMINED
    if tag not in definition.languages:
        if not undetermined:
            raise UnknownLanguage(tag=tag[:40])
        names = {**definition.language_names, tag: name_of(tag)}
        languages = (tag, *definition.languages)
        definition = replace(definition, languages=languages, language_names=names)
    if undetermined:
        definition = _with_texts(definition, lambda texts: _determined(texts, tag))
    languages = tuple(each for each in definition.languages if each != UNDETERMINED)
    return normal(replace(definition, languages=languages, default_language=tag))


def settings_cells(definition: Definition) -> dict[str, str]:
    """The settings as text: `form_title::de`, `form_id`, `version`, and the form's others."""
    found = {f"form_title::{tag}": definition.title.get(tag, "") for tag in definition.languages}
    found |= {"form_id": definition.form_id, "version": definition.version}
    return found | dict.fromkeys(KNOWN_SETTINGS, "") | definition.settings


def change_settings(definition: Definition, cells: Mapping[str, Any]) -> Definition:
    """The form with these settings. Raises `CellsRefused` with the problem of each."""
    problems: dict[str, Refusal] = {}
    for cell, value in cells.items():
        try:
            definition = _with_setting(definition, cell, value)
        except Refusal as problem:
            problems[cell] = problem
    if problems:
        raise CellsRefused(problems)
    return normal(definition)


@cache
def language_names() -> dict[str, str]:
    """The languages without script and country: what column headings call each, by tag."""
    english = {
        tag.replace("_", "-"): name
        for tag, name in Locale("en").languages.items()
        if tag.isalpha() and tag not in (UNDETERMINED, "mul", "zxx", "root")
    }
    return english | {tag: language.autonym for tag, language in LANGUAGES.items()}


def _with_setting(definition: Definition, cell: str, value: Any) -> Definition:
    column, _, tag = cell.partition("::")
    if column == "form_title" and tag in definition.languages:
        return replace(definition, title={**definition.title, tag: line_of(value, MAX_TITLE)})
    if cell == "form_id":
        text = plain_of(value)
        if not FORM_ID.fullmatch(text):
            raise BadFormId(form_id=text[:80])
        return replace(definition, form_id=text)
    if cell == "version":
        return replace(definition, version=plain_of(value, MAX_VERSION))
    if cell in (*KNOWN_SETTINGS, *definition.settings):
        return replace(definition, settings={**definition.settings, cell: line_of(value, MAX_CELL)})
    raise UnknownCell(column=cell[:80])


def _determined(texts: Texts, tag: str) -> Texts:
    if UNDETERMINED not in texts:
        return texts
    rest = {each: text for each, text in texts.items() if each != UNDETERMINED}
    return {tag: texts[UNDETERMINED], **rest}


def _with_texts(definition: Definition, change: ForTexts) -> Definition:
    """Every text of the definition, by language, changed."""
    return replace(
        definition,
        title=change(definition.title),
        items=tuple(_item_with_texts(item, change) for item in definition.items),
        choices={
            name: tuple(_choice_with_texts(choice, change) for choice in found)
            for name, found in definition.choices.items()
        },
    )


def _item_with_texts(item: Item, change: ForTexts) -> Item:
    columns: dict[str, Any] = {column: change(getattr(item, column)) for column in TEXT_CELLS}
    columns["media"] = {kind: change(texts) for kind, texts in item.media.items()}
    if isinstance(item, Group):
        columns["items"] = tuple(_item_with_texts(each, change) for each in item.items)
    return replace(item, **columns)


def _choice_with_texts(choice: Choice, change: ForTexts) -> Choice:
    media = {kind: change(texts) for kind, texts in choice.media.items()}
    return replace(choice, label=change(choice.label), media=media)
