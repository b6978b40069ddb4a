"""Files that mean harm, or are none of ours."""

import io
import random
import time
import zipfile

import pytest

from casework.formats.xlsform import WorkbookRefused, read_xlsform
from casework.formats.xlsform import workbooks as say
from tests.casework.formats.workbook_files import SMALL, with_part, workbook
from tests.timing import SOON

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def refusal(data):
    started = time.process_time()
    with pytest.raises(WorkbookRefused) as refused:
        read_xlsform(data)
    assert time.process_time() - started < SOON
    return refused.value.msgid


def sheet(content):
    return with_part(workbook(survey=SMALL), SHEET, HEAD + content + TAIL)


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.7", b"<html>", b"type,name\ntext,a\n", b"\x89PNG\r\n"]
)
def test_other_files_are_refused(data):
    assert refusal(data) == say.NOT_EXCEL


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\0" * 100,
        workbook(survey=SMALL)[:800],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(3).randbytes(3000),
    ],
)
def test_damaged_files_are_refused(data):
    assert refusal(data) == say.DAMAGED


def test_a_zip_without_a_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("readme.txt", "hello")
    assert refusal(file.getvalue()) == say.DAMAGED


def test_a_large_file_is_refused_before_it_is_opened():
    assert refusal(b"PK\x03\x04" + b"\0" * 5_300_000) == say.TOO_LARGE


def test_a_file_that_unpacks_to_sixty_megabytes_is_refused():
    assert (
        refusal(with_part(workbook(survey=SMALL), "xl/media/x.bin", b"\0" * 60_000_000))
        == say.UNPACKS_TOO_LARGE
    )


def test_a_size_that_lies_is_not_believed():
    data = with_part(workbook(survey=SMALL), SHEET, b" " * 45_000_000)
    true_size, small = (45_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert true_size in data
    assert refusal(data.replace(true_size, small)) in (say.UNPACKS_TOO_LARGE, say.DAMAGED)


def test_thousands_of_parts_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for number in range(1100):
            package.writestr(f"xl/{number}.xml", "")
    assert refusal(file.getvalue()) == say.UNPACKS_TOO_LARGE


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        b'<!doctype x SYSTEM "file:///etc/passwd">',
    ],
)
def test_xml_that_declares_entities_is_refused(declaration):
    assert (
        refusal(with_part(workbook(survey=SMALL), SHEET, declaration + HEAD + TAIL)) == say.HOSTILE
    )


def test_xml_in_an_unusual_encoding_is_refused():
    content = (HEAD + TAIL).decode().encode("utf-16")
    assert refusal(with_part(workbook(survey=SMALL), SHEET, content)) == say.HOSTILE


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="1048576"><c><v>1</v></c></row>',
        b"<row r='30000'><c r='A30000'><v>1</v></c></row>",
        b'<row r="1"><c r="ZZZ1"><v>1</v></c></row>',
    ],
)
def test_cells_that_lie_far_out_are_refused(cells):
    assert refusal(sheet(cells)) == say.TOO_WIDE


def test_empty_formatted_rows_far_out_do_no_harm():
    found = read_xlsform(
        sheet(
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c>'
            b'<c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
            b'<row r="2"><c r="A2" t="inlineStr"><is><t>text</t></is></c>'
            b'<c r="B2" t="inlineStr"><is><t>a</t></is></c></row>'
            b'<row r="1048576"><c r="A1048576" s="1"/></row>'
        )
    )
    assert found.is_usable


def test_more_rows_than_any_form_has_are_refused():
    rows = b"".join(b"<row><c><v>1</v></c></row>" for _ in range(20_002))
    assert refusal(sheet(rows)) == say.TOO_MANY_ROWS
