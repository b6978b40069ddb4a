"""The demo town's queue: judged as a whole, some asked, one at rest, one known."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.core.access import Role
from casework.core.clock import local_date
from casework.core.settings import setting
from casework.insight.attention.decisions import mark_known, note_asked, snooze
from casework.insight.attention.entries import AttentionEntry, AttentionMark
from casework.insight.attention.queue import KEY
from casework.insight.attention.upkeep import judge_all
from casework.staff import Staff

MOST_ASKED = 12


def fill_queue(*, at: datetime) -> int:
    """Judge the town and decide about a few entries; returns how many there are.

    No reminder leaves: the people and the mail addresses are invented. Half of those whose turn
    it is were reminded a while ago, and have not answered.
    """
    count = judge_all(at=at)
    AttentionMark.delete().execute()
    by = Staff.get(Staff.role == Role.COORDINATOR.value).actor
    rows = AttentionEntry.select().where(AttentionEntry.asking == "due").order_by(*KEY)
    for number, each in enumerate(list(rows.limit(MOST_ASKED))):
        before = at - timedelta(days=10 if number % 2 else 2)
        note_asked(each, by=by, at=before)
    today = local_date(at, setting("site_zone"))
    shown = AttentionEntry.select().where(AttentionEntry.shown_from <= today)
    resting = list(shown.where(AttentionEntry.rank > 0).order_by(AttentionEntry.id).limit(2))
    if len(resting) == 2:
        day = today + timedelta(days=9)
        snooze(resting[0], day, "Die Familie ist bis nächste Woche bei Verwandten.", by=by, at=at)
        mark_known(resting[1], "Ist besprochen: Die Zusage kommt mit der Post.", by=by, at=at)
    return count
