"""Names of questions and groups: which can be used, and finding a free one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import count

from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.questionnaires.checking import NAME
from casework.questionnaires.definitions import Definition, Item, Question
from casework.questionnaires.forms import OTHER, ROW_KEY

MAX_NAME = 100
MADE_UP = 40


class BadName(Refusal):
    """Not usable as a name in XLSForm."""

    msgid = N_(
        "“%(name)s” cannot be a name. Please use letters, digits and _ only, beginning with a "
        "letter, at most 100."
    )


class NameTaken(Refusal):
    """Something in the questionnaire is called so already."""

    msgid = N_("“%(name)s” exists already. Please choose another name.")


def is_name(text: str) -> bool:
    """Whether XLSForm takes `text` as a name."""
    return bool(NAME.fullmatch(text)) and text != ROW_KEY and len(text) <= MAX_NAME


def taken(definition: Definition) -> Counter[str]:
    """How often each name is in use, the text questions of `or_other` included."""
    return Counter(name for item in definition.walk() for name in names_of(item))


def names_of(item: Item) -> list[str]:
    """The name of an item, and that of the text question that `or_other` adds."""
    if isinstance(item, Question) and item.or_other:
        return [item.name, f"{item.name}_{OTHER}"]
    return [item.name]


def check_names(definition: Definition, item: Item, *, before: Item | None = None) -> None:
    """Refuse a name that `item` cannot bear; `before` is what stands in its place now.

    Raises `BadName`, `NameTaken`.
    """
    old = names_of(before) if before is not None else []
    if item.name not in old and not is_name(item.name):
        raise BadName(name=item.name[:MAX_NAME])
    others = taken(definition)
    others.subtract(old)
    for name in names_of(item):
        if name not in old and others[name] > 0:
            raise NameTaken(name=name)


def free_name(in_use: Counter[str], wish: str) -> str:
    """`wish`, or it with the first number that makes it free."""
    stem = re.sub(r"_\d+$", "", wish[: MAX_NAME - 8]) or wish
    numbered = (f"{stem}_{number}" for number in count(2))
    return next(
        name
        for name in (wish, *(next(numbered) for _ in range(sum(in_use.values()) + 1)))
        if not in_use[name] and not in_use[f"{name}_{OTHER}"]
    )


def name_from(text: str, fallback: str) -> str:
    """A name made of what people read, in plain letters; `fallback` where none are left."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"\$\{[^}]*\}", " ", plain))
    joined = "_".join(words)[:MADE_UP].strip("_")
    return joined if is_name(joined) else fallback
