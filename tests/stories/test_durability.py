"""Nothing that was acknowledged is lost, and nothing happens twice."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.client import HTTPException

import pytest

from casework.core.audit import AuditEntry
from casework.core.clock import system_clock
from casework.core.config import Config
from casework.core.db import connection
from casework.core.lookups import LookupKey
from casework.drafts import Draft, discard_draft, keep_draft, start_draft
from casework.submissions import Submission, submission_of
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
