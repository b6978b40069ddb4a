"""Choices that are the answers of a repeat."""

import io
from dataclasses import replace

import pytest

from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires import problems as say
from casework.questionnaires.checking import check
from casework.questionnaires.comparing import differences
from casework.questionnaires.compiling import NOT_IN_REPEAT
from casework.questionnaires.definitions import from_json, to_json
from casework.questionnaires.editing import change, lists_in_use, mentions, rename
from casework.questionnaires.findings import ERROR
from casework.questionnaires.places import questions
from casework.questionnaires.references import LOOP, UNKNOWN_NAME
from casework.questionnaires.steps import accept, add_row, remove_row
from casework.questionnaires.support import lacks
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import (
    choices,
    definition,
    filled,
    group,
    place,
    question,
    repeat,
    started,
)

MEMBERS = repeat(
    "member",
    question("text", "name", required=True),
    question("integer", "age"),
    question("select_one", "mother", list_name="${name}", choice_filter="${age} > 15"),
)
HEAD = question("select_one", "head", list_name="${name}", required=True)
COMING = question("select_multiple", "coming", list_name="${name}")
FORM = (
    group("g", MEMBERS), HEAD, COMING,
    question("note", "said", label={"en": "${head}: ${coming}"}),
    question("calculate", "how_many", calculation="count-selected(${coming})"),
)  # fmt: skip
PEOPLE = [
    {"_row": "r1", "name": "Amal", "age": "40"},
    {"_row": "r2", "name": "Sara Ö.", "age": "12"},
    {"_row": "r3", "name": "Yusuf", "age": "16"},
]


def family(**answers):
    return filled({"member": [dict(each) for each in PEOPLE], **answers}, *FORM)


def offered(filling, *path):
    return [choice.name for choice in filling.choices(filling.by_path[path])]


def errors(*items, **columns):
    return [each for each in check(definition(*items, **columns)) if each.severity == ERROR]


def test_every_answer_of_the_repeat_is_offered_in_the_order_of_its_rows():
    assert offered(family(), "head") == ["Amal", "Sara Ö.", "Yusuf"]


def test_two_rows_that_read_the_same_are_one_choice():
    twins = [{"_row": "r1", "name": "Ali"}, {"_row": "r2", "name": "Ali"}, {"_row": "r3"}]
    assert offered(filled({"member": twins}, *FORM), "head") == ["Ali"]


def test_a_filter_looks_at_the_row_and_at_the_question_that_asks():
    assert offered(family(), "member", "r2", "mother") == ["Amal", "Yusuf"]
    others = replace(MEMBERS.items[2], choice_filter="name != current()/../name")
    again = replace(MEMBERS, items=(*MEMBERS.items[:2], others))
    assert offered(filled({"member": PEOPLE}, again), "member", "r2", "mother") == ["Amal", "Yusuf"]


def test_a_filter_takes_what_stands_outside_the_repeat_from_beside_the_question():
    filling = filled(
        {"member": PEOPLE, "team": [{"_row": "a", "least": "13"}, {"_row": "b", "least": "39"}]},
        MEMBERS,
        repeat("team", question("integer", "least"),
               question("select_one", "lead", list_name="${name}",
                        choice_filter="${age} > ${least}")),
    )  # fmt: skip
    assert offered(filling, "team", "a", "lead") == ["Amal", "Yusuf"]
    assert offered(filling, "team", "b", "lead") == ["Amal"]


def test_a_filter_that_fails_offers_everybody():
    broken = replace(HEAD, choice_filter="regex(name, ${pattern})")
    filling = filled(
        {"member": PEOPLE, "pattern": "("}, MEMBERS, question("text", "pattern"), broken
    )
    assert offered(filling, "head") == ["Amal", "Sara Ö.", "Yusuf"]
    assert {fault.column for fault in filling.faults} == {"choice_filter"}


def test_rows_of_the_same_outer_row_only_are_offered_inside_it():
    rooms = [
        {"_row": "a", "bed": [{"_row": "r1", "who": "A"}], "first": "A"},
        {"_row": "b", "bed": [{"_row": "r1", "who": "B"}], "first": "A"},
    ]
    form = repeat("room", repeat("bed", question("text", "who")),
                  question("select_one", "first", list_name="${who}"))  # fmt: skip
    filling = filled({"room": rooms}, form, question("select_one", "any", list_name="${who}"))
    assert offered(filling, "room", "a", "first") == ["A"]
    assert offered(filling, "any") == ["A", "B"]
    assert [row.get("first") for row in filling.answers["room"]] == ["A", None]


def test_an_answer_stays_only_as_long_as_its_row_reads_like_it():
    filling = family(head="Yusuf", coming=["Yusuf", "Sara_Ö."])
    gone = remove_row(filling, place(filling, "member"), "r3")
    assert "head" not in gone.answers
    assert gone.answers["coming"] == ["Sara_Ö."]
    renamed = filled({**gone.answers, "member": [{"_row": "r2", "name": "Sarah"}]}, *FORM)
    assert "coming" not in renamed.answers


def test_a_page_takes_an_offered_row_and_refuses_any_other():
    filling = family()
    outcome = accept(filling, place(filling, "head"), {"head": ["Sara Ö."]})
    assert (outcome.problems, outcome.filling.answers["head"]) == ([], "Sara Ö.")
    wrong = accept(filling, place(filling, "coming"), {"coming": ["Amal", "Mallory"]})
    assert [each.msgid for each in wrong.problems] == [say.NOT_OFFERED]
    assert wrong.filling.answers["coming"] == ["Amal"]


def test_several_names_with_blanks_stay_apart_and_are_shown_as_typed():
    filling = family(head="Amal", coming=["Amal", "Sara_Ö."])
    labels = {
        c.name: filling.text(c.label, "en")[0] for c in filling.choices(filling.by_path["coming",])
    }
    assert labels == {"Amal": "", "Sara_Ö.": "Sara Ö.", "Yusuf": ""}
    assert filling.text({"en": "${head}: ${coming}"}, "en")[0] == "Amal: Amal, Sara Ö."
    assert filling.answers["how_many"] == "2"


def test_a_name_that_looks_like_a_reference_is_no_reference():
    filling = filled({"member": [{"_row": "r1", "name": "${head} x"}]}, *FORM)
    (choice,) = filling.choices(filling.by_path["coming",])
    assert (choice.name, choice.label) == ("${head}_x", {})


def test_a_chosen_answer_is_offered_with_its_label():
    item = repeat("r", question("select_one", "kind", list_name="l"))
    form = (item, question("select_one", "main", list_name="${kind}"))
    filling = filled({"r": [{"_row": "r1", "kind": "a"}]}, *form, choices={"l": choices("a", "b")})
    (choice,) = filling.choices(filling.by_path["main",])
    assert (choice.name, choice.label) == ("a", {"en": "A"})


def test_nobody_is_held_up_while_there_is_nothing_to_choose():
    filling = started(*FORM)
    assert problems(filling) == []
    one, row = add_row(filling, place(filling, "member"))
    one = accept(one, place(one, "member-2", ("member", row)), {"name": ["Amal"]}).filling
    assert [each.path for each in problems(one)] == [("head",)]


def test_what_is_submitted_names_only_rows_that_are_there():
    filling = family(head="Amal", coming=["Nobody", "Yusuf"])
    assert filling.final()["coming"] == ["Yusuf"]
    assert filling.final()["head"] == "Amal"


@pytest.mark.parametrize(
    ("items", "msgid"),
    [
        ((MEMBERS, replace(HEAD, list_name="${nmae}")), UNKNOWN_NAME),
        ((question("text", "name"), HEAD), NOT_IN_REPEAT),
        ((repeat("name", question("text", "x")), HEAD), NOT_IN_REPEAT),
        ((repeat("r", question("image", "name")), HEAD), NOT_IN_REPEAT),
        ((repeat("r", question("select_one", "a", list_name="${b}"),
                 question("select_one", "b", list_name="${a}")),), LOOP),
        ((repeat("r", question("select_one", "a", list_name="${a}")),), LOOP),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_one_is_an_error_with_a_way_out(items, msgid):
    (finding,) = errors(*items)
    assert finding.msgid == msgid
    assert "%(" not in finding.message("en") + finding.what_to_do("en")


def test_it_is_wholly_supported_and_survives_json_and_a_round_trip_as_a_file():
    form = definition(*FORM, languages=("en",), language_names={"en": "English (en)"})
    assert not errors(*FORM)
    assert lacks(form) == ()
    assert from_json(to_json(form)) == form
    again = read_xlsform(write_xlsform(form)).definition
    assert read_xlsform(write_xlsform(again)).definition == again
    assert {each.name: each.list_name for each in again.questions() if each.list_name} == {
        "mother": "${name}", "head": "${name}", "coming": "${name}",
    }  # fmt: skip
    assert not [each for each in check(again) if each.severity == ERROR]


def test_pyxform_takes_the_export():
    xls2xform = pytest.importorskip("pyxform.xls2xform")
    form = definition(MEMBERS, HEAD, languages=("en",), language_names={"en": "English (en)"})
    done = xls2xform.convert(xlsform=io.BytesIO(write_xlsform(form)), file_type=".xlsx")
    assert "member[./name != '']" in done.xform


def test_editing_keeps_the_source_and_takes_it_along():
    form = definition(*FORM)
    kept = change(form, "1", {"list_name": "${name}", "label::en": "Who?"}).definition
    assert kept.items[1].list_name == "${name}"
    renamed = rename(form, "0/0/0", "called").definition
    assert renamed.items[1].list_name == "${called}"
    assert not [each for each in check(renamed) if each.severity == ERROR]
    assert ("head", "list_name") in {(e.name, e.column) for e in mentions(form, "0/0")}
    assert {each.kind for each in differences(form, renamed)} == {"renamed"}
    assert lists_in_use(form)["${name}"] == ("mother", "head", "coming")


def test_one_of_those_named_so_far_or_a_new_one_is_no_circle():
    asked = question("select_one", "known", list_name="${kind}")
    new = question("text", "kind", relevant="${known} = ''")
    filling = started(repeat("pet", asked, new))
    pets = place(filling, "pet")
    filling, first = add_row(filling, pets)
    inside = place(filling, pets.page.row_pages[0].id, ("pet", first))
    assert [node.path[-1] for node in questions(filling, inside)] == ["kind"]
    filling = accept(filling, inside, {"kind": ["cat"]}).filling
    filling, second = add_row(filling, pets)
    answers = {"known": ["cat"]}
    outcome = accept(filling, place(filling, inside.page.id, ("pet", second)), answers)
    rows = outcome.filling.final()["pet"]
    assert (rows[0]["kind"], rows[1].get("known"), rows[1].get("kind")) == ("cat", "cat", None)
