"""Meetings: who sits at the table, what was said, and decisions that somebody owes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.refusals import InvalidTransition, StaleEdit
from casework.network.meetings import (
    Decision,
    DecisionDayRefused,
    DecisionMissing,
    Meeting,
    MeetingTimeRefused,
    NobodyDoes,
    NotBegunYet,
    Participant,
    TitleMissing,
    TooManyPeople,
    add_decision,
    change_meeting,
    finish_decision,
    hold_meeting,
    move_meeting,
    plan_meeting,
)
from tests.conftest import Clock
from tests.world import World


def _meeting(world: World, **given) -> Meeting:
    given = {"title": "Runder Tisch", "starts_at": world.at + timedelta(days=3)} | given
    return plan_meeting(**{"by": SYSTEM, "at": world.at} | given)


def _changed(meeting: Meeting, revision: int, world: World, **given) -> Meeting:
    words = {"title": meeting.title, "starts_at": meeting.starts_at, "minutes": 60, "place": "",
             "agenda": "", "contacts": [], "staff": []} | given  # fmt: skip
    return change_meeting(meeting, revision=revision, by=SYSTEM, at=world.at, **words)


@pytest.mark.parametrize(("given", "refusal"), [
    ({"title": " "}, TitleMissing),
    ({"minutes": 0}, MeetingTimeRefused),
    ({"minutes": 9000}, MeetingTimeRefused),
])  # fmt: skip
def test_an_impossible_meeting_is_refused(world: World, given, refusal) -> None:
    with pytest.raises(refusal):
        _meeting(world, **given)
    with pytest.raises(MeetingTimeRefused):
        _meeting(world, starts_at=world.at + timedelta(days=5000))
    assert not Meeting.select().exists()


def test_a_table_has_an_end(world: World) -> None:
    contact = world.contact()
    with pytest.raises(TooManyPeople):
        _meeting(world, contacts=[contact] * 61)
    assert not Meeting.select().exists()


def test_holding_a_meeting_is_a_contact_with_everybody_at_the_table(
    world: World, clock: Clock
) -> None:
    there, elsewhere = world.contact(), world.contact()
    meeting = _meeting(world, contacts=[there])
    with pytest.raises(NotBegunYet):
        hold_meeting(meeting, "x", revision=0, by=SYSTEM, at=world.at)
    clock.forward(days=4)
    hold_meeting(meeting, "Alle da.", revision=0, by=SYSTEM, at=world.at)
    assert (meeting.refresh().state, meeting.notes) == ("held", "Alle da.")
    assert there.refresh().last_contact_on == date(2026, 11, 5)
    assert elsewhere.refresh().last_contact_on is None
    hold_meeting(meeting, "Fast alle da.", revision=1, by=SYSTEM, at=world.at)
    assert meeting.refresh().notes == "Fast alle da."
    with pytest.raises(StaleEdit):
        hold_meeting(meeting, "Niemand da.", revision=1, by=SYSTEM, at=world.at)


def test_a_cancelled_meeting_can_be_planned_again_and_a_held_one_stays(
    world: World, clock: Clock
) -> None:
    meeting = _meeting(world)
    move_meeting(meeting, "cancelled", by=SYSTEM, at=world.at)
    move_meeting(meeting, "planned", by=SYSTEM, at=world.at)
    clock.forward(days=4)
    hold_meeting(meeting, "", revision=0, by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        move_meeting(meeting, "cancelled", by=SYSTEM, at=world.at)


def test_of_two_who_change_a_meeting_the_second_is_told(world: World) -> None:
    contact, meeting = world.contact(), _meeting(world)
    theirs = Meeting.get_by_id(meeting.id)
    _changed(meeting, 0, world, place="Rathaus", contacts=[contact])
    with pytest.raises(StaleEdit):
        _changed(theirs, 0, world, place="Kirche")
    assert meeting.refresh().place == "Rathaus"
    assert Participant.select().count() == 1


def test_a_decision_is_something_that_one_does_by_a_day(world: World) -> None:
    meeting, staff, contact = _meeting(world), world.coordinator(), world.contact()
    day = date(2026, 11, 20)
    by = {"by": SYSTEM, "at": world.at}
    with pytest.raises(DecisionMissing):
        add_decision(meeting, " ", day, staff=staff, **by)
    with pytest.raises(NobodyDoes):
        add_decision(meeting, "x", day, **by)
    with pytest.raises(NobodyDoes):
        add_decision(meeting, "x", day, staff=staff, contact=contact, **by)
    for wrong in (None, date(2199, 1, 1)):
        with pytest.raises(DecisionDayRefused):
            add_decision(meeting, "x", wrong, staff=staff, **by)
    decision = add_decision(meeting, "Liste schicken", day, contact=contact, **by)
    assert decision.doer_name == "Frau Beispiel"
    assert finish_decision(decision, **by).done_at == world.at
    later = {"by": SYSTEM, "at": world.at + timedelta(days=1)}
    assert finish_decision(decision, **later).done_at == world.at


def test_what_is_due_reaches_who_owes_it_and_the_coordinator(world: World, clock: Clock) -> None:
    one, two, coordinator = world.manager(), world.manager(), world.coordinator()
    meeting, day = _meeting(world), date(2026, 11, 10)
    for staff in (one, two):
        add_decision(meeting, staff.name, day, staff=staff, by=SYSTEM, at=world.at)
    assert not Decision.due(coordinator.actor, date(2026, 11, 9)).exists()
    assert Decision.due(coordinator.actor, day).count() == 2
    assert [row.what for row in Decision.due(one.actor, day)] == [one.name]
    finish_decision(Decision.due(one.actor, day).get(), by=one.actor, at=world.at)
    assert not Decision.due(one.actor, day).exists()


def test_a_manager_sees_the_meetings_at_which_they_sit(world: World) -> None:
    manager = world.manager()
    _meeting(world, title="Foreign")
    own = _meeting(world, title="Entered", by=manager.actor)
    invited = _meeting(world, title="Invited", staff=[manager])
    add_decision(own, "x", date(2026, 11, 20), staff=manager, by=SYSTEM, at=world.at)
    assert set(Meeting.scope(manager.actor)) == {own, invited}
    assert Decision.scope(manager.actor).count() == 1
    assert Meeting.scope(world.staff(Role.INTEGRATION_COMMISSIONER).actor).count() == 3
    assert Meeting.scope(world.staff(Role.ADMINISTRATOR).actor).count() == 0
