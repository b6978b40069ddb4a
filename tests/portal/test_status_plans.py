"""The plan on the status page: who reads it, in which language, and that one answer counts."""

from __future__ import annotations

import re

import pytest

from casework.acceptance import link_submission
from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.core.i18n import LANGUAGES, gettext_in
from casework.plans.agreements import (
    PlanAgreement,
    ask_agreement,
    frozen,
    note_agreement,
    take_question_back,
)
from casework.plans.blockers import blocker_of
from casework.plans.steps import hold_step, move_step
from casework.plans.whole import WholePlan
from casework.plans.writing import Doer, add_step, end_plan
from casework.submissions import withdraw_submission
from tests.databases import statements
from tests.pages import csrf_token
from tests.portal.visits import HELPED, STATUS, page, rows, sign_in

ASKED = "Do you agree to this plan?"


@pytest.fixture
def planned(world, accepted):
    """A request in a case whose plan the person is asked about."""
    submission = accepted(language="fa-AF")
    plan = world.plan(case_of(submission))
    return submission, ask_agreement(plan, by=SYSTEM, at=world.at)


def say(client, question, verb="plan_agree", path=STATUS, **given):
    """Press a button of the question, as the page shows it now or with what is `given`."""
    text = page(client, path)
    version = re.search(r'name="version" value="(\w+)"', text)
    fields = {"version": version[1] if version else "", "csrf_token": csrf_token(text)}
    return client.post(path, data={**fields, "action": f"{verb}:{question.id.hex}", **given})


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_plan_is_read_in_every_language_and_foreign_texts_are_marked(
    client, world, planned, tag
):
    submission, question = planned
    step = WholePlan(question.plan).steps[0]
    hold_step(step, blocker_of("no_place"), "person", by=SYSTEM, at=world.at)
    sign_in(client, submission, path=f"/{tag}/status")
    text = page(client, f"/{tag}/status")
    section = text[text.index(f'id="plan-{question.plan.id.hex}"') :].partition("</section>")[0]
    for msgid in ("Do you agree to this plan?", "I agree", "I want to talk about it first"):
        assert gettext_in(tag, msgid) in section
    assert blocker_of("no_place").label(tag).replace("'", "&#39;") in section
    shown, real = WholePlan(question.plan).goals[0].text(tag)
    assert real == tag or f'<span lang="{LANGUAGES[real].lang}"' in section
    assert shown.replace("'", "&#39;") in section


@pytest.mark.parametrize(("verb", "state"), [("plan_agree", "agreed"), ("plan_talk", "wants_talk")])
def test_one_answer_counts_and_a_second_click_is_no_other_one(client, world, planned, verb, state):
    submission, question = planned
    sign_in(client, submission)
    assert say(client, question, verb).status_code == 303
    assert question.refresh().state == state
    assert ASKED not in page(client)
    kept = question.refresh().text
    assert kept == frozen(WholePlan(question.plan))
    assert say(client, question, verb).status_code == 303
    other = "plan_talk" if verb == "plan_agree" else "plan_agree"
    assert say(client, question, other).status_code == 409
    assert question.refresh().state == state


def test_what_was_not_read_is_not_agreed_to(client, world, planned):
    submission, question = planned
    sign_in(client, submission)
    for version in ("", "x" * 5000, "\x00"):
        response = say(client, question, version=version)
        assert response.status_code == 409
        assert "The plan has changed since you opened this page." in response.get_data(as_text=True)
    assert question.refresh().state == "asked"


def test_a_later_change_is_said_and_a_step_that_goes_on_is_none(client, world, planned):
    submission, question = planned
    sign_in(client, submission)
    say(client, question)
    steps = WholePlan(question.plan).steps
    move_step(steps[0], "done", by=SYSTEM, at=world.at)
    changed = "The plan has changed since you agreed."
    assert changed not in page(client)
    add_step(steps[0].goal, "Neu", language="de", doer=Doer(), by=SYSTEM, at=world.at)
    text = page(client)
    assert changed in text
    assert "Neu" in text


def test_an_agreement_on_paper_stands_on_the_page(client, world, accepted):
    submission = accepted()
    plan = world.plan(case_of(submission))
    sign_in(client, submission)
    assert "Your integration plan" not in page(client), "a draft of the centre is not shown"
    note_agreement(plan, "paper", "ar", by=SYSTEM, at=world.at)
    text = page(client)
    assert "You agreed on" in text
    assert ASKED not in text


def test_a_helper_reads_no_plan(client, world, accepted):
    submission = accepted(answers=HELPED)
    plan = world.plan(case_of(submission))
    agreement = note_agreement(plan, "in_person", "ar", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert "Your integration plan" not in page(client)
    before = rows()
    assert say(client, agreement).status_code == 404
    assert rows() == before


def test_the_plan_of_somebody_else_at_home_stays_with_them(client, world, accepted):
    submission = accepted()
    case = case_of(submission)
    other = world.person(case.household, given_name="Volljährig", is_contact=False)
    plan = world.plan(case, person=other)
    agreement = note_agreement(plan, "paper", "ar", by=SYSTEM, at=world.at)
    sign_in(client, submission)
    assert "Your integration plan" not in page(client)
    assert say(client, agreement).status_code == 404


def test_a_plan_of_another_case_cannot_be_answered(client, world, planned, accepted):
    submission = accepted()
    sign_in(client, submission)
    before = rows()
    for target in (planned[1].id.hex, "x", ""):
        response = client.submit(STATUS, {"action": f"plan_agree:{target}"})
        assert response.status_code == 404
    assert rows() == before


def test_what_is_over_is_asked_no_longer(client, world, planned, accepted):
    submission, question = planned
    sign_in(client, submission)
    assert ASKED in page(client)
    take_question_back(question, by=SYSTEM, at=world.at)
    assert ASKED not in page(client)
    again = ask_agreement(question.plan, by=SYSTEM, at=world.at)
    end_plan(question.plan, by=SYSTEM, at=world.at)
    assert ASKED not in page(client)
    assert say(client, again).status_code == 404


def test_who_withdrew_the_request_reads_no_plan(client, world, planned):
    submission, question = planned
    sign_in(client, submission)
    withdraw_submission(submission, by=SYSTEM, at=world.at)
    assert "Your integration plan" not in page(client)
    assert question.refresh().state == "taken_back"


def test_a_second_request_of_the_same_person_shows_the_same_plan(client, world, planned, sent):
    first, question = planned
    second = sent()
    link_submission(second, case_of(first), by=SYSTEM, at=world.at)
    sign_in(client, second)
    assert say(client, question).status_code == 303
    assert PlanAgreement.get().state == "agreed"


def test_the_page_takes_as_many_statements_for_a_long_plan(client, world, planned):
    submission, question = planned
    sign_in(client, submission)
    with statements() as few:
        page(client)
    goal = WholePlan(question.plan).goals[0]
    for number in range(10):
        add_step(goal, str(number), language="de", doer=Doer(), by=SYSTEM, at=world.at)
    with statements() as many:
        page(client)
    assert len(many) == len(few)
