"""Whatever arrives: a 4xx page or a sentence beside the field; nothing is lost or changed."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote_plus

import pytest

from casework.drafts import Draft
from tests.pages import PageClient, hidden_fields
from tests.portal.questionnaires import group, publish, question
from tests.walker import Page, Walker
from tests.world import World

ADDRESS = "/de/form/help/about_you"
GOOD = {"given_name": "Amal", "family_name": "Beispiel", "action": "next"}


@pytest.fixture
def hidden(client: PageClient) -> dict[str, str]:
    """The second page of `help` is open; what its form sends by itself."""
    walker = Walker(client)
    page = walker.press(walker.open("/de/form/help"), "next", [("filled_by", "self")])
    assert page.address == ADDRESS
    return hidden_fields(page.text)


def state() -> tuple[Any, int]:
    draft = Draft.get()
    return draft.answers, draft.revision


def post(client: PageClient, hidden: dict[str, str], data: dict[str, Any], **more: Any) -> Page:
    before = state()
    answer = client.post(ADDRESS, data=hidden | data, **more)
    assert 400 <= answer.status_code < 500, answer.status_code
    assert state() == before
    return Page(answer.status_code, ADDRESS, answer.text)


def value_of(page: Page, name: str) -> str | None:
    return next(each.get("value") for each in page.root.iter("input") if each.get("name") == name)


def test_the_good_page_goes_through(client: PageClient, hidden: dict[str, str]) -> None:
    assert client.post(ADDRESS, data=hidden | GOOD).status_code == 303


@pytest.mark.parametrize("name", ["given_name", "family_name", "birth_date.year"])
def test_twenty_thousand_characters_are_refused_and_stay_in_the_field(
    client: PageClient, hidden: dict[str, str], name: str
) -> None:
    page = post(client, hidden, GOOD | {name: "ä" * 20_000})
    assert page.status == 422
    assert name.partition(".")[0] in page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert value_of(page, name) == "ä" * 20_000
    assert value_of(page, "given_name" if name != "given_name" else "family_name")


def test_raw_bytes_that_are_no_text_are_refused(client: PageClient, hidden: dict[str, str]) -> None:
    body = b"given_name=\xff\xfe&family_name=x&action=next"
    header = {"X-CSRFToken": hidden["csrf_token"]}
    kind = "application/x-www-form-urlencoded"
    before = state()
    assert client.post(ADDRESS, data=body, content_type=kind, headers=header).status_code == 400
    assert state() == before


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\x00"])
def test_control_characters_are_refused_beside_the_field(
    client: PageClient, hidden: dict[str, str], text: str
) -> None:
    page = post(client, hidden, GOOD | {"family_name": text})
    assert page.status == 422
    assert "f-family_name" in page.text.partition('role="alert"')[2]
    assert value_of(page, "given_name") == "Amal"
    assert "\x00" not in page.text


def test_broken_utf_8_is_refused_beside_the_field(
    client: PageClient, hidden: dict[str, str]
) -> None:
    before = state()
    body = "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in hidden.items())
    body += "&given_name=Amal&family_name=%ff%fe%80x&action=next"
    answer = client.post(ADDRESS, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert state() == before
    assert 'value="Amal"' in answer.text


def test_a_pasted_address_is_no_broken_text(client: PageClient, hidden: dict[str, str]) -> None:
    link = "https://de.wikipedia.org/wiki/L%C3%B6rrach 100%"
    assert client.post(ADDRESS, data=hidden | GOOD | {"given_name": link}).status_code == 303
    assert state()[0]["answers"]["given_name"] == link


@pytest.mark.parametrize("name", ["family_name", "gender", "birth_date.day"])
def test_a_doubled_field_is_refused_and_shows_one_value(
    client: PageClient, hidden: dict[str, str], name: str
) -> None:
    page = post(client, hidden, GOOD | {name: ["female", "male"]})
    assert page.status == 422
    assert page.text.count('value="female"') <= 2


def test_a_file_where_text_belongs_is_refused(client: PageClient, hidden: dict[str, str]) -> None:
    for name in ("family_name", "birth_date.day", "gender"):
        file = (io.BytesIO(b"%PDF-1.7 \x00\xff"), "cv.pdf")
        data = {key: value for key, value in GOOD.items() if key != name} | {name: file}
        page = post(client, hidden, data, content_type="multipart/form-data")
        assert page.status == 422
        assert value_of(page, "given_name") == "Amal"


def test_a_file_instead_of_the_button_is_refused(
    client: PageClient, hidden: dict[str, str]
) -> None:
    data = GOOD | {"action": (io.BytesIO(b"next"), "next")}
    assert post(client, hidden, data, content_type="multipart/form-data").status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [("gender", "<script>"), ("gender", "self"), ("language_spoken", "xx"),
     ("interpreter", "yes no"),
     ("birth_date.calendar", "mayan"), ("birth_date.year", "-1"), ("birth_date.year", "9999"),
     ("birth_date.month", "13"), ("birth_date.day", "½")],
)  # fmt: skip
def test_an_answer_that_was_not_offered_is_refused_beside_the_field(
    client: PageClient, hidden: dict[str, str], name: str, value: str
) -> None:
    date = {"birth_date.day": "1", "birth_date.month": "1", "birth_date.year": "1990"}
    page = post(client, hidden, date | GOOD | {name: value})
    assert page.status == 422
    assert f"f-{name.partition('.')[0]}" in page.text.partition('role="alert"')[2]
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "pressed",
    [{}, {"action": "jump"}, {"action": "submit"}, {"action": "add:members"},
     {"action": ["next", "back"]}, {"action": "next", "language": "ar"}, {"language": "xx"},
     {"action": "../next"}, {"discard": ["a", "b"]}],
)  # fmt: skip
def test_a_forged_button_is_refused(
    client: PageClient, hidden: dict[str, str], pressed: dict[str, Any]
) -> None:
    data = {key: value for key, value in GOOD.items() if key != "action"} | pressed
    before = state()[0]["answers"]
    answer = client.post(ADDRESS, data=hidden | data)
    assert answer.status_code == 400
    assert state()[0]["answers"] == before


def test_a_forged_button_on_the_check_sends_nothing(client: PageClient, world: World) -> None:
    publish("small", question("text", "word", required=True), at=world.at)
    walker = Walker(client)
    page = walker.press(walker.open("/en/form/small"), "next", [("word", "a")])
    for action in ("next", "add:word", "remove:word:1", "send"):
        assert walker.press(page, action, []).status == 400
    assert Draft.select().count() == 1


def test_fields_that_the_page_does_not_have_change_nothing_else(
    client: PageClient, hidden: dict[str, str]
) -> None:
    extra = {"release_provider": "yes", "answers": "x", "_row": "r1", "filled_by": "other",
             "state": "accepted"}  # fmt: skip
    assert client.post(ADDRESS, data=hidden | GOOD | extra).status_code == 303
    kept = state()[0]["answers"]
    assert kept["filled_by"] == "self"
    assert not {"release_provider", "answers", "_row", "state"} & kept.keys()


def test_a_calculated_or_fixed_answer_cannot_be_sent(client: PageClient, world: World) -> None:
    publish(
        "small",
        group("one", question("text", "fixed", read_only=True, default="ours"),
              question("text", "free", required=True),
              question("calculate", "sum", calculation="1 + 1")),
        at=world.at,
    )  # fmt: skip
    walker = Walker(client)
    typed = [("fixed", "theirs"), ("sum", "9"), ("free", "x")]
    walker.press(walker.open("/en/form/small"), "next", typed)
    kept = Draft.select().order_by(Draft.started_at.desc()).get().answers["answers"]
    assert kept == {"fixed": "ours", "free": "x", "sum": "2"}


def test_more_than_any_form_needs_is_refused_at_once(
    client: PageClient, hidden: dict[str, str]
) -> None:
    assert post(client, hidden, GOOD | {"given_name": "x" * 600_000}).status == 413


def test_a_thousand_fields_are_no_trouble(client: PageClient, hidden: dict[str, str]) -> None:
    many = {f"x{n}": "y" for n in range(1500)}
    assert client.post(ADDRESS, data=hidden | GOOD | many).status_code == 303


def test_templates_and_formats_come_back_as_they_were_typed(
    client: PageClient, hidden: dict[str, str]
) -> None:
    for text in ("{{7*7}}", "{0.__class__}", "%(centre)s", "${family_name}", "'\"><img src=x>"):
        page = post(client, hidden, GOOD | {"given_name": text, "family_name": ""})
        assert value_of(page, "given_name") == text


def test_a_foreign_secret_opens_nothing(client: PageClient) -> None:
    for token in ("x", "\x7f", "a" * 3000, "' OR 1=1 --"):
        client.set_cookie("draft-help", quote_plus(token))
        assert client.get("/de/form/help").status_code == 200
        assert client.get("/de/form/help/home").status_code == 303
        assert client.get("/de/form/help/receipt").status_code == 303


def test_json_and_no_body_at_all_are_refused(client: PageClient, hidden: dict[str, str]) -> None:
    token = {"X-CSRFToken": hidden["csrf_token"]}
    for more in (
        {"json": GOOD},
        {"data": b""},
        {"data": b"\xff\xfe", "content_type": "text/plain"},
    ):
        before = state()
        assert client.post(ADDRESS, headers=token, **more).status_code == 400
        assert state() == before
