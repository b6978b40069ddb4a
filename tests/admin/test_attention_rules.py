"""Rules are switched and tuned without code, after a look at what that makes."""

from __future__ import annotations

import pytest

from casework.core.access import Role
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.thresholds import tunings
from casework.insight.attention.upkeep import catch_up, judge_all
from casework.plans.step_types import StepType
from tests.admin.pressing import desk_of, text_of, token_of
from tests.databases import statements
from tests.world import World

ADDRESS = "/admin/attention_rule/"


@pytest.fixture
def desk(app, world: World, clock):
    for _ in range(3):
        world.need()
    clock.forward(days=10)
    judge_all(at=world.at)
    return desk_of(app, world.coordinator())


def _typed(desk, **changes: str | None) -> dict[str, str]:
    """Everything that the form holds, as a browser would send it."""
    data = {"csrf_token": token_of(desk), "answer_days": "7", "seen": _seen(desk)}
    for name, tuning in tunings().items():
        if tuning.on:
            data[f"{name}-on"] = "1"
        data |= {f"{name}-{key}": str(value) for key, value in tuning.values.items()}
    data |= {key.replace("__", "-"): value for key, value in changes.items() if value is not None}
    for key in [key.replace("__", "-") for key, value in changes.items() if value is None]:
        data.pop(key)
    return data


def _seen(desk) -> str:
    page = text_of(desk.get(ADDRESS))
    return page.split('name="seen" value="')[1].split('"')[0]


def test_a_look_says_how_many_entries_a_change_makes_and_saves_nothing(desk, world: World) -> None:
    answer = desk.post(ADDRESS, data=_typed(desk, need_alone__days="30"))
    assert answer.status_code == 200
    page = text_of(answer)
    assert "3 entries now, 0 then" in page
    assert 'value="save"' in page
    assert tunings()["need_alone"].values["days"] == 7
    assert AttentionEntry.select().where(AttentionEntry.rule == "need_alone").count() == 3


def test_what_is_saved_is_in_the_queue_at_once(desk) -> None:
    data = _typed(desk, need_alone__days="30", answer_days="5", action="save")
    assert desk.post(ADDRESS, data=data).status_code == 303
    assert tunings()["need_alone"].values["days"] == 30
    assert "Nobody helps" not in text_of(desk.get("/admin/attention/"))
    page = text_of(desk.get(ADDRESS))
    assert 'name="answer_days" inputmode="numeric" value="5"' in page


def test_a_rule_that_is_off_makes_no_entry(desk) -> None:
    look = desk.post(ADDRESS, data=_typed(desk, need_alone__on=None))
    assert "3 entries now, 0 then" in text_of(look)
    desk.post(ADDRESS, data=_typed(desk, need_alone__on=None, action="save"))
    assert "Nobody helps" not in text_of(desk.get("/admin/attention/"))
    assert tunings()["need_alone"].on is False


@pytest.mark.parametrize("value", ["", "0", "-3", "7.5", "99999999999999999999", "٧", "\x00", "x"])
def test_a_number_that_no_rule_can_work_with_comes_back(desk, value: str) -> None:
    for field in ("need_alone__days", "answer_days"):
        answer = desk.post(ADDRESS, data=_typed(desk, action="save", **{field: value}))
        assert answer.status_code == 422
        assert "Please enter a whole number from" in text_of(answer)
    assert tunings()["need_alone"].values["days"] == 7


def test_of_two_who_tune_at_once_the_second_is_told_and_loses_nothing(desk) -> None:
    second = _typed(desk, need_alone__days="21", action="save")
    desk.post(ADDRESS, data=_typed(desk, no_contact__days="90", action="save"))
    answer = desk.post(ADDRESS, data=second)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Someone else changed this" in page
    assert 'value="21"' in page
    assert tunings()["need_alone"].values["days"] == 7


@pytest.mark.parametrize("role", [Role.INTEGRATION_MANAGER, Role.VOLUNTEER_COORDINATOR,
                                  Role.INTEGRATION_COMMISSIONER])  # fmt: skip
def test_only_coordinator_and_administrator_tune_rules(app, world: World, role: Role) -> None:
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    client = desk_of(app, world.staff(role, organization=organization))
    assert client.get(ADDRESS).status_code == 404
    assert client.post(ADDRESS, data={"csrf_token": token_of(client)}).status_code == 404


def test_the_page_asks_few_statements_whatever_the_number_of_entries(desk, world: World) -> None:
    catch_up(at=world.at)
    with statements() as found:
        desk.get(ADDRESS)
    assert len(found) <= 14


def test_the_interval_of_a_type_of_step_is_changed_in_the_back_office(desk) -> None:
    row = StepType.get(StepType.code == "application")
    address = f"/admin/step_types/edit/?id={row.id}"
    page = text_of(desk.get(address))
    assert 'name="days"' in page
    data = {"csrf_token": token_of(desk), "labels-de": "Antrag", "days": "", "position": "1",
            "active": "y"}  # fmt: skip
    assert desk.post(address, data=data).status_code in (302, 303)
    assert row.refresh().days is None
    assert desk.post(address, data=data | {"days": "0"}).status_code == 422
