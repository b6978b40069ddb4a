"""What ends by itself: drafts, releases, and referrals that nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import ModelSelect

from casework.consent import expire_releases
from casework.core.access import SYSTEM
from casework.core.clock import local_date
from casework.core.settings import setting
from casework.core.throttles import purge_throttles
from casework.insight.given_up import end_drafts
from casework.referrals import Referral, expire_referral
from casework.reply_links import ReplyLink


@dataclass(frozen=True)
class Ended:
    """How many of each came to their end."""

    drafts: int
    releases: int
    referrals: int


def end_what_is_over(*, at: datetime) -> Ended:
    """Delete old drafts, expire releases and unanswered referrals; returns how many.

    Counts of tries whose window is over go with them; the page on which a draft ended is counted.
    """
    purge_throttles(at=at)
    return Ended(
        drafts=end_drafts(at=at),
        releases=expire_releases(at=at),
        referrals=expire_referrals(at=at),
    )


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
