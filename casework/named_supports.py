"""Support that a household has named itself: family, friends, a congregation, a school."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from casework.cases import Case, CaseModel
from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.crypto import SealedField
from casework.core.db import UtcField, clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.core.settings import setting
from casework.life_areas import LifeArea

KINDS = {
    "family": N_("family"),
    "friends": N_("friends or neighbours"),
    "community": N_("congregation or association"),
    "school": N_("school or Kita"),
    "doctor": N_("doctor or clinic"),
    "employer": N_("employer or colleagues"),
    "other": N_("somebody else"),
}
FARTHEST_YEARS = 100


class NameOfSupportMissing(Refusal):
    """Somebody helps."""

    msgid = N_("Please write who helps: a name, or words such as “an aunt in Basel”.")


class DaysRefused(Refusal):
    """Days that nobody can mean, or an end before the beginning."""

    msgid = N_("Help begins before it ends, and not in the future. Please check both days.")


class NamedSupport(CaseModel):
    """Who helps the household without us, in one area of life; until `until`, if that is known."""

    case = ForeignKeyField(Case, backref="named_supports", on_delete="CASCADE")
    life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
    kind = CharField(max_length=16, default="other")
    who = SealedField(max_length=200)
    since = DateField(null=True)
    until = DateField(null=True)
    noted_by = CharField(max_length=200, default="")
    created_at = UtcField()
    revision = IntegerField(default=0)

    class Meta:
        table_name = "named_supports"
        indexes = ((("case", "life_area"), False),)


@recorded("support:named", needs="support:create")
def name_support(
    case: Case,
    area: LifeArea,
    who: str,
    *,
    kind: str = "other",
    since: date | None = None,
    by: Actor,
    at: datetime,
) -> NamedSupport:
    """Note who helps the household in an area. Raises `NameOfSupportMissing`, `DaysRefused`."""
    return NamedSupport.create(
        case=case, life_area=area, noted_by=by.name[:200], created_at=at,
        **_columns(who, kind, since, None, at=at),
    )  # fmt: skip


@recorded("support:changed", needs="support:edit")
def change_support(
    support: NamedSupport,
    *,
    who: str,
    kind: str,
    since: date | None,
    until: date | None,
    revision: int,
    by: Actor,
    at: datetime,
) -> NamedSupport:
    """Other words or days for what was read as `revision`.

    Raises `StaleEdit` where somebody else changed it, `NameOfSupportMissing`, `DaysRefused`.
    """
    columns = _columns(who, kind, since, until, at=at)
    mine = (NamedSupport.id == support.id) & (NamedSupport.revision == revision)
    if not NamedSupport.update(revision=revision + 1).where(mine).execute():
        raise StaleEdit()
    support.revision = revision + 1
    for name, value in columns.items():
        setattr(support, name, value)
    support.save()
    return support


@recorded("support:ended", needs="support:edit")
def end_support(support: NamedSupport, *, by: Actor, at: datetime) -> NamedSupport:
    """They do not help any more, from today at the site on; a second time changes nothing."""
    if support.until is None:
        support.until = local_date(at, setting("site_zone"))
        support.revision += 1
        support.save()
    return support


def _columns(
    who: str, kind: str, since: date | None, until: date | None, *, at: datetime
) -> dict[str, Any]:
    who = " ".join(clean(who).split())[:200]
    if not who:
        raise NameOfSupportMissing()
    today = local_date(at, setting("site_zone"))
    for day in (since, until):
        if day is not None and not today.year - FARTHEST_YEARS <= day.year <= today.year + 1:
            raise DaysRefused()
    if (since and since > today) or (since and until and until < since):
        raise DaysRefused()
    return {"who": who, "kind": kind if kind in KINDS else "other", "since": since, "until": until}
