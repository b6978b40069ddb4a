"""Two mornings in a real browser: the queue is emptied, and a plan finds its way to a place."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from casework.acceptance import accept_submission, prepare_intake
from casework.asking import ask_whoever_has_the_turn
from casework.cases import Case, assign_case, case_of
from casework.core.access import SYSTEM
from casework.core.db import connection, transaction
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.upkeep import catch_up, judge_all
from casework.messages import OutboxMail, receive_message
from casework.plans.agreements import PlanAgreement
from casework.plans.models import Plan
from casework.plans.reviews import review_plan
from casework.providers import Service, set_categories
from casework.referrals import Referral
from tests.conftest import MONDAY, Clock
from tests.portal.visits import PIN, PIN_HASH
from tests.stories.test_two_organisations import sign_in
from tests.stories.troubles import Troubles
from tests.world import World

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
DAY = timedelta(days=1)


def _press(page: Page, button: Locator) -> None:
    with page.expect_navigation():
        button.click()


def _open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def _calling(page: Page, live: str, rule: str) -> Locator:
    """The first entry of a rule in the queue."""
    page.goto(f"{live}/admin/attention/?rule={rule}")
    return page.locator("article.calling").first


def _rules_in_queue() -> list[str]:
    with connection():
        catch_up(at=MONDAY)
        rows = AttentionEntry.select().where(AttentionEntry.state == "open")
        return sorted(each.rule for each in rows if each.is_shown(MONDAY.date()))


@pytest.fixture
def troubled(live: str, clock: Clock) -> tuple[str, Service]:
    """Five kinds of entries, and the coordinator's address; a second service for the need."""
    with connection():
        world = World(clock)
        town = Troubles(world, clock, MONDAY.date())
        account = world.coordinator()
        town.referral(town.helped(), sent=30)
        needy = town.helped()
        with town.ago(10):
            need = world.need(needy, "debt")
            world.release(needy)
        other = world.service(name="Schuldnerberatung Mitte", email="desk@provider.example")
        set_categories(other, [need.category], by=SYSTEM, at=MONDAY)
        _writes(town)
        _is_late(town)
        with town.ago(9):
            world.deadline(town.helped(), MONDAY.date() + 20 * DAY)
        with town.ago(8):
            judge_all(at=clock())
        catch_up(at=MONDAY, most=10**6)
        judge_all(at=MONDAY)
    return account.email, other


def _writes(town: Troubles) -> None:
    case = town.helped()
    with town.ago(20):
        request, _person = town.person(case)
    with town.ago(6) as who:
        receive_message("متى الموعد؟", case=case, submission=request, language="ar", **who)


def _is_late(town: Troubles) -> None:
    plan = Plan.running(town.helped()).first()
    with town.ago(9) as who:
        review_plan(plan, {}, next_on=MONDAY.date() - 8 * DAY, seen=1, **who)


def test_the_coordinator_empties_the_queue_by_the_entries_own_buttons(
    live: str, browser: Browser, troubled: tuple[str, Service]
) -> None:
    email, other = troubled
    assert _rules_in_queue() == [
        "deadline_near", "message_unanswered", "need_alone", "plan_review_overdue",
        "referral_unanswered",
    ]  # fmt: skip
    page = browser.new_context(viewport=DESK, locale="en-US").new_page()
    sign_in(page, live, email)

    entry = _calling(page, live, "referral_unanswered")
    _press(page, entry.locator("form[action$='/remind'] button"))

    _press(page, _calling(page, live, "need_alone").locator("a[href*='/referral/new']"))
    _press(page, page.locator(f"a[href*='service={other.id}']").first)
    _press(page, page.locator("button[name=step][value=check]"))
    _press(page, page.locator("button[name=step][value=send]"))

    _press(page, _calling(page, live, "message_unanswered").locator("a[href*='#messages']"))
    _open_all(page)
    form = page.locator("form[action$='/message']")
    form.locator("textarea").fill("Der Termin ist am Donnerstag um 10 Uhr.")
    _press(page, form.locator("button.main"))

    _press(page, _calling(page, live, "plan_review_overdue").locator("a[href*='/plan']").last)
    _open_all(page)
    _press(page, page.locator("form[action$='/review'] button.main"))

    entry = _calling(page, live, "deadline_near")
    entry.locator("details:has(form[action$='/known']) summary").click()
    entry.locator("form[action$='/known'] textarea").fill("Der Termin beim Amt ist gebucht.")
    _press(page, entry.locator("form[action$='/known'] button"))

    page.goto(f"{live}/admin/attention/")
    assert page.locator("article.calling").count() == 0
    assert _rules_in_queue() == []


class Morning:
    """A case from a request in Dari, its manager, and two services for what is needed."""

    def __init__(self, clock: Clock) -> None:
        self.world = world = World(clock)
        request = world.submission(language="fa-AF")
        with transaction():
            request.pin_hash = PIN_HASH
            request.save()
        accept_submission(request, prepare_intake(request), by=SYSTEM, at=world.at)
        caritas = world.organization("Caritas")
        manager = world.manager(caritas)
        case = case_of(request)
        assert case is not None
        assign_case(case, organization=caritas, assigned_to=manager, by=SYSTEM, at=world.at)
        need = case.needs.first()
        self.reference, self.case, self.email = request.reference, case.id, manager.email
        self.need, self.services, self.names = need.id, [], []
        for name in ("Sprachschule Nord", "Sprachschule Süd"):
            service = world.service(name=name, email=f"{name[-1]}@provider.example")
            set_categories(service, [need.category], by=SYSTEM, at=world.at)
            self.services.append(service.id)
            self.names.append(f"{name}, {service.organization.name}")


def _status(page: Page, live: str, reference: str) -> None:
    page.goto(f"{live}/fa-AF/status")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    if page.locator("#pin").count():
        page.fill("#reference", reference)
        page.fill("#pin", PIN)
        _press(page, page.locator("button[value=sign_in]"))


def _refer(page: Page, live: str, need: Any, service: Any) -> None:
    page.goto(f"{live}/admin/referral/new?need={need}&service={service}")
    _press(page, page.locator("button[name=step][value=check]"))
    _press(page, page.locator("button[name=step][value=send]"))


def _link_in_mail(live: str, kind: str) -> str:
    """The signed link in the last mail of this kind."""
    with connection():
        mails = OutboxMail.select().where(OutboxMail.kind == kind)
        mail = mails.order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc()).first()
        assert mail is not None, [each.kind for each in OutboxMail.select()]
        found = re.search(r"/reply/[\w.~-]+", mail.body)
    assert found
    return live + found[0]


def _answer(page: Page, link: str, answer: str) -> None:
    page.goto(link)
    page.check(f"[name=answer][value={answer}]")
    _press(page, page.locator("button[value=send]"))
    assert page.locator(".done").count() == 1


def test_a_plan_is_agreed_in_dari_stalls_and_finds_a_place_elsewhere(
    live: str, clock: Clock, browser: Browser
) -> None:
    with connection():
        morning = Morning(clock)
    desk = browser.new_context(viewport=DESK, locale="en-US").new_page()
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    provider = browser.new_context(viewport=DESK, locale="de-DE").new_page()
    sign_in(desk, live, morning.email)
    plan = f"{live}/admin/case/{morning.case}/plan"

    desk.goto(plan)
    desk.select_option("select[name$=template]", "new_alone")
    _press(desk, desk.locator("form[action$='/plan'] button.main"))
    _press(desk, desk.locator("form[action*='ask'] button"))
    _status(phone, live, morning.reference)
    _press(phone, phone.locator("button[value^=plan_agree]"))
    with connection():
        assert PlanAgreement.get().state == "agreed"
        assert PlanAgreement.get().language == "fa-AF"

    _refer(desk, live, morning.need, morning.services[0])
    desk.goto(plan)
    _open_all(desk)
    step = desk.locator("ol.plan-steps > li:has-text('integration')").first
    form = step.locator("form[action*='/step/']:has(input[name$=due_on])")
    form.locator("select[name$=doer]").select_option("provider")
    form.locator("input[name$=name]").fill(morning.names[0])
    form.locator("select[name$=type]").select_option("application")
    _press(desk, form.locator("button.main"))
    _open_all(desk)
    step.locator("select[name=blocker]").select_option("no_answer")
    step.locator("select[name=turn]").select_option("provider")
    _press(desk, step.locator("button[value=on_hold]"))

    clock.forward(days=31)
    with connection():
        judge_all(at=clock())
        assert ask_whoever_has_the_turn(at=clock()) == 2, "the step and its referral"
        stalled = AttentionEntry.get(AttentionEntry.rule == "step_stalled")
        assert (stalled.turn, stalled.__data__["case"]) == ("provider", morning.case)
    _answer(provider, _link_in_mail(live, "referral_reminder"), "no_capacity")

    with connection():
        refused = Referral.get(Referral.state == "no_capacity")
    sign_in(desk, live, morning.email)
    desk.goto(f"{live}/admin/referral/{refused.id}")
    _press(desk, desk.locator("main a[href*='/referral/new']").first)
    _press(desk, desk.locator(f"a[href*='service={morning.services[1]}']").first)
    _press(desk, desk.locator("button[name=step][value=check]"))
    _press(desk, desk.locator("button[name=step][value=send]"))
    _answer(provider, _link_in_mail(live, "referral"), "accepted")

    _status(phone, live, morning.reference)
    assert "Sprachschule Süd" in phone.inner_text("main")
    with connection():
        assert Referral.get(Referral.service == morning.services[1]).state == "accepted"
        assert Case.get_by_id(morning.case).is_live
