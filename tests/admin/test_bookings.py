"""Booking an appointment from the queue: the entry is quiet until its day, and says so."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from casework.appointments import Appointment, settle_appointment
from casework.core.access import SYSTEM
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.talks import Talk
from casework.insight.attention.upkeep import judge_all
from casework.plans.models import Step
from casework.plans.writing import Doer, add_goal, add_step
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World

QUEUE = "/admin/attention/"


@pytest.fixture
def entry(world: World, clock) -> AttentionEntry:
    """A step that is ten days late."""
    case = world.case()
    goal = add_goal(world.plan(case, template=""), world.area("work"), "Find work", language="en",
                    by=SYSTEM, at=world.at)  # fmt: skip
    add_step(goal, "Write the letter", language="en", doer=Doer("staff"),
             due_on=world.at.date() + timedelta(days=1), by=SYSTEM, at=world.at)  # fmt: skip
    clock.forward(days=11)
    judge_all(at=world.at)
    return AttentionEntry.get(AttentionEntry.rule == "step_overdue")


@pytest.fixture
def desk(app, world: World, entry):
    """Signed in after the days have passed: nobody stays signed in for so long."""
    return desk_of(app, world.coordinator())


def _case(entry: AttentionEntry) -> str:
    return f"/admin/case/{entry.__data__['case']}"


def _fields(world: World, entry: AttentionEntry | None = None, days: int = 3, **more):
    starts = world.at + timedelta(days=days)
    known = {"appointment-subject": "Talk", "appointment-kind": "plan_talk",
             "appointment-starts_at": f"{starts:%Y-%m-%dT%H:%M}", "appointment-minutes": "30",
             "appointment-person": "", "appointment-interpreter_language": ""}  # fmt: skip
    if entry is not None:
        known["appointment-settles"] = str(entry.id)
    return known | more


def test_the_button_opens_the_form_filled_in_and_the_entry_is_quiet_afterwards(
    desk, world: World, entry
) -> None:
    button = re.search(r'<a class="button" href="([^"]+)">Book an appointment', text_of(
        desk.get(QUEUE)))  # fmt: skip
    assert button
    address = html.unescape(button[1])
    assert address.endswith(f"?book={entry.id}#plan-appointment")
    page = text_of(desk.get(address))
    assert re.search(r'id="plan-appointment">\s*<details class="fold" open>', page)
    assert 'value="Write the letter"' in page
    assert re.search(rf'<input checked[^>]*value="{entry.id}"', page)
    response = send(desk, f"{_case(entry)}/appointment", _fields(world, entry))
    assert response.status_code == 303
    assert "The day of a step is past." not in text_of(desk.get(QUEUE))
    booked = text_of(desk.get(f"{QUEUE}?resting=booked"))
    assert "An appointment is booked: " in booked
    row = Appointment.get()
    assert f"/admin/appointment/{row.id}" in booked
    assert "Book an appointment" not in booked
    shown = text_of(desk.get(f"/admin/appointment/{row.id}"))
    assert "What is settled there" in shown
    assert "The day of a step is past." in shown


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("missed", "was missed."),
        ("excused", "The person could not come to the appointment on"),
        ("cancelled", "was cancelled."),
    ],
)
def test_an_entry_that_comes_back_says_what_became_of_the_appointment(
    desk, world: World, entry, state, said
) -> None:
    send(desk, f"{_case(entry)}/appointment", _fields(world, entry))
    settle_appointment(Appointment.get(), state, by=SYSTEM, at=world.at)
    page = text_of(desk.get(QUEUE))
    assert "The day of a step is past." in page
    assert said in page
    assert "Book an appointment" in page


def test_an_appointment_that_nobody_noted_comes_back_the_day_after(
    app, desk, world: World, entry, clock
) -> None:
    send(desk, f"{_case(entry)}/appointment", _fields(world, entry))
    clock.forward(days=4)
    page = text_of(desk_of(app, world.coordinator()).get(QUEUE))
    assert "is over, and nobody has noted how it went." in page
    assert "To the appointment" in page


def test_what_was_talked_about_says_when_it_calls_again(
    app, desk, world: World, entry, clock
) -> None:
    send(desk, f"{_case(entry)}/appointment", _fields(world, entry))
    clock.forward(days=3)
    desk = desk_of(app, world.coordinator())
    settle_appointment(Appointment.get(), "kept", by=SYSTEM, at=world.at)
    assert "The day of a step is past." not in text_of(desk.get(QUEUE))
    page = text_of(desk.get(f"{QUEUE}?resting=booked"))
    assert "Talked about on " in page
    assert "calls again on " in page
    clock.forward(days=3)
    page = text_of(desk_of(app, world.coordinator()).get(QUEUE))
    assert "and nothing has changed since." in page


def test_a_form_that_is_wrong_keeps_what_was_ticked(desk, world: World, entry) -> None:
    fields = _fields(world, entry, **{"appointment-starts_at": "2026-02-31T10:00"})
    response = send(desk, f"{_case(entry)}/appointment", fields)
    assert response.status_code == 422
    assert re.search(rf'<input checked[^>]*value="{entry.id}"', text_of(response))
    assert not Talk.select().exists()


def test_ticks_of_other_cases_and_nonsense_are_left_out(app, world: World, entry, desk) -> None:
    manager = world.manager()
    own = world.case(manager.organization)
    theirs = desk_of(app, manager)
    for settles in (str(entry.id), "nonsense", "\x00", "x" * 20_000):
        fields = _fields(world, **{"appointment-settles": settles})
        response = send(theirs, f"/admin/case/{own.id}/appointment", fields)
        assert response.status_code == 303, settles[:20]
    assert not Talk.select().exists()
    page = desk.get(f"{_case(entry)}?book=nonsense")
    assert page.status_code == 200
    assert re.search(r'id="plan-appointment">\s*<details class="fold">', text_of(page))


def test_a_doubled_post_ties_the_entry_once_for_each_appointment(desk, world, entry) -> None:
    for _ in range(2):
        send(desk, f"{_case(entry)}/appointment", _fields(world, entry))
    assert Talk.select().count() == Appointment.select().count()


def test_where_nothing_calls_the_form_offers_nothing_to_settle(desk, world: World) -> None:
    case = world.case()
    page = text_of(desk.get(f"/admin/case/{case.id}?book={case.id}"))
    assert "Plan an appointment" in page
    assert "appointment-settles" not in page


def test_an_interpreter_is_asked_for_where_the_contact_person_needs_one(desk, world) -> None:
    case = world.case(interpreter="yes", language="ti")
    page = text_of(desk.get(f"/admin/case/{case.id}"))
    assert '<option selected value="ti">' in page.split('id="plan-appointment"')[1]


def test_a_subject_is_proposed_in_the_persons_language_and_in_german(
    desk, world: World, entry
) -> None:
    step = Step.get()
    step.texts = {"ar": "كتابة الرسالة", "de": "Brief schreiben"}
    step.save()
    page = text_of(desk.get(f"{_case(entry)}?book={entry.id}"))
    assert 'value="كتابة الرسالة · Brief schreiben"' in page


def test_a_deadline_says_whether_its_day_is_still_to_come(desk, world: World) -> None:
    world.deadline(due_on=world.at.date() + timedelta(days=5))
    judge_all(at=world.at)
    assert "A deadline is near." in text_of(desk.get(QUEUE))
    world.deadline(due_on=world.at.date() - timedelta(days=1))
    judge_all(at=world.at)
    assert "A deadline is past." in text_of(desk.get(QUEUE))


def test_a_need_called_something_else_says_in_which_area(app, desk, world: World, clock) -> None:
    world.need(category="housing_other")
    clock.forward(days=10)
    judge_all(at=world.at)
    page = text_of(desk_of(app, world.coordinator()).get(f"{QUEUE}?rule=need_alone"))
    assert "Something else (Housing)" in page
