"""Cases, the needs in them, and what has to be followed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from peewee import (
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
)

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.counters import next_number
from casework.core.crypto import SealedField
from casework.core.db import Base, UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.core.states import Machine
from casework.life_areas import LifeArea, NeedCategory
from casework.people import (
    GENDERS,
    HOUSING,
    ROLES_AT_HOME,
    Household,
    Person,
    add_person,
    create_household,
    end_care,
    take_into_care,
)
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff
from casework.submissions import STATES as SUBMISSION_STATES
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
NEED_STATES = Machine(
    {
        "open": N_("open"),
        "covered": N_("covered"),
        "met": N_("met"),
        "dropped": N_("dropped"),
    },
    {
        "open": ("covered", "met", "dropped"),
        "covered": ("open", "met", "dropped"),
        "met": ("open",),
        "dropped": ("open",),
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


class NothingToAccept(Refusal):
    """A request is accepted into at least one person."""

    msgid = N_("Please keep at least one person with a name.")


class Case(Base):
    """The work with one household (Fall)."""

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

    @property
    def is_live(self) -> bool:
        """Whether the case is not closed."""
        return self.state in LIVE_STATES

    def __str__(self) -> str:
        return self.reference


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


class Need(CaseModel):
    """What somebody in the household needs (Bedarf)."""

    case = ForeignKeyField(Case, backref="needs", on_delete="CASCADE")
    person = ForeignKeyField(Person, null=True, backref="needs", on_delete="SET NULL")
    category = ForeignKeyField(NeedCategory, backref="needs", on_delete="RESTRICT")
    life_area = ForeignKeyField(LifeArea, backref="needs", on_delete="RESTRICT")
    state = CharField(max_length=16, default="open")
    state_since = UtcField()
    urgency = CharField(max_length=16, default="")
    description = SealedField(max_length=8000, null=True)
    description_language = CharField(max_length=16, default="")
    opened_at = UtcField()

    class Meta:
        table_name = "needs"
        indexes = ((("state", "state_since"), False), (("life_area", "state"), False))

    def __str__(self) -> str:
        return str(self.category)


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


@dataclass
class Intake:
    """What a coordinator makes of a request: prepared from the answers, edited, then accepted.

    `people` are dicts with the columns of `Person`, the contact person first; `needs` are
    category codes.
    """

    people: list[dict[str, Any]]
    needs: list[str] = field(default_factory=list)
    description: str = ""
    urgency: str = ""
    housing: str = ""
    place: str = ""
    site: Site | None = None
    organization: Organization | None = None
    assigned_to: Staff | None = None


def prepare_intake(submission: Submission) -> Intake:
    """What the answers of `submission` would become, for the coordinator to look at."""
    mapped = submission.mapped
    contact = {
        "given_name": mapped.get("person.given_name") or None,
        "family_name": mapped.get("person.family_name") or None,
        "birth_date": mapped.get("person.birth_date") or None,
        "gender": _choice(mapped.get("person.gender"), GENDERS),
        "phone": mapped.get("person.phone") or None,
        "email": mapped.get("person.email") or None,
        "language": submission.language,
        "languages": mapped.get("person.languages") or [],
        "interpreter": str(mapped.get("person.interpreter") or "")[:16],
        "channels": mapped.get("contact.channel") or [],
        "times": mapped.get("contact.times") or [],
        "role_at_home": "self",
        "is_contact": True,
    }
    return Intake(
        people=[contact, *(_member(each, contact) for each in mapped.get("member") or [])],
        needs=list(mapped.get("need.category") or []),
        description=mapped.get("need.description") or "",
        urgency=_choice(mapped.get("need.urgency"), URGENCIES),
        housing=_choice(mapped.get("household.housing"), HOUSING),
        place=", ".join(
            filter(None, (mapped.get("contact.address"), mapped.get("household.place")))
        ),
    )


def _member(mapped: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """One more person of the household; without a family name it is the contact person's."""
    return {
        "given_name": mapped.get("given_name") or None,
        "family_name": mapped.get("family_name") or contact["family_name"],
        "birth_date": mapped.get("birth_date") or None,
        "gender": _choice(mapped.get("gender"), GENDERS),
        "role_at_home": _choice(mapped.get("relation"), ROLES_AT_HOME) or "other",
    }


def _choice(answer: Any, known: dict[str, str]) -> str:
    """The answer if a column takes it: a form may offer choices that no column knows."""
    return answer if isinstance(answer, str) and answer in known else ""


@recorded("submission:accepted", needs="submission:edit")
def accept_submission(
    submission: Submission, intake: Intake, *, by: Actor, at: datetime
) -> Submission:
    """Make household, people, case and needs of a request, in one transaction.

    The case is `case_of(submission)` afterwards. Raises `NothingToAccept`,
    `NotFound` for an unknown category, `InvalidTransition`.
    """
    people = [each for each in intake.people if each.get("given_name") or each.get("family_name")]
    if not people:
        raise NothingToAccept()
    SUBMISSION_STATES.move(submission, "accepted", at=at)
    household = create_household(
        name=people[0].get("family_name") or people[0].get("given_name") or "",
        site=intake.site, housing=intake.housing, place=intake.place, by=by, at=at,
    )  # fmt: skip
    members = [add_person(household, by=by, at=at, **each) for each in people]
    case = open_case(
        household, organization=intake.organization, assigned_to=intake.assigned_to,
        language=submission.language, urgency=intake.urgency, by=by, at=at,
    )  # fmt: skip
    _link(case, submission, at)
    for code in dict.fromkeys(intake.needs):
        add_need(
            case, category_of(code), person=members[0], urgency=intake.urgency,
            description=intake.description, language=submission.language, by=by, at=at,
        )  # fmt: skip
    return submission


@recorded("submission:linked", needs="submission:edit")
def link_submission(
    submission: Submission, case: Case, *, needs: tuple[str, ...] = (), by: Actor, at: datetime
) -> Submission:
    """Add a request to a case that exists, with the needs that are new in it."""
    SUBMISSION_STATES.move(submission, "linked", at=at)
    _link(case, submission, at)
    known = {need.category.code for need in case.needs if need.state in ("open", "covered")}
    mapped = submission.mapped
    for code in dict.fromkeys(needs):
        if code not in known:
            add_need(
                case, category_of(code), person=None, urgency=mapped.get("need.urgency") or "",
                description=mapped.get("need.description") or "", language=submission.language,
                by=by, at=at,
            )  # fmt: skip
    return submission


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
    case = Case.create(
        reference=next_reference(at),
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

    An organisation that loses the case sees it no longer.
    """
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


@recorded("need:added", needs="need:create")
def add_need(
    case: Case,
    category: NeedCategory,
    *,
    person: Person | None,
    urgency: str = "",
    description: str = "",
    language: str = "",
    by: Actor,
    at: datetime,
) -> Need:
    """A new need in a case, in the words in which it was told."""
    return Need.create(
        case=case,
        category=category,
        life_area=category.life_area,
        person=person,
        urgency=urgency if urgency in URGENCIES else "",
        description=description or None,
        description_language=language if description else "",
        opened_at=at,
        state_since=at,
    )


@recorded("need:moved", open_to=("system", "provider"))
def move_need(need: Need, state: str, *, by: Actor, at: datetime) -> Need:
    """Bring a need into another state. Raises `InvalidTransition`."""
    NEED_STATES.move(need, state, at=at)
    return need


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


def category_of(code: str) -> NeedCategory:
    """The category with this code. Raises `NotFound`."""
    category = NeedCategory.get_or_none(NeedCategory.code == clean(code))
    if category is None:
        raise NotFound()
    return category


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
    return f"F-{at.year}-{next_number(f'case {at.year}'):04d}"


def note_contact(case: Case, *, at: datetime) -> None:
    """Remember when the person was last in touch; part of the verbs that are a contact."""
    Case.update(last_contact_at=at).where(Case.id == case.id).execute()


def _link(case: Case, submission: Submission, at: datetime) -> None:
    CaseSubmission.create(case=case, submission=submission, at=at)
