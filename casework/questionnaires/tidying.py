"""Cells as people and office programs leave them: smart quotes, entities, capital operators."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from casework.questionnaires.definitions import Question, Texts
from casework.questionnaires.expressions import ExpressionError, parse
from casework.questionnaires.expressions.functions import FUNCTIONS

QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
SMART = str.maketrans({**dict.fromkeys("“”„‟″＂«»", '"'), **dict.fromkeys("‘’‚‛′＇`´", "'")})
# Marks that nobody sees and programs paste along; joiners stay, Persian and emoji need them.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
YES = ("yes", "true", "true()", "1")
NO = ("no", "false", "false()", "0")
TRUTHS = {"true": "true()", "yes": "true()", "false": "false()", "no": "false()"}
CALLED = re.compile(r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?(?=\s*\()")
BY_APPEARANCE = ("tel", "email")
# What stands outside quotes, and what was meant.
MENDED = (
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"\bDIV\b", "div"),
    (r"\bMOD\b", "mod"),
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"≥|=\s*>|>\s+=", ">="),
    (r"≤|=\s*<|<\s+=", "<="),
    (r"≠|<\s*>|!\s+=", "!="),
    (r"＝", "="),
    (r"={2,}", "="),
    (r"[−–—]", "-"),
    (r"×", "*"),
    (r"÷", " div "),
    (r"[،，;]", ","),
    (r"\$\s+\{", "${"),
)


def without_invisible(text: str) -> str:
    """`text` without invisible marks, all blanks alike, none at the ends."""
    return " ".join(INVISIBLE.sub("", text).split())


def tidy_expression(text: str) -> str:
    """`text` as it was meant, where that is plain; unchanged where it can be read as it stands."""
    stripped = text.strip()
    if stripped.lower() in TRUTHS:
        return TRUTHS[stripped.lower()]
    if _is_readable(stripped):
        return stripped
    mended = html.unescape(INVISIBLE.sub("", stripped)).removeprefix("=").strip()
    for candidate in (_outside_quotes(mended, _straight), _straight(mended)):
        tidy = _outside_quotes(candidate, _tidy_code)
        if _is_readable(tidy):
            return tidy
    return stripped


def truth_of(text: str) -> bool | None:
    """Whether a cell says yes or no; None where it says something else."""
    plain = text.lower().replace(" ", "")
    return plain in YES if plain in (*YES, *NO) else None


def read_parameters(text: str) -> Texts:
    """`start=1;end=10` or `start=1 end=10` by name; a word without `=` has no value."""
    text = re.sub(r"\s*=\s*", "=", text.strip())
    mixed = r"[;,]|\s+(?=[^\s=;,]+=)"  # a blank ends a value where another name follows
    parts = re.split(mixed if re.search(r"[;,]", text) else r"\s+", text)
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


def _straight(text: str) -> str:
    return text.translate(SMART)


def _outside_quotes(text: str, mend: Callable[[str], str]) -> str:
    pieces = QUOTED.split(text)
    pieces[::2] = [mend(piece) for piece in pieces[::2]]
    return "".join(pieces)


def _tidy_code(code: str) -> str:
    for pattern, meant in MENDED:
        code = re.sub(pattern, meant, code)
    code = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in code)
    return CALLED.sub(lambda found: _function(found[0]), code)


def _function(name: str) -> str:
    """The function that is meant by a name in capitals or with `_`."""
    plain = name.lower().replace("_", "-")
    return plain if name not in FUNCTIONS and plain in FUNCTIONS else name


def _is_readable(text: str) -> bool:
    try:
        parse(text)
    except ExpressionError:
        return False
    return True
