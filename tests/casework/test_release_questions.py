"""Asking for a release: one question at a time, answered once by the person, in words they read."""

from datetime import timedelta

import pytest

from casework.acceptance import accept_submission, link_submission, prepare_intake
from casework.cases import case_of, move_case
from casework.consent import (
    USUAL,
    WORDING_ASKED,
    QuestionOver,
    Release,
    ReleaseMissing,
    WordingChanged,
    expire_releases,
    give_release,
    release_for,
    require_release,
    version_shown,
    withdraw_release,
)
from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.messages import OutboxMail
from casework.release_questions import (
    ANSWER_DAYS,
    AskedAlready,
    CaseIsClosed,
    NobodyToAsk,
    ReleasedAlready,
    answer_release,
    ask_release,
    is_open,
    note_answer,
    take_question_back,
    unseen_answers,
)
from casework.submissions import withdraw_submission
from casework.texts import change_text
from tests.world import HELP_ANSWERS

SILENT = HELP_ANSWERS | {"release_provider": "no"}
HELPED = SILENT | {"filled_by": "other", "helper_name": "Hella", "helper_consent": "OK"}
BY_MAIL = SILENT | {"contact_channels": ["email"], "email": "amal@example.org"}
PERSON = Actor("person")


@pytest.fixture
def request_of(world):
    """Make a case from a request without any agreement; returns the request."""

    def request_of(answers=SILENT):
        submission = world.submission(answers=answers)
        return accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)

    return request_of


@pytest.fixture
def case(request_of):
    return case_of(request_of())


@pytest.fixture
def provider(world):
    return world.organization("Sprachhaus")


@pytest.fixture
def ask(world, case, provider):
    def ask(**given):
        given = {"case": case, "organization": provider, "by": SYSTEM} | given
        return ask_release(**given, at=world.at)

    return ask


def answer(world, release, said="given", **given):
    language = given.get("language", "ar")
    given = {
        "text_version": version_shown(WORDING_ASKED, language), "language": language, "by": PERSON,
    } | given  # fmt: skip
    return answer_release(release, said, **given, at=world.at)


# Asking


def test_a_question_is_no_release(world, case, provider, ask):
    question = ask()
    assert (question.state, question.fields) == ("asked", list(USUAL))
    assert question.answer_by == world.at.date() + timedelta(days=ANSWER_DAYS)
    assert question.expires_on == world.at.date() + timedelta(days=365)
    assert release_for(case, provider, today=world.at.date()) is None
    with pytest.raises(ReleaseMissing):
        require_release(case, provider, ("name",), by=SYSTEM, at=world.at)


def test_the_same_is_not_asked_twice_at_once(ask):
    ask()
    with pytest.raises(AskedAlready) as refused:
        ask()
    assert "30.11.2026" in refused.value.text("en")
    assert Release.select().count() == 1


def test_another_organisation_can_be_asked_for_meanwhile(world, ask):
    ask()
    ask(organization=world.organization("Other house"))
    assert Release.select().where(Release.state == "asked").count() == 2


def test_what_was_released_is_not_asked_again(world, case, provider, ask):
    world.release(case, provider)
    with pytest.raises(ReleasedAlready):
        ask(fields=("name", "phone"))


def test_who_asks_for_more_names_what_is_known_as_well(world, case, provider, ask):
    world.release(case, provider, fields=("name", "need"))
    assert ask(fields=("email",)).fields == ["name", "email", "need"]


@pytest.mark.parametrize(
    "wrong",
    [{"fields": ()}, {"fields": ("name", "diagnosis")}, {"purpose": "police"}, {"purpose": ""}],
)
def test_a_question_about_nothing_known_is_refused(ask, wrong):
    with pytest.raises(NotFound):
        ask(**wrong)
    assert not Release.select().exists()


def test_nobody_is_asked_without_a_page_to_answer_on(world, ask):
    with pytest.raises(NobodyToAsk):
        ask(case=world.case())


def test_nobody_is_asked_through_a_request_that_was_taken_back(world, case, ask):
    submission = case.origins.get().submission
    withdraw_submission(submission, by=PERSON, at=world.at)
    with pytest.raises(NobodyToAsk):
        ask()


def test_nobody_is_asked_for_a_closed_case(world, case, ask):
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    with pytest.raises(CaseIsClosed):
        ask()


@pytest.mark.parametrize("by", [PERSON, PUBLIC])
def test_only_staff_ask(world, ask, by):
    with pytest.raises(Forbidden):
        ask(by=by)


def test_a_volunteer_coordinator_does_not_ask(world, ask):
    with pytest.raises(Forbidden):
        ask(by=world.staff(Role.VOLUNTEER_COORDINATOR).actor)


def test_a_person_is_asked_on_their_own_page_before_a_helpers(world, request_of, provider):
    own = request_of()
    helped = world.submission(answers=HELPED)
    link_submission(helped, case_of(own), by=SYSTEM, at=world.at)
    question = ask_release(case_of(own), provider, by=SYSTEM, at=world.at)
    assert question.submission == own


# Answering


def test_a_yes_is_kept_with_the_wording_and_the_language_that_were_read(
    world, case, provider, ask, clock
):
    question = ask()
    clock.forward(days=2)
    answer(world, question, language="ti")
    kept = question.refresh()
    assert (kept.state, kept.language, kept.channel) == ("given", "ti", "portal")
    assert kept.text_version == version_shown(WORDING_ASKED, "ti")
    assert kept.text_version.startswith("ti-")
    assert (kept.given_at, kept.answered_at, kept.answered_by) == (world.at, world.at, "person")
    assert kept.asked_at == world.at - timedelta(days=2)
    assert release_for(case, provider, today=world.at.date()) == kept


def test_after_a_no_nothing_leaves_and_a_general_agreement_does_not_bring_it_back(
    world, case, provider, ask
):
    world.release(case, fields=("name",))
    answer(world, ask(fields=("name", "note")), "declined")
    assert release_for(case, provider, today=world.at.date()) is None
    with pytest.raises(ReleaseMissing):
        require_release(case, provider, ("name",), by=SYSTEM, at=world.at)
    assert release_for(case, world.organization(), today=world.at.date()) is not None


def test_a_no_to_more_leaves_what_was_agreed_before(world, case, provider, ask):
    before = world.release(case, provider, fields=("name",))
    answer(world, ask(fields=("email",)), "declined")
    assert release_for(case, provider, today=world.at.date()) == before


def test_a_question_that_was_taken_back_is_no_refusal_of_the_person(world, case, provider, ask):
    general = world.release(case, fields=("name",))
    take_question_back(ask(fields=("email",)), by=SYSTEM, at=world.at)
    assert release_for(case, provider, today=world.at.date()) == general


@pytest.mark.parametrize("first", ["given", "declined"])
@pytest.mark.parametrize("second", ["given", "declined"])
def test_an_answer_counts_once(world, ask, first, second):
    question = answer(world, ask(), first)
    with pytest.raises(QuestionOver):
        answer(world, question, second)
    assert question.refresh().state == first


def test_of_two_answers_at_once_one_counts(world, ask):
    question = ask()
    other = Release.get_by_id(question.id)
    answer(world, question, "declined")
    with pytest.raises(InvalidTransition):
        answer(world, other, "given")
    assert question.refresh().state == "declined"


@pytest.mark.parametrize("forged", ["withdrawn", "expired", "asked", "", "yes"])
def test_a_forged_answer_is_not_found(world, ask, forged):
    question = ask()
    with pytest.raises(NotFound):
        answer(world, question, forged)
    assert question.refresh().state == "asked"


def test_a_release_that_nobody_asked_for_cannot_be_answered(world, case, provider):
    release = world.release(case, provider)
    with pytest.raises(QuestionOver):
        answer(world, release, "declined")
    assert release.refresh().state == "given"


@pytest.mark.parametrize("by", [SYSTEM, PUBLIC])
def test_nobody_answers_for_the_person(world, ask, by):
    question = ask()
    for actor in (by, world.coordinator().actor):
        with pytest.raises(Forbidden):
            answer(world, question, by=actor)
    assert question.refresh().state == "asked"


def test_who_read_an_older_text_reads_again(world, ask):
    question, read = ask(), version_shown(WORDING_ASKED, "ar")
    change_text(WORDING_ASKED, "ar", body="نص جديد", by=SYSTEM, at=world.at)
    with pytest.raises(WordingChanged):
        answer(world, question, text_version=read)
    with pytest.raises(WordingChanged):
        answer(world, question, text_version="")
    assert question.refresh().state == "asked"


def test_a_helper_who_answers_is_noted_as_one(world, request_of, provider):
    case = case_of(request_of(HELPED))
    question = ask_release(case, provider, by=SYSTEM, at=world.at)
    assert answer(world, question).refresh().answered_by == "helper"


def test_what_was_agreed_to_can_be_withdrawn(world, case, provider, ask):
    release = answer(world, ask())
    withdraw_release(release, by=PERSON, at=world.at)
    assert release_for(case, provider, today=world.at.date()) is None


# Ending


def test_a_question_is_over_after_its_last_day(world, ask, clock):
    question = ask()
    clock.forward(days=ANSWER_DAYS)
    assert expire_releases(at=world.at) == 0
    assert is_open(question, today=world.at.date())
    clock.forward(days=1)
    with pytest.raises(QuestionOver):
        answer(world, question)
    assert expire_releases(at=world.at) == 1
    assert question.refresh().state == "expired"
    ask()


def test_closing_the_case_ends_its_questions(world, case, ask):
    question = ask()
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert question.refresh().state == "withdrawn"
    with pytest.raises(QuestionOver):
        answer(world, question)


def test_taking_the_request_back_ends_its_questions(world, case, ask):
    question = ask()
    withdraw_submission(question.submission, by=PERSON, at=world.at)
    assert question.refresh().state == "withdrawn"


def test_a_release_on_paper_settles_the_question(world, case, provider, ask):
    question, other = ask(), ask(organization=world.organization())
    give_release(case=case, organization=provider, text_version="x", language="ar",
                 channel="paper", by=world.coordinator().actor, at=world.at)  # fmt: skip
    assert question.refresh().state == "withdrawn"
    assert other.refresh().state == "asked"


def test_only_a_question_can_be_taken_back(world, ask):
    question = answer(world, ask())
    with pytest.raises(QuestionOver):
        take_question_back(question, by=world.coordinator().actor, at=world.at)
    assert question.refresh().state == "given"


# What staff see


def test_an_answer_stands_on_the_desk_until_it_is_noted(world, ask, clock):
    coordinator = world.coordinator().actor
    question = ask()
    assert not unseen_answers(coordinator).exists()
    answer(world, question)
    assert list(unseen_answers(coordinator)) == [question]
    first = world.at
    note_answer(question, by=coordinator, at=first)
    clock.forward(days=1)
    note_answer(question.refresh(), by=coordinator, at=world.at)
    assert question.refresh().noted_at == first
    assert not unseen_answers(coordinator).exists()


def test_using_a_release_notes_its_answer(world, case, provider, ask):
    release = answer(world, ask())
    require_release(case, provider, ("name",), by=SYSTEM, at=world.at)
    assert release.refresh().noted_at == world.at


def test_answers_are_seen_by_who_sees_the_household(world, ask):
    answer(world, ask())
    for role in (Role.ADMINISTRATOR, Role.VOLUNTEER_COORDINATOR, Role.INTEGRATION_COMMISSIONER):
        assert not unseen_answers(world.staff(role).actor).exists()
    assert not unseen_answers(world.manager().actor).exists()


def test_each_step_stands_in_the_trail_of_the_case(world, case, ask):
    note_answer(answer(world, ask()), by=SYSTEM, at=world.at)
    events = AuditEntry.select(AuditEntry.event).where(AuditEntry.case_id == case.id)
    found = {row.event for row in events}
    assert {"release:asked", "release:answered", "release:noted"} <= found


# What the person hears


def test_the_person_hears_that_there_is_a_question_and_not_which(world, request_of, provider):
    submission = request_of(BY_MAIL)
    before = OutboxMail.select().count()
    ask_release(case_of(submission), provider, by=SYSTEM, at=world.at)
    assert OutboxMail.select().count() == before + 1
    mail = OutboxMail.select().order_by(OutboxMail.id.desc()).first()
    assert mail.recipient == "amal@example.org"
    assert mail.language == "ar"
    assert submission.reference in mail.body
    for secret in ("Sprachhaus", "Amal", "Beispiel", "7621", case_of(submission).reference):
        assert secret not in mail.subject + mail.body


def test_who_did_not_wish_for_mail_gets_none(world, ask):
    before = OutboxMail.select().count()
    ask()
    assert OutboxMail.select().count() == before
