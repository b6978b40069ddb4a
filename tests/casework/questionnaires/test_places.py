"""Pages: what stands where, and what is asked now."""

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.pages import Layout
from casework.questionnaires.places import entries, find_place, places, questions, row_places, rows
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    definition,
    filled,
    group,
    place,
    question,
    repeat,
)


def pages(*items):
    return [
        (page.id, [spec.name for spec in page.specs])
        for page in Layout(compile_form(definition(*items))).pages
    ]


def test_each_question_group_and_repeat_at_the_top_is_a_page():
    assert pages(
        question("text", "a"),
        question("calculate", "hidden", calculation="1"),
        group("g", question("text", "b"), group("inner", question("text", "c"))),
        repeat("r", question("text", "d")),
        group("silent", question("hidden", "e")),
    ) == [("a", ["a"]), ("g", ["g"]), ("r", ["r"])]


def test_a_group_with_a_repeat_is_divided_around_it():
    assert pages(
        group(
            "home",
            question("text", "a"),
            question("text", "b"),
            repeat("r", question("text", "c")),
            question("text", "d"),
        ),
    ) == [("home", ["a", "b"]), ("r", ["r"]), ("home-2", ["d"])]


def test_field_lists_inside_a_group_are_pages():
    assert pages(
        group(
            "g",
            question("text", "a"),
            group("one", question("text", "b"), appearance=("field-list",)),
            group("plain", question("text", "c")),
        ),
        group(
            "whole",
            group("in", question("text", "d"), appearance=("field-list",)),
            appearance=("Field-List",),
        ),
    ) == [("g", ["a"]), ("one", ["one"]), ("g-2", ["plain"]), ("whole", ["whole"])]


def test_the_text_for_other_stands_beside_its_question():
    assert Layout(compile_form(HOUSEHOLD)).pages[-1].specs[1].name == "needs_other"


def asked(answers):
    return filled(answers, *HOUSEHOLD.items, choices=HOUSEHOLD.choices)


def test_pages_that_are_not_asked_are_left_out():
    assert [each.page.id for each in places(asked({}))] == ["welcome", "you", "house", "needs"]
    assert [each.page.id for each in places(asked({"size": "2"}))] == [
        "welcome",
        "you",
        "house",
        "member",
        "needs",
    ]
    assert find_place(asked({}), "member") is None
    assert find_place(asked({}), "nowhere") is None


def test_a_row_has_pages_of_its_own():
    filling = asked({"size": "2", "member": [{"_row": "r4"}]})
    member = place(filling, "member")
    assert [node.path for node in rows(filling, member)] == [("member", "r4")]
    (page,) = row_places(filling, member, "r4")
    assert page.rows == ("member", "r4")
    assert [node.path for node in questions(filling, page)] == [
        ("member", "r4", "name"),
        ("member", "r4", "years"),
    ]
    assert row_places(filling, member, "r5") == []
    assert find_place(filling, page.page.id, ("member", "r5")) is None
    assert find_place(filling, page.page.id) is None
    assert find_place(filling, "you", ("member", "r4")) is None


def test_a_page_lists_headings_and_questions_that_are_relevant():
    filling = asked({"born": "2015"})
    names = [node.name for node in entries(filling, place(filling, "you"))]
    assert names == ["you", "given", "born", "school"]
    assert [node.name for node in entries(asked({}), place(asked({}), "you"))] == [
        "you",
        "given",
        "born",
    ]


def test_repeats_inside_rows_are_lists_of_their_own():
    items = (repeat("m", question("text", "n"), repeat("toy", question("text", "kind"))),)
    filling = filled({"m": [{"_row": "r1", "toy": [{"_row": "r1", "kind": "ball"}]}]}, *items)
    row_pages = row_places(filling, place(filling, "m"), "r1")
    assert [each.page.id for each in row_pages] == ["m-2", "toy"]
    toys = row_pages[1]
    assert toys.path == ("m", "r1", "toy")
    (inner,) = row_places(filling, toys, "r1")
    assert [node.path for node in questions(filling, inner)] == [("m", "r1", "toy", "r1", "kind")]


def test_read_only_and_worked_out_questions_are_shown_and_not_asked():
    items = (
        group(
            "g",
            question("text", "a"),
            question("text", "fixed", default="x", read_only=True),
            question("integer", "sum", calculation="1 + 1"),
        ),
    )
    filling = filled({}, *items)
    page = place(filling, "g")
    assert [node.name for node in entries(filling, page)] == ["g", "a", "fixed", "sum"]
    assert [node.name for node in questions(filling, page)] == ["a"]
