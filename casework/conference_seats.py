"""Who sits in a case conference, what they may know, and how each of them hears of it.

The person, if they are to come, reads of an appointment on their page. A colleague who sees the
case, or works on a case of the same household, finds a follow-up there. An organisation that holds
a release may be told what it is about when it calls; without one, and for volunteers, the
invitation says that the centre invites, and no more. Whom the household named is invited by the
household.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from peewee import CharField, ForeignKeyField, IntegerField, UUIDField

from casework.appointments import Appointment, plan_appointment
from casework.cases import (
    LIVE_STATES,
    Case,
    CaseModel,
    FollowUp,
    finish_follow_up,
    plan_follow_up,
)
from casework.consent import release_for
from casework.core.access import SYSTEM, Actor, Role
from casework.core.clock import local_date
from casework.core.crypto import SealedField
from casework.core.db import UtcField
from casework.core.i18n import N_, gettext_in
from casework.core.refusals import NotFound
from casework.core.settings import setting, site_day
from casework.core.states import Machine
from casework.life_areas import LifeArea
from casework.named_supports import NamedSupport
from casework.providers import Organization
from casework.staff import Staff
from casework.supporters import Supporter
from casework.venues import SUBJECT, VENUES
from casework.volunteers import Volunteer

STATES = Machine(
    {"planned": N_("planned"), "held": N_("held"), "cancelled": N_("cancelled")},
    {"planned": ("held", "cancelled")},
)
# What somebody who is invited may know.
KNOWS = {
    "file": N_("sees the case"),
    "own_case": N_("works on a case of the same household"),
    "released": N_("has a release"),
    "invited": N_("knows only that the centre invites"),
    "household": N_("is asked by the household"),
}
TOLD = {
    "mail": N_("told by mail"),
    "follow_up": N_("told by a follow-up"),
    "page": N_("told on the status page"),
    "by_hand": N_("to be told by phone"),
}
MINUTES = 60
CONFERENCE = N_("Case conference")
FOLLOW_UP = N_("Case conference. The welcome centre invites you; time and place are with it.")
FOLLOW_UP_MOVED = N_("Case conference moved. Time and place have changed; please look again.")
FOLLOW_UP_OFF = N_("Case conference cancelled. Nobody needs to come.")
TO_CALL_AGAIN = N_("Case conference moved: tell those by phone who get no mail.")
TO_CALL = N_("Case conference: tell those by phone who get no mail.")
TO_CALL_OFF = N_("Case conference cancelled: tell those by phone who get no mail.")


class Conference(CaseModel):
    """One meeting about one household; `place` is said to those alone who see the case.

    `revision` counts changes: it tells two editors apart, and calendars the newer version.
    """

    case = ForeignKeyField(Case, backref="conferences", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, null=True, on_delete="SET NULL")
    appointment = ForeignKeyField(Appointment, null=True, on_delete="SET NULL")
    starts_at = UtcField()
    venue = CharField(max_length=16, default="centre")
    place = SealedField(max_length=300, null=True)
    state = CharField(max_length=16, default="planned")
    state_since = UtcField()
    invited_by = CharField(max_length=200, default="")
    created_at = UtcField()
    moved_at = UtcField(null=True)
    revision = IntegerField(default=0)

    class Meta:
        table_name = "conferences"
        indexes = ((("state", "starts_at"), False),)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=MINUTES)

    @property
    def changed_at(self) -> datetime:
        """When time, place or state changed last: calendars ask for it."""
        return max(filter(None, (self.created_at, self.moved_at, self.state_since)))


class Seat(CaseModel):
    """Somebody who is to come, what they may know (`KNOWS`) and how they hear of it (`TOLD`)."""

    case = ForeignKeyField(Case, on_delete="CASCADE")
    conference = ForeignKeyField(Conference, backref="seats", on_delete="CASCADE")
    kind = CharField(max_length=16)
    staff = ForeignKeyField(Staff, null=True, on_delete="CASCADE")
    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    volunteer = ForeignKeyField(Volunteer, null=True, on_delete="CASCADE")
    support = ForeignKeyField(NamedSupport, null=True, on_delete="CASCADE")
    noted_as = UUIDField(null=True)
    knows = CharField(max_length=16)
    told = CharField(max_length=16)

    class Meta:
        table_name = "conference_seats"

    @property
    def name(self) -> str:
        """Who it is; empty for the person themselves and for those whom only the centre knows."""
        if self.support is not None:
            return str(self.support.who)
        return str(self.staff or self.organization or self.volunteer or "")


def take_seat(conference: Conference, kind: str, *, knows: str, told: str, **who: object) -> Seat:
    """Somebody is to come; `who` names the row that they are."""
    return Seat.create(
        case=conference.__data__["case"], conference=conference, kind=kind, knows=knows,
        told=told, **who,
    )  # fmt: skip


def seat_person(conference: Conference, *, by: Actor, at: datetime) -> None:
    """The person finds an appointment on their page, in their language and in German."""
    case = conference.case
    words = dict.fromkeys(gettext_in(tag, SUBJECT) for tag in (case.language, "de"))
    conference.appointment = plan_appointment(
        case, " · ".join(words), conference.starts_at, minutes=MINUTES,
        place=where_it_is(conference),
        with_whom=setting("centre_name")[:200], by=by, at=at,
    )  # fmt: skip
    conference.save()
    take_seat(conference, "person", knows="file", told="page")


def where_it_is(conference: Conference) -> str:
    """What the person reads of the place."""
    return conference.place or gettext_in(conference.case.language, VENUES[conference.venue])


def _seat_staff(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """A colleague finds a follow-up in a case that they see, and else hears by mail."""
    colleague = Staff.get_or_none(Staff.id == supporter.id)
    if colleague is None:
        raise NotFound()
    case, own = conference.case, colleague.__data__["organization"]
    sees = colleague.role == Role.COORDINATOR or (own and own == case.__data__["organization"])
    other = None if sees else _own_case(case, own)
    knows = "file" if sees else "own_case" if other else "invited"
    noted = None
    if case_to_note := case if sees else other:
        noted = plan_follow_up(
            case_to_note, gettext_in(colleague.language, FOLLOW_UP), _day(conference),
            assigned_to=colleague, by=SYSTEM, at=at,
        )  # fmt: skip
    told = "follow_up" if noted else "mail"
    take_seat(conference, "staff", knows=knows, told=told, staff=colleague,
          noted_as=noted.id if noted else None)  # fmt: skip


def _day(conference: Conference) -> date:
    return local_date(conference.starts_at, setting("site_zone"))


def note_again(conference: Conference, what: str, *, at: datetime) -> None:
    """Colleagues find the news where the first follow-up stood, which is done with it."""
    for seat in conference.seats.where(Seat.told == "follow_up"):
        before, colleague = FollowUp.get_or_none(FollowUp.id == seat.noted_as), seat.staff
        if before is not None:
            finish_follow_up(before, by=SYSTEM, at=at)
        case = before.case if before else conference.case
        if before is None and seat.knows == "own_case":
            case = _own_case(case, colleague.__data__["organization"])
        if case is None:
            continue
        is_off = conference.state == "cancelled"
        noted = plan_follow_up(
            case, gettext_in(colleague.language, what),
            local_date(at, setting("site_zone")) if is_off else _day(conference),
            assigned_to=colleague, by=SYSTEM, at=at,
        )  # fmt: skip
        seat.noted_as = noted.id
        seat.save()


def _own_case(case: Case, organization: object) -> Case | None:
    """The live case of the same household that an organisation works on."""
    if organization is None:
        return None
    return (
        Case.select()
        .where(
            (Case.household == case.__data__["household"])
            & (Case.organization == organization)
            & (Case.state << LIVE_STATES)
        )
        .order_by(Case.opened_at.desc())
        .first()
    )


def _seat_provider(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """An organisation gets a mail; what it may know hangs on a release."""
    organization = Organization.get_or_none(Organization.id == supporter.id)
    if organization is None:
        raise NotFound()
    release = release_for(conference.case, organization, today=site_day(at))
    knows = "released" if release and release.organization is not None else "invited"
    told = "mail" if organization.email else "by_hand"
    take_seat(conference, "provider", knows=knows, told=told, organization=organization)


def _seat_volunteer(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """A volunteer gets a mail; one whom a plan only names is asked by the household."""
    volunteer = Volunteer.get_or_none(Volunteer.id == supporter.id)
    if volunteer is None:
        if supporter.id != conference.case.__data__["household"]:
            raise NotFound()
        take_seat(conference, "volunteer", knows="household", told="by_hand")
        return
    told = "mail" if volunteer.email else "by_hand"
    take_seat(conference, "volunteer", knows="invited", told=told, volunteer=volunteer)


def _seat_named(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """Whom the household named, the household asks."""
    support = NamedSupport.get_or_none(NamedSupport.id == supporter.id)
    if support is None:
        raise NotFound()
    take_seat(conference, "named", knows="household", told="by_hand", support=support)


SEATS = {
    "staff": _seat_staff, "provider": _seat_provider, "volunteer": _seat_volunteer,
    "named": _seat_named,
}  # fmt: skip


def remind_to_call(conference: Conference, what: str, *, at: datetime) -> None:
    """Somebody has to tell those whom no mail reaches."""
    if not conference.seats.where(Seat.told == "by_hand").exists():
        return
    case = conference.case
    tongue = case.assigned_to.language if case.assigned_to else "de"
    plan_follow_up(
        case, gettext_in(tongue, what), local_date(at, setting("site_zone")),
        assigned_to=case.assigned_to, by=SYSTEM, at=at,
    )  # fmt: skip
