"""Expressions as office programs leave them: smart quotes, entities, capital operators."""

from __future__ import annotations

import html
import re

from casework.questionnaires.expressions import ExpressionError, parse

QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
SMART = str.maketrans({**dict.fromkeys("“”„‟″＂", '"'), **dict.fromkeys("‘’‚‛′＇", "'")})
TRUTHS = {"true": "true()", "yes": "true()", "false": "false()", "no": "false()"}
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
