"""What the desk calls strengths and the reasons why somebody and an opportunity fit."""

from __future__ import annotations

from typing import Any

from flask import g

from admin.base import show_date
from admin.base.fields import options_of
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.words import language_name, ngettext, word
from casework.core.i18n import N_
from casework.insight.fitting import Reason
from casework.opportunities.kinds import KINDS
from casework.opportunities.models import Requirement
from casework.skills import Skill
from casework.strength_answers import CHOICES, LEVEL_CODES, SPOKEN, SPOKEN_AT
from casework.strengths import (
    LANGUAGE,
    LEVELS,
    LICENCE,
    LICENCES,
    LITERACY,
    MOTHER_TONGUE,
    RECOGNITION,
    SCHOOLING,
    UNKNOWN_LEVEL,
    WISHES,
    Strengths,
)

LEVEL_NAMES = {
    UNKNOWN_LEVEL: N_("level not known"),
    **LEVELS,
    MOTHER_TONGUE: N_("mother tongue"),
}


def skills() -> dict[str, Skill]:
    """Fields of work and skills by code, in the order of the desk, read once a request."""
    if "skills" not in g:
        rows = Skill.select().order_by(Skill.position, Skill.code)
        g.skills = {row.code: row for row in rows}
    return g.skills


def skill_name(code: str) -> str:
    """What a field of work or a skill is called."""
    row = skills().get(code)
    return row.label(reading_language()) if row else code


def skill_choices(kind: str, present: Any = ()) -> list[Any]:
    """The active ones of a kind, and those that are `present`, as options by name."""
    tag = reading_language()
    found = [
        (row.code, row.label(tag))
        for row in skills().values()
        if row.kind == kind and (row.active or row.code in present)
    ]
    return options_of(sorted(found, key=lambda each: each[1].casefold()))


def level_name(level: int) -> str:
    """A level of a language in words: “B1”, “mother tongue”."""
    return _(LEVEL_NAMES[level])


def level_choices(unknown: str) -> list[tuple[str, str]]:
    """Levels as choices; the lowest one reads `unknown`."""
    return [(str(level), unknown if not level else name) for level, name in LEVEL_NAMES.items()]


def spoken_at(languages: Any) -> str:
    """Languages with their levels, the best first: “Arabic mother tongue, German B1”."""
    best = sorted(languages.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{language_name(tag)} ({level_name(level)})" for tag, level in best)


def skill_names(codes: Any) -> str:
    """Fields or skills by name, joined by commas."""
    return ", ".join(sorted(map(skill_name, codes), key=str.casefold))


def words_of(table: dict[str, str], codes: Any) -> str:
    """Codes in the order and the words of `table`, joined by commas."""
    return ", ".join(word(table, code) for code in table if code in codes)


def strength_words(name: str, value: Any) -> str:
    """What is known under a name of `save_to`, as `known_answers` gives it, in words."""
    if name in ("strength.field", "strength.skill"):
        return skill_names(value)
    if name == SPOKEN:
        return ", ".join(map(language_name, value))
    tables = {"strength.wish": WISHES, "strength.licence": LICENCES}
    if name in tables:
        return words_of(tables[name], value)
    if name in SPOKEN_AT and value in LEVEL_CODES:
        return level_name(LEVEL_CODES[value])
    return word(CHOICES[name], value) if name in CHOICES else str(value)


def schooling_of(has: Strengths) -> str:
    """School and degree, and whether it is recognised."""
    parts = (word(SCHOOLING, has.schooling), word(RECOGNITION, has.recognition))
    return ", ".join(filter(None, parts))


def free_time(has: Strengths) -> str:
    """Hours a week and from when, as far as they are known."""
    parts = []
    if has.hours:
        parts.append(ngettext("%(count)s hour a week", "%(count)s hours a week", has.hours))
    if has.available_from:
        parts.append(_("from %(day)s", day=show_date(has.available_from)))
    return ", ".join(parts)


def requirement_text(asked: Requirement) -> str:
    """What is asked, in words: “German B1”, “driving licence for car”, “Cooking”."""
    if asked.kind == LANGUAGE:
        name = language_name(asked.code)
        return f"{name} {level_name(asked.level)}" if asked.level else name
    if asked.kind == LICENCE:
        return _("driving licence for %(licence)s", licence=word(LICENCES, asked.code))
    return skill_name(asked.code)


def reason_text(reason: Reason) -> str:
    """A reason as a sentence."""
    return _(reason.sentence, **{name: _shown(reason, name) for name in reason.params})


def bounds(low: Any, high: Any) -> str:
    """From and to in words: “3 to 6”, “at least 18”, “at most 4”."""
    if low is None:
        return _("at most %(most)s", most=high)
    if high is None:
        return _("at least %(least)s", least=low)
    return str(low) if low == high else _("%(least)s to %(most)s", least=low, most=high)


def _shown(reason: Reason, name: str) -> Any:
    value = reason.params[name]
    if name == "asked" and isinstance(value, tuple):
        return bounds(*value)
    if name == "age":
        low, high = value or (0, 0)
        return ngettext("%(count)s year old", "%(count)s years old", high) if low == high else (
            _("%(least)s or %(most)s years old", least=low, most=high)
        )  # fmt: skip
    shown: dict[str, Any] = {
        "kind": lambda: word(WISHES, value) or word(KINDS, value),
        "language": lambda: language_name(value),
        "level": lambda: level_name(value),
        "asked": lambda: level_name(value) if reason.what == "language" else value,
        "skill": lambda: skill_name(value),
        "licence": lambda: word(LICENCES, value),
        "day": lambda: show_date(value) if value else "",
    }
    return shown[name]() if name in shown else value


STRENGTH_WORDS = {
    "wishes": WISHES,
    "licences": LICENCES,
    "literacy_names": LITERACY,
    "opportunity_kinds": KINDS,
    "spoken_at": spoken_at,
    "skill_names": skill_names,
    "words_of": words_of,
    "schooling_of": schooling_of,
    "free_time": free_time,
    "reason_text": reason_text,
}
