"""The ladder: each rung decided by somebody, for a reason, and never by itself.

It only ever says what we offer; nothing here threatens, and nothing here is told to an authority.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework.cases import Case
from casework.core.access import SYSTEM, Actor
from casework.core.audit import recorded
from casework.core.db import clean, is_sqlite
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal, StaleEdit
from casework.core.settings import site_day
from casework.interpretations import Interpretation
from casework.participation.facts import facts_of
from casework.participation.models import (
    RUNG_STATES,
    Account,
    AgreedStep,
    NotedFact,
    Rung,
    TakenRung,
    shown_since,
)
from casework.texts import Text, load_texts, text


class CaseIsOver(Refusal):
    """Nobody is asked anything for a closed case."""

    msgid = N_("The case is closed. Please open it again first.")


class ReasonMissing(Refusal):
    """A decision has a reason."""

    msgid = N_("Please write why: the reason stays with the decision, and only staff read it.")


class NothingHappened(Refusal):
    """Without an open fact there is no reason for a rung."""

    msgid = N_(
        "Nothing is noted that is not excused. Please note first what happened and when; "
        "without a dated fact there is no rung."
    )


class RungSkipped(Refusal):
    """One rung after the other."""

    msgid = N_("The next rung is “%(rung)s”. None is left out, so that nobody is surprised.")


class RungWithoutText(Refusal):
    """The person reads something."""

    msgid = N_("There is no text for this rung. Please write one in the settings, under Texts.")


def taken_rungs(case: Case, *, at: datetime) -> list[TakenRung]:
    """The rungs that were decided on and are still shown, also those taken back, latest first."""
    rows = (
        TakenRung.select(TakenRung, Rung)
        .join(Rung)
        .where((TakenRung.case == case) & (TakenRung.taken_at >= shown_since(at)))
    )
    return list(rows.order_by(TakenRung.taken_at.desc(), TakenRung.id.desc()))


def offered_rungs(taken: list[TakenRung]) -> list[Rung]:
    """The rungs that may follow: those that stand already, again, and the next one."""
    rungs = list(Rung.in_order())
    standing = {each.rung.id for each in taken if each.state == "standing"}
    highest = max((n for n, rung in enumerate(rungs) if rung.id in standing), default=-1)
    return rungs[: highest + 2]


def revision_of(taken: list[TakenRung]) -> str:
    """What names the ladder as somebody sees it."""
    return "-".join([*(each.id.hex for each in taken[:1]), *(each.state[0] for each in taken)])


@recorded("rung:decided", needs="participation:edit")
def decide_rung(
    case: Case, code: str, reason: str, *, seen: str, by: Actor, at: datetime
) -> TakenRung:
    """Take a rung: its text stands on the person's page from now on, in their language.

    `seen` is `revision_of` the ladder as the reader saw it. Raises `StaleEdit`, `CaseIsOver`,
    `ReasonMissing`, `NothingHappened`, `RungSkipped`, `RungWithoutText`, `NotFound`.
    """
    _lock(case)
    taken, reason = taken_rungs(case, at=at), clean(reason).strip()
    if revision_of(taken) != seen:
        raise StaleEdit()
    if not case.is_live:
        raise CaseIsOver()
    if not reason:
        raise ReasonMissing()
    if all(fact.is_excused for fact in facts_of(case, at=at)):
        raise NothingHappened()
    rung = _chosen(code, taken)
    wording = text(rung.text_key, case.language)
    if wording is None:
        raise RungWithoutText()
    return TakenRung.create(
        case=case, rung=rung, reason=reason, subject=wording.subject, body=wording.body,
        language=wording.language, taken_by=by.name[:200], taken_at=at, state_since=at,
    )  # fmt: skip


@recorded("rung:taken_back", needs="participation:edit")
def take_rung_back(taken: TakenRung, reason: str, *, by: Actor, at: datetime) -> TakenRung:
    """The rung does not count any more. Raises `ReasonMissing`, `InvalidTransition`."""
    reason = clean(reason).strip()
    if not reason:
        raise ReasonMissing()
    RUNG_STATES.move(taken, "taken_back", at=at, back_by=by.name[:200], back_reason=reason)
    return taken


@recorded("rung:seen", needs="participation:edit", open_to=("person",))
def mark_seen(taken: TakenRung, *, by: Actor, at: datetime) -> TakenRung:
    """The person has read it; a second time changes nothing."""
    if taken.seen_at is None:
        taken.seen_at = at
        taken.save()
    return taken


@recorded("rung:loaded", needs="rung:edit")
def load_rungs(content: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Put the starter rungs and their texts in; what exists already stays as it is."""
    known = {row.code for row in Rung.select(Rung.code)}
    for position, each in enumerate(content["rungs"], 1):
        if each["code"] not in known:
            Rung.create(code=each["code"], position=position, labels=each["labels"])
    load_texts(content["texts"], by=by, at=at)


@recorded("participation:expired")
def forget(row: NotedFact | Account | TakenRung | AgreedStep, *, by: Actor, at: datetime) -> None:
    """Delete what has expired, with its translations."""
    Interpretation.delete().where(Interpretation.row_id == row.id).execute()
    row.delete_instance()


def forget_expired(*, at: datetime) -> int:
    """Delete facts, accounts and rungs that are not shown any more; returns how many.

    An agreed step goes once it has been settled for as long.
    """
    since = shown_since(at)
    settled = (AgreedStep.state != "open") & (AgreedStep.state_since < since)
    over: list[Any] = [
        *Account.select().where(Account.at < since),
        *TakenRung.select().where(TakenRung.taken_at < since),
        *NotedFact.select().where(NotedFact.on < site_day(since)),
        *AgreedStep.select().where(settled),
    ]
    for row in over:
        forget(row, by=SYSTEM, at=at)
    return len(over)


def wording_of(rung: Rung) -> dict[str, Text]:
    """The texts of a rung by language tag."""
    return {row.language: row for row in Text.select().where(Text.key == rung.text_key)}


def _chosen(code: str, taken: list[TakenRung]) -> Rung:
    rung = Rung.get_or_none((Rung.code == code) & Rung.active)
    if rung is None:
        raise NotFound()
    offered = offered_rungs(taken)
    if rung not in offered:
        raise RungSkipped(rung=str(offered[-1]))
    return rung


def _lock(case: Case) -> None:
    """Wait until nobody else decides on this case; SQLite has one writer at a time anyway."""
    if not is_sqlite():
        Case.select(Case.id).where(Case.id == case.id).for_update().get()
