"""Closing a case well: a reason, a last look at every open goal, and what stays open by name."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, ModelSelect

from casework.cases import CLOSING_REASONS, Case, CaseModel, ClosingReasonMissing, move_case
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.handovers import Handover, HandoverPoint
from casework.needs import Need
from casework.plans.models import Goal, Plan
from casework.plans.reviews import review_plan
from casework.plans.states import PROGRESS
from casework.plans.writing import REVIEW_DAYS, end_plan
from casework.referrals import WAITING, Referral

UNSETTLED = ("open", "covered")
# Who was entered twice has their plan elsewhere: there is nothing to look back on.
WITHOUT_LOOK = ("duplicate",)


class LastLookMissing(Refusal):
    """Nobody is let go without a last look at what was agreed."""

    msgid = N_(
        "Before the case is closed, please note for each open goal how it stands: "
        "%(count)s still without."
    )


class PointsOpen(Refusal):
    """Handed over means that somebody has it."""

    msgid = N_(
        "%(count)s lines of the handover are open. Please settle them first, "
        "or choose another reason for closing."
    )


class Closing(CaseModel):
    """How a case was closed: why, what was said, and how much stayed open; one each time."""

    case = ForeignKeyField(Case, backref="closings", on_delete="CASCADE")
    at = UtcField()
    author = LineField(max_length=200, default="")
    reason = CharField(max_length=32)
    remark = SealedField(max_length=4000, null=True)
    needs_open = IntegerField(default=0)
    referrals_open = IntegerField(default=0)

    class Meta:
        table_name = "closings"
        indexes = ((("reason", "at"), False),)

    @classmethod
    def of(cls, case: Case) -> ModelSelect:
        """How a case was closed each time, the latest first."""
        rows = cls.select().where(cls.case == case)
        return rows.order_by(cls.at.desc(), cls.id.desc())


@dataclass(frozen=True)
class LeftOpen:
    """What a case that is about to be closed would leave behind."""

    goals: list[Goal]
    needs: list[Need]
    referrals: list[Referral]
    points: list[HandoverPoint]

    @property
    def version(self) -> str:
        """A sign that changes when something is added or settled."""
        rows = (*self.goals, *self.needs, *self.referrals, *self.points)
        return uuid.uuid5(uuid.NAMESPACE_OID, " ".join(sorted(str(row.id) for row in rows))).hex


@recorded("case:ended", needs="case:edit")
def close_case(
    case: Case,
    reason: str,
    marks: Mapping[Goal, str] | None = None,
    *,
    remark: str = "",
    seen: str = "",
    by: Actor,
    at: datetime,
) -> Case:
    """Close a case for a reason, after a last look at its goals.

    `marks` says of each open goal how it stands (worse, same, better, reached); the plans are
    reviewed with them and end. `seen` is the version of what the reader was told stays open,
    empty where nothing was shown. Raises `ClosingReasonMissing`, `LastLookMissing`,
    `PointsOpen` where it counts as handed over, `StaleEdit`, `NotFound`, `InvalidTransition`.
    """
    if reason not in CLOSING_REASONS:
        raise ClosingReasonMissing()
    left, marks = left_open(case), dict(marks or {})
    if seen and seen != left.version:
        raise StaleEdit()
    if reason not in WITHOUT_LOOK:
        _look_back(left.goals, marks, remark, by=by, at=at)
    if reason == "handed_over" and left.points:
        raise PointsOpen(count=len(left.points))
    for plan in Plan.running(case):
        end_plan(plan, by=by, at=at)
    Closing.create(
        case=case, at=at, author=by.name[:200], reason=reason,
        remark=clean(remark).strip() or None, needs_open=len(left.needs),
        referrals_open=len(left.referrals),
    )  # fmt: skip
    return move_case(case, "closed", reason=reason, by=by, at=at)


def left_open(case: Case) -> LeftOpen:
    """Open goals of running plans, needs, referrals on their way and lines of the handover."""
    goals: Any = (
        Goal.select()
        .join(Plan)
        .where((Goal.case == case) & (Goal.state == "open") & Plan.ended_at.is_null())
    )
    needs: Any = Need.select().where((Need.case == case) & (Need.state << UNSETTLED))
    referrals: Any = Referral.select().where(
        (Referral.case == case) & (Referral.state << ("draft", *WAITING))
    )
    points: Any = (
        HandoverPoint.select()
        .join(Handover)
        .where(
            (Handover.case == case) & Handover.ended_at.is_null() & (HandoverPoint.state == "open")
        )
    )
    return LeftOpen(
        list(goals.order_by(Goal.position, Goal.id).with_related(Goal.life_area)),
        list(needs.order_by(Need.opened_at, Need.id).with_related(Need.category, Need.life_area)),
        list(
            referrals.order_by(Referral.created_at, Referral.id)
            .with_related(Referral.service, Referral.organization)
        ),
        list(points.order_by(HandoverPoint.position)),
    )  # fmt: skip


def _look_back(
    goals: Collection[Goal], marks: dict[Goal, str], remark: str, *, by: Actor, at: datetime
) -> None:
    """Review each plan with the marks of its goals; every open goal needs one."""
    if any(how not in PROGRESS for how in marks.values()) or not set(marks) <= set(goals):
        raise NotFound()
    missing = [goal for goal in goals if goal not in marks]
    if missing:
        raise LastLookMissing(count=len(missing))
    by_plan: dict[uuid.UUID, dict[Goal, str]] = {}
    for goal in goals:
        by_plan.setdefault(goal.__data__["plan"], {})[goal] = marks[goal]
    for plan in Plan.select().where(Plan.id << list(by_plan)):
        review_plan(
            plan, by_plan[plan.id], next_on=site_day(at) + timedelta(days=REVIEW_DAYS),
            remark=remark, seen=plan.reviews, by=by, at=at,
        )  # fmt: skip
