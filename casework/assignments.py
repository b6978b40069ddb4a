"""Who held a case before: so that it does not go back and forth between two organisations."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import pairwise

from casework.core.audit import AuditEntry
from casework.core.clock import local_date
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.core.settings import setting
from casework.people import Care
from casework.providers import Organization

# A case given to the wrong organisation can be taken back at once.
UNDO = timedelta(hours=1)
# A case that went through more hands comes back for other reasons.
MOST_HANDS = 12
NO_WORK = ("case:assigned", "case:moved")


class CircularAssignment(Refusal):
    """A case that goes back and forth helps nobody."""

    msgid = N_(
        "“%(giver)s” gave this case to “%(holder)s” on %(day)s, and nothing has been done on it "
        "since: it would only go back and forth. Please speak with both and note it on the case, "
        "as a follow-up for example; then it can go back."
    )


def refuse_circle(
    case_id: uuid.UUID, holder: Organization | None, wanted: Organization, *, at: datetime
) -> None:
    """Raise `CircularAssignment` if a case would come back to who has given it away.

    It would if `wanted` held it before, directly or over others, and nothing was done on it
    since: reading and assigning are no work. Within `UNDO` it counts as a mistake that somebody
    takes back.
    """
    if holder is None or holder.id == wanted.id:
        return
    rows = Care.select().where(Care.case_id == case_id).order_by(Care.since.desc(), Care.id.desc())
    taker = _who_took_it_from(wanted, holder, list(rows.limit(MOST_HANDS)))
    if taker is None or at - taker.since <= UNDO:
        return
    done = AuditEntry.select().where(
        (AuditEntry.case_id == case_id)
        & (AuditEntry.at > taker.since)
        & AuditEntry.event.not_in(NO_WORK)
        & ~AuditEntry.event.endswith(":read")
    )
    if not done.exists():
        day = local_date(taker.since, setting("site_zone"))
        first = Organization.get_or_none(Organization.id == taker.organization_id) or holder
        raise CircularAssignment(giver=wanted.name, holder=first.name, day=f"{day:%d.%m.%Y}")


def _who_took_it_from(giver: Organization, holder: Organization, held: list[Care]) -> Care | None:
    """The care that began when `giver` gave the case away, if it went from hand to hand since.

    Who held it by mistake for a moment, before others, has not given it away.
    """
    if not held or held[0].organization_id != holder.id:
        return None
    for later, earlier in pairwise(held):
        if earlier.until != later.since:
            return None
        is_meant = later is held[0] or later.since - earlier.since > UNDO
        if earlier.organization_id == giver.id and is_meant:
            return later
    return None
