"""The answers to a questionnaire as tables: one for the submissions, one for each repeat.

Columns are the questions' names, over all versions that were answered, the newest first.
What we know of a submission stands before them, in columns that begin with an underscore.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from casework.questionnaires.forms import ROW_KEY, Form, Spec
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion
from casework.submissions import Submission

ABOUT = ("_reference", "_received_at", "_state", "_language", "_version", "_by_helper")
ABOUT_ROW = ("_reference", "_row", "_row_of")
MAIN = "submissions"


@dataclass
class Sheet:
    """One table: its columns, and rows as dicts."""

    columns: dict[str, None]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def table(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Column names, and the rows in their order."""
        names = list(self.columns)
        return names, ([row.get(name) for name in names] for row in self.rows)


def answer_sheets(questionnaire: Questionnaire) -> dict[str, Sheet]:
    """All submissions of `questionnaire`, the oldest first: `submissions` and each repeat."""
    sheets = {MAIN: Sheet(dict.fromkeys(ABOUT))}
    versions = QuestionnaireVersion.select().where(
        QuestionnaireVersion.questionnaire == questionnaire
    )
    for version in versions.order_by(QuestionnaireVersion.number.desc()):
        _add_columns(sheets, MAIN, version.form, version.form.root)
    rows = (
        Submission.select(Submission, QuestionnaireVersion)
        .join(QuestionnaireVersion)
        .where(QuestionnaireVersion.questionnaire == questionnaire)
        .order_by(Submission.received_at, Submission.id)
    )
    for submission in rows:
        _add_submission(sheets, submission)
    return sheets


def _add_columns(sheets: dict[str, Sheet], name: str, form: Form, scope: Spec) -> None:
    for spec in form.members(scope):
        if spec.kind == "repeat":
            inner = spec.path.replace("/", ".")
            sheets.setdefault(inner, Sheet(dict.fromkeys(ABOUT_ROW)))
            _add_columns(sheets, inner, form, spec)
        elif spec.type is not None and spec.type.answer != "none":
            sheets[name].columns[spec.key] = None


def _add_submission(sheets: dict[str, Sheet], submission: Submission) -> None:
    about = {
        "_reference": submission.reference,
        "_received_at": submission.received_at,
        "_state": submission.state,
        "_language": submission.language,
        "_version": submission.version.number,
        "_by_helper": submission.by_helper,
    }
    form = submission.version.form
    sheets[MAIN].rows.append(about | _cells(form, form.root, submission.answers))
    _add_rows(sheets, submission.reference, form, form.root, submission.answers, above=None)


def _add_rows(
    sheets: dict[str, Sheet], reference: str, form: Form, scope: Spec, answers: dict[str, Any],
    *, above: str | None,
) -> None:  # fmt: skip
    for spec in _repeats(form, scope):
        for row in answers.get(spec.key) or []:
            known = {"_reference": reference, "_row": row.get(ROW_KEY), "_row_of": above}
            sheets[spec.path.replace("/", ".")].rows.append(known | _cells(form, spec, row))
            _add_rows(sheets, reference, form, spec, row, above=row.get(ROW_KEY))


def _repeats(form: Form, scope: Spec) -> Iterable[Spec]:
    return (spec for spec in form.members(scope) if spec.kind == "repeat")


def _cells(form: Form, scope: Spec, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers by name; several choices are separated by a space, as XLSForm does."""
    return {
        spec.key: " ".join(value) if isinstance(value, list) else value
        for spec in form.members(scope)
        if spec.kind != "repeat" and (value := answers.get(spec.key)) is not None
    }
