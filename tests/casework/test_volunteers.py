"""Volunteers and their offers: registered by the form, asked as far as they want."""

import pytest

from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.lookups import find, name_keys
from casework.core.refusals import Forbidden, InvalidTransition
from casework.submissions import withdraw_submission
from casework.volunteers import STATES, Offer, Volunteer, move_offer

ANSWERS = {
    "given_name": "Franka",
    "family_name": "Frei",
    "email": "franka@example.org",
    "offer_areas": ["language"],
    "offer_text": "Ich übe gern Deutsch.",
    "offer_languages": ["de", "fr"],
    "availability": ["evening"],
    "places": "2",
}


@pytest.fixture
def offered(world):
    def offered(**answers):
        return world.submission("offer", language="de", answers=ANSWERS | answers)

    return offered


def test_an_offer_from_the_form_stands_in_the_list_at_once(offered):
    submission = offered()
    offer = Offer.get()
    assert (offer.state, offer.submission, offer.places) == ("new", submission, 2)
    assert (offer.areas, offer.languages, offer.availability) == (
        ["language"],
        ["de", "fr"],
        ["evening"],
    )
    assert (offer.description, offer.description_language) == ("Ich übe gern Deutsch.", "de")
    assert offer.volunteer.name == "Franka Frei"
    assert offer.volunteer.email == "franka@example.org"


def test_a_request_for_help_is_no_offer(world):
    world.submission()
    assert not Offer.select().exists()
    assert not Volunteer.select().exists()


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("", 1),
        (None, 1),
        ("0", 1),
        ("7", 7),
        ("999999999999", 100),
        ("-3", 1),
        ("two", 1),
        ("1.5", 1),
    ],
)
def test_places_stay_within_what_one_volunteer_can_mean(offered, typed, places):
    offered(places=typed)
    assert Offer.get().places == places


def test_a_volunteer_is_found_by_name_and_does_not_lie_open(offered):
    offered()
    assert set(find("volunteers", name_keys("frei franka"))) == {Volunteer.get().id}
    assert "Franka" not in str(Volunteer.select().tuples().get())


@pytest.mark.parametrize(
    "path", [("approved", "paused", "approved", "full", "approved", "ended"), ("ended",)]
)
def test_an_offer_is_approved_paused_full_and_ended(world, offered, path):
    offered()
    offer, by = Offer.get(), world.staff(Role.VOLUNTEER_COORDINATOR).actor
    for state in path:
        move_offer(offer, state, by=by, at=world.at)
        assert offer.refresh().state == state


def test_an_ended_offer_stays_ended(world, offered):
    offered()
    offer = move_offer(Offer.get(), "ended", by=SYSTEM, at=world.at)
    for state in STATES.states:
        with pytest.raises(InvalidTransition):
            move_offer(offer, state, by=SYSTEM, at=world.at)
    assert offer.refresh().state == "ended"


@pytest.mark.parametrize("state", ["new", "paused", "gone", "", "\x00"])
def test_a_new_offer_is_approved_or_ended_and_nothing_else(world, offered, state):
    offered()
    with pytest.raises(InvalidTransition):
        move_offer(Offer.get(), state, by=SYSTEM, at=world.at)
    assert Offer.get().state == "new"


@pytest.mark.parametrize("state", STATES.states)
def test_who_takes_the_registration_back_is_asked_no_more(world, offered, state):
    submission = offered()
    offer = Offer.get()
    for step in {"paused": ("approved", "paused"), "full": ("approved", "full"), "new": ()}.get(
        state, (state,)
    ):
        move_offer(offer, step, by=SYSTEM, at=world.at)
    withdraw_submission(submission, by=Actor("person", id=submission.id), at=world.at)
    assert offer.refresh().state == "ended"


def test_offers_are_for_who_works_with_volunteers(world, offered):
    offered()
    for role in (Role.COORDINATOR, Role.VOLUNTEER_COORDINATOR):
        assert Offer.scope(world.staff(role).actor).exists()
        assert Volunteer.scope(world.staff(role).actor).exists()
    for staff in (world.manager(), world.staff(Role.ADMINISTRATOR)):
        assert not Offer.scope(staff.actor).exists()
        assert not Volunteer.scope(staff.actor).exists()
        with pytest.raises(Forbidden):
            move_offer(Offer.get(), "approved", by=staff.actor, at=world.at)
    assert not Offer.scope(PUBLIC).exists()
