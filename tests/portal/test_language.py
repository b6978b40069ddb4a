"""The language of a page: chosen by header, cookie or hand; what was typed stays."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from casework.core import i18n
from casework.core.i18n import LANGUAGES
from casework.drafts import Draft
from casework.submissions import Submission
from portal.language import is_reviewed
from tests.pages import PageClient
from tests.portal.questionnaires import publish, question
from tests.walker import Page, Walker
from tests.world import World


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("uk-UA,ru;q=.9,en;q=.8", "uk"),
        ("ckb-IQ,ar;q=.9", "ar"),
        ("ti-ER,en", "ti"),
        ("kmr", "ku"),
        ("prs-AF", "fa-AF"),
        ("xx", "de"),
        ("", "de"),
    ],
)
def test_the_header_chooses_the_language(client: PageClient, header: str, tag: str) -> None:
    answer = client.get("/", headers={"Accept-Language": header})
    assert answer.status_code == 302
    assert answer.location == f"/{tag}/"
    assert {"accept-language", "cookie"} <= set(answer.vary.as_set())


def test_a_choice_made_by_hand_wins_over_the_header(client: PageClient) -> None:
    headers = {"Accept-Language": "ar"}
    chosen = client.get("/fr/privacy", headers=headers)
    assert "language=fr" in chosen.headers["Set-Cookie"]
    assert "SameSite=Lax" in chosen.headers["Set-Cookie"]
    assert "Max-Age=31536000" in chosen.headers["Set-Cookie"]
    assert client.get("/", headers=headers).location == "/fr/"
    client.get("/ar/", headers=headers)
    assert client.get("/", headers=headers).location == "/ar/"


def test_a_mere_visit_is_no_choice(client: PageClient) -> None:
    assert "Set-Cookie" not in client.get("/ar/", headers={"Accept-Language": "ar"}).headers
    assert client.get("/", headers={"Accept-Language": "uk"}).location == "/uk/"


def test_a_forged_cookie_is_passed_over(client: PageClient) -> None:
    client.set_cookie("language", "../../etc")
    assert client.get("/", headers={"Accept-Language": "so"}).location == "/so/"


@pytest.mark.parametrize(
    "address", ["/xx/", "/DE/", "/kmr/privacy", "/de-DE/form/help", "/xx/status"]
)
def test_an_unknown_language_is_a_page_that_does_not_exist(
    client: PageClient, address: str
) -> None:
    answer = client.get(address, headers={"Accept-Language": "tr"})
    assert answer.status_code == 404
    assert '<html lang="tr" dir="ltr">' in answer.text
    assert 'href="/tr/"' in answer.text


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.tag)
def test_a_page_says_its_language_and_links_to_itself_in_all_others(
    client: PageClient, language: i18n.Language
) -> None:
    text = client.get(f"/{language.tag}/imprint").text
    assert f'<html lang="{language.lang}" dir="{language.direction}">' in text
    for other in LANGUAGES.values():
        link = re.search(rf'<a href="/{other.tag}/imprint"([^>]*)>{other.autonym}</a>', text)
        assert link, other.tag
        assert f'lang="{other.lang}" dir="{other.direction}"' in link[1]
        assert ("aria-current" in link[1]) == (other == language)


def test_the_language_buttons_stand_after_continue_in_the_same_form(client: PageClient) -> None:
    form = Walker(client).open("/de/form/help").form
    assert form is not None
    buttons = [(each.get("name"), each.get("value")) for each in form.iter("button")]
    assert buttons[0] == ("action", "next")
    assert [value for name, value in buttons if name == "language"] == list(LANGUAGES)


def reach(walker: Walker, address: str, steps: int) -> Page:
    page = walker.open(address)
    for _ in range(steps):
        page = walker.press(page, walker.button(page), walker.fill(page))
    return page


def values(page: Page) -> dict[str, list[str]]:
    """What the page's inputs hold, as a browser would send it."""
    assert page.form is not None
    found: dict[str, list[str]] = {}
    for each in page.form.iter():
        name, kind = each.get("name", ""), each.get("type", "")
        if each.tag == "textarea":
            found.setdefault(name, []).append("".join(each.itertext()))
        elif each.tag == "select":
            chosen = [
                o.get("value", "") for o in each.iter("option") if o.get("selected") is not None
            ]
            found.setdefault(name, []).extend(chosen)
        elif each.tag == "input" and kind in ("radio", "checkbox"):
            found.setdefault(name, []).extend(
                [each.get("value", "")] if each.get("checked") is not None else []
            )
        elif each.tag == "input" and kind != "hidden" and name != "website":
            found.setdefault(name, []).append(each.get("value", ""))
    return {name: held for name, held in found.items() if any(held)}


TYPED = {
    "given_name": ["  Åsa\u200cنام "],
    "family_name": [""],
    "birth_date.day": ["٤٥"],
    "birth_date.month": ["x<y"],
    "birth_date.year": ["۱۳۶۹"],
    "birth_date.calendar": ["persian"],
    "gender": ["female"],
    "language_spoken": ["ar", "ti"],
}


@pytest.mark.parametrize("tag", list(LANGUAGES))
def test_a_change_of_language_keeps_everything_typed_even_what_is_wrong(
    client: PageClient, tag: str
) -> None:
    walker = Walker(client)
    page = reach(walker, "/en/form/help", 1)
    pairs = [(name, value) for name, held in TYPED.items() for value in held]
    changed = post_language(walker, page, pairs, tag)
    assert changed.address == f"/{tag}/form/help/about_you"
    assert changed.status == 200
    assert not changed.alert
    assert values(changed) == {name: kept for name, kept in TYPED.items() if any(kept)}


def post_language(walker: Walker, page: Page, pairs: list[tuple[str, str]], tag: str) -> Page:
    assert page.form is not None
    hidden = [
        (each.get("name", ""), each.get("value", ""))
        for each in page.form.iter("input")
        if each.get("type") == "hidden"
    ]
    return walker.post(page, [*hidden, *pairs, ("language", tag)])


def test_a_change_of_language_in_a_new_row_keeps_what_was_typed_there(client: PageClient) -> None:
    walker = Walker(client, choose=lambda name, values: values[-1])
    page = reach(walker, "/de/form/help", 4)
    page = walker.press(page, "add:members", [])
    typed = [("member_given_name", "Sami"), ("member_birth_date.year", "abcd")]
    changed = post_language(walker, page, typed, "ar")
    assert changed.address == "/ar/form/help/members-2/r1"
    held = values(changed)
    assert held["member_given_name"] == ["Sami"]
    assert held["member_birth_date.year"] == ["abcd"]
    assert "members" not in Draft.get().answers["answers"]


def test_a_change_of_language_on_an_empty_first_page_stores_nothing(client: PageClient) -> None:
    walker = Walker(client)
    changed = post_language(walker, walker.open("/de/form/help"), [], "uk")
    assert changed.address == "/uk/form/help/for_whom"
    assert not Draft.select().exists()
    assert client.get("/", headers={"Accept-Language": "de"}).location == "/uk/"


def test_a_change_to_an_unknown_language_is_refused(client: PageClient) -> None:
    walker = Walker(client)
    page = walker.open("/de/form/help")
    assert post_language(walker, page, [("filled_by", "self")], "xx").status == 400
    assert not Draft.select().exists()


def test_text_that_stands_in_for_a_missing_one_says_which_language_it_is(
    client: PageClient, world: World
) -> None:
    publish("small", question("text", "word", label={"en": "Your word"}), at=world.at)
    text = client.get("/ar/form/small").text
    assert '<span lang="en" dir="ltr">Your word</span>' in text


SPANISH = {"en": "Your word", "es": "Su palabra"}
URDU = {"en": "Your name", "ur": "آپ کا نام"}


@pytest.fixture
def foreign(world: World) -> None:
    """A form that speaks two languages which the portal does not."""
    short = {"en": "One letter, please", "es": "Una letra, por favor"}
    publish(
        "foreign",
        question("text", "word", label=SPANISH, required="true()",
                 constraint="string-length(.) < 2", constraint_message=short),
        question("text", "name", label=URDU),
        at=world.at, languages=("en", "es", "ur"),
    )  # fmt: skip


def test_a_form_is_read_in_each_of_its_own_languages_also_where_the_portal_has_it_not(
    client: PageClient, foreign: None
) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es,fr;q=0.8"
    walker = Walker(client)
    page = walker.open("/es/form/foreign")
    assert '<html lang="fr" dir="ltr">' in page.text
    assert '<span lang="es" dir="ltr">Su palabra</span>' in page.text
    offered = re.findall(r'name="language" value="([^"]+)"([^>]*)>([^<]+)<', page.text)
    assert [tag for tag, _, _ in offered] == [*LANGUAGES, "es", "ur"]
    assert [(tag, name) for tag, more, name in offered if "aria-current" in more] == [
        ("es", "español")
    ]
    wrong = walker.press(page, "next", [("word", "palabra")])
    assert "Una letra, por favor" in wrong.alert
    empty = walker.press(page, "next", [("word", "")])
    assert "Répondez à cette question" in empty.alert
    right = walker.press(page, "next", [("word", "p")])
    assert right.address == "/es/form/foreign/name"
    changed = post_language(walker, right, [("name", "سارہ")], "ur")
    assert changed.address == "/ur/form/foreign/name"
    assert '<span lang="ur" dir="rtl">آپ کا نام</span>' in changed.text
    assert values(changed)["name"] == ["سارہ"]
    check = walker.press(changed, "next", [("name", "سارہ")])
    assert "آپ کا نام" in check.text
    assert "Your word" in check.text
    receipt = walker.press(check, "submit", [])
    assert receipt.by_id("reference")
    assert Submission.get().language == "fr"


def test_a_language_of_a_form_is_none_of_another_form_nor_of_the_portal(
    client: PageClient, foreign: None, world: World
) -> None:
    publish("small", question("text", "word"), at=world.at)
    for address in (
        "/es/form/small",
        "/es/",
        "/es/status",
        "/und/form/foreign",
        "/xx/form/foreign",
    ):
        assert client.get(address).status_code == 404
    walker = Walker(client)
    page = walker.open("/en/form/small")
    assert post_language(walker, page, [("word", "x")], "es").status == 400
    kept = post_language(walker, walker.open("/fr/form/foreign"), [], "es")
    assert kept.address == "/es/form/foreign/word"
    assert '<html lang="fr"' in kept.text


def test_a_catalogue_that_nobody_has_read_is_marked_politely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    for folder, header in (
        ("new", "not yet reviewed by a native speaker"),
        ("old", "read by M. Muster"),
    ):
        (tmp_path / folder / "LC_MESSAGES").mkdir(parents=True)
        path = tmp_path / folder / "LC_MESSAGES" / "messages.po"
        path.write_text(f'msgid ""\nmsgstr ""\n"X-Review: {header}\\n"\n')
    arabic = LANGUAGES["ar"]
    assert not is_reviewed(replace(arabic, folder="new"))
    assert is_reviewed(replace(arabic, folder="old"))
    assert not is_reviewed(replace(arabic, folder="none"))
