"""A form is changed without a programmer, while people are filling it in."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from casework.core.access import Role
from casework.core.db import connection
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.working_copies import WorkingCopy, begin_working_copy
from casework.staff import Staff
from casework.submissions import Submission
from tests.conftest import Clock
from tests.stories.test_main_job import DESK, PHONE, choose, go_on, press, sign_in, write
from tests.world import World

pytestmark = pytest.mark.browser

GERMAN = "Wie viele Kinder leben bei Ihnen?"
NAME = "wie_viele_kinder_leben_bei_ihnen"
ARABIC = "كم طفلاً يعيش معكم؟"
CHOICES = ["ja", "nein", "keine Angabe"]
UKRAINIAN = "Скільки дітей живе з вами?"


@pytest.fixture
def desk_account(live: str, clock: Clock) -> Staff:
    with connection():
        return World(clock).staff(Role.COORDINATOR, email="desk@example.org")


def begin_in_arabic(page: Page, live: str, clock: Clock) -> None:
    """As far as the third page."""
    page.goto(f"{live}/ar/form/help")
    choose(page, "filled_by", "self")
    go_on(page, clock)
    write(page, "family_name", "الخطيب")
    go_on(page, clock)


def finish(page: Page, clock: Clock) -> None:
    """From the page after the household to the receipt."""
    choose(page, "need_areas", "language")
    go_on(page, clock)
    choose(page, "need_language", "integration_course")
    go_on(page, clock)
    choose(page, "contact_channels", "status_page")
    go_on(page, clock)
    choose(page, "release_provider", "no")
    go_on(page, clock)
    clock.forward(seconds=20)
    press(page, "submit")
    expect(page.locator("#reference")).to_be_visible()


def open_editor(page: Page, live: str) -> None:
    """From the list of forms into the editor of `help`."""
    with connection():
        row = Questionnaire.get(Questionnaire.slug == "help")
    page.goto(f"{live}/admin/questionnaire/")
    with page.expect_navigation():
        page.locator(f'a[href*="/questionnaire/details/"][href*="{row.id}"]').first.click()
    with page.expect_navigation():
        page.locator('form[action$="/form-editor/help/begin"] button').click()
    expect(page).to_have_url(re.compile(r"/admin/form-editor/help/$"))


def saved(page: Page) -> None:
    """Wait until the script has stored what was typed."""
    said = page.locator("#fields").get_attribute("data-saved") or ""
    expect(page.locator("#state")).to_have_text(said)


def add_question(page: Page) -> None:
    """Below “lives alone”: a number, only asked when somebody else lives there."""
    with page.expect_navigation():
        page.locator('.outline a[title="alone"]').click()
    page.select_option("#kind", "integer")
    with page.expect_navigation():
        page.locator('button[value="add"]').click()
    page.fill('[name="c:label::de"]', GERMAN)
    page.fill('[name="c:hint::de"]', "Nur Kinder unter 18")
    saved(page)
    expect(page.locator(".outline a[aria-current]")).to_contain_text(GERMAN)
    page.check('[name="w:mode"][value="simple"]')
    page.select_option('[name="w:0:question"]', "alone")
    page.select_option('select[name="w:0:value"]', "no")
    expect(page.locator('[data-live="formula-relevant"] code')).to_have_text("${alone} = 'no'")
    saved(page)


def translate(page: Page, live: str, tag: str, text: str) -> None:
    """Into one language, in the table of what is missing."""
    with connection():
        row = Questionnaire.get(Questionnaire.slug == "help")
    page.goto(f"{live}/admin/questionnaire/translations/?id={row.id}&language={tag}&show=missing")
    cell = page.locator('textarea[name$="/label"]')
    expect(cell).to_have_attribute("dir", "rtl" if tag == "ar" else "ltr")
    cell.fill(text)
    with page.expect_navigation():
        page.locator("form.texts button.main").click()


def test_the_coordinator_changes_help_while_somebody_fills_it_in(
    live: str, clock: Clock, browser: Browser, desk_account: Staff
) -> None:
    early = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="ar").new_page()
    late = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="ar").new_page()
    desk = browser.new_context(viewport=DESK, locale="de-DE").new_page()

    begin_in_arabic(early, live, clock)
    sign_in(desk, live, desk_account.email)
    open_editor(desk, live)
    add_question(desk)
    translate(desk, live, "ar", ARABIC)
    translate(desk, live, "uk", UKRAINIAN)

    desk.goto(f"{live}/admin/form-editor/help/")
    with desk.expect_navigation():
        desk.locator(".outline a", has_text=GERMAN).click()
    preview = desk.frame_locator("#preview")
    expect(preview.locator("main")).to_contain_text(GERMAN)
    desk.select_option("#lang", "ar")
    expect(preview.locator("html")).to_have_attribute("dir", "rtl")
    expect(preview.locator("main")).to_contain_text(ARABIC)
    desk.select_option("#lang", "uk")
    expect(preview.locator("main")).to_contain_text(UKRAINIAN)

    with desk.expect_navigation():
        desk.locator('a[href$="/form-editor/help/publish"]').click()
    expect(desk.locator("#changes + ul, #changes ~ ul")).not_to_be_empty()
    with desk.expect_navigation():
        desk.locator('form[action$="/publish"] button').click()
    expect(desk).to_have_url(re.compile(r"/admin/questionnaire/details/"))

    choose(early, "housing", "shared")
    choose(early, "alone", "no")
    go_on(early, clock)
    assert ARABIC not in early.content(), "who has begun finishes the form they know"
    press(early, "add:members")
    write(early, "member_given_name", "سامر")
    choose(early, "member_relation", "child")
    go_on(early, clock)
    go_on(early, clock)
    finish(early, clock)

    begin_in_arabic(late, live, clock)
    choose(late, "housing", "shared")
    choose(late, "alone", "no")
    go_on(late, clock)
    assert ARABIC in late.content(), "who begins now is asked"
    write(late, NAME, "٣")
    go_on(late, clock)
    go_on(late, clock)
    finish(late, clock)

    with connection():
        numbers = sorted(each.version.number for each in Submission.select())
        assert numbers == [1, 2]
        newest = Submission.select().order_by(Submission.received_at.desc()).get()
        assert newest.answers[NAME] == "3"
        assert WorkingCopy.select().count() == 0


def test_two_editors_in_two_windows_lose_nothing(
    live: str, clock: Clock, browser: Browser, desk_account: Staff
) -> None:
    with connection():
        row = Questionnaire.get(Questionnaire.slug == "help")
        begin_working_copy(row, by=desk_account.actor, at=clock.moment)
    context = browser.new_context(viewport=DESK, locale="de-DE")
    one, two = context.new_page(), context.new_page()
    sign_in(one, live, desk_account.email)
    for page in (one, two):
        page.goto(f"{live}/admin/form-editor/help/?at=2/0")
    one.fill('[name="c:label::de"]', "Wie heißen Sie mit Vornamen?")
    one.locator("#middle-title").click()
    saved(one)
    two.fill('[name="c:label::de"]', "Rufname")
    two.fill('[name="c:hint::de"]', "Wie im Ausweis")
    with two.expect_navigation():
        two.locator("#middle-title").click()
    expect(two.locator('[name="c:label::de"]')).to_have_value("Rufname")
    expect(two.locator("main")).to_contain_text("Wie heißen Sie mit Vornamen?")
    expect(two.locator("main")).to_contain_text(desk_account.name)


def test_choices_typed_one_after_the_other_are_stored_once_each(
    live: str, clock: Clock, browser: Browser, desk_account: Staff
) -> None:
    with connection():
        row = Questionnaire.get(Questionnaire.slug == "help")
        copy = begin_working_copy(row, by=desk_account.actor, at=clock.moment)
    page = browser.new_context(viewport=DESK, locale="de-DE").new_page()
    sign_in(page, live, desk_account.email)
    page.goto(f"{live}/admin/form-editor/help/?at=2/0")
    page.select_option("#kind", "select_one")
    with page.expect_navigation():
        page.locator('button[value="add"]').click()
    page.keyboard.type("Haben Sie Kinder?")
    for number, text in enumerate(CHOICES):
        page.locator('.choice-row input[name$=":label::de"]').nth(number).fill(text)
        page.locator('.choice-row input[name$=":name"]').nth(number).focus()
        expect(page.locator(".choice-row:has(button)")).to_have_count(number + 1)
        saved(page)
        expect(page.locator('.choice-row input[name$=":name"]').nth(number)).to_be_focused()
    with connection():
        parsed = WorkingCopy.get_by_id(copy.id).parsed
    texts = [each.label.get("de") for each in parsed.choices["select_one"]]
    assert texts == CHOICES


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_no_page_of_the_editor_has_a_barrier(
    live: str, clock: Clock, browser: Browser, desk_account: Staff, scheme: str, width: int
) -> None:
    with connection():
        row = Questionnaire.get(Questionnaire.slug == "help")
        begin_working_copy(row, by=desk_account.actor, at=clock.moment)
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, live, desk_account.email)
    editor = f"{live}/admin/form-editor/help/"
    addresses = ("", "?at=0", "?at=0/0", "?at=4", "?at=6/3", "?at=7/1", "publish")
    for address in addresses:
        page.goto(f"{editor}{address}")
        found = [each["id"] for each in Axe().run(page).response["violations"]]
        assert found == [], address
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide"
    assert said == []
