"""Being asked for a release on the status page: what is read, and that one answer counts."""

import pytest

from casework.acceptance import accept_submission, link_submission, prepare_intake
from casework.cases import case_of, move_case
from casework.consent import WORDING_ASKED, Release, version_shown
from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.core.i18n import LANGUAGES, gettext_in
from casework.release_questions import ANSWER_DAYS, ask_release, take_question_back
from casework.submissions import withdraw_submission
from casework.texts import change_text
from tests.databases import statements
from tests.pages import csrf_token
from tests.portal.visits import HELPED, PIN_HASH, STATUS, page, rows, sign_in
from tests.world import HELP_ANSWERS

SILENT = HELP_ANSWERS | {"release_provider": "no"}
AGREED = "Thank you. You have agreed. You can withdraw this on this page at any time."
HELPED_SILENT = HELPED | {"release_provider": "no"}


@pytest.fixture
def asked(world, accepted):
    """A request in a case, and the question for a release on its page."""

    def asked(answers=SILENT, **given):
        submission = accepted(answers=answers)
        organization = world.organization("Sprachhaus Nord")
        question = ask_release(case_of(submission), organization, by=SYSTEM, at=world.at, **given)
        return submission, question

    return asked


def say(client, question, verb="agree", path=STATUS, **given):
    """Press a button of the question, as the page shows it now or with what is `given`."""
    text = page(client, path)
    tag = path.split("/")[1]
    fields = {"wording": version_shown(WORDING_ASKED, tag), "csrf_token": csrf_token(text)}
    return client.post(path, data={**fields, "action": f"{verb}:{question.id.hex}", **given})


def state(question):
    return question.refresh().state


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_question_says_who_would_learn_what_for_what_until_when(client, asked, tag):
    submission, _question = asked(fields=("name", "email", "note"))
    sign_in(client, submission, path=f"/{tag}/status")
    text = page(client, f"/{tag}/status")
    section = text[text.index('id="asked-title"') : text.index('id="needs-title"')]
    assert "Sprachhaus Nord" in section
    for field in ("name", "e-mail address", "the note of the welcome centre"):
        assert gettext_in(tag, field) in section
    assert gettext_in(tag, "phone number") not in section
    assert gettext_in(tag, "help with a need") in section
    assert section.count("02.11.2027") >= 2
    assert "30.11.2026" in section
    assert f'value="{version_shown(WORDING_ASKED, tag)}"' in section


def test_both_answers_are_buttons_of_the_same_kind(client, asked):
    submission, _question = asked()
    sign_in(client, submission)
    text = page(client)
    shape = '<button class="button" name="action" value="{}:'
    assert text.count(shape.format("agree")) == text.count(shape.format("disagree")) == 1
    assert "If you do not agree, you have no disadvantage." in text
    assert "It is your turn." in text
    assert "It is our turn." not in text


def test_looking_at_the_question_changes_nothing(client, asked):
    submission, question = asked()
    sign_in(client, submission)
    before = rows()
    page(client)
    client.get(f"{STATUS}?action=agree:{question.id.hex}")
    assert rows() == before


def test_a_yes_is_kept_with_what_was_read_and_can_be_withdrawn(client, asked):
    submission, question = asked()
    sign_in(client, submission, path="/ti/status")
    assert say(client, question, path="/ti/status").status_code == 303
    kept = question.refresh()
    assert (kept.state, kept.language) == ("given", "ti")
    assert kept.text_version == version_shown(WORDING_ASKED, "ti")
    assert kept.answered_by == "person"
    text = page(client)
    assert gettext_in("ti", AGREED) in text
    assert 'id="asked-title"' not in text
    assert f"withdraw_release:{question.id.hex}" in text


def test_a_no_is_kept_and_the_page_says_that_it_does_no_harm(client, asked):
    submission, question = asked()
    sign_in(client, submission)
    assert say(client, question, "disagree").status_code == 303
    assert state(question) == "declined"
    text = page(client)
    assert "Nothing is passed on. We go on helping you just the same." in text
    assert "You did not agree. Nothing was passed on" in text
    assert "You have agreed to this." not in text
    assert "withdraw_release" not in text
    assert "We are working on your request." in text


@pytest.mark.parametrize("verb", ["agree", "disagree"])
def test_a_double_click_is_one_answer(client, asked, verb):
    submission, question = asked()
    sign_in(client, submission)
    say(client, question, verb)
    before = Release.get_by_id(question.id)
    assert say(client, question, verb).status_code == 303
    assert question.refresh().__data__ == before.__data__


def test_a_second_answer_does_not_overrule_the_first(client, asked):
    submission, question = asked()
    sign_in(client, submission)
    say(client, question, "disagree")
    response = say(client, question, "agree")
    assert response.status_code == 409
    assert "This question is no longer open." in response.get_data(as_text=True)
    assert state(question) == "declined"


def test_after_a_withdrawal_an_old_page_does_not_agree_again(client, asked):
    submission, question = asked()
    sign_in(client, submission)
    say(client, question, "agree")
    say(client, question, "withdraw_release")
    assert say(client, question, "agree").status_code == 409
    assert state(question) == "withdrawn"


def test_a_question_that_is_over_is_not_shown_and_not_answered(client, clock, asked):
    submission, question = asked()
    clock.forward(days=ANSWER_DAYS + 1)
    sign_in(client, submission)
    assert 'id="asked-title"' not in page(client)
    assert say(client, question).status_code == 409
    assert state(question) == "asked"


def test_a_question_that_was_taken_back_is_gone(client, world, asked):
    submission, question = asked()
    take_question_back(question, by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert "Sprachhaus" not in page(client)
    assert say(client, question).status_code == 409
    assert state(question) == "withdrawn"


def test_a_closed_case_and_a_withdrawn_request_ask_nothing(client, world, asked):
    closed, one = asked()
    move_case(case_of(closed), "closed", reason="other", by=SYSTEM, at=world.at)
    sign_in(client, closed)
    assert 'id="asked-title"' not in page(client)
    assert say(client, one).status_code == 409
    taken, other = asked()
    withdraw_submission(taken, by=SYSTEM, at=world.at)
    sign_in(client, taken)
    assert say(client, other).status_code == 409
    assert (state(one), state(other)) == ("withdrawn", "withdrawn")


def test_the_text_is_read_again_when_it_has_changed(client, world, asked):
    submission, question = asked()
    sign_in(client, submission)
    old = version_shown(WORDING_ASKED, "en")
    change_text(WORDING_ASKED, "en", body="Other words", by=SYSTEM, at=world.at)
    response = say(client, question, wording=old)
    assert response.status_code == 409
    assert "The text has changed" in response.get_data(as_text=True)
    assert "Other words" in response.get_data(as_text=True)
    assert state(question) == "asked"
    assert say(client, question).status_code == 303


@pytest.mark.parametrize("wording", ["", "-", "en-00000000", "x" * 5000, "\x00", "ar"])
def test_a_forged_wording_is_no_agreement(client, asked, wording):
    submission, question = asked()
    sign_in(client, submission)
    assert say(client, question, wording=wording).status_code == 409
    assert state(question) == "asked"


@pytest.mark.parametrize("target", ["", "x", "0" * 32, "'; --", "é" * 400])
def test_a_forged_release_is_not_found(client, asked, target):
    submission, question = asked()
    sign_in(client, submission)
    response = say(client, question, action=f"agree:{target}")
    assert response.status_code == 404
    assert state(question) == "asked"


@pytest.mark.parametrize("verb", ["given", "expired", "answer", "agree_all", "withdraw_release"])
def test_a_forged_verb_does_not_answer(client, asked, verb):
    submission, question = asked()
    sign_in(client, submission)
    say(client, question, verb)
    assert state(question) == "asked"


def test_a_release_that_was_given_with_the_form_is_no_question(client, world, accepted):
    submission = accepted()
    release = Release.get(Release.submission == submission)
    sign_in(client, submission)
    assert say(client, release, "disagree").status_code == 409
    assert release.refresh().state == "given"


def test_nobody_answers_a_strangers_question(client, world, asked):
    _submission, question = asked()
    mine, _other = asked()
    sign_in(client, mine)
    assert say(client, question).status_code == 404
    assert state(question) == "asked"


def test_without_the_pin_there_is_no_answer(client, asked):
    _submission, question = asked()
    assert say(client, question).status_code == 403
    assert state(question) == "asked"


def test_an_answer_needs_the_token_of_the_page(client, asked):
    submission, question = asked()
    sign_in(client, submission)
    assert say(client, question, csrf_token="forged").status_code == 400
    assert state(question) == "asked"


def test_a_helper_answers_with_the_pin_and_is_noted(client, world, asked):
    submission, question = asked(HELPED_SILENT)
    sign_in(client, submission)
    text = page(client)
    assert "Please ask the person first" in text
    assert "Sprachhaus Nord" in text
    assert say(client, question).status_code == 303
    assert question.refresh().answered_by == "helper"


def test_a_helper_is_not_shown_what_the_person_is_asked(client, world, sent, asked):
    submission, question = asked()
    helped = sent(answers=HELPED_SILENT)
    link_submission(helped, case_of(submission), by=SYSTEM, at=world.at)
    sign_in(client, helped)
    assert "Sprachhaus" not in page(client)
    assert say(client, question).status_code == 404
    assert state(question) == "asked"


def test_many_questions_take_as_many_statements_as_one(client, world, asked):
    submission, _question = asked()
    sign_in(client, submission)
    with statements() as few:
        page(client)
    for _each in range(5):
        ask_release(case_of(submission), world.organization(), by=SYSTEM, at=world.at)
    with statements() as many:
        page(client)
    assert len(many) == len(few)


def test_what_the_coordinator_writes_into_the_text_stays_text(client, world, sent):
    change_text(WORDING_ASKED, "en", body="<script>x</script> %(recipient)s",
                by=SYSTEM, at=world.at)  # fmt: skip
    submission = world.submission(answers=SILENT)
    with transaction():
        submission.pin_hash = PIN_HASH
        submission.save()
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    ask_release(case_of(submission), world.organization("A & <b>"), by=SYSTEM, at=world.at)
    sign_in(client, submission)
    text = page(client)
    assert "<script>x" not in text
    assert "A &amp; &lt;b&gt;" in text
