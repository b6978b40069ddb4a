"""Reading the queue in tests: what the rules find now, and what is stored."""

from __future__ import annotations

from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.upkeep import catch_up, judge_all
from tests.world import World


def entries(world: World, rule: str = "") -> list[AttentionEntry]:
    """The entries (of one rule) after everything was judged anew, the oldest cause first."""
    catch_up(at=world.at)
    judge_all(at=world.at)
    rows = AttentionEntry.select().order_by(AttentionEntry.since, AttentionEntry.id)
    return list(rows.where(AttentionEntry.rule == rule) if rule else rows)


def stored() -> set[tuple]:
    """What the stored queue says, without what somebody decided about it."""
    return {
        (
            each.__data__["case"], each.rule, each.subject_table, each.subject_id, each.since,
            each.turn, each.rank, each.due_on, tuple(sorted(each.details.items())),
            each.booked_id, each.booked_until,
        )
        for each in AttentionEntry.select()
    }  # fmt: skip
