from __future__ import annotations

import pytest

from casework.caseloads import NothingToAssign, NotTheirColleague, assign_cases, foresee
from casework.cases import Case, assign_case, move_case, plan_follow_up
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden
from casework.engagements import agree_engagement, propose_engagement
from casework.messages import OutboxMail
from casework.volunteers import Offer, move_offer
from tests.world import World


@pytest.fixture
def by(world: World):
    return world.coordinator().actor


def chosen(*cases: Case) -> dict:
    return {case.id: case.revision for case in cases}


def test_many_cases_go_to_one_colleague_and_everybody_is_told_once(world, by):
    old, new = world.manager(), world.manager()
    cases = [world.case(old.organization, assigned_to=old) for _ in range(3)]
    done = assign_cases(chosen(*cases), new.organization, new, by=by, at=world.at)
    assert len(done.done) == 3
    assert {case.refresh().assigned_to for case in cases} == {new}
    mails = OutboxMail.select().where(OutboxMail.kind == "caseload")
    assert sorted(mail.recipient for mail in mails) == sorted([old.email, new.email])
    assert not Case.scope(old.actor).exists()
    assert AuditEntry.select().where(AuditEntry.event == "case:assigned").count() == 3


def test_what_somebody_changed_meanwhile_is_left_out_and_named(world, by):
    new, case, other = world.manager(), world.case(), world.case()
    shown = chosen(case, other)
    third = world.manager()
    assign_case(case, organization=third.organization, assigned_to=third, by=SYSTEM, at=world.at)
    done = assign_cases(shown, new.organization, new, by=by, at=world.at)
    assert (done.changed, done.done) == ([case], [other])
    assert case.refresh().assigned_to == third


def test_a_case_that_was_closed_meanwhile_is_left_out(world, by):
    case, new = world.case(), world.manager()
    shown = chosen(case)
    move_case(case, "closed", reason="other", by=SYSTEM, at=world.at)
    assert assign_cases(shown, new.organization, new, by=by, at=world.at).changed == [case]


def test_what_would_only_go_back_and_forth_is_refused_and_the_rest_goes(world, by, clock):
    alpha, beta = world.organization(), world.organization()
    case, other = world.case(alpha), world.case(alpha)
    clock.forward(days=1)
    assign_case(case, organization=beta, assigned_to=None, by=SYSTEM, at=clock())
    clock.forward(days=1)
    done = assign_cases(chosen(case, other), alpha, None, by=by, at=clock())
    assert [row for row, _why in done.refused] == [case]
    assert done.done == [other]


def test_who_could_not_see_the_cases_gets_none(world, by):
    with pytest.raises(NotTheirColleague):
        assign_cases(
            chosen(world.case()), world.organization(), world.manager(), by=by, at=world.at
        )


def test_nothing_chosen_is_said(world, by):
    with pytest.raises(NothingToAssign):
        assign_cases({}, world.organization(), None, by=by, at=world.at)


def test_a_manager_assigns_nothing_in_bulk(world):
    manager = world.manager()
    case = world.case(manager.organization)
    with pytest.raises(Forbidden):
        assign_cases(chosen(case), manager.organization, manager, by=manager.actor, at=world.at)


def test_what_a_family_keeps_and_loses_is_shown_before(world):
    old, new = world.manager(), world.manager()
    case = world.case(old.organization, assigned_to=old)
    world.referral(world.need(case), world.service(world.organization("Sprachhaus"),
                                                   email="desk@provider.example"))  # fmt: skip
    offer = Offer.get(Offer.submission == world.submission("offer", answers={"places": "1"}))
    move_offer(offer, "approved", by=SYSTEM, at=world.at)
    engaged = propose_engagement(case, offer, case.needs[0].life_area, by=SYSTEM, at=world.at)
    agree_engagement(engaged, by=SYSTEM, at=world.at)
    (handing,) = foresee([case], new.organization, new, at=world.at)
    assert [(tie.kind, tie.becomes) for tie in handing.ties] == [
        ("staff", "lost"), ("provider", "kept"), ("volunteer", "kept"),
    ]  # fmt: skip
    assert handing.lost == 1
    (same,) = foresee([case], old.organization, old, at=world.at)
    assert same.lost == 0


def test_who_takes_over_and_knows_the_family_is_shown_as_such(world):
    colleague = world.manager()
    case = world.case(colleague.organization)
    plan_follow_up(case, "Ask", world.at.date(), by=colleague.actor, at=world.at)
    (handing,) = foresee([case], colleague.organization, colleague, at=world.at)
    assert [(tie.name, tie.becomes) for tie in handing.ties] == [(str(colleague), "known")]


def test_of_no_case_there_is_nothing_to_foresee(world):
    assert foresee([], None, None, at=world.at) == []
