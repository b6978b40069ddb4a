"""What the column `parameters` may say, and what it says in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from casework.core.i18n import N_
from casework.questionnaires.definitions import Question
from casework.questionnaires.expressions import ExpressionError, parse
from casework.questionnaires.findings import NOTICE, WARNING, Finding
from casework.questionnaires.tidying import truth_of

# https://xlsform.org/en/#question-types, https://docs.getodk.org/form-question-types/
SELECT = ("randomize", "seed", "value", "label")
POSITION = (
    "capture-accuracy", "warning-accuracy", "allow-mock-accuracy", "incremental",
)  # fmt: skip
KNOWN = {
    "range": ("start", "end", "step", "tick_interval", "tick_labelset", "placeholder"),
    "select_one": SELECT, "select_multiple": SELECT, "rank": SELECT,
    "select_one_from_file": SELECT, "select_multiple_from_file": SELECT,
    "text": ("rows",), "image": ("max-pixels", "app"), "audio": ("quality",),
    "geopoint": POSITION, "geotrace": POSITION, "geoshape": POSITION,
}  # fmt: skip
RANGE = {"start": "1", "end": "10", "step": "1"}
# As `answers.range_of` reads it.
NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,10})?")

UNKNOWN = N_("“%(name)s” is no parameter of this type; it is kept for export.")
SEE_NAME = N_("Please check the name; parameters are written as name=value, divided by spaces.")
NO_NUMBER = N_("“%(name)s=%(text)s” cannot be used; %(taken)s is taken.")
WRITE_NUMBER = N_("Please write a number, such as start=0 end=10 step=1; a step is not 0.")
IN_VAIN = N_("“%(name)s=%(text)s” cannot be used; the form goes on without it.")
RIGHT_VALUE = N_("Please correct the value, or remove the parameter.")


def check_parameters(question: Question) -> Iterator[Finding]:
    """What is written in vain, each with what counts instead."""
    known = KNOWN.get(question.type)
    for name, text in question.parameters.items() if known else ():
        about = {"name": name, "text": text}
        if name not in (known or ()):
            yield _finding(question, NOTICE, UNKNOWN, SEE_NAME, **about)
        elif name in RANGE:
            if not NUMBER.fullmatch(text) or (name == "step" and not float(text)):
                taken = f"{name}={RANGE[name]}"
                yield _finding(question, WARNING, NO_NUMBER, WRITE_NUMBER, taken=taken, **about)
        elif not _is_usable(name, text):
            yield _finding(question, WARNING, IN_VAIN, RIGHT_VALUE, **about)


def _is_usable(name: str, text: str) -> bool:
    if name == "randomize":
        return truth_of(text) is not None
    if name in ("max-pixels", "rows"):
        return bool(re.fullmatch("0*[1-9][0-9]{0,5}", text))
    if name == "seed":
        return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?|\$\{[^{}]+\}", text)) and _can_be_read(text)
    return True


def _can_be_read(text: str) -> bool:
    try:
        parse(text)
    except ExpressionError:
        return False
    return True


def _finding(question: Question, severity: str, msgid: str, advice: str, **params: str) -> Finding:
    return Finding(severity, msgid, advice, params, row=question.row, column="parameters")
