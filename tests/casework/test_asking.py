"""Whoever's turn it is gets one kind reminder, and only then the coordinator is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import asking
from casework.acceptance import accept_submission, prepare_intake
from casework.asking import ask_person, ask_provider, ask_whoever_has_the_turn
from casework.cases import CaseSubmission, case_of
from casework.core.access import SYSTEM, Actor
from casework.core.audit import AuditEntry
from casework.insight.attention.decisions import PersonUnreachable, ProviderUnreachable
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.queue import Wanted, queue
from casework.insight.attention.thresholds import tune_rule, tunings
from casework.life_areas import LifeArea
from casework.messages import Message, OutboxMail, receive_message
from casework.participation.accounts import tell_account
from casework.people import Person
from casework.plans.blockers import Blocker
from casework.plans.models import Step
from casework.plans.steps import hold_step, move_step
from casework.plans.writing import Doer, add_goal, add_step
from casework.referrals import Referral, answer_referral
from casework.reply_links import current_link
from casework.submissions import Submission
from tests.casework.insight.attention.queue import entries
from tests.world import HELP_ANSWERS, World


def _who(world: World) -> dict:
    return {"by": SYSTEM, "at": world.at}


def _rules(world: World, resting: str = "") -> set[str]:
    rows = queue(world.coordinator().actor, world.at.date(), Wanted(resting=resting))
    return {each.rule for each in rows}


def _late_step(world: World, *, email: str | None = "amal@example.org"):
    answers = HELP_ANSWERS | {"contact_channels": ["email"], "email": email or "x@example.org"}
    submission = world.submission(answers=answers)
    accept_submission(submission, prepare_intake(submission), **_who(world))
    case = case_of(submission)
    if email is None:
        for person in Person.select():
            person.channels = ["phone"]
            person.save()
    goal = add_goal(world.plan(case, template=""), LifeArea.get(LifeArea.code == "work"), "Find",
                    language="en", **_who(world))  # fmt: skip
    day = world.at.date() + timedelta(days=1)
    return add_step(goal, "Write the letter", language="en", doer=Doer(), due_on=day,
                    **_who(world))  # fmt: skip


def test_a_provider_is_reminded_once_with_a_fresh_link_before_the_coordinator_is_asked(
    world: World, clock
) -> None:
    referral = world.referral()
    link = current_link(referral)
    clock.forward(days=14)
    entries(world)
    assert _rules(world) == set()
    assert ask_whoever_has_the_turn(at=world.at) == 1
    assert ask_whoever_has_the_turn(at=world.at) == 0
    (mail,) = OutboxMail.select().where(OutboxMail.kind == "referral_reminder")
    assert current_link(referral).token in mail.body
    assert current_link(referral).id != link.id
    assert "Amal" not in mail.subject + mail.body
    assert _rules(world, "asked") == {"referral_unanswered"}
    clock.forward(days=7)
    entries(world)
    assert "referral_unanswered" in _rules(world)


def test_a_provider_gets_one_mail_about_a_referral_and_the_step_that_waits_for_it(
    world: World, clock
) -> None:
    service = world.service(email="desk@provider.example")
    referral = world.referral(service=service)
    doer = Doer("provider", service=service, organization=service.organization)
    hold_step(world.step(referral.case, doer), Blocker.select().first(), "provider", **_who(world))
    clock.forward(days=32)
    found = {each.rule for each in entries(world) if each.turn == "provider"}
    assert found == {"referral_unanswered", "step_stalled"}
    assert ask_whoever_has_the_turn(at=world.at) == 2
    assert OutboxMail.select().where(OutboxMail.kind == "referral_reminder").count() == 1
    assert _rules(world, "asked") >= found


def test_an_answer_after_the_reminder_spares_the_coordinator(world: World, clock) -> None:
    referral = world.referral()
    clock.forward(days=14)
    entries(world)
    ask_whoever_has_the_turn(at=world.at)
    answer_referral(referral.refresh(), "in_progress", **_who(world))
    assert entries(world, "referral_unanswered") == []


def test_a_provider_without_a_mail_address_is_left_to_the_coordinator_at_once(
    world: World, clock
) -> None:
    world.referral(service=world.service(email=""))
    clock.forward(days=14)
    (entry,) = entries(world, "referral_unanswered")
    assert ask_whoever_has_the_turn(at=world.at) == 0
    assert _rules(world) == {"referral_unanswered"}
    with pytest.raises(ProviderUnreachable):
        ask_provider(entry, **_who(world))


def test_a_person_finds_a_message_in_their_language_and_a_mail_that_there_is_one(
    world: World, clock
) -> None:
    step = _late_step(world)
    clock.forward(days=5)
    entries(world)
    assert ask_whoever_has_the_turn(at=world.at) == 1
    (message,) = Message.select().where(Message.direction == "out")
    assert (message.language, message.author) == ("ar", "Welcome-Center")
    assert "Write the letter" in message.body
    mail = OutboxMail.select().order_by(OutboxMail.created_at.desc()).get()
    assert mail.kind == "message_received"
    assert "Write the letter" not in mail.body
    assert _rules(world, "asked") == {"step_overdue"}
    clock.forward(days=7)
    assert _rules(world) == {"step_overdue"}
    assert step.case.refresh().last_contact_at != message.at


def test_several_things_make_one_message_and_a_later_one_waits_a_week(world: World, clock) -> None:
    step = _late_step(world)
    add_step(step.goal, "Go there", language="en", doer=Doer(), due_on=step.due_on, **_who(world))
    later = add_step(step.goal, "Then here", language="en", doer=Doer(),
                     due_on=step.due_on + timedelta(days=2), **_who(world))  # fmt: skip
    clock.forward(days=5)
    entries(world)
    assert ask_whoever_has_the_turn(at=world.at) == 2
    assert Message.select().where(Message.direction == "out").count() == 1
    clock.forward(days=2)
    entries(world)
    assert ask_whoever_has_the_turn(at=world.at) == 0
    clock.forward(days=6)
    assert ask_whoever_has_the_turn(at=world.at) == 1
    assert [each.asking for each in entries(world) if each.subject_id == later.id] == ["asked"]


def test_a_person_who_wants_no_mail_is_asked_by_a_human_at_once(world: World, clock) -> None:
    _late_step(world, email=None)
    clock.forward(days=5)
    entries(world)
    assert ask_whoever_has_the_turn(at=world.at) == 0
    assert _rules(world) == {"step_overdue"}
    assert not Message.select().exists()


def test_nobody_is_reminded_at_night(world: World, clock) -> None:
    world.referral()
    clock.forward(days=14, hours=12)
    entries(world)
    assert ask_whoever_has_the_turn(at=world.at) == 0
    assert not OutboxMail.select().where(OutboxMail.kind == "referral_reminder").exists()


def test_without_a_status_page_nobody_would_read_the_message(world: World, clock) -> None:
    case = world.case()
    clock.forward(days=60)
    found = entries(world, "no_contact")
    with pytest.raises(PersonUnreachable):
        ask_person(case, found, **_who(world))
    assert not Message.select().exists()


def test_a_second_matter_waits_a_week_even_when_the_first_is_settled(world: World, clock) -> None:
    step = _late_step(world)
    add_step(step.goal, "Then here", language="en", doer=Doer(),
             due_on=step.due_on + timedelta(days=2), **_who(world))  # fmt: skip
    clock.forward(days=5)
    assert _asked(world) == 1
    move_step(step, "done", **_who(world))
    clock.forward(days=2)
    assert _asked(world) == 0
    clock.forward(days=6)
    assert _asked(world) == 1


def test_a_provider_reminded_of_a_referral_is_not_reminded_of_its_step_days_later(
    world: World, clock
) -> None:
    service = world.service(email="desk@provider.example")
    referral = world.referral(service=service)
    doer = Doer("provider", service=service, organization=service.organization)
    step = world.step(referral.case, doer)
    Step.update(due_on=world.at.date() + timedelta(days=13)).where(Step.id == step.id).execute()
    clock.forward(days=14)
    assert _asked(world) == 1
    clock.forward(days=3)
    assert _asked(world) == 1
    assert _rules(world, "asked") >= {"referral_unanswered", "step_overdue"}
    assert OutboxMail.select().where(OutboxMail.kind == "referral_reminder").count() == 1


def test_who_answers_between_two_rounds_is_not_reminded(world: World, clock) -> None:
    referral = world.referral()
    clock.forward(days=14)
    entries(world)
    answer_referral(referral.refresh(), "accepted", **_who(world))
    assert ask_whoever_has_the_turn(at=world.at) == 0
    assert not OutboxMail.select().where(OutboxMail.kind == "referral_reminder").exists()


@pytest.mark.parametrize("told", [receive_message, tell_account])
def test_a_person_who_wrote_is_not_reminded_until_somebody_has_read_it(
    world: World, clock, told
) -> None:
    step = _late_step(world)
    request = CaseSubmission.get(CaseSubmission.case == step.case).submission
    person = Actor("person", id=request.id, name=request.reference)
    clock.forward(days=5)
    entries(world)
    written = told(body="On Friday.", case=step.case, submission=request, language="ar",
                   by=person, at=world.at)  # fmt: skip
    assert ask_whoever_has_the_turn(at=world.at) == 0
    clock.forward(days=8)
    assert _asked(world) == 0
    type(written).update(read_at=world.at).execute()
    assert _asked(world) == 1


def test_who_has_no_page_keeps_nobody_else_from_being_asked(world: World, clock) -> None:
    """A helper filled in: the page is the helper's, although the person has an address."""
    step = _late_step(world)
    Submission.update(by_helper=True).execute()
    world.referral()
    clock.forward(days=14)
    assert _asked(world) == 1
    (late,) = (each for each in AttentionEntry.select() if each.subject_id == step.id)
    assert late.asking == "unreachable"
    assert "step_overdue" in _rules(world)


def test_two_rounds_at_once_send_one_reminder(world: World, clock, monkeypatch) -> None:
    world.referral()
    clock.forward(days=14)
    (entry,) = entries(world, "referral_unanswered")
    monkeypatch.setattr(asking, "_still_due", _after_another_round(asking._still_due, world))
    assert ask_whoever_has_the_turn(at=world.at) == 0
    assert entry.refresh().asking == "asked"
    assert OutboxMail.select().where(OutboxMail.kind == "referral_reminder").count() == 1


def _after_another_round(still_due, world: World):
    """The look at what is still due, once another worker has done the same round."""
    rounds = []

    def look(found):
        if not rounds:
            rounds.append(found)
            assert ask_whoever_has_the_turn(at=world.at) == 1
        return still_due(found)

    return look


def test_who_waits_a_week_keeps_nobody_from_a_small_round(world, clock, monkeypatch) -> None:
    monkeypatch.setattr(asking, "BATCH", 1)
    step = _late_step(world)
    add_step(step.goal, "Then here", language="en", doer=Doer(),
             due_on=step.due_on + timedelta(days=2), **_who(world))  # fmt: skip
    clock.forward(days=5)
    assert _asked(world) == 1
    for _ in range(2):
        world.referral()
    clock.forward(days=2)
    Referral.update(sent_at=world.at - timedelta(days=15)).execute()
    assert [_asked(world) for _ in range(3)] == [1, 1, 0]


def test_a_rule_that_was_off_asks_nobody_again_about_the_same(world: World, clock) -> None:
    world.referral()
    clock.forward(days=14)
    assert _asked(world) == 1
    values = tunings()["referral_unanswered"].values
    for on in (False, True):
        clock.forward(days=4)
        tune_rule("referral_unanswered", on=on, values=values, **_who(world))
        assert _asked(world) == 0
    assert OutboxMail.select().where(OutboxMail.kind == "referral_reminder").count() == 1
    assert _rules(world) >= {"referral_unanswered"}


def _asked(world: World) -> int:
    entries(world)
    return ask_whoever_has_the_turn(at=world.at)


def test_each_reminder_is_recorded(world: World, clock) -> None:
    world.referral()
    clock.forward(days=14)
    entries(world)
    ask_whoever_has_the_turn(at=world.at)
    events = {each.event for each in AuditEntry.select()}
    assert {"referral:reminded", "attention:asked"} <= events
