"""Conditions that need no formula: a question, how it is compared, a value; all or any of them.

A check of an answer is one, too: there the question may be the answer itself, `HERE`, and what
it is compared with another answer, or today.

`written` gives the expression, `read` gives the conditions back, or None where an expression
says more than rows of three can show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Question
from casework.questionnaires.expressions import (
    Call,
    Expression,
    ExpressionError,
    Literal,
    Path,
    Reference,
    parse,
)
from casework.questionnaires.expressions.trees import Chain, Negative
from casework.questionnaires.expressions.values import to_text
from casework.questionnaires.question_types import QUESTION_TYPES

IS, IS_NOT, CONTAINS, ANSWERED, EMPTY = "is", "is_not", "contains", "answered", "empty"
SIGNS = {
    IS: N_("is"), IS_NOT: N_("is not"), ANSWERED: N_("is answered"),
    EMPTY: N_("is not answered"), "more": N_("is greater than"),
    "least": N_("is at least"), "less": N_("is less than"), "most": N_("is at most"),
    CONTAINS: N_("contains the text"),
}  # fmt: skip
OPERATORS = {"more": ">", "least": ">=", "less": "<", "most": "<="}
WITHOUT_VALUE = (ANSWERED, EMPTY)
JOINS = {"and": N_("all of these apply"), "or": N_("at least one of these applies")}
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
HERE, TODAY = ".", "today()"

Questions = Mapping[str, Question]


class ValueMissing(Refusal):
    """A condition without the answer that it asks for."""

    msgid = N_("Please choose or enter the answer that the condition looks for.")


class NoNumber(Refusal):
    """Greater and less need a number or a date."""

    msgid = N_("“%(value)s” is neither a number nor a date. Please enter one, such as 18.")


class BothQuotes(Refusal):
    """No text of an expression can hold both kinds of quotes."""

    msgid = N_("Please leave out one of the two kinds of quotes, \" or '.")


@dataclass(frozen=True)
class Condition:
    """One row: the name of a question, a key of `SIGNS`, and the value where the sign has one.

    In place of a value `other` may name a question whose answer it is compared with, or `TODAY`.
    """

    question: str
    sign: str = IS
    value: str = ""
    other: str = ""

    @property
    def looks_elsewhere(self) -> bool:
        """Whether only the check of an answer can be like this."""
        return self.question == HERE or bool(self.other)


@dataclass(frozen=True)
class Conditions:
    """All rows, joined by `and` or `or`."""

    rows: tuple[Condition, ...] = ()
    join: str = "and"


def written(conditions: Conditions, questions: Questions) -> str:
    """The conditions as an expression; nothing for none.

    Raises `ValueMissing`, `NoNumber`, `BothQuotes`.
    """
    parts = [_written(row, questions.get(row.question)) for row in conditions.rows]
    return f" {conditions.join} ".join(parts)


def read(text: str, questions: Questions) -> Conditions | None:
    """The conditions that an expression consists of, or None where it is more than that.

    `questions` knows `HERE` where the expression checks an answer. Whatever `written` would
    write with another meaning is more than that, too.
    """
    if not text.strip():
        return Conditions()
    try:
        tree = parse(text)
    except ExpressionError:
        return None
    join, parts = _parts(tree)
    rows = tuple(_read(part) for part in parts)
    found = tuple(row for row in rows if row is not None)
    if HERE not in questions and any(row.looks_elsewhere for row in found):
        return None
    if len(found) < len(rows) or not all(map(_fits, parts, found, [questions] * len(rows))):
        return None
    return Conditions(found, join)


def _fits(tree: Expression, row: Condition, questions: Questions) -> bool:
    """`selected` is for choices, `=` for what has one answer only."""
    question = questions.get(row.question)
    if row.sign not in (IS, IS_NOT) or question is None or question.type not in QUESTION_TYPES:
        return True
    kind = QUESTION_TYPES[question.type]
    return kind.has_choices if isinstance(tree, Call) else kind.answer != "list"


def _parts(tree: Expression) -> tuple[str, list[Expression]]:
    if isinstance(tree, Chain) and tree.rest[0][0] in JOINS:
        return tree.rest[0][0], list(tree.parts())
    return "and", [tree]


def _written(row: Condition, question: Question | None) -> str:
    reference = _named(row.question)
    if row.sign in WITHOUT_VALUE:
        return f"{reference} {'!=' if row.sign == ANSWERED else '='} ''"
    if row.other:
        return _against(reference, row, question)
    if not row.value:
        raise ValueMissing()
    if row.sign in OPERATORS:
        return f"{reference} {OPERATORS[row.sign]} {_measure(row.value)}"
    if row.sign == CONTAINS:
        return f"contains({reference}, {_quoted(row.value)})"
    kind = QUESTION_TYPES.get(question.type) if question is not None else None
    if kind is not None and kind.answer == "list":
        chosen = f"selected({reference}, {_quoted(row.value)})"
        return chosen if row.sign == IS else f"not({chosen})"
    is_number = kind is not None and kind.is_number and NUMBER.fullmatch(row.value)
    value = row.value if is_number else _quoted(row.value)
    return f"{reference} {'=' if row.sign == IS else '!='} {value}"


def _named(name: str) -> str:
    return name if name in (HERE, TODAY) else f"${{{name}}}"


def _against(reference: str, row: Condition, question: Question | None) -> str:
    """Compared with another answer, or with today."""
    right = _named(row.other)
    kind = QUESTION_TYPES.get(question.type) if question is not None else None
    if row.sign == CONTAINS:
        return f"contains({reference}, {right})"
    if row.sign in (IS, IS_NOT) and kind is not None and kind.answer == "list":
        chosen = f"selected({reference}, {right})"
        return chosen if row.sign == IS else f"not({chosen})"
    return f"{reference} {OPERATORS.get(row.sign) or ('=' if row.sign == IS else '!=')} {right}"


def _measure(value: str) -> str:
    plain = value.replace(",", ".")
    if NUMBER.fullmatch(plain):
        return plain
    if DAY.fullmatch(value):
        return f"date('{value}')"
    raise NoNumber(value=value[:40])


def _quoted(value: str) -> str:
    if "'" not in value:
        return f"'{value}'"
    if '"' in value:
        raise BothQuotes()
    return f'"{value}"'


def _read(tree: Expression) -> Condition | None:
    if isinstance(tree, Chain):
        return _compared(tree)
    if not isinstance(tree, Call):
        return None
    if tree.name == "not" and isinstance(inner := tree.arguments[0], Call):
        found = _read(inner) if inner.name == "selected" else None
        return replace(found, sign=IS_NOT) if found else None
    if tree.name in ("selected", "contains") and (name := _asked(tree.arguments[0])):
        value, other = _value(tree.arguments[1]), _other(tree.arguments[1])
        sign = IS if tree.name == "selected" else CONTAINS
        return Condition(name, sign, value or "", other) if value or other else None
    return None


def _compared(tree: Chain) -> Condition | None:
    operator, right = tree.rest[0]
    name = _asked(tree.first)
    if len(tree.rest) != 1 or not name:
        return None
    signs = {each: sign for sign, each in OPERATORS.items()} | {"=": IS, "!=": IS_NOT}
    if operator not in signs:
        return None
    if other := _other(right):
        return Condition(name, signs[operator], other=other)
    value = _value(right)
    if operator not in ("=", "!="):
        return Condition(name, signs[operator], value) if value and _is_measure(right) else None
    if value is None or isinstance(right, Call):
        return None
    if not value:
        return Condition(name, ANSWERED if operator == "!=" else EMPTY)
    return Condition(name, signs[operator], value)


def _asked(tree: Expression) -> str:
    """The name of the question that is looked at, `HERE` for the answer itself."""
    if isinstance(tree, Reference):
        return tree.name
    is_here = (
        isinstance(tree, Path) and [step.axis for step in tree.steps] == ["self"]
        and not (tree.from_root or tree.start or tree.predicates or tree.steps[0].predicates)
    )  # fmt: skip
    return HERE if is_here else ""


def _other(tree: Expression) -> str:
    """What it is compared with, where that is no value."""
    if isinstance(tree, Call) and tree.name == "today":
        return TODAY
    return tree.name if isinstance(tree, Reference) else ""


def _is_measure(tree: Expression) -> bool:
    return isinstance(tree, Call | Negative) or isinstance(getattr(tree, "value", ""), float)


def _value(tree: Expression) -> str | None:
    """A text, a number or a day as somebody types it."""
    if isinstance(tree, Literal):
        return tree.value if isinstance(tree.value, str) else to_text(tree.value)
    if isinstance(tree, Negative) and isinstance(tree.operand, Literal):
        return f"-{_value(tree.operand)}"
    if isinstance(tree, Call) and tree.name == "date" and isinstance(tree.arguments[0], Literal):
        text = str(tree.arguments[0].value)
        return text if DAY.fullmatch(text) else None
    return None
