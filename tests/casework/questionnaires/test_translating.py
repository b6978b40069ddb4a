"""The table of translations: what is missing, what is outdated, and how that stays true."""

import pytest

from casework.core.access import SYSTEM
from casework.questionnaires.definitions import Choice
from casework.questionnaires.editing import (
    CellsRefused,
    change,
    change_settings,
    item_at,
    move_down,
    normal,
    rename,
    rename_list,
)
from casework.questionnaires.editing.cells import TextTooLong
from casework.questionnaires.publishing import import_definition, publish
from casework.questionnaires.translating import (
    NotThisLanguage,
    PlaceholdersDiffer,
    Progress,
    UnknownKey,
    carried,
    progress,
    table,
    texts_of,
    translate,
)
from casework.questionnaires.working_copies import (
    begin_working_copy,
    publish_working_copy,
    store,
    undo,
)
from tests.casework.questionnaires.samples import definition, group, question

FORM = definition(
    question("text", "a", label={"en": "Name", "de": "Name?"}, hint={"en": "As in the passport"}),
    group("g", question("text", "b", label={"en": "Hello ${a}", "de": "Hallo ${a}"})),
    question("select_one", "c", list_name="l", label={"en": "Choose", "de": "Wählen"},
             media={"image": {"en": "c-en.png"}}),
    choices={"l": (Choice(name="x", label={"en": "X", "de": "Ix"}), Choice(name="y"))},
    title={"en": "Form", "de": "Formular"}, languages=("en", "de", "ar"),
)  # fmt: skip


def states(found, sources, tag="de"):
    return {row.key: row.state for row in table(found, sources, tag) if row.state != "present"}


def test_the_table_has_every_text_with_a_stable_key():
    assert [row.key for row in table(FORM, None, "de")] == [
        "settings/form_title", "survey/a/label", "survey/a/hint", "survey/g/label",
        "survey/b/label", "survey/c/label", "survey/c/media::image", "choices/l/x/label",
    ]  # fmt: skip
    row = table(FORM, None, "de")[1]
    assert (row.name, row.column, row.source_tag, row.source, row.target, row.state) == (
        "a", "label", "en", "Name", "Name?", "present",
    )  # fmt: skip
    assert table(FORM, None, "ar", source="de")[1].source == "Name?"
    assert progress(FORM, None) == {
        "de": Progress(present=5, missing=3),
        "ar": Progress(missing=8),
    }
    with pytest.raises(NotThisLanguage):
        table(FORM, None, "fr")


def test_questions_of_one_name_have_keys_of_their_own():
    found = definition(
        group("one", question("text", "a")), group("two", question("text", "a")),
        choices={"l": (Choice(name="x", label={"en": "1"}), Choice(name="x", label={"en": "2"}))},
    )  # fmt: skip
    assert set(texts_of(found)) == {
        "survey/one/label", "survey/one/a/label", "survey/two/label", "survey/two/a/label",
        "choices/l/x/label", "choices/l/x#2/label",
    }  # fmt: skip


def test_texts_are_stored_under_their_key():
    texts = {
        "settings/form_title": "نموذج", "survey/b/label": "مرحبا ${a}",
        "choices/l/x/label": "س", "survey/c/media::image": "c-ar.png",
    }  # fmt: skip
    found = translate(FORM, "ar", texts)
    assert {key: texts_of(found)[key]["ar"] for key in texts} == texts
    assert translate(found, "ar", dict.fromkeys(texts, "")) == normal(FORM)
    assert progress(found, None)["ar"] == Progress(present=4, missing=4)


def test_what_cannot_be_stored_is_refused_by_key_and_nothing_is_changed():
    with pytest.raises(CellsRefused) as refused:
        translate(
            FORM, "de",
            {"survey/b/label": "Hallo ${b}", "survey/zz/label": "x", "survey/a/label": "x" * 20_000,
             "survey/a/hint": "Gut"},
        )  # fmt: skip
    assert {key: type(each) for key, each in refused.value.problems.items()} == {
        "survey/b/label": PlaceholdersDiffer, "survey/zz/label": UnknownKey,
        "survey/a/label": TextTooLong,
    }  # fmt: skip
    with pytest.raises(NotThisLanguage):
        translate(FORM, "fr", {})


def test_texts_are_kept_in_normal_form_without_control_characters():
    found = translate(FORM, "de", {"survey/a/label": " Mu\u0308ller\x00\x07 "})
    assert item_at(found, "0").label["de"] == "Müller"


def test_a_translation_is_outdated_once_its_source_changed_and_it_did_not():
    new = change(FORM, "0", {"label::en": "Full name"}).definition
    sources = carried(FORM, None, new)
    assert sources == {"survey/a/label": {"de": "Name"}}
    assert states(new, sources)["survey/a/label"] == "outdated"
    (row,) = [row for row in table(new, sources, "de") if row.state == "outdated"]
    assert row.was == "Name"
    assert progress(new, sources)["de"] == Progress(present=4, missing=3, outdated=1)


def test_a_new_translation_or_a_confirmed_one_is_not_outdated():
    new = change(FORM, "0", {"label::en": "Full name"}).definition
    sources = carried(FORM, None, new)
    assert carried(new, sources, translate(new, "de", {"survey/a/label": "Ganzer Name"})) == {}
    assert carried(new, sources, new, [("survey/a/label", "de")]) == {}
    both = change(FORM, "0", {"label::en": "Full name", "label::de": "Ganzer Name"}).definition
    assert carried(FORM, None, both) == {}


def test_it_stays_outdated_through_other_changes_and_heals_when_the_source_comes_back():
    first = change(FORM, "0", {"label::en": "Full name"}).definition
    sources = carried(FORM, None, first)
    second = change(first, "0", {"label::en": "Whole name"}).definition
    assert carried(first, sources, second) == {"survey/a/label": {"de": "Name"}}
    assert carried(first, sources, normal(FORM)) == {}
    assert carried(first, sources, change(first, "2", {"label::en": "Z"}).definition) == {
        "survey/a/label": {"de": "Name"}, "survey/c/label": {"de": "Choose"},
    }  # fmt: skip


def test_moving_and_renaming_neither_marks_nor_forgets():
    first = change(FORM, "1/0", {"label::en": "Dear ${a}"}).definition
    sources = carried(FORM, None, first)
    moved = move_down(first, "0").definition
    assert carried(first, sources, moved) == sources
    renamed = rename(first, "0", "full_name").definition
    again = carried(first, sources, renamed)
    assert again == {"survey/b/label": {"de": "Hello ${full_name}"}}
    other = rename(first, "1/0", "greeting").definition
    assert carried(first, sources, other) == {"survey/greeting/label": {"de": "Hello ${a}"}}


def test_choices_of_a_renamed_list_and_the_title_are_followed_too():
    first = change_settings(FORM, {"form_title::en": "Sheet"})
    sources = carried(FORM, None, first)
    assert sources == {"settings/form_title": {"de": "Form"}}
    kept = {"choices/l/x/label": {"de": "Ex"}}
    assert carried(FORM, kept, rename_list(FORM, "l", "m")) == {"choices/m/x/label": {"de": "Ex"}}


def test_marks_travel_with_working_copies_and_versions(db, clock):
    at = clock()
    version = import_definition("survey", FORM, by=SYSTEM, at=at)
    publish(version.questionnaire, version, by=SYSTEM, at=at)
    copy = begin_working_copy(version.questionnaire, by=SYSTEM, at=at)
    new = change(copy.parsed, "0", {"label::en": "Full name"}).definition
    copy = store(copy, new, revision=1, by=SYSTEM, at=at)
    assert states(copy.parsed, copy.translated_from)["survey/a/label"] == "outdated"
    copy = undo(copy, revision=2, by=SYSTEM, at=at)
    assert "survey/a/label" not in states(copy.parsed, copy.translated_from)
    copy = store(copy, new, revision=3, by=SYSTEM, at=at)
    version = publish_working_copy(copy, revision=4, by=SYSTEM, at=at)
    assert version.refresh().translated_from == {"survey/a/label": {"de": "Name"}}
    copy = begin_working_copy(version.questionnaire, by=SYSTEM, at=at)
    copy = store(
        copy, copy.parsed, revision=1, confirmed=[("survey/a/label", "de")], by=SYSTEM, at=at
    )
    assert (copy.revision, copy.translated_from) == (2, None)


def test_an_imported_file_marks_what_it_did_not_translate_anew(db, clock):
    import_definition("survey", FORM, by=SYSTEM, at=clock())
    new = change(FORM, "2", {"label::en": "Pick one"}).definition
    version = import_definition("survey", new, by=SYSTEM, at=clock())
    assert version.translated_from == {"survey/c/label": {"de": "Choose"}}
