"""Drafts of referrals: one for a need and a service, changed by one at a time, sent as seen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from casework.core.access import PUBLIC, SYSTEM
from casework.core.audit import AuditEntry
from casework.core.db import connection, database
from casework.core.refusals import Forbidden, NotFound, StaleEdit
from casework.referral_drafts import (
    NoLongerDraft,
    ReferralAlreadyUnderWay,
    asked_before,
    change_draft,
    draft_referral,
)
from casework.referral_states import ANSWERS, FINAL, WAITING
from casework.referrals import Referral, revoke_referral, send_referral
from tests.world import PERSON, PROVIDER, World


def change(draft, world, by=SYSTEM, **changed):
    now = draft.refresh()
    columns = {
        "service": now.service, "fields": tuple(now.fields), "note": now.note or "",
        "follow_up_on": now.follow_up_on, "seen": draft.revision,
    }  # fmt: skip
    return change_draft(draft, by=by, at=world.at, **{**columns, **changed})


# Changing


def test_everything_that_a_draft_asks_can_be_changed(world):
    draft, other = world.referral(sent=False), world.service(name="Evening course")
    day = world.at.date() + timedelta(days=3)
    change(draft, world, service=other, fields=("note", "name"), note="Kommt abends",
           follow_up_on=day)  # fmt: skip
    fresh = draft.refresh()
    assert (fresh.service, fresh.organization) == (other, other.organization)
    assert (fresh.fields, fresh.note, fresh.follow_up_on) == (["name", "note"], "Kommt abends", day)
    assert (fresh.state, fresh.shared, fresh.sent_at) == ("draft", None, None)


def test_a_change_is_recorded_with_who_did_it(world):
    coordinator = world.coordinator().actor
    draft = world.referral(sent=False)
    change(draft, world, by=coordinator, note="neu")
    entry = AuditEntry.get(AuditEntry.event == "referral:changed")
    assert (entry.subject_id, entry.actor_id) == (draft.id, coordinator.id)
    assert "neu" not in str(entry.__data__)


def test_who_changes_second_is_told_and_the_first_change_stands(world):
    draft = world.referral(sent=False)
    change(draft, world, note="first")
    with pytest.raises(StaleEdit):
        change(draft, world, note="second")
    assert draft.refresh().note == "first"


def test_of_many_who_change_at_once_one_wins(fresh, clock):
    with connection():
        world = World(clock)
        draft = world.referral(sent=False)

    def one(number):
        with connection():
            try:
                change(draft, world, note=f"{number}")
            except StaleEdit:
                return None
            return f"{number}"

    with ThreadPoolExecutor(4) as pool:
        won = [note for note in pool.map(one, range(8)) if note]
    with connection():
        assert won == [draft.refresh().note]
    database.close_all()


@pytest.mark.parametrize("field", ["service", "fields", "note", "follow_up_on"])
def test_each_thing_that_a_draft_asks_gives_it_another_revision(world, field):
    draft = world.referral(sent=False)
    before = draft.revision
    value = {"service": world.service(), "fields": ["name"], "note": "x",
             "follow_up_on": world.at.date()}[field]  # fmt: skip
    setattr(draft, field, value)
    assert draft.revision != before


def test_a_draft_that_is_read_again_has_the_same_revision(world):
    draft = world.referral(sent=False, note="Grüße", fields=("name", "note"))
    assert draft.refresh().revision == draft.revision


@pytest.mark.parametrize("state", ["sent", *ANSWERS, "revoked"])
def test_what_has_left_is_not_changed(world, state):
    referral = world.referral()
    if state == "revoked":
        revoke_referral(referral, by=SYSTEM, at=world.at)
    elif state != "sent":
        world.answer(referral, state)
    with pytest.raises(NoLongerDraft) as refused:
        change(referral, world, note="late")
    assert "draft" in refused.value.text("en")
    assert referral.refresh().note is None


@pytest.mark.parametrize("field", ["diagnosis", "", "birth_date", "\x00"])
def test_a_draft_is_not_changed_to_what_can_never_be_released(world, field):
    draft = world.referral(sent=False)
    with pytest.raises(NotFound):
        change(draft, world, fields=("name", field), note="kept out")
    assert draft.refresh().note is None


def test_only_staff_change_drafts(world):
    draft = world.referral(sent=False)
    for by in (PUBLIC, PERSON, PROVIDER):
        with pytest.raises(Forbidden):
            change(draft, world, by=by)


# Sending what was seen


def test_a_draft_that_changed_since_it_was_seen_is_not_sent(world):
    draft = world.referral(sent=False, fields=("name",))
    world.release(draft.case)
    change(draft, world, fields=("name", "phone"))
    with pytest.raises(StaleEdit):
        send_referral(draft, by=SYSTEM, at=world.at)
    fresh = draft.refresh()
    assert (fresh.state, fresh.shared) == ("draft", None)
    with pytest.raises(StaleEdit):
        send_referral(fresh, seen=draft.revision, by=SYSTEM, at=world.at)
    sent = send_referral(fresh.refresh(), seen=fresh.revision, by=SYSTEM, at=world.at)
    assert sorted(sent.shared) == ["name", "phone"]


# One at a time


@pytest.mark.parametrize("state", ["draft", *WAITING])
def test_a_need_is_put_before_a_service_once_at_a_time(world, state):
    need, service = world.need(), world.service(email="desk@provider.example")
    first = world.referral(need, service, sent=state != "draft")
    if state in ANSWERS:
        world.answer(first, state)
    elif state == "acknowledged":
        Referral.update(state=state).execute()
    with pytest.raises(ReferralAlreadyUnderWay) as refused:
        draft_referral(need.case, need, service, by=SYSTEM, at=world.at)
    assert refused.value.referral == first
    assert "02.11.2026" in refused.value.text("en")
    assert Referral.select().count() == 1


@pytest.mark.parametrize("state", FINAL)
def test_after_an_outcome_the_same_service_can_be_asked_again(world, state):
    need, service = world.need(), world.service(email="desk@provider.example")
    first = world.referral(need, service)
    Referral.update(state=state).where(Referral.id == first.id).execute()
    assert world.referral(need, service, sent=False).state == "draft"


def test_another_need_or_another_service_may_be_asked_beside_it(world):
    need, service = world.need(), world.service(email="desk@provider.example")
    world.referral(need, service)
    world.referral(need, world.service(), sent=False)
    world.referral(world.need(need.case, "debt"), service, sent=False)
    assert Referral.select().count() == 3


def test_a_draft_is_not_changed_to_a_service_that_was_asked_already(world):
    need, service = world.need(), world.service(name="Asked", email="desk@provider.example")
    world.referral(need, service)
    draft = world.referral(need, sent=False)
    with pytest.raises(ReferralAlreadyUnderWay):
        change(draft, world, service=service)
    assert draft.refresh().service != service


def test_of_many_equal_drafts_at_once_one_is_made(fresh, clock):
    with connection():
        world = World(clock)
        need, service = world.need(), world.service()

    def one(_number):
        with connection():
            try:
                return draft_referral(need.case, need, service, by=SYSTEM, at=world.at)
            except ReferralAlreadyUnderWay:
                return None

    with ThreadPoolExecutor(4) as pool:
        made = [row for row in pool.map(one, range(8)) if row]
    with connection():
        assert len(made) == Referral.select().count() == 1
    database.close_all()


# What was tried before


def test_what_a_household_was_referred_for_before_is_known_by_service(world, clock):
    coordinator = world.coordinator().actor
    case, service = world.case(), world.service(email="desk@provider.example")
    first = world.answer(world.referral(world.need(case), service), "no_capacity")
    clock.forward(days=9)
    again = world.case(household=case.household)
    second = world.referral(world.need(again), service)
    world.referral(world.need(again, "debt"), service, sent=False)
    world.referral(service=service)
    unasked = world.service()
    found = asked_before(case, [service, unasked], staff=coordinator)
    assert found == {service.id: [second, first]}


def test_what_was_tried_before_is_told_as_far_as_the_reader_may_see_it(world):
    ours, theirs = world.manager(), world.manager()
    case, service = world.case(ours.organization), world.service(email="desk@provider.example")
    world.referral(world.need(case), service)
    assert asked_before(case, [service], staff=ours.actor)
    assert asked_before(case, [service], staff=theirs.actor) == {}
