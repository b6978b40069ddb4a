"""Lotse, put together: `create_app(config)` is the only place where everything meets."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from pathlib import Path

from flask import Flask, Response, g, jsonify, request
from flask_babel import Babel, Domain
from flask_wtf import CSRFProtect
from peewee import OperationalError, PeeweeException
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix

import admin
import portal
from casework import commands, tasks
from casework.core import i18n
from casework.core.clock import system_clock
from casework.core.config import Config, ConfigError, from_environment
from casework.core.crypto import use_keys
from casework.core.db import connection, database, open_database, pending_migrations

ROOT = Path(__file__).parent
MAX_BODY = 12 * 1024 * 1024


class Catalogues(Domain):
    """Flask-Babel's texts, taken from the one place that knows fallbacks between languages."""

    def get_translations(self) -> object:
        return i18n.catalogue(g.get("language", i18n.DEFAULT))


def create_app(config: Config | None = None) -> Flask:
    """The whole application, ready to serve. Raises `ConfigError` with one sentence."""
    config = config or from_environment(os.environ, ROOT)
    use_keys(config.field_keys)
    open_database(config.database_url)
    i18n.compile_catalogues()
    app = Flask("lotse", static_folder=None, template_folder=None)
    app.config.update(flask_settings(config))
    app.extensions["lotse"] = {"config": config, "clock": system_clock}
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    Babel(app, locale_selector=current_locale).domain_instance = Catalogues()
    CSRFProtect(app)
    register_database(app)
    register_headers(app, config)
    register_probes(app)
    portal.register(app, config)
    admin.register(app, config)
    register_errors(app)
    tasks.register(config)
    commands.register(app.cli, config)
    return app


def flask_settings(config: Config) -> dict[str, object]:
    """Flask's own settings: cookies, limits, nothing that differs between doors."""
    return {
        "SECRET_KEY": config.secret_key,
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "SESSION_COOKIE_NAME": "__Host-lotse" if config.https else "lotse",
        "SESSION_COOKIE_SECURE": config.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        # Pages behind a signed link send no Referer; the token alone protects the POST.
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_TRANSLATION_DIRECTORIES": str(i18n.CATALOGUES),
        "BABEL_DEFAULT_LOCALE": i18n.DEFAULT,
    }


def current_locale() -> str:
    """The Babel locale of the language that the door has chosen for this request."""
    return i18n.language(g.get("language", i18n.DEFAULT)).folder


def register_database(app: Flask) -> None:
    """One connection for each request, opened before anything else looks at it."""

    @app.url_value_preprocessor
    def connect(endpoint: str | None, values: object) -> None:
        if database.is_closed():
            database.connect()

    @app.teardown_request
    def disconnect(error: BaseException | None) -> None:
        if not database.is_closed() and not app.config.get("TESTING_KEEPS_CONNECTION"):
            database.close()


def register_headers(app: Flask, config: Config) -> None:
    """The security headers of every answer, with a fresh nonce for each."""

    @app.url_value_preprocessor
    def make_nonce(endpoint: str | None, values: object) -> None:
        g.nonce = secrets.token_urlsafe(16)

    @app.context_processor
    def offer_nonce() -> dict[str, object]:
        return {"nonce": g.get("nonce", "")}

    @app.after_request
    def set_headers(response: Response) -> Response:
        nonce = g.get("nonce", "")
        framed = g.get("is_framed", False)  # the preview of a form, on our own desk only
        framers = "'self'" if framed else "'none'"
        headers = response.headers
        headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; "
            f"script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self'; "
            "form-action 'self'; "
            "frame-src 'self'; manifest-src 'self'; "
            "base-uri 'none'; object-src 'none'; "
            f"frame-ancestors {framers}",
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "SAMEORIGIN" if framed else "DENY"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        if config.https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response


def register_probes(app: Flask) -> None:
    """`/healthz` says that the process lives, `/readyz` that database and queue do."""

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        try:
            waiting = pending_migrations()
            queue = tasks.queue_length()
        except (PeeweeException, tasks.QueueError):
            return jsonify(status="unavailable", database=False), 503
        status = 503 if waiting else 200
        return jsonify(status="ok" if not waiting else "upgrade needed", queue=queue), status


def register_errors(app: Flask) -> None:
    """Each door shows errors in its own words; an unknown one never shows an internal."""

    @app.errorhandler(HTTPException)
    def show(error: HTTPException) -> object:
        door = admin if request.path.startswith("/admin") else portal
        return door.show_error(error)

    @app.errorhandler(Exception)
    def fail(error: Exception) -> object:
        app.logger.error("unhandled %s", type(error).__name__, exc_info=not app.testing)
        return show(InternalServerError())


def serve(config: Config) -> None:
    """Bring the database up to date and serve both doors and the worker until stopped."""
    from waitress import create_server

    app = create_app(config)
    with connection():
        commands.prepare(config)
    try:
        server = create_server(
            app, host=config.host, port=config.port, threads=16, ident=None,
            max_request_body_size=MAX_BODY, channel_request_lookahead=1,
        )  # fmt: skip
    except OSError as error:
        raise ConfigError(
            f"HOST {config.host} with PORT {config.port} cannot be used ({error.strerror}); "
            "please choose another PORT."
        ) from error
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    worker = tasks.start_worker()
    print(f"Lotse is ready: {config.base_url}", flush=True)
    try:
        server.run()
    finally:
        worker.stop()


if __name__ == "__main__":
    try:
        serve(from_environment(os.environ, ROOT))
    except ConfigError as error:
        raise SystemExit(str(error)) from error
    except OperationalError as error:
        raise SystemExit(
            "The database cannot be reached; please check DATABASE_URL and that its server runs."
        ) from error
