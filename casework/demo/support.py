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
    note_heard,
    propose_engagement,
)
from casework.insight.balance.counting import recount
from casework.life_areas import LifeArea
from casework.named_supports import name_support
from casework.plans.models import Plan
from casework.plans.writing import Doer, add_goal, add_step
from casework.volunteer_questions import answer_question, ask_volunteer
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
SHARE_NAMED, ENGAGED, CROWDED, DOUBLED, HEARD = 0.3, 14, 3, 3, 0.7
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
    """Volunteers beside households, no more than they offered to be there for."""
    names, weights = [name for name, _ in STATES], [weight for _, weight in STATES]
    open_offers = Offer.select().where(Offer.state == "approved").order_by(Offer.created_at)
    places = [offer for offer in open_offers for _place in range(offer.places)]
    town.random.shuffle(places)
    chosen = town.random.sample(cases, min(ENGAGED, len(cases), len(places)))
    by_code = {area.code: area for area in areas}
    for case, offer in zip(chosen, places, strict=False):
        area = by_code.get(town.random.choice(offer.areas or ["community"]), areas[0])
        at = max(case.opened_at, offer.created_at, town.ago(20, 120))
        made = propose_engagement(case, offer, area, by=town.coordinator, at=at)
        _bring(town, made, town.random.choices(names, weights)[0])
    _tell_questions(town)


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
    elif town.random.random() < HEARD:
        note_heard(made, town.ago(1, 40).date(), by=by, at=town.at)


def _tell_questions(town: Town) -> None:
    """Of the proposals one has been answered with yes, one waits, and one was not asked yet."""
    open_now = Engagement.select().where(Engagement.state == "proposed")
    for number, made in enumerate(open_now.order_by(Engagement.created_at, Engagement.id)):
        if number % 3 == 2:
            continue
        ask_volunteer(made, by=town.coordinator, at=max(made.created_at, town.ago(2, 4)))
        if number % 3 == 0:
            person = Actor("person", id=made.offer.submission.id)
            answer_question(made, "yes", by=person, at=town.ago(0, 1))


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
