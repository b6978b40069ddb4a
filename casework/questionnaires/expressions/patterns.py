"""Regular expressions that cannot hang: a finite automaton instead of backtracking.

Supported: literals, `.`, classes, `\\d \\w \\s` and their opposites, `\\p{..}` categories,
groups (named ones, too), `|`, `* + ? {m,n}`, `^ $ \\A \\Z \\b \\B`, look-ahead and look-behind of
any length, `(?i)` in front. What looks around is an automaton of its own, asked at each place
at most once. Back references, atomic groups and possessive repetitions need backtracking; they
are refused with an error of their own. The cost is bounded by pattern length times text length
(look-ahead: times the places where it is asked), and by a budget on top.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.pattern_reading import (
    CLASSES,
    TOO_LARGE,
    Piece,
    Reader,
    Test,
    UnsupportedPatternError,
)

__all__ = ["Automaton", "UnsupportedPatternError", "compiled"]

MAX_PATTERN = 1000
MAX_PROGRAM = 2000
MAX_STEPS = 400_000
MAX_CACHE = 2000


@dataclass
class Branch:
    """A state without a character: go on at `targets`; anchors and looks let pass in places."""

    targets: list[int]
    anchor: str = ""
    look: Look | None = None


@dataclass
class Take:
    """A state that takes one character that fits and goes on at the next."""

    fits: Test


class _Run:
    """One text that is being looked at: where its words begin and end, and what it has cost."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0
        self.held: dict[tuple[int, int], bool] = {}
        self.ends: dict[int, frozenset[int]] = {}

    def spend(self, steps: int) -> None:
        """Raise `ExpressionError` when this takes too long."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise ExpressionError(TOO_LARGE)

    def before(self, index: int) -> str:
        """What stands in front of a place: nothing, a `w`ord's character or an`o`ther."""
        return "" if index == 0 else "w" if CLASSES["w"](self.text[index - 1]) else "o"

    def passes(self, anchor: str, index: int) -> bool:
        """Whether an anchor holds at a place."""
        if anchor in ("^", "$"):
            return index == (0 if anchor == "^" else len(self.text))
        after = index < len(self.text) and CLASSES["w"](self.text[index])
        is_edge = (self.before(index) == "w") is not after
        return is_edge is (anchor == "b")


@dataclass
class Look:
    """`(?=…)`, `(?!…)`, `(?<=…)` or `(?<!…)`."""

    automaton: Automaton
    ahead: bool
    wanted: bool

    def holds(self, run: _Run, index: int) -> bool:
        """Whether it lets pass at a place. Raises `ExpressionError` when that takes too long."""
        key = (id(self), index)
        if key not in run.held:
            found = self._found_ahead(run, index) if self.ahead else self._found_behind(run, index)
            run.held[key] = found is self.wanted
        return run.held[key]

    def _found_ahead(self, run: _Run, index: int) -> bool:
        return next(self.automaton.ends(run, index, everywhere=False), None) is not None

    def _found_behind(self, run: _Run, index: int) -> bool:
        if id(self) not in run.ends:
            run.ends[id(self)] = frozenset(self.automaton.ends(run, 0, everywhere=True))
        return index in run.ends[id(self)]


@dataclass
class Automaton:
    """A compiled pattern. `fits(text)` says whether the whole text fits it.

    `inside` counts the states of what looks around; where there is any, a step depends on
    more than its character, and nothing is remembered from one text to the next.
    """

    program: list[Branch | Take] = field(default_factory=list)
    seen: dict[tuple[frozenset[int], str, str], frozenset[int]] = field(default_factory=dict)
    looks: dict[int, Look] = field(default_factory=dict)
    inside: int = 0

    def fits(self, text: str) -> bool:
        """Whether all of `text` fits. Raises `ExpressionError` when that would take too long."""
        run = _Run(text)
        states = frozenset({0})
        for index in range(len(text)):
            if not states:
                return False
            states = self._following(run, states, index)
        return len(self.program) - 1 in self._closure(run, states, len(text))

    def ends(self, run: _Run, start: int, *, everywhere: bool) -> Iterator[int]:
        """Where a match that begins at `start` can end; or one that begins there or later."""
        states: frozenset[int] = frozenset({0})
        for index in range(start, len(run.text) + 1):
            states = states | {0} if everywhere else states
            if not states:
                return
            if len(self.program) - 1 in self._closure(run, states, index):
                yield index
            if index < len(run.text):
                states = self._following(run, states, index)

    def _following(self, run: _Run, states: frozenset[int], index: int) -> frozenset[int]:
        """The states after one character, before anchors are looked at."""
        char = run.text[index]
        key = (states, run.before(index), char)
        following = self.seen.get(key)
        if following is None:
            reached = self._closure(run, states, index)
            following = frozenset(
                state + 1
                for state in reached
                if isinstance(step := self.program[state], Take) and step.fits(char)
            )
            if not self.inside and len(self.seen) < MAX_CACHE:
                self.seen[key] = following
        return following

    def _closure(self, run: _Run, start: frozenset[int], index: int) -> frozenset[int]:
        todo, reached = list(start), set(start)
        while todo:
            step = self.program[todo.pop()]
            if not isinstance(step, Branch):
                continue
            if step.anchor and not run.passes(step.anchor, index):
                continue
            if step.look is not None and not step.look.holds(run, index):
                continue
            fresh = [target for target in step.targets if target not in reached]
            reached.update(fresh)
            todo.extend(fresh)
        run.spend(len(reached))
        return frozenset(reached)

    def add(self, piece: Piece) -> None:
        """Append the steps of `piece`. Raises `ExpressionError` when there are too many."""
        if len(self.program) + self.inside > MAX_PROGRAM:
            raise ExpressionError(TOO_LARGE)
        kind = piece[0]
        if kind == "take":
            self.program.append(Take(piece[1]))
        elif kind == "anchor":
            self.program.append(Branch([len(self.program) + 1], anchor=piece[1]))
        elif kind == "look":
            look = self._look(piece)
            self.program.append(Branch([len(self.program) + 1], look=look))
        elif kind == "chain":
            for part in piece[1]:
                self.add(part)
        elif kind == "either":
            self._add_either(piece[1])
        else:
            self._add_repeat(piece[1], piece[2], piece[3])

    def _look(self, piece: Piece) -> Look:
        """The automaton of what looks around; a repeated one is made only once."""
        if id(piece) not in self.looks:
            _, inner, ahead, wanted = piece
            self.looks[id(piece)] = Look(_built(inner), ahead, wanted)
            made = self.looks[id(piece)].automaton
            self.inside += len(made.program) + made.inside
            if self.inside > MAX_PROGRAM:
                raise ExpressionError(TOO_LARGE)
        return self.looks[id(piece)]

    def _add_either(self, branches: list[Piece]) -> None:
        fork = Branch([])
        self.program.append(fork)
        ends = []
        for branch in branches:
            fork.targets.append(len(self.program))
            self.add(branch)
            ends.append(Branch([]))
            self.program.append(ends[-1])
        for end in ends:
            end.targets.append(len(self.program))

    def _add_repeat(self, piece: Piece, least: int, most: int | None) -> None:
        for _ in range(least):
            before = len(self.program)
            self.add(piece)
            if len(self.program) == before:  # an empty piece stays empty however often
                break
        if most is None:
            fork = Branch([len(self.program) + 1])
            self.program.append(fork)
            start = len(self.program) - 1
            self.add(piece)
            self.program.append(Branch([start]))
            fork.targets.append(len(self.program))
            return
        forks = []
        for _ in range(most - least):
            forks.append(Branch([len(self.program) + 1]))
            self.program.append(forks[-1])
            self.add(piece)
        for fork in forks:
            fork.targets.append(len(self.program))


@functools.lru_cache(maxsize=500)
def compiled(pattern: str) -> Automaton:
    """The automaton of `pattern`.

    Raises `UnsupportedPatternError` for what needs backtracking, `ExpressionError` for mistakes.
    """
    if len(pattern) > MAX_PATTERN:
        raise ExpressionError(TOO_LARGE)
    return _built(Reader(pattern).read())


def _built(piece: Piece) -> Automaton:
    automaton = Automaton()
    automaton.add(piece)
    automaton.program.append(Branch([]))
    automaton.looks.clear()  # pieces are gone from here on, and their ids with them
    return automaton
