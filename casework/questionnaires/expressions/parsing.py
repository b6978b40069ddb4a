"""Reads XLSForm expressions: XPath 1.0 with `${name}`.

Grammar and precedence follow XPath 1.0, section 3; operators of one level are kept in
one chain, so that long expressions stay flat.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import NamedTuple

from casework.core.i18n import N_
from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.functions import FUNCTIONS
from casework.questionnaires.expressions.trees import (
    AXES,
    MAX_NESTING,
    Call,
    Chain,
    Expression,
    Literal,
    Negative,
    Path,
    Reference,
    Step,
)

MAX_LENGTH = 10_000
CACHE_SIZE = 20_000

EMPTY = N_("The expression is empty.")
TOO_LONG = N_("The expression is longer than %(limit)s characters. Please divide it into several.")
TOO_DEEP = N_("The expression is nested too deeply. Please divide it into several.")
NOT_READABLE = N_("“%(part)s” cannot be read here.")
ENDS_EARLY = N_("The expression ends too early; “%(part)s” is missing.")
NOT_KNOWN = N_("The function “%(name)s” is not known.")
WRONG_COUNT = N_("The function “%(name)s” does not take %(count)s arguments.")

TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<text>"[^"]*"|'[^']*')
    | \$\{\s*(?P<reference>[^\s{}]+)\s*\}
    | (?P<name>[^\W\d][\w.\-]*(?::(?!:)[^\W\d][\w.\-]*)?)
    | (?P<sign>::|//|\.\.|!=|<=|>=|[-+*/|=<>()\[\],.@])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)
CALLED = re.compile(r"([a-z][\w:-]*)\(")
# Operators before a bracket, and the tests for nodes.
NOT_CALLED = frozenset(("or", "and", "div", "mod", "node", "text"))
LEVELS = {
    operator: level
    for level, operators in enumerate(("or", "and", "= !=", "< <= > >=", "+ -", "* div mod", "|"))
    for operator in operators.split()
}


class Token(NamedTuple):
    """A word of an expression with its place."""

    kind: str
    text: str
    position: int


@functools.lru_cache(maxsize=CACHE_SIZE)
def parse(text: str) -> Expression:
    """The tree of `text`. Raises `ExpressionError`, with the position of what is wrong."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(TOO_LONG, limit=MAX_LENGTH)
    reader = _Reader(tokens_of(text))
    if reader.now.kind == "end":
        raise ExpressionError(EMPTY)
    tree = reader.expression(0)
    if reader.now.kind != "end":
        raise reader.unreadable()
    return tree


def called_functions(text: str) -> list[str]:
    """The names of all functions that an expression calls, also where it cannot be read."""
    try:
        tokens = tokens_of(text)
    except ExpressionError:
        return CALLED.findall(text)
    calls = itertools.pairwise(tokens)
    return [
        name.text
        for name, bracket in calls
        if name.kind == "name" and bracket.text == "(" and name.text not in NOT_CALLED
    ]


def tokens_of(text: str) -> list[Token]:
    """The words of an expression; the last is the end. Raises `ExpressionError`."""
    tokens: list[Token] = []
    place = 0
    while not tokens or tokens[-1].kind != "end":
        found = TOKEN.match(text, place)
        if found is None:
            rest = text[place:].lstrip()
            raise ExpressionError(NOT_READABLE, len(text) - len(rest), part=rest[:20])
        kind = found.lastgroup or "end"
        tokens.append(Token(kind, found[kind], found.start(kind)))
        place = found.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._index]

    @property
    def next(self) -> Token:
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        self._index += 1
        return token

    def sees(self, *signs: str) -> bool:
        return self.now.kind == "sign" and self.now.text in signs

    def expect(self, sign: str) -> None:
        if not self.sees(sign):
            raise self.unreadable(missing=sign)
        self.take()

    def unreadable(self, missing: str = "") -> ExpressionError:
        if self.now.kind == "end":
            return ExpressionError(ENDS_EARLY, self.now.position, part=missing or "…")
        return ExpressionError(NOT_READABLE, self.now.position, part=self.now.text)

    def expression(self, minimum: int) -> Expression:
        """Everything that binds at level `minimum` or tighter."""
        start = self.now.position
        left = self._operand()
        while (level := self._level()) >= minimum:
            rest: list[tuple[str, Expression]] = []
            while self._level() == level:
                operator = self.take().text
                rest.append((operator, self.expression(level + 1)))
            left = Chain(left, tuple(rest), start)
        return left

    def _level(self) -> int:
        if self.now.kind not in ("sign", "name"):
            return -1
        return LEVELS.get(self.now.text, -1)

    def _nested(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise ExpressionError(TOO_DEEP, self.now.position)
        found = self.expression(0)
        self._depth -= 1
        return found

    def _operand(self) -> Expression:
        start = self.now.position
        if not self.sees("-"):
            return self._path()
        negative = False
        while self.sees("-"):
            self.take()
            negative = not negative
        operand = self.expression(LEVELS["|"])
        return Negative(operand, start) if negative else operand

    def _path(self) -> Expression:
        start = self.now.position
        if self.sees("/", "//"):
            return self._absolute(start)
        if self._starts_step():
            return Path((self._step(), *self._more_steps()), position=start)
        first = self._primary()
        predicates = self._predicates()
        steps = self._more_steps() if self.sees("/", "//") else ()
        if not predicates and not steps:
            return first
        return Path(steps, start=first, predicates=predicates, position=start)

    def _absolute(self, start: int) -> Expression:
        if self.sees("/"):
            self.take()
            if not self._starts_step():
                return Path((), from_root=True, position=start)
            return Path((self._step(), *self._more_steps()), from_root=True, position=start)
        return Path(self._more_steps(), from_root=True, position=start)

    def _more_steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.sees("/", "//"):
            if self.take().text == "//":
                steps.append(Step("descendant-or-self", "*"))
            if not self._starts_step():
                raise self.unreadable(missing="…")
            steps.append(self._step())
        return tuple(steps)

    def _starts_step(self) -> bool:
        if self.now.kind == "name":
            return not (self.next.kind == "sign" and self.next.text == "(") or self._is_node_test()
        return self.sees(".", "..", "*", "@")

    def _is_node_test(self) -> bool:
        return self.now.text in ("node", "text")

    def _step(self) -> Step:
        token = self.take()
        if token.text == ".":
            return Step("self", "*", self._predicates())
        if token.text == "..":
            return Step("parent", "*", self._predicates())
        axis = "child"
        if token.text == "@":
            axis, token = "attribute", self._name_or_star()
        elif self.sees("::"):
            if token.text not in AXES:
                raise ExpressionError(NOT_READABLE, token.position, part=token.text)
            self.take()
            axis, token = token.text, self._name_or_star()
        name = token.text
        if name in ("node", "text") and self.sees("("):
            self.take()
            self.expect(")")
            axis, name = ("self" if name == "text" else axis), "*"
        return Step(axis, name, self._predicates())

    def _name_or_star(self) -> Token:
        if self.now.kind != "name" and not self.sees("*"):
            raise self.unreadable(missing="…")
        return self.take()

    def _predicates(self) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.sees("["):
            self.take()
            found.append(self._nested())
            self.expect("]")
        return tuple(found)

    def _primary(self) -> Expression:
        token = self.now
        if token.kind == "number":
            return Literal(float(self.take().text), token.position)
        if token.kind == "text":
            return Literal(self.take().text[1:-1], token.position)
        if token.kind == "reference":
            return Reference(self.take().text, token.position)
        if token.kind == "name":
            return self._call()
        if self.sees("("):
            self.take()
            inner = self._nested()
            self.expect(")")
            return inner
        raise self.unreadable(missing="…")

    def _call(self) -> Expression:
        token = self.take()
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise ExpressionError(NOT_KNOWN, token.position, name=token.text)
        self.expect("(")
        arguments: list[Expression] = []
        while not self.sees(")"):
            if arguments:
                self.expect(",")
            arguments.append(self._nested())
        self.take()
        if not function.least <= len(arguments) <= function.most:
            raise ExpressionError(
                WRONG_COUNT, token.position, name=token.text, count=len(arguments)
            )
        return Call(function, tuple(arguments), token.position)
