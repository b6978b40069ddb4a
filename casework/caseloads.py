"""Assigning many cases at once: what each family keeps and loses is shown before it happens."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from peewee import fn

from casework.cases import LIVE_STATES, Case, assign_case
from casework.core.access import Actor
from casework.core.audit import AuditEntry, recorded
from casework.core.db import is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.providers import Organization
from casework.staff import Staff
from casework.supporters import Supporter, names_of, running, spans

MOST_AT_ONCE = 500


class NothingToAssign(Refusal):
    """No case was chosen, or too many at once."""

    msgid = N_("Please choose 1 to %(most)s cases that are not closed.")


class NotTheirColleague(Refusal):
    """Who works on a case has to see it."""

    msgid = N_(
        "%(name)s does not belong to %(organization)s and could not see these cases. "
        "Please choose somebody of that organisation, or nobody yet."
    )


@dataclass(frozen=True)
class Tie:
    """Somebody beside a family: kind of supporter, name, and `kept`, `lost` or `known`.

    `known` is who takes over and has worked with the family before.
    """

    kind: str
    name: str
    becomes: str


@dataclass(frozen=True)
class Handing:
    """What assigning one case would mean for the family."""

    case: Case
    ties: tuple[Tie, ...]

    @property
    def lost(self) -> int:
        """How many ties would be lost."""
        return sum(tie.becomes == "lost" for tie in self.ties)


@dataclass
class Assigned:
    """What became of the chosen cases: the assigned ones, those that somebody changed
    meanwhile, and those that were refused with the reason of each."""

    done: list[Case] = field(default_factory=list)
    changed: list[Case] = field(default_factory=list)
    refused: list[tuple[Case, Refusal]] = field(default_factory=list)


def check_colleague(organization: Organization | None, assigned_to: Staff | None) -> None:
    """Raise `NotTheirColleague` where `assigned_to` works for another organisation."""
    own = assigned_to.__data__.get("organization") if assigned_to else None
    if own is not None and (organization is None or organization.id != own):
        raise NotTheirColleague(name=str(assigned_to), organization=str(organization or "–"))


def foresee(
    cases: Collection[Case],
    organization: Organization | None,
    assigned_to: Staff | None,
    *,
    at: datetime,
) -> list[Handing]:
    """For each case who stays beside the family and who would be lost, as things are now.

    Providers, volunteers and helpers whom the household named stay with the household. The
    colleague who answers for the case is lost when somebody else does; colleagues with a task
    of their own are lost when the case leaves their organisation.
    """
    households = [case.__data__["household"] for case in cases]
    beside: dict[uuid.UUID, set[Supporter]] = defaultdict(set)
    for span in running(spans(households) if households else [], at):
        beside[span.household].add(span.supporter)
    names = names_of({who for every in beside.values() for who in every})
    homes = _homes({who.id for every in beside.values() for who in every if who.kind == "staff"})
    worked = _worked_before(cases, assigned_to)
    return [
        Handing(
            case,
            (
                *_answering(case, assigned_to, case.id in worked),
                *_others(case, beside[case.__data__["household"]], names, homes, organization),
            ),
        )
        for case in cases
    ]  # fmt: skip


@recorded("caseload:assigned", needs="workload:edit")
def assign_cases(
    chosen: Mapping[uuid.UUID, int],
    organization: Organization | None,
    assigned_to: Staff | None,
    *,
    by: Actor,
    at: datetime,
) -> Assigned:
    """Give the chosen cases (id and the revision that was shown) to somebody, in one transaction.

    Whatever somebody changed meanwhile is left out and named, not overwritten; so is what would
    only go back and forth. Everybody who gets or gives cases is told once. Raises
    `NothingToAssign`, `NotTheirColleague`.
    """
    check_colleague(organization, assigned_to)
    if not 0 < len(chosen) <= MOST_AT_ONCE:
        raise NothingToAssign(most=MOST_AT_ONCE)
    result, given = Assigned(), Counter[uuid.UUID]()
    for case in _locked(chosen, by):
        before = concerned(case.organization, case.assigned_to)
        if case.revision != chosen[case.id] or case.state not in LIVE_STATES:
            result.changed.append(case)
            continue
        try:
            assign_case(case, organization=organization, assigned_to=assigned_to, by=by, at=at)
        except Refusal as refusal:
            result.refused.append((case.refresh(), refusal))
            continue
        result.done.append(case)
        given.update(person.id for person in before)
    if result.done:
        receiving = {person.id for person in concerned(organization, assigned_to)}
        _tell(receiving | set(given), by=by, at=at)
    return result


@recorded("caseload:told", needs="workload:edit")
def tell_of_caseload(person: Staff, *, by: Actor, at: datetime) -> Staff:
    """Note that the cases of `person` are others now, so that somebody tells them."""
    return person


def concerned(organization: Organization | None, assigned_to: Staff | None) -> list[Staff]:
    """Who has to know of a case: who works on it, else the colleagues of the organisation."""
    if assigned_to is not None:
        return [assigned_to]
    if organization is None:
        return []
    return list(Staff.select().where(Staff.active & (Staff.organization == organization)))


def _tell(ids: Iterable[uuid.UUID], *, by: Actor, at: datetime) -> None:
    people = Staff.select().where((Staff.id << sorted(ids)) & Staff.active & (Staff.id != by.id))
    for person in people.order_by(Staff.id):
        tell_of_caseload(person, by=by, at=at)


def _locked(chosen: Mapping[uuid.UUID, int], by: Actor) -> list[Case]:
    query = Case.scope(by).where(Case.id << list(chosen)).order_by(Case.id)
    return list(query if is_sqlite() else query.for_update())


def _answering(case: Case, assigned_to: Staff | None, knows: bool) -> list[Tie]:
    present: Any = case.assigned_to
    if present is not None and (assigned_to is None or present.id != assigned_to.id):
        ties = [Tie("staff", str(present), "lost")]
    else:
        ties = [Tie("staff", str(present), "kept")] if present is not None else []
    if assigned_to is not None and knows and (present is None or present.id != assigned_to.id):
        ties.append(Tie("staff", str(assigned_to), "known"))
    return ties


def _others(
    case: Case,
    beside: set[Supporter],
    names: dict[Supporter, str],
    homes: dict[uuid.UUID, uuid.UUID | None],
    organization: Organization | None,
) -> list[Tie]:
    leaves = case.__data__["organization"] != (organization.id if organization else None)
    ties = []
    for who in sorted(beside, key=lambda each: (each.kind, names.get(each, ""))):
        if who.kind == "staff" and who.id == case.__data__["assigned_to"]:
            continue
        home = homes.get(who.id)
        stays = home is None or (organization is not None and home == organization.id)
        lost = who.kind == "staff" and leaves and not stays
        ties.append(Tie(who.kind, names.get(who, ""), "lost" if lost else "kept"))
    return ties


def _homes(ids: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID | None]:
    rows = Staff.select(Staff.id, Staff.organization).where(Staff.id << list(ids))
    return dict(rows.tuples()) if ids else {}


def _worked_before(cases: Collection[Case], assigned_to: Staff | None) -> set[uuid.UUID]:
    """The cases on which `assigned_to` has changed something before; reading does not count."""
    if assigned_to is None or not cases:
        return set()
    rows = AuditEntry.select(fn.DISTINCT(AuditEntry.case_id)).where(
        (AuditEntry.case_id << [case.id for case in cases])
        & (AuditEntry.actor_id == assigned_to.id)
        & ~AuditEntry.event.endswith(":read")
    )
    return {case_id for (case_id,) in rows.tuples()}
