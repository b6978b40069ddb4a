"""What came through the portal: requests, cases that were made of them, offers, registrations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from casework.acceptance import accept_submission, prepare_intake
from casework.appointments import plan_appointment
from casework.cases import Case, case_of, move_case
from casework.consent import WORDING_ASKED, Release, version_shown
from casework.core.access import PUBLIC, SYSTEM, Actor
from casework.core.clock import in_zone
from casework.core.settings import setting
from casework.demo.names import REGIONS, VOLUNTEERS_FAMILY, VOLUNTEERS_FEMALE, VOLUNTEERS_MALE
from casework.demo.places import (
    APPOINTMENTS,
    MESSAGES,
    NEED_TEXTS,
    OFFER_TALKS,
    REGISTRATIONS,
    REPLIES,
)
from casework.drafts import start_draft
from casework.life_areas import LifeArea
from casework.messages import mark_read, receive_message, send_message
from casework.questionnaires.filling import fill
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, live
from casework.referral_drafts import draft_referral
from casework.referrals import Referral, answer_referral, mark_shown, send_referral
from casework.release_questions import answer_release, ask_release, note_answer
from casework.submissions import (
    Submission,
    ask_back,
    decline_submission,
    submit,
    withdraw_submission,
)
from casework.volunteers import Offer, move_offer

if TYPE_CHECKING:
    from casework.demo.town import Town

OFFER_STATES = ("new", "new", "approved", "approved", "approved", "paused", "full", "ended")


def sent(
    version: QuestionnaireVersion,
    answers: dict[str, Any],
    language: str,
    *,
    suspicion: list[str] | None = None,
    at: datetime,
) -> Submission:
    """A form as somebody sends it from the portal."""
    _, token = start_draft(version, language, at=at)
    return submit(
        version, as_sent(version, answers, language, at), token=token, language=language,
        suspicion=suspicion or [], by=PUBLIC, at=at,
    )  # fmt: skip


def as_sent(
    version: QuestionnaireVersion, answers: dict[str, Any], language: str, at: datetime
) -> dict[str, Any]:
    """Those of `answers` that the form asks for, as the portal would hand them over."""
    moment = in_zone(at, setting("site_zone"))
    return fill(version.form, answers, now=moment, language=language).final()


def tell_inbox(town: Town) -> None:
    """Requests that came in the last days, some of them dealt with."""
    version, random = live("help"), town.random
    for number in range(14):
        region = random.choice(REGIONS)
        answers = help_answers(town, region, random.choice(town.categories))
        suspicion = ["links"] if number == 3 else []
        submission = sent(version, answers, region.language, suspicion=suspicion, at=town.ago(0, 6))
        if number in (5, 6):
            ask_back(submission, by=SYSTEM, at=town.at)
        elif number == 7:
            decline_submission(submission, "duplicate", by=SYSTEM, at=town.at)
        elif number == 8:
            withdraw_submission(submission, by=SYSTEM, at=town.at)


def help_answers(town: Town, region: Any, category: Any) -> dict[str, Any]:
    """What somebody asks for in the form for help."""
    random, area = town.random, category.life_area.code
    born = (random.randint(1965, 2005), random.randint(1, 9), random.randint(0, 9))
    return {
        "filled_by": "self",
        "given_name": random.choice(region.female + region.male),
        "family_name": random.choice(region.family),
        "birth_date": "{}-0{}-1{}".format(*born),
        "interpreter": random.choice(("yes", "sometimes", "no")),
        "housing": "shared",
        "alone": "yes",
        "need_areas": [area],
        f"need_{area}": [category.code],
        "need_text": random.choice(NEED_TEXTS[region.language]),
        "urgent": random.choice(("today", "this_week", "can_wait")),
        "contact_channels": ["phone"],
        "phone": f"+4915{random.randint(10_000_000, 99_999_999)}0",
        "release_provider": random.choice(("yes", "yes", "no")),
    }


def tell_accepted(town: Town) -> None:
    """Requests that became cases, whose people can look after them on their status page."""
    version, random = live("help"), town.random
    helped = [each for each in town.categories if each.code in town.services]
    for released, story in ACCEPTED:
        region, received = random.choice(REGIONS), town.ago(20, 45)
        answers = help_answers(town, region, random.choice(helped))
        submission = sent(
            version, answers | {"release_provider": released}, region.language, at=received
        )
        intake = prepare_intake(submission)
        intake.site = random.choice(town.sites[:4])
        opened = received + timedelta(days=1)
        accept_submission(submission, intake, by=town.coordinator, at=opened)
        case = case_of(submission)
        if case is not None:
            move_case(case, "active", by=town.coordinator, at=opened)
            story(town, submission, case)


def _ask(town: Town, submission: Submission, case: Case) -> Referral:
    """A draft waits for a release that the person is asked for."""
    need = case.needs.first()
    service = town.random.choice(town.services[need.category.code])
    asked = town.ago(5, 9)
    referral = draft_referral(case, need, service, by=town.coordinator, at=asked)
    ask_release(case, service.organization, by=town.coordinator, at=asked)
    return referral


def _answered(town: Town, submission: Submission, case: Case, answer: str) -> Referral:
    referral = _ask(town, submission, case)
    release = Release.get((Release.case == case) & (Release.state == "asked"))
    answer_release(
        release, answer, text_version=version_shown(WORDING_ASKED, case.language),
        language=case.language, by=_person(submission), at=town.ago(0, 3),
    )  # fmt: skip
    return referral


def _agree(town: Town, submission: Submission, case: Case) -> None:
    _answered(town, submission, case, "given")


def _decline(town: Town, submission: Submission, case: Case) -> None:
    _answered(town, submission, case, "declined")


def _agree_and_go_on(town: Town, submission: Submission, case: Case) -> None:
    referral = _answered(town, submission, case, "given")
    release = Release.get((Release.case == case) & (Release.state == "given"))
    note_answer(release, by=town.coordinator, at=town.at)
    send_referral(referral, by=town.coordinator, at=town.at)


def _write(town: Town, submission: Submission, case: Case) -> None:
    """The person has answered a message, and nobody has read it yet."""
    asked = town.ago(3, 8)
    send_message(
        town.random.choice(MESSAGES), case=case, language="de", by=town.coordinator, at=asked
    )
    receive_message(
        REPLIES[case.language], case=case, submission=submission, language=case.language,
        by=_person(submission), at=town.ago(0, 2),
    )  # fmt: skip


def _wait_for_the_person(town: Town, submission: Submission, case: Case) -> None:
    """It ended some time ago, we have seen it, and the person has not looked."""
    need = case.needs.first()
    service = town.random.choice(town.services[need.category.code])
    referral = draft_referral(case, need, service, by=town.coordinator, at=town.ago(16, 19))
    send_referral(referral, by=town.coordinator, at=referral.created_at)
    ended = town.ago(10, 14)
    answer_referral(referral, "no_capacity", by=SYSTEM, at=ended)
    mark_shown(referral, by=town.coordinator, at=ended)


def _meet(town: Town, submission: Submission, case: Case) -> None:
    """A first talk the next time it is half past nine."""
    starts = town.at.replace(hour=9, minute=30, second=0, microsecond=0)
    if starts <= town.at:
        starts += timedelta(days=1)
    plan_appointment(
        case, APPOINTMENTS[0], starts, place="Rathaus, Zimmer 12",
        interpreter_language=case.language, by=town.coordinator, at=town.ago(2, 8),
    )  # fmt: skip


ACCEPTED: tuple[tuple[str, Callable[[Town, Submission, Case], object]], ...] = (
    ("no", _ask), ("no", _ask), ("no", _agree), ("no", _agree_and_go_on), ("no", _decline),
    ("yes", _meet), ("yes", _write), ("yes", _write),
    ("yes", _wait_for_the_person), ("yes", _wait_for_the_person),
)  # fmt: skip


def _person(submission: Submission) -> Actor:
    return Actor("person", id=submission.id, name=submission.reference)


def tell_offers(town: Town) -> None:
    """Volunteers with offers in every state; with some of them we write."""
    version, random = live("offer"), town.random
    areas = [area.code for area in LifeArea.in_order()]
    for number in range(16):
        answers = {
            "given_name": random.choice(VOLUNTEERS_FEMALE + VOLUNTEERS_MALE),
            "family_name": random.choice(VOLUNTEERS_FAMILY),
            "email": f"ehrenamt{number}@demo.example",
            "offer_areas": random.sample(areas, 2),
            "offer_text": "Ich helfe gern beim Deutschlernen und bei Briefen.",
            "offer_languages": ["de", random.choice(("en", "fr", "ru", "tr"))],
            "availability": random.sample(("weekday_evening", "weekend", "by_arrangement"), 1),
            "places": str(random.randint(1, 3)),
            "house_rules": "OK",
            "contact_consent": "OK",
        }
        submission = sent(version, answers, "de", at=town.ago(0, 120))
        state = OFFER_STATES[number % len(OFFER_STATES)]
        offer = Offer.get(Offer.submission == submission)
        if state != "new":
            move_offer(
                offer, "ended" if state == "ended" else "approved",
                by=SYSTEM, at=submission.received_at,
            )  # fmt: skip
        if state in ("paused", "full"):
            move_offer(offer, state, by=SYSTEM, at=town.at)
        if number in OFFER_TALKS:
            _talk(town, submission, *OFFER_TALKS[number])


def _talk(town: Town, submission: Submission, asked: str, said: str, read: bool) -> None:
    """A question of ours to a volunteer, and the answer if there is one."""
    written = max(submission.received_at, town.ago(2, 6))
    send_message(asked, submission=submission, language="de", by=town.coordinator, at=written)
    if said:
        answered = max(written, town.ago(0, 2))
        message = receive_message(
            said, case=None, submission=submission, language="de",
            by=_person(submission), at=answered,
        )  # fmt: skip
        if read:
            mark_read(message, by=town.coordinator, at=town.at)


def tell_registrations(town: Town) -> None:
    """Organisations that ask to be in the directory, where that form is on the portal."""
    is_open = (Questionnaire.slug == "provider") & (Questionnaire.state == "published")
    if Questionnaire.select().where(is_open).exists():
        for answers in REGISTRATIONS:
            sent(live("provider"), answers, "de", at=town.ago(0, 4))
