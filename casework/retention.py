"""What ends by itself: drafts, releases, referrals that nobody answers, files of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from peewee import ModelSelect

from casework.arrival_lists.importing import discard_old_drafts
from casework.consent import expire_releases
from casework.core.access import SYSTEM
from casework.core.clock import local_date
from casework.core.files import strays
from casework.core.settings import setting
from casework.core.throttles import purge_throttles
from casework.documents import Document
from casework.insight.given_up import end_drafts
from casework.invitations import end_invitations
from casework.opportunities.writing import expire_opportunities
from casework.participation.ladder import forget_expired
from casework.referrals import Referral, expire_referral
from casework.reply_links import ReplyLink
from casework.uploads import Upload


@dataclass(frozen=True)
class Ended:
    """How many of each came to their end."""

    drafts: int
    releases: int
    referrals: int


def end_what_is_over(*, at: datetime) -> Ended:
    """Delete old drafts, expire releases and unanswered referrals; returns how many.

    Counts of tries whose window is over go with them, forms that staff opened and left,
    opportunities past their deadline, lists of arrivals that nobody finished, and what was noted
    about taking part and is not shown any more; the page on which a draft ended is counted.
    """
    purge_throttles(at=at)
    ended = Ended(
        drafts=end_drafts(at=at),
        releases=expire_releases(at=at),
        referrals=expire_referrals(at=at),
    )
    end_invitations(at=at)
    expire_opportunities(at=at)
    forget_expired(at=at)
    discard_old_drafts(at=at)
    return ended


def sweep_files(folder: Path, *, at: datetime) -> int:
    """Delete files whose row is gone, or never came because the program was stopped.

    Returns how many. Only what has lain there for an hour counts.
    """
    known = {row.id for model in (Document, Upload) for row in model.select(model.id)}
    over = strays(folder, known, at=at)
    for path in over:
        path.unlink(missing_ok=True)
    return len(over)


def expire_referrals(*, at: datetime) -> int:
    """Expire the referrals of `unanswered`; returns how many."""
    over = list(unanswered(at))
    for referral in over:
        expire_referral(referral, by=SYSTEM, at=at)
    return len(over)


def unanswered(at: datetime) -> ModelSelect[Referral]:
    """Referrals without any answer, long after the last link to one has ended.

    They wait as long again as a follow-up takes, and until the day on which somebody
    meant to look at them is past: an answer by phone can still be entered.
    """
    still_fresh = ReplyLink.select(ReplyLink.referral).where(
        ReplyLink.referral.is_null(False)
        & (ReplyLink.expires_at > at - timedelta(days=setting("follow_up_days")))
    )
    return Referral.select().where(
        Referral.state.in_(("sent", "acknowledged"))
        & Referral.follow_up_on.is_null(False)
        & (Referral.follow_up_on < local_date(at, setting("site_zone")))
        & Referral.id.not_in(still_fresh)
    )
