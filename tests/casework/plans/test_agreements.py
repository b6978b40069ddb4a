"""Agreeing to a plan: to what was read, as often as asked, until somebody takes it back."""

from __future__ import annotations

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of, move_case
from casework.core.access import SYSTEM, Actor
from casework.core.db import database, transaction
from casework.core.refusals import NotFound
from casework.plans.agreements import (
    PlanAgreement,
    PlanChanged,
    QuestionOver,
    agreements_of,
    answer_agreement,
    ask_agreement,
    frozen,
    has_changed,
    note_agreement,
    note_answer,
    take_question_back,
    version_of,
)
from casework.plans.asking import AskedAlready, NoStatusPage, NothingToAgreeTo
from casework.plans.models import Plan
from casework.plans.steps import move_step
from casework.plans.whole import WholePlan
from casework.plans.writing import Doer, PlanEnded, add_step, end_plan
from casework.submissions import withdraw_submission
from tests.portal.visits import HELPED

PERSON = Actor("person", name="L0000000")


@pytest.fixture
def plan(world) -> Plan:
    """The plan of a case that came through the portal."""
    return _accepted(world)


def _accepted(world, **given) -> Plan:
    submission = world.submission(**given)
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    return world.plan(case_of(submission))


def _version(plan: Plan) -> str:
    return version_of(frozen(WholePlan(plan)))


def _answer(world, question, answer="agreed", **given) -> PlanAgreement:
    said = {"version": _version(question.plan), "language": "fa-AF"} | given
    return answer_agreement(question, answer, **said, by=PERSON, at=world.at)


@pytest.fixture
def question(world, plan) -> PlanAgreement:
    return ask_agreement(plan, by=SYSTEM, at=world.at)


def test_what_the_person_agrees_to_is_kept_word_for_word_and_sealed(world, plan, question):
    _answer(world, question)
    kept = question.refresh()
    assert (kept.state, kept.language, kept.text) == ("agreed", "fa-AF", frozen(WholePlan(plan)))
    (raw,) = database.execute_sql("SELECT text FROM plan_agreements").fetchone()
    assert "Ankommen" not in bytes(raw).decode("latin-1")


@pytest.mark.parametrize("answer", ["agreed", "wants_talk"])
def test_one_answer_counts(world, question, answer):
    _answer(world, question, answer)
    for other in ("agreed", "wants_talk"):
        with pytest.raises(QuestionOver):
            _answer(world, question.refresh(), other)
    assert question.refresh().state == answer


def test_a_plan_that_changed_since_it_was_read_is_not_agreed_to(world, plan, question):
    read = _version(plan)
    move_step(WholePlan(plan).steps[0], "obsolete", by=SYSTEM, at=world.at)
    with pytest.raises(PlanChanged):
        _answer(world, question, version=read)
    assert question.refresh().state == "asked"


def test_a_later_change_is_seen_and_a_step_that_goes_on_is_none(world, plan, question):
    _answer(world, question)
    steps = WholePlan(plan).steps
    move_step(steps[0], "done", by=SYSTEM, at=world.at)
    assert not has_changed(question.refresh(), WholePlan(plan))
    add_step(steps[0].goal, "Neu", language="de", doer=Doer(), by=SYSTEM, at=world.at)
    assert has_changed(question.refresh(), WholePlan(plan))


def test_another_spelling_of_a_colleague_is_no_other_agreement(world):
    manager = world.manager()
    plan = world.plan(world.case(manager.organization, assigned_to=manager))
    agreement = note_agreement(plan, "paper", "ar", by=SYSTEM, at=world.at)
    with transaction():
        manager.name = "Verheiratet"
        manager.save()
    assert not has_changed(agreement.refresh(), WholePlan(plan))


@pytest.mark.parametrize("given", [{"answer": "maybe"}, {"language": "xx"}])
def test_an_answer_or_a_language_that_no_page_offers_is_not_found(world, question, given):
    with pytest.raises(NotFound):
        _answer(world, question, **given)


def test_a_person_is_asked_once_at_a_time(world, plan, question):
    with pytest.raises(AskedAlready):
        ask_agreement(plan, by=SYSTEM, at=world.at)
    _answer(world, question, "wants_talk")
    assert ask_agreement(plan, by=SYSTEM, at=world.at).state == "asked"


def test_without_a_reader_on_the_status_page_nobody_is_asked(world, plan):
    case = plan.case
    child = world.person(case.household, given_name="Kind", is_contact=False)
    plans = [
        world.plan(),
        world.plan(case, person=child),
        _accepted(world, answers=HELPED),
    ]
    for each in plans:
        with pytest.raises(NoStatusPage):
            ask_agreement(each, by=SYSTEM, at=world.at)
    assert not PlanAgreement.select().exists()


def test_an_empty_plan_is_nothing_to_agree_to(world):
    plan = world.plan(template="")
    for each in (
        lambda: ask_agreement(plan, by=SYSTEM, at=world.at),
        lambda: note_agreement(plan, "paper", "de", by=SYSTEM, at=world.at),
    ):
        with pytest.raises(NothingToAgreeTo):
            each()


def test_an_agreement_on_paper_answers_the_question_on_the_page(world, plan, question):
    note_agreement(plan, "paper", "ar", by=SYSTEM, at=world.at)
    assert question.refresh().state == "taken_back"
    assert [each.state for each in agreements_of(plan)] == ["agreed"]
    with pytest.raises(NotFound):
        note_agreement(plan, "pigeon", "ar", by=SYSTEM, at=world.at)


def test_who_withdraws_the_request_is_asked_no_longer(world, question):
    withdraw_submission(question.submission, by=PERSON, at=world.at)
    assert question.refresh().state == "taken_back"


def test_a_closed_case_and_an_ended_plan_ask_nothing(world, plan, question):
    move_case(plan.case, "closed", reason="wish", by=SYSTEM, at=world.at)
    assert question.refresh().state == "taken_back"
    with pytest.raises(NoStatusPage):
        ask_agreement(Plan.get_by_id(plan.id), by=SYSTEM, at=world.at)
    other = _accepted(world)
    asked = ask_agreement(other, by=SYSTEM, at=world.at)
    end_plan(other, by=SYSTEM, at=world.at)
    assert asked.refresh().state == "taken_back"
    with pytest.raises(PlanEnded):
        ask_agreement(other, by=SYSTEM, at=world.at)


def test_an_answer_is_noted_once_by_who_saw_it_first(world, clock, question):
    note_answer(question, by=SYSTEM, at=world.at)
    assert question.refresh().noted_at is None, "there is no answer yet"
    _answer(world, question, "wants_talk")
    first = world.at
    note_answer(question, by=SYSTEM, at=first)
    note_answer(question, by=SYSTEM, at=clock.forward(days=1))
    assert question.refresh().noted_at == first


def test_a_question_is_taken_back_once(world, question):
    take_question_back(question, by=SYSTEM, at=world.at)
    with pytest.raises(QuestionOver):
        take_question_back(question, by=SYSTEM, at=world.at)
    with pytest.raises(QuestionOver):
        _answer(world, question)
