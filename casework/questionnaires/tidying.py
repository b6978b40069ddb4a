"""Cells as people and office programs leave them: smart quotes, entities, capital operators."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from casework.questionnaires.definitions import Question, Texts
from casework.questionnaires.expressions import ExpressionError, parse

QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
SMART = str.maketrans({**dict.fromkeys("“”„‟″＂", '"'), **dict.fromkeys("‘’‚‛′＇", "'")})
TRUTHS = {"true": "true()", "yes": "true()", "false": "false()", "no": "false()"}
BY_APPEARANCE = ("tel", "email")
OPERATORS = (
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"\bNOT(?=\s*\()", "not"),
    (r"\bDIV\b", "div"),
)


def tidy_expression(text: str) -> str:
    """`text` as it was meant, where that is plain; unchanged where it can be read as it stands."""
    stripped = text.strip()
    if stripped.lower() in TRUTHS:
        return TRUTHS[stripped.lower()]
    if _is_readable(stripped):
        return stripped
    mended = html.unescape(stripped).translate(SMART)
    pieces = QUOTED.split(mended)
    pieces[::2] = [_tidy_code(piece) for piece in pieces[::2]]
    joined = "".join(pieces)
    return joined if _is_readable(joined) else stripped


def read_parameters(text: str) -> Texts:
    """`start=1;end=10` or `start=1 end=10` by name; a word without `=` has no value."""
    parts = re.split(r"[;,]" if re.search(r"[;,]", text) else r"\s+", text.strip())
    pairs = [part.partition("=") for part in parts if part.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs}


def settled_type(question: Question) -> Question:
    """`text` that looks like `tel` or `email` is that type; `email` without label is a device's."""
    if question.type == "text":
        for name in BY_APPEARANCE:
            if name in question.appearance:
                rest = tuple(token for token in question.appearance if token != name)
                return replace(question, type=name, appearance=rest)
    if question.type == "email" and not question.label and not question.hint:
        return replace(question, type="device_email")
    return question


def _tidy_code(code: str) -> str:
    for pattern, operator in OPERATORS:
        code = re.sub(pattern, operator, code)
    for wrong, right in (
        ("==", "="),
        ("&&", " and "),
        ("||", " or "),
        ("≥", ">="),
        ("≤", "<="),
        ("≠", "!="),
    ):
        code = code.replace(wrong, right)
    return code


def _is_readable(text: str) -> bool:
    try:
        parse(text)
    except ExpressionError:
        return False
    return True
