"""Support that the household named: sealed, dated, and never overwritten by an old page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from casework.core.access import SYSTEM
from casework.core.clock import in_zone
from casework.core.db import database
from casework.core.refusals import StaleEdit
from casework.core.settings import change_setting
from casework.insight.balance.counting import recount_due
from casework.insight.balance.models import Balance
from casework.named_supports import (
    DaysRefused,
    NamedSupport,
    NameOfSupportMissing,
    change_support,
    end_support,
)
from casework.supporters import running, spans
from tests.casework.insight.attention.queue import entries
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


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_its_days_are_those_of_the_site(world: World, clock, zone: str, hour: int) -> None:
    """Whoever begins today helps at once, and whoever stops today does not help any more."""
    change_setting("site_zone", zone, by=SYSTEM, at=world.at)
    local = in_zone(world.at, zone).replace(hour=hour, minute=30) + timedelta(days=2)
    clock.moment = local.astimezone(UTC)
    made = world.named_support(since=local.date())
    assert [span.id for span in running(spans(), world.at)] == [made.id]
    with pytest.raises(DaysRefused):
        world.named_support(since=local.date() + timedelta(days=1))
    assert end_support(made, by=SYSTEM, at=world.at).until == local.date()
    assert running(spans(), world.at) == []


def test_an_end_that_was_noted_is_one_for_queue_and_balance_at_the_same_midnight(
    world: World, clock
) -> None:
    """In Berlin Tuesday begins at 23:00 UTC."""
    case = world.need().case
    made = world.named_support(case)
    until = date(2026, 11, 17)
    change_support(made, who="x", kind="other", since=None, until=until, revision=0, by=SYSTEM,
                   at=world.at)  # fmt: skip
    midnight = datetime(2026, 11, 16, 23, tzinfo=UTC)
    for moment, alone in ((midnight - timedelta(seconds=1), False), (midnight, True)):
        clock.moment = moment
        recount_due(at=moment)
        assert bool(entries(world, "need_alone")) is alone
        assert bool(Balance.get(Balance.organization.is_null()).under) is alone
