"""Lists that are too long for a page: somebody types a part of the entry and sends it.

One entry that fits is taken; of several the page shows those that fit.
"""

from __future__ import annotations

import unicodedata

from casework.core.i18n import N_
from casework.questionnaires.expressions import Node
from casework.questionnaires.problems import Problem
from portal.asking import Option

SEARCH = ".search"
MOST_SHOWN = 30

SEVERAL_FIT = N_("Several entries fit. Please choose from the list below, or write more of it.")
NOTHING_FITS = N_("Nothing in the list fits. Please write it differently or only its beginning.")


def sought(
    options: list[Option], words: str, chosen: list[str], node: Node
) -> tuple[list[str], Problem | None]:
    """The answer after `words` were looked for, and what is wrong with them, if anything.

    Several choices add up; of a single one the found entry takes the place of the old.
    """
    found = fitting(options, words)
    is_list = node.spec.type is not None and node.spec.type.answer == "list"
    if len(found) == 1:
        return [*(chosen if is_list else ()), found[0].value], None
    picked = [each for each in found if each.value in chosen]
    if picked:  # somebody chose among those that fitted
        return (chosen if is_list else [picked[0].value]), None
    return chosen, Problem(SEVERAL_FIT if found else NOTHING_FITS)


def fitting(options: list[Option], words: str) -> list[Option]:
    """The entries that are called so; else those that begin so; else those that contain it."""
    wanted = folded(words)
    names = [(folded(each.label.text), each) for each in options]
    exact = [each for text, each in names if text == wanted or each.value == words]
    if exact or not wanted:
        return exact[:1] if len({each.value for each in exact}) == 1 else exact
    begun = [each for text, each in names if text.startswith(wanted)]
    return begun or [each for text, each in names if wanted in text]


def candidates(options: list[Option], words: str, chosen: list[str]) -> list[Option]:
    """What the page shows: what is chosen, then what fits, no more than a screen or two."""
    held = [each for each in options if each.value in chosen]
    found = fitting(options, words)[:MOST_SHOWN] if words else []
    return list({each.value: each for each in (*held, *found)}.values())


def folded(text: str) -> str:
    """Text without case, accents and double blanks, so that typing it is easy."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())
