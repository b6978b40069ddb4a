"""A test client that refuses what no page of ours may be."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.core.i18n import LANGUAGES

FRAMED = "/preview/"  # the one page of ours that another page of ours may frame
# Values that differ each time and are of letters that need no escape.
ONCE = re.compile(r'(?<=nonce=")[\w-]+|(?<=name="csrf_token" value=")[\w.-]+')
DIRECTIONS = {language.lang: language.direction for language in LANGUAGES.values()}


class PageClient(FlaskClient):
    """Checks each answer: security headers, well-formed HTML, `lang` and `dir`."""

    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        check_headers(response)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            check_page(response.get_data(as_text=True))
        return response

    def submit(self, path: str, data: dict[str, Any], **kwargs: Any) -> TestResponse:
        """Open `path`, take the CSRF token from its form and post `data`."""
        page = self.get(path)
        token = csrf_token(page.get_data(as_text=True))
        return self.post(path, data={"csrf_token": token, **data}, **kwargs)


def check_headers(response: TestResponse) -> None:
    framed = response.request.path.startswith(FRAMED) and response.status_code != 405
    assert response.headers.get("X-Content-Type-Options") == "nosniff"
    assert response.headers.get("X-Frame-Options") == ("SAMEORIGIN" if framed else "DENY")
    assert response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "object-src 'none'" in policy
    assert ("frame-ancestors 'self'" if framed else "frame-ancestors 'none'") in policy


# Words and values whose every character is harmless, so that no other could make them wrong.
HARMLESS = r"(?:[^<>&\"\x00-\x08\x0b-\x1f\x7f-\x9f]|&(?:amp|lt|gt|quot|nbsp|#3[49]);)"
VALUE = re.compile(rf'(?<==")({HARMLESS}+)(?=")')
WORDS = re.compile(rf'(?<=>)(?=[^<]*[^<\s])(?:{HARMLESS}|")+(?=<)')
SPACE = re.compile(r"\s+")
# A row of elements alike that hold nothing but words: options of a list, cells of a table.
ALIKE = re.compile(r"(<(\w+)[^<>]*>x?</\2> ?)\1{2,}")


def skeleton(text: str) -> str:
    """The tags of a page without its words: what its syntax depends on."""
    bare = WORDS.sub("x", SPACE.sub(" ", VALUE.sub("v", ONCE.sub("", text))))
    return ALIKE.sub(r"\1\1", bare)


@lru_cache(maxsize=1000)
def check_syntax(text: str) -> None:
    """Most of the time of a test went here; pages built alike are read once."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    problems = [f"line {at[0]}: {code} {data}" for at, code, data in parser.errors]
    assert not problems, problems[:5]


def check_page(text: str) -> None:
    check_syntax(skeleton(text))
    opening = re.search(r"<html\b[^>]*>", text)
    assert opening, "no <html>"
    lang = re.search(r'\blang="([^"]+)"', opening[0])
    assert lang, "no lang on <html>"
    assert f'dir="{DIRECTIONS[lang[1]]}"' in opening[0]
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "an inline handler"
    assert not re.search(r"\sstyle\s*=\s*[\"']", text), "an inline style"
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", text):
        assert "nonce=" in tag or "src=" in tag, f"{tag} has no nonce"


def csrf_token(text: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found, "the page has no CSRF token"
    return html.unescape(found[1])


def hidden_fields(text: str) -> dict[str, str]:
    """Names and values of all hidden inputs."""
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", text):
        if 'type="hidden"' in tag:
            name = re.search(r'\bname="([^"]*)"', tag)
            value = re.search(r'\bvalue="([^"]*)"', tag)
            if name:
                fields[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
    return fields
