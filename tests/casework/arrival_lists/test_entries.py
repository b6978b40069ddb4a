from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.arrival_lists.columns import guess_columns
from casework.arrival_lists.entries import ERROR, read_entries
from casework.arrival_lists.sheets import Sheet
from tests.casework.arrival_lists.lists import FAMILY, SINGLE, sheet_of

TODAY = date(2026, 11, 2)


def read(*rows, header=None, sites=()):
    sheet = sheet_of(*rows, header=header) if header else sheet_of(*rows)
    return read_entries(sheet, guess_columns(sheet.header), sites, today=TODAY)


def test_a_row_becomes_a_person_with_codes():
    (entry,), findings = read(SINGLE)
    assert findings == []
    assert entry.person == {
        "given_name": "Olena", "family_name": "Muster", "birth_date": "1985-11-04",
        "gender": "female", "nationality": "UA", "language": "uk", "phone": None, "email": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("17.05.1990", "1990-05-17"), ("1990-05-17T00:00:00", "1990-05-17"), ("5.3.90", "1990-03-05"),
     ("05.03.12", "2012-03-05"), ("1990", "1990"), ("17/05/1990", "1990-05-17"), ("", None)],
)  # fmt: skip
def test_dates_of_birth_are_read_as_offices_write_them(typed, stored):
    (entry,), findings = read(f"Muster;Olena;{typed};;;;")
    assert entry.person["birth_date"] == stored
    assert findings == []


@pytest.mark.parametrize(
    "typed", ["31.02.1990", "17.05.2090", "32.13.1990", "gestern", "01.01.1700"]
)
def test_impossible_dates_are_errors_with_row_and_column(typed):
    _entries, findings = read(SINGLE, f"Muster;Ivan;{typed};;;;2")
    assert [(f.line, f.column, f.level) for f in findings] == [(3, "Geburtsdatum", ERROR)]
    assert findings[0].text("en")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("33010", "1990-05-17"), ("17. Mai 1990", "1990-05-17"), ("May 17, 1990", "1990-05-17"),
     ("3. März 2001", "2001-03-03"),
     ("*17.05.1990", "1990-05-17"), ("geb. 17.05.1990", "1990-05-17"),
     ("17051990", "1990-05-17"), ("19900517", "1990-05-17"), ("5/17/1990", "1990-05-17"),
     ("00.00.1985", "1985"), ("xx.xx.1985", "1985"), ("1985-00-00", "1985"), ("05/1990", "1990"),
     ("ca. 1970", "1970"), ("unbekannt", None), ("-", None), ("00.00.0000", None)],
)  # fmt: skip
def test_dates_of_birth_that_spreadsheets_and_papers_hold_are_understood(typed, stored):
    (entry,), findings = read(f"Muster;Olena;{typed};;;;")
    assert entry.person["birth_date"] == stored
    assert not [each for each in findings if each.level == ERROR]


@pytest.mark.parametrize("typed", ["33010", "5/17/1990", "17051990", "00.00.1985"])
def test_a_date_that_had_to_be_interpreted_is_said(typed):
    _entries, (finding,) = read(f"Muster;Olena;{typed};;;;")
    assert typed in finding.text("en")
    assert "1990" in finding.text("en") or "1985" in finding.text("en")


@pytest.mark.parametrize("typed", ["99999", "10101010", "31121899", "5/17/90/1", "13/13/1990"])
def test_numbers_that_are_no_day_stay_errors(typed):
    _entries, findings = read(f"Muster;Olena;{typed};;;;")
    assert [each.level for each in findings] == [ERROR]


def test_a_row_that_only_counts_the_others_is_no_person():
    entries, findings = read(SINGLE, "Summe;2;;;;;", ";Gesamt: 2 Personen;;;;;")
    assert [entry.is_sum for entry in entries] == [False, True, True]
    assert {each.level for each in findings} == {"remark"}
    assert read("Summe;Ali;17.05.1990;;;;")[0][0].is_sum is False


def test_errors_of_the_spreadsheet_are_no_names():
    (entry,), findings = read("#BEZUG!;Olena;#NV;;;;")
    assert (entry.person["family_name"], entry.person["birth_date"]) == (None, None)
    assert [each.column for each in findings] == ["Familienname", "Geburtsdatum"]


def test_one_person_spelled_in_two_ways_is_asked_about_and_a_twin_is_not():
    entries, findings = read(
        "Müller;Yusuf;17.05.2010;;;;1", "Mueller;Jussuf;17.05.2010;;;;2",
        "Müller;Mariam;17.05.2010;;;;1",
    )  # fmt: skip
    assert [entry.like for entry in entries] == [0, 2, 0]
    assert [(each.line, each.level) for each in findings] == [(3, "remark")]


def test_a_missing_household_number_is_said_where_others_have_one():
    _entries, findings = read(FAMILY[0], "Beispiel;Nour;03.02.2019;w;Syrien;;")
    assert [(each.line, each.column) for each in findings] == [(3, "Haushalt")]
    assert read("Beispiel;Nour;03.02.2019;w;Syrien;;")[1] == []


@pytest.mark.parametrize(
    ("written", "code"),
    [("Syrische Arabische Republik", "SY"), ("Iran, Islamische Republik", "IR"),
     ("Russische Föderation", "RU"), ("DR Kongo", "CD"), ("Moldau, Republik", "MD")],
)  # fmt: skip
def test_countries_are_known_by_the_names_that_offices_write(written, code):
    (entry,), findings = read(f"Muster;Olena;;;{written};;")
    assert entry.person["nationality"] == code
    assert findings == []


def test_the_first_of_january_is_marked_and_kept():
    (entry,), findings = read("Muster;Olena;01.01.1985;;;;")
    assert entry.person["birth_date"] == "1985-01-01"
    assert "1 January" in findings[0].text("en")


def test_every_doubtful_cell_is_told_at_once():
    _entries, findings = read(
        "Muster;Olena;04.11.1985;blau;Atlantis;Klingonisch;", ";;31.02.1990;;;;"
    )
    assert [(f.line, f.column, f.level) for f in findings] == [
        (2, "Geschlecht", "remark"), (2, "Staatsangehörigkeit", "remark"), (2, "Sprache", "remark"),
        (3, "Familienname", "error"), (3, "Geburtsdatum", "error"),
    ]  # fmt: skip


def test_the_second_of_two_equal_rows_is_marked_whatever_the_order_of_the_names():
    entries, _findings = read(*FAMILY, "Amal;Beispiel;17.05.1990;;;;9")
    assert [entry.twin_of for entry in entries] == [0, 0, 2]


def test_two_of_a_name_without_dates_are_two_people_unless_they_share_a_household():
    row = "Muster;Ali;;;;;"
    assert [e.twin_of for e in read(row, row)[0]] == [0, 0]
    assert [e.twin_of for e in read(row + "7", row + "7")[0]] == [0, 2]


@pytest.mark.parametrize(
    ("whole", "given", "family"),
    [("Muster, Olena Maria", "Olena Maria", "Muster"),
     ("Olena Maria Muster", "Olena Maria", "Muster"),
     ("Olena", None, "Olena"), ("Muster,", None, "Muster")],
)  # fmt: skip
def test_a_whole_name_is_taken_apart(whole, given, family):
    (entry,), _findings = read(f"{whole};1990", header="Name;Geburtsjahr")
    assert (entry.person["given_name"], entry.person["family_name"]) == (given, family)


def test_a_site_is_recognised_by_name_and_another_one_is_said():
    entries, findings = read(
        "Muster;A;haus  nord", "Muster;B;Haus Ost", header="Name;Vorname;Unterkunft",
        sites=["Haus Nord"],
    )  # fmt: skip
    assert [entry.site for entry in entries] == ["Haus Nord", ""]
    assert "Haus Ost" in findings[0].text("en")


@given(st.lists(st.lists(st.text(max_size=40), min_size=7, max_size=7), max_size=6))
def test_no_cell_breaks_the_reading(rows):
    header = ["Familienname", "Vorname", "Geburtsdatum", "Geschlecht", "Land", "Sprache", "Telefon"]
    sheet = Sheet(header, list(enumerate(rows, 2)), [])
    entries, findings = read_entries(sheet, guess_columns(header), (), today=TODAY)
    assert len(entries) == len(rows)
    assert all(finding.text("de") and 2 <= finding.line < 2 + len(rows) for finding in findings)
