"""Running numbers: without gaps, without doubles."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from casework.core.access import SYSTEM
from casework.core.counters import Counter, next_number
from casework.core.db import connection, database, transaction


def test_numbers_begin_at_one_and_run_on_under_each_name(db):
    with transaction():
        assert [next_number("case 2026") for _ in range(3)] == [1, 2, 3]
        assert next_number("case 2027") == 1


def test_a_number_that_was_not_used_is_given_out_again(db):
    def fail():
        with transaction():
            next_number("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction():
        assert next_number("a") == 1


def test_many_at_once_get_each_number_once(fresh):
    def one(_):
        with connection(), transaction():
            return next_number("a")

    with ThreadPoolExecutor(12) as pool:
        numbers = list(pool.map(one, range(60)))
    database.close_all()
    assert sorted(numbers) == list(range(1, 61))


def test_nobody_lists_counters(db):
    with transaction():
        next_number("a")
    assert Counter.select().exists()
    assert not Counter.scope(SYSTEM).exists()
