"""Releases: who may learn what, for what, until when, and that withdrawing counts at once."""

from datetime import timedelta

import pytest

from casework.acceptance import accept_submission, link_submission, prepare_intake
from casework.cases import case_of
from casework.consent import (
    SHAREABLE,
    USUAL,
    Release,
    ReleaseMissing,
    ReleaseTooNarrow,
    expire_releases,
    give_release,
    release_for,
    require_release,
    withdraw_release,
)
from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.refusals import Forbidden, InvalidTransition
from casework.submissions import withdraw_submission
from casework.texts import text
from tests.world import HELP_ANSWERS


@pytest.fixture
def case(world):
    return world.case()


@pytest.fixture
def provider(world):
    return world.organization("Sprachhaus")


def require(case, organization, world, fields=USUAL):
    return require_release(case, organization, fields, by=SYSTEM, at=world.at)


def withdraw(release, world):
    return withdraw_release(release, by=SYSTEM, at=world.at)


def test_without_a_release_nothing_may_leave(world, case, provider):
    with pytest.raises(ReleaseMissing) as refused:
        require(case, provider, world)
    assert "Sprachhaus" in refused.value.text("en")
    assert not Release.select().exists()


def test_a_general_release_becomes_one_for_the_very_organisation(world, case, provider):
    general = world.release(case)
    specific = require(case, provider, world)
    assert (specific.organization, specific.basis) == (provider, general)
    assert specific.expires_on == general.expires_on
    assert (specific.text_version, specific.language, specific.channel) == (
        general.text_version, general.language, general.channel,
    )  # fmt: skip


def test_a_second_referral_to_the_organisation_needs_no_second_release(world, case, provider):
    world.release(case)
    assert require(case, provider, world) == require(case, provider, world)


def test_a_release_for_one_organisation_covers_no_other(world, case, provider):
    world.release(case, provider)
    with pytest.raises(ReleaseMissing):
        require(case, world.organization(), world)


def test_a_release_of_one_household_covers_no_other(world, case, provider):
    world.release(case)
    with pytest.raises(ReleaseMissing):
        require(world.case(), provider, world)


def test_more_than_was_released_may_not_leave(world, case, provider):
    world.release(case, provider, fields=("name", "need"))
    with pytest.raises(ReleaseTooNarrow) as refused:
        require(case, provider, world, ("name", "email", "note"))
    assert "E-Mail-Adresse, der Hinweis des Welcome-Centers" in refused.value.text("de")
    assert require(case, provider, world, ("name",)).organization == provider


def test_unknown_fields_are_not_released(world, case):
    release = world.release(case, fields=("name", "diagnosis", "need"))
    assert release.fields == ["name", "need"]


def test_fields_stand_in_the_order_in_which_people_read_them(world, case):
    release = world.release(case, fields=tuple(reversed(SHAREABLE)))
    assert release.fields == list(SHAREABLE)


def test_withdrawing_counts_at_once(world, case, provider):
    release = world.release(case, provider)
    withdraw(release, world)
    again = release.refresh()
    assert (again.state, again.withdrawn_at) == ("withdrawn", world.at)
    with pytest.raises(ReleaseMissing):
        require(case, provider, world)


def test_withdrawing_the_general_release_ends_what_was_derived_from_it(world, case, provider):
    general = world.release(case)
    specific = require(case, provider, world)
    withdraw(general, world)
    assert specific.refresh().state == "withdrawn"


def test_withdrawing_the_specific_release_leaves_the_others(world, case, provider):
    general = world.release(case)
    specific, other = require(case, provider, world), require(case, world.organization(), world)
    withdraw(specific, world)
    assert general.refresh().state == other.refresh().state == "given"


def test_the_general_release_does_not_bring_back_what_was_withdrawn(world, case, provider):
    world.release(case)
    withdraw(require(case, provider, world), world)
    assert release_for(case, provider, today=world.at.date()) is None
    with pytest.raises(ReleaseMissing):
        require(case, provider, world)


def test_a_new_agreement_after_a_withdrawal_holds(world, clock, case, provider):
    world.release(case)
    withdraw(require(case, provider, world), world)
    clock.forward(days=1)
    world.release(case, provider)
    assert require(case, provider, world).organization == provider


def test_a_new_general_agreement_after_a_withdrawal_holds_too(world, clock, case, provider):
    world.release(case)
    withdraw(require(case, provider, world), world)
    clock.forward(days=1)
    world.release(case)
    assert require(case, provider, world).organization == provider


def test_a_withdrawn_release_cannot_be_withdrawn_again(world, case):
    release = world.release(case)
    withdraw(release, world)
    with pytest.raises(InvalidTransition):
        withdraw(release, world)


def test_a_release_holds_through_its_last_day(world, clock, case, provider):
    release = world.release(case, provider)
    assert release.expires_on == world.at.date() + timedelta(days=365)
    clock.forward(days=365)
    assert require(case, provider, world) == release
    assert expire_releases(at=world.at) == 0
    clock.forward(days=1)
    with pytest.raises(ReleaseMissing):
        require(case, provider, world)
    assert expire_releases(at=world.at) == 1
    assert release.refresh().state == "expired"
    assert expire_releases(at=world.at) == 0


# With a request


def test_a_yes_in_the_form_becomes_a_release_with_the_wording_that_was_shown(world):
    submission = world.submission(language="de")
    release = Release.get()
    wording = text("release.provider", "de")
    assert release.text_version == f"de-{wording.version}"
    assert (release.submission, release.channel, release.language) == (submission, "portal", "de")
    assert (release.organization, release.case, release.fields) == (None, None, list(USUAL))


@pytest.mark.parametrize("answer", ["no", "", None, "YES"])
def test_without_a_yes_there_is_no_release(world, answer):
    world.submission(answers=HELP_ANSWERS | {"release_provider": answer})
    assert not Release.select().exists()


@pytest.fixture
def accepted(world):
    submission = world.submission()
    return accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)


def test_what_was_agreed_to_with_the_request_holds_for_its_case(world, accepted, provider):
    case = case_of(accepted)
    assert Release.get().household == case.household
    assert require(case, provider, world).submission == accepted


def test_a_request_that_is_added_brings_its_release_along(world, case, provider):
    link_submission(world.submission(), case, by=SYSTEM, at=world.at)
    assert require(case, provider, world)


def test_taking_the_request_back_ends_every_agreement_that_came_with_it(world, accepted, provider):
    case = case_of(accepted)
    specific = require(case, provider, world)
    on_paper = world.release(case, world.organization())
    withdraw_submission(accepted, by=Actor("person", id=accepted.id), at=world.at)
    assert specific.refresh().state == "withdrawn"
    assert on_paper.refresh().state == "given"


# Who may


def test_a_person_can_withdraw_and_a_provider_can_not(world, case):
    release = world.release(case)
    for kind in ("provider", "public"):
        with pytest.raises(Forbidden):
            withdraw_release(release, by=Actor(kind), at=world.at)
    withdraw_release(release, by=Actor("person"), at=world.at)


def test_a_provider_can_not_give_itself_a_release(world, case, provider):
    with pytest.raises(Forbidden):
        give_release(
            case=case, organization=provider, text_version="-", language="de", channel="oral",
            by=Actor("provider"), at=world.at,
        )  # fmt: skip
    assert not Release.select().exists()


def test_releases_are_seen_by_who_cares_for_the_household(world):
    ours, theirs = world.manager(), world.manager()
    release = world.release(world.case(ours.organization))
    assert list(Release.scope(ours.actor)) == [release]
    assert not Release.scope(theirs.actor).exists()
    assert not Release.scope(PUBLIC).exists()
    assert not Release.scope(world.staff(Role.ADMINISTRATOR).actor).exists()
    assert list(Release.scope(world.coordinator().actor)) == [release]
