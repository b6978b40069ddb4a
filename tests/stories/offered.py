"""What a page offers to whoever reads it: its links, its files, and every button of every form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"([^\s=\"'>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
TEXT = re.compile(r">([^<>]*\w[^<>]*)<")
UNSENT = ("submit", "button", "reset", "image")


@dataclass
class Control:
    """A control of a form as it stands; `value` is None where nothing of it is sent."""

    name: str
    value: str | None
    kind: str
    choices: list[str] = field(default_factory=list)
    is_multiple: bool = False


@dataclass(frozen=True)
class Button:
    """One way to send a form: where to, what the form holds, and the button's own value."""

    method: str
    action: str
    controls: tuple[Control, ...]
    pressed: tuple[str, str] | None = None

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Names and values as they stand."""
        return [
            (each.name, each.value)
            for each in self.controls
            if each.value is not None and each.kind != "file"
        ]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same, and the button that is pressed."""
        return [*self.fields, *([self.pressed] if self.pressed else [])]


@dataclass
class _Form:
    attributes: dict[str, str]
    controls: list[Control] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Offer:
    """Everything a page offers, by address as it stands there."""

    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    title: str = ""
    headings: int = 0
    forms: list[_Form] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    language: str = ""

    def buttons(self, here: str) -> Iterator[Button]:
        """Each button of each form; `here` is where a form without an address goes."""
        for form in self.forms:
            for each in form.buttons or [{}]:
                yield _button(form, each, here)


def _button(form: _Form, button: dict[str, str], here: str) -> Button:
    own = form.attributes
    return Button(
        method=(button.get("formmethod") or own.get("method") or "get").lower(),
        action=button.get("formaction") or own.get("action") or here,
        controls=tuple(form.controls),
        pressed=(button["name"], button.get("value", "")) if button.get("name") else None,
    )


def read_offer(text: str) -> Offer:
    """Links, ids, headings, forms with their controls and buttons. A page must be well-formed."""
    offer = _Reader(text).read()
    offer.texts = {" ".join(unescape(each).split()) for each in TEXT.findall(text)}
    return offer


class _Reader:
    """Goes over the tags once; far quicker than a tree, because hundreds of pages are read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.offer = Offer()
        self.named: dict[str, _Form] = {}
        self.open: _Form | None = None
        self.select: Control | None = None
        self.elsewhere: list[tuple[str, str, dict[str, str], int]] = []

    def read(self) -> Offer:
        for tag in TAG.finditer(self.text):
            closing, name, rest = tag.groups()
            if closing:
                self._close(name)
            else:
                self._begin(name, attributes(rest), tag.end())
        return self.offer

    def _begin(self, name: str, own: dict[str, str], end: int) -> None:
        if "id" in own:
            self.offer.ids.add(own["id"])
        if name == "html":
            self.offer.language = own.get("lang", "")
        elif name == "h1":
            self.offer.headings += 1
        elif name == "title" and not self.offer.title:
            self.offer.title = unescape(self._inside(end, "title"))
        elif name in ("a", "link") and own.get("href"):
            self.offer.links.append(own["href"])
        elif name in ("img", "script", "iframe", "source") and own.get("src"):
            self.offer.links.append(own["src"])
        elif name == "form":
            self.open = self._form(own.get("id"), own)
        elif name == "option" and self.select is not None:
            self._option(own, end)
        elif name in ("input", "select", "textarea", "button") and "disabled" not in own:
            form = self._form(own["form"]) if "form" in own else self.open
            if form is not None:
                self._control(form, name, own, end)

    def _close(self, name: str) -> None:
        if name == "form":
            self.open = None
        elif name == "select" and self.select is not None:
            if self.select.value is None and self.select.choices and not self.select.is_multiple:
                self.select.value = self.select.choices[0]
            self.select = None

    def _form(self, name: str | None, own: dict[str, str] | None = None) -> _Form:
        """The form of this name; a control may stand before its form."""
        form = self.named.get(name or "") or _Form({})
        if name:
            self.named[name] = form
        if own is not None:
            form.attributes = own
            self.offer.forms.append(form)
        return form

    def _control(self, form: _Form, tag: str, own: dict[str, str], end: int) -> None:
        kind = own.get("type", "submit" if tag == "button" else "text")
        name = own.get("name", "")
        if kind in UNSENT:
            if kind in ("submit", "image"):
                form.buttons.append(own)
        elif tag == "select":
            self.select = Control(name, None, "select", is_multiple="multiple" in own)
            form.controls.append(self.select)
        elif name:
            value: str | None = own.get("value", "")
            if tag == "textarea":
                value = unescape(self._inside(end, "textarea")).removeprefix("\n")
            elif kind in ("checkbox", "radio"):
                value = own.get("value", "on") if "checked" in own else None
            kind = "textarea" if tag == "textarea" else kind
            form.controls.append(Control(name, value, kind, [own.get("value", "on")]))

    def _option(self, own: dict[str, str], end: int) -> None:
        assert self.select is not None
        value = own["value"] if "value" in own else unescape(self._inside(end, "option")).strip()
        self.select.choices.append(value)
        if "selected" in own:
            self.select.value = value

    def _inside(self, start: int, name: str) -> str:
        return self.text[start : self.text.index(f"</{name}", start)]


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, without their escapes."""
    found: dict[str, Any] = {}
    for name, *values in ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescape(next((each for each in values if each), "")))
    return found
