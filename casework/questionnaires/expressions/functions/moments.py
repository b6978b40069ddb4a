"""Dates and times."""

from __future__ import annotations

import math

from casework.questionnaires.expressions import dates
from casework.questionnaires.expressions.functions.registry import (
    function,
    whole,
)
from casework.questionnaires.expressions.trees import Context
from casework.questionnaires.expressions.values import (
    NAN,
    Value,
    to_number,
    to_text,
)


@function("today", 0)
def _today(context: Context) -> Value:
    return context.around.now.date().isoformat()


@function("now", 0)
def _now(context: Context) -> Value:
    return context.around.now.isoformat(timespec="milliseconds")


def _days(context: Context, value: Value) -> float:
    """Days since 1970 of a date, a moment or a number; NaN of anything else."""
    if isinstance(value, float):
        return value
    text = to_text(value).strip()
    days = dates.days_of(text, context.around.now.tzinfo)
    return to_number(text) if days is None else days


@function("date", 1)
def _date(context: Context, value: Value) -> Value:
    moment = dates.moment_after(_days(context, value))
    return "" if moment is None else moment.date().isoformat()


@function("date-time", 1)
def _date_time(context: Context, value: Value) -> Value:
    moment = dates.moment_after(_days(context, value))
    return "" if moment is None else dates.iso_moment(moment)


@function("decimal-date-time", 1)
def _decimal_date_time(context: Context, value: Value) -> Value:
    if isinstance(value, float):
        return value
    days = dates.days_of(to_text(value).strip(), context.around.now.tzinfo)
    return NAN if days is None else days


@function("decimal-time", 1)
def _decimal_time(context: Context, value: Value) -> Value:
    text = to_text(value)
    days = _days(context, f"1970-01-01T{text}" if text[2:3] == ":" else text)
    return days - math.floor(days) if math.isfinite(days) else NAN


def _formatted(context: Context, value: Value, pattern: Value) -> Value:
    moment = dates.moment_after(_days(context, value))
    return "" if moment is None else dates.formatted(moment, to_text(pattern))


function("format-date", 2)(_formatted)
function("format-date-time", 2)(_formatted)


@function("add-date", 2, 6)
def _add_date(context: Context, value: Value, *amounts: Value) -> Value:
    moment = dates.moment_after(_days(context, value))
    years, months, days, hours, minutes = ([whole(amount) for amount in amounts] + [0, 0, 0, 0])[:5]
    if moment is None:
        return ""
    moved = dates.shifted(moment, years, months, days, hours * 60 + minutes)
    if moved is None:
        return ""
    return dates.iso_moment(moved)


@function("difference-in-months", 2)
def _difference_in_months(context: Context, start: Value, end: Value) -> Value:
    first = dates.moment_after(_days(context, start))
    last = dates.moment_after(_days(context, end))
    return NAN if first is None or last is None else float(dates.whole_months(first, last))
