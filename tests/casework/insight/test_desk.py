from datetime import timedelta

from casework.cases import plan_follow_up
from casework.core.access import SYSTEM, Role
from casework.insight.desk import running_well, shelves
from casework.referrals import answer_referral
from tests.world import World


def _shelves(world: World, staff) -> dict[str, int]:
    found = shelves(staff.actor, at=world.at, today=world.at.date())
    return {shelf.name: shelf.count for shelf in found}


def test_the_coordinator_sees_each_new_request_in_the_inbox(world: World) -> None:
    world.submission()
    assert _shelves(world, world.coordinator())["inbox"] == 1


def test_the_commissioner_sees_no_shelf_at_all(world: World) -> None:
    world.submission()
    assert _shelves(world, world.staff(Role.INTEGRATION_COMMISSIONER)) == {}


def test_an_integration_manager_sees_only_follow_ups_of_the_own_organisation(world: World) -> None:
    mine, other = world.organization(), world.organization()
    for organization in (mine, other):
        case = world.case(organization)
        plan_follow_up(case, "Call", world.at.date(), by=SYSTEM, at=world.at)
    assert _shelves(world, world.manager(mine))["follow_ups"] == 1


def test_a_follow_up_of_tomorrow_stays_quiet(world: World) -> None:
    due = world.at.date() + timedelta(days=1)
    plan_follow_up(world.case(), "Call", due, by=SYSTEM, at=world.at)
    assert _shelves(world, world.coordinator())["follow_ups"] == 0


def test_an_unseen_outcome_waits_on_the_desk_until_it_was_looked_at(world: World) -> None:
    referral = world.referral()
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    counts = _shelves(world, world.coordinator())
    assert (counts["answers"], counts["referrals"]) == (1, 0)


def test_a_case_without_open_need_or_anything_overdue_runs_well(world: World) -> None:
    world.case()
    world.need()
    assert running_well(world.coordinator().actor, world.at.date()) == 1
