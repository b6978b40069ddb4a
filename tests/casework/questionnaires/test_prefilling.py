"""`save_to` read backwards: a form begins with what is known, and with nothing it would refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Choice, Definition, Group, Item, Question, Repeat
from casework.questionnaires.mapping import mapping
from casework.questionnaires.prefilling import prefilled

TODAY = date(2026, 11, 2)
CHOICES = {
    "genders": tuple(Choice(name=each, label={"en": each}) for each in ("female", "male")),
    "tongues": tuple(Choice(name=each, label={"en": each}) for each in ("ar", "de", "ku")),
}


def question(kind: str, name: str, save_to: str = "", **columns: Any) -> Question:
    return Question(type=kind, name=name, save_to=save_to, label={"en": name}, **columns)


def form(*items: Item):
    definition = Definition(
        form_id="small", title={"en": "Small"}, default_language="en", languages=("en",),
        items=items, choices=CHOICES,
    )  # fmt: skip
    return compile_form(definition)


def filled(known: dict[str, Any], *items: Item) -> dict[str, Any]:
    return prefilled(form(*items), known, today=TODAY)


def test_an_answer_stands_where_its_question_saves_to():
    known = {"person.given_name": "Amal", "person.phone": "+497621415000"}
    items = (
        Group(name="you", items=(question("text", "first", "person.given_name"),)),
        question("tel", "number", "person.phone"),
        question("text", "wish"),
    )
    assert filled(known, *items) == {"first": "Amal", "number": "+497621415000"}


def test_what_is_not_known_stays_empty():
    assert filled({"person.given_name": None}, question("text", "a", "person.given_name")) == {}


def test_two_questions_about_the_same_thing_both_get_it():
    known = {"person.given_name": "Amal"}
    items = [question("text", name, "person.given_name") for name in ("one", "two")]
    assert filled(known, *items) == {"one": "Amal", "two": "Amal"}


def test_a_choice_that_the_form_does_not_offer_is_left_out():
    item = question("select_one", "gender", "person.gender", list_name="genders")
    assert filled({"person.gender": "diverse"}, item) == {}
    assert filled({"person.gender": "male"}, item) == {"gender": "male"}


def test_of_several_choices_only_those_on_offer_are_kept():
    item = question("select_multiple", "tongues", "person.languages", list_name="tongues")
    assert filled({"person.languages": ["ar", "am", "ku"]}, item) == {"tongues": ["ar", "ku"]}


def test_several_known_things_do_not_fit_one_choice():
    item = question("select_one", "tongue", "person.languages", list_name="tongues")
    assert filled({"person.languages": ["ar", "ku"]}, item) == {}
    assert filled({"person.languages": ["ar"]}, item) == {"tongue": "ar"}


def test_a_text_that_is_no_date_does_not_get_into_a_date():
    item = question("date", "born", "person.birth_date")
    assert filled({"person.birth_date": "spring"}, item) == {}
    assert filled({"person.birth_date": "1990-05-17"}, item) == {"born": "1990-05-17"}


def test_what_is_worked_out_is_not_filled_in():
    item = question("calculate", "name", "person.given_name", calculation="'x'")
    assert filled({"person.given_name": "Amal"}, item) == {}


def test_people_of_the_household_become_rows_under_their_own_keys():
    known = {
        "member": [
            {"_row": "aa", "given_name": "Sami", "relation": "child"},
            {"_row": "bb", "given_name": "", "relation": ""},
            {"given_name": "Lina"},
        ]
    }
    items = Repeat(name="family", items=(question("text", "called", "member.given_name"),))
    assert filled(known, items) == {
        "family": [{"_row": "aa", "called": "Sami"}, {"_row": "r1", "called": "Lina"}]
    }


def test_a_list_of_something_else_stays_empty():
    items = Repeat(name="jobs", items=(question("text", "job"),))
    assert filled({"member": [{"given_name": "Sami"}]}, items) == {}


def test_a_list_takes_no_more_rows_than_a_list_may_have():
    known = {"member": [{"given_name": f"N{n}"} for n in range(40)]}
    items = Repeat(name="family", items=(question("text", "called", "member.given_name"),))
    assert len(filled(known, items)["family"]) == 30


def test_reading_back_what_was_filled_in_gives_what_was_known():
    known = {
        "person.given_name": "Amal",
        "person.languages": ["ar", "de"],
        "member": [{"_row": "aa", "given_name": "Sami"}],
    }
    small = form(
        question("text", "first", "person.given_name"),
        question("select_multiple", "tongues", "person.languages", list_name="tongues"),
        Repeat(name="family", items=(question("text", "called", "member.given_name"),)),
    )
    assert mapping(small, prefilled(small, known, today=TODAY)) == known
