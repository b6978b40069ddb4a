"""What was answered, question by question, in figures that nobody can be found in.

Figures move in steps of five submissions, so that two looks at different times do not differ
by one person. All dimensions are fixed: there is no filter whose results could be compared.
"""

from __future__ import annotations

import functools
import statistics
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import ModelSelect, fn

from casework.core.access import Actor
from casework.core.clock import in_zone
from casework.core.refusals import NotFound
from casework.core.settings import setting
from casework.insight.classes import Class, core, month_classes, number_classes
from casework.insight.suppression import LEAST, Table, suppress
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import fill
from casework.questionnaires.forms import Form, Spec
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, without_text
from casework.submissions import Submission

STEP = LEAST
KEPT = 16
MOST = 5_000  # the newest ones; older ones say little about the present
CHUNK = 200
FEW_VALUES = 10
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


@dataclass(frozen=True)
class Bar:
    """One line of a figure: `count` and `share` (0 to 1 of those who answered), None if hidden."""

    label: str
    count: int | None
    share: float | None = None


@dataclass(frozen=True)
class Figures:
    """One question. Counts are None where they are hidden, `bars` empty for free text.

    `kind` is `choices`, `several` (more than one could be chosen), `numbers`, `dates` or
    `other`. `lowest` and `highest` are the fifth lowest and the fifth highest answer; what
    could give a single answer away is None. `repeat` is the label of the list whose rows
    are counted, empty for questions that are asked once.
    """

    path: str
    label: str
    kind: str
    answered: int | None
    empty: int | None
    not_asked: int | None
    bars: tuple[Bar, ...] = ()
    median: float | None = None
    mean: float | None = None
    lowest: float | None = None
    highest: float | None = None
    repeat: str = ""


@dataclass(frozen=True)
class Analysis:
    """All questions in the order of the form, and how many submissions they are about."""

    number: int
    questions: tuple[Figures, ...]


@dataclass
class _Universe:
    """What is counted: the submissions, or the rows of one repeat over all of them."""

    size: int = 0

    @property
    def everybody(self) -> int:
        return (1 << self.size) - 1


@dataclass
class _Asked:
    """What was collected of one question. Sets of submissions are bits of a number."""

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

    @property
    def answered(self) -> int:
        found = self.texts
        for bits in self.chosen.values():
            found |= bits
        return found


def answered_questionnaires(*, by: Actor) -> list[tuple[Questionnaire, int]]:
    """Each questionnaire that was ever published with its submissions, in whole steps of five.

    Raises `NotFound` for who may not see statistics.
    """
    if not by.may("statistics:read"):
        raise NotFound()
    numbers = dict(
        Submission.select(QuestionnaireVersion.questionnaire, fn.COUNT(Submission.id))
        .join(QuestionnaireVersion)
        .group_by(QuestionnaireVersion.questionnaire)
        .tuples()
    )
    rows = Questionnaire.select().where(Questionnaire.state != "draft")
    return [
        (row, numbers.get(row.id, 0) // STEP * STEP) for row in rows.order_by(Questionnaire.slug)
    ]


def analysis(questionnaire: Questionnaire, language: str, *, by: Actor) -> Analysis:
    """The figures of `questionnaire` in words of `language`.

    Raises `NotFound` for who may not see statistics. Takes a statement for each chunk of
    submissions; the last results are kept until five more have come.
    """
    if not by.may("statistics:read"):
        raise NotFound()
    every, newest, version = _state_of(questionnaire)
    whole = every - every % STEP
    number = min(whole, MOST)
    gathered = _gathered(questionnaire.id, number, whole - number, newest, version)
    return Analysis(number, tuple(_figures(each, language) for each in gathered.asked.values()))


def _state_of(questionnaire: Questionnaire) -> tuple[int, Any, int]:
    """How many submissions there are, when the last came, and the highest version."""
    rows = _answers_of(questionnaire.id).select(
        fn.COUNT(Submission.id), fn.MAX(Submission.received_at)
    )
    version = QuestionnaireVersion.select(fn.MAX(QuestionnaireVersion.number)).where(
        QuestionnaireVersion.questionnaire == questionnaire
    )
    number, newest = rows.tuples().get()
    return number, newest, version.scalar() or 0


@functools.lru_cache(maxsize=KEPT)
def _gathered(
    questionnaire: uuid.UUID, number: int, older: int, newest: Any, version: int
) -> _Gathering:
    """`number` submissions behind the `older` ones, looked at once, and what of them is hidden."""
    gathered = _Gathering(_versions(questionnaire))
    for submission in _submissions(questionnaire, number, older):
        gathered.add(submission)
    for scope, universe in gathered.universes.items():
        suppress(gathered.tables(scope, universe), universe.everybody)
    return gathered


def _answers_of(questionnaire: uuid.UUID) -> ModelSelect:
    return (
        Submission.select(Submission.id, Submission.received_at)
        .join(QuestionnaireVersion)
        .where(QuestionnaireVersion.questionnaire == questionnaire)
    )


def _versions(questionnaire: uuid.UUID) -> list[QuestionnaireVersion]:
    """Versions that were answered or can be, the newest first."""
    rows = without_text().where(
        (QuestionnaireVersion.questionnaire == questionnaire)
        & (
            QuestionnaireVersion.published_at.is_null(False)
            | QuestionnaireVersion.id.in_(Submission.select(Submission.version))
        )
    )
    return list(rows.order_by(QuestionnaireVersion.number.desc()))


def _submissions(questionnaire: uuid.UUID, number: int, older: int) -> Iterator[Submission]:
    """`number` submissions behind the `older` ones, in the order in which they came."""
    rows = _answers_of(questionnaire).order_by(Submission.received_at, Submission.id)
    ids = [row[0] for row in rows.offset(older).limit(number).tuples()] if number else []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        yield from (
            Submission.select(Submission, QuestionnaireVersion.id)
            .join(QuestionnaireVersion)
            .where(Submission.id.in_(chunk))
        )


class _Gathering:
    """Looks at each submission once and keeps bits, never answers in words."""

    def __init__(self, versions: Sequence[QuestionnaireVersion]) -> None:
        self.zone = setting("site_zone")
        self.universes: dict[str, _Universe] = {"": _Universe()}
        self.asked: dict[tuple[str, str], _Asked] = {}
        self.plans: dict[uuid.UUID, list[tuple[int, _Asked]]] = {}
        for version in versions:
            form, plan = version.form, self.plans.setdefault(version.id, [])
            for spec in form.specs:
                if spec.kind == "repeat":
                    self.universes.setdefault(spec.path, _Universe())
                elif spec.kind == "question" and spec.type is not None and spec.type.fillable:
                    plan.append((spec.index, self._expect(form, spec)))

    def _expect(self, form: Form, spec: Spec) -> _Asked:
        scope = "" if spec.scope is form.root else spec.scope.path
        kind = KINDS.get(spec.question.type, OTHER)
        known = self.asked.setdefault((scope, spec.path), _Asked(spec, form, kind, scope))
        for choice in spec.choices if known.kind in (CHOICES, SEVERAL) else ():
            known.chosen.setdefault(choice.name, 0)
        return known

    def add(self, submission: Submission) -> None:
        """Count one submission and the rows in it."""
        moment = in_zone(submission.received_at, self.zone)
        form = submission.version.form
        filling = fill(form, submission.answers, now=moment, seed=submission.id.hex)
        bits: dict[tuple[str, ...], int] = {(): self._next("")}
        for repeat in form.repeats:
            for node in filling.by_spec[repeat.index]:
                if node.counts:
                    bits[node.path] = self._next(repeat.path)
        for index, asked in self.plans[submission.version.id]:
            for node in filling.by_spec[index]:
                bit = bits.get(node.path[:-1])
                if node.counts and bit is not None:
                    _note(asked, node, bit)

    def _next(self, scope: str) -> int:
        universe = self.universes[scope]
        universe.size += 1
        return 1 << (universe.size - 1)

    def tables(self, scope: str, universe: _Universe) -> list[Table]:
        """The tables of the questions of one scope, each after the one that it divides."""
        found: list[Table] = []
        for each in self.asked.values():
            if each.scope == scope:
                found.extend(_tables(each, universe.everybody))
        return found


def _note(asked: _Asked, node: Node, bit: int) -> None:
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


def _tables(asked: _Asked, everybody: int) -> Iterator[Table]:
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


def _classes(asked: _Asked) -> list[Class]:
    values = list(asked.values.values())
    if asked.kind == DATES:
        return month_classes([int(value) for value in values])
    return number_classes(values, whole=all(value.is_integer() for value in values))


def _bits(values: dict[int, float], found: Class) -> int:
    return sum(1 << place for place, value in values.items() if found.holds(value))


def _figures(asked: _Asked, language: str) -> Figures:
    presence = asked.presence or Table([0, 0, 0])
    scope = asked.spec.scope
    return Figures(
        path=asked.spec.path,
        label=_label(asked.form, asked.spec, language),
        kind=asked.kind,
        answered=presence.shown(ANSWERED),
        empty=presence.shown(EMPTY),
        not_asked=presence.shown(NOT_ASKED),
        bars=tuple(_bars(asked, language, presence.shown(ANSWERED))),
        repeat=_label(asked.form, scope, language) if asked.scope else "",
        **(_measures(asked) if asked.kind == NUMBERS and presence.shows(ANSWERED) else {}),
    )


def _bars(asked: _Asked, language: str, answered: int | None) -> Iterator[Bar]:
    if asked.kind == SEVERAL:
        counts = [table.shown(0) for table in asked.parts]
    else:
        counts = [table.shown(place) for table in asked.parts for place in range(len(table.cells))]
    labels = [each.label for each in asked.classes]
    if asked.kind in (CHOICES, SEVERAL):
        labels = [*_choice_labels(asked, language), "…"]
    for label, count in zip(labels, counts, strict=False):
        yield Bar(label, count, count / answered if answered and count is not None else None)


def _choice_labels(asked: _Asked, language: str) -> list[str]:
    """Labels in the newest version; a choice that only older ones have keeps its name."""
    labels = {each.name: each.label for each in asked.spec.choices}
    text = asked.form.definition.text
    return [text(labels.get(name, {}), language)[0] or name for name in asked.chosen]


def _measures(asked: _Asked) -> dict[str, float]:
    """Mean, median and the core of the values, each only where it tells of nobody alone.

    The mean of few different values could be solved for the counts behind it.
    """
    values = list(asked.values.values())
    if len(values) < 2 * LEAST:
        return {}
    low, high = core(values)
    found = {"median": statistics.median(values), "lowest": low, "highest": high}
    is_open = all(table.hidden == frozenset() for table in asked.parts)
    if is_open and len(set(values)) >= FEW_VALUES:
        found["mean"] = statistics.fmean(values)
    return found


def _label(form: Form, spec: Spec, language: str) -> str:
    texts = spec.item.label if spec.item is not None else {}
    return form.definition.text(texts, language)[0] or spec.name
