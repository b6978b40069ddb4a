"""Strengths of a person: what they can, what they have done, and what they want.

What matching asks for is coded and indexed (`Strength`); what describes the person is sealed
(`StrengthProfile`). Language levels follow the Common European Framework (CEFR), A1 to C2.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from peewee import CharField, DateField, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField, clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.people import Person
from casework.skills import FIELD as OF_FIELD
from casework.skills import Skill

WISH, FIELD, SKILL, LICENCE, LANGUAGE = "wish", "field", "skill", "licence", "language"
UNKNOWN_LEVEL, MOTHER_TONGUE = 0, 7
LEVELS = {1: "A1", 2: "A2", 3: "B1", 4: "B2", 5: "C1", 6: "C2"}
WISHES = {
    "job": N_("work"),
    "training": N_("vocational training (Ausbildung)"),
    "internship": N_("an internship"),
    "course": N_("a course"),
}
LICENCES = {
    "am": N_("moped"),
    "b": N_("car"),
    "c": N_("lorry"),
    "d": N_("bus"),
    "forklift": N_("forklift truck"),
}
SCHOOLING = {
    "none": N_("no school"),
    "primary": N_("some years of school"),
    "lower": N_("school-leaving certificate after 9 or 10 years"),
    "upper": N_("university entrance"),
    "vocational": N_("vocational qualification"),
    "degree": N_("university degree"),
}
RECOGNITION = {
    "recognised": N_("recognised in Germany"),
    "partly": N_("recognised in part"),
    "applied": N_("recognition applied for"),
    "not_yet": N_("recognition not applied for yet"),
    "refused": N_("not recognised"),
}
LITERACY = {
    "latin": N_("reads and writes the Latin script"),
    "other": N_("reads and writes another script"),
    "learning": N_("is learning to read and write"),
    "no": N_("does not read or write"),
}
MOST_TEXT = 4000
MOST_LANGUAGES = 12
MOST_HOURS = 60
FARTHEST = timedelta(days=4 * 366)
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", re.ASCII)
TEXTS = ("experience", "education", "hopes")


class HoursRefused(Refusal):
    """More hours than a week of work has."""

    msgid = N_("Hours a week are a number from 1 to %(most)s. Please check it or leave it empty.")


class BeginRefused(Refusal):
    """A day that nobody can mean."""

    msgid = N_("The day from which must be within four years from now. Please check the date.")


class TooManyLanguages(Refusal):
    """A list that nobody reads."""

    msgid = N_("At most %(most)s languages, please.")


class StrengthProfile(Base):
    """What is told about a person's strengths in words, and what there is one of each."""

    person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    schooling = CharField(max_length=16, default="")
    recognition = CharField(max_length=16, default="")
    literacy = CharField(max_length=16, default="")
    hours = IntegerField(null=True)
    available_from = DateField(null=True)
    experience = SealedField(max_length=MOST_TEXT, null=True)
    education = SealedField(max_length=MOST_TEXT, null=True)
    hopes = SealedField(max_length=MOST_TEXT, null=True)
    text_language = CharField(max_length=16, default="")
    created_at = UtcField()
    changed_at = UtcField()
    changed_by = CharField(max_length=200, default="")
    revision = IntegerField(default=0)

    class Meta:
        table_name = "strength_profiles"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the people that `staff` may see."""
        return _of_seen(cls, staff)


class Strength(Base):
    """One coded strength or wish; `level` is that of a language (`LEVELS`) and otherwise 0."""

    person = ForeignKeyField(Person, backref="strengths", on_delete="CASCADE")
    kind = CharField(max_length=8)
    code = CharField(max_length=32)
    level = IntegerField(default=0)

    class Meta:
        table_name = "strengths"
        indexes = (
            (("person", "kind", "code"), True),
            (("kind", "code", "level", "person"), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the people that `staff` may see."""
        return _of_seen(cls, staff)


def _of_seen(model: Any, staff: Actor) -> ModelSelect:
    rows = model.select()
    if staff.sees_all:
        return rows
    return rows.where(model.person << Person.scope(staff).select(Person.id))


@dataclass(frozen=True)
class Strengths:
    """All that is known of one person's strengths; `languages` are levels by language tag."""

    wishes: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    languages: Mapping[str, int] = field(default_factory=dict)
    schooling: str = ""
    recognition: str = ""
    literacy: str = ""
    hours: int | None = None
    available_from: date | None = None
    experience: str = ""
    education: str = ""
    hopes: str = ""
    text_language: str = ""
    revision: int = 0
    profile: StrengthProfile | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is more than codes: words, schooling, time."""
        plain = (self.schooling, self.recognition, self.literacy, self.hours, self.available_from)
        return any((*plain, self.experience, self.education, self.hopes))

    @property
    def coded(self) -> dict[tuple[str, str], int]:
        """Level by kind and code of everything that is coded."""
        sets = {WISH: self.wishes, FIELD: self.fields, SKILL: self.skills, LICENCE: self.licences}
        found = {(kind, code): 0 for kind, codes in sets.items() for code in codes}
        return found | {(LANGUAGE, tag): level for tag, level in self.languages.items()}


def strengths_of(people: Iterable[Person]) -> dict[uuid.UUID, Strengths]:
    """The strengths of `people`, who have passed their own scope, by person; two statements.

    Who has none is there with an empty one.
    """
    ids = [person.id for person in people]
    profiles = {
        row.__data__["person"]: row
        for row in StrengthProfile.select().where(StrengthProfile.person << ids)
    }
    rows: dict[uuid.UUID, list[Strength]] = {}
    for row in Strength.select().where(Strength.person << ids):
        rows.setdefault(row.__data__["person"], []).append(row)
    return {key: _whole(profiles.get(key), rows.get(key, [])) for key in ids}


def _whole(profile: StrengthProfile | None, rows: list[Strength]) -> Strengths:
    codes: dict[str, set[str]] = {WISH: set(), FIELD: set(), SKILL: set(), LICENCE: set()}
    for row in rows:
        codes.get(row.kind, set()).add(row.code)
    coded: dict[str, Any] = {
        "wishes": frozenset(codes[WISH]), "fields": frozenset(codes[FIELD]),
        "skills": frozenset(codes[SKILL]), "licences": frozenset(codes[LICENCE]),
        "languages": {row.code: row.level for row in rows if row.kind == LANGUAGE},
    }  # fmt: skip
    if profile is None:
        return Strengths(**coded)
    return Strengths(
        **coded,
        schooling=profile.schooling, recognition=profile.recognition, literacy=profile.literacy,
        hours=profile.hours, available_from=profile.available_from,
        experience=profile.experience or "", education=profile.education or "",
        hopes=profile.hopes or "", text_language=profile.text_language,
        revision=profile.revision, profile=profile,
    )  # fmt: skip


@recorded("strength:saved")
def save_strengths(person: Person, given: Strengths, *, by: Actor, at: datetime) -> Person:
    """Keep `given` as all that is known of the person's strengths; returns the person.

    `given.revision` is the one that the editor saw. Raises `StaleEdit`, `HoursRefused`,
    `BeginRefused`, `TooManyLanguages`, `NotFound` for a code that nobody declared.
    """
    _check(given, at=at)
    profile = _profile(person, by=by, at=at)
    if profile.revision != given.revision:
        raise StaleEdit()
    _require_known(given.coded, known=_coded(person))
    _write_rows(person, given.coded)
    for name in ("schooling", "recognition", "literacy", "hours", "available_from"):
        setattr(profile, name, getattr(given, name))
    for name in TEXTS:
        setattr(profile, name, clean(getattr(given, name)).strip() or None)
    has_text = any(getattr(profile, name) for name in TEXTS)
    profile.text_language = given.text_language if has_text else ""
    _touch(profile, by=by, at=at)
    return person


@recorded("strength:added", needs="strength:edit")
def add_strengths(
    person: Person, more: Mapping[tuple[str, str], int], *, by: Actor, at: datetime
) -> Person:
    """Add coded strengths, level by kind and code, to what is known; returns the person.

    A language that is there gets the new level, unless the new one is unknown. Raises
    `NotFound` for a code that nobody declared, `TooManyLanguages`.
    """
    profile = _profile(person, by=by, at=at)
    known = _coded(person)
    _require_known(more, known=known)
    merged = {**known, **{key: level or known.get(key, 0) for key, level in more.items()}}
    if sum(kind == LANGUAGE for kind, _code in merged) > MOST_LANGUAGES:
        raise TooManyLanguages(most=MOST_LANGUAGES)
    if merged != known:
        _write_rows(person, merged)
        _touch(profile, by=by, at=at)
    return person


def _profile(person: Person, *, by: Actor, at: datetime) -> StrengthProfile:
    """The person's row, made where there is none; of two writers the second waits here."""
    StrengthProfile.insert(
        id=StrengthProfile.id.default(), person=person, schooling="", recognition="", literacy="",
        text_language="", created_at=at, changed_at=at, changed_by=by.name[:200], revision=0,
    ).on_conflict_ignore().execute()  # fmt: skip
    row = StrengthProfile.select().where(StrengthProfile.person == person)
    return (row if is_sqlite() else row.for_update()).get()


def _touch(profile: StrengthProfile, *, by: Actor, at: datetime) -> None:
    profile.changed_at, profile.changed_by = at, by.name[:200]
    profile.revision += 1
    profile.save()


def _coded(person: Person) -> dict[tuple[str, str], int]:
    rows = Strength.select().where(Strength.person == person)
    return {(row.kind, row.code): row.level for row in rows}


def _write_rows(person: Person, coded: Mapping[tuple[str, str], int]) -> None:
    Strength.delete().where(Strength.person == person).execute()
    Strength.insert_rows(
        [
            Strength(person=person, kind=kind, code=code, level=level)
            for (kind, code), level in sorted(coded.items())
        ]
    )


def _check(given: Strengths, *, at: datetime) -> None:
    if given.hours is not None and not 1 <= given.hours <= MOST_HOURS:
        raise HoursRefused(most=MOST_HOURS)
    if given.available_from is not None and abs(given.available_from - site_day(at)) > FARTHEST:
        raise BeginRefused()
    if len(given.languages) > MOST_LANGUAGES:
        raise TooManyLanguages(most=MOST_LANGUAGES)
    for value, table in (
        (given.schooling, SCHOOLING), (given.recognition, RECOGNITION), (given.literacy, LITERACY),
    ):  # fmt: skip
        if value and value not in table:
            raise NotFound()
    if any(len(getattr(given, name)) > MOST_TEXT for name in TEXTS):
        raise NotFound()


def _require_known(
    coded: Mapping[tuple[str, str], int], *, known: Mapping[tuple[str, str], int]
) -> None:
    """Every code is one that can be chosen, or was there before. Raises `NotFound`."""
    listed = {
        (FIELD if row.kind == OF_FIELD else SKILL, row.code)
        for row in Skill.select(Skill.kind, Skill.code).where(Skill.active)
    }
    listed |= {(WISH, code) for code in WISHES} | {(LICENCE, code) for code in LICENCES}
    for (kind, code), level in coded.items():
        is_tongue = kind == LANGUAGE and len(code) <= 16 and _TAG.match(code)
        if not (is_tongue or (kind, code) in listed or (kind, code) in known):
            raise NotFound()
        if not (0 <= level <= MOTHER_TONGUE if is_tongue else level == 0):
            raise NotFound()
