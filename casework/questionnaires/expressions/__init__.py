"""The expressions of XLSForm: a small parser and evaluator of our own.

`parse(text)` gives a tree, `evaluate(tree, context)` an XPath value. Both are pure, and
neither raises anything but `ExpressionError`. `docs/questionnaires.md` says what is
supported and where we differ from ODK.
"""

from casework.questionnaires.expressions.errors import ExpressionError
from casework.questionnaires.expressions.nodes import Node
from casework.questionnaires.expressions.parsing import called_functions, parse
from casework.questionnaires.expressions.trees import (
    Call,
    Context,
    Expression,
    Literal,
    Path,
    Reference,
    Surroundings,
    evaluate,
    walk,
)
from casework.questionnaires.expressions.values import to_boolean, to_number, to_text

__all__ = [
    "Call",
    "Context",
    "Expression",
    "ExpressionError",
    "Literal",
    "Node",
    "Path",
    "Reference",
    "Surroundings",
    "called_functions",
    "evaluate",
    "parse",
    "to_boolean",
    "to_number",
    "to_text",
    "walk",
]
