"""A volunteer is asked on the page of their offer: area and languages, nobody's name."""

from __future__ import annotations

import pytest

from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.core.i18n import LANGUAGES, gettext_in
from casework.engagements import begin_engagement, end_engagement
from casework.submissions import withdraw_submission
from casework.volunteer_questions import ask_volunteer
from tests.portal.visits import PIN_HASH, STATUS, page, press, rows, sign_in

ASKED = "We ask for your help"


@pytest.fixture
def offer(world):
    made = world.offer(places="3")
    with transaction():
        made.submission.pin_hash = PIN_HASH
        made.submission.save()
    return made


@pytest.fixture
def question(world, offer):
    case = world.case(
        given_name="Zohra", family_name="Sonderbar", language="fa-AF", languages=["fa-AF", "en"]
    )
    made = world.engagement(case, offer=offer, state="proposed")
    return ask_volunteer(made, by=SYSTEM, at=world.at)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_question_is_read_in_every_language_and_names_nobody(client, offer, question, tag):
    path = f"/{tag}/status"
    sign_in(client, offer.submission.reference, path=path)
    text = page(client, path)
    section = text[text.index('id="help-title"') :].partition("</section>")[0]
    for msgid in (ASKED, "Yes, I would like to help", "No, not this time"):
        assert gettext_in(tag, msgid).replace("'", "&#39;") in section
    for word in ("Zohra", "Sonderbar", question.case.reference, str(question.case.id)):
        assert word not in text


@pytest.mark.parametrize(
    ("verb", "state", "answer"), [("help_yes", "proposed", "yes"), ("help_no", "ended", "no")]
)
def test_one_answer_counts_and_a_second_click_is_no_other_one(
    client, offer, question, verb, state, answer
):
    sign_in(client, offer.submission.reference)
    assert "It is your turn." in page(client)
    for _click in range(2):
        assert press(client, f"{verb}:{question.id.hex}").status_code == 303
        stored = question.refresh()
        assert (stored.state, stored.answer) == (state, answer)
    other = {"help_yes": "help_no", "help_no": "help_yes"}[verb]
    assert press(client, f"{other}:{question.id.hex}").status_code == 409
    assert question.refresh().answer == answer


def test_a_question_that_is_over_is_said_to_be_so(client, world, offer, question):
    sign_in(client, offer.submission.reference)
    assert ASKED in page(client)
    end_engagement(question.refresh(), "wish", by=SYSTEM, at=world.at)
    response = press(client, f"help_yes:{question.id.hex}")
    assert response.status_code == 409
    assert "This question is not open any more." in response.get_data(as_text=True)
    assert ASKED not in page(client)


def test_what_begins_soon_and_what_runs_stands_there(client, world, offer):
    agreed = world.engagement(offer=offer, state="agreed")
    sign_in(client, offer.submission.reference)
    assert "It begins soon." in page(client)
    begin_engagement(agreed, by=SYSTEM, at=world.at)
    text = page(client)
    assert "Where you help" in text
    assert "It begins soon." not in text
    assert ASKED not in text


def test_nobody_answers_for_another_volunteer(client, world, offer, question):
    other = world.offer("Other")
    foreign = ask_volunteer(world.engagement(offer=other, state="proposed"), by=SYSTEM, at=world.at)
    sign_in(client, offer.submission.reference)
    before = rows()
    for target in (foreign.id.hex, "", "x" * 20_000, "\0", question.case.id.hex):
        assert press(client, f"help_yes:{target}").status_code == 404
    assert rows() == before


def test_who_asks_for_help_is_asked_nothing_of_the_kind(client, accepted, question):
    submission = accepted()
    sign_in(client, submission)
    assert ASKED not in page(client)
    assert press(client, f"help_yes:{question.id.hex}").status_code == 404
    assert question.refresh().answer == ""


def test_an_offer_that_was_taken_back_is_asked_nothing(client, world, offer, question):
    withdraw_submission(offer.submission, by=SYSTEM, at=world.at)
    sign_in(client, offer.submission.reference)
    text = page(client, STATUS)
    assert ASKED not in text
