"""The translation table of a form: fields, two translators, and languages."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

import admin.questionnaire_translations as translations
from casework.core.access import SYSTEM, Role
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
from casework.questionnaires.translating import progress, table, texts_of
from casework.questionnaires.working_copies import (
    WorkingCopy,
    begin_working_copy,
    discard,
    publish_working_copy,
    store,
    working_copy_of,
)
from tests.admin.pressing import desk_of, send, text_of
from tests.admin.translating import (
    KEY,
    OTHER,
    change_source,
    fields_of,
    opened,
    save,
    school_form,
    stored_texts,
    table_address,
)
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def form(world: World) -> Questionnaire:
    return school_form(world)


# What the page shows


def test_a_field_has_the_language_and_direction_of_its_text(desk, form) -> None:
    page = text_of(desk.get(table_address(form)))
    area = re.search(r'<textarea[^>]*name="t:survey/q1/label"[^>]*>', page)
    assert area
    assert 'lang="ar" dir="rtl"' in area[0]
    assert re.search(r'<div class="words" lang="de" dir="ltr">Wie heißen Sie\?', page)
    ukrainian = text_of(desk.get(table_address(form, "uk")))
    assert 'lang="uk" dir="ltr"' in ukrainian


def test_the_source_can_be_another_language(desk, form) -> None:
    page = text_of(desk.get(table_address(form, "uk", source="ar")))
    assert re.search(r'<div class="words" lang="ar" dir="rtl">ما اسمك؟', page)
    assert re.search(r'<div class="words" lang="de" dir="ltr">Wo wohnen Sie\?', page)


def test_texts_of_the_form_are_never_markup(desk, form, world) -> None:
    change_source(form, world, "</textarea><script>alert(1)</script>")
    evil = "</textarea><script>alert(2)</script>"
    save(desk, form, opened(desk, form) | {f"t:{KEY}": evil})
    page = text_of(desk.get(table_address(form)))
    assert "<script>alert" not in page
    assert fields_of(page)[f"t:{KEY}"] == evil


def test_only_missing_or_only_changed_texts_can_be_asked_for(desk, form, world) -> None:
    missing = opened(desk, form, show="missing")
    assert f"t:{OTHER}" in missing
    assert f"t:{KEY}" not in missing
    assert "No source has changed" in text_of(desk.get(table_address(form, show="outdated")))
    change_source(form, world)
    assert [name for name in opened(desk, form, show="outdated") if name[0] == "t"] == [f"t:{KEY}"]


def test_a_changed_source_shows_what_it_said_before(desk, form, world) -> None:
    change_source(form, world)
    page = text_of(desk.get(table_address(form)))
    assert "source changed" in page
    assert "When it was translated, it said:" in page
    assert "Wie heißen Sie?" in page
    assert "The translation still fits" in page


def test_every_language_of_the_form_stands_with_its_progress(desk, form) -> None:
    page = text_of(desk.get(table_address(form)))
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
    first = opened(desk, row, show="missing")
    assert len([name for name in first if name[0] == "t"]) == 40
    sent = first | {"t:survey/n0/label": "٠", "further": "1"}
    answer = save(desk, row, sent, show="missing")
    assert answer.status_code == 303
    after = fields_of(text_of(desk.get(answer.location)))
    assert "t:survey/n39/label" in after
    assert "t:survey/n0/label" not in after
    assert "t:survey/n85/label" in opened(desk, row, page=99999)


def test_choices_stand_below_the_question_that_asks_for_them(desk, world) -> None:
    row = Questionnaire.get(Questionnaire.slug == "help")
    keys = [name[2:] for name in opened(desk, row) if name[0] == "t"]
    first = next(place for place, key in enumerate(keys) if key.startswith("choices/"))
    assert keys[first - 1].startswith("survey/")
    assert any(key.startswith("survey/") for key in keys[first:])


def test_the_table_costs_the_same_statements_for_every_form(desk, form) -> None:
    desk.get(table_address(form))
    with statements() as few:
        desk.get(table_address(form))
    row = Questionnaire.get(Questionnaire.slug == "help")
    with statements() as many:
        desk.get(table_address(row))
    assert len(many) <= len(few) <= 12


# Saving


def test_everything_edited_on_a_page_is_one_revision(desk, form) -> None:
    fields = opened(desk, form) | {f"t:{OTHER}": "أين تسكن؟", "t:settings/form_title": "المدرسة"}
    assert save(desk, form, fields).status_code == 303
    copy = working_copy_of(form)
    assert copy.revision == 2
    assert copy.parsed.title["ar"] == "المدرسة"
    assert stored_texts(form)[OTHER] == "أين تسكن؟"
    assert stored_texts(form)[KEY] == "ما اسمك؟"


def test_saving_without_a_change_begins_no_working_copy(desk, form) -> None:
    answer = save(desk, form, opened(desk, form))
    assert "Nothing was changed" in text_of(desk.get(answer.location))
    assert working_copy_of(form) is None


def test_an_emptied_field_takes_the_text_away(desk, form) -> None:
    save(desk, form, opened(desk, form) | {f"t:{KEY}": "  "})
    assert stored_texts(form)[KEY] == ""


def test_a_translation_that_still_fits_is_not_asked_about_again(desk, form, world) -> None:
    change_source(form, world)
    save(desk, form, opened(desk, form) | {"fits": KEY})
    copy = working_copy_of(form)
    states = {each.key: each.state for each in table(copy.parsed, copy.translated_from, "ar")}
    assert states[KEY] == "present"


def test_a_text_with_line_breaks_is_not_taken_for_a_change(desk, form) -> None:
    save(desk, form, opened(desk, form) | {f"t:{KEY}": "واحد\r\nاثنان"})
    revision = working_copy_of(form).revision
    fields = opened(desk, form)
    sent = {name: text.replace("\n", "\r\n") for name, text in fields.items()}
    save(desk, form, sent)
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
    answer = save(desk, form, opened(desk, form) | {f"t:{KEY}": "اسمك؟"} | typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in html.unescape(page)
    assert working_copy_of(form) is None
    assert "اسمك؟" in page
    assert "<b>x</b>" not in page
    known = {key: text for key, text in typed.items() if f'name="{key}"' in page}
    assert fields_of(page).items() >= known.items()
    assert page.count('aria-invalid="true"') == len(known)


def test_control_characters_are_left_out(desk, form) -> None:
    save(desk, form, opened(desk, form) | {f"t:{KEY}": "أ\0س\x1bم؟"})
    assert stored_texts(form)[KEY] == "أسم؟"


@pytest.mark.parametrize("tag", ["de", "fr", "xx", "../..", "%00", "ar%20"])
def test_a_language_that_is_not_translated_into_is_not_found(desk, form, tag) -> None:
    for part in ("", "export/", "import/"):
        assert desk.get(table_address(form, tag, part)).status_code == 404
    assert save(desk, form, {f"t:{KEY}": "x"}, tag).status_code == 404


def test_forged_ids_pages_and_sources_do_no_harm(desk, form) -> None:
    assert desk.get("/admin/questionnaire/translations/?id=x&language=ar").status_code == 404
    assert desk.get("/admin/questionnaire/translations/").status_code == 404
    for more in ({"page": "-1"}, {"page": "²"}, {"page": "9" * 50}, {"source": "xx"},
                 {"show": "'"}):  # fmt: skip
        assert desk.get(table_address(form, **more)).status_code == 200
    fields = opened(desk, form) | {"revision": "9" * 40, f"t:{KEY}": "س"}
    assert save(desk, form, fields).status_code == 303


# Two translators


def test_two_languages_at_once_are_both_kept_and_the_second_is_told(app, desk, form, world) -> None:
    second = world.coordinator()
    beside = desk_of(app, second)
    arabic, ukrainian = opened(desk, form), opened(beside, form, "uk")
    save(desk, form, arabic | {f"t:{OTHER}": "أين؟"})
    save(desk, form, opened(desk, form) | {f"t:{KEY}": "اسمك"})
    answer = save(beside, form, ukrainian | {f"t:{KEY}": "Як вас звати?"}, "uk")
    assert answer.status_code == 303
    assert "stored other changes meanwhile" in text_of(beside.get(answer.location))
    assert stored_texts(form)[OTHER] == "أين؟"
    assert stored_texts(form, "uk")[KEY] == "Як вас звати?"


def test_the_second_to_change_a_text_sees_both_and_can_save_again(app, desk, form, world) -> None:
    second = world.coordinator()
    beside = desk_of(app, second)
    mine, theirs = opened(desk, form), opened(beside, form)
    save(beside, form, theirs | {f"t:{KEY}": "theirs", f"t:{OTHER}": "untouched by me"})
    answer = save(desk, form, mine | {f"t:{KEY}": "mine", "t:settings/form_title": "title"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert second.name in page
    fields = fields_of(page)
    assert fields[f"t:{KEY}"] == "mine"
    assert fields[f"t:{OTHER}"] == "untouched by me"
    assert fields["t:settings/form_title"] == "title"
    assert re.search(r'class="words" lang="ar" dir="rtl">theirs<', page)
    assert stored_texts(form)[KEY] == "theirs"
    assert save(desk, form, fields).status_code == 303
    assert stored_texts(form)[KEY] == "mine"
    assert stored_texts(form)[OTHER] == "untouched by me"


def test_a_translation_of_a_source_that_changed_meanwhile_is_shown_first(desk, form, world) -> None:
    fields = opened(desk, form)
    change_source(form, world)
    answer = save(desk, form, fields | {f"t:{KEY}": "اسمك"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Wie ist Ihr Name?" in page
    assert stored_texts(form)[KEY] == "ما اسمك؟"
    save(desk, form, fields_of(page))
    assert stored_texts(form)[KEY] == "اسمك"


def test_a_save_that_another_one_overtakes_is_tried_again(desk, form, world, monkeypatch) -> None:
    fields = opened(desk, form) | {f"t:{OTHER}": "أين؟"}
    real = translations.keep
    overtaken = []

    def slow(*args: Any, **kwargs: Any) -> WorkingCopy:
        if not overtaken:
            overtaken.append(True)
            change_source(form, world)
        return real(*args, **kwargs)

    monkeypatch.setattr(translations, "keep", slow)
    assert save(desk, form, fields).status_code == 303
    assert stored_texts(form)[OTHER] == "أين؟"
    assert stored_texts(form, "de")[KEY] == "Wie ist Ihr Name?"


def test_a_text_that_is_gone_meanwhile_is_given_back(desk, form, world) -> None:
    fields = opened(desk, form)
    copy = begin_working_copy(form, by=SYSTEM, at=world.at)
    place = place_of(copy.parsed, "q2")
    renamed = change(copy.parsed, place, {"name": "street"}).definition
    store(copy, renamed, revision=1, by=SYSTEM, at=world.at)
    answer = save(desk, form, fields | {f"t:{OTHER}": "أين؟"})
    assert answer.status_code == 422
    assert "أين؟" in text_of(answer)


@pytest.mark.parametrize("how", ["discarded", "published"])
def test_what_was_typed_outlives_the_working_copy(desk, form, world, how) -> None:
    copy = begin_working_copy(form, by=SYSTEM, at=world.at)
    fields = opened(desk, form) | {f"t:{OTHER}": "أين؟"}
    if how == "published":
        publish_working_copy(copy, revision=1, by=SYSTEM, at=world.at)
    else:
        discard(copy, by=SYSTEM, at=world.at)
    assert save(desk, form, fields).status_code == 303
    assert stored_texts(form)[OTHER] == "أين؟"


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


# Who may


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.COORDINATOR])
def test_only_who_edits_forms_reaches_their_translations(app, world, form, role) -> None:
    needs = role is Role.INTEGRATION_MANAGER
    organization = world.organization() if needs else None
    desk = desk_of(app, world.staff(role, organization=organization))
    for part in ("", "export/", "import/"):
        assert desk.get(table_address(form, part=part)).status_code == 404
    assert send(desk, table_address(form), {f"t:{KEY}": "x"}).status_code == 404
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
    assert save(desk, row, opened(desk, row) | {"t:settings/form_title": "جديد"}).status_code == 303
    assert working_copy_of(row).parsed.title["ar"] == "جديد"


def test_removing_a_language_and_saving_into_it_meanwhile_is_not_found(desk, form, world) -> None:
    fields = opened(desk, form)
    copy = begin_working_copy(form, by=SYSTEM, at=world.at)
    store(copy, remove_language(copy.parsed, "ar"), revision=1, by=SYSTEM, at=world.at)
    assert save(desk, form, fields | {f"t:{KEY}": "x"}).status_code == 404
