"""Definitions to XLSForm files: other software reads them, and nothing is lost on the way back."""

import io

import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires.definitions import Choice, Definition, Question
from tests.casework.formats.workbook_files import workbook
from tests.casework.questionnaires.samples import HOUSEHOLD, definition, question

STARTERS = ("help", "offer")

EVERYTHING = Definition(
    form_id="all",
    version="3",
    title={"en": "All", "ar": "كل"},
    default_language="en",
    languages=("en", "ar", "ti"),
    language_names={"en": "English"},
    items=(
        Question(
            name="q",
            type="select_multiple",
            list_name="l",
            or_other=True,
            label={"en": "=1+1", "ar": "س"},
            hint={"ar": "تلميح"},
            guidance={"en": "g"},
            required_message={"en": "r"},
            constraint_message={"en": "c"},
            media={"image": {"en": "a.png"}},
            required="${t} = 'x'",
            read_only=True,
            relevant="true()",
            constraint="count-selected(.) < 3",
            choice_filter="f = 'x'",
            default="a",
            appearance=("minimal", "w1"),
            parameters={"seed": "1", "randomize": "true"},
            save_to="need.category",
            extra={"instance::tag": "x", "my notes": "+49"},
        ),
        Question(name="t", type="tel", label={"en": "Phone"}, appearance=("numbers",)),
        Question(name="e", type="email", label={"en": "Mail"}, trigger="${t}", calculation="'a'"),
        Question(name="d", type="device_email"),
    ),
    choices={
        "l": (
            Choice(name="a", label={"en": "A"}, extra={"f": "x"}, media={"audio": {"ar": "a.mp3"}}),
        )
    },
    settings={"style": "pages", "public_key": "@x"},
    sheets={"external_choices": (("list_name", "name"), ("x", "y"))},
)


def again(found):
    return read_xlsform(write_xlsform(found)).definition


@pytest.mark.parametrize("found", [EVERYTHING, HOUSEHOLD, definition(question("text", "a"))])
def test_what_is_written_is_read_as_the_same(found):
    assert again(found) == found


def test_a_form_without_any_language_stays_without():
    bare = read_xlsform(workbook(survey="type | name | label\ntext | a | A")).definition
    assert bare.default_language == "und"
    assert again(bare) == bare


def accepted(tmp_path, found):
    path = tmp_path / "form.xlsx"
    path.write_bytes(write_xlsform(found))
    return convert(path).xform


def test_other_software_accepts_what_is_written(tmp_path):
    assert "<h:title>sample</h:title>" in accepted(tmp_path, HOUSEHOLD)


@pytest.mark.parametrize("slug", STARTERS)
def test_other_software_accepts_the_starter_forms(tmp_path, slug, pytestconfig):
    path = pytestconfig.rootpath / "casework" / "starter" / "forms" / f"{slug}.xlsx"
    found = read_xlsform(path.read_bytes())
    assert found.is_usable
    assert again(found.definition) == found.definition
    assert f'id="{slug}"' in accepted(tmp_path, found.definition)


def test_no_cell_is_a_formula():
    book = load_workbook(io.BytesIO(write_xlsform(EVERYTHING)))
    cells = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}


def test_control_characters_never_reach_the_file():
    odd = definition(question("text", "a", label={"en": "a\x00b\x1fc"}))
    assert again(odd).items[0].label == {"en": "abc"}
