"""How often something may be tried: counted in the database, so that all processes agree.

The key (a reference, an account, an address) is stored as a keyed digest only, and for
no longer than its window lasts.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import datetime, timedelta

from peewee import CharField, Expression, IntegerField, ModelSelect

from casework.core.access import Actor
from casework.core.crypto import keyring
from casework.core.db import Base, UtcField, transaction

UNKNOWN_ADDRESS = "unknown"


class Throttle(Base):
    """The tries under one key within the window that runs."""

    kind = CharField(max_length=32)
    digest = CharField(max_length=32)
    started_at = UtcField()
    ends_at = UtcField(index=True)
    count = IntegerField(default=0)

    class Meta:
        table_name = "throttles"
        indexes = ((("kind", "digest"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Nobody looks at who tried what."""
        return cls.select().where(cls.id.is_null())

    def runs(self, at: datetime) -> bool:
        """Whether the window is on. One that starts later than now comes from a clock
        that was put back, and holds nobody up."""
        return self.started_at <= at < self.ends_at


def allow(kind: str, key: str, *, limit: int, window: timedelta, at: datetime) -> bool:
    """Count one try under `key` and say whether it is within `limit` for each `window`.

    A refused try is not counted, so that it does not make the waiting longer. The row is
    locked from the first statement on: of many at once exactly `limit` are allowed.
    """
    digest = keyring().digest(kind, key)
    with transaction():
        Throttle.insert(
            kind=kind, digest=digest, started_at=at, ends_at=at + window, count=0
        ).on_conflict(
            conflict_target=[Throttle.kind, Throttle.digest], preserve=[Throttle.kind]
        ).execute()
        row = Throttle.get((Throttle.kind == kind) & (Throttle.digest == digest))
        if not row.runs(at):
            row.started_at, row.ends_at, row.count = at, at + window, 0
        allowed: bool = row.count < limit
        row.count += allowed
        row.save()
    return allowed


def give_back(kind: str, key: str) -> None:
    """Take one try back: who succeeds does not use up what others at the same key share."""
    with transaction():
        Throttle.update(count=Throttle.count - 1).where(
            _under(kind, key) & (Throttle.count > 0)
        ).execute()


def forget(kind: str, key: str) -> None:
    """Start anew under `key`: what was tried turned out to be right."""
    with transaction():
        Throttle.delete().where(_under(kind, key)).execute()


def retry_after(kind: str, key: str, *, at: datetime) -> int:
    """Whole seconds until the window of `key` is over; 0 when none runs."""
    row = Throttle.get_or_none(_under(kind, key))
    if row is None or not row.runs(at):
        return 0
    return math.ceil((row.ends_at - at).total_seconds())


def purge_throttles(*, at: datetime) -> int:
    """Delete what is over; returns how many keys are forgotten."""
    with transaction():
        return int(Throttle.delete().where(Throttle.ends_at <= at).execute())


def address_prefix(address: str | None) -> str:
    """What of a network address counts as one visitor: all of IPv4, /56 of IPv6.

    A household's connection has a /56 of its own; an IPv4 address is shared by many
    people already, so it is not made any wider.
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 56), strict=False))
    return str(found)


def _under(kind: str, key: str) -> Expression:
    return (Throttle.kind == kind) & (Throttle.digest << keyring().digests(kind, key))
