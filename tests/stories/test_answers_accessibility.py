"""What axe-core says about the pages on answers, light and dark, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from casework.core.access import Role
from casework.core.db import connection
from casework.drafts import keep_draft, start_draft
from casework.questionnaires.models import live as live_version
from tests.casework.formats.test_answers import store
from tests.conftest import Clock
from tests.stories.test_two_organisations import sign_in
from tests.world import HELP_ANSWERS, World

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_no_page_about_answers_has_a_barrier(
    live: str, clock: Clock, browser: Browser, scheme: str, width: int
) -> None:
    with connection():
        world = World(clock)
        account = world.staff(Role.COORDINATOR)
        store(world, HELP_ANSWERS, "help", count=20)
        store(world, HELP_ANSWERS | {"urgent": "today", "housing": "own"}, "help", count=3)
        for _ in range(6):
            draft, _token = start_draft(live_version("help"), "ar", at=world.at)
            keep_draft(draft, {"answers": {}, "done": []}, "ar", at=world.at)
    clock.forward(days=3)
    page = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    ).new_page()
    sign_in(page, live, account.email)
    for address in ("answers/", "answers/help/", "answers/help/figures"):
        answer = page.goto(f"{live}/admin/{address}")
        assert answer is not None
        assert answer.status == 200, address
        assert [each["id"] for each in Axe().run(page).response["violations"]] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
