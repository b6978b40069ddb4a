"""An opportunity is offered to somebody: that is a referral, and closes like one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from peewee import Load

from casework.cases import Case
from casework.consent import USUAL
from casework.core.access import Actor
from casework.core.audit import on, recorded
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, Term
from casework.life_areas import NeedCategory
from casework.needs import Need, add_need, category_of
from casework.opportunities.kinds import ANSWERED, CHILD, HOUSEHOLD
from casework.opportunities.models import Opportunity, OpportunityOffer
from casework.opportunities.writing import OpportunityOver, locked, recount
from casework.people import Person
from casework.referral_drafts import draft_referral
from casework.referral_states import STATES as REFERRAL_STATES
from casework.referrals import Referral, contact_person


class AlreadyOffered(Refusal):
    """Once is enough; `offer` is the one that stands."""

    msgid = N_("“%(title)s” was offered already: %(state)s. Please go on with that referral.")

    def __init__(self, offer: OpportunityOffer) -> None:
        self.offer = offer
        state = Term(REFERRAL_STATES.names[offer.referral.state])
        super().__init__(title=offer.opportunity.title, state=state)


class CaseClosed(Refusal):
    """A closed case is offered nothing."""

    msgid = N_("The case is closed. Please open it again before you offer something.")


@recorded("opportunity:offered", needs="referral:create")
def offer_opportunity(
    opportunity: Opportunity, case: Case, person: Person | None, *, by: Actor, at: datetime
) -> OpportunityOffer:
    """Draft the referral with which `person` of the case's household is offered a place.

    It answers an open need of the right kind, or else opens one; nothing leaves before somebody
    sends the draft. Raises `OpportunityOver`, `AlreadyOffered`, `CaseClosed`, `NotFound` for a
    person of another household, `ReferralAlreadyUnderWay`.
    """
    if person is not None and person.__data__["household"] != case.__data__["household"]:
        raise NotFound()
    if not case.is_live:
        raise CaseClosed()
    current = locked(opportunity)
    if current.state != "open":
        raise OpportunityOver(current)
    for offer in _offers_to(current, case, person):
        raise AlreadyOffered(offer)
    need = _need(current, case, person, by=by, at=at)
    referral = draft_referral(case, need, current.service, fields=USUAL, by=by, at=at)
    return OpportunityOffer.create(
        case=case, opportunity=current, person=person, referral=referral, created_at=at
    )


def opportunities_of(referrals: Iterable[Referral]) -> dict[uuid.UUID, Opportunity]:
    """Which opportunity each of `referrals` offers, by its id, in two statements.

    The referrals have passed their own scope; most offer none.
    """
    ids = [each.id for each in referrals]
    if not ids:
        return {}
    rows = OpportunityOffer.select().where(OpportunityOffer.referral << ids)
    return {
        row.__data__["referral"]: row.opportunity
        for row in rows.with_related(OpportunityOffer.opportunity)
    }


def offers_of(opportunity: Opportunity, staff: Actor) -> list[OpportunityOffer]:
    """What became of the offers that `staff` may see, the latest first."""
    rows = OpportunityOffer.scope(staff).where(OpportunityOffer.opportunity == opportunity)
    latest = rows.order_by(OpportunityOffer.created_at.desc(), OpportunityOffer.id.desc())
    return list(
        latest.limit(200).with_related(
            OpportunityOffer.case, OpportunityOffer.person, Load(OpportunityOffer.referral)
        )
    )


@on("referral:answered")
@on("referral:revoked")
@on("referral:declined")
@on("referral:expired")
def count_places(referral: Referral, *, by: Actor, at: datetime) -> None:
    """A place is taken with the provider's yes, and free again when it falls through."""
    offer = OpportunityOffer.get_or_none(OpportunityOffer.referral == referral)
    if offer is not None:
        recount(offer.opportunity, at=at)


@on("referral:changed")
def let_go(referral: Referral, *, by: Actor, at: datetime) -> None:
    """A draft that asks another service by now offers this opportunity no longer."""
    offer = OpportunityOffer.get_or_none(OpportunityOffer.referral == referral)
    if offer is not None and offer.opportunity.__data__["service"] != referral.__data__["service"]:
        offer.delete_instance()


def _offers_to(
    opportunity: Opportunity, case: Case, person: Person | None
) -> list[OpportunityOffer]:
    """What this person was offered of it and is not over; a flat is for the whole household."""
    rows = OpportunityOffer.select().where(
        (OpportunityOffer.opportunity == opportunity) & (OpportunityOffer.case == case)
    )
    if opportunity.kind != HOUSEHOLD:
        same = OpportunityOffer.person == person if person else OpportunityOffer.person.is_null()
        rows = rows.where(same)
    found = rows.with_related(OpportunityOffer.referral, OpportunityOffer.opportunity)
    return [each for each in found if not each.referral.is_final]


def _need(
    opportunity: Opportunity, case: Case, person: Person | None, *, by: Actor, at: datetime
) -> Need:
    """The open need that it answers, the person's own before the household's, or a new one."""
    codes = ANSWERED[opportunity.kind]
    rows = (
        Need.select(Need, NeedCategory)
        .join(NeedCategory)
        .where(
            (Need.case == case) & (Need.state << ("open", "covered")) & (NeedCategory.code << codes)
        )
        .order_by(Need.state.desc(), Need.opened_at, Need.id)
    )
    # What leaves names the person of the need, or else the one to speak to.
    whole = opportunity.kind in (HOUSEHOLD, CHILD) or person is None
    own = person.id if person else None
    mine = (None, own) if person == contact_person(case) else (own,)
    fitting = [each for each in rows if whole or each.__data__["person"] in mine]
    fitting.sort(key=lambda each: (each.__data__["person"] != own, each.state != "open"))
    if fitting:
        return fitting[0]
    return add_need(case, category_of(codes[0]), person=person, by=by, at=at)
