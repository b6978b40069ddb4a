"""Parsed expressions: trees that evaluate themselves against a node."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from casework.core.i18n import N_
from casework.questionnaires.expressions import values
from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.nodes import Node
from casework.questionnaires.expressions.values import Value

MAX_VISITS = 200_000
MAX_TEXT = 40_000
MAX_NESTING = 40

TOO_MUCH = N_("This expression looks at too much at once. Please simplify it.")
NOT_A_PATH = N_("A path was expected here, not a text or a number.")


class Surroundings(Protocol):
    """What an expression may ask for beyond the node it stands at."""

    now: datetime
    language: str
    version: str
    seed: str

    def named(self, name: str, origin: Node) -> list[Node]:
        """The nodes that `${name}` means, seen from `origin`."""

    def instance(self, name: str) -> Node | None:
        """The top of a secondary instance, such as a list of choices."""

    def choice_label(self, name: str, choice: str) -> str:
        """The label of a choice of the question `name`."""

    def itext(self, key: str) -> str:
        """The text behind an `itextId`."""


class Budget:
    """How many nodes may still be looked at."""

    __slots__ = ("left",)

    def __init__(self, visits: int = MAX_VISITS) -> None:
        self.left = visits

    def spend(self, visits: int) -> None:
        """Raise `ExpressionError` when the budget is used up."""
        self.left -= visits
        if self.left < 0:
            raise ExpressionError(TOO_MUCH)


@dataclass(slots=True)
class Context:
    """Where an expression stands: the node, its place in the list looked at, and the rest.

    `origin` is the question that the expression belongs to; it differs from `node` inside
    predicates and choice filters.
    """

    node: Node
    around: Surroundings
    origin: Node | None = None
    position: int = 1
    size: int = 1
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        if self.origin is None:
            self.origin = self.node

    def at(self, node: Node, position: int, size: int) -> Context:
        """The same surroundings, looked at from another node."""
        return Context(node, self.around, self.origin, position, size, self.budget)

    def chance(self) -> random.Random:
        """A source of random numbers that says the same for the same seed, moment and node."""
        origin = self.origin or self.node
        path = "/".join(f"{node.name}{node.siblings().index(node)}" for node in _upwards(origin))
        return random.Random(f"{self.around.seed}|{self.around.now.isoformat()}|{path}")  # noqa: S311  not a secret

    def unique_id(self) -> str:
        """A UUID, the same for the same seed, moment and node."""
        return str(uuid.UUID(int=self.chance().getrandbits(128), version=4))


def _upwards(node: Node | None) -> Iterator[Node]:
    while node is not None:
        yield node
        node = node.parent


class Expression:
    """A part of a parsed expression."""

    position: int

    def evaluate(self, context: Context) -> Value:
        """The value at `context`. Raises `ExpressionError`."""
        raise NotImplementedError

    def parts(self) -> Iterator[Expression]:
        """The expressions inside."""
        return iter(())


def evaluate(tree: Expression, context: Context) -> Value:
    """The value of `tree` at `context`: text, number, truth value or list of nodes.

    Raises `ExpressionError` and nothing else.
    """
    return tree.evaluate(context)


def walk(tree: Expression) -> Iterator[Expression]:
    """`tree` and everything inside it."""
    yield tree
    for part in tree.parts():
        yield from walk(part)


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A text in quotes or a number."""

    value: str | float
    position: int = 0

    def evaluate(self, context: Context) -> Value:
        return self.value


@dataclass(frozen=True, slots=True)
class Reference(Expression):
    """`${name}`: a question, wherever it stands."""

    name: str
    position: int = 0

    def evaluate(self, context: Context) -> Value:
        found = context.around.named(self.name, context.origin or context.node)
        context.budget.spend(len(found) + 1)
        return [node for node in found if node.counts]


@dataclass(frozen=True, slots=True)
class Negative(Expression):
    """`-x`."""

    operand: Expression
    position: int = 0

    def evaluate(self, context: Context) -> Value:
        return -values.to_number(self.operand.evaluate(context))

    def parts(self) -> Iterator[Expression]:
        yield self.operand


@dataclass(frozen=True, slots=True)
class Chain(Expression):
    """Operands of one precedence with the operators between them, from left to right."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]
    position: int = 0

    def evaluate(self, context: Context) -> Value:
        kind = self.rest[0][0]
        if kind in ("or", "and"):
            return self._decide(context, stop_at=kind == "or")
        result = self.first.evaluate(context)
        for operator, operand in self.rest:
            other = operand.evaluate(context)
            if operator in ("+", "-", "*", "div", "mod"):
                result = values.calculate(
                    operator, values.to_number(result), values.to_number(other)
                )
            elif operator == "|":
                result = _union(result, other)
            else:
                result = values.compare(operator, result, other)
        return result

    def _decide(self, context: Context, *, stop_at: bool) -> bool:
        operands = (self.first, *(operand for _, operand in self.rest))
        for operand in operands:
            if values.to_boolean(operand.evaluate(context)) is stop_at:
                return stop_at
        return not stop_at

    def parts(self) -> Iterator[Expression]:
        yield self.first
        for _, operand in self.rest:
            yield operand


def _union(left: Value, right: Value) -> Value:
    if not isinstance(left, list) or not isinstance(right, list):
        raise ExpressionError(NOT_A_PATH)
    return left + [node for node in right if all(node is not other for other in left)]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how it is called and how many arguments it takes."""

    name: str
    call: Callable[..., Value]
    least: int
    most: int
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function with its arguments; a lazy one evaluates only those it needs."""

    function: Function
    arguments: tuple[Expression, ...]
    position: int = 0

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    def evaluate(self, context: Context) -> Value:
        if self.function.lazy:
            return self.function.call(context, *self.arguments)
        result = self.function.call(context, *(each.evaluate(context) for each in self.arguments))
        if isinstance(result, str) and len(result) > MAX_TEXT:
            raise ExpressionError(TOO_MUCH, self.position)
        return result

    def parts(self) -> Iterator[Expression]:
        yield from self.arguments


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: an axis, a name (or `*`) and conditions."""

    axis: str
    name: str
    predicates: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Path(Expression):
    """Steps from a start: the context node, the top (`from_root`) or another expression."""

    steps: tuple[Step, ...]
    from_root: bool = False
    start: Expression | None = None
    predicates: tuple[Expression, ...] = ()
    position: int = 0

    def evaluate(self, context: Context) -> Value:
        if self.start is not None:
            found = self.start.evaluate(context)
            if not isinstance(found, list):
                raise ExpressionError(NOT_A_PATH, self.position)
            return self._walk(_fitting(found, self.predicates, context), self.steps, context)
        if not self.from_root:
            return self._walk([context.node], self.steps, context)
        top = [(context.origin or context.node).root()]
        if self.steps and self.steps[0].axis == "child":  # whatever the form calls its top
            top = _fitting(top, self.steps[0].predicates, context)
            return self._walk(top, self.steps[1:], context)
        return self._walk(top, self.steps, context)

    def _walk(self, nodes: list[Node], steps: tuple[Step, ...], context: Context) -> list[Node]:
        for step in steps:
            nodes = self._follow(step, nodes, context)
        return nodes

    def _follow(self, step: Step, nodes: list[Node], context: Context) -> list[Node]:
        reached: list[Node] = []
        for node in nodes:
            found = AXES[step.axis](node, step.name)
            context.budget.spend(len(found) + 1)
            found = [each for each in found if each.relevant]
            reached.extend(_fitting(found, step.predicates, context) if step.predicates else found)
        if len(nodes) > 1 and step.axis != "child":
            reached = list({id(node): node for node in reached}.values())
        return reached

    def parts(self) -> Iterator[Expression]:
        if self.start is not None:
            yield self.start
        yield from self.predicates
        for step in self.steps:
            yield from step.predicates


def _fitting(nodes: list[Node], predicates: tuple[Expression, ...], context: Context) -> list[Node]:
    for predicate in predicates:
        kept = []
        for position, node in enumerate(nodes, 1):
            context.budget.spend(1)
            value = predicate.evaluate(context.at(node, position, len(nodes)))
            if value == position if type(value) is float else values.to_boolean(value):
                kept.append(node)
        nodes = kept
    return nodes


def _children(node: Node, name: str) -> list[Node]:
    return list(node.offspring()) if name == "*" else node.children.get(name, [])


def _named(nodes: list[Node], name: str) -> list[Node]:
    return [node for node in nodes if name in ("*", node.name)]


def _beside(node: Node, *, after: bool) -> list[Node]:
    family = list(node.parent.offspring()) if node.parent is not None else [node]
    index = next(place for place, each in enumerate(family) if each is node)
    return family[index + 1 :] if after else family[:index][::-1]


AXES: dict[str, Callable[[Node, str], list[Node]]] = {
    "child": _children,
    "self": lambda node, name: _named([node], name),
    "parent": lambda node, name: _named([node.parent] if node.parent is not None else [], name),
    "descendant": lambda node, name: _named(list(node.descendants()), name),
    "descendant-or-self": lambda node, name: _named([node, *node.descendants()], name),
    "ancestor": lambda node, name: _named(list(_upwards(node.parent)), name),
    "ancestor-or-self": lambda node, name: _named(list(_upwards(node)), name),
    "following-sibling": lambda node, name: _named(_beside(node, after=True), name),
    "preceding-sibling": lambda node, name: _named(_beside(node, after=False), name),
    "attribute": lambda node, name: [],
}
