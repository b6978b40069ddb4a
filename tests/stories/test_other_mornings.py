"""Mornings in a real browser: the volunteer coordinator's, the commissioner's, the
administrator's; each also tries what is not theirs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from casework.cases import Case
from casework.core.access import Role
from casework.core.audit import AuditEntry
from casework.core.db import connection, transaction
from casework.demo import load_demo
from casework.engagements import Engagement
from casework.insight.attention.thresholds import tunings
from casework.messages import Message
from casework.people import Person
from casework.sites import Site
from casework.staff import Staff
from casework.texts import text
from tests.conftest import Clock
from tests.portal.visits import PIN, PIN_HASH
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
FAMILY = "Sonderbar"


def _press(page: Page, button: Locator) -> None:
    with page.expect_navigation():
        button.click()


def _desk(browser: Browser, live: str, email: str) -> Page:
    page = browser.new_context(viewport=DESK, locale="en-US").new_page()
    sign_in(page, live, email)
    _press(page, page.locator("button[name=language][value=en]"))
    return page


def _nothing_of_a_file(page: Page, words: list[str]) -> None:
    shown = page.content()
    for word in words:
        assert word not in shown, (page.url, word)


def _are_closed(page: Page, live: str, addresses: list[str]) -> None:
    for address in addresses:
        response = page.goto(live + address)
        assert response is not None
        assert response.status == 404, address


class Town:
    """A family whom nobody helps, a volunteer who has just registered, and one account."""

    def __init__(self, clock: Clock, role: Role) -> None:
        self.world = world = World(clock)
        self.email = world.staff(role).email
        self.case = world.case(
            world.organization("Caritas"), language="fa-AF", languages=["fa-AF"],
            given_name="Zohra", family_name=FAMILY,
        )  # fmt: skip
        need = world.need(self.case, "conversation", description="Wir üben gern Deutsch.")
        person = self.case.household.people.get()
        self.offer = world.offer(
            "Franka", state="new", offer_areas=["language"], offer_languages=["de", "fa"],
            email="franka@example.org",
        )  # fmt: skip
        with transaction():
            self.offer.submission.pin_hash = PIN_HASH
            self.offer.submission.save()
        self.secrets = [FAMILY, "Zohra", self.case.reference, str(self.case.id), str(need.id)]
        self.closed = [
            f"/admin/case/{self.case.id}", f"/admin/case/{self.case.id}/plan", "/admin/case/",
            f"/admin/person/details/?id={person.id}", "/admin/person/", "/admin/need/",
            f"/admin/household/details/?id={self.case.household.id}", "/admin/referral/",
            "/admin/balance/", "/admin/attention/", "/admin/appointment/",
        ]  # fmt: skip


def test_the_volunteer_coordinator_brings_somebody_to_a_household_that_has_nobody(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        town = Town(clock, Role.VOLUNTEER_COORDINATOR)
    desk = _desk(browser, live, town.email)
    _press(desk, desk.locator("main a:has-text('Franka Frei')").first)
    desk.locator("#messages summary").first.click()
    desk.locator("#messages textarea").fill("Vielen Dank! Wann haben Sie Zeit?")
    _press(desk, desk.locator("#messages form.small button.main"))
    _press(desk, desk.locator("button[name=state][value=approved]"))
    _press(desk, desk.locator("main a[href*='/admin/companion/']"))
    expect(desk.locator("tbody tr")).to_have_count(1)
    _nothing_of_a_file(desk, town.secrets)
    _press(desk, desk.locator("tbody tr a.button"))
    desk.locator("input[name=offer]").first.check()
    _nothing_of_a_file(desk, town.secrets)
    _press(desk, desk.locator("button:has-text('Propose')"))
    page_of_it = desk.url
    expect(desk.locator("#now")).to_contain_text("proposed")

    phone = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    phone.goto(f"{live}/en/status")
    phone.fill("#reference", town.offer.submission.reference)
    phone.fill("#pin", PIN)
    _press(phone, phone.locator("button[value=sign_in]"))
    _nothing_of_a_file(phone, town.secrets)
    assert "Wann haben Sie Zeit?" in phone.inner_text("main")
    _press(phone, phone.locator("button[value^=help_yes]"))

    desk.goto(f"{live}/admin/")
    _press(desk, desk.locator(f"main a[href*='{page_of_it.rpartition('/')[2]}']").first)
    _press(desk, desk.locator("button[name=act][value=agreed]"))
    desk.locator("summary:has-text('it begins')").click()
    _press(desk, desk.locator("button[name=act][value=running]"))
    with connection():
        assert Engagement.get().state == "running"
    desk.locator("summary:has-text('End')").click()
    desk.select_option("select[name=reason]", "reached")
    _press(desk, desk.locator("button[name=act][value=ended]"))
    _nothing_of_a_file(desk, town.secrets)
    _are_closed(desk, live, town.closed)
    with connection():
        made = Engagement.get()
        assert (made.state, made.reason, made.answer) == ("ended", "reached", "yes")
        assert made.case == town.case
        assert Message.select().count() == 1
        happened = AuditEntry.select().where(AuditEntry.subject_id == made.id)
        changes = [row for row in happened if not row.event.endswith(":read")]
        assert {row.case_id for row in changes} == {town.case.id}, "the case knows of it"


def _sheets(data: bytes) -> list[str]:
    return [
        " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
        for sheet in load_workbook(io.BytesIO(data)).worksheets
    ]


def test_the_commissioner_reads_figures_takes_them_along_and_reaches_no_file(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        load_demo(30, 1, at=clock())
        email = World(clock).staff(Role.INTEGRATION_COMMISSIONER).email
        names = [person.family_name for person in Person.select()]
        cases = list(Case.select().limit(3))
        someone = Person.get()
    secrets = [*{name for name in names if len(name) > 5}, *(case.reference for case in cases)]
    desk = _desk(browser, live, email)
    _press(desk, desk.locator("nav a[href='/admin/reports/']"))
    desk.select_option("select[name=quarter]", index=1)
    _press(desk, desk.locator("main form button").first)
    quarter = desk.locator("select[name=quarter]").input_value()
    _press(desk, desk.locator("p.more a").first)
    assert f"quarter={quarter}" in desk.url, "the quarter stays"
    shown = desk.inner_text("main")
    for by in ("Site", "Language", "Life area"):
        assert by in shown, by
    assert desk.locator("main td .unseen:text-is('hidden')").count(), "small counts are hidden"
    _nothing_of_a_file(desk, secrets)

    desk.goto(f"{live}/admin/reports/")
    with desk.expect_download() as taken:
        desk.locator("a:has-text('XLSX')").click()
    with open(taken.value.path(), "rb") as file:
        sheets = _sheets(file.read())
    assert len(sheets) >= 3
    assert not [word for word in secrets for sheet in sheets if word in sheet]
    _press(desk, desk.locator("a:has-text('Yearly report')").first)
    desk.emulate_media(media="print")
    assert desk.locator("main table").count() >= 3
    _nothing_of_a_file(desk, secrets)
    _are_closed(desk, live, [
        f"/admin/case/{cases[0].id}", f"/admin/case/{cases[0].id}/plan", "/admin/case/",
        f"/admin/person/details/?id={someone.id}", "/admin/person/", "/admin/household/",
        "/admin/need/", "/admin/referral/", "/admin/balance/", "/admin/attention/",
        "/admin/submission/", "/admin/offer/", "/admin/engagement/", "/admin/companion/",
        "/admin/staff/", "/admin/audit_entries/",
    ])  # fmt: skip


def _fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def test_the_administrator_keeps_the_house_and_sees_no_case(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        town = Town(clock, Role.ADMINISTRATOR)
    desk = _desk(browser, live, town.email)
    desk.goto(f"{live}/admin/staff/new/")
    _fill(desk, email="neu@example.org", name="Neue Kollegin")
    desk.select_option("[name=role]", "coordinator")
    _press(desk, desk.locator("main form button.main"))
    assert desk.locator("main code").count() == 1, "the password is shown once"

    desk.goto(f"{live}/admin/attention_rule/")
    desk.locator("[name=place_free-on]").uncheck()
    desk.fill("[name=need_alone-days]", "3")
    _press(desk, desk.locator("button[name=action]").first)
    with connection():
        assert tunings()["need_alone"].values["days"] == 7, "a preview changes nothing"
    _nothing_of_a_file(desk, town.secrets)
    _press(desk, desk.locator("button[name=action][value=save]"))

    _edit_text(desk, live)
    desk.goto(f"{live}/admin/sites/new/")
    _fill(desk, name="Haus am Ring", capacity="40")
    _press(desk, desk.locator("main form button.main"))

    desk.goto(f"{live}/admin/audit_entries/")
    for words in ("Account created", "Attention rule changed", "Text changed"):
        assert words in desk.inner_text("main"), words
    _nothing_of_a_file(desk, [FAMILY, "Zohra", town.case.reference])
    _are_closed(desk, live, [*town.closed, "/admin/offer/", "/admin/reports/", "/admin/message/"])
    with connection():
        assert Staff.get(Staff.email == "neu@example.org").role == "coordinator"
        assert not tunings()["place_free"].on
        assert tunings()["need_alone"].values["days"] == 3
        assert Site.get(Site.name == "Haus am Ring").capacity == 40
        found: Any = text("page.imprint", "de")
        assert found.body.startswith("Neu geschrieben.")


def _edit_text(desk: Page, live: str) -> None:
    """The imprint in German gets a new beginning."""
    desk.goto(f"{live}/admin/texts/")
    row = desk.locator("tr:has-text('imprint')")
    _press(desk, row.locator("a.tag").first)
    body = desk.locator("textarea[name=body]")
    body.fill("Neu geschrieben. " + body.input_value())
    _press(desk, desk.locator("main form button.main"))
