"""Figures about a questionnaire: counts, shares, what was not asked, and nothing of one person."""

from __future__ import annotations

import random

import pytest

from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.refusals import NotFound
from casework.insight import answers, gathering
from casework.insight.answers import Analysis, Figures, analysis
from casework.questionnaires.definitions import Choice
from casework.submissions import Submission
from tests.casework.formats.test_answers import publish_form, store
from tests.casework.questionnaires.samples import choices, definition, group, question, repeat
from tests.databases import statements

FORM = definition(
    question("select_one", "kind", list_name="kinds"),
    group(
        "more",
        question("select_multiple", "needs", list_name="kinds"),
        question("integer", "years", relevant="${kind} = 'a'"),
        question("date", "since"),
        question("text", "said"),
        question("note", "nothing"),
        question("calculate", "twice", calculation="${years} * 2"),
    ),
    repeat("member", question("select_one", "sort", list_name="kinds")),
    choices={"kinds": (Choice(name="a", label={"en": "First", "de": "Erstes"}), *choices("b"))},
    languages=("en", "de"),
)


def looked_at(made, language: str = "en") -> Analysis:
    return analysis(made, language, by=Actor("staff", role=Role.INTEGRATION_COMMISSIONER))


def figures(made, path: str, language: str = "en") -> Figures:
    return next(each for each in looked_at(made, language).questions if each.path == path)


def bars(made, path: str, language: str = "en") -> list[tuple]:
    return [(each.label, each.count) for each in figures(made, path, language).bars]


@pytest.fixture
def made(world):
    return publish_form(FORM, world.at)


def test_choices_are_counted_with_their_share_of_those_who_answered(made, world):
    store(world, {"kind": "a"}, count=15)
    store(world, {"kind": "b"}, count=5)
    store(world, {}, count=5)
    found = figures(made, "kind", "de")
    assert (found.answered, found.empty, found.not_asked) == (20, 5, 0)
    assert [(each.label, each.count, each.share) for each in found.bars] == [
        ("Erstes", 15, 0.75), ("B", 5, 0.25),
    ]  # fmt: skip


def test_what_was_not_asked_is_told_from_what_was_left_empty(made, world):
    store(world, {"kind": "a", "years": "3"}, count=10)
    store(world, {"kind": "a"}, count=5)
    store(world, {"kind": "b"}, count=15)
    found = figures(made, "more/years")
    assert (found.answered, found.empty, found.not_asked) == (10, 5, 15)


def test_of_several_choices_each_is_counted_by_itself(made, world):
    store(world, {"needs": ["a", "b"]}, count=10)
    store(world, {"needs": ["a"]}, count=10)
    assert bars(made, "more/needs") == [("First", 20), ("B", 10)]


def test_a_choice_that_nearly_everybody_made_is_hidden_as_well(made, world):
    store(world, {"needs": ["a", "b"]}, count=18)
    store(world, {"needs": ["b"]}, count=2)
    assert bars(made, "more/needs") == [("First", None), ("B", 20)]


def test_small_counts_are_hidden_together_with_another(made, world):
    store(world, {"kind": "a"}, count=22)
    store(world, {"kind": "b"}, count=3)
    found = figures(made, "kind")
    assert [(each.count, each.share) for each in found.bars] == [(None, None), (None, None)]
    assert (found.answered, found.not_asked) == (25, 0)


def test_a_follow_up_question_does_not_tell_a_hidden_count(world):
    form = definition(
        question("select_one", "way", list_name="ways"),
        question("text", "why", relevant="${way} = 'no'"),
        choices={"ways": choices("yes", "no", "maybe")},
    )
    made = publish_form(form, world.at)
    store(world, {"way": "yes"}, count=3)
    store(world, {"way": "no", "why": "because"}, count=10)
    store(world, {"way": "maybe"}, count=42)
    assert bars(made, "way") == [("Yes", None), ("No", None), ("Maybe", 42)]
    found = figures(made, "why")
    assert (found.answered, found.not_asked) == (None, None)


def test_numbers_have_measures_and_classes(made, world):
    for years in range(20):
        store(world, {"kind": "a", "years": str(years)})
    found = figures(made, "more/years")
    assert (found.median, found.mean) == (9.5, 9.5)
    assert (found.lowest, found.highest) == (4, 15)
    assert sum(each.count for each in found.bars) == 20
    assert min(each.count for each in found.bars) >= 5


def test_a_mean_of_few_values_is_not_shown(made, world):
    """From 0.85 of twenty it would follow that exactly three said 0."""
    store(world, {"kind": "a", "years": "0"}, count=3)
    store(world, {"kind": "a", "years": "1"}, count=17)
    found = figures(made, "more/years")
    assert found.mean is None
    assert [each.count for each in found.bars] == [20]


def test_dates_are_counted_by_month(made, world):
    store(world, {"since": "2026-01-17"}, count=6)
    store(world, {"since": "2026-02-01"}, count=9)
    assert bars(made, "more/since") == [("≤ 2026-01", 6), ("≥ 2026-02", 9)]


def test_of_free_text_only_the_number_is_counted(made, world):
    store(world, {"said": "a secret"}, count=10)
    found = figures(made, "more/said")
    assert (found.answered, found.bars) == (10, ())
    assert "secret" not in repr(looked_at(made))


def test_notes_and_what_is_worked_out_are_left_out(made):
    assert [each.path for each in looked_at(made).questions] == [
        "kind", "more/needs", "more/years", "more/since", "more/said", "member/sort",
    ]  # fmt: skip


def test_rows_of_a_list_are_counted_as_rows(made, world):
    store(world, {"member": [{"_row": f"r{n}", "sort": "a"} for n in range(3)]}, count=5)
    found = figures(made, "member/sort")
    assert (found.repeat, found.answered, bars(made, "member/sort")[0]) == (
        "member", 15, ("First", 15),
    )  # fmt: skip


def test_questions_of_older_versions_stay_and_were_not_asked_later(made, world, clock):
    store(world, {"kind": "a"}, count=10)
    publish_form(definition(question("text", "fresh")), world.at)
    clock.forward(days=1)
    store(world, {"fresh": "x"}, count=5)
    assert [each.path for each in looked_at(made).questions][:2] == ["fresh", "kind"]
    assert figures(made, "kind").not_asked == 5
    assert figures(made, "fresh").not_asked == 10


def test_a_group_that_became_a_list_is_counted_apart(world, clock):
    name = question("text", "name")
    made = publish_form(definition(group("member", name)), world.at)
    store(world, {"name": "x"}, count=10)
    publish_form(definition(repeat("member", name)), world.at)
    clock.forward(days=1)
    store(world, {"member": [{"_row": "r1", "name": "x"}, {"_row": "r2", "name": "y"}]}, count=5)
    found = [(each.repeat, each.answered, each.not_asked) for each in looked_at(made).questions]
    assert found == [("member", 10, 0), ("", 10, 5)]


def test_figures_move_in_steps_of_five(made, world, clock):
    for _ in range(9):
        clock.forward(minutes=1)
        store(world, {"kind": "a"})
    assert (looked_at(made).number, figures(made, "kind").answered) == (5, 5)
    store(world, {"kind": "a"})
    assert (looked_at(made).number, figures(made, "kind").answered) == (10, 10)


def test_below_five_there_are_no_figures_at_all(made, world):
    store(world, {"kind": "a"}, count=4)
    assert looked_at(made).number == 0
    assert figures(made, "kind").answered == 0


def test_answers_in_a_shape_that_the_form_does_not_know_are_no_mistake(made, world):
    store(world, {"kind": "gone", "years": "many", "since": "once", "needs": "a"}, count=5)
    assert bars(made, "kind") == [("First", 0), ("B", 0), ("…", 5)]
    assert figures(made, "more/since").bars == ()


@pytest.mark.parametrize(
    "role",
    [role for role in Role if role not in (Role.COORDINATOR, Role.INTEGRATION_COMMISSIONER)],
)
def test_only_who_may_see_statistics_sees_them(made, role):
    for actor in (Actor("staff", role=role), PUBLIC):
        with pytest.raises(NotFound):
            analysis(made, "en", by=actor)
    assert analysis(made, "en", by=SYSTEM).number == 0


def test_statements_grow_by_one_for_each_chunk_and_the_last_look_is_kept(made, world):
    def cost() -> int:
        with statements() as seen:
            looked_at(made)
        return len(seen)

    store(world, {"kind": "a"}, count=200)
    few = cost()
    assert cost() <= 2
    store(world, {"kind": "b"}, count=600)
    assert cost() <= few + 3


def test_only_submissions_that_were_never_looked_at_are_opened(made, world, monkeypatch):
    opened = []
    real = gathering.fill
    monkeypatch.setattr(
        gathering,
        "fill",
        lambda form, *rest, **named: opened.append(1) or real(form, *rest, **named),
    )
    store(world, {"kind": "a"}, count=20)
    assert figures(made, "kind").answered == 20
    store(world, {"kind": "b"}, count=5)
    assert bars(made, "kind") == [("First", 20), ("B", 5)]
    assert len(opened) == 25


@pytest.mark.parametrize("seed", range(3))
def test_what_was_seen_before_never_makes_the_figures_different(
    made, world, clock, monkeypatch, seed
):
    monkeypatch.setattr(answers, "MOST", 40)
    chance = random.Random(seed)
    for _ in range(6):
        clock.forward(hours=1)
        for _ in range(chance.randint(1, 4)):
            given = {"kind": chance.choice("ab"), "years": str(chance.randint(1, 9))}
            given["needs"] = chance.sample("ab", chance.randint(0, 2))
            given["member"] = [{"_row": f"r{n}", "sort": chance.choice("ab")}
                               for n in range(chance.randint(0, 3))]  # fmt: skip
            store(world, given, count=chance.randint(1, 9))
        gone = [row.id for row in Submission.select() if chance.random() < 0.1]
        Submission.delete().where(Submission.id << gone).execute()
        grown = looked_at(made)
        for cache in (answers._gathered, answers._kept):
            cache.cache_clear()
        assert looked_at(made) == grown
