"""The table of functions, and what their bodies share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from casework.core.i18n import N_
from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.nodes import Node
from casework.questionnaires.expressions.trees import (
    Expression,
    Function,
    Literal,
    Path,
    Reference,
)
from casework.questionnaires.expressions.values import Value, to_number

ANY = 200
FUNCTIONS: dict[str, Function] = {}
Body = TypeVar("Body", bound=Callable[..., Value])

NOT_NODES = N_("This function needs a question or a path, not a text or a number.")


def function(
    name: str, least: int, most: int | None = None, *, lazy: bool = False
) -> Callable[[Body], Body]:
    """Make `name` callable with `least` to `most` arguments (just `least` by default)."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, body, least, least if most is None else most, lazy)
        return body

    return register


def nodes_of(value: Value) -> list[Node]:
    """The nodes of a list. Raises `ExpressionError` for any other value."""
    if not isinstance(value, list):
        raise ExpressionError(NOT_NODES)
    return value


def whole(value: Value, default: int = 0) -> int:
    """The value as an integer within reason; `default` where it is no number."""
    number = to_number(value)
    return int(max(-1e9, min(1e9, number))) if math.isfinite(number) else default


def question_name(question: Expression) -> str:
    """The question that the second argument means: a path, usually within quotes."""
    if isinstance(question, Reference):
        return question.name
    if isinstance(question, Literal) and isinstance(question.value, str):
        return (
            question.value.strip().removeprefix("${").removesuffix("}").strip().rsplit("/", 1)[-1]
        )
    if isinstance(question, Path) and question.steps:
        return question.steps[-1].name
    raise ExpressionError(NOT_NODES, question.position)
