"""Texts and patterns."""

from __future__ import annotations

import math

from casework.core.i18n import N_
from casework.questionnaires.expressions import patterns
from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.functions.registry import (
    ANY,
    function,
    whole,
)
from casework.questionnaires.expressions.trees import Context
from casework.questionnaires.expressions.values import (
    Value,
    texts,
    to_number,
    to_text,
)

MAX_PATTERN_TEXT = 8000
TOO_LONG_FOR_PATTERN = N_("The text is too long to be compared with a pattern.")


@function("string", 0, 1)
def _string(context: Context, *value: Value) -> Value:
    return to_text(value[0] if value else [context.node])


@function("string-length", 0, 1)
def _string_length(context: Context, *value: Value) -> Value:
    return float(len(to_text(value[0] if value else [context.node])))


@function("substr", 2, 3)
def _substr(context: Context, text: Value, start: Value, *end: Value) -> Value:
    return to_text(text)[whole(start) : whole(end[0]) if end else None]


@function("substring", 2, 3)
def _substring(context: Context, text: Value, start: Value, *length: Value) -> Value:
    full, begin = to_text(text), _rounded(to_number(start))
    end = begin + _rounded(to_number(length[0])) if length else math.inf
    return "".join(char for place, char in enumerate(full, 1) if begin <= place < end)


def _rounded(number: float) -> float:
    """To the next whole number, halves upwards; what is no number stays."""
    return math.floor(number + 0.5) if math.isfinite(number) else number


@function("substring-before", 2)
def _substring_before(context: Context, text: Value, mark: Value) -> Value:
    before, found, _ = to_text(text).partition(to_text(mark) or "\0")
    return before if found else ""


@function("substring-after", 2)
def _substring_after(context: Context, text: Value, mark: Value) -> Value:
    return to_text(text).partition(to_text(mark) or "\0")[2]


@function("contains", 2)
def _contains(context: Context, text: Value, part: Value) -> Value:
    return to_text(part) in to_text(text)


@function("starts-with", 2)
def _starts_with(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).startswith(to_text(part))


@function("ends-with", 2)
def _ends_with(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).endswith(to_text(part))


@function("normalize-space", 0, 1)
def _normalize_space(context: Context, *value: Value) -> Value:
    return " ".join(to_text(value[0] if value else [context.node]).split())


@function("translate", 3)
def _translate(context: Context, text: Value, old: Value, new: Value) -> Value:
    replacements = to_text(new)
    table: dict[int, str | None] = {}
    for place, char in enumerate(to_text(old)):
        table.setdefault(ord(char), replacements[place] if place < len(replacements) else None)
    return to_text(text).translate(table)


@function("concat", 0, ANY)
def _concat(context: Context, *values: Value) -> Value:
    return "".join(texts(values))


@function("join", 1, ANY)
def _join(context: Context, separator: Value, *values: Value) -> Value:
    return to_text(separator).join(texts(values))


@function("regex", 2)
def _regex(context: Context, text: Value, pattern: Value) -> Value:
    full = to_text(text)
    if len(full) > MAX_PATTERN_TEXT:
        raise ExpressionError(TOO_LONG_FOR_PATTERN)
    return patterns.compiled(to_text(pattern)).fits(full)
