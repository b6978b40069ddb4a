"""Pages that only show: start, texts of the back office, errors; and what all answers share."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient
from peewee import OperationalError

from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.db import Base
from casework.core.settings import change_setting
from casework.drafts import Draft
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.publishing import retire
from casework.texts import Text, change_text
from portal import pages
from portal.prose import prose
from tests.pages import PageClient
from tests.portal.questionnaires import publish, question
from tests.world import World

GZIP = {"Accept-Encoding": "gzip, br"}


def setting(world: World, key: str, value: object) -> None:
    change_setting(key, value, by=SYSTEM, at=world.at)


def rewrite(world: World, key: str, body: str, tag: str = "de") -> None:
    change_text(key, tag, subject="Title", body=body, by=SYSTEM, at=world.at)


def test_the_start_page_leads_to_every_way_in(client: PageClient) -> None:
    text = client.get("/de/").text
    assert "kostenlos und freiwillig" in text
    for address in ("/de/form/help", "/de/form/offer", "/de/status", "/de/resume", "/de/privacy"):
        assert f'href="{address}"' in text
    assert text.index("/de/form/help") < text.index("/de/form/offer") < text.index("/de/status")


def test_other_published_forms_stand_on_the_start_page_by_their_title(
    client: PageClient, world: World
) -> None:
    publish("festival", question("text", "word"), at=world.at, title="Summer <festival>")
    text = client.get("/de/").text
    assert 'href="/de/form/festival"' in text
    assert "Summer &lt;festival&gt;" in text


def test_forms_for_staff_and_retired_ones_are_not_public(client: PageClient, world: World) -> None:
    publish("visit", question("text", "word"), at=world.at, purpose="assessment")
    publish("old", question("text", "word"), at=world.at)
    retire(Questionnaire.get(Questionnaire.slug == "old"), by=SYSTEM, at=world.at)
    text = client.get("/de/").text
    for slug in ("visit", "old"):
        assert f"/form/{slug}" not in text
        assert client.get(f"/de/form/{slug}").status_code == 404


@pytest.mark.parametrize("name", pages.TEXT_PAGES)
@pytest.mark.parametrize("tag", ["de", "ar"])
def test_a_text_page_shows_the_text_of_its_language(
    client: PageClient, name: str, tag: str
) -> None:
    text = client.get(f"/{tag}/{name}").text
    assert len(re.findall("<h1", text)) == 1
    assert "<h2>" in text


def test_a_changed_text_is_shown_at_once_and_nothing_in_it_is_markup(
    client: PageClient, world: World
) -> None:
    rewrite(
        world,
        "page.privacy",
        "## One <b>\n\n- %(centre)s\n- {{7*7}} %(secret)s 100%\n\n<script>x</script>\nsecond line",
    )
    text = client.get("/de/privacy").text
    assert "<h2>One &lt;b&gt;</h2>" in text
    assert "<li><bdi>Welcome-Center</bdi></li><li>{{7*7}} %(secret)s 100%</li>" in text
    assert "<p>&lt;script&gt;x&lt;/script&gt;<br>second line</p>" in text


def test_a_value_in_a_text_is_no_markup_either() -> None:
    assert prose("%(centre)s!", {"centre": "<i>"}) == "<p><bdi>&lt;i&gt;</bdi>!</p>"
    assert prose("", {}) == ""


def test_a_text_in_another_language_says_so(client: PageClient, world: World) -> None:
    Text.delete().where((Text.key == "page.imprint") & (Text.language == "ti")).execute()
    assert '<article lang="de" dir="ltr">' in client.get("/ti/imprint").text


def test_a_missing_text_is_a_missing_page(client: PageClient) -> None:
    Text.delete().where(Text.key << ("page.imprint", "page.start")).execute()
    assert client.get("/de/imprint").status_code == 404
    assert client.get("/de/").status_code == 200


def test_the_centre_can_be_reached_from_every_page(client: PageClient, world: World) -> None:
    for key, value in (
        ("centre_name", "Haus <A>"), ("centre_phone", "+49 7621 415-0"), ("centre_hours", "9–12"),
        ("centre_email", "hallo@stadt.example"),
    ):  # fmt: skip
        setting(world, key, value)
    for address in ("/ar/", "/ar/form/help", "/ar/imprint", "/ar/resume", "/ar/none"):
        text = client.get(address).text
        assert '<a href="tel:+4976214150"><bdi dir="ltr">+49 7621 415-0</bdi></a>' in text
        assert 'href="mailto:hallo%40stadt.example"' in text
        assert "<bdi>Haus &lt;A&gt;</bdi>" in text
        assert "<bdi>9–12</bdi>" in text


def test_the_statement_on_accessibility_has_a_way_to_answer(
    client: PageClient, world: World
) -> None:
    assert "mailto:" not in client.get("/de/accessibility").text
    setting(world, "centre_email", "hallo@stadt.example")
    text = client.get("/de/accessibility").text
    assert re.search(r'<section class="card".*mailto:hallo', text, re.DOTALL)


def test_a_demonstration_says_so_on_every_page(client: PageClient, world: World) -> None:
    assert "banner" not in client.get("/de/").text
    setting(world, "instance_kind", "demo")
    assert 'class="banner"' in client.get("/de/").text
    assert 'class="banner"' in client.get("/de/form/help").text


def bare(client: PageClient) -> FlaskClient:
    """A client that takes packed answers."""
    return FlaskClient(client.application, client.application.response_class)


def test_a_page_is_packed_where_the_browser_can_unpack(client: PageClient) -> None:
    plain = client.get("/de/privacy")
    assert "Content-Encoding" not in plain.headers
    assert "accept-encoding" in plain.vary
    packed = client.get("/de/privacy", headers={"Accept-Encoding": "identity;q=1, gzip;q=0"})
    assert "Content-Encoding" not in packed.headers
    answer = bare(client).get("/de/privacy", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).decode() == plain.text


def test_the_size_of_a_packed_page_is_blurred(client: PageClient) -> None:
    sizes = {len(bare(client).get("/de/imprint", headers=GZIP).data) for _ in range(20)}
    assert len(sizes) > 3


def test_the_stylesheet_is_kept_for_a_year_under_a_name_of_its_own(client: PageClient) -> None:
    address = re.search(r'href="(/static/portal\.[0-9a-f]{12}\.css)"', client.get("/de/").text)
    assert address
    answer = client.get(address[1])
    assert answer.mimetype == "text/css"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "immutable" in answer.headers["Cache-Control"]
    packed = client.get(address[1], headers=GZIP)
    assert gzip.decompress(packed.data) == answer.data
    assert client.get("/static/portal.000000000000.css").status_code == 404


def test_a_page_may_not_be_kept_by_anybody(client: PageClient) -> None:
    assert client.get("/de/form/help").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "address",
    ["/de/<script>", "/de/form/none", "/de/form/help/none", "/de/form/help/about_you/r1",
     "/de/form/%00", "/de/form/help/%F0%28", "/de/form/HELP", "/favicon.ico", "/.env",
     "/.git/config", "/de/form/help/members-2", "/de/form/help/members-2/r1.r2"],
)  # fmt: skip
def test_an_unknown_address_is_a_plain_page_that_repeats_nothing(
    client: PageClient, address: str
) -> None:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 404
    assert "script>" not in answer.text.replace("</script>", "")
    assert "Traceback" not in answer.text
    assert 'href="/de/"' in answer.text


def test_a_wrong_method_is_refused_with_what_is_allowed(client: PageClient) -> None:
    answer = client.put("/de/privacy")
    assert answer.status_code in (400, 405)


def test_a_post_without_a_token_says_what_to_do_and_changes_nothing(client: PageClient) -> None:
    answer = client.post("/de/form/help/for_whom", data={"filled_by": "self", "action": "next"})
    assert answer.status_code == 400
    assert 'href="/de/"' in answer.text
    assert not Draft.select().exists()


def test_while_the_database_is_away_there_is_a_plain_page(
    client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("database is locked: secret path")

    monkeypatch.setattr(pages, "text", away)
    monkeypatch.setattr("portal.centre.all_settings", away)
    answer = client.get("/ar/")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert '<html lang="ar" dir="rtl">' in answer.text


def test_looking_changes_nothing(client: PageClient, world: World) -> None:
    world.submission()
    counts = {model: model.select().count() for model in tables(Base)}
    for address in ("/", "/de/", "/de/privacy", "/de/form/help", "/de/form/help/for_whom",
                    "/de/form/help/check", "/de/form/help/discard", "/de/form/help/receipt",
                    "/de/resume", "/de/status", "/de/form/help/contact"):  # fmt: skip
        client.get(address)
    assert {model: model.select().count() for model in tables(Base)} == counts
    assert AuditEntry in counts


def tables(model: type[Base]) -> list[type[Base]]:
    found = [each for child in model.__subclasses__() for each in (child, *tables(child))]
    return [each for each in dict.fromkeys(found) if each.table_exists()]
