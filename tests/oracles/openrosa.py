"""The openrosa evaluator beside ours: the same expressions at the same nodes.

An expression is rewritten as Enketo does it: `${name}` becomes a path, `instance('x')` and
`current()` too. The tree of a filling becomes the document that the paths lead through.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from casework.questionnaires.expressions import Context, ExpressionError, Node, evaluate, parse
from casework.questionnaires.expressions.parsing import Token, tokens_of
from casework.questionnaires.expressions.values import to_boolean, to_text
from casework.questionnaires.filling import Filling
from casework.questionnaires.forms import Spec

FOLDER = Path(__file__).parent
TOP = "/model/instance[1]/data"
CHANCE = ("random(", "uuid(")
MISSING = "The openrosa evaluator is missing: install nodejs and npm; `npm ci` in tests/oracles."


@dataclass
class Question:
    """An expression at a node, and where it stands, for the report."""

    text: str
    column: str
    node: Node
    origin: Node
    position: int = 1
    size: int = 1


@dataclass
class Difference:
    """Where the two disagree."""

    text: str
    column: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.column}: {self.text!r}: we say {self.ours!r}, openrosa {self.theirs!r}"


@dataclass
class Result:
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def agreement(self) -> float:
        """The share that agrees."""
        return 1 - len(self.differences) / max(1, self.compared)


def require_evaluator() -> None:
    """Skip where the evaluator is not installed; never in CI."""
    if not shutil.which("node") or not (FOLDER / "node_modules").is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)


def compare(fillings: list[tuple[Filling, list[Question]]]) -> Result:
    """Evaluate all questions with both, one process for all of them."""
    documents = [_document(filling, questions) for filling, questions in fillings]
    moment = fillings[0][0].around.now
    job = {
        "now": moment.isoformat(timespec="milliseconds"), "documents": documents,
        "version": fillings[0][0].around.version,
    }  # fmt: skip
    done = subprocess.run(
        ["node", FOLDER / "openrosa.js"], input=json.dumps(job), capture_output=True, text=True,
        check=True, timeout=300, env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    result = Result()
    for (filling, questions), answers in zip(fillings, json.loads(done.stdout), strict=True):
        for question, theirs in zip(questions, answers, strict=True):
            result.compared += 1
            ours = _ours(filling, question)
            if not _agree(question, ours, theirs):
                result.differences.append(Difference(question.text, question.column, ours, theirs))
    return result


def questions_of(filling: Filling) -> Iterator[Question]:
    """Every expression of a form at every node that counts; filters at their first choices."""
    for spec in filling.form.specs:
        for column in spec.expressions:
            text = getattr(spec.item, column)
            for node in filling.by_spec[spec.index]:
                if not _is_there(node):
                    continue
                if column == "choice_filter":
                    items = filling.form.lists.get(spec.question.list_name, ())
                    for place, item in enumerate(items[:4], 1):
                        yield Question(text, column, item, node, place, len(items))
                else:
                    yield Question(text, column, node, node)


def _is_there(node: Node) -> bool:
    """Whether the document has the node: rows that do not count are left out."""
    each: Node | None = node
    while each is not None:
        if not each.relevant:
            return False
        each = each.parent
    return True


def _ours(filling: Filling, question: Question) -> dict[str, Any]:
    context = Context(
        question.node, filling.around, question.origin, question.position, question.size
    )
    try:
        value = evaluate(parse(question.text), context)
    except ExpressionError as error:
        return {"error": str(error)}
    return {"text": to_text(value), "truth": to_boolean(value)}


def _agree(question: Question, ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    if "error" in ours or "error" in theirs:
        return "error" in ours and "error" in theirs
    if any(word in question.text for word in CHANCE):
        return len(ours["text"]) > 0 < len(theirs["text"])
    if question.column in ("calculation", "default", "repeat_count", "text"):
        return _plain(ours["text"]) == _plain(theirs["text"])
    return ours["truth"] is theirs["truth"]


def _plain(text: str) -> str:
    """The same moment and the same number are written in one way."""
    text = text.replace("-00:00", "+00:00").removesuffix("T00:00:00.000+00:00")
    if text in ("NaN", "Invalid Date"):  # both mean that there is none, and store nothing
        return ""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def _document(filling: Filling, questions: list[Question]) -> dict[str, Any]:
    places: dict[int, int] = {}
    counter = itertools.count(2)  # model and instance stand before
    xml = ["<model><instance>", *_element(filling.root, places, counter), "</instance>"]
    texts = " ".join(question.text for question in questions)
    for name, top in filling.form.instances.items():
        if f"'{name}'" in texts or f'"{name}"' in texts or _filtered(name, questions):
            next(counter)
            xml.append(f'<instance id="{escape(name)}">')
            for child in top.offspring():
                xml.extend(_element(child, places, counter))
            xml.append("</instance>")
    asked = [
        {"expression": _rewritten(filling, question), "node": places[id(question.node)]}
        for question in questions
    ]
    return {"xml": "".join([*xml, "</model>"]), "questions": asked, "labels": _labels(filling)}


def _filtered(name: str, questions: list[Question]) -> bool:
    return any(
        question.column == "choice_filter" and question.origin.spec.question.list_name == name
        for question in questions
    )


def _labels(filling: Filling) -> dict[str, dict[str, str]]:
    keys = [
        node.children["itextId"][0].text for nodes in filling.form.lists.values() for node in nodes
    ]
    return {"itext": {key: filling.around.itext(key) for key in keys}} | {
        spec.name: {
            choice.name: filling.form.definition.text(choice.label, filling.around.language)[0]
            for choice in spec.choices
        }
        for spec in filling.form.specs
        if spec.choices
    }


def _element(node: Node, places: dict[int, int], counter: Iterator[int]) -> Iterator[str]:
    """The node as XML; what is not relevant keeps its place, without an answer."""
    places[id(node)] = next(counter)
    yield f"<{node.name}>"
    if node.children or (isinstance(node.spec, Spec) and node.spec.kind != "question"):
        for child in node.offspring():
            if child.relevant or not _is_row(child):
                yield from _element(child, places, counter)
    elif node.counts:
        yield escape(node.text)
    yield f"</{node.name}>"


def _is_row(node: Node) -> bool:
    return isinstance(node.spec, Spec) and node.spec.kind == "repeat"


def _rewritten(filling: Filling, question: Question) -> str:
    """The expression with paths where XLSForm has names."""
    pieces: list[str] = []
    calls: list[tuple[str, int]] = []
    before: Token | None = None
    rest = iter(tokens_of(question.text)[:-1])
    for token in rest:
        if token.text == "instance" and token.kind == "name":
            _, name, _ = next(rest), next(rest), next(rest)
            pieces.append(f"/model/instance[@id={name.text}]")
        elif token.text == "current" and token.kind == "name":
            next(rest), next(rest)
            pieces.append(path_of(question.origin))
        elif token.kind == "reference":
            pieces.append(_reference(filling, question.origin, token.text, calls))
        elif token.text == "/" and _begins_path(before):
            token = next(rest)
            pieces.append(TOP)
        elif _is_bare_name(token, before, question.text):
            pieces.append(f"./{token.text}")
        else:
            _follow(calls, token, before)
            pieces.append(f" {token.text} " if _is_operator(token, before) else token.text)
        before = token
    return "".join(pieces)


def _follow(calls: list[tuple[str, int]], token: Token, before: Token | None) -> None:
    """Keep in mind which argument of which function comes now."""
    if token.text == "(":
        calls.append((before.text if before is not None and before.kind == "name" else "", 0))
    elif token.text == ")" and calls:
        calls.pop()
    elif token.text == "," and token.kind == "sign" and calls:
        name, place = calls.pop()
        calls.append((name, place + 1))


def _is_operator(token: Token, before: Token | None) -> bool:
    words = ("or", "and", "div", "mod", "-", "+", "*", "|")
    return token.text in words and token.kind != "text" and not _begins_path(before)


def _is_bare_name(token: Token, before: Token | None, text: str) -> bool:
    """A child's name where a path begins; the evaluator would take it for a function."""
    after = text[token.position + len(token.text) :].lstrip()
    within = before is not None and before.text in ("/", "//", "::", "@")
    begins = _begins_path(before) and not within
    return token.kind == "name" and begins and not after.startswith(("(", "::"))


def _begins_path(before: Token | None) -> bool:
    if before is None:
        return True
    if before.kind == "name":
        return before.text in ("or", "and", "div", "mod")
    return before.kind == "sign" and before.text not in (")", "]", "..", ".", "*")


def _reference(filling: Filling, origin: Node, name: str, calls: list[tuple[str, int]]) -> str:
    target = filling.form.named(name, origin.spec)
    if target is None:
        return "/nowhere"
    call, place = calls[-1] if calls else ("", 0)
    if call == "indexed-repeat" and (place == 0 or place % 2):
        return TOP + "".join(f"/{spec.name}" for spec in target.chain[1:])
    rows = {node.spec: node for node in _upwards(origin)}
    steps = []
    for spec in target.chain[1:]:
        row = rows.get(spec) if spec is not target else None
        steps.append(f"/{spec.name}{_place(row) if row is not None else ''}")
    return TOP + "".join(steps)


def path_of(node: Node) -> str:
    """The path to exactly this node."""
    chain = [each for each in _upwards(node) if each.parent is not None]
    return TOP + "".join(f"/{each.name}{_place(each)}" for each in reversed(chain))


def _place(node: Node) -> str:
    if not _is_row(node):
        return ""
    written = [each for each in node.siblings() if each.relevant]
    return f"[{next(place for place, each in enumerate(written, 1) if each is node)}]"


def _upwards(node: Node | None) -> Iterator[Node]:
    while node is not None:
        yield node
        node = node.parent
