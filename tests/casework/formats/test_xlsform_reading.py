"""XLSForm files to definitions: tolerant of what people write, silent about nothing."""

import pytest

from casework.formats.xlsform import columns, read_xlsform, reading, survey
from casework.formats.xlsform.languages import language_of
from casework.questionnaires.definitions import Group, Repeat
from casework.questionnaires.tidying import tidy_expression
from tests.casework.formats.workbook_files import SMALL, workbook


def read(**sheets):
    return read_xlsform(workbook(**sheets))


def messages(found):
    return [(each.severity, each.msgid) for each in found.findings]


def items(found):
    return {item.name: item for item in found.definition.walk()}


SURVEY = """
type | name | label::English (en) | label::العربية (ar) | hint::en | required | relevant
begin group | you | You | أنت
text | given | Name | الاسم | Any | yes
end group
begin repeat | member | Person | | | | ${n} > 1
integer | n | Age | | | ${given} != ''
end_repeat
select_multiple l or_other | s | Choose | | | no
"""
CHOICES = """
list_name | name | label::English (en) | filter
l         | a    | One                 | x
l         | 2    | Two                 |
"""
SETTINGS = """
form_title | form_id | version | default_language | label::العربية (ar) | style
Help       | help    | 7       | English (en)     | مساعدة              | pages
"""
ENTITIES = """
list_name | label
people    | ${given}
"""


def test_a_whole_form_is_read():
    found = read(survey=SURVEY, choices=CHOICES, settings=SETTINGS, entities=ENTITIES)
    form, by_name = found.definition, items(found)
    assert (form.form_id, form.version, form.default_language) == ("help", "7", "en")
    assert form.title == {"en": "Help", "ar": "مساعدة"}
    assert form.languages == ("en", "ar")
    assert form.language_names == {"en": "English", "ar": "العربية"}
    assert form.settings == {"style": "pages"}
    assert form.entities == ({"list_name": "people", "label": "${given}"},)
    assert isinstance(by_name["you"], Group)
    assert isinstance(by_name["member"], Repeat)
    assert by_name["given"].label == {"en": "Name", "ar": "الاسم"}
    assert by_name["given"].hint == {"en": "Any"}
    assert by_name["given"].required is True
    assert by_name["given"].row == 3
    assert by_name["n"].required == "${given} != ''"
    assert by_name["s"].required is False
    assert (by_name["s"].type, by_name["s"].list_name, by_name["s"].or_other) == (
        "select_multiple",
        "l",
        True,
    )
    assert [choice.name for choice in form.choices["l"]] == ["a", "2"]
    assert form.choices["l"][0].extra == {"filter": "x"}


@pytest.mark.parametrize(
    ("written", "kind", "list_name"),
    [
        ("select one from l", "select_one", "l"),
        ("Select_One l", "select_one", "l"),
        ("select all that apply from l", "select_multiple", "l"),
        ("select_one_from_file cities.csv", "select_one_from_file", "cities.csv"),
        ("string", "text", ""),
        ("int", "integer", ""),
        ("dateTime", "datetime", ""),
        ("phone number", "tel", ""),
        ("acknowledge", "acknowledge", ""),
        ("rank l", "rank", "l"),
        ("db:person", "db:person", ""),
        ("selectone l", "selectone l", ""),
    ],
)
def test_types_have_many_names(written, kind, list_name):
    assert survey.read_type(written) == (kind, list_name, False)


def test_appearances_and_parameters_are_taken_apart():
    table = (
        "type | name | label | appearance | parameters\nrange | r | R | w1  w2 | start=1;end=5 ; x"
    )
    (item,) = read(survey=table).definition.items
    assert item.appearance == ("w1", "w2")
    assert item.parameters == {"start": "1", "end": "5", "x": ""}


def test_phone_and_email_are_told_by_appearance():
    found = read(
        survey="""
type  | name | label | appearance
text  | a    | A     | numbers tel
text  | b    | B     | email
email | c    | C     |
email | d    |       |
"""
    )
    types = {name: (item.type, item.appearance) for name, item in items(found).items()}
    assert types == {
        "a": ("tel", ("numbers",)),
        "b": ("email", ()),
        "c": ("email", ()),
        "d": ("device_email", ()),
    }


@pytest.mark.parametrize(
    ("heading", "tag", "name"),
    [
        ("English (en)", "en", "English"),
        ("English(en)", "en", "English"),
        ("english", "en", "english"),
        ("fr", "fr", ""),
        ("Français", "fr", "Français"),
        ("Dari (fa-AF)", "fa-AF", "Dari"),
        ("prs", "fa-AF", ""),
        ("دری", "fa-AF", "دری"),
        ("Kurmancî (kmr)", "ku", "Kurmancî"),
        ("Central Kurdish (ckb)", "ckb", "Central Kurdish"),
        ("Serbian (sr-latn)", "sr-Latn", "Serbian"),
        ("Pashto (pa)", "ps", "Pashto"),
        ("Tigirigna", "ti", "Tigirigna"),
        ("Local language", "und-x-local-language", "Local language"),
        ("x", "und-x-x", "x"),
        ("???", "und-x-unnamed", "???"),
    ],
)
def test_languages_are_known_by_name_or_code(heading, tag, name):
    found = language_of(heading)
    assert (found.tag, found.name) == (tag, name)


def test_a_language_that_contradicts_itself_or_has_no_code_is_reported():
    found = read(
        survey="type | name | label::Pashto (pa) | label::Elvish | label::\ntext | a | x | y | z"
    )
    assert ("warning", columns.CORRECTED) in messages(found)
    assert ("warning", columns.UNKNOWN_LANGUAGE) in messages(found)
    assert ("warning", columns.NO_LANGUAGE) in messages(found)


def test_texts_without_a_language_belong_to_the_default_language():
    table = "type | name | label | hint::fr\ntext | a | Nom | x"
    assert items(read(survey=table))["a"].label == {"fr": "Nom"}
    named = read(survey=table, settings="default_language\nFrench (fr)")
    assert items(named)["a"].label == {"fr": "Nom"}
    both = read(survey="type | name | label | label::fr\ntext | a | Name | Nom")
    assert items(both)["a"].label == {"und": "Name", "fr": "Nom"}
    assert ("warning", reading.NO_DEFAULT) in messages(both)


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("${a} = ’no’", "${a} = 'no'"),
        ('${a}=”"', '${a}=""'),
        ("${a}=’’", "${a}=''"),
        (". &gt;= 1 and . &lt;= 2", ". >= 1 and . <= 2"),
        ("${a} = 1 AND NOT(${b} = 'AND')", "${a} = 1 and not(${b} = 'AND')"),
        ("${a} == 1", "${a} = 1"),
        ("True", "true()"),
        ("no", "false()"),
        ("concat('it’s', \"“ok”\")", "concat('it’s', \"“ok”\")"),
        ("${a} +", "${a} +"),
        (" . > 1 ", ". > 1"),
    ],
)
def test_expressions_are_tidied_only_where_they_cannot_be_read(dirty, tidy):
    assert tidy_expression(dirty) == tidy


def test_a_corrected_expression_is_reported():
    found = read(
        survey="type | name | label::en | relevant\ntext | a | A |\ntext | b | B | ${a}=’x’"
    )
    assert ("warning", survey.CORRECTED) in messages(found)
    assert found.is_usable


@pytest.mark.parametrize(
    ("table", "severity", "msgid"),
    [
        ("type | name | label\nend group |  |\ntext | a | A", "error", survey.NOT_OPEN),
        ("type | name | label\nbegin group | g | G\ntext | a | A", "error", survey.NOT_CLOSED),
        (
            "type | name | label\nbegin repeat | g | G\ntext | a | A\nend group | |",
            "error",
            survey.CROSSED,
        ),
        ("type | name | label\n | a | A\ntext | b | B", "error", survey.NO_TYPE),
        ("name | label\na | A", "error", survey.NO_COLUMN),
        (
            "type | name | label | disabled\ntext | a | A | yes\ntext | b | B |",
            "notice",
            survey.DISABLED,
        ),
        ("type | name | label\nnote | | Hello\ntext | a | A", "warning", survey.NAMED_FOR_YOU),
        ("type | name | label | label\ntext | a | A | B", "warning", columns.TWICE),
        ("type | name | label |\ntext | a | A | lost", "warning", columns.NO_HEADING),
        ("type | name | label | colour\ntext | a | A | red", "notice", columns.KEPT),
    ],
)
def test_each_problem_of_a_survey_is_reported(table, severity, msgid):
    assert (severity, msgid) in messages(read(survey=table))


def test_all_problems_come_at_once_with_sheet_row_and_column():
    found = read(
        survey="type | name | label | relevant\ntextt | a | A\ntext | b | B | (\nselect_one no | c",
        choices="list_name | name | label\n | x | X",
    )
    assert not found.is_usable
    places = {
        (each.sheet, each.row, each.column) for each in found.findings if each.severity == "error"
    }
    assert places == {("survey", 2, "type"), ("survey", 3, "relevant"), ("survey", 4, "type")}
    assert ("warning", reading.NO_LIST_NAME) in messages(found)
    for each in found.findings:
        assert each.message("en")
        assert each.what_to_do("de")


def test_a_file_without_a_survey_says_so_and_guesses():
    found = read(surveys=SMALL, choices="list_name | name\nl | a")
    assert found.definition is None
    assert messages(found) == [("warning", reading.LOOKS_LIKE), ("error", reading.NO_SURVEY)]


def test_other_sheets_are_named_and_known_ones_kept():
    found = read(survey=SMALL, Notes="hello", external_choices="list_name | name\nl | a")
    assert ("notice", reading.SHEET_LEFT) in messages(found)
    assert found.definition.sheets == {"external_choices": (("list_name", "name"), ("l", "a"))}


def test_an_empty_form_is_an_error_and_no_crash():
    assert not read(survey="type | name").is_usable
    assert not read(survey="", settings="", choices="").is_usable
    assert not read(survey=SMALL, choices="nothing | here\n1 | 2").is_usable


def test_headings_may_stand_below_empty_rows_and_in_any_case():
    found = read(
        survey="|\n|\nType | NAME | Label::EN | Read Only | Media::Image::en\n"
        "text | a | A | yes | a.png"
    )
    (item,) = found.definition.items
    assert item.label == {"en": "A"}
    assert item.read_only is True
    assert item.media == {"image": {"en": "a.png"}}
    assert item.row == 4
