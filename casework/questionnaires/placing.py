"""Checks while somebody types: every finding at the place and cell that it concerns."""

from __future__ import annotations

from dataclasses import dataclass

from casework.questionnaires.checking import check
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing.items import change
from casework.questionnaires.editing.trees import normal, outline
from casework.questionnaires.findings import Finding


@dataclass(frozen=True)
class Placed:
    """A finding with its address: a place in the survey, or a choice of a list; neither where
    it concerns the form as a whole. `language` is set where it is about one language."""

    finding: Finding
    place: str | None = None
    list_name: str = ""
    index: int | None = None
    column: str = ""
    language: str = ""


def findings_of(definition: Definition) -> list[Placed]:
    """All findings about the definition, errors first, each placed."""
    tidy = normal(definition)
    places = {line.item.row: line.place for line in outline(tidy)}
    choices = {
        choice.row: (name, index)
        for name, found in tidy.choices.items()
        for index, choice in enumerate(found)
    }
    return [_placed(finding, places, choices) for finding in check(tidy)]


def check_expression(definition: Definition, place: str, column: str, text: str) -> list[Finding]:
    """What would be wrong with `text` in this cell, and what it would break elsewhere.

    Nothing is changed. Raises `CellsRefused` for what cannot be stored at all, `NoSuchPlace`.
    """
    before = {_sense(each) for each in findings_of(definition)}
    after = findings_of(change(definition, place, {column: text}).definition)
    base = column.partition("::")[0]
    return [
        each.finding
        for each in after
        if (each.place == place and each.column == base) or _sense(each) not in before
    ]


def _placed(
    finding: Finding, places: dict[int, str], choices: dict[int, tuple[str, int]]
) -> Placed:
    column, _, language = finding.column.partition("::")
    if finding.sheet == "choices":
        list_name, index = choices.get(finding.row, ("", None))
        return Placed(finding, None, list_name, index, column, language)
    return Placed(finding, places.get(finding.row), column=column, language=language)


def _sense(placed: Placed) -> tuple[str, ...]:
    finding = placed.finding
    return (finding.msgid, str(placed.place), placed.column, repr(sorted(finding.params.items())))
