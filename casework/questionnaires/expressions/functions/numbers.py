"""Numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from casework.questionnaires.expressions.functions.registry import (
    ANY,
    function,
    whole,
)
from casework.questionnaires.expressions.trees import Context
from casework.questionnaires.expressions.values import (
    NAN,
    Value,
    texts,
    to_number,
)


def numbers_in(values: tuple[Value, ...]) -> list[float]:
    """The texts of all nodes and values as numbers, empty ones left out; NaN for no number."""
    return [to_number(text) for text in texts(values) if text != ""]


@function("number", 0, 1)
def _number(context: Context, *value: Value) -> Value:
    return to_number(value[0] if value else [context.node])


@function("int", 1)
def _int(context: Context, value: Value) -> Value:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


@function("floor", 1)
def _floor(context: Context, value: Value) -> Value:
    number = to_number(value)
    return float(math.floor(number)) if math.isfinite(number) else number


@function("ceiling", 1)
def _ceiling(context: Context, value: Value) -> Value:
    number = to_number(value)
    return float(math.ceil(number)) if math.isfinite(number) else number


@function("round", 1, 2)
def _round(context: Context, value: Value, digits: Value = 0.0) -> Value:
    number, places = to_number(value), max(-15, min(15, whole(digits)))
    if not math.isfinite(number) or abs(number) > 1e15:
        return number
    # Halves go away from zero, as in Excel, which XLSForm's round() follows.
    shifted = math.copysign(math.floor(abs(number) * 10.0**places + 0.5), number)
    return shifted / 10.0**places if places > 0 else float(shifted * 10**-places)


@function("sum", 1, ANY)
def _sum(context: Context, *values: Value) -> Value:
    return float(sum(numbers_in(values)))


@function("max", 1, ANY)
def _max(context: Context, *values: Value) -> Value:
    numbers = numbers_in(values)
    return NAN if not numbers or any(map(math.isnan, numbers)) else max(numbers)


@function("min", 1, ANY)
def _min(context: Context, *values: Value) -> Value:
    numbers = numbers_in(values)
    return NAN if not numbers or any(map(math.isnan, numbers)) else min(numbers)


@function("pow", 2)
def _pow(context: Context, base: Value, exponent: Value) -> Value:
    return _careful(math.pow, to_number(base), to_number(exponent))


@function("pi", 0)
def _pi(context: Context) -> Value:
    return math.pi


def _careful(operation: Callable[..., float], *numbers: float) -> float:
    try:
        return float(operation(*numbers))
    except (ValueError, OverflowError):  # outside the domain: XPath knows NaN for that
        return NAN


def _mathematical(name: str, operation: Callable[..., float], arguments: int = 1) -> None:
    @function(name, arguments)
    def _calculate(context: Context, *values: Value) -> Value:
        return _careful(operation, *(to_number(value) for value in values))


_mathematical("abs", abs)
_mathematical("sqrt", math.sqrt)
_mathematical("exp", math.exp)
_mathematical("exp10", lambda number: math.pow(10.0, number))
_mathematical("log", lambda number: math.log(number) if number else -math.inf)
_mathematical("log10", lambda number: math.log10(number) if number else -math.inf)
_mathematical("sin", math.sin)
_mathematical("cos", math.cos)
_mathematical("tan", math.tan)
_mathematical("asin", math.asin)
_mathematical("acos", math.acos)
_mathematical("atan", math.atan)
_mathematical("atan2", math.atan2, 2)
