"""The translation table in a browser: no barrier in it, light and dark, wide and narrow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from casework.core.access import SYSTEM, Role
from casework.core.db import connection
from casework.formats.translations import write_po
from casework.questionnaires.editing import change, place_of
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.translating import table, texts_of, translate
from casework.questionnaires.working_copies import begin_working_copy, store
from tests.browsing import press
from tests.conftest import Clock
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = pytest.mark.browser


def _begun(world: World) -> tuple[Questionnaire, str]:
    """`help` with changed and missing texts in Arabic; and the key of a text that is there."""
    row = Questionnaire.get(Questionnaire.slug == "help")
    copy = begin_working_copy(row, by=SYSTEM, at=world.at)
    labels = [key for key in texts_of(copy.parsed) if key.endswith("/label")]
    names = [key.split("/")[1] for key in labels if key.startswith("survey/")]
    emptied = translate(copy.parsed, "ar", dict.fromkeys(labels[3:6], ""))
    place = place_of(emptied, names[0])
    changed = change(emptied, place, {"label::de": "Ein ganz anderer Text"}).definition
    store(copy, changed, revision=1, by=SYSTEM, at=world.at)
    return row, f"survey/{names[1]}/label"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_no_page_of_the_translation_table_has_a_barrier(
    live: str, clock: Clock, browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    with connection():
        world = World(clock)
        account = world.staff(Role.COORDINATOR)
        row, key = _begun(world)
        rows = table(row.working_copies.get().parsed, None, "ar")
        file = tmp_path / "ar.po"
        file.write_bytes(write_po(rows, "ar").replace(b"#, fuzzy\n", b""))
    page = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    ).new_page()
    sign_in(page, live, account.email)
    table_page = f"{live}/admin/questionnaire/translations/?id={row.id}&language="

    def look() -> None:
        found = [each["id"] for each in Axe().run(page).response["violations"]]
        assert found == [], page.url
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} px wide"

    for tag in ("ar&show=missing", "uk", "ar"):
        page.goto(table_page + tag)
        look()
    field = page.locator(f'[name="t:{key}"]')
    expect(field).to_have_css("direction", "rtl")
    field.fill("x" * 10_001)
    press(page, page.get_by_role("button", name=re.compile("^(Save|Speichern)$")))
    expect(page.locator('[role="alert"]')).to_be_visible()
    look()
    page.goto(table_page.replace("translations/", "translations/import/") + "ar")
    look()
    page.set_input_files("#file", file)
    press(page, "main form button")
    look()
