"""What the Nu HTML checker says about every page of both doors: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from casework.core.access import Role
from casework.core.i18n import LANGUAGES
from casework.demo import load_demo
from tests.admin.desk import sign_in
from tests.pages import PageClient
from tests.stories.html_checker import find_problems
from tests.stories.screens import walk_screens
from tests.walker import Page, Walker
from tests.world import World

pytestmark = pytest.mark.slow

PLAIN = ("privacy", "imprint", "accessibility", "resume", "status", "directory", "nowhere")
THREE_SCRIPTS = ("de", "ar", "ti")


class Collector(Walker):
    """Keeps every page, and sends each once without an answer for the sake of its mistakes."""

    def __init__(self, client: PageClient) -> None:
        super().__init__(client, people=2, choose=lambda name, values: values[-1])
        self.seen: dict[str, str] = {}
        self.emptied: set[str] = set()

    def _page(self, response: object) -> Page:
        page = super()._page(response)
        self.seen[f"{len(self.seen)} {page.address}"] = page.text
        return page

    def fill(self, page: Page) -> list[tuple[str, str]]:
        if page.address not in self.emptied and "next" in page.actions:
            self.emptied.add(page.address)
            self.press(page, "next", [])
        return super().fill(page)


def test_the_checker_finds_a_mistake_and_says_where(tmp_path: Path) -> None:
    right = "<!doctype html><html lang=en><title>x</title><p>x</p></html>"
    wrong = right.replace("<p>", '<p id=a><label for="b">y</label><b id=a></b>')
    problems = find_problems({"/right": right, "/wrong": wrong}, tmp_path)
    assert {each.split(":")[0] for each in problems} == {"/wrong"}
    assert "Duplicate ID" in "".join(problems)


def test_every_page_of_the_portal_is_valid_html(client: PageClient, tmp_path: Path) -> None:
    pages = {}
    for tag in LANGUAGES:
        for address in (f"/{tag}/", f"/{tag}/form/help"):
            pages[address] = client.get(address, follow_redirects=True).get_data(as_text=True)
    for tag in THREE_SCRIPTS:
        for name in PLAIN:
            pages[f"/{tag}/{name}"] = client.get(f"/{tag}/{name}").get_data(as_text=True)
        for slug in ("help", "offer"):
            collector = Collector(client.application.test_client())
            walk = collector.walk(f"/{tag}/form/{slug}")
            pages |= {f"{tag} {slug} {name}": text for name, text in collector.seen.items()}
            signed_in = {"reference": walk.reference, "pin": walk.pin, "action": "sign_in"}
            status = collector.client.submit(f"/{tag}/status", signed_in, follow_redirects=True)
            pages[f"{tag} {slug} status"] = status.get_data(as_text=True)
    assert len(pages) > 150
    problems = find_problems(pages, tmp_path)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_every_screen_of_the_desk_is_valid_html(
    app: Flask, world: World, client: PageClient, tmp_path: Path, role: Role
) -> None:
    load_demo(80, 1, at=world.at)
    sign_in(client, world.staff(role))
    screens = walk_screens(app, client)
    pages = {each.address: each.text for each in screens}
    for each in screens:
        if each.endpoint.endswith(".create_view"):
            answer = client.submit(each.address, {})
            pages[f"{each.address} with mistakes"] = answer.get_data(as_text=True)
    assert len(pages) > {Role.COORDINATOR: 60, Role.ADMINISTRATOR: 15}[role]
    problems = find_problems(pages, tmp_path)
    assert not problems, "\n".join(problems)
