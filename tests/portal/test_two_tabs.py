"""Two tabs, the back button, cookies of something else: nothing is lost and nothing breaks."""

from __future__ import annotations

import pytest

from casework.drafts import Draft
from casework.submissions import Submission
from tests.pages import PageClient
from tests.portal.questionnaires import group, publish, question, repeat
from tests.walker import Page, Walker
from tests.world import World

SMALL = "/en/form/small"


@pytest.fixture
def small(world: World) -> None:
    publish(
        "small",
        group("one", question("text", "name", required=True)),
        group("two", question("select_one", "alone", list_name="yes_no", required=True)),
        group("three", question("text", "more", relevant="${alone} = 'no'")),
        repeat("guest", question("text", "called", required=True)),
        group("four", question("text", "last")),
        at=world.at,
    )  # fmt: skip
    publish("other", group("one", question("text", "name")), at=world.at)


def _answers() -> dict:
    return Draft.get().answers["answers"]


def _first(walker: Walker) -> Page:
    return walker.press(walker.open(SMALL), "next", [("name", "Amal")])


def test_two_tabs_that_are_at_different_pages_keep_the_answers_of_both(client, small) -> None:
    one, two = Walker(client), Walker(client)
    at_two = _first(one)
    later = two.press(two.open(f"{SMALL}/two"), "next", [("alone", "no")])
    later = two.press(later, "next", [("more", "A long story")])
    one.press(at_two, "next", [("alone", "no")])
    assert _answers() == {"name": "Amal", "alone": "no", "more": "A long story"}
    assert later.status == 200


def test_an_old_first_page_sent_again_changes_only_its_own_answer(client, small) -> None:
    walker = Walker(client)
    old = walker.open(SMALL)
    page = walker.press(old, "next", [("name", "Amal")])
    walker.press(page, "next", [("alone", "yes")])
    again = walker.press(old, "next", [("name", "Amal B.")])
    assert again.status == 200
    assert _answers() == {"name": "Amal B.", "alone": "yes"}
    assert Draft.select().count() == 1


def test_two_first_pages_of_one_browser_are_one_draft(client, small) -> None:
    walker = Walker(client)
    one, two = walker.open(SMALL), walker.open(SMALL)
    walker.press(one, "next", [("name", "Amal")])
    walker.press(two, "next", [("name", "Amal")])
    assert Draft.select().count() == 1


def test_a_tab_whose_page_is_not_asked_any_more_is_led_on(client, small) -> None:
    walker = Walker(client)
    three = walker.press(_first(walker), "next", [("alone", "no")])
    walker.press(walker.open(f"{SMALL}/two"), "next", [("alone", "yes")])
    page = walker.press(three, "next", [("more", "A long story")])
    assert page.status == 200
    assert page.address == f"{SMALL}/guest"
    assert _answers()["alone"] == "yes"


def test_a_page_that_was_thrown_away_in_another_tab_says_so(client, small) -> None:
    walker = Walker(client)
    two = _first(walker)
    client.submit(f"{SMALL}/discard", {})
    page = walker.press(two, "next", [("alone", "no")])
    assert page.status == 200
    assert page.address == SMALL
    assert not Draft.select().exists()


def test_a_page_open_while_another_tab_sends_leads_to_the_receipt(client, small) -> None:
    walker = Walker(client)
    two = _first(walker)
    sent = Walker(client).walk(SMALL)
    for page in (two, walker.open(f"{SMALL}/two"), walker.open(f"{SMALL}/check")):
        after = walker.press(page, "next", [("alone", "no")]) if page is two else page
        assert after.by_id("reference") == sent.reference
    assert Submission.select().count() == 1
    assert Submission.get().answers["name"] == "Amal"


def test_the_last_button_in_two_tabs_sends_once(client, small) -> None:
    walker = Walker(client)
    page = walker.press(_first(walker), "next", [("alone", "yes")])
    page = walker.press(page, "next", [])
    check = walker.press(page, "next", [("last", "x")])
    first, second = (walker.press(check, "submit", []) for _ in range(2))
    assert first.by_id("reference") == second.by_id("reference") != ""
    assert Submission.select().count() == 1


@pytest.mark.parametrize("token", ["", "x", "%00", "a" * 3000, "null", "../..", "ü"])
def test_a_cookie_that_is_no_draft_begins_anew(client: PageClient, small, token) -> None:
    client.set_cookie("draft-small", token)
    walker = Walker(client)
    page = _first(walker)
    assert page.status == 200
    assert _answers() == {"name": "Amal"}


def test_the_cookie_of_another_form_opens_nothing_of_it(client: PageClient, small) -> None:
    walker = Walker(client)
    _first(walker)
    stolen = client.get_cookie("draft-small")
    assert stolen is not None
    client.set_cookie("draft-other", stolen.value)
    page = walker.open("/en/form/other")
    assert "Amal" not in page.text
    walker.press(page, "next", [("name", "Bert")])
    assert {draft.answers["answers"]["name"] for draft in Draft.select()} == {"Amal", "Bert"}


def test_one_row_changed_in_two_tabs_is_one_row_with_the_later_answer(client, small) -> None:
    walker = Walker(client)
    page = walker.press(_first(walker), "next", [("alone", "yes")])
    row = walker.press(page, "add:guest", [])
    walker.press(row, "next", [("called", "Sami")])
    one, two = (walker.open(f"{row.address}") for _ in range(2))
    walker.press(one, "next", [("called", "Sami A.")])
    walker.press(two, "next", [("called", "Sami B.")])
    assert [each["called"] for each in _answers()["guest"]] == ["Sami B."]


def test_a_row_that_was_removed_in_another_tab_breaks_nothing(client, small) -> None:
    walker = Walker(client)
    page = walker.press(_first(walker), "next", [("alone", "yes")])
    page = walker.press(walker.press(page, "add:guest", []), "next", [("called", "Sami")])
    row = walker.open(f"{SMALL}/guest-2/r1")
    stale = walker.open(f"{SMALL}/guest")
    walker.press(page, "remove:guest:1", [])
    assert walker.press(stale, "remove:guest:1", []).status in (200, 400)
    after = walker.press(row, "next", [("called", "Sami C.")])
    assert after.status == 200
    assert [each["called"] for each in _answers()["guest"]] == ["Sami C."]
