from datetime import timedelta

from casework.acceptance import accept_submission, link_submission, prepare_intake
from casework.cases import case_of, move_case, plan_follow_up
from casework.core.access import SYSTEM, Role
from casework.insight.desk import TO_LOOK, shelves
from casework.outcomes import tell_person
from casework.referrals import answer_referral, mark_shown, revoke_referral
from casework.submissions import Submission, withdraw_submission
from tests.world import PERSON, World


def _shelves(world: World, staff) -> dict[str, int]:
    found = shelves(staff.actor, at=world.at, today=world.at.date())
    return {shelf.name: shelf.count for shelf in found}


def test_the_coordinator_sees_each_new_request_in_the_inbox(world: World) -> None:
    world.submission()
    assert _shelves(world, world.coordinator())["inbox"] == 1


def test_the_commissioner_sees_no_shelf_at_all(world: World) -> None:
    world.submission()
    assert _shelves(world, world.staff(Role.INTEGRATION_COMMISSIONER)) == {}


def test_an_integration_manager_sees_only_follow_ups_of_the_own_organisation(world: World) -> None:
    mine, other = world.organization(), world.organization()
    for organization in (mine, other):
        case = world.case(organization)
        plan_follow_up(case, "Call", world.at.date(), by=SYSTEM, at=world.at)
    assert _shelves(world, world.manager(mine))["follow_ups"] == 1


def test_a_follow_up_of_tomorrow_stays_quiet(world: World) -> None:
    due = world.at.date() + timedelta(days=1)
    plan_follow_up(world.case(), "Call", due, by=SYSTEM, at=world.at)
    assert _shelves(world, world.coordinator())["follow_ups"] == 0


def test_an_unseen_outcome_waits_on_the_desk_until_it_was_looked_at(world: World) -> None:
    referral = world.referral()
    answer_referral(referral, "got_help", by=SYSTEM, at=world.at)
    counts = _shelves(world, world.coordinator())
    assert (counts["answers"], counts["referrals"]) == (1, 0)


def _ended(world: World, case=None):
    """A referral whose outcome somebody here has seen."""
    referral = world.referral(world.need(case)) if case else world.referral()
    answer_referral(referral, "no_capacity", by=SYSTEM, at=world.at)
    return mark_shown(referral, by=SYSTEM, at=world.at)


def _untold(world: World) -> int:
    return _shelves(world, world.coordinator())["untold"]


def test_an_outcome_waits_until_the_person_who_cannot_look_was_told(world: World) -> None:
    referral = _ended(world)
    assert _untold(world) == 1
    tell_person(referral, "told_by_phone", by=SYSTEM, at=world.at)
    assert _untold(world) == 0


def test_what_nobody_here_has_seen_stands_among_the_answers_only(world: World) -> None:
    answer_referral(world.referral(), "no_capacity", by=SYSTEM, at=world.at)
    counts = _shelves(world, world.coordinator())
    assert (counts["answers"], counts["untold"]) == (1, 0)


def test_who_has_a_status_page_gets_a_week_to_look_there(world: World, clock) -> None:
    submission = world.submission()
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    referral = _ended(world, case_of(submission))
    assert _untold(world) == 0
    clock.forward(days=TO_LOOK.days)
    assert _untold(world) == 1
    mark_shown(referral, by=PERSON, at=world.at)
    assert _untold(world) == 0


def test_a_request_that_was_taken_back_gives_nobody_a_page_to_look_at(world: World) -> None:
    first, second = world.submission(), world.submission()
    accept_submission(first, prepare_intake(first), by=SYSTEM, at=world.at)
    case = case_of(first)
    link_submission(second, case, by=SYSTEM, at=world.at)
    withdraw_submission(second, by=SYSTEM, at=world.at)
    _ended(world, case)
    assert _untold(world) == 0
    Submission.update(by_helper=True).where(Submission.id == first.id).execute()
    assert _untold(world) == 1


def test_a_draft_that_was_put_away_is_told_to_nobody(world: World) -> None:
    draft = world.referral(sent=False)
    revoke_referral(draft, by=SYSTEM, at=world.at)
    mark_shown(draft, by=SYSTEM, at=world.at)
    assert _untold(world) == 0


def test_for_a_closed_case_nobody_is_called(world: World) -> None:
    referral = _ended(world)
    move_case(referral.case, "closed", reason="moved_away", by=SYSTEM, at=world.at)
    assert _untold(world) == 0


def test_a_manager_is_reminded_of_the_own_organisation_alone(world: World) -> None:
    mine, other = world.organization(), world.organization()
    for organization in (mine, other):
        _ended(world, world.case(organization))
    assert _shelves(world, world.manager(mine))["untold"] == 1
