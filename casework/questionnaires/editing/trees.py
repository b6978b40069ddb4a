"""The tree of a definition: places in it, and its one normal form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from casework.core.i18n import N_
from casework.core.refusals import NotFound
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, Texts
from casework.questionnaires.question_types import QUESTION_TYPES

Path = tuple[int, ...]
Items = tuple[Item, ...]


class NoSuchPlace(NotFound):
    """Nothing stands at this place, perhaps not any more."""

    msgid = N_("There is no question at this place any more. Please load the page again.")


@dataclass(frozen=True)
class Edited:
    """What an edit gave: the new definition, and where the edited item stands in it."""

    definition: Definition
    place: str


@dataclass(frozen=True)
class Line:
    """One line of a definition's outline; `depth` is 0 at the top."""

    place: str
    depth: int
    item: Item


def outline(definition: Definition) -> list[Line]:
    """All items from top to bottom with their places."""
    return list(_lines(definition.items, ()))


def item_at(definition: Definition, place: str) -> Item:
    """The item at `place`. Raises `NoSuchPlace`."""
    return item_of(definition.items, path_of(place))


def place_of(definition: Definition, name: str) -> str | None:
    """The place of the first item called `name`."""
    return next((line.place for line in outline(definition) if line.item.name == name), None)


def siblings_at(definition: Definition, place: str) -> Items:
    """What stands directly inside the group at `place`, or at the top. Raises `NoSuchPlace`."""
    if not place:
        return definition.items
    item = item_at(definition, place)
    if not isinstance(item, Group):
        raise NoSuchPlace()
    return item.items


def path_of(place: str) -> Path:
    """A place as numbers. Raises `NoSuchPlace` for anything that is none."""
    try:
        path = tuple(int(part) for part in place.split("/")) if place else ()
    except ValueError as error:
        raise NoSuchPlace() from error
    if min(path, default=0) < 0:
        raise NoSuchPlace()
    return path


def place_from(path: Path) -> str:
    """Numbers as a place."""
    return "/".join(map(str, path))


def item_of(items: Items, path: Path) -> Item:
    """The item at `path`. Raises `NoSuchPlace`."""
    if not path or path[0] >= len(items):
        raise NoSuchPlace()
    found = items[path[0]]
    if len(path) == 1:
        return found
    if not isinstance(found, Group):
        raise NoSuchPlace()
    return item_of(found.items, path[1:])


def spliced(items: Items, path: Path, instead: Items, *, taking: int = 1) -> Items:
    """`items` with `instead` in place of the `taking` items that stand from `path` on."""
    here = path[0]
    if len(path) == 1:
        if here + taking > len(items):
            raise NoSuchPlace()
        return (*items[:here], *instead, *items[here + taking :])
    group = item_of(items, path[:1])
    if not isinstance(group, Group):
        raise NoSuchPlace()
    inside = replace(group, items=spliced(group.items, path[1:], instead, taking=taking))
    return (*items[:here], inside, *items[here + 1 :])


def normal(definition: Definition) -> Definition:
    """The definition in its one normal form; a second time changes nothing.

    Rows are numbered as in its export, texts stand in the order of the languages, lists in the
    order of their use, and nothing empty is kept.
    """
    items = _numbered_items(definition.items, count(2), definition)
    number = count(2)
    choices = {
        name: tuple(_normal_choice(each, next(number), definition) for each in found)
        for name, found in _lists_in_order(definition).items()
        if found
    }
    names = definition.language_names
    return replace(
        definition,
        title=_texts(definition.title, definition),
        language_names={tag: names[tag] for tag in definition.languages if names.get(tag)},
        items=items,
        choices=choices,
        settings=_sorted(definition.settings),
        entities=tuple(_sorted(row) for row in definition.entities),
    )


def _lines(items: Items, above: Path) -> Iterator[Line]:
    for index, item in enumerate(items):
        path = (*above, index)
        yield Line(place_from(path), len(above), item)
        if isinstance(item, Group):
            yield from _lines(item.items, path)


def _numbered_items(items: Items, numbers: Iterator[int], definition: Definition) -> Items:
    return tuple(_normal_item(item, numbers, definition) for item in items)


def _normal_item(item: Item, numbers: Iterator[int], definition: Definition) -> Item:
    tidy = replace(
        item,
        row=next(numbers),
        label=_texts(item.label, definition),
        hint=_texts(item.hint, definition),
        guidance=_texts(item.guidance, definition),
        required_message=_texts(item.required_message, definition),
        constraint_message=_texts(item.constraint_message, definition),
        media=_media(item.media, definition),
        parameters=dict(sorted(item.parameters.items())),
        extra=_sorted(item.extra),
        required=item.required or False,
        read_only=item.read_only or False,
    )
    if isinstance(tidy, Group):
        tidy = replace(tidy, items=_numbered_items(tidy.items, numbers, definition))
        next(numbers)  # the row that ends it
    return tidy


def _normal_choice(choice: Choice, row: int, definition: Definition) -> Choice:
    return replace(
        choice,
        row=row,
        label=_texts(choice.label, definition),
        media=_media(choice.media, definition),
        extra=_sorted(choice.extra),
    )


def _lists_in_order(definition: Definition) -> dict[str, tuple[Choice, ...]]:
    used = dict.fromkeys(
        item.list_name
        for item in definition.walk()
        if isinstance(item, Question) and _needs_list(item.type)
    )
    order = [*used, *sorted(set(definition.choices) - set(used))]
    return {name: definition.choices[name] for name in order if name in definition.choices}


def _needs_list(kind: str) -> bool:
    return kind in QUESTION_TYPES and QUESTION_TYPES[kind].needs_list


def _texts(texts: Texts, definition: Definition) -> Texts:
    order = (*definition.languages, *sorted(set(texts) - set(definition.languages)))
    return {tag: texts[tag] for tag in order if texts.get(tag)}


def _media(media: dict[str, Texts], definition: Definition) -> dict[str, Texts]:
    ordered = {kind: _texts(texts, definition) for kind, texts in sorted(media.items())}
    return {kind: texts for kind, texts in ordered.items() if texts}


def _sorted(texts: Texts) -> Texts:
    return {heading: text for heading, text in sorted(texts.items()) if text}
