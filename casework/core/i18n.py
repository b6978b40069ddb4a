"""Languages: the table of them, the choice by header, and texts from the catalogues.

A new language is one line in `LANGUAGES`, then `make language CODE=xx`.
"""

from __future__ import annotations

import functools
import gettext
import itertools
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).parents[2] / "translations"
DEFAULT = "de"


@dataclass(frozen=True)
class Language:
    """One language of the portal.

    `tag` stands in addresses, `folder` is its catalogue and its Babel locale, `html` what
    `lang=` says, `fallbacks` the tags whose texts stand in for missing ones.
    """

    tag: str
    folder: str
    autonym: str
    direction: str = "ltr"
    html: str = ""
    fallbacks: tuple[str, ...] = ()
    english: str = ""

    @property
    def lang(self) -> str:
        """The value of the `lang` attribute."""
        return self.html or self.tag


LANGUAGES: dict[str, Language] = {
    language.tag: language
    for language in (
        Language("de", "de", "Deutsch", english="German"),
        Language("en", "en", "English", english="English"),
        Language("fr", "fr", "Français", english="French"),
        Language("uk", "uk", "Українська", english="Ukrainian"),
        Language("ru", "ru", "Русский", english="Russian"),
        Language("tr", "tr", "Türkçe", english="Turkish"),
        Language("ar", "ar", "العربية", "rtl", english="Arabic"),
        Language("fa", "fa", "فارسی", "rtl", english="Persian"),
        Language("fa-AF", "fa_AF", "دری", "rtl", fallbacks=("fa",), english="Dari"),
        Language("ps", "ps", "پښتو", "rtl", english="Pashto"),
        Language("ku", "ku", "Kurmancî", html="kmr", english="Kurdish (Kurmanji)"),
        Language("ti", "ti", "ትግርኛ", english="Tigrinya"),
        Language("so", "so", "Soomaali", english="Somali"),
    )
}
STAFF_LANGUAGES = ("de", "en")
STAFF_DOMAIN = "backoffice"

# What browsers send for a language that the table knows by another tag.
ALIASES = {
    "kmr": "ku",
    "ku-latn": "ku",
    "ku-tr": "ku",
    "prs": "fa-AF",
    "fa-af": "fa-AF",
    "dari": "fa-AF",
    "pus": "ps",
    "tir": "ti",
    "som": "so",
}


def N_(msgid: str) -> str:
    """Mark `msgid` for the catalogues; it is translated where a person reads it."""
    return msgid


def canonical(tag: str) -> str:
    """The tag with conventional case, and ours where it is an alias of one of ours."""
    subtags = tag.replace("_", "-").split("-")
    written = [subtags[0].lower()]
    for subtag in subtags[1:]:
        if len(subtag) == 2:
            written.append(subtag.upper())
        else:
            written.append(subtag.title() if len(subtag) == 4 else subtag.lower())
    joined = "-".join(written)
    return ALIASES.get(joined.lower(), joined)


def negotiate(header: str, offered: Iterable[str] = tuple(LANGUAGES)) -> str:
    """The tag that fits an Accept-Language header best, or the default.

    Each wish is tried in the reader's order: as it stands, by alias, then shortened
    part by part, before the next one gets its turn (RFC 4647, lookup). So `uk-UA,ru;q=.9`
    is Ukrainian and `ckb-IQ,ar` is Arabic.
    """
    known = {tag.lower(): tag for tag in offered}
    for wish in _wishes(header):
        while wish:
            tag = known.get(wish) or known.get(ALIASES.get(wish, "").lower())
            if tag:
                return tag
            wish = wish.rpartition("-")[0]
    return DEFAULT


def _wishes(header: str) -> list[str]:
    weighted = []
    for position, part in enumerate(header[:1000].split(",")):
        tag, _, rest = part.strip().partition(";")
        name, _, number = rest.strip().partition("=")
        try:
            weight = float(number) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        if tag.strip() and weight > 0:
            weighted.append((-weight, position, tag.strip().lower().replace("_", "-")))
    return [tag for _, _, tag in sorted(weighted)]


def language(tag: str) -> Language:
    """The language of `tag`, or the default one for a tag that the table does not know."""
    return LANGUAGES.get(tag, LANGUAGES[DEFAULT])


@functools.lru_cache(maxsize=256)
def tongue(tag: str) -> Language:
    """The language of `tag` with its own direction, also for one that the table does not know.

    Direction and name of others are those of CLDR.
    """
    if tag in LANGUAGES:
        return LANGUAGES[tag]
    unknown = Language(tag, tag, tag)
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return unknown
    if tag == "und":  # which CLDR takes for American English
        return unknown
    rtl = locale.character_order == "right-to-left"
    return Language(tag, tag, locale.display_name or tag, "rtl" if rtl else "ltr")


def pick(texts: dict[str, str] | None, tag: str) -> tuple[str, str]:
    """The text for `tag` and the tag that it is really in.

    Falls back along the language's own chain, then German, English, anything.
    """
    texts = texts or {}
    for candidate in (tag, *language(tag).fallbacks, DEFAULT, "en"):
        if texts.get(candidate):
            return texts[candidate], candidate
    return next(((text, found) for found, text in texts.items() if text), ("", tag))


def gettext_in(tag: str, msgid: str) -> str:
    """`msgid` in the language `tag`."""
    return catalogue(tag).gettext(msgid) if msgid else ""


def ngettext_in(tag: str, singular: str, plural: str, count: int) -> str:
    """The plural form that `count` takes in the language `tag`."""
    return catalogue(tag).ngettext(singular, plural, count)


@functools.cache
def catalogue(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """The texts of `tag`, with its fallbacks and the back office's texts behind them.

    English stands in the code itself.
    """
    sources = [(each, domain) for each in (tag, *language(tag).fallbacks)]
    if domain != STAFF_DOMAIN:
        sources.append((tag, STAFF_DOMAIN))
    chain = [
        Translations.load(str(CATALOGUES), [language(each).folder], name) for each, name in sources
    ]
    for first, second in itertools.pairwise(chain):
        first.add_fallback(second)
    return chain[0]


def compile_catalogues() -> int:
    """Compile each catalogue whose text is newer than its compiled form; how many there were."""
    done = 0
    for source in sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            texts = read_po(file, locale=source.parts[-3])
        partial = target.with_suffix(f".{os.getpid()}-{id(texts):x}.part")
        with partial.open("wb") as file:
            write_mo(file, texts)
        partial.replace(target)
        done += 1
    catalogue.cache_clear()
    return done
