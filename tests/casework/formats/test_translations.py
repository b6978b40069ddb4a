"""The table of translations as a file for translators, and what comes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from casework.core.refusals import NotFound, Refusal
from casework.formats.templates import template, templates
from casework.formats.translations import (
    KeyTwice,
    OtherLanguage,
    SourceChanged,
    TranslationsRefused,
    read_file,
    write_po,
    write_xlsx,
)
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing import change
from casework.questionnaires.editing.cells import TextTooLong
from casework.questionnaires.translating import (
    PlaceholdersDiffer,
    UnknownKey,
    carried,
    table,
    translate,
)
from tests.casework.questionnaires.samples import definition, question

FORM = definition(
    question("text", "a", label={"en": "Name", "ar": "الاسم"}),
    question("text", "b", label={"en": "Hello ${a}"}),
    question("text", "c", label={"en": "=1+1"}),
    languages=("en", "ar"), title={"en": "Form"},
)  # fmt: skip
WRITERS = [write_xlsx, write_po]
TEXTS = st.text(min_size=1, max_size=40).filter(lambda text: "${" not in text)


def po(*entries: tuple[str, str, str], language: str = "ar") -> bytes:
    head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
    rows = [f'\nmsgctxt "{key}"\nmsgid "{source}"\nmsgstr "{text}"\n'
            for key, source, text in entries]  # fmt: skip
    return (head + "".join(rows)).encode()


def sheet(*rows: list[str], header: tuple[str, ...] = ()) -> bytes:
    from casework.formats.tables import xlsx_bytes

    header = header or ("key", "state", "source (en)", "translation (ar)")
    return xlsx_bytes({"translations": (header, rows)})


def kinds(found) -> dict[str, type[Refusal]]:
    return {problem.key: type(problem.refusal) for problem in found.problems}


@pytest.mark.parametrize("write", WRITERS)
def test_the_file_that_was_written_changes_nothing(write):
    found = read_file(write(table(FORM, None, "ar"), "ar"), FORM, None, "ar")
    assert (found.texts, found.problems, found.unchanged) == ({}, [], 4)


@pytest.mark.parametrize("write", WRITERS)
@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS)
def test_whatever_is_translated_comes_back_as_it_is_stored(write, title, third):
    new = translate(FORM, "ar", {"settings/form_title": title, "survey/c/label": third})
    found = read_file(write(table(new, None, "ar"), "ar"), FORM, None, "ar")
    assert found.problems == []
    assert translate(FORM, "ar", found.texts) == new


def test_cells_that_look_like_formulas_are_disarmed_and_read_back():
    new = translate(FORM, "ar", {"survey/c/label": '=HYPERLINK("http://x")'})
    data = write_xlsx(table(new, None, "ar"), "ar")
    import io

    book = load_workbook(io.BytesIO(data))
    cells = [cell for row in book["translations"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert read_file(data, FORM, None, "ar").texts == {"survey/c/label": '=HYPERLINK("http://x")'}


def test_every_wrong_row_is_reported_and_the_others_can_be_stored():
    data = sheet(
        ["survey/a/label", "", "Nom", "اسم"],
        ["survey/zz/label", "", "Name", "x"],
        ["survey/b/label", "", "Hello ${a}", "مرحبا ${z}"],
        ["settings/form_title", "", "Form", "نموذج"],
        ["settings/form_title", "", "Form", "آخر"],
        ["survey/c/label", "", "=1+1", "x" * 20_000],
    )
    found = read_file(data, FORM, None, "ar")
    assert found.texts == {"settings/form_title": "نموذج"}
    assert [(problem.row, problem.key, type(problem.refusal)) for problem in found.problems] == [
        (2, "survey/a/label", SourceChanged), (3, "survey/zz/label", UnknownKey),
        (4, "survey/b/label", PlaceholdersDiffer), (6, "settings/form_title", KeyTwice),
        (7, "survey/c/label", TextTooLong),
    ]  # fmt: skip
    assert all(problem.refusal.text("de") for problem in found.problems)


def test_po_entries_are_checked_the_same_way():
    found = read_file(
        po(("survey/a/label", "Nom", "اسم"), ("survey/zz/label", "x", "y"),
           ("survey/b/label", "Hello ${a}", "مرحبا ${a}")),
        FORM, None, "ar",
    )  # fmt: skip
    assert found.texts == {"survey/b/label": "مرحبا ${a}"}
    assert kinds(found) == {"survey/a/label": SourceChanged, "survey/zz/label": UnknownKey}
    assert all(problem.row > 4 for problem in found.problems)


@pytest.mark.parametrize("write", WRITERS)
def test_an_outdated_translation_stays_so_until_somebody_confirms_it(write):
    new = change(FORM, "0", {"label::en": "Full name"}).definition
    sources = carried(FORM, None, new)
    data = write(table(new, sources, "ar"), "ar")
    found = read_file(data, new, sources, "ar")
    assert (found.texts, found.confirmed, found.problems) == ({}, [], [])
    if write is write_po:
        data = data.replace(b"#, fuzzy\n", b"")
    else:
        data = sheet(["survey/a/label", "present", "Full name", "الاسم"])
    assert read_file(data, new, sources, "ar").confirmed == [("survey/a/label", "ar")]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"\x00\xff\xfe", b"PK\x03\x04broken", b'msgid "a"\nmsgstr "b"\n',
        b"x" * (6 * 1024 * 1024), "msgid \"ä\"".encode("latin-1"),
        sheet(["a", "b"], header=("one", "two")), b'msgctxt "a"\nmsgid "a',
    ],
)  # fmt: skip
def test_what_is_no_table_of_translations_is_refused(data):
    with pytest.raises(Refusal):
        read_file(data, FORM, None, "ar")


def test_a_file_in_another_language_is_refused():
    with pytest.raises(OtherLanguage):
        read_file(po(("survey/a/label", "Name", "Nom"), language="fr"), FORM, None, "ar")
    with pytest.raises(OtherLanguage):
        read_file(
            sheet(header=("key", "state", "source (en)", "translation (fr)")), FORM, None, "ar"
        )
    assert issubclass(OtherLanguage, TranslationsRefused)


def test_templates_are_the_forms_that_come_with_the_program():
    assert {"help", "offer"} <= set(templates())
    assert templates()["help"]["de"]
    assert isinstance(template("help"), Definition)
    with pytest.raises(NotFound):
        template("../help")


def test_the_starter_form_goes_out_and_comes_back_in_every_language():
    form = template("help")
    for tag in form.languages[1:]:
        for write in WRITERS:
            found = read_file(write(table(form, None, tag), tag), form, None, tag)
            assert (found.texts, found.problems) == ({}, [])
