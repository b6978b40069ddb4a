"""Languages as people write them in lists: “Arabisch”, “Kurmancî”, “ar”, “prs”."""

from __future__ import annotations

import functools

from babel import Locale

from casework.core.i18n import ALIASES, LANGUAGES
from casework.core.lookups import fold

_ALSO = {
    "ku": "kurmandschi kurmandji kurmanji kurdisch kurdish", "ckb": "sorani",
    "fa": "farsi persisch", "fa-AF": "dari", "ps": "pashto paschtu paschto pashtu",
    "ti": "tigrinisch tigrinya", "so": "somali somalisch",
}  # fmt: skip
# Further languages that the desk knows of a person beside those that it writes in.
FURTHER = ("ckb", "am", "ur", "sq", "sr", "ka", "es")
# Every language that somebody can be asked about.
NAMED = (*LANGUAGES, *FURTHER)


def language_tag(written: str) -> str | None:
    """The tag of a language as somebody wrote it; None if it is none that we know."""
    return _written().get(fold(written))


@functools.cache
def _written() -> dict[str, str]:
    known: dict[str, str] = {}
    for reader in ("de", "en"):
        names = Locale.parse(reader).languages
        for tag in NAMED:
            if name := names.get(tag.replace("-", "_")):
                known[fold(name)] = tag
    known |= {fold(alias): tag for alias, tag in ALIASES.items()}
    known |= {fold(row.autonym): tag for tag, row in LANGUAGES.items()}
    known |= {fold(row.english): tag for tag, row in LANGUAGES.items()}
    known |= {word: tag for tag, words in _ALSO.items() for word in words.split()}
    return known | {fold(tag): tag for tag in NAMED}
