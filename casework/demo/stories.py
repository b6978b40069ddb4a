"""What happened in the demo town: cases, and referrals in every state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casework.appointments import plan_appointment, settle_appointment
from casework.cases import (
    CLOSING_REASONS,
    Case,
    finish_follow_up,
    move_case,
    open_case,
    plan_follow_up,
)
from casework.consent import give_release
from casework.core.access import SYSTEM
from casework.demo.places import APPOINTMENTS, FOLLOW_UPS, MESSAGES, NEED_TEXTS
from casework.messages import send_message
from casework.needs import Need, add_need, move_need
from casework.outcomes import tell_person
from casework.people import Household
from casework.referral_drafts import draft_referral
from casework.referral_states import TELLINGS
from casework.referrals import (
    ANSWERS,
    Referral,
    acknowledge_referral,
    answer_referral,
    decline_referral,
    expire_referral,
    mark_shown,
    revoke_referral,
    send_referral,
)

if TYPE_CHECKING:
    from casework.demo.town import Town

# How a referral's story goes on after it was sent, with how often that happens.
OUTCOMES: tuple[tuple[str, int], ...] = (
    ("sent", 14), ("acknowledged", 6), *((answer, 8) for answer in ANSWERS), ("got_help", 20),
    ("declined_by_client", 4), ("revoked", 3), ("expired", 4), ("draft", 4),
)  # fmt: skip
# Of those who cannot look themselves, so many have been told how it ended.
TOLD = 0.75
# Few needs lie with nobody, and few providers are late.
LOOKED_AFTER = 0.92
IN_TOUCH = 0.8


def tell_case(town: Town, household: Household, opened: datetime) -> None:
    """A case of a household since `opened`, with whatever has happened in it so far."""
    random = town.random
    person = household.people.first()
    manager = random.choice(town.managers) if random.random() < 0.8 else None
    case = open_case(
        household, organization=manager.organization if manager else None, assigned_to=manager,
        language=person.language, urgency=random.choice(("", "", "this_week", "can_wait")),
        by=SYSTEM, at=opened,
    )  # fmt: skip
    if random.random() < 0.85:
        give_release(
            case=case, text_version="demo", language=person.language,
            channel=random.choice(("portal", "paper")), by=SYSTEM,
            at=max(opened, town.at - timedelta(days=250)),
        )  # fmt: skip
        released = True
    else:
        released = False
    for category in random.sample(town.categories, random.choice((1, 1, 2, 2, 3, 4))):
        words = random.choice(NEED_TEXTS[case.language]) if random.random() < 0.3 else ""
        need = add_need(
            case, category, person=person, description=words, language=case.language,
            urgency=random.choice(("", "this_week", "can_wait")), by=SYSTEM, at=opened,
        )  # fmt: skip
        if released and category.code in town.services and random.random() < 0.75:
            _tell_referral(town, case, need)
        elif random.random() < LOOKED_AFTER:
            move_need(need, random.choice(("met", "met", "covered")), by=SYSTEM, at=town.ago(0, 9))
    _tell_case_state(town, case)
    _tell_days(town, case)


def _tell_case_state(town: Town, case: Case) -> None:
    state = town.random.choices(
        ("new", "active", "on_hold", "handover", "closed", "reopened"), (8, 64, 8, 4, 13, 3)
    )[0]
    if state == "new":
        return
    move_case(case, "active", by=SYSTEM, at=case.opened_at + timedelta(days=2))
    if state in ("closed", "reopened"):
        reason = town.random.choice(list(CLOSING_REASONS))
        move_case(case, "closed", reason=reason, by=SYSTEM, at=town.ago(4, 9))
    if state == "reopened":
        move_case(case, "reopened", by=SYSTEM, at=town.ago(1, 3))
    elif state in ("on_hold", "handover"):
        move_case(case, state, by=SYSTEM, at=town.ago(1, 9))


def _tell_days(town: Town, case: Case) -> None:
    """Messages, follow-ups and appointments around today."""
    random = town.random
    if not case.is_live:
        return
    if random.random() < IN_TOUCH:
        send_message(
            random.choice(MESSAGES), case=case, language="de", by=SYSTEM, at=town.ago(0, 40)
        )
    if random.random() < 0.45:
        due = town.at.date() + timedelta(days=random.randint(-12, 40))
        what = random.choice(FOLLOW_UPS)
        follow_up = plan_follow_up(case, what, due, by=SYSTEM, at=town.ago(13, 30))
        if random.random() < 0.35:
            finish_follow_up(follow_up, by=SYSTEM, at=town.at)
    if random.random() < 0.35:
        planned = town.ago(16, 30)
        starts = planned.replace(hour=random.randint(9, 16), minute=0) + timedelta(
            days=random.randint(10, 45)
        )
        appointment = plan_appointment(
            case, random.choice(APPOINTMENTS), starts, place="Rathaus, Zimmer 12",
            staff=case.assigned_to, despite_overlap=True,
            interpreter_language=case.language if random.random() < 0.5 else "",
            by=SYSTEM, at=planned,
        )  # fmt: skip
        if starts < town.at:
            state = random.choices(("kept", "missed", "excused", "cancelled"), (14, 3, 2, 1))[0]
            settle_appointment(
                appointment, state, cancelled_by="person" if state == "cancelled" else "",
                by=SYSTEM, at=starts,
            )  # fmt: skip


def _tell_referral(town: Town, case: Case, need: Need) -> None:
    random = town.random
    service = random.choice(town.services[need.category.code])
    outcome = _next_outcome(town)
    waits = outcome in ("sent", "acknowledged") and random.random() < LOOKED_AFTER
    drafted = town.ago(1, 12) if waits else town.ago(4, 60)
    referral = draft_referral(
        case, need, service, follow_up_on=(drafted + timedelta(days=random.randint(14, 90))).date(),
        by=SYSTEM, at=drafted,
    )  # fmt: skip
    if outcome == "draft":
        return
    send_referral(referral, by=SYSTEM, at=drafted)
    answered = min(drafted + timedelta(days=random.randint(1, 20)), town.at)
    if outcome == "acknowledged":
        acknowledge_referral(referral, by=SYSTEM, at=answered)
    elif outcome == "declined_by_client":
        decline_referral(referral, by=SYSTEM, at=answered)
    elif outcome == "revoked":
        revoke_referral(referral, by=SYSTEM, at=answered)
    elif outcome == "expired":
        expire_referral(referral, by=SYSTEM, at=answered)
    elif outcome != "sent":
        answer_referral(referral, outcome, by=SYSTEM, at=answered)
    _close_loop(town, referral, answered)


def _next_outcome(town: Town) -> str:
    """Outcomes are drawn like cards, so that a town of any size has each of them soon."""
    if not town.outcomes:
        town.outcomes = [name for name, share in OUTCOMES for _ in range(share)]
        town.random.shuffle(town.outcomes)
        town.outcomes += sorted({name for name, _ in OUTCOMES})
    return town.outcomes.pop()


def _close_loop(town: Town, referral: Referral, answered: datetime) -> None:
    """Older outcomes were seen here and mostly told; where one brought no help, we went on."""
    if not referral.is_final or answered > town.at - timedelta(days=4):
        return
    mark_shown(referral, by=town.coordinator, at=answered)
    if referral.shown_to_person_at is None and town.random.random() < TOLD:
        how = town.random.choice(TELLINGS)
        tell_person(referral, how, by=town.coordinator, at=answered + timedelta(days=1))
    need = referral.need.refresh()
    if need.state == "open" and town.random.random() < LOOKED_AFTER:
        move_need(need, town.random.choice(("met", "dropped")), by=SYSTEM, at=answered)
