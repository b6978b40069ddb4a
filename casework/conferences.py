"""Case conferences (Fallkonferenzen): everybody who helps one household at one table.

Everybody concerned is told only what they may know. The person, if they are to come, reads of an
appointment on their page. A colleague who sees the case, or works on a case of the same household,
finds a follow-up there. An organisation that holds a release may be told what it is about when it
calls; without one, and for volunteers, the invitation says that the centre invites, and no more.
No mail says whom it is about. Whom the household named is invited by the household.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from peewee import CharField, ForeignKeyField

from casework.appointments import STATES as APPOINTMENT_STATES
from casework.appointments import Appointment, TimeRefused, plan_appointment, settle_appointment
from casework.cases import LIVE_STATES, Case, CaseModel, plan_follow_up
from casework.consent import release_for
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import recorded
from casework.core.clock import in_zone, local_date
from casework.core.crypto import SealedField
from casework.core.db import UtcField, clean, is_sqlite
from casework.core.i18n import N_, gettext_in
from casework.core.refusals import NotFound, Refusal
from casework.core.settings import setting
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
FOLLOW_UP = N_("Case conference. The welcome centre invites you; time and place are with it.")
TO_CALL = N_("Case conference: tell those by phone who get no mail.")
TO_CALL_OFF = N_("Case conference cancelled: tell those by phone who get no mail.")


class NobodyInvited(Refusal):
    """A conference is of two or more."""

    msgid = N_("Please choose at least one who is to come to the case conference.")


class ConferenceCalled(Refusal):
    """Two who invite at once would tell everybody twice."""

    msgid = N_(
        "In the meantime there is an invitation to a case conference on %(moment)s. What you "
        "entered is still here; please send it again if a second one is meant."
    )


class Conference(CaseModel):
    """One meeting about one household; `place` is said to those alone who see the case."""

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

    class Meta:
        table_name = "conferences"
        indexes = ((("state", "starts_at"), False),)


class Seat(CaseModel):
    """Somebody who is to come, what they may know (`KNOWS`) and how they hear of it (`TOLD`)."""

    case = ForeignKeyField(Case, on_delete="CASCADE")
    conference = ForeignKeyField(Conference, backref="seats", on_delete="CASCADE")
    kind = CharField(max_length=16)
    staff = ForeignKeyField(Staff, null=True, on_delete="CASCADE")
    organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
    volunteer = ForeignKeyField(Volunteer, null=True, on_delete="CASCADE")
    support = ForeignKeyField(NamedSupport, null=True, on_delete="CASCADE")
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


@recorded("conference:called", needs="conference:create")
def call_conference(
    case: Case,
    starts_at: datetime,
    invited: Iterable[Supporter],
    *,
    with_person: bool = True,
    with_others: bool = False,
    area: LifeArea | None = None,
    venue: str = "centre",
    place: str = "",
    seen: int | None = None,
    by: Actor,
    at: datetime,
) -> Conference:
    """Invite to a case conference; returns it with its seats.

    `with_others` asks the centre to invite those who help in cases that `by` does not see;
    `seen` is how many conferences of the case the reader knew of (`count_conferences`). Raises
    `ConferenceCalled` where there is another one by now or already one at the very time,
    `NobodyInvited`, `NotFound` for somebody unknown, and `TimeRefused` for a time that is past
    or more than two years away.
    """
    _refuse_second(case, starts_at, seen)
    wanted = dict.fromkeys(invited)
    if not wanted and not with_others:
        raise NobodyInvited()
    if not at <= starts_at <= at + timedelta(days=731):
        raise TimeRefused()
    conference = Conference.create(
        case=case, life_area=area, starts_at=starts_at,
        venue=venue if venue in VENUES else "elsewhere",
        place=clean(place).strip()[:300] or None, state_since=at,
        invited_by=by.name[:200], created_at=at,
    )  # fmt: skip
    if with_person:
        _seat_person(conference, by=by, at=at)
    for supporter in wanted:
        _SEATS[supporter.kind](conference, supporter, at=at)
    if with_others:
        _seat(conference, "others", knows="invited", told="by_hand")
    _remind_to_call(conference, at=at)
    return conference


def count_conferences(case: Case) -> int:
    """How many conferences a case has had, those called off too."""
    return Conference.select().where(Conference.case == case).count()


def planned_conferences(case: Case, *, at: datetime) -> list[Conference]:
    """Those that are still to come, the next one first."""
    mine = (Conference.case == case) & (Conference.state == "planned")
    rows = Conference.select().where(mine & (Conference.starts_at >= at))
    return list(rows.order_by(Conference.starts_at, Conference.id))


def _refuse_second(case: Case, starts_at: datetime, seen: int | None) -> None:
    """Raise `ConferenceCalled` for a doubled invitation; two at once take their turns."""
    if not is_sqlite():
        Case.select(Case.id).where(Case.id == case.id).for_update().get()
    mine = Conference.select().where(Conference.case == case)
    same = mine.where((Conference.starts_at == starts_at) & (Conference.state == "planned")).first()
    if same is None and seen is not None and count_conferences(case) != seen:
        same = mine.order_by(Conference.created_at.desc(), Conference.id.desc()).first()
    if same is not None:
        local = in_zone(same.starts_at, setting("site_zone"))
        raise ConferenceCalled(moment=f"{local:%d.%m.%Y %H:%M}")


@recorded("conference:held", needs="conference:edit")
def note_held(conference: Conference, *, by: Actor, at: datetime) -> Conference:
    """It took place. Raises `InvalidTransition`."""
    STATES.move(conference, "held", at=at)
    return conference


@recorded("conference:cancelled", needs="conference:edit")
def cancel_conference(conference: Conference, *, by: Actor, at: datetime) -> Conference:
    """It does not take place; whoever was told hears of it. Raises `InvalidTransition`."""
    STATES.move(conference, "cancelled", at=at)
    appointment = conference.appointment
    if appointment is not None and APPOINTMENT_STATES.allows(appointment.state, "cancelled"):
        settle_appointment(appointment, "cancelled", cancelled_by="us", by=SYSTEM, at=at)
    _remind_to_call(conference, at=at)
    return conference


def _seat(conference: Conference, kind: str, *, knows: str, told: str, **who: object) -> Seat:
    return Seat.create(
        case=conference.__data__["case"], conference=conference, kind=kind, knows=knows,
        told=told, **who,
    )  # fmt: skip


def _seat_person(conference: Conference, *, by: Actor, at: datetime) -> None:
    """The person finds an appointment on their page, in their language and in German."""
    case = conference.case
    words = dict.fromkeys(gettext_in(tag, SUBJECT) for tag in (case.language, "de"))
    conference.appointment = plan_appointment(
        case, " · ".join(words), conference.starts_at, minutes=MINUTES,
        place=conference.place or gettext_in(case.language, VENUES[conference.venue]),
        with_whom=setting("centre_name")[:200], by=by, at=at,
    )  # fmt: skip
    conference.save()
    _seat(conference, "person", knows="file", told="page")


def _seat_staff(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """A colleague finds a follow-up in a case that they see, and else hears by mail."""
    colleague = Staff.get_or_none(Staff.id == supporter.id)
    if colleague is None:
        raise NotFound()
    case, own = conference.case, colleague.__data__["organization"]
    sees = colleague.role == Role.COORDINATOR or (own and own == case.__data__["organization"])
    other = None if sees else _own_case(case, own)
    knows = "file" if sees else "own_case" if other else "invited"
    if case_to_note := case if sees else other:
        day = local_date(conference.starts_at, setting("site_zone"))
        plan_follow_up(
            case_to_note, gettext_in(colleague.language, FOLLOW_UP), day, assigned_to=colleague,
            by=SYSTEM, at=at,
        )  # fmt: skip
    told = "follow_up" if case_to_note else "mail"
    _seat(conference, "staff", knows=knows, told=told, staff=colleague)


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
    release = release_for(conference.case, organization, today=at.date())
    knows = "released" if release and release.organization is not None else "invited"
    told = "mail" if organization.email else "by_hand"
    _seat(conference, "provider", knows=knows, told=told, organization=organization)


def _seat_volunteer(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """A volunteer gets a mail; one whom a plan only names is asked by the household."""
    volunteer = Volunteer.get_or_none(Volunteer.id == supporter.id)
    if volunteer is None:
        if supporter.id != conference.case.__data__["household"]:
            raise NotFound()
        _seat(conference, "volunteer", knows="household", told="by_hand")
        return
    told = "mail" if volunteer.email else "by_hand"
    _seat(conference, "volunteer", knows="invited", told=told, volunteer=volunteer)


def _seat_named(conference: Conference, supporter: Supporter, *, at: datetime) -> None:
    """Whom the household named, the household asks."""
    support = NamedSupport.get_or_none(NamedSupport.id == supporter.id)
    if support is None:
        raise NotFound()
    _seat(conference, "named", knows="household", told="by_hand", support=support)


_SEATS = {
    "staff": _seat_staff, "provider": _seat_provider, "volunteer": _seat_volunteer,
    "named": _seat_named,
}  # fmt: skip


def _remind_to_call(conference: Conference, *, at: datetime) -> None:
    """Somebody has to tell those whom no mail reaches."""
    if not conference.seats.where(Seat.told == "by_hand").exists():
        return
    what = TO_CALL_OFF if conference.state == "cancelled" else TO_CALL
    case = conference.case
    tongue = case.assigned_to.language if case.assigned_to else "de"
    plan_follow_up(
        case, gettext_in(tongue, what), local_date(at, setting("site_zone")),
        assigned_to=case.assigned_to, by=SYSTEM, at=at,
    )  # fmt: skip
