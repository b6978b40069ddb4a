"""What was answered, question by question, in figures that nobody can be found in.

Figures move in steps of five submissions, so that two looks at different times do not differ
by one person. All dimensions are fixed: there is no filter whose results could be compared.

Answers never change once they are sent, so each submission is opened and looked at once in the
life of a process; what is kept of it are bits in memory, and nothing of it on the disk.
"""

from __future__ import annotations

import functools
import statistics
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import ModelSelect, fn

from casework.core.access import Actor
from casework.core.refusals import NotFound
from casework.insight.classes import core
from casework.insight.gathering import (
    ANSWERED,
    CHOICES,
    EMPTY,
    NOT_ASKED,
    NUMBERS,
    SEVERAL,
    Asked,
    Gathering,
)
from casework.insight.suppression import LEAST, Table
from casework.questionnaires.forms import Form, Spec
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, without_text
from casework.submissions import Submission

STEP = LEAST
KEPT = 16
MOST = 5_000  # the newest ones; older ones say little about the present
CHUNK = 200
FEW_VALUES = 10


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
    submissions that were never looked at; results are kept until five more have come.
    """
    if not by.may("statistics:read"):
        raise NotFound()
    every, newest = _state_of(questionnaire)
    whole = every - every % STEP
    number = min(whole, MOST)
    versions = tuple(each.id for each in _versions(questionnaire.id))
    asked = _gathered(questionnaire.id, number, whole - number, newest, versions)
    return Analysis(number, tuple(_figures(each, language) for each in asked))


def _state_of(questionnaire: Questionnaire) -> tuple[int, Any]:
    """How many submissions there are, and when the last came."""
    rows = _answers_of(questionnaire.id).select(
        fn.COUNT(Submission.id), fn.MAX(Submission.received_at)
    )
    number, newest = rows.tuples().get()
    return number, newest


@functools.lru_cache(maxsize=KEPT)
def _gathered(
    questionnaire: uuid.UUID,
    number: int,
    older: int,
    newest: Any,
    versions: tuple[uuid.UUID, ...],
) -> list[Asked]:
    """What `number` submissions behind the `older` ones say, with what of it is hidden."""
    ids = _ids(questionnaire, number, older)
    return _kept(questionnaire, versions).of(ids)


@functools.lru_cache(maxsize=KEPT)
def _kept(questionnaire: uuid.UUID, versions: tuple[uuid.UUID, ...]) -> _Kept:
    """What this process has seen so far of the submissions of these versions."""
    return _Kept(questionnaire)


class _Kept:
    """A gathering that grows: only submissions that it has not seen yet are opened."""

    def __init__(self, questionnaire: uuid.UUID) -> None:
        self.questionnaire = questionnaire
        self.lock = threading.Lock()
        self.gathering = Gathering(_versions(questionnaire))

    def of(self, ids: list[uuid.UUID]) -> list[Asked]:
        """What the submissions `ids` say, as copies."""
        with self.lock:
            if len(self.gathering.places) > 2 * MOST:
                self.gathering = Gathering(_versions(self.questionnaire))
            fresh = [each for each in ids if each not in self.gathering.places]
            for submission in _submissions(fresh):
                self.gathering.add(submission)
            # One that was deleted meanwhile has no place.
            return self.gathering.of([each for each in ids if each in self.gathering.places])


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


def _ids(questionnaire: uuid.UUID, number: int, older: int) -> list[uuid.UUID]:
    """`number` submissions behind the `older` ones, in the order in which they came."""
    rows = _answers_of(questionnaire).order_by(Submission.received_at, Submission.id)
    return [row[0] for row in rows.offset(older).limit(number).tuples()] if number else []


def _submissions(ids: Sequence[uuid.UUID]) -> Iterator[Submission]:
    for start in range(0, len(ids), CHUNK):
        yield from (
            Submission.select(Submission, QuestionnaireVersion.id)
            .join(QuestionnaireVersion)
            .where(Submission.id.in_(list(ids[start : start + CHUNK])))
        )


def _figures(asked: Asked, language: str) -> Figures:
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


def _bars(asked: Asked, language: str, answered: int | None) -> Iterator[Bar]:
    if asked.kind == SEVERAL:
        counts = [table.shown(0) for table in asked.parts]
    else:
        counts = [table.shown(place) for table in asked.parts for place in range(len(table.cells))]
    labels = [each.label for each in asked.classes]
    if asked.kind in (CHOICES, SEVERAL):
        labels = [*_choice_labels(asked, language), "…"]
    for label, count in zip(labels, counts, strict=False):
        yield Bar(label, count, count / answered if answered and count is not None else None)


def _choice_labels(asked: Asked, language: str) -> list[str]:
    """Labels in the newest version; a choice that only older ones have keeps its name."""
    labels = {each.name: each.label for each in asked.spec.choices}
    text = asked.form.definition.text
    return [text(labels.get(name, {}), language)[0] or name for name in asked.chosen]


def _measures(asked: Asked) -> dict[str, float]:
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
