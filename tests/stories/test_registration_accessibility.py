"""What axe-core says about a registration: at the desk, and on the organisation's phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from casework.core.db import connection
from tests.browsing import press
from tests.casework.test_registrations import ANSWERS
from tests.conftest import Clock
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = pytest.mark.browser


def barriers(page: Page) -> list[str]:
    """What axe-core finds, and whether the page is wider than the window."""
    found = [f"{page.url}: {each['id']}" for each in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{page.url} is too wide")
    return found


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_the_desks_pages_of_a_registration_have_no_barrier(
    live: str, clock: Clock, browser: Browser, scheme: str, width: int
) -> None:
    with connection():
        world = World(clock)
        world.organization("Haus der Sprachen", email=ANSWERS["email"])
        submission = world.submission("provider", language="de", answers=ANSWERS)
        account = world.coordinator()
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, live, account.email)
    page.goto(f"{live}/admin/submission/{submission.id}")
    found = barriers(page)
    german, english = (page.get_by_role("link", name=name) for name in ("Annehmen", "Accept"))
    press(page, german.or_(english))
    found += barriers(page)
    press(page, "form.sheet button.main")
    assert page.get_by_role("alert").count() == 1
    found += barriers(page)
    assert not found, "\n".join(found)
    context.close()
