"""Referrals: through their whole loop, with nothing leaving that was not released."""

import pytest

from casework.consent import ReleaseMissing, ReleaseTooNarrow
from casework.core.access import PUBLIC, SYSTEM, Role
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.referral_drafts import NotThisNeed, draft_referral
from casework.referral_states import ANSWERS, FINAL, STATES
from casework.referrals import (
    Referral,
    ReferralStep,
    acknowledge_referral,
    contact_person,
    decline_referral,
    expire_referral,
    mark_shown,
    revoke_referral,
    send_referral,
)
from casework.reply_links import (
    LinkExpired,
    ReplyLink,
    current_link,
    link_of,
    remind_provider,
    renew_link,
    reply_by_link,
)
from tests.world import PERSON, PROVIDER

# Drafting and sending


def test_a_draft_leaves_nothing_outside(world):
    referral = world.referral(sent=False)
    assert (referral.state, referral.shared, referral.sent_at) == ("draft", None, None)
    assert not ReplyLink.select().exists()
    assert referral.need.refresh().state == "open"


def test_a_referral_is_for_a_need_of_the_same_case(world):
    with pytest.raises(NotThisNeed):
        draft_referral(world.case(), world.need(), world.service(), by=SYSTEM, at=world.at)
    assert not Referral.select().exists()


@pytest.mark.parametrize("field", ["diagnosis", "", "birth_date", "\x00"])
def test_only_what_can_be_released_can_be_chosen(world, field):
    need = world.need()
    with pytest.raises(NotFound):
        draft_referral(
            need.case, need, world.service(), fields=("name", field), by=SYSTEM, at=world.at
        )


def test_without_a_release_a_referral_is_not_sent(world):
    referral = world.referral(sent=False)
    with pytest.raises(ReleaseMissing):
        send_referral(referral, by=SYSTEM, at=world.at)
    again = referral.refresh()
    assert (again.state, again.shared) == ("draft", None)
    assert not ReplyLink.select().exists()


def test_beyond_its_release_a_referral_is_not_sent(world):
    referral = world.referral(sent=False, fields=("name", "email"))
    world.release(referral.case, fields=("name",))
    with pytest.raises(ReleaseTooNarrow):
        send_referral(referral, by=SYSTEM, at=world.at)
    assert referral.refresh().state == "draft"


def test_only_the_chosen_fields_leave(world):
    case = world.case(email="amal@example.org")
    world.release(case, fields=("name", "phone", "email", "need", "note"))
    referral = world.referral(world.need(case), fields=("name", "need"), note="secret", sent=False)
    send_referral(referral, by=SYSTEM, at=world.at)
    assert referral.refresh().shared == {"name": "Amal Beispiel", "need": "integration_course"}


def test_what_was_shared_stays_what_was_shared(world):
    referral = world.referral()
    person = contact_person(referral.case)
    person.family_name = "Anders"
    person.save()
    assert referral.refresh().shared["name"] == "Amal Beispiel"


def test_of_a_need_of_a_child_the_childs_name_and_the_contacts_phone_leave(world):
    case = world.case()
    child = world.person(case.household, given_name="Nour")
    referral = world.referral(world.need(case, "kita_place", person=child))
    assert referral.shared["name"] == "Nour Beispiel"
    assert referral.shared["phone"] == contact_person(case).phone


def test_a_sent_referral_covers_its_need_and_has_one_link(world):
    referral = world.referral()
    assert referral.need.refresh().state == "covered"
    assert referral.release.organization == referral.organization
    assert ReplyLink.select().count() == 1


def test_a_referral_is_sent_once(world):
    referral = world.referral()
    with pytest.raises(InvalidTransition):
        send_referral(referral, by=SYSTEM, at=world.at)
    assert ReplyLink.select().count() == 1


# Answers


@pytest.mark.parametrize("state", ANSWERS)
def test_each_answer_is_noted_as_a_step_with_its_time_and_note(world, state):
    referral = world.answer(world.referral(), state, note="Grüße")
    last = list(referral.steps.order_by(ReferralStep.id))[-1]
    assert (last.state, last.note, last.at) == (state, "Grüße", world.at)
    assert referral.refresh().answered_at == world.at


@pytest.mark.parametrize("state", ["draft", "sent", "revoked", "expired", "", "x" * 99])
def test_an_answer_that_a_provider_cannot_give_is_not_found(world, state):
    referral = world.referral()
    with pytest.raises(NotFound):
        world.answer(referral, state)
    assert referral.refresh().state == "sent"


def test_help_meets_the_need(world):
    referral = world.answer(world.referral(), "got_help")
    assert referral.need.refresh().state == "met"


def test_a_need_that_nobody_works_on_any_more_is_open_again(world):
    need = world.need()
    first, second = world.referral(need), world.referral(need)
    world.answer(first, "no_capacity")
    assert need.refresh().state == "covered"
    world.answer(second, "not_eligible")
    assert need.refresh().state == "open"


def test_a_met_need_stays_met_when_another_referral_fails(world):
    need = world.need()
    first, second = world.referral(need), world.referral(need)
    world.answer(first, "got_help")
    world.answer(second, "no_capacity")
    assert need.refresh().state == "met"


@pytest.mark.parametrize("state", FINAL)
def test_after_a_final_outcome_nothing_follows_and_no_link_acts(world, state):
    referral = world.referral()
    STATES.move(referral, state, at=world.at)
    for verb in (acknowledge_referral, revoke_referral, decline_referral, expire_referral):
        with pytest.raises(InvalidTransition):
            verb(referral, by=SYSTEM, at=world.at)
    for wanted in ANSWERS:
        with pytest.raises(InvalidTransition):
            world.answer(referral, wanted)
    assert referral.refresh().state == state


@pytest.mark.parametrize("verb", [revoke_referral, decline_referral, expire_referral])
def test_ending_a_referral_closes_its_link_and_opens_the_need(world, verb):
    referral = world.referral()
    token = current_link(referral).token
    verb(referral, by=SYSTEM, at=world.at)
    assert current_link(referral) is None
    with pytest.raises(LinkExpired):
        link_of(token, at=world.at)
    assert referral.need.refresh().state == "open"


def test_a_final_answer_told_to_staff_closes_the_link(world):
    referral = world.answer(world.referral(), "no_capacity", by=world.coordinator().actor)
    assert current_link(referral) is None


def test_a_provider_that_has_seen_it_can_still_answer_by_the_same_link(world):
    referral = world.referral()
    acknowledge_referral(referral, by=PROVIDER, at=world.at)
    assert world.reply(current_link(referral), "accepted").state == "accepted"


# The loop


def test_the_loop_is_closed_when_sender_and_person_have_both_been_shown_the_outcome(world):
    coordinator = world.coordinator().actor
    referral = world.reply(current_link(world.referral()), "got_help")
    assert not referral.is_closed
    mark_shown(referral, by=PERSON, at=world.at)
    assert not referral.refresh().is_closed
    mark_shown(referral, by=coordinator, at=world.at)
    assert referral.refresh().is_closed


def test_an_outcome_that_staff_entered_need_not_be_shown_to_them(world):
    referral = world.answer(world.referral(), "got_help", by=world.coordinator().actor)
    assert referral.refresh().shown_to_sender_at == world.at
    assert referral.shown_to_person_at is None


def test_an_answer_on_the_way_does_not_count_as_the_outcome(world):
    coordinator = world.coordinator().actor
    referral = world.answer(world.referral(), "accepted", by=coordinator)
    mark_shown(referral, by=coordinator, at=world.at)
    mark_shown(referral, by=PERSON, at=world.at)
    world.answer(referral, "got_help", by=PROVIDER)
    assert referral.refresh().shown_to_sender_at is None
    assert referral.refresh().shown_to_person_at is None


def test_who_ended_a_referral_knows_of_it(world):
    one, two, three = world.referral(), world.referral(), world.referral()
    revoke_referral(one, by=world.coordinator().actor, at=world.at)
    revoke_referral(two, by=PERSON, at=world.at)
    decline_referral(three, by=world.coordinator().actor, at=world.at)
    shown = [
        (bool(row.refresh().shown_to_sender_at), bool(row.refresh().shown_to_person_at))
        for row in (one, two, three)
    ]
    assert shown == [(True, False), (False, True), (True, True)]


def test_the_first_time_it_was_shown_stays(world, clock):
    referral = world.answer(world.referral(), "got_help", by=PROVIDER)
    first = world.at
    mark_shown(referral, by=PERSON, at=first)
    clock.forward(days=1)
    mark_shown(referral, by=PERSON, at=world.at)
    assert referral.refresh().shown_to_person_at == first


@pytest.mark.parametrize(
    ("state", "turn"),
    [
        ("sent", "provider"),
        ("waitlisted", "system"),
        ("needs_client_action", "person"),
        ("got_help", None),
    ],
)
def test_it_is_always_somebodys_turn_until_it_is_over(world, state, turn):
    referral = world.referral()
    if state != "sent":
        world.answer(referral, state)
    assert referral.turn == turn


def test_a_renewed_link_closes_the_one_before(world):
    referral = world.referral()
    first = current_link(referral)
    renew_link(referral, by=SYSTEM, at=world.at)
    assert not first.refresh().is_open
    assert current_link(referral).id != first.id


def test_there_is_no_new_link_once_the_outcome_stands(world):
    referral = world.referral()
    world.answer(referral, "got_help")
    with pytest.raises(LinkExpired):
        renew_link(referral, by=SYSTEM, at=world.at)
    assert current_link(referral) is None


@pytest.mark.parametrize("verb", [renew_link, remind_provider])
def test_who_holds_the_row_from_before_the_end_opens_no_link(world, verb):
    held = world.referral()
    decline_referral(held.refresh(), by=PERSON, at=world.at)
    with pytest.raises(LinkExpired):
        verb(held, by=SYSTEM, at=world.at)
    assert not any(link.is_open for link in ReplyLink.select())


def test_a_draft_that_was_put_away_is_closed_since_nobody_was_asked(world):
    draft = world.referral(sent=False)
    revoke_referral(draft, by=world.coordinator().actor, at=world.at)
    assert draft.refresh().is_closed


# Who may


def test_a_provider_can_answer_and_nothing_else(world):
    referral = world.referral()
    for verb in (send_referral, revoke_referral, decline_referral, expire_referral):
        with pytest.raises(Forbidden):
            verb(referral, by=PROVIDER, at=world.at)
    with pytest.raises(Forbidden):
        world.answer(referral, "accepted", by=PUBLIC)
    assert world.answer(referral, "accepted", by=PROVIDER).state == "accepted"


def test_staff_do_not_answer_by_a_providers_link(world):
    link = current_link(world.referral())
    with pytest.raises(Forbidden):
        reply_by_link(
            link, "accepted", note="", by=world.staff(Role.ADMINISTRATOR).actor, at=world.at
        )
    assert link.refresh().is_open


def test_referrals_and_links_are_seen_by_who_sees_the_case(world):
    ours, theirs = world.manager(), world.manager()
    referral = world.referral(world.need(world.case(ours.organization)))
    for model in (Referral, ReplyLink):
        assert model.scope(ours.actor).count() == 1
        assert model.scope(world.coordinator().actor).count() == 1
        assert not model.scope(theirs.actor).exists()
        assert not model.scope(PUBLIC).exists()
    assert list(Referral.waiting(ours.actor)) == [referral]
    assert not Referral.waiting(theirs.actor).exists()


def test_the_longest_waiting_comes_first(world, clock):
    first = world.referral()
    clock.forward(days=1)
    second = world.referral()
    world.answer(world.referral(), "got_help")
    assert list(Referral.waiting(world.coordinator().actor)) == [first, second]
