"""The counselling clock: three years from the start of counselling, exceptionally four.

Integration management ends after three years and may be extended to four in individual cases
(Baden-Württemberg, Pakt für Integration); both figures are settings. The clock belongs to the
case: closing stops nobody's calendar, so a case that is opened again goes on with the day it had.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from peewee import DateField, ForeignKeyField, ModelSelect

from casework.cases import Case, CaseModel, years_after
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.crypto import SealedField
from casework.core.db import LineField, UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.core.settings import setting, site_day

OLDEST_YEARS = 10


class StartRefused(Refusal):
    """Counselling began some day."""

    msgid = N_("Counselling began today or before, within the last ten years. Please check it.")


class ExtensionRefused(Refusal):
    """An exception has an end."""

    msgid = N_("The new end must be after %(end)s and not after %(last)s.")


class ReasonMissing(Refusal):
    """An exception has a reason."""

    msgid = N_("An extension is an exception: please write why it is needed.")


class CounsellingExtension(CaseModel):
    """That counselling goes on longer than usual: from which day to which, by whom and why."""

    case = ForeignKeyField(Case, backref="extensions", on_delete="CASCADE")
    at = UtcField()
    author = LineField(max_length=200, default="")
    was_until = DateField()
    until = DateField()
    reason = SealedField(max_length=2000)

    class Meta:
        table_name = "counselling_extensions"


@recorded("counselling:started", needs="counselling:edit")
def set_counselling_start(
    case: Case, day: date, *, seen: date | None, by: Actor, at: datetime
) -> Case:
    """Counselling began on another `day` than was noted (`seen`), here or elsewhere.

    The end moves with it; an extension keeps its day, at most the longest time from the new
    start. Raises `StartRefused`, `StaleEdit`.
    """
    if not years_after(site_day(at), -OLDEST_YEARS) <= day <= site_day(at):
        raise StartRefused()
    until = years_after(day, setting("counselling_years"))
    extension = extensions_of(case).first()
    if extension is not None:
        until = max(until, min(extension.until, last_day(day)))
    _write(case, seen, counselling_from=day, counselling_until=until)
    return case


@recorded("counselling:extended", needs="counselling:extend")
def extend_counselling(
    case: Case, until: date, *, reason: str, seen: date | None, by: Actor, at: datetime
) -> CounsellingExtension:
    """Counselling goes on until a later day than the one that was read as `seen`.

    Raises `ReasonMissing`, `ExtensionRefused` beyond the longest time, `StaleEdit`.
    """
    if not clean(reason).strip():
        raise ReasonMissing()
    start = case.counselling_from or site_day(case.opened_at)
    was = case.counselling_until or years_after(start, setting("counselling_years"))
    if not was < until <= last_day(start):
        raise ExtensionRefused(end=f"{was:%d.%m.%Y}", last=f"{last_day(start):%d.%m.%Y}")
    _write(case, seen, counselling_from=start, counselling_until=until)
    return CounsellingExtension.create(
        case=case, at=at, author=by.name[:200], was_until=was, until=until,
        reason=clean(reason).strip(),
    )  # fmt: skip


def extensions_of(case: Case) -> ModelSelect:
    """The extensions of a case, the latest first."""
    rows = CounsellingExtension.select().where(CounsellingExtension.case == case)
    return rows.order_by(CounsellingExtension.at.desc(), CounsellingExtension.id.desc())


def last_day(start: date) -> date:
    """The day on which counselling that began on `start` ends at the latest."""
    return years_after(start, setting("counselling_years_most"))


def running_out(staff: Actor) -> ModelSelect:
    """Live cases within scope whose clock runs, the first to end first."""
    rows = Case.scope(staff).where(Case.closed_at.is_null() & Case.counselling_until.is_null(False))
    return rows.order_by(Case.counselling_until, Case.id)


def _write(case: Any, seen: date | None, **columns: date) -> None:
    """Set the clock, if it still ends when the reader thought it would."""
    ends = Case.counselling_until.is_null() if seen is None else Case.counselling_until == seen
    if not Case.update(**columns).where((Case.id == case.id) & ends).execute():
        raise StaleEdit()
    for name, value in columns.items():
        setattr(case, name, value)
        case._dirty.discard(name)
