"""What axe-core says about every screen of the desk, light and dark, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from casework.core.access import Role
from casework.core.db import connection
from casework.demo import load_demo
from tests.admin.desk import sign_in as sign_in_plainly
from tests.conftest import Clock
from tests.stories.screens import walk_screens
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


LOOKS = (("light", 1280), ("dark", 1280), ("light", 360))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_no_screen_of_the_desk_has_a_barrier(
    live: str, clock: Clock, browser: Browser, role: Role, request: pytest.FixtureRequest
) -> None:
    with connection():
        world = World(clock)
        load_demo(30, 1, at=world.at)
        account = world.staff(role)
    app = request.getfixturevalue("_app")
    client = app.test_client()
    sign_in_plainly(client, account)
    page = browser.new_context().new_page()
    sign_in(page, live, account.email)
    found = []
    for screen in walk_screens(app, client, rows=1):
        page.goto(live + screen.address)
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{screen.address} {scheme} {width}: {each}" for each in barriers(page)]
    assert not found, "\n".join(found)


def barriers(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now, and whether it scrolls sideways."""
    found = [
        f"{each['id']} {[node['html'][:120] for node in each['nodes'][:2]]}"
        for each in Axe().run(page).response["violations"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{wide} px wide"] if wide > page.viewport_size["width"] else [])
