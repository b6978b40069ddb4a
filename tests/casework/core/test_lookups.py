"""Exact look-up of sealed columns through keyed digests."""

import pytest

from casework.core.access import SYSTEM
from casework.core.config import FieldKey
from casework.core.crypto import use_keys
from casework.core.db import transaction
from casework.core.lookups import (
    LookupKey,
    birth_keys,
    email_keys,
    find,
    find_all,
    fold,
    name_keys,
    phone_keys,
    remember,
)

TEST_KEY = FieldKey("test", bytes(range(32)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Müller", "muller"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("  al-Hassan ", "al hassan"),
        ("ＡＭＡＬ", "amal"),
        ("مُحَمَّد", "محمد"),
        ("ተስፋይ", "ተስፋይ"),
        ("Олена", "олена"),
        ("", ""),
        ("—", ""),
    ],
)
def test_names_are_folded_to_what_stays_the_same(text, folded):
    assert fold(text) == folded


def test_the_order_of_name_words_does_not_matter():
    assert name_keys("Amal", "Al Beispiel") == name_keys("al beispiel", "AMAL")


def test_missing_names_give_no_keys():
    assert name_keys(None, "", "—") == []


def test_phones_are_the_same_however_they_are_written():
    assert phone_keys("+49 7621 1234567") == phone_keys("07621/1234567") == [("phone", "11234567")]


def test_a_phone_in_arabic_digits_is_the_same_phone():
    assert phone_keys("٠٧٦٢١١٢٣٤٥٦٧") == phone_keys("076211234567")


def test_a_number_too_short_to_tell_people_apart_is_no_key():
    assert phone_keys("110", "1234567", None) == []


def test_addresses_are_the_same_in_any_case():
    assert email_keys(" Amal@Example.org ") == [("email", "amal@example.org")]


def test_the_first_of_january_is_no_key():
    assert birth_keys("1990-01-01", "1990", None, "1990-05-17") == [("birth", "1990-05-17")]


def test_a_person_is_found_by_any_of_the_keys_with_the_kinds_that_fit(world):
    amal = world.person(phone="+4976211234567", birth_date="1990-05-17")
    keys = [*name_keys("amal"), *phone_keys("07621 1234567"), *birth_keys("1990-05-18")]
    assert find("people", keys) == {amal.id: {"name", "phone"}}


def test_a_search_wants_every_word(world):
    amal = world.person(given_name="Amal", family_name="Beispiel")
    world.person(given_name="Amal", family_name="Anders")
    assert find_all("people", name_keys("beispiel amal")) == {amal.id}
    assert find_all("people", name_keys("amal nobody")) == set()
    assert find_all("people", []) == set()


def test_only_rows_of_the_named_table_are_found(world):
    world.person(given_name="Amal")
    assert find("volunteers", name_keys("Amal")) == {}


def test_remembering_again_replaces_what_was_known(world):
    amal = world.person(given_name="Amal", family_name="Beispiel")
    with transaction():
        remember(amal, name_keys("Other"))
    assert find("people", name_keys("Amal")) == {}
    assert set(find("people", name_keys("Other"))) == {amal.id}


def test_the_table_gives_nothing_away(world):
    world.person(given_name="Kanarienvogel", phone="+4976211234567")
    for row in LookupKey.select().tuples():
        assert "anarienvogel" not in str(row)
        assert "11234567" not in str(row)
    assert not LookupKey.scope(SYSTEM).exists()


def test_while_keys_rotate_old_digests_are_still_found(world):
    amal = world.person(given_name="Amal")
    try:
        use_keys((FieldKey("new", bytes(32)), TEST_KEY))
        assert set(find("people", name_keys("Amal"))) == {amal.id}
    finally:
        use_keys((TEST_KEY,))
