"""Engagements: proposed, agreed, running, ended for a reason; the file stays with the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.refusals import Forbidden, InvalidTransition
from casework.engagements import (
    BeginRefused,
    Engagement,
    EngagementExists,
    HeardRefused,
    NoRoomLeft,
    OfferNotOpen,
    ReasonMissing,
    agree_engagement,
    begin_engagement,
    end_engagement,
    households_of,
    note_heard,
    open_offers,
    propose_engagement,
)
from casework.messages import receive_message
from casework.volunteers import move_offer
from tests.world import World


def test_an_engagement_goes_from_a_proposal_to_its_end(world: World) -> None:
    who = {"by": SYSTEM, "at": world.at}
    made = propose_engagement(world.case(), world.offer(), world.area(), note="  tea\0 ", **who)
    assert (made.state, made.note, made.since, made.until) == ("proposed", "tea", None, None)
    begin_engagement(agree_engagement(made, **who), **who)
    assert (made.state, made.since) == ("running", world.at.date())
    end_engagement(made, "no_time", **who)
    stored = made.refresh()
    assert (stored.state, stored.until, stored.reason) == ("ended", world.at.date(), "no_time")
    with pytest.raises(InvalidTransition):
        end_engagement(stored, "wish", **who)


def test_it_does_not_begin_before_the_volunteer_has_agreed(world: World) -> None:
    with pytest.raises(InvalidTransition):
        begin_engagement(world.engagement(state="proposed"), by=SYSTEM, at=world.at)


@pytest.mark.parametrize("days", [-400, 400])
def test_it_begins_on_a_day_that_somebody_can_mean(world: World, days: int) -> None:
    made = world.engagement(state="agreed")
    with pytest.raises(BeginRefused):
        begin_engagement(made, since=world.at.date() + timedelta(days=days), by=SYSTEM, at=world.at)
    assert made.refresh().state == "agreed"


@pytest.mark.parametrize("reason", ["", "because", "running"])
def test_it_ends_for_a_reason_from_the_list(world: World, reason: str) -> None:
    made = world.engagement()
    with pytest.raises(ReasonMissing):
        end_engagement(made, reason, by=SYSTEM, at=world.at)
    assert made.refresh().state == "running"


@pytest.mark.parametrize("state", ["new", "paused", "full", "ended"])
def test_only_an_approved_offer_is_proposed(world: World, state: str) -> None:
    offer = world.offer(state="new")
    if state != "new":
        for step in ("ended",) if state == "ended" else ("approved", state):
            move_offer(offer, step, by=SYSTEM, at=world.at)
    with pytest.raises(OfferNotOpen):
        propose_engagement(world.case(), offer, world.area(), by=SYSTEM, at=world.at)
    assert offer not in list(open_offers())


def test_one_volunteer_stands_beside_a_household_once_in_an_area(world: World) -> None:
    offer, household = world.offer(), world.household()
    first = world.engagement(world.case(household=household), offer=offer)
    again = world.case(household=household)
    with pytest.raises(EngagementExists):
        world.engagement(again, offer=offer)
    assert world.engagement(again, "work", offer=offer).state == "running"
    end_engagement(first, "other", by=SYSTEM, at=world.at)
    assert world.engagement(again, offer=offer).state == "running"


def test_who_works_with_volunteers_sees_the_engagement_and_not_the_file(world: World) -> None:
    made = world.engagement()
    staff = world.staff(Role.VOLUNTEER_COORDINATOR).actor
    row = Engagement.scope(staff).get()
    assert (row.id, row.volunteer, row.state) == (made.id, made.volunteer, "running")
    assert row.__data__.get("case") is None
    assert row.note is None
    assert row.asked_at is None
    for role in (Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            propose_engagement(
                world.case(), world.offer(), world.area(), by=world.staff(role).actor, at=world.at
            )


def test_an_engagement_is_seen_by_who_sees_the_case(world: World) -> None:
    own = world.manager()
    mine = world.engagement(world.case(own.organization), offer=world.offer("A"))
    world.engagement(offer=world.offer("B"))
    assert list(Engagement.scope(own.actor)) == [mine]
    assert Engagement.scope(world.coordinator().actor).count() == 2
    assert not Engagement.scope(world.staff(Role.INTEGRATION_COMMISSIONER).actor).exists()
    assert not Engagement.scope(world.staff(Role.ADMINISTRATOR).actor).exists()


def test_a_volunteer_is_not_put_beside_more_households_than_they_offered(world: World) -> None:
    offer, case = world.offer(places="2"), world.case()
    world.engagement(case, offer=offer)
    world.engagement(case, "work", offer=offer)
    world.engagement(offer=offer, state="proposed")
    assert len(households_of([offer])[offer.id]) == 2, "a household counts once"
    who = {"by": SYSTEM, "at": world.at}
    with pytest.raises(NoRoomLeft) as refused:
        propose_engagement(world.case(), offer, world.area(), **who)
    assert "2 at a time" in refused.value.text("en")
    assert propose_engagement(case, offer, world.area("health"), **who).state == "proposed"
    made = propose_engagement(world.case(), offer, world.area(), beyond=True, **who)
    end_engagement(made, "wish", **who)
    assert len(households_of([offer])[offer.id]) == 2, "what has ended leaves room"


def test_it_is_noted_when_somebody_last_heard_of_it(world: World, clock) -> None:
    made, who = world.engagement(), {"by": SYSTEM}
    assert made.heard_on == world.at.date()
    clock.forward(days=30)
    day = world.at.date() - timedelta(days=3)
    assert note_heard(made, day, **who, at=world.at).heard_on == day
    earlier = day - timedelta(days=9)
    assert note_heard(made, earlier, **who, at=world.at).heard_on == day
    for wrong in (world.at.date() + timedelta(days=1), world.at.date() - timedelta(days=400)):
        with pytest.raises(HeardRefused):
            note_heard(made, wrong, **who, at=world.at)


def test_who_writes_to_us_has_been_heard_of(world: World, clock) -> None:
    made, other = world.engagement(), world.engagement(offer=world.offer("Ida"))
    clock.forward(days=20)
    receive_message(
        "It goes well.", case=None, submission=made.offer.submission, language="de",
        by=SYSTEM, at=world.at,
    )  # fmt: skip
    assert made.refresh().heard_on == world.at.date()
    assert other.refresh().heard_on == world.at.date() - timedelta(days=20)
