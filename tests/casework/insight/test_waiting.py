"""Waiting time by whose turn it was, compared with counting hour by hour."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.acceptance import link_submission
from casework.cases import move_case
from casework.core.access import SYSTEM, Actor
from casework.insight import waiting as room
from casework.insight.waiting import Wait, merged, waited, waiting_of, waits
from casework.messages import mark_read, receive_message, send_message
from casework.plans.blockers import blocker_of
from casework.plans.steps import hold_step, move_step
from casework.plans.whole import WholePlan
from casework.plans.writing import end_plan, move_goal
from casework.submissions import ask_back, note_answer
from tests.databases import statements
from tests.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=12)


@given(SPANS)
def test_merged_spans_cover_the_same_hours_and_none_twice(spans) -> None:
    real = [(START + HOUR * a, START + HOUR * (a + n)) for a, n in spans if n]
    hours = {hour for a, n in spans for hour in range(a, a + n)}
    found = merged(real)
    assert sum((until - since for since, until in found), timedelta()) == HOUR * len(hours)
    assert all(a[1] < b[0] for a, b in pairwise(found))


def _hold(world: World, step, turn: str, days: float) -> None:
    hold_step(step, blocker_of("document"), turn, by=SYSTEM, at=world.at)
    world.clock.forward(days=days)
    move_step(step, "in_progress", by=SYSTEM, at=world.at)


def test_a_step_on_hold_waits_for_the_side_whose_turn_it_is(world: World) -> None:
    plan = world.plan()
    step = WholePlan(plan).steps[0]
    _hold(world, step, "provider", 3)
    _hold(world, step, "person", 2)
    assert waiting_of(plan.case, at=world.at).days == {"person": 2, "provider": 3}


def test_two_steps_that_wait_for_the_same_side_count_once(world: World) -> None:
    plan = world.plan()
    first, second = WholePlan(plan).steps[:2]
    hold_step(first, blocker_of("document"), "us", by=SYSTEM, at=world.at)
    world.clock.forward(days=2)
    hold_step(second, blocker_of("no_place"), "us", by=SYSTEM, at=world.at)
    hold_step(first, blocker_of("no_place"), "system", by=SYSTEM, at=world.at)
    world.clock.forward(days=3)
    found = waiting_of(plan.case, at=world.at)
    assert found.days == {"us": 5, "system": 3}
    assert [each.turn for each in found.now] == ["us", "system"]


def test_nothing_waits_beyond_the_end_of_plan_goal_or_case(world: World) -> None:
    ends = (
        lambda plan: end_plan(plan, by=SYSTEM, at=world.at),
        lambda plan: move_goal(WholePlan(plan).steps[0].goal, "dropped", by=SYSTEM, at=world.at),
        lambda plan: move_case(plan.case, "closed", reason="wish", by=SYSTEM, at=world.at),
    )
    for end in ends:
        plan = world.plan()
        step = WholePlan(plan).steps[0]
        hold_step(step, blocker_of("document"), "us", by=SYSTEM, at=world.at)
        world.clock.forward(days=4)
        end(plan)
        world.clock.forward(days=30)
        assert waiting_of(plan.case.refresh(), at=world.at).days == {"us": 4}


def test_a_referral_waits_for_whoever_has_the_next_step(world: World) -> None:
    need = world.need()
    referral = world.referral(need, sent=True)
    world.clock.forward(days=5)
    world.answer(referral, "waitlisted")
    world.clock.forward(days=7)
    world.answer(referral, "needs_client_action")
    world.clock.forward(days=1)
    world.answer(referral, "got_help")
    world.clock.forward(days=50)
    found = waiting_of(need.case, at=world.at)
    assert found.days == {"person": 1, "provider": 5, "system": 7}
    assert found.now == []


def test_a_question_back_gives_the_turn_of_a_request_to_the_person(world: World) -> None:
    submission = world.submission()
    world.clock.forward(days=1)
    ask_back(submission, by=SYSTEM, at=world.at)
    world.clock.forward(days=4)
    note_answer(submission, by=SYSTEM, at=world.at)
    world.clock.forward(days=2)
    case = world.case()
    link_submission(submission, case, by=SYSTEM, at=world.at)
    world.clock.forward(days=9)
    assert waiting_of(case, at=world.at).days == {"person": 4, "us": 3}


def test_a_message_waits_until_somebody_reads_it_or_writes_back(world: World) -> None:
    case, submission = world.case(), world.submission()
    link_submission(submission, case, by=SYSTEM, at=world.at)
    person = Actor("person", id=submission.id)

    def write() -> object:
        return receive_message("?", case=case, submission=submission, language="ar", by=person,
                               at=world.at)  # fmt: skip

    first = write()
    world.clock.forward(days=2)
    mark_read(first, by=SYSTEM, at=world.at)
    world.clock.forward(days=3)
    write()
    world.clock.forward(days=1)
    send_message("!", case=case, language="ar", by=SYSTEM, at=world.at)
    world.clock.forward(days=30)
    assert waiting_of(case, at=world.at).days == {"us": 3}


@settings(max_examples=40, deadline=None)
@given(
    found=st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(("person", "us")), st.integers(0, 60),
            st.integers(1, 30), st.integers(0, 1),
        ),
        max_size=14,
    ),
    window=st.tuples(st.integers(0, 40), st.integers(1, 50)),
)  # fmt: skip
def test_figures_are_what_counting_hour_by_hour_gives(found, window) -> None:
    """The rows come from a list here: what is tested is cutting, merging and adding up."""
    start, end = START + HOUR * window[0], START + HOUR * (window[0] + window[1])
    cases, areas = [UUID(int=n) for n in range(3)], ["a", "b"]
    rows = [
        Wait(cases[c], turn, START + HOUR * a, START + HOUR * (a + n), "step", cases[c],
             areas[area], None)
        for c, turn, a, n, area in found
    ]  # fmt: skip
    hours: dict = defaultdict(lambda: defaultdict(set))
    for c, turn, a, n, area in found:
        inside = set(range(a, a + n)) & set(range(window[0], window[0] + window[1]))
        if inside:
            hours[areas[area], turn][c] |= inside
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_held_steps", lambda *_: iter(rows))
        for name in ("_referrals", "_requests", "_messages"):
            patch.setattr(room, name, lambda *_: iter(()))
        got = waited("area", start=start, end=end)["area"]
    wanted = {
        key: (len(of), sum(map(len, of.values())) / 24) for key, of in hours.items()
    }  # fmt: skip
    assert {(row.group, row.turn): (row.cases, pytest.approx(row.days)) for row in got} == wanted


def test_overall_figures_name_area_and_provider(world: World) -> None:
    service = world.service()
    referral = world.referral(world.need(), service)
    plan = world.plan()
    step = WholePlan(plan).steps[0]
    hold_step(step, blocker_of("document"), "us", by=SYSTEM, at=world.at)
    world.clock.forward(days=6)
    window = {"start": LONG_AGO, "end": world.at}
    found = waited("area", "provider", **window)
    by_area = {(row.group, row.turn): row.days for row in found["area"]}
    assert by_area == {
        (referral.need.life_area.id, "provider"): 6, (step.goal.life_area.id, "us"): 6,
    }  # fmt: skip
    by_provider = {(row.group, row.turn): row.days for row in found["provider"]}
    assert by_provider[service.organization.id, "provider"] == 6
    assert waited("provider", **window, cases=[]) == {"provider": []}


def test_a_window_cuts_what_lies_outside(world: World) -> None:
    plan = world.plan()
    begun = world.at
    _hold(world, WholePlan(plan).steps[0], "us", 10)
    for start, end, days in ((2, 5, 3), (8, 20, 2), (11, 20, None)):
        window = {"start": begun + timedelta(days=start), "end": begun + timedelta(days=end)}
        rows = waited("all", **window)["all"]
        assert [row.days for row in rows] == ([days] if days else [])


def test_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="police"):
        waited("all", "police", start=START, end=START)


def test_figures_take_as_many_statements_for_many_cases(world: World) -> None:
    def count() -> int:
        with statements() as seen:
            list(waits(start=LONG_AGO, end=world.at))
        return len(seen)

    world.referral()
    few = count()
    for _ in range(5):
        hold_step(WholePlan(world.plan()).steps[0], blocker_of("document"), "us", by=SYSTEM,
                  at=world.at)  # fmt: skip
    assert count() == few == 5
