"""Files that a form brings: lists of choices, pictures; pinned to their version by digest."""

import pytest

from casework.core.access import PUBLIC, SYSTEM
from casework.core.files import FileRefused, FileTooLarge
from casework.core.refusals import Forbidden
from casework.questionnaires.checking import check
from casework.questionnaires.compiling import build, compile_form
from casework.questionnaires.definitions import from_json, to_json
from casework.questionnaires.lists import ListRefused, read_list
from casework.questionnaires.media import (
    MAX_BYTES,
    NO_FILE,
    MediaFile,
    NameRefused,
    attach_file,
    beside,
    contents,
    detach_file,
    missing,
)
from casework.questionnaires.steps import accept, begin
from tests.casework.questionnaires.samples import NOW, definition, place, question

TOWNS = (
    b"name,label,label::German (de),district\na,Alpha,Alfa,north\nb,Beta,,north\nc,Gamma,,south\n"
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def form(**columns):
    return definition(
        question("text", "district"),
        question("select_one_from_file", "town", list_name="towns.csv",
                 choice_filter="district = ${district}", **columns),
        question("calculate", "label",
                 calculation="pulldata('towns', 'label', 'name', ${town})"),
        question("calculate", "count",
                 calculation="count(instance('towns')/root/item[district = 'north'])"),
        languages=("en", "de"), language_names={"de": "German (de)"},
    )  # fmt: skip


@pytest.fixture
def attach(world):
    def attach(to, name="towns.csv", data=TOWNS, by=SYSTEM):
        return attach_file(to, name, data, by=by, at=world.at)

    return attach


def test_choices_come_from_the_file_filtered_and_translated(attach):
    filling = begin(compile_form(attach(form())), now=NOW, language="de")
    outcome = accept(filling, place(filling, "district"), {"district": ["north"]})
    town = outcome.filling.by_path["town",]
    offered = outcome.filling.choices(town)
    assert [each.name for each in offered] == ["a", "b"]
    texts = [outcome.filling.text(each.label, "de") for each in offered]
    assert texts == [("Alfa", "de"), ("Beta", "en")]
    after = accept(outcome.filling, place(outcome.filling, "town"), {"town": ["b"]})
    assert not after.problems
    assert after.filling.answers["label"] == "Beta"
    assert after.filling.answers["count"] == "2"
    wrong = accept(outcome.filling, place(outcome.filling, "town"), {"town": ["c"]})
    assert [problem.path for problem in wrong.problems] == [("town",)]


def test_without_the_file_the_question_is_left_out_and_a_warning_says_so():
    bare = form(required=True)
    findings = [each for each in check(bare) if each.msgid == NO_FILE]
    assert [(each.severity, each.params["name"]) for each in findings] == [("warning", "towns.csv")]
    filling = begin(compile_form(bare), now=NOW, language="en")
    assert "town" not in {spec.name for spec in filling.form.specs if spec.is_shown}


def test_a_version_keeps_the_list_that_it_was_made_with(attach):
    old = attach(form())
    new = attach(old, data=TOWNS.replace(b"Alpha", b"Omega"))
    assert old.files != new.files
    for each, label in ((old, "Alpha"), (new, "Omega")):
        again = from_json(to_json(each))
        assert again == each
        town = compile_form(again).spec("town")
        assert town.choices[0].label["en"] == label
    assert MediaFile.select().count() == 2
    attach(new)
    assert MediaFile.select().count() == 2


def test_what_was_attached_comes_back_and_can_be_taken_away(attach):
    both = attach(attach(form()), "a.png", PNG)
    assert contents(both) == {"towns.csv": TOWNS, "a.png": PNG}
    assert detach_file(detach_file(both, "a.png"), "towns.csv") == form()


def test_a_picture_that_is_missing_is_only_noticed():
    bare = definition(question("text", "a", media={"image": {"en": "a.png"}}))
    assert [(each.name, each.is_list) for each in missing(bare)] == [("a.png", False)]
    _, findings = build(bare)
    assert [each.severity for each in findings if each.msgid == NO_FILE] == ["notice"]


def test_files_are_found_beside_the_form_and_nothing_else_is_opened(tmp_path):
    folder = tmp_path / "form-media"
    folder.mkdir()
    (folder / "towns.csv").write_bytes(TOWNS)
    (folder / "other.csv").write_text("a\n")
    assert beside(tmp_path / "form.xlsx", form()) == {"towns.csv": TOWNS}
    (folder / "towns.csv").unlink()
    (tmp_path / "towns.csv").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(FileTooLarge):
        beside(tmp_path / "form.xlsx", form())
    climbing = definition(
        question("select_one_from_file", "x", list_name="../../etc/passwd.csv"),
    )
    assert beside(tmp_path / "form.xlsx", climbing) == {}


def test_columns_of_value_and_label_can_be_named(attach):
    asked = definition(
        question("select_multiple_from_file", "t", list_name="towns.csv",
                 parameters={"value": "district", "label": "name"}),
    )  # fmt: skip
    spec = compile_form(attach(asked)).spec("t")
    assert [each.name for each in spec.choices] == ["north", "north", "south"]
    assert spec.choices[0].label["en"] == "a"


def test_choices_may_stand_in_the_sheet_for_external_ones():
    sheet = (("list_name", "name", "label", "state"), ("c", "x", "Ex", "one"),
             ("d", "y", "Why", "one"))  # fmt: skip
    form = definition(
        question("select_one_external", "city", list_name="c", choice_filter="state = 'one'"),
        sheets={"external_choices": sheet},
    )
    filling = begin(compile_form(form), now=NOW, language="en")
    assert [each.name for each in filling.choices(filling.by_path["city",])] == ["x"]


@pytest.mark.parametrize(
    ("name", "text", "first"),
    [
        ("a.csv", "name;label\nx;Ü\n", {"name": "x", "label": "Ü"}),
        ("a.csv", "\ufeffname\tlabel\nx\ty\n\n", {"name": "x", "label": "y"}),
        ("a.csv", 'name,label\nx,"a, ""b"""\n', {"name": "x", "label": 'a, "b"'}),
        ("a.csv", "name,label\nx\n", {"name": "x"}),
        ("a.xml", "<root><item><name>x</name><label>y</label></item></root>",
         {"name": "x", "label": "y"}),
        ("a.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","id":"x",'
         '"properties":{"title":"Y"},"geometry":{"type":"Point","coordinates":[9.2,48.1]}}]}',
         {"title": "Y", "id": "x", "geometry": "48.1 9.2 0 0"}),
    ],
)  # fmt: skip
def test_lists_are_read_in_each_of_their_forms(name, text, first):
    assert read_list(name, text.encode())[0] == first


def test_a_list_from_an_older_spreadsheet_is_read():
    assert read_list("a.csv", "name;label\nx;Müller\n".encode("cp1252"))[0]["label"] == "Müller"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.csv", b"\n\n"),
        ("a.csv", b"name,name\nx,y\n"),
        ("a.csv", b"PK\x03\x04\x00\x00"),
        ("a.csv", b"name\n" + b"x\n" * 20_001),
        ("a.csv", b",".join(b"c%d" % n for n in range(99)) + b"\n" + b",".join([b"x"] * 99)),
        ("a.csv", b'name\n"' + b"x" * 200_000),
        ("a.xml", b"<root><item>"),
        ("a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><root>&a;</root>'),
        ("a.geojson", b"{}"),
        ("a.geojson", b"[1]"),
        ("a.geojson", b'{"features":[7]}'),
        ("a.geojson", b'{"features":[{"geometry":{"type":"Point","coordinates":["x"]}}]}'),
        ("a.geojson", b"[" * 100_000),
        ("a.txt", b"name\nx\n"),
    ],
)
def test_what_is_no_list_is_refused_with_its_name(name, data):
    with pytest.raises(ListRefused) as refused:
        read_list(name, data)
    assert name in refused.value.text("en")


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", FileRefused),
        ("a.html", b"<html>", FileRefused),
        ("../a.csv", b"name\nx\n", NameRefused),
        (".csv", b"name\nx\n", NameRefused),
        ("a/b.csv", b"name\nx\n", NameRefused),
        ("a\n.csv", b"name\nx\n", NameRefused),
        ("a.csv", b"x" * (MAX_BYTES + 1), FileTooLarge),
        ("a.csv", b"", ListRefused),
        ("a.png", b"name\nx\n", FileRefused),
    ],
)
def test_what_forms_do_not_bring_is_refused(attach, name, data, refusal):
    with pytest.raises(refusal):
        attach(form(), name, data)
    assert not MediaFile.select().exists()


def test_only_who_edits_forms_attaches_files(attach):
    with pytest.raises(Forbidden):
        attach(form(), by=PUBLIC)


def test_the_stored_name_of_a_file_is_told_to_nobody():
    form = definition(
        question("file", "letter"), question("note", "n", label={"en": "<${letter}>"})
    )
    filling = begin(compile_form(form), now=NOW, language="en")
    answers = {"letter": "0" * 32 + ".pdf"}
    after = accept(filling, place(filling, "letter"), {"letter": [answers["letter"]]}).filling
    assert after.answers == answers
    assert after.text({"en": "<${letter}>"}, "en") == ("<>", "en")
