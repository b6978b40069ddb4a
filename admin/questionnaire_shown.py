"""What the form editor shows: the outline on the left, the fields of one item in the middle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.questionnaire_choices import ChoicePage, page_of_choices
from admin.questionnaire_rules import Rule, all_options, askable, rule_rows, rules_of
from admin.questionnaire_sent import NEW_CHOICES, Sent, same
from admin.questionnaire_words import Kind, is_group, kind, kind_of, words_of
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Definition, Group, Item, Question
from casework.questionnaires.editing import (
    can_move,
    cells_of,
    choice_cells_of,
    item_at,
    lists_in_use,
    outline,
    settings_cells,
)
from casework.questionnaires.editing.choices import choice_headings, uses_list
from casework.questionnaires.findings import ERROR, NOTICE, WARNING
from casework.questionnaires.form_files import shown_files
from casework.questionnaires.forms import PIPED
from casework.questionnaires.placing import Placed
from casework.questionnaires.working_copies import WorkingCopy

EXPERT = (
    "calculation", "default", "choice_filter", "repeat_count", "trigger", "appearance",
    "parameters",
)  # fmt: skip
CHECKED = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count", "default")
OWN_COLUMNS = ("autocomplete",)


@dataclass(frozen=True)
class OutlineLine:
    """One item of the outline."""

    place: str
    depth: int
    name: str
    text: str
    kind: Kind
    is_group: bool
    is_conditional: bool
    is_required: bool
    severity: str


@dataclass
class Fields:
    """The fields of one item: values by cell, what is wrong by cell, what somebody else stored."""

    cells: dict[str, str]
    rules: dict[str, Rule] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    choices: list[ChoiceRow] = field(default_factory=list)
    page: ChoicePage = field(default_factory=ChoicePage)


@dataclass
class ChoiceRow:
    """A choice in the table; `number` is its position or `new0` and so on."""

    number: str
    cells: dict[str, str]
    problems: list[str] = field(default_factory=list)


def lines(definition: Definition, placed: Iterable[Placed]) -> list[OutlineLine]:
    """The outline, each line with the worst that was found about it or its choices."""
    worst = severities(definition, placed)
    return [
        OutlineLine(
            line.place, line.depth, line.item.name, words_of(definition, line.item),
            kind(kind_of(line.item)), is_group(line.item), bool(line.item.relevant),
            bool(line.item.required), worst.get(line.place, ""),
        )
        for line in outline(definition)
    ]  # fmt: skip


def severities(definition: Definition, placed: Iterable[Placed]) -> dict[str, str]:
    """The worst of errors and warnings by place; those of a list at the questions that use it."""
    users: dict[str, list[str]] = {}
    for line in outline(definition):
        if isinstance(line.item, Question) and line.item.list_name:
            users.setdefault(line.item.list_name, []).append(line.place)
    found: dict[str, str] = {}
    for each in placed:
        severity = each.finding.severity
        if severity not in (ERROR, WARNING):
            continue
        for place in [each.place] if each.place is not None else users.get(each.list_name, []):
            if found.get(place) != ERROR:
                found[place] = severity
    return found


def fields_of(
    definition: Definition, place: str, placed: Iterable[Placed], values: Mapping[str, str]
) -> Fields:
    """The fields of the item at `place` as stored, with what was found about each."""
    if not place:
        found = Fields(settings_cells(definition))
        found.general = [
            told(each) for each in placed
            if each.place is None and not each.list_name and each.finding.severity != NOTICE
        ]  # fmt: skip
        return found
    item = item_at(definition, place)
    found = Fields(cells_of(definition, place), rules_of(definition, item))
    if has_own_choices(item):
        found.page = page_of_choices(definition, item.list_name, values)
        found.choices = choice_rows(definition, item.list_name, found.page)
    for each in placed:
        if each.place == place:
            note_finding(definition, found, each)
        elif isinstance(item, Question) and each.list_name and each.list_name == item.list_name:
            note_choice(found, each)
    return found


def note_finding(definition: Definition, fields: Fields, placed: Placed) -> None:
    """Put a finding beside its field, or above all where it has none."""
    tag = placed.language or definition.default_language
    for cell in (placed.column, f"{placed.column}::{tag}"):
        if cell in fields.cells and (cell == placed.column or tag == definition.default_language):
            fields.problems.setdefault(cell, []).append(told(placed))
            return
    fields.general.append(told(placed))


def note_choice(fields: Fields, placed: Placed) -> None:
    """Put a finding about a choice into its row."""
    for row in fields.choices:
        if row.number == str(placed.index):
            row.problems.append(told(placed))
            return
    fields.general.append(told(placed))


def told(placed: Placed) -> str:
    """What is wrong and what to do, in the reader's language."""
    tag = reading_language()
    parts = (placed.finding.message(tag), placed.finding.what_to_do(tag))
    return " ".join(part for part in parts if part)


def has_own_choices(item: Item) -> TypeGuard[Question]:
    """Whether its choices stand in a list, and are not the answers to another question."""
    return uses_list(item) and not source_of(item)


def source_of(item: Item) -> str:
    """The question whose answers are the choices of `item`; empty for a list."""
    found = PIPED.fullmatch(item.list_name) if isinstance(item, Question) else None
    return found[1] if found else ""


def choice_rows(definition: Definition, list_name: str, page: ChoicePage) -> list[ChoiceRow]:
    """The choices of a page, and empty rows for new ones."""
    rows = [
        ChoiceRow(str(index), choice_cells_of(definition, list_name, index))
        for index in page.indices
    ]
    return rows + [ChoiceRow(f"new{number}", {}) for number in range(NEW_CHOICES)]


def typed_again(fields: Fields, sent: Sent, problems: Mapping[str, Refusal]) -> Fields:
    """The same fields with what was typed, and with what was refused beside each."""
    fields.cells |= {cell: text for cell, text in sent.cells.items() if cell in fields.cells}
    for column in fields.rules:
        if mode := sent.mode(column):
            fields.rules[column] = Rule(mode, sent.conditions(column))
    for row in fields.choices:
        row.cells |= sent.choices(row.number)
    for cell, refusal in problems.items():
        sentence = refusal.text(reading_language())
        if cell.startswith("k:"):
            number = cell.split(":")[1]
            for row in fields.choices:
                if row.number == number:
                    row.problems.append(sentence)
        elif cell in fields.cells:
            fields.problems[cell] = [sentence]
        else:
            fields.general.append(sentence)
    return fields


def merged(fields: Fields, sent: Sent, base: Mapping[str, str] | None) -> Fields:
    """What was typed beside what somebody else stored meanwhile.

    A cell that only one of both changed stands as changed; where both did, what was typed
    stands in the field and the other text beside it. `base` are the cells both began from.
    """
    now = dict(fields.cells)
    typed_again(fields, sent, {})
    for cell, text in now.items():
        mine = fields.cells[cell]
        before = None if base is None else base.get(cell, "")
        if mine == text:
            continue
        if before is not None and same(mine, before):
            fields.cells[cell] = text
        elif before is None or not same(text, before):
            fields.theirs[cell] = text
    return fields


def item_values(definition: Definition, place: str, fields: Fields) -> dict[str, Any]:
    """Everything the template needs about one item beyond its fields."""
    item = item_at(definition, place)
    uses = lists_in_use(definition)
    list_name = getattr(item, "list_name", "")
    return {
        "item": item,
        "kind": kind_of(item),
        "is_group": is_group(item),
        "ways": can_move(definition, place),
        "targets": [
            (line.place, words_of(definition, line.item), line.depth)
            for line in outline(definition)
            if isinstance(line.item, Group) and not inside(line.place, place)
        ],
        "has_list": has_own_choices(item),
        "source": source_of(item),
        "lists": [(name, ", ".join(names)) for name, names in uses.items()],
        "shared": [name for name in uses.get(list_name, ()) if name != item.name],
        "headings": [each for each in choice_headings(definition) if each != "icon"],
        "rows": {
            column: rule_rows(definition, item, column, rule)
            for column, rule in fields.rules.items()
        },
        "askable": askable(definition, item),
        "options": all_options(definition, item),
        "shown_files": shown_files(definition),
        "own_columns": [
            cell for cell in fields.cells
            if cell in OWN_COLUMNS or cell in item.extra
        ],
    }  # fmt: skip


def inside(place: str, of: str) -> bool:
    """Whether `place` is `of` or lies in it."""
    return place == of or place.startswith(f"{of}/")


def page_values(
    copy: WorkingCopy, place: str, values: Mapping[str, str]
) -> tuple[list[Placed], Fields]:
    """All findings, and the fields of one item with theirs; `values` say which choices."""
    return copy.findings, fields_of(copy.parsed, place, copy.findings, values)


def counted(placed: Iterable[Placed]) -> dict[str, int]:
    """How many errors and warnings there are."""
    found = [each.finding.severity for each in placed]
    return {name: found.count(name) for name in (ERROR, WARNING)}


def mention_words(definition: Definition, mention: Any) -> str:
    """Where something is named, for who reads the list of what mentions it."""
    if mention.place:
        item = item_at(definition, mention.place)
        return f"{words_of(definition, item)} – {mention.text}"
    return _("Sheet “%(sheet)s”: %(text)s", sheet=mention.sheet, text=mention.text)
