"""What is wrong with the answers of a page, or of the whole questionnaire."""

from __future__ import annotations

from collections.abc import Iterator

from casework.questionnaires import problems as say
from casework.questionnaires.answers import read_value
from casework.questionnaires.definitions import Texts
from casework.questionnaires.expressions import Node
from casework.questionnaires.filling import MAX_ROWS, Filling
from casework.questionnaires.places import Place, questions
from casework.questionnaires.problems import Problem


def problems(filling: Filling, place: Place | None = None) -> list[Problem]:
    """What is wrong on one page, or in all answers that are asked now; each names its path."""
    nodes = _all_questions(filling) if place is None else questions(filling, place)
    found = [problem for node in nodes for problem in check(filling, node)]
    return found + (list(_check_rows(filling)) if place is None else [])


def check(filling: Filling, node: Node) -> Iterator[Problem]:
    """At most one problem with one question's answer."""
    question = node.spec.question
    value = filling.answer(node)
    if not value:
        if filling.is_required(node) and not filling.offers_nothing(node):
            yield _own(filling, node, say.REQUIRED, question.required_message)
        return
    chosen = value if isinstance(value, list) else [value]
    _, problem = read_value(question, chosen, today=filling.around.now.date())
    if problem is not None:
        yield problem.at(node.path)
    elif node.spec.type.has_choices and not _offers(filling, node, chosen):
        yield Problem(say.NOT_OFFERED, path=node.path)
    elif question.type == "rank" and len(chosen) != len(filling.choices(node)):
        yield Problem(say.NOT_RANKED, {"count": len(filling.choices(node))}, node.path)
    elif "constraint" in node.spec.expressions:
        holds = filling.meets_condition(node, "constraint")
        if not holds:
            msgid = say.NOT_CHECKED if holds is None else say.NOT_FITTING
            yield _own(filling, node, msgid, question.constraint_message)


def _all_questions(filling: Filling) -> Iterator[Node]:
    for spec in filling.form.specs:
        if spec.kind == "question" and spec.type is not None and spec.type.fillable:
            for node in filling.by_spec[spec.index]:
                if node.counts and not filling.is_read_only(node):
                    yield node


def _check_rows(filling: Filling) -> Iterator[Problem]:
    for repeat in filling.form.repeats:
        for node in filling.by_spec[repeat.index]:
            siblings = node.siblings()
            if node is siblings[0] and node.counts and len(siblings) > MAX_ROWS:
                yield Problem(say.TOO_MANY_ROWS, {"limit": MAX_ROWS}, node.path[:-1])


def _offers(filling: Filling, node: Node, chosen: list[str]) -> bool:
    offered = {choice.name for choice in filling.choices(node)}
    return all(name in offered for name in chosen)


def _own(filling: Filling, node: Node, msgid: str, own: Texts) -> Problem:
    """A problem in the form's own words where it has some."""
    piped = {tag: filling.text({tag: text}, tag, node)[0] for tag, text in own.items()}
    return Problem(msgid, {}, node.path, piped, filling.form.definition.default_language)
