"""Every text of a form in one table, question × language, with what is missing or outdated.

A translation is outdated when its source changed after it was made. What the source said then
is kept in `Sources`, beside the definition, for outdated texts only; it travels along from
revision to revision and from version to version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Texts
from casework.questionnaires.editing.cells import TEXT_CELLS, CellsRefused, line_of
from casework.questionnaires.editing.trees import normal, outline
from casework.questionnaires.forms import piped_names
from casework.questionnaires.matching import Matching, choice_keys, key_names, match

MISSING, OUTDATED, PRESENT = "missing", "outdated", "present"
STATES = {MISSING: N_("missing"), OUTDATED: N_("source changed"), PRESENT: N_("translated")}
TITLE_KEY = "settings/form_title"

# Key of a text → language → what the source said when it was translated.
Sources = dict[str, dict[str, str]]


class UnknownKey(Refusal):
    """No text of the form has this key."""

    msgid = N_("The form has no text “%(key)s”, perhaps not any more.")


class PlaceholdersDiffer(Refusal):
    """The translation shows other answers than its source."""

    msgid = N_(
        "The translation must contain the same placeholders as the original text: %(names)s."
    )


class NotThisLanguage(Refusal):
    """Not a language to translate into."""

    msgid = N_("The form is not translated into “%(tag)s”. Please add the language first.")


@dataclass(frozen=True)
class Row:
    """One text: `key` is its stable name, `was` what the source said when it was translated
    (only where outdated)."""

    key: str
    name: str
    column: str
    source_tag: str
    source: str
    target: str
    state: str
    was: str = ""


@dataclass(frozen=True)
class Progress:
    """How many texts of a language are in which state."""

    present: int = 0
    missing: int = 0
    outdated: int = 0


def texts_of(definition: Definition) -> dict[str, Texts]:
    """Every text of the form by its key: `survey/<name>/<column>`,
    `choices/<list>/<name>/<column>`, `settings/form_title`."""
    definition = normal(definition)
    found = {TITLE_KEY: definition.title}
    names = key_names(definition)
    for line in outline(definition):
        for column, texts in _item_texts(line.item).items():
            found[f"survey/{names[line.item.row]}/{column}"] = texts
    for list_name, choices in definition.choices.items():
        for name, choice in choice_keys(choices).items():
            for column, texts in _choice_texts(choice).items():
                found[f"choices/{list_name}/{name}/{column}"] = texts
    return {key: texts for key, texts in found.items() if any(texts.values())}


def table(
    definition: Definition, translated_from: Sources | None, tag: str, *, source: str = ""
) -> list[Row]:
    """All texts from top to bottom with their translation into `tag`.

    `source` is the language to translate from, by default the form's main one.
    Raises `NotThisLanguage`.
    """
    if tag not in definition.languages:
        raise NotThisLanguage(tag=tag[:40])
    return _rows(definition, texts_of(definition), translated_from or {}, tag, source)


def _rows(
    definition: Definition, known: dict[str, Texts], kept: Sources, tag: str, source: str = ""
) -> list[Row]:
    return [
        _row(definition, key, texts, kept.get(key, {}).get(tag, ""), tag, source)
        for key, texts in known.items()
        if any(text for each, text in texts.items() if each != tag) or texts.get(tag)
    ]


def progress(definition: Definition, translated_from: Sources | None) -> dict[str, Progress]:
    """For each language but the main one, how far its translation is."""
    found = {}
    known = texts_of(definition)
    for tag in definition.languages:
        if tag == definition.default_language:
            continue
        states = [row.state for row in _rows(definition, known, translated_from or {}, tag)]
        found[tag] = Progress(*(states.count(state) for state in (PRESENT, MISSING, OUTDATED)))
    return found


def translate(definition: Definition, tag: str, texts: Mapping[str, str]) -> Definition:
    """The form with these texts, by key, in the language `tag`; `""` takes one away.

    Raises `CellsRefused` with the problem of each key, `NotThisLanguage`.
    """
    if tag not in definition.languages:
        raise NotThisLanguage(tag=tag[:40])
    definition = normal(definition)
    known = texts_of(definition)
    problems: dict[str, Refusal] = {}
    sound: dict[str, str] = {}
    for key, text in texts.items():
        try:
            sound[key] = checked(definition, known, key, tag, text)
        except Refusal as problem:
            problems[key] = problem
    if problems:
        raise CellsRefused(problems)
    return normal(_with_texts(definition, tag, sound))


def checked(
    definition: Definition, known: Mapping[str, Texts], key: str, tag: str, text: str
) -> str:
    """`text` as it is stored. Raises `UnknownKey`, `TextTooLong`, `PlaceholdersDiffer`."""
    if key not in known:
        raise UnknownKey(key=key[:200])
    line = line_of(text)
    source = source_of(definition, known[key], tag)[0]
    if line and source:
        wanted = set(piped_names(source))
        if set(piped_names(line)) != wanted:
            names = ", ".join(f"${{{name}}}" for name in sorted(wanted)) or "–"
            raise PlaceholdersDiffer(names=names)
    return line


def source_of(definition: Definition, texts: Texts, tag: str, wanted: str = "") -> tuple[str, str]:
    """What to translate from into `tag`, and its language: the main one, else any other."""
    wishes = (wanted, definition.default_language, *definition.languages)
    return next(
        ((texts[each], each) for each in wishes if each != tag and texts.get(each)), ("", "")
    )


def carried(
    old: Definition, kept: Sources | None, new: Definition,
    confirmed: Iterable[tuple[str, str]] = (),
) -> Sources:  # fmt: skip
    """What `Sources` says after `old` became `new`.

    A translation that stayed while its source changed is outdated from now on; one that was
    written anew, or is in `confirmed` as (key, language), is not.
    """
    old, new = normal(old), normal(new)
    matching = match(old, new)
    befores = texts_of(old)
    keys = _old_keys(old, new, matching)
    sure = set(confirmed)
    found: Sources = {}
    for key, texts in texts_of(new).items():
        before_key = keys.get(key, key)
        before = {tag: matching.anew(t) for tag, t in befores.get(before_key, {}).items()}
        were = {tag: matching.anew(text) for tag, text in (kept or {}).get(before_key, {}).items()}
        now = _outdated(old, new, before, were, texts)
        if left := {tag: text for tag, text in now.items() if (key, tag) not in sure}:
            found[key] = left
    return found


def _outdated(old: Definition, new: Definition, before: Texts, were: Texts, texts: Texts) -> Texts:
    """What the source was, for each language whose translation stayed behind."""
    found = {}
    for tag, text in texts.items():
        if tag == new.default_language or before.get(tag) != text:
            continue
        source, source_tag = source_of(new, texts, tag)
        last, last_tag = source_of(old, before, tag)
        was = were.get(tag) or (last if last_tag == source_tag else "")
        if was and source and was != source:
            found[tag] = was
    return found


def _row(definition: Definition, key: str, texts: Texts, was: str, tag: str, wanted: str) -> Row:
    source, source_tag = source_of(definition, texts, tag, wanted)
    target = texts.get(tag, "")
    main = source_of(definition, texts, tag)[0]
    outdated = bool(target and was and was != main)
    state = OUTDATED if outdated else PRESENT if target else MISSING
    sheet, _, rest = key.partition("/")
    name, _, column = rest.rpartition("/")
    return Row(
        key, name if sheet != "settings" else "", column, source_tag, source, target, state,
        was if outdated else "",
    )  # fmt: skip


def _old_keys(old: Definition, new: Definition, matching: Matching) -> dict[str, str]:
    """The old key of every text whose item, list or choice is called differently now."""
    old_names, new_names = key_names(old), key_names(new)
    found = {}
    for before, after in matching.pairs:
        for column in _item_texts(after.item):
            key = f"survey/{new_names[after.item.row]}/{column}"
            found[key] = f"survey/{old_names[before.item.row]}/{column}"
    for old_list, new_list in matching.lists.items():
        for name, choice in choice_keys(new.choices[new_list]).items():
            for column in _choice_texts(choice):
                found[f"choices/{new_list}/{name}/{column}"] = f"choices/{old_list}/{name}/{column}"
    return found


def _item_texts(item: Item) -> dict[str, Texts]:
    found = {column: getattr(item, column) for column in TEXT_CELLS}
    return found | {f"media::{kind}": texts for kind, texts in item.media.items()}


def _choice_texts(choice: Choice) -> dict[str, Texts]:
    media = {f"media::{kind}": texts for kind, texts in choice.media.items()}
    return {"label": choice.label} | media


def _with_texts(definition: Definition, tag: str, texts: Mapping[str, str]) -> Definition:
    names = key_names(definition)
    title = definition.title
    if TITLE_KEY in texts:
        title = {**title, tag: texts[TITLE_KEY]}
    choices = {}
    for list_name, found in definition.choices.items():
        keyed = choice_keys(found)
        choices[list_name] = tuple(
            _translated_choice(choice, f"choices/{list_name}/{name}", tag, texts)
            for name, choice in keyed.items()
        )
    items = tuple(_translated(item, names, tag, texts) for item in definition.items)
    return replace(definition, title=title, choices=choices, items=items)


def _translated(item: Item, names: Mapping[int, str], tag: str, texts: Mapping[str, str]) -> Item:
    prefix = f"survey/{names[item.row]}"
    columns: dict[str, object] = {
        column: {**getattr(item, column), tag: texts[key]}
        for column in TEXT_CELLS
        if (key := f"{prefix}/{column}") in texts
    }
    columns["media"] = _translated_media(item.media, prefix, tag, texts)
    if isinstance(item, Group):
        columns["items"] = tuple(_translated(each, names, tag, texts) for each in item.items)
    return replace(item, **columns)  # type: ignore[arg-type]


def _translated_choice(choice: Choice, prefix: str, tag: str, texts: Mapping[str, str]) -> Choice:
    label = choice.label
    if f"{prefix}/label" in texts:
        label = {**label, tag: texts[f"{prefix}/label"]}
    media = _translated_media(choice.media, prefix, tag, texts)
    return replace(choice, label=label, media=media)


def _translated_media(
    media: dict[str, Texts], prefix: str, tag: str, texts: Mapping[str, str]
) -> dict[str, Texts]:
    return {
        kind: {**found, tag: texts[key]} if (key := f"{prefix}/media::{kind}") in texts else found
        for kind, found in media.items()
    }
