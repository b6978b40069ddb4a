"""A change, its audit row and the news of it are one transaction."""

import re
from collections import defaultdict

import pytest

from casework.cases import assign_case, move_case
from casework.core import audit
from casework.core.access import PUBLIC, SYSTEM, Role
from casework.core.audit import AuditEntry, on, record_read, recorded
from casework.core.counters import Counter
from casework.core.refusals import Forbidden, InvalidTransition
from casework.needs import Need, move_need
from casework.people import change_household
from casework.referrals import answer_referral


@pytest.fixture
def own_events(monkeypatch):
    """Verbs and listeners of this test only."""
    monkeypatch.setattr(audit, "RECORDED", {})
    monkeypatch.setattr(audit, "_listeners", defaultdict(list))


@pytest.fixture
def counted(own_events):
    @recorded("counter:started", needs="case:edit", open_to=("system", "person"))
    def start(name, *, by, at):
        return Counter.create(name=name)

    return start


def entries(event):
    return list(AuditEntry.select().where(AuditEntry.event == event))


def test_a_verb_leaves_one_row_with_who_what_which_and_when(db, clock, counted):
    counter = counted("a", by=SYSTEM, at=clock())
    [entry] = entries("counter:started")
    assert (entry.actor_kind, entry.actor_name) == ("system", "system")
    assert (entry.subject_table, entry.subject_id) == ("counters", counter.id)
    assert entry.at == clock()


def test_the_row_of_a_case_verb_names_the_case(world):
    need = world.need()
    [entry] = entries("need:added")
    assert entry.case_id == need.case.id
    [opened] = entries("case:opened")
    assert opened.case_id == need.case.id


def test_the_trail_holds_no_values(world):
    world.person(given_name="Kanarienvogel", phone="+49 7621 000000")
    for row in AuditEntry.select().tuples():
        assert "Kanarienvogel" not in str(row)
        assert "7621" not in str(row)


def test_a_move_says_from_which_state_into_which(world):
    need = world.need()
    move_need(need, "covered", by=SYSTEM, at=world.at)
    [entry] = entries("need:moved")
    assert entry.details == {"from": "open", "to": "covered"}


def test_what_was_seen_late_is_told_as_it_was_in_the_database(world):
    need = world.need()
    stale = Need.get_by_id(need.id)
    move_need(need, "covered", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        move_need(stale, "met", by=SYSTEM, at=world.at)
    assert [entry.details["to"] for entry in entries("need:moved")] == ["covered"]


def test_what_moves_nothing_has_no_details(world):
    case = world.case()
    assign_case(case, organization=None, assigned_to=None, by=SYSTEM, at=world.at)
    world.need(case)
    for event in ("case:opened", "case:assigned", "need:added", "household:created"):
        [entry] = entries(event)
        assert entry.details == {}, event


def test_details_are_names_of_states_and_nothing_else(world):
    referral = world.referral()
    answer_referral(referral, "waitlisted", note="Kanarienvogel", by=SYSTEM, at=world.at)
    move_case(referral.case, "closed", reason="moved_away", by=SYSTEM, at=world.at)
    told = [row.details for row in AuditEntry.select() if row.details]
    assert {"from": "sent", "to": "waitlisted"} in told
    assert {"from": "new", "to": "closed"} in told
    for details in told:
        assert set(details) == {"from", "to"}
        assert all(re.fullmatch("[a-z_]+", code) for code in details.values())


def test_without_permission_nothing_is_changed_and_nothing_recorded(world, counted):
    commissioner = world.staff(Role.INTEGRATION_COMMISSIONER).actor
    for actor in (commissioner, PUBLIC):
        with pytest.raises(Forbidden):
            counted("a", by=actor, at=world.at)
    assert not Counter.select().where(Counter.name == "a").exists()
    assert entries("counter:started") == []


def test_a_listener_hears_of_it_in_the_same_transaction(db, clock, counted):
    heard = []
    on("counter:started")(lambda subject, by, at: heard.append((subject.name, by, at)))
    counted("a", by=SYSTEM, at=clock())
    assert heard == [("a", SYSTEM, clock())]


def test_when_a_listener_fails_the_change_is_undone(db, clock, counted):
    @on("counter:started")
    def fail(subject, *, by, at):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        counted("a", by=SYSTEM, at=clock())
    assert not Counter.select().exists()
    assert entries("counter:started") == []


def test_when_the_verb_fails_there_is_no_row(db, clock, own_events):
    @recorded("counter:broken", needs="case:edit")
    def broken(*, by, at):
        Counter.create(name="a")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        broken(by=SYSTEM, at=clock())
    assert not Counter.select().exists()
    assert entries("counter:broken") == []


def test_a_verb_without_a_row_is_recorded_too(db, clock, own_events):
    @recorded("counter:loaded", needs="case:edit")
    def load(content, *, by, at):
        return None

    load({"not": "a row"}, by=SYSTEM, at=clock())
    [entry] = entries("counter:loaded")
    assert (entry.subject_table, entry.subject_id) == ("", None)


def test_the_actor_and_the_time_have_to_be_named(db, counted):
    with pytest.raises(TypeError):
        counted("a")


def test_reading_a_record_is_noted(world):
    case, reader = world.case(), world.coordinator().actor
    record_read("case:read", case, by=reader, at=world.at)
    [entry] = entries("case:read")
    assert (entry.actor_id, entry.case_id) == (reader.id, case.id)


def test_only_who_may_read_the_trail_sees_it(world):
    change_household(world.household(), name="Other", by=SYSTEM, at=world.at)
    assert AuditEntry.scope(world.coordinator().actor).exists()
    assert AuditEntry.scope(world.staff(Role.ADMINISTRATOR).actor).exists()
    assert not AuditEntry.scope(world.manager().actor).exists()
    assert not AuditEntry.scope(PUBLIC).exists()
