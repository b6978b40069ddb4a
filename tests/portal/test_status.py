"""The person's page: opened by reference and PIN, shows what became of the request."""

import io
import re
from datetime import timedelta

import pytest

from casework.appointments import Appointment
from casework.cases import accept_submission, case_of, link_submission, prepare_intake
from casework.consent import Release
from casework.core.access import SYSTEM
from casework.core.db import database, transaction
from casework.core.i18n import LANGUAGES, gettext_in
from casework.interpretations import keep_interpretation
from casework.messages import Message, send_message
from casework.providers import Location, Phone
from casework.referrals import (
    LinkExpired,
    Referral,
    answer_referral,
    current_link,
    draft_referral,
    link_of,
    send_referral,
)
from casework.staff import hasher
from casework.submissions import Submission, ask_back, decline_submission
from casework.volunteers import Offer, move_offer
from tests.pages import csrf_token
from tests.world import HELP_ANSWERS

PIN = "K7QM-2P4X-9TRB"
PIN_HASH = hasher.hash(PIN)
STATUS = "/en/status"
HELPED = HELP_ANSWERS | {"filled_by": "other", "helper_name": "Hella", "helper_consent": "OK"}


@pytest.fixture
def sent(world):
    """Make a request whose PIN is known."""

    def sent(slug="help", **columns):
        submission = world.submission(slug, **columns)
        with transaction():
            submission.pin_hash = PIN_HASH
            submission.save()
        return submission

    return sent


@pytest.fixture
def accepted(world, sent):
    """Make a request that has become a case."""

    def accepted(**columns):
        submission = sent(**columns)
        return accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)

    return accepted


@pytest.fixture
def referred(world):
    """Refer the first need of a request's case to a provider."""

    def referred(submission, **service):
        case = case_of(submission)
        organization = world.organization("Sprachhaus Nord")
        service = world.service(organization, "Morning course", **service)
        referral = draft_referral(case, case.needs.get(), service, by=SYSTEM, at=world.at)
        return send_referral(referral, by=SYSTEM, at=world.at)

    return referred


def sign_in(client, reference, pin=PIN, path=STATUS, **kwargs):
    return client.submit(path, {"reference": str(reference), "pin": pin}, **kwargs)


def page(client, path=STATUS):
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def press(client, action, path=STATUS, **data):
    return client.submit(path, {"action": action, **data})


def rows():
    """How many rows each table has, and what is in them."""
    return {
        table: sorted(map(str, database.execute_sql(f'SELECT * FROM "{table}"').fetchall()))
        for table in database.get_tables()
    }


# Signing in


def test_a_visitor_is_asked_for_reference_and_pin(client):
    text = page(client)
    assert 'name="reference"' in text
    assert 'name="pin"' in text


def test_reference_and_pin_open_the_request(client, sent):
    submission = sent()
    response = sign_in(client, submission)
    assert (response.status_code, response.location) == (303, STATUS)
    assert submission.reference in page(client)


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: f"  {code} ",
        lambda code: " ".join(code),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", "–"),
        lambda code: code.translate({ord("0") + n: 0x660 + n for n in range(10)}),
        lambda code: code.translate({ord("0") + n: 0x6F0 + n for n in range(10)}),
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.translate(str.maketrans("ABEKMHPCTYX", "АВЕКМНРСТУХ")),
    ],
)
def test_codes_are_understood_however_they_are_typed(client, sent, typed):
    assert sign_in(client, typed(sent().reference), typed(PIN)).status_code == 303


def test_the_reference_is_found_without_its_first_letter(client, sent):
    assert sign_in(client, sent().reference[1:]).status_code == 303


def wrong_codes(submission):
    return [
        (submission.reference, "K7QM-2P4X-9TRC"),
        ("L0000000", PIN),
        (submission.reference, ""),
        ("", PIN),
        ("", ""),
        (submission.reference, "9" * 20_000),
        ("L" * 20_000, PIN),
        (f"{submission.reference}\x00", "\x00"),
        ("' OR 1=1 --", "{{7*7}}"),
        ("مرجع", "رمز"),
    ]


def test_whatever_is_wrong_the_answer_is_the_same(client, sent):
    answers = set()
    for reference, pin in wrong_codes(sent()):
        response = sign_in(client, reference, pin)
        assert response.status_code == 422
        text = response.get_data(as_text=True)
        assert 'role="alert"' in text
        assert "<title>Error:" in text
        answers.add(re.sub(r'value="[^"]*"', "", text))
    assert len({re.sub(r'nonce="[^"]*"', "", answer) for answer in answers}) == 1


def test_a_wrong_code_opens_nothing_and_stays_in_its_field(client, sent):
    response = sign_in(client, sent().reference, "ABCD")
    assert 'value="ABCD"' in response.get_data(as_text=True)
    assert 'name="pin"' in page(client)


def test_the_twenty_first_try_is_refused_even_with_the_right_pin(client, sent):
    submission = sent()
    tried = [sign_in(client, submission, "wrong").status_code for _ in range(20)]
    assert tried == [422] * 20
    refused = sign_in(client, submission)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert 'name="pin"' in page(client)


def test_after_a_quarter_of_an_hour_tries_are_judged_again(client, clock, sent):
    submission = sent()
    for _ in range(21):
        sign_in(client, submission, "wrong")
    clock.forward(minutes=15)
    assert sign_in(client, submission).status_code == 303


def test_guessing_from_many_addresses_is_stopped_at_the_reference(client, sent):
    submission = sent()
    for n in range(20):
        sign_in(client, submission, "wrong", environ_base={"REMOTE_ADDR": f"198.51.100.{n}"})
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert sign_in(client, submission, environ_base=elsewhere).status_code == 429
    assert sign_in(client, sent(), environ_base=elsewhere).status_code == 303


def test_guessing_many_references_is_stopped_at_the_address(client, sent):
    for n in range(20):
        sign_in(client, f"L000000{n}", "wrong")
    assert sign_in(client, sent()).status_code == 429


def test_who_knows_the_pin_does_not_use_up_tries(client, sent):
    submission = sent()
    for _ in range(22):
        assert press(client, "forget").status_code in (303, 403)
        assert sign_in(client, submission).status_code == 303


def test_half_an_hour_without_a_click_ends_the_visit(client, clock, sent):
    submission = sent()
    sign_in(client, submission)
    clock.forward(minutes=29)
    assert submission.reference in page(client)
    clock.forward(minutes=29)
    assert submission.reference in page(client)
    clock.forward(minutes=30)
    assert submission.reference not in page(client)


def test_a_visit_is_over_after_ten_hours_at_the_latest(client, clock, sent):
    submission = sent()
    sign_in(client, submission)
    for _ in range(24):
        clock.forward(minutes=25)
        text = page(client)
    assert submission.reference not in text


def test_a_clock_that_is_put_back_ends_the_visit(client, clock, sent):
    submission = sent()
    sign_in(client, submission)
    clock.forward(days=-1)
    assert submission.reference not in page(client)


def test_signing_out_forgets_the_request_on_this_device(client, sent):
    submission = sent()
    sign_in(client, submission)
    assert press(client, "forget").status_code == 303
    assert submission.reference not in page(client)


def test_the_page_is_not_kept_by_the_browser(client, sent):
    sign_in(client, sent())
    assert client.get(STATUS).headers["Cache-Control"] == "no-store"


def test_looking_changes_nothing(client, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    sign_in(client, submission)
    answer_referral(referral, "got_help", by=SYSTEM, at=referral.created_at)
    send_message("Salam", submission=submission, language="ar", by=SYSTEM, at=referral.created_at)
    before = rows()
    for path in (STATUS, "/ar/status", "/en/status/withdraw", "/de/status"):
        page(client, path)
    assert rows() == before


def test_a_post_without_a_token_is_refused(client, sent):
    submission = sent()
    assert client.post(STATUS, data={"reference": str(submission), "pin": PIN}).status_code == 400
    assert 'name="pin"' in page(client)


def test_an_unknown_language_is_no_page(client):
    assert client.get("/xx/status").status_code == 404


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


# Messages


def test_a_message_is_kept_in_the_words_and_the_language_of_the_page(client, accepted):
    submission = accepted()
    sign_in(client, submission, path="/ar/status")
    press(client, "write", path="/ar/status", body="  متى يبدأ الدرس؟\r\nشكراً  ")
    message = Message.get()
    assert (message.body, message.language) == ("متى يبدأ الدرس؟\nشكراً", "ar")
    assert (message.case, message.submission) == (case_of(submission), submission)
    assert "متى يبدأ الدرس؟" in page(client, "/ar/status")


@pytest.mark.parametrize("body", ["", "   \r\n ", "\x00\x00"])
def test_an_empty_message_is_refused_beside_its_field(client, sent, body):
    sign_in(client, sent())
    response = press(client, "write", body=body)
    text = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'href="#body"' in text
    assert 'id="body-error"' in text
    assert not Message.select().exists()


def test_a_message_that_is_too_long_is_refused_and_kept(client, sent):
    sign_in(client, sent())
    body = "ك" * 4001
    response = press(client, "write", body=body)
    assert response.status_code == 422
    assert body in response.get_data(as_text=True)
    assert not Message.select().exists()


def test_a_body_over_the_limit_is_refused_at_once(client, sent):
    sign_in(client, sent())
    assert press(client, "write", body="x" * 13_000_000).status_code == 413


def test_a_file_where_text_belongs_is_an_empty_message(client, sent):
    sign_in(client, sent())
    response = press(client, "write", body=(io.BytesIO(b"x"), "a.txt"))
    assert response.status_code == 422
    assert not Message.select().exists()


def test_invalid_bytes_and_doubled_fields_give_one_message(client, sent):
    sign_in(client, sent())
    token = csrf_token(page(client))
    body = f"csrf_token={token}&action=write&body=%ff%fe%00a&body=b".encode()
    response = client.post(STATUS, data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 303
    assert Message.get().body.endswith("a")


def test_a_double_click_sends_one_message(client, clock, sent):
    sign_in(client, sent())
    for _ in range(2):
        assert press(client, "write", body="Hello").status_code == 303
    assert Message.select().count() == 1
    clock.forward(minutes=3)
    press(client, "write", body="Hello")
    assert Message.select().count() == 2


def test_the_twenty_first_message_in_an_hour_has_to_wait(client, sent):
    sign_in(client, sent())
    answers = [press(client, "write", body=f"Number {n}").status_code for n in range(21)]
    assert answers == [303] * 20 + [429]
    assert Message.select().count() == 20


def test_a_question_is_answered_on_the_page(client, world, sent):
    submission = sent()
    send_message("How many rooms?", submission=submission, language="en", by=SYSTEM, at=world.at)
    ask_back(submission, by=SYSTEM, at=world.at)
    sign_in(client, submission)
    text = page(client)
    assert "Our question to you" in text
    assert "It is your turn." in text
    press(client, "write", body="Three")
    assert submission.refresh().state == "received"
    assert [row.body for row in Message.select().where(Message.direction == "in")] == ["Three"]
    assert "Our question to you" not in page(client)


def test_a_translation_stands_beside_the_original(client, world, sent):
    submission = sent()
    message = send_message("Guten Tag", submission=submission, language="de", by=SYSTEM, at=world.at)
    for source, body in (("machine", "طاب يومك"), ("staff", "مرحبا")):
        keep_interpretation(message, "body", "ar", body, source=source, by=SYSTEM, at=world.at)
    sign_in(client, submission, path="/ar/status")
    text = page(client, "/ar/status")
    assert '<span class="body" lang="de" dir="auto">Guten Tag</span>' in text
    assert "مرحبا" in text
    assert "طاب يومك" not in text


def test_what_was_typed_survives_the_change_of_language(client, sent):
    sign_in(client, sent())
    response = press(client, "language", path="/ar/status", body="half a sen")
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    assert 'lang="ar"' in text
    assert "half a sen</textarea>" in text
    assert not Message.select().exists()


def test_typed_codes_survive_the_change_of_language(client, sent):
    data = {"action": "language", "reference": "L12", "pin": "AB"}
    text = client.submit("/fa/status", data).get_data(as_text=True)
    assert 'value="L12"' in text
    assert 'value="AB"' in text
    assert 'dir="rtl"' in text


def test_what_was_typed_survives_the_end_of_the_visit(client, clock, sent):
    submission = sent()
    sign_in(client, submission)
    token = csrf_token(page(client))
    clock.forward(minutes=31)
    data = {"csrf_token": token, "action": "write", "body": "A long letter"}
    response = client.post(STATUS, data=data)
    assert response.status_code == 403
    assert 'value="A long letter"' in response.get_data(as_text=True)
    codes = {"reference": submission.reference, "pin": PIN, "body": "A long letter"}
    text = client.post(STATUS, data={"csrf_token": token, **codes}).get_data(as_text=True)
    assert "A long letter</textarea>" in text
    assert not Message.select().exists()


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


# Others


@pytest.fixture
def stranger(world, accepted, referred):
    """Somebody else's request with everything in it."""
    submission = accepted()
    referral = referred(submission)
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    case = case_of(submission)
    return {
        "seen": referral,
        "read": send_message("For you", case=case, language="de", by=SYSTEM, at=world.at),
        "cancel": world.appointment(case, world.at + timedelta(days=1)),
        "withdraw_release": referral.release,
    }


@pytest.mark.parametrize("verb", ["seen", "read", "cancel", "withdraw_release"])
def test_what_belongs_to_somebody_else_is_not_found(client, accepted, stranger, verb):
    sign_in(client, accepted())
    token = csrf_token(page(client))
    before = rows()
    for target in (stranger[verb].id.hex, str(stranger[verb].id), "0" * 32, "", "x" * 500, "ä'"):
        data = {"csrf_token": token, "action": f"{verb}:{target}"}
        assert client.post(STATUS, data=data).status_code == 404
    assert rows() == before


@pytest.mark.parametrize("action", ["", "accept", "got_help", "declined:1", "seen", "WRITE", "\x00"])
def test_forged_actions_are_refused_and_change_nothing(client, sent, action):
    sign_in(client, sent())
    token = csrf_token(page(client))
    before = rows()
    response = client.post(STATUS, data={"csrf_token": token, "action": action})
    assert response.status_code in (400, 404)
    assert rows() == before


def test_without_a_visit_no_button_works(client, accepted, referred):
    submission = accepted()
    referral = referred(submission)
    response = press(client, f"withdraw_release:{referral.release.id.hex}")
    assert response.status_code == 403
    assert referral.release.refresh().state == "given"


def test_what_was_written_with_another_request_of_the_case_stays_there(
    client, world, sent, accepted, referred
):
    first = accepted()
    referral = referred(first)
    case = case_of(first)
    send_message("Only for the first", case=case, submission=first, language="en", by=SYSTEM, at=world.at)
    send_message("For the family", case=case, language="en", by=SYSTEM, at=world.at)
    second = sent()
    link_submission(second, case, by=SYSTEM, at=world.at)
    sign_in(client, second)
    text = page(client)
    assert "For the family" in text
    assert "Only for the first" not in text
    assert press(client, f"withdraw_release:{referral.release.id.hex}").status_code == 404


def test_a_session_for_a_request_that_is_gone_is_no_session(client, world, sent):
    submission = sent()
    sign_in(client, submission)
    with transaction():
        Release.delete().execute()
        Submission.delete().where(Submission.id == submission.id).execute()
    assert 'name="pin"' in page(client)


# Helpers


@pytest.fixture
def helped(world, accepted, referred):
    """A request that a helper filled in, with a case that has moved on since."""
    submission = accepted(answers=dict(HELPED))
    case = case_of(submission)
    referral = referred(submission)
    world.need(case, "debt")
    world.appointment(case, world.at + timedelta(days=1), place="Rathaus")
    send_message("About your debts", case=case, language="en", by=SYSTEM, at=world.at)
    send_message("To the helper", case=case, submission=submission, language="en", by=SYSTEM, at=world.at)
    return submission, referral


def test_a_helper_sees_only_what_they_entered(client, helped):
    submission, _ = helped
    sign_in(client, submission)
    text = page(client)
    assert "Somebody filled in this form for another person." in text
    assert "To the helper" in text
    for hidden in ("Sprachhaus", "Morning course", "Rathaus", "About your debts", "Debts"):
        assert hidden not in text


def test_a_helper_cannot_reach_what_is_hidden(client, world, helped):
    submission, referral = helped
    sign_in(client, submission)
    appointment, other = Appointment.get(), Message.get(Message.submission.is_null())
    for action in (
        f"cancel:{appointment.id.hex}", f"read:{other.id.hex}", f"seen:{referral.id.hex}",
        f"withdraw_release:{referral.release.id.hex}",
    ):  # fmt: skip
        assert press(client, action).status_code == 404
    assert appointment.refresh().state == "planned"


def test_an_outcome_counts_as_told_only_when_the_helper_says_so(client, world, helped):
    submission, referral = helped
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    text = page(client)
    assert "got help" in text
    assert "Sprachhaus" not in text
    assert Referral.get_by_id(referral.id).shown_to_person_at is None
    assert "I have told the person" in text
    press(client, f"seen:{referral.id.hex}")
    assert Referral.get_by_id(referral.id).shown_to_person_at == world.at
