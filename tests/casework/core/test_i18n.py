"""Languages: the right one by header, names in their own script, texts with fallbacks."""

import pytest
from babel import Locale

from casework.core.i18n import (
    LANGUAGES,
    STAFF_LANGUAGES,
    gettext_in,
    language,
    negotiate,
    ngettext_in,
    pick,
)

TIER_1 = {"de", "en", "fr", "uk", "ru", "tr", "ar", "fa", "fa-AF", "ps", "ku", "ti", "so"}


def test_all_tier_one_languages_are_offered():
    assert set(LANGUAGES) == TIER_1


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("uk-UA,ru;q=.9", "uk"),
        ("ckb-IQ,ar", "ar"),
        ("ti-ER,en", "ti"),
        ("prs-AF", "fa-AF"),
        ("fa-AF,fa;q=0.8", "fa-AF"),
        ("fa-IR,en;q=0.5", "fa"),
        ("kmr-Latn-TR", "ku"),
        ("ku-TR", "ku"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.2,ar;q=0.9", "ar"),
        ("en;q=0,ar;q=0.1", "ar"),
        ("AR", "ar"),
        ("zh-CN", "de"),
        ("", "de"),
        ("*", "de"),
        (";;;,,,=", "de"),
        ("ar;q=hello", "de"),
        ("ar;q=nan,tr", "tr"),
        ("x" * 20000, "de"),
    ],
)
def test_the_header_chooses_the_nearest_language(header, tag):
    assert negotiate(header) == tag


def test_only_offered_languages_are_chosen():
    assert negotiate("ar,en;q=0.5", STAFF_LANGUAGES) == "en"
    assert negotiate("ar", STAFF_LANGUAGES) == "de"


def test_every_folder_is_a_locale_that_babel_knows():
    for each in LANGUAGES.values():
        assert Locale.parse(each.folder)


def test_right_to_left_is_stated_for_the_languages_that_need_it():
    assert {tag for tag, each in LANGUAGES.items() if each.direction == "rtl"} == {
        "ar", "fa", "fa-AF", "ps",
    }  # fmt: skip


def test_kurmanji_is_announced_by_its_own_code():
    assert language("ku").lang == "kmr"
    assert language("fa-AF").lang == "fa-AF"


def test_an_unknown_tag_gives_the_default_language():
    assert language("xx").tag == "de"


def test_a_text_is_picked_along_the_languages_own_chain():
    texts = {"de": "Hallo", "en": "Hello", "fa": "سلام"}
    assert pick(texts, "fa-AF") == ("سلام", "fa")
    assert pick(texts, "ar") == ("Hallo", "de")
    assert pick({"en": "Hello", "de": ""}, "ar") == ("Hello", "en")
    assert pick({"so": "Salaan"}, "ar") == ("Salaan", "so")


def test_nothing_to_pick_is_empty_text_in_the_wanted_language():
    assert pick({}, "ar") == ("", "ar")
    assert pick(None, "ar") == ("", "ar")


def test_a_text_without_translation_stays_as_it_is():
    assert gettext_in("ti", "no catalogue has this") == "no catalogue has this"
    assert ngettext_in("en", "one thing here", "many things here", 3) == "many things here"


def test_the_empty_text_does_not_turn_into_a_catalogues_header():
    assert gettext_in("ar", "") == ""
