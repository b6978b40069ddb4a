"""Case conferences: everybody concerned is told, and nobody more than they may know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.appointment_rules import TimeRefused
from casework.appointments import Appointment, settle_appointment
from casework.cases import Case, FollowUp
from casework.conferences import (
    Conference,
    ConferenceCalled,
    ConferenceOver,
    NobodyInvited,
    Seat,
    call_conference,
    cancel_conference,
    conferences_for,
    move_conference,
    note_held,
)
from casework.core.access import SYSTEM
from casework.core.refusals import InvalidTransition, NotFound, StaleEdit
from casework.messages import OutboxMail
from casework.supporters import Supporter
from tests.world import World


@pytest.fixture
def case(world: World) -> Case:
    return world.case(given_name="Amal", family_name="Geheimwort")


def _call(world: World, case: Case, *invited: Supporter, **more: Any) -> Conference:
    starts_at = more.pop("starts_at", world.at + timedelta(days=7))
    return call_conference(case, starts_at, invited, **{"by": SYSTEM, "at": world.at} | more)


def _seats(conference: Conference) -> dict[str, tuple[str, str]]:
    return {seat.kind: (seat.knows, seat.told) for seat in conference.seats}


def _provider(world: World, **columns: Any) -> Supporter:
    columns = {"email": "desk@provider.example"} | columns
    return Supporter("provider", world.organization(**columns).id)


def test_a_mail_says_that_the_centre_invites_and_nothing_of_anybody(world, case) -> None:
    _call(world, case, _provider(world), place="Hinterhaus Geheimwort")
    mail = OutboxMail.get(OutboxMail.kind == "conference")
    assert "09.11.2026" in mail.body
    assert "10:00" in mail.body
    for secret in ("Geheimwort", "Amal", case.reference, "Hinterhaus"):
        assert secret not in mail.body + mail.subject


def test_an_organisation_knows_what_a_release_to_it_covers(world, case) -> None:
    released, other = world.organization(email="a@x.example"), world.organization(email="b@x.ex")
    world.release(case, released)
    world.release(case)
    made = _call(world, case, *(Supporter("provider", each.id) for each in (released, other)))
    knows = {seat.organization: seat.knows for seat in made.seats if seat.organization}
    assert knows == {released: "released", other: "invited"}


def test_a_colleague_who_sees_the_case_finds_a_follow_up_in_it(world, case) -> None:
    staff = world.coordinator()
    made = _call(world, case, Supporter("staff", staff.id))
    assert _seats(made)["staff"] == ("file", "follow_up")
    follow_up = FollowUp.get(FollowUp.assigned_to == staff)
    assert (follow_up.case, follow_up.due_on) == (case, made.starts_at.date())


def test_a_colleague_of_another_organisation_finds_it_in_their_own_case_or_by_mail(world) -> None:
    household = world.household()
    case = world.case(world.organization(), household=household)
    near, far = world.manager(), world.manager()
    own = world.case(near.organization, household=household)
    made = _call(world, case, Supporter("staff", near.id), Supporter("staff", far.id))
    knows = {seat.staff: (seat.knows, seat.told) for seat in made.seats if seat.staff}
    assert knows == {near: ("own_case", "follow_up"), far: ("invited", "mail")}
    assert FollowUp.get(FollowUp.assigned_to == near).case == own
    assert not FollowUp.select().where(FollowUp.assigned_to == far).exists()
    assert not Seat.scope(near.actor).exists()


def test_the_person_finds_an_appointment_in_their_language(world, case) -> None:
    made = _call(world, case, _provider(world), venue="phone")
    appointment = made.refresh().appointment
    assert (appointment.case, appointment.starts_at) == (case, made.starts_at)
    alone = _call(world, case, _provider(world), with_person=False,
                  starts_at=world.at + timedelta(days=8))  # fmt: skip
    assert alone.appointment is None
    assert Appointment.select().count() == 1


def test_whom_no_mail_reaches_somebody_calls(world, case) -> None:
    named = world.named_support(case)
    made = _call(world, case, Supporter("named", named.id), _provider(world, email=""))
    assert _seats(made)["named"] == ("household", "by_hand")
    assert _seats(made)["provider"] == ("invited", "by_hand")
    assert FollowUp.select().where(FollowUp.due_on == world.at.date()).count() == 1


def test_a_volunteer_hears_in_their_own_language(world, case) -> None:
    offer = world.offer(email="franka@example.org")
    _call(world, case, Supporter("volunteer", offer.volunteer.id))
    mail = OutboxMail.get(OutboxMail.kind == "conference")
    assert mail.language == offer.volunteer.language == "ar"


def test_others_are_left_to_the_centre(world, case) -> None:
    made = _call(world, case, with_others=True)
    assert _seats(made)["others"] == ("invited", "by_hand")


def test_a_conference_that_is_called_off_is_told_to_all_who_knew(world, case) -> None:
    made = cancel_conference(_call(world, case, _provider(world)), by=SYSTEM, at=world.at)
    assert made.appointment.refresh().state == "cancelled"
    assert OutboxMail.select().where(OutboxMail.kind == "conference_cancelled").count() == 1
    with pytest.raises(InvalidTransition):
        note_held(made, by=SYSTEM, at=world.at)


def test_a_conference_that_was_held_stays_so(world, case) -> None:
    made = note_held(_call(world, case, _provider(world)), by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        cancel_conference(made, by=SYSTEM, at=world.at)


def test_a_doubled_invitation_is_refused_and_tells_nobody_twice(world, case) -> None:
    guest = _provider(world)
    first = _call(world, case, guest)
    later = world.at + timedelta(days=9)
    for more in ({}, {"starts_at": later, "seen": 0}):
        with pytest.raises(ConferenceCalled):
            _call(world, case, guest, **more)
    assert OutboxMail.select().where(OutboxMail.kind == "conference").count() == 1
    assert _call(world, case, guest, starts_at=later, seen=1).state == "planned"
    cancel_conference(first, by=SYSTEM, at=world.at)
    assert _call(world, case, guest).state == "planned"


@pytest.mark.parametrize("days", [-1, 800])
def test_it_is_at_a_time_that_somebody_can_come(world, case, days: int) -> None:
    with pytest.raises(TimeRefused):
        _call(world, case, _provider(world), starts_at=world.at + timedelta(days=days))
    assert not Conference.select().exists()


def test_nobody_and_somebody_unknown_are_not_invited(world, case) -> None:
    with pytest.raises(NobodyInvited):
        _call(world, case)
    for kind in ("staff", "provider", "named", "volunteer"):
        with pytest.raises(NotFound):
            _call(world, case, Supporter(kind, case.id))
    assert not Conference.select().exists()
    assert not OutboxMail.select().where(OutboxMail.kind == "conference").exists()


def test_a_guest_who_is_named_twice_is_told_once(world, case) -> None:
    guest = _provider(world)
    made = _call(world, case, guest, guest)
    assert made.seats.where(Seat.kind == "provider").count() == 1


def _move(conference: Conference, days: int = 9, *, world: World, **more: Any) -> Conference:
    given = {"venue": "organization", "place": "Room 4", "revision": conference.revision,
             "by": SYSTEM, "at": world.at} | more  # fmt: skip
    return move_conference(conference, world.at + timedelta(days=days), **given)


def test_everybody_who_was_told_hears_that_it_was_moved(world, case) -> None:
    staff = world.coordinator()
    made = _call(world, case, _provider(world), _provider(world, email=""),
                 Supporter("staff", staff.id))  # fmt: skip
    OutboxMail.delete().execute()
    first = FollowUp.get(FollowUp.assigned_to == staff)
    _move(made, world=world)
    [mail] = OutboxMail.select().where(OutboxMail.kind == "conference_moved")
    assert "11.11.2026" in mail.body
    for secret in ("Geheimwort", "Amal", case.reference, "Room 4"):
        assert secret not in mail.body + mail.subject
    assert first.refresh().done_at == world.at
    news = FollowUp.get(FollowUp.assigned_to == staff, FollowUp.done_at.is_null())
    assert (news.due_on, "verschoben" in news.what) == (made.starts_at.date(), True)
    called = [each.what for each in FollowUp.select().where(FollowUp.done_at.is_null())]
    assert sum("anrufen" in what for what in called) == 2


def test_the_persons_appointment_moves_with_it_and_calendars_take_the_newer_version(
    world, case
) -> None:
    made = _call(world, case, _provider(world))
    before = made.appointment.revision
    _move(made, world=world)
    appointment = Appointment.get()
    assert (appointment.starts_at, appointment.place) == (made.starts_at, "Room 4")
    assert appointment.revision == before + 1
    assert appointment.shifts.count() == 1
    assert (made.refresh().revision, made.changed_at) == (1, world.at)


def test_an_appointment_that_the_person_cancelled_stays_cancelled(world, case) -> None:
    made = _call(world, case, _provider(world))
    settle_appointment(made.appointment, "cancelled", cancelled_by="person", by=SYSTEM, at=world.at)
    _move(made.refresh(), world=world)
    assert Appointment.get().state == "cancelled"


def test_of_two_who_move_it_the_second_is_told_and_nobody_hears_twice(world, case) -> None:
    made = _call(world, case, _provider(world))
    other = Conference.get_by_id(made.id)
    _move(made, world=world)
    count = OutboxMail.select().count()
    with pytest.raises(StaleEdit):
        _move(other, 12, world=world)
    assert OutboxMail.select().count() == count
    assert Conference.get_by_id(made.id).starts_at == made.starts_at


@pytest.mark.parametrize("days", [-1, 800])
def test_it_is_not_moved_to_a_time_that_nobody_means(world, case, days) -> None:
    made = _call(world, case, _provider(world))
    with pytest.raises(TimeRefused):
        _move(made, days, world=world)


def test_it_is_not_moved_onto_another_one_but_may_change_its_place_alone(world, case) -> None:
    made = _call(world, case, _provider(world))
    other = _call(world, case, _provider(world), starts_at=world.at + timedelta(days=9))
    with pytest.raises(ConferenceCalled):
        _move(made, 9, world=world)
    assert _move(other, 9, world=world).venue == "organization"


@pytest.mark.parametrize("end", [note_held, cancel_conference])
def test_what_is_over_is_not_moved(world, case, end) -> None:
    made = end(_call(world, case, _provider(world)), by=SYSTEM, at=world.at)
    with pytest.raises(ConferenceOver):
        _move(made, world=world)


def test_a_colleague_hears_that_it_was_called_off_where_the_follow_up_stood(world, case) -> None:
    staff = world.coordinator()
    made = _call(world, case, Supporter("staff", staff.id))
    first = FollowUp.get(FollowUp.assigned_to == staff)
    cancel_conference(made, by=SYSTEM, at=world.at)
    assert first.refresh().done_at == world.at
    news = FollowUp.get(FollowUp.assigned_to == staff, FollowUp.done_at.is_null())
    assert ("abgesagt" in news.what, news.due_on) == (True, world.at.date())


def test_a_calendar_has_the_conferences_of_a_colleague_called_off_ones_too(world, case) -> None:
    staff, far = world.coordinator(), world.manager()
    made = _call(world, case, Supporter("staff", staff.id), Supporter("staff", far.id))
    cancel_conference(made, by=SYSTEM, at=world.at)
    span = (world.at - timedelta(days=1), world.at + timedelta(days=30))
    for each in (staff, far):
        [seat] = conferences_for(each, *span)
        assert (seat.conference.state, seat.conference.revision) == ("cancelled", 1)
    assert conferences_for(world.coordinator(), *span) == []
