"""Regular expressions that cannot hang: a finite automaton instead of backtracking.

Supported: literals, `.`, classes, `\\d \\w \\s` and their opposites, `\\p{..}` categories,
groups, `|`, `* + ? {m,n}`, `^` and `$`, `(?i)` in front. Look-around, back references and
`\\b` need backtracking and are refused. The cost is bounded by pattern length times text
length, and by a budget on top.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from casework.core.i18n import N_
from casework.questionnaires.expressions.errors import ExpressionError

MAX_PATTERN = 1000
MAX_PROGRAM = 2000
MAX_DEPTH = 40
MAX_STEPS = 400_000
MAX_CACHE = 2000

NOT_SUPPORTED = N_(
    "The pattern uses “%(part)s”, which is not supported. Please write it more simply."
)
NOT_COMPLETE = N_("The pattern is not complete: “%(part)s” is missing or stands alone.")
TOO_LARGE = N_("The pattern is too large or repeats too much. Please shorten it.")

Test = Callable[[str], bool]
CLASSES: dict[str, Test] = {
    "d": lambda c: "0" <= c <= "9",
    "w": lambda c: c == "_" or (c.isascii() and c.isalnum()),
    "s": str.isspace,
}
CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}


@dataclass
class Branch:
    """A state without a character: go on at `targets`; an anchor lets pass only at its place."""

    targets: list[int]
    anchor: str = ""


@dataclass
class Take:
    """A state that takes one character that fits and goes on at the next."""

    fits: Test


# A piece of the pattern, as nested tuples: ("take", test), ("anchor", "^"), ("chain", [..]),
# ("either", [..]), ("repeat", piece, least, most or None)
Piece = tuple


class _Reader:
    """Reads a pattern into pieces."""

    def __init__(self, pattern: str) -> None:
        self.ignore_case = pattern.startswith("(?i)")
        self.text = pattern[4:] if self.ignore_case else pattern
        self.at = 0

    def read(self) -> Piece:
        piece = self._either(0)
        if self.at < len(self.text):
            raise ExpressionError(NOT_COMPLETE, part="(")
        return piece

    def _peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def _next(self, missing: str) -> str:
        if self.at >= len(self.text):
            raise ExpressionError(NOT_COMPLETE, part=missing)
        self.at += 1
        return self.text[self.at - 1]

    def _either(self, depth: int) -> Piece:
        if depth > MAX_DEPTH:
            raise ExpressionError(TOO_LARGE)
        branches = [self._chain(depth)]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._chain(depth))
        return branches[0] if len(branches) == 1 else ("either", branches)

    def _chain(self, depth: int) -> Piece:
        pieces = []
        while self._peek() not in ("", "|", ")"):
            pieces.append(self._repeated(self._atom(depth)))
        return ("chain", pieces)

    def _atom(self, depth: int) -> Piece:
        char = self._next("")
        if char == "(":
            if self._peek() == "?":
                if self._peek(2) != "?:":
                    raise ExpressionError(NOT_SUPPORTED, part="(" + self._peek(3))
                self.at += 2
            piece = self._either(depth + 1)
            if self._next(")") != ")":
                raise ExpressionError(NOT_COMPLETE, part=")")
            return piece
        if char in "^$":
            return ("anchor", char)
        if char in "*+?":
            raise ExpressionError(NOT_COMPLETE, part=char)
        return ("take", self._single(char))

    def _single(self, char: str) -> Test:
        if char == ".":
            return lambda c: c != "\n"
        if char == "[":
            return self._class()
        if char == "\\":
            found = self._escape()
            return found if callable(found) else self._literal(found)
        return self._literal(char)

    def _literal(self, wanted: str) -> Test:
        if self.ignore_case:
            folded = wanted.casefold()
            return lambda c: c.casefold() == folded
        return lambda c: c == wanted

    def _escape(self) -> str | Test:
        char = self._next("\\")
        if char.lower() in CLASSES:
            test = CLASSES[char.lower()]
            return test if char.islower() else lambda c: not test(c)
        if char in CONTROL:
            return CONTROL[char]
        if char in "ux":
            return self._code_point(4 if char == "u" else 2)
        if char in "pP":
            return self._category(positive=char == "p")
        if char.isalnum():
            raise ExpressionError(NOT_SUPPORTED, part="\\" + char)
        return char

    def _code_point(self, digits: int) -> str:
        code = self._peek(digits)
        if len(code) < digits or any(c not in "0123456789abcdefABCDEF" for c in code):
            raise ExpressionError(NOT_COMPLETE, part="\\u")
        self.at += digits
        return chr(int(code, 16))

    def _category(self, *, positive: bool) -> Test:
        end = self.text.find("}", self.at)
        name = self.text[self.at + 1 : end] if self._peek() == "{" and end > 0 else ""
        if not 1 <= len(name) <= 2 or name[0] not in "LMNPSZC":
            raise ExpressionError(NOT_SUPPORTED, part="\\p{" + name + "}")
        self.at = end + 1
        return lambda c: unicodedata.category(c).startswith(name) is positive

    def _class(self) -> Test:
        negated = self._peek() == "^"
        self.at += negated
        ranges: list[tuple[str, str]] = []
        tests: list[Test] = []
        first = True
        while (char := self._next("]")) != "]" or first:
            first = False
            low = self._escape() if char == "\\" else char
            if callable(low):
                tests.append(low)
            else:
                ranges.append((low, self._range_end(low)))
        return _class_test(tuple(ranges), tuple(tests), negated=negated, fold=self.ignore_case)

    def _range_end(self, low: str) -> str:
        if self._peek() != "-" or self._peek(2) in ("-]", "-"):
            return low
        self.at += 1
        char = self._next("]")
        high = self._escape() if char == "\\" else char
        if callable(high) or high < low:
            raise ExpressionError(NOT_SUPPORTED, part=f"{low}-")
        return high

    def _repeated(self, piece: Piece) -> Piece:
        while (char := self._peek()) and char in "*+?{":
            least, most = self._bounds(char)
            if self._peek() == "?":  # lazy or greedy: whether the whole text fits is the same
                self.at += 1
            elif self._peek() == "+":
                raise ExpressionError(NOT_SUPPORTED, part=char + "+")
            piece = ("repeat", piece, least, most)
        return piece

    def _bounds(self, char: str) -> tuple[int, int | None]:
        self.at += 1
        if char != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : max(end, self.at)].partition(",")
        numbers = [part for part in (low, high) if part]
        if not low or any(not (p.isascii() and p.isdigit() and len(p) < 5) for p in numbers):
            raise ExpressionError(NOT_COMPLETE, part="{")
        self.at = end + 1
        most = int(high) if high else None if comma else int(low)
        if most is not None and most < int(low):
            raise ExpressionError(NOT_SUPPORTED, part="{" + f"{low},{high}" + "}")
        return int(low), most


def _class_test(
    ranges: tuple[tuple[str, str], ...], tests: tuple[Test, ...], *, negated: bool, fold: bool
) -> Test:
    def contains(c: str) -> bool:
        return any(low <= c <= high for low, high in ranges) or any(test(c) for test in tests)

    def fits(c: str) -> bool:
        inside = contains(c) or (fold and (contains(c.lower()) or contains(c.upper())))
        return inside is not negated

    return fits


@dataclass
class Automaton:
    """A compiled pattern. `fits(text)` says whether the whole text fits it."""

    program: list[Branch | Take] = field(default_factory=list)
    seen: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def fits(self, text: str) -> bool:
        """Whether all of `text` fits. Raises `ExpressionError` when that would take too long."""
        steps = 0
        states = self._closure({0}, at_start=True, at_end=not text)
        for index, char in enumerate(text):
            if not states:
                return False
            last = index + 1 == len(text)
            following = None if last else self.seen.get((states, char))
            if following is None:
                steps += len(states)
                if steps > MAX_STEPS:
                    raise ExpressionError(TOO_LARGE)
                following = self._after(states, char, at_end=last)
            states = following
        return len(self.program) - 1 in states

    def _after(self, states: frozenset[int], char: str, *, at_end: bool) -> frozenset[int]:
        taken = {
            state + 1
            for state in states
            if isinstance(step := self.program[state], Take) and step.fits(char)
        }
        following = self._closure(taken, at_start=False, at_end=at_end)
        if not at_end and len(self.seen) < MAX_CACHE:
            self.seen[states, char] = following
        return following

    def _closure(self, start: set[int], *, at_start: bool, at_end: bool) -> frozenset[int]:
        todo, reached = list(start), set(start)
        while todo:
            step = self.program[todo.pop()]
            if not isinstance(step, Branch):
                continue
            if (step.anchor == "^" and not at_start) or (step.anchor == "$" and not at_end):
                continue
            fresh = [target for target in step.targets if target not in reached]
            reached.update(fresh)
            todo.extend(fresh)
        return frozenset(reached)

    def add(self, piece: Piece) -> None:
        """Append the steps of `piece`. Raises `ExpressionError` when there are too many."""
        if len(self.program) > MAX_PROGRAM:
            raise ExpressionError(TOO_LARGE)
        kind = piece[0]
        if kind == "take":
            self.program.append(Take(piece[1]))
        elif kind == "anchor":
            self.program.append(Branch([len(self.program) + 1], anchor=piece[1]))
        elif kind == "chain":
            for part in piece[1]:
                self.add(part)
        elif kind == "either":
            self._add_either(piece[1])
        else:
            self._add_repeat(piece[1], piece[2], piece[3])

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
    """The automaton of `pattern`. Raises `ExpressionError` for what is not supported."""
    if len(pattern) > MAX_PATTERN:
        raise ExpressionError(TOO_LARGE)
    automaton = Automaton()
    automaton.add(_Reader(pattern).read())
    automaton.program.append(Branch([]))
    return automaton
