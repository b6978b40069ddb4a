"""A volunteer is asked on their own page: yes waits for the household, no ends it kindly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.db import transaction
from casework.core.refusals import Forbidden
from casework.engagements import DECLINED, NoPage, agree_engagement, end_engagement
from casework.messages import OutboxMail
from casework.volunteer_questions import (
    QuestionClosed,
    answer_question,
    ask_volunteer,
    languages_beside,
    shown_to,
)
from tests.world import PERSON, World


def test_yes_waits_for_the_household_and_no_ends_it(world: World) -> None:
    who = {"by": SYSTEM, "at": world.at}
    willing, busy = (
        ask_volunteer(world.engagement(offer=world.offer(name), state="proposed"), **who)
        for name in ("Ada", "Ben")
    )
    said = answer_question(willing, "yes", by=PERSON, at=world.at)
    assert (said.state, said.answer, said.heard_on) == ("proposed", "yes", world.at.date())
    assert agree_engagement(willing.refresh(), **who).state == "agreed"
    answer_question(busy, "no", by=PERSON, at=world.at)
    stored = busy.refresh()
    assert (stored.state, stored.reason, stored.answer) == ("ended", DECLINED, "no")


def test_the_second_click_is_no_other_answer(world: World) -> None:
    made = ask_volunteer(world.engagement(state="proposed"), by=SYSTEM, at=world.at)
    answer_question(made, "yes", by=PERSON, at=world.at)
    later = world.at + timedelta(minutes=1)
    assert answer_question(made.refresh(), "yes", by=PERSON, at=later).answered_at == world.at
    with pytest.raises(QuestionClosed):
        answer_question(made.refresh(), "no", by=PERSON, at=later)
    assert made.refresh().state == "proposed"


def test_of_two_answers_at_once_the_second_is_told(world: World) -> None:
    made = ask_volunteer(world.engagement(state="proposed"), by=SYSTEM, at=world.at)
    seen = made.refresh()
    answer_question(made, "no", by=PERSON, at=world.at)
    with pytest.raises(QuestionClosed):
        answer_question(seen, "yes", by=PERSON, at=world.at)


def test_nobody_answers_what_was_not_asked_or_is_over(world: World) -> None:
    made = world.engagement(state="proposed")
    with pytest.raises(QuestionClosed):
        answer_question(made, "yes", by=PERSON, at=world.at)
    ask_volunteer(made, by=SYSTEM, at=world.at)
    end_engagement(made.refresh(), "wish", by=SYSTEM, at=world.at)
    for act in (lambda: answer_question(made, "yes", by=PERSON, at=world.at),
                lambda: ask_volunteer(made, by=SYSTEM, at=world.at)):  # fmt: skip
        with pytest.raises(QuestionClosed):
            act()
    with pytest.raises(ValueError, match="maybe"):
        answer_question(made, "maybe", by=PERSON, at=world.at)


def test_who_has_no_page_is_not_asked_there(world: World) -> None:
    made = world.engagement(state="proposed")
    with transaction():
        made.offer.submission = None
        made.offer.save()
    with pytest.raises(NoPage):
        ask_volunteer(made, by=SYSTEM, at=world.at)


def test_only_who_works_with_engagements_asks(world: World) -> None:
    made = world.engagement(state="proposed")
    with pytest.raises(Forbidden):
        ask_volunteer(made, by=world.staff(Role.ADMINISTRATOR).actor, at=world.at)


def test_the_volunteer_hears_by_mail_that_there_is_a_question_and_nothing_of_it(world) -> None:
    offer = world.offer(email="franka@example.org")
    made = world.engagement(world.case(family_name="Sonderbar"), offer=offer, state="proposed")
    before = OutboxMail.select().count()
    ask_volunteer(made, by=SYSTEM, at=world.at)
    mail = OutboxMail.select().order_by(OutboxMail.id.desc()).first()
    assert OutboxMail.select().count() == before + 1
    assert (mail.kind, mail.recipient) == ("message_received", "franka@example.org")
    for word in ("Sonderbar", made.case.reference, "Language"):
        assert word not in mail.body


def test_a_page_shows_open_questions_and_what_runs_and_no_more(world: World) -> None:
    offer, who = world.offer(places="9"), {"by": SYSTEM, "at": world.at}
    world.engagement(offer=offer, state="proposed")
    asked = ask_volunteer(world.engagement(offer=offer, state="proposed"), **who)
    runs = world.engagement(offer=offer)
    end_engagement(world.engagement(offer=offer), "wish", **who)
    world.engagement(offer=world.offer("Other"))
    assert {each.id for each in shown_to(offer)} == {asked.id, runs.id}


def test_languages_are_those_of_the_case_and_of_the_contact_person(world: World) -> None:
    case = world.case(language="fa-AF", languages=["fa-AF", "en"])
    made = world.engagement(case)
    assert languages_beside([made]) == {made.id: ["fa-AF", "en"]}
    assert languages_beside([]) == {}
