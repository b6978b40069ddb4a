"""Pages that only show: the choice of language, the start page, and texts of the back office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from casework.questionnaires.models import Questionnaire
from casework.texts import Text, text
from portal.centre import text_values
from portal.language import wished_language
from portal.prose import prose

TEXT_PAGES = ("privacy", "imprint", "accessibility")
FIRST = {"help": 0, "offer": 1}


def register(door: Blueprint) -> None:
    """Put these pages onto the door."""
    door.add_url_rule("/", "choose", choose)
    door.add_url_rule("/form/<slug>", "choose_form", choose_form)
    door.add_url_rule("/<lang>/", "start", start)
    for name in TEXT_PAGES:
        door.add_url_rule(f"/<lang>/{name}", name, text_page, defaults={"name": name})


def choose() -> Response:
    """Lead to the start page in the language that was chosen before or that the header asks for."""
    response = redirect(f"/{wished_language()}/", 302)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def choose_form(slug: str) -> Response:
    """Lead from a notice's address, which names no language, to the form in the reader's own."""
    if not Questionnaire.public().where(Questionnaire.slug == slug).exists():
        abort(404)
    response = redirect(f"/{wished_language()}/form/{slug}", 302)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def start() -> str:
    """Who this is, what happens with answers, and the ways in."""
    page = text("page.start", g.language)
    doors: list[Any] = list(Questionnaire.public())
    doors.sort(key=lambda each: FIRST.get(each.slug, len(FIRST)))
    return render_template("portal/start.html", page=page, body=body_of(page), doors=doors)


def text_page(name: str) -> str:
    """A page whose text stands in the back office."""
    page = text(f"page.{name}", g.language)
    if page is None:
        abort(404)
    return render_template("portal/text.html", page=page, body=body_of(page), name=name)


def body_of(page: Text | None) -> Markup:
    """The text as HTML."""
    return prose(page.body, text_values()) if page else Markup()
