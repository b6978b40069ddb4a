"""Occupation fields and skills that people and opportunities are matched by: a list of our own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import CharField

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.vocabularies import Vocabulary

FIELD, SKILL = "field", "skill"
KINDS = {FIELD: N_("field of work"), SKILL: N_("skill")}


class Skill(Vocabulary):
    """A field of work, or something that somebody can do in whichever field."""

    code = CharField(max_length=32, unique=True)
    kind = CharField(max_length=8, default=SKILL, choices=list(KINDS.items()))

    class Meta:
        table_name = "skills"


def is_unnamed(row: Skill, labels: Mapping[str, str]) -> bool:
    """Whether a skill lacks a name in a language in which `labels` has one."""
    return any(tag not in row.labels for tag in labels)


@recorded("skill:loaded", needs="skill:edit")
def load_skills(content: list[dict[str, Any]], *, by: Actor, at: datetime) -> None:
    """Put the starter list in; what exists already stays as it is, but for languages in which
    nobody has named it yet."""
    known = {row.code: row for row in Skill.select()}
    for each in content:
        row = known.get(each["code"])
        if row is not None and is_unnamed(row, each["labels"]):
            row.labels = each["labels"] | row.labels
            row.save()
    Skill.insert_rows(
        [
            Skill(code=each["code"], kind=each["kind"], position=position, labels=each["labels"])
            for position, each in enumerate(content, 1)
            if each["code"] not in known
        ]
    )
