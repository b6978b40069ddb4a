"""Spam without a captcha: what looks like a machine is noted for the review list, never refused."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

TRAP = "website"
STAMP = "shown"
FASTEST_SECONDS = 3
MOST_LINKS = 2
LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)


def stamp(at: datetime) -> str:
    """A signed note of when the first page was shown."""
    return _signer().dumps(int(at.timestamp()))


def shown_at(signed: str) -> int | None:
    """The second in which the first page was shown, or None where the note is missing or forged."""
    try:
        found = _signer().loads(signed)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def reasons(marks: list[str], shown: int | None, answers: Any, *, at: datetime) -> list[str]:
    """Why somebody should look first: `trap`, `stamp`, `fast`, `links`; empty for most."""
    found = set(marks)
    if shown is not None and at.timestamp() - shown < FASTEST_SECONDS:
        found.add("fast")
    if sum(len(LINK.findall(text)) for text in _texts(answers)) > MOST_LINKS:
        found.add("links")
    return sorted(found)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts(each)]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="portal.shown")
