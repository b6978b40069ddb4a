"""Keeping a list while somebody looks at it, and taking it over: all of it, or nothing."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, IntegrityError, ModelSelect

from casework.arrival_lists.plans import Choices, Group, ListPlan, first_choices, role_at_home
from casework.arrival_lists.sheets import Sheet, restored
from casework.cases import LIVE_STATES, Case, open_case
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedJSONField
from casework.core.db import Base, UtcField, is_sqlite, transaction
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.people import Household, Person, add_person, change_household, create_household
from casework.providers import Organization
from casework.sites import Arrival, Site, move_arrival
from casework.staff import Staff

DRAFT_HOURS = 24


class Undecided(Refusal):
    """Rows about which somebody has to decide first."""

    msgid = N_(
        "%(count)s rows are not decided yet, the first is row %(line)s. Please correct them in the "
        "file, or choose for each whether the person is new, known, or left out. "
        "Nothing was imported."
    )


class NobodyToImport(Refusal):
    """Every row is left out."""

    msgid = N_("Nobody of this list would be taken in. Please choose at least one person.")


class ElsewhereEmployed(Refusal):
    """Somebody is to work on cases of an organisation that is not theirs."""

    msgid = N_(
        "%(name)s does not belong to %(organization)s and could not see these cases. "
        "Please choose somebody of that organisation, or nobody yet."
    )


class ArrivalDraft(Base):
    """A list that somebody is looking at, sealed, for a day at most."""

    staff = ForeignKeyField(Staff, on_delete="CASCADE")
    content = SealedJSONField()
    choices = SealedJSONField()
    revision = IntegerField(default=0)
    created_at = UtcField(index=True)

    class Meta:
        table_name = "arrival_drafts"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """One's own only."""
        rows = cls.select()
        if not staff.may("arrival:import"):
            return rows.where(cls.id.is_null())
        return rows.where(cls.staff == staff.id)

    def __str__(self) -> str:
        return f"{site_day(self.created_at):%d.%m.%Y}"


class ArrivalList(Base):
    """A list that was taken over: how much it was, and a digest by which it is known again."""

    digest = CharField(max_length=32, unique=True)
    site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
    organization = ForeignKeyField(Organization, null=True, on_delete="SET NULL")
    arrival = ForeignKeyField(Arrival, null=True, on_delete="SET NULL")
    people = IntegerField()
    known = IntegerField()
    left_out = IntegerField()
    households = IntegerField()
    cases = IntegerField()
    imported_at = UtcField(index=True)
    imported_by = CharField(max_length=200)

    class Meta:
        table_name = "arrival_lists"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All of them for who plans arrivals, nothing for anybody else."""
        rows = cls.select()
        return rows if staff.may("arrival:read") else rows.where(cls.id.is_null())

    def __str__(self) -> str:
        return f"{site_day(self.imported_at):%d.%m.%Y}"


@recorded("arrival_draft:kept", needs="arrival:import")
def keep_draft(sheet: Sheet, *, by: Actor, at: datetime) -> ArrivalDraft:
    """Keep a list, sealed, while it is looked at; an earlier one of the same person goes."""
    ArrivalDraft.delete().where(ArrivalDraft.staff == by.id).execute()
    return ArrivalDraft.create(
        staff=by.id, content=sheet.stored(), choices=asdict(first_choices(sheet)), created_at=at
    )


@recorded("arrival_draft:changed", needs="arrival:import")
def change_draft(
    draft: ArrivalDraft, choices: Choices, *, revision: int, by: Actor, at: datetime
) -> ArrivalDraft:
    """Keep what was decided on the page that showed `revision`. Raises `StaleEdit`, `NotFound`."""
    fresh = _locked(draft, revision)
    fresh.choices = asdict(choices)
    fresh.revision += 1
    fresh.save()
    return fresh


@recorded("arrival_draft:discarded", needs="arrival:import")
def discard_draft(draft: ArrivalDraft, *, by: Actor, at: datetime) -> None:
    """Forget a list that is not taken over; nothing of it remains."""
    ArrivalDraft.delete().where(ArrivalDraft.id == draft.id).execute()


def discard_old_drafts(*, at: datetime) -> int:
    """Forget the lists that nobody finished within a day; returns how many."""
    over = ArrivalDraft.created_at < at - timedelta(hours=DRAFT_HOURS)
    return ArrivalDraft.delete().where(over).execute()


def plan_of(draft: ArrivalDraft, staff: Actor, *, at: datetime) -> ListPlan:
    """What the list of a draft would become."""
    return ListPlan(restored(draft.content), Choices(**draft.choices), staff, at=at)


def import_draft(draft: ArrivalDraft, *, revision: int, by: Actor, at: datetime) -> ArrivalList:
    """Take a list over as it was shown, and forget it.

    Raises what `import_list` raises, and `StaleEdit` where it was changed since. Call it in a
    transaction: the draft goes with what was made of it.
    """
    fresh = _locked(draft, revision)
    done = import_list(plan_of(fresh, by, at=at), by=by, at=at)
    discard_draft(fresh, by=by, at=at)
    return done


def imported_before(sheet: Sheet) -> ArrivalList | None:
    """The import of this very list, if there was one."""
    return ArrivalList.get_or_none(ArrivalList.digest == sheet.digest())


def import_list(plan: ListPlan, *, by: Actor, at: datetime) -> ArrivalList:
    """`store_list`, but the same list a second time changes nothing and gives the first import.

    Raises what `store_list` raises.
    """
    by.require("arrival:import")
    try:
        with transaction():
            return imported_before(plan.sheet) or store_list(plan, by=by, at=at)
    except IntegrityError:  # two at once: the other was faster
        before = imported_before(plan.sheet)
        if before is None:
            raise
        return before


@recorded("arrival_list:imported", needs="arrival:import")
def store_list(plan: ListPlan, *, by: Actor, at: datetime) -> ArrivalList:
    """Households, people and cases of a list, in one transaction.

    A household that is known moves in where the list says and keeps its case. Raises
    `Undecided`, `NobodyToImport`, `ElsewhereEmployed`, `NotFound` for a choice that is gone.
    """
    _refuse_undecided(plan)
    mover = _Mover(plan, by=by, at=at)
    for group in plan.groups:
        mover.move_in(group)
    if mover.arrival is not None and mover.arrival.state == "announced":
        move_arrival(mover.arrival, "arrived", revision=mover.arrival.revision, by=by, at=at)
    counts = plan.counts
    return ArrivalList.create(
        digest=plan.sheet.digest(), site=plan.chosen_site, organization=mover.organization,
        arrival=mover.arrival, people=counts["new"], known=counts["known"],
        left_out=counts["out"], households=mover.households, cases=mover.cases,
        imported_at=at, imported_by=by.name[:200],
    )  # fmt: skip


class _Mover:
    """Makes of each group of a list a household with its case."""

    def __init__(self, plan: ListPlan, *, by: Actor, at: datetime) -> None:
        choices = plan.choices
        self.plan, self.by, self.at = plan, by, at
        self.today = site_day(at)
        self.organization: Organization | None = _chosen(Organization, choices.organization)
        self.assigned_to: Staff | None = _chosen(Staff, choices.assigned_to)
        self.arrival: Arrival | None = _chosen(Arrival, choices.arrival)
        self.households = self.cases = 0
        self._check_employer()

    def move_in(self, group: Group) -> None:
        """The household of `group`, its people and its case."""
        known = self._known_people(group)
        new = [e for e in group.entries if self.plan.decisions[e.line] == "new"]
        household = known[0].household if known else self._new_household(group)
        for each in {person.household.id: person.household for person in known}.values():
            self._move(each, group)
        for entry in new:
            columns = entry.person | {
                "languages": [entry.person["language"]] if entry.person["language"] else [],
                "is_contact": entry is group.contact and not known,
                "role_at_home": "other" if known and entry is group.contact
                else role_at_home(entry, group, today=self.today),
            }  # fmt: skip
            add_person(household, by=self.by, at=self.at, **columns)
        self._open(household, group)

    def _known_people(self, group: Group) -> list[Person]:
        ids = [d for e in group.entries if isinstance(d := self.plan.decisions[e.line], uuid.UUID)]
        if not ids:
            return []
        rows = Person.scope(self.by).where(Person.id << ids).with_related(Person.household)
        found = {person.id: person for person in rows}
        if len(found) != len(set(ids)):
            raise NotFound()
        return [found[each] for each in ids]

    def _new_household(self, group: Group) -> Household:
        site = self.plan.site_of(group.contact)
        self.households += 1
        return create_household(
            name=group.name, site=site, housing=_housing(site), place=group.contact.room,
            by=self.by, at=self.at,
        )  # fmt: skip

    def _move(self, household: Household, group: Group) -> None:
        site, room = self.plan.site_of(group.contact), group.contact.room
        columns: dict[str, Any] = {}
        if site is not None and household.__data__.get("site") != site.id:
            columns = {"site": site, "housing": _housing(site), "place": room or None}
        elif room and household.place != room:
            columns = {"place": room}
        if columns:
            change_household(household, by=self.by, at=self.at, **columns)

    def _open(self, household: Household, group: Group) -> None:
        there = (Case.household == household) & (Case.state << LIVE_STATES)
        if Case.select().where(there).exists():
            return
        open_case(
            household, organization=self.organization, assigned_to=self.assigned_to,
            language=group.contact.person["language"] or "de", by=self.by, at=self.at,
        )  # fmt: skip
        self.cases += 1

    def _check_employer(self) -> None:
        worker = self.assigned_to
        if worker is None:
            return
        own = worker.__data__.get("organization")
        if own is not None and (self.organization is None or self.organization.id != own):
            raise ElsewhereEmployed(name=str(worker), organization=str(self.organization or "–"))


def _refuse_undecided(plan: ListPlan) -> None:
    open_lines = plan.lines("undecided")
    if open_lines:
        raise Undecided(count=len(open_lines), line=open_lines[0].line)
    if not plan.groups:
        raise NobodyToImport()


def _housing(site: Site | None) -> str:
    if site is None:
        return ""
    return "shared" if site.kind == "shared_housing" else "flat"


def _chosen(model: Any, id: str) -> Any:
    """The row with this id as text, None for none. Raises `NotFound` for one that is gone."""
    if not id:
        return None
    try:
        found = model.get_or_none(model.id == uuid.UUID(id))
    except ValueError:
        found = None
    if found is None:
        raise NotFound()
    return found


def _locked(draft: ArrivalDraft, revision: int) -> ArrivalDraft:
    query = ArrivalDraft.select().where(ArrivalDraft.id == draft.id)
    fresh = (query if is_sqlite() else query.for_update()).first()
    if fresh is None:
        raise NotFound()
    if fresh.revision != revision:
        raise StaleEdit()
    return fresh
