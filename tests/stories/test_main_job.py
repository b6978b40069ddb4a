"""The main job, end to end, in a real browser: a phone in Arabic, a desk, a provider's link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from casework.cases import case_of
from casework.core.access import SYSTEM, Role
from casework.core.db import connection
from casework.formats.hsds import import_directory
from casework.providers import Service
from casework.referrals import Referral
from casework.staff import Staff
from casework.submissions import Submission
from tests.conftest import Clock
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
HOUSEHOLD = (("ليلى", "2015"), ("سامر", "2018"), ("نور", "1992"))


@pytest.fixture
def desk_account(live: str, clock: Clock) -> Staff:
    with connection():
        return World(clock).staff(Role.COORDINATOR, email="desk@example.org")


@pytest.fixture
def service(live: str, clock: Clock, shared_data: Path) -> Service:
    """A service that came from real data."""
    with connection():
        import_directory(shared_data / "hsds" / "data" / "ohana-sample", by=SYSTEM, at=clock.moment)
        return Service.offered().first()


def press(page: Page, action: str) -> None:
    with page.expect_navigation():
        page.click(f'button[name=action][value="{action}"]')


def go_on(page: Page, clock: Clock) -> None:
    clock.forward(seconds=20)
    press(page, "next")


def choose(page: Page, question: str, *values: str) -> None:
    for value in values:
        page.check(f'[data-question="{question}"] [value="{value}"]')


def write(page: Page, question: str, text: str) -> None:
    fields = ":is(input[type=text], input[type=tel], textarea)"
    page.locator(f'[data-question="{question}"] {fields}').first.fill(text)


def ask_for_help(page: Page, live: str, clock: Clock) -> tuple[str, str]:
    """Fill in the form in Arabic for a family of four; reference and PIN."""
    page.goto(f"{live}/ar/form/help")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    choose(page, "filled_by", "self")
    go_on(page, clock)
    write(page, "given_name", "أمل")
    write(page, "family_name", "الخطيب")
    choose(page, "interpreter", "yes")
    go_on(page, clock)
    choose(page, "housing", "shared")
    choose(page, "alone", "no")
    go_on(page, clock)
    for name, year in HOUSEHOLD:
        press(page, "add:members")
        write(page, "member_given_name", name)
        page.locator('[data-question="member_birth_date"] input[type=text]').last.fill(year)
        choose(page, "member_relation", "child")
        go_on(page, clock)
    go_on(page, clock)
    choose(page, "need_areas", "language", "childcare")
    go_on(page, clock)
    choose(page, "need_language", "integration_course")
    choose(page, "need_childcare", "kita_place")
    write(page, "need_text", "أحتاج إلى مكان في الروضة حتى أستطيع حضور الدورة.")
    choose(page, "urgent", "this_week")
    go_on(page, clock)
    choose(page, "contact_channels", "phone")
    write(page, "phone", "٠٧٦٢١ ٤١٥٠٠٠")
    go_on(page, clock)
    choose(page, "release_provider", "yes")
    go_on(page, clock)
    clock.forward(seconds=20)
    press(page, "submit")
    return page.inner_text("#reference").strip(), page.inner_text("#pin").strip()


def sign_in(page: Page, live: str, email: str) -> None:
    page.goto(f"{live}/admin/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))


def accept(page: Page, live: str, reference: str) -> None:
    """From the home page through the inbox to a case with two needs."""
    with page.expect_navigation():
        page.click("text=أمل الخطيب")
    assert reference in page.content()
    assert "أحتاج إلى مكان في الروضة" in page.content()
    with page.expect_navigation():
        page.click('a[href$="/accept"]')
    with page.expect_navigation():
        page.click("main button.main")
    assert "/admin/case/" in page.url


def refer(page: Page, live: str, service: Service) -> str:
    """Refer the first need to the imported service; the reply link."""
    with page.expect_navigation():
        page.locator('a[href*="/admin/referral/new"]').first.click()
    page.goto(f"{page.url}&service={service.id}")
    with page.expect_navigation():
        page.click('button[name=step][value="check"]')
    with page.expect_navigation():
        page.click('button[name=step][value="send"]')
    found = re.search(r"/reply/[\w.~-]+", page.content())
    assert found, "the referral shows no link for the provider"
    return live + found[0]


def answer(page: Page, link: str) -> None:
    """The provider looks, chooses and sends: got help."""
    page.goto(link)
    assert "أمل الخطيب" in page.content()
    assert "الروضة حتى" not in page.content(), "free text was not released"
    page.check('[value="got_help"]')
    with page.expect_navigation():
        page.click("main button[type=submit], main form button")


def read_status(page: Page, live: str, tag: str, reference: str, pin: str) -> str:
    page.goto(f"{live}/{tag}/status")
    page.fill("[name=reference]", reference)
    page.fill("[name=pin]", pin)
    with page.expect_navigation():
        page.press("[name=pin]", "Enter")
    return page.inner_text("main")


def test_a_request_in_arabic_ends_with_got_help_on_the_status_page(
    live: str, clock: Clock, browser: Browser, desk_account: Staff, service: Service
) -> None:
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="ar").new_page()
    desk = browser.new_context(viewport=DESK, locale="de-DE").new_page()
    provider = browser.new_context(viewport=DESK, locale="en-US").new_page()

    reference, pin = ask_for_help(phone, live, clock)
    assert reference.startswith("L")
    sign_in(desk, live, desk_account.email)
    accept(desk, live, reference)
    with connection():
        submission = Submission.get(Submission.reference == reference)
        case = case_of(submission)
        assert case is not None
        assert case.household.people.count() == 4
        assert sorted(need.category.code for need in case.needs) == [
            "integration_course", "kita_place",
        ]  # fmt: skip
    link = refer(desk, live, service)
    answer(provider, link)
    status = read_status(phone, live, "ar", reference, pin)
    assert service.organization.name in status or service.name in status
    assert "حصلتم على المساعدة" in status
    with connection():
        assert Referral.get().state == "got_help"
        assert Referral.get().shown_to_person_at is not None


def test_a_volunteer_registers_in_german_and_is_approved(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        account = World(clock).staff(Role.VOLUNTEER_COORDINATOR, email="ehrenamt@example.org")
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="de").new_page()
    phone.goto(f"{live}/")
    expect(phone).to_have_url(re.compile(r"/de/$"))
    phone.goto(f"{live}/de/form/offer")
    write(phone, "given_name", "Monika")
    write(phone, "family_name", "Beispiel")
    phone.fill('[data-question="email"] input', "monika@example.org")
    go_on(phone, clock)
    choose(phone, "offer_areas", "language")
    go_on(phone, clock)
    choose(phone, "availability", "weekend")
    write(phone, "places", "2")
    go_on(phone, clock)
    phone.locator('[data-question="house_rules"] input[type=checkbox]').check()
    phone.locator('[data-question="contact_consent"] input[type=checkbox]').check()
    go_on(phone, clock)
    clock.forward(seconds=20)
    press(phone, "submit")
    reference, pin = phone.inner_text("#reference").strip(), phone.inner_text("#pin").strip()

    desk = browser.new_context(viewport=DESK, locale="de-DE").new_page()
    sign_in(desk, live, account.email)
    with desk.expect_navigation():
        desk.click("main >> text=Monika Beispiel")
    with desk.expect_navigation():
        desk.locator("form[action*='approved'] button, button[value=approved]").first.click()
    status = read_status(phone, live, "de", reference, pin)
    assert "Ihr Angebot steht auf unserer Liste" in status
