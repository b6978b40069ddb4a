"""What somebody wrote about taking part calls until it was read."""

from __future__ import annotations

from casework.acceptance import link_submission
from casework.core.access import SYSTEM, Actor
from casework.participation.accounts import note_account, note_read, tell_account
from tests.casework.insight.attention.queue import entries
from tests.world import World


def test_an_account_calls_until_somebody_noted_it(world: World) -> None:
    case, submission = world.case(), world.submission()
    link_submission(submission, case, by=SYSTEM, at=world.at)
    account = tell_account(
        case, "no bus", language="ar", submission=submission,
        by=Actor("person", id=submission.id), at=world.at,
    )  # fmt: skip
    assert [row.subject_id for row in entries(world, "account_unread")] == [account.id]
    note_read(account, by=SYSTEM, at=world.at)
    assert entries(world, "account_unread") == []


def test_what_staff_noted_themselves_calls_nobody(world: World) -> None:
    note_account(
        world.case(), "no bus", language="ar", told_on=world.at.date(), by=SYSTEM, at=world.at
    )
    assert entries(world, "account_unread") == []
