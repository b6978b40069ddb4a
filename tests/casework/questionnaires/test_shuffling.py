"""Choices in chance order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.filling import fill
from casework.questionnaires.shuffling import ordered_choices
from tests.casework.questionnaires.samples import NOW, choices, definition, question

NAMES = tuple("abcdefgh")


def order(parameters, seed="draft", now=NOW, **answers):
    asked = question("select_one", "q", list_name="l", parameters=parameters)
    form = compile_form(definition(question("integer", "n"), asked, choices={"l": choices(*NAMES)}))
    filling = fill(form, answers, now=now, seed=seed)
    return tuple(each.name for each in ordered_choices(filling, filling.by_path[("q",)]))


def test_choices_stand_as_written_unless_the_form_wants_otherwise():
    assert order({}) == NAMES
    assert order({"randomize": "false"}) == NAMES
    assert order({"seed": "7"}) == NAMES


def test_a_draft_keeps_its_order():
    wanted = {"randomize": "true"}
    assert order(wanted, now=NOW + timedelta(days=1)) == order(wanted)
    assert len({order(wanted, seed=str(number)) for number in range(20)}) > 10


def test_before_there_is_a_draft_the_moment_decides():
    moments = [NOW + timedelta(seconds=number) for number in range(20)]
    assert len({order({"randomize": "true"}, seed="", now=moment) for moment in moments}) > 10


def test_a_seed_gives_the_order_of_other_programs():
    assert "".join(order({"randomize": "true", "seed": "42"})) == "afcbhegd"
    assert order({"randomize": "true", "seed": "${n}"}, n="42") == order(
        {"randomize": "true", "seed": "42"}, seed="another"
    )


def test_a_seed_that_is_no_number_yet_is_the_draft_s():
    assert order({"randomize": "true", "seed": "${n}"}) == order({"randomize": "true"})


@given(st.text(max_size=30))
def test_nothing_written_as_seed_loses_a_choice(seed):
    assert sorted(order({"randomize": "true", "seed": seed})) == sorted(NAMES)
