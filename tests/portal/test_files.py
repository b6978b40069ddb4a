"""Files in a form: taken without JavaScript, kept with the draft, handed on with the answers."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from casework.core.access import SYSTEM
from casework.core.files import read_file
from casework.core.settings import change_setting
from casework.drafts import Draft
from casework.submissions import Submission
from casework.uploads import MAX_FILES, Upload
from tests.pages import PageClient, hidden_fields
from tests.portal.questionnaires import group, publish, question, repeat
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PAGE = "/en/form/papers/papers"
KINDS = ("image", "audio", "video", "file")
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + b"\x00" * 40
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 40


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "white").save(data, kind, **how)
    return data.getvalue()


def docx(*more: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            package.writestr(name, "<x/>")
    return data.getvalue()


@pytest.fixture
def papers(world: World) -> None:
    """A form with a question of each kind of file, a name, and a question that decides."""
    publish(
        "papers",
        group("papers", question("text", "name", required=True),
              *(question(kind, f"a_{kind}") for kind in KINDS)),
        question("select_one", "sure", list_name="yes_no"),
        at=world.at,
    )  # fmt: skip


@pytest.fixture
def shelf(papers, app) -> Path:
    folder = app.extensions["lotse"]["config"].instance_dir / "documents"
    for path in folder.glob("*"):
        path.unlink()
    return folder


def send(client: PageClient, path: str = PAGE, action: str = "next", **fields: object):
    """Send a page with its own hidden fields; a pair (bytes, name) is a file."""
    page = client.get(path, follow_redirects=True)
    pairs: list[tuple[str, object]] = [*hidden_fields(page.text).items(), ("action", action)]
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            file = (io.BytesIO(each[0]), each[1]) if isinstance(each, tuple) else each
            pairs.append((name.replace("__", "."), file))
    return client.post(page.request.path, data=MultiDict(pairs), content_type="multipart/form-data")


def answers() -> dict:
    return Draft.get().answers["answers"]


def finish(client: PageClient) -> Submission:
    send(client, "/en/form/papers/sure", sure="yes")
    done = client.submit("/en/form/papers/check", {"action": "submit"})
    assert done.status_code == 303, done.text
    return Submission.get()


def test_a_page_with_a_file_says_what_it_takes_and_how_it_is_sent(client, papers) -> None:
    text = client.get("/en/form/papers").text
    assert 'enctype="multipart/form-data"' in text
    assert 'accept="image/jpeg,image/png,image/webp"' in text
    assert re.search(r'data-question="a_image" data-type="image"', text)
    assert "enctype" not in client.get("/en/form/help").text


@pytest.mark.parametrize(
    ("kind", "data", "name", "ending"),
    [
        ("image", picture(), "photo.jpg", ".jpg"),
        ("image", picture("PNG"), "photo.png", ".png"),
        ("image", picture("WEBP"), "photo", ".webp"),
        ("audio", WAV, "voice.wav", ".wav"),
        ("audio", b"ID3\x03\x00\x00\x00\x00\x00\x21" + b"\x00" * 200, "voice.mp3", ".mp3"),
        ("video", MP4, "film.mp4", ".mp4"),
        ("file", PDF, "letter.pdf", ".pdf"),
        ("file", docx(), "cv.docx", ".docx"),
        ("file", picture(), "letter.jpg", ".jpg"),
        ("file", PDF, "said to be a picture.png", ".pdf"),
    ],
)
def test_each_kind_of_file_is_taken_by_its_content(client, shelf, kind, data, name, ending) -> None:
    response = send(client, name="Amal", **{f"a_{kind}": (data, name)})
    assert response.status_code == 303
    upload = Upload.get()
    assert upload.name == name
    assert answers()[f"a_{kind}"] == f"{upload.id.hex}{ending}" == upload.answer
    assert [path.name for path in shelf.iterdir()] == [upload.id.hex]
    shown = client.get(PAGE).text
    assert name in shown
    assert 'name="a_' + kind + '.remove"' in shown


@pytest.mark.parametrize(
    ("kind", "data", "name"),
    [
        ("image", PDF, "letter.jpg"),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "photo.svg"),
        ("image", b"\xff\xd8\xff" + b"<script>alert(1)</script>", "photo.jpg"),
        ("image", b"GIF89a" + b"\x00" * 60, "photo.gif"),
        ("image", picture()[:200], "half.jpg"),
        ("file", b"<!doctype html><script>alert(1)</script>", "letter.pdf"),
        ("file", b"<html>%PDF-1.4", "letter.html"),
        ("file", b"MZ" + b"\x00" * 200, "letter.exe"),
        ("file", b"plain words", "letter.txt"),
        ("file", docx("word/vbaProject.bin"), "macros.docx"),
        ("file", b"PK\x03\x04" + b"\x00" * 60, "broken.docx"),
        ("audio", picture(), "voice.mp3"),
        ("video", WAV, "film.mp4"),
    ],
)
def test_what_is_something_else_is_refused_and_leaves_nothing(
    client, shelf, kind, data, name
) -> None:
    response = send(client, name="Amal", **{f"a_{kind}": (data, name)})
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert not Upload.select().exists()
    assert list(shelf.glob("*")) == []
    assert 'value="Amal"' in response.text


def test_an_empty_file_is_refused_by_name(client, shelf) -> None:
    response = send(client, name="Amal", a_file=(b"", "letter.pdf"))
    assert response.status_code == 422
    assert "“letter.pdf” is empty" in response.text


def test_a_refusal_is_in_the_language_of_the_page(client, shelf) -> None:
    response = send(client, "/de/form/papers/papers", name="Amal", a_file=(b"MZ", "x.exe"))
    assert response.status_code == 422
    assert 'lang="de"' in response.text
    assert "PDF, JPEG, PNG, WebP, DOCX, ODT" in response.text


def test_the_limit_is_a_setting(client, shelf, world) -> None:
    change_setting("upload_megabytes", 1, by=SYSTEM, at=world.at)
    response = send(client, name="Amal", a_file=(PDF + b" " * 1024 * 1024, "letter.pdf"))
    assert response.status_code == 422
    assert "larger than 1 MB" in response.text
    assert send(client, name="Amal", a_file=(PDF, "letter.pdf")).status_code == 303


def test_a_hundred_megabytes_are_refused_before_they_are_read(client, shelf) -> None:
    response = client.post(
        PAGE, data=b"x", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(100 * 1024 * 1024)},
    )  # fmt: skip
    assert response.status_code == 413
    assert "smaller file" in response.text


def test_words_may_not_be_as_large_as_files(client, shelf) -> None:
    response = client.post(PAGE, data={"name": "x" * 600_000})
    assert response.status_code == 413


def test_metadata_of_pictures_stays_behind(client, shelf) -> None:
    exif = Image.Exif()
    exif[0x0110] = "SECRET CAMERA"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[2] = (48.0, 5.0, 7.0)
    data = picture(exif=exif, comment=b"SECRET COMMENT", size=(40, 20)) + b"<script>SECRET</script>"
    send(client, name="Amal", a_image=(data, "photo.jpg"))
    kept = read_file(shelf, Upload.get().id)
    assert b"SECRET" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (20, 40)
        assert not image.getexif()


def test_a_large_picture_becomes_a_readable_one(client, shelf) -> None:
    send(client, name="Amal", a_image=(picture(size=(5000, 1000)), "photo.jpg"))
    with Image.open(io.BytesIO(read_file(shelf, Upload.get().id))) as image:
        assert image.width == 3000


def test_a_picture_of_absurd_size_is_refused_without_being_unpacked(client, shelf) -> None:
    data = picture("PNG")
    data = data[:16] + (60_000).to_bytes(4) + (60_000).to_bytes(4) + data[24:]
    assert send(client, name="Amal", a_image=(data, "photo.png")).status_code == 422


def test_a_file_that_arrived_survives_a_mistake_beside_it(client, shelf) -> None:
    response = send(client, name="", a_file=(PDF, "letter.pdf"))
    assert response.status_code == 422
    assert "letter.pdf" in response.text
    assert send(client, name="Amal").status_code == 303
    assert answers()["a_file"] == Upload.get().answer


def test_a_new_file_takes_the_place_of_the_old(client, shelf) -> None:
    send(client, name="Amal", a_file=(PDF, "old.pdf"))
    send(client, name="Amal", a_file=(PDF + b"%", "new.pdf"))
    assert [row.name for row in Upload.select()] == ["new.pdf"]
    assert len(list(shelf.iterdir())) == 1


def test_a_refused_file_leaves_the_old_one(client, shelf) -> None:
    send(client, name="Amal", a_file=(PDF, "old.pdf"))
    assert send(client, name="Amal", a_file=(b"MZ", "new.exe")).status_code == 422
    assert "old.pdf" in client.get(PAGE).text


def test_a_file_can_be_removed(client, shelf) -> None:
    send(client, name="Amal", a_file=(PDF, "letter.pdf"))
    assert send(client, name="Amal", a_file__remove="1").status_code == 303
    assert "a_file" not in answers()
    assert not Upload.select().exists()
    assert list(shelf.iterdir()) == []


def test_sending_the_same_page_twice_keeps_one_file(client, shelf) -> None:
    for _ in range(2):
        send(client, name="Amal", a_file=(PDF, "letter.pdf"))
    assert Upload.select().count() == len(list(shelf.iterdir())) == 1


def test_words_where_a_file_belongs_are_refused_and_name_no_file(client, shelf) -> None:
    send(client, name="Amal", a_file=(PDF, "letter.pdf"))
    others = Upload.get().answer
    thief = client.application.test_client()
    for forged in (others, "../../secret_key", "0" * 32 + ".pdf"):
        response = send(thief, name="Eve", a_file=forged)
        assert response.status_code == 422
        assert "letter.pdf" not in response.text
    assert Upload.select().where(Upload.draft.is_null(False)).count() == 1


def test_a_file_where_words_belong_is_refused(client, shelf) -> None:
    response = send(client, name=(PDF, "name.pdf"))
    assert response.status_code == 422
    assert not Upload.select().exists()


def test_two_files_for_one_question_are_refused(client, shelf) -> None:
    response = send(client, name="Amal", a_file=[(PDF, "a.pdf"), (PDF, "b.pdf")])
    assert response.status_code == 422
    assert not Upload.select().exists()


def test_another_device_goes_on_with_the_files(client, shelf) -> None:
    send(client, name="Amal", a_image=(picture(), "photo.jpg"))
    other = client.application.test_client()
    moved = other.submit("/en/resume", {"code": Draft.get().code})
    assert moved.status_code == 303
    assert "photo.jpg" in other.get(PAGE).text
    submission = finish(other)
    assert list(submission.uploads) == [Upload.get()]


def test_checking_shows_name_and_size_and_sending_hands_the_file_on(client, shelf) -> None:
    data = PDF + b" " * 200_000
    send(client, name="Amal", a_file=(data, "letter.pdf"))
    send(client, "/en/form/papers/sure", sure="yes")
    assert "letter.pdf, 195 kB" in client.get("/en/form/papers/check").text
    submission = finish(client)
    upload = Upload.get()
    assert upload.__data__["draft"] is None
    assert upload.submission == submission
    assert read_file(shelf, upload.id) == data


def test_what_is_no_longer_asked_is_not_sent_and_not_kept(client, world, app, shelf) -> None:
    publish(
        "papers",
        question("select_one", "has", list_name="yes_no"),
        question("file", "letter", relevant="${has} = 'yes'"),
        question("select_one", "sure", list_name="yes_no"),
        at=world.at,
    )  # fmt: skip
    send(client, "/en/form/papers", has="yes")
    send(client, "/en/form/papers/letter", letter=(PDF, "letter.pdf"))
    send(client, "/en/form/papers/has", has="no")
    submission = finish(client)
    assert "letter" not in submission.answers
    assert not Upload.select().exists()
    assert list(shelf.iterdir()) == []


def test_discarding_a_draft_deletes_its_files(client, shelf) -> None:
    send(client, name="Amal", a_file=(PDF, "letter.pdf"))
    client.submit("/en/form/papers/discard", {"discard": "yes"})
    assert not Draft.select().exists()
    assert not Upload.select().exists()
    assert list(shelf.iterdir()) == []


def test_a_row_takes_its_files_with_it(client, world, app, shelf) -> None:
    publish("papers", repeat("child", question("file", "letter")), at=world.at)
    page = "/en/form/papers/child"
    row = client.submit(page, {"action": "add:child"}).headers["Location"]
    for _ in range(2):
        assert send(client, row, letter=(PDF, "letter.pdf")).status_code == 303
    assert len(answers()["child"]) == Upload.select().count() == 1
    send(client, page, action="remove:child:1")
    assert not Upload.select().exists()
    assert list(shelf.iterdir()) == []


def test_a_draft_has_room_for_so_many_files_and_no_more(client, shelf) -> None:
    send(client, name="Amal", a_file=(PDF, "0.pdf"))
    draft, first = Draft.get(), Upload.get()
    for number in range(1, MAX_FILES):
        Upload.create(
            draft=draft, name=str(number), content_type=first.content_type, size=1, sha256="",
            at=first.at,
        )  # fmt: skip
    response = send(client, name="Amal", a_image=(picture(), "photo.jpg"))
    assert response.status_code == 422
    assert "no room" in response.text


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:/fakepath/Mietvertrag.pdf", "Mietvertrag.pdf"),
        ("../../etc/passwd", "passwd"),
        ("gpj.\u202efdp.pdf", "gpj.fdp.pdf"),
        ("<b>x</b>.pdf", "b&gt;.pdf"),
        ("رسالة.pdf", "رسالة.pdf"),
        ("x" * 500 + ".pdf", "x" * 90 + ".pdf"),
    ],
)
def test_names_of_files_are_shown_and_never_believed(client, shelf, sent, shown) -> None:
    send(client, name="Amal", a_file=(PDF, sent))
    assert Upload.get().name == html.unescape(shown)
    assert f">{shown}," in client.get(PAGE).text


def test_a_full_disk_is_said_and_the_words_are_kept(client, shelf, monkeypatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("casework.core.files.os.fsync", full)
    response = send(client, name="Amal", a_file=(PDF, "letter.pdf"))
    assert response.status_code == 422
    assert "could not be stored" in response.text
    assert 'value="Amal"' in response.text
    assert list(shelf.glob("*")) == []


def test_nothing_needs_the_script(client, papers) -> None:
    text = client.get("/en/form/papers").text
    script = re.search(r'<script src="(/static/portal\.[0-9a-f]{12}\.js)" nonce="[^"]+"', text)
    assert script
    source = client.get(script[1]).text
    assert len(source.encode()) < 4096
    assert "fetch(" not in source
    assert "submit" not in source
    assert "<script" not in client.get("/en/form/help").text
