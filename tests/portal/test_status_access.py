"""Who opens the status page: by reference and PIN, and what they never see."""

import re
from datetime import timedelta

import pytest

from casework.acceptance import link_submission
from casework.appointments import Appointment
from casework.cases import case_of
from casework.consent import Release
from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.messages import Message, send_message
from casework.referrals import (
    Referral,
    answer_referral,
)
from casework.submissions import Submission
from tests.pages import csrf_token
from tests.portal.visits import HELPED, PIN, STATUS, page, press, rows, sign_in

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


@pytest.mark.parametrize(
    "action", ["", "accept", "got_help", "declined:1", "seen", "WRITE", "language", "\x00"]
)
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
    send_message(
        "Only for the first", case=case, submission=first, language="en", by=SYSTEM, at=world.at
    )
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
    send_message(
        "To the helper", case=case, submission=submission, language="en", by=SYSTEM, at=world.at
    )
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
