"""Pages that only show: the choice of language, the start page, and texts of the back office."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from casework.questionnaires.models import Questionnaire, live
from casework.texts import Text, text
from portal.language import centre, wished_language
from portal.prose import prose

TEXT_PAGES = ("privacy", "imprint", "accessibility")
PUBLIC_PURPOSES = ("request", "offer", "other")


def register(door: Blueprint) -> None:
    """Put these pages onto the door."""
    door.add_url_rule("/", "choose", choose)
    door.add_url_rule("/<lang>/", "start", start)
    for name in TEXT_PAGES:
        door.add_url_rule(f"/<lang>/{name}", name, text_page, defaults={"name": name})


def choose() -> BaseResponse:
    """Lead to the start page in the language that was chosen before or that the header asks for."""
    response = redirect(f"/{wished_language()}/", 302)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def start() -> str:
    """Who this is, what happens with answers, and the ways in."""
    page = text("page.start", g.language)
    forms = sorted(public_forms(), key=lambda form: ("help", "offer").index(form[0]) if form[0] in ("help", "offer") else 2)
    return render_template("portal/start.html", page=page, body=body_of(page), forms=forms)


def text_page(name: str) -> str:
    """A page whose text stands in the back office."""
    page = text(f"page.{name}", g.language)
    if page is None:
        abort(404)
    return render_template("portal/text.html", page=page, body=body_of(page), name=name)
