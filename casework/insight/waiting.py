"""How long people waited, and for whom: the person, a provider, us, or the system.

What counts as waiting: a step on hold (`holds` say whose turn it is), a referral under way (the
turn of each of its states), a request that is not yet a case (our turn, or the person's after a
question back), and a message from a person that nobody has read or answered. A question that a
person may leave open (a release, a plan to agree to, a form) is no waiting: silence is an answer.

Time in which several things waited for the same side counts once; where it waited for two sides
at the same time, it counts for both. So the sides need not add up to the time of the case.
Nothing counts beyond the end of a plan, of a goal, or of the case.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

from peewee import JOIN, fn

from casework.cases import Case, CaseSubmission
from casework.core.audit import AuditEntry
from casework.messages import INBOUND, Message
from casework.needs import Need
from casework.plans.models import Goal, Hold, Plan, Step
from casework.plans.states import TURNS
from casework.referral_states import STATES as REFERRAL_STATES
from casework.referral_states import TURNS as REFERRAL_TURNS
from casework.referral_states import UNDER_WAY
from casework.referrals import Referral, ReferralStep
from casework.submissions import Submission

DAY = timedelta(days=1)
ASKED_BACK, ANSWERED = "submission:returned", "submission:answered"
# By what the figures can be split: the life area or the provider of what waits, or the case's own.
OF_CASES = ("organization", "site", "language")
DIMENSIONS = ("all", "area", "provider", *OF_CASES)

Span = tuple[datetime, datetime]


class Wait(NamedTuple):
    """One thing that waited for one side; `until` is the end of the window while it still does."""

    case: uuid.UUID
    turn: str
    since: datetime
    until: datetime
    source: str
    row: uuid.UUID
    area: uuid.UUID | None = None
    provider: uuid.UUID | None = None


@dataclass(frozen=True)
class CaseWaiting:
    """How a case waited: days by turn, and what it waits for at the end of the window."""

    days: dict[str, float]
    now: list[Wait]

    @property
    def longest(self) -> float:
        """The days of the side that was waited for longest; 0 where nothing waited."""
        return max(self.days.values(), default=0)


@dataclass(frozen=True)
class WaitRow:
    """One line of a figure: how many cases waited, days in all, and the median of a case."""

    group: Any
    turn: str
    cases: int
    days: float
    median: float


def waiting_of(case: Case, *, at: datetime) -> CaseWaiting:
    """How long `case` has waited until `at`, and for what it waits then, the longest first."""
    found = list(waits(start=case.opened_at - timedelta(days=3660), end=at, cases=[case.id]))
    spans = _by_turn(found)
    days = {turn: _days(spans[turn]) for turn in TURNS if turn in spans}
    now = sorted((each for each in found if each.until >= at), key=_longest_first)
    return CaseWaiting(days, now)


def _longest_first(wait: Wait) -> tuple[datetime, int]:
    """What began together stands in the order of the sides, on every database."""
    return wait.since, TURNS.index(wait.turn)


def waited(
    *dimensions: str, start: datetime, end: datetime, cases: Any = None
) -> dict[str, list[WaitRow]]:
    """How long cases waited between `start` and `end`, for each group of each dimension and turn.

    What waited is read once for all `dimensions`. `cases` is a query or a list of case ids, by
    default all. `group` is the id of a life area, organisation or site, a language tag, or None
    for what belongs to none. Raises `ValueError` for another dimension. Nothing is suppressed:
    that is up to who publishes it.
    """
    if unknown := set(dimensions) - set(DIMENSIONS):
        raise ValueError(f"Waiting time cannot be split by {', '.join(sorted(unknown))}.")
    own = {name: _groups_of_cases(name) for name in dimensions if name in OF_CASES}
    spans: dict[tuple[str, Any, str], dict[uuid.UUID, list[Span]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in waits(start=start, end=end, cases=cases):
        span = (each.since, each.until)
        for name in dimensions:
            group = own[name].get(each.case) if name in own else getattr(each, name, None)
            spans[name, group, each.turn][each.case].append(span)
    rows: dict[str, list[WaitRow]] = {name: [] for name in dimensions}
    for (name, group, turn), by_case in spans.items():
        days = [_days(found) for found in by_case.values()]
        rows[name].append(WaitRow(group, turn, len(days), sum(days), median(days)))
    for found in rows.values():
        found.sort(key=lambda row: (str(row.group), TURNS.index(row.turn)))
    return rows


def waits(*, start: datetime, end: datetime, cases: Any = None) -> Iterator[Wait]:
    """Everything that waited between `start` and `end`, cut to that window, in no order."""
    for source in (_held_steps, _referrals, _requests, _messages):
        for each in source(start, end, cases):
            if start <= each.since < each.until <= end:
                yield each
            elif (since := max(each.since, start)) < (until := min(each.until, end)):
                yield each._replace(since=since, until=until)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _days(spans: Iterable[Span]) -> float:
    return sum((until - since for since, until in merged(spans)), timedelta()) / DAY


def _by_turn(found: Iterable[Wait]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for each in found:
        spans[each.turn].append((each.since, each.until))
    return spans


def _groups_of_cases(dimension: str) -> dict[uuid.UUID, Any]:
    """What each case belongs to."""
    return dict(Case.select(Case.id, getattr(Case, dimension)).tuples())


def _of(column: Any, cases: Any) -> Any:
    return column << cases if cases is not None else column.is_null(False)


def _first(*moments: datetime | None) -> datetime:
    return min(moment for moment in moments if moment is not None)


def _held_steps(start: datetime, end: datetime, cases: Any) -> Iterator[Wait]:
    rows = (
        Hold.select(
            Hold.case, Hold.turn, Hold.since, Hold.ended_at, Hold.id, Goal.life_area, Goal.state,
            Goal.state_since, Plan.ended_at, Case.closed_at, Step.organization,
        )
        .join(Step).join(Goal).join(Plan).switch(Hold).join(Case)
        .where(
            (Hold.since < end) & (Hold.ended_at.is_null() | (Hold.ended_at > start))
            & _of(Hold.case, cases)
        )
    )  # fmt: skip
    for (
        case,
        turn,
        since,
        over,
        row,
        area,
        state,
        moved,
        plan_over,
        closed,
        provider,
    ) in rows.tuples().iterator():
        until = _first(end, over, plan_over, closed, moved if state != "open" else None)
        yield Wait(case, turn, since, until, "step", row, area, provider)


def _referrals(start: datetime, end: datetime, cases: Any) -> Iterator[Wait]:
    rows = (
        ReferralStep.select(
            ReferralStep.referral, ReferralStep.at, ReferralStep.state, ReferralStep.case,
            Need.life_area, Referral.organization, Case.closed_at,
        )
        .join(Referral).join(Need).switch(ReferralStep)
        .join(Case, on=(ReferralStep.case == Case.id))
        .where(
            (Referral.state.in_(UNDER_WAY) | (Referral.state_since > start))
            & (ReferralStep.at < end) & (ReferralStep.state << list(REFERRAL_STATES.names))
            & _of(ReferralStep.case, cases)
        )
        .order_by(ReferralStep.referral, ReferralStep.at, ReferralStep.id)
    )  # fmt: skip
    for referral, group in groupby(rows.tuples().iterator(), key=lambda row: row[0]):
        steps = list(group)
        ends = [*(step[1] for step in steps[1:]), end]
        for (_id, since, state, case, area, provider, closed), until in zip(
            steps, ends, strict=True
        ):
            if turn := REFERRAL_TURNS.get(state):
                until = _first(until, closed)
                yield Wait(case, turn, since, until, "referral", referral, area, provider)


def _requests(start: datetime, end: datetime, cases: Any) -> Iterator[Wait]:
    """Requests until they became a case; a question back gives the turn to the person."""
    mine = (
        CaseSubmission.select(
            CaseSubmission.case, CaseSubmission.at, Submission.id, Submission.received_at
        )
        .join(Submission)
        .where(
            (Submission.received_at < end) & (CaseSubmission.at > start)
            & (Submission.received_at < CaseSubmission.at) & _of(CaseSubmission.case, cases)
        )
    )  # fmt: skip
    found = list(mine.tuples())
    asked = _questions_back([row[2] for row in found]) if cases is not None else _questions_back()
    for case, linked, row, received in found:
        turn, since = "us", received
        for moment, event in asked.get(row, ()):
            if moment < linked:
                yield Wait(case, turn, since, moment, "request", row)
                turn, since = "person" if event == ASKED_BACK else "us", moment
        yield Wait(case, turn, since, linked, "request", row)


def _questions_back(
    requests: list[uuid.UUID] | None = None,
) -> dict[uuid.UUID, list[tuple[datetime, str]]]:
    """When requests were sent back with a question and when the answer came, in order."""
    rows = AuditEntry.select(AuditEntry.subject_id, AuditEntry.at, AuditEntry.event).where(
        (AuditEntry.event << (ASKED_BACK, ANSWERED)) & _of(AuditEntry.subject_id, requests)
    )
    found: dict[uuid.UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for row, at, event in rows.order_by(AuditEntry.at, AuditEntry.id).tuples().iterator():
        found[row].append((at, event))
    return found


def _messages(start: datetime, end: datetime, cases: Any) -> Iterator[Wait]:
    """Messages from people until somebody read them or wrote back, whichever came first."""
    still = Message.read_at.is_null() | (Message.read_at > start)
    case = fn.COALESCE(Message.case, CaseSubmission.case)
    rows = (
        Message.select(
            Case.id, Message.at, Message.direction, Message.read_at, Message.id,
            Case.closed_at,
        )
        .join(CaseSubmission, JOIN.LEFT_OUTER, on=(Message.submission == CaseSubmission.submission))
        .join(Case, on=(case == Case.id))
        .where((Message.at < end) & ((Message.direction != INBOUND) | still) & _of(Case.id, cases))
        .order_by(Case.id, Message.at.desc(), Message.id.desc())
    )  # fmt: skip
    for _case, group in groupby(rows.tuples().iterator(), key=lambda row: row[0]):
        answered = None
        for of, at, direction, read, row, closed in group:
            if direction != INBOUND:
                answered = at
            elif (until := _first(end, answered, read, closed)) > start:
                yield Wait(of, "us", at, until, "message", row)
