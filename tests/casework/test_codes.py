"""Codes as people type them."""

import itertools
import secrets

import pytest

from casework.codes import ALPHABET, PIN_LENGTH, new_code, normal_code, pins_meant, with_check


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("abcd1234", "ABCD-1234"),
        (" AB cd–12 34 ", "ABCD-1234"),
        ("oil", "011"),
        ("٠١٢۳", "0123"),
        ("АВСЕ", "ABCE"),
        ("ＡＢ１", "AB1"),
        ("!?%\x00", ""),
        ("", ""),
    ],
)
def test_a_typed_code_is_read_as_it_was_printed(typed, printed):
    assert normal_code(typed) == printed


def test_a_printed_code_stays_as_it_is():
    for code in (new_code() for _ in range(50)):
        assert normal_code(code) == code


@pytest.fixture(params=range(20))
def pin(request):
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(PIN_LENGTH)))


def test_a_pin_as_printed_is_no_typing_error(pin):
    assert pins_meant(pin)[0] == normal_code(pin)
    assert pins_meant(f" {normal_code(pin).lower()} ")[0] == normal_code(pin)


def test_any_one_wrong_letter_is_seen(pin):
    for place, letter in itertools.product(range(len(pin)), ALPHABET):
        typed = pin[:place] + letter + pin[place + 1 :]
        assert bool(pins_meant(typed)) == (typed == pin), typed


def test_any_two_swapped_letters_are_seen(pin):
    for one, other in itertools.combinations(range(len(pin)), 2):
        letters = list(pin)
        letters[one], letters[other] = letters[other], letters[one]
        typed = "".join(letters)
        assert bool(pins_meant(typed)) == (typed == pin), typed


def test_a_letter_missing_or_too_many_is_seen(pin):
    for typed in (pin[:-1], pin + "0", pin[:5], "", "\x00", "A" * 20_000, "☃" * 14):
        assert pins_meant(typed) == []


def test_a_pin_from_an_old_receipt_is_taken_as_it_stands():
    assert pins_meant("k7qm 2p4x 9trb") == ["K7QM-2P4X-9TRB"]


def test_a_check_is_made_for_letters_of_the_alphabet_only():
    with pytest.raises(ValueError):
        with_check("ABCU")
