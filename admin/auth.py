"""Who is at the desk: accounts through Flask-Security, sessions that end, who acts."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import PeeweeUserDatastore, Security, UserMixin, current_user
from flask_security.totp import Totp
from flask_security.utils import login_user, logout_user
from passlib.exc import TokenError

from admin.i18n import gettext as _
from casework.accounts import note_code, note_sign_in, sign_out
from casework.core import throttles
from casework.core.access import PUBLIC, Actor
from casework.core.config import Config
from casework.core.db import database, transaction
from casework.core.i18n import STAFF_LANGUAGES, negotiate
from casework.staff import Staff

log = logging.getLogger("lotse.sign_in")

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
TRIES, TRIES_WINDOW = 20, timedelta(minutes=15)
LOCAL_ADDRESS = re.compile(r"/admin(?:/(?![/\\])[\x21-\x5b\x5d-\x7e]*)?")


class User(UserMixin, Staff):
    """A staff account as Flask-Security wants to see it; the mixin has to come first."""

    class Meta:
        table_name = "staff"

    @property
    def is_enrolled(self) -> bool:
        """Whether a second factor is set up."""
        return bool(self.tf_primary_method and self.tf_totp_secret)


class StaffDatastore(PeeweeUserDatastore):
    """The table `staff`: one role is a column, accounts are made by verbs only."""

    def __init__(self) -> None:
        super().__init__(database, User, None, None)

    def put(self, model: User) -> User:
        """Store what Flask-Security changes in one immediate transaction."""
        with transaction():
            model.save()
        return model


class OnceTotp(Totp):
    """Six-digit codes that work once. The secret is sealed by its column, not twice."""

    def generate_totp_secret(self) -> str:
        """A new secret in passlib's JSON form."""
        return self._totp.new().to_json(encrypt=False)

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 30) -> bool:
        """Whether `token` fits now, one step early or late, and was not used before."""
        try:
            match = self._totp.verify(
                token, totp_secret, time=now().timestamp(), window=window,
                last_counter=user.totp_counter,
            )  # fmt: skip
        except TokenError:
            return False
        with transaction():
            return note_code(user, match.counter)


def now() -> datetime:
    """The present moment by the application's clock: `at=` for the verbs of this request."""
    return current_app.extensions["lotse"]["clock"]()


def config() -> Config:
    """The frozen configuration of the application."""
    return current_app.extensions["lotse"]["config"]


def current_actor() -> Actor:
    """Who acts in this request: `by=` for its verbs; nobody may anything before signing in."""
    return current_user.actor if current_user.is_authenticated else PUBLIC


def signed_in() -> Actor:
    """The same outside the desk's own pages, where nothing else ends a session that is over."""
    if current_user.is_authenticated and _end_if_over():
        return PUBLIC
    return current_actor()


def security() -> Security:
    """The Flask-Security extension of the application."""
    return current_app.extensions["security"]


def find_user(**column: Any) -> User | None:
    """The account in which a column has this value."""
    found: Any = security().datastore.find_user(**column)
    return found


def register_security(app: Flask, settings: Config) -> None:
    """Flask-Security with our table, without its own pages and without its tokens."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_REQUIRED=settings.second_factor == "required",
        SECURITY_TOTP_SECRETS={"1": settings.secret_key},
        SECURITY_TOTP_ISSUER="Lotse",
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    extension = Security(app, StaffDatastore(), register_blueprint=False, totp_cls=OnceTotp)
    extension.login_manager.session_protection = None
    extension.login_manager.request_loader(lambda request: None)
    app.before_request(prepare_request)
    app.extensions["lotse"]["signed_in"] = signed_in


def prepare_request() -> ResponseReturnValue | None:
    """Before each request to the desk: end what has run out, then choose the language."""
    if not request.path.startswith("/admin"):
        return None
    ended = current_user.is_authenticated and _end_if_over()
    if current_user.is_authenticated:
        g.language = current_user.language
    else:
        header = request.headers.get("Accept-Language", "")
        g.language = session.get("desk_language") or negotiate(header, STAFF_LANGUAGES)
    if ended:
        flash(_("You were signed out because your session had run out. Please sign in again."))
        return to_sign_in()
    return None


def to_sign_in() -> ResponseReturnValue:
    """Ask to sign in, and come back to where a reader wanted to go."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("desk.login", next=safe_target(wanted)), 303)


def safe_target(target: str | None) -> str | None:
    """`target` if it is an address inside the desk, else None: never another host."""
    return target if target and LOCAL_ADDRESS.fullmatch(target) else None


def begin_session(user: User, *, second_factor: bool) -> None:
    """Sign in: whatever the browser's session held before is gone."""
    at = now()
    language = session.get("desk_language")
    session.clear()
    login_user(user, remember=False)
    session["since"] = session["seen"] = int(at.timestamp())
    session["second_factor"] = second_factor
    if language and language != user.language:
        session["desk_language"] = language
    note_sign_in(user, by=user.actor, at=at)
    throttles.forget("sign-in", user.email)
    tried_well()


def end_session() -> None:
    """Sign out everywhere: cookies that somebody kept are worthless from now on."""
    if current_user.is_authenticated:
        user = current_user._get_current_object()
        sign_out(user, by=user.actor, at=now())
    drop_session()


def drop_session() -> None:
    """Forget this browser's session."""
    logout_user()
    session.clear()


def may_try(email: str) -> bool:
    """Count one more try to sign in; False when the account or the network has used up its own."""
    at = now()
    own = throttles.allow("sign-in", email, limit=TRIES, window=TRIES_WINDOW, at=at)
    shared = throttles.allow("sign-in address", _address(), limit=TRIES, window=TRIES_WINDOW, at=at)
    if not (own and shared):
        log.warning("too many tries to sign in")
    return own and shared


def tried_well() -> None:
    """A right password or code does not count against the others in the same network."""
    throttles.give_back("sign-in address", _address())


def _address() -> str:
    """Where a request comes from, as far as it counts together; stored as a keyed digest only."""
    return throttles.address_prefix(request.remote_addr)


def _end_if_over() -> bool:
    """Whether the session was idle or old, or lacks the second factor; it is gone then."""
    at = int(now().timestamp())
    since, seen = session.get("since", 0), session.get("seen", 0)
    over = at - seen > IDLE.total_seconds() or at - since > LONGEST.total_seconds()
    lacking = config().second_factor == "required" and not session.get("second_factor")
    if over or lacking:
        drop_session()
        return True
    if at - seen >= 60:
        session["seen"] = at
    return False


def form_text(name: str, longest: int = 300) -> str:
    """A posted text without outer blanks; too long or with control characters counts as empty."""
    text = request.form.get(name, "").strip()
    return text if len(text) <= longest and text.isprintable() else ""
