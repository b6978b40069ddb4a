"""The status page and the reply page without a barrier, on a narrow screen, in three scripts."""

from datetime import timedelta

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.consent import USUAL
from casework.core.access import SYSTEM
from casework.core.db import connection, transaction
from casework.interpretations import keep_interpretation
from casework.messages import send_message
from casework.providers import Phone
from casework.referral_drafts import draft_referral
from casework.referrals import answer_referral, send_referral
from casework.release_questions import ask_release
from casework.reply_links import current_link
from casework.submissions import ask_back
from tests.portal.test_accessibility import NARROW, judge
from tests.portal.visits import PIN, PIN_HASH
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def town(live, clock):
    """A request with everything in it, one with a question, and a link for a provider."""
    with connection():
        world = World(clock)
        full, asked = known(world), known(world)
        accept_submission(full, prepare_intake(full), by=SYSTEM, at=world.at)
        case = case_of(full)
        refer(world, case, case.needs.get(), answer="got_help")
        token = current_link(refer(world, case, world.need(case, "kita_place"))).token
        world.need(case, "debt")
        for name in ("Schuldnerberatung Mitte", "Kita Sonnenhof"):
            ask_release(case, world.organization(name), fields=(*USUAL, "note"),
                        by=SYSTEM, at=world.at)  # fmt: skip
        world.appointment(case, world.at + timedelta(days=2), place="Rathaus")
        message = send_message("Guten Tag", case=case, language="de", by=SYSTEM, at=world.at)
        keep_interpretation(
            message, "body", "ar", "مرحبا", source="machine", by=SYSTEM, at=world.at
        )
        send_message("Wie viele?", submission=asked, language="de", by=SYSTEM, at=world.at)
        ask_back(asked, by=SYSTEM, at=world.at)
    return live, (full.reference, asked.reference), f"{live}/reply/{token}"


def known(world):
    submission = world.submission()
    with transaction():
        submission.pin_hash = PIN_HASH
        submission.save()
    return submission


def refer(world, case, need, answer=""):
    service = world.service(world.organization("Sprachhaus Nord e. V."), "Kurs am Vormittag")
    with transaction():
        Phone.create(service=service, number="07621 415 000")
    referral = draft_referral(case, need, service, by=SYSTEM, at=world.at)
    send_referral(referral, by=SYSTEM, at=world.at)
    return answer_referral(referral, answer, by=SYSTEM, at=world.at) if answer else referral


def press(page, button):
    with page.expect_navigation():
        page.click(f"button[value={button}]")


@pytest.mark.parametrize(("tag", "scheme"), [("de", "light"), ("ar", "dark"), ("ti", "light")])
def test_the_status_page_has_no_barrier(town, browser, tag, scheme):
    live, references, _ = town
    context = browser.new_context(viewport=NARROW, color_scheme=scheme)
    page = context.new_page()
    for reference in references:
        page.goto(f"{live}/{tag}/status")
        page.fill("#reference", reference)
        press(page, "sign_in")
        judge(page)
        page.fill("#pin", PIN)
        press(page, "sign_in")
        judge(page)
        press(page, "write")
        assert page.locator('[role="alert"] a').get_attribute("href") == "#body"
        judge(page)
        page.goto(f"{live}/{tag}/status/withdraw")
        judge(page)
        page.goto(f"{live}/{tag}/status")
        press(page, "forget")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reply_page_has_no_barrier(town, browser, scheme):
    *_, path = town
    context = browser.new_context(viewport=NARROW, color_scheme=scheme, locale="de-DE")
    page = context.new_page()
    page.goto(path)
    judge(page)
    press(page, "send")
    judge(page)
    page.check("input[value=waitlisted]")
    press(page, "send")
    judge(page)
    page.goto(path)
    judge(page)
    context.close()


def test_a_provider_answers_in_two_clicks_without_scripts(town, browser):
    *_, path = town
    context = browser.new_context(viewport=NARROW, java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(path)
    page.click("label:has(input[value=got_help])")
    press(page, "send")
    assert page.locator(".done").count() == 1
    context.close()


def test_a_person_agrees_and_declines_without_scripts(town, browser):
    live, (reference, _), _ = town
    context = browser.new_context(viewport=NARROW, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live}/ti/status")
    page.fill("#reference", reference)
    page.fill("#pin", PIN)
    press(page, "sign_in")
    yes, no = (page.locator(f"button[value^={verb}]").first for verb in ("agree", "disagree"))
    one, other = yes.bounding_box(), no.bounding_box()
    assert (one["width"], one["height"], one["y"]) == (other["width"], other["height"], other["y"])
    assert yes.evaluate("b => getComputedStyle(b).backgroundColor") == no.evaluate(
        "b => getComputedStyle(b).backgroundColor"
    )
    for button in (yes, page.locator("button[value^=disagree]")):
        with page.expect_navigation():
            button.click()
    assert page.locator("button[value^=agree]").count() == 0
    assert page.locator(".done").count() == 1
    context.close()


def test_what_was_typed_travels_into_another_language_without_scripts(town, browser):
    live, (reference, _), _ = town
    context = browser.new_context(viewport=NARROW, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live}/de/status")
    page.fill("#reference", reference)
    page.fill("#pin", PIN)
    press(page, "ar")
    assert page.url == f"{live}/ar/status"
    assert page.input_value("#pin") == PIN
    press(page, "sign_in")
    page.fill("#body", "نصف رسالة")
    press(page, "fa-AF")
    assert page.url == f"{live}/fa-AF/status"
    assert page.input_value("#body") == "نصف رسالة"
    context.close()
