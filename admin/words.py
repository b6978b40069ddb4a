"""Words that several screens share: languages, whose turn it is, how long ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel import Locale

from admin.auth import now
from admin.base import show_date
from admin.base.shown import site_zone
from admin.i18n import gettext as _
from admin.i18n import ngettext, reading_language
from casework.core.clock import local_date
from casework.core.i18n import LANGUAGES, N_, language

TURNS = {
    "us": N_("our turn"),
    "provider": N_("the provider's turn"),
    "person": N_("the person's turn"),
    "system": N_("no place free anywhere"),
}


def language_name(tag: str) -> str:
    """The language `tag` as the reader calls it: “Arabisch”, “Dari”; the tag itself if unknown."""
    names = Locale.parse(reading_language()).languages
    found = names.get(tag.replace("-", "_")) or names.get(tag)
    if found:
        return found
    known = LANGUAGES.get(tag)
    return known.autonym if known else tag


def spoken(tags: list[str] | None) -> str:
    """Languages as the reader calls them, joined by commas."""
    return ", ".join(language_name(tag) for tag in tags or [])


def word(table: Mapping[str, str], key: str | None) -> str:
    """What `table` calls `key`, in the reader's language; nothing for nothing."""
    return _(table.get(key or "", key or ""))


def turn(whose: str | None) -> str:
    """Whose turn it is, in words; nothing where it is nobody's."""
    return word(TURNS, whose)


def today() -> date:
    """The calendar day at the site."""
    return local_date(now(), site_zone())


def ago(moment: datetime | date | None) -> str:
    """“today”, “yesterday”, “5 days ago”, and from two months on the date itself."""
    if moment is None:
        return ""
    day = local_date(moment, site_zone()) if isinstance(moment, datetime) else moment
    days = (today() - day).days
    if days < 0 or days > 60:
        return show_date(day)
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(count)s day ago", "%(count)s days ago", days)


def overdue(day: date) -> str:
    """How long something should have been done: “due today”, “3 days overdue”."""
    days = (today() - day).days
    if days <= 0:
        return _("due today") if days == 0 else _("due on %(day)s", day=show_date(day))
    return ngettext("%(count)s day overdue", "%(count)s days overdue", days)


def left_words(day: date | None) -> str:
    """How long counselling goes on: “ends in 20 days”, “ended 3 days ago”."""
    if day is None:
        return ""
    days = (day - today()).days
    if days < 0:
        return ngettext("ended %(count)s day ago", "ended %(count)s days ago", -days)
    if days == 0:
        return _("ends today")
    if days > 90:
        months = days // 30
        return ngettext("%(count)s month left", "%(count)s months left", months)
    return ngettext("%(count)s day left", "%(count)s days left", days)


PAGE_WORDS = {
    "language_name": language_name,
    "spoken": spoken,
    "word": word,
    "turn": turn,
    "ago": ago,
    "overdue": overdue,
    "language": language,
}
