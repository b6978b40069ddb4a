"""Settings that the back office changes: no code, no restart."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from peewee import CharField, JSONField, ModelSelect

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.clock import local_date
from casework.core.db import Base, kept_until_commit

DEFAULTS: dict[str, Any] = {
    "centre_name": "Welcome-Center",
    "centre_phone": "",
    "centre_email": "",
    "centre_hours": "",
    "site_zone": "Europe/Berlin",
    # Whose public holidays are no working days; empty: those of all of Germany.
    "federal_state": "",
    "target_group": "",
    "draft_days": 7,
    "reply_link_days": 14,
    "follow_up_days": 14,
    "release_days": 365,
    "fact_days": 180,
    "answer_days": 14,
    "upload_megabytes": 8,
    "remind_mail_days": 2,
    "remind_page_days": 7,
    # Which attention rules are on, with their thresholds, where they differ from the program's.
    "attention_rules": {},
    # Days that somebody who was reminded has to answer before the coordinator is asked.
    "attention_answer_days": 7,
    "counselling_years": 3,
    "counselling_years_most": 4,
    "support_over": 3,
    "support_recent_days": 180,
    "people_per_manager": 120,
    # Days for an answer about an engagement, and days without news of one that runs.
    "engagement_answer_days": 10,
    "engagement_quiet_days": 60,
    "base_url": "",
    "instance_kind": "new",
}


_ALL = "settings"


class Setting(Base):
    """One named value of a JSON type."""

    key = CharField(max_length=64, unique=True)
    value = JSONField(null=True)

    class Meta:
        table_name = "settings"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All of them for who may read settings."""
        rows = cls.select()
        return rows if staff.may("setting:read") else rows.where(False)


def setting(key: str) -> Any:
    """The value of `key`, or its default. Raises KeyError for a key that nobody declared."""
    default = DEFAULTS[key]
    kept = kept_until_commit()
    if kept is None:
        row = Setting.get_or_none(Setting.key == key)
        return default if row is None else row.value
    # A change of a case asks some twenty times: within a transaction one statement answers all.
    if _ALL not in kept:
        kept[_ALL] = all_settings()
    return deepcopy(kept[_ALL][key])


def site_day(moment: datetime) -> date:
    """The calendar day on which `moment` (aware) falls at the site: days begin at its midnight."""
    return local_date(moment, setting("site_zone"))


def all_settings() -> dict[str, Any]:
    """Every setting with its value, in one statement."""
    return DEFAULTS | {row.key: row.value for row in Setting.select() if row.key in DEFAULTS}


@recorded("setting:changed", needs="setting:edit")
def change_setting(key: str, value: Any, *, by: Actor, at: datetime) -> Setting:
    """Set `key` to `value`; returns its row. Raises KeyError for an undeclared key."""
    if key not in DEFAULTS:
        raise KeyError(key)
    return store_setting(key, value)


def store_setting(key: str, value: Any) -> Setting:
    """Write `value` for a verb that records the change under its own name; returns the row."""
    row, created = Setting.get_or_create(key=key, defaults={"value": value})
    if not created:
        row.value = value
        row.save()
    (kept_until_commit() or {}).pop(_ALL, None)
    return row
