"""Which item of an old definition is which of a new one, through moves and renames."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from casework.questionnaires.definitions import Choice, Definition, Item, Question
from casework.questionnaires.editing.trees import Line, outline, path_of, place_from
from casework.questionnaires.forms import PIPED


@dataclass(frozen=True)
class Matching:
    """Pairs of lines that are the same item, and the lines that have no partner.

    `renamed` leads from old to new names, `lists` from old to new names of lists.
    """

    pairs: list[tuple[Line, Line]]
    removed: list[Line]
    added: list[Line]
    renamed: dict[str, str]
    lists: dict[str, str]

    def anew(self, text: str) -> str:
        """An old text with its references as they are called now."""
        if not self.renamed or "${" not in text:
            return text
        return PIPED.sub(lambda found: f"${{{self.renamed.get(found[1], found[1])}}}", text)


def match(old: Definition, new: Definition) -> Matching:
    """Match by name; what has no partner then, by its type and everything that people read."""
    mine, theirs = _by_key(old), _by_key(new)
    pairs = [(line, theirs[key]) for key, line in mine.items() if key in theirs]
    removed = [line for key, line in mine.items() if key not in theirs]
    added = [line for key, line in theirs.items() if key not in mine]
    lists = _renamed_lists(old, new)
    again = _alike(removed, added, lists)
    pairs.extend(again)
    done = {id(line) for pair in again for line in pair}
    return Matching(
        sorted(pairs, key=lambda pair: pair[1].item.row),
        [line for line in removed if id(line) not in done],
        [line for line in added if id(line) not in done],
        {one.item.name: other.item.name for one, other in again},
        lists,
    )


def key_names(definition: Definition) -> dict[int, str]:
    """What each item is called in keys, by its row: its name, with its groups where that is
    not enough, with a number where not even that is."""
    return {line.item.row: key for key, line in _by_key(definition).items()}


def choice_keys(choices: tuple[Choice, ...]) -> dict[str, Choice]:
    """The choices of a list by name; a second one of the same name gets a number."""
    seen: Counter[str] = Counter()
    found = {}
    for choice in choices:
        seen[choice.name] += 1
        number = seen[choice.name]
        found[choice.name if number == 1 else f"{choice.name}#{number}"] = choice
    return found


def _by_key(definition: Definition) -> dict[str, Line]:
    lines = outline(definition)
    often = Counter(line.item.name for line in lines)
    names = {line.place: line.item.name for line in lines}
    seen: Counter[str] = Counter()
    found = {}
    for line in lines:
        key = line.item.name
        if often[key] > 1:
            path = path_of(line.place)
            key = "/".join(names[place_from(path[: end + 1])] for end in range(len(path)))
        seen[key] += 1
        found[key if seen[key] == 1 else f"{key}#{seen[key]}"] = line
    return found


def _renamed_lists(old: Definition, new: Definition) -> dict[str, str]:
    """Lists that are gone and whose very choices now stand under one new name."""
    fresh = [name for name in new.choices if name not in old.choices]
    found: dict[str, str] = {}
    for name, choices in old.choices.items():
        if name not in new.choices:
            same = next((each for each in fresh if new.choices[each] == choices), None)
            if same is not None:
                found[name] = same
                fresh.remove(same)
    return found


def _alike(
    removed: list[Line], added: list[Line], lists: dict[str, str]
) -> list[tuple[Line, Line]]:
    waiting: dict[tuple[object, ...], list[Line]] = {}
    for line in reversed(added):
        waiting.setdefault(_look(line.item, {}), []).append(line)
    pairs = []
    for line in removed:
        if any(line.item.label.values()) and (found := waiting.get(_look(line.item, lists))):
            pairs.append((line, found.pop()))
    return pairs


def _look(item: Item, lists: dict[str, str]) -> tuple[object, ...]:
    """What people see of an item, with references left out."""
    texts = tuple((tag, PIPED.sub("${}", text)) for tag, text in sorted({**item.label}.items()))
    if not isinstance(item, Question):
        return (type(item), texts)
    source = PIPED.sub("${}", item.list_name)
    return (item.type, lists.get(source, source), texts)
