"""Taking part: facts that are read off, accounts beside them, and a ladder that people climb."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.acceptance import link_submission
from casework.appointments import settle_appointment
from casework.cases import move_case
from casework.core.access import SYSTEM, Actor
from casework.core.audit import AuditEntry
from casework.core.db import database, transaction
from casework.core.i18n import LANGUAGES
from casework.core.refusals import Forbidden, NotFound, StaleEdit
from casework.core.settings import change_setting
from casework.interpretations import Interpretation, keep_interpretation
from casework.messages import EmptyMessage, mark_read, receive_message, send_message
from casework.participation.accounts import (
    AgreedDayRefused,
    NextStepMissing,
    accept_account,
    agree_step,
    move_agreed_step,
    note_account,
    steps_of,
    take_acceptance_back,
    tell_account,
)
from casework.participation.facts import FactDayRefused, fact_of, facts_of, note_fact, remove_fact
from casework.participation.ladder import (
    CaseIsOver,
    NothingHappened,
    ReasonMissing,
    RungSkipped,
    RungWithoutText,
    decide_rung,
    forget_expired,
    offered_rungs,
    revision_of,
    take_rung_back,
    taken_rungs,
    wording_of,
)
from casework.participation.models import Account, AgreedStep, NotedFact, Rung, TakenRung
from casework.plans.steps import move_step
from casework.plans.whole import WholePlan
from casework.texts import Text, change_text
from tests.properties import SHARING
from tests.world import World

CODES = ("reminder", "letter", "talk", "support", "pause")


@pytest.fixture
def case(world: World):
    return world.case()


def _note(world: World, case, kind="missed", days=1, **more):
    on = (world.at - timedelta(days=days)).date()
    return note_fact(case, kind, on, by=SYSTEM, at=world.at, **more)


def _decide(world: World, case, code="reminder", reason="twice not there", seen=None):
    seen = revision_of(taken_rungs(case, at=world.at)) if seen is None else seen
    return decide_rung(case, code, reason, seen=seen, by=SYSTEM, at=world.at)


def _kinds(world: World, case):
    return [(fact.table, fact.kind) for fact in facts_of(case, at=world.at)]


def _told(world: World, case, submission, body="no bus", **beside):
    person = Actor("person", id=submission.id)
    return tell_account(case, body, language="ar", submission=submission, by=person, at=world.at,
                        **beside)  # fmt: skip


@pytest.fixture
def submission(world: World, case):
    row = world.submission()
    link_submission(row, case, by=SYSTEM, at=world.at)
    return row


def test_a_missed_appointment_is_a_fact_and_a_kept_one_is_none(world: World, case) -> None:
    row = world.appointment(case)
    world.clock.forward(days=1)
    assert _kinds(world, case) == []
    settle_appointment(row, "missed", by=SYSTEM, at=world.at)
    assert _kinds(world, case) == [("appointments", "missed")]
    assert facts_of(case, at=world.at)[0].on == row.starts_at.date()
    settle_appointment(row, "excused", reason="ill", by=SYSTEM, at=world.at)
    assert _kinds(world, case) == [("appointments", "excused")]
    settle_appointment(row, "kept", by=SYSTEM, at=world.at)
    assert _kinds(world, case) == []


def test_who_cancelled_in_time_is_excused_and_our_own_cancelling_is_no_fact(
    world: World, case
) -> None:
    for who in ("person", "provider", "us"):
        row = world.appointment(case)
        settle_appointment(row, "cancelled", cancelled_by=who, by=SYSTEM, at=world.at)
    assert _kinds(world, case) == [("appointments", "excused")]
    assert facts_of(case, at=world.at)[0].is_excused


def test_a_missed_step_counts_only_where_the_person_was_to_do_it(world: World, case) -> None:
    plan = world.plan(case)
    for step in WholePlan(plan).steps:
        move_step(step, "missed", by=SYSTEM, at=world.at)
    doers = {step.doer for step in WholePlan(plan).steps}
    assert doers > {"person"}
    found = facts_of(case, at=world.at)
    assert {fact.row.doer for fact in found} == {"person"}
    move_step(found[0].row, "in_progress", by=SYSTEM, at=world.at)
    assert len(facts_of(case, at=world.at)) == len(found) - 1


def test_a_message_that_nobody_opened_for_two_weeks_is_a_fact(
    world: World, case, submission
) -> None:
    message = send_message("!", case=case, language="ar", by=SYSTEM, at=world.at)
    world.clock.forward(days=13)
    assert _kinds(world, case) == []
    world.clock.forward(days=1)
    assert _kinds(world, case) == [("messages", "no_answer")]
    mark_read(message, by=SYSTEM, at=world.at)
    assert _kinds(world, case) == []


def test_no_message_counts_without_a_page_or_after_an_answer(world: World, case) -> None:
    send_message("!", case=case, language="ar", by=SYSTEM, at=world.at)
    world.clock.forward(days=30)
    assert _kinds(world, case) == []
    submission = world.submission()
    link_submission(submission, case, by=SYSTEM, at=world.at)
    assert _kinds(world, case) == [("messages", "no_answer")]
    receive_message("?", case=case, submission=submission, language="ar",
                    by=Actor("person", id=submission.id), at=world.at)  # fmt: skip
    assert _kinds(world, case) == []


def test_an_appointment_that_was_kept_answers_a_message(world: World, case, submission) -> None:
    send_message("!", case=case, language="ar", by=SYSTEM, at=world.at)
    row = world.appointment(case, world.at + timedelta(days=3))
    world.clock.forward(days=20)
    settle_appointment(row, "kept", by=SYSTEM, at=world.at)
    assert _kinds(world, case) == []


@pytest.mark.parametrize("days", [-1, 181, 4000])
def test_an_impossible_day_is_refused(world: World, case, days) -> None:
    with pytest.raises(FactDayRefused):
        _note(world, case, days=days)


def test_a_fact_of_another_kind_or_household_is_not_found(world: World, case) -> None:
    with pytest.raises(NotFound):
        _note(world, case, kind="lazy")
    with pytest.raises(NotFound):
        _note(world, case, person=world.person())
    with pytest.raises(NotFound):
        fact_of(case, "noted_facts.00", at=world.at)


def test_facts_expire_from_view_and_then_from_the_database(world: World, case) -> None:
    fact = _note(world, case, note="felt ill")
    account = note_account(case, "krank", language="de", told_on=world.at.date(),
                           fact=fact_of(case, f"noted_facts.{fact.id.hex}", at=world.at),
                           by=SYSTEM, at=world.at)  # fmt: skip
    keep_interpretation(account, "body", "en", "ill", source="staff", by=SYSTEM, at=world.at)
    _decide(world, case)
    step = agree_step(
        case, "call", language="de", agreed_on=world.at.date(), by=SYSTEM, at=world.at
    )
    move_agreed_step(step, "done", by=SYSTEM, at=world.at)
    world.clock.forward(days=180)
    assert facts_of(case, at=world.at) == []
    assert forget_expired(at=world.at) == 1
    world.clock.forward(days=1)
    assert taken_rungs(case, at=world.at) == []
    assert forget_expired(at=world.at) == 3
    for model in (NotedFact, Account, TakenRung, AgreedStep, Interpretation):
        assert model.select().count() == 0, model
    assert AuditEntry.select().where(AuditEntry.event == "participation:expired").count() == 4


def test_the_span_is_a_setting(world: World, case) -> None:
    _note(world, case, days=20)
    change_setting("fact_days", 10, by=SYSTEM, at=world.at)
    assert facts_of(case, at=world.at) == []


def test_an_account_stands_beside_its_fact_and_can_excuse_it(
    world: World, case, submission
) -> None:
    fact = _note(world, case)
    found = fact_of(case, f"noted_facts.{fact.id.hex}", at=world.at)
    account = _told(world, case, submission, fact=found)
    assert [row.body for row in facts_of(case, at=world.at)[0].accounts] == ["no bus"]
    assert list(Account.unread(SYSTEM)) == [account]
    accept_account(account, by=SYSTEM, at=world.at)
    assert facts_of(case, at=world.at)[0].is_excused
    assert list(Account.unread(SYSTEM)) == []
    with pytest.raises(NothingHappened):
        _decide(world, case)
    take_acceptance_back(account, by=SYSTEM, at=world.at)
    assert not facts_of(case, at=world.at)[0].is_excused


def test_a_fact_typed_by_mistake_goes_and_the_account_stays(world: World, case, submission) -> None:
    fact = _note(world, case)
    _told(world, case, submission, fact=fact_of(case, f"noted_facts.{fact.id.hex}", at=world.at))
    remove_fact(fact, by=SYSTEM, at=world.at)
    assert facts_of(case, at=world.at) == []
    assert Account.get().fact_id is None


def test_an_account_needs_words_and_a_person(world: World, case, submission) -> None:
    with pytest.raises(EmptyMessage):
        _told(world, case, submission, body=" \n ")
    with pytest.raises(Forbidden):
        tell_account(case, "x", language="ar", submission=submission, by=world.coordinator().actor,
                     at=world.at)  # fmt: skip
    with pytest.raises(NotFound):
        note_account(case, "x", language="xx", told_on=world.at.date(), by=SYSTEM, at=world.at)
    with pytest.raises(AgreedDayRefused):
        note_account(case, "x", language="ar", told_on=date(2999, 1, 1), by=SYSTEM, at=world.at)
    assert Account.select().count() == 0


def test_what_people_write_is_sealed(world: World, case, submission) -> None:
    _note(world, case, note="Geheimwort")
    _decide(world, case, reason="Geheimwort")
    _told(world, case, submission, body="Geheimwort")
    agree_step(case, "Geheimwort", language="de", agreed_on=world.at.date(), by=SYSTEM, at=world.at)
    for table in ("noted_facts", "taken_rungs", "accounts", "agreed_steps", "audit_entries"):
        rows = database.execute_sql(f"SELECT * FROM {table}").fetchall()
        assert rows
        assert "Geheimwort" not in str(rows)
        assert b"Geheimwort" not in b"".join(
            bytes(v) for r in rows for v in r if isinstance(v, bytes)
        )


@pytest.mark.parametrize(("agreed", "due"), [(1, None), (-800, None), (0, -1), (0, 900)])
def test_a_step_is_agreed_on_days_that_can_be_meant(world: World, case, agreed, due) -> None:
    day = world.at.date()
    with pytest.raises(AgreedDayRefused):
        agree_step(case, "x", language="de", agreed_on=day + timedelta(days=agreed),
                   due_on=None if due is None else day + timedelta(days=due),
                   by=SYSTEM, at=world.at)  # fmt: skip


def test_what_is_open_stands_before_what_is_done(world: World, case) -> None:
    day = world.at.date()
    for what in ("first", "second"):
        agree_step(case, what, language="de", agreed_on=day, by=SYSTEM, at=world.at)
    second = next(row for row in steps_of(case) if row.what == "second")
    move_agreed_step(second, "done", by=SYSTEM, at=world.at)
    assert [row.what for row in steps_of(case)] == ["first", "second"]
    with pytest.raises(NextStepMissing):
        agree_step(case, " ", language="de", agreed_on=day, by=SYSTEM, at=world.at)


def test_the_ladder_is_climbed_rung_by_rung(world: World, case) -> None:
    _note(world, case)
    for number, code in enumerate(CODES):
        for too_high in CODES[number + 1 :]:
            with pytest.raises(RungSkipped):
                _decide(world, case, too_high)
        world.clock.forward(hours=1)
        _decide(world, case, code)
    assert [row.rung.code for row in taken_rungs(case, at=world.at)] == list(reversed(CODES))


def test_a_rung_can_be_taken_back_and_counts_no_longer(world: World, case) -> None:
    _note(world, case)
    first = _decide(world, case)
    with pytest.raises(ReasonMissing):
        take_rung_back(first, " ", by=SYSTEM, at=world.at)
    take_rung_back(first, "wrong family", by=SYSTEM, at=world.at)
    with pytest.raises(RungSkipped):
        _decide(world, case, "letter")
    assert [rung.code for rung in offered_rungs(taken_rungs(case, at=world.at))] == ["reminder"]


def test_no_rung_without_a_fact_a_reason_and_a_live_case(world: World, case) -> None:
    with pytest.raises(NothingHappened):
        _decide(world, case)
    _note(world, case, kind="excused")
    with pytest.raises(NothingHappened):
        _decide(world, case)
    _note(world, case)
    with pytest.raises(ReasonMissing):
        _decide(world, case, reason="\x00 ")
    with pytest.raises(NotFound):
        _decide(world, case, "prison")
    move_case(case, "closed", reason="wish", by=SYSTEM, at=world.at)
    with pytest.raises(CaseIsOver):
        _decide(world, case)
    assert TakenRung.select().count() == 0


def test_of_two_who_decide_at_once_the_second_is_told(world: World, case) -> None:
    _note(world, case)
    seen = revision_of(taken_rungs(case, at=world.at))
    _decide(world, case, seen=seen)
    with pytest.raises(StaleEdit):
        _decide(world, case, seen=seen)
    assert TakenRung.select().count() == 1


def test_a_rung_keeps_the_words_it_was_taken_with(world: World, case) -> None:
    _note(world, case)
    taken = _decide(world, case)
    change_text("rung.reminder", "ar", subject="x", body="y", by=SYSTEM, at=world.at)
    assert taken.refresh().body != "y"
    assert taken.language == "ar"


def test_a_rung_without_any_text_is_refused(world: World, case) -> None:
    _note(world, case)
    with transaction():
        Text.delete().where(Text.key == "rung.reminder").execute()
    with pytest.raises(RungWithoutText):
        _decide(world, case)


def test_every_rung_has_its_text_in_every_language(world: World) -> None:
    for rung in Rung.in_order():
        texts = wording_of(rung)
        assert set(texts) == set(LANGUAGES), rung.code
        assert all(row.subject and row.body for row in texts.values())


THREATS = ("polizei", "ausländerbehörde", "kürz", "sanktion", "strafe", "abschieb", "pflicht",
           "police", "penalty", "sanction", "must ", "deport")  # fmt: skip


def test_no_text_of_the_ladder_threatens(world: World) -> None:
    for rung in Rung.in_order():
        for tag in ("de", "en"):
            words = wording_of(rung)[tag].body.casefold()
            assert not [threat for threat in THREATS if threat in words], rung.code


@settings(max_examples=25, deadline=None,
          suppress_health_check=SHARING)  # fmt: skip
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=12))
def test_however_one_climbs_no_rung_was_ever_left_out(world: World, moves) -> None:
    case = world.case()
    _note(world, case)
    for up, number in moves:
        world.clock.forward(minutes=1)
        standing = [t for t in taken_rungs(case, at=world.at) if t.state == "standing"]
        if not up and standing:
            take_rung_back(standing[number % len(standing)], "so", by=SYSTEM, at=world.at)
            continue
        highest = max((CODES.index(t.rung.code) for t in standing), default=-1)
        if number <= highest + 1:
            _decide(world, case, CODES[number])
        else:
            with pytest.raises(RungSkipped):
                _decide(world, case, CODES[number])
