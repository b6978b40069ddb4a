"""A questionnaire with answers in it: what is relevant, what is worked out, what it reads like.

Answers are a nested dict: the key of a question (its name; where a name stands twice in one
scope, its path) → canonical answer; the key of a repeat → a list of rows, each a dict with
its id under `_row`. Groups do not nest. A path to an answer is a tuple such as
`("member", "r2", "age")`. Nothing here reads a clock or changes what it is given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.questionnaires.answers import is_birth_date
from casework.questionnaires.definitions import Choice, Texts
from casework.questionnaires.expressions import (
    Context,
    Expression,
    ExpressionError,
    Node,
    evaluate,
    to_boolean,
    to_number,
    to_text,
)
from casework.questionnaires.expressions.trees import Budget
from casework.questionnaires.filters import likely
from casework.questionnaires.forms import PIPED, ROW_KEY, Form, Spec
from casework.questionnaires.offering import answered_rows
from casework.questionnaires.problems import Path
from casework.questionnaires.surroundings import Around

MAX_ROWS = 30
MAX_ALL_ROWS = 1000  # of lists inside lists, as far as calculations say how long they are
Answers = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """An expression that could not be evaluated; the questionnaire goes on without it."""

    path: Path
    column: str
    error: ExpressionError


def fill(
    form: Form, answers: Answers, *, now: datetime, language: str = "", seed: str = ""
) -> Filling:
    """Look at `answers` through `form`.

    `now` is aware and in the site's zone, `language` the tag that labels are wanted in,
    `seed` what makes random numbers of this filling its own (a draft's id). Never raises
    because of answers: what does not fit is ignored, or reported by `problems()`.
    """
    return Filling(form, answers, Around(form, now, language, seed))


class Filling:
    """A form, the answers so far (`answers`, with calculations), and what follows from them.

    `faults` lists expressions that failed; `new_rows` the rows that a `repeat_count` added.
    """

    def __init__(self, form: Form, answers: Answers, around: Around) -> None:
        self.form = form
        self.answers = _settled(form, form.root, answers)
        self.around = around
        self.faults: list[Fault] = []
        self.new_rows: list[Path] = []
        self.by_path: dict[Path, Node] = {}
        self.by_spec: list[list[Node]] = []
        self._budget = Budget()
        self._offering: dict[Path, bool] = {}
        self._grow()

    def _grow(self) -> None:
        """Build the tree and evaluate it; again while repeats want another number of rows."""
        for _ in range(len(self.form.repeats) + 1):
            self.by_path = {}
            self.by_spec = [[] for _ in self.form.specs]
            self.root = Node("data", spec=self.form.root, data=self.answers)
            self.by_spec[0].append(self.root)
            self._plant(self.form.root, self.root, ())
            self.faults.clear()
            for spec in self.form.order:
                for node in self.by_spec[spec.index]:
                    self._evaluate(spec, node)
            if not self._add_wanted_rows():
                return

    def _plant(self, spec: Spec, node: Node, scope: Path) -> None:
        for child in spec.children:
            if child.kind == "repeat":
                for row in node.data.get(child.key, ()):
                    path = (*scope, child.key, row[ROW_KEY])
                    below = self._keep(Node(child.name, node, spec=child, data=row, path=path))
                    self._plant(child, below, path)
            elif child.kind == "group":
                below = Node(child.name, node, spec=child, data=node.data, path=scope)
                self.by_spec[child.index].append(below)
                self._plant(child, below, scope)
            else:
                value = _as_expressions_see(child, node.data.get(child.key))
                leaf = Node(
                    child.name, node, value, spec=child, data=node.data, path=(*scope, child.key)
                )
                leaf.is_number = child.type is not None and child.type.is_number
                self._keep(leaf)

    def _keep(self, node: Node) -> Node:
        self.by_spec[node.spec.index].append(node)
        self.by_path[node.path] = node
        return node

    def _evaluate(self, spec: Spec, node: Node) -> None:
        if "relevant" in spec.expressions:
            node.relevant = self.meets_condition(node, "relevant") is not False
        if spec.kind != "question" or not node.counts:
            return
        tree = spec.expressions.get("calculation")
        if tree is not None and not (spec.question.trigger and node.text):
            text = _calculated_text(self.value_of(node, tree, "calculation"))
            is_list = spec.type is not None and spec.type.answer == "list"
            _answer_with(node, text.split() if is_list else text)
        if spec.source is not None:
            self._keep_offered(node)

    def _keep_offered(self, node: Node) -> None:
        """Forget choices whose row is gone or reads otherwise; ask nothing without any choice."""
        names = {choice.name for choice in self.choices(node)}
        node.relevant = bool(names)
        if isinstance(node.value, list):
            _answer_with(node, [name for name in node.value if name in names])
        elif node.value not in names:
            _answer_with(node, None)

    def _add_wanted_rows(self) -> bool:
        """Give each repeat with a `repeat_count` the rows it wants; whether any were added."""
        added = False
        self._row_count = sum(len(self.by_spec[each.index]) for each in self.form.repeats)
        for repeat in self.form.repeats:
            count = repeat.expressions.get("repeat_count")
            if count is None or repeat.parent is None:
                continue
            for node in self.by_spec[repeat.parent.index]:
                if node.counts:
                    added = self._fit_rows(repeat, node, count) or added
        return added

    def _fit_rows(self, repeat: Spec, node: Node, count: Expression) -> bool:
        value = self.value_of(node, count, "repeat_count")
        number = 0.0 if value is None else to_number(value)
        wanted = max(0, min(MAX_ROWS, int(number))) if math.isfinite(number) else 0
        for surplus in node.children.get(repeat.name, [])[wanted:]:
            surplus.relevant = False
        rows: list[Answers] = node.data.setdefault(repeat.key, [])
        missing = min(wanted - len(rows), MAX_ALL_ROWS - self._row_count)
        self._row_count += max(0, missing)
        for _ in range(missing):
            rows.append({ROW_KEY: next_row_id(rows)})
            self.new_rows.append((*node.path, repeat.key, rows[-1][ROW_KEY]))
        return missing > 0

    def value_of(self, node: Node, tree: Expression, column: str) -> Any:
        """The value of an expression at `node`; None, and a fault, where it fails."""
        try:
            return evaluate(tree, Context(node, self.around, budget=self._budget))
        except ExpressionError as error:
            self.faults.append(Fault(node.path, column, error))
            return None

    def meets_condition(self, node: Node, column: str) -> bool | None:
        """Whether the expression in `column` holds at `node`; None where it cannot be told."""
        value = self.value_of(node, node.spec.expressions[column], column)
        return None if value is None else to_boolean(value)

    def is_required(self, node: Node) -> bool:
        """Whether the question must be answered."""
        if "required" in node.spec.expressions:
            return bool(self.meets_condition(node, "required"))
        return bool(node.spec.item.required)

    def is_read_only(self, node: Node) -> bool:
        """Whether the answer cannot be changed: worked out, or marked so."""
        if node.spec.is_computed:
            return True
        if "read_only" in node.spec.expressions:
            return bool(self.meets_condition(node, "read_only"))
        return bool(node.spec.item.read_only)

    def choices(self, node: Node) -> tuple[Choice, ...]:
        """The choices that are offered now; all of them where the filter fails."""
        tree = node.spec.expressions.get("choice_filter")
        if node.spec.source is not None:
            return (*self._choices_from_rows(node, tree), *node.spec.choices)
        if tree is None:
            return node.spec.choices
        try:
            return tuple(self._passing(node, tree))
        except ExpressionError as error:
            self.faults.append(Fault(node.path, "choice_filter", error))
            return node.spec.choices

    def offers_nothing(self, node: Node) -> bool:
        """Whether a filter leaves no choice, so that there is nothing to ask yet."""
        tree = node.spec.expressions.get("choice_filter")
        if tree is None or node.spec.source is not None or self.answer(node):
            return False
        if node.path not in self._offering:
            try:
                self._offering[node.path] = any(True for _ in self._passing(node, tree))
            except ExpressionError:  # then `choices` offers all, and notes the fault
                self._offering[node.path] = True
        return not self._offering[node.path]

    def _passing(self, node: Node, tree: Expression) -> Iterator[Choice]:
        """The choices that the filter lets through. Raises `ExpressionError`."""
        count = len(node.spec.choice_nodes)
        here = Context(node, self.around, node, budget=self._budget)
        for position, item in likely(node.spec, tree, lambda each: evaluate(each, here)):
            context = Context(item, self.around, node, position, count, self._budget)
            if to_boolean(evaluate(tree, context)):
                yield item.spec

    def _choices_from_rows(self, node: Node, tree: Expression | None) -> tuple[Choice, ...]:
        try:
            return answered_rows(node, self.around, tree, self._budget)
        except ExpressionError as error:
            self.faults.append(Fault(node.path, "choice_filter", error))
            return answered_rows(node, self.around, None, self._budget)

    def answer(self, node: Node) -> str | list[str] | None:
        """The canonical answer of a question."""
        return node.data.get(node.spec.key)

    def text(self, texts: Texts, tag: str, node: Node | None = None) -> tuple[str, str]:
        """The text for `tag` with the answers that it mentions, and the tag it is really in."""
        text, found = self.form.definition.text(texts, tag)
        if "${" not in text:
            return text, found
        here = node or self.root

        def answers(match: re.Match[str]) -> str:
            nodes = self.around.named(match[1], here)
            told = (each for each in nodes if each.counts and not each.spec.is_file)
            return ", ".join(self.shown(each, found) for each in told)

        return PIPED.sub(answers, text), found

    def shown(self, node: Node, tag: str) -> str:
        """An answer as a person reads it: labels of choices instead of their names."""
        value = self.answer(node) if node.spec.kind == "question" else node.text
        names = value if isinstance(value, list) else [value or ""]
        choices = node.spec.choices if node.spec.source is None else self.choices(node)
        if not choices:
            return " ".join(names)
        labels = {choice.name: choice.label for choice in choices}
        read = [self.form.definition.text(labels.get(name, {}), tag)[0] or name for name in names]
        return ", ".join(read)

    def under(self, scope: Node, spec: Spec) -> list[Node]:
        """The nodes of `spec` below `scope`."""
        nodes = [scope]
        for step in spec.chain[len(scope.spec.chain) :]:
            nodes = [child for node in nodes for child in node.children.get(step.name, ())]
        return nodes

    def final(self) -> Answers:
        """The answers to submit: only what is asked now or worked out, nothing left over."""
        return self._final_of(self.root)

    def _final_of(self, node: Node) -> Answers:
        kept: Answers = {}
        for spec in self.form.members(node.spec):
            for each in self.under(node, spec):
                if not each.counts:
                    continue
                if spec.kind == "repeat":
                    row = self._final_of(each)
                    if row or "repeat_count" in spec.expressions:
                        kept.setdefault(spec.key, []).append({ROW_KEY: each.path[-1], **row})
                elif spec.question.type == "end":
                    kept[spec.key] = self.around.now.isoformat(timespec="seconds")
                elif value := self.answer(each):
                    kept[spec.key] = value
        return kept


def next_row_id(rows: list[Answers]) -> str:
    """An id that no row of the list has: `r1`, `r2`, …"""
    taken = [str(row.get(ROW_KEY, "")) for row in rows]
    numbers = [int(each[1:]) for each in taken if re.fullmatch("r[0-9]{1,6}", each)]
    return f"r{max(numbers, default=0) + 1}"


def _answer_with(node: Node, value: str | list[str] | None) -> None:
    node.value = value
    if value:
        node.data[node.spec.key] = value
    else:
        node.data.pop(node.spec.key, None)


def _calculated_text(value: Any) -> str:
    """What a calculation stores; nothing where it is no number or could not be made."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return to_text(value)


def _settled(form: Form, scope: Spec, answers: Answers) -> Answers:
    """A copy in the shape that the form expects; unknown keys stay, misfits are left out."""
    settled = dict(answers)
    for spec in form.members(scope):
        value = settled.get(spec.key)
        if value is None:
            settled.pop(spec.key, None)
        elif spec.kind == "repeat":
            settled[spec.key] = _settled_rows(form, spec, value)
        elif spec.type is not None and spec.type.answer == "list":
            names = value.split() if isinstance(value, str) else value
            is_list = isinstance(names, list)
            settled[spec.key] = [name for name in names if isinstance(name, str)] if is_list else []
        elif not isinstance(value, str):
            del settled[spec.key]
    return settled


def _settled_rows(form: Form, repeat: Spec, value: Any) -> list[Answers]:
    rows: list[Answers] = []
    for row in value if isinstance(value, list) else ():
        if not isinstance(row, dict):
            continue
        row_id = str(row.get(ROW_KEY, ""))
        if not row_id or any(other[ROW_KEY] == row_id for other in rows):
            row_id = next_row_id(rows)
        rows.append({**_settled(form, repeat, row), ROW_KEY: row_id})
    return rows


def _as_expressions_see(spec: Spec, value: Any) -> Any:
    """A birth year counts as its first day, so that ages can be worked out."""
    if isinstance(value, str) and len(value) == 4 and spec.type and is_birth_date(spec.question):
        return f"{value}-01-01"
    return value
