"""Lists of nodes, and what depends on where one stands."""

from __future__ import annotations

from casework.questionnaires.expressions.functions.registry import (
    function,
    nodes_of,
    question_name,
    whole,
)
from casework.questionnaires.expressions.nodes import Node
from casework.questionnaires.expressions.trees import Context, Expression, Reference
from casework.questionnaires.expressions.values import (
    NAN,
    Value,
    to_text,
)


@function("count", 1)
def _count(context: Context, nodes: Value) -> Value:
    return float(len(nodes_of(nodes)))


@function("count-non-empty", 1)
def _count_non_empty(context: Context, nodes: Value) -> Value:
    return float(sum(node.text != "" for node in nodes_of(nodes)))


@function("position", 0, 1)
def _position(context: Context, *nodes: Value) -> Value:
    if not nodes:
        return float(context.position)
    found = nodes_of(nodes[0])
    if not found:
        return NAN
    return float(next(i for i, node in enumerate(found[0].siblings(), 1) if node is found[0]))


@function("last", 0)
def _last(context: Context) -> Value:
    return float(context.size)


@function("name", 0, 1)
def _name(context: Context, *nodes: Value) -> Value:
    found = nodes_of(nodes[0]) if nodes else [context.node]
    return found[0].name if found else ""


@function("current", 0)
def _current(context: Context) -> Value:
    return [context.origin or context.node]


@function("indexed-repeat", 3, 7, lazy=True)
def _indexed_repeat(context: Context, target: Expression, *rows: Expression) -> Value:
    chosen: list[Node] | None = None
    for repeat, index in zip(rows[::2], rows[1::2], strict=False):
        found = nodes_of(repeat.evaluate(context))
        if chosen is not None:
            found = [row for row in found if any(_is_below(row, above) for above in chosen)]
        elif found:
            found = [row for row in found[0].siblings() if row.counts]
        place = whole(index.evaluate(context))
        chosen = found[place - 1 : place] if place > 0 else []
    name = target.name if isinstance(target, Reference) else question_name(target)
    return [
        node
        for row in chosen or []
        for node in row.descendants()
        if node.name == name and node.counts
    ]


def _is_below(node: Node, above: Node) -> bool:
    each: Node | None = node
    while each is not None:
        if each is above:
            return True
        each = each.parent
    return False


@function("instance", 1)
def _instance(context: Context, name: Value) -> Value:
    found = context.around.instance(to_text(name))
    return [] if found is None else [found]


@function("pulldata", 4)
def _pulldata(context: Context, name: Value, column: Value, key: Value, wanted: Value) -> Value:
    top = context.around.instance(to_text(name))
    key_name, text = to_text(key), to_text(wanted)
    for row in top.descendants() if top is not None else ():
        context.budget.spend(1)
        if any(cell.text == text for cell in row.children.get(key_name, ())):
            return row.children.get(to_text(column), [])[:1]
    return ""


@function("uuid", 0, 1)
def _uuid(context: Context, *length: Value) -> Value:
    return context.unique_id()


@function("random", 0)
def _random(context: Context) -> Value:
    return context.chance().random()


@function("version", 0)
def _version(context: Context) -> Value:
    return context.around.version
