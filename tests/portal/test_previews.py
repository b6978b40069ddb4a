"""The preview of a form that is being edited: seen through a signed address, never filled in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from casework.drafts import Draft
from casework.formats.templates import template
from casework.questionnaires.editing import add, add_language, change, place_of
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.previews import LASTS, preview_token
from casework.questionnaires.working_copies import (
    WorkingCopy,
    begin_working_copy,
    create_questionnaire,
    discard,
    store,
)
from tests.world import World


@pytest.fixture
def copy(world: World) -> WorkingCopy:
    row = Questionnaire.get(Questionnaire.slug == "help")
    return begin_working_copy(row, by=world.coordinator().actor, at=world.at)


def _shown(client: Any, world: World, copy: WorkingCopy, tag: str = "de", **query: Any) -> str:
    token = preview_token(copy, tag, at=world.at)
    answer = client.get(f"/preview/{token}", query_string=query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _questions(page: str) -> list[str]:
    return re.findall(r'data-question="([^"]+)"', page)


def test_all_pages_can_be_seen_and_every_question_whatever_its_condition(
    client, world, copy
) -> None:
    seen = []
    for number in range(1, 10):
        page = _shown(client, world, copy, page=number)
        assert "<form" not in page
        assert "csrf_token" not in page
        seen += _questions(page)
    wanted = [question.name for question in copy.parsed.questions()]
    assert sorted(set(seen)) == sorted(wanted)
    assert Draft.select().count() == 0


@pytest.mark.parametrize(("name", "beside"), [("need_work", "need_text"), ("phone", "email")])
def test_a_question_leads_to_its_page(client, world, copy, name, beside) -> None:
    assert {name, beside} <= set(_questions(_shown(client, world, copy, at=name)))


def test_a_group_leads_to_its_first_page(client, world, copy) -> None:
    assert "member_given_name" in _questions(_shown(client, world, copy, at="members"))


@pytest.mark.parametrize("query", [{"page": "x"}, {"page": "-1"}, {"page": "99999"},
                                   {"page": "9" * 50}, {"at": "nobody"}, {"at": "\0"}])  # fmt: skip
def test_odd_addresses_show_some_page(client, world, copy, query) -> None:
    assert _questions(_shown(client, world, copy, **query))


@pytest.mark.parametrize(
    ("tag", "lang", "direction"),
    [("ar", "ar", "rtl"), ("uk", "uk", "ltr"), ("ckb", "ckb", "rtl"), ("pl", "pl", "ltr")],
)
def test_every_language_of_the_form_has_its_direction(
    app, world, copy, tag, lang, direction
) -> None:
    definition = copy.parsed
    if tag not in definition.languages:
        definition = add_language(definition, tag)
    definition = change(definition, "0/0", {f"label::{tag}": "Own words"}).definition
    store(copy, definition, revision=1, by=world.coordinator().actor, at=world.at)
    token = preview_token(copy, tag, at=world.at)
    page = FlaskClient(app, app.response_class).get(f"/preview/{token}").get_data(as_text=True)
    assert f'<html lang="{lang}" dir="{direction}">' in page
    assert "Own words" in page


def test_only_our_own_pages_may_frame_it(client, world, copy) -> None:
    token = preview_token(copy, "de", at=world.at)
    answer = client.get(f"/preview/{token}")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    other = client.get("/de/form/help")
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
    assert other.headers["X-Frame-Options"] == "DENY"


def test_the_address_ends_after_half_an_hour_and_with_the_copy(client, world, copy) -> None:
    token = preview_token(copy, "de", at=world.at - LASTS - timedelta(seconds=1))
    assert client.get(f"/preview/{token}").status_code == 410
    token = preview_token(copy, "de", at=world.at)
    discard(copy, by=world.coordinator().actor, at=world.at)
    assert client.get(f"/preview/{token}").status_code == 404


@pytest.mark.parametrize("token", ["x", "a.b", "%00", "W10.x", "..", "é"])
def test_forged_addresses_are_not_found(client, token) -> None:
    assert client.get(f"/preview/{token}").status_code == 404


def test_nothing_can_be_sent_to_it(client, world, copy) -> None:
    token = preview_token(copy, "de", at=world.at)
    assert client.post(f"/preview/{token}", data={"filled_by": "self"}).status_code in (400, 405)


def test_an_empty_and_a_broken_form_have_a_preview(client, world, copy) -> None:
    by = world.coordinator().actor
    empty = replace(template("help"), items=())
    bare = create_questionnaire("bare", empty, by=by, at=world.at)
    assert _questions(_shown(client, world, bare)) == []
    broken = add(copy.parsed, "select_one", parent="0", cells={"name": "broken"}).definition
    place = place_of(broken, "broken") or ""
    broken = change(broken, place, {"calculation": "${nobody", "label::de": "${none}"}).definition
    store(copy, broken, revision=1, by=by, at=world.at)
    assert _shown(client, world, copy, at="filled_by")


def test_a_list_inside_a_list_is_shown_once_each(client, world, copy) -> None:
    inner = add(copy.parsed, "repeat", parent="4", cells={"name": "schools"})
    inner = add(inner.definition, "text", parent=inner.place, cells={"name": "school"})
    store(copy, inner.definition, revision=1, by=world.coordinator().actor, at=world.at)
    assert "school" in _questions(_shown(client, world, copy, at="school"))
