"""What a questionnaire uses that is not supported here, by name, and whose it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from casework.questionnaires.definitions import Definition, Item, Question
from casework.questionnaires.expressions import (
    Call,
    Expression,
    ExpressionError,
    Literal,
    called_functions,
    parse,
    patterns,
    walk,
)
from casework.questionnaires.expressions.functions import FUNCTIONS
from casework.questionnaires.question_types import QUESTION_TYPES

SURVEYCTO = "SurveyCTO"
KOBO = "KoboToolbox"
CHT = "Community Health Toolkit"

# https://docs.surveycto.com/02-designing-forms/01-core-concepts/03zd.field-types.html,
# https://docs.communityhealthtoolkit.org/building/forms/app/, https://support.kobotoolbox.org/
VENDOR_TYPES = {
    SURVEYCTO: r"caseid|comments|calculate_here|text audit|audio audit|sensor_statistic.*"
    r"|sensor_stream.*|speed violations .*|add_encrypted_file",
    KOBO: r"(begin|end)[_ ](kobomatrix|score|rank|literacy_test)|score__row|rank__level"
    r"|kobomatrix.*",
    CHT: r"db:.*|android-app-launcher|mrdt-verify",
}
VENDOR_FUNCTIONS = {
    SURVEYCTO: """duration device-info phone-call-log phone-call-duration index rank-index
        rank-value rank-index-if count-if sum-if min-if max-if join-if item-at item-index
        item-present choice-label hash linebreak collection-date short-geopoint geo-scatter
        distance-between plug-in-metadata de-duplicate relevant empty format-number username
        enum-id enum-name get-case-id phone-number sim-serial""",
    CHT: """parse-timestamp-to-date to-bikram-sambat z-score cht:extension-lib
        cht:difference-in-days cht:difference-in-weeks cht:difference-in-months
        cht:difference-in-years cht:strip-whitespace cht:validate-luhn""",
}
EXPRESSION_COLUMNS = (
    "relevant", "constraint", "calculation", "choice_filter", "repeat_count", "required",
    "read_only",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Lack:
    """Something that a questionnaire uses and that is not supported.

    `kind` is `type`, `function` or `pattern` (a part of a regular expression), `count` how
    often it occurs, `vendor` the program whose own it is; empty where it is XLSForm's.
    """

    kind: str
    name: str
    count: int
    vendor: str = ""

    def named(self) -> str:
        """The name as the form writes it, whose it is, and how often: `duration() [X] × 2`."""
        name = f"{self.name}()" if self.kind == "function" else self.name
        return f"{name} [{self.vendor}] × {self.count}" if self.vendor else f"{name} × {self.count}"


def lacks(definition: Definition) -> tuple[Lack, ...]:
    """All types, functions and parts of patterns that are not supported, in order of names.

    Mistakes, such as a name that does not exist, are no lack; `checking.check` reports them.
    """
    types = Counter(name for item in definition.questions() if (name := _lacking_type(item)))
    functions = Counter(
        name
        for item in definition.walk()
        for text in _expressions(item)
        for name in called_functions(text)
        if name not in FUNCTIONS
    )
    if count := sum(map(searches, definition.questions())):
        functions["search"] += count
    parts = Counter(
        part
        for item in definition.walk()
        for text in _expressions(item)
        for part in _unsupported_in(text)
    )
    found = [Lack("type", name, count, vendor_of_type(name)) for name, count in types.items()]
    found += [
        Lack("function", name, count, vendor_of_function(name)) for name, count in functions.items()
    ]
    found += [Lack("pattern", part, count) for part, count in parts.items()]
    return tuple(sorted(found))


def unsupported_patterns(tree: Expression) -> Iterator[str]:
    """What the regular expressions in `tree` use that is not supported, such as `\\1`."""
    for part in walk(tree):
        if not isinstance(part, Call) or part.name != "regex":
            continue
        pattern = part.arguments[1]
        try:
            if isinstance(pattern, Literal):
                patterns.compiled(str(pattern.value))
        except patterns.UnsupportedPatternError as error:
            yield str(error.params["part"])
        except ExpressionError:
            continue  # the author's mistake; the check says so


def searches(question: Question) -> bool:
    """Whether its appearance looks its choices up in a file, as `search('file')` does."""
    return any(token.startswith("search(") for token in question.appearance)


def vendor_of_type(name: str) -> str:
    """The program that brought a question type, or an empty text."""
    found = (vendor for vendor, names in VENDOR_TYPES.items() if re.fullmatch(names, name.lower()))
    return next(found, "")


def vendor_of_function(name: str) -> str:
    """The program that brought a function, or an empty text."""
    found = (vendor for vendor, names in VENDOR_FUNCTIONS.items() if name in names.split())
    return next(found, "")


def _lacking_type(question: Question) -> str:
    kind = QUESTION_TYPES.get(question.type)
    if kind is None:
        return question.type
    is_asked = kind.fillable or not kind.shown or kind.answer == "none"
    return "" if is_asked else question.type


def _unsupported_in(text: str) -> Iterator[str]:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    yield from unsupported_patterns(tree)


def _expressions(item: Item) -> Iterator[str]:
    for column in EXPRESSION_COLUMNS:
        text = getattr(item, column)
        if isinstance(text, str) and text:
            yield text
