"""The public door: its rooms, its stylesheet, and what every answer of it has in common."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import re
import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from peewee import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from casework.core import i18n
from casework.core.config import Config
from casework.core.i18n import LANGUAGES
from portal import (
    appointments,
    files,
    icons,
    intake,
    invitations,
    pages,
    previews,
    receipts,
    replies,
    status,
)
from portal.centre import local, phone_link, settings
from portal.language import (
    YEAR,
    form_language,
    give_language,
    in_language,
    is_reviewed,
    language_of_path,
    marked,
    remember_language,
    take_language,
    wished_language,
)

MAX_BODY = 512 * 1024
STATIC = Path(__file__).parent / "static"
ROOMS = (pages, files, intake, invitations, receipts, status, appointments, replies, previews)


def register(app: Flask, config: Config) -> None:
    """Put the public door into `app`."""
    door = Blueprint("portal", __name__, template_folder="templates")
    sheet = Packed("css", "text/css", lighter((STATIC / "portal.css").read_text("utf-8")))
    script = Packed("js", "text/javascript", (STATIC / "portal.js").read_text("utf-8"))
    frame = functools.partial(page_frame, sheet.address, script.address, config)
    app.extensions["portal_frame"] = frame
    door.url_value_preprocessor(limit_body)
    door.url_value_preprocessor(take_language)
    door.url_defaults(give_language)
    door.after_request(remember_language)
    door.after_app_request(compress)
    door.context_processor(frame)
    door.register_error_handler(OperationalError, unavailable)
    door.add_url_rule(sheet.address, "stylesheet", sheet.serve)
    door.add_url_rule(script.address, "script", script.serve)
    for room in ROOMS:
        room.register(door)
    app.register_blueprint(door)


def lighter(source: str) -> str:
    """A stylesheet without comments and blanks that nobody needs."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", text))
    return text.replace(": ", ":").replace(";}", "}").strip()


class Packed:
    """A file of ours, packed once and kept by browsers for a year under a name of its own."""

    def __init__(self, ending: str, mimetype: str, text: str) -> None:
        self.mimetype = mimetype
        self.plain = text.encode()
        self.packed = gzip.compress(self.plain, 9, mtime=0)
        digest = hashlib.blake2b(self.plain, digest_size=6).hexdigest()
        self.address = f"/static/portal.{digest}.{ending}"

    def serve(self) -> Response:
        packed = request.accept_encodings["gzip"] > 0
        response = Response(self.packed if packed else self.plain, mimetype=self.mimetype)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        response.vary.add("Accept-Encoding")
        return response


def limit_body(endpoint: str | None, values: object) -> None:
    """Words need little; only a page of a form may bring files. Set before the body is read."""
    is_page = endpoint == "portal.page" and request.mimetype == "multipart/form-data"
    request.max_content_length = files.MAX_BODY if is_page else MAX_BODY


def compress(response: Response) -> Response:
    """Pack the HTML of this door.

    Nothing that an address carries is repeated in a page, which is what the BREACH attack
    needs; a file name of random length in the gzip header blurs the size on top.
    """
    if request.path.startswith("/admin") or response.mimetype != "text/html":
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers:
        packed = io.BytesIO()
        with gzip.GzipFile("x" * secrets.randbelow(32), "wb", 6, packed, mtime=0) as file:
            file.write(response.get_data())
        response.set_data(packed.getvalue())
        response.headers["Content-Encoding"] = "gzip"
    return response


def page_frame(stylesheet: str, script: str, config: Config) -> dict[str, Any]:
    """What the layout of every page needs."""
    language = i18n.language(g.get("language", i18n.DEFAULT))
    return {
        "language": language,
        "languages": list(LANGUAGES.values()),
        "stylesheet": stylesheet,
        "script": script,
        "centre": settings(),
        "in_language": in_language,
        "form_language": form_language,
        "marked": marked,
        "unreviewed": not is_reviewed(language),
        "drawing": icons.drawing,
        "phone_link": phone_link,
        "local": local,
        "base_url": config.base_url,
    }


def unavailable(error: OperationalError) -> Response:
    """The database cannot be used at the moment: full disk, away, or too busy."""
    current_app.logger.error("database unavailable: %s", type(error).__name__)
    return show_error(ServiceUnavailable())


def show_error(error: HTTPException) -> Response:
    """A page that says what happened and what to do, in the person's language."""
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    g.language = language_of_path() or g.get("language") or wished_language()
    title, advice = _explanation(error)
    frame = current_app.extensions["portal_frame"]()
    page = render_template("portal/error.html", **frame, title=title, advice=advice)
    response = Response(page, error.code, mimetype="text/html")
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _explanation(error: HTTPException) -> tuple[str, str]:
    """What happened, and what to do now."""
    if isinstance(error, CSRFError):
        return (
            _("This page is no longer valid."),
            _("Please go back, load the page again and send it once more. Allow cookies for it."),
        )
    if error.code in (404, 405, 410):
        return (
            _("This page does not exist."),
            _("Please check the address or go to the start page."),
        )
    if error.code == 413 and request.mimetype == "multipart/form-data":
        return (
            _("This is too much at once."),
            _("Please go back and choose a smaller file, or send only one file at a time."),
        )
    if error.code == 413:
        return _("This is too much at once."), _("Please go back and shorten your text.")
    if error.code == 429:
        return (
            _("This does not work at the moment."),
            _("Too many tries. Please wait a quarter of an hour and try again."),
        )
    if error.code and error.code >= 500:
        return (
            _("Something went wrong on our side."),
            _("What you sent before is safe. Please try again in a few minutes."),
        )
    return (
        _("We could not understand this request."),
        _("Please go back, check what you entered and try again."),
    )
