"""Counting tries: exact at the limit, also when many come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from casework.core.access import SYSTEM
from casework.core.db import connection, database
from casework.core.throttles import (
    Throttle,
    address_prefix,
    allow,
    forget,
    give_back,
    purge_throttles,
    retry_after,
)

WINDOW = timedelta(minutes=15)


def tries(count, clock, key="a", kind="status", limit=20):
    return [allow(kind, key, limit=limit, window=WINDOW, at=clock()) for _ in range(count)]


def test_the_twenty_first_try_in_a_window_is_refused(db, clock):
    assert tries(21, clock) == [True] * 20 + [False]


def test_a_refused_try_does_not_make_the_waiting_longer(db, clock):
    tries(20, clock)
    clock.forward(minutes=14)
    tries(5, clock)
    assert retry_after("status", "a", at=clock()) == 60


def test_tries_are_allowed_again_when_the_window_is_over(db, clock):
    tries(20, clock)
    clock.forward(minutes=15)
    assert retry_after("status", "a", at=clock()) == 0
    assert tries(21, clock) == [True] * 20 + [False]


def test_keys_and_kinds_are_counted_apart(db, clock):
    tries(1, clock, limit=1)
    assert tries(1, clock, key="b", limit=1) == [True]
    assert tries(1, clock, kind="sign-in", limit=1) == [True]
    assert tries(1, clock, limit=1) == [False]


def test_a_clock_that_is_put_back_a_day_locks_nobody_out(db, clock):
    clock.forward(days=1)
    tries(20, clock)
    clock.forward(days=-1)
    assert retry_after("status", "a", at=clock()) == 0
    assert tries(1, clock) == [True]


def test_a_try_that_is_given_back_can_be_used_again(db, clock):
    tries(20, clock)
    give_back("status", "a")
    assert tries(2, clock) == [True, False]


def test_giving_back_more_than_was_used_gains_nothing(db, clock):
    tries(1, clock)
    for _ in range(3):
        give_back("status", "a")
    give_back("status", "nobody")
    assert tries(21, clock) == [True] * 20 + [False]


def test_a_forgotten_key_starts_anew(db, clock):
    tries(20, clock)
    tries(20, clock, key="b")
    forget("status", "a")
    assert tries(1, clock) == [True]
    assert tries(1, clock, key="b") == [False]


def test_a_key_that_was_never_tried_need_not_wait(db, clock):
    assert retry_after("status", "nobody", at=clock()) == 0


def test_the_key_itself_is_not_stored(db, clock):
    tries(1, clock, key="198.51.100.7")
    [row] = Throttle.select().tuples()
    assert "198.51.100.7" not in str(row)


def test_nobody_lists_throttles(db, clock):
    tries(1, clock)
    assert not Throttle.scope(SYSTEM).exists()


def test_purging_forgets_what_is_over_and_keeps_what_runs(db, clock):
    tries(1, clock, key="old")
    clock.forward(minutes=10)
    tries(1, clock, key="new")
    clock.forward(minutes=5)
    assert purge_throttles(at=clock()) == 1
    assert retry_after("status", "new", at=clock()) == 600


def test_of_forty_tries_at_once_exactly_twenty_are_allowed(fresh, clock):
    def one(_):
        with connection():
            return allow("status", "a", limit=20, window=WINDOW, at=clock())

    with ThreadPoolExecutor(16) as pool:
        allowed = list(pool.map(one, range(40)))
    database.close_all()
    assert sum(allowed) == 20


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:0:12ff::1", "2001:db8:0:1200::/56"),
        ("2001:db8:0:1234:ffff::2", "2001:db8:0:1200::/56"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", "unknown"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_addresses_count_by_what_one_visitor_has(address, prefix):
    assert address_prefix(address) == prefix
