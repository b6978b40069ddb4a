"""Keeping the sums of the support balance: with each change, and where only time passes.

A change marks its household; at the end of the very transaction the household is summed up anew
from what is stored, so that the sums are never behind and never depend on the order of changes.
What changes with time alone, and all households after a change of the rules, the worker does.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from casework.cases import LIVE_STATES, Case
from casework.core.access import Actor
from casework.core.audit import on
from casework.core.clock import local_date
from casework.core.db import Base, before_commit, database, is_sqlite, transaction
from casework.core.settings import Setting, setting
from casework.insight.balance.models import Balance, BalanceCell
from casework.insight.balance.summing import (
    HouseholdSum,
    OpenNeed,
    Rules,
    changes_on,
    household_sum,
)
from casework.needs import Need
from casework.people import Household
from casework.supporters import KINDS, Span, spans

CHUNK = 500
RULES = ("support_over", "support_recent_days")
Mark = tuple[uuid.UUID, datetime]


@dataclass
class _Home:
    """Where a household lives, and which organisation works on each of its live cases."""

    site: uuid.UUID | None
    cases: dict[uuid.UUID, uuid.UUID | None] = field(default_factory=dict)

    @property
    def viewers(self) -> list[uuid.UUID | None]:
        """Whom it is summed up for: everybody who sees all, and each of these organisations."""
        return list(dict.fromkeys((None, *self.cases.values())))


def rules() -> Rules:
    """The rules as the back office has set them."""
    return Rules(int(setting("support_over")), int(setting("support_recent_days")))


@on("case:opened")
@on("case:assigned")
@on("case:moved")
@on("need:added")
@on("need:moved")
@on("referral:sent")
@on("referral:answered")
@on("referral:acknowledged")
@on("referral:revoked")
@on("referral:declined")
@on("referral:expired")
@on("plan:begun")
@on("plan:ended")
@on("goal:changed")
@on("goal:moved")
@on("step:added")
@on("step:changed")
@on("step:moved")
@on("step:held")
@on("engagement:agreed")
@on("engagement:begun")
@on("engagement:ended")
@on("support:named")
@on("support:changed")
@on("support:ended")
def mark_case(row: Base, *, by: Actor, at: datetime) -> None:
    """The household of the case that `row` belongs to is summed up before the change is kept."""
    case = row.id if isinstance(row, Case) else row.__data__["case"]
    household = Case.select(Case.household).where(Case.id == case).scalar()
    before_commit(recount_marked, (household, at))


@on("household:changed")
def mark_household(row: Household, *, by: Actor, at: datetime) -> None:
    """Where a household lives is part of its sums."""
    before_commit(recount_marked, (row.id, at))


@on("setting:changed")
def mark_all(row: Setting, *, by: Actor, at: datetime) -> None:
    """Other rules: the worker sums everything up anew."""
    if row.key in RULES:
        Balance.update(recount_on=local_date(at, setting("site_zone"))).execute()


def recount_marked(marks: set[Mark]) -> None:
    """Sum up the marked households, each as of its latest change; part of their transaction."""
    latest = max(at for _household, at in marks)
    recount({household for household, _at in marks}, at=latest)


def recount_due(*, at: datetime, most: int = 20 * CHUNK) -> int:
    """Sum up the households whose day has come, at most `most`; returns how many there were."""
    done, today = 0, local_date(at, setting("site_zone"))
    while done < most:
        due = Balance.waiting(today).select(Balance.household).distinct().limit(CHUNK)
        households = [household for (household,) in due.tuples()]
        if not households:
            break
        with transaction():
            recount(households, at=at)
        done += len(households)
    return done


def recount(households: Iterable[uuid.UUID], *, at: datetime) -> None:
    """Sum up `households` as of `at`: some twelve statements for each five hundred of them.

    A household without a live case has no sums. Must run in a transaction.
    """
    ordered = sorted(set(households))
    for start in range(0, len(ordered), CHUNK):
        _recount(ordered[start : start + CHUNK], at=at)


def _recount(households: Sequence[uuid.UUID], *, at: datetime) -> None:
    _take_turns(households)
    law, zone = rules(), setting("site_zone")
    live = _live_cases(households)
    since = at - timedelta(days=law.recent_days)
    by_household: dict[uuid.UUID, list[Span]] = defaultdict(list)
    for span in spans(list(live), ended_after=since) if live else ():
        by_household[span.household].append(span)
    needs = _open_needs(live)
    rows: list[Balance] = []
    cells: list[BalanceCell] = []
    for household, home in live.items():
        found, open_needs = by_household[household], needs.get(household, [])
        again = changes_on(found, law, at=at, zone=zone)
        for viewer in home.viewers:
            summed = household_sum(found, open_needs, law, at=at, viewer=viewer)
            where = {"household": household, "organization": viewer, "site": home.site}
            rows.append(_row(summed, law, counted_at=at, recount_on=again, **where))
            cells += _cells(summed, law, **where)
    for model in (BalanceCell, Balance):
        model.delete().where(model.household << households).execute()
    Balance.insert_rows(rows)
    BalanceCell.insert_rows(cells)


def _row(summed: HouseholdSum, law: Rules, **columns: Any) -> Balance:
    cells = summed.cells.values()
    return Balance(
        place=summed.place(law), supporters=summed.supporters, alone=summed.alone,
        needs=sum(cell.needs for cell in cells), over=sum(cell.over(law) for cell in cells),
        doubled=sum(cell.doubled for cell in cells), under=sum(cell.under for cell in cells),
        doubled_since=summed.doubled_since,
        **columns,
    )  # fmt: skip


def _cells(summed: HouseholdSum, law: Rules, **columns: Any) -> list[BalanceCell]:
    return [
        BalanceCell(
            life_area=area, place=cell.place(law), needs=cell.needs, others=cell.others,
            over=cell.over(law), doubled=cell.doubled, under=cell.under,
            **{kind: cell.kinds[kind] for kind in KINDS}, **columns,
        )
        for area, cell in summed.cells.items()
    ]  # fmt: skip


def _live_cases(households: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Home]:
    """Each household that has a live case.

    Asked for by household alone: with the states beside it SQLite would go through all live cases.
    """
    rows: Any = (
        Case.select(Case.household, Household.site, Case.id, Case.organization, Case.state)
        .join(Household)
        .where(Case.household << households)
    )
    found: dict[uuid.UUID, _Home] = {}
    for household, site, case, organization, state in rows.tuples():
        if state in LIVE_STATES:
            found.setdefault(household, _Home(site)).cases[case] = organization
    return found


def _open_needs(homes: Mapping[uuid.UUID, _Home]) -> dict[uuid.UUID, list[OpenNeed]]:
    """The open needs of each household, asked for by case: no other need is looked at."""
    households = {case: key for key, home in homes.items() for case in home.cases}
    rows: Any = Need.select(Need.case, Need.life_area).where(
        (Need.case << list(households)) & (Need.state == "open")
    )
    found: dict[uuid.UUID, list[OpenNeed]] = defaultdict(list)
    for case, area in rows.tuples() if households else ():
        household = households[case]
        found[household].append(OpenNeed(household, homes[household].cases[case], area))
    return found


def _take_turns(households: Sequence[uuid.UUID]) -> None:
    """Of two transactions that change one household the second sums up after the first.

    SQLite has one writer at a time. Locks are taken last and in one order, so nobody waits in
    a circle.
    """
    if is_sqlite():
        return
    keys = sorted({household.int & (2**62 - 1) for household in households})
    database.execute_sql(
        "SELECT pg_advisory_xact_lock(each.key) FROM "
        "(SELECT unnest(%s::bigint[]) AS key ORDER BY 1) AS each",
        (keys,),
    )
