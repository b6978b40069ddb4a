"""The clock, the checklist and the closing on the desk: nothing that was typed is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.cases import Case
from casework.closings import Closing
from casework.core.access import SYSTEM
from casework.counselling import (
    CounsellingExtension,
    extend_counselling,
    set_counselling_start,
)
from casework.handovers import Handover, HandoverPoint, call_off_handover, settle_point
from casework.plans.reviews import GoalProgress
from casework.plans.whole import WholePlan
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _at(case: Case, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *map(str, parts)])


def _clock(**given: str) -> dict[str, str]:
    return {"extension-seen": "2029-11-02"} | {f"extension-{k}": v for k, v in given.items()}


@pytest.mark.parametrize(("began", "said"), [
    (date(2026, 11, 2), "36 months left"), (date(2023, 11, 18), "16 days left"),
    (date(2023, 11, 2), "ends today"), (date(2023, 10, 29), "ended 4 days ago"),
])  # fmt: skip
def test_the_case_page_says_how_long_counselling_goes_on(desk, world: World, began, said) -> None:
    case = world.case()
    set_counselling_start(case, began, seen=date(2029, 11, 2), by=SYSTEM, at=world.at)
    assert said in text_of(desk.get(_at(case)))
    assert said in text_of(desk.get(_at(case, "handover")))


def test_the_second_who_settles_a_line_is_told_and_sees_what_they_typed(desk, world) -> None:
    point = world.handover().points.get()
    settle_point(point, "done", recipient="Erste", by=SYSTEM, at=world.at)
    name = f"point-{point.id.hex}-"
    response = send(desk, _at(point.case, "point", point.id),
                    {"state": "not_needed", f"{name}reason": "Zweite"})  # fmt: skip
    assert response.status_code == 422
    for text in ("cannot become", "Erste", "Zweite"):
        assert text in text_of(response)


def test_a_handover_is_begun_worked_through_and_ends_with_the_closing(desk, world: World) -> None:
    case, organization = world.case(), world.organization("Migrationsberatung")
    assert send(desk, _at(case, "handover")).status_code == 303
    assert case.refresh().state == "handover"
    points = list(HandoverPoint.select().order_by(HandoverPoint.position))
    for number, point in enumerate(points):
        name = f"point-{point.id.hex}-"
        fields = {"state": "done", f"{name}recipient": "Migrationsberatung"}
        if number:
            fields = {"state": "not_needed", f"{name}reason": "Kein Bedarf"}
        response = send(desk, _at(case, "point", point.id), fields)
        assert response.location.endswith(f"#h-{point.id.hex}")
    assert points[0].refresh().organization == organization
    page = text_of(desk.get(_at(case, "handover")))
    assert f"Checklist: {len(points)} of {len(points)} settled" in page
    assert f"Handover: {len(points)} of {len(points)} lines settled" in text_of(desk.get(_at(case)))
    assert send(desk, _at(case, "close"), {"reason": "handed_over"}).status_code == 303
    assert Handover.get().outcome == "closed"
    assert "How the case was closed" in text_of(desk.get(_at(case, "handover")))


@pytest.mark.parametrize(("state", "said"), [
    ("done", "Please name to whom it goes"), ("not_needed", "Please write why"),
])  # fmt: skip
def test_a_line_without_what_it_needs_comes_back(desk, world: World, state, said) -> None:
    handover = world.handover()
    point = handover.points.get()
    name = f"point-{point.id.hex}-"
    other = "reason" if state == "done" else "recipient"
    response = send(desk, _at(handover.case, "point", point.id),
                    {"state": state, f"{name}{other}": "Getippt"})  # fmt: skip
    page = text_of(response)
    assert response.status_code == 422
    assert said in page
    assert 'value="Getippt"' in page
    assert point.refresh().state == "open"


def test_a_forged_state_of_a_line_is_not_found(desk, world: World) -> None:
    handover = world.handover()
    for state in ("", "forged", "x" * 20_000, "\x00"):
        address = _at(handover.case, "point", handover.points.get().id)
        assert send(desk, address, {"state": state}).status_code == 404


def test_buttons_of_an_old_page_are_told_so(desk, world: World) -> None:
    handover = world.handover()
    case = handover.case
    assert send(desk, _at(case, "handover")).status_code == 409
    call_off_handover(handover, by=SYSTEM, at=world.at)
    point = handover.points.get()
    late = send(desk, _at(case, "point", point.id),
                {"state": "done", f"point-{point.id.hex}-recipient": "x"})  # fmt: skip
    assert late.status_code == 409
    assert "has ended" in text_of(late)
    assert send(desk, _at(case, "handover", "end")).status_code == 404
    assert send(desk, _at(case, "handover", "point"), {"new-text": "x"}).status_code == 404


def test_an_own_line_is_added(desk, world: World) -> None:
    handover = world.handover()
    fields = {"new-text": "Schlüssel zurückgeben", "new-area": "housing"}
    assert send(desk, _at(handover.case, "handover", "point"), fields).status_code == 303
    point = handover.points.order_by(HandoverPoint.position.desc()).get()
    assert (point.text("en")[0], point.life_area.code) == ("Schlüssel zurückgeben", "housing")


def test_the_coordinator_extends_counselling_with_a_reason(desk, world: World) -> None:
    case = world.case()
    wrong = send(desk, _at(case, "clock", "extend"), _clock(until="2031-01-01", reason="Krank"))
    assert wrong.status_code == 422
    assert "not after 02.11.2030" in text_of(wrong)
    assert "Krank" in text_of(wrong)
    for fields in (_clock(until="2030-01-01"), _clock(until="31.02.2030", reason="x"), {}):
        assert send(desk, _at(case, "clock", "extend"), fields).status_code == 422
    right = send(desk, _at(case, "clock", "extend"), _clock(until="01.05.2030", reason="Krank"))
    assert right.status_code == 303
    assert case.refresh().counselling_until == date(2030, 5, 1)
    assert "Krank" in text_of(desk.get(_at(case, "handover")))


def test_the_second_of_two_who_extend_is_told_and_loses_nothing(desk, world: World) -> None:
    case = world.case()
    extend_counselling(case, date(2030, 1, 1), reason="Erste", seen=date(2029, 11, 2), by=SYSTEM,
                       at=world.at)  # fmt: skip
    fields = _clock(until="2030-05-01", reason="Zweite")
    response = send(desk, _at(case, "clock", "extend"), fields)
    page = text_of(response)
    assert response.status_code == 422
    assert "Someone else changed this" in page
    assert "Zweite" in page
    assert 'value="2030-01-01"' in page
    again = fields | {"extension-seen": "2030-01-01"}
    assert send(desk, _at(case, "clock", "extend"), again).status_code == 303
    assert CounsellingExtension.select().count() == 2


def test_a_manager_corrects_the_start_and_cannot_extend(app, world: World) -> None:
    organization = world.organization()
    case = world.case(organization)
    desk = desk_of(app, world.manager(organization))
    page = text_of(desk.get(_at(case, "handover")))
    assert "The coordinator can extend" in page
    fields = _clock(until="2030-01-01", reason="x")
    assert send(desk, _at(case, "clock", "extend"), fields).status_code == 404
    start = {"clock-day": "2026-01-15", "clock-seen": "2029-11-02"}
    assert send(desk, _at(case, "clock"), start).status_code == 303
    assert case.refresh().counselling_until == date(2029, 1, 15)


# Closing


def test_closing_looks_at_every_goal_and_names_what_stays_open(desk, world: World) -> None:
    plan = world.plan()
    need = world.need(plan.case, "debt")
    page = text_of(desk.get(_at(plan.case, "close")))
    goals = WholePlan(plan).goals
    for text in (need.category.label("en"), goals[0].text("en")[0], "This would stay open"):
        assert text in page
    some = {f"progress-{goals[0].id.hex}": "better", "reason": "wish", "remark": "Bis bald"}
    response = send(desk, _at(plan.case, "close"), some)
    page = text_of(response)
    assert response.status_code == 422
    assert f"{len(goals) - 1} still without" in page
    assert "Bis bald" in page
    assert '<option value="better" selected>' in page
    marks = {f"progress-{goal.id.hex}": "same" for goal in goals}
    assert send(desk, _at(plan.case, "close"), some | marks).status_code == 303
    assert GoalProgress.select().count() == len(goals)
    assert (Closing.get().needs_open, Closing.get().remark) == (1, "Bis bald")


def test_what_came_in_since_is_shown_before_the_case_is_closed(desk, world: World) -> None:
    case = world.case()
    seen = text_of(desk.get(_at(case, "close"))).partition('name="seen" type="hidden" value="')[2]
    fields = {"reason": "wish", "seen": seen.partition('"')[0]}
    assert len(fields["seen"]) == 32
    world.need(case, "debt")
    response = send(desk, _at(case, "close"), fields)
    assert response.status_code == 422
    assert "Something changed on this case" in text_of(response)
    assert case.refresh().is_live


def test_the_short_way_to_close_leads_to_the_last_look(desk, world: World) -> None:
    plan = world.plan()
    fields = {"state-state": "closed", "state-reason": "wish"}
    response = send(desk, _at(plan.case, "state"), fields)
    assert response.status_code == 422
    assert "for each open goal" in text_of(response)
    assert _at(plan.case, "close") in text_of(response)
    assert plan.case.refresh().is_live


def test_a_closed_case_cannot_be_closed_again(desk, world: World) -> None:
    case = world.case()
    assert send(desk, _at(case, "close"), {"reason": "wish"}).status_code == 303
    late = send(desk, _at(case, "close"), {"reason": "other"})
    assert late.status_code == 422
    assert "closed already" in text_of(desk.get(_at(case, "close")))
    assert Closing.select().count() == 1
