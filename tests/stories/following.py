"""Somebody who follows every link that a page shows and presses every button on it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from casework.core.db import database
from tests.pages import PageClient
from tests.stories.offered import Button, Control, Offer, read_offer

LISTING = re.compile(r"page|page_size|sort|desc|search|flt\d*_.*")
# What stands for one row among many: a form is the same form whichever row it is about.
VALUE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|[\w.~-]{20,}")
REDIRECTS = (301, 302, 303, 307, 308)
SENT_BACK = (400, 409, 422)
MOST_HOPS = 5
# How many pages beyond the one where a button was pressed its buttons are pressed, too.
DEPTH = 1
TYPED = {
    "text": "Amal", "textarea": "Amal fragt nach.", "search": "Amal", "tel": "+49 7621 415000",
    "email": "amal@example.org", "number": "1", "date": "2026-11-20", "time": "14:30",
    "datetime-local": "2026-11-20T14:30", "url": "https://example.org/",
    "password": "a long and quiet sentence", "month": "2026-11",
}  # fmt: skip


class UndoneError(Exception):
    """Ends a block whose changes are taken back."""


@contextmanager
def undone() -> Iterator[None]:
    """Everything that is written in the block is taken back at its end."""
    try:
        with database.atomic("IMMEDIATE"):
            yield
            raise UndoneError
    except UndoneError:
        return


class Plain(PageClient):
    """Without the checks of a page, which other tests make on every screen."""

    open = FlaskClient.open


class Reader:
    """Follows and presses inside the addresses that begin so; `found` is what is wrong.

    A link or button of one kind is tried a few times only: rows differ in their state, but not
    without end. What a button does is taken back, so each is pressed on the page that showed it:
    as it stands, and where `is_typing` with something in every empty field as well. Who `is_brief`
    does not look at the page that a button leads to. `untranslated` are texts that no page in
    this reader's language may show; endpoints in `but` are left alone.
    """

    def __init__(
        self, app: Flask, client: FlaskClient, inside: tuple[str, ...], *, language: str = "de",
        rows: int = 2, is_typing: bool = False, is_brief: bool = False, but: tuple[str, ...] = (),
        untranslated: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.app, self.client, self.inside, self.language = app, client, inside, language
        self.rows, self.is_typing, self.is_brief, self.but = rows, is_typing, is_brief, but
        self.untranslated = untranslated
        self.opened: set[str] = set()
        self.links: Counter[object] = Counter()
        self.buttons: set[object] = set()
        self.answers: Counter[int] = Counter()
        self.found: list[str] = []

    def follow(self, *starts: str) -> None:
        """Open `starts` and whatever can be reached from there, breadth first."""
        waiting = [(link, each) for each in starts for link in self.open(each, each)]
        while waiting:
            address, origin = waiting.pop(0)
            if self._is_news(address):
                links = self.open(address, f"{address} from {origin}")
                waiting += [(each, address) for each in links]

    def open(self, address: str, what: str) -> list[str]:
        """Read a page, press its buttons; the addresses that it leads to."""
        self.opened.add(address)
        answer, where = self._arrive(self.client.get(address), address, {})
        offer = self._judge(answer, what)
        if offer is None:
            return []
        self._press_all(offer, where, 0)
        return list(self.addresses(offer, where))

    def addresses(self, offer: Offer, here: str) -> Iterator[str]:
        """Where the links and searches of a page lead, inside what this reader reads."""
        for link in offer.links:
            address, _, fragment = urljoin(here, link).partition("#")
            if link.startswith("#") and fragment and fragment not in offer.ids:
                self.found.append(f"{here}: nothing is called {link}")
            elif address.startswith("/"):
                yield address
        for button in offer.buttons(here):
            if button.method == "get":
                path = urljoin(here, button.action).partition("#")[0].partition("?")[0]
                yield f"{path}?{urlencode(button.pairs)}"

    def _arrive(self, answer: TestResponse, address: str, data: dict) -> tuple[TestResponse, str]:
        """The answer at the end of all redirects, and its address."""
        for _hop in range(MOST_HOPS):
            if answer.status_code not in REDIRECTS:
                break
            address = urljoin(address, answer.location)
            again = answer.status_code in (307, 308)
            answer = self.client.post(address, data=data) if again else self.client.get(address)
        return answer, address

    def _judge(self, answer: TestResponse, what: str) -> Offer | None:
        """What a page offers; None for what is no page, or not there."""
        if answer.status_code != 200:
            self.found.append(f"{what}: {answer.status_code}")
            return None
        if answer.mimetype != "text/html":
            return None
        offer = read_offer(answer.get_data(as_text=True))
        if offer.headings != 1 or not offer.title.split("·")[0].strip():
            self.found.append(f"{what}: {offer.headings} h1, title {offer.title!r}")
        if offer.language == self.language:
            left = offer.texts & self.untranslated
            self.found += [f"{what}: {each!r} is English" for each in left]
        return offer

    def _is_news(self, address: str) -> bool:
        if address in self.opened or not address.startswith(self.inside):
            return False
        kind = self._kind(address, "GET")
        if kind is not None and kind[0] in self.but:
            return False
        asked = frozenset(name for name, _value in parse_qsl(urlsplit(address).query))
        about_a_row = kind is None or kind[1] or any(not LISTING.fullmatch(name) for name in asked)
        self.links[kind, asked] += 1
        return self.links[kind, asked] <= (self.rows if about_a_row else 1)

    def _kind(self, address: str, method: str) -> tuple[str, frozenset[str]] | None:
        """Endpoint and names of the arguments; None for an address that is not ours."""
        path = urlsplit(address).path
        try:
            endpoint, values = self.app.url_map.bind("localhost").match(path, method=method)
        except HTTPException:
            return None
        if values.get("lang") == self.language:
            del values["lang"]
        return endpoint, frozenset(values)

    def _press_all(self, offer: Offer, here: str, depth: int) -> None:
        for button in offer.buttons(here):
            if button.method == "post":
                self._press(button, here, depth)

    def _press(self, button: Button, here: str, depth: int) -> None:
        action = urljoin(here, button.action)
        kind = self._kind(action, "POST")
        names = frozenset(VALUE.sub("0", each.name) for each in button.controls)
        value = tuple(VALUE.sub("0", each) for each in button.pressed or ())
        if value[:1] == ("language",):
            value = value[:1]
        if (kind, names, value) in self.buttons or (kind is not None and kind[0] in self.but):
            return
        self.buttons.add((kind, names, value))
        ways = [_as_it_stands(button)]
        if self.is_typing and _filled(button) != ways[0]:
            ways.append(_filled(button))
        for data in ways:
            cookies = dict(self.client._cookies)
            with undone():
                self._send(button, data, here, depth)
            self.client._cookies = cookies

    def _send(self, button: Button, data: dict[str, Any], here: str, depth: int) -> None:
        action = urljoin(here, button.action)
        what = f"{here} pressing {button.pressed} → {action}"
        first = self.client.post(action, data=data)
        self.answers[first.status_code] += 1
        if self.is_brief and first.status_code == 303:
            return
        answer, where = self._arrive(first, action, data)
        if answer.status_code in SENT_BACK and 'role="alert"' in answer.get_data(as_text=True):
            return
        offer = self._judge(answer, f"{what} → {where}")
        if offer is not None and depth < DEPTH:
            self._press_all(offer, where, depth + 1)


def _as_it_stands(button: Button) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in button.pairs:
        data.setdefault(name, []).append(value)
    return data


def _filled(button: Button) -> dict[str, Any]:
    """The form with everything filled in that stands empty."""
    data = _as_it_stands(button)
    for each in button.controls:
        if not any(data.get(each.name, ())):
            value = _typed(each)
            if value is not None:
                data[each.name] = value
    return data


def _typed(control: Control) -> Any:
    """Something that fits an empty control; None where there is nothing to choose."""
    if control.kind == "file":
        return [(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "brief.pdf")]
    if control.kind in ("select", "radio", "checkbox"):
        chosen = next((each for each in control.choices if each), None)
        return None if chosen is None else [chosen]
    return [TYPED[control.kind]] if control.kind in TYPED else None
