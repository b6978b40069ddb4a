"""The plan in a browser: no barrier on the desk, on paper or on the person's page; no script."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.core.access import SYSTEM, Role
from casework.core.db import connection, transaction
from casework.life_areas import LifeArea
from casework.plans.agreements import PlanAgreement, ask_agreement, note_agreement
from casework.plans.blockers import blocker_of
from casework.plans.models import Plan
from casework.plans.reviews import review_plan
from casework.plans.steps import hold_step, move_step
from casework.plans.whole import WholePlan
from casework.plans.writing import add_goal
from tests.browsing import press
from tests.conftest import Clock
from tests.portal.test_accessibility import NARROW, judge
from tests.portal.visits import PIN, PIN_HASH
from tests.stories.test_two_organisations import sign_in
from tests.world import World

pytestmark = pytest.mark.browser


def _plan(world: World) -> Plan:
    """A plan with everything in it: waiting, late, done, reviewed, agreed, changed, asked."""
    submission = world.submission(language="fa-AF")
    with transaction():
        submission.pin_hash = PIN_HASH
        submission.save()
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    plan = world.plan(case_of(submission))
    note_agreement(plan, "paper", "fa-AF", by=SYSTEM, at=world.at)
    steps, who = WholePlan(plan).steps, {"by": SYSTEM, "at": world.at}
    move_step(steps[0], "done", **who)
    hold_step(steps[1], blocker_of("no_place"), "system", **who)
    move_step(steps[2], "cancelled", cancelled_by="person", **who)
    marks = dict.fromkeys(WholePlan(plan).goals[:2], "better")
    review_plan(plan, marks, next_on=world.at.date() + timedelta(days=60), remark="Gut",
                seen=0, **who)  # fmt: skip
    area = LifeArea.get(LifeArea.code == "work")
    add_goal(plan, area, "Als Pflegerin arbeiten", language="de", target="Ein Vertrag",
             wish="می‌خواهم دوباره پرستار باشم", wish_language="fa-AF", **who)  # fmt: skip
    ask_agreement(plan, **who)
    return plan


@pytest.fixture
def plan(live: str, clock: Clock) -> Plan:
    with connection():
        return _plan(World(clock))


def _picture(page, name: str) -> None:
    """A picture for who wants to look: LOTSE_PICTURES names the folder."""
    if folder := os.environ.get("LOTSE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_no_page_of_a_plan_has_a_barrier(
    live: str, clock: Clock, browser: Browser, plan: Plan, scheme: str, width: int
) -> None:
    with connection():
        account = World(clock).staff(Role.COORDINATOR)
        case = plan.case.id
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, live, account.email)
    for name, address in (("case", ""), ("plan", "/plan"), ("print", f"/plan/{plan.id}/print")):
        answer = page.goto(f"{live}/admin/case/{case}{address}")
        assert answer is not None
        assert answer.status == 200
        _picture(page, f"{name}-{scheme}-{width}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        judge(page)
    _picture(page, f"opened-{scheme}-{width}")


def test_a_person_agrees_in_dari_on_a_narrow_screen_without_scripts(
    live: str, browser: Browser, plan: Plan
) -> None:
    with connection():
        reference = PlanAgreement.get(PlanAgreement.state == "asked").submission.reference
    for scripts in (True, False):
        page = browser.new_context(viewport=NARROW, java_script_enabled=scripts).new_page()
        page.goto(f"{live}/fa-AF/status")
        page.fill("#reference", reference)
        page.fill("#pin", PIN)
        press(page, "button[value=sign_in]")
        if scripts:
            judge(page)
            _picture(page, "status-fa-AF-360")
    yes, no = (page.locator(f"button[value^={verb}]") for verb in ("plan_agree", "plan_talk"))
    one, other = yes.bounding_box(), no.bounding_box()
    assert (one["width"], one["height"], one["y"]) == (other["width"], other["height"], other["y"])
    press(page, yes)
    assert page.locator(".done").count() == 1
    with connection():
        assert PlanAgreement.get(PlanAgreement.submission.is_null(False)).state == "agreed"
