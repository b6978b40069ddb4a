"""Nothing that was acknowledged is lost, and nothing happens twice."""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import signal
import threading
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.client import HTTPException
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.clock import system_clock
from casework.core.config import Config
from casework.core.db import connection
from casework.core.lookups import LookupKey
from casework.drafts import Draft, discard_draft, draft_of, keep_draft, start_draft
from casework.questionnaires.models import Questionnaire, QuestionnaireVersion, live
from casework.questionnaires.publishing import import_definition, publish
from casework.retention import sweep_files
from casework.submissions import Submission, submission_of
from casework.uploads import Upload, read_upload, uploads_of
from tests.casework.questionnaires.samples import definition, question
from tests.pages import csrf_token
from tests.server import Answer, Browser, RunningServer
from tests.walker import Walker

CHECK, RECEIPT = "/de/form/help/check", "/de/form/help/receipt"
pytestmark = pytest.mark.slow


def fill_in(address: str, number: int, *, at: datetime) -> list[str]:
    """So many drafts in which only the last button is missing; their tokens.

    One is filled in page by page, the others get the same answers.
    """
    walker = Walker(Browser(address))
    page = walker.open("/de/form/help")
    while "submit" not in page.actions:
        page = walker.press(page, walker.button(page), walker.fill(page))
    with connection():
        first = Draft.get()
        tokens = []
        for _ in range(number):
            draft, token = start_draft(first.version, "de", at=at)
            keep_draft(draft, first.answers, "de", at=at)
            tokens.append(token)
        discard_draft(first)
    return tokens


def ready(address: str, token: str, *, staying: bool = False) -> tuple[Browser, dict[str, str]]:
    """A browser in front of the last button, and what that button sends."""
    browser = Browser(address, {"draft-help": token}, staying=staying)
    page = browser.get(CHECK)
    assert page.request.path == CHECK
    return browser, {"csrf_token": csrf_token(page.get_data(as_text=True)), "action": "submit"}


def was_taken(answer: Answer) -> bool:
    """Whether the receipt came back."""
    return answer.status_code == 200 and answer.request.path == RECEIPT


def test_a_hundred_forms_sent_ten_times_each_at_once_are_a_hundred_submissions(
    live: str, clock
) -> None:
    tokens = fill_in(live, 100, at=clock())
    with ThreadPoolExecutor(50) as pool:
        waiting = list(pool.map(lambda token: ready(live, token), tokens))
        pressed = [each for each in waiting for _ in range(10)]
        answers = list(pool.map(lambda each: each[0].post(CHECK, data=each[1]), pressed))
    assert all(map(was_taken, answers))
    with connection():
        assert Submission.select().count() == 100
        for token, first in zip(tokens, range(0, 1000, 10), strict=True):
            reference = submission_of(token).reference.encode()
            assert all(reference in answer.data for answer in answers[first : first + 10])
        assert_whole()


def test_fifty_writers_never_find_the_database_locked(live: str, clock) -> None:
    tokens = fill_in(live, 200, at=clock())

    def write(mine: list[str]) -> list[bool]:
        waiting = [ready(live, token) for token in mine]
        return [was_taken(browser.post(CHECK, data=data)) for browser, data in waiting]

    shares = [tokens[start::50] for start in range(50)]
    with ThreadPoolExecutor(50) as pool:
        assert all(all(taken) for taken in pool.map(write, shares))
    with connection():
        assert Submission.select().count() == 200


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(db, config: Config) -> None:
    """25 times; what was not acknowledged can be sent again and is there once."""
    chance, server = random.Random(25), RunningServer(config)
    with server:
        tokens = fill_in(server.address, 25 * 8, at=system_clock())
    cut_off = 0
    for start in range(0, len(tokens), 8):
        with server:
            mine = tokens[start : start + 8]
            acknowledged = _press_and_kill(server, mine, chance.randint(0, 6))
        assert all(submission_of(token) for token in acknowledged)
        cut_off += len(mine) - len(acknowledged)
        assert_whole()
    assert 0 < cut_off < len(tokens)
    with server:
        for token in [token for token in tokens if submission_of(token) is None]:
            browser, data = ready(server.address, token)
            assert was_taken(browser.post(CHECK, data=data))
    assert Submission.select().count() == len(tokens)
    assert_whole()


def test_a_form_survives_a_restart_between_all_its_pages(db, config: Config) -> None:
    server = RunningServer(config)

    class Restarting(Browser):
        def _open(self, request):
            server.start()
            try:
                return super()._open(request)
            finally:
                server.kill()

    walk = Walker(Restarting(server.address), people=1).walk("/ar/form/help")
    sent = Submission.get(Submission.reference == walk.reference)
    assert len(walk.pages) > 6
    assert sent.language == "ar"


def test_a_file_that_was_acknowledged_is_there_after_a_kill(db, config: Config) -> None:
    """The server dies the moment a file lies in the store, six times; its row may be missing."""
    put_out("papers", 0, question("file", "paper"), question("text", "more"))
    folder = config.instance_dir / "documents"
    server = RunningServer(config)
    acknowledged: dict[str, bytes] = {}
    for number in range(6):
        with server:
            acknowledged |= _upload_and_kill(server, folder, number)
    now = system_clock()
    for token, sent in acknowledged.items():
        draft = draft_of(token, at=now)
        assert draft is not None
        (upload,) = uploads_of(draft).values()
        assert read_upload(upload, folder=folder) == sent
    sweep_files(folder, at=now + timedelta(days=2))
    rows = {row.id.hex for row in Upload.select()}
    assert rows == {path.name for path in folder.iterdir()}, "no row without file, no file alone"
    assert len(rows) >= len(acknowledged)


def test_what_was_published_stays_published_after_a_kill(db, config: Config) -> None:
    """Five times, at any moment; nothing is half published, and the form opens each time."""
    put_out("notice", 1, question("text", "q1"))
    chance, forking = random.Random(5), multiprocessing.get_context("forkserver")
    for _ in range(5):
        receiving, sending = forking.Pipe(duplex=False)
        process = forking.Process(target=_keep_publishing, args=(config, sending), daemon=True)
        process.start()
        sending.close()
        told = receiving.recv()
        time.sleep(chance.random() / 5)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        while receiving.poll():
            try:
                told = receiving.recv()
            except EOFError:
                break
        current = live("notice")
        assert current.number in (told, told + 1)
        assert {spec.name for spec in current.form.specs[1:]} == {f"q{current.number}"}
        form = Questionnaire.get(Questionnaire.slug == "notice")
        assert form.title == current.parsed.title
        assert QuestionnaireVersion.select().where(
            QuestionnaireVersion.questionnaire == form
        ).count() in (current.number, current.number + 1)
        published = AuditEntry.select().where(AuditEntry.event == "questionnaire:published")
        assert published.where(AuditEntry.subject_id == form.id).count() == current.number
    with RunningServer(config) as server:
        page = Browser(server.address).get("/en/form/notice")
        assert page.status_code == 200
        assert f"Edition {live('notice').number}" in page.get_data(as_text=True)


def put_out(slug: str, number: int, *items) -> int:
    """Publish a form; the number of the version."""
    form = definition(*items, form_id=slug, title={"en": f"Edition {number}"})
    version = import_definition(slug, form, by=SYSTEM, at=system_clock())
    publish(version.questionnaire, version, by=SYSTEM, at=system_clock())
    return version.number


def _keep_publishing(config: Config, told: Connection) -> None:
    """In a process of its own: publish, say so, publish the next."""
    from app import create_app

    create_app(config)
    with connection():
        number = live("notice").number
        while True:
            number += 1
            put_out("notice", number, question("text", f"q{number}"))
            told.send(number)


def _upload_and_kill(server: RunningServer, folder: Path, number: int) -> dict[str, bytes]:
    """Send four files at once; kill the server when the last of `number % 4` has arrived."""
    before = set(folder.iterdir()) if folder.exists() else set()
    acknowledged: dict[str, bytes] = {}

    def send(data: bytes) -> None:
        browser = Browser(server.address, staying=True)
        page = browser.get("/en/form/papers/paper")
        fields = {
            "csrf_token": csrf_token(page.get_data(as_text=True)), "action": "next",
            "paper": FileStorage(io.BytesIO(data), "paper.pdf", content_type="application/pdf"),
        }  # fmt: skip
        boundary, body = encode_multipart(fields)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        request = urllib.request.Request(server.address + page.request.path, body, headers)
        try:
            answer = browser._open(request)
        except (OSError, HTTPException):
            return
        assert answer.status_code == 303
        (cookie,) = [each for each in browser.jar if each.name == "draft-papers"]
        acknowledged[cookie.value or ""] = data

    letters = [b"%PDF-1.7\n% " + uuid.uuid4().hex.encode() + b"\n%%EOF\n" for _ in range(4)]
    threads = [threading.Thread(target=send, args=(each,)) for each in letters]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while len(set(folder.iterdir() if folder.exists() else ()) - before) <= number % 4:
        assert time.monotonic() < deadline, "no file arrived"
    server.kill()
    for thread in threads:
        thread.join()
    return acknowledged


def assert_whole() -> None:
    """Each submission came with everything that belongs to it, and no draft is left of it."""
    rows = list(Submission.select())
    received = AuditEntry.select().where(AuditEntry.event == "submission:received")
    assert {row.id for row in rows} == {entry.subject_id for entry in received}
    assert all(row.releases.count() == 1 for row in rows)
    assert all(LookupKey.select().where(LookupKey.row_id == row.id).exists() for row in rows)
    digests = [row.draft_digest for row in rows]
    assert not Draft.select().where(Draft.token_digest << digests).exists()


def _press_and_kill(server: RunningServer, tokens: list[str], after: int) -> list[str]:
    """Press the last button of all forms at once; kill the server after so many answers."""
    waiting = [(token, *ready(server.address, token, staying=True)) for token in tokens]
    acknowledged: list[str] = []
    answered = threading.Condition()

    def press(token: str, browser: Browser, data: dict[str, str]) -> None:
        try:
            answer = browser.post(CHECK, data=data)
        except (OSError, HTTPException):
            return
        assert (answer.status_code, answer.location) == (303, RECEIPT)
        with answered:
            acknowledged.append(token)
            answered.notify_all()

    threads = [threading.Thread(target=press, args=each) for each in waiting]
    for thread in threads:
        thread.start()
    with answered:
        assert answered.wait_for(lambda: len(acknowledged) >= after, 60)
    server.kill()
    for thread in threads:
        thread.join()
    return acknowledged
