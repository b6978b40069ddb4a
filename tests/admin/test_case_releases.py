"""Asking for a release from the case page, and what the desk shows of the answer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import Case, case_of, move_case
from casework.consent import USUAL, WORDING_ASKED, Release, version_shown
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.referrals import Referral
from casework.release_questions import answer_release, ask_release
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import HELP_ANSWERS, World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def case(world: World) -> Case:
    """A case from a request without any agreement."""
    return _accepted(world, {"release_provider": "no"})


def _accepted(world: World, answers: dict[str, Any]) -> Case:
    submission = world.submission(answers=HELP_ANSWERS | answers)
    return case_of(
        accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    )


def _page(case: Case, *parts: Any) -> str:
    return "/".join(["/admin/case", str(case.id), *map(str, parts)])


def _answer(world: World, release: Release, said: str = "given") -> Release:
    return answer_release(
        release, said, text_version=version_shown(WORDING_ASKED, "ar"), language="ar",
        by=Actor("person"), at=world.at,
    )  # fmt: skip


def _draft(world: World, case: Case, **columns: Any) -> Referral:
    return world.referral(world.need(case), sent=False, **columns)


def test_the_question_goes_onto_the_persons_page(desk, world, case) -> None:
    organization = world.organization("Sprachhaus")
    fields = {"ask-organization": str(organization.id), "ask-covers": ["name", "email"]}
    response = send(desk, _page(case, "release", "ask"), fields)
    assert (response.status_code, response.location.rpartition("#")[2]) == (303, "releases")
    release = Release.get()
    assert (release.state, release.organization, release.fields) == (
        "asked", organization, ["name", "email"],
    )  # fmt: skip
    page = text_of(desk.get(_page(case)))
    assert "asked, no answer yet" in page
    assert "can be answered until 30.11.2026" in page


@pytest.mark.parametrize("wrong", [
    {"ask-covers": []}, {"ask-covers": ["everything"]}, {"ask-organization": ""},
    {"ask-organization": str(uuid.uuid4())}, {"ask-organization": "x" * 20_000},
    {"ask-organization": "a\0b"},
])  # fmt: skip
def test_a_wrong_question_is_told_on_the_page(desk, world, case, wrong) -> None:
    fields = {"ask-organization": str(world.organization().id), "ask-covers": ["name"]}
    assert send(desk, _page(case, "release", "ask"), fields | wrong).status_code == 422
    assert not Release.select().exists()


def test_a_second_click_is_told_that_the_person_is_asked_already(desk, world, case) -> None:
    fields = {"ask-organization": str(world.organization().id), "ask-covers": ["name"]}
    send(desk, _page(case, "release", "ask"), fields)
    response = send(desk, _page(case, "release", "ask"), fields)
    assert response.status_code == 422
    assert "has already been asked" in text_of(response)
    assert Release.select().count() == 1


def test_without_a_status_page_the_desk_says_what_to_do(desk, world) -> None:
    fields = {"ask-organization": str(world.organization().id), "ask-covers": ["name"]}
    response = send(desk, _page(world.case(), "release", "ask"), fields)
    assert response.status_code == 422
    assert "Please ask in person or on paper." in text_of(response)


def test_a_closed_case_asks_nobody(desk, world, case) -> None:
    draft = _draft(world, case)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert "Ask for the release" not in text_of(desk.get(_page(case)))
    assert send(desk, _page(case, "referral", draft.id, "ask")).status_code == 409
    assert not Release.select().exists()


def test_a_draft_that_waits_asks_with_one_button_and_is_ready_after_the_yes(
    desk, world, case
) -> None:
    draft = _draft(world, case)
    page = text_of(desk.get(_page(case)))
    assert "No release yet" in page
    assert _page(case, "referral", draft.id, "ask") in page
    assert send(desk, _page(case, "referral", draft.id, "ask")).status_code == 303
    release = Release.get()
    assert (release.organization, release.fields) == (draft.organization, list(USUAL))
    assert "has been asked for the release" in text_of(desk.get(_page(case)))
    _answer(world, release)
    page, home = text_of(desk.get(_page(case))), text_of(desk.get("/admin/"))
    assert "The release is there" in page
    assert "The person agrees" in page
    assert "agrees: the release is there" in home
    assert f"/admin/case/{case.id}#releases" in home
    assert draft.refresh().state == "draft"


def test_the_timeline_says_what_was_asked_and_answered(desk, world, case) -> None:
    release = ask_release(case, world.organization("Sprachhaus"), by=SYSTEM, at=world.at)
    _answer(world, release, "declined")
    page = text_of(desk.get(_page(case)))
    assert "Release asked for" in page
    assert "Release for “Sprachhaus”: asked, no answer yet → not given" in page


def test_a_no_is_shown_on_the_home_page_and_beside_the_draft(desk, world, case) -> None:
    draft = _draft(world, case)
    _answer(world, ask_release(case, draft.organization, by=SYSTEM, at=world.at), "declined")
    page, home = text_of(desk.get(_page(case))), text_of(desk.get("/admin/"))
    assert "The person did not agree" in page
    assert "That is no disadvantage for them" in page
    assert _page(case, "referral", draft.id, "ask") not in page
    assert "does not agree" in home


def test_an_answer_leaves_the_home_page_when_it_is_noted(desk, world, case) -> None:
    release = _answer(world, ask_release(case, world.organization(), by=SYSTEM, at=world.at))
    assert "Answers about releases" in text_of(desk.get("/admin/"))
    for _click in range(2):
        assert send(desk, _page(case, "release", release.id, "noted")).status_code == 303
    assert release.refresh().noted_at == world.at
    assert "Answers about releases" not in text_of(desk.get("/admin/"))


def test_a_question_is_taken_back_and_an_answer_is_not(desk, world, case) -> None:
    question = ask_release(case, world.organization(), by=SYSTEM, at=world.at)
    assert send(desk, _page(case, "release", question.id, "back")).status_code == 303
    assert question.refresh().state == "withdrawn"
    given = _answer(world, ask_release(case, world.organization(), by=SYSTEM, at=world.at))
    assert send(desk, _page(case, "release", given.id, "back")).status_code == 409
    assert given.refresh().state == "given"


def test_the_helper_who_answered_is_named_as_one(desk, world) -> None:
    answers = HELP_ANSWERS | {"filled_by": "other", "helper_name": "Hella",
                              "helper_consent": "OK", "release_provider": "no"}  # fmt: skip
    submission = world.submission(answers=answers)
    case = case_of(accept_submission(submission, prepare_intake(submission), by=SYSTEM,
                                     at=world.at))  # fmt: skip
    _answer(world, ask_release(case, world.organization(), by=SYSTEM, at=world.at))
    assert "answered by the helper" in text_of(desk.get(_page(case)))


@pytest.mark.parametrize("action", ["back", "noted", "ask", ""])
def test_a_release_or_draft_of_another_case_is_not_found(desk, world, case, action) -> None:
    foreign = world.referral()
    kind, row = ("referral", foreign) if action == "ask" else ("release", foreign.release)
    address = _page(case, kind, row.id, *([action] if action else []))
    assert send(desk, address).status_code == 404
    assert foreign.release.refresh().state == "given"


def test_nobody_asks_in_a_case_of_another_organisation(app, world, case) -> None:
    draft = _draft(world, case)
    question = ask_release(case, world.organization(), by=SYSTEM, at=world.at)
    organization = world.organization()
    before = AuditEntry.select().where(AuditEntry.case_id == case.id).count()
    outsiders = (world.manager(), world.staff(Role.VOLUNTEER_COORDINATOR),
                 world.staff(Role.ADMINISTRATOR))  # fmt: skip
    for staff in outsiders:
        client = desk_of(app, staff)
        fields = {"ask-organization": str(organization.id), "ask-covers": ["name"]}
        assert send(client, _page(case, "release", "ask"), fields).status_code == 404
        for address in (("referral", draft.id, "ask"), ("release", question.id, "back"),
                        ("release", question.id, "noted")):  # fmt: skip
            assert send(client, _page(case, *address)).status_code == 404
    assert AuditEntry.select().where(AuditEntry.case_id == case.id).count() == before


def test_drafts_and_releases_cost_no_statement_each(desk, world, case) -> None:
    def cost() -> int:
        with statements() as seen:
            desk.get(_page(case))
            desk.get("/admin/")
        return len(seen)

    def grow() -> None:
        draft = _draft(world, case)
        _answer(world, ask_release(case, draft.organization, by=SYSTEM, at=world.at))
        _draft(world, case)

    grow()
    few = cost()
    for _each in range(4):
        grow()
    assert cost() == few
