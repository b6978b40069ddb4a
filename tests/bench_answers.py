"""Figures on the answers to a form: the first look at 5,000 submissions, and after five new ones.

`python -m tests.bench_answers`; `tests.bench` prints the same rows with its own.
"""

from __future__ import annotations

from casework.core.access import SYSTEM
from casework.core.db import connection, transaction
from casework.insight.answers import analysis
from casework.questionnaires.models import Questionnaire
from tests.bench_town import NOW, Row, Town, once, put, show_rows, town
from tests.casework.formats.test_answers import submissions_of
from tests.world import HELP_ANSWERS

SUBMISSIONS, LIMIT = 5_000, 1_000.0


def answer_rows(town: Town) -> list[Row]:
    """Name, milliseconds, limit and statements of each figure."""
    with connection():
        form = Questionnaire.get(Questionnaire.slug == "help")
        _send(SUBMISSIONS)
        name = f"figures on {SUBMISSIONS:,} answered forms"
        first = once(f"{name}: first look of a process", lambda: analysis(form, "de", by=SYSTEM))
        _send(5)
        again = once(f"{name}: first look after new ones", lambda: analysis(form, "de", by=SYSTEM))
    return [first, (*again[:2], LIMIT, 0)]


def _send(count: int) -> None:
    with transaction():
        put(submissions_of(dict(HELP_ANSWERS), at=NOW, slug="help", count=count))


if __name__ == "__main__":
    with town(100, 1) as small:
        show_rows(answer_rows(small), "answers")
