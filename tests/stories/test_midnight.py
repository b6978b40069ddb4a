"""Days begin at the site's midnight, not at that of Greenwich: in every room that counts days.

In Berlin it is midnight at 22:00 UTC in summer and at 23:00 UTC in winter. Each moment below is
one at which a count by UTC would be a day behind, or one just before at which it would not.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.consent import (
    ReleaseMissing,
    expire_releases,
    give_release,
    release_for,
    require_release,
)
from casework.core.access import SYSTEM
from casework.core.settings import change_setting, setting, site_day
from casework.counselling import StartRefused, set_counselling_start
from casework.deadlines import FARTHEST_AHEAD, DeadlineDayRefused, add_deadline
from casework.network.contacts import INTERVAL_DAYS
from casework.referral_drafts import draft_referral
from casework.release_questions import ANSWER_DAYS, ask_release, is_open
from tests.world import HELP_ANSWERS, World

# Moment in UTC and the day that it is at the site.
NIGHTS = [
    (datetime(2026, 7, 30, 21, 30, tzinfo=UTC), date(2026, 7, 30)),
    (datetime(2026, 7, 30, 22, 30, tzinfo=UTC), date(2026, 7, 31)),
    (datetime(2026, 7, 30, 23, 30, tzinfo=UTC), date(2026, 7, 31)),
    (datetime(2026, 1, 30, 22, 30, tzinfo=UTC), date(2026, 1, 30)),
    (datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31)),
    # The nights in which clocks go forward and back.
    (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),
    (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),
    (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
    (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
    (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 26)),
    # New Year's Eve, and the night before a leap day.
    (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), date(2026, 12, 31)),
    (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
    (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), date(2028, 2, 29)),
]
EARLIER = timedelta(days=40)


@pytest.fixture(params=NIGHTS, ids=lambda night: f"{night[0]:%Y-%m-%d %H:%M}")
def night(request, clock, world):
    """A moment near midnight, and the day that it is at the site."""
    clock.moment, day = request.param
    return day


@pytest.fixture
def before(night, clock):
    """A world that stands weeks before the night, for what was there already."""
    moment = clock.moment - EARLIER
    return World(lambda: moment)


def test_the_day_of_a_moment_is_that_of_the_site(night, world):
    assert site_day(world.at) == night


def test_another_zone_has_other_days(world):
    change_setting("site_zone", "America/New_York", by=SYSTEM, at=world.at)
    assert site_day(datetime(2026, 7, 31, 3, 30, tzinfo=UTC)) == date(2026, 7, 30)


def test_a_release_ends_with_the_last_minute_of_its_day(night, world, before):
    case, provider = before.case(), before.organization()
    release = before.release(case, provider)
    release.expires_on = night
    release.save()
    assert require_release(case, provider, ("name",), by=SYSTEM, at=world.at) == release
    assert expire_releases(at=world.at) == 0
    release.expires_on = night - timedelta(days=1)
    release.save()
    assert release_for(case, provider, today=site_day(world.at)) is None
    with pytest.raises(ReleaseMissing):
        require_release(case, provider, ("name",), by=SYSTEM, at=world.at)
    assert expire_releases(at=world.at) == 1


def test_a_release_begins_to_count_on_the_day_of_the_site(night, world, before):
    release = give_release(
        case=before.case(), text_version="-", language="ar", channel="paper",
        by=SYSTEM, at=world.at,
    )  # fmt: skip
    assert release.expires_on == night + timedelta(days=setting("release_days"))


def test_a_question_can_be_answered_until_the_day_that_it_names_is_over(night, world, before):
    sent = before.submission(answers=HELP_ANSWERS | {"release_provider": "no"})
    accept_submission(sent, prepare_intake(sent), by=SYSTEM, at=before.at)
    case = case_of(sent)
    question = ask_release(case, before.organization(), by=SYSTEM, at=world.at)
    assert question.answer_by == night + timedelta(days=ANSWER_DAYS)
    question.answer_by = night
    assert is_open(question, today=site_day(world.at))
    question.answer_by = night - timedelta(days=1)
    assert not is_open(question, today=site_day(world.at))


def test_the_counselling_clock_starts_on_the_day_of_the_site(night, world, before):
    assert world.case().counselling_from == night
    case = before.case()
    set_counselling_start(case, night, seen=case.counselling_until, by=SYSTEM, at=world.at)
    assert case.counselling_from == night
    with pytest.raises(StartRefused):
        set_counselling_start(case, night + timedelta(days=1), seen=case.counselling_until,
                              by=SYSTEM, at=world.at)  # fmt: skip


def test_a_case_has_the_number_of_the_year_at_the_site(night, world):
    assert world.case().reference.startswith(f"F-{night.year}-")


def test_the_farthest_day_of_a_deadline_is_counted_from_the_day_of_the_site(night, world, before):
    case, kind = before.case(), before.deadline().kind
    last = night + FARTHEST_AHEAD
    assert add_deadline(case, kind, last, by=SYSTEM, at=world.at).due_on == last
    with pytest.raises(DeadlineDayRefused):
        add_deadline(case, kind, last + timedelta(days=1), by=SYSTEM, at=world.at)


def test_a_contact_is_due_after_whole_days_of_the_site(night, world):
    assert world.contact().next_due_on == night + timedelta(days=INTERVAL_DAYS)


def test_a_referral_is_looked_at_again_after_whole_days_of_the_site(night, world, before):
    need, service = before.need(), before.service()
    made = draft_referral(need.case, need, service, by=SYSTEM, at=world.at)
    assert made.follow_up_on == night + timedelta(days=setting("follow_up_days"))
