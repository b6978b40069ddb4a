"""Who books an appointment because something called is left in peace until its day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import asking
from casework.appointments import Appointment, settle_appointment, shift_appointment
from casework.asking import ask_whoever_has_the_turn
from casework.core.access import SYSTEM
from casework.insight.attention.decisions import snooze
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.queue import Wanted, queue, running_well
from casework.insight.attention.registry import RULES
from casework.insight.attention.talks import Talk, book_for, talked_about
from casework.insight.attention.thresholds import tunings
from casework.insight.attention.upkeep import catch_up, found_by, judge_all
from casework.life_areas import LifeArea
from casework.messages import Message
from casework.plans.models import Plan
from casework.plans.steps import move_step
from casework.plans.writing import Doer, add_goal, add_step, change_step
from tests.casework.insight.attention.queue import entries, stored
from tests.stories.troubles import PLANTS, Troubles
from tests.world import World

TALKED = {name for name, each in RULES.items() if "appointment" in each.actions}


def _who(world: World) -> dict:
    return {"by": SYSTEM, "at": world.at}


def _calls(world: World, resting: str = "") -> set[str]:
    catch_up(at=world.at)
    rows = queue(world.coordinator().actor, world.at.date(), Wanted(resting=resting))
    return {each.rule for each in rows}


def _late_step(world: World, clock, doer: Doer | None = None):
    """A step whose day was ten days ago, and its entry."""
    case = world.case()
    goal = add_goal(world.plan(case, template="", review_on=None), LifeArea.get(), "Find work",
                    language="en", **_who(world))  # fmt: skip
    step = add_step(goal, "Write the letter", language="en", doer=doer or Doer("staff"),
                    due_on=world.at.date() + timedelta(days=1), **_who(world))  # fmt: skip
    clock.forward(days=11)
    [entry] = entries(world, "step_overdue")
    return step, entry


def _book(world: World, entry: AttentionEntry, days: int = 3) -> Appointment:
    row = world.appointment(entry.case, world.at + timedelta(days=days))
    return book_for(row, [entry], **_who(world))


def test_an_entry_is_quiet_until_the_day_of_its_appointment_is_over(world: World, clock) -> None:
    _step, entry = _late_step(world, clock)
    assert _calls(world) == {"step_overdue"}
    row = _book(world, entry)
    assert _calls(world) == set()
    assert _calls(world, "booked") == {"step_overdue"}
    [found] = entries(world)
    assert found.booked_id == row.id
    assert found.booked_until == world.at.date() + timedelta(days=4)
    clock.forward(days=3, hours=8)
    assert _calls(world) == set()
    clock.forward(days=1)
    assert _calls(world) == {"step_overdue"}
    assert _calls(world, "booked") == set()


@pytest.mark.parametrize("state", ["missed", "excused", "cancelled"])
def test_nothing_came_of_the_appointment_and_the_entry_calls_at_once(
    world: World, clock, state: str
) -> None:
    _step, entry = _late_step(world, clock)
    row = _book(world, entry)
    assert _calls(world) == set()
    settle_appointment(row, state, **_who(world))
    assert _calls(world) == {"step_overdue"}
    [found] = entries(world, "step_overdue")
    assert (found.booked_id, found.booked_until) == (row.id, None)


def test_after_a_talk_that_was_kept_it_is_settled_and_calls_again_where_nothing_moved(
    world: World, clock
) -> None:
    """An overdue step may stand for three days, and from the talk on for three more."""
    _step, entry = _late_step(world, clock)
    row = _book(world, entry)
    clock.forward(days=3)
    settle_appointment(row, "kept", **_who(world))
    assert _calls(world) == set()
    clock.forward(days=2)
    assert _calls(world) == set()
    clock.forward(days=1)
    assert _calls(world) == {"step_overdue"}


def test_what_the_talk_moved_is_gone_for_good(world: World, clock) -> None:
    step, entry = _late_step(world, clock)
    row = _book(world, entry)
    clock.forward(days=3)
    settle_appointment(row, "kept", **_who(world))
    move_step(step, "done", **_who(world))
    clock.forward(days=20)
    assert entries(world, "step_overdue") == []


def test_a_new_cause_calls_although_there_was_a_talk_about_the_old_one(world: World, clock) -> None:
    step, entry = _late_step(world, clock)
    _book(world, entry, days=30)
    assert _calls(world) == set()
    day = world.at.date() + timedelta(days=1)
    change_step(step, text=step.text("en")[0], language="en", doer=Doer("staff"), due_on=day,
                revision=step.revision, **_who(world))  # fmt: skip
    clock.forward(days=6)
    judge_all(at=world.at)
    assert "step_overdue" in _calls(world)


def test_another_time_moves_the_quiet_with_it(world: World, clock) -> None:
    _step, entry = _late_step(world, clock)
    row = _book(world, entry)
    shift_appointment(row, world.at + timedelta(days=9), minutes=30, place="", revision=0,
                      **_who(world))  # fmt: skip
    clock.forward(days=9)
    assert _calls(world) == set()
    clock.forward(days=1)
    assert _calls(world) == {"step_overdue"}


def test_of_two_appointments_the_later_one_counts_and_a_cancelled_one_does_not(
    world: World, clock
) -> None:
    _step, entry = _late_step(world, clock)
    first, second = _book(world, entry, days=2), _book(world, entry, days=5)
    [found] = entries(world)
    assert found.booked_id == second.id
    settle_appointment(second, "cancelled", cancelled_by="person", **_who(world))
    [found] = entries(world)
    assert found.booked_id == first.id


def test_an_appointment_for_something_else_quiets_nothing(world: World, clock) -> None:
    _step, entry = _late_step(world, clock)
    world.appointment(entry.case, world.at + timedelta(days=3))
    assert _calls(world) == {"step_overdue"}


def test_a_deadline_is_not_quieted_by_an_appointment_that_comes_too_late(
    world: World, clock
) -> None:
    world.deadline(due_on=world.at.date() + timedelta(days=5))
    [entry] = entries(world, "deadline_near")
    _book(world, entry, days=6)
    assert _calls(world) == {"deadline_near"}
    row = _book(world, entry, days=2)
    assert _calls(world) == set()
    clock.forward(days=2)
    settle_appointment(row, "kept", **_who(world))
    assert _calls(world) == set()
    clock.forward(days=3)
    assert _calls(world) == {"deadline_near"}, "on its own day it calls whatever was said"


def test_whoever_lies_silent_has_an_appointment_ahead_that_nobody_tied(world: World, clock) -> None:
    case = world.case()
    clock.forward(days=70)
    row = world.appointment(case, world.at + timedelta(days=3))
    assert _calls(world) == set()
    settle_appointment(row, "cancelled", cancelled_by="person", **_who(world))
    assert _calls(world) == {"no_contact"}


def test_after_missed_appointments_only_a_new_one_quiets(world: World, clock) -> None:
    case = world.case()
    world.appointment(case, world.at + timedelta(days=20))
    for _ in range(2):
        settle_appointment(world.appointment(case), "missed", **_who(world))
        clock.forward(days=1)
    [entry] = entries(world, "appointments_missed")
    assert entry.booked_id is None
    row = world.appointment(case, world.at + timedelta(days=2))
    [entry] = entries(world, "appointments_missed")
    assert entry.booked_id == row.id


def test_no_machine_asks_beside_somebody_who_has_booked_an_appointment(world: World, clock) -> None:
    _step, entry = _late_step(world, clock, Doer("person"))
    assert entry.asking == "due"
    row = _book(world, entry)
    [found] = entries(world)
    assert (found.asking, found.quiet_until) == ("", None)
    assert ask_whoever_has_the_turn(at=world.at.replace(hour=10)) == 0
    settle_appointment(row, "missed", **_who(world))
    assert ask_whoever_has_the_turn(at=world.at.replace(hour=10)) == 0
    assert not Message.select().exists()
    assert _calls(world) == {"step_overdue"}
    assert asking.BATCH


def test_what_somebody_decided_stays_beside_the_appointment(world: World, clock) -> None:
    _step, entry = _late_step(world, clock)
    snooze(entry, world.at.date() + timedelta(days=9), "Ferien", **_who(world))
    _book(world, entry, days=2)
    clock.forward(days=4)
    assert _calls(world) == set(), "the later of the two days wins"
    assert _calls(world, "snoozed") == {"step_overdue"}


def test_a_case_with_a_booked_entry_does_not_count_as_running_well(world: World, clock) -> None:
    _step, entry = _late_step(world, clock)
    _book(world, entry)
    catch_up(at=world.at)
    assert running_well(world.coordinator().actor) == 0


def test_the_preview_of_a_rule_counts_quiet_entries_like_the_queue(world: World, clock) -> None:
    _step, entry = _late_step(world, clock)
    _book(world, entry)
    each = RULES["step_overdue"]
    stands = AttentionEntry.select().where(AttentionEntry.rule == each.name).count()
    assert len(found_by(each, tunings()[each.name], at=world.at)) == stands == 1


def test_entries_of_other_cases_and_of_rules_without_a_talk_are_left_out(
    world: World, clock
) -> None:
    _step, entry = _late_step(world, clock)
    other = world.appointment(world.case(), world.at + timedelta(days=1))
    book_for(other, [entry], **_who(world))
    entry.rule = "waitlist_still"
    book_for(world.appointment(entry.case, world.at + timedelta(days=1)), [entry], **_who(world))
    assert not Talk.select().exists()


def test_an_appointment_knows_what_of_it_still_stands(world: World, clock) -> None:
    step, entry = _late_step(world, clock)
    row = _book(world, entry)
    catch_up(at=world.at)
    assert [each.subject_id for each in talked_about(row)] == [step.id]
    move_step(step, "done", **_who(world))
    catch_up(at=world.at)
    assert talked_about(row) == []


def test_every_rule_that_offers_an_appointment_is_quieted_by_one(world: World, clock) -> None:
    """The planted town has a trouble of each kind; each is booked for, kept or missed."""
    town = Troubles(world, clock, world.at.date())
    for build in PLANTS:
        build(town)
    catch_up(at=world.at, most=10**6)
    judge_all(at=world.at)
    wanted = [each for each in AttentionEntry.select() if each.rule in TALKED]
    assert {each.rule for each in wanted} == TALKED
    rows = [(each, _book(world, each, days=1)) for each in wanted]
    catch_up(at=world.at, most=10**6)
    left = {each.rule for each in AttentionEntry.select() if each.is_shown(town.today)}
    assert not left & TALKED
    followed = stored()
    judge_all(at=world.at)
    assert followed == stored()
    for entry, row in rows:
        settle_appointment(row, "missed", **_who(world))
        assert entry.case
    catch_up(at=world.at, most=10**6)
    calls = {
        each.rule
        for each in AttentionEntry.select()
        if each.is_shown(town.today) or each.asking == "due"
    }
    assert calls >= TALKED
    assert Plan.select().exists()
