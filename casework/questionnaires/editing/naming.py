"""Who names whom: renaming with every reference, copies that refer to themselves, mentions.

References are `${name}` wherever it stands, names in `trigger`, and paths such as `../name` or
`/data/group/name` as long as only one item bears the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.compiling import build
from casework.questionnaires.definitions import (
    Choice,
    Definition,
    Group,
    Item,
    Question,
    Texts,
    walk,
)
from casework.questionnaires.editing.cells import EXPRESSION_CELLS, TEXT_CELLS, TRUTH_CELLS
from casework.questionnaires.editing.names import names_of
from casework.questionnaires.editing.trees import item_at, outline
from casework.questionnaires.forms import PIPED, Form, Spec

# A path from the question itself, its parents, the top or `current()`; quoted texts stay alone.
PATHS = re.compile(
    r"""("[^"]*"|'[^']*')|((?<![\w\])}.*])(?:\.\.?|current\(\))?(?:/(?:\.\.?|\*|[^\W\d][\w.\-]*))+)"""
)

Means = Callable[[str], str | None]
OnText = Callable[[str], str]


@dataclass(frozen=True)
class Mention:
    """A place that names a question: in the survey with `place`, else in `sheet` alone."""

    sheet: str
    place: str
    name: str
    column: str
    text: str
    mentioned: str


class StillMentioned(Refusal):
    """Other questions name what would go; `mentions` lists where."""

    msgid = N_(
        "“%(name)s” is still named in %(count)s other places. Please change them first, or delete "
        "it all the same and correct them afterwards."
    )

    def __init__(self, mentions: list[Mention]) -> None:
        self.mentions = mentions
        super().__init__(name=mentions[0].mentioned, count=len(mentions))


def renamed_everywhere(definition: Definition, item: Item, name: str) -> Definition:
    """The definition with `item` called `name` and every reference to it following."""
    form, _ = build(definition)
    target = _spec_of(form, item)
    news = dict(zip(names_of(item), names_of(replace(item, name=name)), strict=True))

    def seen_from(spec: Spec | None) -> Means:
        def means(word: str) -> str | None:
            if word not in news or (target and not _is_meant(form, word, spec, target, item)):
                return None
            return news[word]

        return means

    alone = {old: new for old, new in news.items() if len(form.by_name.get(old, ())) == 1}
    specs = {id(spec.item): spec for spec in form.specs if spec.item is not None}

    def follow(each: Item) -> Item:
        means = seen_from(specs.get(id(each)))
        return referring_anew(each, means, alone)

    items = _mapped(definition.items, lambda each: _named(follow(each), each, item, name))
    return _with_other_sheets(replace(definition, items=items), seen_from(None))


def renamed_inside(item: Item, news: Mapping[str, str], alone: Mapping[str, str]) -> Item:
    """A copy of a subtree: names and the references between them by `news`, paths by `alone`."""
    (copy,) = _mapped(
        (item,),
        lambda each: replace(
            referring_anew(each, news.get, alone), name=news.get(each.name, each.name)
        ),
    )
    return copy


def referring_anew(item: Item, means: Means, paths: Mapping[str, str]) -> Item:
    """`item` with the references that `means` knows replaced, and the steps of paths by `paths`."""

    def in_text(text: str) -> str:
        return PIPED.sub(lambda found: _reference(found, means), text)

    def in_expression(text: str) -> str:
        return _paths_anew(in_text(text), paths)

    columns: dict[str, object] = {
        column: _each(getattr(item, column), in_text) for column in TEXT_CELLS
    }
    for column in (*EXPRESSION_CELLS, *TRUTH_CELLS, "default"):
        value = getattr(item, column)
        columns[column] = in_expression(value) if isinstance(value, str) else value
    columns["parameters"] = _each(item.parameters, in_expression)
    columns["extra"] = _each(item.extra, in_text)
    columns["trigger"] = _triggers_anew(item.trigger, means)
    if isinstance(item, Question):
        columns["list_name"] = in_text(item.list_name)
    return replace(item, **columns)  # type: ignore[arg-type]


def mentions(definition: Definition, place: str) -> list[Mention]:
    """Where anything outside the item at `place` names it or something inside it.

    Raises `NoSuchPlace`.
    """
    inside = {id(each) for each in walk((item_at(definition, place),))}
    form, _ = build(definition)
    gone = {spec for spec in form.specs if id(spec.item) in inside}
    gone |= {spec for spec in form.specs if spec.parent in gone}
    gone |= set(_other_texts(form, gone))
    names = {spec.name for spec in gone}
    return list(_mentions(definition, form, gone, names))


def _mentions(
    definition: Definition, form: Form, gone: set[Spec], names: set[str]
) -> Iterator[Mention]:
    specs = {id(spec.item): spec for spec in form.specs if spec.item is not None}
    alone = {name for name in names if len(form.by_name.get(name, ())) == 1}
    for line in outline(definition):
        spec = specs.get(id(line.item))
        if spec is None or spec in gone:
            continue
        for column, text in _texts_of(line.item):
            for name in _named_in(column, text, alone):
                if name in names and form.named(name, spec) in gone:
                    yield Mention("survey", line.place, line.item.name, column, text, name)
    for sheet, row, column, text in _other_sheets(definition):
        for name in dict.fromkeys(PIPED.findall(text)):
            if name in names and form.named(name) in gone:
                yield Mention(sheet, "", row, column, text, name)


def _other_texts(form: Form, gone: set[Spec]) -> Iterator[Spec]:
    """The text questions that `or_other` adds beside the questions that go."""
    for before, spec in zip(form.specs, form.specs[1:], strict=False):
        if before in gone and spec.parent is before.parent and _is_other_of(before, spec):
            yield spec


def _is_other_of(question: Spec, other: Spec) -> bool:
    return question.item is not None and other.name in names_of(question.item)[1:]


def _spec_of(form: Form, item: Item) -> Spec | None:
    return next((spec for spec in form.specs if spec.item is item), None)


def _is_meant(form: Form, word: str, near: Spec | None, target: Spec, item: Item) -> bool:
    found = form.named(word, near)
    if word == item.name:
        return found is target
    return found is not None and found.index == target.index + 1


def _named(changed: Item, before: Item, item: Item, name: str) -> Item:
    return replace(changed, name=name) if before is item else changed


def _mapped(items: tuple[Item, ...], change: Callable[[Item], Item]) -> tuple[Item, ...]:
    """Every item changed, from the leaves upwards; `change` sees each as it was."""
    found = []
    for item in items:
        new = change(item)
        if isinstance(item, Group) and isinstance(new, Group):
            new = replace(new, items=_mapped(item.items, change))
        found.append(new)
    return tuple(found)


def _each(texts: Texts, change: OnText) -> Texts:
    return {key: change(text) for key, text in texts.items()}


def _reference(found: re.Match[str], means: Means) -> str:
    new = means(found[1])
    return found[0] if new is None else f"${{{new}}}"


def _triggers_anew(text: str, means: Means) -> str:
    parts = []
    for part in text.split(","):
        bare = part.strip().removeprefix("${").removesuffix("}").strip()
        new = means(bare)
        parts.append(part if new is None else part.replace(bare, new))
    return ",".join(parts)


def _paths_anew(text: str, paths: Mapping[str, str]) -> str:
    if not any(name in text for name in paths):
        return text

    def follow(found: re.Match[str]) -> str:
        if found[1]:
            return found[0]
        return "/".join(paths.get(step, step) for step in found[0].split("/"))

    return PATHS.sub(follow, text)


def _steps_in(text: str) -> set[str]:
    return {step for found in PATHS.finditer(text) if not found[1] for step in found[0].split("/")}


def _named_in(column: str, text: str, alone: set[str]) -> list[str]:
    names = dict.fromkeys(PIPED.findall(text))
    if column == "trigger":
        names |= dict.fromkeys(
            part.strip().removeprefix("${").removesuffix("}").strip() for part in text.split(",")
        )
    elif column in (*EXPRESSION_CELLS, *TRUTH_CELLS, "default"):
        names |= dict.fromkeys(sorted(_steps_in(text) & alone))
    return list(names)


def _texts_of(item: Item) -> Iterator[tuple[str, str]]:
    """Every cell of an item in which a reference can stand."""
    for column in TEXT_CELLS:
        for tag, text in getattr(item, column).items():
            yield f"{column}::{tag}", text
    for column in (*EXPRESSION_CELLS, *TRUTH_CELLS, "default", "trigger"):
        value = getattr(item, column)
        if isinstance(value, str) and value:
            yield column, value
    if isinstance(item, Question) and PIPED.fullmatch(item.list_name):
        yield "list_name", item.list_name
    for text in item.parameters.values():
        yield "parameters", text
    yield from item.extra.items()


def _other_sheets(definition: Definition) -> Iterator[tuple[str, str, str, str]]:
    """Sheet, row, column and text of references outside the survey."""
    for list_name, choices in definition.choices.items():
        for choice in choices:
            for tag, text in choice.label.items():
                yield "choices", f"{list_name}/{choice.name}", f"label::{tag}", text
    for column, text in definition.settings.items():
        yield "settings", "", column, text
    for number, row in enumerate(definition.entities, 1):
        for column, text in row.items():
            yield "entities", str(number), column, text


def _with_other_sheets(definition: Definition, means: Means) -> Definition:
    def in_text(text: str) -> str:
        return PIPED.sub(lambda found: _reference(found, means), text)

    def in_choice(choice: Choice) -> Choice:
        return replace(choice, label=_each(choice.label, in_text))

    return replace(
        definition,
        choices={name: tuple(map(in_choice, found)) for name, found in definition.choices.items()},
        settings=_each(definition.settings, in_text),
        entities=tuple(_each(row, in_text) for row in definition.entities),
    )
