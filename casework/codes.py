"""Codes that people write down and type again: references, PINs, codes of drafts."""

from __future__ import annotations

import secrets

from casework.questionnaires.answers import digits_of

# Crockford's base 32 without the letters that are read wrongly; a receipt is written by hand.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 7
PIN_LENGTH = 13  # 65 bits, and a check character behind them
OLD_PIN_LENGTH = 12  # receipts from before there was a check character
_LOOKALIKES = str.maketrans("OILОІАВЕКМНРСТУХ", "01101ABEKMHPCTYX")


def new_code() -> str:
    """A code for going on with a draft on another device: `XXXX-XXXX-XXXX-XXXX`, 80 bits."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(16)))


def grouped(text: str) -> str:
    """`text` in groups of four, which people copy with fewer mistakes."""
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def normal_code(code: str) -> str:
    """A typed code as it was printed: capitals, groups of four, easily confused letters mended.

    Digits of any script count, and Cyrillic letters for the Latin ones that look the same.
    """
    folded = digits_of(code).upper().translate(_LOOKALIKES)
    kept = "".join(c for c in folded if c in ALPHABET)
    return grouped(kept)


def normal_reference(reference: str) -> str:
    """A typed reference as it was printed; its first letter may be missing."""
    kept = normal_code(reference).replace("-", "")
    return "L" + (kept[1:] if len(kept) > REFERENCE_LENGTH else kept)


def with_check(text: str) -> str:
    """`text` and the character by which any one wrong letter and any two swapped ones show.

    The letters are coefficients of a polynomial over GF(32), the check makes it zero at a
    primitive element. Raises `ValueError` for letters outside `ALPHABET`.
    """
    return text + ALPHABET[_doubled(_remainder(text))]


def pins_meant(typed: str) -> list[str]:
    """As what a typed PIN may have been printed; empty where it was mistyped for certain.

    A PIN without a check character, from an old receipt, is taken as it stands. Its
    receipt may also have been shown later with the letters that a PIN has now.
    """
    kept = normal_code(typed).replace("-", "")
    if len(kept) == OLD_PIN_LENGTH:
        return [grouped(kept)]
    if len(kept) == PIN_LENGTH + 1 and not _remainder(kept):
        return [grouped(kept), grouped(kept[:OLD_PIN_LENGTH])]
    return []


def _remainder(text: str) -> int:
    """The value of the polynomial whose coefficients are the letters of `text`."""
    total = 0
    for letter in text:
        total = _doubled(total) ^ ALPHABET.index(letter)
    return total


def _doubled(value: int) -> int:
    """`value` times x in GF(32), whose polynomial is x⁵ + x² + 1."""
    return value << 1 ^ (0b100101 if value & 16 else 0)


def crockford(data: bytes, length: int) -> str:
    """The first `length` characters of a code that `data` gives, five bits in each."""
    number = int.from_bytes(data)
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return "".join(letters)
