"""Staff fill in a first talk on a case; a person answers a follow-up by link on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from casework.cases import Case
from casework.core.db import connection
from casework.invitations import Invitation
from casework.questionnaires.models import Questionnaire
from tests.browsing import press
from tests.conftest import Clock
from tests.invited import answered, check_up, invited
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def looked_at(page: Page, width: int) -> None:
    """Nothing on the page is a barrier, and nothing runs out at the side."""
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def walk(page: Page, width: int) -> None:
    """Go on from page to page, answering what has to be answered, until everything is checked."""
    for _ in range(40):
        looked_at(page, width)
        if page.locator("button[value=submit]").count():
            return
        for group in page.locator("fieldset:has(input[type=radio])").all():
            if not group.locator("input:checked").count():
                group.locator("input[type=radio]").first.check()
        for box in page.locator("[data-type=acknowledge] input").all():
            box.check()
        with page.expect_navigation():
            page.click("button[value=next]")
    pytest.fail("The form has no end.")


@pytest.mark.slow
def test_staff_fill_in_a_first_talk_and_find_it_on_the_case(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        world = World(clock)
        account = world.coordinator()
        case = world.case()
        world.person(case.household, given_name="Sami", role_at_home="child")
    page = browser.new_context(viewport=DESK).new_page()
    sign_in(page, live, account.email)
    page.goto(f"{live}/admin/case/{case.id}")
    looked_at(page, 1280)
    page.locator("details:has(#fill-questionnaire) > summary").click()
    page.select_option("#fill-questionnaire", "assessment")
    with page.expect_navigation():
        page.locator("form[action$='/fill'] button.main").click()
    expect(page).to_have_url(re.compile(r"/de/form/assessment/"))
    expect(page.locator(".banner")).to_contain_text(case.reference)
    looked_at(page, 1280)
    walk(page, 1280)
    with page.expect_navigation():
        page.click("button[value=submit]")
    expect(page.locator(".done")).to_be_visible()
    looked_at(page, 1280)
    press(page, "main a.button.primary")
    expect(page).to_have_url(re.compile(rf"/admin/case/{case.id}#invitations$"))
    press(page, page.locator("#invitations .lines a").first)
    expect(page.locator("h1")).to_be_visible()
    looked_at(page, 1280)
    with connection():
        assert Invitation.get().submission.purpose == "assessment"


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["de", "ar"])
def test_a_person_answers_a_follow_up_by_link_on_a_phone(
    live: str, clock: Clock, browser: Browser, tag: str
) -> None:
    with connection():
        world = World(clock)
        case = world.case()
        link = invited(world, case, world.coordinator().actor, _form("follow-up"), language=tag)
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{live}/{tag}/invite/{link.token}")
    looked_at(page, 360)
    with page.expect_navigation():
        page.locator("main button.primary").click()
    walk(page, 360)
    with page.expect_navigation():
        page.click("button[value=submit]")
    expect(page.locator(".done")).to_be_visible()
    looked_at(page, 360)
    page.goto(f"{live}/{tag}/invite/{link.token}")
    looked_at(page, 360)
    with connection():
        assert link.refresh().submission.language == tag


@pytest.mark.parametrize("width", [1280, 360])
def test_answers_beside_the_record_are_no_barrier(
    live: str, clock: Clock, browser: Browser, width: int
) -> None:
    with connection():
        world = World(clock)
        account = world.coordinator()
        case: Any = world.case()
        form = check_up(world.at).questionnaire
        link = answered(world, invited(world, case, account.actor, form), account.actor)
        invited(world, Case.get_by_id(case.id), account.actor, form)
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    sign_in(page, live, account.email)
    for address in (f"case/{case.id}", f"case/{case.id}/invitation/{link.id}", ""):
        page.goto(f"{live}/admin/{address}")
        for fold in page.locator("#invitations details > summary").all():
            fold.click()
        looked_at(page, width)


def _form(slug: str) -> Any:
    return Questionnaire.get(Questionnaire.slug == slug)
