"""What is stored of the queue: entries, and marks of cases that something happened to.

Entries can be made anew from the rules at any time; only what somebody decided about one (who
was reminded, snoozed until when, known) stays with it, as long as the same cause stands.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from peewee import (
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    ModelSelect,
    UUIDField,
)

from casework.cases import Case
from casework.core.access import Actor
from casework.core.crypto import SealedField
from casework.core.db import Base, LineField, UtcField
from casework.insight.attention.registry import RULES

MOST_REASON = 500


class AttentionEntry(Base):
    """Something that calls for somebody: which rule, about what, since when, whose turn.

    `due_on` is the day on which it became an entry, `shown_from` the first day on which it
    stands in the queue. `asking` says how far the reminder is: "" where nobody is asked, `due`,
    `asked`, or `unreachable`. `booked_id` is the appointment that was booked for it, `booked_until`
    the first day on which it may stand again for all that.
    """

    case = ForeignKeyField(Case, null=True, backref="attention", on_delete="CASCADE")
    rule = CharField(max_length=32)
    subject_table = CharField(max_length=64)
    subject_id = UUIDField()
    since = UtcField()
    due_on = DateField()
    turn = CharField(max_length=16)
    rank = IntegerField(default=1)
    details = JSONField(default=dict)
    first_seen_at = UtcField()
    asking = CharField(max_length=16, default="")
    asked_at = UtcField(null=True)
    quiet_until = DateField(null=True)
    snoozed_until = DateField(null=True)
    booked_id = UUIDField(null=True)
    booked_until = DateField(null=True)
    shown_from = DateField()
    state = CharField(max_length=8, default="open")
    decided_at = UtcField(null=True)
    decided_by = LineField(max_length=200, default="")
    reason = SealedField(max_length=MOST_REASON, null=True)

    class Meta:
        table_name = "attention_entries"
        indexes = (
            (("rule", "subject_id"), True),
            (("state", "rank", "due_on", "since", "id"), False),
            (("asking", "case"), False),
        )

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """The entries of cases within scope; of other things by the rule's permission, or one's
        own."""
        rows = cls.select()
        if not staff.may("attention:read"):
            return rows.where(False)
        loose = [each for each in RULES.values() if not each.of_case]
        if staff.sees_all and all(staff.may(each.permission) for each in loose):
            return rows
        seen: Any = cls.case.is_null(False) if staff.sees_all else cls.case << Case.ids(staff)
        for each in loose:
            of_rule = cls.case.is_null() & (cls.rule == each.name)
            if staff.may(each.permission):
                seen |= of_rule
            elif each.own is not None:
                seen |= of_rule & (cls.subject_id << each.own(staff))
        return rows.where(seen)

    def settle(self) -> None:
        """Set `shown_from` from what was decided; the latest of the days wins."""
        days = (self.due_on, self.quiet_until, self.snoozed_until, self.booked_until)
        self.shown_from = max(each for each in days if each is not None)

    def is_shown(self, today: date) -> bool:
        """Whether it stands in the queue."""
        return self.state == "open" and self.shown_from <= today


class AttentionMark(Base):
    """Something has happened to a case, to a household, or to what a rule is about."""

    case_id = UUIDField(null=True)
    household_id = UUIDField(null=True)
    rule = CharField(max_length=32, default="")

    class Meta:
        table_name = "attention_marks"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Nobody reads them but the queue itself."""
        return cls.select().where(False)
