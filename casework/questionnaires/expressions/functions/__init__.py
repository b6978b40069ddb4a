"""The functions of XLSForm (https://docs.getodk.org/form-operators-functions/)."""

from casework.questionnaires.expressions.functions import choices, lists, moments, numbers, texts
from casework.questionnaires.expressions.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "choices", "lists", "moments", "numbers", "texts"]
