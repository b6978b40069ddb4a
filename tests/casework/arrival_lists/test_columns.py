from hypothesis import given
from hypothesis import strategies as st

from casework.arrival_lists.columns import FIELDS, HEADINGS, NEVER, guess_columns


def test_german_and_english_headings_are_recognised_however_they_are_written():
    header = ["NACHNAME", "Vor-name", "Geb. Datum", "Geschlecht (m/w)", "Date of birth", "E-Mail"]
    assert guess_columns(header) == [
        "family_name", "given_name", "birth_date", "gender", "", "email",
    ]  # fmt: skip
    assert guess_columns(["Family name", "first_name", "DOB"]) == [
        "family_name", "given_name", "birth_date",
    ]  # fmt: skip


def test_name_alone_is_the_whole_name_and_beside_a_given_name_the_familys():
    assert guess_columns(["Name", "Geburtsdatum"]) == ["full_name", "birth_date"]
    assert guess_columns(["Name", "Vorname"]) == ["family_name", "given_name"]


def test_numbers_of_other_registers_and_residence_status_are_never_taken():
    assert guess_columns(["AZR-Nummer", "Aufenthaltsstatus", "Religion"]) == ["never"] * 3
    longer = ["Religionszugehörigkeit", "Art des Aufenthaltstitels", "Nr. im AZR",
              "Schwangerschaft", "Passnummer (neu)", "Volkszugehörigkeit"]  # fmt: skip
    assert guess_columns(longer) == ["never"] * 6


def test_what_stands_in_brackets_does_not_hide_a_heading():
    header = ["Familienname *", "Vorname(n)", "Geburtsdatum (TT.MM.JJJJ)", "Geschl.", "Staatsang.",
              "Familien-ID", "Phone No."]  # fmt: skip
    assert guess_columns(header) == [
        "family_name", "given_name", "birth_date", "gender", "nationality", "household", "phone",
    ]  # fmt: skip


def test_no_heading_means_two_things():
    known = {word.casefold() for words in HEADINGS.values() for word in words.split()}
    assert not known & {word.casefold() for word in NEVER.split()}


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_header_gives_each_field_at_most_once(header):
    found = guess_columns(header)
    assert len(found) == len(header)
    fields = [name for name in found if name in FIELDS]
    assert len(fields) == len(set(fields))
