"""Passwords of staff: what is refused, and what a stolen database would cost to guess."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from casework import staff
from casework.staff import PasswordRefused, hash_password, verify_password
from tests.world import PASSWORD


def test_a_hash_costs_what_owasp_asks_for(monkeypatch):
    monkeypatch.setattr(staff, "hasher", staff.OWASP)
    cost = extract_parameters(hash_password(PASSWORD))
    assert cost.type.name == "ID"
    assert (cost.time_cost, cost.memory_cost, cost.parallelism) == (2, 19456, 1)


@pytest.mark.parametrize("password", [
    "short", "x" * 129, "Password123!", "willkommen2026", "aaaabbbbcccc", "1234567890123",
])  # fmt: skip
def test_a_password_that_others_guess_is_refused(password):
    with pytest.raises(PasswordRefused) as refused:
        hash_password(password)
    assert "12" in refused.value.text("en")
    assert password not in refused.value.text("en")


def test_only_the_same_password_fits_its_hash():
    hashed = hash_password(PASSWORD)
    assert verify_password(hashed, PASSWORD)
    assert not verify_password(hashed, PASSWORD + " ")
    assert not verify_password(None, PASSWORD)
