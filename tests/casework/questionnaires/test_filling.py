"""Relevance, calculations, repeats and what is submitted in the end."""

from casework.questionnaires.compiling import compile_form
from casework.questionnaires.filling import MAX_ALL_ROWS, fill
from casework.questionnaires.places import places
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import (
    HOUSEHOLD,
    NOW,
    choices,
    filled,
    group,
    question,
    repeat,
    started,
)

FULL = {
    "given": "Amina",
    "born": "2015",
    "school": "Primary",
    "size": "3",
    "member": [{"_row": "r1", "name": "Omar", "years": "4"}, {"_row": "r2", "name": "Sara"}],
    "needs": ["work"],
}


def household(answers):
    return fill(compile_form(HOUSEHOLD), answers, now=NOW, language="en")


def test_answers_that_are_not_asked_any_more_are_not_submitted():
    final = household({**FULL, "born": "1980", "size": "1"}).final()
    assert "school" not in final
    assert "member" not in final
    assert final["given"] == "Amina"


def test_what_is_not_submitted_stays_in_the_draft():
    filling = household({**FULL, "born": "1980"})
    assert filling.answers["school"] == "Primary"
    assert household({**filling.answers, "born": "2015"}).final()["school"] == "Primary"


def test_calculations_are_submitted_and_follow_the_answers():
    assert household(FULL).final()["total"] == "4"
    assert household(FULL).final()["age"] == "11"
    assert household({}).final() == {"total": "0"}


def test_rows_keep_their_ids_and_empty_rows_are_dropped():
    rows = [{"_row": "r1"}, {"_row": "r7", "name": "Sara"}]
    assert household({**FULL, "member": rows}).final()["member"] == [{"_row": "r7", "name": "Sara"}]


def test_answers_are_looked_at_and_never_changed():
    answers = {"size": "2", "member": [{"name": "Omar"}]}
    household(answers)
    assert answers == {"size": "2", "member": [{"name": "Omar"}]}


def test_unknown_keys_stay_in_the_draft_and_are_not_submitted():
    filling = household({"gone": "kept", "given": "A"})
    assert filling.answers["gone"] == "kept"
    assert "gone" not in filling.final()


def test_calculations_run_in_the_order_in_which_they_need_each_other():
    filling = filled(
        {"n": "2"},
        question("calculate", "c", calculation="${b} * 10"),
        question("calculate", "b", calculation="${n} + 1"),
        question("integer", "n"),
    )
    assert filling.answers == {"n": "2", "c": "30", "b": "3"}


def test_a_calculation_without_result_stores_nothing():
    filling = filled(
        {}, question("integer", "n"), question("calculate", "c", calculation="${n} + 1")
    )
    assert filling.answers == {}


def test_a_dot_keeps_what_was_worked_out_first():
    items = (question("text", "q"), question("calculate", "id", calculation="once(uuid())"))
    first = filled({}, *items).answers["id"]
    assert filled({"id": first}, *items).answers["id"] == first


def test_relevance_of_a_group_covers_what_is_inside_and_what_refers_to_it():
    items = (
        question("text", "open"),
        group("g", question("integer", "n"), relevant="${open} = 'yes'"),
        question("calculate", "twice", calculation="${n} * 2"),
    )
    assert filled({"open": "yes", "n": "4"}, *items).final()["twice"] == "8"
    assert filled({"open": "no", "n": "4"}, *items).final() == {"open": "no"}


def test_a_reference_inside_a_row_means_the_same_row():
    items = (
        repeat(
            "m",
            question("integer", "n"),
            question("calculate", "double", calculation="${n} * 2"),
            question("calculate", "place", calculation="position(..)"),
            question("calculate", "all", calculation="count(${m})"),
            repeat(
                "toy", question("text", "kind"), question("calculate", "of", calculation="${n}")
            ),
        ),
        question("calculate", "sum", calculation="sum(${double})"),
        question("calculate", "toys", calculation="count(${toy})"),
    )
    filling = filled({"m": [{"n": "1", "toy": [{"kind": "a"}]}, {"n": "5"}]}, *items)
    first, second = filling.answers["m"]
    assert (first["double"], second["double"]) == ("2", "10")
    assert (second["place"], second["all"]) == ("2", "2")
    assert first["toy"][0]["of"] == "1"
    assert (filling.answers["sum"], filling.answers["toys"]) == ("12", "1")


def test_names_that_stand_in_two_groups_are_kept_apart():
    items = (
        group("me", question("text", "name")),
        group(
            "you", question("text", "name"), question("calculate", "c", calculation="../../me/name")
        ),
    )
    filling = filled({"me/name": "A", "you/name": "B"}, *items)
    assert filling.final() == {"me/name": "A", "you/name": "B", "c": "A"}


def test_a_repeat_count_makes_rows_and_hides_the_surplus():
    items = (question("integer", "n"), repeat("m", question("text", "t"), repeat_count="${n}"))
    filling = filled({"n": "2", "m": [{"_row": "r1", "t": "x"}]}, *items)
    assert [row["_row"] for row in filling.answers["m"]] == ["r1", "r2"]
    fewer = filled({"n": "1", "m": [{"t": "x"}, {"t": "y"}]}, *items)
    assert fewer.final()["m"] == [{"_row": "r1", "t": "x"}]
    assert len(fewer.answers["m"]) == 2
    assert len(filled({"n": "99999"}, *items).answers["m"]) == 30
    assert "m" not in filled({"n": "none"}, *items).final()


def test_a_choice_filter_narrows_the_list_and_the_check_holds_it():
    cities = tuple(
        type(each)(name=each.name, label=each.label, extra={"land": land})
        for each, land in zip(choices("ulm", "bern"), ("de", "ch"), strict=True)
    )
    items = (
        question("select_one", "land", list_name="land"),
        question("select_one", "city", list_name="city", choice_filter="land = ${land}"),
    )
    lists = {"land": choices("de", "ch"), "city": cities}
    filling = filled({"land": "ch", "city": "ulm"}, *items, choices=lists)
    city = filling.by_path["city",]
    assert [choice.name for choice in filling.choices(city)] == ["bern"]
    assert [problem.path for problem in problems(filling)] == [("city",)]
    assert problems(filled({"land": "de", "city": "ulm"}, *items, choices=lists)) == []


def test_labels_show_answers_as_a_person_reads_them():
    items = (
        question("text", "name"),
        question("select_multiple", "needs", list_name="l"),
        question(
            "note",
            "n",
            label={"en": "${name} needs ${ needs }!", "de": "${name} braucht ${needs}!"},
        ),
    )
    lists = {"l": choices("work", "home")}
    filling = filled({"name": "<b>A</b>", "needs": ["work", "home"]}, *items, choices=lists)
    node = filling.by_path["n",]
    assert filling.text(node.spec.item.label, "en", node) == ("<b>A</b> needs Work, Home!", "en")
    assert filling.text(node.spec.item.label, "ar", node)[1] == "en"
    assert filled({}, *items, choices=lists).text({"en": "Hi ${name}"}, "en") == ("Hi ", "en")


def test_the_name_of_a_choice_speaks_the_language_in_use():
    lists = {"l": (type(choices("a")[0])(name="a", label={"en": "Flat", "de": "Wohnung"}),)}
    items = (
        question("select_one", "s", list_name="l"),
        question("calculate", "c", calculation="jr:choice-name(${s}, '${s}')"),
        question("calculate", "i", calculation="jr:itext('l-0')"),
        question("calculate", "j", calculation="instance('l')/root/item[name = ${s}]/label"),
    )
    filling = filled({"s": "a"}, *items, choices=lists)
    assert [filling.answers[key] for key in "cij"] == ["Flat", "Flat", "Flat"]


def test_a_birth_year_counts_from_its_first_day():
    assert household({"born": "2000"}).answers["age"] == "26"
    assert household({"born": "2000"}).final()["born"] == "2000"


def test_an_expression_that_fails_is_noted_and_hides_nothing():
    items = (
        question("text", "a", relevant="regex('x', ${b})", constraint="regex('x', ${b})"),
        question("text", "b"),
        question("calculate", "c", calculation="regex('x', ${b})"),
        question("text", "d", required="regex('x', ${b})"),
    )
    filling = filled({"a": "1", "b": "("}, *items)
    assert {fault.column for fault in filling.faults} == {"relevant", "calculation"}
    assert [problem.path for problem in problems(filling)] == [("a",)]
    assert len(places(filling)) == 3


def test_the_end_is_noted_when_the_answers_are_final():
    assert filled({}, question("text", "a"), question("end", "end")).final() == {
        "end": "2026-11-22T13:30:00+00:00"
    }


def test_sealed_by_required_and_constraint_in_the_forms_own_words():
    filling = household({"given": "Amina", "size": "33"})
    (problem,) = problems(filling)
    assert problem.path == ("size",)
    assert problem.message("en") == ("Up to 19, Amina", "en")
    assert problem.message("de") == ("Bis 19, Amina", "de")
    assert problem.message("ar") == ("Up to 19, Amina", "en")


def test_the_whole_is_checked_row_by_row():
    filling = household(
        {"given": "A", "size": "2", "member": [{"_row": "r1"}, {"_row": "r2", "years": "x"}]}
    )
    assert [problem.path for problem in problems(filling)] == [
        ("member", "r1", "name"), ("member", "r2", "name"), ("member", "r2", "years"),
    ]  # fmt: skip


def test_too_many_rows_are_one_problem():
    rows = [{"name": "x"} for _ in range(31)]
    filling = household({"given": "A", "size": "2", "member": rows})
    assert [problem.path for problem in problems(filling)] == [("member",)]


def test_or_other_offers_other_and_asks_what():
    filling = household({"given": "A", "needs": ["other"]})
    needs, other = filling.by_path["needs",], filling.by_path["needs_other",]
    assert [choice.name for choice in filling.choices(needs)] == ["work", "home", "other"]
    assert other.counts
    assert not household({"needs": ["work"]}).by_path["needs_other",].counts


def test_lists_inside_lists_end_somewhere():
    items = (question("text", "a"),)
    for name in "fedcba":
        items = (repeat(f"list_{name}", *items, repeat_count="30"),)
    filling = started(*items, question("text", "b"))
    assert sum(len(filling.by_spec[each.index]) for each in filling.form.repeats) <= MAX_ALL_ROWS
    assert len(filling.by_spec[filling.form.repeats[0].index]) == 30
