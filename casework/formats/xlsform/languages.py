"""Language names in column headings, as people write them, to BCP 47 tags."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from babel import Locale

from casework.core.i18n import LANGUAGES, canonical
from casework.questionnaires.definitions import UNDETERMINED
from casework.questionnaires.tidying import without_invisible

CODED = re.compile(r"(.*?)\s*\(\s*([A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*)\s*\)")
NAMED = re.compile(r"(.*?)\s*\((.*)\)")
BRACKETS = str.maketrans("[]{}（）［］", "()()()()")
TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")

# Names that the locale data do not have: native ones, and other spellings.
OTHER_NAMES = {
    "français": "fr", "francais": "fr", "español": "es", "espanol": "es", "português": "pt",
    "italiano": "it", "nederlands": "nl", "polski": "pl", "română": "ro", "shqip": "sq",
    "srpski": "sr-Latn", "hrvatski": "hr", "bosanski": "bs", "kiswahili": "sw", "farsi": "fa",
    "pashtu": "ps", "kurmanji": "ku", "kurmancî": "ku", "sorani": "ckb", "کوردی": "ckb",
    "oromiffa": "om", "afaan oromo": "om", "tigirigna": "ti", "tigrigna": "ti", "አማርኛ": "am",
    "bahasa indonesia": "id", "اردو": "ur", "ქართული": "ka", "deutsch": "de", "bangla": "bn",
    "burmese": "my", "myanmar": "my", "luganda": "lg", "creole": "ht", "tagalog": "tl",
    "mandarin": "zh", "dari persian": "fa-AF", "lao": "lo", "tamazight": "ber", "українська": "uk",
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A language as a heading names it. `is_sure` is False where the tag had to be made up."""

    tag: str
    name: str = ""
    is_sure: bool = True
    corrected: bool = False


def language_of(text: str) -> Heading:
    """The language that a heading or `default_language` means.

    `English (en)`, `English`, `en` and `English(en)` are all English. Where name and code
    contradict each other, as in `Pashto (pa)`, the name counts. `Kurdish (Sorani)` is Sorani,
    `English - UK` English. A name that nobody knows becomes a private tag such as `und-x-oromo`.
    """
    text = " ".join(without_invisible(text).translate(BRACKETS).split())
    if found := CODED.fullmatch(text):
        return _coded(text, found[1], canonical(found[2]))
    if tag := names().get(text.lower()):
        return Heading(tag, text)
    if TAG.fullmatch(text) and _base(canonical(text)) in codes():
        return Heading(canonical(text))
    if found := NAMED.fullmatch(text):
        inside, tag = (names().get(part.strip().lower()) for part in (found[2], found[1]))
        if inside or tag:
            return Heading(inside or tag or "", text)
    for part in re.split(r"[\s_/|,;-]+", text.lower()):
        if tag := names().get(part):
            return Heading(tag, text)
    parts = [part[:8] for part in re.findall(r"[a-z0-9]+", text.lower())][:3]
    return Heading("-".join([UNDETERMINED, "x", *(parts or ["unnamed"])]), text, is_sure=False)


def heading_text(tag: str, name: str) -> str:
    """How a heading names the language: `English (en)`, `en`, or just a name without code."""
    if tag.startswith(f"{UNDETERMINED}-x-") and name:
        return name
    return f"{name} ({tag})" if name else tag


def _coded(text: str, name: str, tag: str) -> Heading:
    meant = names().get(name.lower())
    known = codes().get(tag) or codes().get(_base(tag), "")
    if not known and (inside := names().get(tag.lower()) or meant):  # Kurdish (Sorani)
        return Heading(inside, text)
    same = meant is None or _base(meant) == _base(tag) or name.lower() in known.lower()
    if same:
        return Heading(tag, name, is_sure=bool(known))
    return Heading(meant or tag, name, corrected=True)


def _base(tag: str) -> str:
    return tag.partition("-")[0]


@functools.cache
def codes() -> dict[str, str]:
    """English language names by tag."""
    known = {tag.replace("_", "-"): name for tag, name in Locale("en").languages.items()}
    return known | {tag: language.english for tag, language in LANGUAGES.items()}


@functools.cache
def names() -> dict[str, str]:
    """Tags by language name, in lower case; English and native names."""
    english = {name.lower(): tag for tag, name in codes().items()}
    native = {language.autonym.lower(): tag for tag, language in LANGUAGES.items()}
    return english | native | OTHER_NAMES
