"""Everything that can be wrong with a questionnaire, reported at once."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from casework.core.i18n import N_
from casework.questionnaires.compiling import build, expression_finding
from casework.questionnaires.definitions import Choice, Definition, Item, Question, Texts
from casework.questionnaires.expressions import Call, ExpressionError, Literal, patterns, walk
from casework.questionnaires.findings import ERROR, NOTICE, WARNING, Finding
from casework.questionnaires.forms import ROW_KEY, Form, Spec, piped_names
from casework.questionnaires.mapping import SAVE_TO
from casework.questionnaires.media import choices_of
from casework.questionnaires.parameters import check_parameters
from casework.questionnaires.question_types import (
    FROM_FILE,
    NOT_YET_FILLED_IN,
    QUESTION_TYPES,
)
from casework.questionnaires.references import EARLIER_FORM, MAKE_UNIQUE, UNKNOWN_NAME, meant
from casework.questionnaires.support import searches, vendor_of_type

NAME = re.compile(r"[^\W\d][\w.\-]*")
# What a page of the portal knows how to use; anything else is kept for export.
APPEARANCES = frozenset(
    (
        "multiline", "numbers", "birth-date", "name", "autocomplete", "minimal", "field-list",
        "columns", "horizontal", "tel", "email", "tiles", "quick", "label", "list-nolabel", "list",
        "likert", "no-calendar", "month-year", "year", "hidden",
    )
)  # fmt: skip

NO_QUESTIONS = N_("The questionnaire asks nothing.")
ADD_QUESTION = N_("Please add at least one question with a type and a name.")
NO_NAME = N_("This row has no name.")
BAD_NAME = N_("The name “%(name)s” cannot be used.")
MEND_BAD_NAME = N_("Please use letters, digits and _ only, beginning with a letter, at most 100.")
DOUBLE_NAME = N_("The name “%(name)s” stands twice in the same group.")
UNKNOWN_TYPE = N_("The question type “%(type)s” is not known.")
DID_YOU_MEAN = N_("Did you mean “%(guess)s”? Please correct the type.")
SEE_TYPES = N_("Please use one of the types that the documentation lists.")
NO_LIST = N_("The list of choices “%(list)s” does not exist.")
ADD_LIST = N_("Please add the list to the choices sheet, or correct its name here.")
MEANT_LIST = N_("Did you mean the list “%(guess)s”? Please correct the name here.")
VENDOR_TYPE = N_("The type “%(type)s” belongs to %(vendor)s; other programs do not know it.")
CHOOSE_TYPE = N_("Please remove the row, or choose a type that the documentation lists.")
NO_CHOICE_NAME = N_("A choice of the list “%(list)s” has no name.")
ADD_CHOICE_NAME = N_("Please give each choice a short name; it is what is stored.")
SPACE_IN_CHOICE = N_(
    "The choice “%(name)s” has a space in its name; several answers could not be told apart."
)
REMOVE_SPACE = N_("Please write the name without spaces, for example with _.")
DOUBLE_CHOICE = N_("The list “%(list)s” has the choice “%(name)s” twice.")
REMOVE_DOUBLE = N_("Please remove one of them, unless a choice filter keeps them apart.")
NO_LABEL = N_("“%(name)s” has no text; its name is shown instead.")
ADD_LABEL = N_("Please write what the person should read into the column “label”.")
NOT_YET = N_(
    "Questions of the type “%(type)s” are kept, but not yet filled in by the portal (%(count)s)."
)
NOTHING_TO_DO = N_("Nothing has to be done; exporting gives them back.")
METADATA = N_("“%(type)s” is filled in by a device; here it stays empty.")
APPEARANCES_KEPT = N_("Appearances that the portal does not use: %(names)s.")
UNKNOWN_SAVE_TO = N_("“%(name)s” is not a place that answers can be saved to.")
MEND_SAVE_TO = N_(
    "Please use one of the names in the documentation; the answer stays with the submission."
)
MEMBER_OUTSIDE = N_("“%(name)s” needs a repeat: it describes one of several people.")
MOVE_INTO_REPEAT = N_("Please move the question into a repeat.")
ONLY_QUESTIONS = N_("“%(name)s” is no question; its constraint is not checked.")
MOVE_CONSTRAINT = N_("Please write the constraint to a question inside it.")
MISSING_TEXTS = N_("%(count)s texts are missing in the language “%(language)s”.")
ADD_TEXTS = N_("Please translate them; until then another language is shown, marked as such.")


LOOPED = re.compile(r"(?:begin|end)[\s_]+loop\b", re.IGNORECASE)
LOOPS = N_("“%(type)s” asks the same for each choice of a list; that is not read here.")
WRITE_GROUPS = N_(
    "Please write a group for each choice, or a repeat; remove “begin loop”, “end loop”."
)
NO_SUM = N_("“%(name)s” calculates nothing and stays empty.")
ADD_SUM = N_("Please write an expression into the column “calculation”, or remove the row.")
NO_EXTERNAL = N_("The sheet “external_choices” has no list “%(list)s”; the question is left out.")
ADD_EXTERNAL = N_("Please add its rows, or correct the name of the list here.")
SEARCHED = N_("The choices of “%(name)s” come from a search() that does not happen here.")
USE_FILE = N_(
    "Please make it a select_one_from_file with a choice_filter; until then only the rows of the "
    "choices sheet are offered."
)
NOT_PIPED = N_("“%(text)s” is shown as it stands; a question is meant by ${%(name)s}.")
WRITE_PIPED = N_("Please write it with $ and both braces, if its answer is to stand there.")
ALMOST_PIPED = re.compile(r"\$\s*\(?([^\W\d][\w.\-]*)|\$\{\s*([^\W\d][\w.\-]*)(?![\w.\-]|\s*\})")


def check(definition: Definition) -> list[Finding]:
    """All findings about the definition, errors first, each with its row and column."""
    form, findings = build(definition)
    findings = list(findings)
    if not any(spec.is_shown or _waits_for_file(spec) for spec in form.specs):
        findings.append(Finding(ERROR, NO_QUESTIONS, ADD_QUESTION))
    for spec in form.specs:
        findings.extend(_check_children(spec))
        if spec.item is not None:
            findings.extend(_check_item(form, spec, spec.item))
    findings.extend(_check_choices(definition))
    findings.extend(_check_entities(form))
    findings.extend(_summaries(definition))
    weight = {ERROR: 0, WARNING: 1, NOTICE: 2}
    once = {repr(each): each for each in findings}.values()  # two questions share a list
    return sorted(once, key=lambda found: (weight[found.severity], found.sheet, found.row))


def _is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and text != ROW_KEY and len(text) <= 100


def _waits_for_file(spec: Spec) -> bool:
    """Whether it is a question as soon as its list is there; that it is missing is told."""
    return spec.kind == "question" and spec.question.type in FROM_FILE


def _at(item: Item, severity: str, msgid: str, advice: str, column: str, **params: Any) -> Finding:
    return Finding(severity, msgid, advice, params, row=item.row, column=column)


def _check_children(spec: Spec) -> Iterator[Finding]:
    counts = Counter(child.name for child in spec.children)
    for child in spec.children:
        if counts[child.name] > 1 and child.item is not None and child.name:
            counts[child.name] = 0
            yield _at(child.item, ERROR, DOUBLE_NAME, MAKE_UNIQUE, "name", name=child.name)


def _check_item(form: Form, spec: Spec, item: Item) -> Iterator[Finding]:
    is_looped = isinstance(item, Question) and LOOPED.match(item.type)
    if not item.name and not is_looped:
        yield _at(item, ERROR, NO_NAME, MEND_BAD_NAME, "name")
    elif item.name and not _is_name(item.name):
        yield _at(item, ERROR, BAD_NAME, MEND_BAD_NAME, "name", name=item.name)
    yield from _check_save_to(spec, item)
    yield from _check_patterns(spec)
    for column in ("label", "hint", "constraint_message", "required_message"):
        yield from _check_piping(form, item, column)
    if isinstance(item, Question):
        yield from _check_question(form, spec, item)
    elif item.constraint:
        yield _at(item, WARNING, ONLY_QUESTIONS, MOVE_CONSTRAINT, "constraint", name=item.name)


def _check_question(form: Form, spec: Spec, question: Question) -> Iterator[Finding]:
    kind = QUESTION_TYPES.get(question.type)
    if kind is None:
        yield _unknown_type(question)
        return
    if kind.metadata and question.type not in ("csv-external", "xml-external"):
        name = question.type.removeprefix("device_")
        yield _at(question, NOTICE, METADATA, NOTHING_TO_DO, "type", type=name)
    yield from check_parameters(question)
    if question.type == "calculate" and not question.calculation and not question.default:
        yield _at(question, WARNING, NO_SUM, ADD_SUM, "calculation", name=question.name)
    if question.type == "select_one_external" and _lacks_rows(form.definition, question):
        params = {"list": question.list_name}
        yield _at(question, WARNING, NO_EXTERNAL, ADD_EXTERNAL, "type", **params)
    if searches(question):
        yield _at(question, WARNING, SEARCHED, USE_FILE, "appearance", name=question.name)
    is_listed = kind.needs_list and not spec.source_name
    if is_listed and question.list_name not in form.definition.choices:
        yield _missing_list(form.definition, question)
    texts = (*question.label.values(), *question.hint.values(), *question.media)
    if spec.is_shown and "calculation" not in spec.expressions and not any(texts):
        yield _at(question, WARNING, NO_LABEL, ADD_LABEL, "label", name=question.name)
    if kind.answer == "list":
        for choice in form.definition.choices.get(question.list_name, ()):
            if choice.name.split() != [choice.name] and choice.name:
                params = {"name": choice.name}
                yield Finding(
                    ERROR, SPACE_IN_CHOICE, REMOVE_SPACE, params, "choices", choice.row, "name"
                )


def _lacks_rows(definition: Definition, question: Question) -> bool:
    """Whether a list of the sheet external_choices has no rows; the question is left out then."""
    return choices_of(definition, question) is None


def _unknown_type(question: Question) -> Finding:
    if LOOPED.match(question.type):
        return _at(question, ERROR, LOOPS, WRITE_GROUPS, "type", type=question.type)
    if vendor := vendor_of_type(question.type):
        params = {"type": question.type, "vendor": vendor}
        return _at(question, ERROR, VENDOR_TYPE, CHOOSE_TYPE, "type", **params)
    guess = difflib.get_close_matches(question.type.split(" ")[0], list(QUESTION_TYPES), 1)
    params = {"type": question.type, "guess": guess[0] if guess else ""}
    return _at(
        question, ERROR, UNKNOWN_TYPE, DID_YOU_MEAN if guess else SEE_TYPES, "type", **params
    )


def _missing_list(definition: Definition, question: Question) -> Finding:
    name = question.list_name
    same = [each for each in definition.choices if each.lower() == name.lower()]
    guess = same or difflib.get_close_matches(name, list(definition.choices), 1, 0.8)
    params = {"list": name, "guess": guess[0] if guess else ""}
    return _at(question, ERROR, NO_LIST, MEANT_LIST if guess else ADD_LIST, "type", **params)


def _check_save_to(spec: Spec, item: Item) -> Iterator[Finding]:
    if not item.save_to:
        return
    if item.save_to not in SAVE_TO:
        yield _at(item, WARNING, UNKNOWN_SAVE_TO, MEND_SAVE_TO, "save_to", name=item.save_to)
    elif item.save_to.startswith("member.") and spec.scope.kind != "repeat":
        yield _at(item, WARNING, MEMBER_OUTSIDE, MOVE_INTO_REPEAT, "save_to", name=item.save_to)


def _check_patterns(spec: Spec) -> Iterator[Finding]:
    for column, tree in spec.expressions.items():
        for part in walk(tree):
            if not isinstance(part, Call) or part.name != "regex":
                continue
            pattern = part.arguments[1]
            try:
                if isinstance(pattern, Literal):
                    patterns.compiled(str(pattern.value))
            except ExpressionError as error:
                placed = ExpressionError(error.msgid, pattern.position, **error.params)
                yield expression_finding(placed, spec, column)


def _check_piping(form: Form, item: Item, column: str) -> Iterator[Finding]:
    texts: Texts = getattr(item, column)
    names = dict.fromkeys(name for text in texts.values() for name in piped_names(text))
    for name in names:
        if name not in form.by_name and not name.startswith(EARLIER_FORM):
            advice, guess = meant(form, name)
            yield _at(item, WARNING, UNKNOWN_NAME, advice, column, name=name, guess=guess)
    almost = (found for text in texts.values() for found in ALMOST_PIPED.finditer(text))
    for text, name in dict.fromkeys((found[0], found[1] or found[2]) for found in almost):
        if name in form.by_name:
            yield _at(item, WARNING, NOT_PIPED, WRITE_PIPED, column, text=text, name=name)


def _check_entities(form: Form) -> Iterator[Finding]:
    """Names in the sheet entities that no question has; its rows follow the headings."""
    for number, row in enumerate(form.definition.entities, 2):
        for column, text in row.items():
            for name in piped_names(text):
                if name not in form.by_name and not name.startswith(EARLIER_FORM):
                    advice, guess = meant(form, name)
                    params = {"name": name, "guess": guess}
                    yield Finding(WARNING, UNKNOWN_NAME, advice, params, "entities", number, column)


def _check_choices(definition: Definition) -> Iterator[Finding]:
    allowed = definition.settings.get("allow_choice_duplicates", "").lower()
    duplicates_meant = allowed in ("yes", "true", "true()", "1")
    for list_name, choices in definition.choices.items():
        seen: set[str] = set()
        for choice in choices:
            if not choice.name:
                yield _in_choices(choice, ERROR, NO_CHOICE_NAME, ADD_CHOICE_NAME, list=list_name)
            elif choice.name in seen and not duplicates_meant:
                params = {"list": list_name, "name": choice.name}
                yield _in_choices(choice, WARNING, DOUBLE_CHOICE, REMOVE_DOUBLE, **params)
            seen.add(choice.name)


def _in_choices(choice: Choice, severity: str, msgid: str, advice: str, **params: Any) -> Finding:
    return Finding(severity, msgid, advice, params, "choices", choice.row, "name")


def _summaries(definition: Definition) -> Iterator[Finding]:
    types = Counter(question.type for question in definition.questions())
    for name in NOT_YET_FILLED_IN:
        if types[name]:
            params = {"type": name, "count": types[name]}
            yield Finding(NOTICE, NOT_YET, NOTHING_TO_DO, params, column="type")
    used = {token for item in definition.walk() for token in item.appearance}
    if unknown := sorted(used - APPEARANCES):
        names = {"names": ", ".join(unknown)[:500]}
        yield Finding(NOTICE, APPEARANCES_KEPT, NOTHING_TO_DO, names, column="appearance")
    for tag in definition.languages:
        if missing := missing_texts(definition, tag):
            params = {"count": missing, "language": definition.language_names.get(tag) or tag}
            yield Finding(NOTICE, MISSING_TEXTS, ADD_TEXTS, params, column=f"label::{tag}")


def missing_texts(definition: Definition, tag: str) -> int:
    """How many texts exist in some language but not in `tag`."""
    held = [
        texts
        for item in definition.walk()
        for texts in (
            item.label,
            item.hint,
            item.guidance,
            item.required_message,
            item.constraint_message,
        )
    ]
    held.extend(choice.label for choices in definition.choices.values() for choice in choices)
    return sum(any(texts.values()) and not texts.get(tag) for texts in held)
