"""Hand-overs: one stops in favour of another, never in a circle, and on record."""

from __future__ import annotations

import pytest

from casework.cases import Case
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden, StaleEdit
from casework.engagements import Engagement
from casework.plans.models import Step
from casework.plans.writing import Doer
from casework.supporters import Supporter
from casework.transfers import (
    CircularTransfer,
    NotHelping,
    SameSupporter,
    Transfer,
    hand_over,
    work_of,
)
from tests.world import World


@pytest.fixture
def case(world: World) -> Case:
    return world.case()


def _step(world: World, case: Case, organization) -> Step:
    return world.step(case, Doer("provider", organization=organization))


def _to(organization) -> Supporter:
    return Supporter("provider", organization.id)


def _hand_over(world: World, work, to: Supporter, **more) -> Transfer:
    return hand_over(work, to, **{"seen": work.state, "by": SYSTEM, "at": world.at} | more)


def test_a_referral_is_taken_back_in_favour_of_the_other(world: World, case: Case) -> None:
    referral, other = world.referral(world.need(case)), world.organization()
    _step(world, case, other)
    made = _hand_over(world, referral, _to(other), note=" talked\0 about it ")
    assert referral.refresh().state == "revoked"
    assert (made.giver, made.taker) == (_to(referral.organization), _to(other))
    assert (made.note, made.case, made.life_area.code) == ("talked about it", case, "language")
    assert AuditEntry.select().where(AuditEntry.event == "support:handed_over").count() == 1


def test_a_step_is_cancelled_and_an_engagement_ended(world: World, case: Case) -> None:
    step, engagement = _step(world, case, world.organization()), world.engagement(case)
    third = world.named_support(case)
    _hand_over(world, step, Supporter("volunteer", engagement.volunteer.id))
    assert (step.refresh().state, step.refresh().cancelled_by) == ("cancelled", "us")
    _hand_over(world, engagement, Supporter("named", third.id))
    assert (engagement.refresh().state, engagement.refresh().reason) == ("ended", "handed_over")


def test_what_was_handed_over_does_not_come_straight_back(world: World, case: Case) -> None:
    a, b = world.organization("A e. V."), world.organization("B e. V.")
    first = _step(world, case, a)
    back = _step(world, case, b)
    _hand_over(world, first, _to(b))
    _step(world, case, a)
    with pytest.raises(CircularTransfer) as refused:
        _hand_over(world, back, _to(a))
    assert "“A e. V.” handed over to “B e. V.” in this area on 02.11.2026" in str(refused.value)
    assert back.refresh().state == "planned"


def test_a_circle_over_three_is_refused_too(world: World, case: Case) -> None:
    a, b, c = (world.organization() for _ in range(3))
    for giver, taker in ((a, b), (b, c)):
        work = _step(world, case, giver)
        _step(world, case, taker)
        _hand_over(world, work, _to(taker))
    work = _step(world, case, c)
    _step(world, case, a)
    with pytest.raises(CircularTransfer):
        _hand_over(world, work, _to(a))


def test_another_area_another_household_and_another_year_are_no_circle(
    world: World, case: Case, clock
) -> None:
    a, b = world.organization(), world.organization()
    first, back = _step(world, case, a), _step(world, case, b)
    _hand_over(world, first, _to(b))
    for other, area in ((case, "work"), (world.case(), "language")):
        work = world.step(other, Doer("provider", organization=b), area)
        world.step(other, Doer("provider", organization=a), area)
        _hand_over(world, work, _to(a))
    _step(world, case, a)
    clock.forward(days=181)
    assert _hand_over(world, back, _to(a)).taker == _to(a)


def test_nobody_hands_over_to_themselves(world: World, case: Case) -> None:
    organization = world.organization()
    work = _step(world, case, organization)
    _step(world, case, organization)
    with pytest.raises(SameSupporter):
        _hand_over(world, work, _to(organization))


def test_who_takes_over_helps_in_this_area_now(world: World, case: Case) -> None:
    work, other = _step(world, case, world.organization()), world.organization()
    world.step(case, Doer("provider", organization=other), "work")
    with pytest.raises(NotHelping):
        _hand_over(world, work, _to(other))
    with pytest.raises(NotHelping):
        _hand_over(world, work, Supporter("named", world.named_support().id))


def test_what_has_moved_on_since_it_was_seen_is_not_ended(world: World, case: Case) -> None:
    referral, other = world.referral(world.need(case)), world.organization()
    _step(world, case, other)
    world.answer(referral.refresh(), "accepted")
    with pytest.raises(StaleEdit):
        _hand_over(world, referral, _to(other), seen="sent")
    assert referral.refresh().state == "accepted"
    world.answer(referral.refresh(), "got_help")
    with pytest.raises(NotHelping):
        _hand_over(world, referral, _to(other), seen="got_help")


def test_an_integration_manager_hands_over_to_whom_they_see(world: World) -> None:
    manager, household = world.manager(), world.household()
    own = world.case(manager.organization, household=household)
    foreign = world.case(world.organization(), household=household)
    seen, unseen = world.organization(), world.organization()
    work = _step(world, own, manager.organization)
    _step(world, own, seen)
    _step(world, foreign, unseen)
    with pytest.raises(NotHelping):
        _hand_over(world, work, _to(unseen), by=manager.actor)
    assert _hand_over(world, work, _to(seen), by=manager.actor).taker == _to(seen)
    assert work_of("step", Step.get(Step.case == foreign).id, manager.actor) is None
    assert work_of("named", work.id, manager.actor) is None


def test_who_may_not_edit_support_hands_nothing_over(world: World, case: Case) -> None:
    engagement, named = world.engagement(case), world.named_support(case)
    staff = world.staff(Role.VOLUNTEER_COORDINATOR).actor
    with pytest.raises(Forbidden):
        _hand_over(world, engagement, Supporter("named", named.id), by=staff)
    assert Engagement.get().state == "running"
