"""Codes that people write down and type again: references, PINs, codes of drafts."""

from __future__ import annotations

import secrets

from casework.questionnaires.answers import digits_of

# Crockford's base 32 without the letters that are read wrongly; a receipt is written by hand.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 7
PIN_LENGTH = 12
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


def crockford(data: bytes, length: int) -> str:
    """The first `length` characters of a code that `data` gives, five bits in each."""
    number = int.from_bytes(data)
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return "".join(letters)
