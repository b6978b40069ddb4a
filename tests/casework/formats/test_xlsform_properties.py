"""Whatever stands in the cells: a report, never a crash; and what is usable can be filled in."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.formats.xlsform import WorkbookRefused, read_xlsform, write_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.places import places
from casework.questionnaires.steps import accept, begin
from casework.questionnaires.validating import problems
from tests.casework.formats.workbook_files import with_part, workbook
from tests.casework.questionnaires.samples import NOW

TYPES = st.sampled_from(
    [
        "text",
        "integer",
        "select_one l",
        "select_multiple l or_other",
        "note",
        "calculate",
        "date",
        "range",
        "begin group",
        "end group",
        "begin repeat",
        "end repeat",
        "rank l",
        "hidden",
        "tel",
        "",
        "tezt",
    ]
)
NAMES = st.sampled_from(["a", "b", "c", "d", "e", "", "a b", "g"])
LOGIC = st.sampled_from(
    [
        "",
        "",
        "",
        "${a} = '1'",
        "${b} > 1",
        "../c",
        "sum(${d})",
        "true",
        "(",
        "regex(., '[0-9]+')",
        "${zz}",
        "count(${g})",
        "position(..)",
        ". > 3",
        "selected(${a}, 'x')",
        "today()",
        "indexed-repeat(${a}, ${g}, 1)",
    ]
)
LABELS = st.text("ab ${}.=é<&", max_size=8).filter(lambda text: "|" not in text)
ROWS = st.tuples(TYPES, NAMES, LABELS, LOGIC, LOGIC, LOGIC, LOGIC)
HEADINGS = "type | name | label::en | relevant | calculation | constraint | repeat_count"
RAW = st.dictionaries(
    NAMES, st.lists(st.sampled_from(["1", "x", "2026-01-01", "٣", ""]), max_size=2), max_size=5
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=9), RAW)
def test_any_survey_is_read_and_any_usable_one_is_filled_in(rows, raw):
    table = "\n".join([HEADINGS, *(" | ".join(row) for row in rows)])
    found = read_xlsform(
        workbook(survey=table, choices="list_name | name | label::en\nl | x | X\nl | y | Y")
    )
    assert all(finding.message("en") for finding in found.findings)
    if found.definition is not None:
        assert read_xlsform(write_xlsform(found.definition)).definition == found.definition
    if not found.is_usable:
        return
    filling = begin(compile_form(found.definition), now=NOW)
    for _ in range(2):
        for place in places(filling):
            filling = accept(filling, place, raw).filling
    assert isinstance(problems(filling), list)
    assert isinstance(filling.final(), dict)


WHOLE = workbook(survey="type | name | label::en\ntext | a | A", choices="list_name | name\nl | x")
SHEET = zipfile.ZipFile(io.BytesIO(WHOLE)).read("xl/worksheets/sheet1.xml")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SHEET) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_a_damaged_sheet_is_read_or_refused(place, piece, gone):
    damaged = SHEET[:place] + piece + SHEET[place + gone :]
    try:
        found = read_xlsform(with_part(WHOLE, "xl/worksheets/sheet1.xml", damaged))
    except WorkbookRefused:
        return
    assert all(finding.message("en") for finding in found.findings)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", WHOLE[:300], WHOLE[:-40]]))
def test_any_bytes_are_refused(data, start):
    with pytest.raises(WorkbookRefused):
        read_xlsform(start + data)
