"""Each kind of entry offers next steps, and each of them leads to where it is done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.registry import ACTIONS, RULES
from casework.insight.attention.upkeep import judge_all
from tests.admin.pressing import desk_of, text_of
from tests.stories.troubles import Troubles
from tests.world import World

ENTRY = re.compile(r'<article class="calling.*?</article>', re.S)
BUTTON = re.compile(r'<a class="button" href="([^"]+)">([^<]+)<')


@pytest.fixture
def desk(app, world: World, clock):
    """The desk over a town in which every rule has found something."""
    troubles = Troubles(world, clock, world.at.date())
    troubles.plant_all()
    judge_all(at=world.at)
    AttentionEntry.update(shown_from=world.at.date() - timedelta(days=1)).execute()
    return desk_of(app, world.coordinator())


def _buttons(desk, rule: str) -> dict[str, str]:
    """What the first entry of a rule leads to, by label."""
    page = text_of(desk.get(f"/admin/attention/?rule={rule}"))
    entry = ENTRY.search(page)
    assert entry, rule
    return {label: address for address, label in BUTTON.findall(entry[0])}


def test_every_rule_offers_a_step_that_leads_somewhere(desk) -> None:
    seen = {}
    for name, rule in RULES.items():
        assert rule.actions, name
        for label, address in _buttons(desk, name).items():
            page, _hash, part = address.partition("#")
            response = desk.get(page)
            assert response.status_code == 200, (name, label, address)
            assert not part or f'id="{part}"' in text_of(response), (name, label, address)
            seen.setdefault(name, set()).add(label)
    assert seen["account_unread"] >= {"Read what they wrote"}
    assert seen["support_doubled"] >= {"See who helps with what"}
    assert seen["counselling_ends"] >= {"Hand over to regular services"}
    assert seen["counselling_over"] >= {"Close the case"}
    assert seen["contact_cold"] == {"To the contact"}
    assert seen["decision_due"] == {"To the meeting"}
    assert seen["deadline_near"] >= {"To the deadline"}
    assert set(seen) == set(RULES)


def test_who_cannot_be_reached_by_mail_has_no_button_for_it(desk) -> None:
    for rule, label in (("referral_unanswered", "Remind the provider"),
                        ("referral_person", "Ask the person")):  # fmt: skip
        assert label in text_of(desk.get(f"/admin/attention/?rule={rule}"))
        AttentionEntry.update(asking="unreachable").where(AttentionEntry.rule == rule).execute()
        assert label not in text_of(desk.get(f"/admin/attention/?rule={rule}"))


def test_a_step_leads_to_the_plan_that_it_stands_in(desk) -> None:
    entry = AttentionEntry.get(AttentionEntry.rule == "step_overdue")
    page = text_of(desk.get("/admin/attention/?rule=step_overdue"))
    assert f"/admin/case/{entry.__data__['case']}/plan?which=" in page


def test_each_kind_of_step_is_offered_somewhere() -> None:
    assert {each for rule in RULES.values() for each in rule.actions} == set(ACTIONS)
