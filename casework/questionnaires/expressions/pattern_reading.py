"""Reads regular expressions into pieces; `patterns` makes automata of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from casework.core.i18n import N_
from casework.questionnaires.expressions.errors import ExpressionError

MAX_DEPTH = 40

NOT_SUPPORTED = N_(
    "The pattern uses “%(part)s”, which is not supported. Please write it more simply."
)
NOT_COMPLETE = N_("The pattern is not complete: “%(part)s” is missing or stands alone.")
TOO_LARGE = N_("The pattern is too large or repeats too much. Please shorten it.")


class UnsupportedPatternError(ExpressionError):
    """The pattern may be right, but uses something that this matcher does not do."""

    def __init__(self, part: str) -> None:
        super().__init__(NOT_SUPPORTED, part=part)


Test = Callable[[str], bool]
CLASSES: dict[str, Test] = {
    "d": lambda c: "0" <= c <= "9",
    "w": lambda c: c == "_" or (c.isascii() and c.isalnum()),
    "s": str.isspace,
}
ANCHORS = {"A": "^", "Z": "$", "z": "$", "b": "b", "B": "B"}
LOOKS = {"?=": (True, True), "?!": (True, False), "?<=": (False, True), "?<!": (False, False)}
GROUP = re.compile(r"\?(?::|P?<[A-Za-z_]\w*>|<?[=!])")
CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}


# A piece of the pattern, as nested tuples: ("take", test), ("anchor", "^"), ("chain", [..]),
# ("either", [..]), ("repeat", piece, least, most or None), ("look", piece, ahead, wanted)
Piece = tuple


class Reader:
    """Reads a pattern into pieces."""

    def __init__(self, pattern: str) -> None:
        self.ignore_case = pattern.startswith("(?i)")
        self.text = pattern[4:] if self.ignore_case else pattern
        self.at = 0

    def read(self) -> Piece:
        """The whole pattern. Raises `UnsupportedPatternError`, `ExpressionError`."""
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
            return self._group(depth)
        if char in "^$":
            return ("anchor", char)
        if char in "*+?":
            raise ExpressionError(NOT_COMPLETE, part=char)
        if char == "\\" and self._peek() in tuple(ANCHORS):
            return ("anchor", ANCHORS[self._next("")])
        return ("take", self._single(char))

    def _group(self, depth: int) -> Piece:
        kind = ""
        if self._peek() == "?":
            found = GROUP.match(self.text, self.at)
            if found is None:
                raise UnsupportedPatternError("(" + self._peek(3))
            kind = found[0]
            self.at = found.end()
        piece = self._either(depth + 1)
        if self._next(")") != ")":
            raise ExpressionError(NOT_COMPLETE, part=")")
        return ("look", piece, *LOOKS[kind]) if kind in LOOKS else piece

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
            raise UnsupportedPatternError("\\" + char)
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
            raise UnsupportedPatternError("\\p{" + name + "}")
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
                raise UnsupportedPatternError(char + "+")
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
