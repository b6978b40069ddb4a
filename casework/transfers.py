"""Hand-overs: of two who help in the same area one stops in favour of the other, on record."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime, timedelta

from peewee import CharField, ForeignKeyField, UUIDField

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import in_zone
from casework.core.crypto import SealedField
from casework.core.db import UtcField, clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.core.settings import setting
from casework.engagements import Engagement, end_engagement
from casework.life_areas import LifeArea
from casework.people import Household
from casework.plans.models import Step
from casework.plans.steps import move_step
from casework.referrals import Referral, revoke_referral
from casework.supporters import ENGAGEMENT, REFERRAL, STEP, Span, Supporter, names_of, running
from casework.supporters import spans as spans_of

Work = Referral | Step | Engagement


class NotHelping(Refusal):
    """What is handed over runs, and who takes over helps already."""

    msgid = N_(
        "This cannot be handed over: it has ended, or the other one does not help in this area "
        "any more. Please look at who helps now."
    )


class SameSupporter(Refusal):
    """Nobody hands over to themselves."""

    msgid = N_("Both are the same. Please choose somebody else who helps in this area.")


class CircularTransfer(Refusal):
    """What was handed over does not come back the same way."""

    msgid = N_(
        "This would go in a circle: “%(first)s” handed over to “%(second)s” in this area on "
        "%(day)s. Please invite everybody to a case conference instead."
    )


class Transfer(CaseModel):
    """One supporter stopped in favour of another: what ended, between whom, and when."""

    case = ForeignKeyField(Case, backref="transfers", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, on_delete="CASCADE")
    source = CharField(max_length=16)
    source_id = UUIDField()
    from_kind = CharField(max_length=16)
    from_id = UUIDField()
    to_kind = CharField(max_length=16)
    to_id = UUIDField()
    note = SealedField(max_length=1000, null=True)
    noted_by = CharField(max_length=200, default="")
    at = UtcField()

    class Meta:
        table_name = "transfers"

    @property
    def giver(self) -> Supporter:
        """Who stopped."""
        return Supporter(self.from_kind, self.from_id)

    @property
    def taker(self) -> Supporter:
        """Who goes on."""
        return Supporter(self.to_kind, self.to_id)


@recorded("support:handed_over", needs="support:edit")
def hand_over(
    work: Work, to: Supporter, *, seen: str, note: str = "", by: Actor, at: datetime
) -> Transfer:
    """End `work` in favour of `to`, who helps the household in the same area already.

    `seen` is the state in which the reader saw it. A referral is taken back, a step cancelled
    by us, an engagement ended, each with all that follows from it. Raises `StaleEdit`,
    `NotHelping`, `SameSupporter`, and `CircularTransfer` where within `support_recent_days` it
    came, over however many, from `to`.
    """
    case = work.case
    household = case.__data__["household"]
    if not is_sqlite():
        Household.select(Household.id).where(Household.id == household).for_update().get()
    if work.refresh().state != seen:
        raise StaleEdit()
    now = [span for span in running(spans_of([household]), at) if _is_seen(span, by)]
    mine = next((span for span in now if span.id == work.id), None)
    if mine is None:
        raise NotHelping()
    if mine.supporter == to:
        raise SameSupporter()
    if not any(span.supporter == to and span.area == mine.area for span in now):
        raise NotHelping()
    _refuse_circle(household, mine.area, mine.supporter, to, at=at)
    _end(work, by=by, at=at)
    return Transfer.create(
        case=case, life_area=mine.area, source=mine.source, source_id=work.id,
        from_kind=mine.supporter.kind, from_id=mine.supporter.id, to_kind=to.kind, to_id=to.id,
        note=clean(note).strip()[:1000] or None, noted_by=by.name[:200], at=at,
    )  # fmt: skip


def transfers_of(household: uuid.UUID, area: uuid.UUID, *, since: datetime) -> list[Transfer]:
    """What was handed over in an area of a household's life since then, the latest first."""
    cases = Case.select(Case.id).where(Case.household == household)
    rows = Transfer.select().where(
        (Transfer.case << cases) & (Transfer.life_area == area) & (Transfer.at >= since)
    )
    return list(rows.order_by(Transfer.at.desc(), Transfer.id.desc()))


def _is_seen(span: Span, by: Actor) -> bool:
    return by.sees_all or span.organization == by.organization_id


def _refuse_circle(
    household: uuid.UUID, area: uuid.UUID, giver: Supporter, taker: Supporter, *, at: datetime
) -> None:
    """Raise `CircularTransfer` where a chain of hand-overs leads from `taker` to `giver`."""
    since = at - timedelta(days=int(setting("support_recent_days")))
    onward: dict[Supporter, list[Transfer]] = defaultdict(list)
    for each in transfers_of(household, area, since=since):
        onward[each.giver].append(each)
    waiting, met = [taker], {taker}
    while waiting:
        for each in onward[waiting.pop()]:
            if each.taker == giver:
                names = names_of({each.giver, each.taker})
                day = in_zone(each.at, setting("site_zone"))
                raise CircularTransfer(
                    first=names.get(each.giver, "–"), second=names.get(each.taker, "–"),
                    day=f"{day:%d.%m.%Y}",
                )  # fmt: skip
            if each.taker not in met:
                met.add(each.taker)
                waiting.append(each.taker)


def _end(work: Work, *, by: Actor, at: datetime) -> None:
    if isinstance(work, Referral):
        revoke_referral(work, by=by, at=at)
    elif isinstance(work, Step):
        move_step(work, "cancelled", cancelled_by="us", by=by, at=at)
    else:
        end_engagement(work, "handed_over", by=by, at=at)


def work_of(source: str, id: uuid.UUID, staff: Actor) -> Work | None:
    """The row that a span names, within the scope of `staff`; None for what cannot be ended."""
    model = {REFERRAL: Referral, STEP: Step, ENGAGEMENT: Engagement}.get(source)
    return model.scope(staff).where(model.id == id).first() if model else None
