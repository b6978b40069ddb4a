"""Documents of a case: taken by content, served only as something to store, removed for good."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest

from casework.cases import Case
from casework.core.audit import AuditEntry
from casework.documents import MAX_BYTES, Document, add_document
from tests.admin.pressing import desk_of, send, text_of
from tests.world import World

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _upload(client, case: Case, data: bytes, *, title: str = "Letter", name: str = "letter.pdf"):
    fields: dict[str, Any] = {"document-title": title, "document-file": (io.BytesIO(data), name)}
    return send(client, f"/admin/case/{case.id}/document", fields)


def _stored(case: Case, app, world: World) -> Document:
    folder = app.extensions["lotse"]["config"].instance_dir / "documents"
    by = world.coordinator().actor
    return add_document(case, "Letter", PDF, folder=folder, by=by, at=world.at)


@pytest.mark.parametrize(("data", "kind"), [(PDF, "application/pdf"), (_png(), "image/png")])
def test_a_file_is_taken_by_its_content_and_sealed_on_disk(
    desk, app, world: World, data: bytes, kind: str
) -> None:
    response = _upload(desk, world.case(), data, name="whatever.exe")
    assert response.status_code == 303, text_of(response)[-2000:]
    document = Document.get()
    assert (document.title, document.content_type, document.size) == ("Letter", kind, len(data))
    folder = app.extensions["lotse"]["config"].instance_dir / "documents"
    assert data not in (folder / document.id.hex).read_bytes()


@pytest.mark.parametrize("data", [
    b"<html><script>alert(1)</script></html>", b"MZ\x90\x00" + b"\0" * 60, b"just text",
    b"PK\x03\x04",
])  # fmt: skip
def test_another_kind_of_file_is_refused_whatever_it_is_called(
    desk, world: World, data: bytes
) -> None:
    response = _upload(desk, world.case(), data, name="picture.png", title="typed title")
    assert response.status_code == 422
    assert "This kind of file cannot be taken." in text_of(response)
    assert "typed title" in text_of(response)
    assert Document.select().count() == 0


def test_a_file_that_is_too_large_is_refused_with_the_limit(desk, world: World) -> None:
    response = _upload(desk, world.case(), PDF + b"\0" * MAX_BYTES)
    assert response.status_code == 422
    assert "larger than 8 MB" in text_of(response)
    assert Document.select().count() == 0


@pytest.mark.parametrize("file", ["", "text where a file belongs", b"\xff\xfe"])
def test_without_a_file_the_form_says_so(desk, world: World, file: Any) -> None:
    fields = {"document-title": "Letter", "document-file": file}
    response = send(desk, f"/admin/case/{world.case().id}/document", fields)
    assert response.status_code == 422
    assert "Please choose a file." in text_of(response)


def test_a_title_is_needed_and_bounded(desk, world: World) -> None:
    case = world.case()
    for title in ("", "  ", "x" * 20_000):
        assert _upload(desk, case, PDF, title=title).status_code == 422
    assert Document.select().count() == 0


def test_a_document_is_served_as_an_attachment_in_a_sandbox(desk, app, world: World) -> None:
    case = world.case()
    document = _stored(case, app, world)
    response = desk.get(f"/admin/case/{case.id}/document/{document.id}")
    assert response.data == PDF
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "Letter" not in response.headers["Content-Disposition"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]


def test_reading_a_document_is_recorded_with_its_case(desk, app, world: World) -> None:
    case = world.case()
    document = _stored(case, app, world)
    desk.get(f"/admin/case/{case.id}/document/{document.id}")
    entry = AuditEntry.get(AuditEntry.event == "document:read")
    assert (entry.subject_id, entry.case_id) == (document.id, case.id)


def test_a_file_that_is_missing_from_the_store_is_told_in_words(desk, app, world: World) -> None:
    case = world.case()
    document = _stored(case, app, world)
    folder = app.extensions["lotse"]["config"].instance_dir / "documents"
    (folder / document.id.hex).unlink()
    response = desk.get(f"/admin/case/{case.id}/document/{document.id}")
    assert response.status_code == 404
    assert "missing from the store" in text_of(response)


def test_a_document_is_removed_with_its_file(desk, app, world: World) -> None:
    case = world.case()
    document = _stored(case, app, world)
    response = send(desk, f"/admin/case/{case.id}/document/{document.id}/remove")
    assert response.status_code == 303
    folder = app.extensions["lotse"]["config"].instance_dir / "documents"
    assert not (folder / document.id.hex).exists()
    assert Document.select().count() == 0


def test_a_document_is_reached_through_its_own_case_and_organisation_only(
    desk, app, world: World
) -> None:
    case, other = world.case(world.organization()), world.case()
    document = _stored(case, app, world)
    assert desk.get(f"/admin/case/{other.id}/document/{document.id}").status_code == 404
    address = f"/admin/case/{case.id}/document/{document.id}"
    manager = desk_of(app, world.manager())
    assert manager.get(address).status_code == 404
    assert send(manager, f"{address}/remove").status_code == 404
    assert _upload(manager, case, PDF).status_code == 404
    assert Document.select().count() == 1
