"""How evenly support was spread at the beginning of past quarters, counted once and kept.

What is entered late still counts: while its quarter runs, a beginning is counted anew once a
week, and for the last time when the quarter is over. After that it stands, so that neither a
correction nor what retention has deleted since changes the past, and a page reads a few rows
instead of everything that was ever done.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from peewee import DateField, ForeignKeyField, JSONField, ModelSelect

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.core.clock import day_begins, local_date
from casework.core.db import Base, UtcField, transaction
from casework.core.settings import setting
from casework.insight.balance.inequality import Spread, quarters
from casework.life_areas import LifeArea
from casework.people import Care, Household
from casework.providers import Organization
from casework.sites import Site
from casework.supporters import Supporter, running, spans

QUARTERS_BACK = 8
COUNT_AGAIN = timedelta(days=7)
CHUNK = 500
Key = uuid.UUID | None
# Organisation, site and life area; None for all of them.
Part = tuple[Key, Key, Key]
# Site of a household, and the organisations that worked with it.
Home = tuple[Key, set[uuid.UUID]]


class SupportSpread(Base):
    """The distribution at the beginning of `day`: households by their number of supporters.

    For who sees all `organization` is null; an organisation's own rows hold the households that
    it worked with then. `site` and `life_area` are null for all of them. A part without a
    household has no row; a day that was counted has the one of the whole.
    """

    day = DateField()
    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    site = ForeignKeyField(Site, null=True, on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, null=True, on_delete="CASCADE")
    households = JSONField()
    counted_at = UtcField()

    class Meta:
        table_name = "support_spreads"
        indexes = ((("day", "organization", "site", "life_area"), False),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """What was counted over everything, or over one's own organisation's households."""
        rows = cls.select()
        if staff.sees_all:
            return rows.where(cls.organization.is_null())
        if staff.organization_id is None or not staff.may("balance:read"):
            return rows.where(cls.id.is_null())
        return rows.where(cls.organization == staff.organization_id)


def past_spreads(
    staff: Actor, days: Sequence[date], *, site: Key = None, area: Key = None
) -> list[Spread]:
    """The distribution at the beginning of each of `days` that was counted, in their order.

    Of the households that `staff` could see then; two statements for all days.
    """
    counted = {day for (day,) in _whole().where(SupportSpread.day << list(days)).tuples()}
    rows = SupportSpread.scope(staff).where(
        (SupportSpread.day << list(counted))
        & _is(SupportSpread.site, site)
        & _is(SupportSpread.life_area, area)
    )
    found = {row.day: {int(key): each for key, each in row.households.items()} for row in rows}
    return [Spread(day, Counter(found.get(day, {}))) for day in days if day in counted]


def count_next_spread(*, at: datetime) -> bool:
    """Count the newest beginning of a quarter that is due; whether there was one."""
    known = dict(_whole(SupportSpread.counted_at).tuples())
    zone = setting("site_zone")
    days = quarters(local_date(at, zone), QUARTERS_BACK)[::-1]
    due = next((day for day in days if _is_due(day, known.get(day), at, zone)), None)
    if due is None:
        return False
    keep_spread(due, at=at)
    return True


def keep_spread(day: date, *, at: datetime) -> None:
    """Count the distribution at the beginning of `day`, and keep it in place of an earlier count.

    Five statements more for each five hundred households that had a case then.
    """
    parts = _counted(day)  # takes its time, and therefore no writer's turn
    rows = [
        SupportSpread(day=day, organization=organization, site=site, life_area=area,
                      households=histogram, counted_at=at)
        for (organization, site, area), histogram in parts.items()
    ]  # fmt: skip
    with transaction():
        SupportSpread.delete().where(SupportSpread.day == day).execute()
        SupportSpread.insert_rows(rows)


def _is_due(day: date, counted_at: datetime | None, at: datetime, zone: str) -> bool:
    """Whether a beginning was never counted, or its quarter ran on since it was."""
    if counted_at is None:
        return True
    end = day_begins(quarters(day + timedelta(days=100), 1)[0], zone)
    return counted_at < end and (at >= end or at - counted_at >= COUNT_AGAIN)


def _whole(*columns: Any) -> ModelSelect:
    """One row for each day that was counted."""
    none: Any = SupportSpread.organization.is_null() & SupportSpread.site.is_null()
    rows = SupportSpread.select(SupportSpread.day, *columns)
    return rows.where(none & SupportSpread.life_area.is_null())


def _is(column: Any, key: Key) -> Any:
    return column.is_null() if key is None else column == key


def _counted(day: date) -> Mapping[Part, Mapping[int, int]]:
    """The distribution of each part at the beginning of `day`."""
    moment = day_begins(day, setting("site_zone"))
    homes = _homes(moment)
    sizes: Counter[tuple[Key, Key]] = Counter()
    found: dict[Part, Counter[int]] = defaultdict(Counter)
    found[None, None, None] = Counter()
    ordered = sorted(homes)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        helped = _helped(chunk, moment)
        for household in chunk:
            for organization, site in _views(homes[household]):
                sizes[organization, site] += 1
                for area, supporters in helped[household].items():
                    found[organization, site, area][len(supporters)] += 1
    areas = [None, *(area for (area,) in LifeArea.select(LifeArea.id).tuples())]
    for (organization, site), size in sizes.items():
        for area in areas:
            counts = found[organization, site, area]
            # Whoever is not among those who are helped there is helped by nobody.
            if alone := size - counts.total():
                counts[0] = alone
    return found


def _views(home: Home) -> Iterator[tuple[Key, Key]]:
    """The organisations and sites that a household counts for."""
    site, organizations = home
    for organization in (None, *organizations):
        yield organization, None
        if site is not None:
            yield organization, site


def _homes(moment: datetime) -> dict[uuid.UUID, Home]:
    """The households with a case that was open at `moment`.

    A case that was closed and opened again counts as open in between.
    """
    rows: Any = (
        Case.select(Case.household, Household.site)
        .join(Household)
        .where(
            (Case.opened_at <= moment)
            & ((Case.state << LIVE_STATES) | (Case.closed_at > moment))
        )
    )  # fmt: skip
    homes: dict[uuid.UUID, Home] = {key: (site, set()) for key, site in rows.tuples()}
    cared: Any = Care.select(Care.household, Care.organization_id).where(
        (Care.since <= moment) & (Care.until.is_null() | (Care.until > moment))
    )
    for household, organization in cared.tuples():
        if household in homes:
            homes[household][1].add(organization)
    return homes


def _helped(
    households: Sequence[uuid.UUID], moment: datetime
) -> dict[uuid.UUID, dict[Key, set[Supporter]]]:
    """Who helped each of the households at `moment`, by life area and (None) in all."""
    found: dict[uuid.UUID, dict[Key, set[Supporter]]] = defaultdict(lambda: defaultdict(set))
    for span in running(spans(households, ended_after=moment), moment):
        for area in (span.area, None):
            found[span.household][area].add(span.supporter)
    return found
