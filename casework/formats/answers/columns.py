"""Which columns the answers have, by name or by label, over all versions of a questionnaire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from casework.questionnaires.definitions import Choice, Texts
from casework.questionnaires.forms import Form, Spec

MAIN = "submissions"
POINT_PARTS = ("latitude", "longitude", "altitude", "precision")
ABOUT = (
    "_id", "_uuid", "_submission_time", "_status", "_language", "_by_helper", "__version__",
    "_index",
)  # fmt: skip
ABOUT_ROW = (
    "_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """How answers are written.

    `labels` puts the texts of the form in place of names, in `language` (the form's own where
    that is empty); `split` gives each choice of a select_multiple a column of its own.
    """

    labels: bool = False
    language: str = ""
    split: bool = True


@dataclass
class Sheet:
    """One table: `columns` maps the name of each to what its head shows.

    `numbers` are the columns of questions that are answered with a number.
    """

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def heads(self) -> list[str]:
        """The first row; a label that stands twice is followed by the column's name."""
        texts = list(self.columns.values())
        twice = {text for text in texts if texts.count(text) > 1}
        return [
            f"{text} ({name})" if text in twice and text != name else text
            for name, text in self.columns.items()
        ]


def sheets_of(forms: Iterable[Form], options: Options) -> dict[str, Sheet]:
    """The tables by the path of their repeat (`""` for the submissions).

    `forms` come with the newest first; what only older ones have follows behind.
    """
    sheets = {"": Sheet(MAIN, {name: name for name in ABOUT})}
    for form in forms:
        _add(sheets, form, form.root, options)
    return sheets


def is_column(spec: Spec) -> bool:
    """Whether there can be an answer to write down."""
    return spec.kind == "question" and spec.type is not None and spec.type.answer != "none"


def is_split(spec: Spec) -> bool:
    """Whether each choice can have a column of its own."""
    return spec.question.type.startswith("select_multiple")


def choices_of(spec: Spec) -> tuple[Choice, ...]:
    """What can be chosen; of a question that offers the answers to another one, those of that."""
    return (*(spec.source.choices if spec.source is not None else ()), *spec.choices)


def point_columns(path: str) -> tuple[str, ...]:
    """The columns for the parts of a place: `group/_home_latitude` and so on."""
    above, slash, name = path.rpartition("/")
    return tuple(f"{above}{slash}_{name}_{part}" for part in POINT_PARTS)


def shown_label(form: Form, texts: Texts, name: str, options: Options) -> str:
    """The text in the language that was asked for, else the name."""
    tag = options.language or form.definition.default_language
    return form.definition.text(texts, tag)[0].strip() or name


def _add(sheets: dict[str, Sheet], form: Form, scope: Spec, options: Options) -> None:
    above = sheets["" if scope is form.root else scope.path]
    for spec in form.members(scope):
        if spec.kind == "repeat":
            if spec.path not in sheets:
                name = spec.path.replace("/", ".")
                sheets[spec.path] = Sheet(name, {name: name for name in ABOUT_ROW})
            _add(sheets, form, spec, options)
        elif is_column(spec):
            for name, text in _columns_of(form, spec, options).items():
                above.columns.setdefault(name, text)
            if spec.type is not None and spec.type.is_number:
                above.numbers.add(spec.path)
            if spec.question.type == "geopoint":
                above.numbers.update(point_columns(spec.path))


def _columns_of(form: Form, spec: Spec, options: Options) -> dict[str, str]:
    head = _head(form, spec, options)
    found = {spec.path: head}
    if options.split and is_split(spec):
        for choice in choices_of(spec):
            text = shown_label(form, choice.label, choice.name, options)
            name = f"{spec.path}/{choice.name}"
            found[name] = f"{head}/{text}" if options.labels else name
    if spec.question.type == "geopoint":
        for name, part in zip(point_columns(spec.path), POINT_PARTS, strict=True):
            found[name] = f"{head} ({part})" if options.labels else name
    return found


def _head(form: Form, spec: Spec, options: Options) -> str:
    if not options.labels:
        return spec.path
    return "/".join(
        shown_label(form, each.item.label, each.name, options)
        for each in spec.chain
        if each.item is not None
    )
