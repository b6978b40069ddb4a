"""No order of moves leads a step astray: what it says and what is kept of its holds agree."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.core.refusals import Refusal
from casework.plans.blockers import Blocker
from casework.plans.models import Hold, Step
from casework.plans.states import CANCELLERS, GOAL_STATES, STEP_STATES, TURNS
from casework.plans.steps import hold_step, move_step
from tests.properties import SHARING

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
moves = st.lists(
    st.tuples(
        st.sampled_from((*STEP_STATES.states, "nonsense")),
        st.sampled_from(("", *CANCELLERS)),
        st.sampled_from(("", *TURNS)),
    ),
    max_size=12,
)


def _press(step: Step, state: str, canceller: str, turn: str, at: datetime) -> None:
    if state == "on_hold":
        hold_step(step, Blocker.get(), turn, by=SYSTEM, at=at)
    else:
        move_step(step, state, cancelled_by=canceller, by=SYSTEM, at=at)


@settings(max_examples=40, deadline=None,
          suppress_health_check=SHARING)  # fmt: skip
@given(moves)
def test_any_order_of_moves_keeps_the_step_and_its_holds_in_agreement(world, wanted):
    with transaction():
        Step.delete().execute()
    step = Step.get(Step.case == world.plan().case)
    for number, (state, canceller, turn) in enumerate(wanted, 1):
        before, at = Step.get_by_id(step.id), START + timedelta(hours=number)
        try:
            _press(step, state, canceller, turn, at)
        except Refusal:
            assert Step.get_by_id(step.id).state == before.state
        else:
            assert STEP_STATES.allows(before.state, state)
        now = Step.get_by_id(step.id)
        held = list(Hold.select().where(Hold.step == step).order_by(Hold.since))
        assert [each for each in held if each.ended_at is None] == (
            held[-1:] if now.state == "on_hold" else []
        )
        assert all(a.ended_at <= b.since for a, b in itertools.pairwise(held))
        assert bool(now.cancelled_by) == (now.state == "cancelled")


@pytest.mark.parametrize("machine", [STEP_STATES, GOAL_STATES])
def test_every_state_can_be_reached_and_every_mistake_be_put_right(machine):
    start = machine.states[0]
    reached, todo = {start}, [start]
    while todo:
        for each in machine.transitions[todo.pop()]:
            if each not in reached:
                reached.add(each)
                todo.append(each)
    assert reached == set(machine.states)
    assert [state for state in machine.states if machine.is_final(state)] == []
