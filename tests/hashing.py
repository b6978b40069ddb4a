"""Passwords and PINs of tests are hashed cheaply: what makes them hard to guess takes longest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from casework import staff


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    dear = staff.hasher
    staff.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    staff.hasher = dear
