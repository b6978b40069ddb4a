"""Rules that somebody makes out of rows: when a question is asked, must be answered, is right.

A rule stands in a cell as an expression. Here it is `always` (no rule), `simple` (rows) or a
`formula` (more than rows can say).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from admin.questionnaire_conditions import HERE, Condition, Conditions, Questions, read, written
from admin.questionnaire_words import words_of
from casework.questionnaires.definitions import Definition, Item, Question, walk
from casework.questionnaires.editing.choices import uses_list
from casework.questionnaires.question_types import QUESTION_TYPES

# The cell of each rule, and what its fields in the page begin with.
PREFIXES = {"relevant": "w", "required": "r", "constraint": "x"}
ALWAYS, SIMPLE, FORMULA = "always", "simple", "formula"


@dataclass(frozen=True)
class Rule:
    """How a rule is shown: its mode, and its rows where it has such."""

    mode: str
    conditions: Conditions | None = None


def rules_of(definition: Definition, item: Item) -> dict[str, Rule]:
    """The rules of an item by cell, as far as it has such a cell."""
    return {
        column: rule_of(definition, item, column)
        for column in PREFIXES
        if column == "relevant" or isinstance(item, Question)
    }


def rule_of(definition: Definition, item: Item, column: str) -> Rule:
    """One rule as it is stored."""
    text = stored(item, column)
    if not text or text == "yes":
        return Rule(ALWAYS, Conditions())
    conditions = read(text, asked_about(definition, item, column))
    return Rule(FORMULA if conditions is None else SIMPLE, conditions)


def rule_cell(
    definition: Definition, item: Item, column: str, mode: str, wanted: Conditions
) -> dict[str, str]:
    """The cell of a rule as its rows say; nothing where another field says it.

    Raises what `written` raises.
    """
    if mode == ALWAYS:
        return {column: ""}
    if mode != SIMPLE:
        return {}
    questions = asked_about(definition, item, column)
    if read(text := stored(item, column), questions) == wanted:
        return {column: text}
    return {column: written(wanted, questions)}


def stored(item: Item, column: str) -> str:
    """The cell of a rule; `yes` for what is required whatever else."""
    value = getattr(item, column, "")
    return "yes" if value is True else value or ""


def asked_about(definition: Definition, item: Item, column: str) -> Questions:
    """The questions that a rule can look at, by name; a check looks at its own answer."""
    found = questions_of(definition)
    return {**found, HERE: item} if column == "constraint" and isinstance(item, Question) else found


def questions_of(definition: Definition) -> dict[str, Question]:
    """The questions by name."""
    return {question.name: question for question in definition.questions()}


def rule_rows(
    definition: Definition, item: Item, column: str, rule: Rule
) -> list[tuple[Condition, list[tuple[str, str]], str]]:
    """The rows of a rule and an empty one: condition, choices of its question, kind of input."""
    rows = list(rule.conditions.rows) if rule.conditions else []
    questions = asked_about(definition, item, column)
    empty = Condition(HERE if column == "constraint" and not rows else "")
    found = []
    for row in [*rows, empty]:
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
    """Questions that a rule of `item` can look at: name and words."""
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


def all_options(definition: Definition, item: Item) -> dict[str, Any]:
    """For the script: kind of input and choices of each question."""
    return {
        name: {"kind": control_of(question), "options": options_of(definition, question)}
        for name, question in asked_about(definition, item, "constraint").items()
    }
