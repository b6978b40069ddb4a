"""Forms for strengths: all of one person, and one thing quickly from the page of the case."""

from __future__ import annotations

from typing import Any

from flask import g
from wtforms import DateField, HiddenField, IntegerField, SelectField, validators

from admin.base import CodesField, DeskForm
from admin.base.fields import WordsField
from admin.case_forms import near_day
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.person_fields import READ_IN, SPOKEN, codes, prose, words
from admin.strength_words import level_choices, skill_choices
from casework.core.i18n import N_
from casework.skills import FIELD as OF_FIELD
from casework.skills import SKILL as OF_SKILL
from casework.strengths import (
    FIELD,
    LANGUAGE,
    LICENCES,
    LITERACY,
    MOST_HOURS,
    MOST_LANGUAGES,
    MOST_TEXT,
    RECOGNITION,
    SCHOOLING,
    SKILL,
    WISH,
    WISHES,
    Strengths,
)

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
SHOWN = 4
UNKNOWN = N_("level not known")
PLAIN = ("schooling", "recognition", "literacy", "hours", "available_from")
TEXTS = ("experience", "education", "hopes")


def tongue_field(label: Any) -> WordsField:
    """A spoken language, or none."""
    return WordsField(label, choices=[each for each in SPOKEN if each[0] != "other"], blank=True)


class StrengthsForm(DeskForm):
    """Everything that is known of one person's strengths."""

    wishes = codes(_l("Wants"), WISHES)
    hours = IntegerField(
        _l("Hours a week"), [validators.Optional(), validators.NumberRange(min=1, max=MOST_HOURS)]
    )
    available_from = DateField(_l("From when"), [validators.Optional(), near_day], format=DAYS)
    hopes = prose(_l("What they want, in their own words"), MOST_TEXT, rows=2)
    literacy = words(_l("Reading and writing"), LITERACY, blank=True)
    fields_of_work = CodesField(_l("Has worked in"))
    skills = CodesField(_l("Can do this"))
    licences = codes(_l("Driving licence"), LICENCES)
    experience = prose(_l("Work so far"), MOST_TEXT, rows=3)
    schooling = words(_l("School and degree"), SCHOOLING, blank=True)
    recognition = words(_l("Recognition"), RECOGNITION, blank=True)
    education = prose(_l("Schools, training, studies"), MOST_TEXT, rows=3)
    text_language = WordsField(_l("Written in"), choices=READ_IN)
    revision = HiddenField(default="0")

    def __init__(self, posted: Any, known: Strengths, language: str, tongues: list[str]) -> None:
        start: dict[str, Any] = {name: getattr(known, name) for name in (*PLAIN, *TEXTS)}
        start |= {
            "wishes": list(known.wishes), "fields_of_work": list(known.fields),
            "skills": list(known.skills), "licences": list(known.licences),
            "text_language": known.text_language or language, "revision": str(known.revision),
        }  # fmt: skip
        spoken = known.languages or dict.fromkeys(tongues[:MOST_LANGUAGES], 0)
        best = sorted(spoken.items(), key=lambda each: (-each[1], each[0]))
        for number, (tag, level) in enumerate(best, 1):
            start |= {f"language_{number}": tag, f"level_{number}": str(level)}
        super().__init__(posted, data=start, prefix="strengths-")
        self.fields_of_work.choices = skill_choices(OF_FIELD, known.fields)
        self.skills.choices = skill_choices(OF_SKILL, known.skills)

    def pairs(self) -> list[tuple[Any, Any]]:
        """The fields for languages with their levels, row by row."""
        return [(self[f"language_{n}"], self[f"level_{n}"]) for n in range(1, MOST_LANGUAGES + 1)]

    def open_pairs(self) -> int:
        """How many rows stand open: those that say something and one more."""
        filled = [n for n, (tongue, _level) in enumerate(self.pairs(), 1) if tongue.data]
        return max(SHOWN, max(filled, default=0) + 1)

    def validate_language_1(self, field: Any) -> None:
        """Each language once."""
        chosen = [tongue.data for tongue, _level in self.pairs() if tongue.data]
        if len(set(chosen)) < len(chosen):
            raise validators.ValidationError(_("Please choose each language once."))

    def given(self) -> Strengths:
        """What was entered, as the verb takes it."""
        revision = str(self.revision.data or "")
        spoken = [(tongue.data, int(level.data)) for tongue, level in self.pairs() if tongue.data]
        columns: dict[str, Any] = {name: self[name].data or "" for name in (*PLAIN[:3], *TEXTS)}
        columns |= {name: self[name].data for name in PLAIN[3:]}
        return Strengths(
            wishes=frozenset(self.wishes.data or ()),
            fields=frozenset(self.fields_of_work.data or ()),
            skills=frozenset(self.skills.data or ()),
            licences=frozenset(self.licences.data or ()),
            languages=dict(spoken),
            text_language=self.text_language.data or "",
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else -1,
            **columns,
        )


for _number in range(1, MOST_LANGUAGES + 1):
    setattr(StrengthsForm, f"language_{_number}", tongue_field(_l("Language")))
    setattr(
        StrengthsForm, f"level_{_number}",
        WordsField(_l("How well"), choices=level_choices(UNKNOWN), default="0"),
    )  # fmt: skip


class QuickStrengthForm(DeskForm):
    """One thing or a few that somebody has just heard."""

    person = SelectField(_l("Who"), choices=[], default="")
    wish = words(_l("Wants"), WISHES, blank=True)
    tongue = tongue_field(_l("Speaks"))
    level = WordsField(_l("How well"), choices=level_choices(UNKNOWN), default="0")
    field_of_work = SelectField(_l("Has worked in"), choices=[], default="")
    skill = SelectField(_l("Can do this"), choices=[], default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field_of_work.choices = _with_blank(OF_FIELD)
        self.skill.choices = _with_blank(OF_SKILL)

    def validate_person(self, field: Any) -> None:
        """Something is said."""
        if not self.coded():
            raise validators.ValidationError(_("Please choose at least one strength or wish."))

    def coded(self) -> dict[tuple[str, str], int]:
        """What was chosen: level by kind and code."""
        level = self.level.data if self.level.data in dict(level_choices(UNKNOWN)) else "0"
        chosen = {
            (WISH, self.wish.data): 0,
            (LANGUAGE, self.tongue.data): int(level),
            (FIELD, self.field_of_work.data): 0,
            (SKILL, self.skill.data): 0,
        }
        return {key: level for key, level in chosen.items() if key[1]}


def _with_blank(kind: str) -> list[tuple[str, str]]:
    if f"choices_{kind}" not in g:
        found = [(each.value, each.label) for each in skill_choices(kind)]
        setattr(g, f"choices_{kind}", [("", "–"), *found])
    return list(getattr(g, f"choices_{kind}"))
