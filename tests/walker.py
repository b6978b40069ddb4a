"""Walks through any questionnaire over plain HTTP. Knows only the hooks that pages promise.

A question's container has `data-question` and `data-type`; the buttons are `name="action"`
with `next`, `back`, `submit`, `add:<name>`, `remove:<name>:<n>`; mistakes stand in an element
with `role="alert"`; the receipt has `id="reference"` and `id="pin"`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

MOST_PAGES = 60
TEXTS = {
    "text": "Amal", "integer": "2", "decimal": "2.5", "tel": "07621 415 0", "time": "14:30",
    "email": "amal@example.org", "datetime": "2026-12-01 14:30", "geopoint": "48.1 9.2",
}  # fmt: skip
DATE = ("17", "5", "1990")


@dataclass
class Page:
    """One answer of the server."""

    status: int
    address: str
    text: str
    size: int = 0

    @functools.cached_property
    def root(self) -> Element:
        return html5lib.parse(self.text, namespaceHTMLElements=False)

    @functools.cached_property
    def form(self) -> Element | None:
        """The form that the buttons `action` belong to."""
        for form in self.root.iter("form"):
            if any(each.get("name") == "action" for each in form.iter("button")):
                return form
        return None

    @property
    def actions(self) -> list[str]:
        """The values of all `action` buttons, in their order."""
        buttons = self.form.iter("button") if self.form is not None else ()
        return [each.get("value", "") for each in buttons if each.get("name") == "action"]

    @functools.cached_property
    def asked(self) -> list[tuple[str, Element]]:
        """Name and container of each question; two in different groups may share a name."""
        named = ((each.get("data-question"), each) for each in self.root.iter())
        return [(name, each) for name, each in named if name]

    @property
    def questions(self) -> dict[str, Element]:
        """The containers of questions by name."""
        return dict(self.asked)

    @property
    def alert(self) -> str:
        found = [each for each in self.root.iter() if each.get("role") == "alert"]
        return " ".join("".join(found[0].itertext()).split()) if found else ""

    def by_id(self, name: str) -> str:
        found = [each for each in self.root.iter() if each.get("id") == name]
        return "".join(found[0].itertext()).strip() if found else ""


@dataclass
class Walk:
    """What was seen on the way."""

    pages: list[Page] = field(default_factory=list)
    reference: str = ""
    pin: str = ""


class Walker:
    """Answers every question: with the first choice, or with `choose(name, values)`.

    `here` is the address of the page that is being filled in.
    """

    most_pages = MOST_PAGES
    here = ""

    def __init__(
        self, client: FlaskClient, *, people: int = 0,
        choose: Callable[[str, list[str]], str] = lambda name, values: values[0],
    ) -> None:  # fmt: skip
        self.client = client
        self.people = people
        self.choose = choose
        self.added: dict[str, int] = {}

    def walk(self, address: str) -> Walk:
        """From the first page to the receipt."""
        walk = Walk()
        page = self.open(address)
        for _ in range(self.most_pages):
            self.here = page.address
            walk.pages.append(page)
            if page.by_id("reference"):
                walk.reference, walk.pin = page.by_id("reference"), page.by_id("pin")
                return walk
            page = self.press(page, self.button(page), self.fill(page))
            assert not page.alert, f"{page.address}: {page.alert}"
        raise AssertionError("no receipt after many pages")

    def open(self, address: str) -> Page:
        return self._page(self.client.get(address, follow_redirects=True))

    def press(self, page: Page, action: str, answers: list[tuple[str, Any]]) -> Page:
        """Send the page's form with these answers by this button."""
        assert page.form is not None, f"{page.address} has no form to send"
        hidden = [
            (each.get("name", ""), each.get("value", ""))
            for each in page.form.iter("input")
            if each.get("type") == "hidden"
        ]
        return self.post(page, [*hidden, *answers, ("action", action)])

    def post(self, page: Page, pairs: list[tuple[str, Any]]) -> Page:
        """Send these fields to where the page's form goes."""
        target = page.form.get("action") if page.form is not None else None
        data: dict[str, list[Any]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        answer = self.client.post(target or page.address, data=data, follow_redirects=True)
        return self._page(answer)

    def button(self, page: Page) -> str:
        """A repeat is filled first, then it goes on."""
        for action in page.actions:
            name = action.removeprefix("add:")
            if name != action and self.added.get(name, 0) < self.people:
                self.added[name] = self.added.get(name, 0) + 1
                return action
        return "submit" if "submit" in page.actions else "next"

    def fill(self, page: Page) -> list[tuple[str, Any]]:
        """An answer to each question of the page."""
        return [
            pair
            for name, container in page.asked
            for pair in self.answer(name, container.get("data-type", ""), container)
        ]

    def answer(self, name: str, kind: str, container: Element) -> list[tuple[str, Any]]:
        inputs = [each for each in container.iter("input") if each.get("type") != "hidden"]
        choices = [each for each in inputs if each.get("type") in ("radio", "checkbox")]
        selects = list(container.iter("select"))
        if choices:
            value = self.choose(name, [each.get("value", "on") for each in choices])
            return [(choices[0].get("name", ""), value)]
        if kind == "date" and len(inputs) >= 3:
            return [(each.get("name", ""), text) for each, text in zip(inputs, DATE, strict=False)]
        if selects:
            values = [each.get("value", "") for each in selects[0].iter("option")]
            value = self.choose(name, [each for each in values if each])
            return [(selects[0].get("name", ""), value)]
        areas = [*inputs, *container.iter("textarea")]
        return [(each.get("name", ""), TEXTS.get(kind, "Amal")) for each in areas]

    def _page(self, response: Any) -> Page:
        assert response.status_code < 500, response.status_code
        text = response.get_data(as_text=True)
        return Page(response.status_code, response.request.path, text, len(response.get_data()))
