"""Bytes: a cheap phone on a slow network gets every page in the first flight of TCP."""

from __future__ import annotations

import gzip
import re

import pytest

from casework.core.i18n import LANGUAGES
from tests.pages import PageClient
from tests.walker import Walk, Walker

HTML = 8 * 1024
FLIGHT = 14_336
WHOLE_FORM = 35 * 1024
OWN = re.compile(r'<(?:link|script|img|iframe|source|use)\b[^>]*?(?:href|src)="([^"]+)"')


def packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def stylesheet(client: PageClient) -> int:
    address = re.search(r'href="(/static/[^"]+)"', client.get("/de/").text)
    assert address
    return len(client.get(address[1], headers={"Accept-Encoding": "gzip"}).data)


_walks: dict[tuple[str, str], Walk] = {}


def longest_walk(client: PageClient, tag: str, slug: str) -> Walk:
    """Every page there is: for somebody else, with family. Walked once, weighed twice."""
    if (tag, slug) not in _walks:
        chosen = {"filled_by": "other", "alone": "no"}
        walker = Walker(client, people=1, choose=lambda name, values: chosen.get(name, values[0]))
        _walks[tag, slug] = walker.walk(f"/{tag}/form/{slug}")
    return _walks[tag, slug]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_page_arrives_in_the_first_flight(client: PageClient, tag: str) -> None:
    sheet = stylesheet(client)
    walks = [longest_walk(client, tag, slug) for slug in ("help", "offer")]
    pages = {page.address: page.text for walk in walks for page in walk.pages}
    for name in ("", "privacy", "imprint", "accessibility", "resume", "status", "none"):
        pages[f"/{tag}/{name}"] = client.get(f"/{tag}/{name}").text
    sizes = {address: packed(text) for address, text in pages.items()}
    assert {address: size for address, size in sizes.items() if size > HTML} == {}
    assert {address: size for address, size in sizes.items() if size + sheet > FLIGHT} == {}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_whole_request_for_help_is_small(client: PageClient, tag: str) -> None:
    walk = longest_walk(client, tag, "help")
    assert len(walk.pages) > 10
    assert sum(packed(page.text) for page in walk.pages) <= WHOLE_FORM


def test_a_page_with_every_area_and_every_mistake_still_fits(client: PageClient) -> None:
    walker = Walker(client)
    page = walker.open("/ti/form/help")
    while "need_areas" not in page.questions:
        page = walker.press(page, "next", walker.fill(page))
    areas = [each.get("value", "") for each in page.questions["need_areas"].iter("input")]
    page = walker.press(page, "next", [("need_areas", each) for each in areas])
    page = walker.press(page, "next", [])
    assert len(re.findall('class="error"', page.text)) >= 11
    assert packed(page.text) <= HTML
    assert packed(page.text) + stylesheet(client) <= FLIGHT


@pytest.mark.parametrize(
    "address", ["/de/", "/ar/form/help", "/ti/privacy", "/de/status", "/de/none"]
)
def test_a_page_needs_one_more_request_and_nothing_from_elsewhere(
    client: PageClient, address: str
) -> None:
    wanted = [
        link for link in OWN.findall(client.get(address).text) if not link.startswith("data:")
    ]
    assert len(wanted) == 1
    assert wanted[0].startswith("/static/portal.")


def test_the_stylesheet_asks_for_nothing_either(client: PageClient) -> None:
    address = re.search(r'href="(/static/[^"]+)"', client.get("/de/").text)
    assert address
    text = client.get(address[1]).text
    assert "url(" not in text
    assert "@import" not in text
