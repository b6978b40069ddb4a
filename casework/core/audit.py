"""What happened: one audit row in the transaction of each change, and news that travels upwards.

A verb is decorated `@recorded("referral:sent")`; it gets `by=` and `at=`. The row
holds who, what, which row and when, and for a move from which state into which; never what
identifies or describes a person.
Rooms further up subscribe by name with `@on("referral:sent")` and run in the same
transaction, so that a mail is written if and only if the change is.
"""

from __future__ import annotations

import functools
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from peewee import CharField, JSONField, ModelSelect, UUIDField

from casework.core.access import Actor
from casework.core.db import Base, UtcField, transaction

Verb = TypeVar("Verb", bound=Callable[..., Any])
Listener = Callable[..., None]

RECORDED: dict[str, str] = {}
_listeners: dict[str, list[Listener]] = defaultdict(list)
_witnesses: list[Listener] = []


class AuditEntry(Base):
    """One thing that somebody did or read."""

    at = UtcField(index=True)
    actor_kind = CharField(max_length=16)
    actor_id = UUIDField(null=True, index=True)
    actor_name = CharField(max_length=200)
    event = CharField(max_length=64, index=True)
    subject_table = CharField(max_length=64)
    subject_id = UUIDField(null=True)
    case_id = UUIDField(null=True, index=True)
    details = JSONField(default=dict)

    class Meta:
        table_name = "audit_entries"
        indexes = ((("subject_table", "subject_id", "at"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Everything for who may read the trail, nothing for anybody else."""
        rows = cls.select()
        return rows if staff.may("audit:read") else rows.where(False)


def recorded(
    event: str, needs: str | None = None, open_to: tuple[str, ...] = ("system",)
) -> Callable[[Verb], Verb]:
    """Make a function a verb: permission, transaction, audit row and news in one.

    Staff need the permission `needs` (by default the event's resource with `edit`);
    actors of other kinds must be named in `open_to`. The verb takes `by` and `at` as
    keywords; the row that it returns, or else its first argument, is the subject.
    """

    def decorate(verb: Verb) -> Verb:
        permission = needs or f"{event.split(':')[0]}:edit"
        RECORDED[event] = f"{verb.__module__}.{verb.__name__}"

        @functools.wraps(verb)
        def inner(*args: Any, by: Actor, at: datetime, **kwargs: Any) -> Any:
            if by.kind not in open_to:
                by.require(permission)
            with transaction():
                before = _state_of(args[0]) if args else None
                result = verb(*args, by=by, at=at, **kwargs)
                subject = next((row for row in (result, *args[:1]) if isinstance(row, Base)), None)
                moved = _moved(before, subject) if args and subject == args[0] else {}
                record(event, subject, by=by, at=at, **moved)
                for listener in (*_listeners[event], *_witnesses):
                    listener(subject, by=by, at=at)
            return result

        inner.event = event  # type: ignore[attr-defined]
        inner.permission = permission  # type: ignore[attr-defined]
        return inner  # type: ignore[return-value]

    return decorate


def on(event: str) -> Callable[[Listener], Listener]:
    """Run the function whenever `event` is recorded, inside its transaction."""

    def subscribe(listener: Listener) -> Listener:
        _listeners[event].append(listener)
        return listener

    return subscribe


def on_everything(listener: Listener) -> Listener:
    """Run the function after every recorded change, inside its transaction."""
    _witnesses.append(listener)
    return listener


def subscriptions() -> dict[str, list[str]]:
    """Which events have listeners, by name: a test compares them with `RECORDED`."""
    return {event: [each.__name__ for each in found] for event, found in _listeners.items()}


def record(
    event: str, subject: Base | None, *, by: Actor, at: datetime, **details: Any
) -> AuditEntry:
    """Write one audit row; it belongs to the transaction that is open.

    `details` are codes such as names of states: nothing that somebody typed.
    """
    return AuditEntry.create(
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:200],
        event=event,
        subject_table=subject._meta.table_name if subject is not None else "",
        subject_id=subject.id if subject is not None else None,
        case_id=_case_of(subject),
        details=details,
    )


def record_read(event: str, subject: Base, *, by: Actor, at: datetime) -> None:
    """Note that somebody looked at a person's record."""
    with transaction():
        record(event, subject, by=by, at=at)


def _state_of(row: Any) -> str | None:
    """The state that a row is in; None for what has no states."""
    return row.__data__.get("state") if isinstance(row, Base) else None


def _moved(before: str | None, subject: Base | None) -> dict[str, str]:
    """From which state into which `subject` went; empty where it stayed."""
    after = _state_of(subject)
    return {"from": before, "to": after} if before and after and before != after else {}


def _case_of(subject: Base | None) -> uuid.UUID | None:
    """The case that a row belongs to, for the case's timeline."""
    if subject is None:
        return None
    if subject._meta.table_name == "cases":
        return subject.id
    return subject.__data__.get("case")
