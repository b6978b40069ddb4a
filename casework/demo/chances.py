"""Strengths of the demo town's people, and opportunities of every kind and state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from casework.cases import Case
from casework.core.access import SYSTEM, Actor
from casework.core.refusals import Refusal
from casework.insight.opportunities import people_for
from casework.opportunities.kinds import ANSWERED
from casework.opportunities.models import Opportunity, Requirement
from casework.opportunities.offering import offer_opportunity
from casework.opportunities.writing import (
    Details,
    announce_opportunity,
    free_provider,
    withdraw_opportunity,
)
from casework.people import Person
from casework.referrals import answer_referral, send_referral
from casework.strengths import Strengths, save_strengths

if TYPE_CHECKING:
    from casework.demo.town import Town

KNOWN = 0.5
# Trades with what goes with them: field of work, skills, what the person says.
TRADES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("kitchen", ("cooking", "team", "shifts"), "Zwölf Jahre Koch in einem Restaurant."),
    (
        "care",
        ("caring", "shifts"),
        "Hat die Großeltern gepflegt, dann im Krankenhaus geholfen.",
    ),
    ("construction", ("building", "heavy", "team"), "Maurer und Fliesenleger, eigene Kolonne."),
    ("textiles", ("sewing", "machines"), "Schneiderin mit eigenem Laden."),
    ("retail", ("selling", "bookkeeping"), "Lebensmittelgeschäft der Familie geführt."),
    ("vehicles", ("repairing", "machines"), "Autowerkstatt, Motoren und Bremsen."),
    ("teaching", ("explaining", "organising"), "Lehrerin für Mathematik, 7. bis 10. Klasse."),
    ("it", ("programming", "computer"), "Netzwerke und Webseiten für kleine Firmen."),
    ("farming", ("growing", "animals", "early"), "Obstbau und Schafe auf dem eigenen Hof."),
    ("childcare_work", ("children", "organising"), "Kindergruppe im Camp geleitet."),
    ("electrical", ("repairing", "team"), "Elektriker auf Baustellen."),
    ("office", ("computer", "bookkeeping", "organising"), "Buchhaltung in einer Spedition."),
    ("warehouse", ("heavy", "early", "team"), "Lager und Stapler in einem Großmarkt."),
    ("beauty", ("selling", "team"), "Friseur, Herren und Bart."),
)
HOPES = (
    "Ich möchte wieder in meinem Beruf arbeiten.",
    "Erst Deutsch, dann eine Ausbildung.",
    "Ich will mein eigenes Geld verdienen.",
    "Vormittags arbeiten, wenn die Kinder in der Kita sind.",
    "Am liebsten etwas mit Menschen.",
)


def _german(level: int, *, must: bool = True) -> Requirement:
    return Requirement("language", "de", level, must)


def _can(*codes: str) -> tuple[Requirement, ...]:
    return tuple(Requirement("skill", code) for code in codes)


# Who gives it (a need category whose service it is, or a name outside the directory), what it
# is, and in how many days it ends and begins.
OFFERED: tuple[tuple[str, Details, int | None, int | None], ...] = (
    ("Gasthaus Krone", Details("job", "Küchenhilfe, 20 Stunden", places=2, hours=20,
     occupation="kitchen", place="Altstadt", requirements=(_german(1), *_can("cooking", "shifts")),
     description="Mittags und abends, nicht am Montag. Essen ist frei."), 21, 30),
    ("Pflegeheim am Park", Details("training", "Ausbildung Pflegefachkraft", places=3, hours=39,
     occupation="care", min_age=17, requirements=(_german(3), *_can("caring", "team"))), 60, 200),
    ("Bäckerei Sonnenkorn", Details("job", "Verkauf am Vormittag", hours=25, occupation="retail",
     requirements=(_german(2), *_can("selling", "early"))), 14, 10),
    ("Spedition Rhein", Details("job", "Lager und Auslieferung", places=2, hours=38,
     occupation="warehouse", requirements=(_german(1), Requirement("licence", "b", 0, True),
     Requirement("licence", "forklift"), *_can("heavy"))), 30, 20),
    ("Autohaus Stern", Details("internship", "Praktikum in der Werkstatt, vier Wochen", places=1,
     hours=35, occupation="vehicles", requirements=(_german(1), *_can("repairing"))), None, 15),
    ("Elektro Brandt", Details("training", "Ausbildung Elektronik", places=2, hours=39, min_age=16,
     max_age=35, occupation="electrical", requirements=(_german(2), *_can("repairing"))), 90, 250),
    ("Nähwerkstatt Faden", Details("job", "Änderungsschneiderei, Teilzeit", hours=15,
     occupation="textiles", requirements=(_german(1, must=False), *_can("sewing"))), None, None),
    ("Grundschule Süd", Details("internship", "Mithilfe in der Betreuung", places=2, hours=12,
     occupation="childcare_work", requirements=(_german(2), *_can("children"))), 40, 45),
    ("literacy", Details("course", "Alphabetisierung, vier Plätze", places=4, hours=20), 12, 20),
    ("integration_course", Details("course", "Integrationskurs am Vormittag", places=6, hours=25,
     place="Haus der Bildung", requirements=(_german(1, must=False),)), 25, 35),
    ("work_language_course", Details("course", "Berufssprachkurs B2", places=5, hours=20,
     requirements=(_german(3),)), 20, 28),
    ("Frau Albrecht", Details("flat", "3 Zimmer in der Gartenstraße", rooms=3, min_people=2,
     max_people=4, place="Gartenstraße", description="68 m², Erdgeschoss, ab sofort."), 10, 30),
    ("Wohnbau Nord", Details("flat", "1 Zimmer mit Küche", places=2, rooms=1, min_people=1,
     max_people=1, place="Nordstadt"), None, 45),
    ("kita_place", Details("childcare", "Zwei Plätze über drei", places=2, min_age=3, max_age=6,
     place="Kita Regenbogen"), 18, 60),
    ("Tagesmutter Okan", Details("childcare", "Tagespflege unter drei", places=1, min_age=1,
     max_age=2, hours=30), None, 30),
)  # fmt: skip


def tell_chances(town: Town) -> None:
    """Half of the grown people have told what they can; some were offered something."""
    _tell_strengths(town)
    rows = [_announce(town, *each) for each in OFFERED]
    for row, answers in zip(rows, (("accepted", ""), ("in_progress",), ("no_capacity",), ("",),
                                   ("accepted",)), strict=False):  # fmt: skip
        _offer(town, row, answers)
    withdraw_opportunity(rows[7], by=town.coordinator, at=town.at)


def _tell_strengths(town: Town) -> None:
    grown = Person.select().where(Person.role_at_home != "child").order_by(Person.id)
    for person in grown:
        if town.random.random() < KNOWN:
            save_strengths(person, _strengths(town, person), by=SYSTEM, at=town.ago(1, 120))


def _strengths(town: Town, person: Person) -> Strengths:
    random = town.random
    trade, skills, story = random.choice(TRADES)
    spoken = {tag: random.choice((4, 5)) for tag in person.languages[1:3]}
    wants = random.choice((("job",), ("job", "course"), ("training",), ("internship", "job"), ()))
    known = Strengths(
        wishes=frozenset(wants), fields=frozenset({trade}),
        skills=frozenset(random.sample(skills, random.randint(1, len(skills)))),
        licences=frozenset({"b"} if random.random() < 0.3 else ()),
        languages=spoken | {person.language: 7, "de": random.choice((1, 1, 2, 2, 3, 3, 4))},
        literacy=random.choice(("latin", "latin", "latin", "other", "learning")),
        schooling=random.choice(("primary", "lower", "lower", "upper", "vocational", "degree")),
    )  # fmt: skip
    if known.schooling in ("vocational", "degree"):
        known = replace(known, recognition=random.choice(("recognised", "applied", "not_yet")))
    if wants:
        known = replace(
            known, hours=random.choice((None, 15, 20, 30, 39)),
            available_from=random.choice((None, (town.at + timedelta(days=30)).date())),
        )  # fmt: skip
    if random.random() < 0.5:
        known = replace(known, experience=story, hopes=random.choice(HOPES), text_language="de")
    return known


def _announce(
    town: Town, provider: str, details: Details, ends: int | None, begins: int | None
) -> Opportunity:
    known = {code for codes in ANSWERED.values() for code in codes}
    by = town.coordinator
    if provider in known and provider in town.services:
        service = town.services[provider][0]
    else:
        address = f"chance-{'-'.join(provider.casefold().split())}@demo.example"
        service = free_provider(provider, address.encode("ascii", "ignore").decode(), by=by,
                                at=town.at)  # fmt: skip
    day = town.at.date()
    dated = replace(
        details, deadline=day + timedelta(days=ends) if ends else None,
        starts_on=day + timedelta(days=begins) if begins else None,
    )  # fmt: skip
    return announce_opportunity(service, dated, by=by, at=town.ago(1, 12))


def _offer(town: Town, row: Opportunity, answers: tuple[str, ...]) -> None:
    """Offers to those whom it fits best; without a release it stays a draft."""
    matches = people_for(row, SYSTEM, town.at.date()).matches
    for match, answer in zip(matches, answers, strict=False):
        by: Actor = town.coordinator
        case = Case.get_by_id(match.case.id)
        try:
            offer = offer_opportunity(row, case, match.person, by=by, at=town.at)
            sent = send_referral(offer.referral, by=by, at=town.at)
        except Refusal:
            continue
        if answer:
            answer_referral(sent, answer, by=SYSTEM, at=town.at)
