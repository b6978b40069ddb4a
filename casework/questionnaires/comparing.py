"""What changed between two definitions, as sentences; those that concern data are flagged."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from casework.core.i18n import LANGUAGES
from casework.core.refusals import Term
from casework.questionnaires import changes as say
from casework.questionnaires.changes import COLUMNS, Difference
from casework.questionnaires.definitions import (
    Choice,
    Definition,
    Group,
    Item,
    Question,
    Repeat,
    Texts,
)
from casework.questionnaires.editing.cells import TEXT_CELLS
from casework.questionnaires.editing.trees import Line, normal, path_of
from casework.questionnaires.matching import Matching, choice_keys, match
from casework.questionnaires.question_types import QUESTION_TYPES

# What a person reads or hears; everything else that differs is a cell.
SPECIAL = {"name", "row", "items", "type", "list_name", "save_to", "media", "extra", *TEXT_CELLS}


def differences(old: Definition, new: Definition) -> list[Difference]:
    """Everything that changed from `old` to `new`: flagged first, then from top to bottom.

    Empty only where both say the same; row numbers and the order of columns do not count.
    """
    old, new = normal(old), normal(new)
    matching = match(old, new)
    found = [
        *_form(old, new, matching),
        *_items(old, new, matching),
        *_lists(old, new, matching),
    ]
    return sorted(found, key=lambda each: not each.flagged)


def _form(old: Definition, new: Definition, matching: Matching) -> Iterator[Difference]:
    for tag in new.languages:
        if tag not in old.languages:
            yield _language("language_added", say.LANGUAGE_ADDED, tag, new)
    for tag in old.languages:
        if tag not in new.languages:
            yield _language("language_removed", say.LANGUAGE_REMOVED, tag, old)
    if sorted(old.languages) == sorted(new.languages) and old.languages != new.languages:
        yield Difference("languages_moved", say.LANGUAGES_MOVED, sheet="settings")
    if old.default_language != new.default_language:
        yield _language("main_language", say.MAIN_LANGUAGE, new.default_language, new)
    for tag, before, after in _changed(old.title, new.title):
        params = {"language": _spoken(tag, new)}
        yield Difference(
            "title", say.TITLE_CHANGED, params, sheet="settings", column="form_title", language=tag,
            before=before, after=after,
        )  # fmt: skip
    yield from _settings(old, new, matching)


def _settings(old: Definition, new: Definition, matching: Matching) -> Iterator[Difference]:
    mine = {"form_id": old.form_id, "version": old.version}
    theirs = {"form_id": new.form_id, "version": new.version}
    for tag in set(old.languages) & set(new.languages):
        mine[f"language {tag}"] = old.language_names.get(tag, "")
        theirs[f"language {tag}"] = new.language_names.get(tag, "")
    mine |= {heading: matching.anew(text) for heading, text in old.settings.items()}
    for column, before, after in _changed(mine, theirs | new.settings):
        yield Difference(
            "setting", say.SETTING_CHANGED, {"column": column}, sheet="settings", column=column,
            flagged=column == "form_id", before=before, after=after,
        )  # fmt: skip
    # What editors do not touch, and what later versions of the program add to definitions.
    told = {
        "form_id", "version", "title", "default_language", "languages", "items", "choices",
        "settings", "sheets", "entities", "language_names",
    }  # fmt: skip
    rest = [each.name for each in fields(Definition) if each.name not in told]
    entities = [
        {heading: matching.anew(text) for heading, text in row.items()} for row in old.entities
    ]
    pairs: dict[str, tuple[Any, Any]] = {
        name: (old.sheets.get(name), new.sheets.get(name)) for name in {**old.sheets, **new.sheets}
    }
    pairs["entities"] = (entities, list(new.entities))
    pairs |= {name: (getattr(old, name), getattr(new, name)) for name in rest}
    for sheet, (before, after) in pairs.items():
        if _plain(before) != _plain(after):
            flagged = sheet == "entities"
            yield Difference(
                "sheet", say.SHEETS_CHANGED, {"sheet": sheet}, sheet=sheet, flagged=flagged
            )


def _items(old: Definition, new: Definition, matching: Matching) -> Iterator[Difference]:
    parents = _Parents(old, new, matching)
    found = [(line.item.row, _about("removed", say.REMOVED, line, flagged=_answered(line.item)))
             for line in matching.removed]  # fmt: skip
    found += [(line.item.row, _about("added", say.ADDED, line)) for line in matching.added]
    for before, after in matching.pairs:
        row = after.item.row
        found += [(row, each) for each in parents.moved(before, after)]
        found += [(row, each) for each in _cells(before.item, after.item, matching, new)]
    for _row, difference in sorted(found, key=lambda pair: pair[0]):
        yield difference


class _Parents:
    """Who stands in which group, and who of a group was really moved within it."""

    def __init__(self, old: Definition, new: Definition, matching: Matching) -> None:
        self.old, self.new = old, new
        self.now = {before.place: after.place for before, after in matching.pairs}
        self.shifted = self._shifted(matching)

    def moved(self, before: Line, after: Line) -> Iterator[Difference]:
        above, now = _above(before.place), _above(after.place)
        if (above and now and self.now.get(above) != now) or bool(above) != bool(now):
            yield self._moved_between(before, after)
        elif after.place in self.shifted:
            yield _about("moved", say.MOVED, after)

    def _moved_between(self, before: Line, after: Line) -> Difference:
        flagged = _repeats(self.old, before.place) != _repeats(self.new, after.place)
        if not _above(after.place):
            return _about("moved", say.MOVED_OUT, after, flagged=flagged)
        group = _items_above(self.new, after.place)[-1].name
        return _about("moved", say.MOVED_GROUP, after, flagged=flagged, group=group)

    def _shifted(self, matching: Matching) -> set[str]:
        """The fewest items that explain a changed order among those that stayed in a group."""
        together: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for before, after in matching.pairs:
            above, now = _above(before.place), _above(after.place)
            if (self.now.get(above) if above else "") == now:
                position = (path_of(after.place)[-1], path_of(before.place)[-1], after.place)
                together.setdefault((above, now), []).append(position)
        found: set[str] = set()
        for positions in together.values():
            order = sorted(positions)
            stay = _longest_rise([old for _, old, _ in order])
            found |= {place for index, (_, _, place) in enumerate(order) if index not in stay}
        return found


def _cells(before: Item, after: Item, matching: Matching, form: Definition) -> Iterator[Difference]:
    name = after.name
    if before.name != name:
        yield Difference(
            "renamed", say.RENAMED, {"old": before.name, "name": name}, name, column="name",
            flagged=_answered(after), before=before.name, after=name,
        )  # fmt: skip
    yield from _types(before, after, matching)
    if before.save_to != after.save_to:
        params = {"name": name, "before": before.save_to or "–", "after": after.save_to or "–"}
        yield Difference(
            "save_to", say.SAVE_TO_CHANGED, params, name, column="save_to", flagged=True,
            before=before.save_to, after=after.save_to,
        )  # fmt: skip
    for column in TEXT_CELLS:
        yield from _texts(name, column, _anew(getattr(before, column), matching),
                          getattr(after, column), form)  # fmt: skip
    for kind in {**before.media, **after.media}:
        yield from _texts(name, kind, before.media.get(kind, {}), after.media.get(kind, {}), form)
    yield from _plain_cells(before, after, matching)


def _plain_cells(before: Item, after: Item, matching: Matching) -> Iterator[Difference]:
    mine, theirs = _other_cells(before), _other_cells(after)
    mine = {column: _in_new_words(text, matching, column) for column, text in mine.items()}
    for column, was, now in _changed(mine, theirs):
        msgid = say.CELL_CHANGED if was and now else say.CELL_ADDED if now else say.CELL_REMOVED
        word: str = Term(COLUMNS[column]) if column in COLUMNS else f"“{column}”"
        yield Difference(
            "cell", msgid, {"name": after.name, "column": word}, after.name, column=column,
            before=was, after=now,
        )  # fmt: skip


def _types(before: Item, after: Item, matching: Matching) -> Iterator[Difference]:
    name = after.name
    was, now = _type(before), _type(after)
    if was != now:
        yield Difference(
            "type", say.TYPE_CHANGED, {"name": name, "before": was, "after": now}, name,
            column="type", flagged=True, before=was, after=now,
        )  # fmt: skip
    old_list = getattr(before, "list_name", "")
    new_list = getattr(after, "list_name", "")
    if new_list and matching.lists.get(old_list, matching.anew(old_list)) != new_list:
        yield Difference(
            "list", say.LIST_CHANGED, {"name": name, "after": new_list}, name, column="list_name",
            flagged=bool(old_list), before=old_list, after=new_list,
        )  # fmt: skip


def _texts(
    name: str, column: str, before: Texts, after: Texts, form: Definition
) -> Iterator[Difference]:
    for tag, was, now in _changed(before, after):
        msgid = say.TEXT_CHANGED if was and now else say.TEXT_ADDED if now else say.TEXT_REMOVED
        word: str = Term(COLUMNS[column]) if column in COLUMNS else f"“{column}”"
        params = {"name": name, "column": word, "language": _spoken(tag, form)}
        yield Difference(
            "text", msgid, params, name, column=column, language=tag, before=was, after=now
        )


def _lists(old: Definition, new: Definition, matching: Matching) -> Iterator[Difference]:
    for old_name, choices in old.choices.items():
        name = matching.lists.get(old_name, old_name)
        if name not in new.choices:
            yield _in_list("list_removed", say.LIST_REMOVED, old_name)
            continue
        if name != old_name:
            yield _in_list("list_renamed", say.LIST_RENAMED, name, old=old_name)
        yield from _choices(name, choices, new.choices[name], matching, new)
    known = {matching.lists.get(name, name) for name in old.choices}
    for name in new.choices:
        if name not in known:
            yield _in_list("list_added", say.LIST_ADDED, name)


def _choices(
    list_name: str, old: tuple[Choice, ...], new: tuple[Choice, ...], matching: Matching,
    form: Definition,
) -> Iterator[Difference]:  # fmt: skip
    mine, theirs = choice_keys(old), choice_keys(new)
    for key in mine:
        if key not in theirs:
            yield _in_list("choice_removed", say.CHOICE_REMOVED, list_name, flagged=True, name=key)
    for key in theirs:
        if key not in mine:
            yield _in_list("choice_added", say.CHOICE_ADDED, list_name, name=key)
    if [key for key in mine if key in theirs] != [key for key in theirs if key in mine]:
        yield _in_list("choices_moved", say.CHOICES_MOVED, list_name)
    for key, choice in theirs.items():
        if key in mine:
            yield from _choice(list_name, key, mine[key], choice, matching, form)


def _choice(
    list_name: str, key: str, before: Choice, after: Choice, matching: Matching, form: Definition
) -> Iterator[Difference]:
    columns = {"label": (_anew(before.label, matching), after.label)}
    for kind in {**before.media, **after.media}:
        columns[kind] = (before.media.get(kind, {}), after.media.get(kind, {}))
    for column, (mine, theirs) in columns.items():
        word: str = Term(COLUMNS[column]) if column in COLUMNS else f"“{column}”"
        for tag, was, now in _changed(mine, theirs):
            params = {
                "column": word,
                "name": key,
                "list": list_name,
                "language": _spoken(tag, form),
            }
            yield Difference(
                "choice_text", say.CHOICE_TEXT, params, list_name, "choices", column, tag,
                before=was, after=now,
            )  # fmt: skip
    for column, was, now in _changed(before.extra, after.extra):
        params = {"column": f"“{column}”", "name": key, "list": list_name}
        yield Difference(
            "choice_cell", say.CHOICE_CHANGED, params, list_name, "choices", column, before=was,
            after=now,
        )  # fmt: skip


def _about(
    kind: str, msgid: str, line: Line, *, flagged: bool = False, **params: str
) -> Difference:
    name = line.item.name
    return Difference(kind, msgid, {"name": name, **params}, name, flagged=flagged)


def _in_list(
    kind: str, msgid: str, list_name: str, *, flagged: bool = False, **params: str
) -> Difference:
    params = {"list": list_name, **params}
    return Difference(kind, msgid, params, list_name, "choices", flagged=flagged)


def _language(kind: str, msgid: str, tag: str, form: Definition) -> Difference:
    params = {"language": _spoken(tag, form)}
    return Difference(kind, msgid, params, sheet="settings", language=tag)


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Key, old and new text wherever they differ."""
    for key in {**old, **new}:
        if old.get(key, "") != new.get(key, ""):
            yield key, old.get(key, ""), new.get(key, "")


def _other_cells(item: Item) -> dict[str, str]:
    """Every cell that is no text of a language, as text; columns of the form's own included."""
    found = {
        each.name: _plain(getattr(item, each.name))
        for each in fields(item)
        if each.name not in SPECIAL
    }
    return {**found, **item.extra}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, str) or value is None:
        return value or ""
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return " ".join(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=asdict) if value else ""


def _in_new_words(text: str, matching: Matching, column: str) -> str:
    text = matching.anew(text)
    if column == "choice_filter" or "instance(" in text:
        for old, new in matching.lists.items():
            text = text.replace(f"instance('{old}')", f"instance('{new}')")
    return text


def _anew(texts: Texts, matching: Matching) -> Texts:
    return {tag: matching.anew(text) for tag, text in texts.items()}


def _type(item: Item) -> str:
    if isinstance(item, Group):
        return "repeat" if isinstance(item, Repeat) else "group"
    return str(getattr(item, "type", ""))


def _answered(item: Item) -> bool:
    """Whether answers are stored under the item's name."""
    if not isinstance(item, Question):
        return isinstance(item, Repeat)
    return item.type not in QUESTION_TYPES or QUESTION_TYPES[item.type].answer != "none"


def _above(place: str) -> str:
    return place.rpartition("/")[0]


def _items_above(definition: Definition, place: str) -> list[Item]:
    found: list[Item] = []
    items: Sequence[Item] = definition.items
    for index in path_of(_above(place)):
        item = items[index]
        found.append(item)
        items = item.items if isinstance(item, Group) else ()
    return found


def _repeats(definition: Definition, place: str) -> list[str]:
    return [item.name for item in _items_above(definition, place) if isinstance(item, Repeat)]


def _spoken(tag: str, form: Definition) -> str:
    return LANGUAGES[tag].autonym if tag in LANGUAGES else form.language_names.get(tag) or tag


def _longest_rise(numbers: Iterable[int]) -> set[int]:
    """The indexes of a longest rising row within `numbers`, in n log n steps."""
    ends: list[int] = []
    heads: list[int] = []
    before: dict[int, int | None] = {}
    for index, number in enumerate(numbers):
        length = bisect.bisect_left(ends, number)
        before[index] = heads[length - 1] if length else None
        ends[length : length + 1] = [number]
        heads[length : length + 1] = [index]
    found: set[int] = set()
    place: int | None = heads[-1] if heads else None
    while place is not None:
        found.add(place)
        place = before[place]
    return found
