"""The answers of one submission as cells of the tables, and as one JSON object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from casework.formats.answers.columns import (
    MAIN,
    Options,
    choices_of,
    is_column,
    is_split,
    point_columns,
    shown_label,
)
from casework.questionnaires.forms import Form, Spec
from casework.submissions import Submission

Cells = dict[str, Any]


@dataclass
class Numbering:
    """`_index` of the last row of each table, counted from 1."""

    last: Counter[str] = field(default_factory=Counter)

    def next(self, table: str) -> int:
        """The number of the next row of `table`."""
        self.last[table] += 1
        return self.last[table]


def table_rows(
    submission: Submission, options: Options, numbering: Numbering
) -> Iterator[tuple[str, Cells]]:
    """Each row that the submission adds: the path of its table, and cells by column name."""
    form = submission.version.form
    number = numbering.next("")
    cells = cells_of(form, form.root, submission.answers, options)
    yield "", about(submission) | {"_index": number} | cells
    known = {"_submission__id": submission.reference, "_submission__uuid": str(submission.id)}
    yield from _rows_below(form, form.root, submission.answers, options, numbering, known, number)


def _rows_below(
    form: Form, scope: Spec, answers: Cells, options: Options, numbering: Numbering,
    known: Cells, above: int,
) -> Iterator[tuple[str, Cells]]:  # fmt: skip
    parent = MAIN if scope is form.root else scope.path.replace("/", ".")
    for spec in form.members(scope):
        if spec.kind != "repeat":
            continue
        for row in answers.get(spec.key) or ():
            number = numbering.next(spec.path)
            place = {"_index": number, "_parent_table_name": parent, "_parent_index": above}
            yield spec.path, place | known | cells_of(form, spec, row, options)
            yield from _rows_below(form, spec, row, options, numbering, known, number)


def as_object(submission: Submission, options: Options) -> Cells:
    """The submission as JSON types: names with their groups, repeats as lists of objects.

    Only questions that were answered have a key. Keys are names even where labels are wanted,
    because two questions may have the same label.
    """
    form = submission.version.form
    return about(submission) | _object(form, form.root, submission.answers, options)


def _object(form: Form, scope: Spec, answers: Cells, options: Options) -> Cells:
    found = {
        name: value
        for name, value in cells_of(form, scope, answers, options).items()
        if value is not None
    }
    for spec in form.members(scope):
        if spec.kind == "repeat" and answers.get(spec.key):
            found[spec.path] = [_object(form, spec, row, options) for row in answers[spec.key]]
    return found


def about(submission: Submission) -> Cells:
    """What we know of a submission beside its answers, under ODK's and KoboToolbox's names."""
    return {
        "_id": submission.reference,
        "_uuid": str(submission.id),
        "_submission_time": submission.received_at.isoformat(timespec="seconds"),
        "_status": submission.state,
        "_language": submission.language,
        "_by_helper": submission.by_helper,
        "__version__": submission.version.number,
    }


def cells_of(form: Form, scope: Spec, answers: Cells, options: Options) -> Cells:
    """The answers that lie directly in `scope` by column name; repeats are left out."""
    cells: Cells = {}
    for spec in form.members(scope):
        value = answers.get(spec.key)
        if value is None or not is_column(spec):
            continue
        cells[spec.path] = _written(form, spec, value, options)
        if options.split and is_split(spec):
            chosen = value if isinstance(value, list) else str(value).split()
            for choice in choices_of(spec):
                cells[f"{spec.path}/{choice.name}"] = int(choice.name in chosen)
        if spec.question.type == "geopoint" and isinstance(value, str):
            cells.update(zip(point_columns(spec.path), value.split(), strict=False))
    return cells


def _written(form: Form, spec: Spec, value: Any, options: Options) -> Any:
    """Names of choices separated by a space as in ODK, or their labels by a comma."""
    names = value if isinstance(value, list) else [value]
    if options.labels and (choices := choices_of(spec)):
        labels = {each.name: shown_label(form, each.label, each.name, options) for each in choices}
        return ", ".join(str(labels.get(name, name)) for name in names)
    return " ".join(map(str, names)) if isinstance(value, list) else value
