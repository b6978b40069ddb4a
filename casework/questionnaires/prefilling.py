"""`save_to` read backwards: a form begins with what is known already.

What is known has the shape that `mapping` gives: a name outside repeats holds the answer
itself, and rows stand under the part before the dot.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from casework.questionnaires.answers import read_value
from casework.questionnaires.filling import MAX_ROWS, Answers, next_row_id
from casework.questionnaires.forms import ROW_KEY, Form, Spec


def prefilled(form: Form, known: dict[str, Any], *, today: date) -> Answers:
    """Answers to the questions of `form` that `known` answers, none that the form would refuse.

    A choice that the form does not offer, and a text that its question cannot hold, are
    left out. Rows keep the id that they have in `known`.
    """
    answers = _of_scope(form, form.root, known, "", today)
    for spec in form.members(form.root):
        if spec.kind == "repeat":
            rows = _rows(form, spec, known, today)
            if rows:
                answers[spec.key] = rows
    return answers


def _rows(form: Form, repeat: Spec, known: dict[str, Any], today: date) -> list[Answers]:
    """A row for each thing that the questions of `repeat` ask about."""
    things = {_name(spec).partition(".")[0] for spec in form.members(repeat)} - {""}
    rows: list[Answers] = []
    for thing in sorted(things):
        found = known.get(thing)
        for each in found[: MAX_ROWS - len(rows)] if isinstance(found, list) else ():
            row = _of_scope(form, repeat, each, f"{thing}.", today)
            if row:
                rows.append({ROW_KEY: each.get(ROW_KEY) or next_row_id(rows), **row})
    return rows


def _of_scope(form: Form, scope: Spec, known: dict[str, Any], before: str, today: date) -> Answers:
    """The answers that lie directly in `scope`; `before` is what its names begin with."""
    answers: Answers = {}
    for spec in form.members(scope):
        name = _name(spec)
        if name.startswith(before) and spec.kind == "question" and not spec.is_computed:
            value = _fitting(spec, known.get(name.removeprefix(before)), today)
            if value:
                answers[spec.key] = value
    return answers


def _name(spec: Spec) -> str:
    return spec.question.save_to if spec.kind == "question" else ""


def _fitting(spec: Spec, value: Any, today: date) -> str | list[str] | None:
    """`value` as an answer to this very question; None where it is none."""
    texts = [each for each in (value if isinstance(value, list) else [value]) if each]
    if not texts or spec.type is None or spec.type.is_file or not spec.type.fillable:
        return None
    if spec.type.has_choices:
        offered = {choice.name for choice in spec.choices}
        texts = [each for each in texts if each in offered]
    if spec.type.answer != "list" and len(texts) != 1:
        return None
    answer, problem = read_value(spec.question, texts, today=today)
    return None if problem else answer
