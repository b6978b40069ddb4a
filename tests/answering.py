"""Answers to any questionnaire: random ones of the right type, and such as its checks accept."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from casework.questionnaires.answers import missing_parts, read_value
from casework.questionnaires.expressions import Call, Literal, Node, Path, Reference, walk
from casework.questionnaires.filling import MAX_ROWS, Answers, Filling
from casework.questionnaires.forms import ROW_KEY, Form, Spec

WORDS = ("Amal", "Sara Ö.", "a b", "x", "يسرى", "OK")
NUMBERS = ("0", "1", "2", "3", "5", "12", "18", "30", "65", "120")
LENGTHS = (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16)
TEXTS = {
    "tel": ("+49 731 9217440", "07319217440"),
    "email": ("amal@example.org",),
    "time": ("08:30", "14:05", "23:59"),
    "acknowledge": ("OK",),
    "geopoint": ("48.1 9.2", "-1.5 36.8"),
    "geotrace": ("48.1 9.2;48.2 9.3",),
    "geoshape": ("48.1 9.2;48.2 9.3;48.3 9.1;48.1 9.2",),
}


class Answering:
    """Makes answers to the questions of `form` out of what its own expressions mention."""

    def __init__(self, form: Form, seed: Any) -> None:
        self.form = form
        self.random = random.Random(seed)
        self.mentioned: dict[str, list[str]] = {}
        for spec in form.specs:
            for tree in spec.expressions.values():
                self._note(spec, tree)

    def _note(self, spec: Spec, tree: Any) -> None:
        parts = list(walk(tree))
        texts = [str(part.value) for part in parts if isinstance(part, Literal)]
        texts = [text.removesuffix(".0") for text in texts]
        names = {part.name for part in parts if isinstance(part, Reference)}
        names |= {step.name for part in parts if isinstance(part, Path) for step in part.steps}
        for name in (*names, spec.name):
            self.mentioned.setdefault(name, []).extend(texts)

    def answers(self, *, missing: float = 0.25, rows: int = 3) -> Answers:
        """Any answers: of the right type, some missing, neither relevant nor valid of need."""
        return self._scope(self.form.root, missing, rows)

    def _scope(self, scope: Spec, missing: float, rows: int) -> Answers:
        found: Answers = {}
        for spec in self.form.members(scope):
            if spec.kind == "repeat":
                count = self.random.randint(0, min(rows, MAX_ROWS))
                found[spec.key] = [
                    {ROW_KEY: f"r{place}", **self._scope(spec, missing, rows)}
                    for place in range(1, count + 1)
                ]
            elif self.random.random() >= missing:
                raw = next(self.candidates(spec, [choice.name for choice in spec.choices]), None)
                if raw:
                    is_list = spec.type is not None and spec.type.answer == "list"
                    found[spec.key] = raw if is_list else raw[0]
        return found

    def candidates(self, spec: Spec, offered: list[str]) -> Iterator[list[str]]:
        """Raw answers to try, the likely ones first; `offered` are the choices there are now."""
        if spec.type is None:
            return
        if spec.type.is_file:
            yield ["0123456789abcdef" * 2 + ".png"]  # the id of a file in the store
            return
        if spec.type.has_choices:
            yield from self._choices(spec, offered)
            return
        pool = list(self._texts(spec))
        self.random.shuffle(pool)
        for text in dict.fromkeys(pool):
            yield [text]

    def _choices(self, spec: Spec, offered: list[str]) -> Iterator[list[str]]:
        if not offered:
            return
        if spec.question.type == "rank":
            yield self.random.sample(offered, len(offered))
        for _ in range(20):
            most = 1 if spec.type is None or spec.type.answer != "list" else min(3, len(offered))
            yield self.random.sample(offered, self.random.randint(1, most))
        for name in offered:
            yield [name]

    def _texts(self, spec: Spec) -> Iterator[str]:
        kind = spec.question.type
        mentioned = self.mentioned.get(spec.name, [])
        if kind in ("integer", "decimal", "range"):
            yield from self._numbers(spec, mentioned)
        elif kind in ("date", "datetime"):
            yield from (rounded(day, spec) for day in self._days(kind, mentioned))
        elif kind in TEXTS:
            yield from TEXTS[kind]
        else:
            yield from WORDS
            yield from (text for text in mentioned if text.strip())
            yield from self._patterned(spec)

    def _numbers(self, spec: Spec, mentioned: list[str]) -> Iterator[str]:
        numbers = [float(t) for t in mentioned if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]+)?", t)]
        for number in numbers:
            for near in (number - 1, number, number + 1):
                yield str(int(near))
        if spec.question.type == "decimal":
            yield from (f"{self.random.uniform(0, 50):.1f}" for _ in range(8))
        yield from NUMBERS
        yield from self._patterned(spec)

    def _days(self, kind: str, mentioned: list[str]) -> Iterator[str]:
        clock = "T09:30" if kind == "datetime" else ""
        today = date(2026, 11, 22)
        spans = (0, 1, 7, 30, 60, 200, 280, 400, 2000, 6000, 9000, 20000)
        for days in (*spans, *(-span for span in spans[1:6])):
            yield (today - timedelta(days=days)).isoformat() + clock
        yield from (text + clock for text in mentioned if re.fullmatch(r"\d{4}-\d\d-\d\d", text))

    def _patterned(self, spec: Spec) -> Iterator[str]:
        """Texts that fit the patterns of the question's own constraint."""
        tree = spec.expressions.get("constraint")
        for part in walk(tree) if tree is not None else ():
            if isinstance(part, Call) and part.name == "regex":
                pattern = part.arguments[1]
                if isinstance(pattern, Literal):
                    yield from (matching(str(pattern.value), self.random) for _ in range(5))
        for length in LENGTHS:
            yield "".join(self.random.choice("123456789") for _ in range(length))


def rounded(day: str, spec: Spec) -> str:
    """The first day of the month or year, where only that is asked for."""
    kept = {0: 10, 1: 7, 2: 4}[missing_parts(spec.question)]
    return day[:kept] + "-01-01"[kept - 10 :] if kept < 10 else day


def matching(pattern: str, chance: random.Random) -> str:
    """A text that `pattern` fits, for the patterns that forms use."""
    from re import _parser  # type: ignore[attr-defined]

    return "".join(_grown(_parser.parse(pattern), chance))


def _grown(parsed: Any, chance: random.Random) -> Iterator[str]:
    for name, value in parsed:
        kind = str(name)
        if kind == "LITERAL":
            yield chr(value)
        elif kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inside = value
            for _ in range(chance.randint(least, min(int(most), least + 3))):
                yield from _grown(inside, chance)
        elif kind == "SUBPATTERN":
            yield from _grown(value[3], chance)
        elif kind == "BRANCH":
            yield from _grown(chance.choice(value[1]), chance)
        elif kind == "IN":
            yield _one_of(value, chance)
        elif kind in ("ANY", "NOT_LITERAL"):
            yield "k"


def _one_of(members: Any, chance: random.Random) -> str:
    ranges = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "abc1"}
    kind, value = chance.choice([each for each in members if str(each[0]) != "NEGATE"])
    if any(str(each[0]) == "NEGATE" for each in members):
        return "k"
    if str(kind) == "LITERAL":
        return chr(value)
    if str(kind) == "RANGE":
        return chr(chance.randint(*value))
    return chance.choice(ranges.get(str(value), "k"))


def valid(filling: Filling, node: Node, answering: Answering) -> list[str] | None:
    """A raw answer that the question's own checks accept now; None where none was found."""
    spec, before = node.spec, node.value
    offered = [choice.name for choice in filling.choices(node)]
    try:
        for raw in answering.candidates(spec, offered):
            today = filling.around.now.date()
            value, problem = read_value(spec.question, raw, today=today)
            if problem is not None or not value:
                continue
            node.value = value
            if "constraint" not in spec.expressions or filling.meets_condition(node, "constraint"):
                return raw
    finally:
        node.value = before
    return None
