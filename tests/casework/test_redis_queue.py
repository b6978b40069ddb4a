"""The queue on a real Redis server: mails leave, and nothing is lost when it goes away."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time

import pytest
from huey.signals import SIGNAL_COMPLETE

from casework import tasks
from casework.core.access import SYSTEM
from casework.core.clock import system_clock
from casework.core.db import transaction
from casework.messages import OutboxMail, queue_mail, retry_mail
from tests.mailbox import Mailbox, free_port
from tests.redis_server import RedisServer
from tests.timing import SOON


@pytest.fixture
def redis():
    with RedisServer() as server:
        yield server


@pytest.fixture
def use(db, config, redis):
    """Set the worker up on the Redis server."""

    def register(mail_url="console:"):
        changed = dataclasses.replace(config, queue_url=redis.url, mail_url=mail_url)
        tasks.register(changed)

    yield register
    tasks.register(config)


@contextlib.contextmanager
def working():
    """A worker that has its first sweep behind it: what comes now, comes by the queue."""
    swept = threading.Event()

    def note(_signal, task):
        if task.name == "sweep_outbox":
            swept.set()

    tasks.works().queue.signal(SIGNAL_COMPLETE)(note)
    worker = tasks.start_worker()
    try:
        assert swept.wait(60)
        yield
    finally:
        worker.stop()


def write(subject="News"):
    return queue_mail(
        "status_changed", "amal@example.org", subject, "There is news.", language="en",
        host="localhost", by=SYSTEM, at=system_clock(),
    )  # fmt: skip


def test_a_mail_leaves_through_a_real_redis_server_at_once(use):
    with Mailbox() as box:
        use(box.url)
        with working():
            first = write()
            assert box.wait_for(1)
            second = write()
            # A sweep comes once a minute: so soon it can only have come through the queue.
            assert box.wait_for(2, seconds=30)
    assert second.refresh().state == "sent"
    assert [mail["Message-ID"] for mail in box.mails] == [first.message_id, second.message_id]


def test_the_queue_hears_of_a_mail_only_after_the_commit(use):
    use()
    with transaction():
        write()
        assert tasks.queue_length() == 0
    assert tasks.queue_length() == 1


def test_a_change_that_fails_puts_nothing_into_the_queue(use):
    use()

    def change_and_fail():
        with transaction():
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert tasks.queue_length() == 0
    assert not OutboxMail.select().exists()


def test_a_mail_that_failed_leaves_when_it_is_tried_again(use):
    mail = write()
    with transaction():
        OutboxMail.update(state="failed", tries=5).execute()
    with Mailbox() as box:
        use(box.url)
        with working():
            retry_mail(mail.refresh(), by=SYSTEM, at=system_clock())
            assert box.wait_for(1)
    assert box.mails[0]["Message-ID"] == mail.message_id


def test_what_waits_in_the_queue_is_delivered_by_the_next_worker(use):
    with Mailbox() as box:
        use(box.url)
        mail = write()
        with working():
            assert box.wait_for(1)
        assert mail.refresh().state == "sent"
    assert len(box.mails) == 1


def test_with_the_redis_server_away_a_change_is_stored_and_its_mail_waits(use, redis, caplog):
    use()
    redis.stop()
    started = time.monotonic()
    mail = write()
    assert time.monotonic() - started < SOON
    assert mail.refresh().state == "waiting"
    assert "the mail leaves with the next sweep" in caplog.text
    with pytest.raises(tasks.QueueError):
        tasks.queue_length()


def test_a_redis_server_that_comes_back_empty_loses_no_mail(use, redis):
    with Mailbox() as box:
        use(box.url)
        with working():
            write()
            assert box.wait_for(1)
            redis.stop()
            lost = write()
            redis.start()
            after = write()
            assert box.wait_for(2, seconds=30), "the worker did not find the server again"
        assert after.refresh().state == "sent"
        assert tasks.sweep_outbox() == 1
        assert lost.refresh().state == "sent"
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails) == 3


def test_a_queue_server_that_was_never_there_stops_no_change(db, config, caplog):
    url = f"redis://127.0.0.1:{free_port()}/0"
    tasks.register(dataclasses.replace(config, queue_url=url))
    try:
        assert write().refresh().state == "waiting"
    finally:
        tasks.register(config)
    assert "cannot be reached" in caplog.text
