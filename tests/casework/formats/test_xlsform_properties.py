"""Whatever stands in the cells: a report, never a crash; and what is usable can be filled in."""

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.places import places
from casework.questionnaires.steps import accept, begin
from casework.questionnaires.validating import problems
from tests.casework.formats.workbook_files import workbook
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
