"""Signing in and pressing buttons, for tests of the desk's pages."""

from __future__ import annotations

from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from admin.auth import User, begin_session
from casework.accounts import choose_language
from casework.staff import Staff
from tests.pages import PageClient, csrf_token


def desk_of(app: Flask, staff: Staff) -> PageClient:
    """A browser in which `staff` is signed in, reading English.

    It begins where signing in ends: what comes before is test_auth's, and takes four pages.
    """
    client = app.test_client()
    user = User.get_by_id(staff.id)
    with app.test_request_context("/admin/"):
        begin_session(user, second_factor=False)
        choose_language(user, "en", by=user.actor, at=app.extensions["lotse"]["clock"]())
        client.token = generate_csrf()
        begun = dict(session)
    with client.session_transaction() as kept:
        kept.update(begun)
    return client


def token_of(client: PageClient) -> str:
    """The CSRF token of the browser's session, read from its first page."""
    if client.token is None:
        client.token = csrf_token(client.get("/admin/").get_data(as_text=True))
    return client.token


def send(client: PageClient, address: str, data: dict[str, Any] | None = None) -> TestResponse:
    """Send a form to `address` with a valid token."""
    return client.post(address, data={"csrf_token": token_of(client), **(data or {})})


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)
