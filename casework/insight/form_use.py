"""How much a form is used: drafts under way and submissions, by version."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from peewee import fn

from casework.drafts import Draft
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion
from casework.submissions import Submission


@dataclass(frozen=True)
class Use:
    """How many drafts are stored and how many answers were sent."""

    drafts: int = 0
    submissions: int = 0


def use_of(questionnaire: Questionnaire) -> dict[uuid.UUID, Use]:
    """The use of each version of a questionnaire that was ever used, by the version's id."""
    of_this = QuestionnaireVersion.questionnaire == questionnaire
    column = QuestionnaireVersion.id
    return _used(_counts(Draft, column, of_this), _counts(Submission, column, of_this))


def use_by_questionnaire() -> dict[uuid.UUID, Use]:
    """The use of every questionnaire that was ever used, all its versions together, by its id;
    two statements whatever their number."""
    column = QuestionnaireVersion.questionnaire
    return _used(_counts(Draft, column), _counts(Submission, column))


def _used(drafts: dict[uuid.UUID, int], sent: dict[uuid.UUID, int]) -> dict[uuid.UUID, Use]:
    return {each: Use(drafts.get(each, 0), sent.get(each, 0)) for each in {**drafts, **sent}}


def _counts(model: type[Draft] | type[Submission], column: Any, *only: Any) -> dict[uuid.UUID, int]:
    rows = (
        model.select(column, fn.COUNT(model.id))
        .join(QuestionnaireVersion)
        .where(*(only or (True,)))
        .group_by(column)
        .tuples()
    )
    return {uuid.UUID(str(found)): count for found, count in rows}
