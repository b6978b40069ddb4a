"""What axe-core says about every screen of the desk, light and dark, wide and narrow."""

from __future__ import annotations

from typing import Any

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


# Judging contrast takes most of the time, and colours do not depend on the width: so it is
# judged once in each light, and everything else in one of them, wide and narrow.
CONTRAST = "color-contrast"
LIGHT = {
    1280: {"resultTypes": ["violations"]},
    360: {"resultTypes": ["violations"], "rules": {CONTRAST: {"enabled": False}}},
}
DARK = {1280: {"resultTypes": ["violations"], "runOnly": [CONTRAST]}}
LOOKS = {"light": LIGHT, "dark": DARK}
FIND = "options => axe.run(document, options).then(results => results.violations)"


@pytest.mark.parametrize("scheme", LOOKS)
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_no_screen_of_the_desk_has_a_barrier(
    live: str,
    clock: Clock,
    browser: Browser,
    role: Role,
    scheme: str,
    request: pytest.FixtureRequest,
) -> None:
    with connection():
        world = World(clock)
        load_demo(30, 1, at=world.at)
        account = world.staff(role)
    app = request.getfixturevalue("_app")
    client = app.test_client()
    sign_in_plainly(client, account)
    page = browser.new_context(color_scheme=scheme).new_page()
    page.add_init_script(Axe().axe_script)
    sign_in(page, live, account.email)
    found = []
    for screen in walk_screens(app, client, rows=1):
        page.goto(live + screen.address)
        for width, options in LOOKS[scheme].items():
            page.set_viewport_size({"width": width, "height": 800})
            found += [
                f"{screen.address} {scheme} {width}: {each}" for each in barriers(page, options)
            ]
    assert not found, "\n".join(found)


def barriers(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe-core finds on the page as it is now, and whether it scrolls sideways."""
    found = [
        f"{each['id']} {[node['html'][:120] for node in each['nodes'][:2]]}"
        for each in page.evaluate(FIND, options)
    ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{wide} px wide"] if wide > page.viewport_size["width"] else [])
