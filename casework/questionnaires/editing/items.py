"""Questions, groups and repeats: add, change, move, duplicate, delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Definition, Group, Item, Question, Repeat, walk
from casework.questionnaires.editing.cells import (
    CellsRefused,
    UnknownType,
    item_cells,
    plain_of,
    with_cells,
)
from casework.questionnaires.editing.names import (
    NameTaken,
    check_names,
    free_name,
    name_from,
    names_of,
    taken,
)
from casework.questionnaires.editing.naming import (
    StillMentioned,
    mentions,
    renamed_everywhere,
    renamed_inside,
)
from casework.questionnaires.editing.trees import (
    Edited,
    Path,
    item_at,
    item_of,
    normal,
    path_of,
    place_from,
    siblings_at,
    spliced,
)
from casework.questionnaires.question_types import QUESTION_TYPES


class CannotMove(Refusal):
    """There is no such place to move to."""

    msgid = N_("“%(name)s” cannot be moved there. Please load the page again.")


def add(
    definition: Definition,
    kind: str,
    *,
    parent: str = "",
    index: int | None = None,
    cells: Mapping[str, Any] | None = None,
) -> Edited:
    """A new item inside `parent`, by default as its last; `kind` is a question type, `group` or
    `repeat`. Without a name in `cells` it gets one made of its text.

    Raises `CellsRefused`, `UnknownType`, `NoSuchPlace`.
    """
    cells = dict(cells or {})
    siblings = siblings_at(definition, parent)
    index = len(siblings) if index is None else min(max(index, 0), len(siblings))
    problems: dict[str, Refusal] = {}
    wanted = plain_of(cells.pop("name", ""))
    item: Item = _blank(kind)
    try:
        item = with_cells(definition, item, cells)
    except CellsRefused as refused:
        problems = refused.problems
    item = replace(item, name=wanted or _made_up(definition, kind, item))
    try:
        check_names(definition, item)
    except Refusal as problem:
        problems["name"] = problem
    if problems:
        raise CellsRefused(problems)
    path = (*path_of(parent), index)
    items = spliced(definition.items, path, (item,), taking=0)
    return Edited(normal(replace(definition, items=items)), place_from(path))


def cells_of(definition: Definition, place: str) -> dict[str, str]:
    """All cells of the item at `place` as text, empty ones included. Raises `NoSuchPlace`."""
    return item_cells(definition, item_at(definition, place))


def change(definition: Definition, place: str, cells: Mapping[str, Any]) -> Edited:
    """The item at `place` with these cells; a new name takes its references along.

    Raises `CellsRefused` with the problem of every cell, `NoSuchPlace`.
    """
    before = item_at(definition, place)
    rest = {cell: value for cell, value in cells.items() if cell != "name"}
    name = plain_of(cells["name"]) if "name" in cells else before.name
    problems: dict[str, Refusal] = {}
    item = before
    try:
        item = with_cells(definition, before, rest)
    except CellsRefused as refused:
        problems = refused.problems
    try:
        check_names(definition, replace(item, name=name), before=before)
    except Refusal as problem:
        problems["name"] = problem
    if problems:
        raise CellsRefused(problems)
    items = spliced(definition.items, path_of(place), (item,))
    changed = replace(definition, items=items)
    if name != before.name:
        changed = renamed_everywhere(changed, item, name)
    return Edited(normal(changed), place)


def rename(definition: Definition, place: str, name: str) -> Edited:
    """The item under another name, every reference following.

    Raises `BadName`, `NameTaken`, `NoSuchPlace`.
    """
    try:
        return change(definition, place, {"name": name})
    except CellsRefused as refused:
        raise refused.problems["name"] from None


def can_move(definition: Definition, place: str) -> frozenset[str]:
    """Which of `up`, `down`, `in` (the group just before) and `out` there are."""
    path = path_of(place)
    item_of(definition.items, path)
    siblings = siblings_at(definition, place_from(path[:-1]))
    ways = {"up"} if path[-1] > 0 else set()
    if path[-1] + 1 < len(siblings):
        ways.add("down")
    if path[-1] > 0 and isinstance(siblings[path[-1] - 1], Group):
        ways.add("in")
    if len(path) > 1:
        ways.add("out")
    return frozenset(ways)


def move_up(definition: Definition, place: str) -> Edited:
    """One step up among its siblings. Raises `CannotMove` for the first."""
    path = path_of(place)
    return _moved(definition, path, path[:-1], path[-1] - 1 if path else -1)


def move_down(definition: Definition, place: str) -> Edited:
    """One step down among its siblings. Raises `CannotMove` for the last."""
    path = path_of(place)
    return _moved(definition, path, path[:-1], path[-1] + 1 if path else -1)


def move_out(definition: Definition, place: str) -> Edited:
    """Out of its group, to right behind it. Raises `CannotMove` at the top."""
    path = path_of(place)
    if len(path) < 2:
        raise CannotMove(name=item_of(definition.items, path).name)
    return _moved(definition, path, path[:-2], path[-2] + 1)


def move_into(definition: Definition, place: str, group_place: str) -> Edited:
    """Into a group, as its last. Raises `CannotMove` for what is no group or inside the item."""
    item = item_at(definition, place)
    group = item_at(definition, group_place)
    if not isinstance(group, Group):
        raise CannotMove(name=item.name)
    inside = [each for each in group.items if each is not item]
    return _moved(definition, path_of(place), path_of(group_place), len(inside))


def move_to(definition: Definition, place: str, parent: str, index: int) -> Edited:
    """Into `parent` (`""` for the top), `index` counted among the others there.

    Raises `CannotMove`, `NoSuchPlace`, `NameTaken`.
    """
    siblings_at(definition, parent)
    return _moved(definition, path_of(place), path_of(parent), index)


def duplicate(definition: Definition, place: str) -> Edited:
    """A copy right behind the item; it and all inside it get names of their own, and what they
    refer to among themselves follows. Raises `NoSuchPlace`."""
    item = item_at(definition, place)
    in_use = taken(definition)
    news: dict[str, str] = {}
    for each in walk((item,)):
        for old, new in _copied_names(each, in_use):
            news[old] = new
            in_use[new] += 1
    once = taken(definition)
    alone = {old: new for old, new in news.items() if once[old] == 1}
    copy = renamed_inside(item, news, alone)
    path = path_of(place)
    behind = (*path[:-1], path[-1] + 1)
    items = spliced(definition.items, behind, (copy,), taking=0)
    return Edited(normal(replace(definition, items=items)), place_from(behind))


def delete(definition: Definition, place: str, *, even_if_mentioned: bool = False) -> Definition:
    """The definition without the item and what is inside it.

    Raises `StillMentioned` with the list where others name it, unless told otherwise;
    `NoSuchPlace`.
    """
    path = path_of(place)
    item_of(definition.items, path)
    if not even_if_mentioned and (found := mentions(definition, place)):
        raise StillMentioned(found)
    return normal(replace(definition, items=spliced(definition.items, path, ())))


def _blank(kind: str) -> Item:
    if kind == "group":
        return Group(name="")
    if kind == "repeat":
        return Repeat(name="")
    if kind not in QUESTION_TYPES:
        raise UnknownType(type=kind[:80])
    return Question(name="", type=kind)


def _made_up(definition: Definition, kind: str, item: Item) -> str:
    text = definition.text(item.label, definition.default_language)[0]
    return free_name(taken(definition), name_from(text, kind.replace("-", "_")))


def _copied_names(item: Item, in_use: Counter[str]) -> list[tuple[str, str]]:
    new = replace(item, name=free_name(in_use, item.name))
    return list(zip(names_of(item), names_of(new), strict=True))


def _moved(definition: Definition, path: Path, parent: Path, index: int) -> Edited:
    item = item_of(definition.items, path)
    depth = len(path) - 1
    if parent[: len(path)] == path:
        raise CannotMove(name=item.name)
    without = spliced(definition.items, path, ())
    if parent[:depth] == path[:depth] and len(parent) > depth and parent[depth] > path[depth]:
        parent = (*parent[:depth], parent[depth] - 1, *parent[depth + 1 :])
    bare = replace(definition, items=without)
    siblings = siblings_at(bare, place_from(parent))
    if not 0 <= index <= len(siblings):
        raise CannotMove(name=item.name)
    if any(each.name == item.name for each in siblings):
        raise NameTaken(name=item.name)
    target = (*parent, index)
    items = spliced(without, target, (item,), taking=0)
    return Edited(normal(replace(definition, items=items)), place_from(target))
