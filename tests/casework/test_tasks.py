"""Mails leave once, whatever happens to the mail server, the worker or the transaction."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import signal
import threading
from datetime import datetime

import pytest

from casework import tasks
from casework.core.access import SYSTEM
from casework.core.config import ConfigError
from casework.core.db import transaction
from casework.core.mail import ServerError, transport_of
from casework.messages import OutboxMail, queue_mail, retry_mail
from tests.mailbox import Mailbox, free_port


@pytest.fixture
def use(db, config, clock):
    """Set the worker up with other settings for this test."""

    def register(**changes):
        tasks.register(dataclasses.replace(config, **changes), clock=clock)

    yield register
    tasks.register(config)


@pytest.fixture
def write(db, clock):
    """Put a mail into the outbox."""

    def queue(recipient="amal@example.org", subject="News"):
        return queue_mail(
            "status_changed", recipient, subject, "There is news.", language="en",
            host="localhost", by=SYSTEM, at=clock(),
        )  # fmt: skip

    return queue


def test_a_task_is_enqueued_with_the_change_that_wrote_the_mail(use, write):
    use()
    write()
    assert tasks.queue_length() == 1


def test_a_change_that_fails_leaves_neither_mail_nor_task(use, write):
    use()

    def change_and_fail():
        with transaction():
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert tasks.queue_length() == 0
    assert not OutboxMail.select().exists()


def test_the_worker_delivers_a_mail_soon_after_it_was_written(use, write):
    with Mailbox() as box:
        use(mail_url=box.url)
        worker = tasks.start_worker()
        try:
            first = write()
            assert box.wait_for(1)
            # The first may have left with the sweep at the start; the next sweep is a minute away.
            second = write()
            assert box.wait_for(2, seconds=30)
        finally:
            worker.stop()
    assert [mail["Message-ID"] for mail in box.mails] == [first.message_id, second.message_id]
    assert second.refresh().state == "sent"


def test_mails_that_wait_since_before_the_start_leave_with_the_first_sweep(use, write):
    mail = write()
    with Mailbox() as box:
        use(mail_url=box.url)
        tasks.works().queue.storage.flush_queue()
        worker = tasks.start_worker()
        try:
            assert box.wait_for(1)
        finally:
            worker.stop()
    assert mail.refresh().state == "sent"


def test_stopping_ends_the_threads_and_leaves_the_signals_alone(use):
    use()
    before, handlers = set(threading.enumerate()), _handlers()
    worker = tasks.start_worker()
    started = set(threading.enumerate()) - before
    assert len(started) == 2
    assert _handlers() == handlers
    worker.stop()
    assert not any(thread.is_alive() for thread in started)


def test_with_the_mail_server_away_nothing_is_lost_and_nothing_sent_twice(use, write, clock):
    port = free_port()
    use(mail_url=f"smtp://127.0.0.1:{port}")
    written = {write().message_id for _ in range(100)}
    for _ in range(60):
        assert tasks.sweep_outbox() == 0
        clock.forward(minutes=1)
    with Mailbox(port=port) as box:
        for _ in range(20):
            tasks.sweep_outbox()
            clock.forward(minutes=15)
        arrived = [mail["Message-ID"] for mail in box.mails]
    assert len(arrived) == 100
    assert set(arrived) == written


def test_a_sweep_asks_a_server_that_is_away_only_once(use, write):
    use(mail_url=f"smtp://127.0.0.1:{free_port()}")
    for _ in range(5):
        write()
    tasks.sweep_outbox()
    assert sum(mail.tries for mail in OutboxMail.select()) == 1


def test_a_mail_server_that_dies_in_between_gets_the_rest_later(use, write, clock):
    port = free_port()
    use(mail_url=f"smtp://127.0.0.1:{port}")
    first = write()
    with Mailbox(port=port) as box:
        tasks.sweep_outbox()
    second = write()
    tasks.sweep_outbox()
    clock.forward(minutes=2)
    with Mailbox(port=port) as again:
        tasks.sweep_outbox()
    assert [mail["Message-ID"] for mail in box.mails] == [first.message_id]
    assert [mail["Message-ID"] for mail in again.mails] == [second.message_id]


def test_after_a_crash_between_sending_and_noting_the_message_id_is_the_same(
    use, write, clock, monkeypatch
):
    mail = write()
    with Mailbox() as box:
        use(mail_url=box.url)
        with monkeypatch.context() as crash:
            crash.setattr(tasks, "settle_mail", _crash)
            with pytest.raises(KeyboardInterrupt):
                tasks.sweep_outbox()
        clock.forward(minutes=9)
        assert tasks.sweep_outbox() == 0
        clock.forward(minutes=2)
        assert tasks.sweep_outbox() == 1
    assert [sent["Message-ID"] for sent in box.mails] == [mail.message_id] * 2


def test_of_two_workers_one_sends(use, write, clock):
    mail = write()
    rival = OutboxMail.get_by_id(mail.id)
    with Mailbox() as box:
        send = transport_of(box.url)
        assert tasks.deliver(mail, send, at=clock())
        assert not tasks.deliver(rival, send, at=clock())
    assert len(box.mails) == 1


def test_a_letter_that_is_refused_holds_no_other_up(use, write, clock):
    bad, good = write(recipient="nobody"), write()
    with Mailbox() as box:
        use(mail_url=box.url)
        assert tasks.sweep_outbox() == 1
    assert bad.refresh().state == "failed"
    assert good.refresh().state == "sent"


@pytest.mark.parametrize(
    ("answer", "state"),
    [("550 5.1.1 no such person", "failed"), ("450 4.2.1 try again later", "waiting")],
)
def test_only_a_refusal_for_good_ends_the_tries(use, write, clock, answer, state):
    mail = write()
    with Mailbox(on_recipient=answer) as box:
        use(mail_url=box.url)
        tasks.sweep_outbox()
    assert (mail.refresh().state, mail.refresh().tries) == (state, 1)
    clock.forward(days=1)
    with Mailbox() as box:
        use(mail_url=box.url)
        assert tasks.sweep_outbox() == (state == "waiting")


def test_the_reason_of_a_failure_names_nobody(use, write, caplog):
    answer = "550 5.1.1 <amal@example.org>: recipient address rejected"
    mail = write()
    with Mailbox(on_recipient=answer) as box:
        use(mail_url=box.url)
        tasks.sweep_outbox()
    assert mail.refresh().last_error == "the mail server answered 550"
    assert "amal" not in caplog.text


def test_a_task_waits_until_its_mail_is_due(use, write, clock):
    mail = write()
    with Mailbox() as box:
        use(mail_url=box.url)
        clock.forward(minutes=-1)
        tasks.deliver_mail(mail.id.hex)
        assert box.mails == []
        clock.forward(minutes=1)
        tasks.deliver_mail(mail.id.hex)
        tasks.deliver_mail(mail.id.hex)
    assert len(box.mails) == 1


def test_a_task_of_a_mail_that_is_gone_does_nothing(use, write, caplog):
    mail = write()
    mail.delete_instance()
    use(mail_url=f"smtp://127.0.0.1:{free_port()}")
    tasks.deliver_mail(mail.id.hex)
    assert caplog.text == ""


def test_a_failed_mail_that_is_tried_again_leaves_soon(use, write, clock):
    mail = write()
    use()
    retry_mail(mail, by=SYSTEM, at=clock())
    assert tasks.queue_length() == 2


def test_a_task_that_we_did_not_sign_is_not_read(use):
    use()
    queue = tasks.works().queue
    queue.storage.enqueue(pickle.dumps(_Trap()))
    with pytest.raises(ValueError, match=r"Separator|Signature"):
        queue.dequeue()
    assert not _Trap.sprung


def test_each_minute_is_swept_and_each_hour_something_ends(use):
    use()
    names = {
        minute: {
            type(task).__name__
            for task in tasks.works().queue.read_periodic(datetime(2026, 11, 2, 9, minute))
        }
        for minute in (16, 17)
    }
    assert names[16] == {
        "sweep_outbox", "follow_changes", "recount_support", "count_figures", "count_spread",
        "count_waiting",
    }  # fmt: skip
    assert names[17] == names[16] | {"end_what_is_over"}


def test_mails_are_kept_as_files_where_no_server_is_named(use, write, config):
    use()
    mail = write(subject="Neues")
    tasks.sweep_outbox()
    (path,) = (config.instance_dir / "mail").glob(f"{mail.id.hex}.eml")
    assert b"Subject: Neues" in path.read_bytes()


def test_a_redis_queue_without_the_package_is_one_sentence(config, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ConfigError, match="redis is not installed"):
        tasks.register(dataclasses.replace(config, queue_url="redis://localhost"))


def test_a_mail_url_without_a_server_stops_the_start(config):
    with pytest.raises(ConfigError, match="MAIL_URL"):
        tasks.register(dataclasses.replace(config, mail_url="smtp://"))


def test_a_server_that_is_away_is_noted_before_it_is_raised(use, write, clock):
    mail = write()
    with pytest.raises(ServerError):
        tasks.deliver(mail, transport_of(f"smtp://127.0.0.1:{free_port()}"), at=clock())
    assert "cannot be reached" in mail.refresh().last_error


class _Trap:
    sprung = False

    def __reduce__(self):
        return (setattr, (_Trap, "sprung", True))


def _crash(*args, **kwargs):
    raise KeyboardInterrupt


def _handlers():
    return [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
