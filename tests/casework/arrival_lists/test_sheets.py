import io
import zipfile

import pytest
from openpyxl import Workbook

from casework.arrival_lists.sheets import (
    MOST_PEOPLE,
    ListTooLarge,
    NoNames,
    SheetKindRefused,
    TooManyPeople,
    read_sheet,
    restored,
    template_workbook,
)
from casework.formats.tables import EmptyTable, TableRefused, xlsx_bytes
from tests.casework.arrival_lists.lists import FAMILY, HEADER, SINGLE, sheet_of
from tests.casework.formats.old_workbooks import old_workbook


def test_a_list_from_excel_is_read_like_the_same_list_as_csv(db):
    rows = [row.split(";") for row in (*FAMILY, SINGLE)]
    book = read_sheet(xlsx_bytes({"Tabelle1": (HEADER.split(";"), rows)}), "liste.xlsx")
    plain = sheet_of(*FAMILY, SINGLE)
    assert book.rows == plain.rows
    assert book.digest() == plain.digest()


def test_headings_are_found_below_a_title_and_on_a_second_sheet():
    title = (["Zuweisung November"], [[], HEADER.split(";"), SINGLE.split(";")])
    book = xlsx_bytes({"Deckblatt": (["Gemeinde"], [["Musterstadt"]]), "Personen": title})
    sheet = read_sheet(book, "liste.xlsx")
    assert sheet.header[:2] == ["Familienname", "Vorname"]
    assert [cells[1] for _line, cells in sheet.rows] == ["Olena"]


def test_columns_that_are_never_taken_are_gone_before_anything_else_sees_them():
    sheet = sheet_of("Muster;Olena;123456789012;Asyl", header="Name;Vorname;AZR-Nr;Status")
    assert sheet.dropped == ["AZR-Nr", "Status"]
    assert sheet.rows == [(2, ["Muster", "Olena"])]
    assert "123456789012" not in str(sheet.stored())


def test_a_sheet_survives_being_stored():
    sheet = sheet_of(*FAMILY)
    assert restored(sheet.stored()) == sheet


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_template_is_a_list_that_is_read_whole(language):
    sheet = read_sheet(template_workbook(language), "vorlage.xlsx")
    assert len(sheet.header) == 11
    assert len(sheet.rows) == 2


def test_wrong_columns_are_named_with_what_was_expected():
    with pytest.raises(NoNames) as refused:
        sheet_of("1;2;3", header="Artikel;Menge;Preis")
    assert "Artikel, Menge, Preis" in str(refused.value)
    assert "Familienname" in str(refused.value)


def test_fifty_thousand_rows_are_refused_with_a_number_and_what_to_do():
    row = "Muster;Olena;04.11.1985;w;;;"
    with pytest.raises(TooManyPeople) as refused:
        sheet_of(*[row] * 50_000)
    assert "50,000 rows" in str(refused.value)
    assert f"{MOST_PEOPLE:,}" in str(refused.value)


def test_a_household_number_merged_over_its_rows_counts_for_each_of_them():
    book = Workbook()
    sheet = book.active
    for row in ("Name;Vorname;Haushalt", "A;Eins;1", "A;Zwei;", "B;Drei;2"):
        sheet.append(row.split(";"))
    sheet.merge_cells("C2:C3")
    stream = io.BytesIO()
    book.save(stream)
    read = read_sheet(stream.getvalue(), "liste.xlsx")
    assert [cells[2] for _line, cells in read.rows] == ["1", "1", "2"]


def test_a_title_with_other_delimiters_than_the_table_does_not_hide_it():
    sheet = read_sheet(b"Zuweisung, KW 47, Stadt\n\nName;Vorname\nMuster;Olena\n", "liste.csv")
    assert sheet.rows == [(4, ["Muster", "Olena"])]


def test_an_old_workbook_is_read_whatever_it_is_called():
    cells = [(0, 0, "Name"), (0, 1, "Geburtsdatum"), (1, 0, "Muster"), (1, 1, 33010.0)]
    sheet = read_sheet(old_workbook(cells, rows=2, columns=2), "liste.xlsx")
    assert sheet.rows == [(2, ["Muster", "33010"])]


def test_a_list_with_headings_only_says_that_nobody_is_in_it():
    with pytest.raises(EmptyTable, match="no person"):
        sheet_of()


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 * 1024 * 1024))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", EmptyTable),
        (b"\n\n", EmptyTable),
        (b"PK\x03\x04 no archive", TableRefused),
        (b"\0\1\2\3" * 100, TableRefused),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, SheetKindRefused),
        (b"<html><table><tr><td>Nachname</td></tr></table></html>", SheetKindRefused),
        (b"x" * (9 * 1024 * 1024), ListTooLarge),
        (_bomb(), TableRefused),
        (f'{HEADER}\n"Muster;Olena'.encode(), TableRefused),
    ],
)
def test_what_is_no_list_is_refused_with_its_name(data, kind):
    with pytest.raises(kind, match=r"liste\.bin"):
        read_sheet(data, "liste.bin")


def test_long_cells_control_characters_and_formulas_are_plain_text():
    sheet = sheet_of("Mus\x01ter;'=SUM(A1);" + "x" * 20_000, header="Name;Vorname;Notiz")
    assert sheet.rows[0][1][:2] == ["Muster", "=SUM(A1)"]
    assert len(sheet.rows[0][1][2]) == 500
