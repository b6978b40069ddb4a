"""An integration manager of one organisation finds nothing of another's, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from casework.core.db import connection
from tests.conftest import Clock
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


def sign_in(page: Page, live: str, email: str) -> None:
    page.goto(f"{live}/admin/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))


def test_a_manager_finds_nothing_of_another_organisation(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        world = World(clock)
        mine, theirs = world.organization("Verein Eins"), world.organization("Verein Zwei")
        manager = world.manager(mine)
        own = world.case(mine, given_name="Rana", family_name="Eigen")
        other = world.case(theirs, given_name="Samir", family_name="Fremd")
        need = world.need(other)
        referral = world.referral(need)
        world.appointment(other)
        person, household = other.household.people.first(), other.household
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, live, manager.email)

    lists = ("", "case/", "person/", "household/", "referral/", "need/", "appointment/",
             "follow_up/", "message/")  # fmt: skip
    for name in lists:
        page.goto(f"{live}/admin/{name}")
        assert "Fremd" not in page.content(), name
        assert other.reference not in page.content(), name
    page.goto(f"{live}/admin/case/")
    assert own.reference in page.content()

    addresses = (
        f"case/{other.id}", f"referral/{referral.id}", f"referral/new?need={need.id}",
        f"person/details/?id={person.id}", f"person/edit/?id={person.id}",
        f"household/details/?id={household.id}",
    )  # fmt: skip
    for address in addresses:
        answer = page.goto(f"{live}/admin/{address}")
        assert answer is not None
        assert answer.status == 404, address
        assert "Fremd" not in page.content(), address

    for word in ("Fremd", other.reference):
        page.goto(f"{live}/admin/case/")
        page.fill("main input[type=search]", word)
        with page.expect_navigation():
            page.press("main input[type=search]", "Enter")
        assert "Samir" not in page.content(), word
    for kind in ("csv", "xlsx"):
        answer = page.request.get(f"{live}/admin/case/export/{kind}/")
        assert other.reference.encode() not in answer.body()
