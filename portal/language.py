"""Which language a page is in: the address says it, a cookie or the header chooses it."""

from __future__ import annotations

import functools

from flask import Response as FlaskResponse
from flask import abort, current_app, g, request, url_for
from werkzeug.wrappers import Response

from casework.core import i18n
from casework.core.i18n import LANGUAGES, Language, tongue

YEAR = 365 * 24 * 3600
COOKIE = "language"
FORM_PAGES = ("portal.form", "portal.page", "portal.check", "portal.discard", "portal.receipt")


def take_language(endpoint: str | None, values: dict[str, str] | None) -> None:
    """The first part of the address decides; an unknown language is no page of ours.

    A questionnaire may speak more languages than the portal: then its texts are in that one,
    and what stands around them in the one that the reader wished.
    """
    tag = (values or {}).pop("lang", None)
    is_ours = tag is None or tag in LANGUAGES
    if not is_ours and endpoint not in FORM_PAGES:
        abort(404)
    g.language = tag if tag and is_ours else wished_language()
    g.foreign_language = None if is_ours else tag


def give_language(endpoint: str, values: dict[str, str]) -> None:
    """Addresses stay in the language of the page unless they name another."""
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        foreign = g.get("foreign_language") if endpoint in FORM_PAGES else None
        values["lang"] = foreign or g.get("language", i18n.DEFAULT)


def form_language() -> str:
    """The tag of the language that the texts of a questionnaire are read in."""
    return g.get("foreign_language") or g.language


def wished_language() -> str:
    """What this browser chose before, or else what its header asks for."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return i18n.negotiate(request.headers.get("Accept-Language", ""))


def language_of_path() -> str | None:
    """The language that the address names, if it names one of ours."""
    tag = request.path.split("/")[1]
    return tag if tag in LANGUAGES else None


def remember_language(response: FlaskResponse) -> FlaskResponse:
    """Keep a language that differs from what the browser would get by itself.

    So the cookie stands for a choice of the person, never for a mere visit.
    """
    tag = language_of_path()
    if tag and response.status_code < 400 and tag != wished_language():
        keep_language(response, tag)
    return response


def keep_language(response: Response, tag: str) -> None:
    """Note the person's own choice for a year."""
    response.set_cookie(
        COOKIE, tag, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure
    )


def in_language(tag: str) -> str:
    """The address of this page in another language, or of its start page."""
    if request.endpoint and language_of_path():
        return url_for(request.endpoint, **{**(request.view_args or {}), "lang": tag})
    return url_for("portal.start", lang=tag)


def marked(tag: str) -> dict[str, str]:
    """The attributes of text in the language `tag`, empty where it is that of the page."""
    if tag == g.get("language"):
        return {}
    language = tongue(tag)
    return {"lang": language.lang, "dir": language.direction}


@functools.cache
def is_reviewed(language: Language) -> bool:
    """Whether a native speaker has read the catalogue, as its header says.

    English is what the code itself is written in.
    """
    path = i18n.CATALOGUES / language.folder / "LC_MESSAGES" / "messages.po"
    if language.tag == "en" or not path.exists():
        return language.tag == "en"
    with path.open(encoding="utf-8") as file:
        return "X-Review: not yet" not in file.read(4000)
