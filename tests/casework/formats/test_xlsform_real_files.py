"""Forms that others made: none crashes, and each survives the way out and back."""

import pytest
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import from_json, to_json
from casework.questionnaires.places import places
from casework.questionnaires.steps import begin
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import NOW


@pytest.fixture(scope="module")
def files(shared_data):
    return sorted((shared_data / "xlsforms").glob("*.xls*"))


@pytest.fixture(scope="module")
def read(files):
    return {path: read_xlsform(path.read_bytes(), name=path.stem) for path in files}


def test_every_file_is_read_and_every_finding_can_be_said(read):
    assert len(read) == 43
    for found in read.values():
        assert found.definition is not None
        for finding in found.findings:
            assert finding.message("en")
            assert finding.what_to_do("en")


def test_most_files_can_be_used_as_they_are(read):
    usable = [path.name for path, found in read.items() if found.is_usable]
    print(f"{len(usable)} of {len(read)} files import without errors")
    assert len(usable) >= 32


def test_out_and_back_gives_the_same_definition(read):
    for path, found in read.items():
        again = read_xlsform(write_xlsform(found.definition), name=path.stem).definition
        assert again == found.definition, path.name
        assert from_json(to_json(found.definition)) == found.definition, path.name


@pytest.mark.slow
def test_other_software_accepts_the_export_of_what_it_accepted(read, tmp_path):
    accepted = 0
    for path, found in read.items():
        try:
            convert(path)
        except (PyXFormError, TypeError):  # what it refuses, or stumbles over
            continue
        exported = tmp_path / f"{path.stem}.xlsx"
        exported.write_bytes(write_xlsform(found.definition))
        assert convert(exported).xform, path.name
        accepted += 1
    assert accepted >= 15


def test_every_usable_file_can_be_begun(read):
    for path, found in read.items():
        if found.is_usable:
            filling = begin(compile_form(found.definition), now=NOW)
            assert places(filling), path.name
            assert isinstance(problems(filling), list)
            assert filling.faults == [], path.name
