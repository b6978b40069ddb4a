"""The answers to a questionnaire as files: CSV, XLSX and JSON with the column names of ODK.

`docs/questionnaires.md` lists the names. One table holds the submissions, one more the rows of
each repeat; columns are those of all versions, the newest first.
"""

from casework.formats.answers.columns import MAIN, Options, Sheet, sheets_of
from casework.formats.answers.exporting import (
    WRITERS,
    Export,
    export_answers,
    forms_of,
    languages_of,
)

__all__ = [
    "MAIN",
    "WRITERS",
    "Export",
    "Options",
    "Sheet",
    "export_answers",
    "forms_of",
    "languages_of",
    "sheets_of",
]
