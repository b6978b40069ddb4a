"""The receipt: reference, PIN, a code for cameras; on this device for an hour, nowhere else."""

from __future__ import annotations

import io
import re

import pytest
import segno

from casework.submissions import Submission, open_with_pin
from tests.conftest import Clock
from tests.pages import PageClient
from tests.portal.questionnaires import publish, question
from tests.walker import Walker
from tests.world import World


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_the_receipt_shows_a_reference_and_a_pin_that_open_the_status_page(
    client: PageClient, tag: str
) -> None:
    walk = Walker(client).walk(f"/{tag}/form/help")
    assert re.fullmatch("L[0-9A-Z]{7}", walk.reference)
    assert open_with_pin(walk.reference, walk.pin).reference == walk.reference
    text = walk.pages[-1].text
    for name in ("reference", "pin"):
        assert re.search(rf'<bdi dir="ltr" id="{name}">', text)
    opened = client.submit(f"/{tag}/status", {"reference": walk.reference, "pin": walk.pin})
    assert opened.status_code in (200, 302, 303)


def test_the_pin_is_stored_nowhere_in_clear(client: PageClient) -> None:
    walk = Walker(client).walk("/de/form/help")
    row = Submission.select().dicts().get()
    assert walk.pin not in str(row)
    assert walk.pin.replace("-", "") not in str(row)


def test_the_code_for_cameras_holds_the_address_of_the_status_page_and_nothing_else(
    client: PageClient,
) -> None:
    text = Walker(client).walk("/so/form/help").pages[-1].text
    expected = io.BytesIO()
    segno.make_qr("http://localhost/so/status", error="m").save(
        expected, kind="svg", border=2, omitsize=True
    )
    drawn = re.search(r' d="([^"]+)"', expected.getvalue().decode())
    assert drawn
    assert drawn[1] in text
    assert 'role="img" aria-label="' in text


def test_the_receipt_can_be_shown_again_for_an_hour(client: PageClient, clock: Clock) -> None:
    walk = Walker(client).walk("/de/form/help")
    clock.forward(minutes=59)
    again = client.get("/uk/form/help/receipt")
    assert walk.pin in again.text
    assert again.headers["Cache-Control"] == "no-store"
    clock.forward(minutes=2)
    late = client.get("/de/form/help/receipt")
    assert late.status_code == 303
    assert late.location == "/de/status"


def test_the_browser_keeps_the_secret_no_longer_than_an_hour(client: PageClient) -> None:
    walker = Walker(client)
    page = walker.open("/de/form/help")
    while "submit" not in page.actions:
        page = walker.press(page, "next", walker.fill(page))
    data = {"action": "submit"}
    sent = client.submit("/de/form/help/check", data)
    assert "Max-Age=3600" in sent.headers["Set-Cookie"]
    assert sent.location == "/de/form/help/receipt"


def test_another_browser_sees_no_receipt(client: PageClient) -> None:
    Walker(client).walk("/de/form/help")
    other = client.application.test_client()
    assert other.get("/de/form/help/receipt").location == "/de/status"
    other.set_cookie("draft-help", "A" * 32)
    assert other.get("/de/form/help/receipt").location == "/de/status"


def test_the_receipt_can_be_forgotten_on_this_device(client: PageClient) -> None:
    Walker(client).walk("/de/form/help")
    answer = client.submit("/de/form/help/receipt", {})
    assert answer.location == "/de/"
    assert client.get_cookie("draft-help") is None
    assert client.get("/de/form/help/receipt").location == "/de/status"
    assert Submission.select().count() == 1


def test_the_words_fit_what_was_sent(client: PageClient, world: World) -> None:
    publish("small", question("text", "word", required=True), at=world.at)
    heads = [
        re.search("<h1>(.*?)</h1>", Walker(client).walk(f"/en/form/{slug}").pages[-1].text)
        for slug in ("help", "offer", "small")
    ]
    assert len({head[1] for head in heads if head}) == 3


def test_no_address_on_the_way_carries_an_answer_or_a_secret(client: PageClient) -> None:
    walk = Walker(client, people=1, choose=lambda name, values: values[-1]).walk("/de/form/help")
    secrets = (walk.reference, walk.pin, "Amal", "1990", "example.org")
    for page in walk.pages:
        links = re.findall(r'(?:href|action|src)="([^"]*)"', page.text)
        assert not [link for link in links for secret in secrets if secret in link]
