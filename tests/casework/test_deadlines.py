"""Deadlines: a day, what became of it, and who may see it."""

from __future__ import annotations

from datetime import date

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.db import database
from casework.core.refusals import Forbidden, InvalidTransition, NotFound, StaleEdit
from casework.deadlines import (
    Deadline,
    DeadlineChange,
    DeadlineDayRefused,
    DeadlineKind,
    DeadlineOver,
    LaterDayNeeded,
    extend_deadline,
    kind_of,
    move_deadline,
)
from tests.world import World

DAY = date(2026, 12, 24)


def test_the_kinds_come_with_the_program_and_say_when_they_are_near(world: World) -> None:
    kinds = {kind.code: kind.notice_days for kind in DeadlineKind.in_order()}
    assert kinds["residence_permit"] == 60
    assert min(kinds.values()) > 0
    for code in ("nonsense", "", "x" * 20_000, "\x00"):
        with pytest.raises(NotFound):
            kind_of(code)


def test_the_note_is_sealed_and_the_day_is_not(world: World) -> None:
    world.deadline(due_on=DAY, note="Fiktion beantragt")
    row = database.execute_sql("SELECT note, due_on FROM deadlines").fetchone()
    assert b"Fiktion" not in bytes(row[0])
    assert str(row[1]) == "2026-12-24"


@pytest.mark.parametrize("day", [date(1926, 11, 2), date(2021, 1, 1), date(2040, 1, 1), date.max])
def test_a_day_that_nobody_can_mean_is_refused(world: World, day: date) -> None:
    with pytest.raises(DeadlineDayRefused):
        world.deadline(due_on=day)
    assert not Deadline.select().exists()


def test_a_day_that_is_past_is_taken_because_it_needs_somebody_most(world: World) -> None:
    assert world.deadline(due_on=date(2026, 9, 1)).state == "open"


def test_a_person_of_another_household_has_no_deadline_here(world: World) -> None:
    with pytest.raises(NotFound):
        world.deadline(person=world.person())


def test_an_extension_keeps_the_day_before(world: World) -> None:
    deadline = world.deadline(due_on=DAY)
    extend_deadline(deadline, date(2027, 3, 1), reason="Fiktionsbescheinigung", revision=0,
                    by=SYSTEM, at=world.at)  # fmt: skip
    extend_deadline(deadline, date(2027, 9, 1), revision=1, by=SYSTEM, at=world.at)
    assert deadline.refresh().due_on == date(2027, 9, 1)
    rows = deadline.changes.order_by(DeadlineChange.id)
    assert [(row.was_on, row.due_on, row.reason) for row in rows] == [
        (DAY, date(2027, 3, 1), "Fiktionsbescheinigung"),
        (date(2027, 3, 1), date(2027, 9, 1), None),
    ]


def test_an_extension_ends_later_and_is_of_something_open(world: World) -> None:
    deadline = world.deadline(due_on=DAY)
    given = {"by": SYSTEM, "at": world.at}
    for day in (DAY, date(2026, 12, 1)):
        with pytest.raises(LaterDayNeeded, match=r"24\.12\.2026"):
            extend_deadline(deadline, day, revision=0, **given)
    with pytest.raises(DeadlineDayRefused):
        extend_deadline(deadline, date(2099, 1, 1), revision=0, **given)
    move_deadline(deadline, "done", **given)
    with pytest.raises(DeadlineOver):
        extend_deadline(deadline, date(2027, 1, 1), revision=0, **given)
    assert not DeadlineChange.select().exists()


def test_of_two_who_extend_the_second_is_told(world: World) -> None:
    deadline = world.deadline(due_on=DAY)
    theirs = Deadline.get_by_id(deadline.id)
    extend_deadline(deadline, date(2027, 3, 1), revision=0, by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        extend_deadline(theirs, date(2027, 4, 1), revision=0, by=SYSTEM, at=world.at)
    assert deadline.refresh().due_on == date(2027, 3, 1)


def test_a_deadline_is_done_and_can_be_opened_again(world: World) -> None:
    deadline = world.deadline()
    move_deadline(deadline, "done", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        move_deadline(deadline, "dropped", by=SYSTEM, at=world.at)
    move_deadline(deadline, "open", by=SYSTEM, at=world.at)
    assert deadline.refresh().state == "open"


def test_deadlines_are_seen_by_who_sees_the_case(world: World) -> None:
    organization = world.organization()
    mine = world.deadline(world.case(organization))
    world.deadline()
    assert list(Deadline.scope(world.manager(organization).actor)) == [mine]
    commissioner = world.staff(Role.INTEGRATION_COMMISSIONER).actor
    assert not Deadline.scope(commissioner).exists()
    with pytest.raises(Forbidden):
        move_deadline(mine, "done", by=commissioner, at=world.at)


def test_near_ones_come_in_the_order_of_their_days(world: World) -> None:
    late, soon = world.deadline(due_on=DAY), world.deadline(due_on=date(2026, 11, 5))
    world.deadline(due_on=date(2030, 1, 1))
    done = world.deadline()
    move_deadline(done, "done", by=SYSTEM, at=world.at)
    assert list(Deadline.near(SYSTEM, world.at.date())) == [soon, late]
