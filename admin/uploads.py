"""Files that came with a request or an offer: only ever as something to store."""

from __future__ import annotations

import uuid

from flask import Response, abort, flash

from admin.auth import config, current_actor, now
from admin.case_work import DOWNLOAD_POLICY
from admin.i18n import reading_language
from casework.core.audit import record_read
from casework.core.refusals import Refusal
from casework.submissions import Submission
from casework.uploads import Upload, read_upload


def download(submission: Submission, id: uuid.UUID) -> Response | None:
    """A file of `submission` as an attachment; 404 outside the actor's scope.

    None, with a message for the next page, where the store has lost it.
    """
    found = Upload.scope(current_actor()).where(
        (Upload.id == id) & (Upload.submission == submission)
    )
    return sent_file(found.first() or abort(404))


def sent_file(upload: Upload) -> Response | None:
    """A file that has passed its scope, as an attachment; the read is recorded.

    None, with a message for the next page, where the store has lost it.
    """
    try:
        data = read_upload(upload, folder=config().instance_dir / "documents")
    except Refusal as refusal:
        flash(refusal.text(reading_language()), "error")
        return None
    record_read("upload:read", upload, by=current_actor(), at=now())
    response = Response(data, content_type=upload.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{upload.download_name}"'
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
