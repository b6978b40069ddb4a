"""Forms on the desk: the list, the page of one, its versions, and files taken in and given out."""

from __future__ import annotations

import io
from typing import Any

import pytest

from casework.core.access import SYSTEM, Role
from casework.formats.templates import template
from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, latest_version
from casework.questionnaires.publishing import import_definition
from casework.questionnaires.working_copies import WorkingCopy, begin_working_copy
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _help(world: World) -> Questionnaire:
    return Questionnaire.get(Questionnaire.slug == "help")


def _page(row: Questionnaire) -> str:
    return f"/admin/questionnaire/details/?id={row.id}"


def _upload(desk: Any, path: str, data: bytes, name: str = "form.xlsx", **more: Any) -> Any:
    return send(desk, path, {"files": (io.BytesIO(data), name), **more})


def _second_version(world: World) -> QuestionnaireVersion:
    return import_definition("help", template("offer"), by=SYSTEM, at=world.at)


def test_the_list_shows_state_use_and_waiting_changes(desk, world) -> None:
    world.submission("help")
    editor = world.coordinator()
    begin_working_copy(_help(world), by=editor.actor, at=world.at)
    page = text_of(desk.get("/admin/questionnaire/"))
    for words in ("a person asks for help", ">published<", "a volunteer offers help"):
        assert words in page, words
    assert editor.name in page


def test_the_list_costs_the_same_however_many_forms_there_are(desk, world) -> None:
    with statements() as few:
        desk.get("/admin/questionnaire/")
    for number in range(8):
        import_definition(f"form-{number}", template("offer"), by=SYSTEM, at=world.at)
    with statements() as many:
        desk.get("/admin/questionnaire/")
    assert len(many) == len(few)


def test_an_exported_form_comes_in_again_as_the_same_version(desk, world) -> None:
    row = _help(world)
    live = latest_version(row)
    answer = desk.get(f"/admin/questionnaire/export-form/?id={row.id}&version={live.id}")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read_xlsform(answer.data).definition == live.parsed
    page = text_of(_upload(desk, f"/admin/questionnaire/import/?id={row.id}", answer.data))
    assert f"Stored as version {live.number}" in page
    assert row.versions.count() == 1


def test_a_file_becomes_a_version_that_waits_until_it_is_published(desk, world) -> None:
    row = _help(world)
    data = write_xlsform(template("offer"))
    page = text_of(_upload(desk, f"/admin/questionnaire/import/?id={row.id}", data, "a.xls"))
    assert "Stored as version 2" in page
    assert (
        row.refresh().live_version_id
        == row.versions.order_by(QuestionnaireVersion.number).get().id.hex
    )
    newest = latest_version(row)
    send(desk, f"/admin/questionnaire/publish/?id={row.id}", {"version": str(newest.id)})
    assert row.refresh().live_version_id == newest.id.hex


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "Please choose one XLSForm file"), (b"GIF89a", "Please choose one XLSForm file"),
     (b"PK\x03\x04 and nothing more", "Nothing was saved yet")],
)  # fmt: skip
def test_what_is_no_form_is_refused_and_nothing_is_stored(desk, world, data, words) -> None:
    row = _help(world)
    answer = _upload(desk, f"/admin/questionnaire/import/?id={row.id}", data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert row.versions.count() == 1


def test_all_errors_of_a_file_are_shown_at_once_and_block(desk, world) -> None:
    row = _help(world)
    answer = _upload(desk, f"/admin/questionnaire/import/?id={row.id}", _broken())
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Nothing was stored" in page
    assert page.count(">error<") >= 2
    assert row.versions.count() == 1


def _broken() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "survey"
    for line in (("type", "name", "label", "relevant"), ("text", "a", "A", "${nobody} = 1"),
                 ("select_one nothing", "b", "B", "")):  # fmt: skip
        sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_an_earlier_version_can_be_live_again(desk, world) -> None:
    row, first = _help(world), latest_version(_help(world))
    second = _second_version(world)
    send(desk, f"/admin/questionnaire/publish/?id={row.id}", {"version": str(second.id)})
    send(desk, f"/admin/questionnaire/roll-back/?id={row.id}", {"version": str(first.id)})
    assert row.refresh().live_version_id == first.id.hex
    assert row.versions.count() == 2


def test_a_retired_form_is_gone_from_the_portal_and_can_come_back(desk, world, client) -> None:
    row = _help(world)
    send(desk, f"/admin/questionnaire/retire/?id={row.id}", {})
    assert client.get("/de/form/help").status_code == 404
    assert client.get("/form/help").status_code == 404
    send(desk, f"/admin/questionnaire/republish/?id={row.id}", {})
    assert client.get("/de/form/help").status_code in (200, 302, 303)


def test_the_address_on_a_notice_opens_the_form_in_the_language_of_the_phone(client, world) -> None:
    answer = client.get("/form/help", headers={"Accept-Language": "uk-UA"})
    assert (answer.status_code, answer.location) == (302, "/uk/form/help")


@pytest.mark.parametrize("source", ["nothing", "template", "file"])
def test_a_new_form_begins_with_nothing_a_template_or_a_file(desk, world, source) -> None:
    answer = _upload(
        desk, "/admin/questionnaire/new/", write_xlsform(template("offer")), form_title="Schule",
        slug="school", purpose="other", source=source, template="help",
    )  # fmt: skip
    assert answer.status_code == 303, text_of(answer)
    row = Questionnaire.get(Questionnaire.slug == "school")
    assert row.state == "draft"
    copy = WorkingCopy.get(WorkingCopy.questionnaire == row)
    assert bool(list(copy.parsed.questions())) == (source != "nothing")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"slug": "Sch ool"}, "small letters"),
        ({"slug": "help"}, "belongs to another form"),
        ({"form_title": ""}, "give the form a title"),
        ({"purpose": "root"}, "Not a valid choice"),
        ({"source": "file"}, "Please choose one XLSForm file"),
    ],
)
def test_a_new_form_that_cannot_be_keeps_what_was_typed(desk, world, typed, words) -> None:
    fields = {"form_title": "Schule", "slug": "school", "purpose": "other", "source": "nothing",
              "template": "help"}  # fmt: skip
    answer = send(desk, "/admin/questionnaire/new/", fields | typed)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert (fields | typed)["slug"] in page
    assert Questionnaire.select().where(Questionnaire.slug == "school").count() == 0


def test_versions_of_another_form_and_forged_ids_are_not_found(desk, world) -> None:
    row = _help(world)
    other = latest_version(Questionnaire.get(Questionnaire.slug == "offer"))
    for wanted in (str(other.id), "x", ""):
        for way in ("publish", "roll-back"):
            answer = send(desk, f"/admin/questionnaire/{way}/?id={row.id}", {"version": wanted})
            assert answer.status_code == 404
    assert (
        send(desk, f"/admin/questionnaire/purpose/?id={row.id}", {"purpose": "x"}).status_code
        == 303
    )
    assert row.refresh().purpose == "request"


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.COORDINATOR])
def test_only_the_coordinator_reaches_forms(app, world, role) -> None:
    needs = role is Role.INTEGRATION_MANAGER
    organization = world.organization() if needs else None
    desk = desk_of(app, world.staff(role, organization=organization))
    row = _help(world)
    for path in ("/admin/questionnaire/", _page(row), "/admin/questionnaire/new/"):
        assert desk.get(path).status_code == 404
    assert send(desk, f"/admin/questionnaire/retire/?id={row.id}", {}).status_code == 404
    assert row.refresh().state == "published"
