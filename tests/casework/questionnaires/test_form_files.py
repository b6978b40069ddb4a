"""The files of a working copy: named, missing, there; added and removed without losing changes."""

from dataclasses import replace

import pytest

from casework.core.access import SYSTEM
from casework.core.files import FileRefused, FileTooLarge
from casework.questionnaires.form_files import (
    FileEmpty,
    NoSuchFile,
    add_file,
    content_of,
    files_of,
    remove_file,
    shown_files,
)
from casework.questionnaires.lists import ListRefused
from casework.questionnaires.media import MAX_BYTES, NameRefused
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.working_copies import (
    ChangedMeanwhile,
    WorkingCopy,
    begin_working_copy,
    create_questionnaire,
    publish_working_copy,
    store,
)
from tests.casework.questionnaires.samples import definition, question

TOWNS = b"name,label\na,Alpha\nb,Beta\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture
def copy(world) -> WorkingCopy:
    form = definition(
        question("select_one_from_file", "town", list_name="towns.csv"),
        question("text", "said", media={"image": {"en": "house.png"}}),
        question("calculate", "label", calculation="pulldata('prices', 'label', 'name', 'a')"),
    )  # fmt: skip
    return create_questionnaire("with-files", form, by=SYSTEM, at=world.at)


@pytest.fixture
def add(world):
    def add(copy, name="towns.csv", data=TOWNS, revision=None):
        known = copy.revision if revision is None else revision
        return add_file(copy, name, data, revision=known, by=SYSTEM, at=world.at)

    return add


def test_every_named_file_is_told_with_the_question_that_names_it(copy):
    told = [(file.name, file.is_list, file.is_there, file.places) for file in files_of(copy.parsed)]
    assert told == [
        ("house.png", False, False, ["1"]),
        ("prices.csv", True, False, ["2"]),
        ("towns.csv", True, False, ["0"]),
    ]


def test_a_file_that_is_there_says_what_it_is(copy, add):
    copy = add(add(copy), "house.png", PNG)
    missing, picture, towns = files_of(copy.parsed)
    assert missing.name == "prices.csv"
    assert (picture.content_type, picture.size, picture.entries) == ("image/png", 48, None)
    assert (towns.size, towns.entries, towns.is_named) == (len(TOWNS), 2, True)
    assert content_of(copy.parsed, "towns.csv") == TOWNS
    assert shown_files(copy.parsed) == {"image": ["house.png"], "audio": [], "video": []}


def test_a_file_that_nobody_names_can_be_brought_too(copy, add):
    other = add(copy, "other.png", PNG)
    assert [file.name for file in files_of(other.parsed) if not file.is_named] == ["other.png"]


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [("towns.csv", b"", FileEmpty), ("towns.csv", PNG, ListRefused), ("a.png", TOWNS, FileRefused),
     ("a.png", b"<svg onload='x'/>", FileRefused), ("../towns.csv", TOWNS, NameRefused),
     ("a\x00.csv", TOWNS, NameRefused), ("x" * 200 + ".csv", TOWNS, NameRefused),
     ("a.png", PNG + b"x" * MAX_BYTES, FileTooLarge), ("towns.csv", b"a,a\n1,2\n", ListRefused)],
)  # fmt: skip
def test_what_is_no_file_of_a_form_is_refused_and_changes_nothing(copy, add, name, data, error):
    with pytest.raises(error):
        add(copy, name, data)
    assert WorkingCopy.get_by_id(copy.id).revision == copy.revision


def test_what_is_published_keeps_its_file(copy, add, world):
    copy = add(copy)
    row = Questionnaire.get(Questionnaire.slug == "with-files")
    version = publish_working_copy(copy, revision=copy.revision, by=SYSTEM, at=world.at)
    after = add(begin_working_copy(row, by=SYSTEM, at=world.at), data=TOWNS + b"c,Gamma\n")
    assert [file.entries for file in files_of(after.parsed) if file.is_there] == [3]
    gone = remove_file(after, "towns.csv", revision=after.revision, by=SYSTEM, at=world.at)
    assert not gone.parsed.files
    assert content_of(version.parsed, "towns.csv") == TOWNS


def test_a_file_goes_beside_what_somebody_else_changed_meanwhile(copy, add, world):
    shown = copy.revision
    renamed = replace(copy.parsed, title={"en": "Renamed"})
    store(copy, renamed, revision=shown, by=SYSTEM, at=world.at)
    after = add(copy, revision=shown)
    assert after.parsed.title == {"en": "Renamed"}
    assert "towns.csv" in after.parsed.files


def test_the_second_who_gives_the_same_file_is_told_and_overwrites_nothing(copy, add, world):
    shown = copy.revision
    first = add(copy, revision=shown)
    with pytest.raises(ChangedMeanwhile):
        add(copy, data=b"name,label\nz,Other\n", revision=shown)
    with pytest.raises(ChangedMeanwhile):
        remove_file(copy, "towns.csv", revision=shown, by=SYSTEM, at=world.at)
    with pytest.raises(ChangedMeanwhile):
        add(copy, "else.csv", revision=999)
    assert WorkingCopy.get_by_id(copy.id).parsed == first.parsed


def test_what_is_not_there_cannot_be_removed(copy, world):
    with pytest.raises(NoSuchFile):
        remove_file(copy, "towns.csv", revision=copy.revision, by=SYSTEM, at=world.at)
