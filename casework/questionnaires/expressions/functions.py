"""The functions of XLSForm (https://docs.getodk.org/form-operators-functions/)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from casework.core.i18n import N_
from casework.questionnaires.expressions import dates, patterns
from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.nodes import Node
from casework.questionnaires.expressions.trees import (
    Context,
    Expression,
    Function,
    Literal,
    Path,
    Reference,
)
from casework.questionnaires.expressions.values import (
    NAN,
    Value,
    texts,
    to_boolean,
    to_number,
    to_text,
)

ANY = 200
MAX_PATTERN_TEXT = 8000
FUNCTIONS: dict[str, Function] = {}
Body = TypeVar("Body", bound=Callable[..., Value])

NOT_NODES = N_("This function needs a question or a path, not a text or a number.")
TOO_LONG_FOR_PATTERN = N_("The text is too long to be compared with a pattern.")


def function(
    name: str, least: int, most: int | None = None, *, lazy: bool = False
) -> Callable[[Body], Body]:
    """Make `name` callable with `least` to `most` arguments (just `least` by default)."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, body, least, least if most is None else most, lazy)
        return body

    return register


def _nodes(value: Value) -> list[Node]:
    if not isinstance(value, list):
        raise ExpressionError(NOT_NODES)
    return value


def _numbers(values: tuple[Value, ...]) -> list[float]:
    return [to_number(text) for text in texts(values) if text != ""]


def _whole(value: Value, default: int = 0) -> int:
    number = to_number(value)
    return int(max(-1e9, min(1e9, number))) if math.isfinite(number) else default


# Choices


@function("selected", 2)
def _selected(context: Context, answer: Value, choice: Value) -> Value:
    chosen = to_text(answer).split()
    wanted = to_text(choice).strip()
    return wanted in chosen if wanted else not chosen


@function("selected-at", 2)
def _selected_at(context: Context, answer: Value, index: Value) -> Value:
    chosen, place = to_text(answer).split(), _whole(index, -1)
    return chosen[place] if 0 <= place < len(chosen) else ""


@function("count-selected", 1)
def _count_selected(context: Context, answer: Value) -> Value:
    return float(len(to_text(answer).split()))


@function("jr:choice-name", 2, lazy=True)
def _choice_name(context: Context, choice: Expression, question: Expression) -> Value:
    value = to_text(choice.evaluate(context)).strip()
    return context.around.choice_label(_question_name(question), value) if value else ""


def _question_name(question: Expression) -> str:
    """The question that the second argument means: a path, usually within quotes."""
    if isinstance(question, Reference):
        return question.name
    if isinstance(question, Literal) and isinstance(question.value, str):
        return (
            question.value.strip().removeprefix("${").removesuffix("}").strip().rsplit("/", 1)[-1]
        )
    if isinstance(question, Path) and question.steps:
        return question.steps[-1].name
    raise ExpressionError(NOT_NODES, question.position)


@function("jr:itext", 1)
def _itext(context: Context, key: Value) -> Value:
    return context.around.itext(to_text(key))


# Decisions


@function("if", 3, lazy=True)
def _if(context: Context, condition: Expression, yes: Expression, no: Expression) -> Value:
    return (yes if to_boolean(condition.evaluate(context)) else no).evaluate(context)


@function("coalesce", 1, ANY, lazy=True)
def _coalesce(context: Context, *candidates: Expression) -> Value:
    for candidate in candidates:
        text = to_text(candidate.evaluate(context))
        if text != "":
            return text
    return ""


@function("once", 1, lazy=True)
def _once(context: Context, value: Expression) -> Value:
    held = (context.origin or context.node).text
    return held if held != "" else value.evaluate(context)


@function("not", 1)
def _not(context: Context, value: Value) -> Value:
    return not to_boolean(value)


@function("true", 0)
def _true(context: Context) -> Value:
    return True


@function("false", 0)
def _false(context: Context) -> Value:
    return False


@function("boolean", 1)
def _boolean(context: Context, value: Value) -> Value:
    return to_boolean(value)


@function("boolean-from-string", 1)
def _boolean_from_string(context: Context, value: Value) -> Value:
    return to_text(value).lower() in ("true", "1")


@function("checklist", 2, ANY)
def _checklist(context: Context, least: Value, most: Value, *answers: Value) -> Value:
    hits = sum(to_boolean(answer) for answer in answers)
    high = to_number(most)
    return hits >= to_number(least) and (high == -1 or hits <= high)


# Numbers


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
    number, places = to_number(value), max(-15, min(15, _whole(digits)))
    if not math.isfinite(number) or abs(number) > 1e15:
        return number
    shifted = math.floor(number * 10.0**places + 0.5)
    return shifted / 10.0**places if places > 0 else float(shifted * 10**-places)


@function("sum", 1, ANY)
def _sum(context: Context, *values: Value) -> Value:
    return float(sum(_numbers(values)))


@function("max", 1, ANY)
def _max(context: Context, *values: Value) -> Value:
    numbers = _numbers(values)
    return NAN if not numbers or any(map(math.isnan, numbers)) else max(numbers)


@function("min", 1, ANY)
def _min(context: Context, *values: Value) -> Value:
    numbers = _numbers(values)
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
_mathematical("log", math.log)
_mathematical("log10", math.log10)
_mathematical("sin", math.sin)
_mathematical("cos", math.cos)
_mathematical("tan", math.tan)
_mathematical("asin", math.asin)
_mathematical("acos", math.acos)
_mathematical("atan", math.atan)
_mathematical("atan2", math.atan2, 2)


# Texts


@function("string", 0, 1)
def _string(context: Context, *value: Value) -> Value:
    return to_text(value[0] if value else [context.node])


@function("string-length", 0, 1)
def _string_length(context: Context, *value: Value) -> Value:
    return float(len(to_text(value[0] if value else [context.node])))


@function("substr", 2, 3)
def _substr(context: Context, text: Value, start: Value, *end: Value) -> Value:
    return to_text(text)[_whole(start) : _whole(end[0]) if end else None]


@function("substring", 2, 3)
def _substring(context: Context, text: Value, start: Value, *length: Value) -> Value:
    whole = to_text(text)
    first = math.floor(to_number(start) + 0.5) if math.isfinite(to_number(start)) else 1
    count = _whole(length[0]) if length else len(whole) + abs(first)
    return whole[max(first - 1, 0) : max(first - 1 + count, 0)]


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
    whole = to_text(text)
    if len(whole) > MAX_PATTERN_TEXT:
        raise ExpressionError(TOO_LONG_FOR_PATTERN)
    return patterns.compiled(to_text(pattern)).fits(whole)


# Dates and times


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
    return _days(context, value)


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
    years, months, days, hours, minutes = ([_whole(amount) for amount in amounts] + [0, 0, 0, 0])[
        :5
    ]
    if moment is None:
        return ""
    moved = dates.shifted(moment, years, months, days, hours * 60 + minutes)
    if moved is None:
        return ""
    at_midnight = moved.time().isoformat() == "00:00:00"
    return moved.date().isoformat() if at_midnight else dates.iso_moment(moved)


@function("difference-in-months", 2)
def _difference_in_months(context: Context, start: Value, end: Value) -> Value:
    first = dates.moment_after(_days(context, start))
    last = dates.moment_after(_days(context, end))
    return NAN if first is None or last is None else float(dates.whole_months(first, last))


# Lists of nodes


@function("count", 1)
def _count(context: Context, nodes: Value) -> Value:
    return float(len(_nodes(nodes)))


@function("count-non-empty", 1)
def _count_non_empty(context: Context, nodes: Value) -> Value:
    return float(sum(node.text != "" for node in _nodes(nodes)))


@function("position", 0, 1)
def _position(context: Context, *nodes: Value) -> Value:
    if not nodes:
        return float(context.position)
    found = _nodes(nodes[0])
    if not found:
        return NAN
    return float(next(i for i, node in enumerate(found[0].siblings(), 1) if node is found[0]))


@function("last", 0)
def _last(context: Context) -> Value:
    return float(context.size)


@function("name", 0, 1)
def _name(context: Context, *nodes: Value) -> Value:
    found = _nodes(nodes[0]) if nodes else [context.node]
    return found[0].name if found else ""


@function("current", 0)
def _current(context: Context) -> Value:
    return [context.origin or context.node]


@function("indexed-repeat", 3, 7, lazy=True)
def _indexed_repeat(context: Context, target: Expression, *rows: Expression) -> Value:
    chosen: list[Node] | None = None
    for repeat, index in zip(rows[::2], rows[1::2], strict=False):
        found = _nodes(repeat.evaluate(context))
        if chosen is not None:
            found = [row for row in found if any(_is_below(row, above) for above in chosen)]
        elif found:
            found = [row for row in found[0].siblings() if row.counts]
        place = _whole(index.evaluate(context))
        chosen = found[place - 1 : place] if place > 0 else []
    name = target.name if isinstance(target, Reference) else _question_name(target)
    return [
        node
        for row in chosen or []
        for node in row.descendants()
        if node.name == name and node.counts
    ]


def _is_below(node: Node, above: Node) -> bool:
    each: Node | None = node
    while each is not None:
        if each is above:
            return True
        each = each.parent
    return False


@function("instance", 1)
def _instance(context: Context, name: Value) -> Value:
    found = context.around.instance(to_text(name))
    return [] if found is None else [found]


@function("pulldata", 4)
def _pulldata(context: Context, name: Value, column: Value, key: Value, wanted: Value) -> Value:
    top = context.around.instance(to_text(name))
    key_name, text = to_text(key), to_text(wanted)
    for row in top.descendants() if top is not None else ():
        context.budget.spend(1)
        if any(cell.text == text for cell in row.children.get(key_name, ())):
            return row.children.get(to_text(column), [])[:1]
    return ""


# The rest


@function("uuid", 0, 1)
def _uuid(context: Context, *length: Value) -> Value:
    return context.unique_id()


@function("random", 0)
def _random(context: Context) -> Value:
    return context.chance().random()


@function("version", 0)
def _version(context: Context) -> Value:
    return context.around.version
