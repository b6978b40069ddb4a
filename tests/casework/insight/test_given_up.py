"""Where people give up: pages are counted, nobody's answers are looked at by anybody."""

from __future__ import annotations

import pytest

from casework.core.access import PUBLIC, Actor, Role
from casework.core.refusals import NotFound
from casework.core.settings import setting
from casework.drafts import Draft, keep_draft, start_draft
from casework.insight.given_up import GivenUp, end_drafts, stops
from casework.questionnaires.models import live
from tests.casework.formats.test_answers import publish_form
from tests.casework.questionnaires.samples import definition, question
from tests.databases import statements

FORM = definition(
    question("text", "first"),
    question("text", "second", relevant="${first} != 'short'"),
    question("text", "third"),
)
READER = Actor("staff", role=Role.INTEGRATION_COMMISSIONER)


@pytest.fixture
def made(world):
    return publish_form(FORM, world.at)


def begun(world, *done: str, count: int = 1, **answers: str) -> None:
    for _ in range(count):
        draft, _token = start_draft(live("sample"), "ar", at=world.at)
        keep_draft(draft, {"answers": answers, "done": list(done)}, "ar", at=world.at)


def seen(made, world) -> list[tuple]:
    return [(each.label, each.count) for each in stops(made, "en", by=READER, at=world.at).pages]


def test_a_draft_that_stands_still_counts_on_the_page_that_was_not_finished(made, world, clock):
    begun(world, count=6)
    begun(world, "first", "second", count=9)
    begun(world, "first", first="short", count=8)
    begun(world, "first", "second", "third", count=7)
    assert seen(made, world) == [("first?", 0), ("second?", 0), ("third?", 0), ("", 0)]
    clock.forward(days=3)
    assert seen(made, world) == [("first?", 6), ("second?", 0), ("third?", 17), ("", 7)]


def test_what_has_ended_stays_counted_once(made, world, clock):
    begun(world, "first", count=6)
    clock.forward(days=3)
    before = seen(made, world)
    clock.forward(days=setting("draft_days"))
    assert end_drafts(at=world.at) == 6
    assert Draft.select().count() == 0
    assert seen(made, world) == before == [("first?", 0), ("second?", 6), ("third?", 0), ("", 0)]


def test_only_version_page_and_month_are_kept(made, world, clock):
    begun(world, "first", count=2, first="Amal")
    clock.forward(days=30)
    end_drafts(at=world.at)
    begun(world, "first")
    clock.forward(days=30)
    end_drafts(at=world.at)
    rows = list(GivenUp.select().order_by(GivenUp.month).tuples())
    assert [row[2:] for row in rows] == [("second", "2026-11", 2), ("second", "2026-12", 1)]


def test_counting_again_adds_to_the_same_row(made, world, clock):
    for _ in range(2):
        begun(world)
        clock.forward(days=1)
    clock.forward(days=setting("draft_days") - 1)
    end_drafts(at=world.at)
    clock.forward(days=1)
    end_drafts(at=world.at)
    assert [row.number for row in GivenUp.select()] == [2]


def test_few_are_hidden(made, world, clock):
    begun(world, count=3)
    clock.forward(days=3)
    assert seen(made, world) == [("first?", None), ("second?", None), ("third?", None), ("", None)]
    begun(world, "first", count=9)
    clock.forward(days=3)
    found = stops(made, "en", by=READER, at=world.at)
    assert found.total == 12
    assert [each.count for each in found.pages] == [None, None, None, None]


def test_pages_that_the_form_no_longer_has_share_a_line(made, world, clock):
    begun(world, count=5)
    publish_form(definition(question("text", "new")), world.at)
    clock.forward(days=3)
    assert seen(made, world) == [("new?", 0), ("", 0), ("…", 5)]


def test_a_fresh_draft_and_one_that_was_sent_are_not_given_up(made, world, clock):
    begun(world, count=6)
    clock.forward(days=1)
    assert stops(made, "en", by=READER, at=world.at).total == 0
    assert end_drafts(at=world.at) == 0


def test_only_who_may_see_statistics_sees_it(made, world):
    for actor in (Actor("staff", role=Role.VOLUNTEER_COORDINATOR), PUBLIC):
        with pytest.raises(NotFound):
            stops(made, "en", by=actor, at=world.at)
        assert GivenUp.scope(actor).count() == 0


def test_statements_do_not_grow_with_the_drafts(made, world, clock):
    def cost() -> int:
        with statements() as found:
            stops(made, "en", by=READER, at=world.at)
        return len(found)

    begun(world, count=5)
    clock.forward(days=3)
    few = cost()
    begun(world, count=60)
    clock.forward(days=3)
    assert cost() == few
