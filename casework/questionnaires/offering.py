"""Choices that are the answers of a repeat: `select_one ${name}` offers who was named there.

What is stored is the answer as it was typed. Where several can be chosen its blanks become `_`,
because XLSForm keeps them as one text, divided by blanks.
"""

from __future__ import annotations

from casework.questionnaires.answers import MAX_NAME
from casework.questionnaires.definitions import Choice, Texts
from casework.questionnaires.expressions import Context, Expression, Node, evaluate, to_boolean
from casework.questionnaires.expressions.trees import Budget
from casework.questionnaires.forms import Spec
from casework.questionnaires.surroundings import Around


def answered_rows(
    node: Node, around: Around, choice_filter: Expression | None, budget: Budget
) -> tuple[Choice, ...]:
    """The choices of the question at `node`: each answer once, in the order of the rows.

    In the filter, `${name}` of a question of the repeat means the row that is looked at.
    Raises `ExpressionError` where the filter fails.
    """
    found: dict[str, Choice] = {}
    answers = _answers(node, around)
    for position, answer in enumerate(answers, 1):
        if choice_filter is not None and answer.parent is not None:
            row = _AroundRow(around, answer.parent)
            context = Context(answer.parent, row, node, position, len(answers), budget)
            if not to_boolean(evaluate(choice_filter, context)):
                continue
        choice = _choice(node.spec, answer, around)
        found.setdefault(choice.name, choice)
    return tuple(found.values())


class _AroundRow(Around):
    """The surroundings with one row of the repeat in front."""

    def __init__(self, around: Around, place: Node) -> None:
        super().__init__(around.form, around.now, around.language, around.seed)
        self.place = place

    def named(self, name: str, origin: Node) -> list[Node]:
        """As elsewhere, but what stands in the repeat is taken from the row."""
        target = self.form.named(name, origin.spec)
        if target is None:
            return []
        shared = [each for each in target.chain[:-1] if each in self.place.spec.chain]
        is_inside = any(each.kind == "repeat" for each in shared)
        return self.nodes_of(target, self.place if is_inside else origin)


def _answers(node: Node, around: Around) -> list[Node]:
    """The nodes of the source that are asked and answered."""
    source = node.spec.source
    if source is None:
        return []
    nodes = around.nodes_of(source.scope, node)
    for step in source.chain[len(source.scope.chain) :]:
        nodes = [child for each in nodes for child in each.children.get(step.name, ())]
    return [each for each in nodes if each.counts and each.text.strip()]


def _choice(spec: Spec, answer: Node, around: Around) -> Choice:
    text = answer.text if answer.text.isprintable() else " ".join(answer.text.split())
    name = text[:MAX_NAME].strip()
    if spec.type is not None and spec.type.answer == "list":
        name = "_".join(name.split())
    known = next((each for each in answer.spec.choices if each.name == answer.text), None)
    return Choice(name=name, label=known.label if known else _label(name, text, around))


def _label(name: str, text: str, around: Around) -> Texts:
    """What was typed, in whatever language is read; nothing in it is a reference."""
    if text == name or "${" in text:
        return {}
    return dict.fromkeys((*around.form.definition.languages, around.language), text)
