"""Filling in step by step: defaults, a page's answers, rows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.questionnaires import problems as say
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice
from casework.questionnaires.filling import fill
from casework.questionnaires.places import questions, row_places
from casework.questionnaires.steps import (
    RowNotFound,
    TooManyRows,
    accept,
    add_row,
    begin,
    remove_row,
)
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    NOW,
    choices,
    definition,
    group,
    place,
    question,
    repeat,
    started,
)


def household():
    return started(*HOUSEHOLD.items, choices=HOUSEHOLD.choices)


def answered(filling, page_id, raw, rows=()):
    return accept(filling, place(filling, page_id, rows), raw)


def test_a_page_is_taken_and_checked():
    outcome = answered(household(), "you", {"given": [""], "born": ["1", "1", "2030", "gregorian"]})
    assert [(each.path, each.msgid) for each in outcome.problems] == [
        (("given",), say.REQUIRED), (("born",), say.IN_FUTURE),
    ]  # fmt: skip
    assert outcome.filling.answers["born"] == "2030-01-01"


def test_questions_that_appear_are_named_and_not_yet_missed():
    first = answered(household(), "you", {"given": ["A"], "born": ["", "", "2015", "gregorian"]})
    assert first.appeared == [("school",)]
    assert first.problems == []
    second = answered(first.filling, "you", {"given": ["A"], "born": ["2015"], "school": ["x"]})
    assert second.appeared == []


def test_a_question_that_was_shown_and_did_not_arrive_has_no_answer_any_more():
    filling = answered(household(), "needs", {"needs": ["work", "home"]}).filling
    assert filling.answers["needs"] == ["work", "home"]
    assert "needs" not in answered(filling, "needs", {}).filling.answers


def test_a_page_changes_nothing_but_its_own_questions():
    filling = answered(
        household(), "house", {"size": ["4"], "given": ["Mallory"], "evil": ["x"]}
    ).filling
    assert filling.answers["size"] == "4"
    assert "given" not in filling.answers
    assert "evil" not in filling.answers


def test_what_is_worked_out_or_read_only_cannot_be_sent():
    filling = started(
        group("g", question("text", "a", default="x", read_only=True),
              question("integer", "b", calculation="2"), question("text", "c"))
    )  # fmt: skip
    after = answered(filling, "g", {"a": ["changed"], "b": ["9"], "c": ["ok"]}).filling
    assert after.answers == {"a": "x", "b": "2", "c": "ok"}


def test_a_choice_that_is_not_offered_is_refused():
    outcome = answered(household(), "needs", {"needs": ["work", "gold"]})
    assert [each.msgid for each in outcome.problems] == [say.NOT_OFFERED]


def test_what_was_typed_before_does_not_change_when_a_page_is_taken():
    before = household()
    answered(before, "you", {"given": ["A"]})
    assert "given" not in before.answers


def test_rows_are_added_filled_in_and_removed():
    filling = answered(household(), "house", {"size": ["3"]}).filling
    member = place(filling, "member")
    filling, first = add_row(filling, member)
    filling, second = add_row(filling, member)
    (page,) = row_places(filling, member, second)
    outcome = accept(filling, page, {"name": ["Sara"], "years": ["x"]})
    assert [each.path for each in outcome.problems] == [("member", second, "years")]
    filling = accept(outcome.filling, page, {"name": ["Sara"], "years": ["٧"]}).filling
    filling = remove_row(filling, member, first)
    assert filling.answers["member"] == [{"_row": second, "name": "Sara", "years": "7"}]
    assert filling.answers["total"] == "7"


def test_a_row_that_is_gone_is_refused():
    filling = answered(household(), "house", {"size": ["3"]}).filling
    with pytest.raises(RowNotFound):
        remove_row(filling, place(filling, "member"), "r9")


def test_the_thirty_first_row_is_refused():
    filling = answered(household(), "house", {"size": ["3"]}).filling
    for _ in range(30):
        filling, _ = add_row(filling, place(filling, "member"))
    with pytest.raises(TooManyRows, match="30"):
        add_row(filling, place(filling, "member"))


def test_rows_of_a_counted_repeat_are_neither_added_nor_removed_by_hand():
    filling = started(question("text", "a"), repeat("m", question("text", "t"), repeat_count="2"))
    page = place(filling, "m")
    assert page.is_counted
    with pytest.raises(TooManyRows):
        add_row(filling, page)
    with pytest.raises(RowNotFound):
        remove_row(filling, page, "r1")


def test_defaults_are_there_from_the_beginning_and_in_each_new_row():
    filling = started(
        question("text", "town", default="Ulm"),
        question("integer", "bad", default="many"),
        question("date", "day", default="today()"),
        question("text", "product", default="SARS-CoV-2 (COVID-19) Ag"),
        question("select_multiple", "l", list_name="l", default="a b"),
        question("today", "when"),
        question("start", "begun"),
        repeat("m", question("text", "t", default="concat(${town}, '!')")),
        choices={"l": choices("a", "b")},
    )
    assert filling.answers == {
        "town": "Ulm", "day": "2026-11-22", "product": "SARS-CoV-2 (COVID-19) Ag", "l": ["a", "b"],
        "when": "2026-11-22", "begun": "2026-11-22T13:30:00+00:00",
    }  # fmt: skip
    after, row = add_row(filling, place(filling, "m"))
    assert after.answers["m"] == [{"_row": row, "t": "Ulm!"}]


def test_rows_that_a_count_adds_get_their_defaults():
    items = (
        question("integer", "n"),
        repeat("m", question("text", "t", default="x"), repeat_count="${n}"),
    )
    outcome = answered(started(*items), "n", {"n": ["2"]})
    assert outcome.filling.answers["m"] == [{"_row": "r1", "t": "x"}, {"_row": "r2", "t": "x"}]


def test_a_triggered_calculation_is_worked_out_anew_only_when_its_trigger_changes():
    items = (
        group("g", question("text", "a"), question("text", "b"),
              question("text", "copy", calculation="concat(${a}, ${b})", trigger="${a}")),
    )  # fmt: skip
    filling = answered(started(*items), "g", {"a": ["1"], "b": ["1"]}).filling
    assert filling.answers["copy"] == "11"
    filling = answered(filling, "g", {"a": ["1"], "b": ["2"], "copy": ["mine"]}).filling
    assert filling.answers["copy"] == "mine"
    filling = answered(filling, "g", {"a": ["2"], "b": ["2"], "copy": ["mine"]}).filling
    assert filling.answers["copy"] == "22"


def test_unusable_input_stays_to_be_corrected():
    outcome = answered(household(), "house", {"size": ["many"]})
    assert outcome.filling.answers["size"] == "many"
    assert [each.msgid for each in outcome.problems] == [say.NOT_WHOLE]


def test_a_required_question_in_a_group_that_is_not_asked_any_more_is_not_missed():
    filling = started(
        question("select_one", "has", list_name="l"),
        group("child", question("text", "name", required=True), question("text", "school"),
              relevant="${has} = 'yes'"),
        choices={"l": choices("yes", "no")},
    )  # fmt: skip
    with_child = answered(filling, "has", {"has": ["yes"]}).filling
    assert [each.path for each in problems(with_child)] == [("name",)]
    named = answered(with_child, "child", {"name": [""], "school": ["North"]}).filling
    without = answered(named, "has", {"has": ["no"]}).filling
    assert problems(without) == []
    assert without.final() == {"has": "no"}
    again = answered(without, "has", {"has": ["yes"]}).filling
    assert again.answers["school"] == "North", "a change of mind costs nothing"


def test_what_is_drawn_once_stays_through_the_whole_draft():
    form = compile_form(
        definition(
            question("text", "a"),
            question("calculate", "drawn", calculation="once(random())"),
            question("text", "lot", default="random()"),
            question("calculate", "id", calculation="once(uuid())"),
        )
    )
    first = begin(form, now=NOW, seed="one")
    drawn = {key: first.answers[key] for key in ("drawn", "lot", "id")}
    assert all(drawn.values())
    later = fill(form, first.answers, now=NOW + timedelta(days=3), seed="one")
    after = answered(later, "a", {"a": ["x"]}).filling
    assert {key: after.answers[key] for key in drawn} == drawn
    assert begin(form, now=NOW, seed="two").answers["drawn"] != drawn["drawn"]


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), "2026-11-22"),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "2026-11-23"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-07-01"),
    ],
)
def test_today_begins_at_midnight_of_the_place(utc, day):
    form = compile_form(
        definition(
            question("today", "today"),
            question("calculate", "worked_out", calculation="today()"),
            question("date", "chosen", default="today()"),
            question("date", "born", constraint=". <= today()"),
        )
    )
    filling = begin(form, now=utc.astimezone(ZoneInfo("Europe/Berlin")))
    assert {filling.answers[key] for key in ("today", "worked_out", "chosen")} == {day}
    typed = accept(filling, place(filling, "born"), {"born": [day]})
    assert typed.problems == []


def towns(**columns):
    """A region, and on the same page its towns."""
    where = {f"{name}_town": region for name, region in (("a", "north"), ("b", "south"))}
    listed = tuple(Choice(name=name, extra={"region": at}) for name, at in where.items())
    return started(
        group("g", question("select_one", "region", list_name="regions"),
              question("select_one", "town", list_name="towns",
                       choice_filter="region = ${region}", **columns)),
        choices={"regions": choices("north", "south", "none"), "towns": listed},
    )  # fmt: skip


@pytest.mark.parametrize("required", [True, False])
def test_a_question_without_any_choice_waits_for_the_answer_that_brings_some(required):
    filling = towns(required=required)
    assert [node.path for node in questions(filling, place(filling, "g"))] == [("region",)]
    first = answered(filling, "g", {"region": ["south"]})
    assert (first.problems, first.appeared) == ([], [("town",)])
    second = answered(first.filling, "g", {"region": ["south"], "town": ["b_town"]})
    assert (second.problems, second.appeared) == ([], [])
    assert second.filling.final() == {"region": "south", "town": "b_town"}


def test_nobody_is_held_up_by_a_question_that_offers_nothing():
    outcome = answered(towns(required=True), "g", {"region": ["none"]})
    assert (outcome.problems, outcome.appeared) == ([], [])
    assert problems(outcome.filling) == []


def test_a_choice_that_is_not_offered_any_more_is_told():
    filling = answered(towns(), "g", {"region": ["south"]}).filling
    outcome = answered(filling, "g", {"region": ["north"], "town": ["b_town"]})
    assert [(each.path, each.msgid) for each in outcome.problems] == [
        (("town",), say.NOT_OFFERED)
    ]  # fmt: skip


def test_what_was_typed_together_with_its_trigger_stays():
    filling = started(
        group("g", question("text", "a"),
              question("text", "b", calculation="concat(${a}, '!')", trigger="${a}"))
    )  # fmt: skip
    both = answered(filling, "g", {"a": ["x"], "b": ["my own"]}).filling
    assert both.answers == {"a": "x", "b": "my own"}
    changed = answered(both, "g", {"a": ["y"], "b": ["my own"]}).filling
    assert changed.answers == {"a": "y", "b": "y!"}
