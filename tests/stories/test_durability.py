"""Nothing that was acknowledged is lost, and nothing happens twice."""

from __future__ import annotations

import dataclasses
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from casework.core.audit import AuditEntry
from casework.core.config import Config
from casework.core.db import connection
from casework.core.lookups import LookupKey
from casework.questionnaires.models import live as live_version
from casework.submissions import (
    Draft,
    Submission,
    keep_draft,
    start_draft,
    submission_of,
)
from portal.journeys import State
from tests.pages import csrf_token
from tests.server import Browser, RunningServer
from tests.walker import Walker
from tests.world import HELP_ANSWERS

CHECK = "/de/form/help/check"
pytestmark = pytest.mark.slow


@pytest.fixture
def drafts(clock):
    """Make drafts in which only the last button is missing; their tokens."""

    def make(number: int, at=None) -> list[str]:
        version, tokens = live_version("help"), []
        for _ in range(number):
            draft, token = start_draft(version, "de", at=at or clock())
            state = State(answers=dict(HELP_ANSWERS))
            keep_draft(draft, dataclasses.asdict(state), "de", at=at or clock())
            tokens.append(token)
        return tokens

    return make


def ready(address: str, token: str) -> tuple[Browser, dict[str, str]]:
    """A browser in front of the last button, and what that button sends."""
    browser = Browser(address, {"draft-help": token})
    page = browser.get(CHECK)
    assert page.status_code == 200
    return browser, {"csrf_token": csrf_token(page.get_data(as_text=True)), "action": "submit"}


def test_a_hundred_forms_sent_ten_times_each_at_once_are_a_hundred_submissions(
    live: str, drafts
) -> None:
    with connection():
        tokens = drafts(100)
    with ThreadPoolExecutor(50) as pool:
        waiting = list(pool.map(lambda token: ready(live, token), tokens))
        pressed = [each for each in waiting for _ in range(10)]
        answers = list(pool.map(lambda each: each[0].post(CHECK, data=each[1]), pressed))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.request.path for answer in answers} == {"/de/form/help/receipt"}
    with connection():
        assert Submission.select().count() == 100
        assert not Draft.select().exists()
        assert all(submission_of(token) for token in tokens)
        for token, first in zip(tokens, range(0, 1000, 10), strict=True):
            reference = submission_of(token).reference.encode()
            assert all(reference in answer.data for answer in answers[first : first + 10])


def test_fifty_writers_never_find_the_database_locked(live: str, drafts) -> None:
    with connection():
        tokens = drafts(200)

    def write(mine: list[str]) -> list[int]:
        waiting = [ready(live, token) for token in mine]
        return [browser.post(CHECK, data=data).status_code for browser, data in waiting]

    with ThreadPoolExecutor(50) as pool:
        codes = [code for found in pool.map(write, _shares(tokens, 50)) for code in found]
    assert codes == [200] * 200
    with connection():
        assert Submission.select().count() == 200


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(
    db, config: Config, drafts
) -> None:
    chance, everything = random.Random(25), []
    server = RunningServer(config)
    for _ in range(25):
        server.start()
        tokens = drafts(8, at=_now())
        acknowledged = _press_and_kill(server, tokens, chance.uniform(0, 0.15))
        everything += tokens
        lost = [token for token in acknowledged if submission_of(token) is None]
        assert not lost
        assert_whole()
    with server:
        server.start() if not server._listens() else None
        for token in everything:
            if submission_of(token) is None:
                browser, data = ready(server.address, token)
                assert browser.post(CHECK, data=data).status_code == 200
    assert Submission.select().count() == len(everything)
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


def assert_whole() -> None:
    """Each submission came with everything that belongs to it, and no draft is left of it."""
    rows = list(Submission.select())
    received = AuditEntry.select().where(AuditEntry.event == "submission:received")
    assert {row.id for row in rows} == {entry.subject_id for entry in received}
    assert all(row.releases.count() == 1 for row in rows)
    assert all(LookupKey.select().where(LookupKey.row_id == row.id).exists() for row in rows)
    digests = [row.draft_digest for row in rows]
    assert not Draft.select().where(Draft.token_digest << digests).exists()


def _press_and_kill(server: RunningServer, tokens: list[str], delay: float) -> list[str]:
    """Press the last button of all forms at once and kill the server meanwhile."""
    waiting = [(token, *ready(server.address, token)) for token in tokens]
    acknowledged, begun = [], threading.Event()

    def press(token: str, browser: Browser, data: dict[str, str]) -> None:
        begun.set()
        try:
            answer = browser.post(CHECK, data=data)
        except (OSError, HTTPException):
            return
        if answer.status_code == 200:
            acknowledged.append(token)

    threads = [threading.Thread(target=press, args=each) for each in waiting]
    for thread in threads:
        thread.start()
    begun.wait()
    threads[0].join(delay)
    server.kill()
    for thread in threads:
        thread.join()
    return acknowledged


def _shares(tokens: list[str], number: int) -> list[list[str]]:
    return [tokens[start::number] for start in range(number)]


def _now():
    from casework.core.clock import system_clock

    return system_clock()
