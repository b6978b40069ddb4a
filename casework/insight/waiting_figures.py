"""Waiting time of whole towns, counted by the worker where it would take too long to wait for.

Up to `LIVE_CASES` cases are counted when somebody looks. Where a reader sees more, the worker
counts once a day, for the town and for each organisation, and the figures say of when they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import ForeignKeyField, IntegerField, JSONField, ModelSelect, fn

from casework.cases import Case
from casework.core.access import Actor
from casework.core.db import Base, UtcField, transaction
from casework.core.settings import site_day
from casework.insight.waiting import WaitRow, waited
from casework.providers import Organization

# How far back figures go, in days.
SPANS = (90, 365, 1461)
DIMENSIONS = ("all", "area", "provider", "organization")
# More would take longer than a second to count.
LIVE_CASES = 5_000


class WaitingFigures(Base):
    """How long the cases of an organisation, or of the whole town, waited in the last `days`."""

    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    days = IntegerField()
    counted_at = UtcField()
    content = JSONField()

    class Meta:
        table_name = "waiting_figures"
        indexes = ((("organization", "days"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of exactly the cases that `staff` may see."""
        rows = cls.select()
        if staff.sees_all:
            return rows.where(cls.organization.is_null())
        if staff.organization_id is None or not staff.may("case:read"):
            return rows.where(cls.id.is_null())
        return rows.where(cls.organization == staff.organization_id)


@dataclass(frozen=True)
class Overview:
    """Figures by dimension, and the moment of which they are."""

    rows: dict[str, list[WaitRow]]
    at: datetime


def overview(staff: Actor, days: int, *, at: datetime) -> Overview:
    """How long the cases within scope waited in the last `days`: as of now, or as last counted.

    Counted now, too, where the worker has counted nothing yet.
    """
    if Case.ids(staff).limit(LIVE_CASES + 1).count() > LIVE_CASES:
        rows = WaitingFigures.scope(staff).where(WaitingFigures.days == days)
        known = rows.order_by(WaitingFigures.counted_at.desc()).first()
        if known is not None:
            return Overview(_read(known.content), known.counted_at)
    cases = None if staff.sees_all else Case.ids(staff)
    return Overview(_count(cases, days, at), at)


def count_next_waiting(*, at: datetime) -> bool:
    """Count one of the figures that have none of today yet; whether there was one."""
    organization, days = next(_missing(at), (None, 0))
    if not days:
        return False
    cases = Case.select(Case.id).where(Case.organization == organization) if organization else None
    rows = _count(cases, days, at)  # takes its time, and therefore no writer's turn
    same = (WaitingFigures.days == days) & _of(organization)
    with transaction():
        WaitingFigures.delete().where(same).execute()
        WaitingFigures.create(
            organization=organization, days=days, counted_at=at,
            content={name: [_stored(row) for row in found] for name, found in rows.items()},
        )  # fmt: skip
    return True


def _missing(at: datetime) -> Iterator[tuple[uuid.UUID | None, int]]:
    """Whose cases, and how far back, the town first."""
    if Case.select().limit(LIVE_CASES + 1).count() <= LIVE_CASES:
        return
    rows = Case.select(Case.organization).where(Case.organization.is_null(False))
    many: Any = rows.group_by(Case.organization).having(fn.COUNT(Case.id) > LIVE_CASES)
    known = {
        (of, days): counted_at
        for of, days, counted_at in WaitingFigures.select(
            WaitingFigures.organization, WaitingFigures.days, WaitingFigures.counted_at
        ).tuples()
    }
    today = site_day(at)
    for organization in (None, *(of for (of,) in many.tuples())):
        for days in SPANS:
            counted_at = known.get((organization, days))
            if counted_at is None or site_day(counted_at) < today:
                yield organization, days


def _of(organization: uuid.UUID | None) -> Any:
    column = WaitingFigures.organization
    return column == organization if organization else column.is_null()


def _count(cases: Any, days: int, at: datetime) -> dict[str, list[WaitRow]]:
    return waited(*DIMENSIONS, start=at - timedelta(days=days), end=at, cases=cases)


def _stored(row: WaitRow) -> list[Any]:
    return [row.group and str(row.group), row.turn, row.cases, row.days, row.median]


def _read(content: dict[str, list[list[Any]]]) -> dict[str, list[WaitRow]]:
    return {
        name: [WaitRow(group and uuid.UUID(group), *rest) for group, *rest in found]
        for name, found in content.items()
    }
