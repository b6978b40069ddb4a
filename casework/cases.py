"""Cases: the work with one household, and what has to be followed up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from peewee import (
    CharField,
    DateField,
    Field,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    fn,
)

from casework.assignments import refuse_circle
from casework.core.access import Actor
from casework.core.audit import on, recorded
from casework.core.counters import next_number
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.settings import setting, site_day
from casework.core.states import Machine
from casework.people import (
    Household,
    end_care,
    take_into_care,
)
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff
from casework.submissions import Submission

STATES = Machine(
    {
        "new": N_("new"),
        "active": N_("active"),
        "on_hold": N_("on hold"),
        "handover": N_("being handed over"),
        "closed": N_("closed"),
        "reopened": N_("reopened"),
    },
    {
        "new": ("active", "on_hold", "handover", "closed"),
        "active": ("on_hold", "handover", "closed"),
        "on_hold": ("active", "handover", "closed"),
        "handover": ("active", "closed"),
        "closed": ("reopened",),
        "reopened": ("active", "on_hold", "handover", "closed"),
    },
)
CLOSING_REASONS = {
    "goals_reached": N_("goals reached"),
    "handed_over": N_("handed over to regular services"),
    "moved_away": N_("moved away"),
    "no_contact": N_("no contact any more"),
    "wish": N_("at the person's own wish"),
    "duplicate": N_("was entered twice"),
    "other": N_("other reason"),
}
URGENCIES = {
    "today": N_("today"),
    "this_week": N_("this week"),
    "can_wait": N_("can wait"),
}
LIVE_STATES = ("new", "active", "on_hold", "handover", "reopened")


class ClosingReasonMissing(Refusal):
    """A case is closed for a reason."""

    msgid = N_("Closing a case needs a reason. Please choose one.")


class Case(Base):
    """The work with one household (Fall).

    `counselling_from` and `counselling_until` are the counselling clock.
    """

    reference = CharField(max_length=16, unique=True)
    household = ForeignKeyField(Household, backref="cases", on_delete="RESTRICT")
    organization = ForeignKeyField(Organization, null=True, backref="cases", on_delete="RESTRICT")
    assigned_to = ForeignKeyField(Staff, null=True, backref="cases", on_delete="SET NULL")
    site = ForeignKeyField(Site, null=True, backref="cases", on_delete="SET NULL")
    state = CharField(max_length=16, default="new", index=True)
    state_since = UtcField()
    language = CharField(max_length=16, default="de")
    urgency = CharField(max_length=16, default="")
    closing_reason = CharField(max_length=32, default="")
    opened_at = UtcField(index=True)
    closed_at = UtcField(null=True)
    last_contact_at = UtcField(null=True)
    counselling_from = DateField(null=True)
    counselling_until = DateField(null=True, index=True)
    revision = IntegerField(default=0)

    class Meta:
        table_name = "cases"
        indexes = (
            (("organization", "state", "opened_at"), False),
            (("assigned_to", "state"), False),
            (("state", "opened_at"), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All for the coordinator; for an integration manager the organisation's own."""
        rows = cls.select()
        if staff.sees_all:
            return rows
        if staff.organization_id is None or not staff.may("case:read"):
            return rows.where(cls.id.is_null())
        return rows.where(cls.organization == staff.organization_id)

    @classmethod
    def ids(cls, staff: Actor) -> ModelSelect:
        """Ids of the cases within scope, for the scopes of what belongs to a case."""
        return cls.scope(staff).select(cls.id)

    @classmethod
    def live(cls) -> ModelSelect:
        """Cases that are not closed."""
        return cls.select().where(cls.state << LIVE_STATES)

    @classmethod
    def live_in(cls, column: Field) -> Any:
        """The condition that the case which `column` of a query names is not closed.

        Asked row by row: a list of all live cases would cost the same for one row as for all.
        """
        each: Any = cls.alias()
        found = each.select(each.id).where((each.id == column) & (each.state << LIVE_STATES))
        return fn.EXISTS(found)

    @property
    def is_live(self) -> bool:
        """Whether the case is not closed."""
        return self.state in LIVE_STATES

    def __str__(self) -> str:
        return self.reference


def _open_cases(name: str, *columns: Field) -> None:
    """An index over the cases that are not closed: what lists walk along, already in order.

    With `closed_at` as a plain condition SQLite would gather all open cases and sort them.
    """
    every = (*columns, Case.closed_at)
    Case.add_index(Case.index(*every, where=Case.closed_at.is_null(), name=name))


_open_cases("case_open_newest", Case.opened_at, Case.id)
_open_cases("case_open_of_organization", Case.organization, Case.opened_at, Case.id)
_open_cases("case_open_last_contact", Case.last_contact_at, Case.id)
_open_cases("case_open_state", Case.state, Case.id)
_open_cases("case_open_reference", Case.reference, Case.id)
_open_cases("case_open_until", Case.counselling_until, Case.id)
_open_cases("case_open_from", Case.counselling_from, Case.id)
# What workload and forecast count by, without reading a row.
_open_cases(
    "case_caseload", Case.assigned_to, Case.organization, Case.site, Case.household,
    Case.counselling_until, Case.opened_at,
)  # fmt: skip
# Which are closed: so many needs are counted without looking at the case of each.
Case.add_index(
    Case.index(Case.id, Case.closed_at, where=Case.closed_at.is_null(False), name="case_closed")
)
# How many leave on which day, likewise.
_open_cases("case_leaving", Case.counselling_until, Case.household)


class CaseModel(Base):
    """A row that belongs to a case and is seen by who sees the case."""

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The rows of the cases that `staff` may see."""
        rows = cls.select()
        return rows if staff.sees_all else rows.where(cls.case << Case.ids(staff))  # type: ignore[attr-defined]


class CaseSubmission(CaseModel):
    """A request that a case was made from or that was added to it."""

    case = ForeignKeyField(Case, backref="origins", on_delete="CASCADE")
    submission = ForeignKeyField(Submission, unique=True, backref="cases", on_delete="RESTRICT")
    at = UtcField()

    class Meta:
        table_name = "case_submissions"


class FollowUp(CaseModel):
    """Something to look at again on a day (Wiedervorlage)."""

    case = ForeignKeyField(Case, backref="follow_ups", on_delete="CASCADE")
    assigned_to = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
    what = SealedField(max_length=1000)
    due_on = DateField()
    done_at = UtcField(null=True)
    created_at = UtcField()

    class Meta:
        table_name = "follow_ups"
        indexes = ((("done_at", "due_on"), False),)

    @classmethod
    def overdue(cls, staff: Actor, today: date) -> ModelSelect:
        """What was due before `today` and is not done, the oldest first."""
        return (
            cls.scope(staff)
            .where(cls.done_at.is_null() & (cls.due_on <= today))
            .order_by(cls.due_on)
        )


@recorded("case:opened", needs="case:create")
def open_case(
    household: Household,
    *,
    organization: Organization | None = None,
    assigned_to: Staff | None = None,
    language: str = "de",
    urgency: str = "",
    by: Actor,
    at: datetime,
) -> Case:
    """A new case for a household; the organisation, if any, sees it from now on."""
    begun = site_day(at)
    case = Case.create(
        reference=next_reference(at),
        counselling_from=begun,
        counselling_until=years_after(begun, setting("counselling_years")),
        household=household,
        organization=organization,
        assigned_to=assigned_to,
        site=household.site,
        language=language,
        urgency=urgency,
        opened_at=at,
        state_since=at,
    )
    if organization is not None:
        take_into_care(household, organization.id, case.id, at=at)
    return case


@recorded("case:assigned")
def assign_case(
    case: Case,
    *,
    organization: Organization | None,
    assigned_to: Staff | None,
    by: Actor,
    at: datetime,
) -> Case:
    """Say which organisation and which member of staff work on the case.

    An organisation that loses the case sees it no longer. Raises `CircularAssignment` where it
    would go straight back to who has just given it away.
    """
    if organization is not None:
        refuse_circle(case.id, case.organization, organization, at=at)
    case.organization = organization
    case.assigned_to = assigned_to
    case.revision += 1
    case.save()
    end_care(case.id, at=at, keep=organization.id if organization else None)
    if organization is not None:
        take_into_care(case.household, organization.id, case.id, at=at)
    return case


@recorded("case:moved")
def move_case(case: Case, state: str, *, reason: str = "", by: Actor, at: datetime) -> Case:
    """Bring a case into another state. Raises `ClosingReasonMissing`, `InvalidTransition`."""
    if state == "closed":
        if reason not in CLOSING_REASONS:
            raise ClosingReasonMissing()
        STATES.move(case, state, at=at, closing_reason=reason, closed_at=at)
        end_care(case.id, at=at)
        return case
    STATES.move(case, state, at=at, closing_reason="", closed_at=None)
    if case.organization is not None:
        take_into_care(case.household, case.organization.id, case.id, at=at)
    return case


@recorded("follow_up:created", needs="follow_up:create")
def plan_follow_up(
    case: Case,
    what: str,
    due_on: date,
    *,
    assigned_to: Staff | None = None,
    by: Actor,
    at: datetime,
) -> FollowUp:
    """Remind somebody of `what` on a day."""
    return FollowUp.create(
        case=case, what=what, due_on=due_on, assigned_to=assigned_to, created_at=at
    )


@recorded("follow_up:done")
def finish_follow_up(follow_up: FollowUp, *, by: Actor, at: datetime) -> FollowUp:
    """Tick a follow-up off; a second time changes nothing."""
    if follow_up.done_at is None:
        follow_up.done_at = at
        follow_up.save()
    return follow_up


def years_after(day: date, years: int) -> date:
    """The same day so many years later, or earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@on("household:changed")
def follow_household(household: Household, *, by: Actor, at: datetime) -> None:
    """Live cases are where their household lives: lists and figures by site follow a move."""
    site = household.__data__.get("site")
    Case.update(site=site).where(
        (Case.household == household) & (Case.state << LIVE_STATES)
    ).execute()


def case_of(submission: Submission) -> Case | None:
    """The case that a request became or was added to."""
    link = CaseSubmission.get_or_none(CaseSubmission.submission == submission)
    return link.case if link else None


def is_origin(submission: Submission, case: Case) -> bool:
    """Whether the case was made from this request: the first one, linked as the case opened."""
    first = case.origins.order_by(CaseSubmission.at, CaseSubmission.id).first()
    return (
        first is not None
        and first.__data__["submission"] == submission.id
        and first.at == case.opened_at
    )


def next_reference(at: datetime) -> str:
    """The next case number of the year: `F-2026-0001`."""
    year = site_day(at).year
    return f"F-{year}-{next_number(f'case {year}'):04d}"


def note_contact(case: Case, *, at: datetime) -> None:
    """Remember when the person was last in touch; part of the verbs that are a contact.

    What is noted late does not hide what was later.
    """
    earlier = Case.last_contact_at.is_null() | (Case.last_contact_at < at)
    Case.update(last_contact_at=at).where((Case.id == case.id) & earlier).execute()
