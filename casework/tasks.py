"""The worker: mails leave, what is over ends. It runs inside the process that serves.

The queue (huey) lies in the application's own database, so that a task is enqueued in
the transaction of the change and rolls back with it. A lost task costs a minute: each
minute everything that is due is delivered, however it came to wait.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from huey.api import Huey, TaskWrapper, crontab
from huey.consumer import Consumer, Scheduler, Worker
from huey.contrib.sql_huey import SqlStorage
from huey.serializer import SignedSerializer
from huey.storage import PriorityRedisStorage
from peewee import DatabaseProxy, PeeweeException

from casework.asking import ask_whoever_has_the_turn
from casework.core.access import Actor
from casework.core.audit import on
from casework.core.clock import Clock, system_clock
from casework.core.config import Config, ConfigError
from casework.core.db import connection, database, transaction
from casework.core.mail import (
    Letter,
    LetterError,
    MailError,
    ServerError,
    Transport,
    compose,
    sender_address,
    transport_of,
)
from casework.core.settings import setting
from casework.insight.attention.upkeep import catch_up, judge_all
from casework.insight.balance.counting import recount_due
from casework.insight.balance.past import count_next_spread
from casework.insight.statistics.fixing import count_next
from casework.insight.waiting_figures import count_next_waiting
from casework.messages import OutboxMail, claim_mail, settle_mail
from casework.notices import remind_of_appointments  # its listeners hear from now on, too
from casework.retention import end_what_is_over, sweep_files

log = logging.getLogger("lotse.tasks")

BATCH = 200
# A request waits no longer for a queue server that does not answer.
QUEUE_SECONDS = 3


class QueueError(Exception):
    """The queue's own server cannot be reached; mails wait in the outbox meanwhile."""


class QueueStorage(SqlStorage):
    """huey's tables, made by our migration and written in our transactions."""

    def __init__(self, name: str = "lotse", **kwargs: Any) -> None:
        real = cast(DatabaseProxy, database).obj
        super().__init__(name, database=real, create_tables=False)
        self.atomic = transaction

    def dequeue(self) -> bytes | None:
        """The next task; an empty queue is asked without taking the writers' turn."""
        return super().dequeue() if self.queue_size() else None

    def read_schedule(self, timestamp: datetime) -> list[bytes]:
        """Postponed tasks that are due, likewise."""
        return super().read_schedule(timestamp) if self.schedule_size() else []


@dataclass(frozen=True)
class Works:
    """What the worker of this process works with."""

    queue: Huey
    deliver: TaskWrapper
    transport: Transport
    clock: Clock
    documents: Path
    queue_errors: tuple[type[Exception], ...] = ()


class _Current:
    works: Works | None = None


def register(config: Config, clock: Clock = system_clock) -> None:
    """Set queue and transport up as `config` says. Raises `ConfigError`."""
    storage, queue_errors = _storage(config)
    queue = Huey("lotse", results=False, **storage)
    _Current.works = Works(
        queue=queue,
        deliver=queue.task(name="deliver_mail")(deliver_mail),
        transport=transport_of(config.mail_url),
        clock=clock,
        documents=config.instance_dir / "documents",
        queue_errors=queue_errors,
    )
    queue.periodic_task(crontab(minute="*"), name="sweep_outbox")(sweep_outbox)
    queue.periodic_task(crontab(minute="17"), name="end_what_is_over")(end_now)
    queue.periodic_task(crontab(minute="*/15"), name="remind_of_appointments")(remind_now)
    queue.periodic_task(crontab(minute="*"), name="follow_changes")(follow_changes)
    queue.periodic_task(crontab(minute="7"), name="judge_everything")(judge_everything)
    queue.periodic_task(crontab(minute="*/15"), name="ask_whoever")(ask_whoever)
    queue.periodic_task(crontab(minute="*"), name="recount_support")(recount_support)
    queue.periodic_task(crontab(minute="*"), name="count_figures")(count_figures)
    queue.periodic_task(crontab(minute="*"), name="count_spread")(count_spread)
    queue.periodic_task(crontab(minute="*"), name="count_waiting")(count_waiting)


def start_worker() -> RunningWorker:
    """Start the threads that work the queue off; stop them with `.stop()`."""
    return RunningWorker(works().queue)


def queue_length() -> int:
    """How many tasks wait. Raises `PeeweeException` or `QueueError`."""
    try:
        return int(works().queue.storage.queue_size())
    except works().queue_errors as error:
        raise QueueError("The queue's server cannot be reached.") from error


def works() -> Works:
    """What `register` set up. Raises `ConfigError` before that."""
    if _Current.works is None:
        raise ConfigError("The queue is not set up; create_app or tasks.register comes first.")
    return _Current.works


@on("mail:queued")
@on("mail:retried")
def enqueue_delivery(mail: OutboxMail, *, by: Actor, at: datetime) -> None:
    """Deliver soon; as a part of the change that wrote the mail.

    A queue with a server of its own hears of it after the commit: its worker would else look
    for a mail that is not there yet.
    """
    current = _Current.works
    if current is None:
        return
    if current.queue_errors:
        cast(DatabaseProxy, database).after_commit(lambda: _enqueue_outside(current, mail.id.hex))
    else:
        current.deliver(mail.id.hex)


def _enqueue_outside(current: Works, mail_id: str) -> None:
    try:
        current.deliver(mail_id)
    except current.queue_errors:
        log.warning("the queue cannot be reached; the mail leaves with the next sweep")


def deliver_mail(mail_id: str) -> None:
    """Send one mail of the outbox, if it still waits and its time has come."""
    now = works().clock()
    mail = OutboxMail.get_or_none(OutboxMail.id == uuid.UUID(mail_id))
    if mail is None or mail.state != "waiting" or mail.next_try_at > now:
        return
    with contextlib.suppress(ServerError):
        deliver(mail, works().transport, at=now)


def sweep_outbox() -> int:
    """Send what is due, the oldest first; returns how many mails left.

    A server that is away is asked once and not for each mail: the others keep their tries.
    """
    sent = 0
    due = cast(list[OutboxMail], list(OutboxMail.due(works().clock()).limit(BATCH)))
    for mail in due:
        try:
            sent += deliver(mail, works().transport, at=works().clock())
        except ServerError:
            break
    return sent


def deliver(mail: OutboxMail, transport: Transport, *, at: datetime) -> bool:
    """Claim a mail, send it and note how that went; whether it left.

    Raises `ServerError` when the server cannot be reached; that is noted as well. After a
    crash between sending and noting, the mail leaves again under the same Message-ID.
    """
    if not claim_mail(mail, at=at):
        return False
    try:
        transport(compose(_letter(mail)))
    except MailError as error:
        settle_mail(mail, error=str(error), final=isinstance(error, LetterError), at=at)
        log.warning("mail %s did not leave: %s", mail.id, error)
        if isinstance(error, ServerError):
            raise
        return False
    settle_mail(mail, at=at)
    return True


def end_now() -> None:
    """End drafts, releases and referrals whose time is over, and files that are nobody's."""
    end_what_is_over(at=works().clock())
    sweep_files(works().documents, at=works().clock())


def remind_now() -> None:
    """Queue the mails that remind people of their appointments."""
    remind_of_appointments(at=works().clock())


def follow_changes() -> None:
    """Judge the cases that something happened to."""
    while catch_up(at=works().clock()):
        pass


def judge_everything() -> None:
    """Ask every rule about everything: what time alone has brought about."""
    judge_all(at=works().clock())


def ask_whoever() -> None:
    """Remind whoever's turn it is, before the coordinator is asked."""
    ask_whoever_has_the_turn(at=works().clock())


def recount_support() -> int:
    """Sum up the support of households where time or a rule has changed it; how many there were."""
    return recount_due(at=works().clock())


def count_figures() -> None:
    """Count one report of a quarter that is over, so that mails between two need not wait long."""
    count_next(at=works().clock())


def count_spread() -> None:
    """Count how evenly support was spread at the beginning of one quarter."""
    count_next_spread(at=works().clock())


def count_waiting() -> None:
    """Count how long the cases of a large town, or of one organisation there, have waited."""
    count_next_waiting(at=works().clock())


def _letter(mail: OutboxMail) -> Letter:
    return Letter(
        sender=sender_address(setting("centre_email"), setting("base_url")),
        sender_name=setting("centre_name"),
        recipient=mail.recipient,
        subject=mail.subject,
        body=mail.body,
        language=mail.language,
        message_id=mail.message_id,
        written_at=mail.created_at,
    )


class RunningWorker:
    """The threads of the worker: one that works, one that looks at the clock."""

    def __init__(self, queue: Huey) -> None:
        self._consumer = _Consumer(
            queue, workers=1, max_delay=1.0, backoff=1.3, shutdown_timeout=30
        )
        self._consumer.start()

    def stop(self) -> None:
        """Let the task at hand finish, at most half a minute, and end the threads."""
        self._consumer.stop(graceful=True)


class _Checked:
    """A loop that takes a connection for each round and gives it back.

    A connection that broke is then replaced instead of failing for ever.
    """

    def loop(self, now: datetime | None = None) -> None:
        try:
            with connection():
                super().loop(now)  # type: ignore[misc]
        except PeeweeException as error:
            log.warning("the database cannot be reached: %s", type(error).__name__)
            self.stop_flag.wait(1)  # type: ignore[attr-defined]


class _Worker(_Checked, Worker):
    pass


class _Scheduler(_Checked, Scheduler):
    pass


class _Consumer(Consumer):
    """huey's consumer without its signal handlers: those belong to the server."""

    worker_class = _Worker
    scheduler_class = _Scheduler

    def _set_signal_handlers(self) -> None:
        """The process that serves decides when to stop."""


def _storage(config: Config) -> tuple[dict[str, Any], tuple[type[Exception], ...]]:
    """huey's arguments for QUEUE_URL, and the errors of a queue server that is away.

    What lies in the queue is signed, because reading it unpickles it.
    """
    signed = {"serializer": SignedSerializer(secret=config.secret_key)}
    if not config.queue_url.startswith("redis:"):
        return {"storage_class": QueueStorage, **signed}, ()
    try:
        redis = importlib.import_module("redis")
    except ModuleNotFoundError as error:
        raise ConfigError(
            "QUEUE_URL names a Redis server, but the package redis is not installed; "
            "please install it or leave QUEUE_URL empty to use the application's database."
        ) from error
    pool = redis.ConnectionPool.from_url(
        config.queue_url, socket_connect_timeout=QUEUE_SECONDS, socket_timeout=QUEUE_SECONDS
    )
    storage = {"storage_class": PriorityRedisStorage, "connection_pool": pool, **signed}
    return storage, (redis.RedisError,)
