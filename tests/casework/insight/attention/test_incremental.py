"""No order of changes makes the queue that follows each change differ from a full count."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.acceptance import link_submission
from casework.appointments import (
    Appointment,
    plan_appointment,
    settle_appointment,
    shift_appointment,
)
from casework.cases import STATES as CASE_STATES
from casework.cases import Case, assign_case, move_case
from casework.core.access import SYSTEM, Actor
from casework.core.audit import record_read
from casework.core.db import database
from casework.core.refusals import Refusal
from casework.insight.attention.entries import AttentionEntry, AttentionMark
from casework.insight.attention.registry import RULES
from casework.insight.attention.talks import book_for
from casework.insight.attention.thresholds import tune_rule
from casework.insight.attention.upkeep import EVERYTHING, _cases, catch_up, judge_all
from casework.life_areas import LifeArea
from casework.messages import Message, mark_read, receive_message, send_message
from casework.needs import NEED_STATES, Need, add_need, category_of, move_need
from casework.people import add_person
from casework.plans.agreements import ask_agreement, note_agreement
from casework.plans.blockers import Blocker
from casework.plans.models import Goal, Plan, Step
from casework.plans.reviews import review_plan
from casework.plans.states import GOAL_STATES, STEP_STATES, TURNS
from casework.plans.steps import hold_step, move_step
from casework.plans.templates import template_of
from casework.plans.writing import (
    Doer,
    add_goal,
    add_step,
    begin_plan,
    change_goal,
    end_plan,
    move_goal,
)
from casework.providers import report_capacity
from casework.referral_drafts import draft_referral
from casework.referral_states import ANSWERS
from casework.referrals import Referral, answer_referral, revoke_referral, send_referral
from casework.submissions import withdraw_submission
from tests.casework.insight.attention.other_moves import OTHER_MOVES
from tests.casework.insight.attention.queue import stored
from tests.conftest import MONDAY
from tests.databases import statements
from tests.properties import SHARING
from tests.twice import examples
from tests.world import World


class NothingThere(Exception):  # noqa: N818 - the move has nothing to move yet
    """No row of that kind."""


class Town:
    """Three households with five cases, two services, one request; every move is a real verb."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services = [world.service(email="desk@provider.example") for _ in range(2)]
        homes = [world.household() for _ in range(3)]
        self.cases = [world.case(household=homes[number % 3]) for number in range(5)]
        self.request = world.submission()
        link_submission(self.request, self.cases[0], by=SYSTEM, at=world.at)
        self.offer, self.chance = world.offer(places="9"), world.opportunity(places=9)

    def any(self, model: Any, number: int) -> Any:
        """One row of a table; the first number of a move chooses it."""
        rows = list(model.select().order_by(model.id))
        if not rows:
            raise NothingThere
        return rows[number % len(rows)]


def _who(town: Town) -> dict[str, Any]:
    return {"by": SYSTEM, "at": town.world.at}


def _case(town: Town, a: int, b: int) -> None:
    case = town.any(Case, a)
    state = CASE_STATES.states[b % len(CASE_STATES.states)] if b % 4 == 0 else "active"
    move_case(case, state, reason="other", **_who(town))


def _assign(town: Town, a: int, b: int) -> None:
    organization = town.services[b % 2].organization if b % 3 else None
    assign_case(town.any(Case, a), organization=organization, assigned_to=None, **_who(town))


def _need(town: Town, a: int, b: int) -> None:
    add_need(town.any(Case, a), category_of("debt" if b % 2 else "integration_course"),
             person=None, urgency="today" if b % 3 else "", **_who(town))  # fmt: skip


def _move_need(town: Town, a: int, b: int) -> None:
    move_need(town.any(Need, a), NEED_STATES.states[b % 4], **_who(town))


def _refer(town: Town, a: int, b: int) -> None:
    need = town.any(Need, a)
    town.world.release(need.case)
    draft = draft_referral(need.case, need, town.services[b % 2], **_who(town))
    send_referral(draft, **_who(town))


def _answer(town: Town, a: int, b: int) -> None:
    waiting = ("accepted", "waitlisted", "needs_client_action", "no_capacity", *ANSWERS)
    answer_referral(town.any(Referral, a), waiting[b % len(waiting)], **_who(town))


def _revoke(town: Town, a: int, b: int) -> None:
    revoke_referral(town.any(Referral, a), **_who(town))


def _places(town: Town, a: int, b: int) -> None:
    report_capacity(town.services[a % 2].refresh(), places=9, free=b % 3, waiting=1, **_who(town))


def _plan(town: Town, a: int, b: int) -> None:
    template = template_of("new_alone") if b % 2 else None
    begin_plan(town.any(Case, a), template=template, **_who(town))


def _end_plan(town: Town, a: int, b: int) -> None:
    end_plan(town.any(Plan, a), **_who(town))


def _review(town: Town, a: int, b: int) -> None:
    plan = town.any(Plan, a)
    review_plan(plan, {}, next_on=town.world.at.date() + timedelta(days=1 + b * 7),
                seen=plan.reviews, **_who(town))  # fmt: skip


def _agree(town: Town, a: int, b: int) -> None:
    note_agreement(town.any(Plan, a), "paper", "de", **_who(town))


def _ask(town: Town, a: int, b: int) -> None:
    ask_agreement(town.any(Plan, a), **_who(town))


def _goal(town: Town, a: int, b: int) -> None:
    area = town.any(LifeArea, b)
    add_goal(town.any(Plan, a), area, "Goal", language="en", **_who(town))


def _regroup(town: Town, a: int, b: int) -> None:
    """Another life area, for the goal and for everything that is done for it."""
    goal = town.any(Goal, a)
    change_goal(goal, text="Goal", language="en", wish="", wish_language="", baseline="",
                target="", area=town.any(LifeArea, b), revision=goal.revision,
                **_who(town))  # fmt: skip


def _move_goal(town: Town, a: int, b: int) -> None:
    move_goal(town.any(Goal, a), GOAL_STATES.states[b % 3], **_who(town))


def _step(town: Town, a: int, b: int) -> None:
    doers = (Doer(), Doer("staff"), Doer("volunteer", name="Vera"),
             Doer("provider", service=town.services[b % 2]))  # fmt: skip
    due = None if b % 3 == 0 else town.world.at.date() + timedelta(days=b * 5 - 10)
    add_step(town.any(Goal, a), "Step", language="en", doer=doers[b % 4], due_on=due, **_who(town))


def _move_step(town: Town, a: int, b: int) -> None:
    state = STEP_STATES.states[b % len(STEP_STATES.states)]
    move_step(town.any(Step, a), state, cancelled_by="us", **_who(town))


def _hold(town: Town, a: int, b: int) -> None:
    hold_step(town.any(Step, a), town.any(Blocker, b), TURNS[b % 4], **_who(town))


def _appointment(town: Town, a: int, b: int) -> None:
    plan_appointment(town.any(Case, a), "Talk", town.world.at + timedelta(hours=b), **_who(town))


def _book(town: Town, a: int, b: int) -> None:
    """For an entry as it is stored, which may have been settled since."""
    entry = town.any(AttentionEntry, a)
    if entry.case is None:
        raise NothingThere
    row = plan_appointment(entry.case, "Talk", town.world.at + timedelta(days=b), **_who(town))
    book_for(row, [entry], **_who(town))


def _shift(town: Town, a: int, b: int) -> None:
    row = town.any(Appointment, a)
    shift_appointment(row, town.world.at + timedelta(days=b * 3), minutes=30, place="",
                      revision=row.revision, **_who(town))  # fmt: skip


def _settle(town: Town, a: int, b: int) -> None:
    state = ("missed", "missed", "kept", "cancelled")[b % 4]
    settle_appointment(town.any(Appointment, a), state, **_who(town))


def _receive(town: Town, a: int, b: int) -> None:
    case = town.any(Case, a) if b % 2 else None
    receive_message("?", case=case, submission=town.request, language="ar", **_who(town))


def _send(town: Town, a: int, b: int) -> None:
    send_message("!", case=town.any(Case, a), language="ar", **_who(town))


def _read(town: Town, a: int, b: int) -> None:
    mark_read(town.any(Message, a), **_who(town))


def _withdraw(town: Town, a: int, b: int) -> None:
    withdraw_submission(town.request.refresh(), by=Actor("person", id=town.request.id),
                        at=town.world.at)  # fmt: skip


def _join(town: Town, a: int, b: int) -> None:
    add_person(town.any(Case, a).household, given_name="Neu", family_name="Neu", **_who(town))


def _tune(town: Town, a: int, b: int) -> None:
    each = list(RULES.values())[a % len(RULES)]
    values = {one.name: min(one.least + b * 3, one.most) for one in each.thresholds}
    tune_rule(each.name, on=b % 4 != 0, values=values, **_who(town))


MOVES = (
    _case, _assign, _need, _need, _move_need, _refer, _refer, _answer, _answer, _revoke, _places,
    _plan, _plan, _end_plan, _review, _agree, _ask, _goal, _regroup, _move_goal, _step, _step,
    _move_step, _hold, _hold, _appointment, _appointment, _book, _book, _shift, _settle, _settle,
    _receive, _send, _read, _withdraw, _join, *OTHER_MOVES, _tune,
)  # fmt: skip
histories = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 12), st.integers(0, 12), st.integers(0, 40)),
    min_size=5, max_size=40,
)  # fmt: skip


def _play(town: Town, clock: Any, history: list[tuple]) -> None:
    """Do what can be done; the worker passes whenever a day is over, as it does in truth."""
    for move, a, b, days in history:
        if days > 25:
            clock.forward(days=days)
            judge_all(at=clock())
        clock.forward(minutes=1)
        try:
            move(town, a, b)
        except (Refusal, NothingThere):
            continue
        if days % 3 == 0:
            catch_up(at=clock())


@settings(max_examples=examples(48), deadline=None,
          suppress_health_check=SHARING)  # fmt: skip
@given(histories)
def test_no_order_of_changes_makes_the_queue_differ_from_a_full_count(world, clock, history):
    clock.moment = MONDAY
    with database.atomic() as unit:
        town = Town(world)
        judge_all(at=clock())
        _play(town, clock, history)
        catch_up(at=clock())
        followed = stored()
        judge_all(at=clock())
        assert followed == stored()
        AttentionEntry.delete().execute()
        judge_all(at=clock())
        assert followed == stored()
        assert not AttentionMark.select().exists()
        unit.rollback()


def test_the_moves_reach_what_the_rules_ask_for(world: World, clock) -> None:
    """Otherwise the property above would compare two empty queues."""
    chance, seen = random.Random(4), set()
    town = Town(world)
    for _ in range(12):
        history = [
            (chance.choice(MOVES[:-1]), chance.randrange(13), chance.randrange(13),
             chance.randrange(41))
            for _ in range(40)
        ]  # fmt: skip
        _play(town, clock, history)
        seen |= {each.rule for each in AttentionEntry.select()}
        if len(seen) >= 10:
            break
    assert len(seen) >= 10, seen


def test_a_change_marks_its_own_case_and_wakes_those_of_the_same_household(world: World) -> None:
    home = world.household()
    first, second, other = world.case(household=home), world.case(household=home), world.case()
    catch_up(at=world.at)
    add_need(first, category_of("debt"), person=None, by=SYSTEM, at=world.at)
    marks = list(AttentionMark.select())
    assert {each.case_id for each in marks} == {first.id}
    assert _cases(marks) == sorted([first.id, second.id])
    assert other.id not in _cases(marks)


def test_reading_marks_nothing_and_asks_one_statement(world: World) -> None:
    case = world.case()
    catch_up(at=world.at)
    record_read("case:read", case, by=SYSTEM, at=world.at)
    with statements() as found:
        assert catch_up(at=world.at) == 0
    assert len(found) == 1


def test_a_new_instance_judges_everything_that_was_there_before(world: World, clock) -> None:
    world.case()
    AttentionMark.delete().execute()
    clock.forward(days=70)
    AttentionMark.create(rule=EVERYTHING)
    catch_up(at=world.at)
    assert [each.rule for each in AttentionEntry.select()] == ["no_contact"]


def test_a_mark_that_comes_while_others_are_worked_off_stays(world: World) -> None:
    cases = [world.case() for _ in range(3)]
    before = AttentionMark.select().count()
    catch_up(at=world.at, most=1)
    assert AttentionMark.select().count() == before - 1
    assert cases


def test_every_move_of_another_room_can_be_made(world: World, clock) -> None:
    """A move that is always refused would prove nothing."""
    chance, made = random.Random(2), set()
    town = Town(world)
    for _ in range(400):
        move = chance.choice((*OTHER_MOVES, _appointment))
        clock.forward(minutes=7)
        try:
            move(town, chance.randrange(13), chance.randrange(13))
        except (Refusal, NothingThere):
            continue
        made.add(move)
    assert made >= set(OTHER_MOVES), set(OTHER_MOVES) - made
