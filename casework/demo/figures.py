"""What happened in the demo town some time ago, and the figures of its last quarters."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from casework.acceptance import link_submission
from casework.cases import Case
from casework.consent import Release
from casework.core.access import PUBLIC, SYSTEM
from casework.demo.names import REGIONS
from casework.demo.requests import as_sent, help_answers
from casework.insight.balance.past import count_next_spread
from casework.insight.statistics.fixing import count_next
from casework.insight.statistics.registry import REPORTS
from casework.needs import add_need, move_need
from casework.outcomes import tell_person
from casework.people import Person
from casework.plans.models import Goal, Plan
from casework.plans.reviews import review_plan
from casework.questionnaires.models import live
from casework.referral_drafts import draft_referral
from casework.referrals import answer_referral, mark_shown, send_referral
from casework.staff import hasher
from casework.submissions import receive_submission

if TYPE_CHECKING:
    from casework.demo.town import Town

HELPED, LEAST_DAYS, MOST_DAYS, BETWEEN = 0.7, 70, 245, 75
MOST_FRESH = 60
OUTCOMES = (("got_help", 11), ("no_capacity", 5), ("not_eligible", 2), ("no_contact", 3))
PROGRESS = (("worse", 2), ("same", 4), ("better", 6), ("reached", 1))
QUARTERS = 4
BY_HELPER = 0.25
LEAST_REQUESTS, REQUESTS_EACH, REQUESTS_DAYS = 90, 0.35, 430


def tell_figures(town: Town) -> None:
    """Older referrals and looks at plans; then the figures of the last year are counted."""
    released = {release.case_id for release in Release.select(Release.case)}
    older = Case.select().where(Case.opened_at < town.at - timedelta(days=MOST_DAYS + 10))
    for case in older.order_by(Case.opened_at, Case.reference):
        if case.id in released and town.random.random() < HELPED:
            _tell_older_referral(town, case)
    _tell_older_requests(town)
    for plan in Plan.select().where(Plan.ended_at.is_null()).order_by(Plan.started_at, Plan.id):
        _tell_reviews(town, plan)
    for _ in range(QUARTERS * len(REPORTS)):
        count_next(at=town.at)
    while count_next_spread(at=town.at):
        pass


def _tell_older_requests(town: Town) -> None:
    """What families asked for through the portal over a year; nobody knows the PINs any more."""
    version, pin_hash = live("help"), hasher.hash(secrets.token_urlsafe())
    cases = list(Case.select().order_by(Case.opened_at, Case.reference))
    for _ in range(max(LEAST_REQUESTS, round(town.size * REQUESTS_EACH))):
        received = town.ago(MOST_FRESH, REQUESTS_DAYS)
        there = [case for case in cases if case.opened_at < received - timedelta(days=3)]
        if not there:
            continue
        case = town.random.choice(there)
        submission = receive_submission(
            version, as_sent(version, _request_answers(town, case), case.language, received),
            pin_hash=pin_hash, token=secrets.token_urlsafe(32), language=case.language,
            suspicion=[], by=PUBLIC, at=received,
        )  # fmt: skip
        link_submission(submission, case, by=town.coordinator, at=received + timedelta(hours=20))


def _request_answers(town: Town, case: Case) -> dict[str, Any]:
    person = case.household.people.order_by(Person.is_contact.desc(), Person.created_at).first()
    regions = [each for each in REGIONS if each.language == case.language] or REGIONS
    region, category = town.random.choice(regions), town.random.choice(town.categories)
    answers = help_answers(town, region, category)
    answers |= {"given_name": person.given_name, "family_name": person.family_name}
    if town.random.random() < BY_HELPER:
        answers |= {"filled_by": "other", "helper_name": "Erfundene Hilfe",
                    "helper_relation": "volunteer", "helper_consent": "OK"}  # fmt: skip
    return answers


def _tell_older_referral(town: Town, case: Case) -> None:
    """A need of last year that was put before somebody, and how that ended."""
    known = [category for category in town.categories if category.code in town.services]
    category = town.random.choice(known)
    sent = town.ago(LEAST_DAYS, MOST_DAYS)
    need = add_need(case, category, person=None, by=SYSTEM, at=sent)
    service = town.random.choice(town.services[category.code])
    referral = draft_referral(case, need, service, by=SYSTEM, at=sent)
    send_referral(referral, by=SYSTEM, at=sent)
    ended = sent + timedelta(days=town.random.randint(3, 60))
    outcome = _drawn(town, OUTCOMES)
    answer_referral(referral, outcome, by=SYSTEM, at=ended)
    mark_shown(referral, by=town.coordinator, at=ended + timedelta(hours=3))
    if referral.shown_to_person_at is None:
        tell_person(referral, "told_by_phone", by=town.coordinator, at=ended + timedelta(days=1))
    need = need.refresh()
    if need.state != "met":
        later = min(ended + timedelta(days=town.random.randint(20, 200)), town.at)
        move_need(need, "met", by=SYSTEM, at=later)


def _tell_reviews(town: Town, plan: Plan) -> None:
    """A plan is looked at every ten weeks or so."""
    at, seen = plan.started_at + timedelta(days=BETWEEN), plan.reviews
    while at < town.at - timedelta(days=1):
        open_goals = plan.goals.where(Goal.state == "open")
        review_plan(
            plan, {goal: _drawn(town, PROGRESS) for goal in open_goals}, seen=seen,
            next_on=_next_look(town, at), by=town.coordinator, at=at,
        )  # fmt: skip
        at, seen = at + timedelta(days=BETWEEN), seen + 1


def _next_look(town: Town, at: datetime) -> date:
    soonest = town.at + timedelta(days=town.random.randint(5, 60))
    return max(at + timedelta(days=BETWEEN), soonest).date()


def _drawn(town: Town, shares: tuple[tuple[str, int], ...]) -> str:
    names, weights = [name for name, _ in shares], [share for _, share in shares]
    return town.random.choices(names, weights)[0]
