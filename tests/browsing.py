"""How a test uses a browser without being faster than the page."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

# A page that does not come at all is found by this; a machine that is busy is not.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def press(page: Page, button: Locator | str) -> None:
    """Press what leads to another page, and wait until that page is whole."""
    with page.expect_navigation(timeout=PATIENCE):
        (page.locator(button) if isinstance(button, str) else button).click()
