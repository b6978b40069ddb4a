"""Tables in and out: what people really save, what is too large, what a spreadsheet would run."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.formats import tables
from casework.formats.tables import (
    EmptyTable,
    FileTooLarge,
    TableRefused,
    TooManyRows,
    UnclosedQuote,
    csv_bytes,
    disarmed,
    disarmed_data,
    read_bytes,
    read_csv,
    read_xlsx,
    rearmed,
    xlsx_bytes,
)


def workbook(*rows: list, title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def records(data: bytes) -> list[tuple[int, dict[str, str]]]:
    return list(read_csv(data, "t.csv").records())


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_the_encoding_is_recognised(encoding, found):
    table = read_csv("name,town\nBüro Süd,Köln\n".encode(encoding), "t.csv")
    assert table.encoding == found
    assert list(table.records()) == [(2, {"name": "Büro Süd", "town": "Köln"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised_by_the_column_names(delimiter):
    data = delimiter.join(["id", '"a,b"', "name"]) + "\n" + delimiter.join(["1", "x", '"y;,z"'])
    assert records(data.encode()) == [(2, {"id": "1", "a,b": "x", "name": "y;,z"})]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_a_text_editor_does(ending):
    data = ending.join(["id,text", '1,"two', 'lines"', "", ",", "2,x"])
    assert [line for line, _ in records(data.encode())] == [2, 6]


def test_column_names_are_trimmed_and_each_comes_once():
    data = b" ID ,Opening Hours,id,\n1,2,3,4\n"
    assert records(data) == [(2, {"id": "1", "opening_hours": "2", "id (2)": "3", "column 4": "4"})]


def test_cells_beyond_the_column_names_are_kept():
    assert records(b"id\n1,,more\n") == [(2, {"id": "1", "column 3": "more"})]


def test_a_short_row_has_only_its_cells():
    assert records(b"id,name,town\n1,x\n") == [(2, {"id": "1", "name": "x"})]


def test_an_empty_file_is_refused():
    for data in (b"", b"\n\n", b"\xef\xbb\xbf"):
        with pytest.raises(EmptyTable) as refusal:
            read_csv(data, "t.csv")
        assert "t.csv" in str(refusal.value)


def test_a_quotation_mark_that_never_closes_is_refused_with_its_line():
    with pytest.raises(UnclosedQuote) as refusal:
        read_csv(b'id,name\n1,x\n2,"open\n3,y\n4,z\n', "t.csv")
    assert "line 3" in str(refusal.value)


def test_a_cell_that_is_too_long_is_refused():
    with pytest.raises(TableRefused) as refusal:
        read_csv(b"id,name\n1," + b"x" * 200_000 + b"\n", "t.csv")
    assert "line 2" in str(refusal.value)


def test_broken_utf16_is_refused():
    with pytest.raises(TableRefused):
        read_csv(b"\xff\xfea\x00b", "t.csv")


def test_too_many_bytes_or_rows_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    assert len(read_csv(b"id\n1\n2\n", "t.csv").rows) == 2
    with pytest.raises(TooManyRows):
        read_csv(b"id\n1\n2\n3\n", "t.csv")
    monkeypatch.setattr(tables, "MAX_BYTES", 8)
    with pytest.raises(FileTooLarge):
        read_csv(b"id\n1\n2\n3\n", "t.csv")


def test_a_large_file_is_refused_before_it_is_read_whole(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_BYTES", 8)
    path = tmp_path / "t.csv"
    path.write_bytes(b"123456789")
    with pytest.raises(FileTooLarge):
        read_bytes(path)
    with pytest.raises(TableRefused):
        read_bytes(tmp_path / "absent.csv")


def test_a_workbook_gives_its_sheets_as_text():
    data = workbook(["id", "since", "share", "open"], [1, date(2026, 1, 2), 0.5, True], [None] * 4)
    (table,) = read_xlsx(data, "t.xlsx")
    assert list(table.records()) == [
        (2, {"id": "1", "since": "2026-01-02", "share": "0.5", "open": "true"})
    ]


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04broken"])
def test_a_workbook_that_is_none_is_refused(data):
    with pytest.raises(TableRefused):
        read_xlsx(data, "t.xlsx")


def test_a_zip_that_is_no_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(TableRefused):
        read_xlsx(stream.getvalue(), "t.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (60 * 1024 * 1024))
    assert len(stream.getvalue()) < 100_000
    with pytest.raises(FileTooLarge):
        read_xlsx(stream.getvalue(), "t.xlsx")


def test_a_cell_far_outside_is_refused_before_the_memory_is_filled():
    book = openpyxl.Workbook()
    book.active["A1"] = "id"
    book.active["XFD1000000"] = "far"
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(FileTooLarge) as refusal:
        read_xlsx(stream.getvalue(), "t.xlsx")
    assert "far outside" in str(refusal.value)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_disarmed(start):
    cell = f"{start}cmd|' /C calc'!A0"
    assert disarmed(cell) == disarmed_data(cell) == f"'{cell}"
    (row,) = list(csv.reader(io.StringIO(csv_bytes(["a"], [[cell]]).decode(), newline="")))[1:]
    assert row == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["+49 7621 41-5000", "-122.3257992", "+1 (650) 780/7525"])
def test_phones_and_coordinates_stay_as_they_are_for_programs(cell):
    assert disarmed_data(cell) == cell
    assert disarmed(cell) == f"'{cell}"


def test_numbers_are_no_formulas():
    data = csv_bytes(["a", "b", "c", "d"], [[-1, -1.5, None, True]])
    assert data == b"a,b,c,d\r\n-1,-1.5,,true\r\n"


@given(st.text(alphabet="'=+-@\t\ra1 <", max_size=8))
def test_disarming_loses_nothing(text):
    assert rearmed(disarmed(text)) == rearmed(disarmed_data(text)) == text


def test_the_byte_order_mark_is_written_when_asked():
    assert csv_bytes(["ä"], [], mark=True).startswith(b"\xef\xbb\xbf")
    assert csv_bytes(["ä"], []) == "ä\r\n".encode()


def test_a_written_workbook_holds_text_and_never_formulas():
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    data = xlsx_bytes(
        {"People: [1]": (["name", "n", "at"], [["=1+1", 2, at], ["a\x00b", None, ""]])}
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[1] == ["'=1+1", 2, "2026-01-02T03:04:00+00:00"]
    assert cells[2][0] == "ab"
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
