"""Asking a volunteer on their own page whether they want to stand beside a household."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from peewee import JOIN, ModelSelect

from casework.cases import Case
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.settings import site_day
from casework.engagements import DECLINED, STATES, Engagement, NoPage
from casework.life_areas import LifeArea
from casework.people import Person
from casework.volunteers import Offer

ANSWERS = ("yes", "no")
MOST_SHOWN = 20


class QuestionClosed(Refusal):
    """The proposal was ended or settled before the volunteer answered."""

    msgid = N_("This question is not open any more. Thank you for being there.")


@recorded("engagement:asked", needs="engagement:edit")
def ask_volunteer(engagement: Engagement, *, by: Actor, at: datetime) -> Engagement:
    """Put a proposal before the volunteer; a second time asks anew. Raises `QuestionClosed`,
    `NoPage`."""
    if engagement.offer.submission is None:
        raise NoPage()
    return _write(engagement, asked_at=at)


@recorded("engagement:answered", open_to=("system", "person"))
def answer_question(engagement: Engagement, answer: str, *, by: Actor, at: datetime) -> Engagement:
    """What the volunteer says: `yes` waits for the household, `no` ends the proposal.

    The same answer again changes nothing. Raises `QuestionClosed`, also for another answer.
    """
    if answer not in ANSWERS:
        raise ValueError(answer)
    if engagement.answer == answer:
        return engagement
    if engagement.asked_at is None or engagement.answer:
        raise QuestionClosed()
    _write(engagement, answer=answer, answered_at=at, heard_on=site_day(at))
    if answer == "no":
        STATES.move(engagement, "ended", at=at, until=site_day(at), reason=DECLINED)
    return engagement


def shown_to(offer: Offer) -> list[Engagement]:
    """What a volunteer reads about on their page, with its life area: open questions, those
    answered with yes, and what runs; nothing else, and nothing that names a household."""
    rows: ModelSelect = (
        Engagement.select(Engagement, LifeArea)
        .join(LifeArea)
        .where(
            (Engagement.offer == offer)
            & (
                ((Engagement.state == "proposed") & Engagement.asked_at.is_null(False))
                | (Engagement.state << ("agreed", "running"))
            )
        )
        .order_by(Engagement.created_at.desc(), Engagement.id.desc())
    )
    return list(rows.limit(MOST_SHOWN))


def languages_beside(engagements: Iterable[Engagement]) -> dict[uuid.UUID, list[str]]:
    """The languages that the household of each engagement can be spoken with in, by engagement."""
    rows = (
        Engagement.select(Engagement.id, Case.language, Person.languages)
        .join(Case)
        .join(
            Person, JOIN.LEFT_OUTER,
            on=((Person.household == Case.household) & Person.is_contact),
        )
        .where(Engagement.id << [each.id for each in engagements])
        .order_by(Engagement.id, Person.id)
    )  # fmt: skip
    found: dict[uuid.UUID, list[str]] = {}
    for id, language, spoken in rows.tuples():
        found.setdefault(id, list(dict.fromkeys([language, *(spoken or [])])))
    return found


def _write(engagement: Engagement, **columns: object) -> Engagement:
    """Store what belongs to a question that is still open. Raises `QuestionClosed`."""
    written = (
        Engagement.update(**columns)
        .where(
            (Engagement.id == engagement.id)
            & (Engagement.state == "proposed")
            & (Engagement.answer == "")
        )
        .execute()
    )
    if not written:
        raise QuestionClosed()
    for name, value in columns.items():
        setattr(engagement, name, value)
    engagement._dirty.clear()
    return engagement
