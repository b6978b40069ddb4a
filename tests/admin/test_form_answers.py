"""The screens about answers: who may open them, what they show, what a file holds."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from openpyxl import load_workbook

from casework.core.access import Role
from casework.core.audit import AuditEntry
from casework.drafts import keep_draft, start_draft
from casework.questionnaires.models import live
from tests.admin.pressing import desk_of, send, text_of
from tests.casework.formats.test_answers import publish_form, store
from tests.casework.questionnaires.samples import choices, definition, question, repeat
from tests.databases import statements

FORM = definition(
    question("select_one", "kind", list_name="kinds", label={"en": "Which?", "de": "Welches?"}),
    question("select_multiple", "needs", list_name="kinds"),
    question("text", "secret"),
    repeat("member", question("text", "name")),
    choices={"kinds": choices("a", "b")},
    languages=("en", "de"),
)
FILE = {"kind": "xlsx", "wording": "", "split": "y"}
ADDRESS = "/admin/answers/sample/"


@pytest.fixture
def made(world):
    return publish_form(FORM, world.at)


@pytest.fixture
def desk(app, world):
    return desk_of(app, world.coordinator())


@pytest.fixture
def commissioner(app, world):
    return desk_of(app, world.staff(Role.INTEGRATION_COMMISSIONER))


def test_the_list_leads_to_the_figures_of_each_questionnaire(desk, made, world):
    store(world, {"kind": "a"}, count=13)
    page = text_of(desk.get("/admin/answers/"))
    assert 'href="/admin/answers/sample/figures"' in page
    assert "10 or more" in page
    assert "fewer than five" in page
    assert "/admin/answers/" in text_of(desk.get("/admin/"))


def test_the_figures_show_counts_shares_and_bars(commissioner, made, world):
    store(world, {"kind": "a", "secret": "Amal"}, count=15)
    store(world, {"kind": "b"}, count=5)
    page = text_of(commissioner.get(f"{ADDRESS}figures"))
    assert "About 20 submissions." in page
    assert "Which?" in page
    assert "75%" in page
    assert '<rect width="75.0"' in page
    assert "Amal" not in page


def test_hidden_counts_are_dashes_with_a_word_for_screen_readers(commissioner, made, world):
    store(world, {"kind": "a"}, count=22)
    store(world, {"kind": "b"}, count=3)
    page = text_of(commissioner.get(f"{ADDRESS}figures"))
    assert "hidden" in page
    assert "88%" not in page
    assert ">22<" not in page


def test_below_five_there_is_a_sentence_instead_of_figures(commissioner, made, world):
    store(world, {"kind": "a"}, count=4)
    page = text_of(commissioner.get(f"{ADDRESS}figures"))
    assert "fewer than five submissions" in page
    assert "Which?" not in page


def test_where_people_stop_is_told_by_page(app, made, world, clock):
    for _ in range(6):
        draft, _token = start_draft(live("sample"), "ar", at=world.at)
        keep_draft(draft, {"answers": {}, "done": ["kind", "needs"]}, "ar", at=world.at)
    early = desk_of(app, world.coordinator())
    assert "Where people stop" not in text_of(early.get(f"{ADDRESS}figures"))
    clock.forward(hours=50)
    later = desk_of(app, world.staff(Role.INTEGRATION_COMMISSIONER))
    page = text_of(later.get(f"{ADDRESS}figures"))
    assert "Where people stop" in page
    assert "100%" in page


def test_figures_in_german_write_numbers_as_german_does(desk, made, world):
    store(world, {"kind": "a"}, count=15)
    store(world, {"kind": "b"}, count=5)
    send(desk, "/admin/language", {"language": "de"})
    page = text_of(desk.get(f"{ADDRESS}figures"))
    assert "Welches?" in page
    assert "75\N{NO-BREAK SPACE}%" in page


# Files


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_a_file_holds_every_answer_and_its_download_is_recorded(desk, made, world, kind):
    store(world, {"kind": "a", "needs": ["a"], "member": [{"_row": "r1", "name": "Sami"}]})
    answer = send(desk, f"{ADDRESS}download", FILE | {"kind": kind})
    assert answer.status_code == 200
    data = answer.get_data()
    assert int(answer.headers["Content-Length"]) == len(data)
    assert answer.headers["Cache-Control"] == "no-store"
    named = "zip" if kind == "csv" else kind
    assert f"attachment; filename=sample.{named}" in answer.headers["Content-Disposition"]
    if kind == "json":
        (row,) = json.loads(data)
        assert row["member"] == [{"member/name": "Sami"}]
        assert row["needs/a"] == 1
    elif kind == "xlsx":
        assert load_workbook(io.BytesIO(data))["member"].max_row == 2
    else:
        assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["sample.csv", "sample.member.csv"]
    entry = AuditEntry.get(AuditEntry.event == "submission:exported")
    assert (entry.actor_kind, entry.subject_id, entry.details) == ("staff", made.id, {"number": 1})


def test_a_form_without_lists_comes_as_a_plain_table(desk, world):
    publish_form(definition(question("text", "a")), world.at)
    store(world, {"a": "x"})
    answer = send(desk, f"{ADDRESS}download", FILE | {"kind": "csv"})
    assert answer.mimetype == "text/csv"
    assert text_of(answer).splitlines()[0].endswith("_index,a")


def test_labels_and_undivided_choices_can_be_had(desk, made, world):
    store(world, {"kind": "a", "needs": ["a"]})
    data = {"kind": "json", "wording": "de"}
    (row,) = json.loads(send(desk, f"{ADDRESS}download", data).get_data())
    assert (row["kind"], "needs/a" in row) == ("A", False)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "exe"}, {"kind": ""}, {"wording": "../x"}, {"wording": "eo"}],
)
def test_what_was_not_offered_is_refused_without_a_record(desk, made, wrong):
    answer = send(desk, f"{ADDRESS}download", FILE | wrong)
    assert answer.status_code == 422
    assert AuditEntry.select().where(AuditEntry.event == "submission:exported").count() == 0


@pytest.mark.parametrize("slug", ["nothing", "%3Cslug%3E", "a" * 300, "..%2Fx"])
def test_an_unknown_questionnaire_does_not_exist(desk, made, slug):
    assert desk.get(f"/admin/answers/{slug}/").status_code == 404
    assert desk.get(f"/admin/answers/{slug}/figures").status_code == 404
    assert send(desk, f"/admin/answers/{slug}/download", FILE).status_code == 404


# Who may


def test_the_commissioner_sees_figures_and_never_a_file(commissioner, made, world):
    store(world, {"secret": "Amal"}, count=6)
    assert commissioner.get("/admin/answers/").status_code == 200
    page = text_of(commissioner.get(ADDRESS))
    assert "<form" not in page.partition("<main")[2]
    assert "Amal" not in page
    answer = send(commissioner, f"{ADDRESS}download", FILE)
    assert answer.status_code == 404
    assert AuditEntry.select().where(AuditEntry.event == "submission:exported").count() == 0


@pytest.mark.parametrize(
    "role", [Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR, Role.INTEGRATION_MANAGER]
)
def test_for_everybody_else_none_of_it_exists(app, world, made, role):
    desk = desk_of(app, world.manager() if "manager" in role else world.staff(role))
    for address in ("", "sample/", "sample/figures"):
        assert desk.get(f"/admin/answers/{address}").status_code == 404
    assert send(desk, f"{ADDRESS}download", FILE).status_code == 404
    assert "/admin/answers/" not in text_of(desk.get("/admin/"))


def test_a_download_needs_the_token_of_the_form(desk, made):
    assert desk.get(f"{ADDRESS}download").status_code == 405


def test_statements_do_not_grow_with_the_submissions(desk, made, world):
    def cost(address: str) -> int:
        with statements() as seen:
            assert desk.get(address).status_code == 200
        return len(seen)

    store(world, {"kind": "a"}, count=20)
    few = [cost(each) for each in ("/admin/answers/", ADDRESS, f"{ADDRESS}figures")]
    store(world, {"kind": "a"}, count=150)
    many = [cost(each) for each in ("/admin/answers/", ADDRESS, f"{ADDRESS}figures")]
    assert all(later <= first for later, first in zip(many, few, strict=True)), (few, many)
