"""Whoever reads the queue finds what changed, and waits for nobody who is computing it."""

from __future__ import annotations

import threading

from casework.core.db import connection, is_sqlite, transaction
from casework.insight.attention import upkeep
from casework.insight.attention.entries import AttentionEntry, AttentionMark
from casework.insight.attention.upkeep import catch_up
from tests.casework.insight.attention.queue import entries
from tests.world import World


def test_a_reader_waits_for_no_computation_and_the_worker_follows(world: World, clock) -> None:
    """SQLite has one writer at a time, who is soon done; PostgreSQL has a lock for this."""
    need = world.need()
    clock.forward(days=10)
    entries(world)
    world.referral(need)
    begun, ended = threading.Event(), threading.Event()

    def compute() -> None:
        with connection(), transaction():
            upkeep._alone()
            begun.set()
            if not is_sqlite():
                ended.wait(60)

    other = threading.Thread(target=compute)
    other.start()
    assert begun.wait(60)
    read = catch_up(at=world.at, wait=False)
    assert bool(read) is is_sqlite()
    ended.set()
    other.join()
    assert catch_up(at=world.at) or read
    assert not AttentionMark.select().exists()
    assert not AttentionEntry.select().where(AttentionEntry.subject_id == need.id).exists()


def test_marks_that_came_while_reading_are_left_for_the_next(world: World) -> None:
    for _ in range(3):
        world.case()
    count = AttentionMark.select().count()
    assert catch_up(at=world.at, most=1, wait=False) == 1
    assert AttentionMark.select().count() == count - 1
