"""Referrals before they leave: what one would ask, changed by one editor at a time."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta

from casework.cases import Case
from casework.consent import SHAREABLE, USUAL
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.db import is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit, Term
from casework.core.settings import setting, site_day
from casework.needs import Need
from casework.providers import Service
from casework.referral_states import STATES, UNDER_WAY
from casework.referrals import Referral, local_day, locked, note_step


class NotThisNeed(Refusal):
    """The need belongs to another case."""

    msgid = N_("This need does not belong to the case. Please load the page again.")


class ReferralAlreadyUnderWay(Refusal):
    """The need was put before the service already; `referral` is the one that stands."""

    msgid = N_(
        "There is a referral of this need to “%(service)s” already: %(state)s since %(day)s. "
        "Please go on with that one."
    )

    def __init__(self, referral: Referral) -> None:
        self.referral = referral
        name, since = Term(STATES.names[referral.state]), local_day(referral.state_since)
        super().__init__(service=referral.service.name, state=name, day=since)


class NoLongerDraft(Refusal):
    """What has left cannot be changed."""

    msgid = N_(
        "This referral is no longer a draft but “%(state)s”: nothing was changed. "
        "Please look at it as it is now."
    )


@recorded("referral:drafted", needs="referral:create")
def draft_referral(
    case: Case,
    need: Need,
    service: Service,
    *,
    fields: tuple[str, ...] = USUAL,
    note: str = "",
    follow_up_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Referral:
    """Prepare a referral; nothing leaves yet.

    Raises `NotThisNeed`, `NotFound`, and `ReferralAlreadyUnderWay` where the need was put
    before this service already.
    """
    if need.__data__["case"] != case.id:
        raise NotThisNeed()
    _refuse_second(need, service)
    referral = Referral.create(
        case=case,
        need=need,
        service=service,
        organization=service.organization,
        fields=_shareable(fields),
        note=note or None,
        follow_up_on=follow_up_on or site_day(at) + timedelta(days=setting("follow_up_days")),
        created_by=by.name,
        created_at=at,
        state_since=at,
    )
    note_step(referral, referral.state, by=by, at=at)
    return referral


@recorded("referral:changed")
def change_draft(
    referral: Referral,
    *,
    service: Service,
    fields: tuple[str, ...],
    note: str,
    follow_up_on: date,
    seen: str,
    by: Actor,
    at: datetime,
) -> Referral:
    """Change what a draft would ask; returns it as it is now.

    `seen` is the `revision` that the editor had before them. Raises `StaleEdit` where somebody
    else changed it since, `NoLongerDraft`, `ReferralAlreadyUnderWay`, `NotFound`.
    """
    current = locked(referral)
    if current.state != "draft":
        raise NoLongerDraft(state=Term(STATES.names[current.state]))
    if current.revision != seen:
        raise StaleEdit()
    _refuse_second(current.need, service, but=current)
    current.service, current.organization = service, service.organization
    current.fields, current.note = _shareable(fields), note or None
    current.follow_up_on = follow_up_on
    current.save()
    return current


def asked_before(
    case: Case, services: list[Service], *, staff: Actor
) -> dict[uuid.UUID, list[Referral]]:
    """What the case's household was referred to each of `services` for, the latest first.

    By the id of the service, as far as `staff` may see it; what never left is not among it.
    """
    same_household = Case.select(Case.id).where(Case.household == case.__data__["household"])
    rows = (
        Referral.scope(staff)
        .where(
            (Referral.service << [each.id for each in services])
            & Referral.sent_at.is_null(False)
            & (Referral.case << same_household)
        )
        .order_by(Referral.sent_at.desc(), Referral.id.desc())
    )
    found: dict[uuid.UUID, list[Referral]] = defaultdict(list)
    for each in rows:
        found[each.__data__["service"]].append(each)
    return dict(found)


def _shareable(fields: tuple[str, ...]) -> list[str]:
    """`fields` in the order of `SHAREABLE`. Raises `NotFound` for what can never leave."""
    if any(name not in SHAREABLE for name in fields):
        raise NotFound()
    return [name for name in SHAREABLE if name in fields]


def _refuse_second(need: Need, service: Service, *, but: Referral | None = None) -> None:
    """One referral of a need to a service at a time. Raises `ReferralAlreadyUnderWay`."""
    if not is_sqlite():
        # Of two equal requests the second one waits here, and then sees the first.
        Need.select().where(Need.id == need.id).for_update().execute()
    rows = Referral.select().where(
        (Referral.need == need) & (Referral.service == service) & (Referral.state << UNDER_WAY)
    )
    known = rows.where(Referral.id != but.id).first() if but else rows.first()
    if known is not None:
        raise ReferralAlreadyUnderWay(known)
