"""Files that come with a page: taken one by one, kept with the draft, shown by name and size."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Blueprint, abort, request
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from casework.core.files import MEGABYTE
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.throttles import address_prefix, allow
from casework.questionnaires.expressions import Node
from casework.questionnaires.media import HEARD, SEEN, SHOWN, MediaFile
from casework.questionnaires.places import Place, questions
from casework.questionnaires.problems import NOT_ENOUGH_READ, Problem
from casework.uploads import Upload, add_upload, check_size
from portal.centre import now, settings
from portal.forms import Raw, input_name
from portal.journeys import Journey, files_folder
from portal.language import YEAR

REMOVE = ".remove"
# What one page may bring: a file of the largest size that can be set, and the words around it.
MAX_BODY = 11 * MEGABYTE
WINDOW = timedelta(hours=1)
FILES_AN_HOUR = 120

NEEDS_A_FILE = N_("This question needs a file. Please choose one on your device.")
TOO_OFTEN = N_("Too many files came from here within an hour. Please try again later.")


def register(door: Blueprint) -> None:
    """Put pictures and sounds of questionnaires onto the door."""
    door.add_url_rule("/media/<digest>.<ending>", "media", media)


def media(digest: str, ending: str) -> Response:
    """A picture or a sound of a questionnaire; what it is called by stays for ever."""
    found = MediaFile.get_or_none(MediaFile.digest == digest) if len(digest) == 64 else None
    if found is None or found.content_type not in (*SHOWN, *HEARD, *SEEN):
        abort(404)
    response = Response(bytes(found.data), content_type=found.content_type)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; sandbox; object-src 'none'; frame-ancestors 'none'"
    )
    return response


def take_files(journey: Journey, place: Place, raw: Raw) -> list[Problem]:
    """Add to `raw` what each file question of a page is answered with; returns what is wrong.

    A new file takes the place of the old one. What was kept before stays unless it is to
    be removed, also when the new file is refused.
    """
    found = []
    for node in questions(journey.filling, place):
        if node.spec.type is not None and node.spec.type.is_file:
            try:
                answer, problem = _take(journey, place, node)
            except Refusal as refusal:
                answer, problem = (
                    _kept(journey, place, node), Problem(refusal.msgid, refusal.params),
                )  # fmt: skip
            if answer:
                raw[node.spec.key] = [answer]
            if problem is not None:
                found.append(problem.at(node.path))
    return found


def _take(journey: Journey, place: Place, node: Node) -> tuple[str, Problem | None]:
    key = input_name(node.spec.key)
    sent = [each for each in request.files.getlist(key) if each.filename]
    kept = _kept(journey, place, node)
    if any(text.strip() for text in request.form.getlist(key)):
        return kept, Problem(NEEDS_A_FILE)
    if len(sent) > 1:
        return kept, Problem(NOT_ENOUGH_READ)
    if sent:
        return _keep(journey, node, sent[0]).answer, None
    return ("", None) if key + REMOVE in request.form else (kept, None)


def _kept(journey: Journey, place: Place, node: Node) -> str:
    """The answer that stands for the file of this question, if there is one."""
    typed = journey.typed(place).get(node.spec.key) or [""]
    answer = typed[0] or journey.filling.answer(node) or ""
    return answer if isinstance(answer, str) and answer in journey.uploads else ""


def _keep(journey: Journey, node: Node, sent: FileStorage) -> Upload:
    visitor = address_prefix(request.remote_addr)
    if not allow("upload", visitor, limit=FILES_AN_HOUR, window=WINDOW, at=now()):
        raise Refusal(TOO_OFTEN)
    data = sent.stream.read(most_bytes() + 1)
    check_size(len(data))
    question = node.spec.question
    pixels = question.parameters.get("max-pixels", "")
    return add_upload(
        journey.own_draft(), question.type, sent.filename or "", data, folder=files_folder(),
        most_pixels=int(pixels) if re.fullmatch("[0-9]{1,6}", pixels) else 0, at=now(),
    )  # fmt: skip


def most_bytes() -> int:
    """How large one file may be."""
    return int(settings()["upload_megabytes"]) * MEGABYTE


def file_words(upload: Upload | None) -> str:
    """A file as people know it: `photo.jpg, 1.2 MB`."""
    return f"{upload.name}, {size_words(upload.size)}" if upload else _("no longer there")


def size_words(size: int) -> str:
    """A size in the numbers of the reader's language."""
    if size < MEGABYTE:
        return f"{format_decimal(max(1, round(size / 1024)))} kB"
    return f"{format_decimal(round(size / MEGABYTE, 1))} MB"
