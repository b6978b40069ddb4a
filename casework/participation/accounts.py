"""The person's own account, and what was agreed to do next."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from casework.cases import Case, note_contact
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.db import clean
from casework.core.i18n import LANGUAGES, N_
from casework.core.refusals import Forbidden, NotFound, Refusal
from casework.core.settings import setting
from casework.messages import checked
from casework.participation.facts import Fact
from casework.participation.models import (
    ORAL,
    PORTAL,
    STEP_STATES,
    Account,
    AgreedStep,
    TakenRung,
)
from casework.submissions import Submission

FARTHEST = timedelta(days=731)


class NextStepMissing(Refusal):
    """Something is agreed."""

    msgid = N_("Please write what was agreed: without words nobody can do it.")


class AgreedDayRefused(Refusal):
    """A day that nobody can mean."""

    msgid = N_("The day must lie within two years. Please check the date.")


@recorded("account:told", needs="participation:create", open_to=("person",))
def tell_account(
    case: Case,
    body: str,
    *,
    language: str,
    submission: Submission,
    fact: Fact | None = None,
    rung: TakenRung | None = None,
    by: Actor,
    at: datetime,
) -> Account:
    """The person writes on the status page what was in the way; returns the row.

    Raises `EmptyMessage`, `LongMessage`, `NotFound` for a language that the portal does not
    have, `Forbidden` for staff, who note what they are told with `note_account`.
    """
    if by.kind != "person":
        raise Forbidden()
    if language not in LANGUAGES:
        raise NotFound()
    account = Account.create(
        case=case, submission=submission, body=checked(body), language=language,
        channel=PORTAL, told_on=local_date(at, setting("site_zone")), at=at, **_beside(fact, rung),
    )  # fmt: skip
    note_contact(case, at=at)
    return account


@recorded("account:noted", needs="participation:create")
def note_account(
    case: Case,
    body: str,
    *,
    language: str,
    told_on: date,
    fact: Fact | None = None,
    rung: TakenRung | None = None,
    by: Actor,
    at: datetime,
) -> Account:
    """Staff note what the person said, as close to their words as they can.

    Raises `EmptyMessage`, `LongMessage`, `NotFound`, `AgreedDayRefused` for a day to come.
    """
    if language not in LANGUAGES:
        raise NotFound()
    today = local_date(at, setting("site_zone"))
    if not today - FARTHEST <= told_on <= today:
        raise AgreedDayRefused()
    return Account.create(
        case=case, body=checked(body), language=language, channel=ORAL, told_on=told_on,
        at=at, noted_by=by.name[:200], read_at=at, **_beside(fact, rung),
    )  # fmt: skip


@recorded("account:read", needs="participation:edit")
def note_read(account: Account, *, by: Actor, at: datetime) -> Account:
    """Somebody here has read it; a second time changes nothing."""
    if account.read_at is None:
        account.read_at = at
        account.save()
    return account


@recorded("account:accepted", needs="participation:edit")
def accept_account(account: Account, *, by: Actor, at: datetime) -> Account:
    """The reason counts: the fact beside it is excused. A second time changes nothing."""
    if account.accepted_at is None:
        account.accepted_at, account.accepted_by = at, by.name[:200]
        account.read_at = account.read_at or at
        account.save()
    return account


@recorded("account:reopened", needs="participation:edit")
def take_acceptance_back(account: Account, *, by: Actor, at: datetime) -> Account:
    """The reason counts no longer, because somebody pressed the wrong button."""
    account.accepted_at, account.accepted_by = None, ""
    account.save()
    return account


@recorded("agreed_step:noted", needs="participation:create")
def agree_step(
    case: Case,
    what: str,
    *,
    language: str,
    agreed_on: date,
    due_on: date | None = None,
    by: Actor,
    at: datetime,
) -> AgreedStep:
    """What the person and we do next, in words that they read on their page.

    Raises `NextStepMissing`, `AgreedDayRefused`, `NotFound` for an unknown language.
    """
    what, today = clean(what).strip(), local_date(at, setting("site_zone"))
    if not what:
        raise NextStepMissing()
    if language not in LANGUAGES:
        raise NotFound()
    if not today - FARTHEST <= agreed_on <= today:
        raise AgreedDayRefused()
    if due_on is not None and not agreed_on <= due_on <= today + FARTHEST:
        raise AgreedDayRefused()
    step = AgreedStep.create(
        case=case, what=what, language=language, due_on=due_on, agreed_on=agreed_on,
        noted_by=by.name[:200], created_at=at, state_since=at,
    )  # fmt: skip
    note_contact(case, at=at)
    return step


@recorded("agreed_step:moved", needs="participation:edit")
def move_agreed_step(step: AgreedStep, state: str, *, by: Actor, at: datetime) -> AgreedStep:
    """An agreed step is done, dropped, or open again. Raises `InvalidTransition`."""
    STEP_STATES.move(step, state, at=at)
    return step


def steps_of(case: Case) -> list[AgreedStep]:
    """What was agreed, what is open first."""
    rows = AgreedStep.select().where(AgreedStep.case == case)
    found = rows.order_by(AgreedStep.agreed_on.desc(), AgreedStep.id.desc()).limit(50)
    return sorted(found, key=lambda each: each.state != "open")


def _beside(fact: Fact | None, rung: TakenRung | None) -> dict[str, object]:
    """The columns that say what an account is about."""
    named = {"fact_table": fact.table, "fact_id": fact.id} if fact else {}
    return {**named, "rung": rung}
