"""What the form editor shows: the outline on the left, the fields of one item in the middle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.questionnaire_conditions import Condition, Conditions, read
from admin.questionnaire_sent import NEW_CHOICES, SHOWN_CHOICES, Sent, questions_of, same
from admin.questionnaire_words import Kind, is_group, kind, kind_of
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, walk
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
from casework.questionnaires.placing import Placed, findings_of
from casework.questionnaires.question_types import QUESTION_TYPES

SHORT = 70
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
    conditions: Conditions | None
    mode: str
    problems: dict[str, list[str]] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    choices: list[ChoiceRow] = field(default_factory=list)


@dataclass
class ChoiceRow:
    """A choice in the table; `number` is its position or `new0` and so on."""

    number: str
    cells: dict[str, str]
    problems: list[str] = field(default_factory=list)


def words_of(definition: Definition, item: Item | Choice, most: int = SHORT) -> str:
    """What an item is called in the form's main language, shortened; else its name."""
    text = " ".join(definition.text(item.label, definition.default_language)[0].split())
    return (text if len(text) <= most else text[: most - 1] + "…") or item.name


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


def fields_of(definition: Definition, place: str, placed: Iterable[Placed]) -> Fields:
    """The fields of the item at `place` as stored, with what was found about each."""
    if not place:
        found = Fields(settings_cells(definition), None, "")
        found.general = [
            told(each) for each in placed
            if each.place is None and not each.list_name and each.finding.severity != NOTICE
        ]  # fmt: skip
        return found
    item = item_at(definition, place)
    conditions = read(item.relevant, questions_of(definition))
    mode = "always" if not item.relevant else "formula" if conditions is None else "simple"
    found = Fields(cells_of(definition, place), conditions, mode)
    found.choices = choice_rows(definition, item)
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


def choice_rows(definition: Definition, item: Item) -> list[ChoiceRow]:
    """The choices of a question, and empty rows for new ones."""
    if not uses_list(item):
        return []
    name = item.list_name  # type: ignore[attr-defined]
    held = definition.choices.get(name, ())
    rows = [
        ChoiceRow(str(index), choice_cells_of(definition, name, index))
        for index in range(min(len(held), SHOWN_CHOICES))
    ]
    return rows + [ChoiceRow(f"new{number}", {}) for number in range(NEW_CHOICES)]


def typed_again(fields: Fields, sent: Sent, problems: Mapping[str, Refusal]) -> Fields:
    """The same fields with what was typed, and with what was refused beside each."""
    fields.cells |= {cell: text for cell, text in sent.cells.items() if cell in fields.cells}
    if sent.condition_mode:
        fields.mode, fields.conditions = sent.condition_mode, sent.conditions
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


def condition_rows(
    definition: Definition, fields: Fields
) -> list[tuple[Condition, list[tuple[str, str]], str]]:
    """The rows of the builder: condition, the choices of its question, and its kind of input."""
    rows = list(fields.conditions.rows) if fields.conditions else []
    questions = questions_of(definition)
    found = []
    for row in [*rows, Condition("")]:
        question = questions.get(row.question)
        found.append((row, options_of(definition, question), control_of(question)))
    return found


def options_of(definition: Definition, question: Question | None) -> list[tuple[str, str]]:
    """The choices of a question as pairs of name and words."""
    if question is None or not uses_list(question):
        return []
    held = definition.choices.get(question.list_name, ())
    return [(choice.name, words_of(definition, choice)) for choice in held]


def control_of(question: Question | None) -> str:
    """The kind of input for a value to compare with."""
    kind = QUESTION_TYPES.get(question.type) if question is not None else None
    if question is not None and question.type == "date":
        return "date"
    return "number" if kind is not None and kind.is_number else "text"


def askable(definition: Definition, item: Item) -> list[tuple[str, str]]:
    """Questions that a condition of `item` can look at: name and words."""
    own = {each.name for each in walk((item,))}
    return [
        (question.name, words_of(definition, question))
        for question in definition.questions()
        if question.name not in own
        and (kind := QUESTION_TYPES.get(question.type)) is not None
        and kind.answer != "none"
        and not kind.metadata
        and not kind.is_file
    ]


def all_options(definition: Definition) -> dict[str, Any]:
    """For the script: kind of input and choices of each question."""
    return {
        question.name: {"kind": control_of(question), "options": options_of(definition, question)}
        for question in definition.questions()
    }


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
        "has_list": uses_list(item),
        "lists": [(name, ", ".join(names)) for name, names in uses.items()],
        "shared": [name for name in uses.get(list_name, ()) if name != item.name],
        "more_choices": max(len(definition.choices.get(list_name, ())) - SHOWN_CHOICES, 0),
        "headings": [each for each in choice_headings(definition) if each != "icon"],
        "rows": condition_rows(definition, fields),
        "askable": askable(definition, item),
        "options": all_options(definition),
        "shown_files": shown_files(definition),
        "own_columns": [
            cell for cell in fields.cells
            if cell in OWN_COLUMNS or cell in item.extra
        ],
    }  # fmt: skip


def inside(place: str, of: str) -> bool:
    """Whether `place` is `of` or lies in it."""
    return place == of or place.startswith(f"{of}/")


def page_values(definition: Definition, place: str) -> tuple[list[Placed], Fields]:
    """All findings, and the fields of one item with theirs."""
    placed = findings_of(definition)
    return placed, fields_of(definition, place, placed)


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
