"""Opportunities: announced, offered as referrals, counted by what becomes of those."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.cases import move_case
from casework.core.access import SYSTEM, Role
from casework.core.refusals import Forbidden, InvalidTransition, NotFound, StaleEdit
from casework.needs import Need
from casework.opportunities.kinds import ANSWERED, KINDS
from casework.opportunities.models import Opportunity, OpportunityOffer, Requirement
from casework.opportunities.offering import (
    AlreadyOffered,
    CaseClosed,
    offer_opportunity,
    offers_of,
    opportunities_of,
)
from casework.opportunities.writing import (
    DayRefused,
    Details,
    OpportunityOver,
    PlacesRefused,
    RangeRefused,
    TitleMissing,
    announce_opportunity,
    change_opportunity,
    expire_opportunities,
    free_provider,
    reopen_opportunity,
    withdraw_opportunity,
)
from casework.providers import Organization, Service
from casework.referral_drafts import change_draft
from casework.referrals import decline_referral, revoke_referral, send_referral, shared_details
from casework.retention import end_what_is_over
from tests.world import World

MUST = Requirement("language", "de", 3, must=True)


def _offer(world: World, opportunity: Opportunity, case=None, person=None):
    case = case or world.case()
    person = person or case.household.people.get()
    return offer_opportunity(opportunity, case, person, by=SYSTEM, at=world.at)


def _sent(world: World, opportunity: Opportunity):
    case = world.case()
    world.release(case)
    return send_referral(_offer(world, opportunity, case).referral, by=SYSTEM, at=world.at)


# Announcing


def test_each_kind_keeps_only_what_it_can_ask_for(world: World) -> None:
    asked = {"hours": 20, "rooms": 3.5, "occupation": "kitchen", "requirements": (MUST,),
             "min_age": 1, "max_age": 6, "min_people": 2, "max_people": 4}  # fmt: skip
    kept = {
        kind: {
            name for name in asked
            if getattr(world.opportunity(kind, **asked), name) not in (None, "", [])
        }
        for kind in KINDS
    }  # fmt: skip
    assert kept["flat"] == {"rooms", "min_people", "max_people"}
    assert kept["childcare"] == {"hours", "min_age", "max_age"}
    assert kept["job"] == {"hours", "occupation", "requirements", "min_age", "max_age"}


@pytest.mark.parametrize(("given", "refusal"), [
    ({"title": "  "}, TitleMissing), ({"title": "\x00"}, TitleMissing),
    ({"places": 0}, PlacesRefused), ({"places": 501}, PlacesRefused),
    ({"deadline": date(2026, 11, 1)}, DayRefused), ({"deadline": date(2099, 1, 1)}, DayRefused),
    ({"starts_on": date(1, 1, 1)}, DayRefused), ({"min_age": 30, "max_age": 20}, RangeRefused),
    ({"min_age": -1}, RangeRefused), ({"max_age": 121}, RangeRefused),
    ({"min_people": 0}, RangeRefused), ({"hours": 0}, RangeRefused), ({"hours": 61}, RangeRefused),
    ({"rooms": 31.0}, RangeRefused), ({"kind": "gold"}, NotFound), ({"occupation": "x"}, NotFound),
    ({"occupation": "cooking"}, NotFound), ({"requirements": (MUST, MUST)}, NotFound),
    ({"requirements": (Requirement("language", "de", 9),)}, NotFound),
    ({"requirements": (Requirement("magic", "x"),)}, NotFound),
    ({"requirements": (Requirement("skill", "kitchen"),)}, NotFound),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_stored(world, given, refusal) -> None:
    with pytest.raises(refusal):
        world.opportunity(**({"title": "x"} | given))
    assert not Opportunity.select().exists()


def test_only_the_coordinator_announces(world: World) -> None:
    service, details = world.service(), Details("job", "x")
    for role in set(Role) - {Role.COORDINATOR}:
        staff = world.manager() if role is Role.INTEGRATION_MANAGER else world.staff(role)
        with pytest.raises(Forbidden):
            announce_opportunity(service, details, by=staff.actor, at=world.at)


def test_who_reads_opportunities(world: World) -> None:
    world.opportunity()
    assert Opportunity.scope(world.manager().actor).exists()
    assert not Opportunity.scope(world.staff(Role.INTEGRATION_COMMISSIONER).actor).exists()
    assert not Opportunity.scope(world.staff(Role.ADMINISTRATOR).actor).exists()


def test_the_second_of_two_editors_is_told(world: World) -> None:
    row = world.opportunity()
    for title, refused in (("First", False), ("Second", True)):
        given = (row, row.service, Details("job", title))
        try:
            change_opportunity(*given, revision=0, by=SYSTEM, at=world.at)
            assert not refused
        except StaleEdit:
            assert refused
    assert row.refresh().title == "First"


def test_a_provider_outside_the_directory_stays_out_of_it(world: World) -> None:
    by = world.coordinator().actor
    service = free_provider("Frau Muster", "muster@example.org", by=by, at=world.at)
    again = free_provider(" Frau Muster ", "muster@example.org", by=by, at=world.at)
    assert service == again
    assert service.mail_address == "muster@example.org"
    assert service not in list(Service.offered())
    assert Organization.select().where(Organization.active).count() == 0
    with pytest.raises(TitleMissing):
        free_provider(" ", "", by=by, at=world.at)


# Its end


def test_the_worker_ends_what_is_past_its_deadline(world: World, clock) -> None:
    today = clock().date()
    rows = [world.opportunity(deadline=day) for day in (today, today + timedelta(days=9), None)]
    clock.forward(days=1)
    end_what_is_over(at=world.at)
    assert [row.refresh().state for row in rows] == ["expired", "open", "open"]
    assert expire_opportunities(at=world.at) == 0


def test_a_later_deadline_opens_it_again(world: World, clock) -> None:
    row = world.opportunity(deadline=clock().date())
    clock.forward(days=3)
    expire_opportunities(at=world.at)
    late = Details("job", row.title, deadline=row.deadline)
    row = change_opportunity(row, row.service, late, revision=0, by=SYSTEM, at=world.at)
    assert row.refresh().state == "expired"
    later = Details("job", row.title, deadline=clock().date())
    row = change_opportunity(row, row.service, later, revision=1, by=SYSTEM, at=world.at)
    assert row.refresh().state == "open"


def test_withdrawing_takes_back_what_holds_no_place(world: World) -> None:
    row = world.opportunity(places=3)
    draft, accepted = _offer(world, row).referral, _sent(world, row)
    world.answer(accepted, "accepted")
    withdraw_opportunity(row.refresh(), by=world.coordinator().actor, at=world.at)
    assert draft.refresh().state == "revoked"
    assert accepted.refresh().state == "accepted"
    assert row.refresh().state == "withdrawn"
    with pytest.raises(InvalidTransition):
        withdraw_opportunity(row.refresh(), by=SYSTEM, at=world.at)
    reopen_opportunity(row.refresh(), by=SYSTEM, at=world.at)
    assert row.refresh().state == "open"


def test_a_withdrawn_one_past_its_deadline_stays_so(world: World, clock) -> None:
    row = withdraw_opportunity(world.opportunity(deadline=clock().date()), by=SYSTEM, at=world.at)
    clock.forward(days=2)
    with pytest.raises(DayRefused):
        reopen_opportunity(row, by=SYSTEM, at=world.at)


# Offering


@pytest.mark.parametrize("kind", KINDS)
def test_an_offer_opens_the_need_that_it_answers_where_there_is_none(world, kind) -> None:
    offer = _offer(world, world.opportunity(kind))
    assert offer.referral.need.category.code == ANSWERED[kind][0]
    assert offer.referral.state == "draft"
    assert offer.referral.need.person == offer.person


def test_an_open_need_is_used(world: World) -> None:
    case = world.case()
    need = world.need(case, "literacy")
    assert _offer(world, world.opportunity("course"), case).referral.need == need
    assert Need.select().count() == 1


def test_the_provider_gets_the_name_of_who_is_meant(world: World) -> None:
    case = world.case()
    world.need(case, "job_search")
    son = world.person(case.household, given_name="Omar", family_name="Beispiel")
    offer = _offer(world, world.opportunity(), case, son)
    assert offer.referral.need.person == son
    assert shared_details(offer.referral)["name"] == "Omar Beispiel"


def test_nobody_is_offered_the_same_twice_until_it_has_ended(world: World) -> None:
    case, row = world.case(), world.opportunity()
    first = _offer(world, row, case)
    with pytest.raises(AlreadyOffered) as refused:
        _offer(world, row, case)
    assert refused.value.offer == first
    revoke_referral(first.referral, by=SYSTEM, at=world.at)
    assert _offer(world, row, case) != first


def test_a_person_of_another_household_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        _offer(world, world.opportunity(), world.case(), world.person())
    assert not OpportunityOffer.select().exists()


def test_a_closed_case_and_a_closed_opportunity_are_refused(world: World) -> None:
    case, row = world.case(), world.opportunity()
    move_case(case, "closed", reason="wish", by=SYSTEM, at=world.at)
    with pytest.raises(CaseClosed):
        _offer(world, row, case)
    withdraw_opportunity(row, by=SYSTEM, at=world.at)
    with pytest.raises(OpportunityOver):
        _offer(world, row)
    assert not Need.select().exists()


def test_places_count_down_with_a_yes_and_up_when_it_falls_through(world: World) -> None:
    row = world.opportunity(places=2)
    first, second = _sent(world, row), _sent(world, row)
    assert row.refresh().taken == 0
    world.answer(first, "accepted")
    assert (row.refresh().taken, row.refresh().state) == (1, "open")
    world.answer(second, "accepted")
    assert (row.refresh().taken, row.refresh().state) == (2, "full")
    with pytest.raises(OpportunityOver):
        _offer(world, row)
    decline_referral(second, by=SYSTEM, at=world.at)
    assert (row.refresh().taken, row.refresh().state) == (1, "open")
    world.answer(first, "got_help")
    assert row.refresh().free == 1


def test_a_place_that_is_free_after_the_deadline_opens_nothing(world: World, clock) -> None:
    row = world.opportunity(deadline=clock().date())
    referral = _sent(world, row)
    world.answer(referral, "accepted")
    clock.forward(days=2)
    decline_referral(referral, by=SYSTEM, at=world.at)
    assert row.refresh().state == "expired"


def test_fewer_places_close_it_and_more_open_it(world: World) -> None:
    row = world.opportunity(places=2)
    world.answer(_sent(world, row), "accepted")
    for revision, (places, state) in enumerate(((1, "full"), (2, "open"))):
        details = Details("job", row.title, places=places)
        row = change_opportunity(
            row, row.service, details, revision=revision, by=SYSTEM, at=world.at
        )
        assert row.refresh().state == state


@pytest.mark.parametrize("other", [True, False])
def test_a_draft_that_asks_another_service_offers_it_no_longer(world: World, other: bool) -> None:
    referral = _offer(world, world.opportunity()).referral
    service = world.service() if other else referral.service
    change_draft(
        referral, service=service, fields=("name",), note="x", follow_up_on=world.at.date(),
        seen=referral.revision, by=SYSTEM, at=world.at,
    )  # fmt: skip
    assert OpportunityOffer.select().exists() != other


def test_offers_are_seen_by_who_sees_the_case(world: World) -> None:
    own, other, row = world.manager(), world.manager(), world.opportunity()
    offer = _offer(world, row, world.case(own.organization))
    assert offers_of(row, own.actor) == [offer]
    assert offers_of(row, other.actor) == []
    assert opportunities_of([offer.referral]) == {offer.referral.id: row}
    assert opportunities_of([world.referral()]) == {}
