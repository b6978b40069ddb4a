from hypothesis import given
from hypothesis import strategies as st

from casework.arrival_lists.plans import OUT, UNDECIDED, Choices
from casework.people import Person
from tests.casework.arrival_lists.lists import FAMILY, SINGLE, plan_of, sheet_of


def _households(plan):
    return [[entry.name for entry in group.entries] for group in plan.groups]


def test_households_follow_the_number_of_the_list(world):
    plan = plan_of(sheet_of(FAMILY[0], SINGLE, FAMILY[1]), world.at)
    assert _households(plan) == [["Amal Beispiel", "Sami Beispiel"], ["Olena Muster"]]
    assert plan.counts == {"new": 3, "known": 0, "out": 0, "undecided": 0, "households": 2}


def test_without_numbers_the_same_family_name_one_below_the_other_is_a_household(world):
    rows = ["Beispiel;Amal", "Beispiel;Sami", "Muster;Olena", "Beispiel;Nour"]
    plan = plan_of(sheet_of(*rows, header="Familienname;Vorname"), world.at)
    assert [len(group.entries) for group in plan.groups] == [2, 1, 1]
    alone = plan_of(plan.sheet, world.at, grouping="alone")
    assert len(alone.groups) == 4


def test_an_empty_household_number_can_mean_the_one_above(world):
    header = "Name;Vorname;Haushalt"
    sheet = sheet_of("A;Eins;1", "A;Zwei;", "B;Drei;2", "B;Vier;", header=header)
    assert [len(g.entries) for g in plan_of(sheet, world.at).groups] == [1, 1, 1, 1]
    assert [len(g.entries) for g in plan_of(sheet, world.at, grouping="above").groups] == [2, 2]


def test_a_sum_is_left_out_and_a_name_spelled_in_two_ways_is_decided_by_somebody(world):
    sheet = sheet_of(
        "Müller;Yusuf;17.05.2010;;;;1", "Mueller;Jussuf;17.05.2010;;;;2", "Summe;2;;;;;"
    )
    plan = plan_of(sheet, world.at)
    assert plan.decisions == {2: "new", 3: UNDECIDED, 4: OUT}
    assert plan_of(sheet, world.at, rows={"3": "new"}).decisions[3] == "new"


def test_the_oldest_grown_up_answers_for_the_household_unless_the_list_says_who(world):
    plan = plan_of(sheet_of(FAMILY[1], FAMILY[0]), world.at)
    assert plan.groups[0].contact.name == "Amal Beispiel"
    said = sheet_of(
        "Beispiel;Amal;17.05.1990;1;Mutter", "Beispiel;Opa;1940;1;Großvater",
        header="Name;Vorname;Geburtsdatum;Haushalt;Stellung im Haushalt",
    )  # fmt: skip
    assert plan_of(said, world.at).groups[0].contact.name == "Amal Beispiel"


def test_a_row_with_an_error_is_undecided_until_it_is_left_out(world):
    sheet = sheet_of("Muster;Olena;31.02.1990;;;;", *FAMILY)
    assert plan_of(sheet, world.at).decisions[2] == UNDECIDED
    assert plan_of(sheet, world.at, leave_errors_out=True).decisions[2] == OUT
    assert plan_of(sheet, world.at, rows={"2": "out"}).decisions[2] == OUT
    assert plan_of(sheet, world.at, rows={"2": "new"}).decisions[2] == UNDECIDED


def test_who_has_the_same_name_and_birthday_is_the_same_and_who_shares_a_phone_is_asked_about(
    world,
):
    known = world.person(birth_date="1990-05-17", phone="+497621415000")
    sheet = sheet_of(
        "Beispiel;Amal;17.05.1990;", "Beispiel;Amal;18.06.1991;07621 415000",
        header="Name;Vorname;Geburtsdatum;Telefon",
    )  # fmt: skip
    plan = plan_of(sheet, world.at)
    assert plan.decisions == {2: known.id, 3: UNDECIDED}
    assert plan.matches[2][0].certain
    assert plan.matches[3][0].reasons == ("phone", "name")
    assert plan_of(sheet, world.at, rows={"2": "new", "3": str(known.id)}).decisions == {
        2: "new", 3: known.id,
    }  # fmt: skip


def test_the_same_name_without_a_birthday_to_compare_is_asked_about(world):
    world.person(given_name="Olena", family_name="Muster", birth_date="1985-11-04")
    for born in ("01.01.1985", "", "1985"):
        plan = plan_of(sheet_of(f"Muster;Olena;{born};;;;"), world.at)
        assert plan.decisions[2] == UNDECIDED, born


def test_somebody_with_another_birthday_and_the_same_name_is_somebody_else(world):
    world.person(given_name="Olena", family_name="Muster", birth_date="1970-01-17")
    assert plan_of(sheet_of(SINGLE), world.at).decisions[2] == "new"


def test_an_id_that_was_not_offered_decides_nothing(world):
    stranger = world.person(given_name="Ganz", family_name="Anders")
    plan = plan_of(sheet_of(SINGLE), world.at, rows={"2": str(stranger.id)})
    assert plan.decisions[2] == "new"
    assert Person.get_by_id(stranger.id)


@given(
    st.lists(st.text(max_size=20), max_size=12),
    st.text(max_size=10),
    st.integers(min_value=0, max_value=9),
)
def test_any_mapping_is_made_to_fit(mapping, grouping, columns):
    choices = Choices(mapping=mapping, grouping=grouping).checked(columns)
    assert len(choices.mapping) == columns
    used = [name for name in choices.mapping if name]
    assert len(used) == len(set(used))
    assert choices.grouping in ("number", "above", "name", "alone")


def test_a_corrected_mapping_reads_the_list_anew(world):
    sheet = sheet_of("Olena;Muster", header="Familienname;Vorname")
    plan = plan_of(sheet, world.at, mapping=["given_name", "family_name"])
    assert plan.entries[0].name == "Olena Muster"
