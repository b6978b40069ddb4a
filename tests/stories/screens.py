"""Every screen of the desk: from the menu along the links, a few pages of each kind.

A new screen or page is found by itself, because what is looked for are endpoints.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

LISTING = re.compile(r"page|page_size|sort|desc|search|flt\d*_.*")
MOST = 400


@dataclass(frozen=True)
class Screen:
    """A page that was reached, as the server sent it."""

    address: str
    endpoint: str
    text: str


def walk_screens(app: Flask, client: Any, *, rows: int = 3) -> list[Screen]:
    """Whatever somebody reaches from `/admin/` by links; `client` is signed in.

    Of pages about a row it sees `rows` of each kind, because rows differ in their state.
    """
    found: list[Screen] = []
    met: set[str] = set()
    counts: Counter[object] = Counter()
    waiting = [("/admin/", "the start")]
    while waiting and len(met) < MOST:
        address, origin = waiting.pop(0)
        kind = _kind(app, address)
        if kind is None or address in met or counts[kind] >= (rows if kind[1] else 1):
            continue
        met.add(address)
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200, f"{address} from {origin}: {answer.status_code}"
        counts[kind] += 1
        if answer.mimetype == "text/html":
            text = answer.get_data(as_text=True)
            found.append(Screen(address, kind[0], text))
            waiting += [(each, address) for each in links(text) if each.startswith("/admin/")]
    assert not waiting or len(met) < MOST, "more pages than a test can look at"
    return found


def links(text: str) -> Iterator[str]:
    """The addresses of a page's links, without their fragments."""
    for href in re.findall(r'<a\b[^>]*?\shref="([^"#]+)', text):
        yield unescape(href)


def _kind(app: Flask, address: str) -> tuple[str, bool, frozenset[str]] | None:
    """Endpoint, whether the address names a row, and what else it asks for; None for no page."""
    parts = urlsplit(address)
    try:
        endpoint, values = app.url_map.bind("localhost").match(parts.path, method="GET")
    except HTTPException:
        return None
    asked = dict(parse_qsl(parts.query))
    names = frozenset(name for name in asked if not LISTING.fullmatch(name))
    if "language" in names or endpoint == "desk.static":
        return None
    return endpoint, bool(values or names), names
