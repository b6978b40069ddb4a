"""The public door: the blueprint, the choice of language, and what every answer of it carries."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import re
import secrets
from datetime import datetime
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from peewee import OperationalError, PeeweeException
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from casework.core import i18n
from casework.core.config import Config
from casework.core.i18n import LANGUAGES, Language
from casework.core.settings import DEFAULTS, all_settings
from portal import icons, intake, pages, receipts, replies, status

YEAR = 365 * 24 * 3600
MAX_BODY = 512 * 1024
STATIC = Path(__file__).parent / "static"


def register(app: Flask, config: Config) -> None:
    """Put the public door into `app`."""
    door = Blueprint("portal", __name__, template_folder="templates")
    sheet = Stylesheet((STATIC / "portal.css").read_bytes())
    door.url_value_preprocessor(take_language)
    door.url_defaults(give_language)
    door.before_app_request(limit_body)
    door.after_request(remember_language)
    door.after_app_request(compress)
    door.app_context_processor(functools.partial(page_context, sheet, config))
    door.register_error_handler(OperationalError, unavailable)
    door.add_url_rule(f"/static/{sheet.name}", "stylesheet", sheet.serve)
    for room in (pages, intake, receipts, status, replies):
        room.register(door)
    app.register_blueprint(door)


class Stylesheet:
    """The one stylesheet, packed once and kept by browsers for a year under a name of its own."""

    def __init__(self, source: bytes) -> None:
        text = re.sub(r"/\*.*?\*/", "", source.decode(), flags=re.DOTALL)
        text = re.sub(r"\s*([{}:;,>])\s*", r"\1", re.sub(r"\s+", " ", text))
        self.plain = text.replace(";}", "}").strip().encode()
        self.packed = gzip.compress(self.plain, 9, mtime=0)
        self.name = f"portal.{hashlib.blake2b(self.plain, digest_size=6).hexdigest()}.css"

    def serve(self) -> Response:
        packed = request.accept_encodings["gzip"] > 0
        response = Response(self.packed if packed else self.plain, mimetype="text/css")
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        response.vary.add("Accept-Encoding")
        return response


def take_language(endpoint: str | None, values: dict[str, str] | None) -> None:
    """The first part of the address decides the language; an unknown one is no page of ours."""
    if not values or "lang" not in values:
        g.language = wished_language()
        return
    tag = values.pop("lang")
    if tag not in LANGUAGES:
        abort(404)
    g.language = tag


def give_language(endpoint: str, values: dict[str, str]) -> None:
    """Addresses stay in the language of the page unless they name another."""
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = g.get("language", i18n.DEFAULT)


def limit_body() -> None:
    """No form of this door needs more; an upload would set its own limit."""
    if request.blueprint == "portal":
        request.max_content_length = MAX_BODY


def wished_language() -> str:
    """What this browser chose before, or else what its header asks for."""
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    return i18n.negotiate(request.headers.get("Accept-Language", ""))


def remember_language(response: Response) -> Response:
    """Keep a language that differs from what the browser would get by itself.

    So the cookie stands for a choice of the person, never for a mere visit.
    """
    named = request.path.split("/")[1] in LANGUAGES
    if named and response.status_code < 400 and g.language != wished_language():
        keep_language(response, g.language)
    return response


def keep_language(response: Response, tag: str) -> None:
    """The person's own choice of language, for a year."""
    response.set_cookie(
        "language", tag, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure
    )


def compress(response: Response) -> Response:
    """Pack the HTML of this door.

    Nothing that an address carries is repeated in a page, which is what the BREACH attack
    needs; a file name of random length in the gzip header blurs the size on top.
    """
    if (
        request.path.startswith("/admin")
        or response.mimetype != "text/html"
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
    ):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        blur = "x" * secrets.randbelow(32)
        packed = io.BytesIO()
        with gzip.GzipFile(blur, "wb", 6, packed, mtime=0) as file:
            file.write(response.get_data())
        response.set_data(packed.getvalue())
        response.headers["Content-Encoding"] = "gzip"
    return response


def page_context(sheet: Stylesheet, config: Config) -> dict[str, object]:
    """What the layout of every page needs."""
    language = i18n.language(g.get("language", i18n.DEFAULT))
    return {
        "language": language,
        "languages": list(LANGUAGES.values()),
        "stylesheet": f"/static/{sheet.name}",
        "centre": centre(),
        "in_language": in_language,
        "marked": marked,
        "unreviewed": not is_reviewed(language),
        "drawing": icons.drawing,
        "base_url": config.base_url,
    }


def centre() -> dict[str, object]:
    """The settings that pages show, read once a request; the defaults while the database is away."""
    if "centre" not in g:
        try:
            g.centre = all_settings()
        except PeeweeException as error:
            current_app.logger.error("no settings: %s", type(error).__name__)
            g.centre = DEFAULTS
    return g.centre


def in_language(tag: str) -> str:
    """The address of this page in another language, or of its start page."""
    view = request.view_args
    if request.endpoint and request.path.split("/")[1] in LANGUAGES and view is not None:
        return url_for(request.endpoint, **{**view, "lang": tag})
    return f"/{tag}/"


def marked(tag: str) -> dict[str, str]:
    """The attributes of text in the language `tag`, empty where it is that of the page."""
    if tag == g.get("language"):
        return {}
    language = LANGUAGES.get(tag) or Language(tag, tag, tag)
    return {"lang": language.lang, "dir": language.direction}


@functools.cache
def is_reviewed(language: Language) -> bool:
    """Whether a native speaker has read the catalogue, as its header says."""
    path = i18n.CATALOGUES / language.folder / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return language.tag == "en"
    with path.open(encoding="utf-8") as file:
        return "X-Review: not yet" not in file.read(4000)


def now() -> datetime:
    """The time of this request, aware, in UTC."""
    return current_app.extensions["lotse"]["clock"]()


def unavailable(error: OperationalError) -> object:
    """The database cannot be used at the moment: full disk, away, or too busy."""
    current_app.logger.error("database unavailable: %s", type(error).__name__)
    return show_error(ServiceUnavailable())


def show_error(error: HTTPException) -> tuple[str, int] | Response:
    """A page that says what happened and what to do, in the person's language."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    tag = request.path.split("/")[1]
    g.language = tag if tag in LANGUAGES else g.get("language") or wished_language()
    title, advice = _explanation(error)
    page = render_template("portal/error.html", title=title, advice=advice)
    response = Response(page, error.code, mimetype="text/html")
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _explanation(error: HTTPException) -> tuple[str, str]:
    if isinstance(error, CSRFError):
        return (
            _("This page was open for too long."),
            _("Please go back, load the page again and send it once more. Cookies must be allowed."),
        )
    if error.code in (404, 405, 410):
        return (
            _("This page does not exist."),
            _("Please check the address or go to the start page."),
        )
    if error.code == 413:
        return (
            _("This is too much at once."),
            _("Please go back and shorten your text."),
        )
    if error.code == 429:
        return (
            _("Too many tries."),
            _("Please wait a quarter of an hour and try again."),
        )
    if error.code and error.code >= 500:
        return (
            _("Something went wrong on our side."),
            _("What you have sent before is safe. Please try again in a few minutes."),
        )
    return (
        _("We could not understand this request."),
        _("Please go back, check your entries and try again."),
    )
