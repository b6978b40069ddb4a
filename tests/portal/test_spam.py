"""Spam without a captcha: what looks odd is noted for the review list, never refused or lost."""

from __future__ import annotations

import re

import pytest

from casework.submissions import Submission
from portal.suspicion import shown_at, stamp
from tests.conftest import Clock
from tests.pages import PageClient
from tests.walker import Walker

Pairs = list[tuple[str, str]]


def send(client: PageClient, clock: Clock, *, wait: float = 60, extra: Pairs | None = None,
         without_stamp: bool = False, text: str = "Amal") -> Submission:  # fmt: skip
    walker = Walker(client)
    page = walker.open("/de/form/help")
    if without_stamp:
        page.text = re.sub(
            r'name="shown" value="[^"]*"', 'name="shown" value="1.forged"', page.text
        )
    while not page.by_id("reference"):
        pairs = [(n, text if n == "need_text" else v) for n, v in walker.fill(page)]
        if "submit" in page.actions:
            clock.forward(seconds=wait)
        page = walker.press(page, walker.button(page), [*pairs, *(extra or [])])
        assert not page.alert
    return Submission.get()


def test_somebody_who_takes_their_time_raises_no_suspicion(
    client: PageClient, clock: Clock
) -> None:
    sent = send(client, clock, text="Siehe https://example.org und www.example.org")
    assert sent.suspicion == []
    assert not sent.suspicious


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"wait": 1}, "fast"),
        ({"extra": [("website", "buy")]}, "trap"),
        ({"without_stamp": True}, "stamp"),
        ({"text": "http://a.example http://b.example https://c.example"}, "links"),
    ],
)
def test_what_looks_like_a_machine_is_kept_and_marked(
    client: PageClient, clock: Clock, how: dict, reason: str
) -> None:
    sent = send(client, clock, **how)
    assert sent.suspicion == [reason]
    assert sent.suspicious
    assert sent.answers["family_name"] == "Amal"


def test_several_reasons_are_all_named(client: PageClient, clock: Clock) -> None:
    sent = send(client, clock, wait=0, extra=[("website", "x")], text="www.a www.b www.c")
    assert sent.suspicion == ["fast", "links", "trap"]


def test_the_trap_is_hidden_from_everybody_but_machines(client: PageClient) -> None:
    trap = re.search(r'<div class="trap"[^>]*>.*?</div>', client.get("/de/form/help").text)
    assert trap
    for sign in ('aria-hidden="true"', 'tabindex="-1"', 'autocomplete="off"', "<label"):
        assert sign in trap[0]
    assert "data-question" not in trap[0]


def test_the_stamp_of_the_first_page_cannot_be_made_up(client: PageClient) -> None:
    with client.application.app_context():
        signed = stamp(client.application.extensions["lotse"]["clock"]())
        assert shown_at(signed) is not None
        for forged in ("", "x", signed[:-1], signed[1:], signed + "A", "\x00", "é", "1.2.3"):
            assert shown_at(forged) is None
