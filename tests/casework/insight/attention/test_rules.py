"""Each rule: what calls, from which day on, whose turn it is, and what makes it quiet again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.appointments import settle_appointment
from casework.cases import move_case
from casework.core.access import SYSTEM
from casework.core.settings import change_setting
from casework.engagements import end_engagement
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.upkeep import catch_up
from casework.life_areas import LifeArea
from casework.messages import mark_read, receive_message
from casework.named_supports import end_support
from casework.participation.accounts import accept_account, note_account, take_acceptance_back
from casework.participation.facts import facts_of
from casework.plans.agreements import note_agreement
from casework.plans.blockers import Blocker
from casework.plans.models import Goal, Step
from casework.plans.reviews import review_plan
from casework.plans.step_types import StepType
from casework.plans.steps import hold_step, move_step
from casework.plans.writing import Doer, add_goal, add_step, move_goal
from casework.providers import report_capacity
from casework.referrals import answer_referral
from tests.casework.insight.attention.queue import entries
from tests.world import World


def _who(world: World) -> dict:
    return {"by": SYSTEM, "at": world.at}


def _step(world: World, due_in: int | None = None, doer: str = "person") -> Step:
    plan = world.plan(template="")
    area = LifeArea.get(LifeArea.code == "work")
    goal = add_goal(plan, area, "Find work", language="en", **_who(world))
    due = None if due_in is None else world.at.date() + timedelta(days=due_in)
    return add_step(goal, "Write", language="en", doer=Doer(doer), due_on=due, **_who(world))


def _appears(world: World, clock, rule: str, days: int) -> list:
    """The entries of a rule on the day on which they come; there were none the day before."""
    clock.forward(days=days - 1)
    assert entries(world, rule) == []
    clock.forward(days=1)
    return entries(world, rule)


def test_a_case_on_track_appears_nowhere(world: World, clock) -> None:
    case = world.case()
    world.referral(world.need(case))
    world.plan(case)
    clock.forward(days=2)
    assert entries(world) == []


def test_a_step_is_overdue_three_days_after_its_day(world: World, clock) -> None:
    step = _step(world, due_in=2)
    (entry,) = _appears(world, clock, "step_overdue", 5)
    assert (entry.subject_id, entry.turn) == (step.id, "person")
    assert entry.since.astimezone().date() <= step.due_on


@pytest.mark.parametrize(("doer", "turn"), [("person", "person"), ("provider", "provider"),
                                            ("staff", "us"), ("volunteer", "us")])  # fmt: skip
def test_whoever_does_a_step_has_the_turn(world: World, clock, doer: str, turn: str) -> None:
    _step(world, due_in=0, doer=doer)
    clock.forward(days=10)
    assert [each.turn for each in entries(world, "step_overdue")] == [turn]


def test_a_step_that_is_done_or_whose_goal_was_dropped_is_overdue_no_more(
    world: World, clock
) -> None:
    first, second = _step(world, due_in=0), _step(world, due_in=0)
    clock.forward(days=10)
    assert len(entries(world, "step_overdue")) == 2
    move_step(first, "done", **_who(world))
    move_goal(second.goal, "dropped", **_who(world))
    assert entries(world, "step_overdue") == []


def test_a_step_on_hold_is_stalled_and_not_overdue_and_says_whose_turn_it_is(
    world: World, clock
) -> None:
    step = _step(world, due_in=1)
    hold_step(step, Blocker.get(), "provider", **_who(world))
    (entry,) = _appears(world, clock, "step_stalled", 30)
    assert entry.turn == "provider"
    assert entries(world, "step_overdue") == []


def test_a_planned_step_whose_day_is_still_to_come_is_on_track(world: World, clock) -> None:
    _step(world, due_in=200)
    clock.forward(days=150)
    assert entries(world, "step_stalled") == []


def test_the_interval_of_its_type_counts_for_a_step(world: World, clock) -> None:
    step, course, never = _step(world), _step(world), _step(world)
    StepType.create(code="quick", labels={"de": "x"}, days=10)
    StepType.create(code="endless", labels={"de": "y"}, days=None)
    for row, code in ((course, "quick"), (never, "endless")):
        Step.update(type=code).where(Step.id == row.id).execute()
    clock.forward(days=10)
    (entry,) = entries(world, "step_stalled")
    assert (entry.subject_id, entry.due_on) == (course.id, world.at.date())
    clock.forward(days=300)
    assert {each.subject_id for each in entries(world, "step_stalled")} == {step.id, course.id}


def test_a_plan_that_nobody_agreed_to_calls_until_somebody_does(world: World, clock) -> None:
    plan = world.plan()
    (entry,) = _appears(world, clock, "plan_not_agreed", 28)
    assert (entry.turn, entry.subject_id) == ("us", plan.id)
    note_agreement(plan, "paper", "de", **_who(world))
    assert entries(world, "plan_not_agreed") == []


def test_a_review_that_is_late_calls_once_and_not_by_two_rules(world: World, clock) -> None:
    plan = world.plan(review_on=world.at.date() + timedelta(days=90))
    (entry,) = _appears(world, clock, "plan_review_overdue", 97)
    assert entry.subject_id == plan.id
    clock.forward(days=60)
    assert entries(world, "plan_never_reviewed") == []
    review_plan(plan, {}, next_on=world.at.date() + timedelta(days=90), seen=0, **_who(world))
    assert entries(world, "plan_review_overdue") == []


def test_a_plan_with_a_far_review_is_still_looked_at_after_four_months(world: World, clock) -> None:
    world.plan(review_on=world.at.date() + timedelta(days=400))
    assert len(_appears(world, clock, "plan_never_reviewed", 120)) == 1


def test_a_need_calls_after_a_week_and_not_while_a_provider_is_asked(world: World, clock) -> None:
    need = world.need()
    (entry,) = _appears(world, clock, "need_alone", 7)
    assert (entry.subject_id, entry.turn) == (need.id, "us")
    referral = world.referral(need)
    assert entries(world, "need_alone") == []
    answer_referral(referral, "no_capacity", **_who(world))
    assert entries(world, "need_alone") == []
    clock.forward(days=7)
    assert len(entries(world, "need_alone")) == 1


def test_a_need_is_not_alone_where_somebody_in_the_plan_does_a_step(world: World, clock) -> None:
    need = world.need()
    plan = world.plan(need.case, template="")
    goal = add_goal(plan, need.life_area, "Learn", language="en", **_who(world))
    doer = Doer("provider", organization=world.organization())
    step = add_step(goal, "Course", language="en", doer=doer, **_who(world))
    clock.forward(days=8)
    assert entries(world, "need_alone") == []
    move_step(step, "cancelled", cancelled_by="provider", **_who(world))
    assert len(entries(world, "need_alone")) == 1


def test_a_need_is_not_alone_beside_a_volunteer_or_somebody_whom_the_family_named(
    world: World, clock
) -> None:
    beside, named, elsewhere = (world.need() for _ in range(3))
    volunteer = world.engagement(beside.case, "language")
    aunt = world.named_support(named.case, "language")
    world.engagement(elsewhere.case, "work")
    clock.forward(days=8)
    assert {each.subject_id for each in entries(world, "need_alone")} == {elsewhere.id}
    end_engagement(volunteer, "no_time", **_who(world))
    end_support(aunt, **_who(world))
    assert len(entries(world, "need_alone")) == 3


def test_an_urgent_need_cannot_wait(world: World, clock) -> None:
    world.need(urgency="today")
    clock.forward(days=7)
    assert [each.rank for each in entries(world, "need_alone")] == [0]


def test_a_referral_without_an_answer_calls_after_two_weeks(world: World, clock) -> None:
    referral = world.referral()
    (entry,) = _appears(world, clock, "referral_unanswered", 14)
    assert (entry.turn, entry.details) == ("provider", {"state": "sent"})
    answer_referral(referral, "accepted", **_who(world))
    assert entries(world, "referral_unanswered") == []


@pytest.mark.parametrize(("answer", "rule", "days", "turn"), [
    ("accepted", "referral_idle", 28, "provider"),
    ("needs_client_action", "referral_person", 7, "person"),
    ("waitlisted", "waitlist_still", 60, "system"),
])  # fmt: skip
def test_an_answer_that_leads_nowhere_calls_in_its_time(
    world: World, clock, answer: str, rule: str, days: int, turn: str
) -> None:
    answer_referral(world.referral(), answer, **_who(world))
    (entry,) = _appears(world, clock, rule, days)
    assert entry.turn == turn


def test_a_place_that_opens_calls_for_who_waits_for_it(world: World, clock) -> None:
    service = world.service(email="desk@provider.example")
    waiting, refused, other = (world.referral(service=service) for _ in range(3))
    answer_referral(waiting, "waitlisted", **_who(world))
    answer_referral(refused, "no_capacity", **_who(world))
    answer_referral(other, "not_eligible", **_who(world))
    clock.forward(hours=1)
    assert entries(world, "place_free") == []
    report_capacity(service, places=9, free=2, waiting=1, **_who(world))
    found = entries(world, "place_free")
    assert {each.subject_id for each in found} == {waiting.id, refused.id}
    assert {each.details["free"] for each in found} == {2}
    report_capacity(service, places=9, free=0, waiting=1, **_who(world))
    assert entries(world, "place_free") == []


def test_two_missed_appointments_in_a_row_call_until_one_is_kept(world: World, clock) -> None:
    case = world.case()
    for _ in range(2):
        assert entries(world, "appointments_missed") == []
        row = world.appointment(case)
        clock.forward(days=1)
        settle_appointment(row, "missed", **_who(world))
    (entry,) = entries(world, "appointments_missed")
    assert (entry.details, entry.turn, entry.subject_id) == ({"times": 2}, "person", case.id)
    row = world.appointment(case)
    clock.forward(hours=2)
    settle_appointment(row, "kept", **_who(world))
    assert entries(world, "appointments_missed") == []


def test_a_missed_appointment_whose_reason_was_accepted_counts_no_more(world, clock) -> None:
    case = world.case()
    for _ in range(2):
        row = world.appointment(case)
        clock.forward(days=1)
        settle_appointment(row, "missed", **_who(world))
    told = note_account(case, "The child was ill.", language="en", told_on=world.at.date(),
                        fact=facts_of(case, at=world.at)[0], **_who(world))  # fmt: skip
    assert len(entries(world, "appointments_missed")) == 1
    accept_account(told, **_who(world))
    catch_up(at=world.at)
    assert AttentionEntry.select().where(AttentionEntry.rule == "appointments_missed").count() == 0
    take_acceptance_back(told, **_who(world))
    assert len(entries(world, "appointments_missed")) == 1


def test_a_missed_appointment_of_last_year_says_nothing_about_today(world: World, clock) -> None:
    case = world.case()
    for _ in range(2):
        settle_appointment(world.appointment(case), "missed", **_who(world))
    clock.forward(days=181)
    assert entries(world, "appointments_missed") == []


@pytest.mark.parametrize(("written_on", "days"), [(date(2026, 11, 2), 2), (date(2026, 11, 5), 4),
                                                  (date(2026, 11, 6), 4)])  # fmt: skip
def test_a_message_waits_two_working_days_and_no_week_end_counts(
    world: World, clock, written_on: date, days: int
) -> None:
    clock.forward(days=(written_on - world.at.date()).days)
    case = world.case()
    message = receive_message("?", case=case, submission=world.submission(), language="ar",
                              **_who(world))  # fmt: skip
    (entry,) = _appears(world, clock, "message_unanswered", days)
    assert (entry.subject_id, entry.turn, entry.due_on) == (case.id, "us", world.at.date())
    mark_read(message, **_who(world))
    assert entries(world, "message_unanswered") == []


def test_a_public_holiday_of_the_federal_state_is_no_working_day(world: World, clock) -> None:
    clock.forward(days=(date(2027, 1, 4) - world.at.date()).days)  # a Monday
    receive_message("?", case=world.case(), submission=world.submission(), language="ar",
                    **_who(world))  # fmt: skip
    clock.forward(days=2)
    assert len(entries(world, "message_unanswered")) == 1
    change_setting("federal_state", "BW", **_who(world))  # 6 January is one there
    assert entries(world, "message_unanswered") == []
    clock.forward(days=1)
    (entry,) = entries(world, "message_unanswered")
    assert entry.due_on == date(2027, 1, 7)


def test_a_case_without_contact_calls_after_sixty_days(world: World, clock) -> None:
    case = world.case()
    (entry,) = _appears(world, clock, "no_contact", 60)
    assert entry.subject_id == case.id
    settle_appointment(world.appointment(case), "kept", **_who(world))
    assert entries(world, "no_contact") == []


def test_a_closed_case_asks_for_nothing(world: World, clock) -> None:
    plan = world.plan()
    clock.forward(days=200)
    assert len(entries(world)) > 3
    move_case(plan.case, "closed", reason="moved_away", **_who(world))
    assert entries(world) == []
    assert Goal.select().exists()
