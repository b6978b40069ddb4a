"""Codes as people type them."""

import pytest

from casework.codes import new_code, normal_code


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
