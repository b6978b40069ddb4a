"""XPath 1.0 values and their conversions (https://www.w3.org/TR/1999/REC-xpath-19991116/).

A value is a text, a number (float), a truth value or a list of nodes. Dates are texts in
ISO 8601; where a number is wanted they become days since 1970, as in ODK. An empty list
of nodes counts as the empty text, so that `${x} = ''` holds for a question without answer.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from casework.questionnaires.expressions import dates
from casework.questionnaires.expressions.nodes import Node

Value = str | float | bool | list[Node]

NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
NAN = math.nan


def to_text(value: Value) -> str:
    """The value as a text; the first node of a list speaks for it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return value[0].text if value else ""
    return number_text(value)


def number_text(number: float) -> str:
    """A number as XPath writes it: no `.0`, no exponent."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def to_number(value: Value) -> float:
    """The value as a number, NaN where it is none; a date counts its days since 1970."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    text = to_text(value).strip()
    if NUMBER.fullmatch(text):
        return float(text)
    days = dates.days_of(text)
    return NAN if days is None else days


def to_boolean(value: Value) -> bool:
    """Whether the value holds. A question holds when it is answered, a number unless it is 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value != ""
    if isinstance(value, list):
        return any(_node_holds(node) for node in value)
    return not (value == 0 or math.isnan(value))


def _node_holds(node: Node) -> bool:
    return to_boolean(to_number(node.text)) if node.is_number else node.text != ""


def texts(values: tuple[Value, ...] | list[Value]) -> list[str]:
    """Each value as a text, lists of nodes spread out."""
    found: list[str] = []
    for value in values:
        if isinstance(value, list):
            found.extend(node.text for node in value)
        else:
            found.append(to_text(value))
    return found


def compare(operator: str, left: Value, right: Value) -> bool:
    """`=`, `!=`, `<`, `<=`, `>` or `>=`; with a list of nodes it is enough that one fits."""
    if isinstance(left, bool) or isinstance(right, bool):
        return _compare_single(operator, to_boolean(left), to_boolean(right))
    lefts, rights = _alternatives(left), _alternatives(right)
    return any(_compare_single(operator, one, other) for one in lefts for other in rights)


def _alternatives(value: Value) -> list[str | float]:
    if isinstance(value, list):
        return [node.text for node in value] or [""]
    return [value]


def _compare_single(operator: str, left: str | float, right: str | float) -> bool:
    if operator in ("=", "!="):
        if isinstance(left, str) != isinstance(right, str):
            left, right = to_number(left), to_number(right)
        return (left == right) is (operator == "=")
    one, other = to_number(left), to_number(right)
    if operator == "<":
        return one < other
    if operator == "<=":
        return one <= other
    return one > other if operator == ">" else one >= other


def calculate(operator: str, left: float, right: float) -> float:
    """`+`, `-`, `*`, `div` or `mod` as IEEE 754 has them; `mod` takes the sign of `left`."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "div":
        if right:
            return left / right
        return (
            NAN
            if not left or math.isnan(left)
            else math.copysign(math.inf, left) * math.copysign(1, right)
        )
    if math.isinf(left) or math.isnan(left) or math.isnan(right) or right == 0:
        return NAN
    return math.fmod(left, right)
