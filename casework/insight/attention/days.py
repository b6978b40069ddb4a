"""Days that come near: deadlines, the end of counselling, contacts that go cold, decisions due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from peewee import Case as When
from peewee import ModelSelect

from casework.cases import Case
from casework.core.i18n import N_
from casework.deadlines import Deadline, DeadlineKind
from casework.handovers import Handover
from casework.insight.attention.marks import wakes
from casework.insight.attention.registry import Context, Threshold, rule
from casework.network.contacts import NetworkContact
from casework.network.meetings import Decision


@rule(
    "deadline_near",
    N_("A deadline is near or past."),
    title=N_("Deadline near"),
    rank=0,
    actions=("open", "appointment", "message"),
)
def deadline_near(context: Context) -> ModelSelect:
    """Open deadlines within the notice of their kind, which changes in the back office.

    The day is the cause: after an extension it is another one.
    """
    kinds = list(DeadlineKind.select(DeadlineKind.id, DeadlineKind.notice_days))
    near: Any = Deadline.id.is_null()
    for kind in kinds:
        until = context.today + timedelta(days=kind.notice_days)
        near |= (Deadline.kind == kind.id) & (Deadline.due_on <= until)
    notices = [(Deadline.kind == kind.id, -kind.notice_days) for kind in kinds]
    days = When(None, notices, 0) if notices else 0
    rows = context.candidates(Deadline, since=Deadline.due_on, turn="us", days=days)
    return rows.where((Deadline.state == "open") & near)


@wakes("deadline_kinds")
def of_kind(kind: DeadlineKind) -> ModelSelect:
    """Cases with an open deadline of a kind whose notice has changed."""
    return Deadline.select(Deadline.case).where(
        (Deadline.kind == kind.id) & (Deadline.state == "open")
    )


@rule(
    "counselling_ends",
    N_("Counselling ends soon, and no handover has begun."),
    title=N_("Counselling ends"),
    thresholds=(
        Threshold("days", 120, N_("Days before the end"),
                  N_("120 days: regular services have waiting times, and a good handover takes "
                     "several talks."), least=14, most=365),
    ),
    actions=("handover", "appointment", "message"),
    table="cases",
)  # fmt: skip
def counselling_ends(context: Context) -> ModelSelect:
    """Live cases whose clock runs out and that nobody hands over yet."""
    until = context.today + timedelta(days=context.days())
    rows = context.candidates(
        Case, case=Case.id, since=Case.counselling_until, turn="us", days=-context.days()
    )
    begun = Handover.select(Handover.case).where(Handover.ended_at.is_null())
    ending = (Case.counselling_until <= until) & (Case.counselling_until >= context.today)
    return rows.where(ending & Case.id.not_in(begun))


@rule(
    "counselling_over",
    N_("Counselling should have ended: close the case, or extend it with a reason."),
    title=N_("Counselling is over"),
    rank=0,
    thresholds=(
        Threshold("days", 1, N_("Days after the end"),
                  N_("1 day: the last day itself still belongs to the counselling."), least=1,
                  most=180),
    ),
    actions=("close", "handover", "message"),
    table="cases",
)  # fmt: skip
def counselling_over(context: Context) -> ModelSelect:
    """Live cases beyond their clock, whether a handover has begun or not."""
    rows = context.candidates(Case, case=Case.id, since=Case.counselling_until, turn="us")
    return rows.where(Case.counselling_until <= context.today - timedelta(days=context.days()))


@rule(
    "contact_cold",
    N_("Nobody has been in touch with this contact for longer than agreed."),
    title=N_("Contact goes cold"),
    rank=2,
    thresholds=(
        Threshold("days", 7, N_("Days after the agreed day"),
                  N_("7 days: a call may wait for a quiet hour within the week."), most=180),
    ),
    actions=("open",),
    of_case=False,
    wakes=("network_contacts", "network_talks", "network_meetings"),
    permission="network:edit",
    own=lambda staff: NetworkContact.scope(staff).select(NetworkContact.id).where(
        NetworkContact.added_by == staff.id
    ),
)  # fmt: skip
def contact_cold(context: Context) -> ModelSelect:
    """Contacts in use whose next contact is overdue."""
    rows = context.candidates(NetworkContact, since=NetworkContact.next_due_on, turn="us")
    late = NetworkContact.next_due_on <= context.today - timedelta(days=context.days())
    return rows.where(NetworkContact.active & late)


@rule(
    "decision_due",
    N_("What was decided in a meeting is not done yet."),
    title=N_("Decision of a meeting due"),
    thresholds=(
        Threshold("days", 1, N_("Days after the agreed day"),
                  N_("1 day: on the day itself it can still be done."), most=180),
    ),
    actions=("open",),
    of_case=False,
    wakes=("network_decisions",),
    permission="network:edit",
    own=lambda staff: Decision.scope(staff).select(Decision.id).where(Decision.staff == staff.id),
)  # fmt: skip
def decision_due(context: Context) -> ModelSelect:
    """Decisions that nobody has ticked off in time."""
    rows = context.candidates(Decision, since=Decision.due_on, turn="us")
    late = Decision.due_on <= context.today - timedelta(days=context.days())
    return rows.where(Decision.done_at.is_null() & late)
