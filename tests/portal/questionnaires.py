"""Small questionnaires that the starter forms do not have, published for a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework.core.access import SYSTEM
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, Repeat
from casework.questionnaires.models import QuestionnaireVersion
from casework.questionnaires.publishing import import_definition
from casework.questionnaires.publishing import publish as publish_version

YES_NO = {
    "yes_no": (Choice(name="yes", label={"en": "Yes"}), Choice(name="no", label={"en": "No"})),
}


def question(kind: str, name: str, **columns: Any) -> Question:
    columns.setdefault("label", {"en": f"The {name}"})
    return Question(type=kind, name=name, **columns)


def group(name: str, *items: Item, **columns: Any) -> Group:
    return Group(name=name, label={"en": f"About {name}"}, items=items, **columns)


def repeat(name: str, *items: Item, **columns: Any) -> Repeat:
    return Repeat(name=name, label={"en": f"Each {name}"}, items=items, **columns)


def publish(
    slug: str, *items: Item, at: datetime, choices: dict[str, tuple[Choice, ...]] = YES_NO,
    purpose: str = "other", title: str = "A small form", languages: tuple[str, ...] = ("en",),
) -> QuestionnaireVersion:  # fmt: skip
    """The published version of a questionnaire with these items."""
    definition = Definition(
        form_id=slug, title={"en": title}, default_language="en", languages=languages, items=items,
        choices=choices,
    )  # fmt: skip
    version = import_definition(slug, definition, purpose=purpose, by=SYSTEM, at=at)
    publish_version(version.questionnaire, version, by=SYSTEM, at=at)
    return version
