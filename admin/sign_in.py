"""The pages around one's own account: sign-in, second factor, recovery codes, password."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from markupsafe import Markup

from admin.auth import (
    User,
    begin_session,
    config,
    current_actor,
    drop_session,
    end_session,
    find_user,
    form_text,
    may_try,
    now,
    safe_target,
    security,
    to_sign_in,
    tried_well,
)
from admin.auth import log as sign_in_log
from admin.i18n import gettext as _
from admin.i18n import reading_language
from casework.accounts import (
    PasswordsDiffer,
    WrongPassword,
    change_password,
    choose_language,
    enrol_second_factor,
    keep_recovery_codes,
    use_up_recovery_code,
)
from casework.core.crypto import SealError, keyring
from casework.core.i18n import STAFF_LANGUAGES
from casework.core.refusals import Refusal
from casework.staff import verify_password

HOME = "/admin/"
PENDING_SECONDS = 600
RECOVERY_CODES = 10


def register_pages(blueprint: Blueprint) -> None:
    """Add the pages of this module to the desk's own blueprint."""
    blueprint.add_url_rule("/login", "login", login, methods=["GET", "POST"])
    blueprint.add_url_rule("/logout", "logout", logout, methods=["POST"])
    blueprint.add_url_rule(
        "/second-factor", "second_factor", second_factor, methods=["GET", "POST"]
    )
    blueprint.add_url_rule("/account", "account", account, methods=["GET", "POST"])
    blueprint.add_url_rule("/language", "language", language, methods=["POST"])


def login() -> ResponseReturnValue:
    """E-mail and password, then the code of the second factor where there is one."""
    if current_user.is_authenticated:
        return redirect(HOME, 303)
    if request.method == "POST":
        return _first_step() if "password" in request.form else _second_step()
    if request.args.get("again"):
        session.pop("sign_in", None)
    user = _pending_user()
    if user is None:
        return _show_login(wanted=safe_target(request.args.get("next")))
    return _show_code() if user.is_enrolled else redirect(url_for("desk.second_factor"), 303)


def logout() -> ResponseReturnValue:
    """Sign out on all devices."""
    end_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("desk.login"), 303)


def second_factor() -> ResponseReturnValue:
    """Set up codes from an app, before the first entry or later from one's account."""
    signed_in = current_user.is_authenticated
    user = current_user._get_current_object() if signed_in else _pending_user()
    if user is None:
        return to_sign_in()
    if user.is_enrolled:
        return redirect(HOME, 303)
    secret = _offered_secret(user) if request.method == "POST" else None
    if secret is None:
        return _show_enrolment(user, _offer_secret(user))
    if not may_try(user.email):
        return _too_many()
    code = form_text("code", 12).replace(" ", "")
    if not security().totp_factory.verify_totp(code, secret, user):
        return _show_enrolment(user, secret, _wrong_code()), 422
    at, actor = now(), user.actor
    enrol_second_factor(user, secret, by=actor, at=at)
    codes = security().totp_factory.generate_recovery_codes(RECOVERY_CODES)
    keep_recovery_codes(user, codes, by=actor, at=at)
    begin_session(user, second_factor=True)
    return render_template("admin/recovery_codes.html", codes=codes)


def account() -> ResponseReturnValue:
    """One's own account: password, second factor, fresh recovery codes."""
    if not current_user.is_authenticated:
        return to_sign_in()
    if request.method == "GET":
        return _show_account()
    if not may_try(current_user.email):
        return _too_many()
    user = current_user._get_current_object()
    try:
        if request.form.get("action") == "codes":
            return _new_codes(user)
        change_password(
            user, request.form.get("password", "")[:200], _wanted_password(),
            by=current_actor(), at=now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _show_account(error=refusal.text(reading_language())), 422
    drop_session()
    flash(_("Your password was changed. Please sign in with the new one."), "success")
    return redirect(url_for("desk.login"), 303)


def language() -> ResponseReturnValue:
    """Read the desk in German or English."""
    wanted = request.form.get("language", "")
    if wanted in STAFF_LANGUAGES:
        session["desk_language"] = wanted
        if current_user.is_authenticated:
            user = current_user._get_current_object()
            choose_language(user, wanted, by=current_actor(), at=now())
    return redirect(safe_target(request.form.get("next")) or HOME, 303)


def _first_step() -> ResponseReturnValue:
    email = form_text("email", 254).lower()
    password = request.form.get("password", "")[:200]
    wanted = safe_target(request.form.get("next"))
    if not may_try(email):
        return _too_many()
    user = find_user(email=email) if email else None
    known = user.password if user is not None and user.active else None
    if not verify_password(known, password) or user is None:
        sign_in_log.warning("refused a password")
        error = _("E-mail address or password is not right. Please check both and try again.")
        return _show_login(error, email=email, wanted=wanted), 401
    if user.is_enrolled and form_text("code", 40):
        return _finish(user, wanted)
    if user.is_enrolled or config().second_factor == "required":
        tried_well()
        session.clear()
        session["sign_in"] = {
            "user": user.fs_uniquifier, "at": int(now().timestamp()), "next": wanted,
        }  # fmt: skip
        page = "desk.login" if user.is_enrolled else "desk.second_factor"
        return redirect(url_for(page), 303)
    begin_session(user, second_factor=False)
    return redirect(wanted or HOME, 303)


def _second_step() -> ResponseReturnValue:
    pending = session.get("sign_in") or {}
    user = _pending_user()
    if user is None or not user.is_enrolled:
        return redirect(url_for("desk.login"), 303)
    if not may_try(user.email):
        return _too_many()
    return _finish(user, pending.get("next"))


def _finish(user: User, wanted: str | None) -> ResponseReturnValue:
    """Enter with the code from the app, or with a recovery code, which is used up by it."""
    code = form_text("code", 40).replace(" ", "")
    if len(code) <= 8:
        fits = security().totp_factory.verify_totp(code, user.tf_totp_secret or "", user)
    else:
        fits = _fits_recovery(user, code)
    if not fits:
        sign_in_log.warning("refused a code")
        return _show_code(_wrong_code()), 401
    begin_session(user, second_factor=True)
    return redirect(safe_target(wanted) or HOME, 303)


def _fits_recovery(user: User, code: str) -> bool:
    try:
        use_up_recovery_code(user, code, by=user.actor, at=now())
    except WrongPassword:
        return False
    return True


def _pending_user() -> User | None:
    """The account whose password was right a short while ago."""
    pending = session.get("sign_in")
    if not pending or now().timestamp() - pending["at"] > PENDING_SECONDS:
        session.pop("sign_in", None)
        return None
    user = find_user(fs_uniquifier=pending["user"])
    return user if user is not None and user.active else None


def _new_codes(user: User) -> ResponseReturnValue:
    if not verify_password(user.password, request.form.get("password", "")[:200]):
        raise WrongPassword()
    codes = security().totp_factory.generate_recovery_codes(RECOVERY_CODES)
    keep_recovery_codes(user, codes, by=current_actor(), at=now())
    return render_template("admin/recovery_codes.html", codes=codes)


def _wanted_password() -> str:
    wanted = request.form.get("new_password", "")
    if wanted != request.form.get("new_password_again", ""):
        raise PasswordsDiffer()
    return wanted


def _offer_secret(user: User) -> str:
    """A new secret, kept sealed in the browser's session until its first code was right."""
    secret = security().totp_factory.generate_totp_secret()
    sealed = keyring().seal(secret.encode(), f"session/{user.id}/totp")
    session["enrolment"] = base64.b64encode(sealed).decode()
    return secret


def _offered_secret(user: User) -> str | None:
    try:
        sealed = base64.b64decode(session.get("enrolment", ""), validate=True)
        return keyring().open(sealed, f"session/{user.id}/totp").decode()
    except (binascii.Error, SealError):
        return None


def _wrong_code() -> str:
    return _(
        "This code is not right or was used before. Please wait for the next one and enter it."
    )


def _too_many() -> ResponseReturnValue:
    text = _("Too many tries. Please wait a quarter of an hour and try again.")
    return render_template("admin/login.html", error=text, email="", wanted=None), 429


def _show_login(error: str = "", *, email: str = "", wanted: str | None = None) -> str:
    return render_template("admin/login.html", error=error, email=email, wanted=wanted)


def _show_code(error: str = "") -> str:
    return render_template("admin/login_code.html", error=error)


def _show_enrolment(user: User, secret: str, error: str = "") -> str:
    factory = security().totp_factory
    image = segno.make(factory.get_totp_uri(user.email, secret)).svg_inline(scale=5, light="#fff")
    key = factory.get_totp_pretty_key(secret)
    return render_template(
        "admin/second_factor.html",
        picture=Markup(image),  # noqa: S704
        key=key,
        error=error,
    )


def _show_account(**values: Any) -> str:
    return render_template("admin/account.html", **{"error": ""} | values)
