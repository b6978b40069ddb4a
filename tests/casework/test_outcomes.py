"""Outcomes that staff tell a person who cannot look: who, when and how stand in the steps."""

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.core.access import PUBLIC, SYSTEM
from casework.core.refusals import Forbidden, NotFound
from casework.outcomes import OutcomeMissing, PersonAlreadyTold, can_look, tell_person
from casework.referral_states import TELLINGS, WAITING
from casework.referrals import Referral, ReferralStep, mark_shown, revoke_referral
from casework.submissions import withdraw_submission
from tests.world import HELP_ANSWERS, PERSON, PROVIDER


def accepted(world, **answers):
    submission = world.submission(answers=HELP_ANSWERS | answers)
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    return submission, case_of(submission)


@pytest.mark.parametrize("how", TELLINGS)
def test_telling_closes_the_loop_and_says_by_whom_when_and_how(world, how):
    coordinator = world.coordinator().actor
    referral = world.answer(world.referral(), "no_capacity", by=PROVIDER)
    tell_person(referral, how, by=coordinator, at=world.at)
    fresh = referral.refresh()
    assert fresh.is_closed
    assert fresh.state == "no_capacity"
    step = list(fresh.steps.order_by(ReferralStep.id))[-1]
    told = (step.state, step.actor_name, step.actor_kind, step.at)
    assert told == (how, coordinator.name, "staff", world.at)


def test_who_tells_later_does_not_change_when_the_sender_saw_it(world, clock):
    referral = world.answer(world.referral(), "got_help", by=PROVIDER)
    coordinator, seen = world.coordinator().actor, world.at
    mark_shown(referral, by=coordinator, at=seen)
    clock.forward(days=2)
    told = tell_person(referral, "told_by_phone", by=coordinator, at=world.at)
    assert (told.shown_to_sender_at, told.shown_to_person_at) == (seen, world.at)


@pytest.mark.parametrize("state", ["draft", *WAITING])
def test_without_an_outcome_there_is_nothing_to_tell(world, state):
    referral = world.referral()
    Referral.update(state=state).execute()
    with pytest.raises(OutcomeMissing):
        tell_person(referral, "told_by_phone", by=SYSTEM, at=world.at)
    assert referral.refresh().shown_to_person_at is None


def test_of_a_draft_that_was_put_away_nobody_is_told(world):
    draft = world.referral(sent=False)
    revoke_referral(draft, by=SYSTEM, at=world.at)
    with pytest.raises(OutcomeMissing):
        tell_person(draft, "told_by_phone", by=SYSTEM, at=world.at)


def test_a_person_is_told_once_and_the_first_time_stays(world, clock):
    referral, first = world.answer(world.referral(), "got_help"), world.at
    mark_shown(referral, by=PERSON, at=first)
    clock.forward(days=1)
    with pytest.raises(PersonAlreadyTold) as refused:
        tell_person(referral, "told_in_person", by=SYSTEM, at=world.at)
    assert "02.11.2026" in refused.value.text("en")
    assert referral.refresh().shown_to_person_at == first


@pytest.mark.parametrize("how", ["", "by_pigeon", "got_help", "x" * 99, "\x00"])
def test_an_unknown_way_of_telling_is_not_found(world, how):
    referral = world.answer(world.referral(), "got_help")
    with pytest.raises(NotFound):
        tell_person(referral, how, by=SYSTEM, at=world.at)
    assert referral.refresh().shown_to_person_at is None


def test_only_staff_say_that_they_told_the_person(world):
    referral = world.answer(world.referral(), "got_help")
    for by in (PUBLIC, PERSON, PROVIDER):
        with pytest.raises(Forbidden):
            tell_person(referral, "told_by_phone", by=by, at=world.at)


def test_a_person_with_a_request_of_their_own_can_look(world):
    submission, case = accepted(world)
    assert can_look(case)
    withdraw_submission(submission, by=PERSON, at=world.at)
    assert not can_look(case)


def test_without_a_request_or_with_a_helpers_the_person_cannot_look(world):
    helped = {"filled_by": "other", "helper_name": "Kim", "helper_consent": "yes"}
    submission, case = accepted(world, **helped)
    assert submission.by_helper
    assert not can_look(case)
    assert not can_look(world.case())
