"""Households that look for somebody, offers that fit, engagements that call."""

from __future__ import annotations

import pytest

from casework.cases import Case, move_case
from casework.core.access import SYSTEM, Role
from casework.core.settings import change_setting
from casework.engagements import agree_engagement, end_engagement
from casework.insight.companions import beside, calling, fits, sought, sought_by
from casework.needs import move_need
from casework.volunteer_questions import answer_question, ask_volunteer
from tests.databases import statements
from tests.world import PERSON, World


@pytest.fixture
def staff(world: World):
    return world.staff(Role.VOLUNTEER_COORDINATOR).actor


def _found(staff, **asked) -> list[tuple[str, str]]:
    return [
        (Case.get_by_id(each.case).reference, each.area.code) for each in sought(staff, **asked)
    ]


def test_a_household_looks_for_somebody_while_a_need_is_open_and_nobody_helps(
    world: World, staff, clock
) -> None:
    first, second = world.case(), world.case()
    need = world.need(first)
    clock.forward(days=1)
    world.need(second, "debt")
    world.need(second, "debt")
    assert _found(staff) == [(first.reference, "language"), (second.reference, "money")]
    assert _found(staff, areas=[world.area("money").id]) == [(second.reference, "money")]
    assert _found(staff, areas=[]) == []
    move_need(need, "met", by=SYSTEM, at=world.at)
    assert _found(staff) == [(second.reference, "money")]


def test_whoever_is_helped_or_has_a_proposal_looks_for_nobody(world: World, staff) -> None:
    helped, proposed, active = world.case(), world.case(), world.case()
    for case in (helped, proposed, active):
        world.need(case)
    world.named_support(helped)
    made = world.engagement(proposed, state="proposed")
    move_case(active, "active", by=SYSTEM, at=world.at)
    with_other_case = world.case(household=helped.household)
    world.need(with_other_case)
    assert _found(staff) == [(active.reference, "language")]
    end_engagement(made, "wish", by=SYSTEM, at=world.at)
    assert (proposed.reference, "language") in _found(staff)


def test_what_is_known_of_a_household_names_nobody(world: World, staff) -> None:
    site = world.site("Haus am Ring")
    colleague = world.manager(world.organization("Caritas"))
    household = world.household("Sonderbar", site=site)
    case = world.case(
        colleague.organization, household=household, assigned_to=colleague, language="fa-AF",
        given_name="Zohra", family_name="Sonderbar", languages=["fa-AF", "en"],
    )  # fmt: skip
    world.person(household, given_name="Ali", family_name="Sonderbar")
    world.need(case)
    (one,) = sought(staff)
    known = one.beside
    assert (one.case, known.site, known.people) == (case.id, "Haus am Ring", 2)
    assert (known.languages, known.in_charge) == (
        ("fa-AF", "en"), f"{colleague.name} · Caritas",
    )  # fmt: skip
    assert one.alone
    for word in ("Sonderbar", "Zohra", "Ali"):
        assert word not in repr(known)
    assert case.reference not in repr(known)
    assert str(case.id) not in repr(known)


def test_a_handle_leads_to_a_household_only_while_it_looks_for_somebody(
    world: World, staff
) -> None:
    need = world.need(world.case())
    (one,) = sought(staff)
    assert len(one.handle) == 32
    assert sought_by(staff, one.handle) == one
    for wrong in ("", "0" * 32, str(one.case), "\0"):
        assert sought_by(staff, wrong) is None
    assert sought_by(world.manager().actor, one.handle) is None
    move_need(need, "met", by=SYSTEM, at=world.at)
    assert sought_by(staff, one.handle) is None


@pytest.mark.parametrize(
    "role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR, Role.INTEGRATION_MANAGER]
)
def test_who_does_not_work_with_volunteers_is_shown_no_household(world: World, role) -> None:
    world.need(world.case())
    person = world.manager() if role is Role.INTEGRATION_MANAGER else world.staff(role)
    assert sought(person.actor) == []


def test_offers_come_by_area_then_room_then_language(world: World, staff) -> None:
    case = world.case(language="fa-AF", languages=["fa-AF"])
    world.need(case)
    area = {"offer_areas": ["language"]}
    other = world.offer("Other", offer_areas=["money"], offer_languages=["fa"])
    full = world.offer("Full", offer_languages=["fa"], **area)
    world.engagement(offer=full, area="work")
    speaks = world.offer("Speaks", offer_languages=["de", "fa"], **area)
    silent = world.offer("Silent", offer_languages=["de"], **area)
    world.offer("New", state="new", **area)
    (one,) = sought(staff)
    found = fits(one)
    assert [each.offer.id for each in found] == [speaks.id, silent.id, full.id, other.id]
    assert [(each.helps, each.room, each.languages) for each in found] == [
        (True, 1, ("fa-AF",)), (True, 1, ()), (True, 0, ("fa-AF",)), (False, 1, ("fa-AF",)),
    ]  # fmt: skip


def test_the_list_takes_as_many_statements_for_ten_as_for_one(world: World, staff) -> None:
    world.need(world.case())
    with statements() as few:
        assert len(sought(staff)) == 1
    for _number in range(9):
        world.need(world.case())
    with statements() as many:
        assert len(sought(staff)) == 10
    assert len(few) == len(many) <= 6


def _calling(world: World, staff) -> set:
    return {each.id for each in calling(staff, at=world.at, today=world.at.date())}


def test_an_engagement_calls_when_it_is_time_to_ask(world: World, staff, clock) -> None:
    who = {"by": SYSTEM, "at": world.at}
    yes, waits, agreed, runs = (
        world.engagement(offer=world.offer(name), state=state)
        for name, state in (("A", "proposed"), ("B", "proposed"), ("C", "proposed"),
                            ("D", "running"))
    )  # fmt: skip
    agree_engagement(agreed, **who)
    ask_volunteer(yes, **who)
    assert _calling(world, staff) == set()
    answer_question(yes, "yes", by=PERSON, at=world.at)
    assert _calling(world, staff) == {yes.id}
    clock.forward(days=11)
    assert _calling(world, staff) == {yes.id, waits.id, agreed.id}
    ask_volunteer(waits.refresh(), by=SYSTEM, at=world.at)
    assert waits.id not in _calling(world, staff)
    clock.forward(days=50)
    assert runs.id in _calling(world, staff)
    change_setting("engagement_quiet_days", 90, by=SYSTEM, at=world.at)
    assert runs.id not in _calling(world, staff)


def test_a_closed_case_asks_for_nothing_and_foreign_ones_are_not_shown(world: World) -> None:
    own = world.manager()
    mine = world.engagement(world.case(own.organization), state="proposed")
    ask_volunteer(mine, by=SYSTEM, at=world.at)
    answer_question(mine, "yes", by=PERSON, at=world.at)
    assert _calling(world, own.actor) == {mine.id}
    assert _calling(world, world.manager().actor) == set()
    Case.update(state="closed").where(Case.id == mine.case).execute()
    assert _calling(world, own.actor) == set()


def test_a_household_is_known_by_its_engagement(world: World) -> None:
    made = world.engagement()
    assert beside([made])[made.id].people == 1
    assert beside([]) == {}
