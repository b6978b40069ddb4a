"""The functions of XLSForm (https://docs.getodk.org/form-operators-functions/)."""

from casework.questionnaires.expressions.functions import (
    choices,
    lists,
    measures,
    moments,
    numbers,
    texts,
)
from casework.questionnaires.expressions.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "choices", "lists", "measures", "moments", "numbers", "texts"]
