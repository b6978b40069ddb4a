"""Drafts and submissions: one for each draft, opened by reference and PIN."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from casework.codes import ALPHABET, PIN_LENGTH, grouped, normal_reference, pins_meant
from casework.core.access import PUBLIC, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.db import connection, database, transaction
from casework.core.lookups import find, name_keys, phone_keys
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.drafts import (
    draft_of,
    start_draft,
)
from casework.questionnaires.models import live
from casework.staff import hash_secret, verify_password
from casework.submissions import (
    CodeRefused,
    PinMistyped,
    Submission,
    ask_back,
    clear_suspicion,
    decline_submission,
    new_reference,
    note_answer,
    note_visit,
    open_with_pin,
    receipt_pin,
    reopen_submission,
    submission_of,
    submit,
    withdraw_submission,
)
from tests.world import HELP_ANSWERS, World


@pytest.fixture
def draft(world):
    return start_draft(live("help"), "ar", at=world.at)


def send(token, world, answers=None, **kwargs):
    return submit(
        live("help"), answers or dict(HELP_ANSWERS), token=token, language="ar",
        suspicion=[], by=PUBLIC, at=world.at, **kwargs,
    )  # fmt: skip


# Sending


def test_a_draft_becomes_a_submission_and_is_gone(world, draft):
    row, token = draft
    sent = send(token, world)
    assert submission_of(token) == sent
    assert draft_of(token, at=world.at) is None
    assert (sent.state, sent.purpose, sent.language) == ("received", "request", "ar")
    assert sent.refresh().answers == HELP_ANSWERS
    assert sent.sender == "Amal Beispiel"
    assert sent.version == row.version


def test_sending_twice_gives_the_first_answer_again(world, draft):
    _, token = draft
    first = send(token, world)
    second = send(token, world, answers={"family_name": "Changed"})
    assert first == second
    assert second.refresh().answers == HELP_ANSWERS
    assert Submission.select().count() == 1


def test_many_who_send_the_same_draft_at_once_get_one_submission(fresh, clock):
    with connection():
        world = World(clock)
        _, token = start_draft(live("help"), "ar", at=clock())

    def one(_):
        with connection():
            return send(token, world).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(one, range(10)))
    with connection():
        assert len(ids) == Submission.select().count() == 1
    database.close_all()


def test_a_submission_that_fails_half_way_leaves_the_draft(world, draft, monkeypatch):
    _, token = draft
    monkeypatch.setattr("casework.submissions.remember", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(token, world)
    assert draft_of(token, at=world.at)
    assert not Submission.select().exists()
    assert not AuditEntry.select().where(AuditEntry.event == "submission:received").exists()


def test_who_filled_in_for_somebody_else_is_noted(world):
    assert not world.submission().by_helper
    helped = HELP_ANSWERS | {"filled_by": "other", "helper_name": "Hella"}
    assert world.submission(answers=helped).by_helper


def test_a_submission_is_found_by_the_persons_name_and_phone(world):
    sent = world.submission()
    assert set(find("submissions", name_keys("Beispiel"))) == {sent.id}
    assert set(find("submissions", phone_keys(HELP_ANSWERS["phone"]))) == {sent.id}


def test_suspicion_is_kept_for_review_and_can_be_cleared(world, draft):
    _, token = draft
    sent = submit(
        live("help"), dict(HELP_ANSWERS), token=token, language="ar", suspicion=["honeypot"],
        by=PUBLIC, at=world.at,
    )  # fmt: skip
    assert (sent.suspicious, sent.suspicion) == (True, ["honeypot"])
    clear_suspicion(sent, by=world.coordinator().actor, at=world.at)
    assert not sent.refresh().suspicious


def test_the_stored_row_shows_neither_name_nor_pin(world, draft):
    _, token = draft
    send(token, world)
    stored = str(database.execute_sql("SELECT * FROM submissions").fetchall())
    for secret in ("Amal", "Beispiel", HELP_ANSWERS["phone"], receipt_pin(token), token):
        assert secret not in stored


# Codes


def test_the_reference_starts_with_a_letter_and_has_no_doubtful_ones(db):
    for _ in range(50):
        reference = new_reference()
        assert reference[0] == "L"
        assert len(reference) == 8
        assert set(reference[1:]) <= set(ALPHABET)
        assert normal_reference(reference) == reference
    assert not set("OILU") & set(ALPHABET)


def test_the_pin_is_the_same_however_often_it_is_shown(draft):
    _, token = draft
    assert receipt_pin(token) == receipt_pin(token) != receipt_pin("other")
    assert len(receipt_pin(token).replace("-", "")) == PIN_LENGTH + 1
    assert pins_meant(receipt_pin(token))


def test_reference_and_pin_open_the_submission(world, draft):
    _, token = draft
    sent = send(token, world)
    assert open_with_pin(sent.reference, receipt_pin(token)) == sent
    assert open_with_pin(sent.reference.lower(), receipt_pin(token).lower()) == sent


def test_anything_else_is_refused_in_the_same_words(world, draft):
    _, token = draft
    sent, pin = send(token, world), receipt_pin(token)
    other = world.submission()
    refusals = set()
    for reference, code in (
        (sent.reference, "wrong"), (sent.reference, ""), ("L0000000", pin), ("", ""),
        (other.reference, pin), (sent.reference, pin + "0"), ("\x00", "\x00"),
        (sent.reference, pin[:-1] + ("0" if pin[-1] != "0" else "1")),
    ):  # fmt: skip
        with pytest.raises(CodeRefused) as refused:
            open_with_pin(reference, code)
        refusals.add(str(refused.value))
    assert len(refusals) == 1


@pytest.fixture
def judged(monkeypatch):
    """How often argon2id has run."""
    calls = []

    def counting(hashed, password):
        calls.append(password)
        return verify_password(hashed, password)

    monkeypatch.setattr("casework.submissions.verify_password", counting)
    return calls


def test_a_typing_error_is_told_apart_before_anything_is_judged(world, draft, judged):
    _, token = draft
    sent, pin = send(token, world), receipt_pin(token)
    swapped = pin[1] + pin[0] + pin[2:] if pin[0] != pin[1] else pin[:-1]
    for reference in (sent.reference, "L0000000"):
        with pytest.raises(PinMistyped):
            open_with_pin(reference, swapped)
    assert judged == []


def test_a_wrong_pin_costs_the_same_whether_or_not_the_reference_exists(world, draft, judged):
    _, token = draft
    sent, foreign = send(token, world), receipt_pin("another")
    costs = []
    for reference in (sent.reference, "L0000000"):
        with pytest.raises(CodeRefused):
            open_with_pin(reference, foreign)
        costs.append(len(judged))
        judged.clear()
    assert costs == [2, 2]


def test_a_pin_from_before_the_check_character_still_opens(world, draft):
    _, token = draft
    sent, pin = send(token, world), receipt_pin(token)
    old = pin.replace("-", "")[:12]
    with transaction():
        sent.pin_hash = hash_secret(grouped(old))
        sent.save()
    assert open_with_pin(sent.reference, old.lower()) == sent
    assert open_with_pin(sent.reference, pin) == sent, "the receipt was shown again later"


def test_part_of_a_pin_opens_nothing(world, draft):
    _, token = draft
    sent = send(token, world)
    with pytest.raises(CodeRefused):
        open_with_pin(sent.reference, receipt_pin(token).replace("-", "")[:12])


# States


def test_a_question_and_its_answer_go_back_and_forth(world):
    sent = world.submission()
    person = Actor("person", id=sent.id)
    ask_back(sent, by=world.coordinator().actor, at=world.at)
    assert sent.refresh().state == "needs_info"
    note_answer(sent, by=person, at=world.at)
    assert sent.refresh().state == "received"


def test_declining_needs_a_known_reason_and_can_be_undone(world):
    sent, coordinator = world.submission(), world.coordinator().actor
    with pytest.raises(NotFound):
        decline_submission(sent, "because", by=coordinator, at=world.at)
    assert sent.refresh().state == "received"
    decline_submission(sent, "no_offer", by=coordinator, at=world.at)
    assert sent.refresh().decline_reason == "no_offer"
    reopen_submission(sent, by=coordinator, at=world.at)
    assert (sent.refresh().state, sent.decline_reason) == ("received", "")


def test_a_withdrawn_request_stays_withdrawn(world):
    sent, coordinator = world.submission(), world.coordinator().actor
    withdraw_submission(sent, by=Actor("person", id=sent.id), at=world.at)
    for verb in (ask_back, note_answer, reopen_submission, withdraw_submission):
        with pytest.raises(InvalidTransition):
            verb(sent, by=coordinator, at=world.at)
    assert sent.refresh().state == "withdrawn"


def test_a_visit_is_noted_with_its_time(world):
    sent = world.submission()
    note_visit(sent, by=Actor("person", id=sent.id), at=world.at)
    assert sent.refresh().seen_by_person_at == world.at


def test_a_person_cannot_decline_or_reopen_a_request(world):
    sent = world.submission()
    person = Actor("person", id=sent.id)
    with pytest.raises(Forbidden):
        decline_submission(sent, "spam", by=person, at=world.at)
    with pytest.raises(Forbidden):
        clear_suspicion(sent, by=person, at=world.at)


def test_requests_are_seen_by_the_coordinator_and_offers_by_who_works_with_volunteers(world):
    request = world.submission()
    offer = world.submission("offer", answers={"family_name": "Frei"})
    assert set(Submission.scope(world.coordinator().actor)) == {request, offer}
    assert set(Submission.scope(world.staff(Role.VOLUNTEER_COORDINATOR).actor)) == {offer}
    for role in (Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER):
        assert not Submission.scope(world.staff(role).actor).exists()
    assert not Submission.scope(world.manager().actor).exists()


def test_the_inbox_holds_what_waits_for_us_the_oldest_first(world, clock):
    coordinator = world.coordinator().actor
    first = world.submission()
    clock.forward(hours=1)
    second = world.submission()
    done = world.submission()
    world.submission("offer", answers={"family_name": "Frei"})
    decline_submission(done, "spam", by=coordinator, at=world.at)
    ask_back(second, by=coordinator, at=world.at)
    assert list(Submission.inbox(coordinator)) == [first, second]


def test_receiving_is_for_the_portal_only(world, draft):
    _, token = draft
    with pytest.raises(Forbidden):
        submit(
            live("help"), dict(HELP_ANSWERS), token=token, language="ar", suspicion=[],
            by=world.manager().actor, at=world.at,
        )  # fmt: skip
    assert not Submission.select().exists()
