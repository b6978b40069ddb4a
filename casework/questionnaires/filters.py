"""Choice filters over long lists: most compare a column with an answer, so an index finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from casework.questionnaires.expressions import Expression, Literal, Node, Path, Reference
from casework.questionnaires.expressions.trees import Chain
from casework.questionnaires.forms import Spec

SHORT = 50
Numbered = tuple[int, Node]


def likely(
    spec: Spec, tree: Expression, value_of: Callable[[Expression], Any]
) -> Iterable[Numbered]:
    """The choices that may pass the filter `tree`, with their places in the list, from 1.

    `value_of` evaluates what does not look at the choice. Whoever asks still has to
    evaluate the filter; choices that are not given here would fail it.
    """
    nodes = spec.choice_nodes
    found = _comparison(tree) if len(nodes) > SHORT else None
    if found is None:
        return enumerate(nodes, 1)
    column, other = found
    value = value_of(other)
    if isinstance(value, list) and any(each.is_number for each in value):
        return enumerate(nodes, 1)  # 1 and 1.0 are the same number
    wanted = [each.text for each in value] if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in wanted):
        return enumerate(nodes, 1)
    index = _index(spec, column)
    return sorted(
        (each for text in set(wanted) for each in index.get(text, ())), key=lambda each: each[0]
    )


def _comparison(tree: Expression) -> tuple[str, Expression] | None:
    """`column = ${answer}` or `column = 'text'`, alone or joined to more by `and`."""
    if not isinstance(tree, Chain):
        return None
    if tree.rest[0][0] == "and":
        return next((found for each in tree.parts() if (found := _comparison(each))), None)
    if len(tree.rest) != 1 or tree.rest[0][0] != "=":
        return None
    left, right = tree.first, tree.rest[0][1]
    for column, other in ((left, right), (right, left)):
        name = _column(column)
        is_outside = isinstance(other, Reference) or (
            isinstance(other, Literal) and isinstance(other.value, str)
        )
        if name and is_outside:
            return name, other
    return None


def _column(tree: Expression) -> str:
    if not isinstance(tree, Path) or tree.from_root or tree.start or tree.predicates:
        return ""
    if len(tree.steps) != 1 or tree.steps[0].predicates or tree.steps[0].axis != "child":
        return ""
    return "" if tree.steps[0].name == "*" else tree.steps[0].name


def _index(spec: Spec, column: str) -> dict[str, list[Numbered]]:
    """The choices by the text of a column; made once for each form."""
    if column not in spec.filter_index:
        index: dict[str, list[Numbered]] = {}
        for place, node in enumerate(spec.choice_nodes, 1):
            for cell in node.children.get(column, ()):
                index.setdefault(cell.text, []).append((place, node))
        spec.filter_index[column] = index
    return spec.filter_index[column]
