"""Who held a case before: so that it does not go back and forth between two organisations."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from casework.core.audit import AuditEntry
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.people import Care
from casework.providers import Organization

# A case given to the wrong organisation can be taken back at once.
UNDO = timedelta(hours=1)
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
    """Raise `CircularAssignment` if a case would go straight back to who has given it away.

    It would if `wanted` held it right before `holder` and nothing was done on it since: reading
    and assigning are no work. Within `UNDO` it counts as a mistake that somebody takes back.
    """
    if holder is None or holder.id == wanted.id:
        return
    rows = Care.select().where(Care.case_id == case_id).order_by(Care.since.desc(), Care.id.desc())
    held = list(rows.limit(2))
    if [care.organization_id for care in held] != [holder.id, wanted.id]:
        return
    since = held[0].since
    if held[1].until != since or at - since <= UNDO:
        return
    done = AuditEntry.select().where(
        (AuditEntry.case_id == case_id)
        & (AuditEntry.at > since)
        & AuditEntry.event.not_in(NO_WORK)
        & ~AuditEntry.event.endswith(":read")
    )
    if not done.exists():
        raise CircularAssignment(giver=wanted.name, holder=holder.name, day=f"{since:%d.%m.%Y}")
