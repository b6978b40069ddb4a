"""The person agrees to a plan (Zielvereinbarung): on paper, or on the status page.

What they agreed to is kept word for word. Nothing keeps a plan from changing afterwards,
but then both sides read that it has changed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField, ModelSelect

from casework.cases import Case, CaseModel
from casework.core.access import SYSTEM, Actor
from casework.core.audit import on, recorded
from casework.core.crypto import SealedJSONField
from casework.core.db import LineField, UtcField
from casework.core.i18n import LANGUAGES, N_
from casework.core.refusals import NotFound, Refusal
from casework.plans.asking import STATES, AskedAlready, NoStatusPage, NothingToAgreeTo
from casework.plans.models import Plan, Step
from casework.plans.whole import WholePlan
from casework.plans.writing import PlanEnded
from casework.release_questions import asked_through
from casework.submissions import Submission

ANSWERS = ("agreed", "wants_talk")


class PlanChanged(Refusal):
    """What somebody agrees to is what they have read."""

    msgid = N_("The plan has changed since you opened this page. Please read it again.")


class QuestionOver(Refusal):
    """Answered, or taken back."""

    msgid = N_("This question is no longer open. You do not need to do anything.")


class PlanAgreement(CaseModel):
    """One question whether the person agrees, and the answer; `text` is what they agreed to."""

    case = ForeignKeyField(Case, backref="agreements", on_delete="CASCADE")
    plan = ForeignKeyField(Plan, backref="agreements", on_delete="CASCADE")
    submission = ForeignKeyField(Submission, null=True, on_delete="SET NULL")
    state = CharField(max_length=16, default="asked")
    state_since = UtcField()
    channel = CharField(max_length=16, default="portal")
    language = CharField(max_length=16, default="")
    text = SealedJSONField(null=True)
    noted_by = LineField(max_length=200, default="")
    noted_at = UtcField(null=True)

    class Meta:
        table_name = "plan_agreements"
        indexes = (
            (("plan", "state_since"), False),
            (("plan", "state"), False),
            (("state", "noted_at"), False),
        )


def frozen(whole: WholePlan) -> list[dict[str, Any]]:
    """The goals and steps that stand in a plan, as JSON types: what somebody agrees to."""
    return [
        {
            "area": goal.life_area.code, "texts": goal.texts, "wish": goal.wish or "",
            "target": goal.target or "",
            "steps": [
                {
                    "texts": step.texts, "doer": step.doer, "who": _key_of(step),
                    "name": step.doer_name,
                    "until": step.due_on.isoformat() if step.due_on else "",
                }
                for step in steps
            ],
        }
        for goal, steps in whole.standing
    ]  # fmt: skip


def version_of(content: list[dict[str, Any]]) -> str:
    """A short name that tells this content from any other; twelve letters."""
    text = json.dumps(_essence(content), ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _key_of(step: Step) -> str:
    """Which row does the step, so that another spelling of its name is no other agreement."""
    keys = (step.__data__[column] for column in ("staff", "service", "organization"))
    return next((str(key) for key in keys if key), "")


def _essence(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The content without the names of those that are known by their row."""
    return [
        goal | {"steps": [step | ({"name": ""} if step["who"] else {}) for step in goal["steps"]]}
        for goal in content
    ]


def agreements_of(plan: Plan) -> list[PlanAgreement]:
    """Questions and agreements of a plan, the latest first, without those taken back."""
    mine = (PlanAgreement.plan == plan) & (PlanAgreement.state != "taken_back")
    rows = PlanAgreement.select().where(mine)
    return list(rows.order_by(PlanAgreement.state_since.desc(), PlanAgreement.id.desc()))


def has_changed(agreement: PlanAgreement, whole: WholePlan) -> bool:
    """Whether the plan says something else than what was agreed to."""
    text = agreement.text
    return text is not None and version_of(text) != version_of(frozen(whole))


@recorded("plan:shown")
def ask_agreement(plan: Plan, *, by: Actor, at: datetime) -> PlanAgreement:
    """Put the plan on the person's status page and ask whether they agree.

    Raises `PlanEnded`, `NothingToAgreeTo`, `AskedAlready`, and `NoStatusPage` where no request
    stands or the plan is for somebody else than the contact person.
    """
    _check(plan)
    if any(each.state == "asked" for each in agreements_of(plan)):
        raise AskedAlready()
    submission = asked_through(plan.case)
    others = plan.person is not None and not plan.person.is_contact
    if submission is None or submission.by_helper or others or not plan.case.is_live:
        raise NoStatusPage()
    return PlanAgreement.create(
        case=plan.case, plan=plan, submission=submission, state_since=at,
        language=plan.case.language,
    )  # fmt: skip


@recorded("plan:answered", open_to=("person",))
def answer_agreement(
    agreement: PlanAgreement, answer: str, *, version: str, language: str, by: Actor, at: datetime
) -> PlanAgreement:
    """The person agrees to what the page showed as `version`, or wants to talk about it first.

    Raises `NotFound` for another answer, `QuestionOver`, `PlanChanged`.
    """
    if answer not in ANSWERS or language not in LANGUAGES:
        raise NotFound()
    if agreement.state != "asked" or agreement.plan.ended_at is not None:
        raise QuestionOver()
    content = frozen(WholePlan(agreement.plan))
    if version_of(content) != version:
        raise PlanChanged()
    STATES.move(agreement, answer, at=at, text=content, language=language)
    return agreement


@recorded("plan:agreed")
def note_agreement(
    plan: Plan, channel: str, language: str, *, by: Actor, at: datetime
) -> PlanAgreement:
    """The person has agreed on `paper` or in a talk (`in_person`), to the plan as it is now.

    An open question on the status page is answered by it. Raises `NotFound`, `PlanEnded`,
    `NothingToAgreeTo`.
    """
    if channel not in ("paper", "in_person") or language not in LANGUAGES:
        raise NotFound()
    content = _check(plan)
    for question in _asked(PlanAgreement.plan == plan):
        take_question_back(question, by=by, at=at)
    return PlanAgreement.create(
        case=plan.case, plan=plan, state="agreed", state_since=at, channel=channel,
        language=language, text=content, noted_by=by.name[:200], noted_at=at,
    )  # fmt: skip


@recorded("plan:taken_back")
def take_question_back(question: PlanAgreement, *, by: Actor, at: datetime) -> PlanAgreement:
    """The person is asked no longer. Raises `QuestionOver` for what is not a question any more."""
    if question.state != "asked":
        raise QuestionOver()
    STATES.move(question, "taken_back", at=at)
    return question


@recorded("plan:noted")
def note_answer(agreement: PlanAgreement, *, by: Actor, at: datetime) -> PlanAgreement:
    """Somebody here has seen the answer; a second time changes nothing."""
    if agreement.state in ANSWERS and agreement.noted_at is None:
        agreement.noted_at, agreement.noted_by = at, by.name[:200]
        agreement.save()
    return agreement


def unseen(staff: Actor) -> ModelSelect:
    """Answers that nobody here has noted yet, the oldest first."""
    mine = (PlanAgreement.state << ANSWERS) & PlanAgreement.noted_at.is_null()
    return PlanAgreement.scope(staff).where(mine).order_by(PlanAgreement.state_since)


def _check(plan: Plan) -> list[dict[str, Any]]:
    """What there is to agree to."""
    if plan.ended_at is not None:
        raise PlanEnded()
    content = frozen(WholePlan(plan))
    if not content:
        raise NothingToAgreeTo()
    return content


def _asked(which: Any) -> list[PlanAgreement]:
    return list(PlanAgreement.select().where((PlanAgreement.state == "asked") & which))


@on("submission:withdrawn")
def end_with_request(submission: Submission, *, by: Actor, at: datetime) -> None:
    """Who has taken the request back is asked nothing through it."""
    for question in _asked(PlanAgreement.submission == submission):
        take_question_back(question, by=SYSTEM, at=at)


@on("case:moved")
def end_with_case(case: Case, *, by: Actor, at: datetime) -> None:
    """Nobody is asked anything for a case that is closed."""
    if not case.is_live:
        for question in _asked(PlanAgreement.case == case):
            take_question_back(question, by=SYSTEM, at=at)


@on("plan:ended")
def end_with_plan(plan: Plan, *, by: Actor, at: datetime) -> None:
    """A plan that is over waits for no answer."""
    for question in _asked(PlanAgreement.plan == plan):
        take_question_back(question, by=SYSTEM, at=at)
