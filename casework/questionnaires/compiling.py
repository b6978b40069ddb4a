"""Makes a form of a definition, or says what keeps it from being one."""

from __future__ import annotations

import re
from dataclasses import replace

from casework.core.i18n import N_, gettext_in
from casework.questionnaires import media
from casework.questionnaires.definitions import (
    Choice,
    Definition,
    Group,
    Item,
    Question,
    Repeat,
    Texts,
)
from casework.questionnaires.expressions import ExpressionError, Node, parse
from casework.questionnaires.expressions.parsing import NOT_KNOWN
from casework.questionnaires.findings import (
    ERROR,
    NOTICE,
    WARNING,
    BrokenDefinition,
    Finding,
    has_errors,
)
from casework.questionnaires.forms import OTHER, OTHER_CHOICE, OTHER_QUESTION, Form, Spec
from casework.questionnaires.question_types import QUESTION_TYPES, QuestionType
from casework.questionnaires.references import (
    REPLACE_FUNCTION,
    UNKNOWN_NAME,
    VENDOR_FUNCTION,
    meant,
    put_in_order,
)
from casework.questionnaires.support import unsupported_patterns, vendor_of_function

MAX_ITEMS = 3000
MAX_CHOICES = 20_000
MAX_LEVELS = 12

BAD_EXPRESSION = N_("The expression cannot be used: %(reason)s (character %(position)s)")
MEND_EXPRESSION = N_("Please correct the expression in this cell.")
NOT_CHECKED = N_(
    "The pattern uses “%(part)s”, which is not supported; every answer will be accepted."
)
MEND_PATTERN = N_("Please write the pattern more simply if answers are to be checked.")
TOO_BIG = N_("The questionnaire is too large or nested too deeply.")
DIVIDE = N_("Please divide it into several questionnaires.")
NOT_IN_REPEAT = N_("The choices are to be the answers to “%(name)s”, which is in no repeat.")
TAKE_FROM_REPEAT = N_(
    "Please name a question inside a repeat, or write the choices into the choices sheet."
)

EXPRESSION_COLUMNS = (
    "relevant",
    "constraint",
    "calculation",
    "choice_filter",
    "repeat_count",
    "required",
    "read_only",
)
DYNAMIC_DEFAULT = re.compile(r"\$\{|(?<![\w-])[a-z][a-z:-]*\s*\(")


def compile_form(definition: Definition) -> Form:
    """The definition, ready for filling in. Raises `BrokenDefinition` with all its errors."""
    form, findings = build(definition)
    if has_errors(findings):
        raise BrokenDefinition(findings)
    return form


def build(definition: Definition) -> tuple[Form, list[Finding]]:
    """A form as far as it can be built, and what is wrong with names and expressions.

    Lists that the definition brings as files are read from the database.
    """
    builder = _Builder(definition)
    form = builder.build()
    put_in_order(form, builder.findings)
    builder.findings.extend(_missing_files(definition))
    return form, builder.findings


def _missing_files(definition: Definition) -> list[Finding]:
    """A warning where choices are missing, a notice for a picture or a sound."""
    return [
        Finding(
            WARNING if each.is_list else NOTICE, media.NO_FILE, media.ADD_FILE,
            {"name": each.name},
            each.sheet, each.row, each.column,
        )
        for each in media.missing(definition)
    ]  # fmt: skip


class _Builder:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.findings: list[Finding] = []
        self.specs: list[Spec] = []
        self.lists = {
            name: _choice_nodes(name, found, definition)
            for name, found in definition.choices.items()
        }
        self.lists = self._file_lists() | self.lists

    def _file_lists(self) -> dict[str, tuple[Node, ...]]:
        """The lists from files that expressions look into, by their names without an ending."""
        rows = {
            name.rpartition(".")[0]: media.rows_of(self.definition, name)
            for name in media.looked_into(self.definition)
        }
        if sum(map(len, rows.values())) > MAX_CHOICES:
            self._too_big()
            return {}
        return {
            name: tuple(_row_node(Choice(name=row.get("name", ""), extra=row)) for row in found)
            for name, found in rows.items()
            if found
        }

    def build(self) -> Form:
        root = Spec("data", "root")
        root.chain = (root,)
        self.specs.append(root)
        if sum(map(len, self.definition.choices.values())) > MAX_CHOICES:
            self._too_big()
        else:
            self._add_items(self.definition.items, root)
        by_name: dict[str, tuple[Spec, ...]] = {}
        for spec in self.specs[1:]:
            by_name[spec.name] = (*by_name.get(spec.name, ()), spec)
        self._set_keys()
        form = Form(self.definition, root, tuple(self.specs), by_name, lists=self.lists)
        for spec in self.specs[1:]:
            if spec.source_name:
                self._set_source(form, spec, spec.source_name)
        return form

    def _set_source(self, form: Form, spec: Spec, name: str) -> None:
        """Connect `select_one ${name}` with the question whose answers it offers."""
        source = form.named(name, spec)
        if source is None:
            advice, guess = meant(form, name)
            self._report_source(spec, UNKNOWN_NAME, advice, name, guess)
        elif source.scope.kind != "repeat" or source.type is None or source.is_file:
            self._report_source(spec, NOT_IN_REPEAT, TAKE_FROM_REPEAT, name)
        else:
            spec.source = source

    def _report_source(
        self, spec: Spec, msgid: str, advice: str, name: str, guess: str = ""
    ) -> None:
        params = {"name": name, "guess": guess}
        row = spec.item.row if spec.item else 0
        self.findings.append(Finding(ERROR, msgid, advice, params, row=row, column="type"))

    def _too_big(self, row: int = 0) -> None:
        if not any(finding.msgid == TOO_BIG for finding in self.findings):
            self.findings.append(Finding(ERROR, TOO_BIG, DIVIDE, row=row))

    def _add_items(self, items: tuple[Item, ...], parent: Spec) -> None:
        for item in items:
            if len(self.specs) > MAX_ITEMS or len(parent.chain) > MAX_LEVELS:
                self._too_big(item.row)
                return
            spec = self._add(item, parent)
            if isinstance(item, Group):
                self._add_items(item.items, spec)
            elif isinstance(item, Question) and item.or_other:
                self._add(_other_question(item, self.definition), parent)

    def _add(self, item: Item, parent: Spec) -> Spec:
        kind = (
            "repeat"
            if isinstance(item, Repeat)
            else "group"
            if isinstance(item, Group)
            else "question"
        )
        spec = Spec(item.name, kind, item, parent, index=len(self.specs))
        spec.chain = (*parent.chain, spec)
        parent.children.append(spec)
        self.specs.append(spec)
        if isinstance(item, Question):
            spec.type = QUESTION_TYPES.get(item.type)
            self._add_choices(spec, item)
        for column in EXPRESSION_COLUMNS:
            text = getattr(item, column)
            if isinstance(text, str) and text:
                self._parse(spec, column, text)
        if item.default and is_dynamic(item.default):
            self._parse(spec, "default", item.default)
        return spec

    def _parse(self, spec: Spec, column: str, text: str) -> None:
        try:
            tree = parse(text)
        except ExpressionError as error:
            self.findings.append(expression_finding(error, spec, column))
            return
        parts = list(unsupported_patterns(tree)) if column == "constraint" else []
        if not parts:
            spec.expressions[column] = tree
            return
        row = spec.item.row if spec.item else 0
        params = {"part": parts[0]}
        self.findings.append(
            Finding(WARNING, NOT_CHECKED, MEND_PATTERN, params, row=row, column=column)
        )

    def _add_choices(self, spec: Spec, question: Question) -> None:
        if spec.type is not None and spec.type.from_file:
            self._add_choices_of_file(spec, question, spec.type)
            return
        choices = self.definition.choices.get(question.list_name, ())
        nodes = self.lists.get(question.list_name, ())
        if question.or_other and all(choice.name != OTHER for choice in choices):
            other = Choice(name=OTHER, label=_translated(OTHER_CHOICE, self.definition))
            choices = (*choices, other)
            nodes = (*nodes, *_choice_nodes(question.list_name, (other,), self.definition))
        spec.choices, spec.choice_nodes = choices, nodes

    def _add_choices_of_file(self, spec: Spec, question: Question, kind: QuestionType) -> None:
        """The rows of a file as choices; a question whose file is missing is not asked."""
        found = media.choices_of(self.definition, question)
        if found is None:
            spec.type = replace(kind, fillable=False)
            return
        spec.choices = found
        if question.choice_filter:
            spec.choice_nodes = tuple(map(_row_node, found))

    def _set_keys(self) -> None:
        """The name where it is the only one in its scope, else the path within the scope."""
        counts: dict[tuple[int, str], int] = {}
        answered = [spec for spec in self.specs if spec.kind in ("question", "repeat")]
        for spec in answered:
            place = (spec.scope.index, spec.name)
            counts[place] = counts.get(place, 0) + 1
        for spec in answered:
            alone = counts[spec.scope.index, spec.name] == 1
            within = spec.chain[len(spec.scope.chain) :]
            spec.key = spec.name if alone else "/".join(each.name for each in within)


def expression_finding(error: ExpressionError, spec: Spec, column: str) -> Finding:
    """What an expression of `spec` got wrong, placed in its cell."""
    row = spec.item.row if spec.item else 0
    name = str(error.params.get("name", ""))
    if error.msgid == NOT_KNOWN and (vendor := vendor_of_function(name)):
        owned = {"name": name, "vendor": vendor}
        return Finding(ERROR, VENDOR_FUNCTION, REPLACE_FUNCTION, owned, row=row, column=column)
    params = {"reason": error, "position": error.position + 1}
    return Finding(ERROR, BAD_EXPRESSION, MEND_EXPRESSION, params, row=row, column=column)


def is_dynamic(default: str) -> bool:
    """Whether a default is an expression, not the answer itself."""
    if not DYNAMIC_DEFAULT.search(default):
        return False
    try:
        parse(default)
    except ExpressionError:
        return "${" in default
    return True


def _translated(msgid: str, definition: Definition) -> Texts:
    tags = definition.languages or (definition.default_language,)
    return {tag: gettext_in(tag, msgid) for tag in tags}


def _other_question(question: Question, definition: Definition) -> Question:
    """The text question that XLSForm's `or_other` asks for: `<name>_other`."""
    return replace(
        question,
        name=f"{question.name}_{OTHER}",
        type="text",
        list_name="",
        or_other=False,
        label=_translated(OTHER_QUESTION, definition),
        hint={},
        guidance={},
        media={},
        constraint="",
        calculation="",
        choice_filter="",
        default="",
        save_to="",
        appearance=(),
        extra={},
        required=False,
        relevant=f"selected(../{question.name}, '{OTHER}')",
    )


def _choice_nodes(
    name: str, choices: tuple[Choice, ...], definition: Definition
) -> tuple[Node, ...]:
    return tuple(
        _choice_node(name, place, choice, definition) for place, choice in enumerate(choices)
    )


def _row_node(choice: Choice) -> Node:
    """A row of a file: expressions see its columns as they are."""
    node = Node("item", spec=choice)
    for column, text in choice.extra.items():
        Node(column, node, text)
    return node


def _choice_node(name: str, place: int, choice: Choice, definition: Definition) -> Node:
    node = Node("item", spec=choice)
    columns = {
        **choice.extra,
        "name": choice.name,
        "label": definition.text(choice.label, definition.default_language)[0],
        "itextId": f"{name}-{place}",
    }
    for column, text in columns.items():
        Node(column, node, text)
    return node
