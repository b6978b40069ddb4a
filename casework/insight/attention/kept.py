"""Decisions outlast the setting of a rule: what was known stays known when it is on again.

A rule that is switched off, or whose numbers leave an entry out, loses its entries, and they
can be made anew. What somebody decided about them cannot, so it is laid aside here and comes
back with the same cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from peewee import CharField, DateField, ForeignKeyField, ModelSelect, UUIDField

from casework.cases import Case
from casework.core.access import Actor
from casework.core.crypto import SealedField
from casework.core.db import Base, LineField, UtcField
from casework.insight.attention.entries import MOST_REASON, AttentionEntry

DECIDED = ("snoozed_until", "state", "decided_at", "decided_by", "reason")
ASKED = ("asking", "asked_at", "quiet_until")
# Nobody remembers longer why something was known.
LONGEST = timedelta(days=366)
BATCH = 400


class KeptDecision(Base):
    """What was decided about an entry when its rule was set otherwise."""

    case = ForeignKeyField(Case, null=True, on_delete="CASCADE")
    rule = CharField(max_length=32)
    subject_id = UUIDField()
    since = UtcField()
    turn = CharField(max_length=16)
    asking = CharField(max_length=16, default="")
    asked_at = UtcField(null=True)
    quiet_until = DateField(null=True)
    snoozed_until = DateField(null=True)
    state = CharField(max_length=8, default="open")
    decided_at = UtcField(null=True)
    decided_by = LineField(max_length=200, default="")
    reason = SealedField(max_length=MOST_REASON, null=True)
    kept_at = UtcField()

    class Meta:
        table_name = "kept_decisions"
        indexes = ((("rule", "subject_id"), True),)

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """Nobody reads them but the queue itself."""
        return cls.select().where(False)


def keep_decisions(rule: str, *, at: datetime) -> None:
    """Lay aside what was decided about the entries of a rule; part of the caller's transaction."""
    touched = (AttentionEntry.state != "open") | (AttentionEntry.snoozed_until.is_null(False))
    touched |= AttentionEntry.asked_at.is_null(False) | (AttentionEntry.asking == "unreachable")
    mine = AttentionEntry.rule == rule
    forget_those_that_stand(rule)
    rows = []
    for each in AttentionEntry.select().where(mine & touched):
        row = KeptDecision(case=each.__data__["case"], rule=rule, subject_id=each.subject_id,
                           since=each.since, turn=each.turn, kept_at=at)  # fmt: skip
        _copied(each, row, (*DECIDED, *ASKED))
        rows.append(row)
    KeptDecision.insert_rows(rows)


def restore_decisions(entries: Iterable[AttentionEntry]) -> None:
    """Give new entries back what was decided about the same cause before."""
    fresh = list(entries)
    if not fresh:
        return
    rules = sorted({each.rule for each in fresh})
    kept = {
        (each.rule, each.subject_id, each.since): each
        for each in KeptDecision.select().where(KeptDecision.rule << rules)
    }
    restored = []
    for each in fresh if kept else ():
        before = kept.get((each.rule, each.subject_id, each.since))
        if before is not None:
            _copied(before, each, DECIDED)
            if before.turn == each.turn:
                _copied(before, each, ASKED)
            each.settle()
            restored.append(before.id)
    for start in range(0, len(restored), BATCH):
        some = KeptDecision.id << restored[start : start + BATCH]
        KeptDecision.delete().where(some).execute()


def forget_those_that_stand(rule: str) -> None:
    """What is kept about an entry that stands is told by the entry itself."""
    standing = AttentionEntry.select(AttentionEntry.subject_id).where(AttentionEntry.rule == rule)
    mine = (KeptDecision.rule == rule) & (KeptDecision.subject_id << standing)
    KeptDecision.delete().where(mine).execute()


def forget_old_decisions(*, at: datetime) -> None:
    """What nothing has asked for in a year is gone."""
    KeptDecision.delete().where(KeptDecision.kept_at < at - LONGEST).execute()


def _copied(source: Base, target: Base, names: Iterable[str]) -> None:
    for name in names:
        setattr(target, name, getattr(source, name))
