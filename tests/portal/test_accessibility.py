"""What axe-core and a narrow screen say about every page, in three scripts, light and dark."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PLAIN = ("", "privacy", "imprint", "accessibility", "resume", "status", "nowhere")
PRESSED = "button, .button, .choice, .doors a, nav a, header a, .legal a, select, input[type=text]"
NARROW = {"width": 320, "height": 640}


def judge(page: Page) -> None:
    """No violation of any impact, and no sideways scrolling."""
    result = Axe().run(page)
    found = [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:2]]}"
        for each in result.response["violations"]
    ]
    assert found == [], page.url
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} px wide"


def fill(page: Page) -> None:
    """The least that every page of the form needs."""
    page.evaluate(
        """() => {
            const chosen = {filled_by: 'other', alone: 'no', need_areas: 'housing'};
            for (const box of document.querySelectorAll('[data-question]')) {
                const fields = [...box.querySelectorAll('input, textarea')];
                const pick = fields.find(f => f.value === chosen[f.name]) || fields[0];
                if (!pick) continue;
                if (['radio', 'checkbox'].includes(pick.type)) pick.checked = true;
                else if (box.dataset.type === 'date') fields[2].value = '1990';
                else pick.value =
                    {tel: '07621 4150', email: 'a@example.org'}[box.dataset.type] || 'Amal';
            }
        }"""
    )


def press(page: Page, value: str) -> None:
    with page.expect_navigation():
        page.click(f'button[name=action][value="{value}"]')


@pytest.mark.parametrize(
    ("tag", "scheme"), [("de", "light"), ("de", "dark"), ("ar", "light"), ("ti", "light")]
)
def test_no_page_has_a_barrier(live: str, browser: Browser, tag: str, scheme: str) -> None:
    context = browser.new_context(viewport=NARROW, color_scheme=scheme, java_script_enabled=True)
    page = context.new_page()
    for name in PLAIN:
        page.goto(f"{live}/{tag}/{name}")
        judge(page)
    page.goto(f"{live}/{tag}/form/help")
    added = False
    for _ in range(20):
        judge(page)
        if page.locator("#reference").count():
            break
        if page.locator('button[value="add:members"]').count() and not added:
            added = True
            press(page, "add:members")
            continue
        if page.locator('button[value="submit"]').count():
            press(page, "submit")
            continue
        press(page, "next")
        judge(page)
        fill(page)
        if page.locator('[role="alert"]').count():
            press(page, "next")
    assert page.locator("#pin").count()
    context.close()


def test_everything_works_with_scripts_turned_off(live: str, browser: Browser) -> None:
    context = browser.new_context(viewport=NARROW, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live}/ar/form/help")
    press(page, "next")
    assert page.locator('[role="alert"] a').count() == 1
    page.locator('[role="alert"] a').click()
    expect(page).to_have_url(re.compile("#f-filled_by$"))
    page.check('input[name="filled_by"][value="self"]')
    with page.expect_navigation():
        page.click('button[name="language"][value="uk"]')
    assert "/uk/form/help" in page.url
    assert page.is_checked('input[name="filled_by"][value="self"]')
    page.keyboard.press("Tab")
    context.close()


def test_the_return_key_goes_on_and_does_not_change_the_language(
    live: str, browser: Browser
) -> None:
    context = browser.new_context(viewport=NARROW)
    page = context.new_page()
    page.goto(f"{live}/de/form/help")
    page.check('input[name="filled_by"][value="self"]')
    press(page, "next")
    page.fill('input[name="family_name"]', "Beispiel")
    with page.expect_navigation():
        page.press('input[name="family_name"]', "Enter")
    assert page.url.endswith("/de/form/help/home")
    context.close()


def test_what_can_be_pressed_is_large_enough(live: str, browser: Browser) -> None:
    context = browser.new_context(viewport=NARROW)
    page = context.new_page()
    for address in ("/de/", "/ar/form/help", "/ti/status"):
        page.goto(live + address)
        small = page.evaluate(
            """pressed => [...document.querySelectorAll(pressed)]
                .filter(e => e.offsetParent && !e.closest('.trap'))
                .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
                .filter(([, r]) => r.height < 44 || r.width < 24)
                .map(([text, r]) => `${text} ${r.height}`)""",
            PRESSED,
        )
        assert small == [], address
    context.close()
