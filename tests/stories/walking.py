"""Fills in any questionnaire with random answers that its own checks accept, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import Answers, Filling
from casework.questionnaires.forms import ROW_KEY, Form
from casework.questionnaires.places import Place, places, questions, row_places, rows
from casework.questionnaires.problems import Path, Problem
from casework.questionnaires.steps import accept, add_row, begin
from tests.answering import Answering, valid

TRIES = 40
MOST_PAGES = 600
SEEDS = 12


class StuckError(AssertionError):
    """No answer was found that the checks of a page accept."""

    def __init__(self, place: Place, found: list[Problem]) -> None:
        super().__init__(f"{place.page.id}: {[(each.path, each.message('en')) for each in found]}")


class Walker:
    """One journey through a form; `typed` holds what was sent, by path."""

    def __init__(self, form: Form, language: str, seed: str, now: datetime) -> None:
        self.answering = Answering(form, seed)
        self.filling = begin(form, now=now, language=language, seed=seed)
        self.first = next((place.page.id for place in places(self.filling)), "")
        self.typed: dict[Path, Any] = {}
        self.added: dict[str, list[int]] = {}
        self.pages = 0
        self._done: set[tuple[str, Path]] = set()

    def walk(self) -> Filling:
        """From the first page to the last. Raises `StuckError`."""
        while (place := self._next(places(self.filling))) is not None:
            self.pages += 1
            assert self.pages < MOST_PAGES, "the journey does not end"
            self._done.add((place.page.id, place.rows))
            if place.page.is_repeat:
                self._add_rows(place)
            else:
                self._fill(place)
        return self.filling

    def _next(self, found: list[Place]) -> Place | None:
        """The first page that was not filled in, rows of repeats included."""
        for place in found:
            if (place.page.id, place.rows) not in self._done:
                return place
            if place.page.is_repeat:
                for row in rows(self.filling, place):
                    inner = self._next(row_places(self.filling, place, row.path[-1]))
                    if inner is not None:
                        return inner
        return None

    def _add_rows(self, place: Place) -> None:
        if not place.is_counted:
            count = self.answering.random.randint(1, 2)
            self.added.setdefault(place.page.about.key, []).append(count)
            for _ in range(count):
                self.filling, _row = add_row(self.filling, place)

    def _fill(self, place: Place) -> None:
        raw = self._answers(questions(self.filling, place), self.filling)
        found: list[Problem] = []
        for _ in range(TRIES):
            outcome = accept(self.filling, place, raw)
            appeared = [
                node
                for node in questions(outcome.filling, place)
                if node.path in outcome.appeared and node.spec.key not in raw
            ]
            found = outcome.problems
            if not found and not appeared:
                self._keep(outcome.filling, place)
                return
            again = [outcome.filling.by_path[each.path] for each in found]
            for node in [*again, *appeared]:
                raw.pop(node.spec.key, None)
            raw |= self._answers([*again, *appeared], outcome.filling)
        raise StuckError(place, found)

    def _answers(self, nodes: list[Node], filling: Filling) -> dict[str, list[str]]:
        found = {}
        for node in nodes:
            is_asked = filling.is_required(node) or self.answering.random.random() < 0.9
            raw = valid(filling, node, self.answering) if is_asked else None
            if raw is not None:
                found[node.spec.key] = raw
        return found

    def _keep(self, filling: Filling, place: Place) -> None:
        self.filling = filling
        for node in questions(filling, place):
            self.typed[node.path] = filling.answer(node)


def walked(form: Form, language: str, seed: str, now: datetime) -> Walker:
    """A finished journey; some forms ask for luck, so several seeds are tried."""
    for number in range(SEEDS):
        walker = Walker(form, language, f"{seed} {number}", now)
        try:
            walker.walk()
        except StuckError as stuck:
            last = stuck
            continue
        return walker
    raise last


def flat(answers: Answers, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """All answers with their paths, rows of repeats by their ids."""
    for key, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for row in value:
                inner = {name: each for name, each in row.items() if name != ROW_KEY}
                yield from flat(inner, (*above, key, row[ROW_KEY]))
        else:
            yield (*above, key), value
