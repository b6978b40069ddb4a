"""Snoozing, knowing and waking: with a reason, and only while the same cause stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.appointments import settle_appointment
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.db import database
from casework.core.refusals import Forbidden, StaleEdit
from casework.insight.attention.decisions import (
    EntrySettled,
    ReasonMissing,
    SnoozeRefused,
    cause,
    mark_known,
    snooze,
    wake,
)
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.kept import KeptDecision
from casework.insight.attention.queue import Wanted, counted, queue, running_well
from casework.insight.attention.thresholds import tune_rule
from casework.insight.attention.upkeep import catch_up
from casework.named_supports import end_support
from casework.needs import Need, move_need
from casework.plans.blockers import Blocker
from casework.plans.models import Hold
from casework.plans.steps import hold_step
from casework.plans.writing import Doer
from tests.casework.insight.attention.queue import entries
from tests.world import World


@pytest.fixture
def need_alone(world: World, clock) -> AttentionEntry:
    world.need()
    clock.forward(days=10)
    (entry,) = entries(world, "need_alone")
    return entry


def _who(world: World) -> dict:
    return {"by": SYSTEM, "at": world.at}


def _shown(world: World, **wanted) -> list[str]:
    rows = queue(world.coordinator().actor, world.at.date(), Wanted(**wanted))
    return [each.rule for each in rows]


def test_a_snoozed_entry_comes_back_on_its_day(world: World, clock, need_alone) -> None:
    snooze(need_alone, world.at.date() + timedelta(days=3), "On holiday", **_who(world))
    assert _shown(world) == []
    assert _shown(world, resting="snoozed") == ["need_alone"]
    clock.forward(days=3)
    assert _shown(world) == ["need_alone"]
    assert entries(world, "need_alone")[0].reason == "On holiday"


@pytest.mark.parametrize("days", [None, -1, 0, 367])
def test_an_entry_is_snoozed_until_a_day_within_a_year(world, need_alone, days) -> None:
    until = None if days is None else world.at.date() + timedelta(days=days)
    with pytest.raises(SnoozeRefused):
        snooze(need_alone, until, "Later", **_who(world))
    assert _shown(world) == ["need_alone"]


@pytest.mark.parametrize("reason", ["", "  \n", "\x00"])
def test_a_decision_needs_a_reason(world: World, need_alone, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        mark_known(need_alone, reason, **_who(world))
    with pytest.raises(ReasonMissing):
        snooze(need_alone, world.at.date() + timedelta(days=3), reason, **_who(world))


def test_what_is_known_calls_no_more_until_somebody_wakes_it(world, clock, need_alone) -> None:
    mark_known(need_alone, "They wait for the letter.", **_who(world))
    clock.forward(days=90)
    assert "need_alone" not in _shown(world)
    assert _shown(world, resting="known") == ["need_alone"]
    wake(need_alone, **_who(world))
    entries(world)
    assert "need_alone" in _shown(world)


def test_another_cause_calls_although_the_first_was_known(world: World, clock, need_alone) -> None:
    mark_known(need_alone, "Known.", **_who(world))
    need = world.need().select().get()
    for state in ("covered", "open"):
        move_need(need.refresh(), state, **_who(world))
    clock.forward(days=8)
    rows = [each for each in entries(world, "need_alone") if each.subject_id == need.id]
    assert [each.state for each in rows] == ["open"]


def test_a_third_missed_appointment_wakes_what_was_snoozed(world: World, clock) -> None:
    case = world.case()
    for number in range(3):
        row = world.appointment(case)
        clock.forward(days=1)
        settle_appointment(row, "missed", **_who(world))
        found = entries(world, "appointments_missed")
        if number == 1:
            snooze(found[0], world.at.date() + timedelta(days=30), "Ill", **_who(world))
    assert found[0].snoozed_until is None
    assert found[0].details == {"times": 3}


def test_who_decides_about_an_entry_that_has_gone_is_told(world: World, need_alone) -> None:
    AttentionEntry.delete().execute()
    for decide in (lambda: mark_known(need_alone, "x", **_who(world)),
                   lambda: wake(need_alone, **_who(world))):  # fmt: skip
        with pytest.raises(EntrySettled):
            decide()


def test_who_decides_about_another_cause_than_they_saw_is_told(world: World, need_alone) -> None:
    seen = cause(need_alone)
    later = need_alone.since + timedelta(days=1)
    AttentionEntry.update(since=later).execute()
    with pytest.raises(StaleEdit):
        mark_known(need_alone, "Known.", seen=seen, **_who(world))


def test_a_reason_is_sealed_and_stands_in_no_trail(world: World, need_alone) -> None:
    mark_known(need_alone, "Geheimwort", **_who(world))
    (raw,) = database.execute_sql("SELECT reason FROM attention_entries").fetchone()
    assert b"Geheimwort" not in bytes(raw)
    assert need_alone.refresh().reason == "Geheimwort"
    assert all("Geheimwort" not in str(each.__data__) for each in AuditEntry.select())


def test_the_commissioner_decides_nothing_and_sees_no_entry(world: World, need_alone) -> None:
    actor = world.staff(Role.INTEGRATION_COMMISSIONER).actor
    with pytest.raises(Forbidden):
        mark_known(need_alone, "x", by=actor, at=world.at)
    assert AttentionEntry.scope(actor).count() == 0


def test_a_manager_sees_the_entries_of_the_own_organisation(world: World, clock) -> None:
    mine, other = world.organization(), world.organization()
    for organization in (mine, other):
        world.need(world.case(organization))
    clock.forward(days=10)
    entries(world)
    manager = world.manager(mine)
    rows = list(queue(manager.actor, world.at.date()))
    assert [each.case.__data__["organization"] for each in rows] == [mine.id]
    assert counted(queue(world.coordinator().actor, world.at.date())) == 2
    assert running_well(manager.actor) == 0


def test_cases_without_any_entry_run_well(world: World, clock) -> None:
    world.need()
    clock.forward(days=10)
    world.case()
    entries(world)
    assert running_well(world.coordinator().actor) == 1


def test_the_queue_is_ordered_by_urgency_then_by_time_over(world: World, clock) -> None:
    first = world.need()
    clock.forward(days=1)
    world.need()
    urgent = world.need(urgency="today")
    clock.forward(days=10)
    entries(world)
    rows = list(queue(world.coordinator().actor, world.at.date()))
    assert [rows[0].subject_id, rows[1].subject_id] == [urgent.id, first.id]
    assert [each.id for each in rows] == [
        each.id for each in queue(world.coordinator().actor, world.at.date())
    ]


def _tune(world: World, on: bool = True, **values: int) -> None:
    tune_rule("need_alone", on=on, values={"days": 7} | values, **_who(world))
    catch_up(at=world.at)


def test_what_was_decided_is_there_again_when_a_rule_is_on_again(world, clock, need_alone) -> None:
    snooze(need_alone, world.at.date() + timedelta(days=9), "On holiday", **_who(world))
    _tune(world, on=False)
    assert AttentionEntry.select().where(AttentionEntry.rule == "need_alone").count() == 0
    clock.forward(days=2)
    _tune(world, on=True)
    assert _shown(world) == []
    (again,) = entries(world, "need_alone")
    assert (again.reason, again.decided_by) == ("On holiday", SYSTEM.name)
    clock.forward(days=7)
    assert _shown(world) == ["need_alone"]


def test_what_is_known_stays_known_over_other_numbers(world: World, need_alone) -> None:
    mark_known(need_alone, "They wait for the letter.", **_who(world))
    for days in (30, 8, 7):
        _tune(world, days=days)
        assert _shown(world) == []
    assert _shown(world, resting="known") == ["need_alone"]
    assert KeptDecision.select().count() == 0


def test_what_was_known_calls_again_with_another_cause_after_the_rule_was_off(
    world: World, clock, need_alone
) -> None:
    mark_known(need_alone, "They wait for the letter.", **_who(world))
    _tune(world, on=False)
    need = Need.get_by_id(need_alone.subject_id)
    for state in ("covered", "open"):
        move_need(need, state, **_who(world))
    clock.forward(days=10)
    _tune(world, on=True)
    assert _shown(world) == ["need_alone"]


def test_a_cause_that_ended_while_the_rule_was_on_takes_the_decision_with_it(
    world: World, clock, need_alone
) -> None:
    """The need has had somebody in between: what was known then says nothing about now."""
    mark_known(need_alone, "They wait for the letter.", **_who(world))
    _tune(world, days=9)
    helper = world.named_support(Need.get_by_id(need_alone.subject_id).case)
    assert entries(world, "need_alone") == []
    end_support(helper, **_who(world))
    clock.forward(days=1)
    assert [each.state for each in entries(world, "need_alone")] == ["open"]


def test_what_was_woken_before_another_setting_stays_awake(world, need_alone) -> None:
    mark_known(need_alone, "They wait for the letter.", **_who(world))
    _tune(world, on=False)
    _tune(world, on=True)
    wake(entries(world, "need_alone")[0], **_who(world))
    _tune(world, on=False)
    _tune(world, on=True)
    assert _shown(world) == ["need_alone"]


def test_decisions_of_a_rule_that_stays_off_go_after_a_year(world, clock, need_alone) -> None:
    mark_known(need_alone, "They wait for the letter.", **_who(world))
    _tune(world, on=False)
    clock.forward(days=300)
    entries(world)
    assert KeptDecision.select().count() == 1
    clock.forward(days=70)
    entries(world)
    assert KeptDecision.select().count() == 0


def test_a_step_with_two_open_holds_is_one_entry(world: World, clock) -> None:
    """Two people may put a step on hold in the same moment."""
    step = world.step(world.case(), Doer())
    hold_step(step, Blocker.select().first(), "us", **_who(world))
    held = Hold.get()
    Hold.create(case=held.case, step=step, blocker=held.blocker, turn="provider", since=held.since)
    clock.forward(days=40)
    assert len(entries(world, "step_stalled")) == 1
