"""Who helps which household with what, since when and until when: one list from four sources.

What counts as support, and from when until when:

- a **referral** from being sent until its outcome. An answer need not have come: that somebody
  is asked is what keeps a second one from being asked too.
- a **step** of a running plan from being written until it is done, cancelled, obsolete, or its
  goal or plan is over, if an organisation, a colleague or a volunteer is named as doing it.
  Whoever is "to be found yet" helps nobody, and what the person does alone is no support.
- an **engagement** from the volunteer's yes until its end.
- **support that the household named**, in the days that were noted, from midnight at the site.

Nothing outlasts its case. A supporter is an organisation (not each of its services: those know
each other), a colleague, a volunteer or somebody whom the household named; volunteers whom a
plan merely calls by a name cannot be told apart, so they are one in each area, and none where an
engagement stands there. Whoever a case is assigned to answers for it and is no supporter by that:
with one manager for 120 people a case in which nothing else goes on is just the one to look at.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from peewee import JOIN

from casework.cases import LIVE_STATES, Case
from casework.core.clock import day_begins, local_date
from casework.core.crypto import Sealed
from casework.core.settings import setting
from casework.engagements import Engagement
from casework.named_supports import NamedSupport
from casework.needs import Need
from casework.plans.models import Goal, Plan, Step
from casework.plans.states import OPEN_STEPS, PROVIDER, STAFF, VOLUNTEER
from casework.providers import Organization
from casework.referral_states import FINAL
from casework.referrals import Referral
from casework.staff import Staff
from casework.volunteers import Volunteer

KINDS = ("provider", "staff", "volunteer", "named")
REFERRAL, STEP, ENGAGEMENT, NAMED = SOURCES = ("referral", "step", "engagement", "named")
Households = Collection[uuid.UUID] | None


class Supporter(NamedTuple):
    """Who helps: kind (one of `KINDS`) and id of the organisation, colleague, volunteer or row."""

    kind: str
    id: uuid.UUID


class Span(NamedTuple):
    """One thing that somebody does for a household, from `since` until `until` (None: still).

    `organization` works on the case that it stands in; `source` and `id` name the row, `state`
    is the row's; `service`, `person` and `texts` tell what it is, where the source knows.
    """

    household: uuid.UUID
    case: uuid.UUID
    organization: uuid.UUID | None
    area: uuid.UUID
    supporter: Supporter
    source: str
    id: uuid.UUID
    since: datetime
    until: datetime | None
    state: str
    service: uuid.UUID | None = None
    person: uuid.UUID | None = None
    texts: Sealed | None = None

    def runs(self, at: datetime) -> bool:
        """Whether it is support at the moment `at`."""
        return self.since <= at and (self.until is None or self.until > at)


def spans(households: Households = None, *, ended_after: datetime | None = None) -> list[Span]:
    """What is and was done for `households` (all of them for None), five statements for all.

    With `ended_after` what ended before is left out as far as the database can tell it.
    """
    zone = setting("site_zone")
    return [
        *_referrals(households, ended_after),
        *_steps(households, ended_after),
        *_engagements(households, ended_after, zone),
        *_named(households, ended_after, zone),
    ]


def running(found: Iterable[Span], at: datetime) -> list[Span]:
    """Those that run at `at`; an engagement stands for the volunteer whom a plan only names."""
    now = [span for span in found if span.runs(at)]
    engaged = {(span.household, span.area) for span in now if span.source == ENGAGEMENT}
    return [
        span
        for span in now
        if span.source != STEP
        or span.supporter.kind != VOLUNTEER
        or (span.household, span.area) not in engaged
    ]


def names_of(supporters: Collection[Supporter]) -> dict[Supporter, str]:
    """What supporters are called, a statement for each kind among them.

    Volunteers whom a plan merely names have no name here.
    """
    found: dict[Supporter, str] = {}
    for kind, model in (("provider", Organization), ("staff", Staff), ("volunteer", Volunteer),
                        ("named", NamedSupport)):  # fmt: skip
        ids = {each.id for each in supporters if each.kind == kind}
        rows: Any = model.select().where(model.id << list(ids)) if ids else ()
        for row in rows:
            found[Supporter(kind, row.id)] = row.who if kind == "named" else str(row)
    return found


_OF_CASE = (Case.household, Case.id, Case.organization, Case.state, Case.closed_at)


def _narrowed(query: Any, households: Households) -> Any:
    return query if households is None else query.where(Case.household << households)


def _case_end(until: datetime | None, state: str, closed_at: datetime | None) -> datetime | None:
    return _earlier(until, closed_at if state not in LIVE_STATES else None)


def _earlier(*moments: datetime | None) -> datetime | None:
    return min((each for each in moments if each is not None), default=None)


def _referrals(households: Households, ended_after: datetime | None) -> list[Span]:
    query: Any = Referral.select(
        *_OF_CASE, Need.life_area, Referral.organization, Referral.id, Referral.sent_at,
        Referral.state, Referral.state_since, Referral.service, Need.person,
    ).join(Need).switch(Referral).join(Case).where(Referral.sent_at.is_null(False))  # fmt: skip
    if ended_after is not None:
        query = query.where(Referral.state.not_in(FINAL) | (Referral.state_since > ended_after))
    return [
        Span(household, case, organization, area, Supporter("provider", provider), REFERRAL, id,
             sent, _case_end(since if state in FINAL else None, case_state, closed), state,
             service, person)
        for household, case, organization, case_state, closed, area, provider, id, sent, state,
        since, service, person in _narrowed(query, households).tuples()
    ]  # fmt: skip


def _steps(households: Households, ended_after: datetime | None) -> list[Span]:
    query: Any = (
        Step.select(
            *_OF_CASE, Goal.life_area, Step.doer, Step.organization, Step.staff, Step.id,
            Step.created_at, Step.state, Step.state_since, Goal.state, Goal.state_since,
            Plan.ended_at, Step.service, Plan.person, Step.texts,
        )
        .join(Goal).join(Plan).switch(Step).join(Case, JOIN.INNER, on=(Step.case == Case.id))
        .where(
            ((Step.doer == PROVIDER) & Step.organization.is_null(False))
            | ((Step.doer == STAFF) & Step.staff.is_null(False))
            | ((Step.doer == VOLUNTEER) & Step.name.is_null(False))
        )
    )  # fmt: skip
    if ended_after is not None:
        query = query.where((Step.state << OPEN_STEPS) | (Step.state_since > ended_after))
    found = []
    for (household, case, organization, case_state, closed, area, doer, provider, colleague, id,
         since, state, state_since, goal, goal_since, ended, service, person,
         texts) in _narrowed(query, households).tuples():  # fmt: skip
        until = _earlier(
            state_since if state not in OPEN_STEPS else None,
            goal_since if goal != "open" else None,
            ended,
        )
        # Volunteers whom a plan only names are one for all: their names are sealed.
        who = {PROVIDER: provider, STAFF: colleague}.get(doer, household)
        found.append(
            Span(household, case, organization, area, Supporter(doer, who), STEP, id, since,
                 _case_end(until, case_state, closed), state, service, person, texts)
        )  # fmt: skip
    return found


def _engagements(households: Households, ended_after: datetime | None, zone: str) -> list[Span]:
    query: Any = Engagement.select(
        *_OF_CASE, Engagement.life_area, Engagement.volunteer, Engagement.id, Engagement.state,
        Engagement.state_since, Engagement.since, Engagement.created_at,
    ).join(Case).where(
        (Engagement.state == "agreed") | Engagement.since.is_null(False)
    )  # fmt: skip
    if ended_after is not None:
        query = query.where((Engagement.state != "ended") | (Engagement.state_since > ended_after))
    return [
        Span(household, case, organization, area, Supporter("volunteer", volunteer), ENGAGEMENT,
             id, day_begins(since, zone) if since else state_since,
             _case_end(state_since if state == "ended" else None, case_state, closed), state)
        for household, case, organization, case_state, closed, area, volunteer, id, state,
        state_since, since, _created in _narrowed(query, households).tuples()
    ]  # fmt: skip


def _named(households: Households, ended_after: datetime | None, zone: str) -> list[Span]:
    query: Any = NamedSupport.select(
        *_OF_CASE, NamedSupport.life_area, NamedSupport.id, NamedSupport.kind,
        NamedSupport.since, NamedSupport.until, NamedSupport.created_at,
    ).join(Case)  # fmt: skip
    if ended_after is not None:
        query = query.where(
            NamedSupport.until.is_null() | (NamedSupport.until > local_date(ended_after, zone))
        )
    return [
        Span(household, case, organization, area, Supporter("named", id), NAMED, id,
             day_begins(since, zone) if since else created,
             _case_end(day_begins(until, zone) if until else None, case_state, closed), kind)
        for household, case, organization, case_state, closed, area, id, kind, since, until,
        created in _narrowed(query, households).tuples()
    ]  # fmt: skip
