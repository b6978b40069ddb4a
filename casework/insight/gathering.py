"""Looking at each submission once: which question it was asked, and what it said, as bits.

A set of submissions is a number: one bit for each of them, or for each row of a repeat. So a part
of them is cut out by `&`, and what was seen before need not be opened again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from casework.core.clock import in_zone
from casework.core.settings import setting
from casework.insight.classes import Class, month_classes, number_classes
from casework.insight.suppression import Table, suppress
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import fill
from casework.questionnaires.forms import Form, Spec
from casework.questionnaires.models import QuestionnaireVersion
from casework.submissions import Submission

ANSWERED, EMPTY, NOT_ASKED = range(3)
CHOICES, SEVERAL, NUMBERS, DATES, OTHER = "choices", "several", "numbers", "dates", "other"
KINDS = {
    "select_one": CHOICES,
    "select_multiple": SEVERAL,
    "acknowledge": OTHER,
    "integer": NUMBERS,
    "decimal": NUMBERS,
    "range": NUMBERS,
    "date": DATES,
    "datetime": DATES,
}


@dataclass
class Universe:
    """What is counted: the submissions, or the rows of one repeat over all of them."""

    size: int = 0


@dataclass
class Asked:
    """What was collected of one question, as sets of submissions or of rows."""

    spec: Spec
    form: Form
    kind: str
    scope: str
    asked: int = 0
    chosen: dict[str, int] = field(default_factory=dict)
    texts: int = 0
    values: dict[int, float] = field(default_factory=dict)
    presence: Table | None = None
    parts: list[Table] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)

    def cut(self, bits: int) -> Asked:
        """The same of some of the submissions."""
        return replace(
            self, asked=self.asked & bits, texts=self.texts & bits, presence=None, parts=[],
            classes=[],
            chosen={name: found & bits for name, found in self.chosen.items()},
            values={place: value for place, value in self.values.items() if bits >> place & 1},
        )  # fmt: skip

    @property
    def answered(self) -> int:
        """Those who answered it."""
        found = self.texts
        for bits in self.chosen.values():
            found |= bits
        return found


class Gathering:
    """Looks at each submission once and keeps bits, never answers in words."""

    def __init__(self, versions: Sequence[QuestionnaireVersion]) -> None:
        self.zone = setting("site_zone")
        self.universes: dict[str, Universe] = {"": Universe()}
        self.asked: dict[tuple[str, str], Asked] = {}
        self.plans: dict[uuid.UUID, list[tuple[int, Asked]]] = {}
        # The bits of each submission, by scope.
        self.places: dict[uuid.UUID, dict[str, int]] = {}
        for version in versions:
            form, plan = version.form, self.plans.setdefault(version.id, [])
            for spec in form.specs:
                if spec.kind == "repeat":
                    self.universes.setdefault(spec.path, Universe())
                elif spec.kind == "question" and spec.type is not None and spec.type.fillable:
                    plan.append((spec.index, self._expect(form, spec)))

    def _expect(self, form: Form, spec: Spec) -> Asked:
        scope = "" if spec.scope is form.root else spec.scope.path
        kind = KINDS.get(spec.question.type, OTHER)
        known = self.asked.setdefault((scope, spec.path), Asked(spec, form, kind, scope))
        for choice in spec.choices if known.kind in (CHOICES, SEVERAL) else ():
            known.chosen.setdefault(choice.name, 0)
        return known

    def add(self, submission: Submission) -> None:
        """Count one submission and the rows in it."""
        moment = in_zone(submission.received_at, self.zone)
        form = submission.version.form
        filling = fill(form, submission.answers, now=moment, seed=submission.id.hex)
        bits: dict[tuple[str, ...], int] = {(): self._next("")}
        place = self.places[submission.id] = {"": bits[()]}
        for repeat in form.repeats:
            for node in filling.by_spec[repeat.index]:
                if node.counts:
                    bits[node.path] = bit = self._next(repeat.path)
                    place[repeat.path] = place.get(repeat.path, 0) | bit
        for index, asked in self.plans[submission.version.id]:
            for node in filling.by_spec[index]:
                within = bits.get(node.path[:-1])
                if node.counts and within is not None:
                    _note(asked, node, within)

    def _next(self, scope: str) -> int:
        universe = self.universes[scope]
        universe.size += 1
        return 1 << (universe.size - 1)

    def of(self, ids: Iterable[uuid.UUID]) -> list[Asked]:
        """What these submissions say, with what of it is hidden: copies, cut to their bits."""
        everybody = dict.fromkeys(self.universes, 0)
        for each in ids:
            for scope, bits in self.places[each].items():
                everybody[scope] |= bits
        found = [each.cut(everybody[each.scope]) for each in self.asked.values()]
        for scope, bits in everybody.items():
            tables = [table for each in found if each.scope == scope
                      for table in _tables(each, bits)]  # fmt: skip
            suppress(tables, bits)
        return found


def _note(asked: Asked, node: Node, bit: int) -> None:
    asked.asked |= bit
    value = node.data.get(node.spec.key)
    if not value:
        return
    asked.texts |= bit
    if asked.kind in (CHOICES, SEVERAL):
        for name in value if isinstance(value, list) else [value]:
            if name in asked.chosen:
                asked.chosen[name] |= bit
    elif isinstance(value, str) and asked.kind in (NUMBERS, DATES):
        number = _month(value) if asked.kind == DATES else _number(value)
        if number is not None:
            asked.values[bit.bit_length() - 1] = number


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _month(text: str) -> float | None:
    """Months since year 0; a birth year alone counts as its January."""
    try:
        year, month = int(text[:4]), int(text[5:7] or 1)
    except ValueError:
        return None
    return year * 12 + month - 1


def _tables(asked: Asked, everybody: int) -> Iterator[Table]:
    answered = asked.answered
    asked.presence = Table([answered, asked.asked & ~answered, everybody & ~asked.asked])
    yield asked.presence
    within = (asked.presence, ANSWERED)
    if asked.kind == SEVERAL:
        asked.parts = [
            Table([bits, answered & ~bits], within=within) for bits in asked.chosen.values()
        ]
    elif asked.kind == CHOICES:
        cells = list(asked.chosen.values())
        rest = answered
        for bits in cells:
            rest &= ~bits
        asked.parts = [Table([*cells, rest] if rest else cells, within=within)]
    elif asked.values:
        asked.classes = _classes(asked)
        asked.parts = [Table([_bits(asked.values, each) for each in asked.classes], within=within)]
    yield from asked.parts


def _classes(asked: Asked) -> list[Class]:
    values = list(asked.values.values())
    if asked.kind == DATES:
        return month_classes([int(value) for value in values])
    return number_classes(values, whole=all(value.is_integer() for value in values))


def _bits(values: dict[int, float], found: Class) -> int:
    return sum(1 << place for place, value in values.items() if found.holds(value))
