"""The person's page: what became of the request, and what the person has been shown."""

import gzip
from datetime import timedelta

import pytest

from casework.acceptance import link_submission
from casework.cases import case_of
from casework.consent import Release
from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.core.i18n import LANGUAGES, gettext_in
from casework.messages import send_message
from casework.providers import Location, Phone
from casework.referral_drafts import draft_referral
from casework.referrals import answer_referral
from casework.reply_links import LinkExpired, current_link, link_of
from casework.submissions import decline_submission
from casework.volunteers import Offer, move_offer
from tests.databases import statements
from tests.pages import csrf_token
from tests.portal.visits import page, press, sign_in

# What it says


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_page_speaks_every_language(client, accepted, referred, tag):
    submission = accepted()
    answer_referral(referred(submission), "got_help", by=SYSTEM, at=submission.received_at)
    sign_in(client, submission, path=f"/{tag}/status")
    text = page(client, f"/{tag}/status")
    assert gettext_in(tag, "got help") in text
    assert gettext_in(tag, "You got help. We are glad about that.") in text


def test_a_new_request_says_that_it_is_our_turn(client, sent):
    sign_in(client, sent())
    text = page(client)
    assert "Your request has arrived." in text
    assert "It is our turn." in text


def test_a_declined_request_says_why(client, world, sent):
    submission = sent()
    decline_submission(submission, "not_responsible", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    text = page(client)
    assert "We cannot take on this request." in text
    assert "Another office is responsible." in text


def test_a_referral_names_who_helps_and_how_to_reach_them(client, world, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    with transaction():
        Phone.create(service=referral.service, number="07621 415 000")
    sign_in(client, submission)
    text = page(client)
    assert "Sprachhaus Nord" in text
    assert "Morning course" in text
    assert '<a href="tel:07621415000"><bdi dir="ltr">07621 415 000</bdi></a>' in text
    assert "We have asked them and wait for their answer." in text


def test_the_number_of_a_confidential_place_is_not_shown(client, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    with transaction():
        shelter = Location.create(name="Shelter", confidential=True)
        Phone.create(service=referral.service, location=shelter, number="07621 999 999")
    sign_in(client, submission)
    assert "999 999" not in page(client)


def test_a_referral_that_was_not_sent_is_not_shown(client, world, accepted):
    submission = accepted()
    case = case_of(submission)
    service = world.service(world.organization("Not yet asked"))
    draft_referral(case, case.needs.get(), service, by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert "Not yet asked" not in page(client)


def test_a_providers_note_to_the_centre_stays_with_the_centre(client, world, accepted, referred):
    submission = accepted()
    answer_referral(
        referred(submission), "no_contact", note="never answers", by=SYSTEM, at=world.at
    )
    sign_in(client, submission)
    assert "never answers" not in page(client)


def test_a_volunteer_reads_what_became_of_the_offer(client, world, sent):
    submission = sent("offer", language="de", answers={"family_name": "Frei"})
    move_offer(Offer.get(), "approved", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    text = page(client)
    assert "Your offer" in text
    assert "Your offer is on our list." in text


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "{{7*1337}}", "{0.__class__}"])
def test_what_people_wrote_stays_text(client, sent, words):
    sign_in(client, sent())
    press(client, "write", body=words)
    text = page(client)
    assert "<script>alert" not in text
    assert words.replace("<", "&lt;").replace(">", "&gt;") in text
    assert "9359" not in text


def fill(world, submission, referred, times):
    """Put more of everything into the case of a request."""
    case = case_of(submission)
    for n in range(times):
        referred(submission)
        world.need(case, "debt")
        world.appointment(case, world.at + timedelta(days=n + 1))
        send_message(f"Number {n}", case=case, language="de", by=SYSTEM, at=world.at)


def test_the_page_takes_as_many_statements_for_much_as_for_little(
    client, world, accepted, referred
):
    submission = accepted()
    sign_in(client, submission)
    fill(world, submission, referred, 1)
    with statements() as few:
        page(client)
    fill(world, submission, referred, 5)
    with statements() as many:
        page(client)
    assert len(many) == len(few) <= 28


def test_a_full_page_stays_small(client, world, accepted, referred):
    submission = accepted()
    sign_in(client, submission)
    fill(world, submission, referred, 8)
    assert len(gzip.compress(page(client, "/ar/status").encode())) <= 8 * 1024


# Being shown an outcome


def test_signing_in_counts_as_having_been_shown_the_outcome(client, world, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    answer_referral(referral, "got_help", by=world.coordinator().actor, at=world.at)
    sign_in(client, submission)
    assert referral.refresh().shown_to_person_at == world.at
    assert referral.refresh().is_closed
    assert submission.refresh().seen_by_person_at == world.at


def test_an_outcome_that_arrives_later_waits_for_the_button(client, world, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    sign_in(client, submission)
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    assert f"seen:{referral.id.hex}" in page(client)
    assert referral.refresh().shown_to_person_at is None
    assert press(client, f"seen:{referral.id.hex}").status_code == 303
    assert referral.refresh().shown_to_person_at == world.at
    assert f"seen:{referral.id.hex}" not in page(client)


def test_a_referral_that_is_still_open_is_not_marked_as_shown(client, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    sign_in(client, submission)
    press(client, f"seen:{referral.id.hex}")
    assert referral.refresh().shown_to_person_at is None


def test_messages_are_read_by_signing_in_or_by_the_button(client, world, sent):
    submission = sent()
    first = send_message("One", submission=submission, language="en", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert first.refresh().read_at == world.at
    second = send_message("Two", submission=submission, language="en", by=SYSTEM, at=world.at)
    assert f"read:{second.id.hex}" in page(client)
    press(client, f"read:{second.id.hex}")
    assert second.refresh().read_at == world.at


# Releases, appointments, withdrawal


def test_a_release_shows_recipient_purpose_fields_and_dates(client, accepted, referred):
    submission = accepted()
    referred(submission)
    sign_in(client, submission)
    text = page(client)
    assert "Who may see your details" in text
    assert "help with a need" in text
    assert "name · phone number · language" in text
    assert "02.11.2026" in text
    assert "02.11.2027" in text


def test_withdrawing_a_release_closes_the_providers_link(client, world, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    token = current_link(referral).token
    sign_in(client, submission)
    assert press(client, f"withdraw_release:{referral.release.id.hex}").status_code == 303
    assert referral.refresh().state == "revoked"
    with pytest.raises(LinkExpired):
        link_of(token, at=world.at)
    assert press(client, f"withdraw_release:{referral.release.id.hex}").status_code == 303


def test_withdrawing_the_general_agreement_ends_what_followed_from_it(client, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    sign_in(client, submission)
    general = Release.get(Release.organization.is_null())
    press(client, f"withdraw_release:{general.id.hex}")
    assert {row.state for row in Release.select()} == {"withdrawn"}
    assert referral.refresh().state == "revoked"


def test_an_appointment_stands_in_local_time_on_the_24_hour_clock(client, world, accepted):
    submission = accepted()
    case = case_of(submission)
    world.appointment(case, world.at + timedelta(days=1, hours=5), place="Rathaus, Zimmer 3")
    sign_in(client, submission)
    text = page(client)
    assert "03.11.2026, 15:00" in text
    assert "Rathaus, Zimmer 3" in text


def test_a_person_can_cancel_an_appointment_that_lies_ahead(client, world, accepted):
    submission = accepted()
    appointment = world.appointment(case_of(submission), world.at + timedelta(days=1))
    sign_in(client, submission)
    for _ in range(2):
        assert press(client, f"cancel:{appointment.id.hex}").status_code == 303
    again = appointment.refresh()
    assert (again.state, again.cancelled_by) == ("cancelled", "person")


def test_an_appointment_that_has_begun_cannot_be_cancelled(client, world, clock, accepted):
    submission = accepted()
    appointment = world.appointment(case_of(submission), world.at + timedelta(minutes=5))
    clock.forward(minutes=5)
    sign_in(client, submission)
    assert f"cancel:{appointment.id.hex}" not in page(client)
    assert press(client, f"cancel:{appointment.id.hex}").status_code == 404
    assert appointment.refresh().state == "planned"


def test_withdrawing_asks_first_and_then_ends_everything(client, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    sign_in(client, submission)
    assert "Yes, withdraw my request" in page(client, "/en/status/withdraw")
    assert submission.refresh().state == "accepted"
    response = client.submit("/en/status/withdraw", {"action": "withdraw"})
    assert response.status_code == 303
    assert submission.refresh().state == "withdrawn"
    assert referral.refresh().state == "revoked"
    assert {row.state for row in Release.select()} == {"withdrawn"}
    text = page(client)
    assert "You have withdrawn your request." in text
    assert "Sprachhaus Nord" in text, "the person still sees which releases there were"


def test_withdrawing_a_request_that_was_only_added_leaves_the_first_one_alone(
    client, world, clock, sent, accepted, referred
):
    first = accepted()
    referral = referred(first)
    clock.forward(days=1)
    second = sent()
    link_submission(second, case_of(first), by=SYSTEM, at=world.at)
    sign_in(client, second)
    client.submit("/en/status/withdraw", {"action": "withdraw"})
    assert second.refresh().state == "withdrawn"
    assert referral.refresh().state == "sent"


def test_a_second_click_on_withdraw_is_no_error(client, sent):
    submission = sent()
    sign_in(client, submission)
    token = csrf_token(page(client))
    for _ in range(2):
        response = client.post("/en/status/withdraw", data={"csrf_token": token})
        assert response.status_code == 303
    assert submission.refresh().state == "withdrawn"


def test_a_declined_request_has_nothing_to_withdraw(client, world, sent):
    submission = sent()
    decline_submission(submission, "no_offer", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert "/status/withdraw" not in page(client)
    token = csrf_token(page(client))
    response = client.post("/en/status/withdraw", data={"csrf_token": token})
    assert response.status_code == 409
    assert 'role="alert"' in response.get_data(as_text=True)
    assert submission.refresh().state == "declined"


def test_withdrawing_needs_the_pin(client, sent):
    submission = sent()
    assert client.get("/en/status/withdraw").status_code == 303
    token = csrf_token(page(client))
    response = client.post("/en/status/withdraw", data={"csrf_token": token})
    assert response.status_code == 403
    assert submission.refresh().state == "received"
