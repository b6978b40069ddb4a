"""The start page: what waits and why, nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.cases import plan_follow_up
from casework.core.access import SYSTEM, Role
from casework.messages import receive_message
from casework.referrals import answer_referral, mark_shown
from casework.submissions import Submission, ask_back
from tests.admin.pressing import desk_of, text_of
from tests.databases import statements
from tests.world import HELP_ANSWERS, World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _home(client) -> str:
    response = client.get("/admin/")
    assert response.status_code == 200
    return text_of(response)


def test_a_new_request_stands_on_the_page_with_its_sender_and_a_link(desk, world: World) -> None:
    submission = world.submission()
    page = _home(desk)
    assert "Amal Beispiel" in page
    assert f"/admin/submission/{submission.id}" in page
    assert "our turn" in page


def test_a_request_that_waits_for_the_person_says_so(desk, world: World) -> None:
    ask_back(world.submission(), by=SYSTEM, at=world.at)
    assert "the person&#39;s turn" in _home(desk)


def test_an_empty_desk_is_one_line_of_what_is_empty(desk) -> None:
    page = _home(desk)
    assert "No new requests." in page
    assert 'class="shelf' not in page


def test_a_follow_up_says_how_long_it_is_overdue_and_leads_to_its_case(desk, world: World) -> None:
    case = world.case()
    plan_follow_up(
        case, "Call the course", world.at.date() - timedelta(days=3), by=SYSTEM, at=world.at
    )
    page = _home(desk)
    assert "Call the course" in page
    assert "3 days overdue" in page
    assert f"/admin/case/{case.id}#follow-ups" in page


def test_a_message_leads_to_the_conversation_of_the_case_or_of_the_request(
    desk, world: World
) -> None:
    case, submission = world.case(), world.submission()
    receive_message("?", case=case, submission=submission, language="ar", by=SYSTEM, at=world.at)
    receive_message("!", case=None, submission=submission, language="ar", by=SYSTEM, at=world.at)
    page = _home(desk)
    assert f"/admin/case/{case.id}#messages" in page
    assert f"/admin/submission/{submission.id}#messages" in page


def test_the_answer_of_a_provider_waits_until_somebody_looks_at_it(desk, world: World) -> None:
    referral = world.referral()
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    page = _home(desk)
    assert "Answers of providers" in page
    assert f"/admin/referral/{referral.id}" in page


def test_an_outcome_that_the_person_does_not_know_leads_to_its_referral(desk, world: World) -> None:
    referrals = [world.referral() for _ in range(6)]
    for referral in referrals:
        answer_referral(referral, "no_capacity", by=SYSTEM, at=world.at)
        mark_shown(referral, by=SYSTEM, at=world.at)
    page = _home(desk)
    assert "Outcomes that the person does not know" in page
    assert "no free place" in page
    assert f"/admin/referral/{referrals[0].id}" in page
    assert "/admin/referral/?flt_show=untold" in page


def test_a_referral_that_is_overdue_is_not_shown_a_second_time(desk, world: World, clock) -> None:
    referral = world.referral()
    page = _home(desk)
    assert "Referrals on their way: 1" in page
    clock.forward(days=20)
    desk = desk_of(desk.application, world.coordinator())
    page = _home(desk)
    assert "Referrals to follow up" in page
    assert page.count(f"/admin/referral/{referral.id}") == 1


def test_what_looks_like_spam_is_a_shelf_of_its_own_with_the_reason(desk, world: World) -> None:
    submission = world.submission()
    Submission.update(suspicious=True, suspicion=["links"]).execute()
    page = _home(desk)
    assert "The text contains many web links." in page
    assert "No new requests." in page
    assert str(submission.id) in page


def test_cases_that_run_well_are_only_counted(desk, world: World) -> None:
    world.case()
    world.need()
    assert "2 cases run well and ask for nothing." in _home(desk)


def test_an_integration_manager_reads_nothing_of_another_organisation(app, world: World) -> None:
    mine, other = world.organization(), world.organization()
    for organization, name in ((mine, "Ours"), (other, "Theirs")):
        case = world.case(organization, given_name=name)
        plan_follow_up(case, f"Call {name}", world.at.date(), by=SYSTEM, at=world.at)
    world.submission()
    page = _home(desk_of(app, world.manager(mine)))
    assert "Call Ours" in page
    assert "Theirs" not in page
    assert "Amal Beispiel" not in page


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_who_works_on_no_case_gets_a_sentence_and_the_pages_open_to_them(
    app, world: World, role: Role
) -> None:
    world.submission()
    page = _home(desk_of(app, world.staff(role)))
    assert "Nothing waits for you here." in page
    assert "Amal" not in page
    assert "run well" not in page


def test_the_page_takes_as_many_statements_for_many_rows_as_for_a_few(desk, world: World) -> None:
    def fill() -> None:
        case, submission = world.case(), world.submission()
        plan_follow_up(case, "Call", world.at.date(), by=SYSTEM, at=world.at)
        receive_message(
            "?", case=case, submission=submission, language="ar", by=SYSTEM, at=world.at
        )
        receive_message(
            "?", case=None, submission=submission, language="ar", by=SYSTEM, at=world.at
        )
        world.appointment(case, world.at + timedelta(hours=2))
        world.referral()

    # Beyond what each part shows: how many there are besides is counted from there on.
    for _ in range(10):
        fill()
    with statements() as few:
        _home(desk)
    for _ in range(10):
        fill()
    with statements() as many:
        _home(desk)
    assert len(many) == len(few)


def test_names_in_any_script_stay_text(desk, world: World) -> None:
    answers = HELP_ANSWERS | {"given_name": "<script>alert(1)</script>", "family_name": "حداد"}
    world.submission(answers=answers)
    page = _home(desk)
    assert "<script>alert" not in page
    assert "حداد" in page
