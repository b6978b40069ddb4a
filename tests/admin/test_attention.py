"""The attention queue on the screen: why now, since when, whose turn, and the next step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.core.access import SYSTEM, Role
from casework.core.db import transaction
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.upkeep import catch_up, judge_all
from casework.messages import Message, OutboxMail
from casework.plans.models import Step
from casework.referrals import answer_referral
from tests.admin.pressing import desk_of, text_of, token_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _need(world: World, **columns):
    """A need that nobody has helped with for ten days."""
    case = world.case(columns.pop("organization", None), **columns)
    return world.need(case)


def _later(world: World, clock, days: int = 10):
    clock.forward(days=days)
    judge_all(at=world.at)


def _fresh(app, world: World):
    """A reader before whom nothing waits to be judged."""
    desk = desk_of(app, world.coordinator())
    catch_up(at=world.at)
    return desk


def _post(client, address: str, **data):
    return client.post(address, data={"csrf_token": token_of(client), **data})


def _page(client, address: str = "/admin/attention/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response)


def _entry(rule: str) -> AttentionEntry:
    return AttentionEntry.get(AttentionEntry.rule == rule)


def test_an_entry_says_who_why_since_when_and_whose_turn(app, world: World, clock) -> None:
    need = _need(world)
    _later(world, clock)
    page = _page(_fresh(app, world))
    for text in ("Amal Beispiel", "Nobody helps with an open need.", "10 days ago", "our turn",
                 "Find a service", f"/admin/referral/new?need={need.id}"):  # fmt: skip
        assert text in page


def test_an_empty_queue_says_so_kindly(desk) -> None:
    assert "Nothing needs anybody now." in _page(desk)


def test_a_change_a_moment_ago_is_in_the_queue_at_once(app, world: World, clock) -> None:
    need = _need(world)
    _later(world, clock)
    client = _fresh(app, world)
    assert "Nobody helps" in _page(client)
    world.referral(need)
    assert "Nobody helps" not in _page(client)


def test_the_provider_is_reminded_by_a_button(app, world: World, clock) -> None:
    world.referral()
    _later(world, clock, 14)
    AttentionEntry.update(shown_from=world.at.date()).execute()
    client = _fresh(app, world)
    assert "Remind the provider" in _page(client)
    answer = _post(client, f"/admin/attention/{_entry('referral_unanswered').id}/remind")
    assert answer.status_code == 303
    assert OutboxMail.select().where(OutboxMail.kind == "referral_reminder").count() == 1
    assert "Reminded on" in _page(client, "/admin/attention/?resting=asked")


def test_a_person_without_a_status_page_cannot_be_asked_and_we_are_told(
    app, world: World, clock
) -> None:
    answer_referral(world.referral(), "needs_client_action", by=SYSTEM, at=world.at)
    _later(world, clock, 14)
    client = _fresh(app, world)
    answer = _post(client, f"/admin/attention/{_entry('referral_person').id}/ask")
    assert answer.status_code == 303
    assert "no status page" in text_of(client.get("/admin/attention/"))
    assert not Message.select().exists()


def test_an_entry_rests_with_a_reason_and_a_day_and_is_woken_again(
    app, world: World, clock
) -> None:
    _need(world)
    _later(world, clock)
    client, entry = _fresh(app, world), _entry("need_alone")
    until = (world.at.date() + timedelta(days=5)).isoformat()
    data = {"snooze-until": until, "snooze-reason": "On holiday"}
    assert _post(client, f"/admin/attention/{entry.id}/snooze", **data).status_code == 303
    assert "Nobody helps" not in _page(client)
    assert "On holiday" in _page(client, "/admin/attention/?resting=snoozed")
    assert _post(client, f"/admin/attention/{entry.id}/wake").status_code == 303
    assert "Nobody helps" in _page(client)


@pytest.mark.parametrize(("until", "reason"), [
    ("2026-02-31", "x"), ("", "x"), ("2020-01-01", "x"), ("2099-01-01", "x"),
    ("2026-12-01", ""), ("2026-12-01", "y" * 20_000), ("\x00", "\x00"),
])  # fmt: skip
def test_what_is_wrong_comes_back_with_what_was_typed(
    app, world: World, clock, until: str, reason: str
) -> None:
    _need(world)
    _later(world, clock)
    client, entry = _fresh(app, world), _entry("need_alone")
    data = {"snooze-until": until, "snooze-reason": reason}
    answer = _post(client, f"/admin/attention/{entry.id}/snooze", **data)
    assert answer.status_code == 422
    assert reason.strip("\x00") in text_of(answer)
    assert entry.refresh().snoozed_until is None


def test_of_two_who_decide_the_one_who_saw_another_cause_is_told_and_loses_nothing(
    app, world: World, clock
) -> None:
    _need(world)
    _later(world, clock)
    client, entry = _fresh(app, world), _entry("need_alone")
    data = {"known-reason": "Already spoken with them", "seen": "2020-01-01T00:00:00+00:00"}
    answer = _post(client, f"/admin/attention/{entry.id}/known", **data)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Someone else changed this" in page
    assert "Already spoken with them" in page
    assert entry.refresh().state == "open"


def test_an_entry_that_settled_itself_meanwhile_is_told_kindly(app, world: World, clock) -> None:
    need = _need(world)
    _later(world, clock)
    client, entry = _fresh(app, world), _entry("need_alone")
    world.referral(need)
    _page(client)
    answer = _post(client, f"/admin/attention/{entry.id}/known", **{"known-reason": "x"})
    assert answer.status_code == 303
    assert "has been settled in the meantime" in _page(client)


def test_filters_narrow_and_nonsense_narrows_nothing(app, world: World, clock) -> None:
    mine = world.coordinator()
    world.need(world.case(assigned_to=mine, given_name="Mine"))
    world.need(world.case(given_name="Other"))
    _later(world, clock)
    client = desk_of(app, mine)
    assert "Other" not in _page(client, "/admin/attention/?mine=1")
    assert "Mine" in _page(client, "/admin/attention/?rule=need_alone&turn=us")
    assert "Mine" not in _page(client, "/admin/attention/?rule=no_contact")
    for wild in ("rule=%00", "turn=x", "site=nonsense", "page=-1", "page=99999999999", "mine=é",
                 "resting=all", "organization=1"):  # fmt: skip
        assert client.get(f"/admin/attention/?{wild}").status_code == 200


def test_a_manager_sees_and_decides_about_the_own_organisation_only(
    app, world: World, clock
) -> None:
    ours, theirs = world.organization(), world.organization()
    _need(world, organization=ours, given_name="Unser")
    foreign = _need(world, organization=theirs, given_name="Fremd")
    _later(world, clock)
    client = desk_of(app, world.manager(ours))
    page = _page(client)
    assert "Unser" in page
    assert "Fremd" not in page
    entry = AttentionEntry.get(AttentionEntry.subject_id == foreign.id)
    for way in ("remind", "ask", "snooze", "known", "wake"):
        assert _post(client, f"/admin/attention/{entry.id}/{way}").status_code == 404
    assert entry.refresh().state == "open"


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR,
                                  Role.VOLUNTEER_COORDINATOR])  # fmt: skip
def test_who_works_on_no_case_has_no_queue(app, world: World, clock, role: Role) -> None:
    _need(world)
    _later(world, clock)
    assert desk_of(app, world.staff(role)).get("/admin/attention/").status_code == 404


def test_the_page_of_a_case_shows_its_own_entries_on_top(app, world: World, clock) -> None:
    need, other = _need(world), _need(world)
    _later(world, clock)
    client = _fresh(app, world)
    page = _page(client, f"/admin/case/{need.case.id}")
    assert page.index('id="attention"') < page.index('id="needs"')
    assert page.count('class="calling') == 2
    world.referral(other)
    assert 'id="attention"' not in _page(client, f"/admin/case/{other.case.id}")


def test_the_home_page_begins_with_the_first_of_the_queue(app, world: World, clock) -> None:
    for _ in range(7):
        _need(world)
    _later(world, clock)
    page = _page(_fresh(app, world), "/admin/")
    assert page.count("Nobody helps with an open need.") == 5
    assert "/admin/attention/" in page


def test_the_queue_keeps_its_budget_of_statements_while_rows_grow(app, world: World, clock) -> None:
    def fill() -> None:
        _need(world)
        world.referral(world.need(world.case(), "debt"))
        world.plan()

    fill()
    fill()
    _later(world, clock, 20)
    AttentionEntry.update(shown_from=world.at.date()).execute()
    client = _fresh(app, world)
    with statements() as few:
        _page(client)
    for _ in range(10):
        fill()
    _later(world, clock, 20)
    with transaction():
        AttentionEntry.update(shown_from=world.at.date()).execute()
    client = _fresh(app, world)
    with statements() as many:
        page = _page(client)
    assert page.count("<article") == 25
    # One statement for each kind of thing on the page, and none for each entry.
    assert max(len(few), len(many)) <= 20
    assert Step.select().exists()


def test_who_could_not_be_reminded_in_time_is_said_to_be_so(app, world: World, clock) -> None:
    """Somebody who wrote is not reminded, and the coordinator is asked all the same."""
    world.referral()
    _later(world, clock, 14)
    waits = "A reminder goes out on the next working hours"
    entry = _entry("referral_unanswered")
    assert waits not in _page(_fresh(app, world))
    assert waits in _page(_fresh(app, world), "/admin/attention/?resting=asked")
    _later(world, clock, 7)
    assert entry.refresh().asking == "due"
    page = _page(_fresh(app, world), "/admin/attention/?rule=referral_unanswered")
    assert "Not reminded: they wrote themselves" in page
    assert waits not in page
