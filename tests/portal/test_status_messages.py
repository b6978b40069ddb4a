"""Messages on the status page: both ways, in any language, with nothing typed lost."""

import io

import pytest

from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.interpretations import keep_interpretation
from casework.messages import Message, send_message
from casework.submissions import ask_back
from tests.pages import csrf_token
from tests.portal.visits import PIN, STATUS, page, press, sign_in


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
    message = send_message(
        "Guten Tag", submission=submission, language="de", by=SYSTEM, at=world.at
    )
    for source, body in (("machine", "طاب يومك"), ("staff", "مرحبا")):
        keep_interpretation(message, "body", "ar", body, source=source, by=SYSTEM, at=world.at)
    sign_in(client, submission, path="/ar/status")
    text = page(client, "/ar/status")
    assert '<span class="body" lang="de" dir="auto">Guten Tag</span>' in text
    assert "مرحبا" in text
    assert "طاب يومك" not in text


def test_what_was_typed_survives_the_change_of_language(client, sent):
    sign_in(client, sent())
    response = client.submit("/ar/status", {"language": "ar", "body": "half a sen"})
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    assert 'lang="ar"' in text
    assert "half a sen</textarea>" in text
    assert not Message.select().exists()


def test_typed_codes_survive_the_change_of_language(client, sent):
    data = {"language": "fa", "reference": "L12", "pin": "AB"}
    text = client.submit("/de/status", data).get_data(as_text=True)
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
