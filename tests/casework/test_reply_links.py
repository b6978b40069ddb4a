"""Signed links: they act once, for a while, and only as long as the release holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from itsdangerous import URLSafeSerializer

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.consent import withdraw_release
from casework.core.access import SYSTEM, Actor
from casework.core.crypto import keyring
from casework.core.db import connection, database
from casework.core.refusals import NotFound
from casework.messages import OutboxMail
from casework.reply_links import (
    LinkExpired,
    ReferralAlreadyAnswered,
    current_link,
    link_of,
    mail_state,
    make_link,
)
from casework.submissions import withdraw_submission
from tests.world import PERSON, World


def test_a_link_acts_once(world):
    referral = world.referral()
    link = current_link(referral)
    world.reply(link, "accepted")
    with pytest.raises(ReferralAlreadyAnswered) as refused:
        world.reply(link, "got_help")
    assert "accepted" in refused.value.text("en")
    assert referral.refresh().state == "accepted"


def test_after_an_answer_that_is_not_the_last_there_is_a_new_link(world):
    referral = world.referral()
    old = current_link(referral)
    world.reply(old, "waitlisted")
    new = current_link(referral)
    assert new.token != old.token
    world.reply(new, "got_help")
    assert current_link(referral) is None


def test_a_refused_answer_does_not_use_the_link_up(world):
    referral = world.referral()
    link = current_link(referral)
    with pytest.raises(NotFound):
        world.reply(link, "revoked")
    assert link.refresh().is_open
    assert world.reply(link, "accepted").state == "accepted"


def test_a_link_is_over_after_two_weeks(world, clock):
    link = current_link(world.referral())
    clock.forward(days=14)
    with pytest.raises(LinkExpired):
        link_of(link.token, at=world.at)
    with pytest.raises(LinkExpired):
        world.reply(link, "accepted")


def test_a_day_more_or_less_on_the_clock_does_not_end_a_link_early(world, clock):
    link = current_link(world.referral())
    for days in (-1, 1, 1):
        clock.forward(days=days)
        assert link_of(link.token, at=world.at) == link


def test_a_new_link_closes_the_old_one(world):
    referral = world.referral()
    old = current_link(referral)
    make_link(referral, at=world.at)
    with pytest.raises(LinkExpired):
        link_of(old.token, at=world.at)
    with pytest.raises(LinkExpired):
        world.reply(old, "accepted")


@pytest.mark.parametrize("token", ["", ".", "x.y", "\x00", "é", "0" * 5000])
def test_a_token_that_is_none_of_ours_is_not_found(world, token):
    world.referral()
    with pytest.raises(NotFound):
        link_of(token, at=world.at)


def test_a_token_signed_with_another_key_is_not_found(world):
    link = current_link(world.referral())
    forged = URLSafeSerializer(b"another key", salt="reply").dumps(link.id.hex)
    with pytest.raises(NotFound):
        link_of(forged, at=world.at)


def test_the_token_does_not_lie_open_in_the_database(world):
    token = current_link(world.referral()).token
    stored = str(database.execute_sql("SELECT * FROM reply_links").fetchall())
    assert token not in stored


def test_a_link_sealed_before_the_room_was_cut_out_still_opens(world):
    link = current_link(world.referral())
    place = f"reply_links/{link.id}/token"
    sealed = keyring().seal(b"as it was", place)
    database.execute_sql(
        f"UPDATE reply_links SET token = {database.param} WHERE token_digest = {database.param}",
        (sealed, link.token_digest),
    )
    assert link.refresh().token == "as it was"


def test_the_state_of_its_mail_is_known_and_of_no_other(world):
    asked, silent = world.referral(), world.referral(service=world.service(name="No address"))
    assert mail_state(current_link(asked)) == "waiting"
    assert mail_state(current_link(silent)) == ""
    OutboxMail.update(state="failed").execute()
    assert mail_state(current_link(asked)) == "failed"
    make_link(asked, at=world.at)
    assert mail_state(current_link(asked)) == ""


def test_a_withdrawn_release_closes_the_link_and_takes_the_referral_back(world):
    referral = world.referral()
    link = current_link(referral)
    withdraw_release(referral.release, by=PERSON, at=world.at)
    assert referral.refresh().state == "revoked"
    with pytest.raises(LinkExpired):
        world.reply(link, "accepted")


def test_a_withdrawn_release_leaves_an_outcome_as_it_was(world):
    referral = world.answer(world.referral(), "got_help")
    withdraw_release(referral.release, by=PERSON, at=world.at)
    assert referral.refresh().state == "got_help"


def test_a_request_that_is_taken_back_ends_drafts_too(world):
    submission = world.submission()
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    need = case_of(submission).needs.get()
    draft, sent = world.referral(need, sent=False), world.referral(need)
    withdraw_submission(submission, by=Actor("person", id=submission.id), at=world.at)
    assert {draft.refresh().state, sent.refresh().state} == {"revoked"}


def test_of_many_answers_at_once_one_wins(fresh, clock):
    with connection():
        world = World(clock)
        referral = world.referral()
        link = current_link(referral)

    def one(state):
        with connection():
            try:
                world.reply(link.refresh(), state)
            except ReferralAlreadyAnswered:
                return None
            return state

    with ThreadPoolExecutor(6) as pool:
        won = [
            state for state in pool.map(one, ("got_help", "no_capacity", "no_contact") * 4) if state
        ]
    with connection():
        assert won == [referral.refresh().state]
        assert referral.steps.count() == 3
    database.close_all()
