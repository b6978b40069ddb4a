"""Answers by their places in the domain."""

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.mapping import mapping
from tests.casework.questionnaires.samples import choices, definition, group, question, repeat

FORM = compile_form(
    definition(
        group(
            "g", question("text", "given", save_to="person.given_name"), question("text", "other")
        ),
        question("select_multiple", "a", list_name="l", save_to="need.category"),
        question("select_multiple", "b", list_name="l", save_to="need.category"),
        question("text", "note", save_to="need.description"),
        question("text", "more", save_to="need.description"),
        repeat(
            "m",
            question("text", "name", save_to="member.given_name"),
            question("text", "toy"),
        ),
        choices={"l": choices("work", "home", "money")},
    )
)


def test_answers_are_found_by_their_places():
    answers = {
        "given": "Amina", "other": "x", "a": ["work"], "b": ["home", "work"], "note": "first",
        "more": "second", "m": [{"_row": "r1", "name": "Omar"}, {"_row": "r2", "toy": "ball"}],
    }  # fmt: skip
    assert mapping(FORM, answers) == {
        "person.given_name": "Amina",
        "need.category": ["work", "home"],
        "need.description": "first",
        "member": [{"_row": "r1", "given_name": "Omar"}],
    }


def test_nothing_answered_is_nothing_mapped():
    assert mapping(FORM, {}) == {}
