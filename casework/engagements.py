"""Engagements (Patenschaften): a volunteer beside a household, in one area of life."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from peewee import CharField, DateField, ForeignKeyField, ModelSelect

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import on, recorded
from casework.core.clock import local_date
from casework.core.crypto import SealedField
from casework.core.db import UtcField, clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import Refusal, Term
from casework.core.settings import setting
from casework.core.states import Machine
from casework.life_areas import LifeArea
from casework.messages import Message
from casework.volunteers import STATES as OFFER_STATES
from casework.volunteers import Offer, Volunteer

STATES = Machine(
    {
        "proposed": N_("proposed"),
        "agreed": N_("agreed"),
        "running": N_("running"),
        "ended": N_("ended"),
    },
    {
        "proposed": ("agreed", "ended"),
        "agreed": ("running", "ended"),
        "running": ("ended",),
    },
)
# Who has said yes counts as somebody who helps, as a planned step does.
ACTIVE = ("agreed", "running")
STANDING = ("proposed", *ACTIVE)
END_REASONS = {
    "reached": N_("what was wanted is reached"),
    "no_time": N_("the volunteer has no time any more"),
    "not_fitting": N_("the two did not fit"),
    "wish": N_("at the household's wish"),
    "moved_away": N_("moved away"),
    "no_answer": N_("the volunteer did not answer"),
    "handed_over": N_("somebody else goes on"),
    "case_closed": N_("the case was closed"),
    "other": N_("other reason"),
}
# What only the volunteer can say, on their own page.
DECLINED = "declined"
REASON_NAMES = END_REASONS | {DECLINED: N_("the volunteer said no")}
# What anybody may see who works with volunteers and not with cases.
_OPEN_COLUMNS = ("id", "offer", "volunteer", "life_area", "state", "state_since", "since",
                 "until", "reason", "created_at", "asked_at", "answer", "answered_at",
                 "heard_on")  # fmt: skip


class EngagementExists(Refusal):
    """One engagement of a volunteer with a household in an area at a time."""

    msgid = N_(
        "This volunteer is beside the household in this area already: %(state)s. "
        "Please go on with that engagement."
    )


class OfferNotOpen(Refusal):
    """Who is paused, full or not approved yet is not asked."""

    msgid = N_(
        "This offer is “%(state)s”, so the volunteer is not asked now. "
        "Please choose an approved offer."
    )


class NoRoomLeft(Refusal):
    """A volunteer is beside as many households as they offered to be."""

    msgid = N_(
        "This volunteer offered to be there for %(places)s at a time and is beside %(taken)s "
        "already, proposals included. Please choose somebody else, or tick that they want more."
    )


class NoPage(Refusal):
    """Who did not register on the portal has no page to be asked on."""

    msgid = N_(
        "This volunteer has no status page, so nobody can be asked there. "
        "Please call or write, and note the answer here."
    )


class HeardRefused(Refusal):
    """A day on which nobody can have been heard of."""

    msgid = N_("Please enter a day of the last twelve months on which you heard of them.")


class ReasonMissing(Refusal):
    """An engagement ends for a reason."""

    msgid = N_("Please say why the engagement ends: choose a reason from the list.")


class BeginRefused(Refusal):
    """A day that nobody can mean."""

    msgid = N_("An engagement begins within a year from today. Please check the date.")


class Engagement(CaseModel):
    """A volunteer beside the household of a case; `since` and `until` are its days.

    `asked_at`, `answer` (`yes` or `no`) and `answered_at` tell of the question on the
    volunteer's page; on `heard_on` somebody last heard how it goes.
    """

    case = ForeignKeyField(Case, backref="engagements", on_delete="CASCADE")
    offer = ForeignKeyField(Offer, backref="engagements", on_delete="CASCADE")
    volunteer = ForeignKeyField(Volunteer, backref="engagements", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
    state = CharField(max_length=16, default="proposed")
    state_since = UtcField()
    since = DateField(null=True)
    until = DateField(null=True)
    reason = CharField(max_length=16, default="")
    note = SealedField(max_length=1000, null=True)
    asked_at = UtcField(null=True)
    answer = CharField(max_length=8, default="")
    answered_at = UtcField(null=True)
    heard_on = DateField(null=True)
    created_at = UtcField()

    class Meta:
        table_name = "engagements"
        indexes = ((("state", "state_since"), False), (("case", "life_area"), False))

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Those of the cases within scope.

        Who works with volunteers and not with cases gets all of them without the columns
        that lead to the case: which family it is stays with its file.
        """
        if staff.may("case:read") or not staff.may("engagement:read"):
            return super().scope(staff)
        return cls.select(*(getattr(cls, name) for name in _OPEN_COLUMNS))


@recorded("engagement:proposed", needs="engagement:create")
def propose_engagement(
    case: Case,
    offer: Offer,
    area: LifeArea,
    *,
    note: str = "",
    beyond: bool = False,
    by: Actor,
    at: datetime,
) -> Engagement:
    """Propose a volunteer for a household and an area; nothing is told to anybody yet.

    `beyond` says that the volunteer wants more than the offer has places for. Raises
    `OfferNotOpen`, `EngagementExists`, `NoRoomLeft`.
    """
    if not is_sqlite():
        # Two who propose at once must see each other: the offer first, then the case, always.
        Offer.select(Offer.id).where(Offer.id == offer.id).for_update().get()
        Case.select(Case.id).where(Case.id == case.id).for_update().get()
    if offer.state != "approved":
        raise OfferNotOpen(state=Term(OFFER_STATES.names[offer.state]))
    same_household = Case.select(Case.id).where(Case.household == case.__data__["household"])
    known = Engagement.get_or_none(
        (Engagement.case << same_household)
        & (Engagement.volunteer == offer.volunteer)
        & (Engagement.life_area == area)
        & (Engagement.state << STANDING)
    )
    if known is not None:
        raise EngagementExists(state=Term(STATES.names[known.state]))
    beside = households_of([offer])[offer.id]
    if not beyond and case.__data__["household"] not in beside and len(beside) >= offer.places:
        raise NoRoomLeft(places=offer.places, taken=len(beside))
    return Engagement.create(
        case=case, offer=offer, volunteer=offer.volunteer, life_area=area,
        note=clean(note).strip()[:1000] or None, state_since=at, created_at=at,
    )  # fmt: skip


@recorded("engagement:agreed", needs="engagement:edit")
def agree_engagement(engagement: Engagement, *, by: Actor, at: datetime) -> Engagement:
    """Both sides have said yes. Raises `InvalidTransition`."""
    STATES.move(engagement, "agreed", at=at)
    return engagement


@recorded("engagement:begun", needs="engagement:edit")
def begin_engagement(
    engagement: Engagement, *, since: date | None = None, by: Actor, at: datetime
) -> Engagement:
    """They have met; it runs since `since`, by default today.

    Raises `InvalidTransition`, `BeginRefused` more than a year away.
    """
    today = local_date(at, setting("site_zone"))
    since = since or today
    if abs((since - today).days) > 366:
        raise BeginRefused()
    STATES.move(engagement, "running", at=at, since=since, heard_on=today)
    return engagement


@recorded("engagement:heard", needs="engagement:edit")
def note_heard(engagement: Engagement, on: date, *, by: Actor, at: datetime) -> Engagement:
    """Somebody heard on that day how it goes; an earlier day than the known one changes nothing.

    Raises `HeardRefused` for a day to come or more than a year ago.
    """
    if not 0 <= (local_date(at, setting("site_zone")) - on).days <= 366:
        raise HeardRefused()
    Engagement.update(heard_on=on).where(
        (Engagement.id == engagement.id)
        & (Engagement.heard_on.is_null() | (Engagement.heard_on < on))
    ).execute()
    return engagement.refresh()


@on("message:received")
def note_written(message: Message, *, by: Actor, at: datetime) -> None:
    """A volunteer who writes to us has been heard of."""
    if message.__data__["case"] is None and message.__data__["submission"] is not None:
        own = Offer.select(Offer.id).where(Offer.submission == message.__data__["submission"])
        Engagement.update(heard_on=local_date(at, setting("site_zone"))).where(
            (Engagement.offer << own) & (Engagement.state << STANDING)
        ).execute()


@recorded("engagement:ended", needs="engagement:edit")
def end_engagement(engagement: Engagement, reason: str, *, by: Actor, at: datetime) -> Engagement:
    """It is over, or the proposal came to nothing. Raises `ReasonMissing`, `InvalidTransition`."""
    if reason not in END_REASONS:
        raise ReasonMissing()
    today = local_date(at, setting("site_zone"))
    STATES.move(engagement, "ended", at=at, until=today, reason=reason)
    return engagement


def households_of(offers: Iterable[Offer]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The households that each offer's volunteer stands beside by it, proposals included.

    A household counts once, in however many areas: that is what a volunteer means who says
    how many people they can be there for.
    """
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = (
        Engagement.select(Engagement.offer, Case.household)
        .join(Case)
        .where((Engagement.offer << [each.id for each in offers]) & (Engagement.state << STANDING))
    )
    for offer, household in rows.tuples():
        found[offer].add(household)
    return found


def open_offers() -> ModelSelect[Offer]:
    """Approved offers, the oldest first: those that somebody can be asked for."""
    rows: ModelSelect = Offer.select().where(Offer.state == "approved")
    return rows.order_by(Offer.created_at, Offer.id)
