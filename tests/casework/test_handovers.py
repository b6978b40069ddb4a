"""Handing a case over: a checklist that lives as long as the state of the case."""

from __future__ import annotations

import pytest

from casework.cases import move_case
from casework.core.access import SYSTEM, Role
from casework.core.db import database
from casework.core.refusals import Forbidden, InvalidTransition
from casework.handovers import (
    Handover,
    HandoverEnded,
    HandoverPoint,
    HandoverRuns,
    HandoverTask,
    ListTooLong,
    PointMissing,
    RecipientMissing,
    WhyNotMissing,
    add_point,
    begin_handover,
    call_off_handover,
    settle_point,
)
from tests.world import World


def _first(handover: Handover) -> HandoverPoint:
    return handover.points.order_by(HandoverPoint.position).first()


def test_a_handover_begins_with_the_checklist_and_changes_the_state(world: World) -> None:
    case = world.case()
    handover = world.handover(case)
    assert case.refresh().state == "handover"
    assert handover.points.count() == HandoverTask.in_order().count() >= 10
    assert _first(handover).text("en")[0].startswith("The household knows")
    with pytest.raises(HandoverRuns):
        world.handover(case)


def test_whoever_changes_the_state_begins_and_ends_the_checklist(world: World) -> None:
    case = world.case()
    move_case(case, "handover", by=SYSTEM, at=world.at)
    running = Handover.running(case)
    assert running is not None
    move_case(case, "active", by=SYSTEM, at=world.at)
    assert running.refresh().outcome == "called_off"
    begin_handover(case, by=SYSTEM, at=world.at)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert [row.outcome for row in Handover.of(case)] == ["closed", "called_off"]
    assert Handover.running(case) is None


def test_a_closed_case_is_not_handed_over(world: World) -> None:
    case = world.case()
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        begin_handover(case, by=SYSTEM, at=world.at)
    assert not Handover.select().exists()


def test_a_task_out_of_use_is_not_in_a_new_checklist(world: World) -> None:
    HandoverTask.update(active=False).where(HandoverTask.code != "jobcenter").execute()
    assert world.handover().points.count() == 1


def test_a_line_goes_to_somebody_or_has_a_reason(world: World) -> None:
    handover, who = world.handover(), {"by": SYSTEM, "at": world.at}
    point, organization = _first(handover), world.organization("MBE")
    for words in ("", " ", "\x00"):
        with pytest.raises(RecipientMissing):
            settle_point(point, "done", recipient=words, **who)
        with pytest.raises(WhyNotMissing):
            settle_point(point, "not_needed", reason=words, recipient="x", **who)
    assert point.refresh().state == "open"
    settle_point(point, "done", organization=organization, recipient="Frau Keller", **who)
    assert (point.refresh().to_whom, point.settled_by) == ("MBE, Frau Keller", "system")
    settle_point(point, "open", **who)
    assert (point.refresh().to_whom, point.settled_by) == ("", "")
    settle_point(point, "not_needed", reason="Keine Kinder", **who)
    assert point.refresh().reason == "Keine Kinder"


def test_to_whom_and_why_are_sealed(world: World) -> None:
    point = _first(world.handover())
    settle_point(point, "done", recipient="Keller", reason="Wunsch", by=SYSTEM, at=world.at)
    row = database.execute_sql("SELECT recipient, reason FROM handover_points WHERE state='done'")
    assert all(b"Keller" not in bytes(v) and b"Wunsch" not in bytes(v) for v in row.fetchone())


def test_of_two_who_settle_a_line_one_wins(world: World) -> None:
    handover = world.handover()
    mine, theirs = _first(handover), _first(handover)
    settle_point(mine, "done", recipient="A", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        settle_point(theirs, "not_needed", reason="B", by=SYSTEM, at=world.at)
    assert mine.refresh().recipient == "A"


def test_own_lines_say_something_and_end_somewhere(world: World) -> None:
    handover, who = world.handover(), {"language": "de", "by": SYSTEM, "at": world.at}
    with pytest.raises(PointMissing):
        add_point(handover, " \x00", **who)
    for number in range(60 - handover.points.count()):
        add_point(handover, f"Zeile {number}", **who)
    with pytest.raises(ListTooLong):
        add_point(handover, "x", **who)
    assert handover.points.count() == 60


def test_what_is_called_off_stays_as_it_is(world: World) -> None:
    handover, who = world.handover(), {"by": SYSTEM, "at": world.at}
    assert call_off_handover(handover, **who).outcome == "called_off"
    assert handover.case.refresh().state == "active"
    for late in (
        lambda: settle_point(_first(handover), "done", recipient="x", **who),
        lambda: add_point(handover.refresh(), "x", language="de", **who),
        lambda: call_off_handover(handover.refresh(), **who),
    ):
        with pytest.raises(HandoverEnded):
            late()


def test_handovers_are_seen_by_who_sees_the_case(world: World) -> None:
    organization = world.organization()
    mine = world.handover(world.case(organization))
    world.handover()
    manager = world.manager(organization).actor
    assert list(Handover.scope(manager)) == [mine]
    assert HandoverPoint.scope(manager).count() == mine.points.count()
    for role in (Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR):
        actor = world.staff(role).actor
        assert not Handover.scope(actor).exists()
        with pytest.raises(Forbidden):
            settle_point(_first(mine), "done", recipient="x", by=actor, at=world.at)
