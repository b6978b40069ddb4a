"""A town of two thousand people with known troubles: the queue finds these and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from casework.cases import Case
from casework.core.access import Role
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.queue import running_well
from casework.insight.attention.registry import RULES
from casework.insight.attention.upkeep import catch_up, judge_all
from casework.insight.balance.models import FLAGS
from casework.people import Person
from tests.casework.insight.attention.queue import stored
from tests.stories.troubles import Expected, Troubles, homes_flagged
from tests.stories.well_running import NEIGHBOURS, WellRunning
from tests.world import World

PEOPLE, FEW = 2_000, 110


def _build(world: World, clock, people: int) -> tuple[WellRunning, Troubles]:
    """The plants first: while the town is small, each of their verbs costs little."""
    troubles = Troubles(world, clock, world.at.date())
    troubles.plant_all()
    well = WellRunning(world)
    well.build(people)
    return well, troubles


def _found(at: datetime) -> set[Expected]:
    judge_all(at=at)
    return {(each.rule, each.subject_id) for each in AttentionEntry.select()}


def _told(troubles: Troubles, found: set, expected: set) -> str:
    """What was found too much and too little, by the plant that the row is from."""
    extra, missing = (
        sorted((rule, troubles.origins.get(row, "runs well")) for rule, row in some)
        for some in (found - expected, expected - found)
    )
    return f"extra: {extra}; missing: {missing}"


def test_the_queue_and_the_balance_find_the_planted_troubles_and_nothing_else(
    world: World, clock
) -> None:
    _well, troubles = _build(world, clock, PEOPLE)
    expected, at = troubles.called(troubles.today), clock()
    assert Person.select().count() > PEOPLE
    assert len(troubles.cases) >= 40
    assert {rule for rule, _row in expected} == set(RULES)

    catch_up(at=at, most=10**6)
    followed = stored()
    found = _found(at)
    assert found == expected, _told(troubles, found, expected)
    assert followed == stored(), "what follows each change differs from the full count"
    rows = AttentionEntry.select().where(AttentionEntry.snoozed_until.is_null(False))
    assert troubles.awake <= found
    assert not rows.exists(), "what was put to rest called anew with another cause"
    for flag in FLAGS:
        assert homes_flagged(flag) == troubles.flags[flag], flag

    calling = {each.__data__["case"] for each in AttentionEntry.select()} - {None}
    desk = world.staff(Role.COORDINATOR).actor
    assert running_well(desk) == Case.live().count() - len(calling)


def test_every_entry_appears_at_midnight_of_its_day_and_not_before(world: World, clock) -> None:
    """The site is in Berlin: its Tuesday begins at 23:00 UTC. Summer time ended a week ago, so
    that what is counted in days is not the same in hours."""
    well, troubles = _build(world, clock, FEW)
    assert len(well.tomorrow) >= sum(bool(each.rule) for each in NEIGHBOURS)
    today = troubles.called(troubles.today)
    yesterday = troubles.called(troubles.today - timedelta(days=1))
    tomorrow = troubles.called(troubles.today + timedelta(days=1)) | well.tomorrow
    assert len(today - yesterday) > 15
    # Whose counselling was over yesterday at midnight was warned of before.
    yesterday |= {("counselling_ends", key) for rule, key in today if rule == "counselling_over"}
    last_second = datetime(2026, 11, 2, 22, 59, 59, tzinfo=UTC)
    for at, expected in (
        (last_second - timedelta(days=1), yesterday),
        (last_second - timedelta(days=1) + timedelta(seconds=1), today),
        (last_second, today),
        (last_second + timedelta(seconds=1), tomorrow),
    ):
        found = _found(at)
        assert found == expected, (at, _told(troubles, found, expected))
