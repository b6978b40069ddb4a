"""Choices in chance order, where a form asks for it with `randomize=true`."""

from __future__ import annotations

import hashlib
import math

from casework.questionnaires.definitions import Choice
from casework.questionnaires.expressions import (
    Context,
    ExpressionError,
    Node,
    evaluate,
    parse,
    to_number,
)
from casework.questionnaires.expressions.functions.measures import shuffled
from casework.questionnaires.filling import Filling
from casework.questionnaires.tidying import truth_of


def ordered_choices(filling: Filling, node: Node) -> list[Choice]:
    """The choices offered now, in the order in which they are shown.

    Chance gives the same order within one draft. With `seed=` (a number or a question) it is
    the order that ODK's programs show, by the same steps:
    https://getodk.github.io/xforms-spec/#fn:randomize.
    """
    choices = list(filling.choices(node))
    if not truth_of(node.spec.question.parameters.get("randomize", "")):
        return choices
    return shuffled(choices, _seed(filling, node))


def _seed(filling: Filling, node: Node) -> float:
    wanted = node.spec.question.parameters.get("seed", "")
    if wanted:
        try:
            number = to_number(evaluate(parse(wanted), Context(node, filling.around)))
        except ExpressionError:  # the check has told the author
            number = math.nan
        if math.isfinite(number):
            return number
    around = filling.around
    own = f"{around.seed or around.now.isoformat()}|{'/'.join(node.path)}"
    return float(int.from_bytes(hashlib.sha256(own.encode()).digest()[:4], "big"))
