"""A form in three languages and its translation table, for tests of both ways to fill it."""

from __future__ import annotations

import html
import re
from typing import Any

from casework.core.access import SYSTEM
from casework.questionnaires.editing import (
    add,
    add_language,
    blank,
    change,
    place_of,
)
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.publishing import import_definition
from casework.questionnaires.translating import texts_of, translate
from casework.questionnaires.working_copies import (
    begin_working_copy,
    store,
    working_copy_of,
)
from tests.admin.pressing import send, text_of
from tests.world import World

KEY = "survey/q1/label"
OTHER = "survey/q2/label"


def school_form(world: World) -> Questionnaire:
    """Three questions in German and Arabic; the second has no Arabic, the third a placeholder."""
    definition = blank("school", "Schule", "de")
    for number, label in enumerate(("Wie heißen Sie?", "Wo wohnen Sie?", "Hallo ${q1}!"), 1):
        cells = {"name": f"q{number}", "label::de": label}
        definition = add(definition, "text", cells=cells).definition
    definition = add_language(add_language(definition, "ar"), "uk")
    texts = {KEY: "ما اسمك؟", "survey/q3/label": "مرحبا ${q1}!"}
    version = import_definition(
        "school", translate(definition, "ar", texts), by=SYSTEM, at=world.at
    )
    return version.questionnaire


def table_address(row: Questionnaire, tag: str = "ar", part: str = "", **more: Any) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/admin/questionnaire/translations/{part}?id={row.id}&language={tag}{extra}"


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send from the table: every field with the text that it shows."""
    found = dict(
        re.findall(r'<input type="hidden" name="(s:[^"]+|revision)" value="([^"]*)"', page)
    )
    areas = re.findall(r'<textarea[^>]* name="(t:[^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return {html.unescape(k): html.unescape(v) for k, v in [*found.items(), *areas]}


def opened(desk: Any, row: Questionnaire, tag: str = "ar", **more: Any) -> dict[str, str]:
    answer = desk.get(table_address(row, tag, **more))
    assert answer.status_code == 200
    return fields_of(text_of(answer))


def stored_texts(row: Questionnaire, tag: str = "ar") -> dict[str, str]:
    copy = working_copy_of(row)
    assert copy is not None
    return {key: texts.get(tag, "") for key, texts in texts_of(copy.parsed).items()}


def save(desk: Any, row: Questionnaire, fields: dict[str, str], tag: str = "ar", **more: Any):
    return send(desk, table_address(row, tag, **more), fields)


def change_source(row: Questionnaire, world: World, label: str = "Wie ist Ihr Name?") -> None:
    """Somebody else changes the German text of the first question."""
    other = world.coordinator()
    copy = begin_working_copy(row, by=other.actor, at=world.at)
    place = place_of(copy.parsed, "q1")
    changed = change(copy.parsed, place, {"label::de": label}).definition
    store(copy, changed, revision=copy.revision, by=other.actor, at=world.at)
