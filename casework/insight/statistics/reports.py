"""The reports. Each function returns the rows of a quarter; everything counted is a household,
except requests, which are counted before anybody belongs to a household.

A new report is one function with `@report`: its rows are counted, hidden, fixed and shown by
themselves. Statements are for all rows at once, never for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from peewee import fn

from casework.cases import LIVE_STATES, Case
from casework.core.audit import AuditEntry
from casework.core.i18n import N_
from casework.insight.balance.inequality import gini
from casework.insight.statistics.registry import AREA, LANGUAGE, SITE, Quarter, Row, report
from casework.insight.waiting import DAY, merged, waits
from casework.needs import Need
from casework.people import Person
from casework.plans.models import Goal, Hold, Plan, Step
from casework.plans.reviews import PROGRESS_NAMES, GoalProgress, PlanReview
from casework.referral_states import FINAL, STATES
from casework.referrals import Referral, ReferralStep
from casework.submissions import Submission
from casework.supporters import running, spans

LONG_DAYS = 90
# An open need that nobody answers is a gap after so many days, not on the first.
PATIENT_DAYS = 28
USED_DAYS = 60
MOST_SUPPORTERS = 4
STEP_EVENTS = ("step:added", "step:changed", "step:moved", "step:held")
TURN_NAMES = {
    "person": N_("the person"),
    "provider": N_("a provider"),
    "us": N_("us"),
    "system": N_("a free place anywhere"),
}


@report(
    "places",
    title=N_("Where places are missing"),
    about=N_(
        "Households at the end of the quarter that waited for a place that there was not: a step "
        "held up by that, a waiting list, a refusal for lack of places while the need is still "
        "open, or a need that nobody had answered for four weeks."
    ),
    sentences=(
        N_(
            "%(count)s households wait for a place; most of them in the life area “%(top)s”: "
            "%(top_count)s households, half of them for longer than %(top_days)s days."
        ),
        N_("%(count)s households wait for a place, half of them for longer than %(days)s days."),
        N_("%(count)s households wait for a place."),
    ),
    kinds=AREA, heading=N_("Life area"), by=(SITE, LANGUAGE), marked=N_("for more than 90 days"),
    days_about=N_(
        "Days from when the first of these began, an open need from the day it was noted, to the "
        "end of the quarter; half of the households waited longer. The page “Waiting time” has "
        "other figures: it counts steps on hold, referrals, requests and messages of each case, "
        "and no need that nobody works on."
    ),
)  # fmt: skip
def places(quarter: Quarter) -> Iterator[Row]:
    """Who waits for a place, since when, by life area."""
    at = quarter.end
    since: dict[tuple[UUID, UUID], datetime] = {}
    for source in (_held_up, _without_place, _unanswered):
        for household, area, begun in source(at):
            key = (household, area)
            since[key] = min(begun, since.get(key, begun))
    for (household, area), begun in since.items():
        days = (at - begun) / DAY
        yield Row(household, str(area), days > LONG_DAYS, days)


def _live_at(at: datetime) -> Any:
    """Cases that were open at a moment; one that was opened again counts as open in between."""
    return (Case.opened_at <= at) & (
        Case.state.in_(LIVE_STATES) | Case.closed_at.is_null() | (Case.closed_at > at)
    )


def _held_up(at: datetime) -> Iterator[tuple[UUID, UUID, datetime]]:
    rows = (
        Hold.select(Case.household, Goal.life_area, Hold.since)
        .join(Step).join(Goal).join(Plan).switch(Hold).join(Case)
        .where(
            (Hold.turn == "system") & (Hold.since <= at)
            & (Hold.ended_at.is_null() | (Hold.ended_at > at))
            & (Plan.ended_at.is_null() | (Plan.ended_at > at)) & _live_at(at)
        )
    )  # fmt: skip
    yield from rows.tuples().iterator()


def _without_place(at: datetime) -> Iterator[tuple[UUID, UUID, datetime]]:
    """Waiting lists, and refusals for lack of places while the need was still open."""
    steps = (
        ReferralStep.select(
            ReferralStep.referral, ReferralStep.state, ReferralStep.at, Case.household,
            Need.life_area, Need.state, Need.state_since,
        )
        .join(Referral).join(Need).switch(ReferralStep).join(Case)
        .where((ReferralStep.at <= at) & (ReferralStep.state << list(STATES.names)) & _live_at(at))
        .order_by(ReferralStep.referral, ReferralStep.at, ReferralStep.id)
    )  # fmt: skip
    for _referral, group in groupby(steps.tuples().iterator(), key=lambda row: row[0]):
        *_, (_, state, since, household, area, need, need_since) = group
        is_open = need == "open" or need_since > at
        if state == "waitlisted" or (state == "no_capacity" and is_open):
            yield household, area, since


def _unanswered(at: datetime) -> Iterator[tuple[UUID, UUID, datetime]]:
    """Needs that were open for a while in an area where nobody helped the household."""
    helped = {(span.household, span.area) for span in running(spans(), at)}
    rows = (
        Need.select(Case.household, Need.life_area, Need.opened_at)
        .join(Case)
        .where(
            (Need.opened_at <= at - timedelta(days=PATIENT_DAYS))
            & ((Need.state == "open") | (Need.state_since > at)) & _live_at(at)
        )
    )  # fmt: skip
    for household, area, since in rows.tuples().iterator():
        if (household, area) not in helped:
            yield household, area, since


@report(
    "goals",
    title=N_("What becomes of goals"),
    about=N_(
        "Households whose plan was looked at in the quarter, by how their goals stood at the last "
        "look. A household with several goals can stand in several lines."
    ),
    sentences=(
        N_(
            "The plans of %(count)s households were looked at; %(marked)s of them (%(percent)s) "
            "got further with a goal or reached one."
        ),
        N_("The plans of %(count)s households were looked at."),
    ),
    kinds=PROGRESS_NAMES, heading=N_("How goals stood"), by=(AREA, SITE, LANGUAGE),
    marked=N_("better or reached"),
)  # fmt: skip
def goals(quarter: Quarter) -> Iterator[Row]:
    """How each goal stood at its last review in the quarter."""
    rows = (
        GoalProgress.select(
            GoalProgress.goal, Case.household, GoalProgress.progress, Goal.life_area
        )
        .join(PlanReview).switch(GoalProgress).join(Goal).switch(GoalProgress).join(Case)
        .where((PlanReview.at >= quarter.start) & (PlanReview.at < quarter.end))
        .order_by(GoalProgress.goal, PlanReview.at, PlanReview.id)
    )  # fmt: skip
    for _goal, group in groupby(rows.tuples().iterator(), key=lambda row: row[0]):
        *_, (_, household, how, area) = group
        yield Row(household, how, how in ("better", "reached"), area=area)


@report(
    "referrals",
    title=N_("How referrals end"),
    about=N_(
        "Households with a referral that came to an end in the quarter, by how it ended. A "
        "household with several referrals can stand in several lines."
    ),
    sentences=(
        N_(
            "Referrals of %(count)s households came to an end; %(marked)s of them (%(percent)s) "
            "got help."
        ),
        N_("Referrals of %(count)s households came to an end."),
    ),
    kinds={name: STATES.names[name] for name in FINAL}, heading=N_("Outcome"),
    by=(AREA, SITE, LANGUAGE), marked=N_("got help"),
    days_about=N_(
        "Days from sending a referral to its outcome, of a household with several the longest; "
        "for half of the households it took longer."
    ),
)  # fmt: skip
def referrals(quarter: Quarter) -> Iterator[Row]:
    """Outcomes that were noted in the quarter, with the days since the referral was sent."""
    rows = (
        ReferralStep.select(
            Case.household, ReferralStep.state, ReferralStep.at, Referral.sent_at, Need.life_area
        )
        .join(Referral).join(Need).switch(ReferralStep).join(Case)
        .where(
            (ReferralStep.state << list(FINAL)) & (ReferralStep.at >= quarter.start)
            & (ReferralStep.at < quarter.end) & Referral.sent_at.is_null(False)
        )
    )  # fmt: skip
    for household, state, ended, sent, area in rows.tuples().iterator():
        days = max((ended - sent) / DAY, 0.0)
        yield Row(household, state, state == "got_help", days, area)


@report(
    "plans",
    title=N_("How many plans are used"),
    about=N_(
        "Households with an open case at the end of the quarter. A plan is used when a step of it "
        "was added, changed or moved within the last 60 days."
    ),
    sentences=(
        N_("%(marked)s of %(count)s households (%(percent)s) have a plan that is used."),
        N_("%(count)s households have an open case."),
    ),
    kinds={"used": N_("a plan that is used"), "idle": N_("a plan that lies idle"),
           "none": N_("no plan")},
    heading=N_("Plan"), by=(SITE, LANGUAGE), marked=N_("a plan that is used"),
)  # fmt: skip
def plans(quarter: Quarter) -> Iterator[Row]:
    """Whether each household with a case has a plan, and whether anybody uses it."""
    at = quarter.end
    events = AuditEntry.select(AuditEntry.case_id).where(
        (AuditEntry.event << STEP_EVENTS) & (AuditEntry.at <= at)
        & (AuditEntry.at > at - timedelta(days=USED_DAYS))
    )  # fmt: skip
    touched = {case for (case,) in events.distinct().tuples().iterator()}
    rows = Plan.select(Plan.case).where(
        (Plan.started_at <= at) & (Plan.ended_at.is_null() | (Plan.ended_at > at))
    )
    planned = {case for (case,) in rows.distinct().tuples().iterator()}
    states: dict[UUID, set[str]] = defaultdict(set)
    for household, case in Case.select(Case.household, Case.id).where(_live_at(at)).tuples():
        has_plan = case in planned
        states[household].add("none" if not has_plan else "used" if case in touched else "idle")
    for household, found in states.items():
        best = next(name for name in ("used", "idle", "none") if name in found)
        yield Row(household, best, best == "used")


@report(
    "waiting",
    title=N_("Whose turn it was"),
    about=N_(
        "Households in which something waited during the quarter, by whom it waited for. Of the "
        "days of a household those in the life area count in which it waited longest; time in "
        "which several things waited for the same side counts once. A household can stand in "
        "several lines."
    ),
    sentences=(
        N_(
            "Something waited in %(count)s households, most often for %(top)s: in %(top_count)s "
            "households, half of them for longer than %(top_days)s days."
        ),
        N_("Something waited in %(count)s households."),
    ),
    kinds=TURN_NAMES, heading=N_("Waited for"), by=(AREA, SITE, LANGUAGE),
    marked=N_("for a free place anywhere"),
    days_about=N_(
        "Days within this quarter only, of the households in which something waited for that "
        "side; half of them waited longer."
    ),
)  # fmt: skip
def waiting(quarter: Quarter) -> Iterator[Row]:
    """How long each household waited in the quarter, for whom, by life area."""
    household_of = dict(Case.select(Case.id, Case.household).tuples().iterator())
    found: dict[tuple[UUID, str, UUID | None], list[Any]] = defaultdict(list)
    for each in waits(start=quarter.start, end=quarter.end):
        if each.case in household_of:
            key = (household_of[each.case], each.turn, each.area)
            found[key].append((each.since, each.until))
    for (household, turn, area), times in found.items():
        length = sum((until - since for since, until in merged(times)), timedelta())
        yield Row(household, turn, turn == "system", length / DAY, area)


def evenness(households: Mapping[str, int]) -> float | None:
    """The Gini coefficient of what is shown; the last class counts as its least number."""
    return gini({int(kind): number for kind, number in households.items()})


@report(
    "support",
    title=N_("How evenly support is spread"),
    about=N_(
        "Households with an open case at the end of the quarter, by how many organisations, "
        "colleagues and volunteers help them. The Gini coefficient is 0 where all have the same "
        "and close to 1 where few have everything; a low figure is no aim by itself, since who "
        "needs more should have more. It is reckoned from the lines that are shown."
    ),
    sentences=(
        N_(
            "Nobody helps %(marked)s of %(count)s households (%(percent)s); the Gini coefficient "
            "is %(measure)s."
        ),
        N_("Nobody helps %(marked)s of %(count)s households (%(percent)s)."),
        N_("%(count)s households have an open case."),
    ),
    kinds={"0": N_("nobody helps"), "1": N_("one helps"), "2": N_("two help"),
           "3": N_("three help"), "4": N_("four or more help")},
    heading=N_("Who helps"), by=(SITE, LANGUAGE), marked=N_("nobody helps"), measure=evenness,
)  # fmt: skip
def support(quarter: Quarter) -> Iterator[Row]:
    """How many help each household with a case."""
    at = quarter.end
    helping: dict[UUID, set[Any]] = defaultdict(set)
    for span in running(spans(), at):
        helping[span.household].add(span.supporter)
    for (household,) in Case.select(Case.household).where(_live_at(at)).distinct().tuples():
        number = min(len(helping.get(household, ())), MOST_SUPPORTERS)
        yield Row(household, str(number), number == 0)


@report(
    "requests",
    title=N_("Requests by language"),
    about=N_("Requests for help that came in during the quarter, by the language they came in."),
    sentences=(
        N_(
            "%(count)s requests came in, most of them in one language: %(top)s "
            "(%(top_count)s requests)."
        ),
        N_("%(count)s requests came in."),
    ),
    kinds=LANGUAGE, heading=N_("Language"), unit=N_("Requests"),
    marked=N_("filled in by a helper"),
)  # fmt: skip
def requests(quarter: Quarter) -> Iterator[Row]:
    """Each request with its language."""
    rows = Submission.select(Submission.id, Submission.language, Submission.by_helper).where(
        (Submission.purpose == "request") & (Submission.received_at >= quarter.start)
        & (Submission.received_at < quarter.end)
    )  # fmt: skip
    for request, language, by_helper in rows.tuples().iterator():
        yield Row(request, language, by_helper)


@report(
    "needs",
    title=N_("What people need"),
    about=N_(
        "Households in which a need was noted in the quarter, by life area, and whether it was "
        "met by the day on which these figures were counted."
    ),
    sentences=(
        N_(
            "New needs were noted in %(count)s households, most often in the life area “%(top)s” "
            "(%(top_count)s households)."
        ),
        N_("New needs were noted in %(count)s households."),
    ),
    kinds=AREA, heading=N_("Life area"), by=(SITE, LANGUAGE), marked=N_("met since"),
)  # fmt: skip
def needs(quarter: Quarter) -> Iterator[Row]:
    """Needs that were opened in the quarter."""
    rows = (
        Need.select(Case.household, Need.life_area, Need.state)
        .join(Case)
        .where((Need.opened_at >= quarter.start) & (Need.opened_at < quarter.end))
    )
    for household, area, state in rows.tuples().iterator():
        yield Row(household, str(area), state == "met")


@report(
    "caseload",
    title=N_("Households and people by site"),
    about=N_(
        "Households with an open case at the end of the quarter and the people in them, by site."
    ),
    sentences=(
        N_("%(count)s households with %(people)s people have an open case."),
        N_("%(count)s households have an open case."),
    ),
    kinds=SITE, heading=N_("Site"), by=(LANGUAGE,), has_people=True,
    marked=N_("with a case since this quarter"),
)  # fmt: skip
def caseload(quarter: Quarter) -> Iterator[Row]:
    """Each household with a case, where it lives and how many people it has."""
    at = quarter.end
    sizes = Person.select(Person.household, fn.COUNT(Person.id)).group_by(Person.household)
    people = dict(sizes.tuples().iterator())
    rows = Case.select(Case.household, Case.site, Case.opened_at).where(_live_at(at))
    newest: dict[UUID, tuple[UUID | None, datetime]] = {}
    for household, site, opened in rows.order_by(Case.opened_at, Case.id).tuples().iterator():
        newest[household] = (site, opened)
    for household, (site, opened) in newest.items():
        new = opened >= quarter.start
        yield Row(household, str(site or ""), new, people=people.get(household, 0))
