"""State machines: the table decides, and of two who act at once one wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import appointment_states, cases, consent, needs, referrals, submissions, volunteers
from casework.core.access import SYSTEM
from casework.core.refusals import InvalidTransition
from casework.core.states import Machine
from casework.referrals import Referral

LIGHTS = Machine(
    {"red": "red light", "green": "green light", "off": "off"},
    {"red": ("green", "off"), "green": ("red",)},
)
MACHINES = {
    "submission": submissions.STATES,
    "case": cases.STATES,
    "need": needs.NEED_STATES,
    "release": consent.STATES,
    "referral": referrals.STATES,
    "appointment": appointment_states.STATES,
    "offer": volunteers.STATES,
}
machines = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def test_a_machine_allows_what_its_table_says():
    assert LIGHTS.allows("red", "green")
    assert not LIGHTS.allows("green", "off")
    assert not LIGHTS.allows("red", "red")
    assert not LIGHTS.allows("blue", "red")
    assert not LIGHTS.allows("red", "blue")


def test_a_state_that_nothing_follows_is_final():
    assert [state for state in LIGHTS.states if LIGHTS.is_final(state)] == ["off"]


@machines
def test_transitions_name_known_states_only(machine):
    named = set(machine.transitions).union(*machine.transitions.values())
    assert named <= set(machine.states)


@machines
def test_no_state_follows_itself(machine):
    assert [state for state in machine.states if machine.allows(state, state)] == []


@machines
def test_every_state_can_be_reached_from_the_first(machine):
    reached, ahead = set(), [machine.states[0]]
    while ahead:
        state = ahead.pop()
        reached.add(state)
        ahead += set(machine.transitions.get(state, ())) - reached
    assert reached == set(machine.states)


@machines
@given(wishes=st.lists(st.text(max_size=12), max_size=12), data=st.data())
def test_no_sequence_of_moves_leaves_the_table(machine, wishes, data):
    state = machine.states[0]
    states = st.sampled_from(machine.states)
    for wish in [*wishes, *data.draw(st.lists(states, max_size=20))]:
        if not machine.allows(state, wish):
            continue
        assert not machine.is_final(state)
        assert wish in machine.states
        state = wish


def test_final_outcomes_of_a_referral_are_the_final_states_of_its_machine():
    finals = {state for state in referrals.STATES.states if referrals.STATES.is_final(state)}
    assert finals == set(referrals.FINAL)
    assert set(referrals.WAITING) == set(referrals.STATES.states) - finals - {"draft"}


def test_whose_turn_it_is_is_known_while_a_referral_is_not_over():
    assert set(referrals.TURNS) == set(referrals.STATES.states) - set(referrals.FINAL)
    assert set(referrals.TURNS.values()) == {"person", "provider", "us", "system"}


def test_whatever_a_provider_can_answer_is_a_state_that_can_follow_a_sent_referral():
    assert all(referrals.STATES.allows("sent", answer) for answer in referrals.ANSWERS)


def test_a_move_sets_state_time_and_columns_together(world):
    referral = world.referral()
    later = world.clock.forward(hours=1)
    referrals.STATES.move(referral, "accepted", at=later, answered_at=later)
    again = referral.refresh()
    assert (again.state, again.state_since, again.answered_at) == ("accepted", later, later)


def test_a_refused_move_names_both_states_and_changes_nothing(world):
    referral = world.referral()
    referrals.answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition) as refused:
        referrals.answer_referral(referral, "accepted", by=SYSTEM, at=world.at)
    assert "got help" in refused.value.text("en")
    assert "accepted" in refused.value.text("en")
    assert referral.refresh().state == referral.state == "got_help"


def test_of_two_who_move_the_same_row_the_second_is_told_the_new_state(world):
    mine = world.referral()
    theirs = mine.refresh()
    referrals.answer_referral(theirs, "no_capacity", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition) as refused:
        referrals.answer_referral(mine, "accepted", by=SYSTEM, at=world.at)
    assert "no free place" in refused.value.text("en")
    assert mine.state == Referral.get_by_id(mine.id).state == "no_capacity"


def test_a_loser_leaves_no_step_behind(world):
    mine = world.referral()
    theirs = mine.refresh()
    referrals.answer_referral(theirs, "no_capacity", by=SYSTEM, at=world.at)
    before = mine.steps.count()
    with pytest.raises(InvalidTransition):
        referrals.answer_referral(mine, "accepted", by=SYSTEM, at=world.at)
    assert mine.steps.count() == before
