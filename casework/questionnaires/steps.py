"""The steps of filling in: begin, take a page's answers, add a row, remove a row.

Each gives a new `Filling`; its `answers` are what a draft stores.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.questionnaires.answers import Canonical, read_value
from casework.questionnaires.expressions import Node, to_text
from casework.questionnaires.filling import MAX_ROWS, Answers, Filling, fill, next_row_id
from casework.questionnaires.forms import ROW_KEY, Form, Spec
from casework.questionnaires.places import Place, entries, questions
from casework.questionnaires.problems import NOT_OFFERED, TOO_MANY_ROWS, Path, Problem
from casework.questionnaires.references import triggers_of
from casework.questionnaires.validating import check


class TooManyRows(Refusal):
    """A repeat is full."""

    msgid = TOO_MANY_ROWS


class RowNotFound(NotFound):
    """The row was removed in the meantime, or never existed."""

    msgid = N_("This entry no longer exists. Please go back to the list.")


@dataclass(frozen=True)
class Outcome:
    """What came of a page: the answers after it, what to correct, and what is new on it.

    `appeared` are paths of questions and notes that became relevant through these answers; the
    person has not seen them yet, so the page is shown once more.
    """

    filling: Filling
    problems: list[Problem]
    appeared: list[Path]


def begin(form: Form, *, now: datetime, language: str = "", seed: str = "") -> Filling:
    """A new filling with its defaults."""
    filling = fill(form, {}, now=now, language=language, seed=seed)
    return _with_defaults(filling, [(), *filling.new_rows])


def accept(before: Filling, place: Place, raw: Mapping[str, Sequence[str]]) -> Outcome:
    """Take what arrived from a page; `raw` holds all texts under each question's key.

    A question that was shown and did not arrive has no answer any more. Unknown keys, and
    answers to questions that are worked out or read only, are ignored.
    """
    shown = {node.path for node in _asked(before, place)}
    answers = copy.deepcopy(before.answers)
    data = _scope_data(before.form, answers, place.rows)
    misread: dict[Path, Problem] = {}
    chosen: dict[Path, Canonical] = {}
    changed: set[str] = set()
    typed: set[Path] = set()
    for spec in _asked_specs(place):
        path = (*place.rows, spec.key)
        if (path not in shown and spec.key not in raw) or before.is_read_only(before.by_path[path]):
            continue
        today = before.around.now.date()
        value, problem = read_value(spec.question, raw.get(spec.key, ()), today=today)
        if value != data.get(spec.key):
            changed.add(spec.name)
            typed.update([path] if value else [])
        _store(data, spec.key, value)
        if value and spec.source is not None:
            chosen[path] = value
        if problem is not None:
            misread[path] = problem.at(path)
    _forget_triggered(before, answers, changed, typed)
    after = _again(before, answers)
    for path, value in chosen.items():
        if after.by_path[path].value != value:
            misread[path] = Problem(NOT_OFFERED, path=path)
    return _outcome(after, place, misread, shown, set(raw))


def add_row(before: Filling, repeat: Place) -> tuple[Filling, str]:
    """A new row at the end, with its defaults, and its id. Raises `TooManyRows`."""
    answers = copy.deepcopy(before.answers)
    rows = _scope_data(before.form, answers, repeat.rows).setdefault(repeat.page.about.key, [])
    if len(rows) >= MAX_ROWS or repeat.is_counted:
        raise TooManyRows(limit=len(rows))
    row_id = next_row_id(rows)
    rows.append({ROW_KEY: row_id})
    return _with_defaults(_refill(before, answers), [(*repeat.path, row_id)]), row_id


def remove_row(before: Filling, repeat: Place, row_id: str) -> Filling:
    """The filling without that row. Raises `RowNotFound`."""
    answers = copy.deepcopy(before.answers)
    data = _scope_data(before.form, answers, repeat.rows)
    rows = data.get(repeat.page.about.key, [])
    kept = [row for row in rows if row[ROW_KEY] != row_id]
    if len(kept) == len(rows) or repeat.is_counted:
        raise RowNotFound()
    data[repeat.page.about.key] = kept
    return _refill(before, answers)


def _asked_specs(place: Place) -> Iterator[Spec]:
    for top in place.page.specs:
        for spec in top.walk():
            in_scope = spec.kind == "question" and spec.scope is place.page.scope
            if in_scope and spec.type is not None and spec.type.fillable:
                yield spec


def _outcome(
    after: Filling, place: Place, misread: dict[Path, Problem], shown: set[Path], sent: set[str]
) -> Outcome:
    found: list[Problem] = []
    for node in questions(after, place):
        if node.path in misread:
            found.append(misread[node.path])
        elif node.path in shown or node.path[-1] in sent:
            found.extend(check(after, node))
    appeared = [node.path for node in _asked(after, place) if node.path not in shown]
    return Outcome(after, found, appeared)


def _asked(filling: Filling, place: Place) -> list[Node]:
    """The questions and notes that a page shows."""
    return [node for node in entries(filling, place) if node.spec.kind == "question"]


def _refill(before: Filling, answers: Answers) -> Filling:
    return Filling(before.form, answers, before.around)


def _again(before: Filling, answers: Answers) -> Filling:
    after = _refill(before, answers)
    return _with_defaults(after, after.new_rows) if after.new_rows else after


def _scope_data(form: Form, answers: Answers, rows: Path) -> Answers:
    """The dict that holds the answers of a row. Raises `RowNotFound`."""
    data = answers
    for key, row_id in zip(rows[::2], rows[1::2], strict=True):
        row = next((row for row in data.get(key, ()) if row[ROW_KEY] == row_id), None)
        if row is None:
            raise RowNotFound()
        data = row
    return data


def _store(data: Answers, key: str, value: object) -> None:
    if value:
        data[key] = value
    else:
        data.pop(key, None)


def _forget_triggered(
    before: Filling, answers: Answers, changed: set[str], typed: set[Path]
) -> None:
    """Drop what is to be worked out anew because its trigger changed; never what was just typed."""
    if not changed:
        return
    for spec in before.form.specs:
        if spec.item is not None and spec.item.trigger and changed & set(triggers_of(spec)):
            for node in before.by_spec[spec.index]:
                if node.path not in typed:
                    _scope_data(before.form, answers, node.path[:-1]).pop(spec.key, None)


def _with_defaults(filling: Filling, scopes: list[Path]) -> Filling:
    """The filling with the defaults of those rows (`()` for the questions outside repeats)."""
    answers = copy.deepcopy(filling.answers)
    for path in scopes:
        scope = filling.by_path[path] if path else filling.root
        data = _scope_data(filling.form, answers, path)
        for spec in filling.form.members(scope.spec):
            if spec.kind == "question" and spec.key not in data:
                for node in filling.under(scope, spec):
                    _store(data, spec.key, _default(filling, node))
    return _refill(filling, answers)


def _default(filling: Filling, node: Node) -> str | list[str] | None:
    spec, now = node.spec, filling.around.now
    if spec.question.type == "today":
        return now.date().isoformat()
    if spec.question.type == "start":
        return now.isoformat(timespec="seconds")
    text = spec.question.default
    if "default" in spec.expressions:
        value = filling.value_of(node, spec.expressions["default"], "default")
        text = "" if value is None else to_text(value)
    if not text or spec.type is None or not spec.type.fillable:
        return text or None
    parts = text.split() if spec.type.answer == "list" else [text]
    value, problem = read_value(spec.question, parts, today=now.date())
    return value if problem is None else None
