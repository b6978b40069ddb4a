import uuid
from collections import Counter

import pytest

from casework.consent import Release
from casework.core.access import SYSTEM
from casework.core.db import database
from casework.core.settings import setting
from casework.demo import DemoRefused, load_demo
from casework.demo.names import REGIONS
from casework.demo.places import NEED_TEXTS, PROVIDERS, REGISTRATIONS, REPLIES
from casework.insight.desk import shelves, untold_outcomes
from casework.invitations import Invitation
from casework.messages import Message
from casework.opening_times import faults, opening_times_of
from casework.outcomes import can_look
from casework.people import Person
from casework.providers import Service
from casework.questionnaires.filling import fill
from casework.questionnaires.models import Questionnaire, live
from casework.questionnaires.publishing import retire
from casework.questionnaires.validating import problems
from casework.questionnaires.working_copies import WorkingCopy
from casework.referral_states import TELLINGS
from casework.referrals import STATES, Referral, ReferralStep
from casework.sites import Site
from casework.submissions import Submission
from tests.world import World

SMALL = 20


def _portrait() -> list[tuple[str, str]]:
    return [(p.name, p.birth_date) for p in Person.select().order_by(Person.created_at, Person.id)]


def test_a_town_has_its_people_marks_the_instance_and_is_loaded_once(world: World) -> None:
    summary = load_demo(SMALL, 1, at=world.at)
    assert summary.counts["people"] == SMALL
    assert Site.select().count() >= 4
    assert setting("instance_kind") == "demo"
    with pytest.raises(DemoRefused):
        load_demo(SMALL, 1, at=world.at)
    assert Person.select().count() == SMALL


@pytest.mark.slow
def test_the_same_seed_gives_the_same_town_and_another_seed_another(world: World, store) -> None:
    towns = []
    for seed in (7, 7, 8):
        store.renew()
        database.connect()
        load_demo(SMALL, seed, at=world.at)
        towns.append(sorted(_portrait()))
    assert towns[0] == towns[1] != towns[2]


def test_it_refuses_a_database_that_holds_anything_and_changes_nothing(world: World) -> None:
    world.organization()
    with pytest.raises(DemoRefused):
        load_demo(SMALL, 1, at=world.at)
    assert Person.select().count() == 0
    assert setting("instance_kind") == "new"


def test_everybody_can_answer_and_write_in_their_own_language() -> None:
    spoken = {region.language for region in REGIONS}
    assert spoken == set(NEED_TEXTS) == set(REPLIES)


@pytest.mark.slow
def test_the_town_shows_each_part_of_the_program(world: World) -> None:
    """Loading takes seconds, so that what only looks at the town shares one."""
    before = live("help").id
    load_demo(250, 1, at=world.at)
    _forms_are_filled_in_as_the_portal_takes_them()
    _releases_were_answered_on_the_status_page()
    _a_few_still_have_to_be_told(world)
    _opening_times_are_such_that_the_directory_takes_them()
    _a_change_of_the_form_waits(before)
    _two_organisations_wait_to_be_listed()
    _links_were_answered_and_some_are_open(world)
    _nothing_happens_after_today(world)
    found = shelves(SYSTEM, at=world.at, today=world.at.date())
    assert [shelf.name for shelf in found if not shelf.count] == []
    unread = Message.unread(SYSTEM)
    assert {row.submission.purpose for row in unread} == {"offer", "request"}


def _forms_are_filled_in_as_the_portal_takes_them() -> None:
    seen = set()
    for row in Submission.select():
        form, slug = row.version.form, row.version.questionnaire.slug
        found = problems(fill(form, row.answers, now=row.received_at, language=row.language))
        assert found == [], slug
        seen.add(slug)
    assert seen == {"help", "offer", "provider", "assessment", "follow-up"}


def _releases_were_answered_on_the_status_page() -> None:
    asked = list(Release.select().where(Release.asked_at.is_null(False)))
    assert {release.state for release in asked} == {"asked", "given", "declined"}
    answered = [release for release in asked if release.answered_at]
    assert {release.answered_by for release in answered} == {"person"}
    assert all(release.text_version != "-" for release in answered)


def _a_few_still_have_to_be_told(world: World) -> None:
    told = ReferralStep.select().where(ReferralStep.state << TELLINGS)
    assert {step.actor_name for step in told} == {"Koordination"}
    waiting = list(untold_outcomes(SYSTEM, at=world.at))
    assert {can_look(referral.case) for referral in waiting} == {True, False}
    assert len(waiting) < told.count()


def _opening_times_are_such_that_the_directory_takes_them() -> None:
    opened = [service for service in Service.select() if opening_times_of(service)]
    assert Service.select().count() / 2 < len(opened) < Service.select().count()
    assert all(faults(opening_times_of(service)) == [] for service in opened)


def _a_change_of_the_form_waits(before: uuid.UUID) -> None:
    copy = WorkingCopy.get()
    assert (copy.questionnaire.slug, copy.changed_by) == ("help", "Koordination")
    assert copy.parsed != live("help").parsed
    assert live("help").id == before


def _two_organisations_wait_to_be_listed() -> None:
    waiting = list(Submission.select().where(Submission.purpose == "other"))
    assert [row.state for row in waiting] == ["received", "received"]
    names = {row.mapped["organization.name"] for row in waiting}
    assert names == {answers["organisation_name"] for answers in REGISTRATIONS}
    assert len(names & {name for name, _ in PROVIDERS}) == 1


def _links_were_answered_and_some_are_open(world: World) -> None:
    states = Counter(each.state(world.at) for each in Invitation.select())
    assert {"answered", "waiting"} <= set(states)
    assert 0 < Invitation.unseen(SYSTEM).count() < states["answered"]


def _nothing_happens_after_today(world: World) -> None:
    moments = [
        *(row.at for row in Message.select()),
        *(row.at for row in ReferralStep.select()),
        *(row.received_at for row in Submission.select()),
        *(row.answered_at for row in Release.select() if row.answered_at),
    ]
    assert max(moments) <= world.at


def test_where_organisations_cannot_register_none_has(world: World) -> None:
    retire(Questionnaire.get(Questionnaire.slug == "provider"), by=SYSTEM, at=world.at)
    load_demo(10, 1, at=world.at)
    assert not Submission.select().where(Submission.purpose == "other").exists()


@pytest.mark.slow
def test_the_whole_town_has_referrals_in_every_state(world: World) -> None:
    summary = load_demo(550, 1, at=world.at)
    assert summary.counts["people"] == 550
    assert 190 <= summary.counts["households"] <= 250
    states = Counter(row.state for row in Referral.select(Referral.state))
    assert set(states) == set(STATES.states)
