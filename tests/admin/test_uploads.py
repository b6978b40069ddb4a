"""Files of a request: shown by name, handed out as attachments to who may see the request."""

from __future__ import annotations

import pytest

from casework.core.access import PUBLIC, Role
from casework.core.audit import AuditEntry
from casework.drafts import start_draft
from casework.submissions import Submission, submit
from casework.uploads import Upload, add_upload
from tests.admin.pressing import desk_of, text_of
from tests.portal.questionnaires import publish, question
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def folder(app):
    return app.extensions["lotse"]["config"].instance_dir / "documents"


@pytest.fixture
def submission(world: World, folder) -> Submission:
    version = publish("papers", question("file", "letter"), at=world.at)
    draft, token = start_draft(version, "ar", at=world.at)
    upload = add_upload(draft, "file", "Brief <b>.pdf", PDF, folder=folder, at=world.at)
    return submit(
        version, {"letter": upload.answer}, token=token, language="ar", suspicion=[], by=PUBLIC,
        at=world.at,
    )  # fmt: skip


def _address(submission: Submission, upload: Upload | None = None) -> str:
    return f"/admin/submission/{submission.id}/file/{(upload or Upload.get()).id}"


def test_a_request_shows_its_files_by_name_and_gives_them_as_attachments(
    app, world: World, submission
) -> None:
    desk = desk_of(app, world.coordinator())
    page = desk.get(f"/admin/submission/{submission.id}")
    assert "Brief &lt;b&gt;.pdf (1 kB)" in text_of(page)
    assert _address(submission) in page.text
    got = desk.get(_address(submission))
    assert (got.status_code, got.data) == (200, PDF)
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].startswith('attachment; filename="answer-')
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert AuditEntry.select().where(AuditEntry.event == "upload:read").count() == 1


@pytest.mark.parametrize(
    "role",
    [Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR],
)
def test_nobody_else_gets_a_file(app, world: World, submission, role) -> None:
    desk = desk_of(app, world.staff(role))
    assert desk.get(_address(submission)).status_code in (403, 404)
    assert not AuditEntry.select().where(AuditEntry.event == "upload:read").exists()


def test_a_file_of_another_request_is_not_found(app, world: World, submission) -> None:
    desk = desk_of(app, world.coordinator())
    assert desk.get(_address(world.submission())).status_code == 404


def test_a_lost_file_is_said_to_be_missing(app, world: World, submission, folder) -> None:
    (folder / Upload.get().id.hex).unlink()
    desk = desk_of(app, world.coordinator())
    got = desk.get(_address(submission))
    assert got.status_code == 404
    assert AuditEntry.select().where(AuditEntry.event == "upload:read").count() == 0


def test_a_file_of_an_offer_goes_to_who_works_with_volunteers(app, world: World, folder) -> None:
    from casework.volunteers import Offer

    version = publish(
        "offering", question("text", "name", save_to="person.given_name"),
        question("file", "letter"), at=world.at, purpose="offer",
    )  # fmt: skip
    draft, token = start_draft(version, "de", at=world.at)
    upload = add_upload(draft, "file", "a.pdf", PDF, folder=folder, at=world.at)
    submit(
        version, {"name": "Vera", "letter": upload.answer}, token=token, language="de",
        suspicion=[], by=PUBLIC, at=world.at,
    )  # fmt: skip
    offer = Offer.get()
    address = f"/admin/offer/{offer.id}/file/{upload.id}"
    desk = desk_of(app, world.staff(Role.VOLUNTEER_COORDINATOR))
    assert desk.get(address).data == PDF
    assert address in desk.get(f"/admin/offer/details/?id={offer.id}", follow_redirects=True).text
    assert desk.get(f"/admin/submission/{offer.submission.id}/file/{upload.id}").status_code == 404
    other = desk_of(app, world.manager())
    assert other.get(address).status_code in (403, 404)
