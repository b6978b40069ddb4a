"""Translations stand beside what was written, marked by who made them."""

import pytest

from casework.core.access import PUBLIC, SYSTEM
from casework.core.refusals import Forbidden, NotFound
from casework.interpretations import Interpretation, keep_interpretation, of_rows
from casework.messages import send_message
from tests.databases import statements


@pytest.fixture
def message(world):
    return send_message("Guten Tag", case=world.case(), language="de", by=SYSTEM, at=world.at)


def keep(world, row, body, *, language="ar", source="staff", field="body", by=SYSTEM):
    return keep_interpretation(row, field, language, body, source=source, by=by, at=world.at)


def test_a_translation_leaves_the_original_as_it_was(world, message):
    keep(world, message, "طاب يومك")
    assert message.refresh().body == "Guten Tag"
    [kept] = of_rows([message])[message.id, "body"]
    assert (kept.body, kept.language, kept.source, kept.author) == (
        "طاب يومك",
        "ar",
        "staff",
        "system",
    )


def test_what_people_made_comes_before_what_a_machine_made(world, message):
    keep(world, message, "machine", source="machine")
    keep(world, message, "by hand")
    assert [each.body for each in of_rows([message])[message.id, "body"]] == ["by hand", "machine"]


def test_a_new_translation_replaces_the_old_one_of_the_same_source(world, message):
    keep(world, message, "machine", source="machine")
    keep(world, message, "first")
    keep(world, message, "second")
    assert [each.body for each in of_rows([message])[message.id, "body"]] == ["second", "machine"]


def test_languages_and_fields_stand_apart(world, message):
    keep(world, message, "a", language="ar")
    keep(world, message, "b", language="en")
    keep(world, message, "c", field="need_text")
    found = of_rows([message])
    counted = {field: len(each) for (_row, field), each in found.items()}
    assert counted == {"body": 2, "need_text": 1}


def test_several_rows_are_read_in_one_statement(world, message):
    other = send_message("Tschüss", case=message.case, language="de", by=SYSTEM, at=world.at)
    keep(world, message, "a")
    keep(world, other, "b")
    with statements() as seen:
        found = of_rows([message, other])
    assert set(found) == {(message.id, "body"), (other.id, "body")}
    assert len(seen) == 1


def test_the_translations_of_another_row_are_not_shown(world, message):
    other = send_message("Tschüss", case=message.case, language="de", by=SYSTEM, at=world.at)
    keep(world, other, "وداعا")
    assert of_rows([message]) == {}


@pytest.mark.parametrize("source", ["", "person", "MACHINE", "\x00"])
def test_an_unknown_source_is_refused(world, message, source):
    with pytest.raises(NotFound):
        keep(world, message, "x", source=source)
    assert of_rows([message]) == {}


def test_a_translation_does_not_lie_open_and_is_never_listed(world, message):
    keep(world, message, "Kanarienvogel")
    assert "Kanarienvogel" not in str(Interpretation.select().tuples().get())
    assert not Interpretation.scope(world.coordinator().actor).exists()


def test_only_staff_translate(world, message):
    keep(world, message, "x", by=world.coordinator().actor)
    with pytest.raises(Forbidden):
        keep(world, message, "y", by=PUBLIC)
    assert [each.body for each in of_rows([message])[message.id, "body"]] == ["x"]
