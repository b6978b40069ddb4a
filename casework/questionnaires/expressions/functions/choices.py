"""Choices and decisions."""

from __future__ import annotations

from casework.questionnaires.expressions.functions.registry import (
    ANY,
    function,
    question_name,
    whole,
)
from casework.questionnaires.expressions.trees import Context, Expression
from casework.questionnaires.expressions.values import (
    Value,
    to_boolean,
    to_number,
    to_text,
)


@function("selected", 2)
def _selected(context: Context, answer: Value, choice: Value) -> Value:
    chosen = to_text(answer).split()
    wanted = to_text(choice).strip()
    return wanted in chosen if wanted else not chosen


@function("selected-at", 2)
def _selected_at(context: Context, answer: Value, index: Value) -> Value:
    chosen, place = to_text(answer).split(), whole(index, -1)
    return chosen[place] if 0 <= place < len(chosen) else ""


@function("count-selected", 1)
def _count_selected(context: Context, answer: Value) -> Value:
    return float(len(to_text(answer).split()))


@function("jr:choice-name", 2, lazy=True)
def _choice_name(context: Context, choice: Expression, question: Expression) -> Value:
    value = to_text(choice.evaluate(context)).strip()
    return context.around.choice_label(question_name(question), value) if value else ""


@function("jr:itext", 1)
def _itext(context: Context, key: Value) -> Value:
    return context.around.itext(to_text(key))


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


@function("weighted-checklist", 4, ANY)
def _weighted_checklist(context: Context, least: Value, most: Value, *pairs: Value) -> Value:
    chosen = zip(pairs[::2], pairs[1::2], strict=False)
    weight = sum(to_number(weight) for answer, weight in chosen if to_boolean(answer))
    high = to_number(most)
    return weight >= to_number(least) and (high == -1 or weight <= high)
