"""Forms on cases: first talks, what people answered three months later, a change that waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from casework.cases import Case
from casework.core.access import Actor
from casework.demo.places import FORM_CHANGE, NEED_TEXTS, NEXT_STEPS
from casework.demo.requests import as_sent
from casework.invitations import Invitation, invite, note_answers, open_form
from casework.invited_forms import begin_form, send_form
from casework.life_areas import LifeArea
from casework.questionnaires.editing.items import change
from casework.questionnaires.editing.trees import place_of
from casework.questionnaires.models import Questionnaire, live
from casework.questionnaires.working_copies import begin_working_copy, store
from casework.staff import Staff

if TYPE_CHECKING:
    from casework.demo.town import Town

ASSESSED, ASKED_LATER = 0.35, 0.35
FIELDS = (
    "kitchen",
    "care",
    "construction",
    "vehicles",
    "textiles",
    "retail",
    "farming",
    "cleaning",
)
SKILLS = ("cooking", "sewing", "repairing", "caring", "children", "computer", "team", "early")
NOTED_AFTER = timedelta(days=6)


def tell_forms(town: Town) -> None:
    """What staff filled in with people and what people answered by link, case by case."""
    forms = {each.slug: each for each in Questionnaire.select()}
    areas = {area.code: _codes(town, area) for area in LifeArea.in_order()}
    old = town.at - timedelta(days=30)
    for case in Case.live().where(Case.opened_at < old).order_by(Case.opened_at, Case.reference):
        if town.random.random() < ASSESSED:
            _assess(town, case, forms["assessment"], areas)
        if case.opened_at < old - timedelta(days=70) and town.random.random() < ASKED_LATER:
            _ask_later(town, case, forms["follow-up"], sorted(areas))


def _codes(town: Town, area: LifeArea) -> list[str]:
    return [each.code for each in town.categories if each.__data__["life_area"] == area.id]


def _worker(town: Town, case: Case) -> Actor:
    staff: Staff | None = case.assigned_to
    return staff.actor if staff else town.coordinator


def _assess(town: Town, case: Case, form: Questionnaire, areas: dict[str, list[str]]) -> None:
    """A first talk, filled in by who works on the case."""
    by, talked = _worker(town, case), case.opened_at + timedelta(days=town.random.randint(3, 20))
    invitation = open_form(
        case, form, person=case.household.people.first(), language="de", by=by, at=talked
    )
    answers = _talk_answers(town, case, areas, talked)
    _fill_in(invitation, answers, by=by, begun=talked, sent=talked + timedelta(minutes=40))


def _fill_in(
    invitation: Invitation, answers: dict[str, Any], *, by: Actor, begun: datetime, sent: datetime
) -> None:
    draft, token = begin_form(invitation, by=by, at=begun)
    version = draft.version
    final = as_sent(version, answers, invitation.language, sent)
    send_form(invitation, version, final, token=token, language=invitation.language, by=by, at=sent)


def _talk_answers(
    town: Town, case: Case, areas: dict[str, list[str]], talked: datetime
) -> dict[str, Any]:
    random = town.random
    step, who = random.choice(NEXT_STEPS)
    answers: dict[str, Any] = {
        "interpreter_used": random.choice(("nobody", "interpreter", "volunteer", "family")),
        "languages_well": [case.language],
        "languages_some": ["en"],
        "german": random.choices(("none", "a1", "a2", "b1", "b2"), (2, 4, 4, 2, 1))[0],
        "interpreter": random.choice(("yes", "sometimes", "no")),
        "school": random.choice(("primary", "lower", "lower", "vocational", "degree")),
        "danger_housing": random.choices(("no", "yes", "not_said"), (16, 1, 2))[0],
        "danger_health": random.choices(("no", "yes", "not_said"), (16, 1, 3))[0],
        "feels_safe": random.choices(("yes", "no", "not_said"), (16, 1, 2))[0],
        "urgent": "this_week",
        "next_step": step,
        "next_by": who,
        "next_until": (talked + timedelta(days=random.randint(10, 60))).date().isoformat(),
        "fields_of_work": random.sample(FIELDS, random.randint(0, 2)),
        "able_to": random.sample(SKILLS, random.randint(0, 3)),
        "level_en": random.choice(("a1", "a2", "b1")),
    }
    if case.language not in ("de", "en"):
        answers[f"level_{case.language.lower().replace('-', '_')}"] = "native"
    for area, codes in areas.items():
        answers[f"situation_{area}"] = random.choices("54321", (3, 4, 3, 2, 1))[0]
        answers[f"need_{area}"] = [random.choice(codes)]
        answers[f"support_{area}"] = [
            random.choice(("organisation", "volunteer", "family", "nobody"))
        ]
    return answers


def _ask_later(town: Town, case: Case, form: Questionnaire, areas: list[str]) -> None:
    """A link to a few questions, answered or still open."""
    random, asked = town.random, town.ago(2, 60)
    person = case.household.people.first()
    invitation = invite(
        case, form, person, language=case.language, days=21, by=_worker(town, case), at=asked
    )
    if random.random() < 0.35:
        return
    answered = min(asked + timedelta(days=random.randint(1, 12)), town.at)
    answers = _later_answers(town, case, areas)
    _fill_in(invitation, answers, by=Actor("person"), begun=answered, sent=answered)
    if answered < town.at - NOTED_AFTER:
        note_answers(invitation.refresh(), by=town.coordinator, at=answered)


def _later_answers(town: Town, case: Case, areas: list[str]) -> dict[str, Any]:
    random = town.random
    helped = random.choices(("yes", "in_part", "not_yet", "no_longer"), (6, 5, 3, 1))[0]
    touched = random.sample(areas, random.randint(1, 3))
    is_better = helped in ("yes", "in_part")
    return {
        "got_help": helped,
        "areas": touched,
        "better": touched[:1] if is_better else [],
        "worse": [] if is_better else touched[:1],
        "missing": random.choice(NEED_TEXTS[case.language]) if helped == "not_yet" else None,
        "same_twice": random.choices(("no", "yes"), (6, 1))[0],
        "call_me": random.choices(("no", "yes"), (3, 1))[0],
    }


def tell_form_change(town: Town) -> None:
    """The coordinator has begun to change the form with which people ask for help."""
    name, hint = FORM_CHANGE
    begun = town.ago(1, 3)
    copy = begin_working_copy(live("help").questionnaire, by=town.coordinator, at=begun)
    place = place_of(copy.parsed, name)
    if place is not None:
        changed = change(copy.parsed, place, {f"hint::{tag}": text for tag, text in hint.items()})
        store(copy, changed.definition, revision=copy.revision, by=town.coordinator, at=begun)
