"""Asking for a release: the centre asks, the person answers on the status page or not at all.

Saying no, and saying nothing, changes nothing else for the person.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from peewee import ModelSelect

from casework.cases import Case, CaseSubmission
from casework.consent import (
    PURPOSES,
    SHAREABLE,
    STATES,
    USUAL,
    WORDING_ASKED,
    QuestionOver,
    Release,
    WordingChanged,
    best_of,
    release_for,
    version_shown,
)
from casework.core.access import SYSTEM, Actor
from casework.core.audit import on, recorded
from casework.core.i18n import N_
from casework.core.refusals import Forbidden, NotFound, Refusal
from casework.core.settings import setting, site_day
from casework.providers import Organization
from casework.submissions import Submission

ANSWERS = ("given", "declined")
ANSWER_DAYS = 28


class AskedAlready(Refusal):
    """The person has this question before them."""

    msgid = N_(
        "The person has already been asked whether “%(organization)s” may get their details, "
        "and can answer until %(day)s."
    )


class ReleasedAlready(Refusal):
    """What was to be asked for is there."""

    msgid = N_("The person has agreed to this already. “%(organization)s” may get these details.")


class NobodyToAsk(Refusal):
    """No request stands in the case that the person could open."""

    msgid = N_(
        "The person has no status page for this case: nobody would read the question. "
        "Please ask in person or on paper."
    )


class CaseIsClosed(Refusal):
    """Nothing is passed on for a closed case."""

    msgid = N_("The case is closed. Please open it again before you ask for a release.")


@recorded("release:asked", needs="release:create")
def ask_release(
    case: Case,
    organization: Organization,
    *,
    purpose: str = "referral",
    fields: tuple[str, ...] = USUAL,
    by: Actor,
    at: datetime,
) -> Release:
    """Put the question onto the person's status page; it stays there for `ANSWER_DAYS` days.

    It asks for `fields` and for what the organisation may see already, since the answer is the
    one agreement that the person reads and can withdraw. Raises `NotFound` for a purpose or a
    field that is not known, `CaseIsClosed`, `NobodyToAsk`, `AskedAlready`, `ReleasedAlready`.
    """
    if purpose not in PURPOSES or not fields or not set(fields) <= SHAREABLE.keys():
        raise NotFound()
    if not case.is_live:
        raise CaseIsClosed()
    submission = asked_through(case)
    if submission is None:
        raise NobodyToAsk()
    _refuse_second(case, organization, today=site_day(at))
    known = release_for(case, organization, today=site_day(at))
    if known is not None and set(fields) <= set(known.fields):
        raise ReleasedAlready(organization=organization.name)
    wanted = {*fields, *(known.fields if known else ())}
    return Release.create(
        submission=submission, case=case, household=case.household, organization=organization,
        purpose=purpose, fields=[name for name in SHAREABLE if name in wanted],
        state="asked", state_since=at, asked_at=at, given_at=at,
        answer_by=site_day(at) + timedelta(days=ANSWER_DAYS),
        expires_on=site_day(at) + timedelta(days=setting("release_days")),
        text_version="", language=case.language, channel="portal",
    )  # fmt: skip


@recorded("release:answered", open_to=("person",))
def answer_release(
    release: Release, answer: str, *, text_version: str, language: str, by: Actor, at: datetime
) -> Release:
    """The person's answer, `given` or `declined`, to the wording they have read.

    `text_version` is what `version_shown` said when the page in `language` was made. Raises
    `NotFound` for another answer, `QuestionOver`, `WordingChanged`; `Forbidden` for staff, who
    note what they are told with `give_release`.
    """
    if by.kind != "person":
        raise Forbidden()
    if answer not in ANSWERS:
        raise NotFound()
    if not is_open(release, today=site_day(at)):
        raise QuestionOver()
    if text_version != version_shown(WORDING_ASKED, language):
        raise WordingChanged()
    helped = release.submission is not None and release.submission.by_helper
    STATES.move(
        release, answer, at=at, answered_at=at, given_at=at, text_version=text_version,
        language=language, answered_by="helper" if helped else "person",
    )  # fmt: skip
    return release


@recorded("release:taken_back", needs="release:edit")
def take_question_back(release: Release, *, by: Actor, at: datetime) -> Release:
    """The centre asks no longer. Raises `QuestionOver` for what is not a question any more."""
    if release.state != "asked":
        raise QuestionOver()
    STATES.move(release, "withdrawn", at=at, withdrawn_at=at)
    return release


@recorded("release:noted", needs="release:edit")
def note_answer(release: Release, *, by: Actor, at: datetime) -> Release:
    """Somebody here has seen the answer; a second time changes nothing."""
    if release.answered_at is not None and release.noted_at is None:
        release.noted_at = at
        release.save()
    return release


def is_open(release: Release, *, today: date) -> bool:
    """Whether the person can still answer."""
    if release.state != "asked" or release.case is None or not release.case.is_live:
        return False
    return bool(release.answer_by and release.answer_by >= today)


def standing(
    organization: uuid.UUID, fields: Iterable[str], releases: Iterable[Release], *, today: date
) -> str:
    """Whether `fields` may go to an organisation: `ready`, `asked`, `declined` or `missing`.

    `releases` are those of the household, with their cases.
    """
    known = list(releases)
    release = best_of(known, organization, today=today)
    if release is not None and set(fields) <= set(release.fields):
        return "ready"
    own = [each for each in known if each.__data__["organization"] == organization]
    if any(is_open(each, today=today) for each in own):
        return "asked"
    latest = max(own, key=lambda each: each.state_since, default=None)
    return "declined" if latest is not None and latest.state == "declined" else "missing"


def unseen_answers(staff: Actor) -> ModelSelect:
    """Answers that nobody here has noted yet, the oldest first."""
    return (
        Release.scope(staff)
        .where(
            Release.answered_at.is_null(False)
            & Release.noted_at.is_null()
            & (Release.state << ANSWERS)
        )
        .order_by(Release.answered_at)
    )


def asked_through(case: Case) -> Submission | None:
    """The request on whose page a person is asked: the latest that stands, their own before one
    that a helper filled in."""
    origin = (
        CaseSubmission.select(CaseSubmission, Submission)
        .join(Submission)
        .where((CaseSubmission.case == case) & (Submission.state != "withdrawn"))
        .order_by(Submission.by_helper, CaseSubmission.at.desc(), CaseSubmission.id.desc())
        .first()
    )
    return origin.submission if origin else None


def _refuse_second(case: Case, organization: Organization, *, today: date) -> None:
    for question in _asked(case, organization):
        if is_open(question, today=today):
            day = f"{question.answer_by:%d.%m.%Y}"
            raise AskedAlready(organization=organization.name, day=day)


def _asked(case: Case, organization: Organization | None = None) -> list[Release]:
    """Questions without an answer, to the household about an organisation or in the case."""
    mine = Release.case == case
    if organization is not None:
        mine = (Release.household == case.household) & (Release.organization == organization)
    return list(Release.select().where((Release.state == "asked") & mine))


@on("release:given")
def settle_question(release: Release, *, by: Actor, at: datetime) -> None:
    """What was signed on paper or said in person needs no answer on the status page any more."""
    if by.kind == "staff" and release.case is not None and release.organization is not None:
        for question in _asked(release.case, release.organization):
            take_question_back(question, by=SYSTEM, at=at)


@on("case:moved")
def end_questions(case: Case, *, by: Actor, at: datetime) -> None:
    """Nobody is asked anything for a case that is closed."""
    if not case.is_live:
        for question in _asked(case):
            take_question_back(question, by=SYSTEM, at=at)
