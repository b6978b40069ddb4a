"""Drafts: kept for a while, found by token or code, read by nobody else."""

import pytest

from casework.core.access import SYSTEM
from casework.core.db import database
from casework.drafts import (
    Draft,
    discard_draft,
    draft_by_code,
    draft_of,
    keep_draft,
    purge_drafts,
    rekey_draft,
    start_draft,
)
from casework.questionnaires.models import live


@pytest.fixture
def draft(world):
    return start_draft(live("help"), "ar", at=world.at)


def test_a_draft_is_found_by_its_token_and_by_its_code(world, draft):
    row, token = draft
    assert draft_of(token, at=world.at) == row
    assert draft_by_code(row.code, at=world.at) == row
    assert draft_by_code(row.code.lower().replace("-", " "), at=world.at) == row


@pytest.mark.parametrize("wrong", ["", "x", "\x00", "A" * 20_000, "AAAA-AAAA-AAAA-AAAA"])
def test_a_wrong_token_or_code_finds_nothing(world, draft, wrong):
    assert draft_of(wrong, at=world.at) is None
    assert draft_by_code(wrong, at=world.at) is None


def test_answers_are_kept_and_come_back_as_they_were(world, draft):
    row, token = draft
    answers = {"given_name": "أمل", "members": [{"_row": "a", "member_given_name": "Ö"}]}
    keep_draft(row, answers, "de", at=world.at)
    again = draft_of(token, at=world.at)
    assert (again.answers, again.language, again.revision) == (answers, "de", 1)


def test_a_draft_expires_a_week_after_the_last_change(world, clock, draft):
    row, token = draft
    clock.forward(days=6)
    keep_draft(row, {"given_name": "A"}, "ar", at=world.at)
    clock.forward(days=6, hours=23)
    assert draft_of(token, at=world.at)
    clock.forward(hours=1)
    assert draft_of(token, at=world.at) is None
    assert draft_by_code(row.code, at=world.at) is None


def test_expired_drafts_are_purged_and_others_stay(world, clock, draft):
    clock.forward(days=3)
    _, token = start_draft(live("help"), "de", at=world.at)
    clock.forward(days=4)
    assert purge_drafts(at=world.at) == 1
    assert draft_of(token, at=world.at)


def test_another_device_gets_a_token_of_its_own(world, draft):
    row, token = draft
    fresh = rekey_draft(row)
    assert draft_of(fresh, at=world.at) == row
    assert draft_of(token, at=world.at) is None


def test_a_discarded_draft_is_gone(world, draft):
    row, token = draft
    discard_draft(row)
    assert draft_of(token, at=world.at) is None


def test_neither_token_nor_code_nor_answers_lie_open(world, draft):
    row, token = draft
    keep_draft(row, {"given_name": "Kanarienvogel"}, "ar", at=world.at)
    stored = str(database.execute_sql("SELECT * FROM drafts").fetchall())
    for secret in (token, row.code, row.code.replace("-", ""), "Kanarienvogel"):
        assert secret not in stored


def test_nobody_in_the_back_office_reads_drafts(world, draft):
    assert not Draft.scope(world.coordinator().actor).exists()
    assert not Draft.scope(SYSTEM).exists()
