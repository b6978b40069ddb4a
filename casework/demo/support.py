"""Support in the demo town: volunteers beside households, help that families named, too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.cases import Case
from casework.core.access import Actor
from casework.engagements import (
    Engagement,
    agree_engagement,
    begin_engagement,
    end_engagement,
    households_of,
    propose_engagement,
)
from casework.insight.balance.counting import recount
from casework.life_areas import LifeArea
from casework.named_supports import name_support
from casework.plans.models import Plan
from casework.plans.writing import Doer, add_goal, add_step
from casework.volunteers import Offer

if TYPE_CHECKING:
    from casework.demo.town import Town

NAMED = (
    ("community", "family", "eine Tante in Basel"),
    ("language", "friends", "die Nachbarin im zweiten Stock"),
    ("education", "school", "die Klassenlehrerin"),
    ("health", "doctor", "die Hausärztin"),
    ("work", "employer", "ein früherer Kollege"),
    ("family", "family", "die Großmutter"),
    ("community", "community", "die Gemeinde am Marktplatz"),
)
# How far an engagement has come, with how often that happens.
STATES = (("running", 5), ("agreed", 1), ("proposed", 2), ("ended", 1))
SHARE_NAMED, ENGAGED, CROWDED, DOUBLED = 0.3, 14, 3, 3
SAME_STEP = "Anmeldung zum Integrationskurs ausfüllen"


def tell_support(town: Town) -> None:
    """Named support for a third, a volunteer for some, and for a few more help than is good."""
    areas = {area.code: area for area in LifeArea.in_order()}
    cases = list(Case.live().order_by(Case.opened_at, Case.reference))
    for case in cases:
        if town.random.random() < SHARE_NAMED:
            code, kind, who = town.random.choice([row for row in NAMED if row[0] in areas])
            _name(town, case, areas[code], kind, who)
    _tell_engagements(town, cases, list(areas.values()))
    planned = [each for each in cases if Plan.running(each).exists()]
    for case in planned[:CROWDED]:
        area = areas["education"]
        for kind, who in (("school", "die Schulsozialarbeit"), ("family", "ein älterer Bruder"),
                          ("friends", "eine Studentin im Haus")):  # fmt: skip
            _name(town, case, area, kind, who)
    for case in planned[CROWDED : CROWDED + DOUBLED]:
        _tell_double(town, case, areas["language"])
    # The queue that is filled next asks the sums, which else are made at the end.
    recount([case.__data__["household"] for case in cases], at=town.at)


def _name(town: Town, case: Case, area: LifeArea, kind: str, who: str) -> None:
    at = max(case.opened_at, town.ago(5, 200))
    name_support(case, area, who, kind=kind, since=at.date(), by=_worker(town, case), at=at)


def _tell_engagements(town: Town, cases: list[Case], areas: list[LifeArea]) -> None:
    names, weights = [name for name, _ in STATES], [weight for _, weight in STATES]
    offers = list(Offer.select().where(Offer.state == "approved").order_by(Offer.created_at))
    beside = households_of(offers)
    taken = {each.id: len(beside.get(each.id, ())) for each in offers}
    for case in town.random.sample(cases, min(ENGAGED, len(cases))):
        offers = [each for each in offers if taken[each.id] < each.places]
        if not offers:
            return
        # Who was asked the longest time ago comes first, as a coordinator would do it.
        offer, offers = offers[0], [*offers[1:], offers[0]]
        taken[offer.id] += 1
        at = max(case.opened_at, town.ago(20, 120))
        made = propose_engagement(
            case, offer, town.random.choice(areas),
            by=town.coordinator, at=at,
        )  # fmt: skip
        _bring(town, made, town.random.choices(names, weights)[0])


def _bring(town: Town, made: Engagement, state: str) -> None:
    by, at = town.coordinator, made.created_at
    if state == "proposed":
        return
    agree_engagement(made, by=by, at=at)
    if state == "agreed":
        return
    begin_engagement(made, since=at.date(), by=by, at=at)
    if state == "ended":
        end_engagement(made, "no_time", by=by, at=town.ago(1, 15))


def _tell_double(town: Town, case: Case, area: LifeArea) -> None:
    """Two do the same: a colleague and an organisation."""
    at, by = town.ago(2, 15), _worker(town, case)
    goal = add_goal(
        Plan.running(case).first(), area, "Der Deutschkurs beginnt", language="de", by=by, at=at
    )
    partner = town.random.choice(town.partners)
    for doer in (Doer("staff", staff=town.managers[0]), Doer("provider", organization=partner)):
        add_step(goal, SAME_STEP, language="de", doer=doer, by=by, at=at)


def _worker(town: Town, case: Case) -> Actor:
    return case.assigned_to.actor if case.assigned_to else town.coordinator
