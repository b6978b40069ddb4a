"""The command line takes the files of a form along; backups carry what people sent."""

from __future__ import annotations

import pytest

from casework.core.backups import restore_backup, write_backup
from casework.drafts import start_draft
from casework.questionnaires.media import MediaFile
from casework.questionnaires.models import Questionnaire, live
from casework.uploads import Upload, add_upload, read_upload
from tests.casework.formats.workbook_files import workbook

TOWNS = b"name,label\na,Alpha\nb,Beta\n"
FORM = workbook(
    survey="type|name|label\nselect_one_from_file towns.csv|town|Where?\ntext|why|Why?",
    settings="form_id|form_title|default_language\ntowns|Towns|English (en)",
)


@pytest.fixture
def run(app):
    def run(*args: object):
        return app.test_cli_runner().invoke(args=[str(each) for each in args])

    return run


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "towns.xlsx"
    path.write_bytes(FORM)
    return path


def test_a_list_beside_the_form_comes_along_and_goes_out_again(run, form, tmp_path) -> None:
    (tmp_path / "towns.csv").write_bytes(TOWNS)
    assert "missing" not in run("forms", "check", form).output
    assert not MediaFile.select().exists()
    assert run("forms", "import", form, "--publish").exit_code == 0
    assert [each.name for each in live("towns").form.spec("town").choices] == ["a", "b"]
    assert run("forms", "export", "towns", tmp_path / "out.xlsx").exit_code == 0
    assert (tmp_path / "out-media" / "towns.csv").read_bytes() == TOWNS
    again = run("forms", "import", tmp_path / "out.xlsx", "--slug", "again")
    assert again.exit_code == 0, again.output
    assert MediaFile.select().count() == 1


def test_a_form_without_its_list_is_stored_with_a_warning(run, form) -> None:
    done = run("forms", "import", form, "--publish")
    assert done.exit_code == 0
    assert "warning: The file “towns.csv” is missing" in done.output


def test_a_list_that_cannot_be_read_stores_nothing(run, form, tmp_path) -> None:
    (tmp_path / "towns.csv").write_bytes(b"name,name\nx,y\n")
    before = Questionnaire.select().count()
    done = run("forms", "import", form)
    assert done.exit_code != 0
    assert "column “name” twice" in done.stderr
    assert Questionnaire.select().count() == before
    assert not MediaFile.select().exists()


def test_a_backup_carries_the_files_of_submissions(world, app, tmp_path) -> None:
    folder = tmp_path / "documents"
    draft, _ = start_draft(live("help"), "ar", at=world.at)
    data = b"%PDF-1.7\n%%EOF\n"
    upload = add_upload(draft, "file", "a.pdf", data, folder=folder, at=world.at)
    archive = write_backup(tmp_path / "archive", documents=folder, at=world.at)
    assert archive.documents == 1
    (folder / upload.id.hex).unlink()
    restore_backup(tmp_path / "archive", documents=folder, replace=True)
    assert read_upload(Upload.get(), folder=folder) == data
