"""The stored sums: never behind, the same for every order of changes, one view for each reader."""

from __future__ import annotations

import random
from typing import Any

import pytest

from casework.cases import Case, assign_case, move_case
from casework.core.access import SYSTEM, Role
from casework.core.db import before_commit, transaction
from casework.core.settings import change_setting
from casework.engagements import end_engagement
from casework.insight.balance.counting import recount, recount_due
from casework.insight.balance.models import Balance, BalanceCell
from casework.life_areas import LifeArea
from casework.named_supports import end_support
from casework.needs import Need, move_need
from casework.people import Household, change_household
from casework.plans.models import Goal, Step
from casework.plans.steps import move_step
from casework.plans.writing import Doer, change_goal
from casework.referrals import Referral, revoke_referral
from tests.databases import statements
from tests.query_plans import asked, steps_without_a_key, walked_tables
from tests.world import World


def stored() -> list[Any]:
    """All sums without their keys and the moment of counting."""
    found = []
    for model in (Balance, BalanceCell):
        for row in model.select():
            data = dict(row.__data__)
            del data["id"]
            data.pop("counted_at", None)
            found.append((model.__name__, sorted(data.items(), key=str)))
    return sorted(found, key=str)


def whole(case: Case) -> Balance:
    return Balance.get(
        (Balance.household == case.__data__["household"]) & Balance.organization.is_null()
    )


def cell(case: Case, area: str = "language", organization: Any = None) -> BalanceCell:
    rows = BalanceCell.select().where(
        (BalanceCell.household == case.__data__["household"])
        & (BalanceCell.life_area == LifeArea.get(LifeArea.code == area))
    )
    mine = BalanceCell.organization
    return rows.where(mine.is_null() if organization is None else mine == organization).get()


def test_a_new_case_is_alone_and_an_open_need_is_under(world: World) -> None:
    case = world.case()
    assert (whole(case).alone, whole(case).flags) == (True, ["alone"])
    world.need(case)
    assert whole(case).flags == ["alone", "under"]
    assert (cell(case).needs, cell(case).flags) == (1, ["under"])


def test_help_takes_the_flags_away_at_once(world: World) -> None:
    case = world.case()
    world.referral(world.need(case))
    assert whole(case).flags == []
    assert (cell(case).provider, cell(case).supporters, cell(case).flags) == (1, 1, [])


def test_many_at_once_are_over_from_the_number_in_the_settings_on(world: World) -> None:
    case = world.case()
    for who in ("aunt", "uncle", "teacher"):
        assert whole(case).over == 0
        world.named_support(case, who=who)
    assert (whole(case).over, cell(case).flags) == (1, ["over"])
    change_setting("support_over", 4, by=SYSTEM, at=world.at)
    assert recount_due(at=world.at) == 1
    assert whole(case).over == 0
    assert recount_due(at=world.at) == 0


def test_two_cases_with_the_same_step_are_double_for_both(world: World) -> None:
    a, b, household = world.organization(), world.organization(), world.household()
    first, second = (world.case(each, household=household) for each in (a, b))
    kept = world.step(first, Doer("provider", organization=a), text="Register for the course")
    step = world.step(second, Doer("provider", organization=b), text="register for the COURSE")
    assert whole(first).flags == ["double"]
    assert [cell(first, organization=each).flags for each in (None, a, b)] == [["double"]] * 3
    move_step(step, "cancelled", cancelled_by="us", by=SYSTEM, at=world.at)
    assert whole(first).flags == []
    assert kept.refresh().state == "planned"


def test_an_organisation_sees_that_somebody_else_helps_and_no_foreign_need(world: World) -> None:
    manager, household = world.manager(), world.household()
    own = world.case(manager.organization, household=household)
    foreign = world.case(world.organization(), household=household)
    world.need(foreign, "debt")
    world.named_support(foreign, "language")
    world.step(own, Doer("staff", staff=manager), "language")
    seen = {row.life_area.code: row for row in BalanceCell.scope(manager.actor)}
    assert set(seen) == {"language"}
    assert (seen["language"].staff, seen["language"].named, seen["language"].others) == (1, 0, 1)
    mine = Balance.scope(manager.actor).get()
    assert (mine.needs, mine.under, mine.supporters) == (0, 0, 2)
    assert whole(own).under == 1


def test_an_organisation_that_loses_the_case_loses_the_sums(world: World) -> None:
    manager = world.manager()
    case = world.case(manager.organization)
    assert Balance.scope(manager.actor).count() == 1
    assign_case(case, organization=None, assigned_to=None, by=SYSTEM, at=world.at)
    assert Balance.scope(manager.actor).count() == 0
    assert Balance.select().count() == 1


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR]
)
def test_other_roles_see_no_household(world: World, role: Role) -> None:
    world.need(world.case())
    staff = world.staff(role).actor
    assert not Balance.scope(staff).exists()
    assert not BalanceCell.scope(staff).exists()


def test_a_closed_case_has_no_sums_and_a_reopened_one_has(world: World) -> None:
    case = world.case()
    world.need(case)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert (Balance.select().count(), BalanceCell.select().count()) == (0, 0)
    move_case(case, "reopened", by=SYSTEM, at=world.at)
    assert whole(case).under == 1


def test_where_a_household_lives_is_part_of_its_sums(world: World) -> None:
    case, site = world.case(), world.site()
    change_household(case.household, site=site, by=SYSTEM, at=world.at)
    assert whole(case).site == site


def test_what_only_time_changes_the_worker_counts(world: World, clock) -> None:
    case = world.case()
    service = world.service(email="x@example.org")
    world.answer(world.referral(world.need(case), service), "no_capacity")
    clock.forward(days=10)
    need = world.need(case)
    world.referral(need, service)
    assert whole(case).flags == ["double"]
    clock.forward(days=169)
    assert recount_due(at=world.at) == 0
    clock.forward(days=2)
    assert recount_due(at=world.at) == 1
    assert whole(case).flags == []


def test_a_change_that_fails_leaves_the_sums_as_they_were(world: World) -> None:
    case = world.case()
    before = stored()

    def need_and_fail() -> None:
        with transaction():
            world.need(case)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        need_and_fail()
    assert stored() == before


def test_many_changes_in_one_transaction_are_summed_up_once(world: World) -> None:
    cases = [world.case() for _ in range(3)]
    with statements() as seen, transaction():
        for case in cases:
            for _ in range(4):
                world.need(case)
    assert sum('DELETE FROM "balances"' in each for each in seen) == 1
    assert [whole(case).needs for case in cases] == [4, 4, 4]


def test_work_for_the_end_of_a_transaction_needs_one(world: World) -> None:
    with pytest.raises(RuntimeError):
        before_commit(lambda marks: None, 1)


@pytest.mark.parametrize("seed", range(4))
def test_no_order_of_changes_makes_the_sums_differ_from_counting_anew(
    world: World, seed: int
) -> None:
    choose = random.Random(seed)
    households = [world.household() for _ in range(3)]
    organizations = [world.organization() for _ in range(2)]
    services = [world.service(each, email="x@example.org") for each in organizations]
    cases = [world.case(choose.choice([None, *organizations]), household=each)
             for each in (*households, households[0])]  # fmt: skip
    moves = _moves(world, choose, cases, services)
    for _ in range(40):
        choose.choice(moves)()
        world.clock.forward(hours=choose.randint(1, 30))  # type: ignore[attr-defined]
    recount_due(at=world.at)
    kept = stored()
    with transaction():
        recount([row.id for row in Household.select()], at=world.at)
    assert stored() == kept
    assert kept


def _moves(world: World, choose: random.Random, cases: list[Case], services: list[Any]) -> list:
    def case() -> Case:
        return choose.choice(cases)

    def live() -> Case:
        return choose.choice([each for each in cases if each.refresh().is_live] or [reopened()])

    def reopened() -> Case:
        return move_case(cases[0].refresh(), "reopened", by=SYSTEM, at=world.at)

    def some(model: Any, *states: str) -> Any:
        rows = list(model.select().where(model.state << states))
        return choose.choice(rows) if rows else None

    def do(verb: Any, row: Any, *args: Any, **more: Any) -> None:
        if row is not None:
            verb(row, *args, by=SYSTEM, at=world.at, **more)

    def refer() -> None:
        target = live()
        need, service = world.need(target), choose.choice(services)
        world.referral(need, service)

    def close() -> None:
        found = case().refresh()
        if found.is_live:
            move_case(found, "closed", reason="other", by=SYSTEM, at=world.at)
        else:
            move_case(found, "reopened", by=SYSTEM, at=world.at)

    def engage() -> None:
        do(end_engagement, world.engagement(live()), "other") if choose.random() < 0.5 else (
            world.engagement(live(), choose.choice(("work", "language")))
        )

    def regroup(goal: Any) -> None:
        do(change_goal, goal, text="Ziel", language="de", wish="", wish_language="",
           baseline="", target="", revision=goal.revision if goal else 0,
           area=world.area(choose.choice(areas)))  # fmt: skip

    areas = ("language", "work")
    return [
        refer, refer, close, engage,
        lambda: world.need(live()),
        lambda: do(move_need, some(Need, "open"), "met"),
        lambda: world.step(live(), Doer("provider", organization=services[0].organization),
                           choose.choice(areas), choose.choice(("One thing", "Another"))),
        lambda: do(move_step, some(Step, "planned"), choose.choice(("done", "obsolete"))),
        lambda: regroup(some(Goal, "open")),
        lambda: do(revoke_referral, some(Referral, "sent")),
        lambda: world.named_support(live(), choose.choice(areas)),
        lambda: do(end_support, world.named_support(live())),
        lambda: do(assign_case, case().refresh(), organization=services[1].organization,
                   assigned_to=None),
    ]  # fmt: skip


def test_summing_up_one_household_looks_at_nothing_of_the_others(world: World) -> None:
    case = world.case()
    world.need(case)
    world.named_support(case)
    with asked() as seen, transaction():
        recount([case.household_id], at=world.at)
    looked = [each for each in seen if '"cases"' in each[0] or '"needs"' in each[0]]
    assert len(looked) >= 5
    for statement in looked:
        assert walked_tables(*statement) == []
        assert steps_without_a_key(*statement) == []
