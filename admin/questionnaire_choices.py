"""Which choices of a long list the editor shows: a page of them, or those that fit a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.core.db import clean
from casework.questionnaires.definitions import Choice, Definition

PER_PAGE = 150


@dataclass(frozen=True)
class ChoicePage:
    """The choices that are shown, by their place in the list; pages count from 1.

    `found` is how many fit the search, or how many there are where nothing is searched.
    """

    indices: tuple[int, ...] = ()
    number: int = 1
    count: int = 1
    search: str = ""
    found: int = 0
    total: int = 0

    @property
    def is_long(self) -> bool:
        """Whether not all fit on one page."""
        return self.total > PER_PAGE


def page_of_choices(
    definition: Definition, list_name: str, values: Mapping[str, str]
) -> ChoicePage:
    """The page that `values` ask for by `choices` (its number) and `find` (a text)."""
    held = definition.choices.get(list_name, ())
    search = " ".join(clean(values.get("find", "")).split())[:100]
    fitting = [
        index for index, choice in enumerate(held) if not search or fits(choice, search.lower())
    ]
    count = max(1, -(-len(fitting) // PER_PAGE))
    wanted = values.get("choices", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
    number = min(max(number, 1), count)
    shown = fitting[(number - 1) * PER_PAGE : number * PER_PAGE]
    return ChoicePage(tuple(shown), number, count, search, len(fitting), len(held))


def fits(choice: Choice, search: str) -> bool:
    """Whether the name or any text of a choice holds `search`, in small letters."""
    return any(search in text.lower() for text in (choice.name, *choice.label.values()))
