"""Days that come near call for somebody, and what is settled is quiet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.cases import move_case
from casework.core.access import SYSTEM
from casework.counselling import set_counselling_start
from casework.deadlines import extend_deadline, move_deadline
from casework.insight.attention.entries import AttentionEntry
from casework.network.contacts import NetworkContact, retire_contact
from casework.network.meetings import add_decision, finish_decision, plan_meeting
from casework.network.talks import note_talk
from tests.casework.insight.attention.queue import entries
from tests.conftest import Clock
from tests.world import World

END = date(2029, 11, 2)


def _found(world: World, rule: str) -> list:
    return [entry.subject_id for entry in entries(world, rule)]


@pytest.mark.parametrize(("kind", "notice"), [("residence_permit", 60), ("objection", 14)])
def test_a_deadline_is_near_as_early_as_its_kind_says(world: World, kind, notice) -> None:
    today = world.at.date()
    near = world.deadline(due_on=today + timedelta(days=notice), kind=kind)
    world.deadline(due_on=today + timedelta(days=notice + 1), kind=kind)
    past = world.deadline(due_on=today - timedelta(days=9), kind=kind)
    assert set(_found(world, "deadline_near")) == {near.id, past.id}


def test_a_deadline_that_is_done_extended_or_of_a_closed_case_is_quiet(world: World) -> None:
    who = {"by": SYSTEM, "at": world.at}
    done, extended, closed = world.deadline(), world.deadline(), world.deadline()
    assert len(_found(world, "deadline_near")) == 3
    move_deadline(done, "done", **who)
    extend_deadline(extended, date(2028, 1, 1), revision=0, **who)
    move_case(closed.case, "closed", reason="other", **who)
    assert _found(world, "deadline_near") == []


def test_a_clock_that_runs_out_calls_until_a_handover_has_begun(world: World) -> None:
    case, far = world.case(), world.case()
    set_counselling_start(case, date(2024, 3, 2), seen=END, by=SYSTEM, at=world.at)
    set_counselling_start(far, date(2024, 3, 3), seen=END, by=SYSTEM, at=world.at)
    assert _found(world, "counselling_ends") == [case.id]
    world.handover(case)
    assert _found(world, "counselling_ends") == []


def test_a_clock_that_has_run_out_calls_even_while_a_case_is_handed_over(world: World) -> None:
    last, over = world.case(), world.case()
    set_counselling_start(last, date(2023, 11, 2), seen=END, by=SYSTEM, at=world.at)
    set_counselling_start(over, date(2023, 11, 1), seen=END, by=SYSTEM, at=world.at)
    world.handover(over)
    assert _found(world, "counselling_over") == [over.id]
    assert _found(world, "counselling_ends") == [last.id]


def test_a_contact_goes_cold_until_somebody_speaks_with_them(world: World, clock: Clock) -> None:
    contact = world.contact(interval_days=30)
    retired, never = world.contact(interval_days=30), world.contact(interval_days=0)
    retire_contact(retired, by=SYSTEM, at=world.at)
    clock.forward(days=36)
    assert _found(world, "contact_cold") == []
    clock.forward(days=1)
    assert _found(world, "contact_cold") == [contact.id] != [never.id]
    note_talk(contact, "x", by=SYSTEM, at=world.at)
    assert _found(world, "contact_cold") == []


def test_a_decision_is_due_the_day_after_and_quiet_once_it_is_done(world, clock: Clock) -> None:
    meeting = plan_meeting("x", world.at, by=SYSTEM, at=world.at)
    decision = add_decision(meeting, "x", date(2026, 11, 5), staff=world.coordinator(),
                            by=SYSTEM, at=world.at)  # fmt: skip
    clock.forward(days=3)
    assert _found(world, "decision_due") == []
    clock.forward(days=1)
    assert _found(world, "decision_due") == [decision.id]
    finish_decision(decision, by=SYSTEM, at=world.at)
    assert _found(world, "decision_due") == []


def test_who_owes_a_decision_or_entered_a_contact_sees_its_entry_and_nobody_elses(
    world, clock: Clock
) -> None:
    one, other = world.manager(), world.manager()
    meeting = plan_meeting("x", world.at, by=SYSTEM, at=world.at)
    mine = add_decision(meeting, "x", date(2026, 11, 5), staff=one, by=SYSTEM, at=world.at)
    add_decision(meeting, "y", date(2026, 11, 5), staff=world.coordinator(), by=SYSTEM,
                 at=world.at)  # fmt: skip
    contact = world.contact(interval_days=30)
    NetworkContact.update(added_by=other.id).where(NetworkContact.id == contact.id).execute()
    clock.forward(days=40)
    assert len(_found(world, "decision_due")) == 2
    assert len(_found(world, "contact_cold")) == 1
    assert [each.subject_id for each in AttentionEntry.scope(one.actor)] == [mine.id]
    assert [each.subject_id for each in AttentionEntry.scope(other.actor)] == [contact.id]
    assert AttentionEntry.scope(world.coordinator().actor).count() == 3
