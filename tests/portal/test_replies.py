"""Signed links: a provider answers in two clicks, once, without an account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from casework.consent import withdraw_release
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.db import connection, database
from casework.core.i18n import gettext_in
from casework.providers import Service
from casework.referrals import (
    ANSWERS,
    ReferralStep,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.reply_links import ReplyLink, current_link, make_link
from tests.pages import csrf_token
from tests.world import World

GERMAN, ENGLISH = {"Accept-Language": "de-DE"}, {"Accept-Language": "en"}


@pytest.fixture
def referral(world):
    return world.referral(
        service=world.service(world.organization("Sprachhaus"), "Morning course"),
        note="Comes in the mornings only.",
        fields=("name", "phone", "language", "interpreter", "need"),
    )


@pytest.fixture
def path(referral):
    return f"/reply/{current_link(referral).token}"


def send(client, path, answer="accepted", **data):
    return client.submit(path, {"action": "send", "answer": answer, **data}, headers=ENGLISH)


def text_of(response):
    return response.get_data(as_text=True)


def rows():
    return {
        table: sorted(map(str, database.execute_sql(f'SELECT * FROM "{table}"').fetchall()))
        for table in database.get_tables()
    }


# What the page shows


def test_the_page_shows_what_the_person_released_and_nothing_else(client, referral, path):
    text = text_of(client.get(path, headers=ENGLISH))
    for shown in (
        "Amal Beispiel",
        referral.shared["phone"],
        "Arabic (العربية)",
        "German course",
        "Sprachhaus",
    ):
        assert shown in text
    for hidden in ("Comes in the mornings only.", "1990", "F-2026"):
        assert hidden not in text


def test_a_released_note_is_shown_and_the_address_too(client, world):
    case = world.case(email="amal@example.org")
    world.release(case, fields=("name", "email", "note"))
    referral = world.referral(
        world.need(case), fields=("name", "email", "note"), note="Only mornings.", sent=False
    )
    send_referral(referral, by=SYSTEM, at=world.at)
    text = text_of(client.get(f"/reply/{current_link(referral).token}", headers=ENGLISH))
    assert "Only mornings." in text
    assert "amal@example.org" in text
    assert "German course" not in text


def test_opening_the_link_changes_nothing_however_often_a_scanner_does_it(client, path):
    before = rows()
    for _ in range(5):
        assert client.get(path).status_code == 200
    assert rows() == before


@pytest.mark.parametrize(
    ("header", "query", "lang"),
    [
        ("", "", "de"),
        ("ar", "", "de"),
        ("en-GB,de;q=0.5", "", "en"),
        ("en", "?lang=de", "de"),
        ("de", "?lang=en", "en"),
        ("de", "?lang=ar", "de"),
        ("en", "?lang=%00", "en"),
    ],
)
def test_the_page_is_german_unless_english_is_wished(client, path, header, query, lang):
    text = text_of(client.get(path + query, headers={"Accept-Language": header}))
    assert f'<html lang="{lang}"' in text


def test_a_link_from_the_start_page_in_arabic_does_not_change_the_providers_language(client, path):
    client.get("/ar/")
    assert '<html lang="de"' in text_of(client.get(path, headers=GERMAN))


def test_the_address_is_kept_from_search_engines_and_caches(client, path):
    headers = client.get(path).headers
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "no-store"


# Answering


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_reaches_the_referral(client, referral, path, answer):
    response = send(client, path, answer, note="Please call us.")
    assert response.status_code == 200
    assert "Thank you" in text_of(response)
    assert referral.refresh().state == answer
    step = referral.steps.order_by(ReferralStep.at.desc(), ReferralStep.id.desc()).get()
    assert (step.state, step.note, step.actor_name) == (answer, "Please call us.", "Sprachhaus")


def test_the_trail_says_that_the_provider_answered_by_this_link(client, referral, path):
    link = current_link(referral)
    send(client, path)
    entry = AuditEntry.get(AuditEntry.event == "referral:replied")
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == (
        "provider", link.id, "Sprachhaus",
    )  # fmt: skip


def test_the_answer_is_read_by_a_person_not_a_code(client, path):
    text = text_of(send(client, path, "no_capacity"))
    assert "No: we have no free place." in text
    assert "no_capacity" not in text


def test_after_an_answer_that_is_not_the_last_the_next_link_is_offered(client, referral, path):
    text = text_of(send(client, path, "waitlisted"))
    following = current_link(referral)
    assert following.token not in path
    assert f"/reply/{following.token}" in text
    assert send(client, f"/reply/{following.token}", "got_help").status_code == 200
    assert referral.refresh().state == "got_help"


def test_after_the_last_answer_no_link_acts(client, referral, path):
    text = text_of(send(client, path, "got_help"))
    assert "/reply/" not in text
    assert current_link(referral) is None


def test_only_what_may_follow_the_state_is_offered(client, referral, path):
    send(client, path, "in_progress")
    text = text_of(client.get(f"/reply/{current_link(referral).token}", headers=ENGLISH))
    assert 'value="got_help"' in text
    assert 'value="in_progress"' not in text
    assert 'value="accepted"' not in text


def test_free_places_are_noted_with_the_answer(client, referral, path):
    send(client, path, free="٣")
    service = Service.get_by_id(referral.service.id)
    assert (service.capacity_free, service.capacity_at) == (3, referral.refresh().answered_at)


def test_without_free_places_the_capacity_stays_as_it_was(client, referral, path):
    send(client, path, free="  ")
    assert Service.get_by_id(referral.service.id).capacity_at is None


def test_the_language_of_the_page_changes_and_the_note_stays(client, referral, path):
    data = {"language": "en", "answer": "waitlisted", "note": "half a sen"}
    text = text_of(client.submit(f"{path}?lang=en", data))
    assert '<html lang="en"' in text
    assert "half a sen</textarea>" in text
    assert 'value="waitlisted" required checked' in text
    assert referral.refresh().state == "sent"


# Bad input


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("answer", {"answer": ""}),
        ("answer", {"answer": "revoked"}),
        ("answer", {"answer": "draft"}),
        ("answer", {"answer": "acknowledged"}),
        ("answer", {"answer": "declined_by_client"}),
        ("answer", {"answer": "x" * 20_000}),
        ("answer", {"answer": "\x00"}),
        ("note", {"answer": "accepted", "note": "ä" * 2001}),
        ("note", {"answer": "accepted", "note": "x" * 20_000}),
        ("free", {"answer": "accepted", "free": "many"}),
        ("free", {"answer": "accepted", "free": "-1"}),
        ("free", {"answer": "accepted", "free": "10000"}),
        ("free", {"answer": "accepted", "free": "1.5"}),
        ("free", {"answer": "accepted", "free": "9" * 5000}),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_uses_nothing_up(
    client, referral, path, field, data
):
    before = rows()
    response = client.submit(path, {"action": "send", **data}, headers=ENGLISH)
    text = text_of(response)
    assert response.status_code == 422
    assert f'href="#{field}"' in text
    assert f'id="{field}-error"' in text
    assert "<title>Error:" in text
    assert rows() == before
    assert send(client, path).status_code == 200


def test_what_was_typed_stays_when_something_is_wrong(client, path):
    text = text_of(send(client, path, "", note="<b>Call</b> us", free="many"))
    assert "&lt;b&gt;Call&lt;/b&gt; us</textarea>" in text
    assert 'value="many"' in text


@pytest.mark.parametrize("action", ["", "delete", "language", "SEND"])
def test_a_forged_action_is_refused(client, referral, path, action):
    response = client.submit(path, {"action": action, "answer": "got_help"})
    assert response.status_code == 400
    assert referral.refresh().state == "sent"


def test_enter_in_a_field_sends_the_answer(client, referral, path):
    client.submit(path, {"answer": "accepted"})
    assert referral.refresh().state == "accepted"


def test_a_post_without_a_token_is_refused(client, referral, path):
    assert client.post(path, data={"action": "send", "answer": "got_help"}).status_code == 400
    assert referral.refresh().state == "sent"


def test_doubled_fields_count_once(client, referral, path):
    token = csrf_token(text_of(client.get(path)))
    body = f"csrf_token={token}&action=send&answer=accepted&answer=got_help&note=%ff&note=b"
    response = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert referral.refresh().state == "accepted"


# Links that no longer act


def closed(client, path, status):
    response = client.get(path, headers=ENGLISH)
    assert response.status_code == status
    text = text_of(response)
    assert "Amal" not in text
    assert "+4976" not in text
    assert "csrf_token" not in text
    return text


def post(client, path, answer="got_help"):
    """A POST from a page that was open before."""
    token = csrf_token(text_of(client.get("/en/status")))
    data = {"csrf_token": token, "action": "send", "answer": answer}
    return client.post(path, data=data, headers=ENGLISH)


def test_a_reply_link_works_only_once(client, referral, path):
    send(client, path, "accepted")
    assert "The answer was: accepted." in closed(client, path, 410)
    assert post(client, path).status_code == 409
    assert referral.refresh().state == "accepted"


def test_the_answer_that_was_given_is_named_in_the_readers_language(client, path):
    send(client, path, "accepted")
    text = text_of(client.get(path, headers=GERMAN))
    assert gettext_in("de", "accepted") in text
    assert (
        gettext_in("de", "This request was already answered. The answer was: %(answer)s.")[:20]
        in text
    )


def test_a_link_whose_time_is_over_acts_no_more(client, clock, referral, path):
    clock.forward(days=14)
    closed(client, path, 410)
    assert post(client, path).status_code == 410
    assert referral.refresh().state == "sent"


def test_a_link_acts_until_its_last_minute(client, clock, referral, path):
    clock.forward(days=13, hours=23, minutes=59)
    assert send(client, path).status_code == 200


def test_a_withdrawn_release_closes_the_link_at_once(client, world, referral, path):
    withdraw_release(referral.release, by=SYSTEM, at=world.at)
    closed(client, path, 410)
    assert post(client, path).status_code == 410
    assert referral.refresh().state == "revoked"


def test_a_referral_that_was_taken_back_closes_the_link(client, world, referral, path):
    revoke_referral(referral, by=SYSTEM, at=world.at)
    closed(client, path, 410)


def test_a_newer_link_closes_the_older_one(client, world, referral, path):
    make_link(referral, at=world.at)
    closed(client, path, 410)


def test_an_answer_told_to_staff_closes_the_link_when_it_is_the_last(client, world, referral, path):
    answer_referral(referral, "no_capacity", by=SYSTEM, at=world.at)
    closed(client, path, 410)
    assert post(client, path).status_code in (409, 410)
    assert referral.refresh().state == "no_capacity"


@pytest.mark.parametrize(
    "forged",
    ["x", "a.b", "../admin", "0" * 300, "%00", "ä", "{{7*7}}"],
)
def test_a_forged_link_is_no_page(client, forged):
    assert client.get(f"/reply/{forged}").status_code == 404
    assert post(client, f"/reply/{forged}").status_code == 404


def test_a_changed_token_is_no_page(client, path):
    for position in (7, 20, len(path) - 1):
        letter = "A" if path[position] != "A" else "B"
        changed = path[:position] + letter + path[position + 1 :]
        assert client.get(changed).status_code == 404


def test_a_token_that_is_signed_but_unknown_is_no_page(client, world, path):
    ReplyLink.delete().execute()
    assert client.get(path).status_code == 404


def test_of_two_answers_at_once_one_wins_and_the_other_is_told(fresh, _app, clock):  # noqa: PT019
    with connection():
        world = World(clock)
        referral = world.referral()
        path = f"/reply/{current_link(referral).token}"
    _app.extensions["lotse"]["clock"] = clock

    def opened():
        client = _app.test_client()
        return client, csrf_token(text_of(client.get(path)))

    def answer(which, page):
        client, token = page
        data = {"csrf_token": token, "action": "send", "answer": which}
        return client.post(path, data=data).status_code

    # All four have the form before them ahead of the first answer: afterwards the link shows none.
    choices = ("got_help", "no_capacity", "redirected", "no_contact")
    pages = [opened() for _ in choices]
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(answer, choices, pages))
    assert answers[0] == 200
    assert set(answers[1:]) <= {409, 410}
    with connection():
        assert referral.refresh().steps.count() == 3
    database.close_all()


def test_a_link_lasts_as_long_as_the_setting_says(client, world, referral):
    link = current_link(referral)
    assert link.expires_at - link.created_at == timedelta(days=14)
