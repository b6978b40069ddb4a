"""The page of a form's own files: what is missing, taking in, replacing, removing."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from casework.core.access import Role
from casework.questionnaires.form_files import add_file
from casework.questionnaires.working_copies import WorkingCopy, create_questionnaire, store
from tests.admin.pressing import desk_of, text_of, token_of
from tests.casework.questionnaires.samples import definition, question
from tests.world import World

FILES = "/admin/form-editor/towns/files"
TOWNS = b"name,label\na,Alpha\nb,Beta\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def copy(world: World) -> WorkingCopy:
    form = definition(
        question("select_one_from_file", "town", list_name="towns.csv"),
        question("text", "said", media={"image": {"en": "house.png"}}),
    )
    return create_questionnaire("towns", form, by=world.coordinator().actor, at=world.at)


def _send(desk: Any, where: str, revision: int, *files: tuple[str, bytes], **fields: str) -> Any:
    sent = [(io.BytesIO(data), name) for name, data in files]
    data = {"csrf_token": token_of(desk), "revision": str(revision), **fields}
    return desk.post(f"{FILES}/{where}", data=data | ({"files": sent} if sent else {}))


def _now(copy: WorkingCopy) -> WorkingCopy:
    return WorkingCopy.get_by_id(copy.id)


def test_the_page_names_what_is_missing_and_which_question_needs_it(desk, copy) -> None:
    page = text_of(desk.get(FILES))
    assert "2 files are missing" in page
    assert 'name="name" value="towns.csv"' in page
    assert 'href="/admin/form-editor/towns/?at=0"' in page
    assert FILES in text_of(desk.get("/admin/form-editor/towns/"))


def test_a_missing_file_is_taken_in_under_the_name_that_the_form_writes(desk, copy) -> None:
    answer = _send(desk, "add", 1, ("My list (2).csv", TOWNS), name="towns.csv")
    assert answer.status_code == 303
    assert list(_now(copy).parsed.files) == ["towns.csv"]
    page = text_of(desk.get(FILES))
    assert "1 file is missing" in page
    assert "2 entries" in page
    saved = desk.get(f"{FILES}/save?name=towns.csv")
    assert saved.data == TOWNS
    assert "attachment" in saved.headers["Content-Disposition"]


def test_several_files_come_under_their_own_names_and_each_that_is_refused_is_told(
    desk, copy
) -> None:
    files = (
        ("pictures/house.png", PNG),
        ("bad.png", b"MZ"),
        ("towns.csv", TOWNS),
        ("empty.csv", b""),
    )
    answer = _send(desk, "add", 1, *files)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "bad.png: This kind of file cannot be taken." in page
    assert "empty.csv: The file is empty." in page
    assert set(_now(copy).parsed.files) == {"house.png", "towns.csv"}
    assert "/media/" in page


@pytest.mark.parametrize("files", [(), (("a.csv", TOWNS), ("b.csv", TOWNS))])
def test_one_missing_file_is_exactly_one_file(desk, copy, files) -> None:
    answer = _send(desk, "add", 1, *files, name="towns.csv")
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not _now(copy).parsed.files


def test_a_file_is_removed_and_its_question_misses_it_again(desk, copy) -> None:
    _send(desk, "add", 1, ("towns.csv", TOWNS))
    answer = _send(desk, "remove", _now(copy).revision, name="towns.csv")
    assert answer.status_code == 303
    assert not _now(copy).parsed.files
    again = _send(desk, "remove", _now(copy).revision, name="towns.csv")
    assert again.status_code == 422
    assert "The form has no file of this name." in text_of(again)


def test_the_second_editor_is_told_and_nothing_is_overwritten(desk, copy, world) -> None:
    other = world.staff(Role.COORDINATOR, email="second@example.org").actor
    add_file(copy, "towns.csv", TOWNS, revision=1, by=other, at=world.at)
    answer = _send(desk, "add", 1, ("towns.csv", b"name,label\nz,Z\n"))
    assert "meanwhile" in text_of(answer)
    assert desk.get(f"{FILES}/save?name=towns.csv").data == TOWNS
    assert _send(desk, "remove", 1, name="towns.csv").status_code == 409


def test_what_another_editor_wrote_elsewhere_stays(desk, copy, world) -> None:
    titled = replace(copy.parsed, title={"en": "Other"})
    store(copy, titled, revision=1, by=world.coordinator().actor, at=world.at)
    assert _send(desk, "add", 1, ("towns.csv", TOWNS)).status_code == 303
    assert _now(copy).parsed.title == {"en": "Other"}


@pytest.mark.parametrize("name", ["", "nothing.csv", "../towns.csv", "\x00", "x" * 20_000])
def test_a_name_that_the_form_does_not_have_is_no_file(desk, copy, name) -> None:
    assert desk.get(f"{FILES}/save", query_string={"name": name}).status_code == 404
    assert _send(desk, "remove", 1, name=name).status_code == 422
    assert _send(desk, "add", 1, ("a.csv", TOWNS), name=name).status_code in (303, 422)


@pytest.mark.parametrize("role", [Role.INTEGRATION_COMMISSIONER, Role.ADMINISTRATOR])
def test_who_edits_no_forms_finds_no_page_of_files(app, world, copy, role) -> None:
    desk = desk_of(app, world.staff(role, email="other@example.org"))
    assert desk.get(FILES).status_code == 404
    assert desk.get(f"{FILES}/save?name=towns.csv").status_code == 404
    assert _send(desk, "add", 1, ("towns.csv", TOWNS)).status_code == 404


def test_a_question_is_shown_with_a_picture_of_the_form(desk, copy) -> None:
    _send(desk, "add", 1, ("house.png", PNG), ("door.png", PNG + b"1"))
    page = text_of(desk.get("/admin/form-editor/towns/?at=1"))
    assert '<option value="house.png" selected>' in page
    assert '<option value="door.png">' in page
