"""What real files do wrong: each kind of dirt once, in a file made here."""

import io
import struct
import time
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from casework.formats.xlsform import (
    apart,
    columns,
    formulas,
    read_xlsform,
    reading,
    survey,
    workbooks,
    write_xlsform,
)
from casework.formats.xlsform.languages import language_of
from casework.questionnaires import checking, compiling, references
from casework.questionnaires.definitions import Group, Question, Repeat
from casework.questionnaires.tidying import tidy_expression
from tests.casework.formats.workbook_files import with_part, workbook
from tests.timing import SOON, least_seconds

HEAD = "type | name | label::English (en)"
LISTS = "list_name | name | label::English (en)\nl | a | A\nl | b | B"


def read(table, choices=LISTS, **sheets):
    return read_xlsform(workbook(survey=table, choices=choices, **sheets))


def said(found):
    return {(each.severity, each.msgid) for each in found.findings}


def by_name(found):
    return {item.name: item for item in found.definition.walk()}


def made(**sheets):
    """A workbook of cells with their own types."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("dirty", "meant"),
    [
        ("${a} = ‘x’", "${a} = 'x'"),
        ("${a} = “it’s”", '${a} = "it\'s"'),
        ("${a} = 'don’t' AND ${b} = ’x’", "${a} = 'don’t' and ${b} = 'x'"),
        ("${a} = «x»", '${a} = "x"'),
        ("${a} = `x´", "${a} = 'x'"),
        (". &gt; 18 and . &lt;= 65", ". > 18 and . <= 65"),
        ("${a} = &quot;x&quot;", '${a} = "x"'),
        ("${a} AND ${b} OR ${c}", "${a} and ${b} or ${c}"),
        ("${a} && ${b} || ${c}", "${a}  and  ${b}  or  ${c}"),
        ("${a} <> 'x'", "${a} != 'x'"),
        (". => 3", ". >= 3"),
        (". =< 3", ". <= 3"),
        (". > = 3", ". >= 3"),
        (". ≥ 3 and . ≠ 4", ". >= 3 and . != 4"),
        ("${a} === 'x'", "${a} = 'x'"),
        ("if(${a} = 1; 'x'; 'y')", "if(${a} = 1, 'x', 'y')"),
        ("if(${a} = 1، 'x'، 'y')", "if(${a} = 1, 'x', 'y')"),
        ("IF(Selected(${a}, 'x'), TODAY(), '')", "if(selected(${a}, 'x'), today(), '')"),
        ("count_selected(${a}) > 1", "count-selected(${a}) > 1"),
        ("NOT(TRUE())", "not(true())"),
        (". > ١٨ and . < ۶۵", ". > 18 and . < 65"),
        ("=${a} + 1", "${a} + 1"),
        ("${a} – 1", "${a} - 1"),
        ("3 × ${a} ÷ 2", "3 * ${a}  div  2"),
        ("$ {a} = 'x'", "${a} = 'x'"),
        ("\u200b${a} = \ufeff'x'\u200f", "${a} = 'x'"),
        ("YES", "true()"),
        ("${a} =\xa0'x'", "${a} =\xa0'x'"),
        ("${ a } = 'x'", "${ a } = 'x'"),
        ("concat('a;b', 'AND', '١', 'x')", "concat('a;b', 'AND', '١', 'x')"),
        ("${a} = = ", "${a} = ="),
        ("if(${a} = 1", "if(${a} = 1"),
    ],
)
def test_an_expression_is_mended_where_it_is_plain_what_was_meant(dirty, meant):
    assert tidy_expression(dirty) == meant


@pytest.mark.parametrize(
    ("heading", "tag"),
    [
        ("English(en)", "en"),
        ("Pashto (pa)", "ps"),
        ("English [en]", "en"),
        ("English（en）", "en"),
        ("English - en", "en"),
        ("english_en", "en"),
        ("français/french", "fr"),
        ("Kurdish (Sorani)", "ckb"),
        ("Persian (Dari)", "fa-AF"),
        ("English (US)", "en"),
        ("Arabic (العربية)", "ar"),
        ("Chinese (simplified)", "zh"),
        (" English\xa0(en) ", "en"),
        ("\u200fالعربية", "ar"),
        ("Deutsch", "de"),
        ("Українська (uk)", "uk"),
        ("Rohingya (rhg)", "rhg"),
    ],
)
def test_a_language_is_known_however_it_is_written(heading, tag):
    assert language_of(heading).tag == tag


@pytest.mark.parametrize(
    "heading",
    [
        "LABEL::English (en)", "label:English (en)", "Label :: English (en)", "label::en",
        "label::English(en)", "\ufefflabel::English", "caption::English (en)", " label ::English ",
    ],
)  # fmt: skip
def test_headings_are_understood_in_many_spellings(heading):
    found = read(f"type | name | {heading}\ntext | a | What?")
    assert by_name(found)["a"].label == {"en": "What?"}


def test_older_headings_mean_the_same():
    found = read(
        "Command | Tag | caption | relevance | calculate | Constraint Message::en | readonly"
        " | Required Message | hint::English (en) | media::image::English (en) | bind::required"
        " | bind::jr:constraintMsg::fr | Repeat Count\n"
        "text | a | A | true() | 1 | no | yes | must | h | a.png | TRUE | non |"
    )
    item = by_name(found)["a"]
    assert (item.relevant, item.calculation, item.read_only, item.required) == (
        "true()", "1", True, True,
    )  # fmt: skip
    assert item.constraint_message == {"en": "no", "fr": "non"}
    assert item.required_message == {"en": "must"}
    assert item.hint == {"en": "h"}
    assert item.media == {"image": {"en": "a.png"}}


def test_blank_languages_and_contradictions_are_said():
    found = read("type | name | label::Pashto (pa) | hint:: | label::x\ntext | a | A | h | X")
    assert ("warning", columns.CORRECTED) in said(found)
    assert ("warning", columns.NO_LANGUAGE) in said(found)
    assert ("warning", columns.UNKNOWN_LANGUAGE) in said(found)
    assert found.is_usable


@pytest.mark.parametrize(
    ("written", "kind", "list_name", "or_other"),
    [
        ("Select_One l", "select_one", "l", False),
        ("SELECT ONE l", "select_one", "l", False),
        ("select  one   l ", "select_one", "l", False),
        ("select_one\xa0l", "select_one", "l", False),
        ("select_multiple l or_other", "select_multiple", "l", True),
        ("select one from l or specify other", "select_one", "l", True),
        ("select1 l", "select_one", "l", False),
        ("select all that apply from l", "select_multiple", "l", False),
        ("add select one prompt using l", "select_one", "l", False),
        ("select_multiple_from_file my towns.csv", "select_multiple_from_file", "my towns.csv",
         False),
        ("add text prompt", "text", "", False),
        ("q int", "integer", "", False),
        ("Text ", "text", "", False),
        ("dateTime", "datetime", "", False),
        ("date_time", "datetime", "", False),
        ("start geopoint", "start-geopoint", "", False),
        ("uri:deviceid", "deviceid", "", False),
        ("phone number", "tel", "", False),
        ("photo", "image", "", False),
        ("trigger", "acknowledge", "", False),
    ],
)  # fmt: skip
def test_types_are_understood_in_many_spellings(written, kind, list_name, or_other):
    assert survey.read_type(" ".join(written.split())) == (kind, list_name, or_other)


@pytest.mark.parametrize(
    ("begin", "end", "shape"),
    [
        ("begin_group", "end_group", Group),
        ("Begin  Group", "END GROUP", Group),
        ("begin group ", "end  group", Group),
        ("begin_repeat", "end  repeat", Repeat),
        ("begin looped group", "end looped group", Repeat),
        ("begin\xa0repeat", "end repeat", Repeat),
    ],
)
def test_groups_and_repeats_begin_and_end_in_many_spellings(begin, end, shape):
    found = read(f"{HEAD}\n{begin} | g | G\ntext | a | A\n{end} | |")
    (item,) = found.definition.items
    assert type(item) is shape
    assert found.is_usable


@pytest.mark.parametrize(
    ("written", "required"),
    [
        ("yes", True), ("Yes", True), ("TRUE", True), ("true()", True), ("1", True),
        ("no", False), ("FALSE", False), ("false()", False), ("0", False), ("", False),
        ("${b} = ’x’", "${b} = 'x'"),
    ],
)  # fmt: skip
def test_yes_and_no_have_many_names(written, required):
    found = read(f"{HEAD} | required\ntext | b | B |\ntext | a | A | {written}")
    assert by_name(found)["a"].required == required


def test_blanks_and_invisible_marks_around_names_are_left_out():
    found = read(
        f"{HEAD} | relevant\ntext\u200b | \u200ea\xa0 | A |\n select_one l  | b  | B | ${{a}} = '1'"
    )
    assert found.is_usable
    assert set(by_name(found)) == {"a", "b"}


def test_numbers_days_and_truths_in_cells_are_what_somebody_would_type():
    book = made(
        survey=[
            ["type", "name", "label", "default", "required", "constraint"],
            ["select_one l", "a", "A", 1.0, True, None],
            ["date", "b", "B", datetime(2026, 5, 31), False, None],
            ["decimal", "c", "C", 2.5, None, ". > 1"],
            ["date", "d", "D", date(2026, 5, 31), None, None],
        ],
        choices=[
            ["list_name", "name", "label"],
            ["l", 1.0, "One"],
            ["l", 2, "Two"],
            ["l", True, 3],
        ],
        settings=[["form_id", "version"], ["x", 20260531.0]],
    )
    found = read_xlsform(saved(book))
    items = by_name(found)
    assert [choice.name for choice in found.definition.choices["l"]] == ["1", "2", "TRUE"]
    assert (items["a"].default, items["a"].required) == ("1", True)
    assert items["b"].default == items["d"].default == "2026-05-31"
    assert items["c"].default == "2.5"
    assert found.definition.version == "20260531"


def test_merged_cells_empty_rows_and_hidden_sheets_do_no_harm():
    book = made(
        survey=[
            ["type", "name", "label"], [None, None, None], ["text", "a", "A"], [],
            [None, " ", None],
            ["note", "n", "N"],
        ],
        choices=[["list_name", "name", "label"]],
        hidden=[["old", "things"]],
    )  # fmt: skip
    book["survey"].merge_cells("C3:D4")
    book["hidden"].sheet_state = "hidden"
    found = read_xlsform(saved(book))
    assert found.is_usable
    assert [item.row for item in found.definition.walk()] == [3, 6]
    assert ("notice", reading.SHEET_LEFT) in said(found)


def test_a_formula_counts_as_what_it_last_showed():
    book = made(survey=[["type", "name", "label"], ["text", "a", '="What"&"?"']])
    assert not by_name(read_xlsform(saved(book)))["a"].label


def test_sheets_are_found_in_any_case_and_by_old_names():
    found = read_xlsform(
        workbook(**{" Survey ": f"{HEAD}\nselect_one l | a | A", "Choices and columns": LISTS})
    )
    assert found.is_usable


def test_several_rows_of_settings_and_none_at_all_are_said():
    found = read(f"{HEAD}\ntext | a | A", settings="form_id | version\nx | 1\ny | 2")
    assert ("warning", reading.MORE_SETTINGS) in said(found)
    assert found.definition.form_id == "x"
    bare = read(f"{HEAD}\ntext | a | A")
    assert ("warning", reading.NO_FORM_ID) in said(bare)
    assert bare.is_usable


def test_double_choices_are_a_warning_unless_they_are_meant():
    double = LISTS + "\nl | a | Again"
    table = f"{HEAD}\nselect_one l | q | Q"
    assert ("warning", checking.DOUBLE_CHOICE) in said(read(table, double))
    for meant in ("yes", "TRUE", "true()", "1"):
        allowed = read(table, double, settings=f"form_id | allow_choice_duplicates\nx | {meant}")
        assert ("warning", checking.DOUBLE_CHOICE) not in said(allowed)
        assert allowed.is_usable


@pytest.mark.parametrize(
    ("row", "msgid", "guess"),
    [
        ("select_one L | q | Q", checking.NO_LIST, "l"),
        ("select_one yes_no | q | Q", checking.NO_LIST, ""),
        ("select_one ${a} | q | Q", compiling.NOT_IN_REPEAT, None),
        ("select_oen l | q | Q", checking.UNKNOWN_TYPE, "select_one"),
        ("caseid | q | Q", checking.VENDOR_TYPE, None),
        ("begin_kobomatrix | q | Q", checking.VENDOR_TYPE, None),
        ("text | 1q | Q", checking.BAD_NAME, None),
        ("text | q q | Q", checking.BAD_NAME, None),
        (f"text | {'q' * 101} | Q", checking.BAD_NAME, None),
        ("text | | Q", checking.NO_NAME, None),
        ("text | a | Q", checking.DOUBLE_NAME, None),
        ("select_multiple spaced | q | Q", checking.SPACE_IN_CHOICE, None),
    ],
)
def test_mistakes_are_errors_at_their_row(row, msgid, guess):
    found = read(f"{HEAD}\ntext | a | A\n{row}", LISTS + "\nspaced | a b | AB")
    errors = [each for each in found.findings if each.severity == "error"]
    assert [each.msgid for each in errors] == [msgid]
    assert errors[0].row in (2, 3, 4)
    assert errors[0].message("de")
    assert errors[0].what_to_do("de")
    if guess is not None:
        assert errors[0].params["guess"] == guess


@pytest.mark.parametrize(
    ("expression", "guess"), [("${Age} > 1", "age"), ("${agee} > 1", "age"), ("${zz} > 1", "")]
)
def test_a_name_that_does_not_exist_is_an_error_with_what_was_probably_meant(expression, guess):
    found = read(f"{HEAD} | relevant\ninteger | age | A |\ntext | b | B | {expression}")
    (error,) = [each for each in found.findings if each.severity == "error"]
    assert (error.msgid, error.row, error.column) == (references.UNKNOWN_NAME, 3, "relevant")
    assert error.params["guess"] == guess
    assert (f"${{{guess}}}" in error.what_to_do("en")) is bool(guess)


def test_the_answer_of_an_earlier_form_counts_as_empty():
    found = read(
        f"{HEAD} | default | calculation\ntext | a | A ${{last-saved#a}} | ${{last-saved#a}} |\n"
        "calculate | c | | | if(${last-saved#a} = '', 'none', 'some')"
    )
    assert ("notice", references.LAST_SAVED) in said(found)
    assert found.is_usable


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        (("calculate | a | | | ${b}", "calculate | b | | | ${a}"), {"a", "b"}),
        (("text | a | A | ${b} = '1' |", "calculate | b | | | ${a}"), {"a", "b"}),
        (("calculate | a | | | ${a} + 1",), {"a"}),
        (("text | a | A | ${b} = '1' |", "text | b | B | ${a} = '1' |"), {"a", "b"}),
    ],
)
def test_a_circle_is_an_error_also_through_conditions(rows, names):
    found = read("\n".join([f"{HEAD} | relevant | calculation", "text | z | Z | |", *rows]))
    (error,) = [each for each in found.findings if each.severity == "error"]
    assert error.msgid == references.LOOP
    assert set(error.params["names"].split(" → ")) == names


def test_cascading_choices_in_the_old_way():
    found = read(
        f"{HEAD} | choice_filter\nselect_one land | land | L |\nselect_one town | town | T |"
        " land=${land}",
        "list name | name | label::English (en) | land\nland | de | Germany |"
        "\ntown | ulm | Ulm | de\ntown | bern | Bern | ch",
    )
    assert found.is_usable
    assert found.definition.choices["town"][0].extra == {"land": "de"}


def test_a_list_may_have_blanks_in_its_name_and_other_beside_it():
    found = read(
        f"{HEAD}\nselect_one my list or_other | q | Q",
        "list_name | name | label::English (en)\nmy list | a | A",
    )
    item = by_name(found)["q"]
    assert isinstance(item, Question)
    assert (item.list_name, item.or_other) == ("my list", True)
    assert found.is_usable


def test_a_calculation_with_a_label_is_no_question():
    found = read(f"{HEAD} | calculation\ntext | a | A |\ncalculate | c | Sum | 1 + 1")
    assert found.is_usable
    assert by_name(found)["c"].label == {"en": "Sum"}


def test_parameters_may_have_blanks_around_the_sign():
    found = read(f"{HEAD} | parameters\nrange | r | R | start = 1  end= 5 step =2")
    assert by_name(found)["r"].parameters == {"start": "1", "end": "5", "step": "2"}


def test_a_record_of_another_program_is_asked_as_text():
    found = read(f"{HEAD} | appearance\ndb:person | p | Who | db-object")
    item = by_name(found)["p"]
    assert (item.type, item.appearance) == (
        "text", ("db-object", "select-contact", "type-person"),
    )  # fmt: skip
    assert ("warning", survey.RECORD_AS_TEXT) in said(found)
    assert found.is_wholly_supported


def test_what_only_one_program_knows_is_named_with_it():
    found = read(
        f"{HEAD} | calculation\ncaseid | c | C |\ncalculate | d | | duration() + duration()\n"
        "calculate | e | | soundex('x')"
    )
    lacks = {(each.kind, each.name, each.count, each.vendor) for each in found.lacks}
    assert lacks == {
        ("type", "caseid", 1, "SurveyCTO"), ("function", "duration", 2, "SurveyCTO"),
        ("function", "soundex", 1, ""),
    }  # fmt: skip
    assert ("error", compiling.VENDOR_FUNCTION) in said(found)
    assert not found.is_wholly_supported
    sentence = found.measure("en")
    assert "duration() [SurveyCTO] × 2" in sentence
    assert "soundex() × 1" in sentence


def test_the_measure_tells_mistakes_from_what_is_lacking():
    assert read(f"{HEAD}\ntext | a | A").measure("en") == reading.WHOLLY
    broken = read(f"{HEAD} | relevant\ntext | a | A | ${{b}} = 1")
    assert broken.lacks == ()
    assert broken.measure("en") == reading.MISTAKES % {"count": 1}


def test_five_thousand_choices_are_read():
    choices = "\n".join(["list_name | name | label", *(f"l | n{n} | N {n}" for n in range(5000))])
    found = read("type | name | label\nselect_one l | q | Q", choices)
    assert found.is_usable
    assert len(found.definition.choices["l"]) == 5000


def test_a_thousand_nested_or_open_groups_are_refused_with_a_sentence():
    deep = "\n".join([HEAD, *(f"begin group | g{n} | G" for n in range(1000)), "text | a | A"])
    found = read(deep)
    assert ("error", compiling.TOO_BIG) in said(found)
    assert ("error", survey.NOT_CLOSED) in said(found)


def test_a_file_with_a_password_and_an_open_document_are_told_apart():
    locked = workbooks.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    with pytest.raises(workbooks.WorkbookRefused) as refused:
        read_xlsform(locked)
    assert refused.value.msgid == workbooks.PROTECTED
    with pytest.raises(workbooks.WorkbookRefused) as refused:
        read_xlsform(with_part(workbook(survey=HEAD), "mimetype", b"application/vnd.oasis"))
    assert refused.value.msgid == workbooks.NOT_EXCEL


def test_an_old_workbook_that_boasts_of_a_million_rows_keeps_its_cells():
    def size(*numbers):
        return b"\x00\x02\x0e\x00" + struct.pack("<IIHH", *numbers) + b"\0\0"

    boast, honest, text = size(0, 1_048_576, 0, 254), size(0, 40, 0, 20), size(9, 2, 9, 2)
    data = b"a" + boast + b"b" + honest + text
    assert apart.without_boasts(data) == b"a" + size(0, 0, 0, 0) + b"b" + honest + text


def test_a_form_of_four_times_as_many_mistakes_takes_about_four_times_as_long():
    def mistaken(count):
        rows = (f"text | t{n} | T ${{zz{n}}} | ${{yy{n}}} = 1" for n in range(count))
        return workbook(survey="\n".join(["type | name | label | relevant", *rows]))

    few, many = mistaken(350), mistaken(1400)
    assert len(read_xlsform(many).findings) >= 2800
    slower = least_seconds(lambda: read_xlsform(many)) / least_seconds(lambda: read_xlsform(few))
    assert slower < 9, "sixteen times is what comparing each with each takes"


def test_a_formula_without_a_result_and_a_failed_one_are_told_by_their_cell():
    book = made(
        survey=[
            ["type", "name", "label", "relevant"],
            ["text", "a", '=CONCAT("x","y")', None],
            ["text", "b", "B", "#REF!"],
            ["text", "c", "C", "=A1"],
        ]
    )
    book["survey"]["D3"].data_type = "e"
    found = read_xlsform(saved(book))
    told = {
        (each.sheet, each.row, each.params["column"])
        for each in found.findings
        if each.msgid == formulas.NO_VALUE
    }
    assert told == {("survey", 2, "C"), ("survey", 3, "D"), ("survey", 4, "D")}


def test_choices_that_a_search_would_find_are_no_support_of_the_whole_form():
    found = read(f"{HEAD} | appearance\nselect_one l | q | Q | minimal search('x', 'a', ${{b}})")
    assert ("warning", checking.SEARCHED) in said(found)
    assert [lack.named() for lack in found.lacks] == ["search() × 1"]
    assert not found.is_wholly_supported
    box = read(f"{HEAD} | appearance\nselect_one l | q | Q | search")
    assert box.is_wholly_supported


@pytest.mark.parametrize(
    ("text", "is_told"),
    [("Hi $q", True), ("Hi ${q", True), ("Hi $(q)", True), ("Hi $ q", True), ("Hi ${q}", False),
     ("Hi ${ q }", False), ("It costs 5 $", False), ("$100", False), ("$other", False)],
)  # fmt: skip
def test_a_name_that_is_almost_piped_is_told(text, is_told):
    found = read(f"{HEAD}\ntext | q | Q\nnote | n | {text}")
    assert (("warning", checking.NOT_PIPED) in said(found)) is is_told


def test_one_mistake_of_a_shared_list_is_told_once():
    lists = "list_name | name | label\nl | x y | X"
    found = read(f"{HEAD}\nselect_multiple l | a | A\nselect_multiple l | b | B", lists)
    assert sum(each.msgid == checking.SPACE_IN_CHOICE for each in found.findings) == 1


@pytest.mark.parametrize(
    "text", ["start=1 end=5 step=0.5", "start=1;end=5;step=0.5", "start = 1 end=5 , step=0.5",
             "start=1, end=5 step = 0.5"],
)  # fmt: skip
def test_parameters_are_read_whatever_stands_between_them(text):
    found = read(f"{HEAD} | parameters\nrange | q | Q | {text}")
    assert by_name(found)["q"].parameters == {"start": "1", "end": "5", "step": "0.5"}


def test_every_spelling_of_the_wild_comes_to_the_same_form():
    table = {
        "Survey ": [
            ["\ufefftype", " name\xa0", "label::English\xa0(en)", "relevance", "constraint message",
             "media::image", "bind::odk:length", "bind::required"],
            ["begin_group", "g", "G", None, None, None, None, None],
            ["select one from l", "a", "A", None, None, "a.png", None, "yes"],
            ["select_multiple l or_other", "b", "B", "${a} = 'x'", None, None, None, None],
            ["integer", "n", 5.0, None, "No", None, "10", None],
            ["end group", None, None, None, None, None, None, None],
            ["start-geopoint", "where", None, None, None, None, None, None],
            ["audit", "audit", None, None, None, None, None, None],
        ],
        "Choices ": [["list name", "name", "label::English (en) "], ["l", "x", "X"], ["l", 1.0, 2]],
        "settings": [["form_title", "form_id", "default_language"]],
    }  # fmt: skip
    found = read_xlsform(saved(made(**table)))
    assert found.is_wholly_supported, found.findings
    items = by_name(found)
    assert (items["a"].required, items["a"].media) == (True, {"image": {"en": "a.png"}})
    assert (items["b"].or_other, items["b"].relevant) == (True, "${a} = 'x'")
    assert (items["n"].label, items["n"].constraint_message) == ({"en": "5"}, {"en": "No"})
    assert items["n"].extra == {"bind::odk:length": "10"}
    assert [choice.name for choice in found.definition.choices["l"]] == ["x", "1"]
    assert read_xlsform(write_xlsform(found.definition)).definition == found.definition


def test_three_thousand_questions_are_read_at_once():
    rows = [["type", "name", "label"], *(["text", f"q{n}", f"Q {n}"] for n in range(3000))]
    data = saved(made(survey=rows))
    begun = time.process_time()
    found = read_xlsform(data)
    assert found.is_wholly_supported
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize("title", ["Sheet1", "Tabelle1", "my form"])
def test_the_only_sheet_of_a_file_is_the_survey_whatever_it_is_called(title):
    found = read_xlsform(workbook(**{title: f"{HEAD}\ntext | a | A"}))
    assert list(by_name(found)) == ["a"]
    assert ("warning", reading.ONLY_SHEET) in said(found)


def test_a_sheet_of_something_else_is_not_taken_for_the_survey():
    found = read_xlsform(workbook(Sheet1="a | b\n1 | 2"))
    assert ("error", reading.NO_SURVEY) in said(found)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("get start time", "start"), ("get end time", "end"), ("get today", "today"),
        ("get device id", "deviceid"), ("get sim id", "simserial"),
        ("get subscriber id", "subscriberid"), ("get phone number", "phonenumber"),
        ("phone number", "tel"), ("number of days in last month", "integer"), ("osm", "osm"),
    ],
)  # fmt: skip
def test_types_of_older_programs_are_known(written, meant):
    assert survey.read_type(written) == (meant, "", False)


def test_the_tags_of_a_map_are_a_list():
    found = read(
        f"{HEAD}\nosm buildings | a | A\ntext | b | B", LISTS, osm="list_name | name\nbuildings | x"
    )
    assert (by_name(found)["a"].type, by_name(found)["a"].list_name) == ("osm", "buildings")
    assert found.is_usable
    again = read_xlsform(write_xlsform(found.definition))
    assert again.definition == found.definition


def test_the_log_of_a_device_needs_no_name():
    found = read(f"{HEAD}\naudit | |\ntext | b | B")
    assert list(by_name(found)) == ["audit", "b"]
    assert found.is_usable


def test_a_loop_over_choices_is_told_by_its_name():
    found = read(f"{HEAD}\nbegin loop over l | each |\ninteger | n | N\nend loop | |")
    errors = [each for each in found.findings if each.severity == "error"]
    assert [(each.msgid, each.row) for each in errors] == [
        (checking.LOOPS, 2), (checking.LOOPS, 4),
    ]  # fmt: skip


def test_a_calculation_of_nothing_is_told():
    found = read(f"{HEAD} | calculation\ncalculate | c | |\ntext | b | B |")
    assert ("warning", checking.NO_SUM) in said(found)
    assert found.is_usable


def test_a_list_that_the_sheet_of_external_choices_lacks_is_told():
    rows = "list_name | name | label\ntowns | t | T"
    table = f"{HEAD}\nselect_one_external towns | a | A\nselect_one_external lanes | b | B"
    found = read(table, LISTS, external_choices=rows)
    told = [each for each in found.findings if each.msgid == checking.NO_EXTERNAL]
    assert [(each.row, each.params["list"]) for each in told] == [(3, "lanes")]


def test_names_in_the_sheet_of_entities_are_looked_up():
    table = "list_name | label | entity_id\npeople | ${a} | ${nobody}"
    found = read(f"{HEAD}\ntext | a | A", LISTS, entities=table)
    told = [each for each in found.findings if each.sheet == "entities"]
    assert [(each.msgid, each.row, each.column) for each in told] == [
        (references.UNKNOWN_NAME, 2, "entity_id")
    ]  # fmt: skip


def test_a_device_question_is_called_as_the_file_calls_it():
    found = read(f"{HEAD}\nemail | e |\ntext | b | B")
    told = [each for each in found.findings if each.msgid == checking.METADATA]
    assert told[0].params["type"] == "email"


@pytest.mark.parametrize("yes", ["oui", "Ja", "نعم", "да"])
def test_yes_of_another_language_is_understood_and_told(yes):
    found = read(f"{HEAD} | required\ntext | a | A | {yes}\ntext | b | B | no")
    assert by_name(found)["a"].required is True
    assert ("warning", survey.CORRECTED) in said(found)


def test_a_row_that_has_only_words_is_told_by_them():
    found = read(f"{HEAD}\n | | Hello you\ntext | a | A")
    told = [each.params["name"] for each in found.findings if each.msgid == survey.NO_TYPE]
    assert told == ["Hello you"]


def test_a_list_in_other_letters_is_guessed():
    found = read(f"{HEAD}\nselect_one L | a | A")
    assert [each.params["guess"] for each in found.findings if each.msgid == checking.NO_LIST] == [
        "l"
    ]


def test_a_wide_equals_sign_is_one():
    assert tidy_expression("${a} ＝ 3") == "${a} = 3"


def test_two_of_one_name_are_told_to_differ():
    found = read(f"{HEAD}\ntext | a | A\ntext | a | A")
    told = [each for each in found.findings if each.msgid == checking.DOUBLE_NAME]
    assert told[0].advice == references.MAKE_UNIQUE
