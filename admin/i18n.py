"""Texts of the back office, in the language of who reads: domain `backoffice`, then `messages`."""

from __future__ import annotations

from typing import Any

from flask import g, has_app_context
from flask_babel.speaklater import LazyString

from casework.core.i18n import DEFAULT, catalogue

DOMAINS = ("backoffice", "messages")


def reading_language() -> str:
    """The tag of the language in which the present request is answered."""
    return g.get("language", DEFAULT) if has_app_context() else DEFAULT


def gettext(msgid: str, **params: Any) -> str:
    """`msgid` in the reader's language, with `%(name)s` placeholders filled."""
    if not msgid:
        return ""
    text = msgid
    for domain in DOMAINS:
        text = catalogue(reading_language(), domain).gettext(msgid)
        if text != msgid:
            break
    return text % params if params else text


def ngettext(singular: str, plural: str, count: int, **params: Any) -> str:
    """The plural form that `count` takes; it fills `%(count)s`."""
    fallback = singular if count == 1 else plural
    text = fallback
    for domain in DOMAINS:
        text = catalogue(reading_language(), domain).ngettext(singular, plural, count)
        if text != fallback:
            break
    return text % ({"count": count} | params)


def lazy_gettext(msgid: str, **params: Any) -> LazyString:
    """The same for class attributes: looked up when it is shown."""
    return LazyString(gettext, msgid, **params)
