"""Files for translators: the table given out, looked at when it comes back, and stored."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

from admin import translation_import
from casework.formats.translations import write_po, write_xlsx
from casework.questionnaires.models import Questionnaire, latest_version
from casework.questionnaires.translating import table
from casework.questionnaires.working_copies import (
    WorkingCopy,
    working_copy_of,
)
from tests.admin.pressing import desk_of, send, text_of
from tests.admin.translating import (
    KEY,
    OTHER,
    change_source,
    opened,
    save,
    school_form,
    stored_texts,
    table_address,
)
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def form(world: World) -> Questionnaire:
    return school_form(world)


def _rows(row: Questionnaire, tag: str = "ar", **texts: str) -> list[Any]:
    rows = table(latest_version(row).parsed, None, tag)
    return [replace(each, target=texts.get(each.name, each.target)) for each in rows]


def _send_file(desk: Any, row: Questionnaire, data: bytes, name: str = "ar.po", tag: str = "ar"):
    return send(desk, table_address(row, tag, "import/"), {"file": (io.BytesIO(data), name)})


def _parcel(page: str) -> str:
    found = re.search(r'name="parcel" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("kind", ["xlsx", "po"])
def test_the_export_is_the_table_and_comes_in_again_unchanged(desk, form, kind) -> None:
    answer = desk.get(table_address(form, part="export/", format=kind))
    assert f"filename=school-ar.{kind}" in answer.headers["Content-Disposition"]
    page = text_of(_send_file(desk, form, answer.data, f"ar.{kind}"))
    assert "Nothing in this file would change the form" in page
    assert 'name="parcel"' not in page


def test_the_export_holds_what_the_filter_shows(desk, form) -> None:
    data = desk.get(table_address(form, part="export/", format="po", show="missing")).data.decode()
    assert OTHER in data
    assert KEY not in data


@pytest.mark.parametrize(("kind", "write"), [("xlsx", write_xlsx), ("po", write_po)])
def test_a_file_is_stored_only_after_its_report_was_confirmed(desk, form, kind, write) -> None:
    data = write(_rows(form, q2="أين تسكن؟"), "ar")
    page = text_of(_send_file(desk, form, data, f"ar.{kind}"))
    assert "1 text would change" in page
    assert re.search(r'<div class="words" lang="ar" dir="rtl">أين تسكن؟', page)
    assert working_copy_of(form) is None
    answer = send(desk, table_address(form, part="import/"), {"parcel": _parcel(page)})
    assert answer.status_code == 303
    assert stored_texts(form)[OTHER] == "أين تسكن؟"
    assert working_copy_of(form).revision == 2


def test_formula_cells_come_back_as_the_text_they_were(desk, form) -> None:
    data = write_xlsx(_rows(form, q2="=HYPERLINK(1)"), "ar")
    page = text_of(_send_file(desk, form, data))
    send(desk, table_address(form, part="import/"), {"parcel": _parcel(page)})
    assert stored_texts(form)[OTHER] == "=HYPERLINK(1)"
    exported = desk.get(table_address(form, part="export/", format="xlsx")).data
    cells = [cell for line in load_workbook(io.BytesIO(exported)).active for cell in line]
    assert all(cell.data_type != "f" for cell in cells)


def test_rows_that_cannot_be_taken_are_named_and_the_others_offered(desk, form) -> None:
    data = write_xlsx(_rows(form, q2="أين؟", q3="بلا"), "ar")
    page = html.unescape(text_of(_send_file(desk, form, data)))
    assert "1 text would change" in page
    assert "1 row cannot be taken over" in page
    assert "same placeholders" in page
    send(desk, table_address(form, part="import/"), {"parcel": _parcel(page)})
    assert (stored_texts(form)[OTHER], stored_texts(form)["survey/q3/label"]) == (
        "أين؟",
        "مرحبا ${q1}!",
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a table of translations"),
        (b"GIF89a\0\0", "not a table of translations"),
        (b"PK\x03\x04 and nothing more", ""),
        (b'msgid "a"\nmsgstr "b"\n', "not a table of translations"),
        (b"\xff\xfe\0m\0s\0g", "not a table of translations"),
        (b"key,translation\n" * 400_000, "not a table of translations"),
    ],
)
def test_a_file_that_is_no_table_is_refused(desk, form, data, words) -> None:
    answer = _send_file(desk, form, data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert working_copy_of(form) is None


def test_sending_no_file_says_what_is_wanted(desk, form) -> None:
    answer = send(desk, table_address(form, part="import/"), {})
    assert answer.status_code == 422
    assert "Please choose the file" in text_of(answer)


def test_a_file_in_another_language_is_refused(desk, form) -> None:
    answer = _send_file(desk, form, write_po(_rows(form, "uk", q1="Хто?"), "uk"))
    assert answer.status_code == 422
    assert "holds translations into" in text_of(answer)


def test_the_file_of_another_form_changes_nothing(desk, form) -> None:
    other = Questionnaire.get(Questionnaire.slug == "help")
    rows = table(latest_version(other).parsed, None, "ar")
    page = text_of(_send_file(desk, form, write_po(rows, "ar")))
    assert "Nothing in this file would change the form" in page
    assert "The form has no text" in page
    assert 'name="parcel"' not in page


def test_a_file_that_no_page_can_carry_is_refused_whole(desk, form, monkeypatch) -> None:
    monkeypatch.setattr(translation_import, "LONGEST_PARCEL", 50)
    answer = _send_file(desk, form, write_po(_rows(form, q2="أين؟"), "ar"))
    assert answer.status_code == 422
    assert "split it into smaller files" in text_of(answer)


def test_a_forged_parcel_or_one_of_another_page_is_refused(desk, form) -> None:
    page = text_of(_send_file(desk, form, write_po(_rows(form, q2="أين؟"), "ar")))
    parcel = _parcel(page)
    other = Questionnaire.get(Questionnaire.slug == "help")
    tries = [(form, "ar", "x"), (form, "ar", parcel[:-3]), (form, "ar", "." + parcel),
             (form, "uk", parcel), (other, "ar", parcel), (form, "ar", "")]  # fmt: skip
    for row, tag, sent in tries:
        answer = send(desk, table_address(row, tag, "import/"), {"parcel": sent})
        assert answer.status_code == 422
        assert "no longer valid" in text_of(answer)
    assert WorkingCopy.select().count() == 0


def test_what_somebody_changed_after_the_report_is_shown_before_it_is_replaced(
    app, desk, form, world
) -> None:
    page = text_of(_send_file(desk, form, write_po(_rows(form, q2="file", q1="of file"), "ar")))
    second = world.coordinator()
    beside = desk_of(app, second)
    save(beside, form, opened(beside, form) | {f"t:{OTHER}": "theirs"})
    answer = send(desk, table_address(form, part="import/"), {"parcel": _parcel(page)})
    again = text_of(answer)
    assert answer.status_code == 409
    assert second.name in again
    assert "changed meanwhile" in again
    assert stored_texts(form)[OTHER] == "theirs"
    send(desk, table_address(form, part="import/"), {"parcel": _parcel(again)})
    assert (stored_texts(form)[OTHER], stored_texts(form)[KEY]) == ("file", "of file")


def test_a_file_confirms_what_still_fits_unless_the_text_moved_on(app, desk, form, world) -> None:
    change_source(form, world)
    copy = working_copy_of(form)
    rows = table(copy.parsed, copy.translated_from, "ar")
    plain = write_po(rows, "ar").replace(b"#, fuzzy\n", b"")
    page = text_of(_send_file(desk, form, plain))
    assert "The translation still fits" in page
    save(desk, form, opened(desk, form) | {f"t:{KEY}": "newer"})
    answer = send(desk, table_address(form, part="import/"), {"parcel": _parcel(page)})
    assert answer.status_code == 409
    assert 'name="parcel"' not in text_of(answer)
    assert stored_texts(form)[KEY] == "newer"
