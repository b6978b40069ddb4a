"""Taking part on the status page: kind letters, facts, own words, and nothing that staff wrote."""

from __future__ import annotations

import re

import pytest

from casework.acceptance import link_submission
from casework.appointments import settle_appointment
from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.core.i18n import LANGUAGES, gettext_in
from casework.messages import OutboxMail
from casework.participation.accounts import accept_account, agree_step, note_account
from casework.participation.facts import fact_of, note_fact
from casework.participation.ladder import decide_rung, revision_of, take_rung_back, taken_rungs
from casework.participation.models import Account, TakenRung
from casework.submissions import withdraw_submission
from tests.portal.visits import HELPED, STATUS, page, press, rows, sign_in

TITLE = "How we go on together"


@pytest.fixture
def missed(world, accepted):
    """A request whose case has a missed appointment."""
    submission = accepted(language="fa-AF")
    row = world.appointment(case_of(submission))
    settle_appointment(row, "missed", by=SYSTEM, at=world.at)
    return submission, row


def decide(world, submission, code="reminder"):
    case = case_of(submission)
    seen = revision_of(taken_rungs(case, at=world.at))
    return decide_rung(case, code, "Geheimer Grund", seen=seen, by=SYSTEM, at=world.at)


def section(text):
    return text[text.index('id="together-title"') :].partition("</section>")[0]


def test_who_takes_part_reads_nothing_of_it(client, accepted):
    sign_in(client, accepted())
    assert TITLE not in page(client)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_letter_and_fact_are_read_in_every_language(client, world, missed, tag):
    submission, row = missed
    taken = decide(world, submission)
    sign_in(client, submission, path=f"/{tag}/status")
    text = section(page(client, f"/{tag}/status"))
    assert gettext_in(tag, TITLE).replace("'", "&#39;") in text
    assert taken.subject in text
    assert row.subject in text
    marked = re.search(rf"<h3( [^>]*)?>{taken.subject}", text)
    assert ("fa-AF" in (marked[1] or "")) == (tag != "fa-AF")


def test_nothing_that_staff_wrote_for_themselves_is_on_the_page(client, world, missed):
    submission, _row = missed
    case = case_of(submission)
    note_fact(case, "no_answer", world.at.date(), note="Geheime Notiz", by=SYSTEM, at=world.at)
    taken = decide(world, submission)
    sign_in(client, submission)
    text = page(client)
    assert "We got no answer from you." in text
    take_rung_back(taken, "Geheimes Versehen", by=SYSTEM, at=world.at)
    text += page(client)
    assert "We have taken this letter back." in text
    for secret in ("Geheime", "Geheimer Grund", "Geheimes Versehen", "Kind reminder"):
        assert secret not in text


def test_a_letter_taken_back_before_it_was_read_is_not_mentioned(client, world, missed):
    submission, _row = missed
    take_rung_back(decide(world, submission), "so", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert "taken this letter back" not in page(client)


def test_signing_in_counts_as_reading_and_opening_the_page_changes_nothing(client, world, missed):
    submission, _row = missed
    sign_in(client, submission)
    taken = decide(world, submission)
    before = rows()
    page(client)
    assert rows() == before
    press(client, f"rung_seen:{taken.id.hex}")
    assert taken.refresh().seen_at == world.at
    second = decide(world, submission, "letter")
    sign_in(client, submission)
    assert second.refresh().seen_at is not None


def test_the_person_answers_a_letter_in_their_own_words(client, world, missed):
    submission, _row = missed
    taken = decide(world, submission)
    sign_in(client, submission, path="/fa-AF/status")
    response = press(client, "account", path="/fa-AF/status", account="طفل مریض بود")
    assert response.status_code == 303
    account = Account.get()
    assert (account.body, account.language, account.channel) == ("طفل مریض بود", "fa-AF", "portal")
    assert account.rung == taken
    press(client, "account", path="/fa-AF/status", account="طفل مریض بود")
    assert Account.select().count() == 1
    assert "طفل مریض بود" in section(page(client, "/fa-AF/status"))


def test_the_person_answers_one_fact_and_reads_that_the_reason_counts(client, world, missed):
    submission, row = missed
    sign_in(client, submission)
    key = f"appointments.{row.id.hex}"
    press(client, "account", account="no bus", about=key)
    account = Account.get()
    assert (account.fact_table, account.fact_id) == ("appointments", row.id)
    accept_account(account, by=SYSTEM, at=world.at)
    assert "Your reason counts." in section(page(client))


@pytest.mark.parametrize("text", ["", " \n", "\x00"])
def test_an_empty_account_is_told_beside_its_field(client, missed, text):
    sign_in(client, missed[0])
    response = press(client, "account", account=text)
    assert response.status_code == 422
    assert 'href="#account"' in response.get_data(as_text=True)
    assert Account.select().count() == 0


def test_a_long_account_comes_back_whole(client, missed):
    sign_in(client, missed[0])
    response = press(client, "account", account="x" * 20_000, body="a message too")
    text = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "x" * 20_000 in text
    assert "a message too" in text


def test_a_change_of_language_loses_neither_text(client, missed):
    sign_in(client, missed[0])
    response = client.submit(STATUS, {"language": "de", "account": "eins", "body": "zwei"})
    text = response.get_data(as_text=True)
    assert "eins</textarea>" in text
    assert "zwei</textarea>" in text


@pytest.mark.parametrize("about", ["nonsense", "appointments.00", "x" * 20_000, "steps."])
def test_an_answer_to_nothing_is_not_found(client, missed, about):
    sign_in(client, missed[0])
    assert press(client, "account", account="x", about=about).status_code == 404
    assert press(client, "rung_seen:00").status_code == 404
    assert Account.select().count() == 0


def test_who_filled_in_for_somebody_reads_and_writes_nothing_of_it(client, world, accepted):
    submission = accepted(answers=HELPED)
    case = case_of(submission)
    row = world.appointment(case)
    settle_appointment(row, "missed", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert TITLE not in page(client)
    assert press(client, "account", account="x").status_code == 404


def test_what_concerns_somebody_else_in_the_household_stays_away(client, world, missed):
    submission, _row = missed
    case = case_of(submission)
    other = world.person(case.household, given_name="Samira")
    fact = note_fact(case, "missed", world.at.date(), person=other, by=SYSTEM, at=world.at)
    found = fact_of(case, f"noted_facts.{fact.id.hex}", at=world.at)
    note_account(case, "Samiras Worte", language="de", told_on=world.at.date(), fact=found,
                 by=SYSTEM, at=world.at)  # fmt: skip
    sign_in(client, submission)
    text = page(client)
    assert fact.id.hex not in text
    assert "Samiras Worte" not in text


def test_words_written_with_one_request_stay_with_it(client, world, missed, sent):
    submission, _row = missed
    sign_in(client, submission)
    press(client, "account", account="erste Worte")
    second = sent()
    link_submission(second, case_of(submission), by=SYSTEM, at=world.at)
    sign_in(client, second)
    text = page(client)
    assert TITLE in text
    assert "erste Worte" not in text


def test_an_agreed_step_stands_there_until_the_request_is_withdrawn(client, world, accepted):
    submission = accepted()
    agree_step(case_of(submission), "Wir rufen an", language="de", agreed_on=world.at.date(),
               by=SYSTEM, at=world.at)  # fmt: skip
    sign_in(client, submission)
    assert 'lang="de" dir="auto">Wir rufen an' in section(page(client))
    withdraw_submission(submission, by=SYSTEM, at=world.at)
    assert TITLE not in page(client)


def test_facts_that_are_too_old_are_gone(client, world, missed):
    submission, _row = missed
    decide(world, submission)
    world.clock.forward(days=181)
    sign_in(client, submission)
    assert TITLE not in page(client)
    assert TakenRung.select().count() == 1


def test_the_mail_about_a_letter_says_nothing_of_it(world, accepted):
    answers = {"contact_channels": ["email"], "email": "amal@example.org"}
    submission = accepted(answers={**HELPED, **answers} | {"filled_by": "self", "helper_name": ""})
    case = case_of(submission)
    note_fact(case, "missed", world.at.date(), by=SYSTEM, at=world.at)
    before = OutboxMail.select().count()
    taken = decide(world, submission)
    mails = list(OutboxMail.select().order_by(OutboxMail.created_at))[before:]
    assert len(mails) == 1
    assert taken.subject not in mails[0].body + mails[0].subject
