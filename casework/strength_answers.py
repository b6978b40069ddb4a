"""Strengths under the names of `save_to`: what a form can say about them, and adding it.

An answer adds to what is known and takes nothing away; only what there is one of each (schooling,
recognition, literacy, hours, the level of a language) is replaced by the newer answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from casework.core.access import Actor
from casework.core.tongues import NAMED
from casework.people import Person
from casework.skills import FIELD as OF_FIELD
from casework.skills import Skill
from casework.strengths import (
    LEVELS,
    LICENCES,
    LITERACY,
    MOST_HOURS,
    MOST_LANGUAGES,
    MOST_TEXT,
    MOTHER_TONGUE,
    RECOGNITION,
    SCHOOLING,
    WISHES,
    Strengths,
    save_strengths,
    strengths_of,
)

SETS = {
    "strength.wish": "wishes", "strength.field": "fields", "strength.skill": "skills",
    "strength.licence": "licences",
}  # fmt: skip
SPOKEN = "strength.mother_tongue"
SPOKEN_AT = {f"strength.level_{tag}": tag for tag in NAMED}
CHOICES = {
    "strength.schooling": SCHOOLING, "strength.recognition": RECOGNITION,
    "strength.literacy": LITERACY,
}  # fmt: skip
HOURS = "strength.hours"
TEXTS = ("strength.experience", "strength.education", "strength.hopes")
NAMES = (*SETS, SPOKEN, *SPOKEN_AT, *CHOICES, HOURS, *TEXTS)
LEVEL_CODES = {name.casefold(): level for level, name in LEVELS.items()} | {"native": MOTHER_TONGUE}
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", re.ASCII)


def known_answers(has: Strengths) -> dict[str, Any]:
    """What is known as a form would answer it, by name; only what there is."""
    codes = {level: code for code, level in LEVEL_CODES.items()}
    found: dict[str, Any] = {name: sorted(getattr(has, column)) for name, column in SETS.items()}
    found[SPOKEN] = sorted(tag for tag, level in has.languages.items() if level == MOTHER_TONGUE)
    for name, tag in SPOKEN_AT.items():
        found[name] = codes.get(has.languages.get(tag, 0), "")
    for name in (*CHOICES, *TEXTS):
        found[name] = getattr(has, name.partition(".")[2])
    found[HOURS] = str(has.hours or "")
    return {name: value for name, value in found.items() if value}


def with_answer(has: Strengths, name: str, answered: Any, *, language: str) -> Strengths:
    """The strengths with one answer added; the same where it says nothing new or nothing known.

    `name` is one of `NAMES`; codes that nobody declared are left out, and so is a text that
    would become too long.
    """
    if isinstance(answered, list):
        return _with_list(has, name, {each for each in answered if isinstance(each, str)})
    if not isinstance(answered, str) or not answered.strip():
        return has
    if name in SETS or name == SPOKEN:
        return _with_list(has, name, {answered})
    if name in SPOKEN_AT:
        level = LEVEL_CODES.get(answered, 0)
        return _speaking(has, {SPOKEN_AT[name]: level}) if level else has
    if name == HOURS:
        return _with_hours(has, answered)
    column = name.partition(".")[2]
    if name in CHOICES:
        return _with(has, column, answered) if answered in CHOICES[name] else has
    return _with_text(has, column, answered.strip(), language)


def take_in(
    person: Person, answers: Mapping[str, Any], *, language: str, by: Actor, at: datetime
) -> bool:
    """Add what `answers`, by the names of `save_to`, say about the person's strengths.

    Whether there was anything new. Raises what `save_strengths` raises.
    """
    has = strengths_of([person])[person.id]
    more = has
    for name in NAMES:
        if answers.get(name):
            more = with_answer(more, name, answers[name], language=language)
    if more == has:
        return False
    save_strengths(person, more, by=by, at=at)
    return True


def _with(has: Strengths, column: str, value: Any) -> Strengths:
    changed: dict[str, Any] = {column: value}
    return replace(has, **changed)


def _with_hours(has: Strengths, answered: str) -> Strengths:
    is_number = answered.isascii() and answered.isdecimal() and len(answered) < 3
    fits = is_number and 1 <= int(answered) <= MOST_HOURS
    return replace(has, hours=int(answered)) if fits else has


def _with_list(has: Strengths, name: str, given: set[str]) -> Strengths:
    if name == SPOKEN:
        tongues = {tag for tag in given if len(tag) <= 16 and _TAG.match(tag) and tag != "other"}
        return _speaking(has, dict.fromkeys(tongues, MOTHER_TONGUE))
    if name not in SETS:
        return has
    column = SETS[name]
    return _with(has, column, getattr(has, column) | (given & _declared(column)))


def _speaking(has: Strengths, levels: Mapping[str, int]) -> Strengths:
    languages = {**has.languages, **levels}
    return replace(has, languages=languages) if len(languages) <= MOST_LANGUAGES else has


def _declared(column: str) -> set[str]:
    """The codes that can be chosen now."""
    if column in ("wishes", "licences"):
        return set(WISHES if column == "wishes" else LICENCES)
    rows = Skill.select(Skill.code, Skill.kind).where(Skill.active)
    return {row.code for row in rows if (row.kind == OF_FIELD) == (column == "fields")}


def _with_text(has: Strengths, column: str, text: str, language: str) -> Strengths:
    """What was said before stays, line by line; an answer that holds it all takes its place."""
    before = getattr(has, column)
    known, said = before.splitlines(), text.splitlines()
    if set(said) <= set(known):
        return has
    whole = text if set(known) <= set(said) else f"{before}\n{text}"
    if len(whole) > MOST_TEXT:
        return has
    told = _with(has, column, whole)
    return replace(told, text_language=has.text_language or language)
