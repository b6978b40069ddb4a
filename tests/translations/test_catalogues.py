"""Tier 1 is always complete, and says who has read it."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import casework
from casework.core.i18n import LANGUAGES
from casework.core.refusals import Refusal
from tests.translations.catalogues import (
    UNREVIEWED,
    extracted,
    forms,
    languages_of,
    path_of,
    placeholders,
    read,
)

CATALOGUES = [
    (domain, language) for domain in ("messages", "backoffice") for language in languages_of(domain)
]
each = pytest.mark.parametrize(
    ("domain", "language"), CATALOGUES, ids=[f"{d}-{lang.tag}" for d, lang in CATALOGUES]
)
_wanted: dict[str, set] = {}


def _asked_for(domain: str) -> set:
    if domain not in _wanted:
        _wanted[domain] = {message.id for message in extracted(domain) if message.id}
    return _wanted[domain]


def _texts(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


@each
def test_a_catalogue_has_exactly_the_texts_that_the_code_asks_for(domain, language) -> None:
    have = {message.id for message in read(language, domain) if message.id}
    wanted = _asked_for(domain)
    assert not wanted - have, f"missing: {sorted(map(str, wanted - have))[:5]}"
    assert not have - wanted, f"nobody asks for: {sorted(map(str, have - wanted))[:5]}"


@each
def test_a_catalogue_leaves_nothing_empty_or_fuzzy(domain, language) -> None:
    messages = [message for message in read(language, domain) if message.id]
    empty = [message.id for message in messages if not all(_texts(message))]
    assert not empty, empty[:5]
    assert not [message.id for message in messages if message.fuzzy]


@each
def test_every_placeholder_stands_in_the_translation_and_no_other(domain, language) -> None:
    for message in read(language, domain):
        if not message.id:
            continue
        singular, plural = (
            message.id if isinstance(message.id, tuple | list) else (message.id, message.id)
        )
        for text in _texts(message):
            found = placeholders(text)
            assert found <= placeholders(plural), (message.id, text)
            assert isinstance(message.id, tuple | list) or found == placeholders(singular), text


@each
def test_plurals_have_as_many_forms_as_the_language(domain, language) -> None:
    for message in read(language, domain):
        if isinstance(message.id, tuple | list):
            assert len(_texts(message)) == forms(language), message.id


@each
def test_the_header_says_who_has_reviewed_it(domain, language) -> None:
    text = path_of(language, domain).read_text(encoding="utf-8")
    assert f"X-Review: {UNREVIEWED}" in text


def test_there_are_thirteen_languages_of_the_first_tier() -> None:
    assert len(LANGUAGES) == 13


def test_every_refusal_stands_in_a_catalogue() -> None:
    """A person reads why something was refused in their own language, never in English only."""
    for module in pkgutil.walk_packages(casework.__path__, "casework."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    known = _asked_for("messages") | _asked_for("backoffice")
    assert [each.__name__ for each in _below(Refusal) if each.msgid not in known] == []


def _below(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    yield cls
    for each in cls.__subclasses__():
        if each.__module__.startswith("casework."):
            yield from _below(each)
