"""Rules about steps, plans, appointments and silence. Each is one query and one sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from peewee import JOIN, ModelSelect, fn
from peewee import Case as When

from casework.appointments import Appointment
from casework.cases import Case, CaseSubmission
from casework.core.i18n import N_
from casework.insight.attention.registry import Context, Threshold, rule
from casework.messages import INBOUND, Message
from casework.participation.models import Account
from casework.plans.agreements import PlanAgreement
from casework.plans.models import Goal, Hold, Plan, Step
from casework.plans.states import OPEN_STEPS
from casework.plans.step_types import StepType


def _steps(context: Context, rows: Any) -> ModelSelect:
    """Steps that stand: open ones of open goals in running plans, with the hold they are in."""
    running = Plan.ended_at.is_null() & (Goal.state == "open") & (Step.state << OPEN_STEPS)
    return (
        rows.join_from(Step, Goal, on=(Step.goal == Goal.id))
        .join_from(Goal, Plan, on=(Goal.plan == Plan.id))
        .join_from(
            Step, Hold, JOIN.LEFT_OUTER, on=((Hold.step == Step.id) & Hold.ended_at.is_null())
        )
        .where(running)
    )


def _whose_step() -> Any:
    """Whose turn a step is: what its hold says, or else whoever does it."""
    return When(
        None,
        [
            (Hold.turn.is_null(False), Hold.turn),
            (Step.doer == "person", "person"),
            (Step.doer == "provider", "provider"),
        ],
        "us",
    )


@rule(
    "step_overdue",
    N_("The day of a step is past."),
    title=N_("Overdue step"),
    thresholds=(
        Threshold("days", 3, N_("Days after the agreed day"),
                  N_("3 days: who did it on the day has had the time to say so."),
                  least=1, most=180),
    ),
    actions=("plan", "remind_provider", "ask_person", "appointment"),
    asks=True,
)  # fmt: skip
def step_overdue(context: Context) -> ModelSelect:
    """Open steps whose day is past; one that is on hold counts as stalled instead."""
    rows = context.candidates(Step, since=Step.due_on, turn=_whose_step(), state=Step.state)
    late = Step.due_on <= context.today - timedelta(days=context.days())
    return _steps(context, rows).where(late & (Step.state != "on_hold"))


@rule(
    "step_stalled",
    N_("A step has not moved for longer than steps of its type may."),
    title=N_("Stalled step"),
    thresholds=(
        Threshold("days", 30, N_("Days without a change, for steps without a type"),
                  N_("30 days: nobody should wait a month without somebody looking. "
                     "Types of steps have intervals of their own."), least=7),
    ),
    actions=("plan", "remind_provider", "ask_person", "offer_other"),
    asks=True,
)  # fmt: skip
def step_stalled(context: Context) -> ModelSelect:
    """Steps that wait or have begun and stay in their state beyond their type's interval.

    One that is planned for a day that is still to come is on track, and one whose day is past
    is overdue already.
    """
    types = list(StepType.select(StepType.code, StepType.days))
    timed = [(Step.type == each.code, each.days) for each in types if each.days is not None]
    days = When(None, timed, context.days()) if timed else context.days()
    still = [
        (Step.type == each.code) & (Step.state_since < context.before(each.days))
        for each in types
        if each.days is not None
    ]
    untyped = Step.type.is_null() | Step.type.not_in([each.code for each in types])
    quiet: Any = untyped & (Step.state_since < context.before(context.days()))
    for each in still:
        quiet |= each
    ahead = Step.due_on.is_null() | (Step.due_on >= context.today)
    waits = (Step.state == "on_hold") | (ahead & (Step.state << ("in_progress", "missed")))
    undated = (Step.state == "planned") & Step.due_on.is_null()
    rows = context.candidates(
        Step, since=Step.state_since, turn=_whose_step(), days=days, state=Step.state
    )
    return _steps(context, rows).where(quiet & (waits | undated))


@rule(
    "plan_not_agreed",
    N_("Nobody has agreed to the plan yet."),
    title=N_("Plan never agreed"),
    thresholds=(
        Threshold("days", 28, N_("Days after the plan was begun"),
                  N_("28 days: enough for two talks and an interpreter."), least=7),
        Threshold("asked_days", 10, N_("Days after the person was asked"),
                  N_("10 days: a week to read it, and a week-end."), least=3),
    ),
    actions=("plan", "ask_person", "appointment"),
    asks=True,
)  # fmt: skip
def plan_not_agreed(context: Context) -> ModelSelect:
    """Running plans to which the person never agreed: it is their turn once they were asked."""
    agreed = PlanAgreement.select(PlanAgreement.id).where(
        (PlanAgreement.plan == Plan.id) & (PlanAgreement.state == "agreed")
    )
    question = PlanAgreement.alias()
    asked = (question.plan == Plan.id) & (question.state == "asked")
    is_asked = question.id.is_null(False)
    rows = context.candidates(
        Plan,
        since=fn.COALESCE(question.state_since, Plan.started_at),
        turn=When(None, [(is_asked, "person")], "us"),
        days=When(None, [(is_asked, context.days("asked_days"))], context.days()),
    ).join_from(Plan, question, JOIN.LEFT_OUTER, on=asked)
    waits = question.id.is_null() & (Plan.started_at < context.before(context.days()))
    unanswered = is_asked & (question.state_since < context.before(context.days("asked_days")))
    return rows.where(Plan.ended_at.is_null() & ~fn.EXISTS(agreed) & (waits | unanswered))


@rule(
    "plan_review_overdue",
    N_("The plan was to be looked at again."),
    title=N_("Review overdue"),
    thresholds=(
        Threshold("days", 7, N_("Days after the day of the review"),
                  N_("7 days: the talk may fall into the week after."), most=180),
    ),
    actions=("plan", "appointment"),
)  # fmt: skip
def plan_review_overdue(context: Context) -> ModelSelect:
    """Running plans whose review should have been."""
    late = Plan.review_on <= context.today - timedelta(days=context.days())
    rows = context.candidates(Plan, since=Plan.review_on, turn="us")
    return rows.where(Plan.ended_at.is_null() & late)


@rule(
    "plan_never_reviewed",
    N_("The plan has never been looked at again since it was begun."),
    title=N_("Plan never reviewed"),
    rank=2,
    thresholds=(
        Threshold("days", 120, N_("Days after the plan was begun"),
                  N_("120 days: plans are looked at every three months, and one month is grace."),
                  least=30),
    ),
    actions=("plan", "appointment"),
)  # fmt: skip
def plan_never_reviewed(context: Context) -> ModelSelect:
    """Old plans without any review; where the day of one is past, the other rule says so."""
    rows = context.candidates(Plan, since=Plan.started_at, turn="us")
    old = (Plan.reviews == 0) & (Plan.started_at < context.before(context.days()))
    ahead = Plan.review_on.is_null() | (Plan.review_on > context.today)
    return rows.where(Plan.ended_at.is_null() & old & ahead)


@rule(
    "appointments_missed",
    N_("%(times)s appointments in a row were missed."),
    title=N_("Missed appointments in a row"),
    thresholds=(
        Threshold("times", 2, N_("Appointments in a row"),
                  N_("2: one can happen to anybody, two may mean that something is in the way."),
                  least=2, most=10),
        Threshold("within", 180, N_("Days after which a missed appointment counts no more"),
                  N_("180 days: what was half a year ago says nothing about today."), least=30),
    ),
    actions=("ask_person", "appointment"),
    asks=True,
    table="cases",
    talks="new",
)  # fmt: skip
def appointments_missed(context: Context) -> ModelSelect:
    """Cases whose last appointments were all missed; since the last of them.

    One whose reason we have accepted is excused and neither counts nor ends the row.
    """
    later = Appointment.alias()
    kept = later.select(later.id).where(
        (later.case == Appointment.case)
        & (later.state == "kept")
        & (later.starts_at > Appointment.starts_at)
    )
    excused = Account.select(Account.id).where(
        (Account.case == Appointment.case)
        & (Account.fact_id == Appointment.id)
        & Account.accepted_at.is_null(False)
    )
    times = fn.COUNT(Appointment.id)
    rows = context.candidates(
        Appointment, subject=Appointment.case, since=fn.MAX(Appointment.starts_at),
        turn="person", days=0, times=times,
    )  # fmt: skip
    recent = Appointment.starts_at >= context.before(context.days("within"))
    return (
        rows.where((Appointment.state == "missed") & recent)
        .where(~fn.EXISTS(kept) & ~fn.EXISTS(excused))
        .group_by(Appointment.case)
        .having(times >= context.days("times"))
    )


@rule(
    "message_unanswered",
    N_("The person wrote and waits for an answer."),
    title=N_("Message unanswered"),
    rank=0,
    thresholds=(
        Threshold("days", 2, N_("Working days after the message"),
                  N_("2 working days: who writes about a deadline cannot wait for a week."),
                  least=1, most=30, working=True),
    ),
    actions=("message",),
    table="cases",
)  # fmt: skip
def message_unanswered(context: Context) -> ModelSelect:
    """Cases with messages that nobody has read or answered, since the first of them."""
    case = fn.COALESCE(Message.case, CaseSubmission.case)
    waits = (Message.direction == INBOUND) & Message.read_at.is_null()
    old = Message.at < context.before(context.days())
    rows = context.candidates(
        Message, case=case, subject=case, since=fn.MIN(Message.at), turn="us",
        via=(CaseSubmission, Message.submission == CaseSubmission.submission),
    )  # fmt: skip
    return rows.where(waits & old).group_by(case)


@rule(
    "no_contact",
    N_("Nobody has been in touch with the household."),
    title=N_("Case without contact"),
    thresholds=(
        Threshold("days", 60, N_("Days since the last contact"),
                  N_("60 days: who is well hears from us every two months, and says so."),
                  least=14),
    ),
    actions=("message", "appointment"),
    table="cases",
    talks="any",
)  # fmt: skip
def no_contact(context: Context) -> ModelSelect:
    """Live cases without any message, kept appointment, review or answer since long."""
    last = fn.COALESCE(Case.last_contact_at, Case.opened_at)
    rows = context.candidates(Case, case=Case.id, since=last, turn="us")
    before = context.before(context.days())
    silent = (Case.last_contact_at < before) | (
        Case.last_contact_at.is_null() & (Case.opened_at < before)
    )
    return rows.where(silent)
