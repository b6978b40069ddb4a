"""Files that people send: checked, sealed, handed on, swept."""

import io
import os
import uuid

import pytest
from PIL import Image

from casework.core.access import PUBLIC, Role
from casework.core.crypto import SealError
from casework.core.files import (
    FileMissing,
    FileRefused,
    FileTooLarge,
    StoreFull,
    delete_file,
    read_file,
    stored,
    strays,
)
from casework.core.pictures import without_traces
from casework.drafts import Draft, start_draft
from casework.questionnaires.models import live
from casework.retention import sweep_files
from casework.submissions import Submission, submit
from casework.uploads import (
    FileEmpty,
    TooManyFiles,
    Upload,
    add_upload,
    file_answers,
    keep_only,
    read_upload,
    shown_name,
    uploads_of,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "documents"


@pytest.fixture
def draft(world):
    """A draft and its token."""
    return start_draft(live("help"), "ar", at=world.at)


@pytest.fixture
def add(world, folder, draft):
    def add(data=PDF, name="letter.pdf", kind="file", **more):
        return add_upload(draft[0], kind, name, data, folder=folder, at=world.at, **more)

    return add


def sent(world, draft, answers):
    return submit(
        live("help"), answers, token=draft[1], language="ar", suspicion=[], by=PUBLIC, at=world.at
    )


def age(path, world, hours):
    moment = world.at.timestamp() - hours * 3600
    os.utime(path, (moment, moment))


def test_a_file_comes_back_and_neither_name_nor_content_lie_open(add, folder):
    upload = add(name="Lease of Amal.pdf")
    assert read_upload(upload.refresh(), folder=folder) == PDF
    [path] = folder.iterdir()
    assert path.name == upload.id.hex
    assert b"PDF" not in path.read_bytes()
    assert "Amal" not in str(Upload.select().tuples().get())
    assert "Amal" not in upload.download_name


def test_only_the_answers_that_are_sent_take_their_files_along(add, folder, draft, world):
    one, other = add(), add(PDF + b"%")
    submission = sent(world, draft, {"rows": [{"_row": "r1", "letter": one.answer}]})
    assert uploads_of(submission) == {one.answer: one}
    assert not Upload.select().where(Upload.id == other.id).exists()
    assert not Draft.select().exists()


def test_a_submission_cannot_take_the_file_of_somebody_elses_draft(add, draft, world):
    theirs = add()
    mine = start_draft(live("help"), "de", at=world.at)
    submission = sent(world, mine, {"letter": theirs.answer})
    assert uploads_of(submission) == {}
    assert list(draft[0].uploads) == [theirs]


def test_a_submission_that_is_deleted_takes_its_files_with_it(add, draft, world, folder):
    upload = add()
    submission = sent(world, draft, {"letter": upload.answer})
    Submission.delete().where(Submission.id == submission.id).execute()
    assert not Upload.select().exists()
    age(folder / upload.id.hex, world, 2)
    assert sweep_files(folder, at=world.at) == 1
    assert list(folder.iterdir()) == []


def test_who_sees_the_submission_sees_its_files_and_nobody_sees_a_draft(add, draft, world):
    upload = add()
    coordinator = world.staff(Role.COORDINATOR)
    volunteers = world.staff(Role.VOLUNTEER_COORDINATOR)
    assert not Upload.scope(coordinator.actor).exists()
    sent(world, draft, {"letter": upload.answer})
    assert list(Upload.scope(coordinator.actor)) == [upload]
    assert not Upload.scope(volunteers.actor).exists()
    for role in (Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER):
        assert not Upload.scope(world.staff(role).actor).exists()


def test_the_sweep_leaves_what_has_a_row_and_what_is_fresh(add, world, folder, draft):
    upload = add()
    dead, fresh, half = (folder / uuid.uuid4().hex for _ in range(3))
    half = half.with_suffix(".part")
    for path in (dead, fresh, half):
        path.write_bytes(b"x")
    (folder / "notes.txt").write_text("not ours")
    for path in (dead, half, folder / upload.id.hex, folder / "notes.txt"):
        age(path, world, 2)
    age(fresh, world, 0.5)
    assert sweep_files(folder, at=world.at) == 2
    assert {path.name for path in folder.iterdir()} == {upload.id.hex, fresh.name, "notes.txt"}
    assert sweep_files(folder / "nowhere", at=world.at) == 0


def test_stopping_between_file_and_row_leaves_nothing_but_a_file(folder, world):
    row_id = uuid.uuid4()
    with pytest.raises(KeyboardInterrupt), stored(folder, row_id, b"x"):
        raise KeyboardInterrupt
    assert list(folder.iterdir()) == []
    with stored(folder, row_id, b"x"):
        pass  # as kill -9 leaves it: the file is there, its row never came
    age(folder / row_id.hex, world, 2)
    assert strays(folder, (), at=world.at) == [folder / row_id.hex]
    assert strays(folder, (row_id,), at=world.at) == []


def test_a_disk_that_is_full_is_refused_in_words(add, folder, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("casework.core.files.os.fsync", full)
    with pytest.raises(StoreFull):
        add()
    assert not Upload.select().exists()
    assert list(folder.iterdir()) == []


def test_a_file_in_anothers_place_is_refused(add, folder):
    one, two = add(), add(PDF + b"%")
    (folder / two.id.hex).write_bytes((folder / one.id.hex).read_bytes())
    with pytest.raises(SealError):
        read_upload(two, folder=folder)
    delete_file(folder, two.id)
    with pytest.raises(FileMissing):
        read_file(folder, two.id)


def test_the_same_file_is_kept_once(add, folder):
    assert add() == add()
    assert len(list(folder.iterdir())) == Upload.select().count() == 1


def test_files_that_no_answer_means_go(add, folder, draft):
    one, two = add(), add(PDF + b"%")
    assert keep_only(draft[0], {one.answer}, folder=folder) == 1
    assert [path.name for path in folder.iterdir()] == [one.id.hex]
    assert two.id not in {row.id for row in Upload.select()}


@pytest.mark.parametrize(
    ("kind", "data", "refusal"),
    [
        ("file", b"", FileEmpty),
        ("file", PDF + b" " * 8 * 1024 * 1024, FileTooLarge),
        ("image", PDF, FileRefused),
        ("image", b"\x89PNG\r\n\x1a\n" + b"\x00" * 60, FileRefused),
        ("image", b"\xff\xd8\xff\xe0" + b"<html>" * 20, FileRefused),
        ("file", b"<svg onload='x'/>", FileRefused),
        ("audio", b"RIFF\x00\x00\x00\x00AVI ", FileRefused),
    ],
)
def test_what_does_not_belong_is_refused_and_leaves_nothing(add, folder, kind, data, refusal):
    with pytest.raises(refusal):
        add(data, kind=kind)
    assert not Upload.select().exists()
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_draft_is_no_place_for_everything(add, draft, monkeypatch):
    monkeypatch.setattr("casework.uploads.MAX_TOTAL", 100)
    add()
    with pytest.raises(TooManyFiles):
        add(PDF + b"%" * 80)


def test_a_form_may_want_smaller_pictures(add, folder):
    data = io.BytesIO()
    Image.new("RGB", (900, 300), "white").save(data, "JPEG")
    upload = add(data.getvalue(), "photo.jpg", "image", most_pixels=100)
    with Image.open(io.BytesIO(read_upload(upload, folder=folder))) as image:
        assert image.size == (100, 33)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_of_colour_are_read(mode):
    data = io.BytesIO()
    image = Image.new(mode, (20, 10))
    image.save(data, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(io.BytesIO(without_traces(data.getvalue()))) as again:
        assert again.size == (20, 10)


def test_text_hidden_in_a_png_stays_behind():
    from PIL.PngImagePlugin import PngInfo

    data, info = io.BytesIO(), PngInfo()
    info.add_text("GPS", "SECRET")
    Image.new("RGB", (20, 10)).save(data, "PNG", pnginfo=info)
    assert b"SECRET" in data.getvalue()
    assert b"SECRET" not in without_traces(data.getvalue())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\fakepath\\a.pdf", "a.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("  two   words .pdf ", "two words .pdf"),
        ("", "?"),
        ("x" * 300 + "." + "y" * 300, "x" * 90 + "." + "y" * 9),
        ("a\x00b.pdf", "ab.pdf"),
    ],
)
def test_names_lose_folders_and_tricks(given, shown):
    assert shown_name(given) == shown


def test_answers_that_mean_files_are_found_wherever_they_stand():
    name = "0" * 32 + ".pdf"
    answers = {"a": name, "b": ["x", name], "c": [{"_row": "r1", "d": name}], "e": 5, "f": None}
    assert list(file_answers(answers)) == [name] * 3
    assert list(file_answers({"a": "x" + name, "b": "letter.pdf"})) == []
