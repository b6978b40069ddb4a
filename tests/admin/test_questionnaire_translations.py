"""The translation table of a form: fields, two translators, languages, and files both ways."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

import admin.questionnaire_translations as translations
from admin import translation_import
from casework.core.access import SYSTEM, Role
from casework.formats.translations import write_po, write_xlsx
from casework.questionnaires.editing import (
    add,
    add_language,
    blank,
    change,
    place_of,
    remove_language,
)
from casework.questionnaires.models import Questionnaire, latest_version
from casework.questionnaires.publishing import import_definition
from casework.questionnaires.translating import progress, table, texts_of, translate
from casework.questionnaires.working_copies import (
    WorkingCopy,
    begin_working_copy,
    discard,
    publish_working_copy,
    store,
    working_copy_of,
)
from tests.admin.desk import statements
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World

KEY = "survey/q1/label"
OTHER = "survey/q2/label"


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def form(world: World) -> Questionnaire:
    """Three questions in German and Arabic; the second has no Arabic, the third a placeholder."""
    definition = blank("school", "Schule", "de")
    for number, label in enumerate(("Wie heißen Sie?", "Wo wohnen Sie?", "Hallo ${q1}!"), 1):
        cells = {"name": f"q{number}", "label::de": label}
        definition = add(definition, "text", cells=cells).definition
    definition = add_language(add_language(definition, "ar"), "uk")
    texts = {KEY: "ما اسمك؟", "survey/q3/label": "مرحبا ${q1}!"}
    version = import_definition(
        "school", translate(definition, "ar", texts), by=SYSTEM, at=world.at
    )
    return version.questionnaire


def _address(row: Questionnaire, tag: str = "ar", part: str = "", **more: Any) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/admin/questionnaire/translations/{part}?id={row.id}&language={tag}{extra}"


def _fields(page: str) -> dict[str, str]:
    """What a browser would send from the table: every field with the text that it shows."""
    found = dict(
        re.findall(r'<input type="hidden" name="(s:[^"]+|revision)" value="([^"]*)"', page)
    )
    areas = re.findall(r'<textarea[^>]* name="(t:[^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return {html.unescape(k): html.unescape(v) for k, v in [*found.items(), *areas]}


def _opened(desk: Any, row: Questionnaire, tag: str = "ar", **more: Any) -> dict[str, str]:
    answer = desk.get(_address(row, tag, **more))
    assert answer.status_code == 200
    return _fields(text_of(answer))


def _texts(row: Questionnaire, tag: str = "ar") -> dict[str, str]:
    copy = working_copy_of(row)
    assert copy is not None
    return {key: texts.get(tag, "") for key, texts in texts_of(copy.parsed).items()}


def _save(desk: Any, row: Questionnaire, fields: dict[str, str], tag: str = "ar", **more: Any):
    return send(desk, _address(row, tag, **more), fields)


def _change_source(row: Questionnaire, world: World, label: str = "Wie ist Ihr Name?") -> None:
    """Somebody else changes the German text of the first question."""
    other = world.coordinator()
    copy = begin_working_copy(row, by=other.actor, at=world.at)
    place = place_of(copy.parsed, "q1")
    changed = change(copy.parsed, place, {"label::de": label}).definition
    store(copy, changed, revision=copy.revision, by=other.actor, at=world.at)


# What the page shows


def test_a_field_has_the_language_and_direction_of_its_text(desk, form) -> None:
    page = text_of(desk.get(_address(form)))
    area = re.search(r'<textarea[^>]*name="t:survey/q1/label"[^>]*>', page)
    assert area
    assert 'lang="ar" dir="rtl"' in area[0]
    assert re.search(r'<div class="words" lang="de" dir="ltr">Wie heißen Sie\?', page)
    ukrainian = text_of(desk.get(_address(form, "uk")))
    assert 'lang="uk" dir="ltr"' in ukrainian


def test_the_source_can_be_another_language(desk, form) -> None:
    page = text_of(desk.get(_address(form, "uk", source="ar")))
    assert re.search(r'<div class="words" lang="ar" dir="rtl">ما اسمك؟', page)
    assert re.search(r'<div class="words" lang="de" dir="ltr">Wo wohnen Sie\?', page)


def test_texts_of_the_form_are_never_markup(desk, form, world) -> None:
    _change_source(form, world, "</textarea><script>alert(1)</script>")
    evil = "</textarea><script>alert(2)</script>"
    _save(desk, form, _opened(desk, form) | {f"t:{KEY}": evil})
    page = text_of(desk.get(_address(form)))
    assert "<script>alert" not in page
    assert _fields(page)[f"t:{KEY}"] == evil


def test_only_missing_or_only_changed_texts_can_be_asked_for(desk, form, world) -> None:
    missing = _opened(desk, form, show="missing")
    assert f"t:{OTHER}" in missing
    assert f"t:{KEY}" not in missing
    assert "No source has changed" in text_of(desk.get(_address(form, show="outdated")))
    _change_source(form, world)
    assert [name for name in _opened(desk, form, show="outdated") if name[0] == "t"] == [f"t:{KEY}"]


def test_a_changed_source_shows_what_it_said_before(desk, form, world) -> None:
    _change_source(form, world)
    page = text_of(desk.get(_address(form)))
    assert "source changed" in page
    assert "When it was translated, it said:" in page
    assert "Wie heißen Sie?" in page
    assert "The translation still fits" in page


def test_every_language_of_the_form_stands_with_its_progress(desk, form) -> None:
    page = text_of(desk.get(_address(form)))
    far = progress(latest_version(form).parsed, None)
    assert f"{far['ar'].missing} missing" in page
    assert f"{far['uk'].missing} missing" in page


def test_without_a_language_the_first_unfinished_one_opens(desk, form) -> None:
    page = text_of(desk.get(f"/admin/questionnaire/translations/?id={form.id}"))
    assert "Into Arabic" in page


def test_a_long_form_is_paged_and_saving_goes_on_to_the_next_texts(desk, world) -> None:
    definition = blank("long", "Lang", "de")
    for number in range(90):
        cells = {"name": f"n{number}", "label::de": f"Frage {number}"}
        definition = add(definition, "text", cells=cells).definition
    definition = add_language(definition, "ar")
    row = import_definition("long", definition, by=SYSTEM, at=world.at).questionnaire
    first = _opened(desk, row, show="missing")
    assert len([name for name in first if name[0] == "t"]) == 40
    sent = first | {"t:survey/n0/label": "٠", "further": "1"}
    answer = _save(desk, row, sent, show="missing")
    assert answer.status_code == 303
    after = _fields(text_of(desk.get(answer.location)))
    assert "t:survey/n39/label" in after
    assert "t:survey/n0/label" not in after
    assert "t:survey/n85/label" in _opened(desk, row, page=99999)


def test_choices_stand_below_the_question_that_asks_for_them(desk, world) -> None:
    row = Questionnaire.get(Questionnaire.slug == "help")
    keys = [name[2:] for name in _opened(desk, row) if name[0] == "t"]
    first = next(place for place, key in enumerate(keys) if key.startswith("choices/"))
    assert keys[first - 1].startswith("survey/")
    assert any(key.startswith("survey/") for key in keys[first:])


def test_the_table_costs_the_same_statements_for_every_form(desk, form) -> None:
    desk.get(_address(form))
    with statements() as few:
        desk.get(_address(form))
    row = Questionnaire.get(Questionnaire.slug == "help")
    with statements() as many:
        desk.get(_address(row))
    assert len(many) <= len(few) <= 12


# Saving


def test_everything_edited_on_a_page_is_one_revision(desk, form) -> None:
    fields = _opened(desk, form) | {f"t:{OTHER}": "أين تسكن؟", "t:settings/form_title": "المدرسة"}
    assert _save(desk, form, fields).status_code == 303
    copy = working_copy_of(form)
    assert copy.revision == 2
    assert copy.parsed.title["ar"] == "المدرسة"
    assert _texts(form)[OTHER] == "أين تسكن؟"
    assert _texts(form)[KEY] == "ما اسمك؟"


def test_saving_without_a_change_begins_no_working_copy(desk, form) -> None:
    answer = _save(desk, form, _opened(desk, form))
    assert "Nothing was changed" in text_of(desk.get(answer.location))
    assert working_copy_of(form) is None


def test_an_emptied_field_takes_the_text_away(desk, form) -> None:
    _save(desk, form, _opened(desk, form) | {f"t:{KEY}": "  "})
    assert _texts(form)[KEY] == ""


def test_a_translation_that_still_fits_is_not_asked_about_again(desk, form, world) -> None:
    _change_source(form, world)
    _save(desk, form, _opened(desk, form) | {"fits": KEY})
    copy = working_copy_of(form)
    states = {each.key: each.state for each in table(copy.parsed, copy.translated_from, "ar")}
    assert states[KEY] == "present"


def test_a_text_with_line_breaks_is_not_taken_for_a_change(desk, form) -> None:
    _save(desk, form, _opened(desk, form) | {f"t:{KEY}": "واحد\r\nاثنان"})
    revision = working_copy_of(form).revision
    fields = _opened(desk, form)
    sent = {name: text.replace("\n", "\r\n") for name, text in fields.items()}
    _save(desk, form, sent)
    assert working_copy_of(form).revision == revision


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"t:survey/q3/label": "مرحبا"}, "same placeholders"),
        ({"t:survey/q3/label": "مرحبا ${q2}"}, "same placeholders"),
        ({f"t:{OTHER}": "س" * 20_000}, "has 20000 characters"),
        ({"t:survey/forged/label": "<b>x</b>"}, "no text “survey/forged/label”"),
        ({"t:" + "x/" * 4000: "y"}, "has no text"),
    ],
)
def test_a_refused_text_stays_on_the_page_and_nothing_is_stored(desk, form, typed, words) -> None:
    answer = _save(desk, form, _opened(desk, form) | {f"t:{KEY}": "اسمك؟"} | typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in html.unescape(page)
    assert working_copy_of(form) is None
    assert "اسمك؟" in page
    assert "<b>x</b>" not in page
    known = {key: text for key, text in typed.items() if f'name="{key}"' in page}
    assert _fields(page).items() >= known.items()
    assert page.count('aria-invalid="true"') == len(known)


def test_control_characters_are_left_out(desk, form) -> None:
    _save(desk, form, _opened(desk, form) | {f"t:{KEY}": "أ\0س\x1bم؟"})
    assert _texts(form)[KEY] == "أسم؟"


@pytest.mark.parametrize("tag", ["de", "fr", "xx", "../..", "%00", "ar%20"])
def test_a_language_that_is_not_translated_into_is_not_found(desk, form, tag) -> None:
    for part in ("", "export/", "import/"):
        assert desk.get(_address(form, tag, part)).status_code == 404
    assert _save(desk, form, {f"t:{KEY}": "x"}, tag).status_code == 404


def test_forged_ids_pages_and_sources_do_no_harm(desk, form) -> None:
    assert desk.get("/admin/questionnaire/translations/?id=x&language=ar").status_code == 404
    assert desk.get("/admin/questionnaire/translations/").status_code == 404
    for more in ({"page": "-1"}, {"page": "²"}, {"page": "9" * 50}, {"source": "xx"},
                 {"show": "'"}):  # fmt: skip
        assert desk.get(_address(form, **more)).status_code == 200
    fields = _opened(desk, form) | {"revision": "9" * 40, f"t:{KEY}": "س"}
    assert _save(desk, form, fields).status_code == 303


# Two translators


def test_two_languages_at_once_are_both_kept_and_the_second_is_told(app, desk, form, world) -> None:
    second = world.coordinator()
    beside = desk_of(app, second)
    arabic, ukrainian = _opened(desk, form), _opened(beside, form, "uk")
    _save(desk, form, arabic | {f"t:{OTHER}": "أين؟"})
    _save(desk, form, _opened(desk, form) | {f"t:{KEY}": "اسمك"})
    answer = _save(beside, form, ukrainian | {f"t:{KEY}": "Як вас звати?"}, "uk")
    assert answer.status_code == 303
    assert "stored other changes meanwhile" in text_of(beside.get(answer.location))
    assert _texts(form)[OTHER] == "أين؟"
    assert _texts(form, "uk")[KEY] == "Як вас звати?"


def test_the_second_to_change_a_text_sees_both_and_can_save_again(app, desk, form, world) -> None:
    second = world.coordinator()
    beside = desk_of(app, second)
    mine, theirs = _opened(desk, form), _opened(beside, form)
    _save(beside, form, theirs | {f"t:{KEY}": "theirs", f"t:{OTHER}": "untouched by me"})
    answer = _save(desk, form, mine | {f"t:{KEY}": "mine", "t:settings/form_title": "title"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert second.name in page
    fields = _fields(page)
    assert fields[f"t:{KEY}"] == "mine"
    assert fields[f"t:{OTHER}"] == "untouched by me"
    assert fields["t:settings/form_title"] == "title"
    assert re.search(r'class="words" lang="ar" dir="rtl">theirs<', page)
    assert _texts(form)[KEY] == "theirs"
    assert _save(desk, form, fields).status_code == 303
    assert _texts(form)[KEY] == "mine"
    assert _texts(form)[OTHER] == "untouched by me"


def test_a_translation_of_a_source_that_changed_meanwhile_is_shown_first(desk, form, world) -> None:
    fields = _opened(desk, form)
    _change_source(form, world)
    answer = _save(desk, form, fields | {f"t:{KEY}": "اسمك"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Wie ist Ihr Name?" in page
    assert _texts(form)[KEY] == "ما اسمك؟"
    _save(desk, form, _fields(page))
    assert _texts(form)[KEY] == "اسمك"


def test_a_save_that_another_one_overtakes_is_tried_again(desk, form, world, monkeypatch) -> None:
    fields = _opened(desk, form) | {f"t:{OTHER}": "أين؟"}
    real = translations.keep
    overtaken = []

    def slow(*args: Any, **kwargs: Any) -> WorkingCopy:
        if not overtaken:
            overtaken.append(True)
            _change_source(form, world)
        return real(*args, **kwargs)

    monkeypatch.setattr(translations, "keep", slow)
    assert _save(desk, form, fields).status_code == 303
    assert _texts(form)[OTHER] == "أين؟"
    assert _texts(form, "de")[KEY] == "Wie ist Ihr Name?"


def test_a_text_that_is_gone_meanwhile_is_given_back(desk, form, world) -> None:
    fields = _opened(desk, form)
    copy = begin_working_copy(form, by=SYSTEM, at=world.at)
    place = place_of(copy.parsed, "q2")
    renamed = change(copy.parsed, place, {"name": "street"}).definition
    store(copy, renamed, revision=1, by=SYSTEM, at=world.at)
    answer = _save(desk, form, fields | {f"t:{OTHER}": "أين؟"})
    assert answer.status_code == 422
    assert "أين؟" in text_of(answer)


@pytest.mark.parametrize("how", ["discarded", "published"])
def test_what_was_typed_outlives_the_working_copy(desk, form, world, how) -> None:
    copy = begin_working_copy(form, by=SYSTEM, at=world.at)
    fields = _opened(desk, form) | {f"t:{OTHER}": "أين؟"}
    if how == "published":
        publish_working_copy(copy, revision=1, by=SYSTEM, at=world.at)
    else:
        discard(copy, by=SYSTEM, at=world.at)
    assert _save(desk, form, fields).status_code == 303
    assert _texts(form)[OTHER] == "أين؟"


# Languages


def _languages(desk: Any, row: Questionnaire, **fields: str) -> str:
    address = f"/admin/questionnaire/translations/languages/?id={row.id}"
    answer = send(desk, address, fields)
    assert answer.status_code == 303
    return text_of(desk.get(answer.location))


@pytest.mark.parametrize(
    ("typed", "tag"),
    [({"add": "so"}, "so"), ({"other": "sq"}, "sq"), ({"other": " Albanian "}, "sq"),
     ({"other": "FA-af"}, "fa-AF"), ({"other": "فارسی"}, "fa")],
)  # fmt: skip
def test_a_language_is_added_by_tag_or_name(desk, form, typed, tag) -> None:
    assert "The language was added" in _languages(desk, form, **typed)
    assert tag in working_copy_of(form).parsed.languages


@pytest.mark.parametrize("typed", ["", "Klingonisch", "<i>", "x" * 5000, "ar"])
def test_what_is_no_new_language_is_refused(desk, form, typed) -> None:
    page = _languages(desk, form, other=typed)
    assert 'role="alert"' in page
    assert working_copy_of(form) is None


def test_a_language_goes_with_its_texts_but_never_the_main_one(desk, form) -> None:
    assert "main language" in _languages(desk, form, remove="de")
    assert "The language was removed" in _languages(desk, form, remove="ar")
    definition = working_copy_of(form).parsed
    assert "ar" not in definition.languages
    assert not any("ar" in texts for texts in texts_of(definition).values())


def test_a_form_in_one_language_offers_to_add_one(desk, world) -> None:
    row = import_definition("one", blank("one", "Eins", "de"), by=SYSTEM, at=world.at).questionnaire
    page = text_of(desk.get(f"/admin/questionnaire/translations/?id={row.id}"))
    assert "Add a language" in page
    assert "<textarea" not in page


# Files


def _rows(row: Questionnaire, tag: str = "ar", **texts: str) -> list[Any]:
    rows = table(latest_version(row).parsed, None, tag)
    return [replace(each, target=texts.get(each.name, each.target)) for each in rows]


def _send_file(desk: Any, row: Questionnaire, data: bytes, name: str = "ar.po", tag: str = "ar"):
    return send(desk, _address(row, tag, "import/"), {"file": (io.BytesIO(data), name)})


def _parcel(page: str) -> str:
    found = re.search(r'name="parcel" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("kind", ["xlsx", "po"])
def test_the_export_is_the_table_and_comes_in_again_unchanged(desk, form, kind) -> None:
    answer = desk.get(_address(form, part="export/", format=kind))
    assert f"filename=school-ar.{kind}" in answer.headers["Content-Disposition"]
    page = text_of(_send_file(desk, form, answer.data, f"ar.{kind}"))
    assert "Nothing in this file would change the form" in page
    assert 'name="parcel"' not in page


def test_the_export_holds_what_the_filter_shows(desk, form) -> None:
    data = desk.get(_address(form, part="export/", format="po", show="missing")).data.decode()
    assert OTHER in data
    assert KEY not in data


@pytest.mark.parametrize(("kind", "write"), [("xlsx", write_xlsx), ("po", write_po)])
def test_a_file_is_stored_only_after_its_report_was_confirmed(desk, form, kind, write) -> None:
    data = write(_rows(form, q2="أين تسكن؟"), "ar")
    page = text_of(_send_file(desk, form, data, f"ar.{kind}"))
    assert "1 text would change" in page
    assert re.search(r'<div class="words" lang="ar" dir="rtl">أين تسكن؟', page)
    assert working_copy_of(form) is None
    answer = send(desk, _address(form, part="import/"), {"parcel": _parcel(page)})
    assert answer.status_code == 303
    assert _texts(form)[OTHER] == "أين تسكن؟"
    assert working_copy_of(form).revision == 2


def test_formula_cells_come_back_as_the_text_they_were(desk, form) -> None:
    data = write_xlsx(_rows(form, q2="=HYPERLINK(1)"), "ar")
    page = text_of(_send_file(desk, form, data))
    send(desk, _address(form, part="import/"), {"parcel": _parcel(page)})
    assert _texts(form)[OTHER] == "=HYPERLINK(1)"
    exported = desk.get(_address(form, part="export/", format="xlsx")).data
    cells = [cell for line in load_workbook(io.BytesIO(exported)).active for cell in line]
    assert all(cell.data_type != "f" for cell in cells)


def test_rows_that_cannot_be_taken_are_named_and_the_others_offered(desk, form) -> None:
    data = write_xlsx(_rows(form, q2="أين؟", q3="بلا"), "ar")
    page = html.unescape(text_of(_send_file(desk, form, data)))
    assert "1 text would change" in page
    assert "1 row cannot be taken over" in page
    assert "same placeholders" in page
    send(desk, _address(form, part="import/"), {"parcel": _parcel(page)})
    assert (_texts(form)[OTHER], _texts(form)["survey/q3/label"]) == ("أين؟", "مرحبا ${q1}!")


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
    answer = send(desk, _address(form, part="import/"), {})
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
        answer = send(desk, _address(row, tag, "import/"), {"parcel": sent})
        assert answer.status_code == 422
        assert "no longer valid" in text_of(answer)
    assert WorkingCopy.select().count() == 0


def test_what_somebody_changed_after_the_report_is_shown_before_it_is_replaced(
    app, desk, form, world
) -> None:
    page = text_of(_send_file(desk, form, write_po(_rows(form, q2="file", q1="of file"), "ar")))
    second = world.coordinator()
    beside = desk_of(app, second)
    _save(beside, form, _opened(beside, form) | {f"t:{OTHER}": "theirs"})
    answer = send(desk, _address(form, part="import/"), {"parcel": _parcel(page)})
    again = text_of(answer)
    assert answer.status_code == 409
    assert second.name in again
    assert "changed meanwhile" in again
    assert _texts(form)[OTHER] == "theirs"
    send(desk, _address(form, part="import/"), {"parcel": _parcel(again)})
    assert (_texts(form)[OTHER], _texts(form)[KEY]) == ("file", "of file")


def test_a_file_confirms_what_still_fits_unless_the_text_moved_on(app, desk, form, world) -> None:
    _change_source(form, world)
    copy = working_copy_of(form)
    rows = table(copy.parsed, copy.translated_from, "ar")
    plain = write_po(rows, "ar").replace(b"#, fuzzy\n", b"")
    page = text_of(_send_file(desk, form, plain))
    assert "The translation still fits" in page
    _save(desk, form, _opened(desk, form) | {f"t:{KEY}": "newer"})
    answer = send(desk, _address(form, part="import/"), {"parcel": _parcel(page)})
    assert answer.status_code == 409
    assert 'name="parcel"' not in text_of(answer)
    assert _texts(form)[KEY] == "newer"


# Who may


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.COORDINATOR])
def test_only_who_edits_forms_reaches_their_translations(app, world, form, role) -> None:
    needs = role is Role.INTEGRATION_MANAGER
    organization = world.organization() if needs else None
    desk = desk_of(app, world.staff(role, organization=organization))
    for part in ("", "export/", "import/"):
        assert desk.get(_address(form, part=part)).status_code == 404
    assert send(desk, _address(form), {f"t:{KEY}": "x"}).status_code == 404
    address = f"/admin/questionnaire/translations/languages/?id={form.id}"
    assert send(desk, address, {"remove": "ar"}).status_code == 404
    assert working_copy_of(form) is None


def test_a_form_without_a_version_is_translated_in_its_working_copy(desk, form) -> None:
    answer = send(
        desk, "/admin/questionnaire/new/",
        {"form_title": "Neu", "slug": "fresh", "purpose": "other", "source": "template",
         "template": "help"},
    )  # fmt: skip
    assert answer.status_code == 303
    row = Questionnaire.get(Questionnaire.slug == "fresh")
    assert (
        _save(desk, row, _opened(desk, row) | {"t:settings/form_title": "جديد"}).status_code == 303
    )
    assert working_copy_of(row).parsed.title["ar"] == "جديد"


def test_removing_a_language_and_saving_into_it_meanwhile_is_not_found(desk, form, world) -> None:
    fields = _opened(desk, form)
    copy = begin_working_copy(form, by=SYSTEM, at=world.at)
    store(copy, remove_language(copy.parsed, "ar"), revision=1, by=SYSTEM, at=world.at)
    assert _save(desk, form, fields | {f"t:{KEY}": "x"}).status_code == 404
