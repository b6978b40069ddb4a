"""Plan templates are changed without code: goals, steps, texts by language."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from casework.core.access import Role
from casework.plans.templates import PlanTemplate, template_of
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _at(template: PlanTemplate) -> str:
    return f"/admin/plan_templates/{template.id}/content"


def _goal(path: str = "new-new", **given: Any) -> dict[str, Any]:
    fields = {"area": "work", "texts-de": "Ziel", "texts-fr": "But", "revision": "0"} | given
    return {"verb": "goal", **{f"t-{path}-{name}": value for name, value in fields.items()}}


def test_the_list_leads_to_goals_and_steps(desk) -> None:
    template = template_of("work")
    assert _at(template) in text_of(desk.get("/admin/plan_templates/"))
    page = text_of(desk.get(_at(template)))
    for text in ("Find suitable work", "Write a CV", "13 of 13 languages"):
        assert text in page


def test_goals_and_steps_are_added_changed_moved_and_removed(desk) -> None:
    template = template_of("work")
    count = len(template.content)
    assert send(desk, _at(template), _goal()).status_code == 303
    assert template.refresh().content[-1]["texts"] == {"de": "Ziel", "fr": "But"}
    step = {"verb": "step", "goal": str(count), f"s-{count}-new-texts-de": "Schritt",
            f"s-{count}-new-doer": "staff", f"s-{count}-new-days": "7",
            f"s-{count}-new-type": "course",
            f"s-{count}-new-revision": "1"}  # fmt: skip
    assert send(desk, _at(template), step).status_code == 303
    (added,) = template.refresh().content[-1]["steps"]
    assert (added["days"], added["type"]) == (7, "course")
    assert "7 days after the beginning · Course, school or day care" in text_of(
        desk.get(_at(template))
    )
    changed = {"verb": "step", "goal": str(count), "step": "0", f"s-{count}-0-texts-de": "Anders",
               f"s-{count}-0-doer": "person", f"s-{count}-0-days": "8", f"s-{count}-0-type": "",
               f"s-{count}-0-revision": "2"}  # fmt: skip
    send(desk, _at(template), changed)
    (kept,) = template.refresh().content[-1]["steps"]
    assert kept == {"texts": {"de": "Anders"}, "doer": "person", "days": 8}
    send(desk, _at(template), {"verb": "up", "goal": str(count), "revision": "3"})
    assert template.refresh().content[-2]["texts"]["de"] == "Ziel"
    send(desk, _at(template), {"verb": "remove", "goal": str(count - 1), "revision": "4"})
    assert len(template.refresh().content) == count


def test_of_two_editors_the_second_is_told_and_loses_nothing(desk) -> None:
    template = template_of("work")
    send(desk, _at(template), _goal())
    response = send(desk, _at(template), _goal(**{"texts-de": "Meine Worte"}))
    assert response.status_code == 422
    page = text_of(response)
    assert "Someone else changed this" in page
    assert "Meine Worte" in page
    assert 'name="t-new-new-revision" type="hidden" value="1"' in page
    stale = send(desk, _at(template), {"verb": "remove", "goal": "0", "revision": "0"})
    assert stale.status_code == 409


@pytest.mark.parametrize(("fields", "status"), [
    (_goal(**{"texts-de": ""}), 422), (_goal(area="moon"), 422),
    (_goal(**{"texts-de": "x" * 20_000}), 422), (_goal(**{"texts-de": "\x00"}), 422),
    ({"verb": "burn"}, 404), ({}, 404), ({"verb": "up", "goal": "99", "revision": "0"}, 404),
    ({"verb": "up", "goal": "-1", "revision": "0"}, 404),
    ({"verb": "remove", "revision": "0"}, 404),
    ({"verb": "remove", "goal": "9" * 400, "revision": "0"}, 404),
    ({"verb": "remove", "goal": "0", "revision": "x"}, 409),
    ({"verb": "step", "goal": "0", "s-0-new-texts-de": "x", "s-0-new-doer": "staff",
      "s-0-new-days": "99999", "s-0-new-revision": "0"}, 422),
    ({"verb": "step", "goal": "0", "s-0-new-texts-de": "x", "s-0-new-doer": "staff",
      "s-0-new-days": "9", "s-0-new-type": "moon", "s-0-new-revision": "0"}, 422),
    ({"verb": "step", "goal": "99", "s-99-new-texts-de": "x", "s-99-new-doer": "staff",
      "s-99-new-days": "9", "s-99-new-revision": "0"}, 404),
])  # fmt: skip
def test_what_is_wrong_changes_nothing(desk, fields, status) -> None:
    template = template_of("work")
    assert send(desk, _at(template), fields).status_code == status
    assert template.refresh().revision == 0


def test_a_new_template_begins_empty(desk) -> None:
    fields = {"code": "own", "labels-de": "Eigene Vorlage", "position": "9", "active": "y"}
    assert desk.submit("/admin/plan_templates/new/", fields).status_code == 303
    page = text_of(desk.get(_at(template_of("own"))))
    assert "The template has no goals yet." in page


@pytest.mark.parametrize("role", [Role.INTEGRATION_MANAGER, Role.ADMINISTRATOR])
def test_only_the_coordinator_changes_templates(app, world: World, role) -> None:
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    desk = desk_of(app, world.staff(role, organization=organization))
    assert desk.get(_at(template_of("work"))).status_code == 404
    assert send(desk, _at(template_of("work")), _goal()).status_code == 404


def test_a_template_that_does_not_exist_is_not_found(desk) -> None:
    assert desk.get(f"/admin/plan_templates/{uuid.uuid4()}/content").status_code == 404
