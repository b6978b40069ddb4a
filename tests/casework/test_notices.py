"""Who is told what, in which language, and that no mail says more than it may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.acceptance import accept_submission, link_submission, prepare_intake
from casework.appointments import change_appointment, settle_appointment, shift_appointment
from casework.core.access import PUBLIC, SYSTEM, Actor
from casework.core.db import transaction
from casework.core.settings import change_setting
from casework.drafts import start_draft
from casework.messages import OutboxMail, send_message
from casework.notices import fill
from casework.providers import Service
from casework.questionnaires.models import live
from casework.referrals import (
    acknowledge_referral,
    answer_referral,
    decline_referral,
    revoke_referral,
)
from casework.reply_links import current_link, reply_by_link
from casework.submissions import decline_submission, submit, withdraw_submission
from casework.texts import Text, change_text
from casework.volunteers import Offer, move_offer
from tests.world import HELP_ANSWERS

BASE = "https://help.example.org"
BY_MAIL = {**HELP_ANSWERS, "contact_channels": ["email"], "email": "amal@example.org"}
OFFER_ANSWERS = {
    "given_name": "Vera", "family_name": "Muster", "email": "vera@example.org",
    "offer_areas": ["language"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _address(world, clock):
    change_setting("base_url", BASE, by=SYSTEM, at=clock())
    change_setting("centre_name", "Willkommen Musterstadt", by=SYSTEM, at=clock())


@pytest.fixture
def accepted(world, clock):
    """A request that became a case; its person wants to hear by e-mail."""
    submission = world.submission(answers=BY_MAIL)
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=clock())
    forget()
    return submission


@pytest.fixture
def case(accepted):
    return accepted.cases.get().case


def mails(kind=None):
    rows = OutboxMail.select().order_by(OutboxMail.id)
    return [mail for mail in rows if kind in (None, mail.kind)]


def forget():
    with transaction():
        OutboxMail.delete().execute()


def test_a_provider_gets_a_link_and_nothing_about_the_person(world, clock):
    case = world.case(given_name="Amal", family_name="Beispiel", phone="+497621415000")
    referral = world.referral(world.need(case))
    (mail,) = mails()
    assert mail.recipient == "desk@provider.example"
    assert f"{BASE}/reply/{current_link(referral).token}" in mail.body
    assert "16.11.2026" in mail.body
    assert "Willkommen Musterstadt" in mail.body
    for secret in ("Amal", "Beispiel", "7621", case.reference):
        assert secret not in mail.body + mail.subject


def test_a_provider_without_an_address_gets_no_mail(world):
    service = world.service()
    assert Service.get_by_id(service.id).mail_address == ""
    world.referral(service=service)
    assert mails() == []


def test_a_draft_of_a_referral_tells_nobody(world):
    world.referral(sent=False)
    assert mails() == []


def test_after_an_answer_that_is_not_the_last_the_next_link_follows(world, clock):
    referral = world.referral()
    forget()
    reply(referral, "waitlisted", clock)
    (mail,) = mails("referral_next")
    assert mail.recipient == "desk@provider.example"
    assert f"{BASE}/reply/{current_link(referral).token}" in mail.body


def test_after_the_last_answer_no_link_follows(world, clock):
    referral = world.referral()
    forget()
    reply(referral, "got_help", clock)
    assert mails("referral_next") == []


@pytest.mark.parametrize("answer", ["accepted", "waitlisted", "got_help", "no_capacity"])
def test_a_person_hears_of_an_answer_in_their_own_words(world, clock, accepted, case, answer):
    change_text("mail.status_changed", "ar", subject="أخبار %(reference)s", body="%(link)s",
                by=SYSTEM, at=clock())  # fmt: skip
    referral = world.referral(world.need(case))
    reply(referral, answer, clock)
    (mail,) = mails("status_changed")
    assert mail.recipient == "amal@example.org"
    assert mail.language == "ar"
    assert mail.subject == f"أخبار {accepted.reference}"
    assert mail.body == f"{BASE}/ar/status"


def test_that_a_provider_has_looked_is_no_news(world, clock, case):
    acknowledge_referral(world.referral(world.need(case)), by=SYSTEM, at=clock())
    assert mails("status_changed") == []


def test_a_referral_that_is_taken_back_is_news_unless_the_person_did_it(world, clock, case):
    person = Actor("person", name="Amal")
    revoke_referral(world.referral(world.need(case)), by=person, at=clock())
    decline_referral(world.referral(world.need(case)), by=person, at=clock())
    assert mails("status_changed") == []
    revoke_referral(world.referral(world.need(case)), by=SYSTEM, at=clock())
    assert len(mails("status_changed")) == 1


def test_who_gave_no_address_is_not_written_to(world, clock):
    decline_submission(world.submission(), "other", by=SYSTEM, at=clock())
    assert mails() == []


def test_who_did_not_choose_mail_is_not_written_to(world, clock):
    answers = {**BY_MAIL, "contact_channels": ["phone"]}
    decline_submission(world.submission(answers=answers), "other", by=SYSTEM, at=clock())
    assert mails() == []


def test_what_looks_like_spam_leads_to_no_mail(world, clock):
    for slug, answers in (("help", BY_MAIL), ("offer", OFFER_ANSWERS)):
        _, token = start_draft(live(slug), "de", at=clock())
        sent = submit(
            live(slug), answers, token=token, language="de", suspicion=["too fast"],
            by=PUBLIC, at=clock(),
        )  # fmt: skip
        assert sent.suspicious
    decline_submission(sent, "spam", by=SYSTEM, at=clock())
    assert mails() == []


def test_a_person_hears_that_a_request_was_accepted_or_declined(world, clock):
    accept = world.submission(answers=BY_MAIL, language="de")
    accept_submission(accept, prepare_intake(accept), by=SYSTEM, at=clock())
    decline = world.submission(answers=BY_MAIL, language="de")
    decline_submission(decline, "no_offer", by=SYSTEM, at=clock())
    assert [mail.kind for mail in mails()] == ["status_changed"] * 2
    assert [accept.reference in mails()[0].body, decline.reference in mails()[1].body] == [True] * 2
    assert "no_offer" not in mails()[1].body


def test_the_address_that_staff_corrected_counts(world, clock):
    submission = world.submission(answers=BY_MAIL)
    intake = prepare_intake(submission)
    intake.people[0]["email"] = "right@example.org"
    accept_submission(submission, intake, by=SYSTEM, at=clock())
    assert mails()[0].recipient == "right@example.org"


def test_a_message_of_the_centre_is_told_and_not_quoted(world, clock, case):
    send_message("A very private question", case=case, language="de", by=SYSTEM, at=clock())
    (mail,) = mails("message_received")
    assert "private" not in mail.body + mail.subject


def test_a_message_before_there_is_a_case_is_told_too(world, clock):
    submission = world.submission(answers=BY_MAIL)
    send_message("Please tell us more", submission=submission, language="de", by=SYSTEM,
                 at=clock())  # fmt: skip
    assert mails("message_received")[0].recipient == "amal@example.org"


def test_an_appointment_is_told_when_it_is_planned_and_when_we_cancel_it(world, clock, case):
    appointment = world.appointment(case)
    assert len(mails("appointment")) == 1
    settle_appointment(appointment, "cancelled", cancelled_by="us", by=SYSTEM, at=clock())
    assert len(mails("appointment")) == 2


def test_another_time_is_told_and_other_particulars_are_not(world, clock, case):
    appointment = world.appointment(case)
    forget()
    change_appointment(
        appointment, subject="x", with_whom="", staff=None, kind="other", interpreter_language="",
        revision=0, by=SYSTEM, at=clock(),
    )  # fmt: skip
    assert mails() == []
    shift_appointment(
        appointment, clock() + timedelta(days=1), minutes=30, place="", revision=1,
        by=SYSTEM, at=clock(),
    )  # fmt: skip
    assert len(mails("appointment")) == 1


def test_an_appointment_that_the_person_cancels_or_keeps_is_not_told(world, clock, case):
    kept, cancelled = world.appointment(case), world.appointment(case)
    forget()
    settle_appointment(kept, "kept", by=SYSTEM, at=clock())
    settle_appointment(cancelled, "cancelled", cancelled_by="person",
                       by=Actor("person"), at=clock())  # fmt: skip
    assert mails() == []


def test_after_a_withdrawal_nobody_writes_any_more(world, clock, accepted, case):
    withdraw_submission(accepted, by=Actor("person"), at=clock())
    send_message("Hello?", case=case, language="de", by=SYSTEM, at=clock())
    assert mails() == []


def test_a_withdrawn_second_request_leaves_the_first_ones_reference(world, clock, accepted, case):
    second = world.submission(answers=BY_MAIL)
    link_submission(second, case, by=SYSTEM, at=clock())
    withdraw_submission(second, by=Actor("person"), at=clock())
    forget()
    send_message("Hello", case=case, language="de", by=SYSTEM, at=clock())
    assert accepted.reference in mails()[0].subject


def test_a_case_that_staff_opened_has_no_status_page_to_point_to(world, clock):
    case = world.case(email="amal@example.org", channels=["email"])
    world.appointment(case)
    assert mails() == []


def test_a_volunteer_is_thanked_and_hears_when_the_offer_is_approved(world, clock):
    submission = world.submission("offer", language="de", answers=OFFER_ANSWERS)
    (mail,) = mails()
    assert (mail.kind, mail.recipient) == ("offer_received", "vera@example.org")
    assert submission.reference in mail.body
    offer = Offer.get()
    for state in ("approved", "paused", "approved", "full"):
        move_offer(offer, state, by=SYSTEM, at=clock())
    assert len(mails("status_changed")) == 2


def test_a_text_that_is_missing_falls_back_to_the_nearest_language(world, clock):
    with transaction():
        Text.delete().where(Text.key == "mail.status_changed").execute()
    change_text("mail.status_changed", "fa", subject="خبر", body="%(link)s", by=SYSTEM, at=clock())
    dari = world.submission(answers=BY_MAIL, language="fa-AF")
    decline_submission(dari, "other", by=SYSTEM, at=clock())
    (mail,) = mails()
    assert (mail.subject, mail.language) == ("خبر", "fa")
    assert mail.body == f"{BASE}/fa-AF/status"


def test_without_any_text_the_link_must_do(world, clock):
    with transaction():
        Text.delete().where(Text.key == "mail.status_changed").execute()
    decline_submission(world.submission(answers=BY_MAIL), "other", by=SYSTEM, at=clock())
    (mail,) = mails()
    assert (mail.subject, mail.body) == ("Willkommen Musterstadt", f"{BASE}/ar/status")


@pytest.mark.parametrize(
    ("wording", "filled"),
    [
        ("%(link)s", "LINK"),
        ("100 % sure, %(nobody)s", "100 % sure, %(nobody)s"),
        ("%(link)d %(link) %s %", "%(link)d %(link) %s %"),
        ("{link} {0.__class__} %(__class__)s", "{link} {0.__class__} %(__class__)s"),
        ("%(link)s%(link)s", "LINKLINK"),
        ("", ""),
    ],
)
def test_an_edited_text_never_breaks_a_mail(wording, filled):
    assert fill(wording, {"link": "LINK"}) == filled


def test_what_is_put_in_is_not_looked_at_again():
    assert fill("%(a)s", {"a": "%(b)s", "b": "secret"}) == "%(b)s"


def test_a_mail_is_part_of_its_change(world, clock):
    submission = world.submission(answers=BY_MAIL)

    def decline_and_fail():
        with transaction():
            decline_submission(submission, "other", by=SYSTEM, at=clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        decline_and_fail()
    assert mails() == []


def test_an_answer_told_by_phone_sends_the_provider_no_new_link(world, clock):
    referral = world.referral()
    forget()
    answer_referral(referral, "accepted", by=SYSTEM, at=clock())
    assert mails("referral_next") == []


def reply(referral, answer, clock):
    provider = Actor("provider", name=referral.organization.name)
    return reply_by_link(current_link(referral), answer, note="", by=provider, at=clock())
