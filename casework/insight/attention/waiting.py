"""Rules about needs and referrals: who waits for whom, and where a place has opened."""

from __future__ import annotations

from typing import Any

from peewee import Case as When
from peewee import ModelSelect, fn

from casework.core.i18n import N_
from casework.engagements import Engagement
from casework.insight.attention.marks import wakes
from casework.insight.attention.registry import Context, Threshold, rule
from casework.named_supports import NamedSupport
from casework.needs import Need
from casework.plans.models import Goal, Plan, Step
from casework.plans.states import OPEN_STEPS
from casework.providers import Service
from casework.referrals import WAITING, Referral


@rule(
    "need_alone",
    N_("Nobody helps with an open need."),
    title=N_("Need without anybody"),
    thresholds=(
        Threshold("days", 7, N_("Days since the need is open"),
                  N_("7 days: every need is talked about once a week."), least=1),
    ),
    actions=("offer_other", "appointment", "message"),
)  # fmt: skip
def need_alone(context: Context) -> ModelSelect:
    """Open needs without a referral on its way and without anybody else in their area of life.

    Somebody is there where an open step of the plan is done by us or by a provider or volunteer
    with a name, where a volunteer has said yes, and where the household named help of its own:
    what counts as support for the balance, counts here.
    """
    sent = Referral.select(Referral.id).where(
        (Referral.need == Need.id) & (Referral.state << WAITING)
    )
    rank = When(None, [(Need.urgency == "today", 0)], 1)
    rows = context.candidates(Need, since=Need.state_since, turn="us", rank=rank)
    rows = rows.where((Need.state == "open") & (Need.state_since < context.before(context.days())))
    for somebody in (sent, _planned(), _beside(), _named(context)):
        rows = rows.where(~fn.EXISTS(somebody))
    return rows


def _planned() -> Any:
    """Open steps in the area of a need that somebody with a name does."""
    named = Step.staff.is_null(False) | Step.organization.is_null(False) | Step.name.is_null(False)
    steps: Any = Step.select(Step.id).join(Goal, on=(Step.goal == Goal.id))
    return steps.join(Plan, on=(Goal.plan == Plan.id)).where(
        (Step.case == Need.case)
        & (Goal.life_area == Need.life_area)
        & (Goal.state == "open")
        & Plan.ended_at.is_null()
        & (Step.state << OPEN_STEPS)
        & named
    )


def _beside() -> Any:
    """Volunteers who have said yes in the area of a need."""
    return Engagement.select(Engagement.id).where(
        (Engagement.case == Need.case)
        & (Engagement.life_area == Need.life_area)
        & (Engagement.state << ("agreed", "running"))
    )


def _named(context: Context) -> Any:
    """Help that the household named in the area of a need, and that has not ended."""
    still = NamedSupport.until.is_null() | (NamedSupport.until > context.today)
    return NamedSupport.select(NamedSupport.id).where(
        (NamedSupport.case == Need.case) & (NamedSupport.life_area == Need.life_area) & still
    )


def _in_state(context: Context, states: tuple[str, ...], since: Any, turn: str) -> ModelSelect:
    rows = context.candidates(Referral, since=since, turn=turn, state=Referral.state)
    return rows.where((Referral.state << states) & (since < context.before(context.days())))


@rule(
    "referral_unanswered",
    N_("A provider has not answered."),
    title=N_("Referral unanswered"),
    thresholds=(
        Threshold("days", 14, N_("Days since the request was sent"),
                  N_("14 days: as long as the link of a request works."), least=3, most=180),
    ),
    actions=("remind_provider", "offer_other", "open"),
    asks=True,
)  # fmt: skip
def referral_unanswered(context: Context) -> ModelSelect:
    """Referrals that the provider has got, and perhaps seen, and not answered."""
    return _in_state(context, ("sent", "acknowledged"), Referral.sent_at, "provider")


@rule(
    "referral_idle",
    N_("A provider has accepted, and nothing was heard since."),
    title=N_("Accepted without follow-up"),
    thresholds=(
        Threshold("days", 28, N_("Days since the provider accepted"),
                  N_("28 days: within a month the first meeting should have been."), least=7),
    ),
    actions=("remind_provider", "ask_person", "open"),
    asks=True,
)  # fmt: skip
def referral_idle(context: Context) -> ModelSelect:
    """Accepted referrals where nobody has begun, and nobody here means to look at it later."""
    rows = _in_state(context, ("accepted",), Referral.state_since, "provider")
    return rows.where(Referral.follow_up_on.is_null() | (Referral.follow_up_on <= context.today))


@rule(
    "referral_person",
    N_("A provider needs something from the person."),
    title=N_("Waits for the person"),
    thresholds=(
        Threshold("days", 7, N_("Days since the provider asked"),
                  N_("7 days: a place that nobody takes goes to somebody else."),
                  least=2, most=180),
    ),
    actions=("ask_person", "appointment", "open"),
    asks=True,
)  # fmt: skip
def referral_person(context: Context) -> ModelSelect:
    """Referrals in which it is the person's turn."""
    return _in_state(context, ("needs_client_action",), Referral.state_since, "person")


@rule(
    "waitlist_still",
    N_("A waiting list has not moved."),
    title=N_("Waiting list without movement"),
    rank=2,
    thresholds=(
        Threshold("days", 60, N_("Days on the waiting list"),
                  N_("60 days: courses and day care give places away in every quarter."),
                  least=14),
    ),
    actions=("offer_other", "remind_provider", "open"),
)  # fmt: skip
def waitlist_still(context: Context) -> ModelSelect:
    """Referrals that stand on a waiting list."""
    return _in_state(context, ("waitlisted",), Referral.state_since, "system")


@rule(
    "place_free",
    N_("A place is free where somebody waits."),
    title=N_("Place free for somebody"),
    rank=0,
    thresholds=(
        Threshold("within", 60, N_("Days for which a report of free places counts"),
                  N_("60 days: an older report says nothing about today."), least=1),
    ),
    actions=("remind_provider", "offer_other", "open"),
)  # fmt: skip
def place_free(context: Context) -> ModelSelect:
    """Referrals on a waiting list, or refused for want of a place while the need is still open,
    to a service that has reported free places since."""
    rows = context.candidates(
        Referral, since=Service.capacity_at, turn="us", days=0, free=Service.capacity_free
    )
    waits = (Referral.state == "waitlisted") | (
        (Referral.state == "no_capacity") & (Need.state == "open")
    )
    free = (
        (Service.capacity_free > 0)
        & (Service.capacity_at > Referral.state_since)
        & (Service.capacity_at >= context.before(context.days("within")))
    )
    again = Referral.alias()
    under_way = again.select(again.id).where(
        (again.need == Referral.need) & (again.state << WAITING) & (again.id != Referral.id)
    )
    return (
        rows.join_from(Referral, Service, on=(Referral.service == Service.id))
        .join_from(Referral, Need, on=(Referral.need == Need.id))
        .where(waits & free & ~fn.EXISTS(under_way))
    )


@wakes("services")
def waiting_for(service: Service) -> ModelSelect:
    """The cases with somebody who waits for a place of the service."""
    waits = Referral.state << ("waitlisted", "no_capacity")
    return Referral.select(Referral.case).where((Referral.service == service) & waits)
