"""Support that the household named: sealed, dated, and never overwritten by an old page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.core.access import SYSTEM
from casework.core.db import database
from casework.core.refusals import StaleEdit
from casework.named_supports import (
    DaysRefused,
    NamedSupport,
    NameOfSupportMissing,
    change_support,
    end_support,
)
from tests.world import World


def test_who_helps_is_kept_in_the_words_of_the_household_and_sealed(world: World) -> None:
    made = world.named_support(who=" Tante  Mariam\0 ", kind="family", since=date(2024, 5, 1))
    stored = made.refresh()
    assert (stored.who, stored.kind, stored.since) == ("Tante Mariam", "family", date(2024, 5, 1))
    raw = bytes(database.execute_sql("SELECT who FROM named_supports").fetchone()[0])
    assert b"Mariam" not in raw


@pytest.mark.parametrize("who", ["", "   ", "\0", "\n\t"])
def test_nobody_is_no_support(world: World, who: str) -> None:
    with pytest.raises(NameOfSupportMissing):
        world.named_support(who=who)


def test_a_text_of_twenty_kilobytes_is_cut_to_a_line(world: World) -> None:
    assert len(world.named_support(who="x" * 20_000, kind="unknown").refresh().who) == 200
    assert NamedSupport.get().kind == "other"


@pytest.mark.parametrize("since", [date(1, 1, 1), date(9999, 12, 31), date(2026, 12, 24)])
def test_help_began_on_a_day_that_somebody_can_mean(world: World, since: date) -> None:
    with pytest.raises(DaysRefused):
        world.named_support(since=since)


def test_of_two_editors_the_second_is_told(world: World) -> None:
    made = world.named_support()
    said = {"kind": "friends", "since": None, "until": None, "by": SYSTEM, "at": world.at}
    first, second = made.refresh(), made.refresh()
    change_support(first, who="a neighbour", revision=0, **said)
    with pytest.raises(StaleEdit):
        change_support(second, who="somebody else", revision=0, **said)
    assert (made.refresh().who, made.refresh().revision) == ("a neighbour", 1)


def test_it_does_not_end_before_it_begins(world: World) -> None:
    made = world.named_support()
    today = world.at.date()
    with pytest.raises(DaysRefused):
        change_support(
            made, who="x", kind="other", since=today, until=today - timedelta(days=1), revision=0,
            by=SYSTEM, at=world.at,
        )  # fmt: skip
    assert made.refresh().revision == 0


def test_it_ends_once(world: World, clock) -> None:
    made = end_support(world.named_support(), by=SYSTEM, at=world.at)
    ended = made.until
    assert end_support(made, by=SYSTEM, at=clock.forward(days=9)).refresh().until == ended
