"""What ends by itself, and what does not."""

from __future__ import annotations

from casework.consent import Release
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.drafts import Draft, start_draft
from casework.questionnaires.models import live
from casework.referrals import Referral, acknowledge_referral, answer_referral
from casework.reply_links import make_link
from casework.retention import Ended, end_what_is_over


def test_a_draft_is_deleted_when_its_days_are_over(world, clock):
    start_draft(live("help"), "ar", at=clock())
    assert end_what_is_over(at=clock.forward(days=6)).drafts == 0
    assert end_what_is_over(at=clock.forward(days=1, seconds=1)).drafts == 1
    assert not Draft.select().exists()


def test_a_release_expires_after_its_last_day(world, clock):
    release = world.release(world.case())
    clock.moment = clock.moment.replace(year=2027)
    assert end_what_is_over(at=clock()).releases == 0
    assert end_what_is_over(at=clock.forward(days=1)).releases == 1
    assert release.refresh().state == "expired"


def test_a_referral_that_nobody_answers_expires_two_weeks_after_its_link(world, clock):
    referral = world.referral()
    assert end_what_is_over(at=clock.forward(days=27)).referrals == 0
    assert end_what_is_over(at=clock.forward(days=1, seconds=1)).referrals == 1
    assert referral.refresh().state == "expired"
    assert referral.need.refresh().state == "open"


def test_seeing_a_referral_is_no_answer(world, clock):
    acknowledge_referral(referral := world.referral(), by=SYSTEM, at=clock())
    end_what_is_over(at=clock.forward(days=29))
    assert referral.refresh().state == "expired"


def test_an_answer_that_is_not_the_last_keeps_a_referral(world, clock):
    answer_referral(referral := world.referral(), "waitlisted", by=SYSTEM, at=clock())
    end_what_is_over(at=clock.forward(days=200))
    assert referral.refresh().state == "waitlisted"


def test_a_new_link_gives_a_referral_new_time(world, clock):
    referral = world.referral()
    make_link(referral, at=clock.forward(days=20))
    end_what_is_over(at=clock.forward(days=20))
    assert referral.refresh().state == "sent"


def test_a_referral_waits_for_the_day_on_which_somebody_means_to_look_at_it(world, clock):
    follow_up = clock.moment.date().replace(year=2027)
    referral = world.referral(follow_up_on=follow_up)
    end_what_is_over(at=clock.forward(days=100))
    assert referral.refresh().state == "sent"


def test_a_second_run_ends_nothing_more(world, clock):
    world.referral()
    start_draft(live("help"), "ar", at=clock())
    later = clock.forward(days=366)
    first = end_what_is_over(at=later)
    assert first.drafts == 1
    assert first.releases == Release.select().where(Release.state == "expired").count() > 0
    rows = AuditEntry.select().count()
    assert end_what_is_over(at=later) == Ended(0, 0, 0)
    assert AuditEntry.select().count() == rows


def test_what_ends_by_itself_is_recorded_as_done_by_the_system(world, clock):
    world.referral()
    end_what_is_over(at=clock.forward(days=29))
    entry = AuditEntry.get(AuditEntry.event == "referral:expired")
    assert entry.actor_kind == "system"
    assert Referral.get().state == "expired"
