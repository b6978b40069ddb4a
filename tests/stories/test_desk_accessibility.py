"""What axe-core says about the desk's main pages, light and dark, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from casework.core.access import Role
from casework.core.db import connection
from tests.conftest import Clock
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_no_page_of_the_desk_has_a_barrier(
    live: str, clock: Clock, browser: Browser, scheme: str, width: int
) -> None:
    with connection():
        world = World(clock)
        account = world.staff(Role.COORDINATOR)
        submission = world.submission()
        case = world.case(world.organization())
        need = world.need(case)
        referral = world.referral(world.need(case, "kita_place"))
        world.submission("offer", language="de", answers={"family_name": "Beispiel"})
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, live, account.email)
    addresses = (
        "", "submission/", f"submission/{submission.id}", f"submission/{submission.id}/accept",
        "case/", f"case/{case.id}", "person/", "household/", "referral/",
        f"referral/{referral.id}", f"referral/new?need={need.id}", "service/", "offer/", "texts/",
    )  # fmt: skip
    for address in addresses:
        answer = page.goto(f"{live}/admin/{address}")
        assert answer is not None
        assert answer.status == 200, address
        found = [each["id"] for each in Axe().run(page).response["violations"]]
        assert found == [], address
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide"
