"""Documents: sealed on disk, known by content, never by name."""

import io

import pytest
from PIL import Image

from casework.core.access import PUBLIC, SYSTEM
from casework.core.crypto import SealError
from casework.core.files import FileMissing, FileRefused, FileTooLarge
from casework.core.refusals import Forbidden
from casework.documents import (
    MAX_BYTES,
    Document,
    add_document,
    content_type,
    read_document,
    remove_document,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind):
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, kind)
    return data.getvalue()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "documents"


@pytest.fixture
def add(world, folder):
    def add(data=PDF, title="Lease", case=None, by=SYSTEM):
        return add_document(case or world.case(), title, data, folder=folder, by=by, at=world.at)

    return add


def test_a_document_comes_back_byte_for_byte(add, folder):
    document = add()
    assert read_document(document.refresh(), folder=folder) == PDF
    assert (document.size, document.content_type) == (len(PDF), "application/pdf")


def test_on_disk_there_is_neither_content_nor_name(add, folder):
    document = add(title="Lease of Amal")
    [path] = folder.iterdir()
    assert path.name == document.id.hex
    assert b"PDF" not in path.read_bytes()
    assert "Lease" not in str(Document.select().tuples().get())
    assert document.download_name == f"document-{document.id.hex[:8]}.pdf"


def test_a_file_that_was_put_in_anothers_place_is_refused(add, folder):
    one, two = add(), add(PDF + b"%other")
    (folder / two.id.hex).write_bytes((folder / one.id.hex).read_bytes())
    with pytest.raises(SealError):
        read_document(two, folder=folder)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_known_by_their_content(kind):
    assert content_type(picture(kind)) == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"plain text",
        b"<html><script>alert(1)</script></html>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04" + b"\x00" * 60,
        b"MZ" + b"\x00" * 60,
        b"GIF89a" + b"\x00" * 60,
    ],
)
def test_any_other_content_is_refused_and_leaves_nothing(add, folder, data):
    with pytest.raises(FileRefused):
        add(data)
    assert not Document.select().exists()
    assert not folder.exists()


def test_too_large_a_file_is_refused(add):
    with pytest.raises(FileTooLarge) as refused:
        add(PDF + b" " * MAX_BYTES)
    assert "8 MB" in refused.value.text("en")


def test_a_missing_file_is_said_to_be_missing(add, folder):
    document = add()
    (folder / document.id.hex).unlink()
    with pytest.raises(FileMissing):
        read_document(document, folder=folder)


def test_removing_takes_row_and_file(add, folder, world):
    document = add()
    remove_document(document, folder=folder, by=SYSTEM, at=world.at)
    assert not Document.select().exists()
    assert list(folder.iterdir()) == []


def test_documents_are_seen_and_added_by_who_works_on_the_case(add, world):
    ours, theirs = world.manager(), world.manager()
    document = add(case=world.case(ours.organization))
    assert list(Document.scope(ours.actor)) == [document]
    assert not Document.scope(theirs.actor).exists()
    with pytest.raises(Forbidden):
        add(by=PUBLIC)
