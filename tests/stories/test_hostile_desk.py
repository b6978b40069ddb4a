"""Whatever is sent to whatever address: an answer, never a failure of ours."""

from __future__ import annotations

import io
import itertools
import re
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casework.core.access import Role
from casework.demo import load_demo
from tests.admin.desk import sign_in
from tests.pages import PageClient, csrf_token
from tests.stories.screens import Screen, walk_screens
from tests.world import World

pytestmark = pytest.mark.slow

METHODS = ("HEAD", "OPTIONS", "PUT", "NONSENSE")
QUERIES = (
    "page=-1&sort=-1&id=%00&search=%00%ff&older=-5&need=%00&service=%ff&query=%00&language=%00",
    "page=99999999999999999999&page_size=0&sort=99&desc=2&id=%ff%fe&flt0_0=%00&flt99_99=x&flt_=x",
    f"id={uuid.UUID(int=0)}&id=y&need={uuid.UUID(int=0)}&url=//elsewhere.example/&x[]=1&[=2",
    "a" * 20_000,
)  # fmt: skip
NASTY = (
    b"\x00", b"a\x00b", b"\xff\xfe\xc3\x28", b"x" * 20_000, b"'\"><svg onload=1>", b"{{7*7}}%s%n",
    "\u202e\ud7ff\uffff\U0010ffff".encode(), b"-1", b"99999999999999999999", b"1e309", b"NaN",
    b"31.02.2026", b"0001-01-01", b"99999-12-31", b"[]", b"\r\nSet-Cookie: a=b",
)  # fmt: skip


FILLED = ("x", "%00", "%ff%fe", str(uuid.UUID(int=0)), "..%2f..%2fetc", "9" * 400)


def calls(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of every address but signing out, filled with what does not belong there.

    Each is read with every text; in turn half of the texts are also posted, and one more method
    is tried, so that over all addresses every method meets every text.
    """
    rules = sorted({each.rule: bool(each.arguments) for each in app.url_map.iter_rules()}.items())
    for turn, (rule, has_arguments) in enumerate(rules):
        if "logout" in rule:
            continue
        for number, text in enumerate(FILLED if has_arguments else FILLED[:1]):
            path = re.sub(r"<[^>]+>", text, rule)
            yield "GET", path
            if not has_arguments or (number + turn) % 2:
                yield "POST", path
            if not has_arguments or number == turn % len(FILLED):
                yield METHODS[turn % len(METHODS)], path


def sound(answer: Any, what: str) -> list[str]:
    """What is to be told about an answer: nothing, unless it is a failure of ours."""
    return [f"{what}: {answer.status_code}"] if answer.status_code >= 500 else []


@pytest.fixture
def client(town: Flask) -> FlaskClient:
    """Without the checks of a page: an answer to HEAD is none."""
    plain = town.test_client()
    plain.__class__ = type("Plain", (PageClient,), {"open": FlaskClient.open})
    return plain


@pytest.fixture
def town(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Flask:
    load_demo(12, 1, at=world.at)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return app


@pytest.mark.parametrize("role", [None, Role.COORDINATOR])
def test_no_address_breaks_under_any_method(
    town: Flask, client: FlaskClient, world: World, role: Role | None
) -> None:
    if role:
        sign_in(client, world.staff(role))
    found = [
        line
        for method, path in calls(town)
        for line in sound(client.open(path, method=method), f"{method} {path[:80]}")
    ]
    assert not found, "\n".join(found)


def test_no_screen_breaks_under_any_query(town: Flask, client: FlaskClient, world: World) -> None:
    sign_in(client, world.staff(Role.COORDINATOR))
    found = []
    for turn, screen in enumerate(walk_screens(town, client, rows=1)):
        address = screen.address + ("&" if "?" in screen.address else "?")
        for query in (QUERIES[turn % 2], QUERIES[2 + turn // 2 % 2]):
            found += sound(client.get(address + query), f"{address[:80]}{query[:40]}")
    assert not found, "\n".join(found)


def forms(screen: Screen) -> Iterator[tuple[str, list[str]]]:
    """Where each form of a page goes and what its fields are called."""
    for attributes, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", screen.text, re.S):
        if 'method="post"' in attributes:
            action = re.search(r'action="([^"]*)"', attributes)
            names = re.findall(r'<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"', inside)
            fields = dict.fromkeys(unescape(each) for each in names if each != "csrf_token")
            yield unescape(action[1]) if action and action[1] else screen.address, list(fields)


def takes_files(page: str, action: str) -> bool:
    """Whether a form that goes to `action` may have a file in it."""
    return 'type="file"' in page and action.partition("?")[0] in unescape(page)


def body(fields: list[tuple[str, bytes]]) -> bytes:
    """A form as a browser would never send it: raw bytes in its values."""
    parts = (
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in fields
    )
    return b"".join(parts) + b"--edge--\r\n"


def test_no_form_of_the_desk_breaks_under_any_value(
    town: Flask, client: FlaskClient, world: World
) -> None:
    sign_in(client, world.staff(Role.COORDINATOR))
    seen, found = set(), []
    for screen in walk_screens(town, client, rows=1):
        token = csrf_token(screen.text).encode()
        for action, fields in forms(screen):
            kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", action), tuple(fields)
            if kind in seen or "logout" in action:
                continue
            # Each form meets two rows of values, the second one twice over; the rows go on from
            # form to form, so that every value comes to many of them.
            for doubled in (False, True):
                start = (len(seen) * 5 + doubled * len(NASTY) // 2) % len(NASTY)
                values = itertools.islice(itertools.cycle(NASTY), start, None)
                sent = [("csrf_token", token), *zip(fields, values, strict=False)]
                sent += sent[1:] if doubled else []
                answer = client.post(
                    action, data=body(sent), content_type="multipart/form-data; boundary=edge"
                )
                found += sound(answer, f"{action} {fields[:6]} from {start}")
            if len(seen) % 3 == 0 or takes_files(screen.text, action):
                files = {name: (io.BytesIO(b"%PDF-1.4"), "a.pdf") for name in fields}
                answer = client.post(action, data={"csrf_token": token.decode(), **files})
                found += sound(answer, f"{action} {fields[:6]} files")
            seen.add(kind)
    assert len(seen) > 40
    assert not found, "\n".join(found)
