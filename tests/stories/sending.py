"""A planned journey once more, through the portal's pages and over plain HTTP."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from PIL import Image

from tests.stories.walking import Walker as Journey
from tests.walker import Page, Walker

FILES = ("image", "audio", "video", "file")
MOST_PAGES = 400


def picture() -> bytes:
    """A small picture, as a phone would send it."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, "PNG")
    return file.getvalue()


class Sender(Walker):
    """Types what `journey` typed, page by page, in the same order."""

    most_pages = MOST_PAGES

    def __init__(self, client: FlaskClient, journey: Journey) -> None:
        super().__init__(client)
        self._values: dict[str, list[Any]] = {}
        for path, value in journey.typed.items():
            self._values.setdefault(path[-1], []).append(value)
        self._added = {name: list(counts) for name, counts in journey.added.items()}
        self._first = journey.first
        self._known: dict[tuple[str, str], Any] = {}
        self._left: dict[str, int] = {}

    def button(self, page: Page) -> str:
        """Add as many rows as the journey has, then go on."""
        for action in page.actions:
            name = action.removeprefix("add:")
            if name == action:
                continue
            if page.address not in self._left:
                counts = self._added.get(name, [])
                self._left[page.address] = counts.pop(0) if counts else 0
            if self._left[page.address] > 0:
                self._left[page.address] -= 1
                return action
        return "submit" if "submit" in page.actions else "next"

    def answer(self, name: str, kind: str, container: Element) -> list[tuple[str, Any]]:
        """The planned answer in the inputs that the page has for it.

        The first of them says which question it is, also where two of the form share a name.
        """
        inputs = [each for each in container.iter() if each.get("name")]
        if not inputs:
            return []
        name = re.sub(r"\.(year|month|day|time|calendar)$", "", inputs[0].get("name", ""))
        value = self._planned(name.removesuffix("~"))
        if not value:
            return []
        if kind in FILES:
            return [(name, (io.BytesIO(picture()), "a.png"))] if kind == "image" else []
        if kind in ("date", "datetime"):
            day, _, clock = value.partition("T")
            parts = dict(zip(("year", "month", "day"), day.split("-"), strict=False))
            if clock:
                parts["time"] = clock
            return [(f"{name}.{part}", text) for part, text in parts.items()]
        return [(name, each) for each in (value if isinstance(value, list) else [value])]

    def _planned(self, name: str) -> Any:
        """What is typed here; a page that is shown once more gets the same again."""
        short = self.here.count("/") == 3  # the address of the form itself: its first page
        place = (f"{self.here}/{self._first}" if short else self.here, name)
        if place not in self._known:
            values = self._values.get(name, [])
            self._known[place] = values.pop(0) if values else None
        return self._known[place]
