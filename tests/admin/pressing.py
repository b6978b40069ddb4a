"""Signing in and pressing buttons, for tests of the desk's pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from casework.staff import Staff
from tests.admin.desk import sign_in
from tests.pages import PageClient, csrf_token


def desk_of(app: Flask, staff: Staff) -> PageClient:
    """A browser in which `staff` is signed in, reading English."""
    client = app.test_client()
    response = sign_in(client, staff)
    assert response.status_code == 303, response.get_data(as_text=True)[:500]
    client.post("/admin/language", data={"csrf_token": token_of(client), "language": "en"})
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
